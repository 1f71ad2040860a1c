"""A handshake as lines: where, what was agreed, who showed which certificate, what was said."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from mtlsctl.cli.output import Line
from mtlsctl.cli.text.common import date, row
from mtlsctl.core.lists import few
from mtlsctl.core.observation import version_words

if TYPE_CHECKING:
    from mtlsctl.core.peer import PeerCertificate
    from mtlsctl.core.stapled import Staple
    from mtlsctl.workflows.handshake_result import ExtraProbe, Handshake


def lines(result: "Handshake") -> Iterable[Line]:
    """The evidence; the findings follow it."""
    yield [("handshake ", "bold"), result.endpoint]
    for tried in result.tried:
        yield row("tried", tried)
    if result.address:
        dns = "" if result.address.startswith("unix:") else f"dns {_ms(result.dns_seconds)}, tcp "
        yield row("address", f"{result.address} ({dns}{_ms(result.tcp_seconds)})")
    if result.via:
        yield row("via", result.via)
    if result.server_name and not result.endpoint.startswith(f"{result.server_name}:"):
        yield row("sni", result.server_name)
    if result.approach_seconds:
        first = result.starttls or ("tunnel" if result.via else "PROXY header")
        yield row("before tls", f"{first} ({_ms(result.approach_seconds)})")
    if result.version:
        agreed = [version_words(result.version), result.cipher, result.group]
        yield row("tls", f"{', '.join(p for p in agreed if p)} ({_ms(result.tls_seconds)})")
    if result.alpn:
        yield row("alpn", result.alpn)
    if result.server_chain:
        yield from _server(result)
    if result.version:
        yield from _client(result)
    for alert in result.alerts:
        yield row(
            "alert", f"{alert.direction} {alert.number} {alert.name}{f': {alert.meaning}' if alert.meaning else ''}"
        )
    if result.http_status:
        yield row("http", result.http_status)
    if result.trace:
        from mtlsctl.cli.text import trace  # only with --trace

        yield from trace.lines(result.trace)
    for probe in result.extra_probes:
        yield row("asked again", f"{_VARIED[probe.variation]}: {_came_of(probe)}")


def _server(result: "Handshake") -> Iterable[Line]:
    leaf, *rest = result.server_chain
    yield row("server", _certificate(leaf))
    if leaf.names:
        yield row("", few(leaf.names, 8))
    for above in rest:
        yield row("", f"{above.subject or '(empty subject)'}")
    yield row("trust", result.trust)
    if result.staple:
        yield row("staple", _staple(result.staple))
        for one in result.staple.above:
            yield row("", f"{one.subject}: {_staple(one)}")


def _client(result: "Handshake") -> Iterable[Line]:
    if not result.asked_for_certificate:
        yield row("client", "no certificate was asked for")
        return
    issuers = few(result.acceptable_issuers, 3, joint=" or ", last=" or ") or "any CA"
    yield row("asks for", f"a certificate from {issuers}")
    ours = _certificate(result.client_certificate) if result.client_certificate else "none given"
    yield row("client", ours if result.sent_certificate or not result.client_certificate else f"{ours}: not sent")


def _certificate(one: "PeerCertificate") -> str:
    return f"{one.subject or '(empty subject)'}, {one.key}, until {date(one.not_after)}, issued by {one.issuer}"


def _staple(one: "Staple") -> str:
    if not one.der:
        return "none was sent"
    said = one.status + (f" since {date(one.revoked_at)}" if one.revoked_at else "")
    if not one.responder:
        return f"{said}: it cannot be used"
    until = f", until {date(one.next_update)}" if one.next_update else ", without an end"
    return f"{said}, said by {one.responder}" + (f", {date(one.this_update)}{until}" if one.this_update else "")


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms"


_VARIED = {
    "wide": "offering every suite, group and signature",
    "every-version": "offering every version of TLS, too",
    "wide-tls-1.2": "offering everything of TLS 1.2 alone",
    "classic-group": "with one classic group, P-256",
    "same-hello": "with the same hello",
    "no-server-name": "without a server name",
    "no-staple": "without a request for an OCSP response",
    "no-alpn": "without ALPN",
    "alpn-h2": "with the protocol h2",
    "tls-1.2": "with TLS 1.2",
    "no-certificate": "without a certificate",
    "proxy-header": "with a PROXY protocol header in front",
    "no-proxy-header": "without the PROXY protocol header",
    "no-starttls": "with TLS from the first byte",
    "starttls": "with TLS after the first words of the port's protocol",
    "plain-http": "in plain HTTP, for the time by its clock",
}
"""By the words of core/doubts.py's Variation."""


def _came_of(probe: "ExtraProbe") -> str:
    said = f"alert {probe.alert}" if probe.alert else ""
    if probe.accepted:
        return f"accepted, {version_words(probe.version)}"
    if probe.answered:
        spoken = version_words(probe.version)
        return f"answered{f', {spoken}' if spoken else ''}{f', then {said}' if said else ''}"
    return said or "nothing came back"

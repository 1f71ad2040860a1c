"""A handshake as a client, and what it means: one connection, the diagnosis, the answer in plain values."""

from datetime import datetime
from typing import NamedTuple

from mtlsctl.core import names, openssl
from mtlsctl.core.diagnose import Ours, diagnose
from mtlsctl.core.endpoint import Endpoint
from mtlsctl.core.findings import Report
from mtlsctl.core.observation import Alert, Observation, Stage, VerifyError
from mtlsctl.core.peer import PeerCertificate, describe
from mtlsctl.core.tls import TlsSettings, client_context
from mtlsctl.workflows import clock
from mtlsctl.workflows.once import Seen, Visit, once, wanted


class Wish(NamedTuple):
    """What kind of handshake is wanted."""

    endpoint: Endpoint
    settings: TlsSettings
    trust: str
    """Where the roots come from, in words."""
    timeout: float
    """Seconds for everything up to the end of the handshake."""
    lenient: bool = False
    """Go on with a server that does not verify."""
    http: str = ""
    """The path of an HTTP request to send afterwards; "" sends none."""
    in_full: bool = True
    """Give the certificates themselves and their keys' hashes along."""


class Handshake(NamedTuple):
    """What came of one handshake."""

    endpoint: str
    server_name: str
    address: str
    tried: tuple[str, ...]
    """The addresses that did not answer, with the reason."""
    trust: str
    stage: Stage
    version: str
    cipher: str
    group: str
    alpn: str
    asked_for_certificate: bool
    sent_certificate: bool
    accepted: bool
    """Nobody refused anybody."""
    acceptable_issuers: tuple[str, ...]
    server_chain: tuple[PeerCertificate, ...]
    """As the server sent it, leaf first."""
    client_certificate: PeerCertificate | None
    """The one that we had ready, sent or not."""
    verify_errors: tuple[VerifyError, ...]
    alerts: tuple[Alert, ...]
    http_status: str
    """The status line of the answer to the request that was asked for; "" where there is none."""
    dns_seconds: float
    tcp_seconds: float
    tls_seconds: float
    refused_by: str
    confidence: str


def handshake(wish: Wish) -> tuple[Handshake, Report]:
    """Do one handshake. Raises UsageError and InputError for settings that OpenSSL does not take."""
    met = once(client_context(wish.settings), Visit(wish.endpoint, wish.timeout, wish.lenient, wish.http))
    return _result(wish, met)


def _status(seen: Observation) -> str:
    if seen.answer is None:
        return ""
    from mtlsctl.core import http  # only with --http

    return http.status_line(seen.answer)


def _result(wish: Wish, met: Seen) -> tuple[Handshake, Report]:
    at, attempt, seen = clock.now(), met.attempt, met.observation
    said = diagnose(seen, _ours(wish, at))
    ours = wish.settings.identity
    made = Handshake(
        endpoint=wish.endpoint.text,
        server_name=wish.endpoint.server_name,
        address=attempt.address,
        tried=attempt.tried,
        trust=wish.trust,
        stage=seen.stage,
        version=seen.version,
        cipher=seen.cipher,
        group=seen.group,
        alpn=seen.alpn,
        asked_for_certificate=seen.asked,
        sent_certificate=seen.sent,
        accepted=said.report.ok,
        acceptable_issuers=tuple(names.dn(name) for name in seen.acceptable_issuers),
        server_chain=tuple(describe(certificate, in_full=wish.in_full) for certificate in seen.peer_chain),
        client_certificate=describe(ours.certificate, in_full=wish.in_full) if ours else None,
        verify_errors=seen.verify_errors,
        alerts=seen.alerts,
        http_status=_status(seen),
        dns_seconds=round(attempt.dns_seconds, 6),
        tcp_seconds=round(attempt.tcp_seconds, 6),
        tls_seconds=round(met.tls_seconds, 6),
        refused_by=said.refused_by.value,
        confidence=said.confidence.value,
    )
    return made, said.report


def _ours(wish: Wish, at: datetime) -> Ours:
    settings, roots = wish.settings, openssl.read(wish.settings.roots)
    return Ours(at, settings.identity, roots, wanted(wish.endpoint), wish.lenient, settings.maximum)

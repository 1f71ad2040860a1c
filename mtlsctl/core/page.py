"""Who is at the other end, as a page: self-contained, without scripts, every value escaped."""

from collections.abc import Iterable
from datetime import datetime

from mtlsctl.core.html import STYLE, chips, mono, rows, safe
from mtlsctl.core.observation import version_words
from mtlsctl.core.offered import Offered
from mtlsctl.core.peer import PeerCertificate
from mtlsctl.core.refusals import Refusal
from mtlsctl.core.spans import span
from mtlsctl.core.whoami import Told, Whoami


def as_html(told: Told) -> bytes:
    """The page. Strangers chose most of what it shows: it is escaped, and its control characters are spelled out."""
    who = told.who
    leaf = who.certificate
    title = (leaf.subject or "a client with an empty subject") if leaf else "a client without a certificate"
    kind, state = _state(told)
    parts = [
        "<!doctype html><html lang='en'><head><meta charset='utf-8'>",
        "<meta name='viewport' content='width=device-width, initial-scale=1'>",
        f"<title>{safe(title)}</title><style>{STYLE}</style></head><body><main>",
        f"<span class='badge {kind}'>{safe(state)}</span><h1>{safe(title)}</h1>",
        f"<p class='dim'>{safe(_came(who))}</p>",
        *_refusals(told),
        *_chain(who, told.at),
        _connection(who),
        *([_offered(told.offered)] if told.offered else []),
        "<footer>mtlsctl serve · the same as JSON: send <code>Accept: application/json</code></footer>",
        "</main></body></html>",
    ]
    return "\n".join(parts).encode("utf-8", "xmlcharrefreplace")


def _state(told: Told) -> tuple[str, str]:
    """The badge: its class, and the one thing that must not be misread."""
    if told.who.authenticated:
        return "yes", "authenticated by its certificate"
    if told.would_refuse:
        return "no", "not authenticated: let in only because this server is lenient"
    if told.who.certificate:
        return "no", "not authenticated: its certificate does not verify"
    return "some", "not authenticated: no client certificate"


def _came(who: Whoami) -> str:
    at = f"{who.proxied_for}, through {who.peer}" if who.proxied_for else who.peer
    return f"from {at} · {version_words(who.version)} · {who.alpn or 'no ALPN'}"


def _refusals(told: Told) -> Iterable[str]:
    if not told.would_refuse:
        return
    yield "<h2>Who would refuse this client</h2>"
    yield from (_refusal(one, told.who.authenticated) for one in told.would_refuse)


def _refusal(one: Refusal, doubt: bool) -> str:
    who = "".join(f"<span class='chip'>{safe(name)}</span>" for name in one.who)
    hint = "".join(f"<p class='mono dim'>{safe(line)}</p>" for line in one.hint.splitlines())
    code = f"<code class='dim code'>{safe(one.code)}</code>"
    return f"<div class='card {'doubt' if doubt else 'fault'}'><h3>{safe(one.message)}</h3>{who} {code}{hint}</div>"


def _chain(who: Whoami, at: datetime) -> Iterable[str]:
    if who.certificate is None:
        return
    yield "<h2>Certificate</h2>"
    yield _certificate(who.certificate, at, "")
    if who.chain:
        yield "<h2>Issuers, as the client sent them</h2>"
    yield from (_certificate(one, at, " sub") for one in who.chain)


def _certificate(one: PeerCertificate, at: datetime, more: str) -> str:
    names = "".join(f"<span class='chip'>{safe(name)}</span>" for name in one.names)
    table = rows(
        *([("names", names)] if names else []),
        ("issuer", safe(one.issuer)),
        ("valid", _validity(one, at)),
        ("key", safe(one.key)),
        ("serial", mono(one.serial_hex)),
        ("SHA-256", mono(one.sha256)),
        ("SPKI SHA-256", mono(one.spki_sha256)),
    )
    pem = f"<details><summary>PEM</summary><pre>{safe(one.pem.strip())}</pre></details>"
    return f"<div class='card{more}'><h3>{safe(one.subject or '(empty subject)')}</h3>{table}{pem}</div>"


def _validity(one: PeerCertificate, at: datetime) -> str:
    """The dates, what they mean now, and how much of its life is over."""
    whole = (one.not_after - one.not_before).total_seconds()
    share = min(max((at - one.not_before).total_seconds() / whole, 0.0), 1.0) if whole > 0 else 1.0
    left = one.not_after - at
    if at < one.not_before:
        words, late = "not valid yet", True
    elif left.total_seconds() < 0:
        words, late = f"expired {span(left)} ago", True
    else:
        words, late = f"{span(left)} left", False
    dates = f"{one.not_before:%Y-%m-%d %H:%M} to {one.not_after:%Y-%m-%d %H:%M} UTC"
    bar = f"<div class='bar'><i{' class=late' if late else ''} style='width:{share:.0%}'></i></div>"
    return f"{dates} · {words}{bar}"


def _connection(who: Whoami) -> str:
    table = rows(
        ("version", safe(version_words(who.version))),
        ("cipher", safe(who.cipher)),
        ("group", safe(who.group or "none")),
        ("ALPN", safe(who.alpn or "none")),
        ("SNI", safe(who.server_name or "none")),
    )
    return f"<h2>Connection</h2><div class='card'>{table}</div>"


def _offered(what: Offered) -> str:
    """The hello: long lists behind a click."""
    table = rows(
        ("versions", chips(what.versions)),
        ("ciphers", chips(what.ciphers)),
        ("groups", chips(what.groups)),
        ("signatures", chips(what.signature_algorithms)),
        ("ALPN", chips(what.alpn)),
        ("size", f"{what.size} bytes"),
    )
    head = f"<summary>{len(what.ciphers)} ciphers, {len(what.groups)} groups, {what.size} bytes</summary>"
    return f"<h2>What the client offered</h2><div class='card'><details>{head}{table}</details></div>"

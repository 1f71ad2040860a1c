"""Who is at the other end: as plain values, as JSON, as a page."""

import json
from datetime import UTC, datetime
from html import escape
from typing import Any, NamedTuple

from mtlsctl.core.observation import Observation
from mtlsctl.core.peer import PeerCertificate, describe


class Whoami(NamedTuple):
    """What a server knows of a client after the handshake."""

    peer: str
    """Its address: `127.0.0.1:50000`."""
    authenticated: bool
    """It showed a certificate that verifies, and holds its key."""
    certificate: PeerCertificate | None
    chain: tuple[PeerCertificate, ...]
    """The certificates that came with it, issuer first."""
    version: str
    cipher: str
    group: str
    alpn: str
    server_name: str
    """The SNI that it asked for."""


def whoami(seen: Observation) -> Whoami:
    """The client of an observation made as a server."""
    chain = tuple(describe(certificate) for certificate in seen.peer_chain)
    return Whoami(
        peer=seen.peer,
        authenticated=bool(chain) and not seen.verify_errors,
        certificate=chain[0] if chain else None,
        chain=chain[1:],
        version=seen.version,
        cipher=seen.cipher,
        group=seen.group,
        alpn=seen.alpn,
        server_name=seen.server_name,
    )


def as_json(who: Whoami) -> bytes:
    """One JSON object, indented, with a final newline."""
    return (json.dumps(_plain(who), ensure_ascii=False, indent=2) + "\n").encode("utf-8", "backslashreplace")


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        if names := getattr(value, "_fields", ()):
            return {name: _plain(item) for name, item in zip(names, value, strict=True)}
        return [_plain(item) for item in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return value


_STYLE = """
:root { color-scheme: light dark; --line: #8884; --soft: #8881; --good: #18794e; --none: #946200 }
@media (prefers-color-scheme: dark) { :root { --good: #4cc38a; --none: #f1a10d } }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 54rem; margin: 3rem auto; padding: 0 1rem }
h1 { font-size: 1.7rem; margin: 0 0 .2rem; overflow-wrap: anywhere }
h2 { font-size: 1rem; margin: 2rem 0 .4rem; opacity: .75 }
.state { font-weight: 600 } .yes { color: var(--good) } .no { color: var(--none) }
table { border-collapse: collapse; width: 100% }
th { text-align: left; font-weight: 500; opacity: .7; white-space: nowrap; width: 10rem }
th, td { padding: .35rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top }
td { overflow-wrap: anywhere } code, pre { font: .9em ui-monospace, monospace }
pre { background: var(--soft); padding: .8rem; border-radius: .4rem; overflow: auto } summary { cursor: pointer }
footer { margin-top: 3rem; font-size: .85rem; opacity: .65 }
"""


def as_html(who: Whoami) -> bytes:
    """A self-contained page. Every value is escaped and its control characters spelled out: strangers chose them."""
    leaf = who.certificate
    title = (leaf.subject or "a client with an empty subject") if leaf else "a client without a certificate"
    state = (
        ("yes", "authenticated by its certificate") if who.authenticated else ("no", "not authenticated by certificate")
    )
    parts = [
        "<!doctype html><html lang='en'><head><meta charset='utf-8'>",
        "<meta name='viewport' content='width=device-width, initial-scale=1'>",
        f"<title>{_safe(title)}</title><style>{_STYLE}</style></head><body>",
        f"<h1>{_safe(title)}</h1><div class='state {state[0]}'>{state[1]}</div>",
        "<h2>Connection</h2>",
        _table(
            ("from", who.peer),
            ("version", who.version.replace("TLSv", "TLS ")),
            ("cipher", who.cipher),
            ("group", who.group),
            ("ALPN", who.alpn or "none"),
            ("server name (SNI)", who.server_name or "none"),
        ),
        "".join(_certificate("Certificate", leaf) if leaf else ""),
        "".join(_certificate(f"Issuer {number}, as sent", c) for number, c in enumerate(who.chain, 1)),
        "<footer>mtlsctl serve · the same as JSON: send <code>Accept: application/json</code></footer></body></html>",
    ]
    return "\n".join(parts).encode("utf-8", "xmlcharrefreplace")


def _certificate(title: str, one: PeerCertificate) -> str:
    rows = _table(
        ("subject", one.subject or "(empty)"),
        ("names", ", ".join(one.names) or "none"),
        ("issuer", one.issuer),
        ("valid", f"{one.not_before:%Y-%m-%d %H:%M} to {one.not_after:%Y-%m-%d %H:%M} UTC"),
        ("serial", one.serial_hex),
        ("key", one.key),
        ("SHA-256", one.sha256),
        ("SPKI SHA-256", one.spki_sha256),
    )
    return f"<h2>{title}</h2>{rows}<details><summary>PEM</summary><pre>{_safe(one.pem.strip())}</pre></details>"


def _table(*rows: tuple[str, str]) -> str:
    return f"<table>{''.join(f'<tr><th>{_safe(k)}</th><td>{_safe(v)}</td></tr>' for k, v in rows)}</table>"


def _safe(text: str) -> str:
    shown = "".join(c if c.isprintable() or c == "\n" else c.encode("unicode_escape").decode() for c in text)
    return escape(shown, quote=True)

"""Who is at the other end, as a page: self-contained, without scripts, every value escaped."""

from collections.abc import Iterable
from datetime import datetime
from html import escape

from mtlsctl.core.observation import version_words
from mtlsctl.core.offered import Offered
from mtlsctl.core.peer import PeerCertificate
from mtlsctl.core.refusals import Refusal
from mtlsctl.core.spans import span
from mtlsctl.core.whoami import Told, Whoami

_STYLE = """
:root { color-scheme: light dark; --page: #f6f7f9; --card: #fff; --ink: #1c2024; --dim: #60646c; --line: #e0e3e8;
  --soft: #f0f1f4; --good: #18794e; --goodbg: #e6f6ec; --warn: #8a5a00; --warnbg: #fff4d6; --bad: #b4232c;
  --badbg: #feebec }
@media (prefers-color-scheme: dark) { :root { --page: #111315; --card: #191b1e; --ink: #eceef0; --dim: #9ba1a6;
  --line: #2b2f33; --soft: #22262a; --good: #5fd39b; --goodbg: #11291d; --warn: #f5c15d; --warnbg: #2e2408;
  --bad: #ff8a8f; --badbg: #38191b } }
* { box-sizing: border-box }
body { font: 16px/1.5 system-ui, sans-serif; background: var(--page); color: var(--ink); margin: 0 }
main { max-width: 56rem; margin: 0 auto; padding: 2rem 1rem 3rem }
h1 { font-size: 1.6rem; line-height: 1.25; margin: .6rem 0 .3rem; overflow-wrap: anywhere }
h2 { font-size: .8rem; letter-spacing: .06em; text-transform: uppercase; color: var(--dim); margin: 2rem 0 .5rem }
h3 { font-size: 1rem; margin: 0 0 .5rem; overflow-wrap: anywhere }
p { margin: .2rem 0; overflow-wrap: anywhere }
.card { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: .9rem 1.1rem;
  margin: .6rem 0 }
.badge { display: inline-block; font-weight: 600; font-size: .9rem; border-radius: 1rem; padding: .15rem .75rem }
.yes { color: var(--good); background: var(--goodbg) } .some { color: var(--warn); background: var(--warnbg) }
.no { color: var(--bad); background: var(--badbg) }
.fault { border-left: .3rem solid var(--bad) } .doubt { border-left: .3rem solid var(--warn) }
.dim { color: var(--dim) } .sub { margin-left: 1.4rem }
dl { display: grid; grid-template-columns: 9rem 1fr; gap: .3rem .8rem; margin: 0 }
dt { color: var(--dim) } dd { margin: 0; overflow-wrap: anywhere; min-width: 0 }
.code { white-space: nowrap; margin-left: .2rem }
code, pre, .mono { font: .86em/1.5 ui-monospace, monospace }
.chip { display: inline-block; background: var(--soft); border-radius: .4rem; padding: .05rem .5rem;
  margin: .1rem .25rem .1rem 0; font-size: .86em; overflow-wrap: anywhere }
.bar { height: .4rem; border-radius: .2rem; background: var(--soft); overflow: hidden; margin: .3rem 0 0;
  max-width: 22rem }
.bar i { display: block; height: 100%; min-width: 3px; background: var(--good) } .bar i.late { background: var(--bad) }
pre { background: var(--soft); padding: .8rem; border-radius: .4rem; overflow: auto; margin: .5rem 0 0 }
summary { cursor: pointer; color: var(--dim); margin-top: .6rem }
footer { margin-top: 2.5rem; font-size: .85rem; color: var(--dim) }
@media (max-width: 34rem) { main { padding-top: 1rem } dl { grid-template-columns: 1fr; gap: 0 }
  dd { margin-bottom: .5rem }
  .sub { margin-left: .5rem } }
"""


def as_html(told: Told) -> bytes:
    """The page. Strangers chose most of what it shows: it is escaped, and its control characters are spelled out."""
    who = told.who
    leaf = who.certificate
    title = (leaf.subject or "a client with an empty subject") if leaf else "a client without a certificate"
    kind, state = _state(told)
    parts = [
        "<!doctype html><html lang='en'><head><meta charset='utf-8'>",
        "<meta name='viewport' content='width=device-width, initial-scale=1'>",
        f"<title>{_safe(title)}</title><style>{_STYLE}</style></head><body><main>",
        f"<span class='badge {kind}'>{_safe(state)}</span><h1>{_safe(title)}</h1>",
        f"<p class='dim'>{_safe(_came(who))}</p>",
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
    who = "".join(f"<span class='chip'>{_safe(name)}</span>" for name in one.who)
    hint = "".join(f"<p class='mono dim'>{_safe(line)}</p>" for line in one.hint.splitlines())
    code = f"<code class='dim code'>{_safe(one.code)}</code>"
    return f"<div class='card {'doubt' if doubt else 'fault'}'><h3>{_safe(one.message)}</h3>{who} {code}{hint}</div>"


def _chain(who: Whoami, at: datetime) -> Iterable[str]:
    if who.certificate is None:
        return
    yield "<h2>Certificate</h2>"
    yield _certificate(who.certificate, at, "")
    if who.chain:
        yield "<h2>Issuers, as the client sent them</h2>"
    yield from (_certificate(one, at, " sub") for one in who.chain)


def _certificate(one: PeerCertificate, at: datetime, more: str) -> str:
    names = "".join(f"<span class='chip'>{_safe(name)}</span>" for name in one.names)
    rows = _rows(
        *([("names", names)] if names else []),
        ("issuer", _safe(one.issuer)),
        ("valid", _validity(one, at)),
        ("key", _safe(one.key)),
        ("serial", _mono(one.serial_hex)),
        ("SHA-256", _mono(one.sha256)),
        ("SPKI SHA-256", _mono(one.spki_sha256)),
    )
    pem = f"<details><summary>PEM</summary><pre>{_safe(one.pem.strip())}</pre></details>"
    return f"<div class='card{more}'><h3>{_safe(one.subject or '(empty subject)')}</h3>{rows}{pem}</div>"


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
    rows = _rows(
        ("version", _safe(version_words(who.version))),
        ("cipher", _safe(who.cipher)),
        ("group", _safe(who.group or "none")),
        ("ALPN", _safe(who.alpn or "none")),
        ("SNI", _safe(who.server_name or "none")),
    )
    return f"<h2>Connection</h2><div class='card'>{rows}</div>"


def _offered(what: Offered) -> str:
    """The hello: long lists behind a click."""
    rows = _rows(
        ("versions", _chips(what.versions)),
        ("ciphers", _chips(what.ciphers)),
        ("groups", _chips(what.groups)),
        ("signatures", _chips(what.signature_algorithms)),
        ("ALPN", _chips(what.alpn)),
        ("size", f"{what.size} bytes"),
    )
    head = f"<summary>{len(what.ciphers)} ciphers, {len(what.groups)} groups, {what.size} bytes</summary>"
    return f"<h2>What the client offered</h2><div class='card'><details>{head}{rows}</details></div>"


def _chips(words: Iterable[str]) -> str:
    return "".join(f"<span class='chip mono'>{_safe(word)}</span>" for word in words) or "none"


def _mono(text: str) -> str:
    return f"<span class='mono'>{_safe(text)}</span>"


def _rows(*rows: tuple[str, str]) -> str:
    """Names and values; the values are HTML already."""
    return f"<dl>{''.join(f'<dt>{_safe(k)}</dt><dd>{v}</dd>' for k, v in rows)}</dl>"


def _safe(text: str) -> str:
    shown = "".join(c if c.isprintable() or c == "\n" else c.encode("unicode_escape").decode() for c in text)
    return escape(shown, quote=True)

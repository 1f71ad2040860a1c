"""The report of a run of lint, a page for an auditor: self-contained, without scripts, printable, all escaped."""

from base64 import b64encode
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from itertools import groupby

from cryptography import x509

from mtlsctl.core import codes
from mtlsctl.core.findings import Verdict
from mtlsctl.core.html import STYLE, chips, mono, rows, safe
from mtlsctl.core.lint import foreign
from mtlsctl.core.lint.result import Linted
from mtlsctl.core.lint.rule import Profile
from mtlsctl.core.lint.run import Fault, Outcome, Passed, titled
from mtlsctl.core.lint.settings import Settings, Suites
from mtlsctl.core.lint.style import REPORT
from mtlsctl.core.peer import describe
from mtlsctl.core.spans import span

MAX_EVIDENCE = 40  # lines below one rule; the others are counted
MAX_CERTIFICATES = 60
SOURCES = {
    Profile.MTLS: "Mutual TLS in a private PKI: RFC 5280, RFC 8446, RFC 9325, RFC 9525, and what TLS stacks refuse",
    Profile.NIST: "NIST SP 800-52 rev. 2 (TLS), SP 800-57 part 1 rev. 5 (keys), SP 800-131A rev. 2 (algorithms),"
    " FIPS 186-5, 203 and 204; what can be seen of a certificate or a server",
    Profile.RFC5280: "RFC 5280, X.509 certificates and CRLs, as pkilint checks it",
    Profile.WEBPKI: "CA/Browser Forum TLS Baseline Requirements, as pkilint checks them",
}
_CLASSES = {Verdict.FAIL: "no", Verdict.WARN: "some", Verdict.NOTE: "info", Verdict.OK: "yes"}
_WORDS = {Verdict.FAIL: "fail", Verdict.WARN: "warning", Verdict.NOTE: "note", Verdict.OK: "ok"}
_RESULTS = {
    "broken": ("no", "broken"),
    "suppressed": ("some", "suppressed"),
    "kept": ("yes", "kept"),
    "not tested": ("idle", "not tested"),
}


def as_html(
    version: str, told: Linted, faults: Sequence[Fault], certificates: Sequence[tuple[str, x509.Certificate]]
) -> bytes:
    """The page, UTF-8. version: mtlsctl's own."""
    style = STYLE + REPORT
    allowed = b64encode(sha256(style.encode()).digest()).decode()
    targets = ", ".join(told.examined.targets[:4]) + (" ..." if len(told.examined.targets) > 4 else "")
    kind, state = _state(told, faults)
    parts = [
        "<!doctype html><html lang='en'><head><meta charset='utf-8'>",
        f"<meta http-equiv='Content-Security-Policy' content=\"default-src 'none'; style-src 'sha256-{allowed}'\">",
        "<meta name='viewport' content='width=device-width, initial-scale=1'>",
        f"<title>{safe(f'TLS report: {targets}')}</title><style>{style}</style></head><body><main>",
        f"<span class='badge {kind}'>{safe(state)}</span><h1>{safe(targets)}</h1>",
        f"<p class='dim'>{_minute(told.at)} · mtlsctl {safe(version)} · profile {safe(', '.join(told.profiles))}</p>",
        _tiles(told, faults),
        *_scope(version, told),
        *(part for server in told.servers for part in _server(server)),
        *_broken(faults),
        *_suppressed(told.suppressed),
        *_untested(told.servers),
        _rules(told.rules),
        *_certificates(certificates, told.at),
        _foot(version, told.at),
        "</main></body></html>",
    ]
    return "\n".join(parts).encode("utf-8", "xmlcharrefreplace")


def _foot(version: str, at: datetime) -> str:
    return (
        f"<footer>Made by mtlsctl {safe(version)} at {_minute(at)}. It tells what could be seen from where it ran, at"
        " that moment; what is not tested is not known. Each rule: <code>mtlsctl explain RULE</code>.</footer>"
    )


def _minute(when: datetime) -> str:
    return f"{when.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _state(told: Linted, faults: Sequence[Fault]) -> tuple[str, str]:
    worst = max((fault.verdict for fault in faults), key=lambda verdict: verdict.rank, default=Verdict.OK)
    if told.examined.unread:
        return "no", "incomplete: not all could be looked at"
    if not told.tested and worst is not Verdict.FAIL:
        return "idle", "nothing was tested: no rule is about what was looked at"
    said = {
        Verdict.FAIL: "not compliant: rules are broken",
        Verdict.WARN: "compliant as far as tested, with warnings",
        Verdict.NOTE: "compliant as far as tested, with notes",
        Verdict.OK: "compliant as far as tested",
    }
    return _CLASSES[worst] if worst is not Verdict.NOTE else "yes", said[worst]


def _tiles(told: Linted, faults: Sequence[Fault]) -> str:
    counts = [
        (_count(faults, verdict), f"{_WORDS[verdict]}{'s' if verdict is not Verdict.FAIL else 'ures'}")
        for verdict in (Verdict.FAIL, Verdict.WARN, Verdict.NOTE)
    ]
    results = [rule.result for rule in told.rules]
    counts += [(len(told.suppressed), "suppressed"), (results.count("kept"), "rules kept")]
    counts += [(results.count("not tested"), "rules not tested")]
    tiles = "".join(f"<div class='tile'><b>{number:,}</b><span>{safe(words)}</span></div>" for number, words in counts)
    return f"<div class='tiles'>{tiles}</div>"


def _count(faults: Sequence[Fault], verdict: Verdict) -> int:
    return sum(fault.verdict is verdict for fault in faults)


def _scope(version: str, told: Linted) -> Iterator[str]:
    """What was looked at, when, by whom, by which rules."""
    looked = told.examined
    words = {"server": looked.servers, "certificate": looked.certificates, "request": looked.requests}
    words |= {"CRL": looked.crls, "key": looked.keys}
    counted = ", ".join(f"{number:,} {word}{'s' * (number != 1)}" for word, number in words.items() if number)
    if looked.passed_over:
        counted += f"; {looked.passed_over:,} expired or revoked certificates were passed over"
    if looked.unread:
        counted += f"; {looked.unread:,} could not be read or reached"
    if looked.others:
        counted += f"; {looked.others:,} of other kinds were not looked at"
    tool = f"mtlsctl {version}" + (f", pkilint {told.pkilint}" if told.pkilint else "")
    sources = "".join(f"<p><b>{safe(one)}</b> {safe(SOURCES[one])}</p>" for one in told.profiles)
    table = rows(
        ("targets", chips(looked.targets)),
        ("looked at", safe(counted or "nothing")),
        ("time", _minute(told.at)),
        ("tool", safe(tool)),
        ("rules of", sources),
        *([("suppressions", safe(told.config))] if told.config else []),
    )
    yield f"<h2>What was examined</h2><div class='card'>{table}</div>"


def _server(server: Settings) -> Iterator[str]:
    """What a server accepts."""
    yield f"<h2>TLS settings of <span>{safe(server.label)}</span></h2>"
    lines = "".join(map(_version, server.versions))
    if lines:
        yield (
            "<div class='card flush'><table><tr><th>version</th><th></th><th>cipher suites</th><th>groups</th>"
            f"<th class='wide'>signatures</th><th class='wide'>other</th></tr>{lines}</table></div>"
        )
    asks = {True: "asked for", False: "not asked for", None: "not known"}[server.asks_for_certificate]
    if server.asks_for_certificate and server.lets_in_without is not None:
        asks += "; who has none is let in" if server.lets_in_without else "; who has none is refused"
    table = rows(
        ("client certificate", safe(asks)),
        *([("takes signatures", chips(server.client_signatures))] if server.client_signatures else []),
        *([("names as issuers", chips(server.acceptable_issuers[:12]))] if server.acceptable_issuers else []),
        ("handshakes", f"{server.handshakes} were made to find this out"),
    )
    yield f"<div class='card'>{table}</div>"


def _version(one: Suites) -> str:
    old = one.version in ("TLS 1.0", "TLS 1.1")
    if not one.accepted:
        kind, word = ("some", "not tested") if one.accepted is None else ("yes" if old else "idle", "not accepted")
        return (
            f"<tr><td class='key'>{safe(one.version)}</td><td><span class='badge {kind}'>{word}</span></td>"
            f"<td colspan='4' class='dim'>{safe(one.why)}</td></tr>"
        )
    return (
        f"<tr><td class='key fit'>{safe(one.version)}</td>"
        f"<td class='fit'><span class='badge {'no' if old else 'yes'}'>accepted</span></td>"
        f"<td>{_lines(one.suites)}</td><td>{_lines(one.groups)}</td>"
        f"<td class='wide'>{_lines(one.signatures)}</td><td class='wide'>{_lines(_other(one))}</td></tr>"
    )


def _lines(words: Sequence[str]) -> str:
    return "<br>".join(mono(word) for word in words) or "<span class='dim'>none seen</span>"


def _other(one: Suites) -> list[str]:
    found = []
    for value, words in (
        (one.extended_master_secret, "extended master secret"),
        (one.renegotiation_info, "secure renegotiation"),
        (one.resumed, "sessions resumed"),
    ):
        if value is not None:
            found.append(words if value else f"no {words}")
    return found


def _broken(faults: Sequence[Fault]) -> Iterator[str]:
    """A card for each broken rule, worst first."""
    yield "<h2>Broken rules</h2>"
    if not faults:
        yield "<div class='card'><p>None.</p></div>"
    ordered = sorted(faults, key=lambda fault: (-fault.verdict.rank, fault.code))
    for code, group in groupby(ordered, key=lambda fault: fault.code):
        yield _card(code, list(group))


def _card(code: str, found: Sequence[Fault]) -> str:
    entry = codes.CODES.get(code)
    verdict = found[0].verdict
    edge = {Verdict.FAIL: "fault", Verdict.WARN: "doubt"}.get(verdict, "note")
    lines = "".join(f"<li>{safe(fault.message)}</li>" for fault in found[:MAX_EVIDENCE])
    if len(found) > MAX_EVIDENCE:
        lines += f"<li class='dim'>and {len(found) - MAX_EVIDENCE:,} more</li>"
    title = titled(code)
    about = f"<ul>{lines}</ul>"
    if entry:
        about = (
            f"<p class='small'>{safe(entry.meaning)}</p>{about}"
            f"<p class='small'><b>To do</b> {safe(entry.fix)}</p><p class='dim small'>{safe(entry.source)}</p>"
        )
    elif foreign.CODE.fullmatch(code):
        about += (
            f"<p class='small'><b>To do</b> {safe(foreign.fix(code))}</p>"
            f"<p class='dim small'>{safe(foreign.document(code))}, by pkilint</p>"
        )
    return (
        f"<div class='card {edge}'><div class='top'><span class='badge {_CLASSES[verdict]}'>{_WORDS[verdict]}</span>"
        f"<h3>{safe(title)}</h3><code class='dim'>{safe(code)}</code></div>{about}</div>"
    )


def _suppressed(passed: Sequence[Passed]) -> Iterator[str]:
    """Each fault that does not count, with the reason."""
    if not passed:
        return
    yield "<h2>Suppressed, with reasons</h2>"
    head = "<tr><th>rule</th><th>what</th><th>reason</th><th>until</th><th class='wide'>by</th></tr>"
    lines = "".join(map(_passed, passed[:200]))
    more = f"<p class='dim'>and {len(passed) - 200:,} more</p>" if len(passed) > 200 else ""
    yield f"<div class='card flush'><table>{head}{lines}</table></div>{more}"


def _passed(one: Passed) -> str:
    said = one.suppression
    until = f"{said.expires:%Y-%m-%d}" if said.expires else "no end"
    return (
        f"<tr><td>{mono(one.fault.code)}</td><td>{safe(one.fault.message)}</td><td>{safe(said.reason)}</td>"
        f"<td class='key'>{until}</td><td class='wide'>{safe(said.origin)}</td></tr>"
    )


def _untested(servers: Sequence[Settings]) -> Iterator[str]:
    """What could not be told about servers, and why."""
    found = [(server.label, one) for server in servers for one in server.untested]
    if found:
        several = len(servers) > 1
        lines = "".join(
            f"<tr><td class='half'>{safe(f'{label}: {one.what}' if several else one.what)}</td>"
            f"<td>{safe(one.why)}</td></tr>"
            for label, one in found
        )
        yield "<h2>Not tested: may be there or not</h2>"
        yield f"<div class='card flush'><table>{lines}</table></div>"


def _rules(outcomes: Sequence[Outcome]) -> str:
    """Every rule with its result."""
    order = list(_RESULTS)
    lines = "".join(map(_outcome, sorted(outcomes, key=lambda rule: (order.index(rule.result), -rule.verdict.rank))))
    names = "".join(f"<th>{word}</th>" for word in ("counts as", "looked at", "broken"))
    head = f"<tr><th>result</th><th>rule</th><th class='wide'>source</th>{names}</tr>"
    return f"<h2>All rules</h2><div class='card flush'><table>{head}{lines}</table></div>"


def _outcome(rule: Outcome) -> str:
    kind, word = _RESULTS[rule.result]
    return (
        f"<tr><td><span class='badge {kind}'>{word}</span></td><td class='most'>{safe(rule.title)}<br>"
        f"<span class='dim'>{mono(rule.code)}</span></td><td class='wide dim'>{safe(rule.source)}</td>"
        f"<td class='key'>{_WORDS[rule.verdict]}</td><td class='count'>{rule.looked:,}</td>"
        f"<td class='count'>{rule.broken:,}</td></tr>"
    )


def _certificates(found: Sequence[tuple[str, x509.Certificate]], at: datetime) -> Iterator[str]:
    if not found:
        return
    yield "<h2>Certificates</h2>"
    yield from (_certificate(label, certificate, at) for label, certificate in found[:MAX_CERTIFICATES])
    if len(found) > MAX_CERTIFICATES:
        yield f"<p class='dim'>and {len(found) - MAX_CERTIFICATES:,} more</p>"


def _certificate(label: str, certificate: x509.Certificate, at: datetime) -> str:
    one = describe(certificate)
    left = f"{span(one.not_after - at)} left" if at <= one.not_after else f"expired {span(at - one.not_after)} ago"
    dates = f"{one.not_before:%Y-%m-%d %H:%M} to {one.not_after:%Y-%m-%d %H:%M} UTC · {left}"
    table = rows(
        *([("names", chips(one.names))] if one.names else []),
        ("issuer", safe(one.issuer)),
        ("valid", safe(dates)),
        ("key", safe(one.key)),
        ("serial", mono(one.serial_hex)),
        ("SHA-256", mono(one.sha256)),
    )
    head = f"<h3>{safe(one.subject or '(empty subject)')}</h3><span class='dim small'>{safe(label)}</span>"
    return f"<div class='card'><div class='top'>{head}</div>{table}</div>"

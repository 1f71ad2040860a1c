"""What lint found as text: servers, each broken rule with examples, what was passed over, and the counts."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from textwrap import wrap
from typing import Any

from mtlsctl.cli import output
from mtlsctl.cli.output import STYLES, Line
from mtlsctl.cli.text.common import date
from mtlsctl.core import codes
from mtlsctl.core.findings import Finding, Verdict, worst
from mtlsctl.core.lint import rules
from mtlsctl.core.lint.result import Examined, Linted
from mtlsctl.core.lint.rule import Profile
from mtlsctl.core.lint.run import titled
from mtlsctl.core.lint.settings import Settings, Suites
from mtlsctl.core.lists import few
from mtlsctl.workflows.lint import Report

EXAMPLES = 5
WIDTH = 80


def rules_of(profiles: Sequence[Profile]) -> list[dict[str, Any]]:
    """The rules of some profiles, with what the catalogue says of them."""
    return [
        {
            "code": rule.code,
            "verdict": rule.verdict,
            "title": codes.CODES[rule.code].title,
            "profiles": rule.profiles,
            "scopes": rule.scopes,
            "source": codes.CODES[rule.code].source,
            "fix": codes.CODES[rule.code].fix,
        }
        for rule in rules.asked_for(profiles)
    ]


def rule_lines(found: Iterable[dict[str, Any]]) -> Iterator[Line]:
    """A line for each rule, by what it looks at."""
    for scope, group in groupby(sorted(found, key=lambda rule: rule["scopes"][0]), key=lambda rule: rule["scopes"][0]):
        yield [(str(scope), "bold")]
        for rule in group:
            yield [
                (f"  {rule['verdict']:<5}", STYLES[rule["verdict"]]),
                (f"{rule['code']:<32}", "cyan"),
                f"{rule['title']}",
                (f"  ({', '.join(rule['profiles'])})", "dim"),
            ]
    yield ""
    yield "mtlsctl explain RULE says more; rfc5280 and webpki add the rules of pkilint"


def show(done: Report, findings: Sequence[Finding], fail_on: Verdict, page: Path | None) -> None:
    """Write all of it."""
    linted = done.linted
    lines: list[Line] = [*heading(linted)]
    for server in linted.servers:
        lines += ["", *settings(server)]
    lines += broken(findings)
    lines += passed_over(linted)
    lines += ["", *verdict(linted, findings, fail_on)]
    if page:
        lines.append(f"report  {page}")
    with output.known():
        output.print_lines(lines)


def heading(linted: Linted) -> Iterator[Line]:
    """What was looked at, by whose rules, when."""
    yield [("lint ", "bold"), few(linted.examined.targets, 3)]
    yield [
        ("  profiles  ", "dim"),
        ", ".join(linted.profiles) + (f" (pkilint {linted.pkilint})" if linted.pkilint else ""),
    ]
    if linted.config:
        yield [("  config    ", "dim"), linted.config]
    yield [("  looked at ", "dim"), counted(linted.examined)]
    yield [("  at        ", "dim"), date(linted.at)]


def counted(examined: Examined) -> str:
    """`3 certificates, 1 key`."""
    words = {
        "server": examined.servers,
        "certificate": examined.certificates,
        "request": examined.requests,
        "CRL": examined.crls,
        "key": examined.keys,
    }
    said = [f"{number:,} {word}{'s' * (number != 1)}" for word, number in words.items() if number]
    if examined.passed_over:
        said.append(f"{examined.passed_over:,} expired or revoked passed over")
    if examined.unread:
        said.append(f"{examined.unread:,} could not be read")
    if examined.others:
        said.append(f"{examined.others:,} of other kinds, not looked at")
    return ", ".join(said) or "nothing"


def settings(server: Settings) -> Iterator[Line]:
    """What a server accepts, version by version."""
    yield [(server.label, "bold"), f"  {server.handshakes} handshake{'s' * (server.handshakes != 1)}"]
    for one in server.versions:
        yield from _version(one)
    asks = {True: "asked for", False: "not asked for", None: "not known"}[server.asks_for_certificate]
    if server.asks_for_certificate and server.lets_in_without is not None:
        asks += ", and demanded" if not server.lets_in_without else ", and not demanded"
    yield [("  client certificate  ", "dim"), asks]
    if server.untested:
        yield [("  not tested from here", "yellow")]
        for what, why in server.untested:
            first, *rest = wrap(f"{what}: {why}", WIDTH - 6)
            yield f"    - {first}"
            yield from (f"      {line}" for line in rest)


def _version(one: Suites) -> Iterator[Line]:
    if not one.accepted:
        word, style = ("not accepted", "green" if one.version in ("TLS 1.0", "TLS 1.1") else "")
        word, style = ("not tested", "yellow") if one.accepted is None else (word, style)
        yield [f"  {one.version}  ", (word, style), (f"  {one.why}", "dim")]
        return
    yield [f"  {one.version}  ", ("accepted", "red" if one.version in ("TLS 1.0", "TLS 1.1") else "")]
    for title, words in (("suites", one.suites), ("groups", one.groups), ("signatures", one.signatures)):
        first, *rest = wrap(", ".join(words), WIDTH - 16) or [""]
        if first:
            yield [(f"    {title:<12}", "dim"), first]
            yield from (f"{' ' * 16}{line}" for line in rest)
    if one.resumed is not None:
        yield [("    sessions    ", "dim"), "resumed" if one.resumed else "not resumed"]


def broken(findings: Sequence[Finding]) -> Iterator[Line]:
    """Each broken rule once, with examples and its fix."""
    ordered = sorted(findings, key=lambda f: (-f.verdict.rank, f.code))
    for code, group in groupby(ordered, key=lambda f: f.code):
        found = list(group)
        title = titled(code)
        yield ""
        times = f"  {len(found):,} times" if len(found) > 1 else ""
        yield [(f"{found[0].verdict:<5}", STYLES[found[0].verdict]), (title, "bold"), (f"  [{code}]", "dim"), times]
        one_for_all = len({finding.hint for finding in found[:EXAMPLES]}) == 1
        for finding in found[:EXAMPLES]:
            yield f"      {finding.message}"
            yield from _hint("" if one_for_all else finding.hint)
        if len(found) > EXAMPLES:
            yield f"      ... and {len(found) - EXAMPLES:,} more: --json has all"
        yield from _hint(found[0].hint if one_for_all else "")


def _hint(hint: str) -> Iterator[Line]:
    if hint:
        yield ["      ", ("hint: ", "bold"), hint]


def passed_over(linted: Linted) -> Iterator[Line]:
    """Each suppression that hid something, with its reason."""
    if not linted.suppressed:
        return
    yield ""
    yield [("suppressed", "bold"), f"  by {linted.config or '--ignore'}" if not _mixed(linted) else ""]
    counts: dict[tuple[str, str, str], int] = {}
    for one in linted.suppressed:
        until = f", until {one.suppression.expires:%Y-%m-%d}" if one.suppression.expires else ""
        key = (one.fault.code, one.suppression.reason, until)
        counts[key] = counts.get(key, 0) + 1
    for (code, reason, until), number in counts.items():
        times = f" ({number:,} times)" if number > 1 else ""
        yield [(f"  {code}", "dim"), f"{times}: {reason}{until}"]


def _mixed(linted: Linted) -> bool:
    return len({one.suppression.origin.partition(",")[0] for one in linted.suppressed}) > 1


def verdict(linted: Linted, findings: Sequence[Finding], fail_on: Verdict) -> Iterator[Line]:
    """The last lines: how many rules were kept, and the answer."""
    results = [rule.result for rule in linted.rules]
    words = [f"{results.count(word)} {word}" for word in ("kept", "broken", "suppressed", "not tested")]
    yield [("rules   ", "dim"), ", ".join(word for word in words if not word.startswith("0 "))]
    counts = {level: sum(f.verdict is level for f in findings) for level in reversed(Verdict)}
    said = ", ".join(f"{number:,} {level}{'s' * (number > 1)}" for level, number in counts.items() if number)
    if linted.examined.unread:
        yield [("Could not tell", "bold red"), f" of all{f': {said}' if said else ''}."]
    elif findings and worst(findings).rank >= fail_on.rank:
        yield [("Not clean", "bold red"), f": {said}."]
    elif not linted.tested:
        yield "Nothing to tell: no rule of this profile is about what was looked at."
    elif findings:
        yield [("Clean", "bold green"), f" but for {said}; --fail-on says {fail_on}."]
    elif linted.examined.keys_alone:
        yield [("Clean", "bold green"), ", as far as a key by itself tells: no certificate was looked at."]
    else:
        yield [("Clean", "bold green"), "."]

"""Many handshakes as lines: one for each target, and what they amount to; the runs of one, and how long they took."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from mtlsctl.cli.output import STYLES, Line
from mtlsctl.cli.text.common import row
from mtlsctl.core.findings import Verdict, worst
from mtlsctl.core.observation import version_words

if TYPE_CHECKING:
    from mtlsctl.core.latency import Spread
    from mtlsctl.workflows.handshake_result import Handshake
    from mtlsctl.workflows.many import One, Summary

_SHOWN = 8  # groups and codes that are listed


def line(one: "One") -> Line:
    """One target: the verdict, the target, what was agreed or what was wrong, and the codes."""
    if one.error:
        return _line(Verdict.FAIL, one.target.shown, one.error.message, (one.error.code,))
    verdict = worst(one.findings)
    if one.result is None or not one.accepted:
        return _line(verdict, one.target.shown, one.findings[0].message, (one.code,))
    codes = tuple(f.code for f in one.findings if f.verdict is not Verdict.OK)
    return _line(verdict, one.target.shown, agreed(one.result), codes)


def _line(verdict: Verdict, target: str, said: str, codes: Iterable[str]) -> Line:
    place = target.split()[0]
    said = said.removeprefix(f"{place}: ").removeprefix(f"{place} ")
    shown = "".join(f"  [{code}]" for code in codes)
    return [(f"{verdict:<5}", STYLES[verdict]), (target, "bold"), f"  {said}", (shown, "dim")]


def agreed(result: "Handshake") -> str:
    """A good handshake in a few words."""
    leaf = result.server_chain[0] if result.server_chain else None
    total = result.dns_seconds + result.tcp_seconds + result.tls_seconds
    server = f"{leaf.subject or leaf.names[:1]}, until {leaf.not_after:%Y-%m-%d}" if leaf else ""
    words = (version_words(result.version), result.group, server, result.http_status, f"{total * 1000:.1f} ms")
    return ", ".join(word for word in words if word)


def counted(done: "Summary") -> Iterable[str]:
    """The figures in words."""
    yield f"{done.targets:,} target{'s' if done.targets != 1 else ''}: {done.accepted:,} accepted"
    yield f", {done.refused:,} refused"
    if done.untold:
        yield f", {done.untold:,} could not tell"


def summary(done: "Summary") -> Iterable[Line]:
    """What all of them amount to."""
    yield ""
    rate = f", {done.targets / done.seconds:,.0f} per second" if done.seconds >= 1 else ""
    yield [("".join(counted(done)), "bold"), f" ({done.seconds:.1f} s{rate})"]
    bad = [(code, count) for code, count in done.codes.items() if code != "ok"]
    for code, count in bad[:_SHOWN]:
        yield f"  {count:>7,}  {code}"
    if len(bad) > _SHOWN:
        yield f"  and {len(bad) - _SHOWN} other codes"
    if done.refused or done.untold:
        yield [("hint: ", "bold"), "one of them in full: mtlsctl handshake HOST:PORT; a code: mtlsctl explain CODE"]


def repeated(result: "Handshake") -> Iterable[Line]:
    """The runs of one target: who answered how, and how long it took."""
    from mtlsctl.workflows.repeat import numbers  # only where there are runs

    good = sum(run.accepted for run in result.runs)
    resumed = sum(run.resumed for run in result.runs)
    yield row("runs", f"{len(result.runs)}: {good} accepted, {len(result.runs) - good} refused, {resumed} resumed")
    for group in result.groups[:_SHOWN]:
        shown = f"{group.server_subject or '(empty subject)'} SHA-256 {group.server_sha256[:16]}..."
        yield row("", f"{group.outcome}: {shown if group.server_sha256 else 'no certificate'}, {numbers(group.runs)}")
    if result.latency:
        named = ("tcp", "tls", "tls resumed", "in all")
        for name, spread in zip(named, result.latency, strict=True):
            if spread:
                yield row(name, _spread(spread))


def _spread(one: "Spread") -> str:
    return f"p50 {one.p50:.1f}  p90 {one.p90:.1f}  p99 {one.p99:.1f}  max {one.max:.1f} ms"

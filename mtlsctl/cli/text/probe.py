"""A proof as a table: each offer with what came of it at each version of TLS."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from mtlsctl.cli.output import Line
from mtlsctl.cli.text.common import row

if TYPE_CHECKING:
    from mtlsctl.core.proof import Trial
    from mtlsctl.workflows.probe import Probe

_WHAT, _SEEN = 36, 20
"""Widths of the columns: with two versions a line has less than 80 characters, where the reasons are short."""


def lines(result: "Probe") -> Iterable[Line]:
    """What was shown to whom, and what came of it; the verdict and the findings follow."""
    yield [("probe ", "bold"), result.endpoint]
    if result.address:
        yield row("address", result.address)
    if not result.trials:
        return
    issuers = " or ".join(result.acceptable_issuers[:3]) or "any CA"
    yield row("asks for", f"a certificate from {issuers}" if result.asks_for_certificate else "no certificate")
    yield row("trust", result.trust)
    asked = f", and the answer to GET {result.http}" if result.http else ", and the answer to a login"
    yield row("judged by", f"TLS{asked}" if result.http or result.login else "TLS alone")
    for one in result.versions:
        if not one.spoken:
            yield row(f"TLS {one.version}", f"not spoken: {one.why}")
    versions = [one.version for one in result.versions if one.spoken]
    wide = max([_SEEN, *(len(_cell(trial)[0]) + 2 for trial in result.trials if trial.version)])
    yield ""
    yield [(f"  {'':<{_WHAT}}" + "".join(f"{'TLS ' + v:<{wide}}" for v in versions).rstrip(), "bold")]
    yield from _part("must get in", "accepted", result.trials, versions, wide)
    yield from _part("must be refused", "refused", result.trials, versions, wide)
    yield from _part("good to know", "either", result.trials, versions, wide)
    yield _verdict(result)
    yield ""


def _verdict(result: "Probe") -> Line:
    """The answer in a line, and how far it reaches."""
    others = [t for t in result.trials if t.expected.value == "refused"]
    tried = {(t.offer, t.what) for t in others if t.outcome.value != "not-tried"}
    let_in = {(t.offer, t.what) for t in others if t.as_expected is False}
    left = len({(t.offer, t.what) for t in others}) - len(tried)
    words, style = {
        "enforced": (f"enforced: the good one gets in, and none of {len(tried)} others", "bold green"),
        "let-in": (f"NOT ENFORCED: {len(let_in)} of {len(tried)} get in that must be refused", "bold red"),
        "unknown": ("could not tell", "bold yellow"),
    }[result.conclusion.value]
    return [("  verdict       ", "dim"), (words, style), f" ({left} not tried)" if left else ""]


def _part(title: str, expected: str, trials: Sequence["Trial"], versions: Sequence[str], wide: int) -> Iterable[Line]:
    """The rows of what is expected alike."""
    chosen = [t for t in trials if t.expected.value == expected]
    if not chosen:
        return
    yield [(f"  {title}", "dim")]
    for what in dict.fromkeys((t.offer, t.what) for t in chosen):
        seen = {t.version: t for t in chosen if (t.offer, t.what) == what}
        pieces: list[str | tuple[str, str]] = [f"    {_short(what[1]):<{_WHAT - 2}}"]
        if "" in seen:
            yield [*pieces, ("not tried", "dim")]
            continue
        *cells, last = [_cell(seen.get(version)) for version in versions]
        yield [*pieces, *((f"{words:<{wide}}", style) for words, style in cells), last]


def _short(what: str) -> str:
    return what if len(what) < _WHAT - 3 else what[: _WHAT - 7] + "..."


def _cell(trial: "Trial | None") -> tuple[str, str]:
    """What came of one trial, in one word and the reason; what must not be is in capitals, for eyes without colour."""
    if trial is None:
        return "-", "dim"
    words = {
        "accepted": f"in, {trial.why}",
        "refused": f"refused, {trial.why}",
        "refused-by-app": f"refused, {trial.why}",
        "tls-only": "in, as far as TLS",
        "unclear": trial.why,
    }[trial.outcome.value]
    if trial.resumed:
        words = words.replace("in, as far as TLS", "resumed").replace("in, ", "resumed, ")
    if trial.as_expected is False:
        words = words.replace("in, ", "GOT IN, ").replace("refused, ", "REFUSED, ").replace("resumed, ", "GOT IN, ")
    style = {True: "green", False: "bold red", None: "cyan" if trial.expected.value == "either" else "yellow"}
    return words, style[trial.as_expected]

"""Who would refuse a chain, as text: a few lines, one where all agree."""

from collections.abc import Iterator, Sequence

from mtlsctl.cli.output import Line
from mtlsctl.core.stacks import Reason, StackVerdict

WIDTH = 80
_LABEL = 13


def lines(verdicts: Sequence[StackVerdict]) -> Iterator[Line]:
    """Those who refuse, grouped by their reasons, with the words of one of them; those not known; those who accept."""
    for names, reasons in _groups(verdicts, "refuses"):
        everyone = len(names) == len(verdicts) and len(verdicts) > 1
        yield from _listed("refused by", ["every stack that is known"] if everyone else names, "red")
        for words in _distinct(reasons):
            yield [" " * _LABEL, words]
        if heard := _heard(verdicts, reasons):
            yield [(" " * _LABEL + heard, "dim")]
    for names, reasons in _groups(verdicts, "unknown"):
        yield from _listed("not known", names, "dim")
        for words in _distinct(reasons):
            yield [(" " * _LABEL + words, "dim")]
    accepting = [v.title for v in verdicts if v.verdict == "accepts"]
    if len(accepting) == len(verdicts) and accepting:
        accepting = [f"all {len(accepting)} stacks that are known, from {accepting[0]} to {accepting[-1]}"]
    if accepting:
        yield from _listed("accepted by", accepting, "green")


def _groups(verdicts: Sequence[StackVerdict], kind: str) -> list[tuple[list[str], list[Reason]]]:
    """The stacks of a verdict, together with those that give the same reasons."""
    found: dict[tuple[tuple[str, str], ...], tuple[list[str], list[Reason]]] = {}
    for verdict in verdicts:
        if verdict.verdict != kind:
            continue
        key = tuple((reason.about, reason.rule) for reason in verdict.reasons)
        names, reasons = found.setdefault(key, ([], []))
        names.append(_title(verdict))
        reasons += verdict.reasons
    return list(found.values())


def _title(verdict: StackVerdict) -> str:
    """With the versions where the reason holds for some only."""
    some = next((r.versions for r in verdict.reasons if r.versions != verdict.versions), "")
    return f"{verdict.title} {some}" if some else verdict.title


def _distinct(reasons: Sequence[Reason]) -> list[str]:
    return list(dict.fromkeys(f"{r.about}: {r.words}" if r.about else r.words for r in reasons))


def _heard(verdicts: Sequence[StackVerdict], reasons: Sequence[Reason]) -> str:
    """What one of the stacks says, where that is known."""
    for verdict in verdicts:
        for reason in verdict.reasons:
            if reason.says and reason in reasons:
                return f"{verdict.title} says: {reason.says}"
    return ""


def _listed(label: str, names: Sequence[str], style: str) -> Iterator[Line]:
    """Names with commas, folded."""
    start, text = f"{label:<{_LABEL}}", ""
    for number, name in enumerate(names):
        word = name + ("," if number < len(names) - 1 else "")
        if text and _LABEL + len(text) + 1 + len(word) > WIDTH:
            yield [start, (text, style)]
            start, text = " " * _LABEL, word
        else:
            text = f"{text} {word}" if text else word
    yield [start, (text, style)]

"""Who else would refuse a path that holds: what core/stacks knows, as notes with what can be done."""

from collections.abc import Sequence
from typing import NamedTuple

from mtlsctl.core.causes import EITHER, Problem
from mtlsctl.core.findings import Verdict, Whose
from mtlsctl.core.stacks import BY_SETTING, Reason, StackVerdict


class Doubt(NamedTuple):
    """A property of a certificate, and who refuses it."""

    name: str
    words: str
    who: tuple[str, ...]
    hint: str = ""


def notes(verdicts: Sequence[StackVerdict], own: str = "") -> list[Problem]:
    """A note for each property that stops some stack, naming all that it stops.

    own: the stack whose rules the verdict is by. What it was measured to refuse all the same is a warning.
    """
    title = next((verdict.title for verdict in verdicts if verdict.stack == own), "")
    stops = {(reason.about, reason.words) for reason in measured(own, verdicts)}
    return [_note(doubt, title if (doubt.name, doubt.words) in stops else "") for doubt in in_common(verdicts)]


def measured(stack: str, verdicts: Sequence[StackVerdict]) -> list[Reason]:
    """Why a stack refuses, so far as that was measured and holds for all its versions."""
    against = [verdict for verdict in verdicts if verdict.stack == stack and verdict.verdict == "refuses"]
    return [
        reason
        for verdict in against
        for reason in verdict.reasons
        if reason.basis == "measured" and reason.versions == verdict.versions
    ]


def in_common(verdicts: Sequence[StackVerdict]) -> list[Doubt]:
    """The reasons of those who refuse, each once with all whom it stops; not what a server's owner has set."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for verdict in verdicts:
        for reason in verdict.reasons if verdict.verdict == "refuses" else ():
            if reason.rule in BY_SETTING or not reason.rule:  # the stack's own answer is said by itself
                continue
            title = f"{verdict.title} {reason.versions}" if reason.versions != verdict.versions else verdict.title
            found.setdefault((reason.about, reason.words, reason.rule), []).append(title)
    return [Doubt(about, words, tuple(who), repair(rule)) for (about, words, rule), who in found.items()]


def refuses(stack: str, verdicts: Sequence[StackVerdict]) -> bool:
    """True when a stack is known to refuse, by a row of its table."""
    return any(v.stack == stack and v.verdict == "refuses" and v.reasons[0].rule for v in verdicts)


def _note(doubt: Doubt, own: str) -> Problem:
    who = (f"{own} itself", *(one for one in doubt.who if one != own)) if own else doubt.who
    message = f"{doubt.name}: {doubt.words}: refused by {', '.join(who)}"
    return Problem("portability", message, doubt.hint, doubt.name, Verdict.WARN if own else Verdict.NOTE, Whose.NOBODY)


def repair(rule: str) -> str:
    """What can be done about a property that some stack refuses."""
    if rule in ("anchor-not-self-signed", "leaf-pinned"):
        return "trust the root itself: --ca FILE"
    if rule in _SENT:
        return "send the leaf and the CAs below the root, each once, and nothing else"
    if rule == "tls-feature":
        return "staple an OCSP response, or issue it again without the TLS feature"
    if rule in ("namesake-trusted", "expired-namesake-trusted"):
        return "trust the one root that issued the chain: --ca FILE"
    if rule.startswith(("ca-", "anchor-")):
        return "make the CA again with such extensions: mtlsctl ca create"
    return f"issue it again: mtlsctl issue {EITHER} NAME"


_SENT = (
    "wrong-order",
    "leaf-not-first",
    "extra-certificates",
    "many-certificates",
    "above-the-anchor",
    "above-the-leaf",
    "expired-twin-first",
)

"""Who would refuse a chain: the rules that it runs into, and what each stack makes of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import NamedTuple

from cryptography import x509

from mtlsctl.core.causes import Cause
from mtlsctl.core.looks import Look, Purpose, Question
from mtlsctl.core.stacks import rare, rules, table
from mtlsctl.core.stacks import words as wording
from mtlsctl.core.stacks.chain import Chain, Hit

__all__ = ["BY_SETTING", "NAMES", "Cell", "Hit", "Reason", "StackVerdict", "cells", "hits", "judge", "verdicts"]

NAMES = tuple(table.STACKS)
"""The stacks, as --policy calls them."""
BY_SETTING = frozenset({"one-intermediate", "two-intermediates"})
"""Rules of a server's own settings, which its owner changes: no fault of the chain."""
_UNLISTED = {
    "no-policy": "no-certificate-policy",
    "revoked": "revoked",
    "crl-missing": "revocation-unknown",
    "crl-expired": "revocation-unknown",
}


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a stack refuses, or why it is not known."""

    rule: str
    """A row of table.py; "" where the stack itself was asked, and the words are its own."""
    about: str
    """The certificate."""
    words: str
    says: str
    """What the user of the stack sees; "" where that is not known, and of names and times it is silent."""
    versions: str
    """Those for which the cell holds."""
    basis: str
    """measured, documented, or unknown."""
    source: str
    """The page behind a documented cell; "" for the others."""


@dataclass(frozen=True, slots=True)
class StackVerdict:
    """What one stack would say."""

    stack: str
    """One of NAMES."""
    title: str
    versions: str
    """Those that were measured, "" where all is documented; for accepts those for which it holds, where not for all."""
    verdict: str
    """accepts, refuses or unknown."""
    reasons: tuple[Reason, ...]
    """For a refusal those that refuse, for unknown those that are not known; () for accepts."""


class Cell(NamedTuple):
    """What a stack makes of a rule."""

    verdict: str
    basis: str


_LETTERS = {
    "A": Cell("accepts", "measured"),
    "R": Cell("refuses", "measured"),
    "a": Cell("accepts", "documented"),
    "r": Cell("refuses", "documented"),
    "?": Cell("unknown", "unknown"),
}


def judge(
    looks: Sequence[Look],
    *,
    anchored: bool,
    question: Question,
    faults: Iterable[Cause] = (),
    path: Sequence[x509.Certificate] = (),
    sent: Sequence[x509.Certificate] = (),
) -> tuple[StackVerdict, ...]:
    """What each stack would say of a path; () for what is neither a server nor a client.

    looks: the path, leaf first, read through; path: the same with those that cannot be read. anchored: its last
    certificate is trusted. faults: what our own checks found; of these only revocation is taken, the rest is looked
    at again by each stack's lights. sent: what is presented, in its order; () where that does not matter.
    """
    if question.purpose not in rules.PURPOSES or not (looks or path):
        return ()
    found = hits(looks, anchored=anchored, question=question, faults=faults, path=path, sent=sent)
    return verdicts(found, question.purpose)


def hits(
    looks: Sequence[Look],
    *,
    anchored: bool,
    question: Question,
    faults: Iterable[Cause] = (),
    path: Sequence[x509.Certificate] = (),
    sent: Sequence[x509.Certificate] = (),
    trusted: Sequence[x509.Certificate] = (),
) -> list[Hit]:
    """The rules that a path runs into. trusted: everything that is, in its order; () where that does not matter."""
    whole = tuple(path) or tuple(one.certificate for one in looks)
    found = rules.hits(Chain(whole, looks, question, anchored, sent, trusted))
    name = looks[0].name if looks else ""
    more = dict.fromkeys(_UNLISTED[fault] for fault in faults if fault in _UNLISTED)
    return [*found, *(Hit(rule, name) for rule in more)]


def verdicts(found: Sequence[Hit], purpose: Purpose) -> tuple[StackVerdict, ...]:
    """What each stack makes of the rules."""
    content, telling = _content(purpose), _telling(purpose)
    judged: dict[str, list[tuple[Cell, Hit]]] = {}
    for hit in found:
        for stack, cell in telling[hit.rule]:
            judged.setdefault(stack, []).append((cell, hit))
    if not judged:
        return tuple(content.values())
    return tuple(_verdict(one, judged[stack]) if stack in judged else one for stack, one in content.items())


def _verdict(content: StackVerdict, judged: Sequence[tuple[Cell, Hit]]) -> StackVerdict:
    """What a stack that would be content says of rules that it does not let pass, or not in all its versions."""
    against = [(cell, hit) for cell, hit in judged if cell.verdict != "accepts"]
    if not against:
        return replace(content, versions=table.VERSIONS[content.stack, judged[0][1].rule])
    verdict = "refuses" if any(cell.verdict == "refuses" for cell, _ in against) else "unknown"
    reasons = tuple(_reason(content.stack, cell, hit) for cell, hit in against if cell.verdict == verdict)
    return replace(content, verdict=verdict, reasons=reasons)


@cache
def _content(purpose: Purpose) -> dict[str, StackVerdict]:
    """What each stack says of a chain that runs into no rule."""
    found = {}
    for stack, known in cells(purpose).items():
        title, versions, _ = table.STACKS[stack]
        found[stack] = StackVerdict(stack, title, versions, known["good"].verdict, ())
    return found


@cache
def _telling(purpose: Purpose) -> dict[str, tuple[tuple[str, Cell], ...]]:
    """For each rule the stacks that do not let it pass, or not in all their versions."""
    columns = cells(purpose)
    return {
        rule: tuple(
            (stack, known[rule])
            for stack, known in columns.items()
            if known[rule].verdict != "accepts" or (stack, rule) in table.VERSIONS
        )
        for rule in next(iter(columns.values()))
    }


def accepts(stack: str, rule: str, purpose: Purpose) -> bool:
    """Whether a stack is known to accept what runs into a rule; False for what it is not known of."""
    if purpose not in rules.PURPOSES or stack not in cells(purpose):
        return False
    return cells(purpose)[stack][rule].verdict == "accepts"


def _reason(stack: str, cell: Cell, hit: Hit) -> Reason:
    versions = table.VERSIONS.get((stack, hit.rule), table.STACKS[stack].versions)
    says = wording.SAYS.get((stack, hit.rule), "") if cell.verdict == "refuses" else ""
    source = source_of(stack, hit.rule) if cell.basis == "documented" else ""
    return Reason(hit.rule, hit.about, words(hit.rule), says, versions, cell.basis, source)


def source_of(stack: str, rule: str) -> str:
    """The page that documents a cell."""
    return table.APPLE_SOURCE if stack == "apple" else table.SOURCES[stack][rule]


def words(rule: str) -> str:
    """A rule in words, of the certificate that it is about."""
    if rule in wording.WORDS:
        return wording.WORDS[rule]
    role, _, rest = rule.partition("-")
    known = wording.WORDS.get(f"ca-{rest}") or wording.WORDS[rest]
    return f"the trusted one: {known}" if role == "anchor" else known


@cache
def cells(purpose: Purpose) -> dict[str, dict[str, Cell]]:
    """The table for a purpose: stack, then rule."""
    server = purpose is Purpose.SERVER
    text, stacks = (table.SERVER, table.SERVER_STACKS) if server else (table.CLIENT, table.CLIENT_STACKS)
    found: dict[str, dict[str, Cell]] = {stack: {} for stack in stacks}
    for line in (text + (rare.SERVER if server else rare.CLIENT)).splitlines():
        rule, *letters = line.split() or ["#"]
        if rule == "#":
            continue
        for stack, letter in zip(found, letters, strict=True):
            found[stack][rule] = _LETTERS[letter]
    return found

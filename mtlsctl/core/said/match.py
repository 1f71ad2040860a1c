"""A pasted text -> what it says: which stack, on which side, who refused whom, and the codes."""

from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from mtlsctl.core import alerts, codes
from mtlsctl.core.said import bare, numbers, operands, speakers
from mtlsctl.core.said.causes import ALERTS, CAUSES, Heard
from mtlsctl.core.said.lines import SMALL, Line, bounded, split, windows
from mtlsctl.core.said.row import Hears, Refuses, Row, Sends, Side, flat, pattern
from mtlsctl.core.said.search import NONE, best, weight
from mtlsctl.core.said.speakers import Speaker, speaker

MAX_MATCHES = 50
"""Different things said that are reported; a text with more is a log of many troubles."""


class Reading(NamedTuple):
    """What a line means if it stands in the log of one side."""

    side: Side
    refused_by: str
    """client, server, app, network, local or nobody."""
    codes: tuple[str, ...]
    """Codes of the catalogue, the likeliest first."""
    says: str


class Match(NamedTuple):
    """One thing that a text says."""

    line: str
    number: int
    """The first line that says it, from 1."""
    times: int
    """How many lines say it."""
    stack: str
    side: Side
    refused_by: str
    codes: tuple[str, ...]
    confidence: Literal["certain", "likely", "unknown"]
    """certain: one cause. likely: several, the first is the likeliest. unknown: the text alone does not tell."""
    says: str
    operands: dict[str, str]
    note: str
    source: str
    otherwise: tuple[Reading, ...] = ()
    """The other reading of a line that may stand in either side's log."""
    follows: bool = False
    """It comes of what another match says: the alert of a refusal, or a connection that broke after one."""


class Said(NamedTuple):
    """What a text says, the root cause first."""

    matches: tuple[Match, ...]
    lines: int
    """Lines read."""
    skipped: int
    """Characters before them that were not read."""


def understand(text: str) -> Said:
    """What a pasted text says; no matches for one that says nothing known. Never raises, linear in the text."""
    text, skipped = bounded(text)
    found = split(text)
    if short := bare.rows(text):
        shown = [f"{found[0].text} ({row.text})" if len(short) > 1 else found[0].text for row in short]
        matches = [_match(row, Line(1, line), Speaker(), {}) for row, line in zip(short, shown, strict=True)]
    else:
        around = speakers.around([line.text for line in found]) if len(found) <= SMALL else ""
        matches = _order(_follow(_merge(_inherit(list(_all(found)), around))))
    return Said(tuple(matches[:MAX_MATCHES]), len(found), skipped)


def _all(found: list[Line]) -> Iterator[Match]:
    """A match for each line that says something; of a line cut in two, one."""
    single = {index: best(line.text) for index, line in enumerate(found)}
    chosen = {index: (hit, found[index].text) for index, hit in single.items() if hit}
    for window in windows(found):
        hit, below = best(window.whole), range(window.at + 1, window.at + window.lines)
        if not hit or not hit.start < window.second <= window.last < hit.end:
            continue
        if weight(hit) > max((weight(one) for n in (window.at, *below) if (one := single.get(n))), default=NONE):
            chosen[window.at] = (hit, window.whole)
            for n in below:
                if (one := single.get(n)) and one.row.means == hit.row.means:
                    chosen.pop(n, None)
    for index in sorted(chosen):
        hit, text = chosen[index]
        yield _match(hit.row, Line(found[index].number, text), speaker(flat(text)), _caught(hit.row, text))


def _caught(row: Row, line: str) -> dict[str, str]:
    match = pattern(row.text).search(line)
    return match.groupdict() if match else {}


def _match(row: Row, line: Line, who: Speaker, caught: dict[str, str]) -> Match:
    named = operands.operands(line.text, caught)
    first, *others = _readings(row, row.side or who.side, named.get("depth", ""))
    certain = len(first.codes) == 1 and not others and not row.weak
    return Match(
        line.text,
        line.number,
        1,
        row.stack if row.source == numbers.OWN else who.stack or row.stack or "no program in particular",
        first.side,
        first.refused_by,
        first.codes,
        "certain" if certain else "unknown" if row.weak or not first.codes else "likely",
        first.says,
        named,
        _note(row),
        row.source,
        tuple(others),
    )


def _note(row: Row) -> str:
    if row.note or not isinstance(row.means, Hears | Sends):
        return row.note
    return ALERTS.get(row.means.alert, Heard((), ())).note


def _readings(row: Row, side: Side, depth: str) -> list[Reading]:
    """The readings of a row: one where the side is known, else the client's first."""
    sides: tuple[Side, ...] = (side,) if side else ("client", "server")
    match row.means:
        case Refuses(cause):
            if cause in ("name", "address", "cn-only"):  # a server compares no names with those of clients
                sides = (side or "client",)
            return [_refusal(cause, at, depth) for at in sides]
        case Hears(alert):
            return [r for at in sides if (r := _heard(alert, at))] or [_plain_alert(alert, side)]
        case Sends(alert):
            return [_sent(alert, at) for at in sides]
        case means:
            title = codes.CODES[means.codes[0]].title if means.codes else "a sign of trouble that another line names"
            return [Reading(side, means.by, means.codes, title)]


OTHER: dict[Side, Side] = {"client": "server", "server": "client"}


def _refusal(cause: str, at: Side, depth: str) -> Reading:
    if cause == "expired" and depth.isdigit() and int(depth):
        cause = "chain-expired"
    words, server, client = CAUSES[cause]
    says = f"the {at} refuses the {OTHER[at]}'s certificate: {words}"
    return Reading(at, at, server if at == "client" else client, says)


def _heard(alert: int, at: Side) -> Reading | None:
    found = ALERTS.get(alert, Heard((), ()))
    mine = found.client if at == "client" else found.server
    kind = alerts.ALERTS[alert]
    says = f"the {OTHER[at]} sent alert {alert} {kind.name}: {kind.meaning}"
    return Reading(at, OTHER[at], mine, says) if mine else None


def _plain_alert(alert: int, side: Side) -> Reading:
    kind = alerts.ALERTS[alert]
    other = OTHER.get(side, "")
    says = f"{f'the {other}' if other else 'the other end'} sent alert {alert} {kind.name}: {kind.meaning}"
    return Reading(side, other or "nobody", (), says)


def _sent(alert: int, at: Side) -> Reading:
    found = ALERTS.get(alert, Heard((), ()))
    kind = alerts.ALERTS[alert]
    says = f"the {at} sent alert {alert} {kind.name}: {kind.meaning}"
    return Reading(at, at, found.server if at == "client" else found.client, says)


def _inherit(matches: list[Match], around: Side) -> list[Match]:
    """In a short text, lines that do not tell their side stand on the one that the others name."""
    told: set[Side] = {match.side for match in matches if match.side and not match.otherwise} or {around}
    if len(told) != 1 or len(matches) > 20:
        return matches
    side = told.pop()
    return [_on(match, side) for match in matches]


def _follow(matches: list[Match]) -> list[Match]:
    """In a text with one trouble or two, what only follows from them is marked."""
    if len(matches) > 20:
        return matches
    judged = {match.refused_by for match in matches if " refuses the " in match.says and match.confidence != "unknown"}
    clear = any(match.confidence != "unknown" for match in matches)
    return [
        match._replace(
            follows=(match.confidence == "unknown" and clear)
            or (" sent alert " in match.says and match.side == match.refused_by and match.side in judged)
        )
        for match in matches
    ]


def _on(match: Match, side: Side) -> Match:
    for reading in (Reading(match.side, match.refused_by, match.codes, match.says), *match.otherwise):
        if match.otherwise and reading.side == side:
            certain = match.confidence == "likely" and len(reading.codes) == 1
            return match._replace(
                **reading._asdict(), otherwise=(), confidence="certain" if certain else match.confidence
            )
    return match


def _merge(matches: Iterable[Match]) -> list[Match]:
    """The same thing said by several lines, once; its operands together."""
    found: dict[tuple[str, ...], Match] = {}
    for match in matches:
        key = (match.side, match.refused_by, match.says, *match.codes)
        if first := found.get(key):
            # The line that names most is shown.
            fuller = match if len(match.operands) > len(first.operands) else first
            found[key] = fuller._replace(
                number=first.number, times=first.times + 1, operands=match.operands | first.operands, stack=first.stack
            )
        else:
            found[key] = match
    return list(found.values())


def _order(matches: list[Match]) -> list[Match]:
    """Root causes first: what names a cause, then alerts, then what follows from either."""
    return sorted(matches, key=lambda m: (m.follows, m.confidence == "unknown", " sent alert " in m.says, not m.codes))

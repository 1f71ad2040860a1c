"""One line of a table: a text that some stack says, and what it means."""

import functools
import re
from typing import Literal, NamedTuple

Side = Literal["client", "server", ""]
"""Whose log a text stands in; "" where the text does not tell."""


class Refuses(NamedTuple):
    """The end that says this refuses the other end's certificate."""

    cause: str
    """A key of causes.CAUSES."""


class Hears(NamedTuple):
    """The end that says this was sent an alert: the other end refuses."""

    alert: int


class Sends(NamedTuple):
    """The end that says this sent an alert: it refuses."""

    alert: int


class Says(NamedTuple):
    """Something else: the codes, most likely first, and who refused whom."""

    by: str
    """As `refused_by` of a handshake: client, server, app, network, local or nobody."""
    codes: tuple[str, ...]


Meaning = Refuses | Hears | Sends | Says


class Row(NamedTuple):
    """A text with its meaning.

    text: matched without regard to case, a space also as an underscore. {number} stands for digits, {host} for a name
    or address, {file} for a path, any other {word} for up to 300 characters; what they stand for becomes an operand,
    but for {_}.
    """

    text: str
    means: Meaning
    source: str
    """"measured: ..." with the version that said it, or "documented: ..." with where it is written."""
    stack: str = ""
    side: Side = ""
    note: str = ""
    weak: bool = False
    """It says that something failed and not what: any other text counts for more."""


def refuses(cause: str) -> Refuses:
    """This end refuses the other's certificate."""
    return Refuses(cause)


def says(by: str, codes: str) -> Says:
    """Codes, separated by spaces."""
    return Says(by, tuple(codes.split()))


def rows(
    stack: str, side: Side, source: str, *entries: tuple[str, Meaning] | tuple[str, Meaning, str], weak: bool = False
) -> tuple[Row, ...]:
    """Rows of one stack and source; an entry is (text, meaning) or (text, meaning, note)."""
    return tuple(
        Row(entry[0], entry[1], source, stack, side, entry[2] if len(entry) > 2 else "", weak) for entry in entries
    )


_WORD = re.compile(r"[a-z0-9]+")
_HOLE = re.compile(r"\{(\w+)\}")
# No hole can be empty or without an end, and none stands inside another repetition: time stays linear in the line.
_HOLES = {
    "number": r"\d{1,9}",
    "host": r"[\w.:\[\]*-]{1,253}",
    "file": r"[^'\"<>|:;,]{1,300}?",
    "now": r"[\w:.+ -]{4,40}",
    "not_after": r"[\w:.+ -]{4,40}",
    "not_before": r"[\w:.+ -]{4,40}",
}
_ANY = ".{1,300}?"


@functools.cache
def needle(text: str) -> str:
    """The longest fixed part of a text, as it stands in flat()."""
    return flat(max(_HOLE.split(text)[::2], key=len)).strip()


@functools.cache
def pattern(text: str) -> re.Pattern[str]:
    """A text as a regular expression."""
    parts, used = [], set()
    for number, part in enumerate(_HOLE.split(text)):
        if number % 2 == 0:
            parts.append(re.sub(r"(\\ |_| )", "[ _]", re.escape(part)))
        else:
            hole = _HOLES.get(part, _ANY)
            parts.append(hole if part == "_" or part in used else f"(?P<{part}>{hole})")
            used.add(part)
    if text.endswith("}"):  # nothing follows that would end a short match
        parts[-2] = parts[-2].replace("?)", ")")
    return re.compile("".join(parts), re.IGNORECASE)


def words(text: str) -> list[str]:
    """The words of a text that flat() has made."""
    return _WORD.findall(text)


def fixed_words(text: str) -> set[str]:
    """The words of a row's text that every line with it holds whole: those that touch no hole."""
    parts = _HOLE.split(text)[::2]
    found: set[str] = set()
    for number, part in enumerate(parts):
        for word in _WORD.finditer(lowered := flat(part)):
            begins, ends = number and not word.start(), number < len(parts) - 1 and word.end() == len(lowered)
            if not begins and not ends:
                found.add(word[0])
    return found


def flat(line: str) -> str:
    """A line as needles are looked for in it: lower case, underscores as spaces."""
    return line.lower().replace("_", " ")

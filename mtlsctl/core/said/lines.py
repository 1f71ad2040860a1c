"""Pasted text as lines: colours and prefixes taken off, wrapped lines put together, everything bounded."""

import re
from collections.abc import Iterator
from typing import NamedTuple

MAX_TEXT = 2 << 20
"""Characters of a text that are read: the last ones of a longer text."""
MAX_LINE = 4000
"""Characters of a line; the rest of a longer one is read as further lines."""
SMALL = 300
"""Texts of up to this many lines may have been wrapped by a terminal; longer ones are logs."""
WIDEST = 300
"""Characters of a line that a terminal may have cut."""


class Line(NamedTuple):
    """A line as it is matched and shown."""

    number: int
    """Counted from 1, as pasted."""
    text: str


_ANSI = re.compile(r"\x1b(?:\[[0-?]{0,32}[ -/]{0,8}[@-~]|\][^\x07\x1b]{0,200}(?:\x07|\x1b\\)|[@-Z\\-_])")
_KEY = re.compile(r"(-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----).*", re.DOTALL)
_QUOTES = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "«": '"', "»": '"', "\xa0": " ", "\ufeff": ""})
# What loggers put in front. Each is tried at the start only, a few times.
_PREFIX = re.compile(
    r"\[?\d{4}[-/.]\d\d[-/.]\d\d[ T]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[ ]?[+-]\d\d:?\d\d)?(?: UTC)?\]?:? "
    r"|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [ \d]\d \d\d:\d\d:\d\d "
    r"|\[(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) [^\]]{10,40}\] "
    r"|\d\d:\d\d:\d\d(?:[.,]\d{1,9})? "
    r"|[A-Za-z0-9_.-]{1,64}(?:-\d{1,4})? {1,20}\| "
    r"|[A-Za-z0-9_.-]{1,64} [A-Za-z0-9_./-]{1,64}\[\d{1,9}\]: "
    r"|[IWEF]\d{4} \d\d:\d\d:\d\d\.\d{1,9} {1,8}\d{1,9} "
    r"|\[(?:info|notice|warn|error|crit|alert)\] (?=\d{1,9}#)|\d{1,9}#\d{1,9}: |\*\d{1,12} |\[\d{1,9}\] "
    r"|[0-9A-F]{12,20}:(?=error:)"
)


def bounded(text: str) -> tuple[str, int]:
    """The part of a text that is read, and how many characters before it are not."""
    if len(text) <= MAX_TEXT:
        return text, 0
    start = text.find("\n", len(text) - MAX_TEXT, len(text) - MAX_TEXT + MAX_LINE)
    start = start + 1 if start >= 0 else len(text) - MAX_TEXT
    return text[start:], start


def split(text: str) -> list[Line]:
    """The lines of a text, cleaned; empty ones are left out."""
    found = []
    for number, raw in enumerate(re.split(r"\r\n|\n|\r", text), 1):
        for start in range(0, len(raw), MAX_LINE):
            if cleaned := clean(raw[start : start + MAX_LINE]):
                found.append(Line(number, cleaned))
    return found


def clean(raw: str) -> str:
    """A line without colours, control characters, and what a logger puts in front."""
    text = _KEY.sub(r"\1 (not shown)", _ANSI.sub("", raw)).translate(_QUOTES).replace('\\"', '"')
    if not text.isprintable():
        text = "".join(c if c.isprintable() else " " for c in text)
    text = " ".join(text.split())
    for _ in range(5):
        match = _PREFIX.match(text)
        if not match:
            break
        text = text[match.end() :]
    return text


class Window(NamedTuple):
    """Neighbouring lines put together, in case they were one."""

    at: int
    """The index of its first line."""
    lines: int
    whole: str
    second: int
    """Where in the whole the first line has ended."""
    last: int
    """Where in the whole the last line begins."""


def windows(lines: list[Line]) -> Iterator[Window]:
    """Two and three neighbouring lines, as cut between words and in the middle of one; none of a log."""
    for size in (2, 3) if len(lines) <= SMALL else ():
        for index in range(len(lines) - size + 1):
            parts = [line.text for line in lines[index : index + size]]
            if max(map(len, parts)) <= WIDEST:
                for glue in ("", " "):
                    whole = glue.join(parts)
                    yield Window(index, size, whole, len(parts[0]), len(whole) - len(parts[-1]))

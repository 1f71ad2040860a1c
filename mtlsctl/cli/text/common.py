"""Small things that renderers share: dates, rows, trees."""

from collections.abc import Sequence
from datetime import UTC, datetime

from mtlsctl.cli.output import Line
from mtlsctl.core.spans import span


def date(when: datetime) -> str:
    """A time for a person: `2027-01-31 12:00 UTC`."""
    if when.year == 1:
        return "a time that cannot be read"  # what core/unreadable.py has for it
    return f"{when.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def left(start: datetime, end: datetime, at: datetime) -> tuple[str, str]:
    """How much of a lifetime is left, and the colour to say it in."""
    if end < at:
        return f"expired {span(at - end)} ago", "bold red"
    if start > at:
        return f"not valid for {span(start - at)} yet", "bold red"
    return f"{span(end - at)} left", "green"


def tree(depth: int, last: bool = True, ended: Sequence[bool] = ()) -> str:
    """The branch in front of an item at a depth below the top (0).

    ended: by depth, whether what it hangs from is the last of its siblings; where it is not, a line runs on to these.
    """
    if depth == 0:
        return ""
    above = "".join("│  " if level < len(ended) and not ended[level] else "   " for level in range(1, depth))
    return above + ("└─ " if last else "├─ ")


def row(label: str, value: str, width: int = 12) -> Line:
    """A labelled value."""
    return [(f"  {label:<{width}}", "dim"), value]


def commands(words: Sequence[str]) -> list[Line]:
    """What to type next."""
    return ["", [("Next:", "bold")], *[f"  {w}" for w in words]]

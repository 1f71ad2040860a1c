"""Small things that renderers share: dates, lifetimes, trees."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from mtlsctl.cli.output import Line


def date(when: datetime) -> str:
    """A time for a person: `2027-01-31 12:00 UTC`."""
    return f"{when.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def span(length: timedelta) -> str:
    """A length of time in its largest fitting unit: `89 days`, `23 hours`."""
    seconds = abs(length.total_seconds())
    for unit, size in (("year", 365 * 86400), ("day", 86400), ("hour", 3600), ("minute", 60)):
        if round(seconds / size, 2) >= (2 if unit == "year" else 1):
            count = int(round(seconds / size, 2))  # a certificate made a minute ago has its 90 days left
            return f"{count:,} {unit}{'' if count == 1 else 's'}"
    return f"{int(seconds)} seconds"


def tree(depth: int, last: bool = True) -> str:
    """The branch in front of an item at a depth below the top (0)."""
    return "" if depth == 0 else "   " * (depth - 1) + ("└─ " if last else "├─ ")


def row(label: str, value: str, width: int = 12) -> Line:
    """A labelled value."""
    return [(f"  {label:<{width}}", "dim"), value]


def commands(words: Sequence[str]) -> list[Line]:
    """What to type next."""
    return ["", [("Next:", "bold")], *[f"  {w}" for w in words]]

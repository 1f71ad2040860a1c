"""What is said about one code."""

from typing import NamedTuple


class Entry(NamedTuple):
    """A code with its explanation."""

    code: str
    title: str
    meaning: str
    """What happened, and how it is told from its neighbours."""
    fix: str
    """What to type or change; several cases are separated by semicolons."""
    source: str
    """Where the rule is written, or the thread in which people met it."""

"""The catalogue of codes as text."""

from collections.abc import Iterator, Mapping, Sequence
from textwrap import wrap

from mtlsctl.cli.output import Line
from mtlsctl.core.catalogue.entry import Entry
from mtlsctl.core.terms import Term

WIDTH = 80


def entry(one: Entry, group: str) -> Iterator[Line]:
    """One code: what it means, what to do, where the rule is."""
    yield [(one.code, "bold"), f"  {one.title}"]
    yield ""
    yield from wrap(one.meaning, WIDTH)
    yield ""
    yield [("What to do", "bold")]
    for case in one.fix.split("; "):
        first, *rest = _folded(case)
        yield f"  - {first}"
        yield from (f"    {line}" for line in rest)
    yield ""
    yield [("group   ", "dim"), group]
    yield [("source  ", "dim"), one.source]


def term(one: Term) -> Iterator[Line]:
    """A word of the field: what it is short for, and what it means."""
    yield [(one.word, "bold"), f"  {one.name}" if one.name else ""]
    yield ""
    yield from wrap(one.meaning, WIDTH)
    yield ""
    yield [("source  ", "dim"), one.source]


def _folded(case: str) -> list[str]:
    """What to do, in lines; a command has one of its own, so that it can be copied."""
    words, colon, command = case.partition(": ")
    if len(case) <= WIDTH - 4 or not command.startswith(_COMMANDS):
        return wrap(case, WIDTH - 4)
    return [*wrap(words + colon, WIDTH - 4), command]


_COMMANDS = ("mtlsctl ", "cat ", "openssl ", "curl ")


def catalogue(groups: Mapping[str, Sequence[Entry]]) -> Iterator[Line]:
    """All codes with their titles, group by group."""
    width = max(len(one.code) for entries in groups.values() for one in entries)
    for number, (group, entries) in enumerate(groups.items()):
        if number:
            yield ""
        yield [(group, "bold")]
        for one in entries:
            yield [(f"  {one.code:<{width}}  ", "cyan"), one.title]

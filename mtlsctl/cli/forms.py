"""What inspect prints for programs: clean PEM, DER, openssl's text, one field of each object."""

import sys
from binascii import a2b_base64
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

from mtlsctl.cli import jsonform, output
from mtlsctl.core.documents import Kind
from mtlsctl.core.findings import Finding
from mtlsctl.core.printable import printable
from mtlsctl.errors import InputError, UsageError
from mtlsctl.workflows.examine import Inspection, Item

NEVER = 1  # the year of a time that could not be read


def show(form: str, fields: Sequence[str], result: Inspection, findings: tuple[Finding, ...]) -> None:
    """Print a result in a form: `pem`, `der`, `openssl`, or the `field`s that are named. Findings go to stderr."""
    _FORMS[form](_items(result), fields, ", ".join(file.file for file in result.files), result.at)
    output.print_lines(output.finding_lines(findings), sys.stderr)


def _items(result: Inspection) -> list[Item]:
    return [item for file in result.files for item in file.objects]


def _pem(items: list[Item], _: Sequence[str], label: str, __: datetime) -> None:
    lines = [line for item in _in_order(items) for line in _text(item).splitlines()]
    if not lines:
        raise InputError(f"{label}: no certificate, request or CRL to print")
    output.print_lines(lines)


def _in_order(items: list[Item]) -> list[Item]:
    """The objects, with the certificates of a chain leaf first: servers send them as they stand."""
    from mtlsctl.core import inorder  # other forms need none of it

    places = [number for number, item in enumerate(items) if item.kind is Kind.CERTIFICATE]
    ordered = inorder.order([items[number].facts for number in places])
    moved = {place: items[places[position]] for place, position in zip(places, ordered, strict=True)}
    return [moved.get(number, item) for number, item in enumerate(items)]


def _text(item: Item) -> str:
    return str(getattr(item.facts, "pem", ""))


def _der(items: list[Item], _: Sequence[str], label: str, __: datetime) -> None:
    found = [text for text in map(_text, items) if text]
    if not found:
        raise InputError(f"{label}: no certificate, request or CRL to print")
    if len(found) > 1:
        raise InputError(
            f"{label}: {len(found)} objects, and DER has no room for more than one", "split it, or take --pem"
        )
    if sys.stdout.isatty():
        raise UsageError("DER is not for a terminal", "add > FILE, or pipe it on")
    sys.stdout.buffer.write(a2b_base64("".join(found[0].splitlines()[1:-1])))
    sys.stdout.buffer.flush()


def _openssl(items: list[Item], _: Sequence[str], label: str, __: datetime) -> None:
    from mtlsctl.workflows import oldlook  # loads pyOpenSSL

    texts = [text for item in items if (text := oldlook.look(item))]
    if not texts:
        raise InputError(f"{label}: no certificate, request or CRL to print")
    output.print_lines(line for text in texts for line in text.splitlines())


def _field(items: list[Item], paths: Sequence[str], label: str, at: datetime) -> None:
    """A line for each object that has one of the fields: their values parted by tabs, those of a list by spaces."""
    told = [_told(item, at) for item in items]
    columns = [[_reach(one, path.removeprefix("facts.").split(".")) for one in told] for path in paths]
    for path, column in zip(paths, columns, strict=True):
        if not any(column):
            known = sorted({name for one in told for name in one})
            raise UsageError(f"{label}: no object in it has a field {path}", f"choose: {', '.join(known)}")
    for row in zip(*columns, strict=True):
        if any(row):
            # A tab within a value is written as \t, like every control character.
            sys.stdout.write("\t".join(printable(value[0]) if value else "" for value in row) + "\n")
    sys.stdout.flush()


def _told(item: Item, at: datetime) -> dict[str, Any]:
    """All fields of an object, as its JSON has them; its own beside those of its facts."""
    told = jsonform.flat(item)
    told |= jsonform.flat(told.pop("facts")) if item.facts is not None else {}
    end = getattr(item.facts, "not_after", None) or getattr(item.facts, "next_update", None)
    if isinstance(end, datetime) and end.year != NEVER:
        told["days_left"] = (end - at).days
    return told


def _reach(told: Any, names: list[str]) -> tuple[str] | None:
    """The value at the end of a path, as text; None where there is no such field. A number counts in a list, from 0."""
    value: Any = jsonform.objects(told)
    for name in names:
        if isinstance(value, list) and name.isdigit() and int(name) < len(value):
            value = value[int(name)]
        elif isinstance(value, dict) and name in value:
            value = value[name]
        else:
            return None
        if not isinstance(value, str | int | float | bool | list | dict | tuple | None):
            value = jsonform.plain(value)
        if isinstance(value, tuple):
            value = list(value)
    return (" ".join(_words(value)),)


def _words(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for one in value:
            yield from _words(one)
    elif isinstance(value, str):
        yield value.rstrip("\n")
    elif value is not None:
        yield jsonform.dumps(value)


_FORMS: dict[str, Callable[[list[Item], Sequence[str], str, datetime], None]] = {
    "pem": _pem,
    "der": _der,
    "openssl": _openssl,
    "field": _field,
}

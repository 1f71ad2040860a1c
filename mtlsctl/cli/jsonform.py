"""Any result as JSON: dataclasses and named tuples are objects, other tuples arrays."""

import dataclasses
import functools
import json
import re
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from enum import Enum
from operator import attrgetter
from pathlib import PurePath
from typing import Any


def dumps(value: Any) -> str:
    """A value as one line of JSON. Where stdout is not UTF-8 it is ASCII, with what lies beyond escaped."""
    return visible(encoder()(objects(value)))


def visible(text: str) -> str:
    """JSON in which what a terminal would obey, or not show, is escaped: the same values for whoever reads it."""
    if (text.isascii() and "\x7f" not in text) or text.isprintable():
        return text
    return _ODD.sub(_escaped, text)


_ODD = re.compile(r"[^\n -~]+")  # json itself escapes what lies below; a line end ends the whole


def _escaped(run: re.Match[str]) -> str:
    return "".join(c if c.isprintable() else json.encoder.encode_basestring_ascii(c)[1:-1] for c in run[0])


def encoder() -> Callable[[Any], str]:
    """What makes JSON of many values that hold no named tuples, one after the other."""
    return json.JSONEncoder(default=plain, ensure_ascii=not _beyond_ascii(), check_circular=False).encode


def quoter() -> Callable[[str], str]:
    """What encoder() makes of texts, without the way to it."""
    return json.encoder.encode_basestring if _beyond_ascii() else json.encoder.encode_basestring_ascii


def _beyond_ascii() -> bool:
    """Whether stdout takes all characters."""
    return (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"


def objects(value: Any) -> Any:
    """Named tuples as dicts, all the way down: json would write them as arrays, without asking plain().

    A dataclass is left as it is, since a result may have 10,000: none of those holds named tuples.
    """
    if isinstance(value, dict):
        return {name: objects(item) for name, item in value.items()}
    if not isinstance(value, tuple | list):
        return value
    if names := getattr(value, "_fields", ()):
        return {name: objects(item) for name, item in zip(names, value, strict=True)}
    return [objects(item) for item in value]


def plain(value: Any) -> Any:
    """A value that json does not know as one that it knows, one level deep: json asks again for what is inside.

    Times are RFC 3339 in UTC; bytes are hex.
    """
    kind = type(value)
    if kind is datetime:
        return rfc3339(value)
    if fields := _fields(kind):  # type: ignore[arg-type]  # mypy takes no class for hashable
        names, values = fields
        return dict(zip(names, values(value), strict=True))
    match value:
        case datetime():
            return rfc3339(value)
        case Enum():
            return value.value
        case PurePath():
            return str(value)
        case bytes():
            return value.hex()
        case set() | frozenset():
            return sorted(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")


def flat(value: Any) -> dict[str, Any]:
    """A dataclass as a dict, its own times as text: what plain() would say of it, in a third of the time."""
    kind: Any = type(value)
    names, values = _fields(kind) or ((), lambda _: ())
    told = dict(zip(names, values(value), strict=True))
    for name in _times(kind):
        if told[name] is not None:
            told[name] = rfc3339(told[name])
    return told


@functools.cache
def _times(kind: type[Any]) -> tuple[str, ...]:
    """The names of a dataclass's fields that hold times."""
    return tuple(field.name for field in dataclasses.fields(kind) if field.type in (datetime, datetime | None))


@functools.cache
def _fields(kind: type[Any]) -> tuple[tuple[str, ...], Callable[[Any], tuple[Any, ...]]] | None:
    """The names of a dataclass's fields and what reads them all; None for what is no dataclass."""
    if not dataclasses.is_dataclass(kind):
        return None
    names = tuple(field.name for field in dataclasses.fields(kind))
    reader = attrgetter(*names)
    return names, reader if len(names) > 1 else lambda value: (reader(value),)


def rfc3339(when: datetime) -> str:
    """A time as 2027-01-31T12:00:00Z (RFC 3339)."""
    utc = when if when.tzinfo is UTC else when.astimezone(UTC)
    return utc.isoformat()[:19] + "Z"  # strftime costs five times as much

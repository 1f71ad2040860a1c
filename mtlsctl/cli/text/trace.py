"""A handshake as on a whiteboard: client on the left, server on the right, an arrow for each flight."""

import shutil
import sys
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from mtlsctl.cli.output import Line

if TYPE_CHECKING:
    from mtlsctl.core.flight import Flight, Step

_LABEL = 12
_INDENT = 2 + _LABEL
_COLUMNS = 80  # where stdout is no terminal; one is filled from 60 to 110
_NAMES = 23  # `{EncryptedExtensions}`, the longest that is common, and a gap
_MOST = 200  # lines: a conversation of hours is not drawn to its end


def lines(trace: Sequence["Step"]) -> Iterable[Line]:
    """The flights. Names in braces came encrypted, as in RFC 8446, 2."""
    from mtlsctl.core.flight import flights  # only with --trace

    width = _width()
    drawn = [line for flight in flights(trace) for line in _flight(flight, width)]
    yield [_label("trace"), ("{} is encrypted", "dim")]
    yield from drawn[:_MOST]
    if len(drawn) > _MOST:
        yield [_label(""), f"... and {len(drawn) - _MOST:,} lines more: --json has all"]


def _flight(flight: "Flight", width: int) -> Iterator[Line]:
    ours = flight.sender == "client"
    left, line, right = _pens()
    shaft = line * (width - len("client  server") - 1)
    arrow = f"client {shaft}{right} server" if ours else f"client {left}{shaft} server"
    yield [_label(f"{flight.seconds * 1000:.1f} ms"), (arrow, "cyan" if ours else "magenta")]
    bare: list[str] = []
    for step in flight.steps:
        if step.facts:
            yield from _bare(bare, width)
            bare = []
            yield from _row(step, width)
        else:
            bare.append(_name(step))
    yield from _bare(bare, width)


def _width() -> int:
    """The columns that there are beside the labels."""
    if not sys.stdout.isatty():
        return _COLUMNS - _INDENT
    return max(60, min(shutil.get_terminal_size((_COLUMNS, 24)).columns, 110)) - _INDENT


def _pens() -> tuple[str, str, str]:
    """What arrows are drawn with: the left head, the shaft, the right head."""
    try:
        "◀─▶".encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return "<", "-", ">"
    return "◀", "─", "▶"


def _row(step: "Step", width: int) -> Iterator[Line]:
    """The name of a message, and its facts beside it."""
    name, style = _name(step), "bold red" if step.alarm else ""
    facts = _wrap("; ".join(step.facts), width - _NAMES)
    if len(name) >= _NAMES:
        yield [_label(""), (name, style)]
        name = ""
    for number, line in enumerate(facts):
        yield [_label(""), (f"{'' if number else name:<{_NAMES}}", style), (line, style)]


def _bare(names: Sequence[str], width: int) -> Iterator[Line]:
    """Messages that say nothing but their names, on one line."""
    for line in _wrap(", ".join(names), width):
        yield [_label(""), line]


def _wrap(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width, break_on_hyphens=False)


def _name(step: "Step") -> str:
    name = step.name or {"application_data": "application data", "not_tls": "not TLS"}.get(step.kind, "?")
    return f"{{{name}}}" if step.encrypted else name


def _label(text: str) -> tuple[str, str]:
    return f"  {text:<{_LABEL}}", "dim"

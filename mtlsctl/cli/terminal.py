"""Styled lines on a terminal: the one place that loads rich."""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.text import Text

from mtlsctl.core.printable import printable

COMMANDS = ("mtlsctl ", "curl ", "$ ", "openssl ")
_COMMAND = re.compile(r": ((?:mtlsctl|curl|openssl|cat|chmod) [^;]+)$")
_COLUMN = re.compile(r" *\S+(?: \S+)* {2,}(?=\S)")
MAX_LABEL = 24
"""Columns: what is styled and longer is no label."""
MAX_COLUMN = 34
"""Columns: where two blanks stand later, what comes before them is no label."""


def print_styled(rows: Iterable[Iterable[str | tuple[str, str]]], stream: Any) -> None:
    """Write each row with its styles; NO_COLOR and the terminal's abilities are rich's to honour.

    Long lines wrap between words, below what their label labels; commands do not, so that they can be copied: one at
    the end of a line begins another.
    """
    console = Console(file=stream, highlight=False, emoji=False, markup=False)
    for row in rows:
        text = Text()
        for piece in row:
            words, style = (piece, "") if isinstance(piece, str) else piece
            text.append(printable(words), style or None)
        bare = text.plain.lstrip()
        if len(text.plain) <= console.width or bare.startswith(COMMANDS):
            console.print(text, soft_wrap=True)
            continue
        indent = _hanging(text)
        command = _COMMAND.search(text.plain)
        end = command.start(1) if command else len(text.plain)
        for number, line in enumerate(text[indent:end].wrap(console, max(20, console.width - indent))):
            line.rstrip()
            console.print((Text(" " * indent) if number else text[:indent]) + line, soft_wrap=True)
        if command:
            console.print(Text(" " * indent) + text[end:], soft_wrap=True)


def _hanging(text: "Text") -> int:
    """Where the second line of a long one begins: behind its label (`fail `, `  server  `), else below its start."""
    start = len(text.plain) - len(text.plain.lstrip())
    first = min(text.spans, default=None, key=lambda span: span.start)
    if first and first.start <= start < first.end:
        label = len(text.plain) - len(text.plain[first.end :].lstrip())
        if label <= MAX_LABEL:
            return label
    column = _COLUMN.match(text.plain)
    return column.end() if column and column.end() <= MAX_COLUMN else start


@contextmanager
def counting() -> Iterator[Callable[[str], None]]:
    """A line on stderr that says how far something has come, and is gone afterwards."""
    console = Console(stderr=True, highlight=False, emoji=False, markup=False)
    with console.status(Text("...")) as status:
        yield lambda words: status.update(Text(printable(words)))

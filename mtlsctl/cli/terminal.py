"""Styled lines on a terminal: the one place that loads rich."""

from collections.abc import Iterable
from typing import Any

from rich.console import Console
from rich.text import Text

from mtlsctl.cli import output


def print_styled(rows: Iterable[Iterable[str | tuple[str, str]]], stream: Any) -> None:
    """Write each row with its styles; NO_COLOR and the terminal's abilities are rich's to honour."""
    console = Console(file=stream, soft_wrap=True, highlight=False, emoji=False, markup=False)
    for row in rows:
        text = Text()
        for piece in row:
            words, style = (piece, "") if isinstance(piece, str) else piece
            text.append(output.printable(words), style or None)
        console.print(text)

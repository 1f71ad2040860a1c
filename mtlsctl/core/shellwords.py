"""Paths and names as a shell takes them: what stands in a hint is typed, by people who trust it."""

from collections.abc import Iterable
from shlex import quote


def word(text: str) -> str:
    """One word of a command: quoted, never an option, and FILE where it holds what cannot be seen.

    A file's name is a stranger's text: a line end in it would begin another line, of its own words.
    """
    if not text.isprintable():
        return "FILE"
    return quote(f"./{text}" if text.startswith("-") and text != "-" else text)


def words(texts: Iterable[str]) -> str:
    """Several, with spaces between them. Options are not among them."""
    return " ".join(map(word, texts))

"""A plain command line, read without typer: that takes a fifth of the time that a handshake does.

Whatever is odd about the words (help, a mistake, a variable that stands for an option) is left to grammar.py,
which reads the same declarations. Here nothing is refused, and no word means anything else than there.
"""

import gc
import os
from collections.abc import Callable, Sequence
from enum import Enum
from getopt import GetoptError, gnu_getopt
from importlib import import_module
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args, get_origin

from mtlsctl.cli import declare
from mtlsctl.cli.commands import COMMANDS, Row
from mtlsctl.cli.declare import REQUIRED, Option, Parameter


class Call(NamedTuple):
    """A command's function and what it is called with."""

    function: Callable[..., Any]
    arguments: dict[str, Any]


class NotPlain(Exception):  # noqa: N818 - no error: another reader's turn
    """These words are for grammar.py."""


def read(words: Sequence[str]) -> Call | None:
    """The call that a plain and valid command line stands for; None for any other."""
    row = next(
        (row for row in COMMANDS if row.target and row.words.split() == list(words[: row.words.count(" ") + 1])), None
    )
    if row is None:
        return None
    function = load(row)
    try:
        return Call(function, arguments(declare.parameters(function), words[row.words.count(" ") + 1 :]))
    except (NotPlain, GetoptError):
        return None


def load(row: Row) -> Callable[..., Any]:
    """The function of a row."""
    module, name = row.target.split(":")
    function: Callable[..., Any] = getattr(import_module(f"mtlsctl.cli.{module}"), name)
    # All is loaded: from here on there may be garbage (__main__.py switched the collector off).
    gc.freeze()
    gc.enable()
    return function


def arguments(takes: Sequence[Parameter], words: Sequence[str]) -> dict[str, Any]:
    """The values of a command's parameters. Raises NotPlain, and getopt's error."""
    options = {name: one for one in takes if isinstance(one.said, Option) for name in one.said.names}
    found: dict[str, Any] = {}
    given, rest = _split(options, words)
    for name, value in given:
        one = options[name]
        if _many(one):
            found.setdefault(one.name, []).append(_value(one, value))
        elif one.name in found:
            raise NotPlain
        else:
            found[one.name] = True if _flag(one) else _value(one, value)
    found |= _placed([one for one in takes if one.name not in found and not isinstance(one.said, Option)], rest)
    for one in takes:
        if one.name not in found:
            found[one.name] = _default(one)
    return found


def _split(options: dict[str, Parameter], words: Sequence[str]) -> tuple[list[tuple[str, str]], list[str]]:
    """The options with their values, and the other words."""
    # getopt takes the beginning of a long option for the whole, and with POSIXLY_CORRECT stops at the first other word.
    typed = [word.partition("=")[0] for word in words if word.startswith("-") and word != "-"]
    if not set(typed) <= set(options):
        raise NotPlain
    short = "".join(name[1:] + ("" if _flag(one) else ":") for name, one in options.items() if len(name) == 2)
    long = [name[2:] + ("" if _flag(one) else "=") for name, one in options.items() if len(name) > 2]
    given, rest = gnu_getopt(list(words), short, long)
    if any(word.startswith("-") and word != "-" for word in rest):
        raise NotPlain
    return given, rest


def _placed(takes: Sequence[Parameter], words: Sequence[str]) -> dict[str, Any]:
    """The words without dashes, each to its place; the last place may hold many."""
    if takes and _many(takes[-1]):
        *first, last = takes
        if len(words) <= len(first):
            raise NotPlain
        found = {one.name: _value(one, word) for one, word in zip(first, words, strict=False)}
        return found | {last.name: [_value(last, word) for word in words[len(first) :]]}
    if len(words) > len(takes):
        raise NotPlain
    return {one.name: _value(one, word) for one, word in zip(takes, words, strict=False)}


def _default(one: Parameter) -> Any:
    if one.default is REQUIRED or (
        isinstance(one.said, Option) and one.said.envvar and os.environ.get(one.said.envvar)
    ):
        raise NotPlain
    return one.default


def _kind(one: Parameter) -> Any:
    """The type of one value: what stands beside None, and within a list."""
    kind: Any = next((k for k in get_args(one.type) if k is not type(None)), one.type) if _optional(one) else one.type
    return get_args(kind)[0] if get_origin(kind) is list else kind


def _optional(one: Parameter) -> bool:
    return get_origin(one.type) is not Literal and type(None) in get_args(one.type)


def _many(one: Parameter) -> bool:
    kinds = get_args(one.type) if _optional(one) else (one.type,)
    return any(get_origin(kind) is list for kind in kinds)


def _flag(one: Parameter) -> bool:
    return _kind(one) is bool


def _value(one: Parameter, word: str) -> Any:
    """A word as the parameter's type. Raises NotPlain for what is not one."""
    if not word:
        raise NotPlain
    kind = _kind(one)
    if kind is str:
        return word
    if kind is Path:
        return Path(word)
    if get_origin(kind) is Literal:
        return _chosen(word, {choice: choice for choice in get_args(kind)})
    if isinstance(kind, type) and issubclass(kind, Enum):
        return _chosen(word, {choice.value: choice for choice in kind})
    if kind in (int, float):
        return _number(one, kind, word)
    raise NotPlain


def _chosen(word: str, choices: dict[str, Any]) -> Any:
    if word not in choices:
        raise NotPlain
    return choices[word]


def _number(one: Parameter, kind: type[int] | type[float], word: str) -> int | float:
    try:
        number = kind(word)
    except ValueError:
        raise NotPlain from None
    least, most = getattr(one.said, "min", None), getattr(one.said, "max", None)
    # Written so that NaN is in no range.
    if not ((least is None or number >= least) and (most is None or number <= most)):
        raise NotPlain
    return number

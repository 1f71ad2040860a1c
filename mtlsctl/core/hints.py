"""Hints that work as they are typed: what is known takes the place of FILE, NAME and FOLDER."""

import re
from collections.abc import Iterable
from shlex import split
from typing import NamedTuple

from mtlsctl.core.causes import CHAINED, IN_ORDER
from mtlsctl.core.shellwords import word, words


class Known(NamedTuple):
    """What is known where a hint is said. Paths and names are as a person types them, unquoted."""

    files: tuple[str, ...] = ()
    """Those that are looked at; - is standard input, FILE what nobody can type again."""
    again: str = ""
    """The command that was typed, as far as others go on from it: as a shell takes it."""
    role: str = ""
    """server or client, for which the certificate is; "" where it does not say."""
    names: tuple[str, ...] = ()
    """Of the leaf."""
    ca: str = ""
    """The one that issues, where there are several."""
    taken: frozenset[str] = frozenset()
    """Names under which an identity's folder stands here already."""
    folder: str = ""
    """The identity's, where it is one of ours that `renew` takes."""
    beside: tuple[str, ...] = ()
    """The files with the intermediates that the chain lacks."""
    root: str = ""
    """The file with the root at which the chain would end."""
    own: str = ""
    """The CA of ours that made the chain, where that is not trusted."""
    whole: str = "fullchain.pem"
    clean: str = "clean.pem"
    """Where the repaired files go: names that are free."""
    place: str = "new"
    """The folder for an identity whose own name is taken."""


def typed(hint: str, known: Known) -> str:
    """A hint with the names that are known; what is not known keeps its placeholder, or is said in words."""
    if known.files:
        hint = _of_files(hint, known)
        hint = hint.replace(_TRUST, f"--ca {word(known.root)}") if known.root else hint
        renew = f"renew it: mtlsctl renew {word(known.folder)}" if known.folder else "have its CA issue it anew"
        hint = _RENEW.sub(renew, hint)
    if known.again:
        hint = hint.replace("mtlsctl verify CHAIN --ca ROOTS", known.again)
        hint = hint.replace(_FETCH, f"\nor ask where the certificate says: {known.again} --fetch")
    if known.names:
        hint = _ISSUE.sub(lambda found: _issue(found[1], bool(found[2]), known), hint)
    return _COMMAND.sub(lambda found: _placed(found[0], known), hint)


_RENEW = re.compile("renew it: mtlsctl renew FOLDER(; of another CA, have that one issue it anew)?")
_ISSUE = re.compile("mtlsctl issue (server|client|peer) NAME(, or client NAME)?")
_COMMAND = re.compile("mtlsctl issue (?:'[^']*'|[^;,'\n])+")
_FETCH = "; --fetch asks where the certificate says"
_TRUST = "--ca FILE"
_TAKE_ONE = ("mtlsctl inspect ", "chmod 600 ", "-in ")


def _of_files(hint: str, known: Known) -> str:
    """The same; of the two ways to end a chain, the one whose file is known."""
    lines = hint.split("\n")
    if known.beside or known.root or known.own:
        useless = _TRUST if known.beside else CHAINED
        lines = [line for line in lines if useless not in line] or lines
    if known.own:
        lines = [f"one of your own CAs made it: --ca {word(known.own)}" if _TRUST in line else line for line in lines]
    hint = "\n".join(lines)
    named = words(known.files)
    whole = f"mtlsctl inspect --pem {words((*known.files, *known.beside))} > {word(known.whole)}"
    hint = hint.replace(CHAINED, f": {whole}" if known.beside else f" in {named}" if _has_names(known.files) else "")
    hint = hint.replace(IN_ORDER, whole)
    hint = hint.replace(
        "mtlsctl inspect --pem FILE > clean.pem", f"mtlsctl inspect --pem {named} > {word(known.clean)}"
    )
    hint = hint.replace("mtlsctl key new FILE", "mtlsctl key new new.key")
    for before in _TAKE_ONE:
        hint = hint.replace(f"{before}FILE", f"{before}{named}")
    return hint


def _has_names(files: Iterable[str]) -> bool:
    return not any(file == "-" or word(file) == "FILE" for file in files)


def _issue(role: str, either: bool, known: Known) -> str:
    """The command for the leaf's own names: those of a workload have a profile of their own."""
    if known.names[0].lower().startswith("spiffe://"):
        return f"mtlsctl issue spiffe {word(known.names[0])}"
    named = words(known.names)
    other = f", or client {named}" if either and not known.role else ""
    return f"mtlsctl issue {known.role or role} {named}{other}"


def _placed(command: str, known: Known) -> str:
    """A command that issues, with the CA, and with another folder where one of that name stands in the way."""
    try:
        typed = split(command)
    except ValueError:  # a name with a quotation mark in it
        return command
    flags = f" --ca {word(known.ca)}" if known.ca else ""
    flags += f" --out {word(known.place)}" if len(typed) > 3 and typed[3] in known.taken else ""
    return f"{command.rstrip()}{flags}" if flags else command

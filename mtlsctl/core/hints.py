"""Hints that work as they are typed: what is known takes the place of FILE, NAME and FOLDER."""

import re
from shlex import join, quote, split
from typing import NamedTuple

from mtlsctl.core.causes import CHAINED, IN_ORDER


class Known(NamedTuple):
    """What is known where a hint is said. Paths and names are as a person types them, unquoted."""

    files: tuple[str, ...] = ()
    """Those that are looked at; - is standard input."""
    again: tuple[str, ...] = ()
    """The command that was typed, as far as others go on from it."""
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


def typed(hint: str, known: Known) -> str:
    """A hint with the names that are known; what is not known keeps its placeholder, or is said in words."""
    if known.files:
        hint = _of_files(hint, known)
        hint = hint.replace(_TRUST, f"--ca {quote(known.root)}") if known.root else hint
        renew = f"renew it: mtlsctl renew {quote(known.folder)}" if known.folder else "have its CA issue it anew"
        hint = _RENEW.sub(renew, hint)
    if known.again:
        hint = hint.replace("mtlsctl verify CHAIN --ca ROOTS", join(known.again))
        hint = hint.replace(_FETCH, f"\nor ask where the certificate says: {join(known.again)} --fetch")
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
        lines = [f"one of your own CAs made it: --ca {quote(known.own)}" if _TRUST in line else line for line in lines]
    hint = "\n".join(lines)
    named = join(known.files)
    whole = f"mtlsctl inspect --pem {join((*known.files, *known.beside))} > {quote(known.whole)}"
    hint = hint.replace(CHAINED, f": {whole}" if known.beside else f" in {named}")
    hint = hint.replace(IN_ORDER, whole)
    hint = hint.replace(
        "mtlsctl inspect --pem FILE > clean.pem", f"mtlsctl inspect --pem {named} > {quote(known.clean)}"
    )
    hint = hint.replace("mtlsctl key new FILE", "mtlsctl key new new.key")
    for words in _TAKE_ONE:
        hint = hint.replace(f"{words}FILE", f"{words}{named}")
    return hint


def _issue(role: str, either: bool, known: Known) -> str:
    """The command for the leaf's own names: those of a workload have a profile of their own."""
    if known.names[0].lower().startswith("spiffe://"):
        return f"mtlsctl issue spiffe {quote(known.names[0])}"
    words = join(known.names)
    other = f", or client {words}" if either and not known.role else ""
    return f"mtlsctl issue {known.role or role} {words}{other}"


def _placed(command: str, known: Known) -> str:
    """A command that issues, with the CA, and with another folder where one of that name stands in the way."""
    try:
        words = split(command)
    except ValueError:  # a name with a quotation mark in it
        return command
    flags = ["--ca", known.ca] * bool(known.ca) + ["--out", "new"] * (len(words) > 3 and words[3] in known.taken)
    return f"{command.rstrip()} {join(flags)}" if flags else command

"""The files of a folder that look like keys, certificates or CRLs; of links, those to files are followed."""

import errno
import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from mtlsctl.errors import InputError, MtlsctlError, NotFoundError
from mtlsctl.workflows import files

MAX_DEPTH = 16  # folders within folders
MAX_FILES = 20_000  # that are looked into
MAX_RIGHT_IN = 10_000  # of a folder that is to be read as a whole
SUFFIXES = re.compile(r"\.(pem|crt|cer|cert|der|key|csr|req|p10|p12|pfx|p7[bcs]|crl|ocsp|ors|pub)", re.IGNORECASE)
_OF_TOOLS = {".git", ".hg", ".svn", "node_modules"}
_NOWHERE = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP)
_ASTRAY = "a link that leads nowhere"


class Unread(NamedTuple):
    """What nobody can tell of: the operating system said no, it is not there, or there is too much of it."""

    path: str
    error: MtlsctlError


class Listing(NamedTuple):
    """What is in a folder and below it."""

    files: tuple[str, ...]
    """Those that look like ours."""
    passed_over: tuple[str, ...]
    """What was not gone into, with the reason: links to folders elsewhere or to nowhere, what tools keep."""
    unread: tuple[Unread, ...] = ()


def listing(folder: str) -> Listing:
    """The files below a folder, in order.

    Raises NotFoundError where none looks like ours, and what nobody can tell of where there is nothing else.
    """
    walk = _Walk(Path(folder))
    found: list[str] = []
    for path in walk.below(Path(folder)):
        if len(found) == MAX_FILES:
            more = f"{folder}: it has more than {MAX_FILES:,} files of keys and certificates"
            walk.unread.append(Unread(folder, InputError(more, "name folders below it")))
            break
        try:
            found += [str(path)] * _looks_like_ours(path)
        except OSError as error:
            walk.failed(path, error)
    met = {os.path.realpath(path) for path in found}
    found += [str(path) for path, target in walk.links if str(target) not in met and _looks_like_ours(path)]
    if not found and walk.unread:
        raise _all_of(walk.unread)
    if not found:
        more = f"; passed over: {', '.join(walk.passed_over[:3])}" if walk.passed_over else ""
        raise NotFoundError(f"{folder}: no file in this folder looks like a key or certificate{more}", "name the files")
    return Listing(tuple(found), tuple(walk.passed_over), tuple(walk.unread))


def _all_of(unread: list[Unread]) -> MtlsctlError:
    """The first, which says how many there are."""
    error = unread[0].error
    error.message += f", and {len(unread) - 1:,} more cannot be looked into" if unread[1:] else ""
    return error


class _Walk:
    """One way through a folder and those below it, and what was not gone into."""

    def __init__(self, top: Path) -> None:
        self.top = top.resolve()
        self.links: list[tuple[Path, Path]] = []
        """Those to files below the top, which may be met by their own names."""
        self.passed_over: list[str] = []
        self.unread: list[Unread] = []

    def failed(self, path: Path, error: OSError) -> None:
        """The operating system said no."""
        self.unread.append(Unread(str(path), files.trouble(error, path)))

    def below(self, folder: Path, depth: int = 0) -> Iterator[Path]:
        """The regular files below a folder, those right in it first."""
        try:
            with os.scandir(folder) as entries:
                within = sorted(entries, key=lambda entry: (entry.is_dir(follow_symlinks=False), entry.name))
        except OSError as error:
            self.failed(folder, error)
            return
        if depth and (folder.name in _OF_TOOLS or any(entry.name == "pyvenv.cfg" for entry in within)):
            # Test data of packages, and certifi's roots: nobody's own, and hundreds of them.
            self.passed_over.append(f"{folder}: other people's software (name it to look into it)")
            return
        for entry in within:
            path = folder / entry.name
            if entry.is_symlink():
                yield from self._linked(path)
            elif entry.is_file(follow_symlinks=False):
                yield path
            elif not entry.is_dir(follow_symlinks=False):
                continue
            elif depth == MAX_DEPTH:
                deep = InputError(f"{path}: too deep, {MAX_DEPTH} folders are gone into", "name it")
                self.unread.append(Unread(str(path), deep))
            else:
                yield from self.below(path, depth + 1)

    def _linked(self, path: Path) -> Iterator[Path]:
        """The file that a link leads to: so ACME clients keep a site's files."""
        try:
            target = Path(os.path.realpath(path, strict=True))
            mode = target.stat().st_mode
        except OSError as error:
            if error.errno not in _NOWHERE:
                self.failed(path, error)
            elif SUFFIXES.fullmatch(path.suffix):  # who reads it by that name is refused
                self.unread.append(Unread(str(path), NotFoundError(f"{path}: {_ASTRAY}")))
            else:
                self.passed_over.append(f"{path}: {_ASTRAY}")
            return
        within = target.is_relative_to(self.top)
        if stat.S_ISREG(mode) and within:
            self.links.append((path, target))
        elif stat.S_ISREG(mode):
            yield path
        elif stat.S_ISDIR(mode) and not within:
            self.passed_over.append(f"{path}: a link to a folder elsewhere")


def _looks_like_ours(path: Path) -> bool:
    if SUFFIXES.fullmatch(path.suffix):
        return True
    with path.open("rb") as file:
        return b"-----BEGIN " in file.read(4096)


def right_in(folder: str, named: re.Pattern[str]) -> list[Path]:
    """The files right in a folder whose names fit, in order; what cannot be looked at is among them: reading says why.

    Raises SystemTroubleError, and InputError where there are more than MAX_RIGHT_IN.
    """
    try:
        found = sorted(path for path in Path(folder).iterdir() if named.fullmatch(path.name) and not _is_other(path))
    except OSError as error:
        raise files.trouble(error, folder) from None
    if len(found) > MAX_RIGHT_IN:
        raise InputError(f"{folder}: more than {MAX_RIGHT_IN:,} files to read", "name the file")
    return found


def _is_other(path: Path) -> bool:
    """True for what is there and no regular file: a folder, a pipe."""
    try:
        return not stat.S_ISREG(path.stat().st_mode)
    except OSError:
        return False

"""The files of a folder that look like keys and certificates, below it too, and never outside of it."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from mtlsctl.errors import MtlsctlError, NotFoundError
from mtlsctl.workflows import files

MAX_DEPTH = 16  # folders within folders
MAX_FILES = 20_000  # that are looked into
SUFFIXES = re.compile(r"\.(pem|crt|cer|cert|der|key|csr|req|p10|p12|pfx|p7[bcs]|crl|ocsp|ors|pub)", re.IGNORECASE)


class Listing(NamedTuple):
    """What is in a folder."""

    files: tuple[str, ...]
    """Those that look like ours."""
    passed_over: tuple[str, ...]
    """What was not looked into, each with the reason: links that lead out, folders that cannot be read, too deep."""
    unread: tuple[MtlsctlError, ...] = ()
    """Of those, what nobody could tell of: the operating system said no."""


def listing(folder: str) -> Listing:
    """The files below a folder, in order.

    Raises NotFoundError where none looks like ours, SystemTroubleError where that is so for want of permission.
    """
    top = Path(folder)
    found: list[str] = []
    passed_over: list[str] = []
    unread: list[MtlsctlError] = []
    for path in _walk(top, top.resolve(), 0, passed_over, unread):
        if len(found) == MAX_FILES:
            passed_over.append(f"{folder}: it has more than {MAX_FILES:,} files of keys and certificates")
            break
        try:
            found += [str(path)] * _looks_like_ours(path)
        except OSError as error:
            unread.append(files.trouble(error, path))
    passed_over += [error.message for error in unread]
    if not found and unread:
        more = f"; so are {len(unread) - 1:,} more" if len(unread) > 1 else ""
        unread[0].message += more
        raise unread[0]
    if not found:
        more = f"; passed over: {', '.join(passed_over[:3])}" if passed_over else ""
        raise NotFoundError(f"{folder}: no file in this folder looks like a key or certificate{more}", "name the files")
    return Listing(tuple(found), tuple(passed_over), tuple(unread))


def _walk(folder: Path, top: Path, depth: int, passed_over: list[str], unread: list[MtlsctlError]) -> Iterator[Path]:
    """The regular files below a folder. A link is followed to a file below the top, never to a folder."""
    try:
        with os.scandir(folder) as entries:
            within = sorted(entries, key=lambda entry: (entry.is_dir(follow_symlinks=False), entry.name))
    except OSError as error:
        unread.append(files.trouble(error, folder))
        return
    for entry in within:
        path = folder / entry.name
        if entry.is_symlink():
            if path.is_file() and path.resolve().is_relative_to(top):
                continue  # what it leads to is met by its own name
            passed_over.append(f"{path}: a link that leads {'nowhere' if not path.exists() else 'out of the folder'}")
        elif entry.is_dir(follow_symlinks=False):
            if depth == MAX_DEPTH:
                passed_over.append(f"{path}: too deep, {MAX_DEPTH} folders are gone into")
            else:
                yield from _walk(path, top, depth + 1, passed_over, unread)
        elif entry.is_file(follow_symlinks=False):
            yield path


def _looks_like_ours(path: Path) -> bool:
    if SUFFIXES.fullmatch(path.suffix):
        return True
    with path.open("rb") as file:
        return b"-----BEGIN " in file.read(4096)

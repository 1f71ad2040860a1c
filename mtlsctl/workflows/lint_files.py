"""Which files of a folder lint looks at, which of them it cannot tell of, and the CAs that are named beside."""

import errno
import os
import stat
from pathlib import Path
from typing import NamedTuple

from cryptography import x509

from mtlsctl.errors import MtlsctlError, NotFoundError
from mtlsctl.workflows import files, materials

_SUFFIXES = frozenset(
    (".pem", ".crt", ".cer", ".cert", ".der", ".key", ".csr", ".req", ".p10", ".p12", ".pfx", ".p7b", ".p7c", ".crl")
)
_NOTHING = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP)  # of a link that leads nowhere


class Expanded(NamedTuple):
    """What one path stands for."""

    files: tuple[str, ...]
    unread: tuple[MtlsctlError, ...] = ()
    """Folders and files below it of which nobody can tell what they hold, each with the reason."""


def expand(path: str) -> Expanded:
    """A path as it is; a folder as the files in it, and in those below, that look like ours.

    Raises NotFoundError for a folder without any, and SystemTroubleError where that is so for want of permission.
    """
    if path == "-" or not Path(path).is_dir():
        return Expanded((path,))
    found: list[str] = []
    troubles: list[OSError] = []
    for folder, below, names in os.walk(path, onerror=troubles.append):
        below[:] = sorted(name for name in below if not name.startswith("."))
        for entry in (Path(folder, name) for name in sorted(names)):
            try:
                found += [str(entry)] * _promising(entry)
            except OSError as error:
                troubles.append(error)
    unread = tuple(files.trouble(error, error.filename or path) for error in troubles)
    if not found and unread:
        raise unread[0]
    if not found:
        raise NotFoundError(f"{path}: no file in this folder looks like a key or certificate", "name the files")
    return Expanded(tuple(found), unread)


def _promising(path: Path) -> bool:
    """A file that may hold something of ours: by its name, or by a PEM block near its beginning. Raises OSError."""
    try:
        mode = path.stat().st_mode
    except OSError as error:
        if error.errno in _NOTHING:
            return False
        raise
    if not stat.S_ISREG(mode):
        return False
    if path.suffix.lower() in _SUFFIXES:
        return True
    with path.open("rb") as file:
        return b"-----BEGIN " in file.read(4096)


def authorities(word: str | None) -> tuple[x509.Certificate, ...]:
    """The CAs that --ca names beside files: a CA of ours with both its certificates, or a file's."""
    if word is None:
        return ()
    if materials.is_file(word):
        return materials.certificates(word)
    from mtlsctl.workflows import store  # SQLite is not needed for a file

    ca = store.open_ca(word)
    return ca.root, ca.issuing

"""Which files of a folder lint looks at."""

import os
from collections.abc import Iterator
from pathlib import Path

from mtlsctl.errors import NotFoundError

_SUFFIXES = frozenset(
    (".pem", ".crt", ".cer", ".cert", ".der", ".key", ".csr", ".req", ".p10", ".p12", ".pfx", ".p7b", ".p7c", ".crl")
)


def expand(path: str) -> Iterator[str]:
    """A path as it is; a folder as the files in it, and in those below, that look like ours."""
    if path == "-" or not Path(path).is_dir():
        yield path
        return
    found = []
    for folder, below, names in os.walk(path):
        below[:] = sorted(name for name in below if not name.startswith("."))
        found += [entry for name in sorted(names) if _promising(entry := Path(folder, name))]
    if not found:
        raise NotFoundError(f"{path}: no file in this folder looks like a key or certificate", "name the files")
    yield from map(str, found)


def _promising(path: Path) -> bool:
    """A file that may hold something of ours: by its name, or by a PEM block near its beginning."""
    if not path.is_file():
        return False
    if path.suffix.lower() in _SUFFIXES:
        return True
    try:
        with path.open("rb") as file:
            return b"-----BEGIN " in file.read(4096)
    except OSError:
        return False

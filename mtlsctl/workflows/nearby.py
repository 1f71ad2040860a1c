"""Certificates that are at hand and were not presented: those of a folder, and the CA certificates of a CA of ours."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from cryptography import x509

from mtlsctl.errors import InputError, NotFoundError
from mtlsctl.workflows import files, materials

MAX_FILES = 10_000
MAX_BYTES = 64 << 20
SUFFIXES = (".pem", ".crt", ".cer", ".der", ".cert", ".p7b", ".p7c")


def is_nearby(word: str) -> bool:
    """True where a word of --chain names a folder or a CA of ours, not a file."""
    return word != "-" and not materials.is_file(word)


def certificates(word: str) -> list[x509.Certificate]:
    """The certificates of a folder (of the files right in it, whatever else is there), or those of a CA of ours.

    Raises NotFoundError where it is neither, and InputError for a folder without certificates.
    """
    from mtlsctl.workflows import store  # a file needs none of it

    try:
        folder = word not in store.ca_names() and Path(word).is_dir() and not (Path(word) / "issuing.crt").is_file()
    except OSError as error:
        raise files.trouble(error, word) from None
    if folder:
        return _of_folder(Path(word), word)
    try:
        ca = store.open_ca(word)
    except NotFoundError as error:
        raise NotFoundError(f"{word}: no such file or folder, and no CA of that name", error.hint) from None
    return [ca.issuing, ca.root]


def _of_folder(folder: Path, word: str) -> list[x509.Certificate]:
    found: dict[x509.Certificate, None] = {}
    for path in _files(folder, word):
        with suppress(InputError):  # a key, a CRL, a note: a folder may hold anything
            found.update(dict.fromkeys(materials.certificates_in(files.read(path), str(path))))
    if not found:
        raise InputError(f"{word}: no certificates are in this folder", f"see what is there: mtlsctl inspect {word}")
    return list(found)


def _files(folder: Path, word: str) -> Iterator[Path]:
    size = 0
    try:
        paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES and path.is_file())
        sizes = [path.stat().st_size for path in paths]
    except OSError as error:
        raise files.trouble(error, folder) from None
    for number, path in enumerate(paths, 1):
        size += sizes[number - 1]
        if number > MAX_FILES or size > MAX_BYTES:
            limits = f"{MAX_FILES:,} files and {MAX_BYTES >> 20} MiB"
            raise InputError(f"{word}: more than {limits} of certificates", "name the file: --chain FILE")
        yield path

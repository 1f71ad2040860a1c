"""Certificates that are at hand and were not presented: those of a folder, and the CA certificates of a CA of ours."""

import re
from contextlib import suppress

from cryptography import x509

from mtlsctl.errors import InputError, NotFoundError
from mtlsctl.workflows import files, folders, materials

MAX_BYTES = 64 << 20
NAMED = re.compile(r".*\.(pem|crt|cer|der|cert|p7b|p7c)", re.IGNORECASE | re.DOTALL)
"""Files that may hold certificates."""


def is_nearby(word: str) -> bool:
    """True where a word of --chain names a folder or a CA of ours, not a file."""
    return word != "-" and not materials.is_file(word)


def certificates(word: str) -> list[x509.Certificate]:
    """The certificates of a folder (of the files right in it, whatever else is there), or those of a CA of ours.

    Raises NotFoundError where it is neither, and InputError for a folder without certificates.
    """
    from mtlsctl.workflows import store  # a file needs none of it

    if store.is_plain_folder(word):
        return _of_folder(word)
    try:
        ca = store.open_ca(word)
    except NotFoundError as error:
        raise NotFoundError(f"{word}: no such file or folder, and no CA of that name", error.hint) from None
    return [ca.issuing, ca.root]


def _of_folder(word: str) -> list[x509.Certificate]:
    found: dict[x509.Certificate, None] = {}
    size = 0
    for path in folders.right_in(word, NAMED):
        try:
            data = files.read(path)
        except NotFoundError:
            continue  # a link that leads nowhere: nobody is let in for what is missing here
        size += len(data)
        if size > MAX_BYTES:
            raise InputError(f"{word}: more than {MAX_BYTES >> 20} MiB of certificates", "name the file: --chain FILE")
        with suppress(InputError):  # a key, a CRL, a note: a folder may hold anything
            found.update(dict.fromkeys(materials.certificates_in(data, str(path))))
    if not found:
        raise InputError(f"{word}: no certificates are in this folder", f"see what is there: {files.inspecting(word)}")
    return list(found)

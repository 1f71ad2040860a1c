"""What the words after lint name: files, the files of folders, and the CAs that are named beside."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from cryptography import x509

from mtlsctl.errors import UsageError
from mtlsctl.workflows import files, materials

if TYPE_CHECKING:
    from mtlsctl.workflows.folders import Unread  # most look at files


class Expanded(NamedTuple):
    """What some words stand for."""

    files: tuple[str, ...]
    """Files, and - for standard input."""
    unread: "tuple[Unread, ...]" = ()
    elsewhere: int = 0
    """Links in folders that were not followed."""


def expand(words: Sequence[str]) -> Expanded:
    """Paths as they are; of a folder the files in it, and in those below, that look like ours.

    Raises UsageError for two of standard input, and what folders.listing does of a folder.
    """
    if list(words).count("-") > 1:
        raise UsageError("standard input can be read only once", "give - once")
    found: list[str] = []
    unread: list[Unread] = []
    elsewhere = 0
    for word in words:
        if not files.is_folder(word):
            found.append(word)
            continue
        from mtlsctl.workflows import folders  # most look at files

        listed = folders.listing(word)
        found += listed.files
        unread += listed.unread
        elsewhere += len(listed.passed_over)
    return Expanded(tuple(found), tuple(unread), elsewhere)


def authorities(word: str | None) -> tuple[x509.Certificate, ...]:
    """The CAs that --ca names beside files: a CA of ours with both its certificates, or a file's."""
    if word is None:
        return ()
    if materials.is_file(word):
        return materials.certificates(word)
    from mtlsctl.workflows import store  # SQLite is not needed for a file

    ca = store.open_ca(word)
    return ca.root, ca.issuing

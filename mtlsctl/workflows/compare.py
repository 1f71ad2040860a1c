"""Compare two files' objects: what is the same in them, and what is not."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mtlsctl.core import names
from mtlsctl.core.differences import Difference, Side, differences, relation
from mtlsctl.core.documents import Document, Kind
from mtlsctl.core.lists import first
from mtlsctl.errors import InputError
from mtlsctl.workflows import examine

MAX_SERIALS = 20  # of a CRL's entries that are named

_COMPARABLE = (Kind.CERTIFICATE, Kind.CSR, Kind.CRL, Kind.PRIVATE_KEY, Kind.PUBLIC_KEY)
_WITH_KEY = frozenset(_COMPARABLE) - {Kind.CRL}

Reader = Callable[[str], list[Document]]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two objects beside each other."""

    left: str
    right: str
    relation: str
    """What they are to one another, in words."""
    same: bool
    differences: tuple[Difference, ...]


def compare(left: str, right: str, read: Reader) -> Comparison:
    """Compare the first object of each of two files or servers. Raises InputError for what cannot be compared."""
    documents = [_first(read(path), path) for path in (left, right)]
    one, other = (_side(document) for document in documents)
    if one.kind is not other.kind and not {one.kind, other.kind} <= _WITH_KEY:
        raise InputError(f"{one.label} is {one.kind.with_article}, {other.label} is {other.kind.with_article}")
    found = differences(one, other)
    if one.kind is other.kind is Kind.CRL:
        found += _revoked(documents[0].value, documents[1].value)
    words = relation(one, other)
    return Comparison(one.label, other.label, words, _same(one, other), found)


def _same(one: Side, other: Side) -> bool:
    """The same object: byte for byte where there are bytes to show, else the same key."""
    if one.kind is not other.kind:
        return one.facts.spki_sha256 == other.facts.spki_sha256 and not {one.kind, other.kind} & {Kind.CSR}
    by = "sha256" if hasattr(one.facts, "sha256") else "spki_sha256"
    return bool(getattr(one.facts, by) == getattr(other.facts, by) != "")


def _first(documents: list[Document], path: str) -> Document:
    found = [d for d in documents if d.kind in _COMPARABLE and d.value is not None]
    if not found:
        what = " and ".join(dict.fromkeys(d.kind.with_article for d in documents))
        raise InputError(f"{path}: {what}, nothing that can be compared", "name a certificate, request, key or CRL")
    return found[0]


def _side(document: Document) -> Side:
    return Side(document.label, document.kind, examine.told(document).facts)


def _revoked(left: Any, right: Any) -> tuple[Difference, ...]:
    """The serial numbers that only one of two CRLs has."""
    one, other = ({entry.serial_number for entry in crl} for crl in (left, right))
    if one == other:
        return ()
    return (Difference("revoked", "", "", _named(one - other), _named(other - one)),)


def _named(serials: set[int]) -> tuple[str, ...]:
    return first(sorted(map(names.serial_hex, serials)), MAX_SERIALS)

"""Why Python's cryptography refuses a chain, as people read it: its words, without what its Rust types look like."""

import re
from contextlib import suppress

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

_STARTS = ("validation failed: ", "candidates exhausted: ")
_NO_PATH = "all candidates exhausted with no interior errors"
# Rust's debugging form of an ASN.1 AlgorithmIdentifier; the OID, where the type has no name of its own, is inside.
_ALGORITHM = re.compile(r"AlgorithmIdentifier \{ oid: .*?, params: (\w+)(.*) \}")
_OID = re.compile(r"\b[012](?:\.\d+){3,}\b")


def plain(words: str) -> str:
    """The words of a VerificationError: names for OIDs, and no trace of which certificate was looked at when."""
    words = words.partition(" (encountered processing <")[0]
    for start in _STARTS:
        words = words.removeprefix(start)
    if words == _NO_PATH:
        return "no path to a trusted certificate"
    words = _ALGORITHM.sub(lambda found: (_OID.findall(found[2]) or [found[1]])[-1], words)
    words = _OID.sub(lambda found: _name(found[0]), words)
    return words[:1].lower() + words[1:] if words[1:2].islower() else words


def _name(oid: str) -> str:
    from mtlsctl.core.extensions import called  # a refusal without an OID needs no names

    number = x509.ObjectIdentifier(oid)
    name = called(number)
    with suppress(LookupError):
        name = str(ec.get_curve_for_oid(number).name)
    return name if name == oid else f"{name} ({oid})"

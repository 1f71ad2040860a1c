"""What deriving the keys of an encrypted file would cost, read before any of it is done.

The counts stand in the file in the clear, and whoever made the file chose them: 2**31 rounds take ten minutes, in
which OpenSSL answers to no signal.
"""

from typing import Annotated, NamedTuple

from cryptography.hazmat import asn1
from cryptography.x509 import ObjectIdentifier

from mtlsctl.errors import InputError

MAX_ROUNDS = 10_000_000  # some seconds; OWASP's Password Storage Cheat Sheet asks for 1,300,000 at most
MAX_MEMORY = 1 << 30  # bytes; scrypt's own paper goes this far for files (N = 2**20, r = 8)

_PBES2, _PBMAC1 = "1.2.840.113549.1.5.13", "1.2.840.113549.1.5.14"  # RFC 8018, A.4 and A.5
_PBKDF2 = "1.2.840.113549.1.5.12"  # RFC 8018, A.2
_SCRYPT = "1.3.6.1.4.1.11591.4.11"  # RFC 7914, 7
_PBE = ("1.2.840.113549.1.5.", "1.2.840.113549.1.12.1.")  # PBES1, RFC 8018, A.3; RFC 7292, appendix C
_DATA, _ENCRYPTED_DATA = "1.2.840.113549.1.7.1", "1.2.840.113549.1.7.6"  # RFC 5652, 4 and 8
_SHROUDED_KEY, _NESTED = "1.2.840.113549.1.12.10.1.2", "1.2.840.113549.1.12.10.1.6"  # RFC 7292, 4.2


class Cost(NamedTuple):
    """What derivations ask for, added up."""

    rounds: int = 0
    memory: int = 0
    """Bytes, times the number of runs (scrypt's p): its time grows with both."""

    def plus(self, other: "Cost") -> "Cost":
        """Both, one after the other."""
        return Cost(self.rounds + other.rounds, self.memory + other.memory)


@asn1.sequence
class _Algorithm:
    """AlgorithmIdentifier with parameters."""

    algorithm: ObjectIdentifier
    parameters: asn1.TLV


@asn1.sequence
class _Bare:
    """AlgorithmIdentifier without parameters."""

    algorithm: ObjectIdentifier


@asn1.sequence
class _Prf:
    algorithm: ObjectIdentifier
    parameters: asn1.Null | None


@asn1.sequence
class _WithKdf:
    """PBES2-params and PBMAC1-params: a key derivation, and what uses the key."""

    kdf: _Algorithm
    scheme: asn1.TLV


@asn1.sequence
class _Pbkdf2:
    salt: bytes
    rounds: int
    length: int | None
    prf: _Prf | None


@asn1.sequence
class _Scrypt:
    salt: bytes
    n: int
    r: int
    p: int
    length: int | None


@asn1.sequence
class _Pbe:
    salt: bytes
    rounds: int


@asn1.sequence
class _EncryptedKey:
    """EncryptedPrivateKeyInfo (RFC 5958, 3)."""

    algorithm: _Algorithm
    data: bytes


@asn1.sequence
class _Content:
    """ContentInfo (RFC 5652, 3)."""

    kind: ObjectIdentifier
    content: Annotated[asn1.TLV, asn1.Explicit(0)]


@asn1.sequence
class _EncryptedContent:
    kind: ObjectIdentifier
    algorithm: _Algorithm
    data: Annotated[bytes, asn1.Implicit(0)]


@asn1.sequence
class _EncryptedData:
    """RFC 5652, 8."""

    version: int
    content: _EncryptedContent


@asn1.sequence
class _Digest:
    algorithm: asn1.TLV
    digest: bytes


@asn1.sequence
class _Mac:
    """MacData (RFC 7292, 4)."""

    mac: _Digest
    salt: bytes
    rounds: int | None


@asn1.sequence
class _Pfx:
    """RFC 7292, 4."""

    version: int
    safe: _Content
    mac: _Mac | None


@asn1.sequence
class _Bag:
    """SafeBag (RFC 7292, 4.2)."""

    kind: ObjectIdentifier
    value: Annotated[asn1.TLV, asn1.Explicit(0)]


@asn1.sequence
class _NamedBag:
    """SafeBag with attributes. Not as SET OF: not everybody sorts them as DER asks."""

    kind: ObjectIdentifier
    value: Annotated[asn1.TLV, asn1.Explicit(0)]
    attributes: asn1.TLV


@asn1.sequence
class _Many:
    items: list[asn1.TLV]


def refuse(cost: Cost, label: str) -> None:
    """Raise InputError where a file asks for more than anyone needs."""
    if cost.rounds > MAX_ROUNDS:
        asked, most = f"{cost.rounds:,} rounds", f"{MAX_ROUNDS:,} rounds"
    elif cost.memory > MAX_MEMORY:
        asked, most = f"{cost.memory >> 20:,} MiB for scrypt", f"{MAX_MEMORY >> 20:,} MiB"
    else:
        return
    raise InputError(
        f"{label}: its key derivation asks for {asked}, at most {most} are computed here",
        "a file like this is made to keep a program busy; if it is yours, encrypt it again with fewer",
    )


def of_key(der: bytes) -> Cost:
    """The cost of an encrypted PKCS#8 key. Raises ValueError where it cannot be told."""
    return _cost(asn1.decode_der(_EncryptedKey, der).algorithm)


def of_pkcs12(der: bytes) -> Cost:
    """The cost of a PKCS#12 file: its MAC and its bags, each once. Raises ValueError where it cannot be told."""
    pfx = asn1.decode_der(_Pfx, der)
    total = _of_mac(pfx.mac) if pfx.mac else Cost()
    for item in _items(_octets(pfx.safe)):
        total = total.plus(_of_safe(item.parse(_Content)))
    return total


def _of_mac(mac: _Mac) -> Cost:
    rounds = Cost(_count(mac.rounds or 1))
    try:
        algorithm = mac.mac.algorithm.parse(_Algorithm)
    except ValueError:
        mac.mac.algorithm.parse(_Bare)
        return rounds
    return _cost(algorithm) if algorithm.algorithm.dotted_string == _PBMAC1 else rounds


def _of_safe(safe: _Content) -> Cost:
    """The cost of one part of a PKCS#12 file. What is in an encrypted part is not seen."""
    if safe.kind.dotted_string == _ENCRYPTED_DATA:
        return _cost(safe.content.parse(_EncryptedData).content.algorithm)
    total = Cost()
    for item in _items(_octets(safe)):
        total = total.plus(_of_bag(item))
    return total


def _of_bag(item: asn1.TLV) -> Cost:
    bag: _Bag | _NamedBag
    try:
        bag = item.parse(_NamedBag)
    except ValueError:
        bag = item.parse(_Bag)
    if bag.kind.dotted_string == _NESTED:  # nobody writes them, and they nest without end
        raise ValueError("bags within bags")
    return _cost(bag.value.parse(_EncryptedKey).algorithm) if bag.kind.dotted_string == _SHROUDED_KEY else Cost()


def _cost(algorithm: _Algorithm) -> Cost:
    """The cost of one derivation, by the algorithm that uses its key."""
    kind = algorithm.algorithm.dotted_string
    if kind in (_PBES2, _PBMAC1):
        return _of_kdf(algorithm.parameters.parse(_WithKdf).kdf)
    if kind.startswith(_PBE):
        return Cost(_count(algorithm.parameters.parse(_Pbe).rounds))
    raise ValueError("an unknown encryption")


def _of_kdf(kdf: _Algorithm) -> Cost:
    kind = kdf.algorithm.dotted_string
    if kind == _PBKDF2:
        return Cost(_count(kdf.parameters.parse(_Pbkdf2).rounds))
    if kind == _SCRYPT:
        found = kdf.parameters.parse(_Scrypt)
        return Cost(memory=128 * _count(found.n) * _count(found.r) * _count(found.p))  # RFC 7914, 2
    raise ValueError("an unknown key derivation")


def _count(number: int) -> int:
    if number < 0:  # a library in C may take it for a number without sign
        raise ValueError("a negative count")
    return number


def _octets(content: _Content) -> bytes:
    """The octets of a ContentInfo of the type data."""
    if content.kind.dotted_string != _DATA:
        raise ValueError("not data")
    octets: bytes = content.content.parse(bytes)
    return octets


def _items(sequence: bytes) -> list[asn1.TLV]:
    """The elements of a SEQUENCE OF. The decoder takes one only as a field: the SEQUENCE around it is an OCTET STRING's
    header with the other tag (X.690, 8.1.2)."""
    return asn1.decode_der(_Many, b"\x30" + asn1.encode_der(sequence)[1:]).items

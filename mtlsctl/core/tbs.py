"""The fields of a certificate as they are encoded, for what cryptography does not show of them (RFC 5280, 4.1)."""

from functools import lru_cache
from typing import Annotated

from cryptography import x509
from cryptography.hazmat import asn1
from cryptography.hazmat.primitives.serialization import Encoding


@asn1.sequence
class Extension:
    """An extension, its value as bytes."""

    oid: x509.ObjectIdentifier
    critical: Annotated[bool, asn1.Default(False)]
    value: bytes


@asn1.sequence
class _NamedCurve:
    algorithm: x509.ObjectIdentifier
    curve: x509.ObjectIdentifier


@asn1.sequence
class _KeyOnCurve:
    algorithm: _NamedCurve
    key: asn1.BitString


@asn1.sequence
class Tbs:
    """TBSCertificate (RFC 5280, 4.1)."""

    version: Annotated[int, asn1.Default(0), asn1.Explicit(0)]
    serial: asn1.TLV
    signature: asn1.TLV
    issuer: asn1.TLV
    validity: asn1.TLV
    subject: asn1.TLV
    public_key: asn1.TLV
    issuer_id: Annotated[asn1.BitString | None, asn1.Implicit(1)]
    subject_id: Annotated[asn1.BitString | None, asn1.Implicit(2)]
    extensions: Annotated[list[Extension] | None, asn1.Explicit(3)]


@asn1.sequence
class Signed:
    """Certificate (RFC 5280, 4.1)."""

    tbs: Tbs
    algorithm: asn1.TLV
    signature: asn1.BitString


@lru_cache(maxsize=8)  # several rules ask, one after the other, and cryptography encodes anew each time
def encoded(certificate: x509.Certificate) -> bytes:
    """What is signed of a certificate, in DER."""
    return certificate.tbs_certificate_bytes


@lru_cache(maxsize=8)  # as above
def read(certificate: x509.Certificate) -> Signed | None:
    """The fields of a certificate; None where they are not as RFC 5280 and DER have them."""
    try:
        return asn1.decode_der(Signed, certificate.public_bytes(Encoding.DER))
    except (ValueError, TypeError):
        return None


_EC_KEY = b"\x06\x07\x2a\x86\x48\xce\x3d\x02\x01"  # id-ecPublicKey (RFC 5480, 2.1.1)
_SEQUENCE, _OBJECT_IDENTIFIER, _EXTENSIONS = 0x30, 0x06, 0xA3


def plain(certificate: x509.Certificate) -> bool:
    """Whether an elliptic key visibly has a named curve, and the extensions follow it: without decoding the rest.

    Only for a certificate whose key was read as an elliptic one: its algorithm is then in the DER, and where it is
    there once, that is the place. False tells nothing: read() does.
    """
    der = encoded(certificate)
    at = der.find(_EC_KEY)
    if at < 4 or der.find(_EC_KEY, at + 1) >= 0:
        return False
    # SEQUENCE (its length below 128), SEQUENCE, the algorithm, and its parameters behind it.
    end = at - 2 + der[at - 3]
    short = der[at - 4] == _SEQUENCE and der[at - 3] < 128 and der[at - 2] == _SEQUENCE
    return short and der[at + len(_EC_KEY)] == _OBJECT_IDENTIFIER and der[end : end + 1] == bytes([_EXTENSIONS])


def same(one: asn1.TLV, other: asn1.TLV) -> bool:
    """Whether two values are one, byte for byte."""
    return bytes(one.tag_bytes) == bytes(other.tag_bytes) and bytes(one.data) == bytes(other.data)


def names_its_curve(found: Signed) -> bool:
    """Whether a public key has a curve's name for its parameters, as RFC 5480, 2.1.1, wants it of elliptic keys."""
    try:
        found.tbs.public_key.parse(_KeyOnCurve)
    except (ValueError, TypeError):
        return False
    return True

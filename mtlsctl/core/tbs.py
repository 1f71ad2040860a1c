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


@lru_cache(maxsize=8)  # several rules ask, one after the other
def read(certificate: x509.Certificate) -> Signed | None:
    """The fields of a certificate; None where they are not as RFC 5280 and DER have them."""
    try:
        return asn1.decode_der(Signed, certificate.public_bytes(Encoding.DER))
    except (ValueError, TypeError):
        return None


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

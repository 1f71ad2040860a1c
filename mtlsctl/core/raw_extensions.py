"""The extensions of a certificate of which one is malformed: cryptography gives none then, here each is its bytes."""

from typing import Annotated

from cryptography import x509
from cryptography.hazmat import asn1

from mtlsctl.core.extensions import MAX_HEX, OtherExtension, called

_MANY = 200  # that are told


@asn1.sequence
class _Extension:
    oid: x509.ObjectIdentifier
    critical: Annotated[bool, asn1.Default(False)]
    value: bytes


@asn1.sequence
class _Tbs:
    """RFC 5280, 4.1."""

    version: Annotated[int, asn1.Default(0), asn1.Explicit(0)]
    serial: asn1.TLV
    signature: asn1.TLV
    issuer: asn1.TLV
    validity: asn1.TLV
    subject: asn1.TLV
    spki: asn1.TLV
    issuer_id: Annotated[asn1.BitString | None, asn1.Implicit(1)]
    subject_id: Annotated[asn1.BitString | None, asn1.Implicit(2)]
    extensions: Annotated[list[_Extension] | None, asn1.Explicit(3)]


def read(certificate: x509.Certificate) -> tuple[OtherExtension, ...]:
    """All extensions by OID, name and bytes; () where even these cannot be told apart. Never raises."""
    try:
        found = asn1.decode_der(_Tbs, certificate.tbs_certificate_bytes).extensions or []
    except (ValueError, TypeError):
        return ()
    return tuple(map(_told, found[:_MANY]))


def _told(extension: _Extension) -> OtherExtension:
    dotted, name, value = extension.oid.dotted_string, called(extension.oid), extension.value.hex()
    shown = value if len(value) <= MAX_HEX else f"{value[:MAX_HEX]}..."
    return OtherExtension(dotted, "" if name == dotted else name, extension.critical, shown)

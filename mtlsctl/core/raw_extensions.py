"""The extensions of a certificate of which one is malformed: cryptography gives none then, here each is its bytes."""

from cryptography import x509
from cryptography.hazmat import asn1

from mtlsctl.core import tbs
from mtlsctl.core.extensions import MAX_HEX, OtherExtension, called

_MANY = 200  # that are told


def read(certificate: x509.Certificate) -> tuple[OtherExtension, ...]:
    """All extensions by OID, name and bytes; () where even these cannot be told apart. Never raises."""
    try:
        found = asn1.decode_der(tbs.Tbs, certificate.tbs_certificate_bytes).extensions or []
    except (ValueError, TypeError):
        return ()
    return tuple(map(_told, found[:_MANY]))


def _told(extension: tbs.Extension) -> OtherExtension:
    dotted, name, value = extension.oid.dotted_string, called(extension.oid), extension.value.hex()
    shown = value if len(value) <= MAX_HEX else f"{value[:MAX_HEX]}..."
    return OtherExtension(dotted, "" if name == dotted else name, extension.critical, shown)

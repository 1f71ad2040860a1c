"""Certificates about whose revocation their CA publishes nothing, and which say so: noRevAvail (RFC 9608)."""

from collections.abc import Iterable

from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID as Access

from mtlsctl.core.unreadable import UNREADABLE

OID = x509.ObjectIdentifier("2.5.29.56")  # RFC 9608, 2
_NULL = b"\x05\x00"  # the value of the extension, the same
WORDS = "its CA publishes nothing about its revocation, and it says so (noRevAvail, RFC 9608)"


def read(certificate: x509.Certificate) -> tuple[bool, str]:
    """Whether a certificate has the extension, and why that does not count; "" where it does. Raises nothing."""
    try:
        found = list(certificate.extensions)
    except UNREADABLE:
        return False, ""  # it is refused for that
    own = next((e for e in found if e.oid == OID), None)
    return own is not None, fault(found) if own else ""


def fault(extensions: Iterable[x509.Extension[x509.ExtensionType]]) -> str:
    """What contradicts noRevAvail, or is wrong with it, in a certificate that may have it; "" where nothing does.

    RFC 9608, 2 and 3, which has verifiers refuse such a certificate.
    """
    found = {e.oid: e for e in extensions}
    own = found.get(OID)
    if own is None:
        return ""
    if own.critical:
        return "its noRevAvail is critical"
    if own.value.public_bytes() != _NULL:
        return "the value of its noRevAvail is not NULL"
    where = _contradiction([e.value for e in found.values()])
    return f"its noRevAvail stands {where}" if where else ""


def _contradiction(values: Iterable[x509.ExtensionType]) -> str:
    for value in values:
        match value:
            case x509.BasicConstraints() if value.ca:
                return "in a CA certificate"
            case x509.CRLDistributionPoints():
                return "beside CRL distribution points"
            case x509.FreshestCRL():
                return "beside the address of delta CRLs"
            case x509.AuthorityInformationAccess() if any(one.access_method == Access.OCSP for one in value):
                return "beside the address of an OCSP responder"
            case _:
                pass
    return ""

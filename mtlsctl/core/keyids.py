"""What the certificates of a chain say of the keys that signed them, and what a strict reader misses in them."""

from collections.abc import Sequence

from cryptography import x509
from cryptography.x509.oid import ExtensionOID

from mtlsctl.core import names
from mtlsctl.core.unreadable import UNREADABLE

_AKI, _SKI = ExtensionOID.AUTHORITY_KEY_IDENTIFIER, ExtensionOID.SUBJECT_KEY_IDENTIFIER


def named(chain: Sequence[x509.Certificate]) -> bool:
    """True when each certificate names the key that signed it (RFC 5280, 4.2.1.1), but a root."""
    return all(_has(one, _AKI) for one in chain if one.issuer != one.subject)


def missing(chain: Sequence[x509.Certificate]) -> str:
    """What OpenSSL's X509_V_FLAG_X509_STRICT misses in a chain, leaf first, in words; "" where it misses nothing.

    RFC 5280, 4.2.1.1 to 4.2.1.3: the issuer's key identifier in all but roots; a CA's own, and its key usage.
    """
    for place, one in enumerate(chain):
        name = names.dn(one.subject) or "a certificate of ours"
        if one.issuer != one.subject and not _has(one, _AKI):
            return f"{name} has no authority key identifier"
        if place and not _has(one, _SKI):
            return f"{name} has no subject key identifier"
        if place and not _has(one, ExtensionOID.KEY_USAGE):
            return f"{name} has no key usage"
    return ""


def _has(certificate: x509.Certificate, kind: x509.ObjectIdentifier) -> bool:
    """True too for what cannot be read: it is not what is missing."""
    try:
        certificate.extensions.get_extension_for_oid(kind)
    except x509.ExtensionNotFound:
        return False
    except UNREADABLE:
        return True
    return True

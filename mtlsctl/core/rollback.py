"""Whether a CRL was taken back to an older one: who has been revoked since would be let in again."""

from collections.abc import Iterable

from cryptography import x509

from mtlsctl.core import names


def taken_back(
    old: Iterable[x509.CertificateRevocationList], new: Iterable[x509.CertificateRevocationList]
) -> tuple[x509.CertificateRevocationList, x509.CertificateRevocationList] | None:
    """The first new CRL that is older than the one of the same issuer and key that was there before, as (old, new).

    Older: a lower CRL number (RFC 5280, 5.2.3), without numbers an earlier thisUpdate.
    """
    before = {_issuer(crl): crl for crl in old}
    for crl in new:
        known = before.get(_issuer(crl))
        if known is not None and _age(crl, known):
            return known, crl
    return None


def told(crl: x509.CertificateRevocationList) -> str:
    """A CRL in a message: its number, or when it was issued."""
    number = _number(crl)
    return f"number {number}" if number is not None else f"of {crl.last_update_utc:%Y-%m-%d %H:%M} UTC"


def issuer(crl: x509.CertificateRevocationList) -> str:
    """Its issuer's name, for a message."""
    return names.dn(crl.issuer)


def _age(crl: x509.CertificateRevocationList, known: x509.CertificateRevocationList) -> bool:
    """True where crl is older than known."""
    mine, other = _number(crl), _number(known)
    if mine is not None and other is not None:
        return mine < other
    return crl.last_update_utc < known.last_update_utc


def _number(crl: x509.CertificateRevocationList) -> int | None:
    try:
        return crl.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number
    except x509.ExtensionNotFound:
        return None


def _issuer(crl: x509.CertificateRevocationList) -> tuple[bytes, bytes | None]:
    try:
        key = crl.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier
    except x509.ExtensionNotFound:
        key = None
    return crl.issuer.public_bytes(), key

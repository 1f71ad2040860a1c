"""CRLs: build and look up (RFC 5280, section 5)."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from cryptography import x509

from mtlsctl.core import keys
from mtlsctl.core.issuing import Credential, authority_key_id


class Reason(StrEnum):
    """Why a certificate is revoked (RFC 5280, 5.3.1), by the word that a person types."""

    UNSPECIFIED = "unspecified"
    KEY_COMPROMISE = "keyCompromise"
    AFFILIATION_CHANGED = "affiliationChanged"
    SUPERSEDED = "superseded"
    CESSATION_OF_OPERATION = "cessationOfOperation"
    PRIVILEGE_WITHDRAWN = "privilegeWithdrawn"


def entry(serial: int, revoked_at: datetime, reason: str | None) -> x509.RevokedCertificate:
    """A CRL entry; the reason is left out when unspecified, as RFC 5280, 5.3.1 asks."""
    extensions: list[x509.Extension[x509.ExtensionType]] = []
    if reason and reason != Reason.UNSPECIFIED:
        value = x509.CRLReason(x509.ReasonFlags(reason))
        extensions = [x509.Extension(value.oid, False, value)]
    return x509.RevokedCertificateBuilder(serial, revoked_at, extensions).build()


def build_crl(
    issuer: Credential,
    number: int,
    this_update: datetime,
    next_update: datetime,
    revoked: Iterable[x509.RevokedCertificate],
) -> x509.CertificateRevocationList:
    """A full CRL, version 2, with CRLNumber and AKI (RFC 5280, 5.2.1 and 5.2.3)."""
    values: tuple[x509.ExtensionType, ...] = (x509.CRLNumber(number), authority_key_id(issuer.certificate))
    builder = x509.CertificateRevocationListBuilder(
        issuer_name=issuer.certificate.subject,
        last_update=this_update,
        next_update=next_update,
        extensions=[x509.Extension(value.oid, False, value) for value in values],
        revoked_certificates=list(revoked),  # add_revoked_certificate copies the list each time
    )
    return builder.sign(issuer.key, keys.signing_hash(issuer.key))

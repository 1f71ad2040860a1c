"""Whether a path is revoked, by the CRLs at hand."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import pairwise

from cryptography import x509
from cryptography.exceptions import InvalidSignature

from mtlsctl.core import names
from mtlsctl.core.causes import EITHER, Problem
from mtlsctl.core.findings import Verdict, Whose
from mtlsctl.core.path import UNREADABLE, Path, called

Crls = Sequence[x509.CertificateRevocationList]


def check(path: Path, crls: Crls, at: datetime) -> list[Problem]:
    """What the CRLs say of each certificate below the top of a path (RFC 5280, 6.3).

    The leaf needs a CRL. A CA without one is a warning: nginx and HAProxy check every CA and refuse then.
    """
    problems: list[Problem] = []
    for depth, (certificate, issuer) in enumerate(pairwise(path)):
        problems += _one(certificate, issuer, crls, at, depth)
    return problems


def covered(path: Path, crls: Crls) -> bool:
    """True when each certificate below the anchor has a CRL of its issuer."""
    return all(any(crl.issuer == issuer.subject for crl in crls) for issuer in path[1:])


def _one(
    certificate: x509.Certificate, issuer: x509.Certificate, crls: Crls, at: datetime, depth: int
) -> Iterator[Problem]:
    name, ca = called(certificate), called(issuer)
    own = [crl for crl in crls if crl.issuer == issuer.subject]
    signed = [crl for crl in own if _signed(crl, issuer)]
    if not signed:
        reason = "its CRL's signature does not fit its key" if own else f"the CRLs given are of {_listed(crls)}"
        verdict = Verdict.WARN if depth and not own else Verdict.FAIL
        message = f"{name}: revocation unknown: no CRL of {ca} is at hand, {reason}"
        yield Problem(
            "crl-missing", message, f"fetch the CRL of {ca} and pass it: --crl FILE", name, verdict, Whose.OURS
        )
        return
    newest = max(signed, key=lambda crl: crl.last_update_utc)
    yield from _fresh(newest, ca, at)
    entry = newest.get_revoked_certificate_by_serial_number(certificate.serial_number)
    if entry is None or _reason(entry) is x509.ReasonFlags.remove_from_crl:
        return
    stated = _reason(entry)
    why = f", reason {stated.value}" if stated else ""
    message = f"{name}: revoked by {ca} at {entry.revocation_date_utc:%Y-%m-%d %H:%M} UTC{why}"
    yield Problem("revoked", message, f"issue a new one: mtlsctl issue {EITHER} NAME", name)


def _fresh(crl: x509.CertificateRevocationList, ca: str, at: datetime) -> Iterator[Problem]:
    when = f"the time of checking is {at:%Y-%m-%d %H:%M} UTC"
    hint = f"fetch the present CRL of {ca}, or publish one: mtlsctl crl"
    if crl.next_update_utc and at > crl.next_update_utc:
        message = f"the CRL of {ca}: expired at {crl.next_update_utc:%Y-%m-%d %H:%M} UTC (nextUpdate), {when}"
        yield Problem("crl-expired", message, hint, ca, whose=Whose.OURS)
    if at < crl.last_update_utc:
        message = f"the CRL of {ca}: not valid before {crl.last_update_utc:%Y-%m-%d %H:%M} UTC (thisUpdate), {when}"
        yield Problem("crl-expired", message, hint, ca, whose=Whose.OURS)


def _listed(crls: Crls) -> str:
    return ", ".join(dict.fromkeys(names.dn(crl.issuer) for crl in crls)) or "none"


def _signed(crl: x509.CertificateRevocationList, issuer: x509.Certificate) -> bool:
    try:
        return crl.is_signature_valid(issuer.public_key())  # type: ignore[arg-type]
    except (*UNREADABLE, InvalidSignature):
        return False


def _reason(entry: x509.RevokedCertificate) -> x509.ReasonFlags | None:
    try:
        return entry.extensions.get_extension_for_class(x509.CRLReason).value.reason
    except (*UNREADABLE, x509.ExtensionNotFound):
        return None

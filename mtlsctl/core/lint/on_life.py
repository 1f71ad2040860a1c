"""Rules about time and revocation: how long, until when, and where to ask."""

from collections.abc import Iterator
from datetime import timedelta

from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID as Access

from mtlsctl.core import names, norevavail
from mtlsctl.core.findings import Verdict
from mtlsctl.core.lint.rule import Scope, rule
from mtlsctl.core.lint.subject import Subject
from mtlsctl.core.profiles import MAX_LIFETIME, WARN_LIFETIME

_SLACK = timedelta(days=1)  # a lifetime is counted from now, and notBefore lies some minutes before
SHORT = timedelta(days=10)  # of a shorter life, half is the time to renew


@rule("cert-expired", Verdict.FAIL, Scope.CERTIFICATE)
def expired(subject: Subject) -> Iterator[str]:
    """It lives."""
    if subject.not_after and subject.at > subject.not_after:
        yield f"it expired at {subject.not_after:%Y-%m-%d %H:%M} UTC"


@rule("cert-not-yet-valid", Verdict.FAIL, Scope.CERTIFICATE)
def not_yet_valid(subject: Subject) -> Iterator[str]:
    """It has begun."""
    if subject.not_before and subject.at < subject.not_before:
        yield f"it is not valid before {subject.not_before:%Y-%m-%d %H:%M} UTC"


@rule("expires-soon", Verdict.WARN, Scope.CERTIFICATE)
def expires_soon(subject: Subject) -> Iterator[str]:
    """A leaf is renewed with a third of its life left, or half of a short one; a CA with a tenth."""
    start, end = subject.not_before, subject.not_after
    if not start or not end or not start <= subject.at <= end:
        return
    part = 10 if subject.is_ca else 2 if end - start < SHORT else 3
    if (end - subject.at) * part < end - start:
        yield f"it ends at {end:%Y-%m-%d %H:%M} UTC, less than 1/{part} of its life is left"


@rule("lint-never-valid", Verdict.FAIL, Scope.CERTIFICATE)
def never_valid(subject: Subject) -> Iterator[str]:
    """It begins before it ends."""
    if subject.not_before and subject.not_after and subject.not_after < subject.not_before:
        yield f"it ends at {subject.not_after:%Y-%m-%d %H:%M} UTC, before it begins"


@rule("lint-lifetime", Verdict.WARN, Scope.LEAF)
def lifetime(leaf: Subject) -> Iterator[str]:
    """A leaf lives months, not years."""
    if leaf.days > (WARN_LIFETIME + _SLACK).days:
        yield f"it lives {leaf.days} days, above {WARN_LIFETIME.days}"


@rule("lint-lifetime-limit", Verdict.FAIL, Scope.LEAF)
def lifetime_limit(leaf: Subject) -> Iterator[str]:
    """Apple's limit."""
    if leaf.serves and leaf.days > (MAX_LIFETIME + _SLACK).days:
        yield f"a server certificate that lives {leaf.days} days: Apple's systems refuse above {MAX_LIFETIME.days}"


@rule(
    "lint-outlives-issuer",
    Verdict.WARN,
    Scope.CERTIFICATE,
    needs=lambda subject: subject.issuer is not None and not subject.self_issued,
)
def outlives_issuer(subject: Subject) -> Iterator[str]:
    """A chain lives as long as its shortest part."""
    if subject.issuer is None or subject.self_issued or not subject.not_after:
        return
    end = subject.issuer.not_valid_after_utc
    if subject.not_after > end:
        yield f"it ends at {subject.not_after:%Y-%m-%d}, its issuer already at {end:%Y-%m-%d}"


@rule("lint-no-revocation", Verdict.WARN, Scope.LEAF)
def no_revocation(leaf: Subject) -> Iterator[str]:
    """Who lives long can be revoked."""
    if leaf.days > (WARN_LIFETIME + _SLACK).days and not pointers(leaf):
        yield f"it lives {leaf.days} days and names neither a CRL nor an OCSP responder"


@rule("lint-no-rev-avail", Verdict.FAIL, Scope.CERTIFICATE)
def no_rev_avail(subject: Subject) -> Iterator[str]:
    """Who says that nothing is published names no place where it is."""
    if words := norevavail.fault(subject.value.extensions):
        yield words


@rule("lint-pointer-scheme", Verdict.WARN, Scope.CERTIFICATE)
def pointer_scheme(subject: Subject) -> Iterator[str]:
    """What is signed is fetched over http."""
    for url in pointers(subject):
        if not url.lower().startswith("http://"):
            yield f"verifiers do not fetch {url[:120]}"


@rule("lint-pointer-local", Verdict.NOTE, Scope.CERTIFICATE)
def pointer_local(subject: Subject) -> Iterator[str]:
    """Each machine is its own localhost."""
    for url in pointers(subject):
        host = url.partition("://")[2].partition("/")[0].rpartition("@")[2].lower()
        host = host if host.startswith("[") else host.partition(":")[0]
        address = names.to_address(host.partition("]")[0].lstrip("["))
        if host == "localhost" or host.endswith(".localhost") or (address and address.is_loopback):
            yield f"peers would ask themselves: {url[:120]}"


def pointers(subject: Subject) -> list[str]:
    """The addresses of CRLs and OCSP responders, and of the issuer's certificate."""
    points = subject.get(x509.CRLDistributionPoints) or ()
    full = [name for point in points for name in point.full_name or ()]
    access = subject.get(x509.AuthorityInformationAccess) or ()
    full += [a.access_location for a in access if a.access_method in (Access.OCSP, Access.CA_ISSUERS)]
    return [name.value for name in full if isinstance(name, x509.UniformResourceIdentifier)]

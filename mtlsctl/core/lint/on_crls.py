"""Rules about CRLs."""

from collections.abc import Iterator
from datetime import timedelta

from cryptography import x509

from mtlsctl.core.findings import Verdict
from mtlsctl.core.lint.rule import Scope, rule
from mtlsctl.core.lint.subject import Subject
from mtlsctl.core.unreadable import UNREADABLE

LONGEST = timedelta(days=10)  # CA/B Forum BR 7.2
LONGEST_OF_A_ROOT = timedelta(days=366)  # the same: of what revokes CA certificates


@rule("revocation-stale", Verdict.FAIL, Scope.CRL)
def stale(crl: Subject) -> Iterator[str]:
    """It is fresh."""
    if crl.not_after and crl.at > crl.not_after:
        yield f"it is stale since {crl.not_after:%Y-%m-%d %H:%M} UTC: who checks it refuses everybody"


@rule("lint-crl-no-number", Verdict.WARN, Scope.CRL)
def no_number(crl: Subject) -> Iterator[str]:
    """CRLs are counted."""
    if crl.get(x509.CRLNumber) is None:
        yield "it has no CRLNumber"


@rule("lint-crl-no-aki", Verdict.WARN, Scope.CRL)
def no_aki(crl: Subject) -> Iterator[str]:
    """It names its signer's key."""
    if crl.get(x509.AuthorityKeyIdentifier) is None:
        yield "it has no authority key identifier"


@rule("lint-crl-endless", Verdict.FAIL, Scope.CRL)
def endless(crl: Subject) -> Iterator[str]:
    """It goes stale."""
    if crl.not_after is None:
        yield "it has no nextUpdate"


@rule("lint-crl-long", Verdict.WARN, Scope.CRL)
def long(crl: Subject) -> Iterator[str]:
    """It goes stale soon."""
    limit = LONGEST_OF_A_ROOT if of_a_root(crl) else LONGEST
    if crl.not_before and crl.not_after and crl.not_after - crl.not_before > limit:
        yield f"it is good for {crl.days} days, above {limit.days}"


def _signed(crl: Subject) -> bool | None:
    """Whether its issuer signed it; None where there is no issuer at hand, or an algorithm that is not checked here."""
    if crl.issuer is None:
        return None
    try:
        return bool(crl.value.is_signature_valid(crl.issuer.public_key()))
    except UNREADABLE:
        return None


@rule("lint-crl-signature", Verdict.FAIL, Scope.CRL, needs=lambda crl: _signed(crl) is not None)
def signature(crl: Subject) -> Iterator[str]:
    """Its issuer signed it."""
    if _signed(crl) is False:
        yield "the CA of its issuer's name did not sign it"


def of_a_root(crl: Subject) -> bool:
    """Its issuer signed itself, and so signs CAs."""
    return crl.issuer is not None and crl.issuer.subject == crl.issuer.issuer

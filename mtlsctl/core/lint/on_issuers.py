"""Rules about a certificate and the CA right above it: whether that may have issued it. Whole paths are verify's."""

from collections.abc import Iterator

from cryptography import x509

from mtlsctl.core import namechecks
from mtlsctl.core.findings import Verdict
from mtlsctl.core.lint.rule import Scope, rule
from mtlsctl.core.lint.subject import Subject
from mtlsctl.core.looks import Look, look, value
from mtlsctl.core.path import Link
from mtlsctl.core.unreadable import UNREADABLE


def _above(subject: Subject) -> Look | None:
    """The CA that signed it; None where that is not at hand, cannot be read, or is itself."""
    if subject.issuer is None or subject.signed is not Link.SIGNED or subject.self_issued:
        return None
    try:
        return look(subject.issuer)
    except UNREADABLE:
        return None


def is_signed(subject: Subject) -> bool:
    """The CA that signed it is at hand."""
    return _above(subject) is not None


@rule("lint-issuer-no-ca", Verdict.FAIL, Scope.CERTIFICATE, needs=is_signed)
def issuer_no_ca(subject: Subject) -> Iterator[str]:
    """CAs issue."""
    above = _above(subject)
    basic = value(above, x509.BasicConstraints) if above else None
    if above and (above.certificate.version is x509.Version.v3 if basic is None else not basic.ca):
        yield f"{above.name} issued it and is no CA"


@rule("lint-issuer-pathlen", Verdict.FAIL, Scope.CA, needs=is_signed)
def issuer_pathlen(ca: Subject) -> Iterator[str]:
    """A CA with pathlen 0 has leaves alone below it."""
    above = _above(ca)
    basic = value(above, x509.BasicConstraints) if above else None
    if above and basic and basic.path_length == 0:
        yield f"its issuer {above.name} allows no CA below it (pathlen 0)"


@rule("lint-outside-constraints", Verdict.FAIL, Scope.CERTIFICATE, needs=is_signed)
def outside_constraints(subject: Subject) -> Iterator[str]:
    """Its names are those that its issuer may certify."""
    above = _above(subject)
    if above and value(above, x509.NameConstraints):
        for problem in namechecks.constrained(above, [look(subject.value)]):
            yield problem.message.removeprefix(f"{problem.about}: ")

"""Rules about certificate signing requests."""

from collections.abc import Iterator

from cryptography import x509
from cryptography.x509.oid import AttributeOID

from mtlsctl.core.findings import Verdict
from mtlsctl.core.lint.rule import Scope, rule
from mtlsctl.core.lint.subject import Subject
from mtlsctl.core.unreadable import UNREADABLE


@rule("csr-bad-signature", Verdict.FAIL, Scope.REQUEST)
def bad_signature(request: Subject) -> Iterator[str]:
    """Whoever asks holds the key."""
    try:
        good = request.value.is_signature_valid
    except UNREADABLE:
        good = False
    if not good:
        yield "its signature does not fit its public key"


@rule("lint-request-no-san", Verdict.WARN, Scope.REQUEST)
def no_san(request: Subject) -> Iterator[str]:
    """A request says for whom."""
    basic = request.get(x509.BasicConstraints)
    if not request.san and not (basic is not None and basic.ca):
        yield "it asks for no subject alternative name"


@rule("lint-request-ca", Verdict.WARN, Scope.REQUEST)
def asks_for_ca(request: Subject) -> Iterator[str]:
    """A CA is made on purpose."""
    basic, usage = request.get(x509.BasicConstraints), request.get(x509.KeyUsage)
    if basic is not None and basic.ca:
        yield "it asks to become a CA (CA:TRUE)"
    elif usage is not None and (usage.key_cert_sign or usage.crl_sign):
        yield "it asks for the right to sign certificates or CRLs"


@rule("lint-request-password", Verdict.WARN, Scope.REQUEST)
def carries_password(request: Subject) -> Iterator[str]:
    """No secret travels in a request."""
    try:
        held = any(attribute.oid == AttributeOID.CHALLENGE_PASSWORD for attribute in request.value.attributes)
    except UNREADABLE:
        return
    if held:
        yield "it carries a challengePassword, readable by everybody who sees the request"

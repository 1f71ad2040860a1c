"""Rules about what a leaf may be used for: extended key usage and key usage."""

from collections.abc import Iterator

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID as Eku
from cryptography.x509.oid import ObjectIdentifier

from mtlsctl.core.findings import Verdict
from mtlsctl.core.lint.rule import BOTH, Scope, rule
from mtlsctl.core.lint.subject import Subject

_TLS = (Eku.SERVER_AUTH, Eku.CLIENT_AUTH, Eku.ANY_EXTENDED_KEY_USAGE)
_BITS = ("key_encipherment", "data_encipherment", "key_agreement", "crl_sign", "key_cert_sign")
_WORDS = {
    "key_encipherment": "keyEncipherment",
    "data_encipherment": "dataEncipherment",
    "key_agreement": "keyAgreement",
    "crl_sign": "cRLSign",
    "key_cert_sign": "keyCertSign",
}


def _usage(subject: Subject) -> x509.KeyUsage | None:
    return subject.get(x509.KeyUsage)


def _word(oid: ObjectIdentifier) -> str:
    known: str = oid._name
    return oid.dotted_string if known == "Unknown OID" else known


@rule("lint-no-eku", Verdict.WARN, Scope.LEAF, profiles=BOTH)
def no_eku(leaf: Subject) -> Iterator[str]:
    """A leaf says what it is for."""
    if leaf.purposes is None and not leaf.spiffe:  # X509-SVID, 4.4: both purposes, or none
        yield "it has no extended key usage and is good for every purpose"


@rule("lint-any-eku", Verdict.WARN, Scope.LEAF)
def any_eku(leaf: Subject) -> Iterator[str]:
    """Any is no purpose."""
    if leaf.purposes is not None and Eku.ANY_EXTENDED_KEY_USAGE in leaf.purposes:
        yield "its extended key usage says anyExtendedKeyUsage"


@rule("lint-two-purposes", Verdict.NOTE, Scope.LEAF)
def two_purposes(leaf: Subject) -> Iterator[str]:
    """One certificate, one purpose."""
    if leaf.serves and leaf.calls and not leaf.spiffe:
        yield "it is for servers and for clients, serverAuth and clientAuth"


@rule("lint-foreign-purpose", Verdict.WARN, Scope.LEAF)
def foreign_purpose(leaf: Subject) -> Iterator[str]:
    """A TLS key does nothing else."""
    others = [oid for oid in leaf.purposes or () if oid not in _TLS]
    if (leaf.serves or leaf.calls) and others:
        yield f"a TLS certificate that is also for {', '.join(map(_word, others[:4]))}"


@rule("lint-no-key-usage", Verdict.WARN, Scope.LEAF, profiles=BOTH)
def no_key_usage(leaf: Subject) -> Iterator[str]:
    """A leaf says what its key does."""
    if _usage(leaf) is None:
        yield "it has no key usage"


@rule("lint-key-usage-not-critical", Verdict.WARN, Scope.CERTIFICATE)
def key_usage_not_critical(subject: Subject) -> Iterator[str]:
    """Key usage binds everybody."""
    if _usage(subject) is not None and not subject.critical(x509.KeyUsage):
        yield "its key usage is not critical"


@rule("lint-no-digital-signature", Verdict.FAIL, Scope.LEAF, profiles=BOTH)
def no_digital_signature(leaf: Subject) -> Iterator[str]:
    """Both ends sign the handshake."""
    usage = _usage(leaf)
    if leaf.for_tls and usage is not None and not usage.digital_signature:
        yield "its key usage lacks digitalSignature, with which both ends of TLS 1.3 prove their key"


@rule("lint-key-usage-unfit", Verdict.FAIL, Scope.LEAF, needs=lambda leaf: leaf.key is not None)
def key_usage_unfit(leaf: Subject) -> Iterator[str]:
    """A key does only what its kind can."""
    usage = _usage(leaf)
    if usage is None or leaf.key is None or isinstance(leaf.key, rsa.RSAPublicKey):
        return
    allowed = {"key_agreement"} if isinstance(leaf.key, ec.EllipticCurvePublicKey) else set()
    wrong = [bit for bit in _BITS[:3] if getattr(usage, bit) and bit not in allowed]
    if wrong:
        yield f"its key usage says {', '.join(_WORDS[bit] for bit in wrong)}, which a key of its kind cannot do"


@rule("lint-key-encipherment", Verdict.NOTE, Scope.LEAF)
def key_encipherment(leaf: Subject) -> Iterator[str]:
    """Forward secrecy needs no deciphering."""
    usage = _usage(leaf)
    if leaf.for_tls and usage is not None and usage.key_encipherment and isinstance(leaf.key, rsa.RSAPublicKey):
        yield "its RSA key may decipher (keyEncipherment), as TLS 1.2 without forward secrecy does"


@rule("lint-leaf-may-sign", Verdict.FAIL, Scope.LEAF)
def leaf_may_sign(leaf: Subject) -> Iterator[str]:
    """Who is no CA signs no certificates."""
    usage = _usage(leaf)
    claims = [bit for bit in _BITS[3:] if usage is not None and getattr(usage, bit)]
    if claims:
        yield f"it is no CA, and its key usage says {', '.join(_WORDS[bit] for bit in claims)}"


@rule("lint-ocsp-no-check", Verdict.WARN, Scope.LEAF)
def ocsp_no_check(leaf: Subject) -> Iterator[str]:
    """Nobody asks a responder about itself."""
    if Eku.OCSP_SIGNING in (leaf.purposes or ()) and leaf.get(x509.OCSPNoCheck) is None:
        yield "it signs OCSP answers and has no id-pkix-ocsp-nocheck"

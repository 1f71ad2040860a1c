"""Rules of NIST for certificates: SP 800-52 rev. 2, 3.2; SP 800-57 part 1 rev. 5; SP 800-131A rev. 2."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, mldsa, rsa

from mtlsctl.core import keys
from mtlsctl.core.findings import Verdict
from mtlsctl.core.lint.on_form import has_key
from mtlsctl.core.lint.rule import NIST, Scope, rule
from mtlsctl.core.lint.subject import UNKNOWN, Subject

END_OF_112_BITS = datetime(2031, 1, 1, tzinfo=UTC)  # SP 800-57 part 1 rev. 5, table 4
LONGEST = timedelta(days=3 * 366 + 1)
CURVES = ("secp224r1", "secp256r1", "secp384r1", "secp521r1")  # SP 800-186, 3.2.1
HASHES = ("sha224", "sha256", "sha384", "sha512", "sha512-224", "sha512-256")
SHA3 = ("sha3-224", "sha3-256", "sha3-384", "sha3-512")
_EDWARDS_AND_LATTICES = (
    ed25519.Ed25519PublicKey,
    ed448.Ed448PublicKey,
    mldsa.MLDSA44PublicKey,
    mldsa.MLDSA65PublicKey,
    mldsa.MLDSA87PublicKey,
)


@rule("nist-key", Verdict.FAIL, Scope.CERTIFICATE, Scope.REQUEST, Scope.KEY, profiles=NIST)
def key(subject: Subject) -> Iterator[str]:
    """An approved algorithm, of 112 bits and more."""
    match subject.key:
        case rsa.RSAPublicKey() as found if found.key_size < keys.MIN_RSA_BITS:
            yield f"RSA {found.key_size} is below {keys.MIN_RSA_BITS} bits"
        case ec.EllipticCurvePublicKey() as found if found.curve.name not in CURVES:
            yield f"the curve {found.curve.name} is not approved for signatures"
        case rsa.RSAPublicKey() | ec.EllipticCurvePublicKey():
            return
        case None:
            yield "its public key cannot be read"
        case found if not isinstance(found, _EDWARDS_AND_LATTICES):
            yield f"a key of kind {keys.describe(found)} is not approved for signatures"


@rule("nist-exponent", Verdict.FAIL, Scope.CERTIFICATE, Scope.REQUEST, Scope.KEY, profiles=NIST, needs=has_key)
def exponent(subject: Subject) -> Iterator[str]:
    """Odd, and within its limits."""
    if isinstance(subject.key, rsa.RSAPublicKey):
        found = subject.key.public_numbers().e
        if found < keys.MIN_RSA_EXPONENT or found.bit_length() > 256 or found % 2 == 0:
            yield f"the RSA exponent {found if found.bit_length() < 64 else '(of many bits)'} is not allowed"


@rule("nist-hash", Verdict.FAIL, Scope.CERTIFICATE, Scope.REQUEST, Scope.CRL, profiles=NIST)
def hash_(subject: Subject) -> Iterator[str]:
    """SHA-2 or SHA-3; a scheme without a hash of its own is judged by its key. Nobody checks a root's own signature."""
    if subject.is_ca and subject.self_issued:
        return
    if subject.hash_name == UNKNOWN:
        yield "its signature algorithm is not known here, and none of those that are approved"
    elif subject.hash_name and subject.hash_name not in (*HASHES, *SHA3):
        yield f"it is signed over {subject.hash_name.upper().replace('SHA1', 'SHA-1')}, which is not approved"


@rule("nist-2030", Verdict.WARN, Scope.CERTIFICATE, profiles=NIST, needs=has_key)
def strength_to_last(subject: Subject) -> Iterator[str]:
    """112 bits end with 2030."""
    found = subject.key
    weak = (isinstance(found, rsa.RSAPublicKey) and keys.MIN_RSA_BITS <= found.key_size < 3072) or (
        isinstance(found, ec.EllipticCurvePublicKey) and found.curve.name == "secp224r1"
    )
    if weak and subject.not_after and subject.not_after >= END_OF_112_BITS:
        yield f"its key ({keys.describe(found)}) has 112 bits of strength, and it lives to {subject.not_after:%Y-%m-%d}"


@rule("nist-lifetime", Verdict.FAIL, Scope.LEAF, profiles=NIST)
def lifetime(leaf: Subject) -> Iterator[str]:
    """Three years."""
    if leaf.not_before and leaf.not_after and leaf.not_after - leaf.not_before > LONGEST:
        yield f"it lives {leaf.days} days, above three years"

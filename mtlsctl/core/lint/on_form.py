"""Rules about the form of certificates: version, serial, key identifiers, critical extensions, keys, signatures."""

from collections.abc import Iterator
from math import gcd, prod

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa

from mtlsctl.core import keys, strength
from mtlsctl.core.findings import Verdict
from mtlsctl.core.lint.rule import BOTH, Scope, rule
from mtlsctl.core.lint.subject import UNKNOWN, Subject
from mtlsctl.core.path import Link, authority_key_id, subject_key_id

MIN_SERIAL_BITS = 48  # of 64 random bits, 16 leading zeros have one chance in 65,536
MAX_SERIAL_BITS = 159  # 20 bytes with the sign bit (RFC 5280, 4.1.2.2)
_SMALL = prod(p for p in range(3, 752) if all(p % q for q in range(2, int(p**0.5) + 1)))  # SP 800-89, 5.3.3


def has_key(subject: Subject) -> bool:
    """Its public key can be read."""
    return subject.key is not None


@rule("lint-version", Verdict.FAIL, Scope.CERTIFICATE)
def version(subject: Subject) -> Iterator[str]:
    """Version 3."""
    if subject.value.version is not x509.Version.v3:
        yield f"it has version {subject.value.version.value + 1}, which knows neither names nor purposes"


@rule("lint-serial-invalid", Verdict.FAIL, Scope.CERTIFICATE)
def serial_invalid(subject: Subject) -> Iterator[str]:
    """A serial is positive and of at most 20 bytes."""
    serial = subject.value.serial_number
    if serial <= 0:
        yield "its serial number is not positive"
    elif serial.bit_length() > MAX_SERIAL_BITS:
        yield f"its serial number has {serial.bit_length()} bits, {MAX_SERIAL_BITS} are allowed"


@rule("lint-serial-guessable", Verdict.WARN, Scope.CERTIFICATE)
def serial_guessable(subject: Subject) -> Iterator[str]:
    """A serial is random. A root signs itself once."""
    serial = subject.value.serial_number
    if serial > 0 and serial.bit_length() < MIN_SERIAL_BITS and not subject.self_issued:
        yield f"its serial number {serial:x} has {serial.bit_length()} bits, a random one has 64 and more"


@rule("lint-ca-no-ski", Verdict.FAIL, Scope.CA)
def ca_no_ski(ca: Subject) -> Iterator[str]:
    """A CA names its key."""
    if ca.get(x509.SubjectKeyIdentifier) is None:
        yield "a CA without subject key identifier"


@rule("lint-no-aki", Verdict.FAIL, Scope.CERTIFICATE)
def no_aki(subject: Subject) -> Iterator[str]:
    """A certificate names its issuer's key; one that signed itself need not."""
    found = subject.get(x509.AuthorityKeyIdentifier)
    if not subject.self_issued and (found is None or found.key_identifier is None):
        yield "it has no authority key identifier"


def _key_ids(subject: Subject) -> tuple[bytes, bytes] | None:
    """The key identifier that it names and its issuer's, where both are there to be compared."""
    if subject.issuer is None or subject.signed is Link.BROKEN:
        return None
    wanted, found = authority_key_id(subject.value), subject_key_id(subject.issuer)
    return (wanted, found) if wanted and found else None


@rule("lint-aki-differs", Verdict.FAIL, Scope.CERTIFICATE, needs=lambda subject: _key_ids(subject) is not None)
def aki_differs(subject: Subject) -> Iterator[str]:
    """The issuer's key is the one named."""
    wanted, found = _key_ids(subject) or (b"", b"")
    if wanted != found:
        yield f"it names the issuer's key {wanted.hex()[:16]}..., the issuer's key identifier is {found.hex()[:16]}..."


@rule(
    "lint-issuer-did-not-sign",
    Verdict.FAIL,
    Scope.CERTIFICATE,
    needs=lambda subject: subject.signed in (Link.SIGNED, Link.BROKEN),
)
def issuer_did_not_sign(subject: Subject) -> Iterator[str]:
    """The issuer signed it."""
    if subject.signed is Link.BROKEN:
        yield "the CA of its issuer's name did not sign it"


@rule("lint-unknown-critical", Verdict.FAIL, Scope.CERTIFICATE, Scope.CRL)
def unknown_critical(subject: Subject) -> Iterator[str]:
    """Nobody must refuse it for what they do not know."""
    found = subject.extensions.get(x509.UnrecognizedExtension)
    if found is not None and any(
        e.critical for e in subject.value.extensions if isinstance(e.value, x509.UnrecognizedExtension)
    ):
        yield f"the extension {found.oid.dotted_string} is critical, and verifiers that do not know it must refuse"


@rule("lint-weak-key", Verdict.FAIL, Scope.CERTIFICATE, Scope.REQUEST, Scope.KEY)
def weak_key(subject: Subject) -> Iterator[str]:
    """A key that TLS peers take."""
    if isinstance(subject.value, x509.Certificate):
        for problem in strength.check(subject.value, subject.name, anchor=False):
            if problem.cause == "weak-key":
                yield problem.message.removeprefix(f"{subject.name}: ")
    elif subject.key is None:
        yield "its public key cannot be used"
    elif weak := keys.weakness(subject.key):
        yield weak


@rule("lint-rsa-modulus", Verdict.FAIL, Scope.CERTIFICATE, Scope.REQUEST, Scope.KEY, profiles=BOTH, needs=has_key)
def rsa_modulus(subject: Subject) -> Iterator[str]:
    """A modulus is a product of two large primes, as far as a glance tells."""
    if not isinstance(subject.key, rsa.RSAPublicKey):
        return
    numbers = subject.key.public_numbers()
    if numbers.n % 2 == 0 or gcd(numbers.n, _SMALL) != 1:
        yield "its RSA modulus has a small factor"
    elif numbers.n.bit_length() % 8:
        yield f"its RSA modulus has {numbers.n.bit_length()} bits, which is no whole number of bytes"


@rule("lint-weak-signature", Verdict.FAIL, Scope.CERTIFICATE, Scope.REQUEST, Scope.CRL)
def weak_signature(subject: Subject) -> Iterator[str]:
    """A hash without collisions; nobody checks the signature of a root."""
    if subject.is_ca and subject.self_issued:
        return
    if subject.hash_name == UNKNOWN:
        yield "its signature algorithm is not known here: nobody can tell whether it holds"
    elif subject.hash_name in strength.WEAK_HASHES:
        yield f"it is signed over {subject.hash_name.upper().replace('SHA1', 'SHA-1')}, SHA-256 is the least"

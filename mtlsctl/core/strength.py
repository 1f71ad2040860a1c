"""Whether TLS peers take a certificate's key and the hash in its signature."""

from collections.abc import Iterator

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes

from mtlsctl.core import keys
from mtlsctl.core.causes import Problem
from mtlsctl.core.looks import public_key
from mtlsctl.core.unreadable import UNREADABLE

WEAK_HASHES = ("md5", "sha1")  # refused at OpenSSL's security level 2, by Go since 1.18 and by rustls


def check(certificate: x509.Certificate, name: str, anchor: bool) -> Iterator[Problem]:
    """Problems of a certificate's key and signature. name is how messages call it; an anchor's hash does not matter."""
    weak = _key_weakness(certificate)
    if weak:
        yield Problem(
            "weak-key", f"{name}: {weak}", "make a new key: mtlsctl key new new.key, and have it certified", name
        )
    algorithm = digest(certificate)  # of those that are not known OpenSSL says whether it knows them
    if not anchor and algorithm and algorithm.name in WEAK_HASHES:
        word = algorithm.name.upper().replace("SHA1", "SHA-1")
        message = f"{name}: its signature is over {word}, and SHA-256 is the least that peers take"
        yield Problem("weak-signature", message, "have it issued again, with SHA-256 or better", name)


def digest(certificate: x509.Certificate) -> hashes.HashAlgorithm | None:
    """What the signature is over; None where it has no hash of its own (EdDSA, ML-DSA), or is not known (SM2)."""
    try:
        return certificate.signature_hash_algorithm
    except UNREADABLE:
        return None


def _small_exponent_alone(key: PublicKeyTypes) -> bool:
    """An exponent of 3 is not for new keys (NIST has it so); roots have it that everybody trusts, and nobody refuses.

    RFC 8017, 3.1; CA/B Forum BR 6.1.6: odd, and 3 or more. cryptography reads no other.
    """
    return isinstance(key, rsa.RSAPublicKey) and key.key_size >= keys.MIN_RSA_BITS


def _key_weakness(certificate: x509.Certificate) -> str:
    """Why TLS peers would not take this key, or ""."""
    try:
        key = public_key(certificate)
    except UNREADABLE as error:
        return f"its public key cannot be used: {str(error).rstrip('.')}"
    if (weak := keys.weakness(key)) and not _small_exponent_alone(key):
        return weak
    return "" if keys.can_be_certified(key) else f"a key of kind {keys.describe(key)} cannot sign in TLS"

"""Private keys: their algorithms, how they are made, written, read and recognised."""

import re
from collections.abc import Callable
from enum import StrEnum
from typing import TypeGuard, get_args

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, mldsa, rsa
from cryptography.hazmat.primitives.asymmetric.types import (
    CertificateIssuerPrivateKeyTypes,
    CertificateIssuerPublicKeyTypes,
    PrivateKeyTypes,
    PublicKeyTypes,
)

from mtlsctl.errors import InputError, PasswordError, UsageError

PrivateKey = CertificateIssuerPrivateKeyTypes
PublicKey = CertificateIssuerPublicKeyTypes
SIGNING_KEYS = get_args(PrivateKey)
SIGNING_PUBLIC_KEYS = get_args(PublicKey)
Hash = hashes.SHA256 | hashes.SHA384 | hashes.SHA512

MIN_RSA_EXPONENT = 65537  # NIST SP 800-56B rev. 2, 6.2
MIN_RSA_BITS = 2048  # NIST SP 800-57 part 1 rev. 5, table 2: 112 bits of strength


class KeyType(StrEnum):
    """The kinds of key that mtlsctl makes, by the word that a person types."""

    P256 = "p256"
    P384 = "p384"
    ED25519 = "ed25519"
    RSA = "rsa"
    RSA2048 = "rsa2048"
    RSA3072 = "rsa3072"
    RSA4096 = "rsa4096"
    ML_DSA_44 = "ml-dsa-44"
    ML_DSA_65 = "ml-dsa-65"
    ML_DSA_87 = "ml-dsa-87"


POST_QUANTUM = (KeyType.ML_DSA_44, KeyType.ML_DSA_65, KeyType.ML_DSA_87)
POST_QUANTUM_NOTE = "few stacks know ML-DSA yet: OpenSSL from 3.5 on does; browsers, Go, Java and rustls do not"

_RSA_BITS = {KeyType.RSA: 3072, KeyType.RSA2048: 2048, KeyType.RSA3072: 3072, KeyType.RSA4096: 4096}
_MLDSA: dict[KeyType, Callable[[], PrivateKey]] = {
    KeyType.ML_DSA_44: mldsa.MLDSA44PrivateKey.generate,
    KeyType.ML_DSA_65: mldsa.MLDSA65PrivateKey.generate,
    KeyType.ML_DSA_87: mldsa.MLDSA87PrivateKey.generate,
}


def generate(key_type: KeyType) -> PrivateKey:
    """Make a new private key. Raises UsageError where the library here cannot make that kind."""
    match key_type:
        case KeyType.P256:
            return ec.generate_private_key(ec.SECP256R1())
        case KeyType.P384:
            return ec.generate_private_key(ec.SECP384R1())
        case KeyType.ED25519:
            return ed25519.Ed25519PrivateKey.generate()
        case KeyType.RSA | KeyType.RSA2048 | KeyType.RSA3072 | KeyType.RSA4096:
            return rsa.generate_private_key(65537, _RSA_BITS[key_type])
        case KeyType.ML_DSA_44 | KeyType.ML_DSA_65 | KeyType.ML_DSA_87:
            try:
                return _MLDSA[key_type]()
            except UnsupportedAlgorithm:
                raise UsageError(
                    f"{key_type}: the OpenSSL that cryptography was built with knows no ML-DSA",
                    "choose another --key-type, or install cryptography's own wheel",
                ) from None


def encode(key: PrivateKey, password: bytes | None = None) -> bytes:
    """The key as PKCS#8 PEM; with a password, encrypted (AES-256, PBKDF2 with 600,000 rounds)."""
    # SSH and its ciphers come with it, here and below: who only shows a certificate in a handshake does without.
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    if password is None:
        return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    from mtlsctl.core.pbes2 import (
        encrypt,
    )  # the ASN.1 declarations cost more than most commands have to spare

    return encrypt(pkcs8(key), password)


def pkcs8(key: PrivateKey) -> bytes:
    """The key as PKCS#8 DER, not encrypted."""
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def is_encrypted(pem: bytes) -> bool:
    """True when a PEM private key asks for a password (PKCS#8 or the old Proc-Type form)."""
    return b"-----BEGIN ENCRYPTED PRIVATE KEY-----" in pem or b"Proc-Type: 4,ENCRYPTED" in pem


_DEK_INFO = re.compile(rb"DEK-Info:[ \t]*(DES)?[^,\s]*,?[ \t]*([0-9A-Fa-f]*)")


def has_short_iv(pem: bytes) -> bool:
    """True when a key encrypted in the old form (RFC 1421, 4.6.1.3) names an IV too short for its cipher.

    cryptography 50 ends in a Rust panic on such a key, which no `except Exception` catches.
    """
    return any(len(found[2]) < (16 if found[1] else 32) for found in _DEK_INFO.finditer(pem))


def decode(pem: bytes, label: str, password: bytes | None = None) -> PrivateKey:
    """Read a PEM private key. label names the file in errors. Raises InputError or PasswordError."""
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    if has_short_iv(pem):
        raise InputError(f"{label}: the DEK-Info line of this encrypted key is damaged: its IV is too short")
    if password is not None:
        _weigh(pem, label)
    try:
        key = load_pem_private_key(pem, password if is_encrypted(pem) else None)
    except TypeError:
        raise PasswordError(f"{label}: the key is encrypted and no password was given") from None
    except (ValueError, UnsupportedAlgorithm, NotImplementedError):
        if is_encrypted(pem):
            raise PasswordError(f"{label}: the password does not open this key") from None
        raise InputError(f"{label}: expected a private key in PEM, could not read one") from None
    if not can_sign(key):
        raise InputError(f"{label}: a key of this kind cannot sign", "make one: mtlsctl key new FILE")
    return key


def _weigh(pem: bytes, label: str) -> None:
    """Raise InputError where opening the encrypted PKCS#8 keys of a PEM file would take too long."""
    if b"ENCRYPTED PRIVATE KEY-----" not in pem:
        return
    from mtlsctl.core import derivation, pemtext  # the ASN.1 declarations, as above

    for block in pemtext.blocks(pem):
        if block.label != "ENCRYPTED PRIVATE KEY":
            continue
        try:
            cost = derivation.of_key(block.der)
        except ValueError:
            raise InputError(f"{label}: this key is encrypted in a way that is not known here") from None
        derivation.refuse(cost, label)


def can_sign(key: PrivateKeyTypes) -> TypeGuard[PrivateKey]:
    """True for a private key that can sign certificates and handshakes: not X25519, not DH."""
    return isinstance(key, SIGNING_KEYS)


def can_be_certified(key: PublicKeyTypes) -> TypeGuard[PublicKey]:
    """True for a public key that can authenticate in TLS."""
    return isinstance(key, SIGNING_PUBLIC_KEYS)


def signing_hash(key: PrivateKey) -> Hash | None:
    """The hash to sign with: SHA-384 for P-384, SHA-512 for P-521, SHA-256 for other EC and RSA, none else."""
    if isinstance(key, ec.EllipticCurvePrivateKey):
        match key.curve.key_size:
            case 384:
                return hashes.SHA384()
            case 521:
                return hashes.SHA512()
            case _:
                return hashes.SHA256()
    return hashes.SHA256() if isinstance(key, rsa.RSAPrivateKey) else None


def spki(public_key: PublicKeyTypes) -> bytes:
    """The SubjectPublicKeyInfo of a public key, DER (RFC 5280, 4.1.2.7)."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def belong(private_key: PrivateKey, public_key: PublicKeyTypes) -> bool:
    """True when the two are one pair."""
    return spki(private_key.public_key()) == spki(public_key)


def describe(public_key: PublicKeyTypes) -> str:
    """A public key's kind as an engineer says it: "ECDSA P-256", "RSA 3072", "ML-DSA-65"."""
    match public_key:
        case ec.EllipticCurvePublicKey():
            curve = public_key.curve.name
            return f"ECDSA {TLS_CURVES.get(curve, curve)}"
        case rsa.RSAPublicKey():
            return f"RSA {public_key.key_size}"
        case ed25519.Ed25519PublicKey():
            return "Ed25519"
        case ed448.Ed448PublicKey():
            return "Ed448"
        case mldsa.MLDSA44PublicKey():
            return "ML-DSA-44"
        case mldsa.MLDSA65PublicKey():
            return "ML-DSA-65"
        case mldsa.MLDSA87PublicKey():
            return "ML-DSA-87"
        case _:
            return type(public_key).__name__.strip("_").removesuffix("PublicKey")


TLS_CURVES = {"secp256r1": "P-256", "secp384r1": "P-384", "secp521r1": "P-521"}
"""The curves whose keys sign in TLS 1.3 (RFC 8446, 4.2.3), with their short names; in TLS 1.2 everybody knows them."""


def weakness(public_key: PublicKeyTypes) -> str:
    """Why a key is too weak to certify, or ""."""
    match public_key:
        case ec.EllipticCurvePublicKey():
            if (name := public_key.curve.name) in TLS_CURVES:
                return ""
            return f"the curve {name} is not one of TLS 1.3 ({', '.join(TLS_CURVES.values())})"
        case rsa.RSAPublicKey() if public_key.key_size < MIN_RSA_BITS:
            return f"RSA {public_key.key_size} is below {MIN_RSA_BITS} bits"
        case rsa.RSAPublicKey() if (exponent := public_key.public_numbers().e) < MIN_RSA_EXPONENT:
            return f"the RSA exponent {exponent} is below {MIN_RSA_EXPONENT}"
        case dsa.DSAPublicKey():
            return "DSA has no place in TLS 1.3"
        case _:
            return ""


def type_of(public_key: PublicKeyTypes) -> KeyType:
    """The KeyType that makes keys like this one. Raises UsageError for kinds that are not made here."""
    word = describe(public_key).lower().removeprefix("ecdsa ").replace("p-", "p").replace("rsa ", "rsa")
    try:
        return KeyType(word)
    except ValueError:
        raise UsageError(
            f"a new {describe(public_key)} key is not made here", "pass --reuse-key, or issue it anew with --key-type"
        ) from None

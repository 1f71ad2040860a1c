"""Encrypted PKCS#8 with a key derivation worth its name.

cryptography's BestAvailableEncryption derives the key with 2,048 rounds and its encryption_builder refuses
PKCS#8, so the EncryptedPrivateKeyInfo (RFC 5958, section 3; RFC 8018, appendix A) is put together here, from
cryptography's own ASN.1 encoder and primitives.
"""

import os

from cryptography.hazmat import asn1
from cryptography.hazmat.primitives import hashes, padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from cryptography.x509 import ObjectIdentifier

ROUNDS = 600_000  # OWASP Password Storage Cheat Sheet, PBKDF2-HMAC-SHA256


@asn1.sequence
class Prf:
    """AlgorithmIdentifier of the pseudo-random function."""

    algorithm: ObjectIdentifier
    parameters: asn1.Null


@asn1.sequence
class Pbkdf2Params:
    """PBKDF2-params (RFC 8018, A.2)."""

    salt: bytes
    rounds: int
    prf: Prf


@asn1.sequence
class Kdf:
    """AlgorithmIdentifier of the key derivation."""

    algorithm: ObjectIdentifier
    parameters: Pbkdf2Params


@asn1.sequence
class Scheme:
    """AlgorithmIdentifier of the cipher; its parameter is the initialisation vector."""

    algorithm: ObjectIdentifier
    iv: bytes


@asn1.sequence
class Pbes2Params:
    """PBES2-params (RFC 8018, A.4)."""

    kdf: Kdf
    scheme: Scheme


@asn1.sequence
class Pbes2:
    """AlgorithmIdentifier of PBES2."""

    algorithm: ObjectIdentifier
    parameters: Pbes2Params


@asn1.sequence
class EncryptedPrivateKeyInfo:
    """RFC 5958, section 3."""

    algorithm: Pbes2
    data: bytes


def encrypt(pkcs8: bytes, password: bytes) -> bytes:
    """A PKCS#8 key (DER) encrypted under a password, PEM: PBKDF2-HMAC-SHA256, AES-256-CBC."""
    salt, iv = os.urandom(16), os.urandom(16)
    derived = PBKDF2HMAC(hashes.SHA256(), 32, salt, ROUNDS).derive(password)
    padder = padding.PKCS7(128).padder()
    cipher = Cipher(algorithms.AES(derived), modes.CBC(iv)).encryptor()
    data = cipher.update(padder.update(pkcs8) + padder.finalize()) + cipher.finalize()
    prf = Prf(algorithm=ObjectIdentifier("1.2.840.113549.2.9"), parameters=asn1.Null())
    derivation = Pbkdf2Params(salt=salt, rounds=ROUNDS, prf=prf)
    kdf = Kdf(algorithm=ObjectIdentifier("1.2.840.113549.1.5.12"), parameters=derivation)
    scheme = Scheme(algorithm=ObjectIdentifier("2.16.840.1.101.3.4.1.42"), iv=iv)
    pbes2 = Pbes2(algorithm=ObjectIdentifier("1.2.840.113549.1.5.13"), parameters=Pbes2Params(kdf=kdf, scheme=scheme))
    info = EncryptedPrivateKeyInfo(algorithm=pbes2, data=data)
    return to_pem(asn1.encode_der(info))


def to_pem(der: bytes) -> bytes:
    """DER under the label of an encrypted private key (RFC 7468, section 11)."""
    import base64
    import textwrap

    body = "\n".join(textwrap.wrap(base64.b64encode(der).decode(), 64))
    return f"-----BEGIN ENCRYPTED PRIVATE KEY-----\n{body}\n-----END ENCRYPTED PRIVATE KEY-----\n".encode()

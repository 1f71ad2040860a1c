"""Keys: made, encrypted, read back, described; openssl reads them too."""

import subprocess

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa, x25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from mtlsctl.core import keys
from mtlsctl.core.keys import KeyType
from mtlsctl.errors import InputError, PasswordError, UsageError


@pytest.mark.parametrize("key_type", [t for t in KeyType if t is not KeyType.RSA4096])
def test_round_trip(key_type: KeyType) -> None:
    key = keys.generate(key_type)
    again = keys.decode(keys.encode(key), "x")
    assert keys.belong(again, key.public_key())
    expected = KeyType.RSA3072 if key_type is KeyType.RSA else key_type
    assert keys.type_of(key.public_key()) == expected


def test_encrypted_keys_have_600000_rounds_and_openssl_opens_them() -> None:
    key = keys.generate(KeyType.P256)
    pem = keys.encode(key, b"secret")
    assert keys.belong(keys.decode(pem, "x", b"secret"), key.public_key())
    opened = subprocess.run(
        ["openssl", "pkey", "-passin", "pass:secret", "-pubout", "-outform", "DER"],
        input=pem,
        capture_output=True,
        check=True,
    )
    assert opened.stdout == keys.spki(key.public_key())
    shown = subprocess.run(["openssl", "asn1parse"], input=pem, capture_output=True, check=True).stdout.decode()
    assert ":0927C0" in shown  # 600,000
    assert "hmacWithSHA256" in shown
    assert "aes-256-cbc" in shown


def test_wrong_and_missing_passwords() -> None:
    pem = keys.encode(keys.generate(KeyType.P256), b"secret")
    with pytest.raises(PasswordError, match=r"x\.key: the password does not open this key"):
        keys.decode(pem, "x.key", b"wrong")
    with pytest.raises(PasswordError, match="no password was given"):
        keys.decode(pem, "x.key")


def test_a_key_that_cannot_sign_is_refused() -> None:
    pem = x25519.X25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with pytest.raises(InputError, match="cannot sign"):
        keys.decode(pem, "x")


def test_descriptions_and_weakness() -> None:
    assert keys.describe(ec.generate_private_key(ec.SECP521R1()).public_key()) == "ECDSA P-521"
    weak = rsa.generate_private_key(65537, 1024).public_key()
    assert "below 2048" in keys.weakness(weak)
    with pytest.raises(UsageError, match="not made here"):
        keys.type_of(weak)

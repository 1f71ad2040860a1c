"""Certificates and keys on their way to OpenSSL: the short way gives what cryptography's gives, or nothing."""

import base64
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization as s
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, mldsa, rsa
from OpenSSL import SSL, crypto
from support import Pair, make_cert, write

from mtlsctl.core import keys, openssl
from mtlsctl.core.tls import TlsSettings, client_context
from mtlsctl.errors import InputError
from mtlsctl.workflows import identities
from mtlsctl.workflows.identities import Papers

ROOT = make_cert("Root", ca=True)
ALICE = make_cert("alice", ROOT)
P384 = make_cert("alice", ROOT, key=ec.generate_private_key(ec.SECP384R1()))
OTHERS = {
    "P-521": make_cert("alice", ROOT, key=ec.generate_private_key(ec.SECP521R1())),
    "RSA": make_cert("alice", ROOT, key=rsa.generate_private_key(65537, 2048)),
    "Ed25519": make_cert("alice", ROOT, key=ed25519.Ed25519PrivateKey.generate()),
    "ML-DSA": make_cert("alice", ROOT, key=mldsa.MLDSA44PrivateKey.generate()),
}
PASSWORD = s.BestAvailableEncryption(b"correct horse")


def secret(what: str) -> bytes:
    assert what.startswith("the key ")
    return b"correct horse"


def public(key: crypto.PKey) -> bytes:
    return crypto.dump_publickey(crypto.FILETYPE_ASN1, key)


def is_of(found: openssl.Identity | None, pair: Pair, *chain: Pair) -> bool:
    """True when found is the pair with the chain, and a context takes it."""
    assert found
    made = client_context(TlsSettings(found))
    made.check_privatekey()
    expected = (pair.certificate, tuple(c.certificate for c in chain), keys.spki(pair.key.public_key()))
    return (found.certificate, found.chain, public(found.key)) == expected


@pytest.mark.parametrize("pair", [ALICE, P384])
def test_the_usual_key_goes_the_short_way(pair: Pair) -> None:
    assert is_of(
        openssl.plain_identity((pair.certificate, ROOT.certificate), pair.pem + ROOT.pem, pair.key_pem), pair, ROOT
    )


@pytest.mark.parametrize("pair", OTHERS.values(), ids=OTHERS)
@pytest.mark.parametrize(
    ("encoding", "form"),
    [
        (s.Encoding.PEM, s.PrivateFormat.PKCS8),
        (s.Encoding.DER, s.PrivateFormat.PKCS8),
        (s.Encoding.PEM, s.PrivateFormat.TraditionalOpenSSL),
    ],
)
@pytest.mark.parametrize("lock", [s.NoEncryption(), PASSWORD], ids=["open", "locked"])
def test_keys_of_every_kind_and_form(tmp_path: Path, pair: Pair, encoding: Any, form: Any, lock: Any) -> None:
    if form is s.PrivateFormat.TraditionalOpenSSL and not isinstance(
        pair.key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
    ):
        form = s.PrivateFormat.PKCS8  # other kinds have no traditional form
    cert = write(tmp_path / "cert.pem", pair.pem, ROOT.pem)
    key = write(tmp_path / "own.key", pair.key.private_bytes(encoding, form, lock))
    assert is_of(identities.identity(Papers(cert=cert, key=key), secret), pair, ROOT)


@pytest.mark.parametrize("lock", [s.NoEncryption(), PASSWORD], ids=["open", "locked"])
@pytest.mark.parametrize("form", [s.PrivateFormat.PKCS8, s.PrivateFormat.TraditionalOpenSSL])
def test_certificates_and_key_in_one_file(tmp_path: Path, form: Any, lock: Any) -> None:
    key = ALICE.key.private_bytes(s.Encoding.PEM, form, lock)
    for parts in ((key, ALICE.pem, ROOT.pem), (ALICE.pem, key, ROOT.pem), (b"words\r\n", ALICE.pem, ROOT.pem, key)):
        one = write(tmp_path / "all.pem", *parts)
        assert is_of(identities.identity(Papers(cert=one), secret), ALICE, ROOT)


def test_a_damaged_key_is_never_shown(tmp_path: Path) -> None:
    """OpenSSL alone takes a third of these for the pair: it does not hold the private half against the public one."""
    cert = write(tmp_path / "cert.pem", ALICE.pem)
    der = keys.pkcs8(ALICE.key)
    for place in range(len(der)):
        damaged = bytearray(der)
        damaged[place] ^= 4
        text = as_pem(bytes(damaged))
        assert openssl.plain_identity((ALICE.certificate,), ALICE.pem, text) is None, place
        if place % 10 == 0:
            with pytest.raises(InputError):
                identities.identity(Papers(cert=cert, key=write(tmp_path / "own.key", text)), secret)


def as_pem(der: bytes) -> bytes:
    """A private key's DER as PEM, whatever it holds."""
    return b"-----BEGIN PRIVATE KEY-----\n" + base64.encodebytes(der) + b"-----END PRIVATE KEY-----\n"


def test_what_is_no_pair_is_refused(tmp_path: Path) -> None:
    for other in (make_cert("alice", ROOT), P384, OTHERS["RSA"]):
        assert openssl.plain_identity((ALICE.certificate,), ALICE.pem, other.key_pem) is None
        papers = Papers(cert=write(tmp_path / "cert.pem", ALICE.pem), key=write(tmp_path / "other.key", other.key_pem))
        with pytest.raises(InputError) as caught:
            identities.identity(papers, secret)
        assert caught.value.code == "client-key-mismatch"


def test_two_keys_in_a_file_are_not_chosen_from_here() -> None:
    two = P384.key_pem + ALICE.key_pem
    assert openssl.plain_identity((ALICE.certificate,), ALICE.pem, two) is None


@pytest.mark.parametrize(
    "change",
    [
        lambda pem: pem,
        lambda pem: pem.replace(b"\n", b"\r\n"),
        lambda pem: b"subject=CN = alice\n" + pem,
        lambda pem: pem.replace(b"CERTIFICATE", b"X509 CERTIFICATE"),
        lambda pem: b"",
        lambda pem: ROOT.pem + pem,
        lambda pem: pem[:200],
        lambda pem: pem.replace(b"-----END", b"*-----END"),
    ],
)
def test_certificates_are_held_as_they_were_read(change: Any) -> None:
    """Whatever the text, OpenSSL gets the certificates that cryptography read."""
    wanted = (ALICE.certificate, ROOT.certificate)
    assert openssl.read(openssl.hold(wanted, change(ALICE.pem + ROOT.pem))) == wanted


def test_roots_from_a_file(tmp_path: Path) -> None:
    found = identities.roots(str(write(tmp_path / "roots.pem", ROOT.pem, ALICE.pem)))
    assert openssl.read(found) == (ROOT.certificate, ALICE.certificate)
    assert isinstance(client_context(TlsSettings(roots=found)), SSL.Context)

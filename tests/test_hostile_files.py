"""Small files made to keep a reader busy: each is answered at once.

Sizes are such that time in the square of the size exceeds the limit that pytest sets for a test.
"""

from collections.abc import Callable
from pathlib import Path

import pytest
import support
from cryptography.hazmat import asn1
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PublicFormat, pkcs12
from cryptography.x509 import ObjectIdentifier

from mtlsctl.core import derivation, keys, pem, pemtext
from mtlsctl.core.pbes2 import to_pem
from mtlsctl.core.pem import Kind
from mtlsctl.errors import InputError, PasswordError

ROOT = support.make_cert("Root CA", ca=True)
LEAF = support.make_cert("leaf.test", ROOT)
PASSWORD = b"correct horse"
MANY = 2**31 - 1
P12 = pkcs12.serialize_key_and_certificates(
    b"web", LEAF.key, LEAF.certificate, [ROOT.certificate], BestAvailableEncryption(PASSWORD)
)
LOCKED_KEY = keys.encode(LEAF.key, PASSWORD)


def seq(*parts: bytes) -> bytes:
    return tlv(0x30, *parts)


def tlv(tag: int, *parts: bytes) -> bytes:
    return bytes([tag]) + asn1.encode_der(b"".join(parts))[1:]


def number(value: int) -> bytes:
    return tlv(2, value.to_bytes(value.bit_length() // 8 + 1))


def oid(dotted: str) -> bytes:
    return asn1.encode_der(ObjectIdentifier(dotted))


NULL, SALT = b"\x05\x00", tlv(4, bytes(8))
SHA256 = seq(oid("2.16.840.1.101.3.4.2.1"), NULL)
AES_CBC = seq(oid("2.16.840.1.101.3.4.1.42"), tlv(4, bytes(16)))
HMAC = seq(oid("1.2.840.113549.2.9"), NULL)


def pbkdf2(rounds: int) -> bytes:
    return seq(oid("1.2.840.113549.1.5.12"), seq(SALT, number(rounds), HMAC))


def scrypt(n: int, r: int, p: int) -> bytes:
    return seq(oid("1.3.6.1.4.1.11591.4.11"), seq(SALT, number(n), number(r), number(p)))


def pbes2(kdf: bytes) -> bytes:
    return seq(oid("1.2.840.113549.1.5.13"), seq(kdf, AES_CBC))


def pbe(rounds: int) -> bytes:
    return seq(oid("1.2.840.113549.1.12.1.3"), seq(SALT, number(rounds)))


def locked(algorithm: bytes) -> bytes:
    """EncryptedPrivateKeyInfo."""
    return seq(algorithm, tlv(4, bytes(16)))


def mac(rounds: int, algorithm: bytes = SHA256) -> bytes:
    return seq(seq(algorithm, tlv(4, bytes(32))), SALT, number(rounds))


def content(*items: bytes) -> bytes:
    return seq(oid("1.2.840.113549.1.7.1"), tlv(0xA0, tlv(4, seq(*items))))


def encrypted_safe(algorithm: bytes) -> bytes:
    inner = seq(oid("1.2.840.113549.1.7.1"), algorithm, tlv(0x80, bytes(16)))
    return seq(oid("1.2.840.113549.1.7.6"), tlv(0xA0, seq(number(0), inner)))


def bag(kind: int, value: bytes) -> bytes:
    return seq(oid(f"1.2.840.113549.1.12.10.1.{kind}"), tlv(0xA0, value))


def pfx(*safes: bytes, mac_data: bytes = b"") -> bytes:
    return seq(number(3), content(*safes), mac_data)


def read(data: bytes, password: bytes | None = None) -> list[Kind]:
    return [document.kind for document in pem.read_all(data, "f", password)]


SIZE = 1 << 20
BEGIN = b"-----BEGIN CERTIFICATE-----"
QUADRATIC = {
    "spaces that could be base64 or what follows it": b"A" + b" " * SIZE + b"!",
    "the same, and line ends": b"M" + b" \n" * (SIZE // 2) + b"A=\n!",
    "names of SSH keys without their keys": b"sk-" * (SIZE // 3),
    "the same with ssh-": b"ssh-" * (SIZE // 4),
}


@pytest.mark.parametrize("data", QUADRATIC.values(), ids=QUADRATIC)
def test_patterns_go_over_a_text_once(data: bytes) -> None:
    with pytest.raises(InputError, match="no certificate, key, request or CRL"):
        read(data)


def test_the_line_of_a_begin_is_looked_at_nearby_only() -> None:
    text = b" " * 50_000_000 + BEGIN * 65_536  # on one line
    assert sum(1 for _ in pemtext.blocks(text)) == 65_536


@pytest.mark.parametrize("before", [b"", b"x" * 79 + b"\n", b"x" * 80 + b"\n", b"\n" * 90])
def test_a_begin_after_a_line_end_starts_its_line(before: bytes) -> None:
    (document,) = pem.read_all(before + LEAF.pem.replace(b"\n", b"\r\n"), "f")
    assert [note.code for note in document.notes if note.code != "pem-stray-data"] == ["pem-crlf"]


@pytest.mark.parametrize("before", [b"x", b"x" * 79, b"x" * 80, b"x" * 81, b"x" * 200])
def test_a_begin_inside_its_line_is_still_said(before: bytes) -> None:
    (document,) = pem.read_all(before + LEAF.pem, "f")
    assert "pem-begin-inside-line" in [note.code for note in document.notes]


def test_ssh_keys_with_options_in_front_are_still_read() -> None:
    line = LEAF.key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
    assert read(b'command="ls" ' + line + b" me@here\n") == [Kind.PUBLIC_KEY]


BOMBS = {
    "the MAC": pfx(content(), mac_data=mac(MANY)),
    "PBMAC1": pfx(content(), mac_data=mac(1, seq(oid("1.2.840.113549.1.5.14"), seq(pbkdf2(MANY), HMAC)))),
    "an encrypted part": pfx(encrypted_safe(pbes2(pbkdf2(MANY))), mac_data=mac(1)),
    "an encrypted part, old": pfx(encrypted_safe(pbe(MANY))),
    "a key's bag": pfx(content(bag(2, locked(pbes2(pbkdf2(MANY)))))),
    "many at the limit": pfx(*[encrypted_safe(pbe(derivation.MAX_ROUNDS))] * 100),
    "scrypt": pfx(encrypted_safe(pbes2(scrypt(1 << 20, 8, 1 << 20)))),
}


@pytest.mark.parametrize("password", [None, PASSWORD])
@pytest.mark.parametrize("data", BOMBS.values(), ids=BOMBS)
def test_pkcs12_that_asks_for_too_much_is_refused(data: bytes, password: bytes | None) -> None:
    with pytest.raises(InputError, match=r"f: its key derivation asks for .*, at most .* are computed here"):
        read(data, password)


def test_what_many_files_in_one_ask_for_is_added_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(derivation, "MAX_ROUNDS", 10_000)
    one = pfx(content(bag(3, tlv(4, bytes(200)))), mac_data=mac(4_000))
    assert read(one * 2) == [Kind.PKCS12] * 2
    with pytest.raises(InputError, match="asks for 12,000 rounds"):
        read(one * 100)


KEY_BOMBS = {
    "PBKDF2": locked(pbes2(pbkdf2(MANY))),
    "PKCS#12's own": locked(pbe(MANY)),
    "the memory of scrypt": locked(pbes2(scrypt(1 << 24, 8, 1))),
    "the runs of scrypt": locked(pbes2(scrypt(1 << 14, 8, 1 << 20))),
}


@pytest.mark.parametrize("data", KEY_BOMBS.values(), ids=KEY_BOMBS)
def test_a_key_that_asks_for_too_much_is_refused_once_there_is_a_password(data: bytes) -> None:
    assert read(data) == [Kind.ENCRYPTED_KEY]
    with pytest.raises(InputError, match="key derivation asks for"):
        read(data, PASSWORD)
    with pytest.raises(InputError, match="key derivation asks for"):
        keys.decode(to_pem(data), "f", PASSWORD)


def test_what_cannot_be_weighed_stays_shut() -> None:
    unknown = seq(oid("1.2.3.4"), seq(SALT, number(MANY)))
    assert read(locked(unknown), PASSWORD) == [Kind.ENCRYPTED_KEY]
    with pytest.raises(InputError, match="encrypted in a way that is not known here"):
        keys.decode(to_pem(locked(unknown)), "f", PASSWORD)
    ber = b"\x30\x80" + P12[4:] + bytes(2)  # indefinite length: not DER
    nested = pfx(content(bag(6, seq(bag(2, locked(pbes2(pbkdf2(MANY))))))))
    for data in (pfx(encrypted_safe(unknown)), ber, nested):
        (document,) = pem.read_all(data, "f", PASSWORD)
        assert (document.kind, document.value) == (Kind.PKCS12, None)
        assert "pem-unsupported" in [note.code for note in document.notes]


def test_what_is_usual_is_opened() -> None:
    assert derivation.of_pkcs12(P12).rounds < 100_000
    assert read(P12, PASSWORD) == [Kind.PRIVATE_KEY, Kind.CERTIFICATE, Kind.CERTIFICATE]
    with pytest.raises(PasswordError):
        read(P12, b"wrong")
    assert keys.belong(keys.decode(LOCKED_KEY, "f", PASSWORD), LEAF.key.public_key())


def test_inspect_answers_at_once(mtlsctl: Callable[..., support.Result], tmp_path: Path) -> None:
    result = mtlsctl("inspect", support.write(tmp_path / "bomb.p12", BOMBS["the MAC"]))
    assert (result.exit_code, result.stdout) == (2, "")
    assert "asks for 2,147,483,647 rounds, at most 10,000,000 rounds are computed here" in result.stderr

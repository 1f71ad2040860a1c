"""Bytes of any kind to Documents; what is damaged is read where it can be, and said."""

import base64
import re
from collections.abc import Callable

import pytest
import support
from cryptography import x509
from cryptography.hazmat.primitives import serialization as s
from cryptography.hazmat.primitives.asymmetric import ec, rsa, x25519
from cryptography.hazmat.primitives.serialization import pkcs7, pkcs12
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from mtlsctl.core import codes, damage, keys, pem
from mtlsctl.core.pem import Kind
from mtlsctl.errors import InputError, MtlsctlError, PasswordError

ROOT = support.make_cert("Root CA", ca=True)
LEAF = support.make_cert("leaf.test", ROOT)
PEM, KEY = LEAF.pem, LEAF.key_pem
BUNDLE = PEM + ROOT.pem
DER = LEAF.certificate.public_bytes(s.Encoding.DER)
BODY = b"".join(PEM.splitlines()[1:-1])
PASSWORD = b"correct horse"
CSR = (
    x509.CertificateSigningRequestBuilder()
    .subject_name(LEAF.certificate.subject)
    .sign(LEAF.key, keys.signing_hash(LEAF.key))
)


def private(form: s.PrivateFormat, encoding: s.Encoding = s.Encoding.PEM, password: bytes | None = None) -> bytes:
    locked = s.BestAvailableEncryption(password) if password else s.NoEncryption()
    return LEAF.key.private_bytes(encoding, form, locked)


def p12(password: bytes | None) -> bytes:
    locked = s.BestAvailableEncryption(password) if password else s.NoEncryption()
    return pkcs12.serialize_key_and_certificates(b"web", LEAF.key, LEAF.certificate, [ROOT.certificate], locked)


CERTIFICATE, PRIVATE = Kind.CERTIFICATE, Kind.PRIVATE_KEY
UNDAMAGED = {
    "bundle": (BUNDLE, [CERTIFICATE, CERTIFICATE], "PEM"),
    "comments and bag attributes": (
        b"Bag Attributes\n    friendlyName: x\n" + PEM + b"# a comment\n\n" + ROOT.pem,
        [CERTIFICATE] * 2,
        "PEM",
    ),
    "no final newline": (PEM.rstrip(), [CERTIFICATE], "PEM"),
    "trailing spaces": (PEM.replace(b"\n", b"  \n"), [CERTIFICATE], "PEM"),
    "DER": (DER, [CERTIFICATE], "DER"),
    "two DER": (DER + DER, [CERTIFICATE] * 2, "DER"),
    "key and certificate": (KEY + PEM, [PRIVATE, CERTIFICATE], "PEM"),
    "PKCS#8": (KEY, [PRIVATE], "PEM"),
    "PKCS#8 DER": (private(s.PrivateFormat.PKCS8, s.Encoding.DER), [PRIVATE], "DER"),
    "traditional": (private(s.PrivateFormat.TraditionalOpenSSL), [PRIVATE], "PEM"),
    "traditional DER": (private(s.PrivateFormat.TraditionalOpenSSL, s.Encoding.DER), [PRIVATE], "DER"),
    "encrypted PKCS#8": (private(s.PrivateFormat.PKCS8, password=PASSWORD), [Kind.ENCRYPTED_KEY], "PEM"),
    "encrypted DER": (private(s.PrivateFormat.PKCS8, s.Encoding.DER, PASSWORD), [Kind.ENCRYPTED_KEY], "DER"),
    "CSR": (CSR.public_bytes(s.Encoding.PEM), [Kind.CSR], "PEM"),
    "CSR DER": (CSR.public_bytes(s.Encoding.DER), [Kind.CSR], "DER"),
    "public key": (
        LEAF.key.public_key().public_bytes(s.Encoding.PEM, s.PublicFormat.SubjectPublicKeyInfo),
        [Kind.PUBLIC_KEY],
        "PEM",
    ),
    "SSH public key": (
        LEAF.key.public_key().public_bytes(s.Encoding.OpenSSH, s.PublicFormat.OpenSSH) + b" me@host\n",
        [Kind.PUBLIC_KEY],
        "OpenSSH",
    ),
    "PKCS#7": (
        pkcs7.serialize_certificates([LEAF.certificate, ROOT.certificate], s.Encoding.DER),
        [CERTIFICATE] * 2,
        "PKCS#7",
    ),
    "PKCS#7 PEM": (pkcs7.serialize_certificates([LEAF.certificate], s.Encoding.PEM), [CERTIFICATE], "PKCS#7"),
    "locked PKCS#12": (p12(PASSWORD), [Kind.PKCS12], "DER"),
    "parameters and key": (
        b"-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"
        + private(s.PrivateFormat.TraditionalOpenSSL),
        [Kind.PARAMETERS, PRIVATE],
        "PEM",
    ),
}


@pytest.mark.parametrize("name", UNDAMAGED)
def test_sound_input_is_read_without_a_word(name: str) -> None:
    data, kinds, encoding = UNDAMAGED[name]
    documents = pem.read_all(data, "f")
    assert [d.kind for d in documents] == kinds
    assert {d.encoding for d in documents} == {encoding}
    assert [note.code for d in documents for note in d.notes] == []


DAMAGED: dict[str, tuple[bytes, list[Kind], set[str]]] = {
    "bom": (b"\xef\xbb\xbf" + BUNDLE, [CERTIFICATE] * 2, {"pem-bom"}),
    "utf16": (BUNDLE.decode().encode("utf-16"), [CERTIFICATE] * 2, {"pem-utf16"}),
    "utf16 without mark": (PEM.decode().encode("utf-16-le"), [CERTIFICATE], {"pem-utf16"}),
    "crlf": (BUNDLE.replace(b"\n", b"\r\n"), [CERTIFICATE] * 2, {"pem-crlf"}),
    "cr only": (BUNDLE.replace(b"\n", b"\r"), [CERTIFICATE] * 2, {"pem-cr-only"}),
    "one line": (PEM.replace(b"\n", b" "), [CERTIFICATE], {"pem-one-line"}),
    "one line, nothing between": (PEM.replace(b"\n", b""), [CERTIFICATE], {"pem-one-line"}),
    "two on one line": (BUNDLE.replace(b"\n", b""), [CERTIFICATE] * 2, {"pem-one-line", "pem-glued-blocks"}),
    "long base64 line": (
        b"-----BEGIN CERTIFICATE-----\n" + BODY + b"\n-----END CERTIFICATE-----\n",
        [CERTIFICATE],
        {"pem-long-lines"},
    ),
    "glued": (PEM.rstrip() + ROOT.pem, [CERTIFICATE] * 2, {"pem-glued-blocks"}),
    "yaml": (b"cert: |\n  " + PEM.replace(b"\n", b"\n  "), [CERTIFICATE], {"pem-indented"}),
    "tabs, as nginx passes it on": (PEM.replace(b"\n", b"\n\t"), [CERTIFICATE], {"pem-indented"}),
    "begin inside a line": (b"cert: " + PEM, [CERTIFICATE], {"pem-begin-inside-line"}),
    "escaped": (PEM.replace(b"\n", b"\\n"), [CERTIFICATE], {"pem-escaped-newlines"}),
    "json": (
        b'{"cert": "' + PEM.replace(b"\n", b"\\n") + b'"}',
        [CERTIFICATE],
        {"pem-escaped-newlines", "pem-begin-inside-line"},
    ),
    "url": (
        b"-----BEGIN%20CERTIFICATE-----%0A"
        + BODY.replace(b"+", b"%2B").replace(b"=", b"%3D")
        + b"%0A-----END%20CERTIFICATE-----%0A",
        [CERTIFICATE],
        {"pem-url-encoded", "pem-long-lines"},
    ),
    "twice": (base64.b64encode(BUNDLE), [CERTIFICATE] * 2, {"pem-base64-twice"}),
    "twice, wrapped": (base64.encodebytes(BUNDLE), [CERTIFICATE] * 2, {"pem-base64-twice"}),
    "kubernetes secret": (
        b"data:\n  tls.crt: " + base64.b64encode(PEM) + b"\n  tls.key: " + base64.b64encode(KEY) + b"\n",
        [CERTIFICATE, PRIVATE],
        {"pem-base64-twice"},
    ),
    "no frame": (base64.encodebytes(DER), [CERTIFICATE], {"pem-no-frame"}),
    "no end": (PEM.replace(b"-----END CERTIFICATE-----\n", b""), [CERTIFICATE], {"pem-no-end"}),
    "blank lines": (PEM.replace(b"\n", b"\n\n"), [CERTIFICATE], {"pem-blank-lines"}),
    "four dashes": (PEM.replace(b"-----", b"----"), [CERTIFICATE], {"pem-dashes"}),
    "key as certificate": (KEY.replace(b"PRIVATE KEY", b"CERTIFICATE"), [PRIVATE], {"pem-wrong-label"}),
    "certificate as key": (PEM.replace(b"CERTIFICATE", b"PRIVATE KEY"), [CERTIFICATE], {"pem-wrong-label"}),
    "end differs": (PEM.replace(b"END CERTIFICATE", b"END PRIVATE KEY"), [CERTIFICATE], {"pem-end-differs"}),
    "old label": (PEM.replace(b"CERTIFICATE", b"X509 CERTIFICATE"), [CERTIFICATE], {"pem-old-label"}),
    "trusted label": (PEM.replace(b"CERTIFICATE", b"TRUSTED CERTIFICATE"), [CERTIFICATE], {"pem-old-label"}),
    "stray base64": (KEY + PEM + b"A" * 64 + b"\n", [PRIVATE, CERTIFICATE], {"pem-stray-data"}),
    "trailing bytes": (DER + b"\r\n", [CERTIFICATE], {"pem-trailing-data"}),
    "trailing bytes in PEM": (
        b"-----BEGIN CERTIFICATE-----\n" + base64.encodebytes(DER + b"xyz") + b"-----END CERTIFICATE-----\n",
        [CERTIFICATE],
        {"pem-trailing-data"},
    ),
    "DER, then PEM": (DER + PEM, [CERTIFICATE] * 2, set()),
    "one block cut off": (PEM[:200] + b"\n" + ROOT.pem, [Kind.DAMAGED, CERTIFICATE], {"pem-truncated"}),
    "one block broken": (PEM.replace(b"\nMII", b"\nM!I") + ROOT.pem, [Kind.DAMAGED, CERTIFICATE], {"pem-damaged"}),
    "begin lost": (PEM.split(b"\n", 1)[1] + ROOT.pem, [Kind.DAMAGED, CERTIFICATE], {"pem-damaged", "pem-stray-data"}),
    "another block": (
        PEM + b"-----BEGIN PGP MESSAGE-----\n\nabcd\n=abcd\n-----END PGP MESSAGE-----\n",
        [CERTIFICATE, Kind.OTHER],
        {"pem-unsupported"},
    ),
    "openssh": (private(s.PrivateFormat.OpenSSH), [PRIVATE], {"key-openssh-format"}),
    "traditional, encrypted": (
        private(s.PrivateFormat.TraditionalOpenSSL, password=PASSWORD),
        [Kind.ENCRYPTED_KEY],
        {"key-legacy-encryption"},
    ),
    "pkcs12 without password": (p12(None), [PRIVATE, CERTIFICATE, CERTIFICATE], {"p12-empty-password"}),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_damage_is_read_over_and_said(name: str) -> None:
    data, kinds, expected = DAMAGED[name]
    documents = pem.read_all(data, "f")
    assert [d.kind for d in documents] == kinds
    notes = [note for d in documents for note in d.notes]
    assert {note.code for note in notes} == expected
    assert all(note.message.startswith("f: ") for note in notes)
    if CERTIFICATE in kinds:
        assert any(d.value in (LEAF.certificate, ROOT.certificate) for d in documents)


def test_a_der_file_named_pem_is_said() -> None:
    assert [n.code for n in pem.read_all(DER, "web.pem")[0].notes] == ["pem-der"]
    assert pem.read_all(DER, "web.crt")[0].notes == ()


def test_notes_say_where_and_how_often() -> None:
    (note,) = pem.read_all(PEM.replace(b"CERTIFICATE", b"X509 CERTIFICATE") * 3, "f")[0].notes
    assert "block 1, line 1: X509 CERTIFICATE and 2 more" in note.message


def test_every_damage_is_in_the_catalogue() -> None:
    assert not damage.CODES - codes.CODES.keys()


TRADITIONAL = private(s.PrivateFormat.TraditionalOpenSSL, password=PASSWORD)
OPENSSH = base64.b64decode(b"".join(private(s.PrivateFormat.OpenSSH).splitlines()[1:-1]))
REFUSED = {
    "empty": (b"", "empty", "invalid-input"),
    "white space": (b" \n\n", "white space", "invalid-input"),
    "jks": (b"\xfe\xed\xfe\xed\x00\x00\x00\x02", "Java keystore (JKS)", "invalid-input"),
    "jceks": (b"\xce\xce\xce\xce\x00\x00\x00\x02", "Java keystore (JCEKS)", "invalid-input"),
    "zip": (b"PK\x03\x04....", "ZIP", "invalid-input"),
    "elf": (b"\x7fELF....", "ELF", "invalid-input"),
    "html": (b"\n<!DOCTYPE html><p>", "HTML", "invalid-input"),
    "json": (b'{"a": 1}', "JSON", "invalid-input"),
    "mail": (b"MIME-Version: 1.0\n", "mail", "invalid-input"),
    "text": (b"hello", "text without a BEGIN line", "invalid-input"),
    "zeros": (bytes(64), "64 zero bytes", "invalid-input"),
    "cut off PEM": (PEM[:200], "127 of", "pem-truncated"),
    "cut off DER": (DER[:-20], f"{len(DER) - 20} of {len(DER)} bytes", "pem-truncated"),
    "broken base64": (PEM.replace(b"\nMII", b"\nM!I"), "line 2 has a character that is not base64", "pem-damaged"),
    "nothing inside": (b"-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n", "nothing between", "pem-damaged"),
    "old encryption, IV cut": (
        re.sub(rb"(DEK-Info: [^,]*,.{10}).*", rb"\1", TRADITIONAL),
        "the IV in its DEK-Info line is too short",
        "pem-damaged",
    ),
    "OpenSSH, point compressed": (
        b"-----BEGIN OPENSSH PRIVATE KEY-----\n"
        + base64.encodebytes(OPENSSH.replace(b"\x00\x00\x00\x41\x04", b"\x00\x00\x00\x41\x02"))
        + b"-----END OPENSSH PRIVATE KEY-----\n",
        "an OpenSSH key that cannot be read",
        "pem-damaged",
    ),
    "unknown DER": (b"\x30\x03\x02\x01\x05", "DER that is no certificate", "der-unknown"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_is_explained(name: str) -> None:
    data, words, code = REFUSED[name]
    with pytest.raises(InputError) as caught:
        pem.read_all(data, "some.file")
    assert words in caught.value.message
    assert caught.value.message.startswith("some.file: ")
    assert caught.value.code == code
    assert caught.value.exit_status == 2


LOCKED = {
    "PKCS#8": private(s.PrivateFormat.PKCS8, password=PASSWORD),
    "DER": private(s.PrivateFormat.PKCS8, s.Encoding.DER, PASSWORD),
    "traditional": private(s.PrivateFormat.TraditionalOpenSSL, password=PASSWORD),
    "crlf": private(s.PrivateFormat.TraditionalOpenSSL, password=PASSWORD).replace(b"\n", b"\r\n"),
    "PKCS#12": p12(PASSWORD),
}


@pytest.mark.parametrize("name", LOCKED)
def test_a_password_opens_what_is_locked(name: str) -> None:
    documents = pem.read_all(LOCKED[name], "f", PASSWORD)
    assert documents[0].kind is PRIVATE
    assert documents[0].encrypted
    assert keys.belong(documents[0].value, LEAF.certificate.public_key())


@pytest.mark.parametrize("name", LOCKED)
def test_a_wrong_password_is_said(name: str) -> None:
    with pytest.raises(PasswordError, match=r"^f: the password does not open this"):
        pem.read_all(LOCKED[name], "f", b"wrong")


def test_pkcs12_names_are_kept() -> None:
    assert [d.alias for d in pem.read_all(p12(PASSWORD), "f", PASSWORD)] == ["", "web", ""]


def asked(answers: list[str]) -> Callable[[str], bytes]:
    def secret(what: str) -> bytes:
        answers.append(what)
        return PASSWORD

    return secret


@pytest.mark.parametrize("name", LOCKED)
def test_read_key_asks_for_the_password_of_a_locked_key(name: str) -> None:
    questions: list[str] = []
    key = pem.read_key(LOCKED[name], "web.key", asked(questions))
    assert keys.belong(key, LEAF.certificate.public_key())
    assert questions == ["the key web.key"]


@pytest.mark.parametrize("form", [s.PrivateFormat.PKCS8, s.PrivateFormat.TraditionalOpenSSL, s.PrivateFormat.OpenSSH])
def test_read_key_asks_nothing_for_an_open_key(form: s.PrivateFormat) -> None:
    questions: list[str] = []
    key = pem.read_key(PEM + private(form), "f", asked(questions))
    assert keys.belong(key, LEAF.certificate.public_key())
    assert questions == []


def test_a_key_with_a_short_iv_is_refused_before_it_is_decrypted() -> None:
    with pytest.raises(InputError, match="its IV is too short"):
        keys.decode(re.sub(rb"(DEK-Info: [^,]*,.{10}).*", rb"\1", TRADITIONAL), "f", PASSWORD)


def test_read_key_names_both_sides() -> None:
    with pytest.raises(InputError, match=r"^web\.pem: expected a private key, found a certificate$"):
        pem.read_key(PEM, "web.pem", asked([]))
    exchange = x25519.X25519PrivateKey.generate()
    data = exchange.private_bytes(s.Encoding.PEM, s.PrivateFormat.PKCS8, s.NoEncryption())
    with pytest.raises(InputError, match="cannot sign"):
        pem.read_key(data, "f", asked([]))


def test_read_one_names_both_sides() -> None:
    assert pem.read_one(CSR.public_bytes(s.Encoding.PEM), "web.csr", Kind.CSR).value == CSR
    with pytest.raises(InputError) as caught:
        pem.read_one(KEY, "web.key", Kind.CSR)
    assert caught.value.message == "web.key: expected a certificate signing request, found a private key"
    with pytest.raises(InputError, match="expected one certificate, found 2"):
        pem.read_one(BUNDLE, "f", Kind.CERTIFICATE)


def test_labels_count_where_there_are_several() -> None:
    assert [d.label for d in pem.read_all(BUNDLE, "b.pem")] == ["b.pem #1", "b.pem #2"]
    assert [d.label for d in pem.read_all(PEM, "b.pem")] == ["b.pem"]


@pytest.mark.parametrize(
    "change", [lambda b: b, lambda b: b.replace(b"\n", b"\r\n"), lambda b: b.replace(b"CERT", b"X509 CERT")]
)
@pytest.mark.timeout(60)  # a second or two: whoever begins anew for each object never comes to an end
def test_large_bundles_are_read_to_the_end(change: Callable[[bytes], bytes]) -> None:
    assert len(pem.read_all(change(PEM) * 10_000, "f")) == 10_000


RSA = rsa.generate_private_key(65537, 2048)
SAMPLES = [
    *(data for data, _, _ in UNDAMAGED.values()),
    *(data for data, _, _ in DAMAGED.values()),
    *LOCKED.values(),
    RSA.private_bytes(s.Encoding.PEM, s.PrivateFormat.TraditionalOpenSSL, s.NoEncryption()),
    ec.generate_private_key(ec.SECP384R1()).private_bytes(s.Encoding.DER, s.PrivateFormat.PKCS8, s.NoEncryption()),
]


def read_or_explain(data: bytes, password: bytes | None = None) -> None:
    """Documents, or an error of ours: nothing else."""
    trouble = None
    try:
        documents = pem.read_all(data, "f", password)
    except MtlsctlError as error:
        trouble = error
    if trouble:
        assert trouble.message.startswith("f: ")
        assert trouble.__cause__ is None
        assert trouble.__suppress_context__ or trouble.__context__ is None
        return
    assert documents
    assert all(isinstance(d.kind, Kind) for d in documents)


@given(st.binary(max_size=400))
@example(b"\x30\x80\x00\x00")
@example(b"\x30\x84\xff\xff\xff\xff")
@example(b"-----BEGIN CERTIFICATE-----" * 50)
@example(b"-----END CERTIFICATE-----" * 50)
@example(b"LS0tLS1CRUdJTi" * 40)
def test_any_bytes_are_read_or_explained(data: bytes) -> None:
    read_or_explain(data)


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_mutated_files_are_read_or_explained(data: st.DataObject) -> None:
    sample = bytearray(data.draw(st.sampled_from(SAMPLES)))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, max(len(sample) - 1, 0)))
        match data.draw(st.sampled_from(["flip", "cut", "drop", "add", "double"])):
            case "flip" if sample:
                sample[at] ^= 1 << data.draw(st.integers(0, 7))
            case "cut":
                del sample[at:]
            case "drop":
                del sample[at : at + data.draw(st.integers(1, 40))]
            case "add":
                sample[at:at] = data.draw(st.binary(max_size=20))
            case _:
                sample += sample[at : at + 200]
    read_or_explain(bytes(sample), data.draw(st.sampled_from([None, PASSWORD])))

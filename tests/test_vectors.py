"""inspect over all files of cryptography_vectors, whole and damaged: a true answer or a clear error."""

import itertools
import re
import warnings
from contextlib import suppress
from pathlib import Path

import pytest
from cryptography import x509

vectors = pytest.importorskip("vectors", reason="needs cryptography_vectors: pip install cryptography_vectors")

from mtlsctl.core import pemtext  # noqa: E402
from mtlsctl.core.der import LABELS  # noqa: E402
from mtlsctl.core.documents import Kind  # noqa: E402
from mtlsctl.errors import MtlsctlError  # noqa: E402

PATHS = vectors.paths()
SHUT = {Kind.PRIVATE_KEY, Kind.ENCRYPTED_KEY}
UNKNOWN = {Kind.PRIVATE_KEY, Kind.PUBLIC_KEY, Kind.OCSP_REQUEST, Kind.PARAMETERS, Kind.OTHER, Kind.DAMAGED}
APART = {Kind.PARAMETERS, Kind.PKCS7, Kind.PKCS12}
UNKNOWN |= {Kind.ENCRYPTED_KEY}
"""What may be said of an object that cryptography does not open: that it is one of a kind that is not known here."""


def test_there_are_as_many_as_there_were() -> None:
    assert len(PATHS) > 2000


@pytest.mark.parametrize(("folder", "least"), [("asymmetric", 150), ("pkcs12", 2), ("pkcs7", 2), ("x509", 750)])
def test_what_cryptography_reads_is_what_is_said(folder: str, least: int) -> None:
    """The kinds are those that cryptography's own loaders take the objects for; a file is told whole or refused."""
    compared = 0
    for path in PATHS:
        if path.relative_to(vectors.ROOT).parts[0] == folder:
            found = vectors.answer(path.read_bytes())
            ders = objects(path.read_bytes())
            if path.suffix in (".p12", ".cp", ".eml") or not ders:
                continue
            said = vectors.kinds(found)
            real = [vectors.possible(der) for der in ders]
            assert len(said) == (len(ders) if said or any(real) else 0), f"{path}: {found}"
            for one, kinds in zip(said, real, strict=False):  # of one length, or refused
                assert one in (kinds or UNKNOWN) or {one, *kinds} <= SHUT, (path, one, kinds)
            compared += bool(said)
    assert compared >= least


def test_every_folder_is_looked_at() -> None:
    assert {path.relative_to(vectors.ROOT).parts[0] for path in PATHS} == set(vectors.FOLDERS)


def objects(data: bytes) -> list[bytes]:
    """The DER of a file's objects: of its PEM blocks, or itself."""
    if data.startswith(b"\x30"):
        return [] if vectors.is_container(data) else [data]
    blocks = [block for block in pemtext.blocks(data.replace(b"\r\n", b"\n")) if block.label in LABELS]
    plain = [b for b in blocks if b.der and LABELS[b.label] not in APART and b"DEK-Info" not in b.raw]
    return [block.der for block in plain] if len(plain) == len(blocks) else []


def test_certificates_say_what_cryptography_says() -> None:
    count = 0
    for path in PATHS:
        if path.parent.name == "certs" and path.suffix == ".crt":
            with warnings.catch_warnings(), suppress(ValueError):
                warnings.simplefilter("ignore")  # a negative serial number is one of the tests
                certificate = x509.load_der_x509_certificate(path.read_bytes())
                (item,) = vectors.answer(path.read_bytes())
                assert int(item.facts.serial) == certificate.serial_number
                assert item.facts.not_after == certificate.not_valid_after_utc
                assert len(item.facts.critical) == sum(extension.critical for extension in certificate.extensions)
                count += 1
    assert count > 400


@pytest.mark.parametrize("name", vectors.HARMLESS)
def test_another_layout_changes_no_kind(name: str) -> None:
    for path in PATHS[::11]:
        data = path.read_bytes()
        if data.startswith(b"-----BEGIN ") and b"DEK-Info" not in data and not re.search(rb"\s\n", data):
            assert vectors.kinds(vectors.answer(vectors.HARMLESS[name](data))) == vectors.kinds(vectors.answer(data)), (
                path
            )


@pytest.mark.parametrize("password", ["password", "wrong"])
def test_pkcs12_with_a_password(password: str) -> None:
    for path in [path for path in PATHS if path.suffix == ".p12"][::19]:
        found = vectors.answer(path.read_bytes(), password.encode())
        assert isinstance(found, MtlsctlError) or all(item.kind is not Kind.DAMAGED for item in found)
        if password == "password" and "PKITS" in str(path):
            assert {Kind.CERTIFICATE, Kind.PRIVATE_KEY} == set(vectors.kinds(found)), path


@pytest.mark.parametrize("seed", range(4))
def test_damage_is_no_traceback(seed: int) -> None:
    for _, data, password in itertools.islice(vectors.cases(seed), 600):
        vectors.answer(data, password)


def test_two_files_in_one(tmp_path: Path) -> None:
    pems = [p for p in PATHS if p.suffix == ".pem" and p.read_bytes().startswith(b"-----BEGIN CERTIFICATE-----\n")]
    for first, second in itertools.pairwise(pems[::3]):
        one, two = (vectors.kinds(vectors.answer(path.read_bytes())) for path in (first, second))
        both = vectors.kinds(vectors.answer(first.read_bytes() + b"\n" + second.read_bytes()))
        if one and two:
            assert both == one + two, (first, second)

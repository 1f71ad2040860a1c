"""Broken DER: what it was meant to be and where it breaks; certificate pairs; keys of kinds that are not known here."""

from base64 import encodebytes
from pathlib import Path

import pytest
import support
from cryptography.hazmat.primitives.serialization import Encoding

from mtlsctl.core import malformed, pem
from mtlsctl.core.documents import Kind
from mtlsctl.errors import InputError

LEAF = support.make_cert("leaf.test")
DER = LEAF.certificate.public_bytes(Encoding.DER)
vectors = pytest.importorskip("vectors", reason="needs cryptography_vectors: pip install cryptography_vectors")
ROOT: Path = vectors.ROOT


@pytest.mark.parametrize(
    ("file", "kind", "reason"),
    [
        ("x509/PKITS_data/certs/DSAParametersInheritedCACert.crt", Kind.CERTIFICATE, "tbs_cert.spki.algorithm.params"),
        ("x509/custom/crl_invalid_time.der", Kind.CRL, "tbs_cert_list.this_update.UtcTime: invalid value"),
        ("x509/custom/crl_inner_outer_mismatch.der", Kind.CRL, "Inner and outer signature algorithms do not match"),
        ("x509/ocsp/resp-invalid-version.der", Kind.OCSP_RESPONSE, "not a valid OCSP response version"),
    ],
)
def test_the_loader_that_gets_furthest_tells(file: str, kind: Kind, reason: str) -> None:
    data = (ROOT / file).read_bytes()
    found = malformed.guess(data)
    assert found is not None
    assert found.kind is kind
    assert reason in found.reason
    with pytest.raises(InputError) as caught:
        pem.read_all(data, "f")
    assert found.reason in caught.value.message
    assert f"closest to {kind.with_article}: " in caught.value.message


def test_a_label_says_what_it_was_to_be() -> None:
    bad = DER.replace(b"\x17\x0d", b"\x17\x0c", 1)
    text = b"-----BEGIN CERTIFICATE-----\n" + encodebytes(bad) + b"-----END CERTIFICATE-----\n"
    with pytest.raises(InputError, match=r"the content of its CERTIFICATE is damaged or malformed, tbs_cert\.validity"):
        pem.read_all(text, "f")


@pytest.mark.parametrize("data", [b"0\x03\x02\x01\x00", b"\x30\x80\x00\x00", b"", b"0\x00", DER])
def test_what_is_close_to_nothing(data: bytes) -> None:
    assert malformed.guess(data) is None


def test_a_certificate_pair_has_two_certificates() -> None:
    path = next((ROOT / "x509/PKITS_data/certpairs").glob("*forwardcross*.cp"))
    documents = pem.read_all(path.read_bytes(), "f")
    assert {d.kind for d in documents} == {Kind.CERTIFICATE}
    assert {d.encoding for d in documents} == {"certificate pair"}
    assert {d.alias for d in documents} <= {"forward", "reverse"}


def test_keys_and_parameters_that_are_not_opened_are_named() -> None:
    (key,) = pem.read_all((ROOT / "asymmetric/EC/sect163k1-spki.pem").read_bytes(), "f")
    assert (key.kind, key.value, [note.code for note in key.notes]) == (Kind.PUBLIC_KEY, None, ["pem-unsupported"])
    (parameters,) = pem.read_all((ROOT / "asymmetric/DH/dhp.der").read_bytes(), "f")
    assert parameters.kind is Kind.PARAMETERS

"""What certificates, requests, keys, CRLs and OCSP messages say, as plain values."""

import hashlib
import ipaddress
import json
import warnings
from datetime import UTC, datetime
from typing import Any

import pytest
import support
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa, x25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import ocsp

from mtlsctl.cli import jsonform, output
from mtlsctl.core import names as x509_names
from mtlsctl.core import trees
from mtlsctl.core.facts import CertificateFacts, certificate_facts
from mtlsctl.core.facts_key import private_key_facts, public_key_facts
from mtlsctl.core.facts_request import request_facts
from mtlsctl.core.facts_revocation import crl_facts, response_facts
from mtlsctl.core.facts_revocation import request_facts as ocsp_request_facts

ROOT = support.make_cert("Root CA", ca=True, path_length=1)
LEAF = support.make_cert(
    "leaf.test",
    ROOT,
    sans=(x509.DNSName("leaf.test"), x509.DNSName("xn--bcher-kva.test"), x509.IPAddress(ipaddress.ip_address("::1"))),
    ekus=(support.SERVER_AUTH, x509.ObjectIdentifier("1.2.3.4")),
    extra=(
        (
            x509.CRLDistributionPoints(
                [x509.DistributionPoint([x509.UniformResourceIdentifier("http://c.test/r")], None, None, None)]
            ),
            False,
        ),
        (
            x509.AuthorityInformationAccess(
                [
                    x509.AccessDescription(
                        x509.AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier("http://o.test")
                    ),
                    x509.AccessDescription(
                        x509.AuthorityInformationAccessOID.CA_ISSUERS, x509.UniformResourceIdentifier("http://i.test")
                    ),
                ]
            ),
            False,
        ),
        (x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.9"), b"\x04" + bytes(40)), True),
        (x509.TLSFeature([x509.TLSFeatureType.status_request]), False),
    ),
)
DER = LEAF.certificate.public_bytes(Encoding.DER)


def spki_sha256(public_key: Any) -> str:
    return hashlib.sha256(public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()


def test_a_certificate() -> None:
    facts = certificate_facts(LEAF.certificate)
    assert (facts.subject, facts.issuer) == ("CN=leaf.test", "CN=Root CA")
    assert facts.serial == str(LEAF.certificate.serial_number)
    assert facts.serial_hex == x509_names.serial_hex(LEAF.certificate.serial_number)
    assert facts.not_after == LEAF.certificate.not_valid_after_utc
    assert facts.names == ("DNS:leaf.test", "DNS:xn--bcher-kva.test", "IP:::1")
    assert facts.key == "ECDSA P-256"
    assert facts.signature_algorithm == "ecdsa-with-SHA256"
    assert facts.key_usage == ("digitalSignature",)
    assert facts.extended_key_usage == ("serverAuth", "1.2.3.4")
    assert (facts.ca, facts.path_length, facts.self_signed) == (False, None, False)
    assert facts.crl_urls == ("http://c.test/r",)
    assert facts.ocsp_urls == ("http://o.test",)
    assert facts.ca_issuers_urls == ("http://i.test",)
    assert facts.critical == ("basicConstraints", "keyUsage", "1.2.3.9")
    assert facts.authority_key_id == certificate_facts(ROOT.certificate).subject_key_id != ""
    assert facts.sha256 == hashlib.sha256(DER).hexdigest()
    assert facts.spki_sha256 == spki_sha256(LEAF.key.public_key())
    assert facts.pem.encode() == LEAF.pem
    assert facts.unreadable == ()


def test_unknown_extensions_are_named_by_oid_and_cut() -> None:
    unknown, feature = certificate_facts(LEAF.certificate).other_extensions
    assert (unknown.oid, unknown.name, unknown.critical) == ("1.2.3.9", "", True)
    assert unknown.value == "04" + "00" * 31 + "..."
    assert (feature.name, feature.value) == ("TLSFeature", "3003020105")


def test_a_ca_with_name_constraints() -> None:
    limits = x509.NameConstraints(
        [x509.DNSName("test"), x509.IPAddress(ipaddress.ip_network("10.0.0.0/8"))], [x509.RFC822Name("x.test")]
    )
    facts = certificate_facts(support.make_cert("CA", ca=True, path_length=0, extra=((limits, True),)).certificate)
    assert (facts.ca, facts.path_length, facts.self_signed) == (True, 0, True)
    assert facts.permitted == ("DNS:test", "IP:10.0.0.0/8")
    assert facts.excluded == ("email:x.test",)
    assert facts.key_usage == ("keyCertSign", "cRLSign")


def test_same_name_other_key_is_not_self_signed() -> None:
    assert not certificate_facts(support.make_cert("Root CA", ROOT).certificate).self_signed


def replaced(data: bytes, old: bytes, new: bytes) -> x509.Certificate:
    """A certificate with some bytes exchanged, as only a hostile or broken issuer makes it."""
    assert len(old) == len(new)
    assert old in data
    return x509.load_der_x509_certificate(data.replace(old, new))


def test_a_malformed_extension_is_a_fact_and_no_traceback() -> None:
    broken = replaced(DER, bytes.fromhex("0603551d13"), bytes.fromhex("0603551d36"))
    facts = certificate_facts(broken)
    assert facts.unreadable[0].startswith("extensions: ")
    assert "ParseError" not in facts.unreadable[0]
    raw = {one.name or one.oid: one for one in facts.other_extensions}
    assert raw["1.2.3.9"].critical
    assert raw["subjectAltName"].value.startswith("30")
    assert "1.2.3.9" in facts.critical
    assert facts.names == ()
    assert facts.sha256 == hashlib.sha256(broken.public_bytes(Encoding.DER)).hexdigest()


def test_a_malformed_subject_is_a_fact_and_no_traceback() -> None:
    facts = certificate_facts(replaced(DER, b"\x0c\x09leaf.test", b"\x0c\x09\xff\xffaf.test"))
    assert facts.unreadable[0].startswith("subject: ")
    assert facts.subject == ""


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        (ec.generate_private_key(ec.SECP384R1()), "ECDSA P-384"),
        (rsa.generate_private_key(65537, 2048), "RSA 2048"),
        (ed25519.Ed25519PrivateKey.generate(), "Ed25519"),
        (x25519.X25519PrivateKey.generate(), "X25519"),
        (dsa.generate_private_key(1024), "DSA"),
    ],
)
def test_a_key_tells_its_kind_and_public_half_only(key: Any, kind: str) -> None:
    expected = spki_sha256(key.public_key())
    facts = private_key_facts(key, encrypted=True)
    assert (facts.key, facts.private, facts.encrypted, facts.spki_sha256) == (kind, True, True, expected)
    public = public_key_facts(key.public_key())
    assert (public.key, public.private, public.spki_sha256) == (kind, False, expected)


def test_a_request() -> None:
    builder = x509.CertificateSigningRequestBuilder().subject_name(LEAF.certificate.subject)
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName("a.test")]), critical=False)
    csr = builder.add_extension(x509.BasicConstraints(True, None), critical=True).sign(LEAF.key, hashes.SHA256())
    facts = request_facts(csr)
    assert (facts.subject, facts.names, facts.ca, facts.signature_valid) == (
        "CN=leaf.test",
        ("DNS:a.test",),
        True,
        True,
    )
    assert facts.spki_sha256 == spki_sha256(LEAF.key.public_key())
    data = bytearray(csr.public_bytes(Encoding.DER))
    data[-1] ^= 1
    assert not request_facts(x509.load_der_x509_csr(bytes(data))).signature_valid


def test_a_crl() -> None:
    reason = x509.CRLReason(x509.ReasonFlags.key_compromise)
    with_reason = [x509.Extension(reason.oid, False, reason)]
    entries = [
        x509.RevokedCertificateBuilder(n + 1, support.NOW, with_reason if n == 0 else []).build() for n in range(30)
    ]
    crl = (
        x509.CertificateRevocationListBuilder(
            ROOT.certificate.subject, support.NOW, support.NOW + support.DAY, [], entries
        )
        .add_extension(x509.CRLNumber(7), critical=False)
        .sign(ROOT.key, hashes.SHA256())
    )
    facts = crl_facts(crl)
    assert (facts.issuer, facts.number, facts.count, facts.delta) == ("CN=Root CA", "7", 30, False)
    assert len(facts.revoked) == 20
    assert [(e.serial_hex, e.reason) for e in facts.revoked[:2]] == [("01", "keyCompromise"), ("02", "unspecified")]
    assert facts.next_update == support.NOW + support.DAY


def test_ocsp_responses_and_requests() -> None:
    builder = ocsp.OCSPResponseBuilder().responder_id(ocsp.OCSPResponderEncoding.NAME, ROOT.certificate)
    builder = builder.add_response(
        LEAF.certificate, ROOT.certificate, hashes.SHA256(), ocsp.OCSPCertStatus.REVOKED, support.NOW,
        support.NOW + support.DAY, support.NOW - support.DAY, x509.ReasonFlags.superseded,
    )  # fmt: skip
    facts = response_facts(builder.sign(ROOT.key, hashes.SHA256()))
    (answer,) = facts.answers
    assert (facts.status, facts.responder) == ("successful", "CN=Root CA")
    assert (answer.status, answer.reason, answer.hash_algorithm) == ("revoked", "superseded", "sha256")
    assert answer.serial_hex == x509_names.serial_hex(LEAF.certificate.serial_number)
    refusal = ocsp.OCSPResponseBuilder.build_unsuccessful(ocsp.OCSPResponseStatus.TRY_LATER)
    assert response_facts(refusal).status == "tryLater"
    request = ocsp.OCSPRequestBuilder().add_certificate(LEAF.certificate, ROOT.certificate, hashes.SHA256()).build()
    assert ocsp_request_facts(request).answers[0].serial_hex == answer.serial_hex


def test_facts_are_json(capsys: pytest.CaptureFixture[str]) -> None:
    output.show_json(certificate_facts(LEAF.certificate))
    data = json.loads(capsys.readouterr().out)
    assert set(data) == set(CertificateFacts.__slots__)
    assert data["not_after"] == LEAF.certificate.not_valid_after_utc.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert data["other_extensions"][0]["oid"] == "1.2.3.9"


def test_times_of_small_years_keep_their_zeros() -> None:
    assert jsonform.rfc3339(datetime(50, 1, 2, 3, 4, 5, tzinfo=UTC)) == "0050-01-02T03:04:05Z"


def members(*pairs: support.Pair) -> list[trees.Member]:
    return [trees.Member(f"#{i}", p.certificate, certificate_facts(p.certificate)) for i, p in enumerate(pairs)]


def drawn(*pairs: support.Pair) -> list[list[tuple[int, str]]]:
    return [[(n.depth, n.member.facts.subject) for n in tree] for tree in trees.grow(members(*pairs)).trees]


MIDDLE = support.make_cert("Middle", ROOT, ca=True)
LOW = support.make_cert("low", MIDDLE)
SECOND = support.make_cert("second", MIDDLE)


def test_chains_grow_from_any_order() -> None:
    expected = [[(0, "CN=Root CA"), (1, "CN=Middle"), (2, "CN=low"), (2, "CN=second")]]
    assert drawn(LOW, SECOND, MIDDLE, ROOT) == expected
    assert drawn(ROOT, LOW, MIDDLE, SECOND, LOW, ROOT) == expected
    assert drawn(LOW, ROOT) == []
    assert drawn(LOW, MIDDLE) == [[(0, "CN=Middle"), (1, "CN=low")]]


def test_of_cross_certificates_the_one_that_lasts_is_the_issuer() -> None:
    other = support.make_cert("Other", ca=True)
    crossed = support.make_cert("Root CA", other, ca=True, key=ROOT.key, not_after=support.NOW - support.DAY / 2)
    for chain in ((LOW, MIDDLE, crossed, ROOT), (ROOT, crossed, MIDDLE, LOW)):
        (tree,) = trees.grow(members(*chain)).trees
        assert tree[0].member.certificate is ROOT.certificate


def test_a_namesake_with_another_key_is_no_issuer() -> None:
    other = support.make_cert("Middle", ROOT, ca=True)
    forest = trees.grow(members(LOW, other))
    assert forest.trees == ()
    assert [(a.label, b.label) for a, b in forest.strangers] == [("#0", "#1")]


def test_certificates_that_issued_each_other_are_drawn_once() -> None:
    a, b = support.make_cert("A", ca=True), support.make_cert("B", ca=True)
    ab, ba = support.make_cert("A", b, ca=True, key=a.key), support.make_cert("B", a, ca=True, key=b.key)
    assert sum(len(tree) for tree in drawn(ab, ba)) == 2


def test_no_python_warning_reaches_the_user() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        certificate_facts(LEAF.certificate)

"""Extensions in words: cryptography's types, those that it leaves as bytes, and hostile values."""

from datetime import UTC, datetime

import pytest
import support
from cryptography import x509
from cryptography.x509 import ObjectIdentifier
from hypothesis import given
from hypothesis import strategies as st

from mtlsctl.core import extension_codes, extension_words
from mtlsctl.core.facts import certificate_facts

SID = b"S-1-5-21-1-2-3-1104"
SID_OID = bytes.fromhex("060a2b060104018237190201")


def tlv(tag: int, content: bytes) -> bytes:
    assert len(content) < 128
    return bytes([tag, len(content)]) + content


def oid(dotted: str) -> ObjectIdentifier:
    return ObjectIdentifier(dotted)


CODES = {
    "1.3.6.1.4.1.311.20.2": (tlv(0x1E, "Web Server".encode("utf-16-be")), "template Web Server"),
    "1.3.6.1.4.1.311.21.1": (bytes.fromhex("0203010002"), "certificate 2 of this CA, with its key 1"),
    "1.3.6.1.4.1.311.21.2": (bytes.fromhex("0402abcd"), "abcd"),
    "1.3.6.1.4.1.311.21.4": (b"\x17\x0d261130120000Z", "the next one appears 2026-11-30 12:00:00 UTC"),
    "1.3.6.1.4.1.311.21.10": (bytes.fromhex("300c300a06082b06010505070302"), "clientAuth"),
    "1.3.6.1.4.1.311.25.2": (
        tlv(0x30, tlv(0xA0, SID_OID + tlv(0xA0, tlv(0x04, SID)))),
        "account S-1-5-21-1-2-3-1104",
    ),
    "1.3.6.1.5.5.7.1.3": (bytes.fromhex("300a3008060604008e460101"), "an EU qualified certificate"),
    "1.3.6.1.5.5.7.1.31": (bytes.fromhex("0402abcd"), "proof of control for ACME: abcd"),
    "2.16.840.1.113730.1.1": (bytes.fromhex("030206c0"), "SSL client, SSL server"),
    "2.16.840.1.113730.1.13": (tlv(0x16, b"made by hand"), "made by hand"),
    "2.5.29.56": (b"\x05\x00", "its CA publishes nothing about its revocation"),
    "2.5.29.33": (bytes.fromhex("300c300a06032a030406032a0305"), "1.2.3.4 stands for 1.2.3.5"),
}


@pytest.mark.parametrize("dotted", [code for code, (_, said) in CODES.items() if said])
def test_what_cryptography_leaves_as_bytes(dotted: str) -> None:
    data, said = CODES[dotted]
    assert extension_words.words(x509.UnrecognizedExtension(oid(dotted), data)) == (said,)


@pytest.mark.parametrize("dotted", sorted(extension_codes._READERS))
@given(data=st.one_of(st.binary(max_size=64), st.sampled_from([data for data, _ in CODES.values()])))
def test_malformed_values_say_nothing_and_raise_nothing(dotted: str, data: bytes) -> None:
    for value in (data, data[:-1], data + b"\0", tlv(0x30, data)):
        assert all(text.isprintable() for text in extension_words.words(x509.UnrecognizedExtension(oid(dotted), value)))


def test_what_is_not_known_stays_hex() -> None:
    assert extension_words.words(x509.UnrecognizedExtension(oid("1.2.3"), b"\x05\0")) == ()


def test_attributes_of_a_directory() -> None:
    country = tlv(0x30, tlv(0x06, bytes.fromhex("2b06010505070904")) + tlv(0x31, tlv(0x13, b"DE")))
    value = x509.UnrecognizedExtension(oid("2.5.29.9"), tlv(0x30, country))
    assert extension_words.words(value) == ("1.3.6.1.5.5.7.9.4 DE",)


NOTICE = x509.UserNotice(x509.NoticeReference("Acme", [1, 2]), "For tests")
WORDS: list[tuple[x509.ExtensionType, tuple[str, ...]]] = [
    (x509.TLSFeature([x509.TLSFeatureType.status_request]), ("must staple: the server has to send an OCSP answer",)),
    (x509.PrecertPoison(), ("a precertificate, for logs alone: no TLS stack takes it",)),
    (
        x509.PolicyConstraints(0, 1),
        ("an acceptable policy is required from here on", "policies may not be mapped after 1 more certificate"),
    ),
    (x509.InhibitAnyPolicy(2), ("anyPolicy stands for no policy after 2 more certificates",)),
    (x509.MSCertificateTemplate(oid("1.2.3"), 100, 4), ("template 1.2.3, version 100.4",)),
    (x509.MSCertificateTemplate(oid("1.2.3"), None, None), ("template 1.2.3",)),
    (
        x509.CertificatePolicies([x509.PolicyInformation(oid("2.23.140.1.2.1"), ["https://c.test", NOTICE])]),
        ('2.23.140.1.2.1 (CA/B Forum, domain validated), CPS https://c.test, notice "For tests", notice 1, 2 of Acme',),
    ),
    (x509.CertificatePolicies([x509.PolicyInformation(oid("1.2.3"), None)]), ()),
    (
        x509.SubjectAlternativeName([x509.OtherName(oid("1.3.6.1.4.1.311.20.2.3"), tlv(0x0C, b"al@corp.test"))]),
        ("msUserPrincipalName al@corp.test",),
    ),
    (x509.IssuerAlternativeName([x509.DNSName("ca.test")]), ("DNS:ca.test",)),
    (
        x509.FreshestCRL([x509.DistributionPoint([x509.UniformResourceIdentifier("http://d.test")], None, None, None)]),
        ("URI:http://d.test",),
    ),
    (
        x509.PrivateKeyUsagePeriod(datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)),
        ("the key signs from 2026-01-01 00:00:00 UTC until 2027-01-01 00:00:00 UTC",),
    ),
    (
        x509.SubjectInformationAccess(
            [x509.AccessDescription(oid("1.3.6.1.5.5.7.48.5"), x509.UniformResourceIdentifier("http://r.test"))]
        ),
        ("caRepository URI:http://r.test",),
    ),
    (x509.OCSPNoCheck(), ("whoever relies on it does not ask whether it is revoked",)),
]


@pytest.mark.parametrize(("value", "said"), WORDS, ids=lambda value: type(value).__name__)
def test_cryptographys_types(value: x509.ExtensionType, said: tuple[str, ...]) -> None:
    assert extension_words.words(value) == said


def test_a_point_with_more_than_a_url_is_told_beside_its_field() -> None:
    url = [x509.UniformResourceIdentifier("http://c.test")]
    reasons = frozenset([x509.ReasonFlags.key_compromise])
    plain = x509.DistributionPoint(url, None, None, None)
    partial = x509.DistributionPoint(url, None, reasons, [x509.DNSName("other.test")])
    for point, count in ((plain, 0), (partial, 1)):
        pair = support.make_cert("leaf", extra=((x509.CRLDistributionPoints([point]), False),))
        facts = certificate_facts(pair.certificate)
        assert facts.crl_urls == ("http://c.test",)
        assert len(facts.other_extensions) == count
    assert facts.other_extensions[0].words == ("URI:http://c.test, for keyCompromise, issued by DNS:other.test",)


def test_a_notice_of_a_stranger_does_nothing_to_a_terminal() -> None:
    notice = x509.UserNotice(None, "\x1b[31m" + "x" * 1000)
    (said,) = extension_words.words(x509.CertificatePolicies([x509.PolicyInformation(oid("1.2.3"), [notice])]))
    assert said.isprintable()
    assert len(said) < 600


def test_moments_are_utc() -> None:
    assert extension_words.moment(datetime(2026, 2, 3, tzinfo=UTC)) == "2026-02-03 00:00:00 UTC"

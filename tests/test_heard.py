"""What cryptography says of a chain that it refuses, as people read it."""

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from support import NOW, SERVER_AUTH, make_cert

from mtlsctl.core import engines, heard
from mtlsctl.core.looks import Purpose

MARKER = "DefinedByMarker(PhantomData<asn1::object_identifier::ObjectIdentifier>)"
SHA1 = f"AlgorithmIdentifier {{ oid: {MARKER}, params: Other(ObjectIdentifier {{ oid: 1.2.840.10045.4.1 }}, None) }}"


@pytest.mark.parametrize(
    ("key", "said"),
    [
        (ec.generate_private_key(ec.SECP224R1()), "forbidden public key algorithm: secp224r1 (1.3.132.0.33)"),
        (ed25519.Ed25519PrivateKey.generate(), "forbidden public key algorithm: Ed25519"),
    ],
)
def test_a_key_that_it_does_not_take_has_its_name(key: object, said: str) -> None:
    root = make_cert("root", ca=True, key=key)
    leaf = make_cert("web", root, sans=(x509.DNSName("web.test"),), ekus=(SERVER_AUTH,))
    opinion = engines.webpki([leaf.certificate], [root.certificate], NOW, Purpose.SERVER, ())
    assert (opinion.accepts, opinion.reason) == (False, said)


def test_where_no_path_leads_it_says_so() -> None:
    leaf = make_cert("web", make_cert("root", ca=True), sans=(x509.DNSName("web.test"),), ekus=(SERVER_AUTH,))
    other = make_cert("other", ca=True).certificate
    opinion = engines.webpki([leaf.certificate], [other], NOW, Purpose.SERVER, ())
    assert opinion.reason == "no path to a trusted certificate"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            f"validation failed: candidates exhausted: Forbidden signature algorithm: {SHA1}",
            "forbidden signature algorithm: ecdsa-with-SHA1 (1.2.840.10045.4.1)",
        ),
        (
            f"Forbidden signature algorithm: AlgorithmIdentifier {{ oid: {MARKER}, params: RsaWithSha1(Some(())) }}",
            "forbidden signature algorithm: RsaWithSha1",
        ),
        ("validation failed: EE subjectAltName MUST NOT be critical", "EE subjectAltName MUST NOT be critical"),
        ("invalid extension: 1.2.3.4.5: unaccounted for", "invalid extension: 1.2.3.4.5: unaccounted for"),
        ("cert is not valid (encountered processing <Certificate(...)>)", "cert is not valid"),
    ],
)
def test_its_words_without_its_types(words: str, said: str) -> None:
    assert heard.plain(words) == said

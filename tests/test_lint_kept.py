"""core/lint: no rule is kept by what it could not look at."""

from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding
from support import NOW, make_cert
from test_lint_rules import ALL, CA, SERVER, TLS10, TLS12, TLS13, crl, server

from mtlsctl.core.lint import run, subject
from mtlsctl.core.lint.settings import Settings


def results(*subjects: tuple[subject.Subject | Settings, str]) -> dict[str, str]:
    made = run.Run(ALL, (), NOW)
    for one, digest in subjects:
        made.look(one, digest)
    return {outcome.code: outcome.result for outcome in made.outcomes()}


@pytest.mark.parametrize(
    ("parts", "lost"),
    [
        ({"versions": (TLS10, TLS12._replace(groups=()), TLS13)}, {"lint-weak-group", "nist-group"}),
        ({"versions": (TLS10, TLS12, TLS13._replace(signatures=()))}, {"lint-weak-server-signature"}),
        ({"versions": (TLS10, TLS12, TLS13._replace(suites=()))}, {"lint-broken-suite", "nist-suite"}),
        ({"versions": (TLS10, TLS12, TLS13._replace(complete=False))}, {"lint-no-forward-secrecy", "nist-group"}),
        ({"versions": (TLS10._replace(accepted=None), TLS12, TLS13)}, {"lint-old-tls"}),
        ({"versions": (TLS10, TLS12, TLS13._replace(accepted=None))}, {"lint-no-tls13"}),
        ({"versions": (TLS10, TLS12._replace(renegotiation_info=None), TLS13)}, {"legacy-renegotiation"}),
        ({"asks_for_certificate": None}, {"client-cert-not-requested", "client-cert-optional"}),
        ({"lets_in_without": None}, {"client-cert-optional"}),
    ],
)
def test_what_a_server_did_not_show_is_not_tested(parts: dict[str, Any], lost: set[str]) -> None:
    old = TLS10._replace(version="TLS 1.1")
    whole = SERVER._replace(versions=(TLS10, old, TLS12, TLS13))
    told = results((whole, ""))
    assert {told[code] for code in lost} == {"kept"}
    parts = parts | ({"versions": (*parts["versions"], old)} if "versions" in parts else {})
    told = results((whole._replace(**parts), ""))
    assert {told[code] for code in lost} == {"not tested"}


def test_without_its_issuer_a_certificate_is_not_held_against_it() -> None:
    of_issuers = ("lint-issuer-did-not-sign", "lint-outlives-issuer", "lint-aki-differs")
    leaf = server().certificate
    alone = results((subject.certificate(leaf, "a.pem", NOW), "a"))
    beside = results((subject.certificate(leaf, "a.pem", NOW, (CA.certificate,)), "a"))
    assert [alone[code] for code in of_issuers] == ["not tested"] * 3
    assert [beside[code] for code in of_issuers] == ["kept"] * 3
    assert results((subject.crl(crl().value, "a.crl", NOW), "b"))["lint-crl-signature"] == "not tested"
    assert results((crl(), "b"))["lint-crl-signature"] == "kept"


def test_a_signature_of_an_algorithm_that_nobody_knows_is_not_kept() -> None:
    der = server().certificate.public_bytes(Encoding.DER)
    ecdsa_sha256 = bytes.fromhex("06082a8648ce3d040302")
    assert der.count(ecdsa_sha256) == 2
    unknown = x509.load_der_x509_certificate(der.replace(ecdsa_sha256, bytes.fromhex("06082a8648ce3d04037e")))
    told = results((subject.certificate(unknown, "a.pem", NOW), "a"))
    assert (told["nist-hash"], told["lint-weak-signature"]) == ("broken", "broken")
    edwards_ca = make_cert("Edwards", ca=True, key=ed25519.Ed25519PrivateKey.generate())
    edwards = results((subject.certificate(server(issuer=edwards_ca).certificate, "a.pem", NOW), "a"))
    assert (edwards["nist-hash"], edwards["lint-weak-signature"]) == ("kept", "kept")

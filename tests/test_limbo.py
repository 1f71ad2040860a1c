"""tests/limbo.py: a suite in x509-limbo's schema goes in, its results come out in the suite's words."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from support import DAY, NOW, SERVER_AUTH, Pair, make_cert

LIMBO = Path(__file__).with_name("limbo.py")
ROOT = make_cert("Root", ca=True)
CA = make_cert("CA", ROOT, ca=True)
LEAF = make_cert("web.test", CA, sans=(x509.DNSName("web.test"),), ekus=(SERVER_AUTH,))


def pem(pair: Pair) -> str:
    return pair.certificate.public_bytes(Encoding.PEM).decode()


def case(identity: str, expected: str, **other: Any) -> dict[str, Any]:
    """A case of the suite, with all the fields of its schema that a harness reads."""
    return {
        "id": identity,
        "expected_result": expected,
        "validation_kind": "SERVER",
        "trusted_certs": [pem(ROOT)],
        "untrusted_intermediates": [pem(CA)],
        "peer_certificate": pem(LEAF),
        "validation_time": NOW.isoformat(),
        "signature_algorithms": [],
        "key_usage": [],
        "extended_key_usage": ["serverAuth"],
        "expected_peer_name": {"kind": "DNS", "value": "web.test"},
        "expected_peer_names": [],
        "max_chain_depth": None,
        "crls": [],
    } | other


def run(*cases: dict[str, Any], version: int = 1) -> subprocess.CompletedProcess[str]:
    suite = json.dumps({"version": version, "testcases": cases})
    return subprocess.run([sys.executable, LIMBO], input=suite, capture_output=True, text=True, timeout=60)


def test_results_are_the_suites_own() -> None:
    ran = run(
        case("rfc5280::good", "SUCCESS"),
        case("rfc5280::later", "FAILURE", validation_time=(NOW + 4000 * DAY).isoformat()),
        case("rfc5280::no-issuer", "FAILURE", untrusted_intermediates=[]),
        case("webpki::other-name", "FAILURE", expected_peer_name={"kind": "DNS", "value": "other.test"}),
        case("rfc5280::not-offered", "SUCCESS", signature_algorithms=["ECDSA_WITH_SHA256"]),
    )
    found = json.loads(ran.stdout)
    assert [one["actual_result"] for one in found["results"]] == ["SUCCESS", "FAILURE", "FAILURE", "FAILURE", "SKIPPED"]
    assert "expired" in found["results"][1]["context"]
    assert "4 of 5 cases as expected" in ran.stderr
    assert ran.returncode == 0  # nothing was accepted that is to be refused


@pytest.mark.parametrize(("version", "status"), [(1, 1), (2, 2)])
def test_a_false_accept_and_an_unknown_schema_are_not_success(version: int, status: int) -> None:
    assert run(case("rfc5280::good", "FAILURE"), version=version).returncode == status

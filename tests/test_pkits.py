"""NIST's PKITS: each path validation test has its expected result, or docs/pkits.md says why not."""

import re
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import NamedTuple

import cryptography_vectors
import pytest
from cryptography import x509
from cryptography.x509.oid import ObjectIdentifier

from mtlsctl.core import certpolicies, revoked
from mtlsctl.core.findings import Verdict
from mtlsctl.core.looks import look
from mtlsctl.core.policy import Policy
from mtlsctl.core.standing import Mode
from mtlsctl.core.verify import Judgement, Purpose, judge

HERE = Path(__file__).parent
DATA = Path(cryptography_vectors.__file__).parent / "x509" / "PKITS_data"
AT = datetime(2020, 6, 1, tzinfo=UTC)  # the certificates live from 2010 to 2030

# Valid paths that are refused, as docs/pkits.md says. For a path that is to be refused there is no way out.
REFUSED = {
    "4.1.4": "weak-key",
    "4.1.5": "cannot be read",
}
# Why a path is refused in each section of PKITS, 4.1 to 4.16: the first finding.
REASONS = {
    1: {"server-bad-signature"},
    2: {"server-cert-not-yet-valid", "server-cert-expired", "server-chain-expired"},
    3: {"server-missing-intermediate"},
    4: {"server-cert-revoked", "server-crl-missing", "server-crl-expired"},
    5: {"server-cert-revoked", "server-bad-ca"},
    6: {"server-bad-ca", "server-pathlen"},
    7: {"server-bad-ca", "server-crl-missing"},
    **{section: {"server-cert-invalid"} for section in (8, 9, 10, 11, 12)},
    13: {"server-name-constraints"},
    14: {"server-cert-revoked", "server-crl-missing"},
    15: {"server-cert-revoked", "server-crl-missing", "server-crl-expired"},
    16: {"server-unknown-critical-extension"},
}
NIST = "2.16.840.1.101.3.2.1.48."  # the arc of NIST-test-policy-1 to -6


class Case(NamedTuple):
    """One line of pkits.txt."""

    number: str
    valid: bool
    inputs: str
    certificates: tuple[str, ...]
    """The leaf, then the others."""
    crls: tuple[str, ...]


def read_case(line: str) -> Case:
    head, _, crls = line.partition("|")
    number, expected, inputs, *certificates = head.split()
    assert expected in ("valid", "invalid")
    return Case(number, expected == "valid", inputs, tuple(certificates), tuple(crls.split()))


CASES = [read_case(line) for line in (HERE / "pkits.txt").read_text().splitlines() if not line.startswith("#")]


@cache
def certificate(name: str) -> x509.Certificate:
    return x509.load_der_x509_certificate((DATA / "certs" / f"{name}.crt").read_bytes())


@cache
def crl(name: str) -> x509.CertificateRevocationList:
    return x509.load_der_x509_crl((DATA / "crls" / f"{name}.crl").read_bytes())


def ask(case: Case, policy: str = Policy.OPENSSL) -> Judgement:
    """PKITS wants every certificate below the anchor to have a CRL that says that it is good."""
    lists = revoked.of_crls([crl(name) for name in (*case.crls, "TrustAnchorRootCRL")])
    return judge(
        [certificate(name) for name in case.certificates],
        [certificate("TrustAnchorRootCertificate")],
        purpose=Purpose.ANY,
        at=AT,
        policy=policy,
        sources=lists._replace(mode=Mode.REQUIRE),
    )


def inputs(case: Case) -> certpolicies.Inputs:
    words = case.inputs.split(",")
    wanted = {ObjectIdentifier(NIST + word[1:]) for word in words if word[0] == "p"} or {certpolicies.ANY_POLICY}
    return certpolicies.Inputs(frozenset(wanted), "explicit" in words, "no-mapping" in words, "no-any" in words)


@pytest.mark.filterwarnings("ignore:Parsed a serial number which wasn't positive")  # 4.4.14 and 4.4.15
@pytest.mark.parametrize("case", CASES, ids=[case.number for case in CASES])
def test_path_validation(case: Case) -> None:
    try:
        report, path, *_ = ask(case)
    except ValueError:  # cryptography loads no key whose parameters stand in the issuer's certificate alone
        assert case.valid
        assert REFUSED[case.number] == "cannot be read"
        return
    refusals = [f"{f.code}: {f.message}" for f in report.findings if f.verdict is Verdict.FAIL]
    assert report.ok is not bool(refusals)
    if case.inputs != "any":  # verify() takes no inputs: what decides on them is asked by itself
        refusals += [p.message for p in certpolicies.check([look(c) for c in path[:-1]], inputs(case))]
    if case.number in REFUSED:
        assert case.valid
        assert any(REFUSED[case.number] in refusal for refusal in refusals), refusals
    else:
        assert bool(refusals) is not case.valid, refusals
        assert report.ok or report.findings[0].code in REASONS[int(case.number.split(".")[1])]


@pytest.mark.filterwarnings("ignore:Parsed a serial number which wasn't positive")
@pytest.mark.parametrize("policy", [Policy.RFC5280, Policy.WEBPKI, Policy.ALL])
def test_no_policy_accepts_what_is_to_be_refused(policy: Policy) -> None:
    cases = [case for case in CASES if case.inputs == "any" and case.number != "4.1.5"]
    refused = [{f.code for f in ask(case, policy).report.findings if f.verdict is Verdict.FAIL} for case in cases]
    # Of no stack is it known what it does with a certificate for any purpose; all else must still be right.
    assert all("stack-refuses" in codes for codes in refused) is (policy is Policy.ALL)
    accepted = [case for case, codes in zip(cases, refused, strict=True) if codes <= {"stack-refuses"}]
    assert [case.number for case in accepted if not case.valid] == []
    # The profile of RFC 5280, section 4, is stricter than path validation: by as many as docs/pkits.md says.
    assert len(accepted) == len([case for case in cases if case.valid and case.number not in REFUSED]) - 14


def test_every_leaf_and_crl_of_pkits_is_in_a_test() -> None:
    assert {c.certificates[0] for c in CASES} == {p.stem for p in (DATA / "certs").glob("*EE.crt")}
    beside = {"TrustAnchorRootCRL", "WrongCRLCACRL"}
    assert crl("WrongCRLCACRL") == crl("TrustAnchorRootCRL")  # what is wrong with it in 4.4.6
    assert {name for c in CASES for name in c.crls} == {p.stem for p in (DATA / "crls").glob("*.crl")} - beside
    assert len(CASES) == len({c.number for c in CASES}) == 247


def test_the_documentation_lists_what_differs() -> None:
    text = (HERE.parent / "docs" / "pkits.md").read_text()
    rows = [line for line in text.splitlines() if re.match(r"\| \d", line)]
    assert {n for row in rows for n in re.findall(r"4\.\d+\.[\d.]*\d", row)} == set(REFUSED)

"""mtlsctl lint: files, folders, a CA's ledger, suppressions, JSON and SARIF."""

import contextlib
import io
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import support
from cryptography import x509
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat, pkcs7
from hypothesis import given, settings
from hypothesis import strategies as st
from support import CLIENT_AUTH, DAY, NOW, SERVER_AUTH, make_cert, write

from mtlsctl.cli import app
from mtlsctl.core.findings import Verdict
from mtlsctl.core.lint import foreign, pkilinted, rules
from mtlsctl.core.lint.rule import Profile
from mtlsctl.errors import MtlsctlError
from mtlsctl.workflows import lint as workflow
from mtlsctl.workflows import lint_config, lint_out

Tool = Callable[..., support.Result]
HOST = x509.DNSName("web.test")
ROOT = make_cert("Root", ca=True, path_length=1, not_after=NOW + 3650 * DAY)
LONG = make_cert("web.test", ROOT, sans=(HOST,), ekus=(SERVER_AUTH,), not_after=NOW + 300 * DAY)
BARE = make_cert("alice", ROOT, sans=(x509.DNSName("alice.test"),), ekus=())
LONG_CODES = ["lint-lifetime", "lint-no-revocation"]


def codes(result: support.Result) -> list[str]:
    return sorted(finding["code"] for finding in result.json["findings"])


@pytest.fixture
def long(tmp_path: Path) -> Path:
    return write(tmp_path / "long.pem", LONG.pem, ROOT.pem)


# What is ours is clean


def test_what_we_make_is_clean(mtlsctl: Tool, tmp_path: Path) -> None:
    mtlsctl("ca", "create")
    for words in (("server", "localhost", "127.0.0.1"), ("client", "alice"), ("spiffe", "spiffe://a.test/b")):
        assert mtlsctl("issue", *words).exit_code == 0
    for what in (["localhost"], ["alice"], ["a.test-b"], ["."], ["--ca", "dev"]):
        result = mtlsctl("lint", *what, "--profile", "mtls", "--profile", "nist", "--fail-on", "note")
        assert (result.exit_code, result.stderr) == (0, ""), result.stdout
        assert result.stdout.endswith("Clean.\n")


def test_a_ledger_is_looked_at_as_a_whole_and_what_is_over_is_not(mtlsctl: Tool, tmp_path: Path) -> None:
    mtlsctl("ca", "create")
    mtlsctl("issue", "server", "a.test", "--lifetime", "300d")
    mtlsctl("issue", "server", "b.test", "--lifetime", "300d")
    mtlsctl("issue", "server", "c.test", "--lifetime", "300d")
    mtlsctl("revoke", "c.test")
    answer = mtlsctl("lint", "--ca", "dev", "--json").json
    looked = answer["result"]["examined"]
    assert (looked["certificates"], looked["crls"], looked["keys"], looked["passed_over"]) == (4, 2, 2, 1)
    rule = next(one for one in answer["result"]["rules"] if one["code"] == "lint-lifetime")
    assert (rule["looked"], rule["broken"], rule["result"]) == (2, 2, "broken")
    assert {f["about"].partition(": ")[0] for f in answer["findings"]} == {"dev"}
    shown = mtlsctl("lint", env=dict(support.environment(tmp_path)) | {"MTLSCTL_HOME": str(tmp_path / "none")})
    assert shown.exit_code == 2
    assert "nothing to lint was named" in shown.stderr


# Files


def test_faults_decide_the_exit_status_from_fail_on(mtlsctl: Tool, long: Path) -> None:
    for level, status in ((None, 0), ("fail", 0), ("warn", 1), ("note", 1)):
        more = ["--fail-on", level] if level else []
        result = mtlsctl("lint", long, *more)
        assert result.exit_code == status
        assert "long.pem #1: CN=web.test: it lives 301 days, above 200" in result.stdout
    assert mtlsctl("lint", long, "--fail-on", "ok").exit_code == 2
    assert codes(mtlsctl("lint", long, "--json")) == LONG_CODES


def test_the_leaf_of_a_chain_comes_first(mtlsctl: Tool, tmp_path: Path) -> None:
    write(tmp_path / "turned.pem", ROOT.pem, BARE.pem)
    turned = mtlsctl("lint", "turned.pem")
    assert turned.exit_code == 1
    assert "turned.pem: CN=alice: it is certificate 2 of the file, it must come first\n" in turned.stdout
    assert (
        "hint: put the leaf first, then its issuer: mtlsctl inspect --pem turned.pem > fullchain.pem" in turned.stdout
    )
    certificates = [pair.certificate for pair in (ROOT, BARE)]
    write(tmp_path / "set.p7b", pkcs7.serialize_certificates(certificates, Encoding.DER))
    write(tmp_path / "roots.pem", make_cert("Other", ca=True).pem, BARE.pem)
    write(tmp_path / "chain.pem", BARE.pem, ROOT.pem)
    for name in ("set.p7b", "roots.pem", "chain.pem"):
        assert "lint-leaf-not-first" not in codes(mtlsctl("lint", name, "--json"))
    assert "[server-chain-order]" not in mtlsctl("inspect", "set.p7b").stdout, "a set has no order"
    assert "[server-chain-order]" in mtlsctl("inspect", "turned.pem").stdout


def test_copies_of_one_certificate_are_looked_at_once(mtlsctl: Tool, tmp_path: Path, long: Path) -> None:
    below = tmp_path / "x" / "below"
    below.mkdir(parents=True)
    shutil.copy(long, below / "copy.pem")
    (tmp_path / "x" / ".hidden").mkdir()
    shutil.copy(long, tmp_path / "x" / ".hidden" / "too.pem")
    (tmp_path / "x" / "notes.txt").write_text("no certificate")
    answer = mtlsctl("lint", long, "x", "--json")
    assert codes(answer) == LONG_CODES
    assert (answer.json["result"]["examined"]["certificates"], answer.json["result"]["examined"]["files"]) == (2, 3)


def test_standard_input_requests_crls_and_der(mtlsctl: Tool, tmp_path: Path) -> None:
    mtlsctl("key", "new", "web.key")
    mtlsctl("csr", "new", "web.key", "--cn", "web.test")
    piped = mtlsctl("lint", "-", "--json", stdin=(tmp_path / "web.csr").read_bytes())
    assert codes(piped) == ["lint-request-no-san"]
    assert piped.json["findings"][0]["about"] == "standard input"
    der = write(tmp_path / "a.der", BARE.certificate.public_bytes(Encoding.DER))
    assert codes(mtlsctl("lint", der, "--json")) == ["lint-no-eku"]
    mtlsctl("ca", "create")
    mtlsctl("crl", "--out", "crl.pem")
    assert mtlsctl("lint", "crl.pem", "--ca", "dev").exit_code == 0
    twice = mtlsctl("lint", "-", "-")
    assert (twice.exit_code, "once" in twice.stderr) == (2, True)


def test_a_key_that_others_read_and_one_that_is_weak(mtlsctl: Tool, tmp_path: Path) -> None:
    mtlsctl("key", "new", "a.key")
    (tmp_path / "a.key").chmod(0o644)
    result = mtlsctl("lint", "a.key")
    assert result.exit_code == 1
    assert "everybody on this machine can read this private key (mode 0644)" in result.stdout
    subprocess.run(["openssl", "genrsa", "-out", tmp_path / "weak.key", "1024"], check=True, capture_output=True)
    assert codes(mtlsctl("lint", "weak.key", "--json")) == ["lint-weak-key"]


def test_damage_is_a_finding_and_what_cannot_be_read_is_no_answer(mtlsctl: Tool, tmp_path: Path, long: Path) -> None:
    broken = bytearray(LONG.certificate.public_bytes(Encoding.DER))
    at = broken.index(bytes.fromhex("0603551d11"))  # the OID of the SAN; then OCTET STRING, SEQUENCE, its content
    broken[at + 9 : at + 11] = b"\xff\xff"
    write(tmp_path / "odd.der", bytes(broken))
    assert "malformed" in codes(mtlsctl("lint", "odd.der", "--json"))
    write(tmp_path / "crlf.pem", LONG.pem.replace(b"\n", b"\r"))
    assert codes(mtlsctl("lint", "crlf.pem", "--json")) == [*LONG_CODES, "pem-cr-only"]
    alone = mtlsctl("lint", "missing.pem")
    assert (alone.exit_code, "no such file" in alone.stderr) == (2, True)
    among = mtlsctl("lint", long, "missing.pem")
    assert among.exit_code == 2
    assert "missing.pem: no such file" in among.stdout
    assert "1 could not be read" in among.stdout
    assert re.search(r"^fail It is not there +\[not-found\]$", among.stdout, re.MULTILINE)
    assert among.stdout.endswith("Could not tell of all: 1 fail, 2 warns.\n")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ([], "nothing to lint was named"),
        (["x.pem", "--profile", "nonsense"], "nonsense"),
        (["x.pem", "--ignore", "lint-lifetime"], "for a reason"),
        (["x.pem", "--ignore", "lint-lifetime= "], "for a reason"),
        (["x.pem", "--ignore", "lint-nonsense=why"], "no rule called lint-nonsense"),
        (["x.pem", "--json", "--sarif"], "contradict"),
        (["x.pem", "--config", "none.toml"], "no such file"),
        ([""], "an empty word, where FILE|HOST:PORT is expected"),
        (["localhost"], "name its port: mtlsctl lint localhost:443"),
        (["x.pem", "--identity", "alice"], "shown to servers"),
        (["--ca", "nobody"], "nobody"),
        (["localhost:1", "localhost:99999"], "mtlsctl: localhost:99999: 99999 is not a port"),
    ],
)
def test_wrong_words(mtlsctl: Tool, words: list[str], says: str) -> None:
    result = mtlsctl("lint", *words)
    assert result.exit_code == 2
    assert says in (result.stdout if "--json" in words else result.stderr)
    assert "asking" not in result.stderr


def test_a_file_that_is_not_there_is_no_server(mtlsctl: Tool) -> None:
    assert mtlsctl("lint", "web.pem").stderr == "mtlsctl: web.pem: no such file or directory\n"


@pytest.mark.parametrize("words", [("lint",), ("inspect", "--short")])
def test_a_password_that_can_be_read_once_opens_every_file(
    mtlsctl: Tool, tmp_path: Path, words: tuple[str, ...]
) -> None:
    locked = LONG.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret"))
    for name in ("a.key", "b.key"):
        write(tmp_path / name, locked)
    result = mtlsctl(*words, "a.key", "b.key", "--password-fd", "0", stdin="secret")
    assert (result.exit_code, result.stderr) == (0, "")
    assert mtlsctl(*words, "a.key", "b.key", "--password-fd", "0", stdin="other").exit_code == 2


# Suppressions

GOOD = '[[ignore]]\nrule = "lint-lifetime"\nreason = "an old printer"\n'


def test_what_is_passed_over_is_shown_with_its_reason(mtlsctl: Tool, tmp_path: Path, long: Path) -> None:
    result = mtlsctl("lint", long, "--ignore", "lint-lifetime=an old printer", "--fail-on", "warn")
    assert result.exit_code == 1
    assert re.search(r"^suppressed +by --ignore\n +lint-lifetime: an old printer$", result.stdout, re.MULTILINE)
    (tmp_path / ".mtlsctl-lint.toml").write_text(
        GOOD + '[[ignore]]\nrule = "lint-no-revocation"\nreason = "it is in a locked room"\nsubject = "CN=web.*"\n'
    )
    found = mtlsctl("lint", long, "--json", "--fail-on", "note").json
    assert (found["ok"], found["findings"]) == (True, [])
    assert found["result"]["config"] == ".mtlsctl-lint.toml"
    hidden = found["result"]["suppressed"]
    assert [one["fault"]["code"] for one in hidden] == LONG_CODES
    assert hidden[1]["suppression"]["reason"] == "it is in a locked room"
    assert hidden[1]["suppression"]["origin"] == ".mtlsctl-lint.toml, [[ignore]] 2"


def test_a_suppression_ends(mtlsctl: Tool, tmp_path: Path, long: Path) -> None:
    (tmp_path / "a.toml").write_text(GOOD + "expires = 2020-01-31\n")
    over = mtlsctl("lint", long, "--config", "a.toml", "--json")
    assert codes(over) == sorted([*LONG_CODES, "lint-suppression-expired"])
    (tmp_path / "a.toml").write_text(GOOD + "expires = 2099-01-31T12:00:00Z\n")
    assert codes(mtlsctl("lint", long, "--config", "a.toml", "--json")) == ["lint-no-revocation"]
    (tmp_path / "a.toml").write_text(GOOD + f'fingerprint = "{":".join(["AB"] * 32)}"\n')
    unused = mtlsctl("lint", long, "--config", "a.toml", "--json")
    assert codes(unused) == sorted([*LONG_CODES, "lint-suppression-unused"])


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("nonsense", "not TOML"),
        ("colour = 1", "no such setting: colour"),
        ("ignore = 3", "a list of tables"),
        ('[[ignore]]\nrule = "lint-lifetime"', "without a reason"),
        ('[[ignore]]\nreason = "x"', "it names no rule"),
        ('[[ignore]]\nrule = "lint-nonsense"\nreason = "x"', "no rule called lint-nonsense"),
        (GOOD + 'subjet = "x"', "no such key: subjet"),
        (GOOD + 'expires = "tomorrow"', "expires is a date"),
        (GOOD + 'fingerprint = "abc"', "no SHA-256"),
        (GOOD + "subject = 3", "subject is a text"),
        ("profile = 3", "a word or a list of words"),
        ("[" * 3000, "not TOML"),
    ],
)
def test_a_configuration_that_is_wrong_hides_nothing(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "a.toml").write_text(text)
    with pytest.raises(MtlsctlError) as raised:
        lint_config.configured(str(tmp_path / "a.toml"), ())
    assert says in raised.value.message
    assert "a.toml" in raised.value.message
    assert raised.value.hint


def test_a_configuration_names_profiles(mtlsctl: Tool, tmp_path: Path, long: Path) -> None:
    (tmp_path / "a.toml").write_text('profile = "nist"\n')
    assert mtlsctl("lint", long, "--config", "a.toml", "--json").json["result"]["profiles"] == ["nist"]
    (tmp_path / "a.toml").write_text('profile = ["nonsense"]')
    wrong = mtlsctl("lint", long, "--config", "a.toml")
    assert (wrong.exit_code, "a.toml: there is no profile called nonsense" in wrong.stderr) == (2, True)


# SARIF


def test_sarif_has_what_scanners_need(mtlsctl: Tool, tmp_path: Path) -> None:
    """OASIS SARIF 2.1.0, 3.13 to 3.52, as far as we write it; GitHub asks for the same and for relative URIs."""
    folder = tmp_path / "a folder"
    folder.mkdir()
    other = make_cert("Other", ca=True, path_length=1, not_after=NOW + 3650 * DAY)
    write(folder / "long.pem", b"a comment\n", other.pem, LONG.pem)
    result = mtlsctl("lint", folder, "--sarif", "--ignore", "lint-no-revocation=known")
    assert (result.exit_code, result.stdout.count("\n")) == (0, 1)
    log = result.json
    assert set(log) == {"$schema", "version", "runs"}
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    driver = run["tool"]["driver"]
    assert driver["name"] == "mtlsctl"
    ids = [rule["id"] for rule in driver["rules"]]
    assert len(set(ids)) == len(ids)
    for rule in driver["rules"]:
        assert rule["shortDescription"]["text"]
        assert rule["fullDescription"]["text"]
        assert rule["help"]["text"]
        assert rule["defaultConfiguration"]["level"] in ("note", "warning", "error")
    assert run["invocations"][0]["executionSuccessful"] is True
    first, second = run["results"]
    line = (folder / "long.pem").read_text().splitlines().index("-----BEGIN CERTIFICATE-----", 5) + 1
    for one in (first, second):
        assert ids[one["ruleIndex"]] == one["ruleId"]
        assert one["level"] == "warning"
        assert one["message"]["text"]
        assert re.fullmatch("[0-9a-f]{64}", one["partialFingerprints"]["mtlsctl/v1"])
        where = one["locations"][0]["physicalLocation"]
        assert where == {"artifactLocation": {"uri": "a%20folder/long.pem"}, "region": {"startLine": line}}
    assert "suppressions" not in first
    assert second["suppressions"] == [{"kind": "external", "status": "accepted", "justification": "known"}]


def test_sarif_of_a_ledger_and_of_a_file_that_is_not_there(mtlsctl: Tool, tmp_path: Path, long: Path) -> None:
    mtlsctl("ca", "create")
    mtlsctl("issue", "server", "a.test", "--lifetime", "300d")
    found = mtlsctl("lint", "--ca", "dev", "--sarif").json["runs"][0]["results"]
    for one in found:
        uri = one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        assert re.fullmatch(r"dev/[0-9a-f]+", uri)
    missing = mtlsctl("lint", long, "missing.pem", "--sarif")
    assert missing.exit_code == 2
    assert missing.json["runs"][0]["invocations"][0]["executionSuccessful"] is False


def test_sarif_of_what_a_handshake_says_by_a_code_of_another_profile() -> None:
    session = workflow.Session((Profile.WEBPKI,), ())
    session.run.note("legacy-renegotiation", Verdict.FAIL, "a.test:443: without secure renegotiation", "a.test:443")
    (result,) = lint_out.sarif(session.end(["a.test:443"]))["runs"][0]["results"]
    assert result["ruleId"] == "legacy-renegotiation"


def test_two_results_of_one_rule_about_one_object_have_each_a_fingerprint() -> None:
    session = workflow.Session((Profile.MTLS,), ())
    for words in ("TLS 1.2: A", "TLS 1.3: B"):
        session.run.note("nist-suite", Verdict.FAIL, words, "a.test:443")
    results = lint_out.sarif(session.end(["a.test:443"]))["runs"][0]["results"]
    assert len({one["partialFingerprints"]["mtlsctl/v1"] for one in results}) == 2


# The rules themselves


def test_the_rules_are_listed_and_explained(mtlsctl: Tool) -> None:
    shown = mtlsctl("lint", "--list-rules")
    assert shown.exit_code == 0
    assert "lint-lifetime" in shown.stdout
    assert "nist-key" not in shown.stdout
    both = mtlsctl("lint", "--list-rules", "--profile", "nist", "--json").json["result"]["rules"]
    assert {rule["code"] for rule in both} == {rule.code for rule in rules.asked_for((Profile.NIST,))}
    assert all(rule["source"] and rule["fix"] and rule["title"] for rule in both)
    assert "CA/B Forum BR 6.3.2" in mtlsctl("explain", "lint-lifetime").stdout


# pkilint


def here(*words: object) -> support.Result:
    """The tool in this process, which loads pkilint once."""
    with contextlib.redirect_stdout(io.StringIO()) as said:
        status = app.run(list(map(str, words)))
    return support.Result(status, said.getvalue(), "")


def test_the_rules_of_others(mtlsctl: Tool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    mtlsctl("ca", "create")
    mtlsctl("issue", "server", "web.example.com")
    mtlsctl("issue", "client", "alice@example.com")
    clean = here("lint", "web.example.com", "alice@example.com", "--profile", "rfc5280")
    assert clean.exit_code == 0, clean.stdout
    public = here("lint", "web.example.com/cert.pem", "--profile", "webpki", "--json")
    assert public.exit_code == 1
    assert "cabf.serverauth.subscriber.certificate_policies_extension_absent" in codes(public)
    assert public.json["result"]["pkilint"] == pkilinted.version()
    hints = {finding["code"]: finding["hint"] for finding in public.json["findings"]}
    assert all(f"--ignore '{code}=REASON'" in hints[code] for code in hints if code.startswith("cabf."))
    looked = {rule["code"]: rule["result"] for rule in public.json["result"]["rules"]}
    assert "lint-pkilint" not in looked
    assert looked["cabf.serverauth.subscriber.certificate_policies_extension_absent"] == "broken"
    assert looked["cabf.serverauth.prohibited_subject_public_key_algorithm_encoding"] == "kept"
    assert list(looked.values()).count("kept") > 50
    client = here("lint", "alice@example.com/cert.pem", "--profile", "webpki", "--json")
    assert codes(client) == [], "the CA/B Forum says nothing of clients"
    assert "Nothing to tell" in here("lint", "alice@example.com/cert.pem", "--profile", "webpki").stdout
    code = "cabf.serverauth.subscriber.certificate_policies_extension_absent"
    fewer = here("lint", "web.example.com/cert.pem", "--profile", "webpki", "--ignore", f"{code}=private", "--json")
    assert len(fewer.json["findings"]) == len(public.json["findings"]) - 1
    bad = make_cert("alice", ROOT, sans=(HOST,), ekus=(CLIENT_AUTH,), without=(x509.AuthorityKeyIdentifier,))
    file = write(tmp_path / "bad.pem", bad.pem)
    twice = codes(here("lint", file, "--profile", "rfc5280", "--profile", "webpki", "--json"))
    assert twice.count("pkix.authority_key_identifier_extension_absent") == 1


def test_the_rules_of_others_are_explained_in_their_words(monkeypatch: pytest.MonkeyPatch) -> None:
    said = " ".join(here("explain", "cabf.serverauth.subscriber_common_name_unknown_source").stdout.split())
    assert "Subscriber common name unknown source" in said
    assert "Validates that the content of the commonName attribute conforms to BR 7.1.4.3." in said
    assert "pkilint's SubscriberCommonNameValidator" in said
    assert (
        foreign.title("cabf.x.crl_distribution_points_extension_absent") == "CRL distribution points extension absent"
    )
    assert foreign.entry("base.unhandled_exception")
    monkeypatch.setattr(pkilinted, "_every", lambda: [pkilinted._rfc5280()])  # all of them take seconds
    assert foreign.entry("pkix.no_such_rule") is None
    monkeypatch.setattr(foreign, "find_spec", lambda _: None)
    alone = foreign.entry("pkix.no_ku_bits_set")
    assert alone
    assert (alone.title, alone.source) == ("No KU bits set", "RFC 5280 and its updates")


def test_without_pkilint_its_profiles_say_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pkilint", None)
    workflow.Session((Profile.MTLS, Profile.NIST), ())
    with pytest.raises(MtlsctlError, match="need pkilint") as raised:
        workflow.Session((Profile.WEBPKI,), ())
    assert "mtlsctl[lint]" in raised.value.hint


# Hostile input


def test_names_without_end_are_told_in_few_words() -> None:
    many = tuple(x509.DNSName(f"bad name {number}") for number in range(5000))
    session = workflow.Session((Profile.MTLS,), ())
    session.certificate(make_cert("web.test", ROOT, sans=many, ekus=(SERVER_AUTH,)).certificate, "x.pem")
    assert len(session.end(["x.pem"]).faults) < 30


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), min_size=1, max_size=6))
def test_no_damaged_certificate_is_too_much(changes: list[tuple[int, int]]) -> None:
    der = bytearray(LONG.certificate.public_bytes(Encoding.DER))
    for at, value in changes:
        der[at % len(der)] = value
    session = workflow.Session(tuple(Profile), ())
    try:
        session.certificate(x509.load_der_x509_certificate(bytes(der)), "x.der")
    except ValueError:
        return  # it does not load: files of that kind are pem.read_all's matter
    done = session.end(["x.der"])
    assert done.faults
    json.dumps(lint_out.sarif(done))

"""lint: no rule is kept by what it could not look at, and nothing is clean that was not looked at."""

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import support
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12
from support import NOW, make_cert, write
from test_lint_rules import ALL, CA, SERVER, TLS10, TLS12, TLS13, crl, server

from mtlsctl.core.lint import run, subject
from mtlsctl.core.lint.rule import Profile
from mtlsctl.core.lint.settings import Settings
from mtlsctl.workflows import lint as workflow
from mtlsctl.workflows import lint_config

Tool = Callable[..., support.Result]


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


def test_a_key_of_a_kind_that_nobody_knows_is_held_against_nothing() -> None:
    der = server().certificate.public_bytes(Encoding.DER)
    unknown = der.replace(bytes.fromhex("06082a8648ce3d030107"), bytes.fromhex("06082a8648ce3d03017e"))
    told = results((subject.certificate(x509.load_der_x509_certificate(unknown), "a.pem", NOW), "a"))
    assert (told["lint-weak-key"], told["nist-key"]) == ("broken", "broken")
    of_keys = ("lint-key-shared", "lint-rsa-modulus", "lint-key-usage-unfit", "nist-exponent", "nist-2030")
    assert {told[code] for code in of_keys} == {"not tested"}


# What cannot be opened, or that no rule is about


@pytest.fixture
def shut(tmp_path: Path) -> dict[str, Path]:
    """A clean certificate with its key, and what nobody opens without a password."""
    leaf = server()
    secret = serialization.BestAvailableEncryption(b"secret")
    p12 = pkcs12.serialize_key_and_certificates(b"web", leaf.key, leaf.certificate, None, secret)
    key = leaf.key.private_bytes(Encoding.PEM, serialization.PrivateFormat.PKCS8, secret)
    found = {
        "p12": write(tmp_path / "s.p12", p12),
        "key": write(tmp_path / "s.key", key),
        "damaged": write(tmp_path / "bad.pem", CA.pem.replace(b"MII", b"MI"), CA.pem),
        "password": write(tmp_path / "password", b"secret"),
    }
    for path in found.values():
        path.chmod(0o600)
    return found


@pytest.mark.parametrize("what", ["p12", "key", "damaged"])
def test_what_nobody_could_look_at_is_not_clean(
    mtlsctl: Tool, shut: dict[str, Path], tmp_path: Path, what: str
) -> None:
    good = write(tmp_path / "good.pem", server().pem)
    for words in ([shut[what]], [good, shut[what]], [good, shut[what], "--ignore", "pem-damaged=we know"]):
        text = mtlsctl("lint", *words)
        assert (text.exit_code, "lean" in text.stdout.splitlines()[-1]) == (2, False)
        told = mtlsctl("lint", *words, "--json")
        assert (told.exit_code, told.json["ok"], told.json["result"]["examined"]["unread"]) == (2, False, 1)
        log = mtlsctl("lint", *words, "--sarif")
        assert (log.exit_code, log.json["runs"][0]["invocations"][0]["executionSuccessful"]) == (2, False)


def test_with_its_password_it_is_looked_at(mtlsctl: Tool, shut: dict[str, Path]) -> None:
    for what, certificates in (("p12", 1), ("key", 0)):
        told = mtlsctl("lint", shut[what], "--password-file", shut["password"], "--json")
        examined = told.json["result"]["examined"]
        assert (told.exit_code, examined["unread"], examined["certificates"]) == (0, 0, certificates)


def test_a_folder_in_which_we_are_hides_no_damage(mtlsctl: Tool, shut: dict[str, Path], tmp_path: Path) -> None:
    shut["p12"].unlink()
    shut["key"].unlink()
    rule = '[[ignore]]\nrule = "pem-damaged"\nreason = "trust me"\n'
    (tmp_path / ".mtlsctl-lint.toml").write_text(rule + rule.replace("pem-damaged", "malformed"))
    result = mtlsctl("lint", ".")
    assert (result.exit_code, "Could not tell" in result.stdout) == (2, True)
    run_ = workflow.Session(
        (Profile.MTLS,), lint_config.configured(str(tmp_path / ".mtlsctl-lint.toml"), ())[0].suppressions
    )
    run_.unreadable("a.pem", "no DER")
    assert "malformed" in [fault.code for fault in run_.end(["a.pem"]).faults]


def test_where_no_rule_is_about_it_nothing_was_told(mtlsctl: Tool, tmp_path: Path) -> None:
    subprocess.run(["openssl", "ecparam", "-name", "prime256v1", "-out", tmp_path / "p.pem"], check=True)
    told = mtlsctl("lint", "p.pem", "--json")
    assert (told.exit_code, told.json["ok"], told.json["result"]["examined"]["others"]) == (2, False, 1)
    hidden = mtlsctl("lint", "p.pem", "--ignore", "lint-lifetime=no")
    assert (hidden.exit_code, "Nothing to tell" in hidden.stdout) == (2, True)


# Keys by themselves


def test_keys_are_held_against_the_rules_of_nist_too(mtlsctl: Tool, tmp_path: Path) -> None:
    subprocess.run(["openssl", "genrsa", "-out", tmp_path / "weak.key", "1024"], check=True, capture_output=True)
    subprocess.run(["openssl", "pkey", "-in", "weak.key", "-pubout", "-out", "weak.pub"], check=True, cwd=tmp_path)
    for file in ("weak.key", "weak.pub"):
        told = mtlsctl("lint", file, "--profile", "nist", "--json")
        assert (told.exit_code, [f["code"] for f in told.json["findings"]]) == (1, ["nist-key"])
    mtlsctl("key", "new", "good.key")
    both = mtlsctl("lint", "good.key", "--profile", "nist", "--profile", "mtls")
    assert both.exit_code == 0
    assert both.stdout.endswith("Clean, as far as a key by itself tells: no certificate was looked at.\n")
    kept = {one["code"] for one in mtlsctl("lint", "good.key", "--json").json["result"]["rules"] if one["looked"]}
    assert {"lint-weak-key", "key-file-permissions"} <= kept


# The page


def test_a_page_takes_the_place_of_nothing_that_is_read(mtlsctl: Tool, tmp_path: Path) -> None:
    mtlsctl("key", "new", "good.key")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "b.key").write_bytes((tmp_path / "good.key").read_bytes())
    (tmp_path / "link").symlink_to("good.key")
    for words, page in ((["good.key"], "good.key"), (["good.key"], "link"), (["folder"], "folder/b.key")):
        before = (tmp_path / page).read_bytes()
        result = mtlsctl("lint", *words, "--report", page, "--force")
        assert (result.exit_code, "it is read here" in result.stderr) == (2, True)
        assert (tmp_path / page).read_bytes() == before

"""`mtlsctl ca`: sessions."""

import os
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import support
from cryptography import x509

Tool = Callable[..., support.Result]


def openssl(*words: object, data: bytes = b"") -> str:
    return subprocess.run(["openssl", *map(str, words)], input=data, capture_output=True, check=True).stdout.decode()


def test_create_list_show_export(mtlsctl: Tool, home: Path, tmp_path: Path) -> None:
    empty = mtlsctl("ca", "list")
    assert (empty.exit_code, "mtlsctl ca create" in empty.stdout) == (0, True)
    made = mtlsctl("ca", "create")
    assert made.exit_code == 0, made.stderr
    assert "CN=dev Root CA" in made.stdout
    assert "└─ CN=dev Issuing CA" in made.stdout
    assert "mtlsctl issue server localhost" in made.stdout
    assert made.stderr == ""
    folder = home / "dev"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for name in ("root.key", "issuing.key"):
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600
    assert stat.S_IMODE((folder / "root.crt").stat().st_mode) == 0o644
    listed = mtlsctl("ca", "list", "--json").json
    assert listed["schema"] == 1
    assert listed["ok"] is True
    assert [ca["name"] for ca in listed["result"]["cas"]] == ["dev"]
    shown = mtlsctl("ca", "show", "--json").json["result"]
    assert shown["ca"]["counts"] == {"signed": 0, "valid": 0, "expired": 0, "revoked": 0}
    assert shown["ca"]["root"]["pem"] == (folder / "root.crt").read_text()
    assert mtlsctl("ca", "export").stdout == (folder / "root.crt").read_text()
    assert mtlsctl("ca", "export", "dev", "--out", "ca.pem").exit_code == 0
    again = mtlsctl("ca", "export", "dev", "--out", "ca.pem")
    assert (again.exit_code, "--force" in again.stderr) == (2, True)
    assert mtlsctl("ca", "export", "dev", "--der", "--out", tmp_path / "ca.der").exit_code == 0
    assert x509.load_der_x509_certificate((tmp_path / "ca.der").read_bytes())
    assert mtlsctl("ca", "export", "--chain").stdout.count("BEGIN CERTIFICATE") == 2
    assert mtlsctl("ca", "export", "--chain", "--der").exit_code == 2


def test_a_ca_that_cannot_be_opened_is_no_good_answer(mtlsctl: Tool, home: Path) -> None:
    (home / "half").mkdir(parents=True)
    (home / "half" / "root.crt").write_bytes(b"")
    half = mtlsctl("ca", "list", "--json")
    assert (half.exit_code, half.json["ok"], len(half.json["result"]["broken"])) == (2, False, 1)


def test_the_certificates_are_as_designed(mtlsctl: Tool, home: Path) -> None:
    assert mtlsctl("ca", "create", "lab").exit_code == 0
    root = x509.load_pem_x509_certificate((home / "lab/root.crt").read_bytes())
    issuing = x509.load_pem_x509_certificate((home / "lab/issuing.crt").read_bytes())
    for certificate, length in ((root, 1), (issuing, 0)):
        constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints)
        assert (constraints.critical, constraints.value.ca, constraints.value.path_length) == (True, True, length)
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage)
        assert usage.critical
        assert usage.value.key_cert_sign
        assert usage.value.crl_sign
        assert not usage.value.digital_signature
        assert certificate.serial_number.bit_length() > 100
    days = (root.not_valid_after_utc - root.not_valid_before_utc).total_seconds() / 86400
    assert days == pytest.approx(3650 + 5 / 1440)
    assert (issuing.not_valid_after_utc - issuing.not_valid_before_utc).days == 1825
    assert openssl("verify", "-x509_strict", "-CAfile", home / "lab/root.crt", home / "lab/issuing.crt")
    crl = openssl(
        "crl", "-in", home / "lab/crl/issuing.crl", "-inform", "DER", "-CAfile", home / "lab/issuing.crt", "-text"
    )
    assert "CRL Number" in crl
    assert "Authority Key Identifier" in crl


@pytest.mark.parametrize(
    "key_type",
    ["p256", "p384", "ed25519", "rsa", "rsa2048", "rsa3072", "rsa4096", "ml-dsa-44", "ml-dsa-65", "ml-dsa-87"],
)
def test_every_key_type(mtlsctl: Tool, key_type: str) -> None:
    made = mtlsctl("ca", "create", "--key-type", key_type, "--json")
    assert made.exit_code == 0, made.stderr
    issued = mtlsctl("issue", "peer", "localhost", "--key-type", key_type, "--json")
    assert issued.exit_code == 0, issued.stderr
    assert issued.json["result"]["certificate"]["key"] == made.json["result"]["root"]["key"]


def test_nothing_is_overwritten(mtlsctl: Tool, home: Path) -> None:
    mtlsctl("ca", "create")
    before = {p.name: p.read_bytes() for p in (home / "dev").iterdir() if p.is_file()}
    again = mtlsctl("ca", "create")
    assert again.exit_code == 2
    assert "never overwritten" in again.stderr
    assert "mtlsctl ca show dev" in again.stderr
    assert {p.name: p.read_bytes() for p in (home / "dev").iterdir() if p.is_file()} == before


@pytest.mark.parametrize(
    ("gone", "says"),
    [
        ("issuing.key", "issuing.crt is there but issuing.key is missing"),
        ("issuing.crt", "issuing.key is there but issuing.crt is missing"),
        ("root.crt", "root.crt is missing"),
        ("ledger.db", "ledger.db is missing"),
    ],
)
def test_half_a_ca_is_refused_and_named(mtlsctl: Tool, home: Path, gone: str, says: str) -> None:
    mtlsctl("ca", "create")
    (home / "dev" / gone).unlink()
    for words in (["ca", "create"], ["ca", "show"], ["issue", "client", "alice", "--ca", "dev"]):
        result = mtlsctl(*words)
        assert result.exit_code == 2
        assert says in result.stderr
        assert "backup" in result.stderr
    assert not (home / "dev" / gone).exists()
    listed = mtlsctl("ca", "list")
    assert listed.exit_code == 2
    assert says in listed.stdout


def test_the_root_key_may_be_elsewhere(mtlsctl: Tool, home: Path) -> None:
    mtlsctl("ca", "create")
    (home / "dev/root.key").unlink()
    assert mtlsctl("issue", "client", "alice").exit_code == 0
    assert mtlsctl("ca", "show", "--json").json["result"]["ca"]["root_key"] == "elsewhere"
    result = mtlsctl("crl", "--root")
    assert result.exit_code == 2
    assert "the root key of CA dev is not here" in result.stderr


@pytest.mark.parametrize("source", ["file", "fd", "env", "command", "default"])
def test_encrypted_keys(mtlsctl: Tool, home: Path, tmp_path: Path, env: dict[str, str], source: str) -> None:
    secret = support.write(tmp_path / "secret.txt", b"correct horse\n")
    options = {
        "file": ["--password-file", secret],
        "env": ["--password-env", "SECRET"],
        "command": ["--password-command", f"cat '{secret}'"],
        "fd": ["--password-fd", "0"],
        "default": [],
    }[source]
    more = {"SECRET": "correct horse"} | ({"MTLSCTL_PASSWORD_FILE": str(secret)} if source == "default" else {})

    def run(*words: object) -> support.Result:
        return mtlsctl(*words, *options, env=env | more, stdin="correct horse" if source == "fd" else "")

    assert run("ca", "create").exit_code == 0
    for name in ("root.key", "issuing.key"):
        assert b"BEGIN ENCRYPTED PRIVATE KEY" in (home / "dev" / name).read_bytes()
    assert mtlsctl("ca", "show", "--json").json["result"]["ca"]["issuing_key"] == "encrypted"
    assert run("issue", "client", "alice").exit_code == 0
    without = mtlsctl("issue", "client", "bob")
    assert without.exit_code == 2
    assert "the issuing key of CA dev needs a password" in without.stderr
    assert "--password-file" in without.stderr
    wrong = mtlsctl("issue", "client", "bob", "--password-env", "WRONG", env=env | {"WRONG": "staple"})
    assert wrong.exit_code == 2
    assert "does not open this key" in wrong.stderr
    assert "staple" not in wrong.stderr
    assert not (tmp_path / "bob").exists()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--password-file", "missing.txt"], "missing.txt"),
        (["--password-env", "NOT_SET"], "no variable NOT_SET"),
        (["--password-fd", "97"], "file descriptor 97"),
        (["--password-command", "false"], "failed with status 1"),
        (["--password-command", "no-such-program-here"], "cannot be run"),
        (["--password-file", "/dev/null"], "empty"),
        (["--password-file", "x", "--password-env", "Y"], "one source"),
        (["--encrypt"], "no terminal to ask at"),
    ],
)
def test_bad_password_sources(mtlsctl: Tool, home: Path, words: list[str], says: str) -> None:
    result = mtlsctl("ca", "create", *words)
    assert result.exit_code == 2
    assert says in result.stderr
    assert not (home / "dev").exists()


def test_name_constraints_hold(mtlsctl: Tool, home: Path, tmp_path: Path) -> None:
    made = mtlsctl("ca", "create", "--permit", "dns:test", "--permit", "ip:127.0.0.0/8", "--permit", "email:dev.test")
    assert made.exit_code == 0
    assert "DNS:test, IP:127.0.0.0/8, email:dev.test" in made.stdout
    for words in (["server", "a.test", "127.0.0.1"], ["client", "a@dev.test"]):
        assert mtlsctl("issue", *words).exit_code == 0
        folder = tmp_path / words[1]
        chain = ["-CAfile", folder / "ca.pem", "-untrusted", folder / "chain.pem", folder / "cert.pem"]
        assert "OK" in openssl("verify", "-x509_strict", *chain)
    for name in ("example.com", "10.0.0.1", "::1", "a@other.test", "spiffe://test/x"):
        result = mtlsctl("issue", "peer", name)
        assert result.exit_code == 2, name
        assert "is outside what CA dev permits: DNS:test" in result.stderr
    root = x509.load_pem_x509_certificate((home / "dev/root.crt").read_bytes())
    assert root.extensions.get_extension_for_class(x509.NameConstraints).critical


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["a/b"], "is not a name for a CA"),
        ([".hidden"], "is not a name for a CA"),
        (["x" * 41], "is not a name for a CA"),
        (["dev", "--lifetime", "90 days"], "is not a duration"),
        (["dev", "--lifetime", "5q"], "is not a duration"),
        (["dev", "--lifetime", "2020-01-01"], "not in the future"),
        (["dev", "--lifetime", "99999y"], "after the year 9999"),
        (["dev", "--key-type", "rsa1024"], "rsa1024"),
        (["dev", "--permit", "ip:10.0.0.1/8"], "host bits set"),
    ],
)
def test_wrong_words(mtlsctl: Tool, home: Path, words: list[str], says: str) -> None:
    result = mtlsctl("ca", "create", *words)
    assert result.exit_code == 2
    assert says in result.stderr
    as_json = mtlsctl("ca", "create", *words, "--json")
    assert as_json.exit_code == 2
    assert as_json.json["ok"] is False
    assert set(as_json.json["error"]) == {"code", "message", "hint"}
    assert not home.exists() or not list(home.iterdir())


def test_lifetimes(mtlsctl: Tool) -> None:
    made = mtlsctl("ca", "create", "--lifetime", "P30D", "--issuing-lifetime", "90d", "--json").json["result"]
    assert made["issuing"]["not_after"] == made["root"]["not_after"]
    assert made["notes"] == ["the issuing CA is shortened: it ends with the root"]
    issued = mtlsctl("issue", "client", "alice", "--json").json["result"]
    assert issued["certificate"]["not_after"] == made["root"]["not_after"]
    assert "shortened" in issued["notes"][0]


def test_a_home_that_cannot_be_written(mtlsctl: Tool, env: dict[str, str], tmp_path: Path) -> None:
    blocked = support.write(tmp_path / "file", b"not a folder")
    result = mtlsctl("ca", "create", env=env | {"MTLSCTL_HOME": str(blocked / "x")})
    assert result.exit_code == 2
    assert str(blocked) in result.stderr


def test_which_ca(mtlsctl: Tool, env: dict[str, str], tmp_path: Path) -> None:
    none = mtlsctl("issue", "client", "alice")
    assert "there is no CA yet" in none.stderr
    mtlsctl("ca", "create", "one")
    mtlsctl("ca", "create", "two")
    unclear = mtlsctl("issue", "client", "alice")
    assert (unclear.exit_code, "one, two" in unclear.stderr) == (2, True)
    assert mtlsctl("issue", "client", "alice", "--ca", "one").exit_code == 0
    assert mtlsctl("issue", "client", "bob", env=env | {"MTLSCTL_CA": "two"}).exit_code == 0
    unknown = mtlsctl("issue", "client", "carol", "--ca", "three")
    assert "no CA called three, only one, two" in unknown.stderr
    assert mtlsctl("ca", "create", "four", "--folder", tmp_path / "here").exit_code == 0
    assert mtlsctl("issue", "client", "dave", "--ca", tmp_path / "here").exit_code == 0
    assert [ca["name"] for ca in mtlsctl("ca", "list", "--json").json["result"]["cas"]] == ["one", "two"]


def test_the_entry_and_the_store_agree_on_home(monkeypatch: pytest.MonkeyPatch) -> None:
    from mtlsctl import __main__ as entry
    from mtlsctl.workflows import store

    for variables in ({}, {"MTLSCTL_HOME": "/x/y"}, {"XDG_DATA_HOME": "/data"}, {"XDG_DATA_HOME": " "}):
        for name in ("MTLSCTL_HOME", "XDG_DATA_HOME"):
            monkeypatch.delenv(name, raising=False)
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        assert entry.home() == str(store.home()), variables


def test_completion_words(mtlsctl: Tool, home: Path) -> None:
    assert mtlsctl("__complete", "cas").stdout == ""
    for name in ("b", "a", ".hidden"):
        os.makedirs(home / name)
        (home / name / "ca.toml").touch()
    (home / "no-ca").mkdir()
    assert mtlsctl("__complete", "cas").stdout == "a\nb\n"

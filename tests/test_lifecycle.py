"""`mtlsctl renew`, `revoke` and `crl`: sessions, with openssl as the judge."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import support
from cryptography import x509

Tool = Callable[..., support.Result]


@pytest.fixture
def alice(mtlsctl: Tool, tmp_path: Path) -> Path:
    """The folder of a client called alice, from CA dev."""
    assert mtlsctl("ca", "create").exit_code == 0
    assert mtlsctl("issue", "client", "alice").exit_code == 0
    return tmp_path / "alice"


def load(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


def contents(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in folder.iterdir() if p.is_file()}


def is_pair(cert: Path, key: Path) -> bool:
    def public(*words: str) -> bytes:
        return subprocess.run(["openssl", *words], capture_output=True, check=True).stdout

    return public("x509", "-in", str(cert), "-noout", "-pubkey") == public("pkey", "-in", str(key), "-pubout")


def test_not_due(mtlsctl: Tool, alice: Path) -> None:
    before = contents(alice)
    result = mtlsctl("renew", "alice")
    assert result.exit_code == 0
    assert "not due: alice in alice is due on" in result.stdout
    as_json = mtlsctl("renew", "alice", "--json", "--exit-code")
    assert (as_json.exit_code, as_json.json["result"]["changed"]) == (0, False)
    assert contents(alice) == before


@pytest.mark.parametrize("what", ["alice", "folder", "file", "name"])
def test_renewed_as_a_pair(mtlsctl: Tool, alice: Path, tmp_path: Path, what: str) -> None:
    before = contents(alice)
    target = {"alice": "alice", "folder": alice, "file": "alice/cert.pem", "name": "alice"}[what]
    cwd = tmp_path
    if what == "name":
        (cwd := tmp_path / "elsewhere").mkdir()
    result = mtlsctl("renew", target, "--within", "91d", "--exit-code", "--json", cwd=cwd)
    assert result.exit_code == 10, result.stderr
    assert result.json["result"]["new_key"] is True
    after = contents(alice)
    assert after["key.pem"] != before["key.pem"]
    assert contents(alice / "previous") == before
    assert is_pair(alice / "cert.pem", alice / "key.pem")
    old, new = x509.load_pem_x509_certificate(before["cert.pem"]), load(alice / "cert.pem")
    assert new.subject == old.subject
    assert new.serial_number != old.serial_number
    assert [e for e in new.extensions if e.oid != x509.SubjectKeyIdentifier.oid] == [
        e for e in old.extensions if e.oid != x509.SubjectKeyIdentifier.oid
    ]
    life = new.not_valid_after_utc - new.not_valid_before_utc
    assert life == old.not_valid_after_utc - old.not_valid_before_utc
    chain = ["-CAfile", alice / "ca.pem", "-untrusted", alice / "chain.pem", alice / "cert.pem"]
    subprocess.run(["openssl", "verify", "-x509_strict", "-purpose", "sslclient", *chain], check=True)
    assert mtlsctl("ca", "show", "--json").json["result"]["ca"]["counts"]["signed"] == 2


def test_force_reuse_key_and_modes(mtlsctl: Tool, alice: Path) -> None:
    (alice / "key.pem").chmod(0o640)
    key = (alice / "key.pem").read_bytes()
    assert mtlsctl("renew", "alice", "--force", "--reuse-key").exit_code == 0
    assert (alice / "key.pem").read_bytes() == key
    assert (alice / "key.pem").stat().st_mode & 0o777 == 0o640
    assert (alice / "previous/key.pem").stat().st_mode & 0o777 == 0o600


def test_two_files(mtlsctl: Tool, alice: Path, tmp_path: Path) -> None:
    mtlsctl("key", "new", "web.key", "--key-type", "ed25519")
    mtlsctl("csr", "new", "web.key", "--name", "web.test")
    mtlsctl("sign", "web.csr", "--profile", "server")
    old = (tmp_path / "web.crt").read_bytes()
    result = mtlsctl("renew", "web.crt", "--force")
    assert result.exit_code == 0, result.stderr
    assert (tmp_path / "web.crt.previous").read_bytes() == old
    assert is_pair(tmp_path / "web.crt", tmp_path / "web.key")
    assert (tmp_path / "web.crt").read_bytes().count(b"BEGIN") == 2
    assert b"PRIVATE KEY" in (tmp_path / "web.key.previous").read_bytes()
    assert (tmp_path / "web.key.previous").stat().st_mode & 0o777 == 0o600


def test_an_encrypted_key_stays_encrypted(mtlsctl: Tool, alice: Path, tmp_path: Path) -> None:
    secret = support.write(tmp_path / "secret.txt", b"horse")
    mtlsctl("key", "new", "web.key", "--password-file", secret)
    mtlsctl("csr", "new", "web.key", "--name", "web.test", "--password-file", secret)
    assert mtlsctl("sign", "web.csr", "--profile", "server").exit_code == 0
    assert mtlsctl("renew", "web.crt", "--force").exit_code == 2
    assert mtlsctl("renew", "web.crt", "--force", "--password-file", secret).exit_code == 0
    assert b"ENCRYPTED" in (tmp_path / "web.key").read_bytes()
    subprocess.run(["openssl", "pkey", "-in", tmp_path / "web.key", "-passin", "pass:horse", "-noout"], check=True)


def test_a_torn_pair_is_mended(mtlsctl: Tool, alice: Path) -> None:
    """As after a renewal that was killed between two files: the next one mends it, due or not."""
    mtlsctl("renew", "alice", "--force")
    (alice / "cert.pem").write_bytes((alice / "previous/cert.pem").read_bytes())
    result = mtlsctl("renew", "alice")
    assert result.exit_code == 0, result.stderr
    assert "were no pair" in result.stdout
    assert is_pair(alice / "cert.pem", alice / "key.pem")
    assert "not due" in mtlsctl("renew", "alice").stdout


@pytest.mark.parametrize("words", [["alice"], ["alice/cert.pem", "--key", "other.key"]])
def test_a_key_that_is_not_ours_is_not_replaced(mtlsctl: Tool, alice: Path, tmp_path: Path, words: list[str]) -> None:
    mtlsctl("key", "new", "other.key")
    foreign = (tmp_path / "other.key").read_bytes()
    (alice / "key.pem").write_bytes(foreign)
    result = mtlsctl("renew", *words, "--force")
    assert result.exit_code == 2
    assert "this key does not belong to the certificate" in result.stderr
    assert (alice / "key.pem").read_bytes() == (tmp_path / "other.key").read_bytes() == foreign


def test_an_encrypted_key_that_is_not_ours_is_not_replaced(mtlsctl: Tool, alice: Path, tmp_path: Path) -> None:
    secret = support.write(tmp_path / "secret.txt", b"horse")
    mtlsctl("key", "new", "other.key", "--password-file", secret)
    foreign = (tmp_path / "other.key").read_bytes()
    result = mtlsctl("renew", "alice/cert.pem", "--key", "other.key", "--force", "--password-file", secret)
    assert result.exit_code == 2
    assert "this key does not belong to the certificate" in result.stderr
    assert (tmp_path / "other.key").read_bytes() == foreign


def test_a_name_that_stands_for_several_folders(mtlsctl: Tool, alice: Path, tmp_path: Path) -> None:
    mtlsctl("issue", "client", "alice", "--out", "more")
    (tmp_path / "empty").mkdir()
    result = mtlsctl("renew", "alice", "--force", cwd=tmp_path / "empty")
    assert result.exit_code == 2
    assert "several identities are called alice" in result.stderr
    assert str(alice) in result.stderr


def test_what_is_not_renewed(mtlsctl: Tool, alice: Path, tmp_path: Path) -> None:
    stranger = support.make_cert("stranger")
    support.write(tmp_path / "s.crt", stranger.pem)
    support.write(tmp_path / "s.key", stranger.key_pem)
    (tmp_path / "half").mkdir()
    support.write(tmp_path / "half/cert.pem", stranger.pem)
    (tmp_path / "none").mkdir()
    cases = {
        "nobody": "no such folder or file",
        "s.crt": "no CA here issued this certificate: its issuer is CN=stranger",
        "half": "cert.pem is there but key.pem is missing",
        "none": "no identity is here",
    }
    for what, says in cases.items():
        result = mtlsctl("renew", what, "--force")
        assert (result.exit_code, says in result.stderr) == (2, True), result.stderr
    assert "not a duration" in mtlsctl("renew", "alice", "--within", "soon").stderr
    mtlsctl("revoke", "alice", "--reason", "keyCompromise")
    before = contents(alice)
    revoked = mtlsctl("renew", "alice", "--force")
    assert revoked.exit_code == 2
    assert "was revoked (keyCompromise)" in revoked.stderr
    assert contents(alice) == before


def verify_with_crl(folder: Path, home: Path) -> subprocess.CompletedProcess[str]:
    files = ["-CAfile", folder / "ca.pem", "-untrusted", folder / "chain.pem", "-CRLfile", home / "dev/crl/crl.pem"]
    return subprocess.run(
        ["openssl", "verify", "-crl_check_all", *files, folder / "cert.pem"], capture_output=True, text=True
    )


@pytest.mark.parametrize("how", ["name", "hex", "colons", "0x", "decimal", "file", "folder"])
def test_revoked(mtlsctl: Tool, alice: Path, home: Path, how: str) -> None:
    serial = load(alice / "cert.pem").serial_number
    digits = f"{serial:040x}"
    what = {
        "name": "alice",
        "hex": digits,
        "colons": ":".join(digits[i : i + 2] for i in range(0, 40, 2)).upper(),
        "0x": f"0x{serial:x}",
        "decimal": str(serial),
        "file": alice / "cert.pem",
        "folder": alice,
    }[how]
    assert verify_with_crl(alice, home).returncode == 0
    result = mtlsctl("revoke", what, "--reason", "keyCompromise", "--json")
    assert result.exit_code == 0, result.stdout
    gone = result.json["result"]["certificates"]
    assert [(g["identity"], g["reason"], g["already"]) for g in gone] == [("alice", "keyCompromise", False)]
    judged = verify_with_crl(alice, home)
    assert judged.returncode != 0
    assert "certificate revoked" in judged.stderr
    ours = mtlsctl("verify", alice, "--ca", "dev")
    assert (ours.exit_code, "[client-cert-revoked]" in ours.stdout) == (1, True)
    crl = x509.load_der_x509_crl((home / "dev/crl/issuing.crl").read_bytes())
    assert crl.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number == 2
    assert crl.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier)
    entry = crl.get_revoked_certificate_by_serial_number(serial)
    assert entry is not None
    assert entry.extensions.get_extension_for_class(x509.CRLReason).value.reason is x509.ReasonFlags.key_compromise
    again = mtlsctl("revoke", what, "--reason", "superseded", "--json").json["result"]["certificates"][0]
    assert (again["already"], again["reason"]) == (True, "keyCompromise")


def test_only_what_is_meant(mtlsctl: Tool, alice: Path, tmp_path: Path) -> None:
    mtlsctl("renew", "alice", "--force")
    unclear = mtlsctl("revoke", "alice")
    assert unclear.exit_code == 2
    assert "alice has 2 valid certificates" in unclear.stderr
    one = mtlsctl("revoke", "alice/previous/cert.pem", "--reason", "superseded")
    assert one.exit_code == 0
    assert "still valid for alice" in one.stdout
    assert mtlsctl("revoke", "alice").exit_code == 0
    mtlsctl("issue", "client", "bob")
    mtlsctl("renew", "bob", "--force")
    both = mtlsctl("revoke", "bob", "--all", "--json").json["result"]
    assert len(both["certificates"]) == 2
    assert both["remaining"] == []
    assert both["crl"]["revoked"] == 4


def test_only_what_this_ca_issued(mtlsctl: Tool, alice: Path, tmp_path: Path, home: Path) -> None:
    support.write(tmp_path / "s.crt", support.make_cert("stranger").pem)
    mtlsctl("key", "new", "x.key")
    cases = {
        "s.crt": "not issued by CA dev: its issuer is CN=stranger",
        "carol": "issued nothing to carol",
        "0x1234": "issued nothing to 0x1234",
        "x.key": "expected a certificate",
        str(home / "dev/root.crt"): "a root cannot be revoked",
    }
    for what, says in cases.items():
        result = mtlsctl("revoke", what)
        assert (result.exit_code, says in result.stderr) == (2, True), result.stderr
    assert mtlsctl("revoke", "alice", "--reason", "boredom").exit_code == 2
    assert mtlsctl("ca", "show", "--json").json["result"]["ca"]["counts"]["revoked"] == 0


def test_the_issuing_ca_can_be_revoked(mtlsctl: Tool, alice: Path, home: Path) -> None:
    result = mtlsctl("revoke", home / "dev/issuing.crt", "--json").json["result"]
    assert result["crl"]["issuer"] == "root"
    refused = mtlsctl("issue", "client", "bob")
    assert refused.exit_code == 2
    assert "the issuing CA was revoked" in refused.stderr
    assert "the issuing CA is revoked" in mtlsctl("ca", "show").stdout
    assert mtlsctl("verify", "alice", "--ca", "dev").exit_code == 1
    judged = verify_with_crl(alice, home)
    assert judged.returncode != 0
    assert "certificate revoked" in judged.stderr


def test_crl(mtlsctl: Tool, alice: Path, home: Path, tmp_path: Path) -> None:
    result = mtlsctl("crl", "--lifetime", "1d", "--out", "crl.pem", "--json").json["result"]
    assert result["number"] == 2
    crl = x509.load_der_x509_crl((home / "dev/crl/issuing.crl").read_bytes())
    assert crl.next_update_utc is not None
    assert crl.next_update_utc - crl.last_update_utc == support.DAY
    assert (tmp_path / "crl.pem").read_text().count("BEGIN X509 CRL") == 2
    again = mtlsctl("crl", "--out", "crl.pem")
    assert (again.exit_code, "already there" in again.stderr) == (2, True)
    assert mtlsctl("crl", "--out", "crl.pem", "--force").exit_code == 0
    assert mtlsctl("crl", "--root", "--json").json["result"]["number"] == 2
    assert mtlsctl("crl", "--lifetime", "0d").exit_code == 2


def test_an_expired_entry_stays_for_one_more_crl(home: Path, mtlsctl: Tool) -> None:
    """RFC 5280, 3.3: here with the clock as an argument, as the workflow takes it."""
    from datetime import datetime, timedelta

    from mtlsctl.workflows import ledger, publish, store

    mtlsctl("ca", "create")
    mtlsctl("issue", "client", "alice", "--lifetime", "2h")
    mtlsctl("revoke", "alice")
    ca = store.open_ca(str(home / "dev"))
    signer = store.signer(ca, store.ISSUING, lambda what: b"")
    later = datetime.now(support.UTC) + timedelta(hours=3)
    counts = []
    for when in (later, later + timedelta(hours=1)):
        publish.crl(ca, store.ISSUING, signer, when)
        with ledger.reading(ca.ledger) as db:
            counts.append(len(x509.load_der_x509_crl(publish.newest(db, store.ISSUING) or b"")))
    assert counts == [1, 0]


def test_a_crl_under_a_wrong_clock_takes_nobody_back(mtlsctl: Tool, home: Path) -> None:
    """Published once under a clock far ahead: who is not expired now stays revoked on the next one."""
    from datetime import datetime

    from mtlsctl.workflows import ledger, publish, store

    mtlsctl("ca", "create")
    mtlsctl("issue", "client", "alice")
    mtlsctl("revoke", "alice")
    ca = store.open_ca(str(home / "dev"))
    signer = store.signer(ca, store.ISSUING, lambda what: b"")
    now = datetime.now(support.UTC)
    for when in (now + 120 * support.DAY, now):
        publish.crl(ca, store.ISSUING, signer, when)
    with ledger.reading(ca.ledger) as db:
        assert len(x509.load_der_x509_crl(publish.newest(db, store.ISSUING) or b"")) == 1


def test_a_renewal_grants_what_the_profile_grants(mtlsctl: Tool, tmp_path: Path) -> None:
    """A client with a SPIFFE-like URI and no CN stays a client."""
    mtlsctl("ca", "create")
    long = f"spiffe://prod.test/{'a' * 60}"
    folder = mtlsctl("issue", "client", long, "www.bank.test", "--json").json["result"]["folder"]
    result = mtlsctl("renew", folder, "--force", "--json")
    assert result.exit_code == 0, result.stdout
    assert result.json["result"]["certificate"]["extended_key_usage"] == ["clientAuth"]


@pytest.mark.parametrize("number", [6, 7, 8, 9, 10])
def test_a_signal_between_two_renames_waits(alice: Path, mtlsctl: Tool, env: dict[str, str], number: int) -> None:
    """SIGTERM in the middle of the replacement: all files are of one pair afterwards, old or new."""
    code = (
        "import os, pathlib, signal, sys\n"
        "count = 0\n"
        "def hooked(event, arguments):\n"
        "    global count\n"
        "    if event in ('os.rename', 'os.link'):\n"
        "        count += 1\n"
        f"        if count == {number}: os.kill(os.getpid(), signal.SIGTERM)\n"
        "sys.addaudithook(hooked)\n"
        "sys.argv = ['mtlsctl', 'renew', 'alice', '--force']\n"
        "from mtlsctl.__main__ import main\n"
        "main()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=alice.parent, env=env, capture_output=True, text=True)
    assert done.returncode == 143, done.stderr
    assert is_pair(alice / "cert.pem", alice / "key.pem")
    assert is_pair(alice / "fullchain.pem", alice / "key.pem")
    assert [p.name for p in alice.iterdir() if p.name.startswith(".")] == []
    assert mtlsctl("renew", "alice", "--force").exit_code == 0

"""The ledger under load and under `kill -9`: nothing is lost, nothing is unknown."""

import os
import random
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import support
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from mtlsctl.core import names

Tool = Callable[..., support.Result]


def rows(home: Path) -> list[tuple[str, bytes]]:
    db = sqlite3.connect(home / "dev/ledger.db")
    try:
        return db.execute("SELECT serial, der FROM certificates WHERE profile = 'client'").fetchall()
    finally:
        db.close()


@pytest.mark.slow
def test_a_hundred_processes_eight_at_a_time(mtlsctl: Tool, home: Path, tmp_path: Path) -> None:
    assert mtlsctl("ca", "create").exit_code == 0
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda n: mtlsctl("issue", "client", f"user{n}"), range(100)))
    assert [r.stderr for r in results if r.exit_code] == []
    recorded = dict(rows(home))
    assert len(recorded) == 100
    for number in range(100):
        certificate = x509.load_pem_x509_certificate((tmp_path / f"user{number}/cert.pem").read_bytes())
        assert recorded[names.serial_hex(certificate.serial_number)] == certificate.public_bytes(Encoding.DER)


def test_eight_creations_make_one_ca(mtlsctl: Tool, home: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda _: mtlsctl("ca", "create"), range(8)))
    assert sorted(r.exit_code for r in results) == [0] + [2] * 7
    assert [p.name for p in home.iterdir()] == ["dev"]
    assert mtlsctl("issue", "client", "alice").exit_code == 0


def test_eight_issues_of_one_name_make_one_identity(mtlsctl: Tool, tmp_path: Path) -> None:
    mtlsctl("ca", "create")
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda _: mtlsctl("issue", "client", "alice"), range(8)))
    assert sorted(r.exit_code for r in results) == [0] + [2] * 7
    assert [p.name for p in tmp_path.iterdir() if p.name != "home"] == ["alice"]
    public = [
        subprocess.run(["openssl", *words], cwd=tmp_path / "alice", capture_output=True, check=True).stdout
        for words in (["x509", "-in", "cert.pem", "-noout", "-pubkey"], ["pkey", "-in", "key.pem", "-pubout"])
    ]
    assert public[0] == public[1]


def test_renewals_at_once_leave_a_pair(mtlsctl: Tool, tmp_path: Path) -> None:
    mtlsctl("ca", "create")
    mtlsctl("issue", "client", "alice")
    with ThreadPoolExecutor(6) as pool:
        results = list(pool.map(lambda _: mtlsctl("renew", "alice", "--force"), range(6)))
    assert [r.stderr for r in results if r.exit_code] == []
    for folder in (tmp_path / "alice", tmp_path / "alice/previous"):
        public = [
            subprocess.run(["openssl", *words], cwd=folder, capture_output=True, check=True).stdout
            for words in (["x509", "-in", "cert.pem", "-noout", "-pubkey"], ["pkey", "-in", "key.pem", "-pubout"])
        ]
        assert public[0] == public[1]


def test_publications_at_once_have_their_own_numbers(mtlsctl: Tool, home: Path) -> None:
    mtlsctl("ca", "create")
    with ThreadPoolExecutor(6) as pool:
        results = list(pool.map(lambda _: mtlsctl("crl", "--json"), range(6)))
    assert [r.exit_code for r in results] == [0] * 6
    db = sqlite3.connect(home / "dev/ledger.db")
    numbers = [n for (n,) in db.execute("SELECT number FROM crls WHERE issuer = 'issuing' ORDER BY number")]
    db.close()
    assert numbers == [1, 2, 3, 4, 5, 6, 7]
    crl = x509.load_der_x509_crl((home / "dev/crl/issuing.crl").read_bytes())
    assert crl.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number == 7


@pytest.mark.parametrize("seed", range(4))
def test_kill_9_leaves_a_ca_that_works(
    mtlsctl: Tool, home: Path, tmp_path: Path, env: dict[str, str], seed: int
) -> None:
    """A bulk issue killed at a random moment: what was handed out is recorded, and the CA goes on."""
    mtlsctl("ca", "create")
    listed = support.write(tmp_path / "names.txt", "".join(f"user{n}\n" for n in range(3000)).encode())
    moment = random.Random(seed).uniform(0.1, 1.2)
    process = subprocess.Popen(
        [support.TOOL, "issue", "client", "--from", listed, "--out", "people"],
        cwd=tmp_path,
        env=env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    time.sleep(moment)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    recorded = dict(rows(home))
    handed_out = list((tmp_path / "people").glob("user*/cert.pem")) if (tmp_path / "people").exists() else []
    for path in handed_out:
        certificate = x509.load_pem_x509_certificate(path.read_bytes())
        assert recorded[names.serial_hex(certificate.serial_number)] == certificate.public_bytes(Encoding.DER)
        assert {p.name for p in path.parent.iterdir()} == {
            "cert.pem",
            "chain.pem",
            "fullchain.pem",
            "ca.pem",
            "key.pem",
        }
    assert mtlsctl("issue", "client", "after").exit_code == 0
    assert mtlsctl("revoke", "after").exit_code == 0


def test_kill_9_while_a_ca_is_made(mtlsctl: Tool, home: Path, tmp_path: Path, env: dict[str, str]) -> None:
    for number in range(6):
        process = subprocess.Popen([support.TOOL, "ca", "create"], env=env, stdout=subprocess.DEVNULL)
        time.sleep(0.08 + number * 0.03)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        there = (home / "dev").exists()
        assert mtlsctl("ca", "create").exit_code == (2 if there else 0)
        assert mtlsctl("issue", "client", f"user{number}").exit_code == 0
        (home / "dev").rename(tmp_path / f"done{number}")


def test_a_ledger_from_the_future_is_refused(mtlsctl: Tool, home: Path) -> None:
    mtlsctl("ca", "create")
    db = sqlite3.connect(home / "dev/ledger.db")
    db.execute("PRAGMA user_version = 99")
    db.close()
    result = mtlsctl("issue", "client", "alice")
    assert result.exit_code == 2
    assert "schema version 99, this mtlsctl knows 1" in result.stderr


def test_a_ledger_that_is_none(mtlsctl: Tool, home: Path) -> None:
    mtlsctl("ca", "create")
    (home / "dev/ledger.db").write_bytes(b"nonsense" * 200)
    result = mtlsctl("issue", "client", "alice")
    assert result.exit_code == 2
    assert "ledger" in result.stderr
    assert result.stdout == ""


def test_the_ledger_is_in_wal_mode_with_a_version(mtlsctl: Tool, home: Path) -> None:
    mtlsctl("ca", "create")
    db = sqlite3.connect(home / "dev/ledger.db")
    assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert db.execute("PRAGMA user_version").fetchone() == (1,)
    assert db.execute("SELECT COUNT(*) FROM certificates").fetchone() == (2,)
    db.close()

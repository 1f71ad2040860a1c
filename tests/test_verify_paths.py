"""mtlsctl verify: policies, depths and certificates from folders and CAs, as sessions."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from support import DAY, NOW, SERVER_AUTH, TOOL, Result, make_cert, write

Tool = Callable[..., Result]
HOST = x509.DNSName("web.test")
YEARS = NOW + 3650 * DAY
ROOT = make_cert("Dev Root CA", ca=True, not_after=YEARS)
OTHER_ROOT = make_cert("Other Root CA", ca=True, not_after=YEARS)
OLD = make_cert("Dev Root CA", OTHER_ROOT, ca=True, key=ROOT.key, not_before=NOW - 9 * DAY, not_after=NOW - DAY)
CA = make_cert("Dev Issuing CA", ROOT, ca=True, not_after=YEARS)
LEAF = make_cert("web", CA, sans=(HOST,), ekus=(SERVER_AUTH,))


@pytest.fixture(autouse=True)
def files(tmp_path: Path) -> Path:
    write(tmp_path / "roots.pem", ROOT.pem, OTHER_ROOT.pem)
    write(tmp_path / "leaf.pem", LEAF.pem)
    write(tmp_path / "full.pem", LEAF.pem, CA.pem, OLD.pem)
    folder = tmp_path / "intermediates"
    folder.mkdir()
    write(folder / "issuing.pem", CA.pem)
    write(folder / "web.key.pem", LEAF.key_pem)
    write(folder / "notes.txt", b"not a certificate")
    write(folder / "torn.crt", b"-----BEGIN CERTIFICATE-----\nMIIB\n")
    (tmp_path / "empty").mkdir()
    return tmp_path


def test_a_folder_holds_what_is_missing_and_the_peers_still_lack_it(mtlsctl: Tool) -> None:
    r = mtlsctl("verify", "leaf.pem", "--ca", "roots.pem", "--chain", "intermediates", "--json")
    assert r.exit_code == 0
    assert [p["subject"] for p in r.json["result"]["path"]] == ["CN=web", "CN=Dev Issuing CA", "CN=Dev Root CA"]
    assert [(f["code"], f["verdict"]) for f in r.json["findings"]] == [("server-missing-intermediate", "warn")]
    assert mtlsctl("verify", "leaf.pem", "--ca", "roots.pem").exit_code == 1


def test_a_folder_without_certificates_and_a_word_that_is_nothing(mtlsctl: Tool) -> None:
    r = mtlsctl("verify", "leaf.pem", "--ca", "roots.pem", "--chain", "empty")
    assert (r.exit_code, r.stdout) == (2, "")
    assert "empty: no certificates are in this folder" in r.stderr
    r = mtlsctl("verify", "leaf.pem", "--ca", "roots.pem", "--chain", "nowhere")
    assert r.exit_code == 2
    assert "nowhere: no such file or folder, and no CA of that name" in r.stderr


def test_the_tree_fits_into_80_columns(mtlsctl: Tool, tmp_path: Path) -> None:
    lines = mtlsctl("verify", "leaf.pem", "--ca", "roots.pem", "--chain", "intermediates").stdout.splitlines()[:3]
    assert [line.split("  ")[-1].partition(",")[2][:9] for line in lines] == [" until 20"] * 3
    assert max(map(len, lines)) <= 80
    soon = make_cert("web", CA, sans=(HOST,), ekus=(SERVER_AUTH,), not_after=NOW + DAY)
    write(tmp_path / "soon.pem", soon.pem)
    tree = mtlsctl("verify", "soon.pem", "--ca", "roots.pem", "--chain", "intermediates").stdout.splitlines()[0]
    assert tree.endswith(f"until {NOW + DAY:%Y-%m-%d %H:%M} UTC")


def test_a_damaged_file_is_not_its_certificate(mtlsctl: Tool, tmp_path: Path) -> None:
    (tmp_path / "wide.pem").write_text(LEAF.pem.decode(), encoding="utf-16")
    r = mtlsctl("verify", "wide.pem", "--ca", "roots.pem", "--chain", "intermediates")
    assert r.exit_code == 0
    assert "no TLS stack reads that; the verdict here is on the certificate in it  [pem-utf16]" in r.stdout


def test_the_issuing_ca_of_a_ca_of_ours(mtlsctl: Tool) -> None:
    assert mtlsctl("ca", "create", "dev").exit_code == 0
    assert mtlsctl("issue", "server", "localhost").exit_code == 0
    r = mtlsctl("verify", "localhost/cert.pem", "--ca", "dev", "--chain", "dev", "--policy", "all", "--json")
    assert r.exit_code == 0
    assert r.json["result"]["policy"] == "all"
    assert {one["verdict"] for one in r.json["result"]["stacks"]} == {"accepts"}
    r = mtlsctl("verify", "localhost/fullchain.pem", "--ca", "dev", "--max-depth", "0")
    assert r.exit_code == 1
    assert "--max-depth allows 0" in r.stdout


def test_what_is_at_hand_beside_a_chain_is_not_presented(mtlsctl: Tool, files: Path) -> None:
    cross = make_cert("Dev Root CA", OTHER_ROOT, ca=True, key=ROOT.key, not_after=YEARS)
    write(files / "cross.pem", cross.pem)
    write(files / "other.pem", OTHER_ROOT.pem)
    r = mtlsctl("verify", "full.pem", "--ca", "other.pem", "--chain", "cross.pem", "--json")
    assert r.exit_code == 0
    codes = {f["code"]: f for f in r.json["findings"]}
    assert codes["server-missing-intermediate"]["verdict"] == "warn"
    assert codes["other-path"]["hint"].startswith("put the CN=Dev Root CA in its place")
    r = mtlsctl("verify", "full.pem", "--ca", "other.pem", "--chain", "cross.pem", "--fail-on", "warn")
    assert r.exit_code == 1
    r = mtlsctl("verify", "leaf.pem", "--ca", "roots.pem", "--chain", "intermediates/issuing.pem", "--json")
    assert r.json["findings"] == []  # ssl_certificate in one file, its chain in another


def test_trust_chains_and_crls_are_read_from_pipes(env: dict[str, str], files: Path) -> None:
    crl = x509.CertificateRevocationListBuilder().issuer_name(CA.certificate.subject)
    crl = crl.last_update(NOW - DAY).next_update(NOW + DAY)
    write(files / "crl.pem", crl.sign(CA.key, hashes.SHA256()).public_bytes(Encoding.PEM))
    for words in (
        "leaf.pem --chain <(cat intermediates/issuing.pem) --ca roots.pem",
        "leaf.pem --chain intermediates --ca <(cat roots.pem)",
        "leaf.pem --chain intermediates --ca /dev/stdin < <(cat roots.pem)",
        "leaf.pem --chain intermediates --ca roots.pem --crl <(cat crl.pem)",
    ):
        done = subprocess.run(
            ["bash", "-c", f"{TOOL} verify {words}"], env=env, cwd=files, capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, ""), words


def test_a_policy_decides_and_the_others_are_told(mtlsctl: Tool) -> None:
    words = ("verify", "full.pem", "--ca", "roots.pem", "--name", "web.test")
    r = mtlsctl(*words, "--json")
    assert r.exit_code == 0
    assert [(one["policy"], one["verdict"]) for one in r.json["result"]["forecasts"]] == [
        ("rfc5280", "accepts"),
        ("webpki", "refuses"),
    ]
    r = mtlsctl(*words, "--policy", "webpki")
    assert r.exit_code == 1
    assert "[against-policy]" in r.stdout
    assert "BR 7.1.4.3" in r.stdout  # its common name, web, is no name of its
    assert mtlsctl(*words, "--policy", "go").exit_code == 0
    r = mtlsctl(*words, "--policy", "everything")
    assert (r.exit_code, r.stdout) == (2, "")
    assert "everything: no such policy" in r.stderr


def test_an_expired_cross_certificate_is_another_path(mtlsctl: Tool) -> None:
    r = mtlsctl("verify", "full.pem", "--ca", "roots.pem", "--json")
    (other,) = r.json["result"]["other_paths"]
    assert other["subjects"] == ["CN=web", "CN=Dev Issuing CA", "CN=Dev Root CA", "CN=Other Root CA"]
    assert len(set(other["sha256"])) == 4
    assert "expired" in other["fault"]
    assert "other-path" in [f["code"] for f in r.json["findings"]]
    r = mtlsctl("verify", "full.pem", "--ca", "roots.pem")
    assert (
        "\nanother path                    CN=Dev Issuing CA < CN=Dev Root CA < CN=Other Root CA: CN=Dev Root CA: exp"
        in r.stdout
    )

"""mtlsctl inspect: sessions with every format, with damage, and without a word of a secret."""

import base64
import json
import os
import re
import shutil
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import support
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates

from mtlsctl.core import names as x509_names

Tool = Callable[..., support.Result]

ROOT = support.make_cert("Dev Root CA", ca=True, path_length=1, not_after=support.NOW + 3650 * support.DAY)
ISSUING = support.make_cert("Dev Issuing CA", ROOT, ca=True, path_length=0)
NAMES = (x509.DNSName("localhost"), x509.DNSName("xn--bcher-kva.example"))
LEAF = support.make_cert(
    "localhost", ISSUING, sans=NAMES, ekus=(support.SERVER_AUTH,), not_after=support.NOW + 90 * support.DAY
)
CHAIN = LEAF.pem + ISSUING.pem + ROOT.pem


@pytest.fixture
def chain(tmp_path: Path) -> Path:
    return support.write(tmp_path / "chain.pem", CHAIN)


@pytest.fixture
def key(tmp_path: Path) -> Path:
    return support.write(tmp_path / "web.key", LEAF.key_pem)


def codes(result: support.Result) -> list[str]:
    return [finding["code"] for finding in result.json["findings"]]


def kinds(result: support.Result) -> list[str]:
    return [item["kind"] for file in result.json["result"]["files"] for item in file["objects"]]


def secrets(key: ec.EllipticCurvePrivateKey) -> list[str]:
    """What would betray a private key: its number in several forms, and the base64 of its encodings."""
    number = key.private_numbers().private_value
    raw = number.to_bytes(32)
    found = [str(number), raw.hex(), base64.b64encode(raw).decode().rstrip("=")]
    for form in (PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL):
        text = key.private_bytes(Encoding.PEM, form, NoEncryption()).decode()
        found += [line for line in text.splitlines() if not line.startswith("-")][:2]
    return found


def assert_no_secret(result: support.Result) -> None:
    text = result.stdout + result.stderr
    squeezed = re.sub(r"[\s:]", "", text)
    assert "PRIVATE KEY" not in text
    for secret in secrets(LEAF.key):
        assert secret not in squeezed


def test_a_chain_is_shown_with_its_tree(mtlsctl: Tool, chain: Path, key: Path) -> None:
    result = mtlsctl("inspect", chain.name, key.name)
    assert result.exit_code == 0
    assert "chain.pem #1  certificate" in result.stdout
    assert "  subject     CN=localhost\n" in result.stdout
    assert "  names       DNS:localhost, DNS:bücher.example (xn--bcher-kva.example)\n" in result.stdout
    assert "  usage       digitalSignature, serverAuth\n" in result.stdout
    assert "  belongs to  web.key\n" in result.stdout
    tree = result.stdout.split("Chain\n")[1].splitlines()
    assert re.fullmatch(r"  CN=Dev Root CA  10 years left  chain.pem #3", tree[0])
    assert re.fullmatch(r"  └─ CN=Dev Issuing CA  30 days left  chain.pem #2", tree[1])
    assert re.fullmatch(r"     └─ CN=localhost  90 days left  chain.pem #1", tree[2])
    assert result.stderr == ""


def test_json_is_arrays_whatever_the_count(mtlsctl: Tool, chain: Path, key: Path, tmp_path: Path) -> None:
    support.write(tmp_path / "leaf.pem", LEAF.pem)
    one, many = mtlsctl("inspect", "--json", "leaf.pem").json, mtlsctl("inspect", "--json", chain, key).json
    assert [len(file["objects"]) for file in one["result"]["files"]] == [1]
    assert [len(file["objects"]) for file in many["result"]["files"]] == [3, 1]
    facts = many["result"]["files"][0]["objects"][0]["facts"]
    assert facts["names"] == ["DNS:localhost", "DNS:xn--bcher-kva.example"]
    assert facts["pem"].encode() == LEAF.pem
    assert facts["serial_hex"] == x509_names.serial_hex(LEAF.certificate.serial_number)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", facts["not_after"])
    (branches,) = many["result"]["chains"]
    assert [(b["depth"], b["subject"]) for b in branches] == [
        (0, "CN=Dev Root CA"),
        (1, "CN=Dev Issuing CA"),
        (2, "CN=localhost"),
    ]
    assert many["result"]["pairs"] == [{"key": str(key), "belongs_to": [f"{chain} #1"]}]
    assert (many["ok"], many["command"]) == (True, "inspect")


def test_chains_grow_across_files_and_stdin(mtlsctl: Tool, tmp_path: Path) -> None:
    support.write(tmp_path / "ca.pem", ROOT.pem)
    support.write(tmp_path / "issuing.pem", ISSUING.pem)
    result = mtlsctl("inspect", "ca.pem", "-", "issuing.pem", "--json", stdin=LEAF.pem)
    assert [b["label"] for b in result.json["result"]["chains"][0]] == ["ca.pem", "issuing.pem", "standard input"]
    twice = mtlsctl("inspect", "-", "-", stdin=LEAF.pem)
    assert twice.exit_code == 2
    assert "only once" in twice.stderr


def test_short_is_one_line_each(mtlsctl: Tool, chain: Path, key: Path) -> None:
    result = mtlsctl("inspect", "--short", chain.name, key.name)
    assert result.stdout.splitlines()[0] == "chain.pem #1: certificate, CN=localhost, ECDSA P-256, 90 days left"
    assert result.stdout.splitlines()[3] == "web.key: private key, ECDSA P-256"


def test_the_hint_for_a_secret_mends_it(mtlsctl: Tool, tmp_path: Path, chain: Path) -> None:
    held = {"kind": "Secret", "data": {"tls.crt": base64.b64encode(chain.read_bytes()).decode()}}
    (tmp_path / "secret.json").write_text(json.dumps(held))
    shown = mtlsctl("inspect", "secret.json")
    assert "[pem-base64-twice]" in shown.stdout
    assert "hint: write it anew: mtlsctl inspect --pem secret.json > clean.pem" in shown.stdout
    support.write(tmp_path / "clean.pem", mtlsctl("inspect", "--pem", "secret.json").stdout.encode())
    assert mtlsctl("inspect", "--short", "clean.pem").stdout.count("certificate, CN=") == 3


def test_pem_repairs(mtlsctl: Tool, tmp_path: Path) -> None:
    damaged = b"\xef\xbb\xbf" + LEAF.pem.rstrip() + ISSUING.pem.replace(b"\n", b"\r\n") + LEAF.key_pem
    support.write(tmp_path / "damaged.pem", damaged)
    result = mtlsctl("inspect", "--pem", "damaged.pem")
    assert result.exit_code == 0
    assert result.stdout.encode() == LEAF.pem + ISSUING.pem
    assert "pem-bom" in result.stderr
    support.write(tmp_path / "clean.pem", result.stdout.encode())
    assert not [code for code in codes(mtlsctl("inspect", "--json", "clean.pem")) if code.startswith("pem-")]
    none = mtlsctl("inspect", "--pem", "-", stdin=LEAF.key_pem)
    assert (none.exit_code, none.stdout) == (2, "")
    assert "no certificate, request or CRL to print" in none.stderr


@pytest.mark.parametrize("words", [(), ("--json",), ("--short",), ("--pem",)])
@pytest.mark.parametrize("password", ["none", "right", "wrong"])
def test_no_key_material_is_ever_printed(mtlsctl: Tool, tmp_path: Path, words: tuple[str, ...], password: str) -> None:
    locked = BestAvailableEncryption(b"right")
    private = LEAF.key.private_bytes
    files = {
        "plain.key": LEAF.key_pem,
        "traditional.key": private(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()),
        "openssh.key": private(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()),
        "der.key": private(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()),
        "locked.key": private(Encoding.PEM, PrivateFormat.PKCS8, locked),
        "old.key": private(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, locked),
        "store.p12": serialize_key_and_certificates(b"web", LEAF.key, LEAF.certificate, None, locked),
        "open.p12": serialize_key_and_certificates(b"web", LEAF.key, LEAF.certificate, None, NoEncryption()),
        "mislabelled.pem": LEAF.key_pem.replace(b"PRIVATE KEY", b"CERTIFICATE"),
        "broken.key": LEAF.key_pem.replace(b"\nMI", b"\n!I"),
        "cut.key": LEAF.key_pem[:150],
        "bare.txt.pem": b"".join(LEAF.key_pem.splitlines()[1:-1]),
        "twice.pem": base64.b64encode(LEAF.key_pem),
        "half.pem": b"\n".join(LEAF.key_pem.splitlines()[1:]),
    }
    for name, data in files.items():
        support.write(tmp_path / name, data)
    if password != "none":
        (tmp_path / "password").write_text(password)
        words = (*words, "--password-file", "password")
    result = mtlsctl("inspect", *words, *files)
    assert result.exit_code == 2
    assert_no_secret(result)
    for name in files:
        assert_no_secret(mtlsctl("inspect", *words, name)) if not words else None


def test_locked_objects_are_said_and_opened(mtlsctl: Tool, tmp_path: Path) -> None:
    locked = BestAvailableEncryption(b"right")
    support.write(tmp_path / "web.key", LEAF.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, locked))
    chain = [ISSUING.certificate, ROOT.certificate]
    support.write(
        tmp_path / "web.p12", serialize_key_and_certificates(b"web", LEAF.key, LEAF.certificate, chain, locked)
    )
    shut = mtlsctl("inspect", "web.key", "web.p12")
    assert shut.exit_code == 0
    assert "needs a password" in shut.stdout
    (tmp_path / "password").write_text("right\n")
    opened = mtlsctl("inspect", "--json", "web.key", "web.p12", "--password-file", "password")
    assert kinds(opened) == ["private key", "private key", "certificate", "certificate", "certificate"]
    assert opened.json["result"]["files"][0]["objects"][0]["facts"]["encrypted"]
    assert opened.json["result"]["files"][1]["objects"][1]["alias"] == "web"
    (tmp_path / "password").write_text("wrong\n")
    for name in ("web.key", "web.p12"):
        wrong = mtlsctl("inspect", "--json", name, "--password-file", "password")
        assert (wrong.exit_code, wrong.json["error"]["code"]) == (2, "password")
        assert f"{name}: the password does not open this" in wrong.json["error"]["message"]


def openssl(*words: object, stdin: bytes = b"") -> bytes:
    return subprocess.run(["openssl", *map(str, words)], input=stdin, capture_output=True, check=True).stdout


def test_what_openssl_writes(mtlsctl: Tool, tmp_path: Path, chain: Path, key: Path) -> None:
    support.write(tmp_path / "ca.pem", ROOT.pem)
    issuing = support.write(tmp_path / "issuing.pem", ISSUING.pem)
    leaf = support.write(tmp_path / "leaf.pem", LEAF.pem)
    support.write(tmp_path / "issuing.key", ISSUING.key_pem)
    open_p12 = serialize_key_and_certificates(b"w", LEAF.key, LEAF.certificate, None, NoEncryption())
    files = {
        "traditional.key": openssl("ec", "-in", key),
        "locked.key": openssl("ec", "-in", key, "-aes128", "-passout", "pass:x"),
        "with-parameters.key": openssl("ecparam", "-name", "prime256v1", "-genkey"),
        "text.pem": openssl("x509", "-in", leaf, "-text"),
        "trusted.pem": openssl("x509", "-in", leaf, "-trustout", "-addtrust", "clientAuth"),
        "chain.p7b": openssl("crl2pkcs7", "-nocrl", "-certfile", chain),
        "chain.p7c": openssl("crl2pkcs7", "-nocrl", "-certfile", chain, "-outform", "DER"),
        "legacy.p12": openssl("pkcs12", "-export", "-legacy", "-in", leaf, "-inkey", key, "-passout", "pass:x"),
        "bags.pem": openssl("pkcs12", "-in", "-", "-nodes", "-passin", "pass:", stdin=open_p12),
        "request.ocsp": openssl("ocsp", "-issuer", issuing, "-cert", leaf, "-reqout", "-", "-no_nonce"),
        "rsa.pub": openssl("rsa", "-RSAPublicKey_out", stdin=openssl("genrsa", "2048")),
        "dsa.pem": openssl("ecparam", "-name", "prime256v1"),
    }  # fmt: skip
    for name, data in files.items():
        support.write(tmp_path / name, data)
    result = mtlsctl("inspect", "--json", *files)
    shown = {file["file"]: [item["kind"] for item in file["objects"]] for file in result.json["result"]["files"]}
    certificate, private = "certificate", "private key"
    assert shown == {
        "traditional.key": [private],
        "locked.key": ["encrypted private key"],
        "with-parameters.key": ["parameters", private],
        "text.pem": [certificate],
        "trusted.pem": [certificate],
        "chain.p7b": [certificate] * 3,
        "chain.p7c": [certificate] * 3,
        "legacy.p12": ["PKCS#12"],
        "bags.pem": [certificate, private],
        "request.ocsp": ["OCSP request"],
        "rsa.pub": ["public key"],
        "dsa.pem": ["parameters"],
    }
    assert {"p12-legacy-algorithms", "key-legacy-encryption", "pem-old-label"} <= set(codes(result))
    assert_no_secret(result)
    assert_no_secret(mtlsctl("inspect", *files))


def test_crls_and_ocsp_responses_that_openssl_signs(mtlsctl: Tool, tmp_path: Path) -> None:
    support.write(tmp_path / "ca.pem", ROOT.pem)
    support.write(tmp_path / "ca.key", ROOT.key_pem)
    serial = x509_names.serial_hex(ISSUING.certificate.serial_number).upper()
    end, gone = (f"{t:%y%m%d%H%M%SZ}" for t in (support.NOW + 30 * support.DAY, support.NOW - support.DAY))
    (tmp_path / "index.txt").write_text(f"R\t{end}\t{gone},keyCompromise\t{serial}\tunknown\t/CN=Dev Issuing CA\n")
    (tmp_path / "number").write_text("0A\n")
    (tmp_path / "ca.cnf").write_text(
        "[ca]\ndefault_ca=d\n[d]\ndatabase=index.txt\ncrlnumber=number\ndefault_md=sha256\ndefault_crl_days=7\n"
    )
    run = {"cwd": tmp_path, "check": True, "capture_output": True}
    subprocess.run(
        ["openssl", "ca", "-config", "ca.cnf", "-gencrl", "-keyfile", "ca.key", "-cert", "ca.pem", "-out", "ca.crl"],
        **run,
    )
    support.write(tmp_path / "issuing.pem", ISSUING.pem)
    words = "openssl ocsp -index index.txt -CA ca.pem -rsigner ca.pem -rkey ca.key -issuer ca.pem -cert issuing.pem"
    subprocess.run([*words.split(), "-ndays", "2", "-respout", "answer.ocsp", "-noverify"], **run)
    result = mtlsctl("inspect", "ca.crl", "answer.ocsp")
    assert result.exit_code == 0
    assert "ca.crl  CRL\n  issuer      CN=Dev Root CA\n" in result.stdout
    assert "  revoked     1 certificate\n" in result.stdout
    assert f"    {serial.lower()}  " in result.stdout
    assert result.stdout.count("keyCompromise") == 2
    assert "answer.ocsp  OCSP response  (DER)\n  status      successful\n" in result.stdout
    assert ": revoked since " in result.stdout


def test_openssh_and_java_files(mtlsctl: Tool, tmp_path: Path) -> None:
    for tool, package in (("ssh-keygen", "openssh-client"), ("keytool", "openjdk-17-jre-headless")):
        assert shutil.which(tool), f"{tool} is missing: apt-get install {package}"
    quiet = {"cwd": tmp_path, "check": True, "capture_output": True}
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "id"], **quiet)
    words = "keytool -genkeypair -alias web -keyalg EC -dname CN=web -storetype JKS -keystore web.jks -storepass secret"
    subprocess.run([*words.split(), "-keypass", "secret"], **quiet)
    result = mtlsctl("inspect", "--json", "id", "id.pub")
    assert kinds(result) == ["private key", "public key"]
    assert codes(result) == ["key-openssh-format"]
    assert result.json["result"]["pairs"] == [{"key": "id", "belongs_to": ["id.pub"]}]
    jks = mtlsctl("inspect", "web.jks")
    assert jks.exit_code == 2
    assert "web.jks: this is a Java keystore (JKS)" in jks.stderr
    assert "-deststoretype PKCS12" in jks.stderr


def test_findings_about_time_order_mode_and_pairs(mtlsctl: Tool, tmp_path: Path) -> None:
    now, day = support.NOW, support.DAY
    support.write(tmp_path / "expired.pem", support.make_cert("old", not_after=now - day / 2).pem)
    support.write(tmp_path / "early.pem", support.make_cert("new", not_before=now + day).pem)
    support.write(
        tmp_path / "soon.pem", support.make_cert("soon", not_before=now - 60 * day, not_after=now + 5 * day).pem
    )
    support.write(tmp_path / "order.pem", ROOT.pem, ISSUING.pem, LEAF.pem)
    other = support.make_cert("another").key
    mismatch = support.write(
        tmp_path / "other.key", other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    mismatch.chmod(0o644)
    for name, code in (
        ("expired.pem", "cert-expired"),
        ("early.pem", "cert-not-yet-valid"),
        ("soon.pem", "expires-soon"),
        ("order.pem", "server-chain-order"),
        ("other.key", "key-file-permissions"),
    ):
        result = mtlsctl("inspect", "--json", name)
        assert result.exit_code == 0
        assert code in codes(result)
    pair = mtlsctl("inspect", "order.pem", "other.key")
    assert "other.key: this key does not belong to CN=localhost in order.pem #3  [client-key-mismatch]" in pair.stdout


def test_a_rekeyed_ca_is_named(mtlsctl: Tool, tmp_path: Path) -> None:
    again = support.make_cert("Dev Issuing CA", ROOT, ca=True)
    result = mtlsctl("inspect", "--json", "-", stdin=LEAF.pem + again.pem)
    assert "ca-rekeyed" in codes(result)


def test_one_unreadable_file_among_many(mtlsctl: Tool, chain: Path, tmp_path: Path) -> None:
    support.write(tmp_path / "page.pem", b"<html>")
    result = mtlsctl("inspect", "--json", chain.name, "page.pem", "nosuch.pem")
    assert result.exit_code == 2
    assert result.json["ok"] is False
    assert [len(file["objects"]) for file in result.json["result"]["files"]] == [3, 0, 0]
    assert codes(result)[:2] == ["invalid-input", "not-found"]
    text = mtlsctl("inspect", chain.name, "page.pem")
    assert text.exit_code == 2
    assert "CN=localhost" in text.stdout
    assert "page.pem: this is an HTML page" in text.stdout


def test_errors_of_a_single_file(mtlsctl: Tool, tmp_path: Path) -> None:
    gone = mtlsctl("inspect", "nosuch.pem", "--json")
    assert (gone.exit_code, gone.json["error"]["code"]) == (2, "not-found")
    empty = mtlsctl("inspect", "-")
    assert (empty.exit_code, empty.stderr) == (2, "mtlsctl: standard input: the file is empty\n")
    cut = mtlsctl("inspect", "-", stdin=LEAF.pem[:300])
    assert cut.exit_code == 2
    assert "is cut off (block 1, line 1:" in cut.stderr
    assert mtlsctl("inspect").exit_code == 2


def test_a_folder_is_its_files(mtlsctl: Tool, tmp_path: Path, chain: Path, key: Path) -> None:
    support.write(tmp_path / "notes.txt", b"nothing")
    support.write(tmp_path / "odd-name", ROOT.pem)
    result = mtlsctl("inspect", "--json", ".")
    assert [file["file"] for file in result.json["result"]["files"]] == ["chain.pem", "odd-name", "web.key"]
    (tmp_path / "empty").mkdir()
    none = mtlsctl("inspect", "empty")
    assert none.exit_code == 2
    assert "no file in this folder looks like" in none.stderr


def test_control_characters_in_names_reach_no_terminal(mtlsctl: Tool, tmp_path: Path) -> None:
    hostile = support.make_cert("a\x1b[31m\r\nok", sans=(x509.DNSName("x\x00.test"),))
    result = mtlsctl("inspect", "-", stdin=hostile.pem)
    assert "\x1b" not in result.stdout
    assert "a\\x1b[31m\\r" in result.stdout
    assert (
        mtlsctl("inspect", "--json", "-", stdin=hostile.pem)
        .json["result"]["files"][0]["objects"][0]["facts"]["subject"]
        .startswith("CN=a\\x1b")
    )


def test_inputs_stay_as_they_are(mtlsctl: Tool, chain: Path, key: Path) -> None:
    before = [(p.read_bytes(), stat.S_IMODE(p.stat().st_mode), p.stat().st_mtime_ns) for p in (chain, key)]
    mtlsctl("inspect", chain, key)
    assert before == [(p.read_bytes(), stat.S_IMODE(p.stat().st_mode), p.stat().st_mtime_ns) for p in (chain, key)]


def test_a_chain_loads_no_module_that_it_does_not_need(env: dict[str, str], chain: Path) -> None:
    words = [support.TOOL, "inspect", "--json", chain]
    done = subprocess.run(words, capture_output=True, env=env | {"PYTHONPROFILEIMPORTTIME": "1"}, check=True)
    loaded = {line.rsplit(b"|", 1)[-1].strip().decode() for line in done.stderr.splitlines()}
    serialization = "cryptography.hazmat.primitives.serialization"
    heavy = {"rich", "OpenSSL", "asyncio", "ssl", "sqlite3", f"{serialization}.pkcs12", f"{serialization}.pkcs7"}
    assert not heavy & loaded
    assert "cryptography.x509.ocsp" not in loaded
    assert "cryptography.x509" in loaded


def test_findings_of_a_kind_are_counted(mtlsctl: Tool, tmp_path: Path) -> None:
    old = support.make_cert("old", not_after=support.NOW - support.DAY / 2)
    more = [support.make_cert(f"old {n}", key=old.key, not_after=support.NOW - support.DAY / 2).pem for n in range(25)]
    result = mtlsctl("inspect", "--json", "-", stdin=b"".join(more))
    assert codes(result).count("cert-expired") == 21
    assert result.json["findings"][20]["message"] == "and 5 more like these"


@pytest.mark.skipif(os.name == "nt", reason="a pty is needed")
def test_on_a_terminal_it_is_coloured(env: dict[str, str], chain: Path, tmp_path: Path) -> None:
    import pexpect

    settings = env | {"TERM": "xterm-256color", "COLUMNS": "100"}
    child = pexpect.spawn(str(support.TOOL), ["inspect", chain.name], cwd=tmp_path, env=settings, timeout=20)
    shown = child.read().decode()
    assert "\x1b[1m" in shown
    assert "└─ CN=localhost" in re.sub(r"\x1b\[[0-9;]*m", "", shown)

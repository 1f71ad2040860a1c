"""mtlsctl inspect: servers, folders, two files beside each other, and the forms for scripts."""

import json
import os
import re
import select
import subprocess
from binascii import a2b_base64
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import support
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

Tool = Callable[..., support.Result]

ROOT = support.make_cert("Dev Root CA", ca=True, not_after=support.NOW + 3650 * support.DAY)
NAMES = (x509.DNSName("web.test"), x509.DNSName("*.web.test"))
SERVER = {"sans": NAMES, "ekus": (support.SERVER_AUTH,)}
OLD = support.make_cert("web.test", ROOT, **SERVER)
NEW = support.make_cert("web.test", ROOT, **SERVER, not_after=support.NOW + 90 * support.DAY)


@pytest.fixture
def pki(tmp_path: Path) -> Path:
    for name, data in {
        "old.pem": OLD.pem,
        "new.pem": NEW.pem,
        "new.key": NEW.key_pem,
        "ca.pem": ROOT.pem,
        "chain.pem": NEW.pem + ROOT.pem,
    }.items():
        support.write(tmp_path / name, data)
    return tmp_path


@pytest.fixture
def server(mtlsctl: Tool, env: dict[str, str], tmp_path: Path) -> Iterator[str]:
    mtlsctl("ca", "create")
    mtlsctl("issue", "server", "localhost")
    words = [support.TOOL, "serve", "--identity", "localhost", "--listen", "127.0.0.1:0"]
    process = subprocess.Popen(words, env=env, cwd=tmp_path, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    yield f"localhost:{process.stdout.readline().split()[-1].rpartition(':')[2]}"
    process.terminate()
    process.wait(10)
    process.stdout.close()


def test_a_server_shows_its_chain_and_whom_it_asks_for(mtlsctl: Tool, server: str, tmp_path: Path) -> None:
    shown = mtlsctl("inspect", server)
    assert (shown.exit_code, shown.stderr) == (0, "")
    assert re.search(r"  TLS +TLSv1\.3, TLS_", shown.stdout)
    assert "asked for a certificate, and sent away without one\n              of CN=dev Root CA\n" in shown.stdout
    assert f"  └─ CN=localhost  90 days left  {server} #1\n" in shown.stdout
    (file,) = mtlsctl("inspect", f"https://{server}/", "--json").json["result"]["files"]
    assert [item["facts"]["subject"] for item in file["objects"]] == ["CN=localhost", "CN=dev Issuing CA"]
    assert file["server"]["asked_for_certificate"]
    assert file["server"]["acceptable_issuers"] == ["CN=dev Root CA"]
    assert mtlsctl("inspect", "--pem", server).stdout == (tmp_path / "localhost" / "fullchain.pem").read_text()


def test_a_server_and_the_file_that_it_should_have(mtlsctl: Tool, server: str, tmp_path: Path) -> None:
    assert mtlsctl("inspect", "localhost/cert.pem", "--diff", server).exit_code == 0
    support.write(tmp_path / "old.pem", OLD.pem)
    assert mtlsctl("inspect", "old.pem", "--diff", server).exit_code == 1


def test_no_server_is_an_error_with_its_reason(mtlsctl: Tool, pki: Path) -> None:
    alone = mtlsctl("inspect", "127.0.0.1:1", "--json")
    assert (alone.exit_code, alone.json["error"]["code"]) == (2, "connection-refused")
    both = mtlsctl("inspect", "new.pem", "127.0.0.1:1", "--json")
    assert (both.exit_code, both.json["ok"]) == (2, False)
    assert [bool(file["objects"]) for file in both.json["result"]["files"]] == [True, False]
    name = mtlsctl("inspect", "api.test")
    assert name.exit_code == 2
    assert "mtlsctl inspect api.test:443" in name.stderr
    secret = mtlsctl("inspect", "https://me:hunter2@127.0.0.1:1/", "new.pem")
    assert "hunter2" not in secret.stdout + secret.stderr


def test_a_file_of_that_name_comes_before_a_server(mtlsctl: Tool, pki: Path) -> None:
    support.write(pki / "localhost:1", NEW.pem)
    assert mtlsctl("inspect", "localhost:1").exit_code == 0


def test_an_inventory(mtlsctl: Tool, pki: Path) -> None:
    soon = support.make_cert("soon.test", ROOT, not_after=support.NOW + timedelta(days=3, hours=6))
    lost = support.make_cert("lost.test", ROOT)
    deep = pki / "a" / "b"
    deep.mkdir(parents=True)
    support.write(deep / "soon.crt", soon.pem)
    support.write(deep / "lost.key", lost.key_pem)
    (deep / "lost.key").chmod(0o644)
    support.write(deep / "broken.crt", b"-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----\n")
    (pki / "out").symlink_to("/etc")
    (pki / "within.pem").symlink_to("new.pem")
    (pki / "loop").symlink_to(".")
    support.write(pki / "notes.txt", b"not ours")
    os.mkfifo(pki / "pipe.pem")
    result = mtlsctl("inspect", ".", "--json")
    assert result.exit_code == 2, "one of the files is broken"
    held = result.json["result"]["inventory"]
    subjects = [one["subject"] for one in held["certificates"]]
    assert subjects[0] == "CN=soon.test"
    assert subjects[-1] == "CN=Dev Root CA"
    assert [one["not_after"] for one in held["certificates"]] == sorted(o["not_after"] for o in held["certificates"])
    (new,) = [one for one in held["certificates"] if "new.pem" in one["at"]]
    assert (sorted(new["at"]), new["keys"]) == (["chain.pem #1", "new.pem"], ["new.key"])
    keys = {key["at"]: key for key in held["keys"]}
    assert keys["new.key"]["belongs_to"] == ["chain.pem #1", "new.pem"]
    assert (keys["a/b/lost.key"]["open_to"], keys["a/b/lost.key"]["mode"]) == ("everybody", "0644")
    assert keys["a/b/lost.key"]["belongs_to"] == []
    assert set(held["without_key"]) == {"a/b/soon.crt", "old.pem"}
    assert [text.partition(":")[0] for text in held["unreadable"]] == ["a/b/broken.crt"]
    assert held["passed_over"] == ["out: a link to a folder elsewhere"]
    assert not any("notes.txt" in path or "within" in path for path in held["files"])
    text = mtlsctl("inspect", ".").stdout
    assert "a/b/lost.key  ECDSA P-256  0644  readable by everybody  nothing here belongs to it\n" in text
    assert re.search(r"\n  3 days left +CN=soon\.test  a/b/soon\.crt  no key here\n", text)
    assert "out: a link to a folder elsewhere" in text
    assert "  subject  " not in text


def test_an_empty_folder_and_a_folder_beside_a_file(mtlsctl: Tool, pki: Path) -> None:
    (pki / "empty").mkdir()
    empty = mtlsctl("inspect", "empty")
    assert (empty.exit_code, empty.stdout) == (2, "")
    (pki / "one").mkdir()
    support.write(pki / "one" / "old.pem", OLD.pem)
    both = mtlsctl("inspect", "one", "new.pem")
    assert "one: 1 certificate\n" in both.stdout
    assert "new.pem  certificate\n" in both.stdout
    assert "one/old.pem  certificate\n" not in both.stdout


def test_a_set_of_certificates_in_the_order_that_openssl_leaves(mtlsctl: Tool, pki: Path) -> None:
    """DER sorts a SET OF, and PKCS#7 need not be DER (RFC 2315, 7): neither the order nor the encoding is a fault."""
    made = pkcs7.serialize_certificates([OLD.certificate, ROOT.certificate], Encoding.DER)
    first, second = sorted((p.certificate.public_bytes(Encoding.DER) for p in (OLD, ROOT)), key=made.index)
    turned = made.replace(first + second, second + first)
    assert turned != made
    for name, data in (("sorted.p7b", made), ("unsorted.p7b", turned)):
        support.write(pki / name, data)
        result = mtlsctl("inspect", name, "--json")
        assert (result.exit_code, result.json["findings"]) == (0, [])


def test_a_name_of_another_kind_is_told_once(mtlsctl: Tool, pki: Path) -> None:
    upn = x509.OtherName(x509.ObjectIdentifier("1.3.6.1.4.1.311.20.2.3"), b"\x0c\x06u@test")
    support.write(pki / "upn.pem", support.make_cert("u", ROOT, sans=(upn,)).pem)
    shown = mtlsctl("inspect", "upn.pem").stdout
    assert "\n  names       otherName:1.3.6.1.4.1.311.20.2.3\n" in shown
    assert "subjectAltName: msUserPrincipalName u@test\n" in shown
    assert "0c06" in mtlsctl("inspect", "--field", "names", "upn.pem").stdout


def test_branches_of_a_tree_are_joined(mtlsctl: Tool, pki: Path) -> None:
    for name in ("One", "Two"):
        below = support.make_cert(name, ROOT, ca=True)
        support.write(pki / f"{name}.pem", below.pem, support.make_cert(f"{name}-leaf", below).pem)
    chain = mtlsctl("inspect", "ca.pem", "One.pem", "Two.pem").stdout.split("Chain\n")[1]
    marks = [line.partition("CN=")[0] for line in chain.partition("\n\n")[0].splitlines()]
    assert marks == ["  ", "  ├─ ", "  │  └─ ", "  └─ ", "     └─ "]


def differing(result: support.Result) -> list[str]:
    return [one["field"] for one in result.json["result"]["differences"]]


def test_what_differs_between_two_certificates(mtlsctl: Tool, pki: Path) -> None:
    renewed = mtlsctl("inspect", "old.pem", "--diff", "new.pem", "--json")
    assert (renewed.exit_code, renewed.json["result"]["relation"]) == (1, "renewed with a new key")
    assert not renewed.json["ok"]
    assert {"serial_hex", "not_after", "spki_sha256"} <= set(differing(renewed))
    text = mtlsctl("inspect", "old.pem", "--diff", "new.pem").stdout
    assert text.startswith("renewed with a new key\n- old.pem\n+ new.pem\n")
    assert "\n  serial\n    - " in text
    same = mtlsctl("inspect", "new.pem", "--diff", "chain.pem", "--json")
    assert (same.exit_code, same.json["result"]["same"], differing(same)) == (0, True, [])
    other = mtlsctl("inspect", "new.pem", "--diff", "ca.pem")
    assert (other.exit_code, other.stdout.splitlines()[0]) == (1, "different certificates of the same issuer")
    calls = support.make_cert("web.test", ROOT, sans=NAMES, ekus=(support.CLIENT_AUTH,))
    support.write(pki / "calls.pem", calls.pem)
    purposes = mtlsctl("inspect", "old.pem", "--diff", "calls.pem")
    assert purposes.stdout.splitlines()[0] == "same names and issuer, new key, for other purposes"
    key = mtlsctl("inspect", "new.pem", "--diff", "new.key")
    assert (key.exit_code, key.stdout.splitlines()[0]) == (0, "the key belongs to the certificate")
    wrong = mtlsctl("inspect", "new.key", "--diff", "old.pem")
    assert (wrong.exit_code, wrong.stdout.splitlines()[0]) == (1, "the key does not belong to the certificate")


def test_what_was_added_and_taken_away(mtlsctl: Tool, pki: Path) -> None:
    feature = (x509.TLSFeature([x509.TLSFeatureType.status_request]), False)
    names = (x509.DNSName("web.test"), x509.DNSName("new.test"))
    other = support.make_cert("web.test", ROOT, sans=names, ekus=(support.SERVER_AUTH,), extra=(feature,))
    support.write(pki / "other.pem", other.pem)
    result = mtlsctl("inspect", "old.pem", "--diff", "other.pem", "--json")
    changes = {one["field"]: one for one in result.json["result"]["differences"]}
    assert changes["names"]["removed"] == ["DNS:*.web.test"]
    assert changes["names"]["added"] == ["DNS:new.test"]
    assert changes["TLSFeature"]["left"] == ""
    assert changes["TLSFeature"]["right"].startswith("must staple")


def test_a_request_and_its_certificate(mtlsctl: Tool) -> None:
    mtlsctl("ca", "create")
    mtlsctl("key", "new", "web.key")
    mtlsctl("csr", "new", "web.key", "--name", "web.test")
    mtlsctl("sign", "web.csr", "--profile", "server")
    made = mtlsctl("inspect", "web.csr", "--diff", "web.crt", "--json")
    assert made.json["result"]["relation"].startswith("a request and its certificate, with"), made.stdout
    assert made.exit_code == 1


def test_crls_by_their_entries(mtlsctl: Tool, tmp_path: Path) -> None:
    mtlsctl("ca", "create")
    mtlsctl("issue", "client", "alice")
    files = mtlsctl("crl", "--json").json["result"]["files"]
    crl = next(path for path in map(Path, files) if path.name == "issuing.crl")
    (tmp_path / "before.crl").write_bytes(crl.read_bytes())
    mtlsctl("revoke", "alice", "--ca", "dev")
    result = mtlsctl("inspect", "before.crl", "--diff", crl, "--json")
    assert result.json["result"]["relation"] == "two CRLs of one issuer, the right one is the later"
    changes = {one["field"]: one for one in result.json["result"]["differences"]}
    serial = mtlsctl("inspect", "--field", "serial_hex", "alice/cert.pem").stdout.strip()
    assert changes["revoked"]["added"] == [serial]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("old.pem", "new.pem", "--diff", "ca.pem"), "compares two files"),
        (("old.pem", "--diff", "nothing.pem"), "nothing.pem"),
        (("-", "--diff", "-"), "only once"),
        (("old.pem", "--diff", "."), ".: --diff compares two files, and this is a folder"),
        (("",), "an empty word, where FILE is expected"),
        (("old.pem", "--diff", ""), "--diff is empty"),
        (("old.pem", "--diff", "new.pem", "--pem"), "exclude each other"),
        (("old.pem", "--pem", "--der"), "exclude each other"),
        (("old.pem", "--json", "--field", "sha256"), "exclude each other"),
        (("chain.pem", "--der"), "2 objects"),
        (("new.key", "--der"), "no certificate, request or CRL"),
        (("new.key", "--openssl"), "no certificate, request or CRL"),
        (("old.pem", "--field", "nonsense"), "has a field nonsense"),
        (("old.pem", "--field", ""), "--field is empty"),
        (("old.pem", "--field", "sha256.x"), "has a field sha256.x"),
    ],
)
def test_what_makes_no_sense(mtlsctl: Tool, pki: Path, words: tuple[str, ...], said: str) -> None:
    result = mtlsctl("inspect", *words)
    assert result.exit_code == 2
    assert said in (result.stdout if "--json" in words else result.stderr)
    assert not result.stdout or "--json" in words
    assert "Traceback" not in result.stderr


def test_fields_are_lines(mtlsctl: Tool, pki: Path) -> None:
    def field(name: str, *files: str) -> str:
        result = mtlsctl("inspect", "--field", name, *files)
        assert result.exit_code == 0
        return result.stdout

    assert field("names", "chain.pem") == "DNS:web.test DNS:*.web.test\n\n"
    assert field("facts.subject", "chain.pem", "new.key") == "CN=web.test\nCN=Dev Root CA\n"
    assert field("days_left", "new.pem") in ("89\n", "90\n")
    assert field("ca", "ca.pem") == "true\n"
    assert field("names.1", "new.pem") == "DNS:*.web.test\n"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\n", field("not_after", "new.pem"))
    assert field("spki_sha256", "new.pem", "new.key").split()[0] == field("spki_sha256", "new.key").strip()
    facts = mtlsctl("inspect", "--json", "new.pem").json["result"]["files"][0]["objects"][0]["facts"]
    texts = {name: value for name, value in facts.items() if isinstance(value, str) and name != "pem"}
    asked = [word for name in texts for word in ("--field", name)]
    assert len(texts) > 8
    assert mtlsctl("inspect", *asked, "new.pem").stdout.rstrip("\n").split("\t") == list(texts.values())


def test_several_fields_of_an_object_are_one_line(mtlsctl: Tool, pki: Path) -> None:
    both = mtlsctl("inspect", "--field", "subject", "--field", "names", "chain.pem", "new.key")
    assert (both.exit_code, both.stdout) == (0, "CN=web.test\tDNS:web.test DNS:*.web.test\nCN=Dev Root CA\t\n")
    sparse = mtlsctl("inspect", "--field", "encrypted", "--field", "subject", "new.key", "ca.pem")
    assert sparse.stdout == "false\t\n\tCN=Dev Root CA\n"
    support.write(pki / "tab.pem", support.make_cert("a\tb").pem)
    assert mtlsctl("inspect", "--field", "subject", "--field", "ca", "tab.pem").stdout.count("\t") == 1
    wrong = mtlsctl("inspect", "--field", "subject", "--field", "nonsense", "new.pem")
    assert (wrong.exit_code, wrong.stdout) == (2, "")
    assert "has a field nonsense" in wrong.stderr
    assert mtlsctl("inspect", "--field", "subject", "--field", "", "new.pem").exit_code == 2


def test_der_and_openssls_look(mtlsctl: Tool, env: dict[str, str], pki: Path) -> None:
    der = subprocess.run([support.TOOL, "inspect", "--der", "new.pem"], env=env, cwd=pki, capture_output=True)
    assert der.stdout == NEW.certificate.public_bytes(Encoding.DER)
    assert a2b_base64("".join(NEW.pem.decode().splitlines()[1:-1])) == der.stdout
    text = subprocess.run(["openssl", "x509", "-text", "-noout", "-in", "new.pem"], cwd=pki, capture_output=True)
    ours = mtlsctl("inspect", "--openssl", "new.pem").stdout
    assert ours.splitlines()[:6] == text.stdout.decode().splitlines()[:6]
    assert "X509v3 Subject Alternative Name" in ours
    mtlsctl("key", "new", "web.key")
    mtlsctl("csr", "new", "web.key", "--name", "web.test")
    assert mtlsctl("inspect", "--openssl", "web.csr").stdout.startswith("Certificate Request:\n")


def test_what_openssl_does_not_read(mtlsctl: Tool, pki: Path) -> None:
    der = NEW.certificate.public_bytes(Encoding.DER).replace(b"\x0c\x08web.test", b"\x0c\x08\xff\xffb.test")
    support.write(pki / "odd.crt", der)
    result = mtlsctl("inspect", "--openssl", "odd.crt")
    assert result.exit_code in (0, 2)
    assert "defect" not in result.stderr
    assert result.exit_code == 0 or "OpenSSL cannot read this certificate" in result.stderr


def test_json_is_written_while_files_are_read(env: dict[str, str], pki: Path) -> None:
    """The first file's objects are there before the second file has come."""
    support.write(pki / "many.pem", ROOT.pem * 20)
    reader, writer = os.pipe()
    words = [support.TOOL, "inspect", "--json", "many.pem", f"/dev/fd/{reader}"]
    process = subprocess.Popen(words, env=env, cwd=pki, stdout=subprocess.PIPE, pass_fds=[reader])
    os.close(reader)
    assert process.stdout
    first = b""
    while b"CN=Dev Root CA" not in first:
        assert select.select([process.stdout], [], [], 30)[0]
        first += os.read(process.stdout.fileno(), 1000)
    os.write(writer, NEW.pem)
    os.close(writer)
    whole = json.loads(first + process.stdout.read())
    assert process.wait(20) == 0
    process.stdout.close()
    assert [len(file["objects"]) for file in whole["result"]["files"]] == [20, 1]

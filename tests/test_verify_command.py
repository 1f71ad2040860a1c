"""mtlsctl verify, as sessions."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, pkcs12
from support import CLIENT_AUTH, DAY, NOW, SERVER_AUTH, Result, make_cert, write

from mtlsctl.core import names as x509_names

Tool = Callable[..., Result]
HOST = x509.DNSName("web.test")
YEARS = NOW + 3650 * DAY
ROOT = make_cert("Dev Root CA", ca=True, not_after=YEARS)
CA = make_cert("Dev Issuing CA", ROOT, ca=True, not_after=YEARS)
LEAF = make_cert("web", CA, sans=(HOST,), ekus=(SERVER_AUTH,))
CLIENT = make_cert("alice", CA, sans=(x509.RFC822Name("alice@example.test"),), ekus=(CLIENT_AUTH,))


@pytest.fixture(autouse=True)
def files(tmp_path: Path) -> Path:
    """A chain, a root and what people mistake for them."""
    write(tmp_path / "root.pem", ROOT.pem)
    write(tmp_path / "issuing.pem", CA.pem)
    write(tmp_path / "leaf.pem", LEAF.pem)
    write(tmp_path / "full.pem", LEAF.pem, CA.pem)
    write(tmp_path / "client.pem", CLIENT.pem, CA.pem)
    write(tmp_path / "leaf.key", LEAF.key_pem)
    return tmp_path


def revocations(*pairs: Any, next_update: Any = NOW + DAY) -> x509.CertificateRevocationList:
    builder = x509.CertificateRevocationListBuilder().issuer_name(CA.certificate.subject)
    builder = builder.last_update(NOW - 9 * DAY).next_update(next_update)
    for pair in pairs:
        entry = (
            x509.RevokedCertificateBuilder().serial_number(pair.certificate.serial_number).revocation_date(NOW - DAY)
        )
        builder = builder.add_revoked_certificate(entry.build())
    return builder.sign(CA.key, hashes.SHA256())


def test_a_valid_chain_is_a_tree_and_a_sentence(mtlsctl: Tool) -> None:
    r = mtlsctl("verify", "full.pem", "--ca", "root.pem", "--name", "web.test")
    assert r.exit_code == 0
    assert r.stderr == ""
    lines = r.stdout.splitlines()
    assert lines[0].startswith("CN=web ")
    assert lines[1].startswith("└─ CN=Dev Issuing CA")
    assert lines[2].startswith("   └─ CN=Dev Root CA  trusted")
    assert "openssl                         accepts" in lines
    assert lines[-1] == "Valid as a server (the purpose that it states) for web.test: CN=web, trusted through root.pem."


def test_an_invalid_chain_says_every_fault_with_its_hint(mtlsctl: Tool, files: Path) -> None:
    bad = make_cert("web", CA, not_before=NOW - 9 * DAY, not_after=NOW - DAY / 2, ekus=(CLIENT_AUTH,))
    write(files / "bad.pem", bad.pem, CA.pem)
    r = mtlsctl("verify", "bad.pem", "--ca", "root.pem", "--as", "server", "--name", "web.test")
    assert r.exit_code == 1
    for code in ("server-cert-expired", "server-wrong-eku", "server-name-mismatch"):
        assert f"[{code}]" in r.stdout
    assert "hint: have its CA issue it anew" in r.stdout
    assert r.stdout.splitlines()[-1] == "Not valid as a server: CN=web, 3 faults."


def test_json(mtlsctl: Tool) -> None:
    r = mtlsctl("verify", "full.pem", "--ca", "root.pem", "--name", "api.test", "--json")
    assert r.exit_code == 1
    answer = r.json
    assert (answer["schema"], answer["command"], answer["ok"]) == (1, "verify", False)
    result = answer["result"]
    assert result["purpose"] == "server"
    assert result["purpose_from"] == "eku"
    assert result["names"] == ["api.test"]
    assert result["trusted"] == ["root.pem"]
    assert result["anchored"] is True
    assert [c["subject"] for c in result["path"]] == ["CN=web", "CN=Dev Issuing CA", "CN=Dev Root CA"]
    first = result["path"][0]
    assert first["pem"].encode() == LEAF.pem
    assert first["sha256"] == LEAF.certificate.fingerprint(hashes.SHA256()).hex()
    assert first["serial_hex"] == x509_names.serial_hex(LEAF.certificate.serial_number)
    assert first["names"] == ["DNS:web.test"]
    assert first["not_after"].endswith("Z")
    assert {"spki_sha256", "issuer", "not_before"} <= set(first)
    assert [(e["name"], e["verdict"]) for e in result["engines"]] == [("openssl", "refuses"), ("webpki", "refuses")]
    (finding,) = answer["findings"]
    assert finding["code"] == "server-name-mismatch"
    assert finding["verdict"] == "fail"
    assert finding["whose"] == "peer"


def test_the_purpose_is_taken_from_the_certificate(mtlsctl: Tool, files: Path) -> None:
    both = make_cert("peer", CA, sans=(HOST,), ekus=(SERVER_AUTH, CLIENT_AUTH))
    write(files / "both.pem", both.pem, CA.pem)
    told = {}
    for file in ("client.pem", "full.pem", "issuing.pem", "both.pem"):
        result = mtlsctl("verify", file, "--ca", "root.pem", "--json").json["result"]
        told[file] = (result["purpose"], result["purpose_from"])
    assert told == {
        "client.pem": ("client", "eku"),
        "full.pem": ("server", "eku"),
        "issuing.pem": ("ca", "eku"),
        "both.pem": ("server", "default"),
    }
    assert "choose with --as" in mtlsctl("verify", "both.pem", "--ca", "root.pem").stdout


def test_a_ca_in_front_is_the_wrong_order_and_no_question_about_a_ca(mtlsctl: Tool, files: Path) -> None:
    write(files / "wrong.pem", CA.pem, LEAF.pem)
    r = mtlsctl("verify", "wrong.pem", "--ca", "root.pem")
    assert r.exit_code == 1
    assert "[server-chain-order]" in r.stdout


def test_several_files_and_chain(mtlsctl: Tool) -> None:
    assert mtlsctl("verify", "leaf.pem", "--ca", "root.pem").exit_code == 1
    assert mtlsctl("verify", "leaf.pem", "issuing.pem", "--ca", "root.pem").exit_code == 0
    assert mtlsctl("verify", "leaf.pem", "--chain", "issuing.pem", "--ca", "root.pem").exit_code == 0


def test_a_purpose_that_is_not_clear_is_said_as_it_is(mtlsctl: Tool, files: Path) -> None:
    both = make_cert("both", CA, sans=(HOST,), ekus=(SERVER_AUTH, CLIENT_AUTH))
    write(files / "both.pem", both.pem, CA.pem)
    r = mtlsctl("verify", "both.pem", "--ca", "root.pem")
    assert "(the certificate says that it is for servers and for clients; choose with --as)" in r.stdout
    write(files / "none.pem", make_cert("none", CA, sans=(HOST,)).pem, CA.pem)
    r = mtlsctl("verify", "none.pem", "--ca", "root.pem")
    assert "(the certificate does not say for what; choose with --as)" in r.stdout


def test_a_trusted_leaf_is_no_root(mtlsctl: Tool) -> None:
    r = mtlsctl("verify", "full.pem", "--ca", "leaf.pem")
    assert r.exit_code == 1
    assert "or end at CN=web, which is trusted and no root, as many peers do: --partial-chain" in r.stdout
    r = mtlsctl("verify", "full.pem", "--ca", "leaf.pem", "--partial-chain", "--json")
    assert r.exit_code == 0
    (hint,) = {f["hint"] for f in r.json["findings"] if "it is not self-signed" in f["message"]}
    assert hint == "trust the root itself: --ca root.pem"


def test_a_policy_of_a_stack_counts_no_fault_twice(mtlsctl: Tool, files: Path) -> None:
    write(
        files / "old.pem",
        make_cert("old", CA, sans=(HOST,), ekus=(SERVER_AUTH,), not_before=NOW - 9 * DAY, not_after=NOW - DAY).pem,
        CA.pem,
    )
    r = mtlsctl("verify", "old.pem", "--ca", "root.pem", "--policy", "curl")
    assert r.exit_code == 1
    assert r.stdout.endswith("CN=old, 1 fault.\n")
    assert "or, where your peers are not curl, say which they are: --policy STACK" in r.stdout
    assert "without that" not in r.stdout


def test_a_shut_pkcs12_is_told_how_to_open(mtlsctl: Tool, files: Path) -> None:
    shut = pkcs12.serialize_key_and_certificates(
        b"web", LEAF.key, LEAF.certificate, [CA.certificate], BestAvailableEncryption(b"secret")
    )
    write(files / "web.p12", shut)
    write(files / "FILE", b"secret\n")
    r = mtlsctl("verify", "web.p12", "--ca", "root.pem")
    assert (r.exit_code, r.stdout) == (2, "")
    assert "web.p12: expected certificates, found a PKCS#12 that is shut with a password" in r.stderr
    assert "web.p12: PKCS#12, shut: it needs a password" in mtlsctl("inspect", "--short", "web.p12").stdout
    typed = "inspect --pem web.p12 --password-file FILE"
    assert f"hint: take them out: mtlsctl {typed} > fullchain.pem" in r.stderr
    write(files / "fullchain.pem", mtlsctl(*typed.split()).stdout.encode())
    assert mtlsctl("verify", "fullchain.pem", "--ca", "root.pem").exit_code == 0


def test_a_name_with_spaces_is_no_name(mtlsctl: Tool) -> None:
    r = mtlsctl("verify", "full.pem", "--ca", "root.pem", "--name", "a b")
    assert (r.exit_code, r.stdout) == (2, "")
    assert "free text is for issue --cn" in r.stderr


def test_der_and_stdin(mtlsctl: Tool, files: Path) -> None:
    write(files / "leaf.der", LEAF.certificate.public_bytes(Encoding.DER))
    assert mtlsctl("verify", "leaf.der", "issuing.pem", "--ca", "root.pem").exit_code == 0
    assert mtlsctl("verify", "-", "--ca", "root.pem", stdin=LEAF.pem + CA.pem).exit_code == 0
    r = mtlsctl("verify", "full.pem", "--ca", "-", stdin=ROOT.pem)
    assert r.stdout.endswith("CN=web, trusted through standard input.\n")
    r = mtlsctl("verify", "-", "--ca", "-", stdin=LEAF.pem)
    assert r.exit_code == 2
    assert "named twice" in r.stderr


def test_at_another_time(mtlsctl: Tool) -> None:
    r = mtlsctl("verify", "full.pem", "--ca", "root.pem", "--at", f"{NOW + 40 * DAY:%Y-%m-%d}")
    assert r.exit_code == 1
    assert "[server-cert-expired]" in r.stdout
    assert mtlsctl("verify", "full.pem", "--ca", "root.pem", "--at", "yesterday").exit_code == 2


def test_fail_on(mtlsctl: Tool, files: Path) -> None:
    write(files / "sent.pem", LEAF.pem, CA.pem, ROOT.pem)
    soon = make_cert("web", CA, sans=(HOST,), ekus=(SERVER_AUTH,), not_before=NOW - 80 * DAY, not_after=NOW + 10 * DAY)
    write(files / "soon.pem", soon.pem, CA.pem)
    expected = {("sent.pem", "note"): 1, ("sent.pem", "warn"): 0, ("soon.pem", "warn"): 1, ("soon.pem", "fail"): 0}
    for (file, level), status in expected.items():
        r = mtlsctl("verify", file, "--ca", "root.pem", "--fail-on", level)
        assert r.exit_code == status, (file, level)
        assert ("The answer is no all the same" in r.stdout) == bool(status)
    assert mtlsctl("verify", "full.pem", "--ca", "root.pem", "--fail-on", "ok").exit_code == 2


def test_crls(mtlsctl: Tool, files: Path) -> None:
    write(files / "good.crl", revocations().public_bytes(Encoding.PEM))
    write(files / "revoked.crl", revocations(LEAF).public_bytes(Encoding.DER))
    write(files / "stale.crl", revocations(next_update=NOW - DAY).public_bytes(Encoding.PEM))
    found, hints = {}, {}
    for file in ("good.crl", "revoked.crl", "stale.crl"):
        r = mtlsctl("verify", "full.pem", "--ca", "root.pem", "--crl", file, "--json")
        found[file] = (r.exit_code, r.json["findings"][0]["code"])
        hints[file] = r.json["findings"][0]["hint"]
    assert found == {
        "good.crl": (0, "server-crl-missing"),  # a warning: the root's is not there
        "revoked.crl": (1, "server-cert-revoked"),
        "stale.crl": (1, "server-crl-expired"),
    }
    assert hints["revoked.crl"] == "issue a new one: mtlsctl issue server web.test"
    as_client = ("--as", "client", "--crl", "revoked.crl", "--json")
    said = mtlsctl("verify", "full.pem", "--ca", "root.pem", *as_client).json["findings"]
    revoked = next(one for one in said if one["code"] == "client-cert-revoked")
    assert revoked["hint"] == "issue a new one: mtlsctl issue client web.test"
    for file in ("root.pem", "nope.crl"):
        assert mtlsctl("verify", "full.pem", "--ca", "root.pem", "--crl", file).exit_code == 2


# Trust: named or none


def test_nothing_is_trusted_that_is_not_named(mtlsctl: Tool, files: Path) -> None:
    folder = files / "web"
    folder.mkdir()
    write(folder / "fullchain.pem", LEAF.pem, CA.pem)
    write(folder / "cert.pem", LEAF.pem)
    write(folder / "ca.pem", ROOT.pem)
    for word in ("web", "web/fullchain.pem", "web/"):
        r = mtlsctl("verify", word)
        assert r.exit_code == 2
        assert "nothing is trusted" in r.stderr
        for option in ("--ca", "--system", "--certifi", "web/ca.pem"):
            assert option in r.stderr
    assert mtlsctl("verify", "web", "--ca", "web/ca.pem").exit_code == 0


@pytest.mark.parametrize("word", ["nope.pem", "nope", "leaf.key", "empty", "noise", "folder"])
def test_roots_that_cannot_be_read_stop_it(mtlsctl: Tool, files: Path, word: str) -> None:
    write(files / "empty", b"")
    write(files / "noise", bytes(range(256)) * 9)
    (files / "folder").mkdir()
    for more in ([], ["--certifi"], ["--ca", "root.pem"]):
        r = mtlsctl("verify", "full.pem", "--ca", word, *more, "--json")
        assert r.exit_code == 2
        assert r.json["error"]["code"] in ("ca-file-unreadable", "ca-file-invalid")


def test_a_root_whose_file_the_system_does_not_open(mtlsctl: Tool, files: Path) -> None:
    loop = files / "loop.pem"
    loop.symlink_to(loop)  # an error of the system also for a user that may read everything
    assert mtlsctl("verify", "full.pem", "--ca", "loop.pem").exit_code == 2


def test_the_variable_stands_for_the_option(mtlsctl: Tool, env: dict[str, str]) -> None:
    named = env | {"MTLSCTL_CA": "root.pem"}
    assert mtlsctl("verify", "full.pem", env=named).exit_code == 0
    assert mtlsctl("verify", "full.pem", "--certifi", env=named).exit_code == 1  # the option stands alone


def test_public_roots_do_not_vouch_for_a_private_ca(mtlsctl: Tool, env: dict[str, str]) -> None:
    r = mtlsctl("verify", "full.pem", "--certifi")
    assert r.exit_code == 1
    assert "[server-untrusted-root]" in r.stdout
    assert mtlsctl("verify", "full.pem", "--system", env=env | {"SSL_CERT_FILE": "root.pem"}).exit_code == 0
    assert mtlsctl("verify", "full.pem", "--system-ca", env=env | {"SSL_CERT_FILE": "nope.pem"}).exit_code == 2


# Wrong input


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b"\x00\x01\x02" * 99, "no certificate"),
        (LEAF.key_pem, "expected a certificate, found a private key"),
        (b"hello, world\n", "no certificate"),
    ],
    ids=["empty", "binary", "key", "text"],
)
def test_what_is_no_certificate(mtlsctl: Tool, files: Path, data: bytes, said: str) -> None:
    write(files / "input", data)
    r = mtlsctl("verify", "input", "--ca", "root.pem")
    assert r.exit_code == 2
    assert r.stdout == ""
    assert r.stderr.startswith("mtlsctl: input: ")
    assert said in r.stderr


def test_damage_in_the_chain_is_said_and_damage_in_the_trust_stops_it(mtlsctl: Tool, files: Path) -> None:
    write(files / "half.pem", LEAF.pem, CA.pem.replace(b"MII", b"!II", 1))
    r = mtlsctl("verify", "half.pem", "issuing.pem", "--ca", "root.pem")
    assert r.exit_code == 1
    assert "[pem-damaged]" in r.stdout
    write(files / "roots.pem", ROOT.pem, CA.pem.replace(b"MII", b"!II", 1))
    r = mtlsctl("verify", "full.pem", "--ca", "roots.pem", "--json")
    assert r.exit_code == 2
    assert r.json["error"]["code"] == "ca-file-invalid"


def test_a_file_that_others_do_not_read_is_said(mtlsctl: Tool, files: Path) -> None:
    write(files / "bom.pem", b"\xef\xbb\xbf", LEAF.pem, CA.pem)
    r = mtlsctl("verify", "bom.pem", "--ca", "root.pem")
    assert r.exit_code == 0
    assert "[pem-bom]" in r.stdout


def test_a_version_that_does_not_exist(mtlsctl: Tool, files: Path) -> None:
    import base64

    der = bytearray(LEAF.certificate.public_bytes(Encoding.DER))
    der[der.index(b"\xa0\x03\x02\x01\x02") + 4] = 3
    text = b"-----BEGIN CERTIFICATE-----\n" + base64.encodebytes(bytes(der)) + b"-----END CERTIFICATE-----\n"
    write(files / "v4.pem", text)
    assert mtlsctl("verify", "v4.pem", "--ca", "root.pem").exit_code == 2


def test_names_from_strangers_do_not_reach_the_terminal(mtlsctl: Tool, files: Path) -> None:
    evil = make_cert("web\x1b[2J\nValid", CA, sans=(HOST,))
    write(files / "evil.pem", evil.pem, CA.pem)
    r = mtlsctl("verify", "evil.pem", "--ca", "root.pem")
    assert "\x1b" not in r.stdout

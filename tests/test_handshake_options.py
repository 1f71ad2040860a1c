"""What a client shows, trusts and offers, by option: against openssl s_server on loopback."""

import contextlib
import io
import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import support
import tls_lab
from OpenSSL import SSL
from tls_lab import Lab

from mtlsctl.cli import app
from mtlsctl.core import bag, offer
from mtlsctl.core.tls import TlsSettings, client_context
from mtlsctl.errors import MtlsctlError, UsageError
from mtlsctl.workflows import truststore

MUTUAL = ("-Verify", "3", "-verify_return_error")
SUITE_12, SUITE_13 = "ECDHE-ECDSA-AES128-GCM-SHA256", "TLS_AES_128_GCM_SHA256"
Tool = Callable[..., support.Result]


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    return tls_lab.build(tmp_path_factory.mktemp("lab"))


def ask(port: int, *options: Any) -> Any:
    with contextlib.redirect_stdout(io.StringIO()) as said:
        status = app.run(["handshake", f"localhost:{port}", *map(str, options), "--json"])
    return json.loads(said.getvalue()) | {"exit": status}


@pytest.mark.parametrize(
    ("options", "version", "part", "value"),
    [
        (("--ciphers", SUITE_12), "TLSv1.2", "cipher", SUITE_12),
        (("--ciphers", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"), "TLSv1.2", "cipher", SUITE_12),
        (("--ciphers", SUITE_13), "TLSv1.3", "cipher", SUITE_13),
        (("--ciphers", f"{SUITE_12}:{SUITE_13}"), "TLSv1.3", "cipher", SUITE_13),
        (("--ciphers", f"{SUITE_12},{SUITE_13}", "--tls-max", "1.2"), "TLSv1.2", "cipher", SUITE_12),
        (("--ciphers", "ECDHE+AESGCM:!AES256", "--tls-max", "1.2"), "TLSv1.2", "cipher", SUITE_12),
        (("--ciphers", "@SECLEVEL=0"), "TLSv1.3", "cipher", "TLS_AES_256_GCM_SHA384"),
        (("--ciphers", f"{SUITE_13}:@SECLEVEL=1"), "TLSv1.3", "cipher", SUITE_13),
        (("--groups", "P-384"), "TLSv1.3", "group", "secp384r1"),
        (("--groups", "x448:P-256"), "TLSv1.3", "group", "x448"),
        (("--groups", "P-256", "--tls-max", "1.2"), "TLSv1.2", "group", "secp256r1"),
        (("--sigalgs", "ecdsa_secp256r1_sha256"), "TLSv1.3", "sent_certificate", True),
    ],
)
def test_what_is_offered_by_name_is_what_is_agreed(
    lab: Lab, options: tuple[str, ...], version: str, part: str, value: Any
) -> None:
    with tls_lab.s_server(lab, "server", *MUTUAL, "-CAfile", str(lab.cert("root"))) as port:
        answer = ask(port, "--ca", lab.cert("root"), *lab.pair("alice"), *options)
    assert answer["exit"] == 0, answer
    assert (answer["result"]["version"], answer["result"][part]) == (version, value)


@pytest.mark.parametrize("ciphers", ["ALL:@SECLEVEL=0", "aNULL:ECDHE+AESGCM:@SECLEVEL=0"])
def test_a_server_without_a_certificate_is_never_accepted(lab: Lab, ciphers: str) -> None:
    """OpenSSL asks no callback about an anonymous suite (RFC 5246, A.5): all that it offers must be verified."""
    anonymous = ("-nocert", "-cipher", "aNULL:@SECLEVEL=0", "-tls1_2")
    with tls_lab.s_server(lab, "server", *anonymous) as port:
        answer = ask(port, "--ca", lab.cert("root"), *lab.pair("alice"), "--ciphers", ciphers, "--http", "/")
    assert (answer["exit"], answer["result"]["accepted"], answer["result"]["stage"]) == (1, False, "hello")
    assert (answer["result"]["resumed"], answer["result"]["http_status"]) == (False, "")
    assert not any(probe["accepted"] for probe in answer["result"]["extra_probes"])


def test_a_server_that_lacks_what_is_offered_refuses(lab: Lab) -> None:
    with tls_lab.s_server(lab, "server", "-groups", "P-384") as port:
        answer = ask(port, "--ca", lab.cert("root"), "--groups", "P-256", "--tls-min", "1.3")
    assert (answer["exit"], answer["ok"]) == (1, False)
    assert answer["findings"][0]["code"] == "no-shared-group", answer["findings"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--ciphers", "ECDHE-ECDSA-AES128-GCM-SHA257"), "did you mean: ECDHE-ECDSA-AES128-GCM-SHA256"),
        (("--ciphers", f"{SUITE_12}:NOPE"), "'NOPE' is no cipher suite"),
        (("--ciphers", "TLS_AES_128_GCM_SHA265"), "did you mean: TLS_AES_128_GCM_SHA256"),
        (("--ciphers", ""), "--ciphers is empty"),
        (("--ciphers", ":,"), "the list of cipher suites is empty"),
        (("--ciphers", "\xe9"), "is no cipher suite"),
        (("--ciphers", "NULL-SHA"), "nothing is left to offer"),
        (("--ciphers", "aNULL:@SECLEVEL=0"), "only suites without a certificate"),
        (("--ciphers", "AECDH-AES256-SHA", "--tls-max", "1.2"), "only suites without a certificate"),
        (("--ciphers", SUITE_12, "--tls-min", "1.3"), "no cipher suite of TLS 1.3"),
        (("--ciphers", SUITE_13, "--tls-max", "1.2"), "only suites of TLS 1.3"),
        (("--groups", "p384"), "did you mean: P-384"),
        (("--groups", "x25519:X25519MLKEM786"), "did you mean: X25519MLKEM768"),
        (("--groups", ":"), "the list of groups is empty"),
        (("--groups", ""), "--groups is empty"),
        (("--sigalgs", "ecdsa_secp256r1_sha265"), "did you mean: ecdsa_secp256r1_sha256"),
        (("--sigalgs", "\N{BROKEN BAR}"), "is no signature algorithm"),
        (("--tls-min", ""), "--tls-min is empty"),
        (("--http", ""), "--http is empty"),
        (("--alpn", "h2", "--alpn", ""), "--alpn is empty"),
        (("--servername", "a.test", "--no-servername"), "contradict"),
        (("--ca", ""), "--ca is empty"),
        (("--ca-of", ""), "--ca-of is empty"),
        (("--certifi", "--system-ca"), "--system-ca and --certifi"),
        (("--ca", "x.pem", "--ca-of", "x"), "--ca and --ca-of"),
        (("--ca-of", "nobody"), "nobody"),
        (("--timeout", "nan"), "nan"),
    ],
)
def test_what_cannot_be_offered_is_said(mtlsctl: Tool, lab: Lab, options: tuple[str, ...], message: str) -> None:
    trusting = any(option.startswith(("--ca", "--certifi", "--system")) for option in options)
    done = mtlsctl("handshake", "localhost:1", *options, *(() if trusting else ("--ca", lab.cert("root"))))
    assert (done.exit_code, done.stdout) == (2, "")
    assert message in done.stderr
    assert "defect" not in done.stderr


def test_a_library_without_the_private_way_is_an_error_and_no_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    """Groups and signature algorithms have no public way in pyOpenSSL: a release may lose the private one."""
    monkeypatch.setattr(offer, "_private", lambda name: None)
    made = client_context(TlsSettings(groups="P-384"))
    assert SSL.Connection(made, None) is not None
    with pytest.raises(MtlsctlError, match="cannot limit the groups"):
        client_context(TlsSettings(groups="x25519"))
    with pytest.raises(MtlsctlError, match="cannot limit the signature algorithms"):
        client_context(TlsSettings(sigalgs="ed25519"))


def test_alpn_that_fits_no_hello() -> None:
    with pytest.raises(UsageError, match="do not fit"):
        client_context(TlsSettings(alpn=tuple("a" * 255 for _ in range(300))))


def test_no_server_name_is_sent_and_the_name_is_verified_all_the_same(lab: Lab) -> None:
    with tls_lab.s_server(lab, "server-other-name") as port:
        with tls_lab.relay(port) as (near, unnamed):
            none = ask(near, "--ca", lab.cert("root"), "--no-servername")
        with tls_lab.relay(port) as (near, named):
            wrong = ask(near, "--ca", lab.cert("root"))
    assert (none["result"]["server_name"], none["findings"][0]["code"]) == ("", "server-name-mismatch")
    assert wrong["result"]["server_name"] == "localhost"
    assert (b"localhost" in unnamed, b"localhost" in named) == (False, True)


@pytest.mark.parametrize(
    ("target", "options", "says"),
    [
        ("127.0.0.1:{port}", ("--servername", "localhost"), "  sni         localhost\n"),
        ("localhost:{port}", (), ""),
    ],
)
def test_the_name_that_is_asked_for_is_shown_where_it_is_another(
    mtlsctl: Tool, lab: Lab, target: str, options: tuple[str, ...], says: str
) -> None:
    with tls_lab.s_server(lab, "server") as port:
        said = mtlsctl("handshake", target.format(port=port), "--ca", lab.cert("root"), *options).stdout
    shown = [line for line in said.splitlines(keepends=True) if line.startswith("  sni ")]
    assert "".join(shown) == says
    assert f"  address     127.0.0.1:{port} (dns " in said


def store(folder: Path, lab: Lab, *options: str, secret: str = "pass:correct horse") -> Path:
    """A PKCS#12 file of alice, her root before her issuing CA."""
    path = folder / "alice.p12"
    leaf = support.write(
        folder / "leaf.pem", lab.cert("alice").read_bytes().split(b"-----BEGIN")[1].join((b"-----BEGIN", b""))
    )
    more = support.write(folder / "more.pem", lab.cert("root").read_bytes(), lab.cert("issuing").read_bytes())
    words = ["openssl", "pkcs12", "-export", "-inkey", lab.key("alice"), "-in", leaf, "-certfile", more]
    subprocess.run([*words, "-out", path, "-passout", secret, *options], check=True)
    return path


@pytest.mark.parametrize("options", [(), ("-legacy", "-descert")], ids=["modern", "legacy"])
@pytest.mark.parametrize("by", ["--cert", "--identity"])
def test_a_pkcs12_file_and_its_password(lab: Lab, tmp_path: Path, by: str, options: tuple[str, ...]) -> None:
    path = store(tmp_path, lab, *options)
    right = support.write(tmp_path / "right", b"correct horse\n")
    wrong = support.write(tmp_path / "wrong", b"battery staple\n")
    with tls_lab.s_server(lab, "server", *MUTUAL, "-CAfile", str(lab.cert("root"))) as port:
        opened = ask(port, by, path, "--ca", lab.cert("root"), "--password-file", right)
        shut = ask(port, by, path, "--ca", lab.cert("root"), "--password-file", wrong)
        unasked = ask(port, by, path, "--ca", lab.cert("root"))
    assert (opened["exit"], opened["result"]["client_certificate"]["subject"]) == (0, "CN=alice"), opened
    assert opened["result"]["sent_certificate"], "with its chain: the server knows the root alone"
    assert (shut["exit"], shut["error"]["code"]) == (2, "client-key-encrypted")
    assert (unasked["exit"], unasked["error"]["code"]) == (2, "client-key-encrypted")
    assert "staple" not in json.dumps(shut)


def test_a_pkcs12_file_without_a_password_and_one_without_a_key(lab: Lab, tmp_path: Path) -> None:
    path = store(tmp_path, lab, secret="pass:")
    with tls_lab.s_server(lab, "server", *MUTUAL, "-CAfile", str(lab.cert("root"))) as port:
        opened = ask(port, "--cert", path, "--ca", lab.cert("root"))
        bare = store(tmp_path, lab, "-nokeys", secret="pass:")
        keyless = ask(port, "--cert", bare, "--ca", lab.cert("root"))
        beside = ask(port, "--cert", bare, "--key", lab.key("alice"), "--ca", lab.cert("root"))
        other = ask(port, "--cert", bare, "--key", lab.key("server"), "--ca", lab.cert("root"))
    assert (opened["exit"], beside["exit"]) == (0, 0), (opened, beside)
    assert (keyless["exit"], keyless["error"]["code"]) == (2, "client-file-invalid")
    assert "--key FILE" in keyless["error"]["hint"]
    assert (other["exit"], other["error"]["code"]) == (2, "client-key-mismatch")


def test_der_and_pkcs7(lab: Lab, tmp_path: Path) -> None:
    der, key, p7 = tmp_path / "alice.der", tmp_path / "alice.key.der", tmp_path / "alice.p7b"
    subprocess.run(["openssl", "x509", "-in", lab.cert("server"), "-outform", "DER", "-out", der], check=True)
    subprocess.run(["openssl", "pkey", "-in", lab.key("server"), "-outform", "DER", "-out", key], check=True)
    together = support.write(tmp_path / "all.pem", lab.cert("root").read_bytes(), lab.cert("alice").read_bytes())
    words = ["openssl", "crl2pkcs7", "-nocrl", "-certfile", together, "-outform", "DER", "-out", p7]
    subprocess.run(words, check=True)
    with tls_lab.s_server(lab, "server", *MUTUAL, "-CAfile", str(lab.cert("root"))) as port:
        plain = ask(port, "--cert", der, "--key", key, "--ca", lab.cert("root"))
        keyless = ask(port, "--cert", der, "--ca", lab.cert("root"))
        signed = ask(port, "--cert", p7, "--key", lab.key("alice"), "--ca", lab.cert("root"))
    assert plain["result"]["client_certificate"]["subject"] == "CN=localhost"
    assert plain["result"]["sent_certificate"]
    assert (keyless["exit"], keyless["error"]["hint"]) == (2, "it holds no private key: pass --key FILE")
    assert (signed["exit"], signed["result"]["client_certificate"]["subject"]) == (0, "CN=alice")


def test_the_chain_of_a_bag_of_certificates() -> None:
    root = support.make_cert("Root", ca=True)
    issuing = support.make_cert("Issuing", root, ca=True)
    other = support.make_cert("Issuing", ca=True)
    leaf = support.make_cert("leaf", issuing)
    found = [c.certificate for c in (root, other, issuing, leaf)]
    assert bag.chain_of(found, leaf.key) == (leaf.certificate, issuing.certificate)
    assert bag.chain_of(found[:3], leaf.key) == ()
    assert bag.chain_of([root.certificate], root.key) == (root.certificate,)


def test_the_system_s_roots_and_certifi_s(lab: Lab, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    place = support.write(tmp_path / "ca-certificates.crt", lab.cert("root").read_bytes())
    monkeypatch.setattr(truststore, "PLACES", (str(tmp_path / "not-there"), str(place)))
    monkeypatch.setenv("MTLSCTL_CA", "no-such-ca")  # what was typed wins
    with tls_lab.s_server(lab, "server") as port:
        system, public = ask(port, "--system-ca"), ask(port, "--certifi")
        monkeypatch.setattr(truststore, "PLACES", ())
        missing = ask(port, "--system-ca")
    assert (system["exit"], system["result"]["trust"]) == (0, f"the system's roots in {place}")
    assert public["findings"][0]["code"] == "server-untrusted-root"
    assert public["result"]["trust"].startswith("the public roots of certifi")
    assert (missing["exit"], missing["error"]["code"]) == (2, "not-found")


@pytest.mark.filterwarnings("ignore:Parsed a serial number")  # one of Debian's roots
def test_this_system_has_roots_or_says_that_it_has_none() -> None:
    if not any(map(os.path.isfile, truststore.PLACES)):
        with pytest.raises(MtlsctlError, match="no trusted roots"):
            truststore.system_roots()
        return
    found, data, where = truststore.system_roots()
    assert len(found) == data.count(b"BEGIN CERTIFICATE") > 0
    assert where.startswith("the system's roots in /")


def test_identities_and_cas_by_name(mtlsctl: Tool, tmp_path: Path) -> None:
    mtlsctl("ca", "create")
    mtlsctl("issue", "server", "localhost")
    mtlsctl("issue", "client", "alice", "--out", "people")
    support.write(tmp_path / "dev", b"a file of the CA's name\n")
    env = support.environment(tmp_path.parent)
    with tls_lab.serving("--identity", tmp_path / "localhost", env=env) as server:
        where = f"localhost:{server.port}"
        named = mtlsctl("handshake", where, "--identity", "alice", "--json")
        trusted = mtlsctl("handshake", where, "--identity", "alice", "--ca-of", "dev", "--json")
        nobody = mtlsctl("handshake", where, "--identity", "bob")
        mtlsctl("issue", "client", "alice", "--out", "others")
        both = mtlsctl("handshake", where, "--identity", "alice")
    assert (named.exit_code, named.json["result"]["client_certificate"]["subject"]) == (0, "CN=alice"), named.stdout
    assert named.json["result"]["trust"] == str(tmp_path / "people" / "alice" / "ca.pem")
    assert (trusted.exit_code, trusted.json["result"]["trust"]) == (0, "the CA dev")
    assert (nobody.exit_code, nobody.stderr.splitlines()[1]) == (2, "hint: make one: mtlsctl issue client bob")
    assert (both.exit_code, "several identities are called alice" in both.stderr) == (2, True)


def test_help_groups_the_options(mtlsctl: Tool) -> None:
    said = mtlsctl("handshake", "--help").stdout
    places = [said.index(f"\n{title}:\n") for title in ("Options", "Our certificate", "Whom we trust", "What we offer")]
    assert places == sorted(places)
    assert said.index("  --ciphers LIST") > places[-1]

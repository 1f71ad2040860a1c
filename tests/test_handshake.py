"""mtlsctl handshake against real servers on loopback."""

import contextlib
import io
import json
import socket
import ssl
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import support
import tls_lab
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from tls_lab import Lab

from mtlsctl.cli import app
from mtlsctl.core import alerts

MUTUAL = ("-Verify", "3", "-verify_return_error")
VERSIONS = ("1.2", "1.3")
Tool = Callable[..., support.Result]


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    return tls_lab.build(tmp_path_factory.mktemp("lab"))


def ask(lab: Lab, port: int, *options: Any, host: str = "localhost", ca: str = "root") -> Any:
    """Run the command in this process, which is faster; the JSON answer with the exit status beside it."""
    words = ["handshake", f"{host}:{port}", "--ca", lab.cert(ca), *options, "--json"]
    with contextlib.redirect_stdout(io.StringIO()) as said:
        status = app.run([str(word) for word in words])
    return json.loads(said.getvalue()) | {"exit": status}


def code(answer: Any) -> str:
    return answer["findings"][0]["code"]


@pytest.mark.parametrize("version", VERSIONS)
def test_both_sides_accept(lab: Lab, version: str) -> None:
    with tls_lab.s_server(lab, "server", *MUTUAL, "-CAfile", str(lab.cert("root"))) as port:
        answer = ask(lab, port, *lab.pair("alice"), "--tls-max", version)
    result = answer["result"]
    assert (answer["exit"], answer["ok"], code(answer)) == (0, True, "ok")
    assert (result["refused_by"], result["confidence"], result["accepted"]) == ("nobody", "likely", True)
    assert result["version"] == f"TLSv{version}"
    assert result["asked_for_certificate"]
    assert result["sent_certificate"]
    assert result["acceptable_issuers"] == ["CN=Lab Root"]
    assert result["server_chain"][0]["names"] == ["DNS:localhost", "IP:127.0.0.1"]
    assert result["server_chain"][0]["pem"].startswith("-----BEGIN CERTIFICATE-----")
    assert len(result["server_chain"][0]["sha256"]) == len(result["server_chain"][0]["spki_sha256"]) == 64
    assert result["client_certificate"]["subject"] == "CN=alice"
    assert result["alerts"] == []
    assert result["tls_seconds"] > 0


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("client", "expected", "alert", "confidence"),
    [
        ("", "client-cert-required", {"1.2": 40, "1.3": 116}, "certain"),
        ("expired", "client-cert-expired", 45, "certain"),
        ("future", "client-cert-not-yet-valid", 42, "likely"),
        ("wrong-eku", "client-cert-wrong-eku", 43, "certain"),
        ("stranger", "client-cert-untrusted", 48, "certain"),
        ("stranger-leaf", "client-cert-untrusted", 48, "likely"),
        ("self-signed", "client-cert-self-signed", 48, "certain"),
        ("leaf-only", "client-cert-missing-intermediate", 48, "certain"),
        ("rekeyed", "client-ca-rekeyed", 48, "likely"),
    ],
)
def test_the_server_refuses_our_certificate(
    lab: Lab, version: str, client: str, expected: str, alert: Any, confidence: str
) -> None:
    with tls_lab.s_server(lab, "server", *MUTUAL, "-CAfile", str(lab.cert("root"))) as port:
        options = lab.pair(client) if client else ()
        answer = ask(lab, port, *options, "--tls-max", version)
    result = answer["result"]
    number = alert[version] if isinstance(alert, dict) else alert
    assert (answer["exit"], code(answer)) == (1, expected), answer["findings"]
    assert (result["refused_by"], result["accepted"]) == ("server", False)
    assert [(a["direction"], a["number"]) for a in result["alerts"]] == [("received", number)]
    assert f"alert {number}" in answer["findings"][0]["message"]
    assert answer["findings"][0]["hint"]
    assert result["confidence"] == confidence


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("server", "ca", "host", "expected", "alert"),
    [
        ("server-expired", "root", "localhost", "server-cert-expired", 45),
        ("server-future", "root", "localhost", "server-cert-not-yet-valid", 42),
        ("server", "other-root", "localhost", "server-untrusted-root", 48),
        ("server-self-signed", "other-root", "localhost", "server-self-signed", 48),
        ("server-wrong-eku", "root", "localhost", "server-wrong-eku", 43),
        ("server-other-name", "root", "localhost", "server-name-mismatch", 42),
        ("server", "root", "127.0.0.2", "server-ip-not-in-san", 42),
    ],
)
def test_we_refuse_the_server_and_keep_our_certificate(
    lab: Lab, version: str, server: str, ca: str, host: str, expected: str, alert: int
) -> None:
    accept = ("-accept", f"{host}:0") if host == "127.0.0.2" else ()
    chain = ("-cert_chain", str(lab.cert("issuing"))) if server != "server-self-signed" else ()
    with tls_lab.s_server(lab, server, "-verify", "3", "-CAfile", str(lab.cert("root")), *chain, *accept) as port:
        answer = ask(lab, port, *lab.pair("alice"), "--tls-max", version, host=host, ca=ca)
    result = answer["result"]
    assert (answer["exit"], code(answer)) == (1, expected), answer["findings"]
    # What issued the last certificate that came need not be a root.
    sure = "likely" if expected == "server-untrusted-root" else "certain"
    assert (result["refused_by"], result["confidence"]) == ("client", sure)
    assert [(a["direction"], a["number"]) for a in result["alerts"]] == [("sent", alert)]
    assert result["asked_for_certificate"]
    assert not result["sent_certificate"]


@pytest.mark.parametrize("version", VERSIONS)
def test_our_certificate_does_not_leave_for_a_server_that_does_not_verify(lab: Lab, version: str) -> None:
    """TLS 1.2 would send it in the clear; in 1.3 whoever sits in between is the one who decrypts it."""
    ours = x509.load_pem_x509_certificate(lab.cert("alice").read_bytes()).public_bytes(Encoding.DER)
    asking = ("-verify", "3", "-CAfile", str(lab.cert("root")))
    with tls_lab.s_server(lab, "server-expired", *asking) as port:
        with tls_lab.relay(port) as (near, strict_bytes):
            strict = ask(lab, near, *lab.pair("alice"), "--tls-max", version)
        with tls_lab.relay(port) as (near, lenient_bytes):
            lenient = ask(lab, near, *lab.pair("alice"), "--tls-max", version, "--insecure")
    assert not strict["result"]["sent_certificate"]
    assert strict_bytes[strict_bytes[4] + (strict_bytes[3] << 8) + 5 :].endswith(alerts.record(45))
    assert len(strict_bytes) < len(lenient_bytes) - len(ours)
    assert ours not in strict_bytes
    assert (ours in lenient_bytes) == (version == "1.2")
    assert lenient["result"]["sent_certificate"]
    assert (lenient["exit"], code(lenient)) == (0, "verify-disabled")
    assert "server-cert-expired" in [f["code"] for f in lenient["findings"]]


def test_a_server_that_leaves_its_intermediate_out(lab: Lab) -> None:
    with tls_lab.serving(*lab.pair("server-leaf-only")) as server:
        answer = ask(lab, server.port)
    assert (answer["exit"], code(answer)) == (1, "server-missing-intermediate"), answer["findings"]
    assert "Lab Issuing" in answer["findings"][0]["message"] + answer["findings"][0]["hint"]


@pytest.mark.parametrize("odd", tls_lab.ODD)
def test_a_server_whose_certificate_cannot_be_decoded(lab: Lab, tmp_path: Path, odd: str) -> None:
    root = support.make_cert("Odd Root", ca=True)
    support.write(tmp_path / "root.pem", root.pem)
    support.write(tmp_path / "issuing.pem", root.pem)
    tls_lab.odd_pair(tmp_path, root, odd, support.SERVER_AUTH)
    there = Lab(tmp_path)
    with tls_lab.s_server(there, "odd", "-verify", "3") as port:
        strict = ask(there, port, *lab.pair("alice"))
        lenient = ask(there, port, *lab.pair("alice"), "--insecure")
    assert (strict["exit"], code(strict)) == (1, "server-cert-invalid"), strict["findings"]
    assert (strict["result"]["refused_by"], strict["result"]["sent_certificate"]) == ("client", False)
    assert (lenient["exit"], code(lenient)) == (0, "verify-disabled")


def test_endless_data_in_place_of_a_verdict_is_not_kept(lab: Lab) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(lab.cert("server"), lab.key("server"))
    context.load_verify_locations(lab.cert("root"))
    context.verify_mode = ssl.CERT_REQUIRED
    context.num_tickets = 0

    def talk(connection: socket.socket) -> None:
        with contextlib.suppress(OSError), context.wrap_socket(connection, server_side=True) as tls:
            while True:
                tls.sendall(b"A" * 16384)

    with tls_lab.plain_server(talk) as port:
        words = ("handshake", f"localhost:{port}", "--ca", lab.cert("root"), *lab.pair("alice"), "--json")
        # From a small process: a child's peak begins with the size of the one that it was forked from, here pytest's.
        measure = (
            "import resource as r, subprocess, sys; subprocess.run(sys.argv[1:], check=True);"
            "print(r.getrusage(r.RUSAGE_CHILDREN).ru_maxrss)"
        )
        done = subprocess.run(
            [sys.executable, "-c", measure, support.TOOL, *map(str, words)], capture_output=True, text=True, check=True
        )
    said, peak = done.stdout.splitlines()
    answer = json.loads(said)
    assert (code(answer), answer["result"]["confidence"]) == ("ok", "likely")
    assert answer["findings"][0]["message"].endswith("application data came, which a server may send before it judges")
    assert int(peak) < 64 * 1024, "KiB; a quiet server's handshake takes 40 MiB"


def test_a_server_that_breaks_the_protocol_refused_nobody(lab: Lab) -> None:
    """After the handshake a record comes that does not decrypt: it is our library that ends it, over that."""
    settings = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    settings.load_cert_chain(lab.cert("server"), lab.key("server"))
    settings.load_verify_locations(lab.cert("root"))
    settings.verify_mode, settings.num_tickets = ssl.CERT_REQUIRED, 0

    def talk(connection: socket.socket) -> None:
        inside = settings.wrap_socket(connection.dup(), server_side=True)
        connection.sendall(b"\x17\x03\x03\x00\x20" + bytes(32))
        with contextlib.suppress(OSError):
            inside.recv(1)
        inside.close()

    with tls_lab.plain_server(talk) as port:
        answer = ask(lab, port, *lab.pair("alice"), "--tls-min", "1.3", "--no-extra-probes")
    assert (answer["exit"], code(answer), answer["result"]["refused_by"]) == (1, "not-tls", "client"), answer[
        "findings"
    ]
    assert [(a["direction"], a["number"]) for a in answer["result"]["alerts"]] == [("sent", 20)]  # bad_record_mac


def test_notes_beside_a_good_answer(lab: Lab) -> None:
    with tls_lab.s_server(lab, "server-soon") as port:
        not_asked = ask(lab, port, *lab.pair("alice"))
    assert not_asked["exit"] == 0
    assert [f["code"] for f in not_asked["findings"]] == ["ok", "client-cert-not-requested", "expires-soon"]
    with tls_lab.s_server(lab, "server", "-verify", "3", "-CAfile", str(lab.cert("root"))) as port:
        optional = ask(lab, port)
    assert [f["code"] for f in optional["findings"]] == ["ok", "client-cert-optional"]


def test_a_key_of_a_kind_that_the_server_does_not_take_stays_at_home(lab: Lab) -> None:
    options = (*MUTUAL, "-CAfile", str(lab.cert("root")), "-client_sigalgs", "RSA-PSS+SHA256")
    with tls_lab.s_server(lab, "server", *options) as port:
        answer = ask(lab, port, *lab.pair("alice"))
    assert (answer["exit"], code(answer)) == (1, "client-cert-wrong-sigalg")
    assert "ECDSA P-256" in answer["findings"][0]["message"]
    assert not answer["result"]["sent_certificate"]


def test_versions_that_do_not_meet(lab: Lab) -> None:
    with tls_lab.s_server(lab, "server", "-tls1_3") as port:
        answer = ask(lab, port, "--tls-max", "1.2")
    assert (answer["exit"], code(answer)) == (1, "protocol-version")
    assert (answer["result"]["refused_by"], answer["result"]["confidence"]) == ("server", "certain")
    with tls_lab.s_server(lab, "server", "-tls1_2") as port:
        answer = ask(lab, port, "--tls-min", "1.3")
    assert (answer["exit"], code(answer)) == (1, "protocol-version")


def test_nothing_in_common(lab: Lab) -> None:
    with tls_lab.s_server(lab, "server", "-tls1_2", "-cipher", "AES128-SHA") as port:
        answer = ask(lab, port)
    assert (answer["exit"], code(answer)) == (1, "no-shared-cipher")
    assert answer["result"]["confidence"] == "unknown"  # a suite for RSA, and an ECDSA key: it agrees with nobody
    assert "no-shared-group" in [f["code"] for f in answer["findings"]]


def test_alpn_is_offered_and_shown(lab: Lab) -> None:
    with tls_lab.s_server(lab, "server", "-alpn", "h2,http/1.1") as port:
        answer = ask(lab, port, "--alpn", "http/1.1")
        clash = ask(lab, port, "--alpn", "acme-tls/1")
    assert answer["result"]["alpn"] == "http/1.1"
    assert (clash["exit"], code(clash)) == (1, "alpn-mismatch")


def _says(words: bytes) -> Callable[[socket.socket], None]:
    def talk(connection: socket.socket) -> None:
        connection.sendall(words)
        connection.recv(4096)

    return talk


def _answers(words: bytes) -> Callable[[socket.socket], None]:
    def talk(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(words)

    return talk


@pytest.mark.parametrize(
    ("talk", "expected", "hint"),
    [
        (_answers(b"HTTP/1.1 400 Bad Request\r\n\r\n"), "plain-http-port", "http://"),
        (_says(b"220 mail.test ESMTP Postfix\r\n"), "starttls-required", "--starttls smtp"),
        (_says(b"* OK IMAP4rev2 ready\r\n"), "starttls-required", "993"),
        (_says(b"SSH-2.0-OpenSSH_9.9\r\n"), "not-tls", ""),
        (_answers(b"\x00\x01\x02\x03nonsense"), "not-tls", ""),
        (_answers(b""), "connection-closed", ""),
        (_answers(b"\x15\x03\x03\x00\x02\x02\x28"), "no-shared-cipher", ""),
        (_answers(b"\x15\x03\x03\x00\x02\x02\x50"), "sni-unrecognized", "--servername"),
        (_answers(b"\x15\x03\x03\x00\x02\x02\x70"), "sni-unrecognized", "--servername"),
        (_answers(b"\x16\x03\x03\xff\xff" + b"\x00" * 64), "not-tls", ""),
    ],
)
def test_servers_that_speak_something_else(
    lab: Lab, talk: Callable[[socket.socket], None], expected: str, hint: str
) -> None:
    with tls_lab.plain_server(talk) as port:
        answer = ask(lab, port)
    assert (answer["exit"], code(answer)) == (1, expected), answer["findings"]
    assert hint in answer["findings"][0]["hint"]
    assert answer["result"]["refused_by"] in ("server", "client")


def test_a_silent_server(lab: Lab) -> None:
    with tls_lab.plain_server(lambda connection: connection.recv(99999) and connection.recv(1)) as port:
        answer = ask(lab, port, "--timeout", "0.4")
    assert (answer["exit"], code(answer)) == (2, "handshake-stalled")
    assert answer["result"]["refused_by"] == "network"


def test_a_server_that_resets(lab: Lab) -> None:
    def reset(connection: socket.socket) -> None:
        connection.recv(1)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

    with tls_lab.plain_server(reset) as port:
        answer = ask(lab, port)
    assert (answer["exit"], code(answer)) == (1, "connection-reset")
    assert answer["result"]["confidence"] == "unknown"


def test_nobody_listens(lab: Lab) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    answer = ask(lab, port, host="127.0.0.1")
    assert (answer["exit"], code(answer)) == (2, "connection-refused")
    assert answer["result"]["refused_by"] == "network"
    assert answer["result"]["tried"]


def test_a_name_without_an_address(lab: Lab) -> None:
    answer = ask(lab, 443, host="no-such-host.invalid")
    assert (answer["exit"], code(answer)) == (2, "dns-failure")


def test_identity_folder_and_explicit_options_win(mtlsctl: Tool, lab: Lab) -> None:
    with tls_lab.serving("--identity", lab.folder / "id-server") as server:
        where = f"localhost:{server.port}"
        good = mtlsctl("handshake", where, "--identity", lab.folder / "id-alice")
        other = mtlsctl("handshake", where, "--identity", lab.folder / "id-alice", "--ca", lab.cert("other-root"))
        stranger = mtlsctl("handshake", where, "--identity", lab.folder / "id-alice", *lab.pair("stranger"))
    assert good.exit_code == 0
    assert "our certificate CN=alice was sent and not refused" in good.stdout
    assert "[server-untrusted-root]" in other.stdout
    assert "[client-cert-untrusted]" in stranger.stdout


@pytest.mark.parametrize(
    ("words", "code_", "message"),
    [
        (("nowhere:",), "usage", "port"),
        (("",), "usage", "an empty word"),
        (("localhost:1", "--cert", "{server.pem}"), "client-file-invalid", "private key"),
        (("localhost:1", "--cert", "missing.pem", "--key", "missing.key"), "client-file-unreadable", "missing.pem"),
        (("localhost:1", "--cert", "{server.key}", "--key", "{server.key}"), "client-file-invalid", "server.key"),
        (("localhost:1", "--cert", "{server.pem}", "--key", "{alice.key}"), "client-key-mismatch", "does not belong"),
        (("localhost:1", "--ca", "{server.key}"), "ca-file-invalid", "server.key"),
        (("localhost:1", "--ca", "./missing.pem"), "ca-file-unreadable", "missing.pem"),
        (("localhost:1", "--identity", "nobody"), "not-found", "nobody"),
        (("localhost:1", "--key", "{server.key}"), "usage", "--cert"),
        (("localhost:1", "--tls-min", "1.3", "--tls-max", "1.2"), "usage", "above"),
        (("localhost:1", "--tls-min", "2.0"), "usage", "2.0"),
        (("localhost:1", "--servername", "127.0.0.1"), "usage", "address"),
        (("localhost:1", "--servername", ""), "usage", "empty"),
        (("localhost:1", "--alpn", ""), "usage", "--alpn is empty"),
        (("localhost:1", "--alpn", "a" * 256), "usage", "ALPN"),
        (("localhost:1", "--http", "no-slash"), "usage", "--http /"),
        (("localhost:1", "--http", "/a b"), "usage", "--http /"),
        (("localhost:1", "--timeout", "0"), "usage", "range"),
    ],
)
def test_what_cannot_be_done_is_said(mtlsctl: Tool, lab: Lab, words: tuple[str, ...], code_: str, message: str) -> None:
    filled = [str(lab.folder / w[1:-1]) if w.startswith("{") else w for w in words]
    trust = () if "--ca" in words or "--identity" in words else ("--ca", lab.cert("root"))
    done = mtlsctl("handshake", *filled, *trust, "--json")
    assert done.exit_code == 2
    assert (done.json["ok"], done.json["error"]["code"]) == (False, code_), done.stdout
    assert message in done.json["error"]["message"] + done.json["error"]["hint"]


def test_what_was_typed_wins_over_the_environment(mtlsctl: Tool, lab: Lab, env: dict[str, str]) -> None:
    """MTLSCTL_CA is set for signing: it must not take the place of an identity's own ca.pem."""
    with tls_lab.serving("--identity", lab.folder / "id-server") as server:
        where, other = f"localhost:{server.port}", env | {"MTLSCTL_CA": str(lab.cert("other-root"))}
        folder = mtlsctl("handshake", where, "--identity", lab.folder / "id-alice", env=other)
        named = mtlsctl("handshake", where, *lab.pair("alice"), "--ca", lab.cert("root"), env=other)
        alone = mtlsctl("handshake", where, *lab.pair("alice"), env=other)
    assert (folder.exit_code, named.exit_code, alone.exit_code) == (0, 0, 1)
    assert f"trust       {lab.folder}/id-alice/ca.pem\n" in folder.stdout
    assert f"trust       {lab.cert('other-root')} (MTLSCTL_CA)\n" in alone.stdout


def test_cert_without_its_key_and_the_two_swapped(mtlsctl: Tool, lab: Lab, tmp_path: Path) -> None:
    trust = ("--ca", lab.cert("root"))
    bare = mtlsctl("handshake", "localhost:1", "--cert", lab.cert("alice"), *trust)
    assert (bare.exit_code, bare.stderr.splitlines()[-1]) == (2, "hint: pass --key FILE")
    folder = lab.folder / "id-alice"
    beside = mtlsctl("handshake", "localhost:1", "--cert", folder / "fullchain.pem", *trust)
    assert beside.stderr.splitlines()[-1] == f"hint: pass --key {folder / 'key.pem'}"
    swapped = mtlsctl("handshake", "localhost:1", "--cert", lab.key("alice"), "--key", lab.cert("alice"), *trust)
    assert (swapped.exit_code, "look swapped" in swapped.stderr) == (2, True)


def test_odd_certificates_that_are_taken_draw_no_warnings(mtlsctl: Tool, tmp_path: Path) -> None:
    """A serial below zero, a common name of 300 letters: cryptography has a word to its developers for each."""
    root = support.make_cert("Odd Root", ca=True)
    for name in ("root", "issuing"):
        support.write(tmp_path / f"{name}.pem", root.pem)
    for odd in tls_lab.TAKEN:
        tls_lab.odd_pair(tmp_path, root, odd, support.SERVER_AUTH)
        with tls_lab.s_server(Lab(tmp_path), "odd") as port:
            done = mtlsctl("handshake", f"localhost:{port}", "--ca", tmp_path / "root.pem")
        assert (done.exit_code, done.stderr) == (0, "")


def test_an_encrypted_key_and_its_password(mtlsctl: Tool, lab: Lab, tmp_path: Path) -> None:
    from cryptography.hazmat.primitives import serialization as s

    key = s.load_pem_private_key(lab.key("alice").read_bytes(), None)
    locked = tmp_path / "locked.key"
    locked.write_bytes(
        key.private_bytes(s.Encoding.PEM, s.PrivateFormat.PKCS8, s.BestAvailableEncryption(b"correct horse"))
    )
    right, wrong = tmp_path / "right", tmp_path / "wrong"
    right.write_text("correct horse\n")
    wrong.write_text("battery staple\n")
    words = ("--ca", lab.cert("root"), "--cert", lab.cert("alice"), "--key", locked, "--json")
    with tls_lab.serving(*lab.pair("server"), "--client-ca", lab.cert("root")) as server:
        where = f"localhost:{server.port}"
        opened = mtlsctl("handshake", where, *words, "--password-file", right)
        refused = mtlsctl("handshake", where, *words, "--password-file", wrong)
        unasked = mtlsctl("handshake", where, *words)
    assert opened.exit_code == 0, opened.stdout
    assert (refused.exit_code, refused.json["error"]["code"]) == (2, "client-key-encrypted")
    assert (unasked.exit_code, unasked.json["error"]["code"]) == (2, "client-key-encrypted")
    assert "staple" not in refused.stdout + refused.stderr


def test_a_good_handshake_loads_only_what_it_needs(lab: Lab, tmp_path: Path) -> None:
    """Serialization brings SSH and its ciphers; dataclasses are slow to make: a tenth of a handshake's start."""
    cert = support.write(tmp_path / "all.pem", *(path.read_bytes() for path in (lab.cert("alice"), lab.key("alice"))))
    code = (
        "import os, sys, mtlsctl.__main__ as m\n"
        "m.finish = lambda status: (print(*sys.modules), sys.stdout.flush(), os._exit(status))\n"
        "m.main()\n"
    )
    with tls_lab.s_server(lab, "server", *MUTUAL, "-CAfile", str(lab.cert("root"))) as port:
        words = ("handshake", f"localhost:{port}", "--ca", lab.cert("root"), "--cert", cert)
        done = subprocess.run([sys.executable, "-I", "-c", code, *words], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.splitlines()[-1].split())
    assert "OpenSSL.SSL" in loaded
    assert not loaded & {"cryptography.hazmat.primitives.serialization", "dataclasses", "json", "rich", "ssl"}


def test_without_ca_the_public_roots_are_trusted_and_named(mtlsctl: Tool, lab: Lab, env: dict[str, str]) -> None:
    with tls_lab.s_server(lab, "server") as port:
        done = mtlsctl(
            "handshake", f"localhost:{port}", "--json", env={k: v for k, v in env.items() if k != "SSL_CERT_FILE"}
        )
        chosen = mtlsctl("handshake", f"localhost:{port}", env=env | {"SSL_CERT_FILE": str(lab.cert("root"))})
    assert done.exit_code == 1
    assert "certifi" in done.json["result"]["trust"]
    assert code(done.json) == "server-untrusted-root"
    assert chosen.exit_code == 0
    assert "SSL_CERT_FILE" in chosen.stdout


_PAGE = "HTTP/1.1 {} x\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{}"


@pytest.mark.parametrize(
    ("status", "body", "expected", "exit_code"),
    [
        ("200", "hello", "ok", 0),
        ("404", "not here", "ok", 0),
        ("403", "forbidden", "client-cert-refused-by-app", 1),
        ("400", "<center>No required SSL certificate was sent</center>", "client-cert-required", 1),
        ("400", "<center>The SSL certificate error</center>", "client-cert-refused-by-app", 1),
    ],
)
def test_the_application_has_the_last_word(
    lab: Lab, status: str, body: str, expected: str, exit_code: int, tmp_path: Path
) -> None:
    (tmp_path / "page").write_bytes(_PAGE.format(status, len(body), body).encode())
    with tls_lab.s_server(lab, "server", "-HTTP", cwd=tmp_path) as port:
        answer = ask(lab, port, "--http", "/page")
    assert (answer["exit"], code(answer)) == (exit_code, expected), answer["findings"]
    assert answer["result"]["http_status"].startswith(status)
    assert answer["result"]["refused_by"] == ("app" if exit_code else "nobody")


def test_no_request_goes_to_a_server_that_does_not_verify(lab: Lab, tmp_path: Path) -> None:
    (tmp_path / "page").write_bytes(_PAGE.format("200", 2, "hi").encode())
    with tls_lab.s_server(lab, "server-expired", "-HTTP", cwd=tmp_path) as port:
        strict = ask(lab, port, "--http", "/page")
        lenient = ask(lab, port, "--http", "/page", "--insecure")
    assert (strict["exit"], strict["result"]["http_status"]) == (1, "")
    assert (lenient["exit"], lenient["result"]["http_status"]) == (0, "200 x")


def test_a_crl_of_ours_against_the_server(mtlsctl: Tool, tmp_path: Path) -> None:
    for words in (["ca", "create"], ["issue", "server", "gone", "localhost"]):
        assert mtlsctl(*words).exit_code == 0
    assert mtlsctl("revoke", "gone").exit_code == 0
    with tls_lab.serving("--identity", tmp_path / "gone", "--no-client-cert") as server:
        plain = mtlsctl("handshake", f"localhost:{server.port}", "--ca", "dev", "--json").json
        checked = mtlsctl("handshake", f"localhost:{server.port}", "--ca", "dev", "--crl", "dev", "--json").json
        missing = mtlsctl("handshake", f"localhost:{server.port}", "--ca", "dev", "--crl", "no-such", "--json")
    assert code(plain) == "ok"
    assert (code(checked), checked["result"]["refused_by"]) == ("server-cert-revoked", "client")
    assert missing.exit_code == 2


@pytest.mark.parametrize(("options", "status"), [((), 1), (("--insecure",), 0)])
def test_a_server_whose_certificate_ends_in_the_year_0(
    lab: Lab, mtlsctl: Tool, options: tuple[str, ...], status: int
) -> None:
    """OpenSSL takes it for one that has expired; cryptography takes it, too, and has no time to give for it."""
    made = support.make_cert("localhost", sans=tls_lab.LOCAL, not_after=datetime(2077, 1, 1, tzinfo=UTC))
    odd = made.certificate.public_bytes(Encoding.DER).replace(b"20770101000000Z", b"00000101000000Z")
    support.write(lab.cert("year-0"), ssl.DER_cert_to_PEM_cert(odd).encode())
    support.write(lab.key("year-0"), made.key_pem)
    with tls_lab.s_server(lab, "year-0") as port:
        answer = ask(lab, port, *options)
        text = mtlsctl("handshake", f"localhost:{port}", "--ca", lab.cert("root"), *options)
    assert (answer["exit"], text.exit_code) == (status, status)
    assert "server-cert-invalid" in [finding["code"] for finding in answer["findings"]]
    assert answer["result"]["server_chain"][0]["not_after"].startswith("0001-01-01")
    assert "until a time that cannot be read" in text.stdout

"""Every code that mtlsctl serve can say is said: to real clients, and to bytes that no client here sends."""

import ast
import json
import re
import socket
import ssl
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import support
import tls_lab
from tls_lab import Lab, Server

import mtlsctl
from mtlsctl.core import codes

CORE = ("core/diagnose_client.py", "core/diagnose_hello.py", "core/diagnose_refused_us.py", "workflows/fresh.py")
RESET = b"\1\0\0\0\0\0\0\0"  # SO_LINGER: on, 0 seconds


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    return tls_lab.build(tmp_path_factory.mktemp("lab"))


@pytest.fixture(scope="module")
def server(lab: Lab) -> Iterator[Server]:
    with tls_lab.serving(*lab.pair("server"), "--client-ca", lab.cert("root"), "--timeout", "2") as running:
        yield running


def connect(server: Server) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.port), tls_lab.PATIENCE)


def send(server: Server, data: bytes) -> None:
    """Bytes, then the end."""
    with connect(server) as connection:
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        try:
            while connection.recv(65536):
                pass
        except ConnectionResetError:
            pass


def hello(name: str = "localhost") -> bytes:
    """A ClientHello of TLS 1.2, by Python's ssl."""
    context = ssl.create_default_context()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.check_hostname = False
    out = ssl.MemoryBIO()
    client = context.wrap_bio(ssl.MemoryBIO(), out, server_hostname=name or None)
    with pytest.raises(ssl.SSLWantReadError):
        client.do_handshake()
    return out.read()


def alert(number: int, name: str = "localhost") -> Callable[[Server], None]:
    """A client of TLS 1.2 that sees our certificate and says an alert, in the clear as it is then."""

    def act(server: Server) -> None:
        with connect(server) as connection:
            connection.sendall(hello(name))
            seen = b""
            while b"\x0e\0\0\0" not in seen:  # ServerHelloDone
                seen += connection.recv(65536)
            connection.sendall(bytes((21, 3, 3, 0, 2, 2, number)))
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(65536):
                pass

    return act


def s_client(*options: str) -> Callable[[Server], None]:
    def act(server: Server) -> None:
        words = ["openssl", "s_client", "-connect", f"127.0.0.1:{server.port}", "-servername", "localhost", *options]
        subprocess.run(words, input=b"", capture_output=True, timeout=30, check=False)

    return act


def reset(server: Server) -> None:
    with connect(server) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        connection.sendall(hello())
        connection.recv(16)


def closes(name: str = "localhost") -> Callable[[Server], None]:
    """A client that leaves in silence when it has our certificate, as Node does."""

    def act(server: Server) -> None:
        with connect(server) as connection:
            connection.sendall(hello(name))
            seen = b""
            while b"\x0e\0\0\0" not in seen:
                seen += connection.recv(65536)

    return act


def stall(server: Server) -> None:
    with connect(server) as connection:
        connection.sendall(b"\x16\x03\x01\x02\x00")
        while connection.recv(16):
            pass


TLS12, TLS13 = "-tls1_2", "-tls1_3"
Case = tuple[str, str, Callable[[Server], None], tuple[str, ...], str]
# code, who refused, what a client does, the server's own options (none: the server of this file), how sure
CASES: tuple[Case, ...] = (
    ("client-cert-required", "server", s_client(TLS13), (), "certain"),
    ("client-cert-required", "server", s_client(TLS12), (), "certain"),
    ("plain-http-port", "server", lambda s: send(s, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"), (), "certain"),
    ("plain-http-port", "server", lambda s: send(s, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), (), "certain"),
    ("not-tls", "server", lambda s: send(s, b"SSH-2.0-OpenSSH_9.2\r\n"), (), "certain"),
    ("not-tls", "server", lambda s: send(s, b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\xff"), (), "unknown"),
    ("proxy-header-unexpected", "server", lambda s: send(s, b"PROXY TCP4 192.0.2.1 192.0.2.2 5 6\r\n"), (), "certain"),
    ("proxy-header-missing", "server", s_client(), ("--proxy-protocol",), "certain"),
    ("proxy-header-missing", "nobody", lambda s: send(s, b""), ("--proxy-protocol",), "certain"),
    ("connection-closed", "nobody", lambda s: send(s, b""), (), "likely"),
    ("connection-closed", "client", closes(), (), "unknown"),
    ("connection-closed", "client", alert(80), (), "unknown"),
    ("connection-reset", "client", reset, (), "unknown"),
    ("handshake-stalled", "network", stall, (), "likely"),
    ("protocol-version", "server", s_client("-tls1_1", "-cipher", "DEFAULT:@SECLEVEL=0"), (), "certain"),
    ("protocol-version", "server", s_client(TLS13), ("--tls-max", "1.2"), "certain"),
    ("protocol-version", "client", alert(70), (), "certain"),
    ("no-shared-cipher", "server", s_client(TLS12, "-cipher", "ECDHE-RSA-AES128-GCM-SHA256"), (), "certain"),
    ("no-shared-cipher", "server", s_client(TLS12, "-cipher", "ECDHE-ECDSA-AES128-CCM8:@SECLEVEL=0"), (), "certain"),
    (
        "no-shared-cipher",
        "server",
        s_client(TLS13, "-ciphersuites", "TLS_AES_256_GCM_SHA384"),
        ("--ciphers", "TLS_AES_128_GCM_SHA256"),
        "certain",
    ),
    ("no-shared-group", "server", s_client(TLS13, "-groups", "P-384"), ("--groups", "P-256"), "certain"),
    ("no-shared-group", "server", s_client(TLS12, "-groups", "P-384"), ("--groups", "P-256"), "certain"),
    ("no-shared-sigalg", "server", s_client(TLS13, "-sigalgs", "rsa_pss_rsae_sha256"), (), "certain"),
    ("no-shared-sigalg", "server", s_client(TLS13), ("--sigalgs", "ed25519"), "certain"),
    # OpenSSL leaves the suites away that its signature algorithms cannot serve.
    ("no-shared-cipher", "server", s_client(TLS12, "-sigalgs", "rsa_pss_rsae_sha256"), (), "certain"),
    ("server-untrusted-root", "client", alert(48), (), "likely"),
    ("server-untrusted-root", "client", alert(42), (), "unknown"),
    ("server-untrusted-root", "client", alert(46), (), "unknown"),
    ("server-untrusted-root", "client", s_client("-verify_return_error"), (), "likely"),
    ("server-cert-expired", "client", alert(45), (), "likely"),
    ("server-cert-expired", "client", alert(45), ("server-expired",), "certain"),
    ("server-cert-expired", "client", alert(42), ("server-expired",), "likely"),
    ("server-cert-not-yet-valid", "client", alert(42), ("server-future",), "likely"),
    ("server-wrong-eku", "client", alert(43), (), "likely"),
    ("server-wrong-eku", "client", alert(43), ("server-wrong-eku",), "certain"),
    ("server-wrong-eku", "client", alert(46), ("server-wrong-eku",), "likely"),
    ("server-cert-revoked", "client", alert(44), (), "likely"),
    ("server-bad-signature", "client", alert(51), (), "likely"),
    ("server-self-signed", "client", alert(48), ("server-self-signed",), "likely"),
    ("server-missing-intermediate", "client", alert(48), ("server-leaf-only",), "likely"),
    ("server-name-mismatch", "client", alert(42, "wrong.test"), (), "likely"),
    ("server-name-mismatch", "client", closes("wrong.test"), (), "likely"),
    ("server-ip-not-in-san", "client", alert(42, ""), ("server-other-name",), "likely"),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[0]}-{case[1]}")
def test_refused(lab: Lab, server: Server, case: Case) -> None:
    code, who, act, options, how = case
    if not options:
        event = said(server, act)
    else:
        name = options[0] if not options[0].startswith("-") else "server"
        more = options if name == "server" else ()
        with tls_lab.serving(*lab.pair(name), "--client-ca", lab.cert("root"), *more) as own:
            event = said(own, act)
    result = event["result"]
    assert (event["findings"][0]["code"], result["refused_by"], result["confidence"]) == (code, who, how), event


def said(server: Server, act: Callable[[Server], None]) -> Any:
    act(server)
    event = server.event("refused")
    assert event["ok"] == (event["findings"][0]["verdict"] == "note")
    return event


def chains() -> dict[str, tuple[support.Pair, ...]]:
    """Servers' chains, each with one thing wrong above the leaf, or about what the leaf is."""
    root, server = support.make_cert("Root", ca=True), {"sans": tls_lab.LOCAL, "ekus": (support.SERVER_AUTH,)}
    past = {"not_before": support.NOW - 9 * support.DAY, "not_after": support.NOW - support.DAY}
    old = support.make_cert("Old", root, ca=True, **past)
    tight = support.make_cert("Tight", root, ca=True, path_length=0)
    below = support.make_cert("Below", tight, ca=True)
    no_ca = support.make_cert("No CA", root)
    both = support.x509.KeyUsage(True, False, False, False, False, True, False, False, False)
    return {
        "expired-above": (support.make_cert("localhost", old, **server), old),
        "no-ca": (support.make_cert("localhost", no_ca, **server), no_ca),
        "tight": (support.make_cert("localhost", below, **server), below, tight),
        "cn-only": (support.make_cert("localhost", root, ekus=(support.SERVER_AUTH,)), root),
        "ca-as-leaf": (support.make_cert("localhost", root, ca=True, key_usage=both, **server), root),
    }


@pytest.mark.parametrize(
    ("name", "number", "code"),
    [
        ("expired-above", 45, "server-chain-expired"),
        ("no-ca", 48, "server-bad-ca"),
        ("tight", 48, "server-pathlen"),
        ("cn-only", 42, "server-cn-only"),
        ("ca-as-leaf", 46, "portability"),
    ],
)
def test_faults_above_the_leaf_and_what_few_refuse(tmp_path: Path, name: str, number: int, code: str) -> None:
    chain = chains()[name]
    cert = support.write(tmp_path / "s.pem", *(pair.pem for pair in chain))
    key = support.write(tmp_path / "s.key", chain[0].key_pem)
    with tls_lab.serving("--cert", cert, "--key", key) as server:
        event = said(server, alert(number))
    assert (event["findings"][0]["code"], event["result"]["confidence"]) == (code, "likely"), event
    assert event["findings"][0]["whose"] == "ours"


@pytest.mark.parametrize("version", [TLS12, TLS13])
def test_a_stolen_certificate(lab: Lab, server: Server, tmp_path: Path, version: str) -> None:
    """OpenSSL compares the public halves of key and certificate as they stand in the files."""
    from cryptography.hazmat.primitives import serialization as form
    from cryptography.hazmat.primitives.asymmetric import ec

    key = form.load_pem_private_key(lab.key("alice").read_bytes(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    own, other = (k.private_numbers().private_value.to_bytes(32) for k in (key, ec.generate_private_key(key.curve)))
    der = key.private_bytes(form.Encoding.DER, form.PrivateFormat.PKCS8, form.NoEncryption()).replace(own, other)
    stolen = support.write(tmp_path / "stolen.der", der)
    chain = ("-cert", str(lab.cert("alice")), "-cert_chain", str(lab.cert("issuing")), "-keyform", "DER")
    event = said(server, s_client(version, *chain, "-key", str(stolen)))
    found, result = event["findings"][0], event["result"]
    assert (found["code"], result["refused_by"]) == ("client-key-mismatch", "server"), event
    assert "CN=alice" in found["message"]
    assert result["client"]["certificate"]["subject"] == "CN=alice"
    assert result["client"]["authenticated"] is False, "it showed a good certificate, and that is all"
    assert [a["number"] for a in result["alerts"]] == [51]


def test_the_name_is_compared_after_the_handshake_too(lab: Lab, server: Server) -> None:
    """curl checks the name when all is done, and leaves with a close_notify."""
    subprocess.run(
        ["curl", "-sS", "--max-time", "10", "--cacert", lab.cert("root"),
         "--resolve", f"wrong.test:{server.port}:127.0.0.1", "--cert", lab.cert("alice"), "--key", lab.key("alice"), f"https://wrong.test:{server.port}/"],
        capture_output=True, check=False,
    )  # fmt: skip
    event = server.event("closed")
    assert (event["findings"][0]["code"], event["result"]["refused_by"]) == ("server-name-mismatch", "client")
    assert "wrong.test" in event["findings"][0]["message"]
    assert event["result"]["confidence"] == "likely"


def test_what_is_offered_is_said_of_refused_clients(server: Server) -> None:
    s_client(TLS12, "-alpn", "h2,x")(server)
    offered = server.event("refused")["result"]["offered"]
    assert offered["versions"] == ["TLSv1.2"]
    assert "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256" in offered["ciphers"]
    assert "x25519" in offered["groups"]
    assert "ecdsa_secp256r1_sha256" in offered["signature_algorithms"]
    assert (offered["alpn"], offered["server_name"]) == (["h2", "x"], "localhost")
    assert 100 < offered["size"] < 2000


def test_every_code_is_reached() -> None:
    package = Path(mtlsctl.__file__).parent
    words = {
        node.value
        for name in CORE
        for node in ast.walk(ast.parse((package / name).read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in codes.CODES
    }
    elsewhere = {
        "ok": "test_serve.py",
        "verify-disabled": "test_serve_clients.py",
        "reload-failed": "test_serve_files.py",
        "client-key-mismatch": "test_serve_codes.py",
        **dict.fromkeys(("server-chain-expired", "server-bad-ca", "server-pathlen"), "test_serve_codes.py"),
        **dict.fromkeys(("server-cn-only", "portability"), "test_serve_codes.py"),
        "client-cert-revocation-unknown": "test_serve_files.py",
    }
    for code, name in elsewhere.items():
        assert code in words
        assert re.search(rf'"{code}"', (Path(__file__).parent / name).read_text()), f"{code} is said in {name}"
    assert words - {case[0] for case in CASES} - set(elsewhere) == set()


def test_health_checks_are_counted_not_listed(lab: Lab) -> None:
    with tls_lab.serving(*lab.pair("server")) as server:
        for _ in range(60):
            connect(server).close()
        with pytest.raises(ssl.SSLError):
            ssl.create_default_context().wrap_socket(connect(server), server_hostname="localhost")
        first = server.event("refused")["result"]
        assert (first["refused_by"], first["times"]) == ("nobody", 1)
        assert server.event("refused")["findings"][0]["code"] == "server-untrusted-root"
        assert server.process.poll() is None
        server.process.terminate()
        rest = server.event("refused")
        assert (rest["ok"], rest["result"]["times"]) == (True, 59)
        assert "59 more connections from 127.0.0.1" in rest["findings"][0]["message"]


def test_text_says_who_else_would_refuse(lab: Lab, tmp_path: Path) -> None:
    from cryptography.hazmat.primitives.asymmetric import ed25519

    root = support.make_cert("Ed Root", ca=True)
    pair = support.make_cert("ed", root, key=ed25519.Ed25519PrivateKey.generate(), ekus=(support.CLIENT_AUTH,))
    cert, key = support.write(tmp_path / "ed.pem", pair.pem), support.write(tmp_path / "ed.key", pair.key_pem)
    ca = support.write(tmp_path / "ca.pem", root.pem)
    words = [support.TOOL, "serve", *lab.pair("server"), "--client-ca", ca, "--listen", "0", "--once"]
    with subprocess.Popen(words, stdout=subprocess.PIPE) as process:
        port = int(tls_lab.line_with(process, b"listening").rsplit(b":", 1)[1])
        curl = ["curl", "-sS", "--cacert", lab.cert("root"), "--cert", cert, "--key", key]
        told = json.loads(subprocess.run([*curl, f"https://localhost:{port}/"], capture_output=True, check=True).stdout)
        text = process.communicate(timeout=tls_lab.PATIENCE)[0].decode()
    assert told["authenticated"]
    assert "BoringSSL (gRPC)" in {who for one in told["would_refuse"] for who in one["who"]}
    assert "elsewhere: CN=ed: an Ed25519 key: refused by BoringSSL" in text

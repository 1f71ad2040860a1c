"""mtlsctl serve: good clients, bad clients, and clients that mean harm."""

import json
import os
import re
import signal
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import support
import tls_lab
from support import CLIENT_AUTH, SERVER_AUTH, make_cert
from tls_lab import Lab, Server

from mtlsctl.core import endpoint
from mtlsctl.core.tls import TlsSettings
from mtlsctl.workflows import serve
from mtlsctl.workflows.fresh import Source

Tool = Callable[..., support.Result]
VERSIONS = ("1.2", "1.3")


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    return tls_lab.build(tmp_path_factory.mktemp("lab"))


@pytest.fixture
def server(lab: Lab) -> Iterator[Server]:
    with tls_lab.serving(*lab.pair("server"), "--client-ca", lab.cert("root"), "--timeout", "2") as running:
        yield running
        # Whatever a test did: the server still serves, and still ends when told.
        assert json.loads(curl(lab, running, "alice").stdout)["certificate"]["subject"] == "CN=alice"
        assert running.stop() == 0


def curl(lab: Lab, server: Server, name: str, *options: str) -> subprocess.CompletedProcess[str]:
    words = ["curl", "-sS", "--max-time", "20", "--cacert", lab.cert("root"), *options]
    if name:
        words += ["--cert", lab.cert(name), "--key", lab.key(name)]
    return subprocess.run([*words, f"https://localhost:{server.port}/"], capture_output=True, text=True, check=False)


def s_client(lab: Lab, server: Server, name: str, *options: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    words = ["openssl", "s_client", "-connect", f"127.0.0.1:{server.port}", "-servername", "localhost"]
    words += ["-CAfile", str(lab.cert("root")), "-ign_eof", *options]
    if name:
        words += ["-cert", str(lab.cert(name)), "-key", str(lab.key(name)), "-cert_chain", str(lab.cert(name))]
    return subprocess.run(words, input=stdin, capture_output=True, text=True, timeout=30, check=False)


def code(event: Any) -> str:
    return event["findings"][0]["code"]


def test_whoami_as_json(lab: Lab, server: Server) -> None:
    answer = json.loads(curl(lab, server, "alice").stdout)
    assert answer["authenticated"] is True
    assert answer["version"] == "TLSv1.3"
    assert answer["server_name"] == "localhost"
    leaf = answer["certificate"]
    assert (leaf["subject"], leaf["issuer"]) == ("CN=alice", "CN=Lab Issuing")
    assert leaf["names"] == ["email:alice@example.test"]
    assert re.fullmatch(r"[0-9a-f]{64}", leaf["sha256"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", leaf["not_after"])
    assert [c["subject"] for c in answer["chain"]] == ["CN=Lab Issuing"]
    accepted = server.event("accepted")
    assert accepted["ok"]
    assert accepted["result"]["client"]["certificate"]["subject"] == "CN=alice"
    assert server.event("request")["result"]["detail"] == "GET / 200"


def test_whoami_as_a_page_escapes_what_strangers_chose(lab: Lab, server: Server) -> None:
    page = curl(lab, server, "escapes", "-i", "-H", "Accept: text/html,*/*").stdout
    assert "content-type: text/html" in page.lower()
    assert "default-src 'none'" in page
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "\x1b" not in page
    assert "Lab Issuing" in page


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("client", "expected", "alert"),
    [
        ("", "client-cert-required", {"1.2": 40, "1.3": 116}),
        ("expired", "client-cert-expired", 45),
        ("future", "client-cert-not-yet-valid", 42),
        ("wrong-eku", "client-cert-wrong-eku", 43),
        ("stranger", "client-cert-untrusted", 48),
        ("self-signed", "client-cert-self-signed", 48),
        ("rekeyed", "client-ca-rekeyed", 48),
        ("leaf-only", "client-cert-missing-intermediate", 48),
    ],
)
def test_a_bad_client_is_refused_in_the_handshake(
    lab: Lab, server: Server, version: str, client: str, expected: str, alert: Any
) -> None:
    number = alert[version] if isinstance(alert, dict) else alert
    done = s_client(lab, server, client, f"-tls{version.replace('.', '_')}", stdin="GET / HTTP/1.1\r\n\r\n")
    assert f"alert number {number}" in done.stderr
    assert "authenticated" not in done.stdout
    event = server.event("refused")
    assert (event["ok"], code(event)) == (False, expected)
    assert (event["result"]["refused_by"], event["result"]["confidence"]) == ("server", "certain")
    hint = event["findings"][0]["hint"]
    assert " --ca " not in hint, "serve's option is --client-ca"
    assert ("--client-ca FILE" in hint) == (client in ("stranger", "self-signed", "leaf-only"))


def test_a_leaf_alone_of_an_unknown_issuer_is_never_certain(lab: Lab, server: Server) -> None:
    curl(lab, server, "stranger-leaf")
    event = server.event("refused")
    assert (code(event), event["result"]["confidence"]) == ("client-cert-missing-intermediate", "likely")
    assert "Other Root" in event["findings"][0]["message"]


def test_a_client_that_refuses_us(lab: Lab, server: Server) -> None:
    curl(lab, server, "alice", "--cacert", str(lab.cert("other-root")))
    event = server.event("refused")
    assert (code(event), event["result"]["refused_by"]) == ("server-untrusted-root", "client")
    assert "alert 48" in event["findings"][0]["message"]


def test_a_client_that_refuses_us_for_a_fault_that_we_see(lab: Lab) -> None:
    with tls_lab.serving(*lab.pair("server-expired"), "--once") as server:
        curl(lab, server, "")
        event = server.event("refused")
        assert server.process.wait(tls_lab.PATIENCE) == 0
    assert (code(event), event["result"]["confidence"]) == ("server-cert-expired", "certain")
    assert event["findings"][0]["whose"] == "ours"


def test_plain_http_and_bare_connections(lab: Lab, server: Server) -> None:
    url = f"http://localhost:{server.port}/"
    plain = subprocess.run(["curl", "-sS", "-i", url], capture_output=True, text=True, check=False)
    assert "400" in plain.stdout
    assert "https://" in plain.stdout
    event = server.event("refused")
    assert code(event) == "plain-http-port"
    socket.create_connection(("127.0.0.1", server.port)).close()
    bare = server.event("refused")
    assert (bare["ok"], code(bare)) == (True, "connection-closed")
    assert "without a word" in bare["findings"][0]["message"]


def test_garbage(server: Server) -> None:
    for noise in (
        b"\x00" * 4096,
        b"SSH-2.0-x\r\n",
        b"\x16\x03\x01\xff\xff" + b"A" * 70000,
        b"\x16\x03\x01\x00\x01\x01",
    ):
        with socket.create_connection(("127.0.0.1", server.port)) as connection:
            connection.settimeout(tls_lab.PATIENCE)
            try:
                connection.sendall(noise)
                connection.shutdown(socket.SHUT_WR)
                while connection.recv(65536):
                    pass
            except (ConnectionResetError, BrokenPipeError):
                pass
        assert code(server.event("refused")) in ("not-tls", "connection-closed")


def test_silent_and_half_open_clients_hold_nobody_up(lab: Lab, server: Server) -> None:
    silent = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(40)]
    for connection in silent[::2]:
        connection.sendall(b"\x16\x03\x01\x02\x00")  # a record that never comes
    began = time.monotonic()
    assert json.loads(curl(lab, server, "alice").stdout)["authenticated"]
    assert time.monotonic() - began < 1.9  # none of them had to time out first
    assert code(server.event("refused")) == "handshake-stalled"
    for connection in silent:
        connection.close()


def test_clients_that_leave_early(lab: Lab, server: Server) -> None:
    for _ in range(5):
        connection = socket.create_connection(("127.0.0.1", server.port))
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        connection.sendall(b"\x16\x03\x01\x00\xa5\x01")
        connection.close()
        assert server.event("refused")["result"]["kind"] == "refused"
    trusting = _context(lab, "alice")
    for polite in (True, False):
        raw = socket.create_connection(("127.0.0.1", server.port))
        with raw, trusting.wrap_socket(raw, server_hostname="localhost") as tls:
            if polite:
                with pytest.raises(ssl.SSLEOFError):  # ours comes; the answer to it does not
                    tls.unwrap()
        closed = server.event("closed")["result"]
        assert (closed["detail"] == "left without a request") == polite
        assert ("the server's name" in closed["detail"]) == (not polite)
        assert closed["confidence"] == ("certain" if polite else "unknown")


def _context(lab: Lab, name: str) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(lab.cert("root")))
    context.load_cert_chain(lab.cert(name), lab.key(name))
    return context


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"GET / HTTP/1.1\r\nX: " + b"a" * 60000 + b"\r\n\r\n", b"431"),
        (b"nonsense\r\n\r\n", b"400"),
        (b"A" * 5000, b"414"),
        (b"GET / HTTP/1.1\r\n\r\n", b"400"),  # RFC 9112, 3.2: no Host
        (b"HEAD / HTTP/1.1\r\nHost: x\r\n\r\n", b"200"),
        (b"GET /\xff\x1b[31m HTTP/1.0\r\n\r\n", b"400"),
        (b"GET /plain HTTP/1.0\r\n\r\n", b"200"),
    ],
)
def test_requests_of_any_kind(lab: Lab, server: Server, request_bytes: bytes, status: bytes) -> None:
    raw = socket.create_connection(("127.0.0.1", server.port), tls_lab.PATIENCE)
    with raw, _context(lab, "alice").wrap_socket(raw, server_hostname="localhost") as tls:
        tls.sendall(request_bytes)
        answer = b""
        while data := tls.recv(65536):
            answer += data
    assert answer.startswith(b"HTTP/1.1 " + status)
    assert (b"\r\n\r\n{" in answer) == (status == b"200" and not request_bytes.startswith(b"HEAD"))


def test_optional_and_no_client_certificates(lab: Lab) -> None:
    words = (*lab.pair("server"), "--client-ca", lab.cert("root"), "--client-cert")
    with tls_lab.serving(*words, "optional") as server:
        without = json.loads(curl(lab, server, "").stdout)
        assert (without["authenticated"], without["certificate"]) == (False, None)
        assert json.loads(curl(lab, server, "alice").stdout)["authenticated"]
        assert curl(lab, server, "expired").returncode != 0
    with tls_lab.serving(*words, "none") as server:
        assert json.loads(curl(lab, server, "expired").stdout)["certificate"] is None


def test_post_quantum_from_end_to_end(mtlsctl: Tool, tmp_path: Path) -> None:
    from cryptography.hazmat.primitives.asymmetric import mldsa

    make = mldsa.MLDSA65PrivateKey.generate
    root = _pq("PQ Root", None, make(), ca=True)
    ends = {
        "server": _pq("localhost", root, make(), sans=tls_lab.LOCAL, ekus=(SERVER_AUTH,)),
        "client": _pq("alice", root, make(), sans=tls_lab.LOCAL_NOT, ekus=(CLIENT_AUTH,)),
    }
    ca = support.write(tmp_path / "ca.pem", root.pem)
    for name, pair in ends.items():
        support.write(tmp_path / f"{name}.pem", pair.pem)
        support.write(tmp_path / f"{name}.key", pair.key_pem)
    with tls_lab.serving(
        "--cert", tmp_path / "server.pem", "--key", tmp_path / "server.key", "--client-ca", ca
    ) as server:
        done = mtlsctl(
            *("handshake", f"localhost:{server.port}", "--ca", ca, "--json"),
            *("--cert", tmp_path / "client.pem", "--key", tmp_path / "client.key"),
        )
        event = server.event("accepted")
    assert done.exit_code == 0, done.stdout
    assert done.json["result"]["group"] == "X25519MLKEM768"
    assert done.json["result"]["server_chain"][0]["key"] == "ML-DSA-65"
    assert event["result"]["client"]["certificate"]["key"] == "ML-DSA-65"


def _pq(cn: str, issuer: support.Pair | None, key: Any, **options: Any) -> support.Pair:
    return make_cert(cn, issuer, key=key, **options)


def test_text_output_and_a_clean_end(lab: Lab) -> None:
    words = [support.TOOL, "serve", *lab.pair("server"), "--client-ca", lab.cert("root"), "--listen", "0"]
    for number in (signal.SIGINT, signal.SIGTERM):
        process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        line = tls_lab.line_with(process, b"listening on https://127.0.0.1:").decode()
        server = Server(process, int(line.rsplit(":", 1)[1]))
        s_client(lab, server, "escapes", stdin="GET / HTTP/1.0\r\n\r\n")
        s_client(lab, server, "expired")
        process.send_signal(number)
        said, errors = process.communicate(timeout=tls_lab.PATIENCE)
        assert (process.returncode, errors) == (0, b"")
        assert b"\x1b" not in said
        assert rb"\x1b[31mred" in said
        assert b"[client-cert-expired]" in said


def test_count_ends_after_so_many(lab: Lab) -> None:
    with tls_lab.serving(*lab.pair("server"), "--count", "2") as server:
        for _ in range(2):
            assert curl(lab, server, "").returncode == 0
        assert server.process.wait(tls_lab.PATIENCE) == 0


def test_a_reader_that_goes_away(lab: Lab) -> None:
    with tls_lab.serving(*lab.pair("server")) as server:
        assert server.process.stdout is not None
        server.process.stdout.close()
        curl(lab, server, "")
        curl(lab, server, "")
        assert server.process.wait(tls_lab.PATIENCE) == 2


@pytest.mark.parametrize(
    ("words", "message", "hint"),
    [
        (("--listen", "127.0.0.1:0"), "needs a certificate", "--identity"),
        (("{pair}", "--listen", ":8443"), "no address", "0.0.0.0:8443"),
        (("{pair}", "--listen", "localhost"), "no port", "localhost:8443"),
        (("{pair}", "--listen", "127.0.0.1:70000"), "not a port", "65535"),
        (("{pair}", "--listen", "no-such-host.invalid:0"), "no address for this name", ""),
        (("{pair}", "--listen", "203.0.113.7:0"), "cannot listen on 203.0.113.7:0", "0.0.0.0:8443"),
        (("{pair}", "--listen", "203.0.113.7:9443"), "cannot listen on 203.0.113.7:9443", "127.0.0.1:9443"),
        (("--identity", "nobody"), "nobody: no such folder", "mtlsctl issue server nobody"),
        (("{pair}", "--client-cert", "required"), "No CA is named", "--client-ca"),
        (("{pair}", "--client-cert", "sometimes"), "sometimes", ""),
    ],
)
def test_what_cannot_be_served(mtlsctl: Tool, lab: Lab, words: tuple[str, ...], message: str, hint: str) -> None:
    filled = [part for word in words for part in (lab.pair("server") if word == "{pair}" else (word,))]
    done = mtlsctl("serve", *filled)
    assert (done.exit_code, done.stdout) == (2, "")
    assert message in done.stderr
    assert hint in done.stderr


def test_a_port_that_is_taken(mtlsctl: Tool, lab: Lab) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = mtlsctl("serve", *lab.pair("server"), "--listen", f"127.0.0.1:{taken.getsockname()[1]}", "--json")
    assert (done.exit_code, done.json["error"]["code"]) == (2, "system")
    assert "in use" in done.json["error"]["message"]
    assert "127.0.0.1:0" in done.json["error"]["hint"]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("demand", ["required", "optional"])
@pytest.mark.parametrize("odd", tls_lab.ODD)
def test_a_certificate_that_cannot_be_decoded_lets_nobody_in(
    lab: Lab, tmp_path: Path, odd: str, demand: str, version: str
) -> None:
    root = make_cert("Odd Root", ca=True)
    ca = support.write(tmp_path / "ca.pem", root.pem)
    cert, key = tls_lab.odd_pair(tmp_path, root, odd, CLIENT_AUTH)
    with tls_lab.serving(*lab.pair("server"), "--client-ca", ca, "--client-cert", demand) as server:
        words = ["openssl", "s_client", "-connect", f"127.0.0.1:{server.port}", "-cert", cert, "-key", key, "-ign_eof"]
        tls = f"-tls{version.replace('.', '_')}"
        done = subprocess.run([*words, tls], input="GET / HTTP/1.0\r\n\r\n", capture_output=True, text=True, timeout=30)
        assert "authenticated" not in done.stdout
        event = server.event("refused")
        assert (event["ok"], code(event)) == (False, "client-cert-invalid")
        assert event["result"]["refused_by"] == "server"
        assert server.stop() == 0


@pytest.mark.parametrize("error", [ValueError("secret"), ConnectionResetError(104, "Connection reset by peer")])
def test_a_visit_that_breaks_ends_with_an_event(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], error: Exception
) -> None:
    def visit(*_: Any) -> Iterator[Any]:
        raise error
        yield

    monkeypatch.setattr(serve, "visit", visit)
    events = serve.serve(serve.ServeWish(endpoint.parse("127.0.0.1:0", allow_zero=True), Source(TlsSettings), count=1))
    port = int(next(events).detail.rsplit(":", 1)[1])
    socket.create_connection(("127.0.0.1", port)).close()
    (event,) = events
    assert (event.kind, event.confidence, event.client) == ("refused", "unknown", None)
    assert event.findings[0].verdict == "fail"
    assert "secret" not in event.detail
    assert capfd.readouterr().err == ""


def test_no_thread_for_a_client(monkeypatch: pytest.MonkeyPatch) -> None:
    def start(_: Any) -> None:
        raise RuntimeError("can't start new thread")

    wish = serve.ServeWish(endpoint.parse("127.0.0.1:0", allow_zero=True), Source(TlsSettings), count=1)
    events = serve.serve(wish)
    port = int(next(events).detail.rsplit(":", 1)[1])
    with monkeypatch.context() as patch, socket.create_connection(("127.0.0.1", port)) as turned_away:
        patch.setattr(serve.threading.Thread, "start", start)
        event = next(events)
        assert turned_away.recv(1) == b""
    assert (event.kind, event.detail) == ("refused", "turned away: can't start new thread")
    socket.create_connection(("127.0.0.1", port)).close()
    assert "without a word" in next(events).detail


def test_without_descriptors_it_waits_and_goes_on(lab: Lab, tmp_path: Path) -> None:
    """A client that cannot be accepted keeps the listener ready: no busy loop."""
    words = [support.TOOL, "serve", "--json", "--listen", "127.0.0.1:0", *lab.pair("server"), "--timeout", "5"]
    limited = ["bash", "-c", 'ulimit -n 48; exec "$0" "$@"', *words]
    with subprocess.Popen(limited, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        port = int(json.loads(process.stdout.readline())["result"]["detail"].rsplit(":", 1)[1])
        idle = [socket.create_connection(("127.0.0.1", port)) for _ in range(60)]
        said = json.loads(process.stdout.readline())["result"]
        assert "too many open files" in said["detail"]
        spent = _cpu(process.pid)
        time.sleep(1)
        assert _cpu(process.pid) - spent < 0.3
        for connection in idle:
            connection.close()
        server = Server(process, port)
        assert json.loads(curl(lab, server, "").stdout)["version"] == "TLSv1.3"
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=tls_lab.PATIENCE)
        assert (process.returncode, errors) == (0, b"")


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().split()
    return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")

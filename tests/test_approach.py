"""The way to a server: real proxies, other places, Unix sockets, the PROXY header."""

import base64
import json
import os
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import matrix
import pytest
import servers
import support
import tls_lab
from hypothesis import given, settings
from hypothesis import strategies as st
from matrix_pki import Pki
from servers import Papers, Running, odd, proxies, s_server
from test_architecture import loaded_by

from mtlsctl.core.endpoint import Endpoint
from mtlsctl.core.proxyheader import Header, read
from mtlsctl.core.route import Proxy, Route
from mtlsctl.workflows.approach import approach

KINDS = ("http", "socks5", "socks5h")


@pytest.fixture(autouse=True)
def no_proxy_of_the_users(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)


@contextmanager
def running(kind: str, folder: Path, *, login: bool = False) -> Iterator[Running]:
    """A proxy of a kind, which wants me:secret or nothing."""
    if kind == "http":
        with proxies.tinyproxy(folder, login="me secret" if login else "") as found:
            yield found
    else:
        with proxies.microsocks(folder, login=("me", "secret") if login else None) as found:
            yield found


def ask(port: int, pki: Pki, *options: Any) -> Any:
    answer = matrix.ask(f"localhost:{port}", "--ca", pki.root, *pki.clients["good"].options, *options)
    assert "secret" not in str(answer)
    return answer


def first(answer: Any) -> tuple[Any, ...]:
    found = answer["findings"][0]
    return answer["exit"], found["code"], answer["result"]["refused_by"], answer["result"]["confidence"]


@pytest.mark.parametrize("login", [False, True], ids=["open", "login"])
@pytest.mark.parametrize("kind", KINDS)
def test_through_a_proxy(kind: str, login: bool, pki: Pki, tmp_path: Path) -> None:
    with s_server.run(tmp_path, pki.papers) as server, running(kind, tmp_path, login=login) as proxy:
        who = "me:secret@" if login else ""
        answer = ask(server.port, pki, "--proxy", f"{kind}://{who}127.0.0.1:{proxy.port}")
    assert first(answer) == (0, "ok", "nobody", "likely")
    result = answer["result"]
    assert (result["via"], result["address"]) == (f"{kind}://127.0.0.1:{proxy.port}", f"127.0.0.1:{proxy.port}")
    assert result["approach_seconds"] > 0
    assert result["server_name"] == "localhost"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("given_", ["", "me:wrong@"], ids=["none", "wrong"])
def test_a_proxy_that_wants_a_login(kind: str, given_: str, pki: Pki, tmp_path: Path) -> None:
    with running(kind, tmp_path, login=True) as proxy:
        answer = ask(9, pki, "--proxy", f"{kind}://{given_}127.0.0.1:{proxy.port}")
    assert first(answer)[:3] == (2, "proxy-refused", "network")
    found = answer["findings"][0]
    assert (answer["result"]["stage"], found["whose"]) == ("approach", "ours")
    assert "USER:PASSWORD" in found["hint"] or (given_ and "user and the password" in found["hint"])
    assert "wrong" not in str(answer)
    if kind == "http":
        assert "407" in found["message"] or "401" in found["message"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_proxy_that_cannot_reach_the_server(kind: str, pki: Pki, tmp_path: Path, closed_port: int) -> None:
    with running(kind, tmp_path) as proxy:
        answer = ask(closed_port, pki, "--proxy", f"{kind}://127.0.0.1:{proxy.port}")
    assert first(answer)[:3] == (2, "proxy-refused", "network")
    assert answer["findings"][0]["whose"] == "network"
    assert "the proxy cannot reach" in answer["findings"][0]["hint"], answer["findings"]


def test_a_proxy_that_does_not_allow_the_port(pki: Pki, tmp_path: Path) -> None:
    with proxies.tinyproxy(tmp_path, ports=(443,)) as proxy:
        answer = ask(9, pki, "--proxy", f"http://127.0.0.1:{proxy.port}")
    assert first(answer) == (2, "proxy-refused", "network", "certain")
    assert "403" in answer["findings"][0]["message"]
    assert "--proxy none" in answer["findings"][0]["hint"]


def test_no_proxy_there(pki: Pki, closed_port: int) -> None:
    answer = ask(9, pki, "--proxy", f"http://127.0.0.1:{closed_port}")
    assert first(answer) == (2, "connection-refused", "network", "certain")
    assert f"the proxy 127.0.0.1:{closed_port}" in answer["findings"][0]["message"]


def test_a_name_that_only_the_proxy_could_resolve(pki: Pki, tmp_path: Path) -> None:
    with proxies.microsocks(tmp_path) as proxy:
        answer = matrix.ask("no-such-host.invalid", "--ca", pki.root, "--proxy", f"socks5://127.0.0.1:{proxy.port}")
    assert first(answer)[:3] == (2, "dns-failure", "network")
    assert "socks5h" in answer["findings"][0]["hint"]


def test_starttls_through_a_proxy(pki: Pki, tmp_path: Path) -> None:
    """The server greets at once: its words come with the proxy's answer, and must not be lost with it."""
    from servers import postfix

    with postfix.run(tmp_path, pki.papers, starttls=True) as server, proxies.tinyproxy(tmp_path) as proxy:
        for _ in range(5):
            answer = ask(server.port, pki, "--starttls", "smtp", "--proxy", f"http://127.0.0.1:{proxy.port}")
            assert first(answer)[:2] == (0, "ok"), answer["findings"]


def test_the_environments_proxy_is_taken_and_said(pki: Pki, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with s_server.run(tmp_path, pki.papers) as server, proxies.tinyproxy(tmp_path) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
        here = ask(server.port, pki)
        away = matrix.ask("192.0.2.1", "--ca", pki.root, "--timeout", 1, "--no-extra-probes")
        past = matrix.ask("api.invalid", "--ca", pki.root, "--proxy", "none")
        monkeypatch.setenv("NO_PROXY", "api.invalid")
        excepted = matrix.ask("api.invalid", "--ca", pki.root)
    assert (here["result"]["via"], here["exit"]) == ("", 0)
    assert away["result"]["via"] == f"http://127.0.0.1:{proxy.port}"
    assert first(past)[1] == first(excepted)[1] == "dns-failure"


@pytest.mark.parametrize(
    ("kind", "talk", "code"),
    [
        ("http", lambda c: (c.recv(999), c.sendall(b"HTTP/1.1 200")), "proxy-refused"),
        ("http", lambda c: (c.recv(999), c.sendall(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 3000)), "proxy-refused"),
        ("http", lambda c: (c.recv(999), c.sendall(b"SSH-2.0-x\r\n")), "proxy-refused"),
        ("http", lambda c: (c.recv(999), odd.reset(c)), "proxy-refused"),
        ("http", lambda c: c.recv(999) and c.recv(1), "handshake-stalled"),
        ("http", lambda c: (c.recv(999), c.sendall(b"x" * 100_000)), "proxy-refused"),
        ("socks5h", lambda c: (c.recv(9), c.sendall(b"HTTP/1.1 400 no\r\n\r\n")), "proxy-refused"),
        ("socks5h", lambda c: (c.recv(9), c.sendall(b"\5\xff")), "proxy-refused"),
        ("socks5h", lambda c: (c.recv(9), c.sendall(b"\5\0"), c.recv(99), c.sendall(b"\5\2\0\1")), "proxy-refused"),
        (
            "socks5h",
            lambda c: (c.recv(9), c.sendall(b"\5\0"), c.recv(99), c.sendall(b"\5\0\0\3\xffab")),
            "proxy-refused",
        ),
        ("socks5h", lambda c: c.recv(9) and c.recv(1), "handshake-stalled"),
    ],
)
def test_proxies_that_are_none(kind: str, talk: Any, code: str, pki: Pki) -> None:
    with tls_lab.plain_server(talk) as port:
        answer = ask(9, pki, "--proxy", f"{kind}://127.0.0.1:{port}", "--timeout", 1)
    assert first(answer)[:3] == (2, code, "network"), answer["findings"]
    assert answer["findings"][0]["message"].isprintable()


def test_a_proxy_that_repeats_the_password_does_not_make_us_repeat_it(pki: Pki) -> None:
    def talk(connection: socket.socket) -> None:
        asked = connection.recv(4096).replace(b"\r\n", b" ")
        connection.sendall(b"HTTP/1.1 403 for secret: " + asked + b"\r\n\r\n")

    with tls_lab.plain_server(talk) as port:
        answer = ask(9, pki, "--proxy", f"http://me:secret@127.0.0.1:{port}")
    assert "403 for ***: CONNECT localhost:9" in answer["findings"][0]["message"]
    assert "Basic ***" in answer["findings"][0]["message"]
    assert base64.b64encode(b"me:secret").decode() not in str(answer)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(KINDS), st.lists(st.binary(min_size=1, max_size=40), max_size=4))
def test_nothing_that_a_proxy_says_raises(kind: str, pieces: list[bytes]) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(b"".join(pieces))
        theirs.shutdown(socket.SHUT_WR)
        route = Route(Proxy(kind, "127.0.0.1", 1, "me", "secret"))
        found = approach(ours, Endpoint("192.0.2.1", 443, ""), route, 5.0)
    assert found.ready or (found.refusal and found.refusal.said.isprintable())


@pytest.mark.parametrize("split", [1, 7, 1000])
def test_a_proxys_answer_in_pieces_is_read_to_its_end_and_no_further(split: int) -> None:
    ours, theirs = socket.socketpair()
    said = b"HTTP/1.1 200 Connection established\r\nVia: x\r\n\r\n220 the server's own words\r\n"

    def talk() -> None:
        theirs.recv(999)
        for at in range(0, len(said), split):
            theirs.sendall(said[at : at + split])

    thread = threading.Thread(target=talk)
    with ours, theirs:
        thread.start()
        found = approach(ours, Endpoint("192.0.2.1", 443, ""), Route(Proxy("http", "127.0.0.1", 1)), 5.0)
        thread.join(5)
        assert found.ready
        assert ours.recv(999) == b"220 the server's own words\r\n"


def test_another_place(pki: Pki, tmp_path: Path, closed_port: int) -> None:
    with s_server.run(tmp_path, pki.papers) as server:
        where = ("--connect", f"127.0.0.1:{server.port}")
        right = matrix.ask("localhost:1", "--ca", pki.root, *pki.clients["good"].options, *where)
        wrong = matrix.ask("other.test:1", "--ca", pki.root, *pki.clients["good"].options, *where)
    assert first(right)[:2] == (0, "ok")
    assert (right["result"]["endpoint"], right["result"]["address"]) == ("localhost:1", f"127.0.0.1:{server.port}")
    assert first(wrong)[:3] == (1, "server-name-mismatch", "client")
    refused = matrix.ask("localhost:1", "--ca", pki.root, "--connect", f"127.0.0.1:{closed_port}")
    assert first(refused)[1] == "connection-refused"
    assert "127.0.0.1" in refused["findings"][0]["message"]


def test_one_address_family(pki: Pki, tmp_path: Path) -> None:
    with s_server.run(tmp_path, pki.papers) as server:
        assert first(ask(server.port, pki, "-4"))[:2] == (0, "ok")
        other = matrix.ask(f"127.0.0.1:{server.port}", "--ca", pki.root, "--ipv6")
    assert first(other)[:2] == (2, "dns-failure")
    both = matrix.ask("localhost", "--ca", pki.root, "-4", "-6")
    assert (both["exit"], both["error"]["code"]) == (2, "usage")


@contextmanager
def unix_server(papers: Papers, folder: Path, before: Any = lambda c: None) -> Iterator[Path]:
    """A TLS server on a Unix socket, for one connection."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(papers.cert, papers.key)
    path = folder / "s.sock"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(os.fspath(path))
        listener.listen()
        listener.settimeout(20)

        def run() -> None:
            plain, _ = listener.accept()
            plain.settimeout(20)
            before(plain)
            with context.wrap_socket(plain, server_side=True) as connection:
                connection.recv(1)

        thread = threading.Thread(target=run)
        thread.start()
        yield path
        thread.join(20)


@pytest.mark.parametrize("starttls", ["", "postgres"])
def test_a_unix_socket(starttls: str, pki: Pki, tmp_path: Path) -> None:
    talk = (lambda c: (c.recv(8), c.sendall(b"S"))) if starttls else (lambda c: None)
    more = ("--starttls", starttls) if starttls else ()
    with unix_server(pki.papers, tmp_path, talk) as path:
        answer = matrix.ask(f"unix:{path}", "--ca", pki.root, "--servername", "localhost", *more)
    assert first(answer)[:2] == (0, "ok"), answer["findings"]
    assert answer["result"]["endpoint"] == answer["result"]["address"] == f"unix:{path}"


def test_a_unix_socket_that_is_not_there(pki: Pki, tmp_path: Path) -> None:
    answer = matrix.ask(f"unix:{tmp_path}/none", "--ca", pki.root)
    assert first(answer) == (2, "connection-refused", "network", "certain")
    assert "no such file" in answer["findings"][0]["message"]
    long = matrix.ask("unix:/" + "x" * 300, "--ca", pki.root)
    assert (long["exit"], first(long)[1]) == (2, "connection-refused")
    through = matrix.ask(f"unix:{tmp_path}/none", "--ca", pki.root, "--proxy", "http://127.0.0.1:1")
    assert (through["exit"], through["error"]["code"]) == (2, "usage")


HAPROXY = """
global
  log stdout format raw daemon
defaults
  mode http
  timeout client 9s
  timeout server 9s
  timeout connect 9s
frontend front
  bind 127.0.0.1:{port} accept-proxy ssl crt {folder}/both.pem ca-file {papers.client_ca} verify required
  http-request return status 200 content-type text/plain lf-string "%ci"
"""


@contextmanager
def behind_a_load_balancer(papers: Papers, folder: Path) -> Iterator[Running]:
    """HAProxy, which takes no connection without a PROXY header."""
    (folder / "both.pem").write_bytes(papers.cert.read_bytes() + papers.key.read_bytes())

    def command(port: int) -> list[object]:
        (folder / "haproxy.conf").write_text(HAPROXY.format(port=port, folder=folder, papers=papers))
        return ["haproxy", "-db", "-f", folder / "haproxy.conf"]

    with servers.program(folder, command) as found:
        yield found


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_a_server_that_wants_a_proxy_header(version: str, pki: Pki, tmp_path: Path) -> None:
    with behind_a_load_balancer(pki.papers, tmp_path) as server:
        answer = ask(server.port, pki, "--send-proxy", version, "--http", "/")
        without = ask(server.port, pki)
    assert first(answer)[:2] == (0, "ok"), answer["findings"]
    assert answer["result"]["http_status"] == "200 OK"
    assert without["exit"] == 1


@pytest.mark.parametrize("version", [1, 2])
def test_the_header_has_the_connections_own_addresses(version: int) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        place = f"127.0.0.1:{listener.getsockname()[1]}"
        with socket.create_connection(listener.getsockname()) as ours:
            source = f"127.0.0.1:{ours.getsockname()[1]}"
            approach(ours, Endpoint("localhost", 1, "localhost"), Route(header=version), 5.0)
        theirs, _ = listener.accept()
        with theirs:
            said = theirs.recv(999)
    assert read(said) == Header(version, source, place, len(said))


def test_wrong_words(pki: Pki, env: dict[str, str]) -> None:
    for words, about in (
        (("--starttls", "smpt"), "smtp"),
        (("--starttls", ""), "--starttls is empty"),
        (("--proxy", "ftp://u:secret@x"), "socks5h"),
        (("--proxy", ""), "--proxy is empty"),
        (("--connect", "a:b:c"), "host:port"),
        (("--send-proxy", "v3"), "v1"),
    ):
        done = support.run_tool("handshake", "localhost:1", "--ca", pki.root, *words, env=env)
        assert (done.exit_code, done.stdout) == (2, ""), words
        assert about in done.stderr
        assert "secret" not in done.stderr


@pytest.mark.parametrize("words", [(), ("--alpn", "http/1.1")], ids=["url", "said"])
def test_a_url_says_what_to_offer(words: tuple[str, ...], pki: Pki, tmp_path: Path) -> None:
    """In a list too, where each target has its own way and its own protocol."""
    with s_server.run(tmp_path, pki.papers, options=("-alpn", "h2,http/1.1")) as server:
        (tmp_path / "list").write_text(f"grpcs://localhost:{server.port}\nlocalhost:{server.port}\n")
        one = matrix.ask(f"grpcs://localhost:{server.port}", "--ca", pki.root, *pki.clients["good"].options, *words)
        said = support.run_tool(
            "handshake",
            "--targets",
            tmp_path / "list",
            "--ca",
            pki.root,
            *pki.clients["good"].options,
            "--json",
            *words,
        )
    expected = words[1] if words else "h2"
    assert (one["exit"], one["result"]["alpn"]) == (0, expected)
    answers = [json.loads(line) for line in said.stdout.splitlines()]
    found = {answer["target"]: answer["result"]["alpn"] for answer in answers if "target" in answer}
    other = words[1] if words else ""
    assert found == {f"grpcs://localhost:{server.port}": expected, f"localhost:{server.port}": other}


def test_a_good_handshake_loads_nothing_of_this(pki: Pki, tmp_path: Path) -> None:
    with s_server.run(tmp_path, pki.papers) as server:
        words = ("handshake", f"localhost:{server.port}", "--ca", pki.root, *pki.clients["good"].options)
        loaded = loaded_by(*map(str, words))
    assert "mtlsctl.workflows.once" in loaded
    ours = ("core.route", "core.schemes", "core.starttls", "core.approach", "workflows.approach", "core.proxyheader")
    assert not loaded & {"python_socks", *(f"mtlsctl.{name}" for name in ours)}


def test_a_list_of_targets_is_shown_without_passwords(pki: Pki, tmp_path: Path, closed_port: int) -> None:
    lines = f"postgres://u:secret@127.0.0.1:{closed_port}/x\nredis://u:secret@x\nu:secret@x:1\nhttps://u:sec/ret@x\n"
    for more in ((), ("--json",)):
        words = ("handshake", "--targets", "-", "--ca", pki.root, *more)
        done = support.run_tool(*words, stdin=lines)
        assert done.exit_code == 2
        assert "sec" not in (done.stdout + done.stderr).replace("seconds", "")
        assert f"postgres://***@127.0.0.1:{closed_port}/x" in done.stdout

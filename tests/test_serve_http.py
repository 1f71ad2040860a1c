"""mtlsctl serve answers over HTTP/1.1 and HTTP/2, and outlives clients that do it badly."""

import concurrent.futures
import json
import shutil
import signal
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import tls_lab
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import ConnectionTerminated, DataReceived, Event, ResponseReceived
from hypothesis import given
from hypothesis import strategies as st
from tls_lab import Lab, Server

from mtlsctl.core import http
from mtlsctl.core.http import Answer, BadRequest, Exchange, Request
from mtlsctl.core.http1 import Http1
from mtlsctl.core.http2 import Http2

SAID = Answer(200, "text/plain", b"x" * 200_000, "Sat, 21 Nov 2026 12:00:00 GMT")
NODE = """
const [port, ca, cert, key] = process.argv.slice(1); const fs = require('fs');
const options = {ca: fs.readFileSync(ca), cert: fs.readFileSync(cert), key: fs.readFileSync(key)};
const session = require('http2').connect('https://localhost:' + port, options);
const request = session.request({':path': '/node'}); let body = '';
request.on('response', head => console.error(head[':status']));
request.on('data', data => { body += data }); request.on('end', () => { console.log(body); session.close() });
"""


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    return tls_lab.build(tmp_path_factory.mktemp("lab"))


@pytest.fixture
def server(lab: Lab) -> Iterator[Server]:
    with tls_lab.serving(*lab.pair("server"), "--client-ca", lab.cert("root"), "--timeout", "2") as running:
        yield running


def curl(lab: Lab, server: Server, *options: str) -> subprocess.CompletedProcess[str]:
    words = ["curl", "-sS", "--max-time", "20", "--cacert", lab.cert("root"), "--cert", lab.cert("alice")]
    words += ["--key", lab.key("alice"), *options, f"https://localhost:{server.port}/"]
    return subprocess.run(words, capture_output=True, text=True, check=False)


def connect(lab: Lab, server: Server, *alpn: str) -> ssl.SSLSocket:
    context = ssl.create_default_context(cafile=str(lab.cert("root")))
    context.load_cert_chain(lab.cert("alice"), lab.key("alice"))
    if alpn:
        context.set_alpn_protocols(list(alpn))
    raw = socket.create_connection(("127.0.0.1", server.port), tls_lab.PATIENCE)
    return context.wrap_socket(raw, server_hostname="localhost")


@pytest.mark.parametrize(("option", "version"), [("--http2", "2"), ("--http1.1", "1.1"), ("--no-alpn", "1.1")])
def test_curl(lab: Lab, server: Server, tmp_path: Path, option: str, version: str) -> None:
    big = tmp_path / "body"
    big.write_bytes(b"b" * 3_000_000)
    for more in ((), ("--data-binary", f"@{big}"), ("-H", "Accept: text/html")):
        done = curl(lab, server, option, "-w", "\n%{http_version}", *more)
        body, _, said = done.stdout.rpartition("\n")
        assert said == version, done.stderr
        assert "<h1>CN=alice</h1>" in body if "Accept: text/html" in more else json.loads(body)["authenticated"]
    head = curl(lab, server, option, "-I")
    assert head.returncode == 0
    assert "content-length" in head.stdout.lower()


def test_node_over_http2(lab: Lab, server: Server) -> None:
    assert shutil.which("node")
    words = ["node", "-e", NODE, str(server.port), lab.cert("root"), lab.cert("alice"), lab.key("alice")]
    done = subprocess.run(words, capture_output=True, text=True, timeout=30, check=False)
    assert done.stderr.strip() == "200"
    assert json.loads(done.stdout)["alpn"] == "h2"
    assert server.event("request")["result"]["detail"] == "GET /node 200"


def met(
    exchange: Exchange, client: H2Connection, said: Answer = SAID
) -> tuple[list[Event], Request | BadRequest | None]:
    """Play an exchange to its end: the client's events, and what was asked."""
    seen: list[Event] = []
    asked = None
    for _ in range(200):
        out = client.data_to_send()
        if out and (came := exchange.receive(out)) is not None:
            asked = came
            exchange.answer(came, said)
        back = exchange.take()
        for event in client.receive_data(back) if back else ():
            seen.append(event)
            if isinstance(event, DataReceived):
                client.acknowledge_received_data(event.flow_controlled_length or 0, event.stream_id or 0)
        if exchange.done and not out and not back:
            break
    return seen, asked


def http2_client(*requests: tuple[str, bool]) -> H2Connection:
    client = H2Connection(H2Configuration(client_side=True))
    client.initiate_connection()
    for stream, (method, ends) in enumerate(requests):
        head = [(":method", method), (":path", f"/{stream}"), (":scheme", "https"), (":authority", "x")]
        client.send_headers(2 * stream + 1, head, end_stream=ends)
    return client


def test_an_answer_beyond_the_window_comes_whole() -> None:
    seen, asked = met(Http2(), http2_client(("GET", True)))
    assert asked == Request("GET", "/0", "", 1)
    assert b"".join(e.data or b"" for e in seen if isinstance(e, DataReceived)) == SAID.body
    assert [e.error_code for e in seen if isinstance(e, ConnectionTerminated)] == [0]


def test_one_request_is_answered_and_the_others_may_try_again() -> None:
    seen, asked = met(Http2(), http2_client(("GET", True), ("GET", True), ("GET", True)))
    assert isinstance(asked, Request)
    assert [e.stream_id for e in seen if isinstance(e, ResponseReceived)] == [1]
    assert [e.last_stream_id for e in seen if isinstance(e, ConnectionTerminated)] == [1]


def test_a_body_is_read_away_before_the_answer() -> None:
    client, exchange = http2_client(("POST", False)), Http2()
    assert exchange.receive(client.data_to_send()) is None
    client.receive_data(exchange.take())
    for _ in range(40):
        client.send_data(1, b"x" * 16000)
        assert exchange.receive(client.data_to_send()) is None
        client.receive_data(exchange.take())
    client.end_stream(1)
    seen, asked = met(exchange, client)
    assert isinstance(asked, Request)
    assert b"".join(e.data or b"" for e in seen if isinstance(e, DataReceived)) == SAID.body


def test_a_body_without_end_is_not_read_for_ever() -> None:
    client, exchange = http2_client(("POST", False)), Http2()
    for _ in range(4000):
        if (asked := exchange.receive(client.data_to_send())) is not None:
            exchange.answer(asked, SAID._replace(body=b"short"))
        client.receive_data(exchange.take())
        if exchange.done:
            break
        client.send_data(1, b"x" * min(16384, client.local_flow_control_window(1)))
    assert exchange.done


def test_a_head_request_gets_a_head() -> None:
    seen, _ = met(Http2(), http2_client(("HEAD", True)))
    assert not [e for e in seen if isinstance(e, DataReceived)]
    first = Http1()
    asked = first.receive(b"HEAD / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert isinstance(asked, Request)
    first.answer(asked, SAID)
    assert first.take().endswith(b"connection: close\r\n\r\n")


def test_a_client_that_takes_its_request_back() -> None:
    client = http2_client(("GET", True))
    exchange = Http2()
    asked = exchange.receive(client.data_to_send())
    client.receive_data(exchange.take())
    client.reset_stream(1)
    assert isinstance(asked, Request)
    exchange.answer(asked, SAID)
    exchange.receive(client.data_to_send())
    exchange.take()
    assert exchange.done


def test_a_client_that_asks_and_says_goodbye_at_once() -> None:
    client, exchange = http2_client(("GET", True)), Http2()
    client.close_connection()
    asked = exchange.receive(client.data_to_send())
    assert isinstance(asked, Request)
    exchange.answer(asked, SAID)
    assert exchange.done


@given(st.lists(st.binary(max_size=400), max_size=20), st.booleans(), st.booleans())
def test_no_bytes_break_an_exchange(pieces: list[bytes], two: bool, begun: bool) -> None:
    exchange: Any = Http2() if two else Http1()
    if begun:
        pieces = [http2_client(("GET", True)).data_to_send() if two else b"GET / HTTP/1.1\r\nHost: x\r\n", *pieces]
    for piece in pieces:
        asked = exchange.receive(piece)
        assert asked is None or isinstance(asked, Request | BadRequest)
        if asked is not None:
            exchange.answer(asked, SAID if isinstance(asked, Request) else Answer(asked.status, "text/plain", b""))
            break
    assert isinstance(exchange.take(), bytes)


def test_a_request_that_never_ends_is_bounded() -> None:
    drip = Http1()
    drip.receive(b"GET / HTTP/1.1\r\n")
    answers = [drip.receive(b"x-header: " + b"y" * 100 + b"\r\n") for _ in range(200)]
    assert next(a for a in answers if a) == BadRequest(431)
    line = Http1()
    assert [line.receive(b"A" * 1000) for _ in range(5)][-1] == BadRequest(414)


@given(st.binary(max_size=200))
def test_a_status_line_is_read_or_not(data: bytes) -> None:
    said = http.status_line(data)
    assert said == "" or said[:3].isdigit()
    assert http.status_line(b"HTTP/1.1 403 Forbidden\r\nX: " + data) == "403 Forbidden"


def test_an_interim_response_is_not_the_answer() -> None:
    early = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n"
    assert http.status_line(early + b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 403 Forbidden\r\n\r\n") == "403 Forbidden"
    assert http.status_line(early) == "103 Early Hints"
    assert http.status_line(b"HTTP/1.1 101 Switching Protocols\r\n\r\nHTTP/1.1 200 OK") == ""


def test_three_hundred_at_once(lab: Lab) -> None:
    """All of them are in, at the same time, before the first of them asks."""
    with tls_lab.serving(*lab.pair("server"), "--client-ca", lab.cert("root"), "--timeout", "60") as server:
        _three_hundred(lab, server)


def _three_hundred(lab: Lab, server: Server) -> None:
    assert server.process.stdout is not None
    # A pipe that nobody reads would hold the server up.
    drain = threading.Thread(target=list, args=(server.process.stdout,))
    drain.start()
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        clients = list(pool.map(lambda _: connect(lab, server), range(300)))

        def ask(client: ssl.SSLSocket) -> bool:
            with client:
                client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                return b'"authenticated": true' in b"".join(iter(lambda: client.recv(65536), b""))

        assert all(pool.map(ask, clients))
    assert server.stop() == 0
    drain.join(tls_lab.PATIENCE)


def test_a_client_that_leaves_during_the_answer(lab: Lab, server: Server) -> None:
    client = connect(lab, server, "h2")
    speaker = http2_client(("GET", True))
    speaker.update_settings({4: 10})  # SETTINGS_INITIAL_WINDOW_SIZE: ten bytes of the answer
    client.sendall(speaker.data_to_send())
    client.recv(65536)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    client.close()
    assert server.event("request")["result"]["detail"].endswith("the client left before it had the answer")
    assert json.loads(curl(lab, server).stdout)["authenticated"]


def test_a_slow_request_holds_nobody_up_and_a_signal_ends_it_all(lab: Lab, server: Server) -> None:
    slow = [connect(lab, server) for _ in range(5)]
    for client in slow:
        client.sendall(b"GET / HT")
    assert json.loads(curl(lab, server).stdout)["authenticated"]
    began = time.monotonic()
    assert server.stop(signal.SIGTERM) == 0
    assert time.monotonic() - began < tls_lab.PATIENCE
    for client in slow:
        client.close()


@pytest.mark.parametrize("version", ["1", "2"])
def test_behind_a_load_balancer(lab: Lab, version: str) -> None:
    head = {
        "1": b"PROXY TCP4 203.0.113.7 192.0.2.2 50001 443\r\n",
        "2": b"\r\n\r\n\x00\r\nQUIT\n\x21\x21\x00\x24" + socket.inet_pton(socket.AF_INET6, "2001:db8::7") * 2
        + (50001).to_bytes(2) + (443).to_bytes(2),
    }[version]  # fmt: skip
    source = {"1": "203.0.113.7:50001", "2": "[2001:db8::7]:50001"}[version]
    context = ssl.create_default_context(cafile=str(lab.cert("root")))
    context.load_cert_chain(lab.cert("alice"), lab.key("alice"))
    with tls_lab.serving(*lab.pair("server"), "--client-ca", lab.cert("root"), "--proxy-protocol") as server:
        for size in (1, 7, len(head)):
            raw = socket.create_connection(("127.0.0.1", server.port), tls_lab.PATIENCE)
            for at in range(0, len(head), size):
                raw.sendall(head[at : at + size])
            with context.wrap_socket(raw, server_hostname="localhost") as tls:
                tls.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                _, _, body = b"".join(iter(lambda: tls.recv(65536), b"")).partition(b"\r\n\r\n")
            event = server.event("accepted")["result"]
            assert json.loads(body)["proxied_for"] == event["proxied_for"] == source
            assert event["peer"].startswith("127.0.0.1:")
        done = subprocess.run(
            ["curl", "-sS", "--haproxy-protocol", "--cacert", lab.cert("root"), "--cert", lab.cert("alice"),
             "--key", lab.key("alice"), f"https://localhost:{server.port}/"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert json.loads(done.stdout)["proxied_for"].startswith("127.0.0.1:")
        assert curl(lab, server).returncode != 0
        refused = server.event("refused")
        assert refused["findings"][0]["code"] == "proxy-header-missing"


def test_the_hello_may_come_in_one_piece_with_the_header(lab: Lab) -> None:
    with tls_lab.serving(*lab.pair("server"), "--proxy-protocol") as server:
        inside, outside = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = ssl.create_default_context(cafile=str(lab.cert("root"))).wrap_bio(
            inside, outside, server_hostname="localhost"
        )
        with socket.create_connection(("127.0.0.1", server.port), tls_lab.PATIENCE) as raw:
            lead = b"PROXY UNKNOWN\r\n"
            while True:
                try:
                    tls.do_handshake()
                    break
                except ssl.SSLWantReadError:
                    raw.sendall(lead + outside.read())
                    lead = b""
                    inside.write(raw.recv(65536))
            raw.sendall(outside.read())
            assert server.event("accepted")["result"]["proxied_for"] == ""

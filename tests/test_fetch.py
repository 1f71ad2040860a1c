"""workflows/fetch.py against servers on loopback that do what strangers do."""

import gzip
import itertools
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from mtlsctl.workflows import fetch
from mtlsctl.workflows.fetch import Fetcher

Talk = Callable[[socket.socket, bytes], None]


@contextmanager
def server(talk: Talk, until: bytes = b"\r\n\r\n") -> Iterator[str]:
    """A server that reads a request until its end and hands the connection to talk; its URL."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.1)
    over = threading.Event()

    def one(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            head = b""
            while until not in head:
                head += connection.recv(4096)
            talk(connection, head)

    def run() -> None:
        threads = []
        while not over.is_set():
            with suppress(TimeoutError):
                connection, _ = listener.accept()
                connection.settimeout(5)
                threads.append(threading.Thread(target=one, args=(connection,)))
                threads[-1].start()
        for thread in threads:
            thread.join(10)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/x"
    finally:
        over.set()
        thread.join(10)
        listener.close()


def says(*parts: bytes) -> Talk:
    def talk(connection: socket.socket, _: bytes) -> None:
        for part in parts:
            connection.sendall(part)

    return talk


def redirects(to: str, code: int = 302) -> Talk:
    return says(f"HTTP/1.1 {code} Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n".encode())


def ok(body: bytes, head: str = "") -> bytes:
    return f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n{head}\r\n".encode() + body


def trouble(url: str, kind: str = "issuer", **options: bool) -> str:
    """Why nothing comes from a URL."""
    fetcher = Fetcher(options.get("allow_private", True))
    assert fetcher.get(url, kind) is None
    assert fetcher.log[-1].trouble == fetcher.why(url) != ""
    return fetcher.why(url)


def test_what_is_there_comes_once() -> None:
    seen: list[bytes] = []

    def talk(connection: socket.socket, head: bytes) -> None:
        seen.append(head)
        connection.sendall(ok(b"data"))

    with server(talk) as url:
        fetcher = Fetcher(allow_private=True)
        assert fetcher.get(url + "?a=b#c", "crl") == b"data" == fetcher.get(url + "?a=b#c", "crl")
    (one,) = fetcher.log
    assert (one.url, one.kind, one.bytes, one.trouble) == (url + "?a=b#c", "crl", 4, "")
    assert len(seen) == 1
    assert seen[0].startswith(b"GET /x?a=b HTTP/1.1\r\n")
    assert b"Accept-Encoding: identity" in seen[0]


def test_a_question_is_posted_and_what_answers_it_may_not_redirect() -> None:
    def talk(connection: socket.socket, head: bytes) -> None:
        assert head.startswith(b"POST /x HTTP/1.1")
        assert b"Content-Type: application/ocsp-request" in head
        connection.sendall(ok(b"answer"))

    with server(talk) as url:
        assert Fetcher(True).get(url, "ocsp", b"question", "application/ocsp-request") == b"answer"
    with server(redirects("http://127.0.0.1:1/", 307)) as url:
        fetcher = Fetcher(True)
        assert fetcher.get(url, "ocsp", b"question", "application/ocsp-request") is None
        assert "redirects" in fetcher.why(url)


def test_chunks_and_an_answer_that_ends_with_the_connection() -> None:
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nda\r\n2\r\nta\r\n0\r\n\r\n"
    for answer in (chunked, b"HTTP/1.0 200 OK\r\n\r\ndata"):
        with server(says(answer)) as url:
            assert Fetcher(True).get(url, "crl") == b"data"


PRIVATE = """127.0.0.1 10.1.2.3 172.16.0.1 192.168.1.1 169.254.169.254 100.64.0.1 0.0.0.0 255.255.255.255 224.0.0.1
    240.0.0.1 198.18.0.1 ::1 :: fe80::1 fc00::1 fd00:ec2::254 fec0::1 ff02::1 ff0e::1 ::ffff:10.0.0.1
    ::ffff:169.254.169.254 ::127.0.0.1 2002:7f00:1:: 2002:a9fe:a9fe:: 64:ff9b::a9fe:a9fe 64:ff9b:1::1 2001:db8::1
    2001:0:4136:e378:8000:63bf:f5ff:fffe fe80::1%lo"""


@pytest.mark.parametrize("address", PRIVATE.split())
def test_addresses_that_are_not_public(address: str) -> None:
    assert not fetch.is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "64:ff9b::808:808", "2002:808:808::"])
def test_addresses_that_are(address: str) -> None:
    assert fetch.is_public(address)


def test_no_private_address_unless_allowed() -> None:
    with server(says(ok(b"data"))) as url:
        assert "not a public address (--allow-private permits it)" in trouble(url, allow_private=False)
        named = url.replace("127.0.0.1", "localhost")
        assert trouble(named, allow_private=False).startswith("localhost is ")
        decimal = url.replace("127.0.0.1", "2130706433")  # as inet_aton reads it
        assert "not a public address" in trouble(decimal, allow_private=False)
        assert Fetcher(True).get(url, "crl") == b"data"
        assert Fetcher(False).get(url, "crl", typed=True) == b"data"


@pytest.mark.parametrize("to", ["http://169.254.169.254/latest/meta-data/", "http://127.0.0.1:1/", "http://[::1]/"])
def test_a_redirect_is_looked_at_like_the_first_address(to: str) -> None:
    with server(redirects(to)) as url:
        fetcher = Fetcher(allow_private=False)
        assert fetcher.get(url, "crl", typed=True) is None
        assert "not a public address" in fetcher.why(url)


def test_redirects_are_few_and_stay_with_http() -> None:
    with server(redirects("/x")) as url:
        assert trouble(url) == "more than 3 redirects"
    for to in ("file:///etc/passwd", "gopher://127.0.0.1/1", "ftp://127.0.0.1/"):
        with server(redirects(to)) as url:
            assert trouble(url).endswith("only http and https are fetched")
    with server(says(ok(b"data"))) as there, server(redirects(there)) as url:
        assert Fetcher(True).get(url, "crl") == b"data"


@pytest.mark.parametrize("to", ["http://[::1", "//[", "http://[x]/", "http://a:99999999/", "http://\xe4/"])
def test_a_redirect_to_what_is_no_url(to: str) -> None:
    with server(redirects(to)) as url:
        assert "not a URL" in trouble(url)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("ldap://ldap.test/cn=CA?certificateRevocationList", "ldap: only http and https are fetched"),
        ("file:///etc/passwd", "file: only http and https are fetched"),
        ("gopher://x.test/1", "gopher: only http and https"),
        ("/etc/passwd", "no scheme: only http"),
        ("http://", "not a URL of a host"),
        ("http://user:secret@x.test/", "not a URL of a host"),
        ("http://x.test:0/", "not a URL of a host"),
        ("http://x.test:99999/", "not a URL"),
        ("http://[::1/", "not a URL"),
        ("http://x.test/\r\nHost: y", "characters that none has"),
        ("http://x.test/a b", "characters that none has"),
        ("http://bücher.test/", "characters that none has"),
        ("http://x.test/" + "a" * 3000, "too long"),
        ("http://nobody.invalid/", "no address for nobody.invalid"),
        ("http://127.0.0.1:1/", "no connection to 127.0.0.1 port 1: connection refused"),
    ],
)
def test_addresses_that_are_not_asked(url: str, why: str) -> None:
    assert why in trouble(url)


def test_no_more_bytes_than_announced_in_the_limits() -> None:
    def endless(connection: socket.socket, _: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        for _ in itertools.count():
            connection.sendall(bytes(1 << 16))

    with server(endless) as url:
        assert "larger than 1,048,576 bytes" in trouble(url)
    huge = b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n"
    with server(says(huge)) as url:
        assert "larger than 1,048,576 bytes" in trouble(url)


def test_what_is_compressed_is_not_unpacked() -> None:
    bomb = gzip.compress(bytes(1 << 20))
    with server(says(ok(bomb, "Content-Encoding: gzip\r\n"))) as url:
        assert "compressed" in trouble(url)


@pytest.mark.parametrize("start", [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\n\r\n"])
def test_who_drips_is_cut_off(start: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "EACH", 0.6)
    over = threading.Event()

    def drip(connection: socket.socket, _: bytes) -> None:
        connection.sendall(start)
        while not over.wait(0.05):
            connection.sendall(b"X")

    with server(drip) as url:
        assert trouble(url) == "it took too long"
        over.set()


def test_who_says_nothing_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "EACH", 0.4)
    over = threading.Event()
    with server(lambda _, __: bool(over.wait(5))) as url:  # type: ignore[arg-type,return-value]
        assert trouble(url) == "it took too long"
        over.set()


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (b"SSH-2.0-x\r\n\r\n", "not HTTP"),
        (b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "answered 404"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort", "cut off"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nshort", "cut off"),
        (b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 1000 + b"\r\n", "not HTTP"),
        (b"", "not HTTP"),
    ],
)
def test_answers_that_are_none(answer: bytes, why: str) -> None:
    with server(says(answer)) as url:
        assert why in trouble(url)


def test_a_run_asks_so_many_times_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    with server(says(ok(b"data"))) as url:
        fetcher = Fetcher(True)
        answers = [fetcher.get(f"{url}{number}", "crl") for number in range(30)]
        assert answers == [b"data"] * fetch.REQUESTS + [None] * (30 - fetch.REQUESTS)
        monkeypatch.setattr(fetch, "ALL", 0.0)
        late = Fetcher(True)
        assert late.get(url, "crl") is None
        assert late.why(url) == "it took too long"


def test_https_needs_a_certificate_that_is_trusted() -> None:
    with server(says(b"no TLS here"), until=b"\x16\x03") as url:
        assert trouble(url.replace("http:", "https:")) == "no TLS connection to it"


def test_few_of_many_addresses_are_picked() -> None:
    many = ["ldap://x"] + [f"http://x.test/{number}" for number in range(5000)]
    assert fetch.pick(many) == many[1:4]
    assert fetch.pick(["ldap://x", "ldap://y"]) == ["ldap://x"]
    assert fetch.pick([]) == []

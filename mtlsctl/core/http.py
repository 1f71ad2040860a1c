"""HTTP as both ends of a debug session need it: requests, answers, and the little that a client says itself."""

import re
from typing import NamedTuple, Protocol

MAX_HEAD = 16384  # bytes; beyond it the answer is 431 (RFC 6585, 5)
MAX_LINE = 4096  # bytes of a request line without an end; beyond it the answer is 414 (RFC 9110, 15.5.15)
MAX_BODY = 16 << 20  # bytes of a request's body that are read away
_INTERIM = re.compile(rb"HTTP/1\.1 1(?!01)\d\d ")  # after 101 another protocol begins
REASONS = {200: "OK", 400: "Bad Request", 414: "URI Too Long", 431: "Request Header Fields Too Large"}


class Request(NamedTuple):
    """The head of a request. All of it comes from a stranger."""

    method: str
    path: str
    accept: str
    stream: int = 0
    """HTTP/2: the stream to answer on."""


class BadRequest(NamedTuple):
    """Bytes that are no request: the status to answer with."""

    status: int


class Answer(NamedTuple):
    """A whole response."""

    status: int
    kind: str
    """The media type."""
    body: bytes
    date: str = ""
    """As RFC 9110, 5.6.7 writes it; "" says none."""


class Exchange(Protocol):
    """One request and its answer over bytes: HTTP/1.1 is core/http1.py's, HTTP/2 core/http2.py's."""

    answered: bool
    """The whole answer lies in take(), or lay there."""
    done: bool
    """All was said: the connection is to be closed once take() is empty."""

    def receive(self, data: bytes) -> Request | BadRequest | None:
        """Give what came; None while it is not complete, and after the answer."""

    def answer(self, asked: Request | BadRequest, said: Answer) -> None:
        """Answer what receive() gave."""

    def take(self) -> bytes:
        """The bytes to send now."""


def fields(said: Answer) -> list[tuple[str, str]]:
    """The answer's header fields, lower case as HTTP/2 wants them. Nothing in a page may run or load anything."""
    return [
        ("content-type", said.kind),
        ("content-length", str(len(said.body))),
        ("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'"),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cache-control", "no-store"),
        *([("date", said.date)] if said.date else []),
    ]


def prefers_html(accept: str) -> bool:
    """True when an Accept header names HTML, as browsers do; `*/*` alone does not."""
    return "text/html" in accept.lower()


def request(host: str, path: str) -> bytes:
    """A GET that asks for one answer and no more."""
    head = f"GET {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: mtlsctl\r\nAccept: */*\r\nConnection: close\r\n\r\n"
    return head.encode("ascii")


def status_line(head: bytes) -> str:
    """A response's status, `403 Forbidden`; "" for bytes that are no HTTP/1 response. The rest need not be there.

    Interim responses, such as 103 Early Hints, say nothing yet: the one after them counts (RFC 9110, 15.2).
    """
    import h11  # only with --http

    head = head[:MAX_HEAD]
    while _INTERIM.match(head) and (rest := head.partition(b"\r\n\r\n")[2]):
        head = rest
    line, _, _ = head.partition(b"\r\n")
    ours = h11.Connection(h11.CLIENT)
    try:
        ours.send(h11.Request(method="GET", target="/", headers=[("Host", "x")]))
        ours.receive_data(line + b"\r\n\r\n")
        came = ours.next_event()
    except h11.RemoteProtocolError:
        return ""
    if not isinstance(came, h11.Response | h11.InformationalResponse):
        return ""
    return f"{came.status_code} {came.reason.decode('latin-1')}".rstrip()

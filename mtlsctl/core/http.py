"""HTTP/1.1 as a debug server needs it: a request's head out of bytes, a response into bytes."""

from typing import NamedTuple

MAX_HEAD = 16384  # bytes; beyond it the answer is 431 (RFC 6585, 5)
_END = b"\r\n\r\n"


class Request(NamedTuple):
    """The head of a request. All of it comes from a stranger."""

    method: str
    path: str
    accept: str


class BadRequest(NamedTuple):
    """Bytes that are no request: the status to answer with."""

    status: str


def parse(head: bytes) -> Request | BadRequest | None:
    """A request's head (RFC 9112, 3 and 5); None while its end has not come."""
    end = head.find(_END)
    if end < 0:
        return BadRequest("431 Request Header Fields Too Large") if len(head) > MAX_HEAD else None
    lines = head[:end].decode("latin-1").split("\r\n")
    words = lines[0].split(" ")
    if len(words) != 3 or not words[0].isalpha() or not words[2].startswith("HTTP/1.") or not words[1]:
        return BadRequest("400 Bad Request")
    accept = next((v.strip() for n, _, v in (line.partition(":") for line in lines[1:]) if n.lower() == "accept"), "")
    return Request(words[0].upper(), words[1], accept)


def prefers_html(accept: str) -> bool:
    """True when an Accept header names HTML, as browsers do; `*/*` alone does not."""
    return "text/html" in accept.lower()


def response(status: str, kind: str, body: bytes, *, head_only: bool = False) -> bytes:
    """A whole response that closes the connection. kind: the media type. Nothing in it may run or load anything."""
    head = (
        f"HTTP/1.1 {status}\r\n"
        f"Content-Type: {kind}\r\n"
        f"Content-Length: {len(body)}\r\n"
        "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'\r\n"
        "X-Content-Type-Options: nosniff\r\n"
        "Cache-Control: no-store\r\n"
        "Connection: close\r\n\r\n"
    )
    return head.encode("ascii") + (b"" if head_only else body)


def request(host: str, path: str) -> bytes:
    """A GET that asks for one answer and no more."""
    head = f"GET {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: mtlsctl\r\nAccept: */*\r\nConnection: close\r\n\r\n"
    return head.encode("ascii")


def status_line(head: bytes) -> str:
    """A response's status, `403 Forbidden`; "" for bytes that are no HTTP response."""
    line = head.split(b"\r\n", 1)[0].decode("latin-1")
    version, _, status = line.partition(" ")
    return status if version.startswith("HTTP/1.") and status[:3].isdigit() else ""

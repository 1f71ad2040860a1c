"""Fetch what a certificate points to, over HTTP: bounded, and from no address that is not public unless allowed."""

import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection, IncompleteRead
from urllib.parse import SplitResult, urljoin, urlsplit

from mtlsctl.workflows import network
from mtlsctl.workflows.revocation import Fetched

REQUESTS = 24  # of one run, redirects among them: a certificate can name thousands of addresses
REDIRECTS = 3
EACH, ALL = 10.0, 30.0  # seconds, for one answer with its redirects, and for all of a run
LARGEST = {"crl": 64 << 20, "ocsp": 256 << 10, "issuer": 1 << 20}
"""Bytes of an answer, by what is fetched. The largest CRLs in use have some 40 MB."""
LONGEST_URL = 2048
MAX_ADDRESSES = 8  # of a host that are tried
_CHUNK = 64 << 10
_PORTS = {"http": 80, "https": 443}


class Fetcher:
    """The requests of one run, and what came of them. What is fetched is data: nobody trusts it for where it is from.

    Proxies of the environment are not used: the address that is checked is the one that is connected to.
    """

    def __init__(self, allow_private: bool = False) -> None:
        self.allow_private = allow_private
        self.log: list[Fetched] = []
        self._requests = 0
        self._deadline = time.monotonic() + ALL
        self._seen: dict[tuple[str, str, bytes], bytes | None] = {}

    def get(
        self, url: str, kind: str, body: bytes = b"", content_type: str = "", *, typed: bool = False
    ) -> bytes | None:
        """What is at a URL, or what it answers to body (POST); None where it did not come, and the log says why.

        typed: a person named this URL, not a certificate: it may be of their own network, what it redirects to may not.
        """
        key = url, kind, body
        if key not in self._seen:
            began = time.monotonic()
            data, trouble = b"", ""
            try:
                data = self._fetch(url, kind, body, content_type, min(began + EACH, self._deadline), typed)
            except _TroubleError as error:
                trouble = str(error)
            spent = round((time.monotonic() - began) * 1000)
            self.log.append(Fetched(url[:LONGEST_URL], kind, len(data), spent, trouble))
            self._seen[key] = None if trouble else data
        return self._seen[key]

    def reject(self, url: str, why: str) -> None:
        """What came from a URL turned out to be of no use."""
        for number, one in enumerate(self.log):
            if one.url == url[:LONGEST_URL] and not one.trouble:
                self.log[number] = replace(one, trouble=why)

    def why(self, url: str) -> str:
        """Why nothing came from a URL."""
        return next((one.trouble for one in reversed(self.log) if one.url == url[:LONGEST_URL]), "")

    def _fetch(self, url: str, kind: str, body: bytes, content_type: str, until: float, typed: bool) -> bytes:
        for hop in range(REDIRECTS + 1):
            if self._requests >= REQUESTS:
                raise _TroubleError(f"not asked: {REQUESTS} requests were made, as many as one run may")
            self._requests += 1
            where = _split(url)
            sock = _connect(where, until, self.allow_private or (typed and not hop))
            found = _Exchange(where, sock, until).answer(body, content_type, LARGEST[kind])
            if isinstance(found, bytes):
                return found
            if body:
                raise _TroubleError("it redirects, which a responder does not")
            url = _joined(url, found.to)
        raise _TroubleError(f"more than {REDIRECTS} redirects")


class _TroubleError(Exception):
    """Why nothing came, in words; raised and caught in this file."""


@dataclass(frozen=True, slots=True)
class _Redirect:
    to: str


def _joined(url: str, to: str) -> str:
    """Where a redirect leads, which may be told in part. Raises _TroubleError where that is no URL."""
    try:
        return urljoin(url, to)
    except ValueError:
        raise _TroubleError("it redirects to what is not a URL") from None


def _split(url: str) -> SplitResult:
    """The parts of a URL that may be fetched. Raises _TroubleError."""
    if len(url) > LONGEST_URL or not url.isascii() or not url.isprintable() or " " in url:
        raise _TroubleError("not a URL: too long, or with characters that none has")
    try:
        where = urlsplit(url)
        port = where.port
    except ValueError:
        raise _TroubleError("not a URL") from None
    if where.scheme not in _PORTS:
        raise _TroubleError(f"{where.scheme or 'no scheme'}: only http and https are fetched")
    if not where.hostname or where.username is not None or port == 0:
        raise _TroubleError("not a URL of a host: http://HOST/PATH is expected")
    return where


def _connect(where: SplitResult, until: float, allow_private: bool) -> socket.socket:
    """A connection to an address that was checked, so that no second look at DNS leads elsewhere."""
    host, port = where.hostname or "", where.port or _PORTS[where.scheme]
    addresses = _resolve(host, port, until)
    if not allow_private and (bad := next((a for a in addresses if not is_public(a)), None)):
        named = bad if bad == host else f"{host} is {bad}, which"
        raise _TroubleError(f"{named} is not a public address (--allow-private permits it)")
    why = ""
    for left, address in zip(range(len(addresses), 0, -1), addresses, strict=True):
        try:
            return socket.create_connection((address, port), max(_left(until) / left, 0.05))
        except OSError as error:
            why = (error.strerror or str(error)).lower()
    raise _TroubleError(f"no connection to {addresses[-1]} port {port}: {why}")


def _resolve(host: str, port: int, until: float) -> list[str]:
    """The first addresses of a host. Raises _TroubleError."""
    try:
        found = network.resolve(host, port, _left(until))
    except (OSError, UnicodeError) as error:
        why = (getattr(error, "strerror", "") or str(error)).lower()
        raise _TroubleError(f"no address for {host}: {why}") from None
    return list(dict.fromkeys(str(address[0]) for *_, address in found))[:MAX_ADDRESSES]


def is_public(text: str) -> bool:
    """True for an address of the public Internet, also by what is packed in it (IPv4 in IPv6, 6to4, Teredo, NAT64)."""
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        if address.is_site_local or address in _NAT64_LOCAL:
            return False
        if inner := _packed(address):
            return is_public(str(inner))
    return address.is_global and not address.is_multicast and not address.is_reserved


_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052, 2.1
_NAT64_LOCAL = ipaddress.IPv6Network("64:ff9b:1::/48")  # RFC 8215
_COMPATIBLE = ipaddress.IPv6Network("::/96")  # RFC 4291, 2.5.5.1


def _packed(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if address in _NAT64 or address in _COMPATIBLE:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise _TroubleError(_SLOW)
    return left


_SLOW = "it took too long"


class _Exchange:
    """One request and its answer, over a connection that is there, until a moment of the monotonic clock."""

    def __init__(self, where: SplitResult, sock: socket.socket, until: float) -> None:
        self.where, self.until = where, until
        self.sock = sock

    def answer(self, body: bytes, content_type: str, largest: int) -> bytes | _Redirect:
        """The answer's body, or where it redirects to. Raises _TroubleError for all else."""
        # http.client's timeouts are for each read: who sends a byte at a time would never meet one.
        alarm = threading.Timer(max(self.until - time.monotonic(), 0.01), self._cut)
        alarm.daemon = True
        alarm.start()
        try:
            with closing(self._connection()) as connection:
                self._ask(connection, body, content_type)
                return self._read(connection.getresponse(), largest)
        except (OSError, HTTPException, ValueError) as error:
            if time.monotonic() >= self.until or isinstance(error, TimeoutError):
                raise _TroubleError(_SLOW) from None
            raise _TroubleError(_words(error)) from None
        finally:
            alarm.cancel()
            self.sock.close()

    def _cut(self) -> None:
        with suppress(OSError):
            socket.socket.shutdown(self.sock, socket.SHUT_RDWR)  # not TLS's own: it waits for the other end

    def _connection(self) -> HTTPConnection:
        """http.client's, over our socket: it connects to nothing by itself."""
        host, port = self.where.hostname or "", self.where.port
        self.sock.settimeout(max(self.until - time.monotonic(), 0.01))
        connection = HTTPConnection(host, port)
        if self.where.scheme == "https":
            context = ssl.create_default_context()
            connection = HTTPSConnection(host, port, context=context)
            self.sock = context.wrap_socket(self.sock, server_hostname=host)
        connection.auto_open = 0
        connection.sock = self.sock
        return connection

    def _ask(self, connection: HTTPConnection, body: bytes, content_type: str) -> None:
        path = (self.where.path or "/") + (f"?{self.where.query}" if self.where.query else "")
        headers = {"User-Agent": "mtlsctl", "Accept": "*/*", "Accept-Encoding": "identity", "Connection": "close"}
        if body:
            headers["Content-Type"] = content_type
        connection.request("POST" if body else "GET", path, body or None, headers)

    def _read(self, response: HTTPResponse, largest: int) -> bytes | _Redirect:
        if response.status in (301, 302, 303, 307, 308) and (to := response.headers.get("Location")):
            return _Redirect(to)
        if response.status != 200:
            raise _TroubleError(f"the server answered {response.status}")
        if response.headers.get("Content-Encoding", "identity") != "identity":
            raise _TroubleError("the answer is compressed, and we said that we take none")
        too_large = f"larger than {largest:,} bytes, the most that is taken"
        if (response.length or 0) > largest:
            raise _TroubleError(too_large)
        data = bytearray()
        while chunk := response.read1(_CHUNK):
            data += chunk
            if len(data) > largest:
                raise _TroubleError(too_large)
        if response.length:
            raise _TroubleError(f"the answer was cut off, {response.length:,} bytes before its end")
        if time.monotonic() >= self.until:
            raise _TroubleError(_SLOW)
        return bytes(data)


def _words(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted: {error.verify_message}"
    if isinstance(error, ssl.SSLError):
        return "no TLS connection to it"
    if isinstance(error, IncompleteRead):
        return "the answer was cut off"
    if isinstance(error, HTTPException):
        return "its answer is not HTTP"
    return (getattr(error, "strerror", None) or type(error).__name__).lower()


def pick(urls: Sequence[str], most: int = 3) -> list[str]:
    """The first few addresses worth asking: those over HTTP; without any, the first, for the log to say why not."""
    good = [url for url in urls if url.lower().startswith(("http://", "https://"))]
    return good[:most] or list(urls[:1])

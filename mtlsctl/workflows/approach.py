"""The way from a connection to the first byte of TLS: through the proxy, the PROXY header, STARTTLS."""

import base64
import socket
import time

from mtlsctl.core import proxyheader
from mtlsctl.core.approach import Approach, Refusal
from mtlsctl.core.endpoint import Endpoint
from mtlsctl.core.observation import Ended
from mtlsctl.core.printable import printable
from mtlsctl.core.route import Proxy, Route
from mtlsctl.core.starttls.outcome import Outcome, Result

_CHUNK = 4096
_HEAD = 16384  # bytes of a proxy's answer that are read
_SHOWN = 200


def approach(connection: socket.socket, endpoint: Endpoint, route: Route | None, timeout: float) -> Approach:
    """Do what comes before TLS on a connection that network.connect() made, within timeout seconds in all."""
    began, route = time.monotonic(), route or Route()
    deadline = began + timeout
    if route.proxy:
        refusal = _tunnel(connection, route.proxy, route.destination(endpoint), deadline)
        if refusal:
            return Approach(time.monotonic() - began, refusal, endpoint.starttls)
    try:
        if route.header:
            connection.sendall(_header(connection, route.header))
    except OSError:
        pass  # the server has gone: reading, which comes next, tells how
    if not endpoint.starttls:
        return Approach(time.monotonic() - began, header=route.header)
    result, first = _starttls(connection, endpoint, deadline)
    return Approach(time.monotonic() - began, None, endpoint.starttls, result, first, route.header)


def _starttls(connection: socket.socket, endpoint: Endpoint, deadline: float) -> tuple[Result, bytes]:
    """Talk until TLS can begin or cannot."""
    from mtlsctl.core.starttls import Conversation  # only with --starttls

    conversation = Conversation(endpoint.starttls, endpoint.server_name or endpoint.host.partition("%")[0])
    out = conversation.begin()
    try:
        while True:
            connection.settimeout(max(deadline - time.monotonic(), 0.001))
            if out:
                connection.sendall(out)
            if conversation.result is not None:
                break
            out = conversation.feed(connection.recv(_CHUNK))
    except TimeoutError:
        return conversation.give_up(Outcome.SILENT), conversation.first_bytes
    except OSError:
        return conversation.give_up(Outcome.RESET), conversation.first_bytes
    return conversation.result, conversation.first_bytes


def _header(connection: socket.socket, version: int) -> bytes:
    """The header with the addresses of the connection itself."""
    if connection.family not in (socket.AF_INET, socket.AF_INET6):
        return proxyheader.write(version, None, None)
    return proxyheader.write(version, connection.getsockname()[:2], connection.getpeername()[:2])


def _tunnel(connection: socket.socket, proxy: Proxy, server: Endpoint, deadline: float) -> Refusal | None:
    """Ask the proxy for a connection to the server; None when it stands."""
    from python_socks import ProxyError, ProxyType  # only for proxies
    from python_socks.sync import Proxy as Client

    no = Refusal(proxy.text, server.text, Ended.ERROR, known_here=bool(proxy.user))
    client = Client(
        ProxyType.HTTP if proxy.kind == "http" else ProxyType.SOCKS5,
        proxy.host,
        proxy.port,
        proxy.user or None,
        proxy.password if proxy.user else None,
        rdns=proxy.kind != "socks5",
        forward=_Connected(_Wire(connection, deadline, proxy.kind)),  # type: ignore[arg-type]
    )
    try:
        client.connect(server.host, server.port)
    except ProxyError as error:
        return no._replace(status=int(error.error_code or 0), said=_words(error, proxy))
    except TimeoutError:
        return no._replace(ended=Ended.TIMEOUT, said="no answer in time")
    except socket.gaierror as error:
        return no._replace(ended=Ended.NO_ADDRESS, said=(error.strerror or str(error)).lower())
    except OSError as error:
        return no._replace(ended=Ended.RESET, said=(error.strerror or str(error)).lower())
    except (ValueError, IndexError):  # python-socks 3.2 on answers that are cut or nonsense
        return no._replace(said="an answer that cannot be read")
    return None


def _words(error: Exception, proxy: Proxy) -> str:
    """What the proxy said, without our user and password: some say what they were asked."""
    text = str(error).strip()
    if proxy.user:
        login = base64.b64encode(f"{proxy.user}:{proxy.password}".encode("latin-1", "replace")).decode()
        for secret in filter(None, (login, proxy.password)):
            text = text.replace(secret, "***")
    return printable(text[:_SHOWN].encode("utf-8", "replace").decode())


class _Connected:
    """What python-socks takes for a proxy before this one: it gives the connection that stands already."""

    def __init__(self, wire: "_Wire") -> None:
        self._wire = wire

    def connect(self, **_where: object) -> "_Wire":
        """The connection, wherever the proxy is said to be."""
        return self._wire


class _Wire:
    """A socket as python-socks uses it, with one deadline for all, that reads the proxy's answer and not a byte more.

    python-socks takes whatever comes for the answer: half of one is an error to it, and what the server behind the
    proxy says first would be lost.
    """

    def __init__(self, connection: socket.socket, deadline: float, kind: str) -> None:
        self._connection = connection
        self._deadline = deadline
        self._is_http = kind == "http"

    def sendall(self, data: bytes) -> None:
        """Send all of it."""
        self._in_time()
        self._connection.sendall(data)

    def recv(self, count: int) -> bytes:
        """count bytes at most; where python-socks asks for no number of its own, one whole answer."""
        if count < _HEAD:
            self._in_time()
            return self._connection.recv(count)
        return self._http() if self._is_http else self._socks()

    def close(self) -> None:
        """The connection is closed by whoever opened it."""

    def _in_time(self) -> None:
        self._connection.settimeout(max(self._deadline - time.monotonic(), 0.001))

    def _http(self) -> bytes:
        """The head of an HTTP answer, up to its empty line (RFC 9112, 2.1); b"" for half of one."""
        head = b""
        while len(head) < _HEAD and b"HTTP/".startswith(head[:5]):
            self._in_time()
            coming = self._connection.recv(_CHUNK, socket.MSG_PEEK)
            if not coming:
                return b""
            end = (head + coming).find(b"\r\n\r\n")
            head += self._connection.recv(end + 4 - len(head) if end >= 0 else len(coming))
            if end >= 0:
                return head
        return b"" if len(head) >= _HEAD else head

    def _socks(self) -> bytes:
        """The reply to CONNECT (RFC 1928, 6): its length depends on the type of the address in it."""
        reply = self._exactly(4)
        if len(reply) < 4 or reply[1]:
            return reply
        lengths = {1: 4, 4: 16}
        reply += (more := self._exactly(1))
        left = lengths.get(reply[3], more[0] + 1 if more and reply[3] == 3 else 1) - 1
        return reply + self._exactly(left + 2)

    def _exactly(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            self._in_time()
            if not (more := self._connection.recv(count - len(data))):
                break
            data += more
        return data

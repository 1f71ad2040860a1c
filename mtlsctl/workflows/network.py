"""Sockets: an endpoint to a connected one, each address tried; and sockets to listen on."""

import errno
import socket
import threading
import time
from typing import TYPE_CHECKING, Any, NamedTuple

from mtlsctl.core.endpoint import Endpoint, join
from mtlsctl.core.observation import Ended
from mtlsctl.errors import SystemTroubleError, UsageError

if TYPE_CHECKING:
    from mtlsctl.core.route import Route

BACKLOG = 128


class Attempt(NamedTuple):
    """What came of connecting."""

    connection: socket.socket | None
    address: str
    """The address that answered: `127.0.0.1:8443`; "" where none did."""
    tried: tuple[str, ...]
    """Each address that did not, with the reason."""
    ended: Ended
    """OPEN when there is a connection."""
    detail: str
    dns_seconds: float
    tcp_seconds: float


def connect(endpoint: Endpoint, timeout: float, route: "Route | None" = None) -> Attempt:
    """Connect to the first address that answers, within timeout seconds for all of them together.

    With a route, to where the route begins: a proxy, or another place than the endpoint.
    """
    began = time.monotonic()
    where = route.dialled(endpoint) if route else endpoint
    if where.path:
        return _connect_unix(where, timeout)
    try:
        found = resolve(where.host, where.port, timeout, _family(route))
    except (socket.gaierror, UnicodeError, TimeoutError) as error:
        reason = (getattr(error, "strerror", "") or str(error)).lower()
        return Attempt(None, "", (), Ended.NO_ADDRESS, reason, time.monotonic() - began, 0.0)
    resolved = time.monotonic()
    tried: list[str] = []
    ended = Ended.UNREACHABLE
    for left, (family, kind, number, _, address) in zip(range(len(found), 0, -1), found, strict=True):
        place = join(str(address[0]), where.port)
        # The addresses that are left share the time that is left.
        share = max((began + timeout - time.monotonic()) / left, 0.05)
        connection = socket.socket(family, kind, number)
        connection.settimeout(share)
        try:
            connection.connect(address)
        except OSError as error:
            connection.close()
            ended, reason = _why(error, share)
            tried.append(f"{place}: {reason}")
            continue
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        spent = time.monotonic() - resolved
        return Attempt(connection, place, tuple(tried), Ended.OPEN, "", resolved - began, spent)
    return Attempt(None, "", tuple(tried), ended, "; ".join(tried), resolved - began, time.monotonic() - resolved)


Found = list[tuple[Any, ...]]
"""What getaddrinfo gives: family, kind, protocol, canonical name, address."""


def resolve(host: str, port: int, timeout: float, family: int = socket.AF_UNSPEC) -> Found:
    """The addresses of a host in ASCII, within timeout seconds. Raises OSError (gaierror, TimeoutError), UnicodeError.

    The resolver has its own idea of patience, 5 s twice for each name server (resolv.conf(5)), and no limit is given
    to it: a thread asks, and is left behind where it takes too long.
    """
    # As bytes: a text host would load Python's IDNA codec, and ours is in A-labels already.
    asked = host.encode("ascii"), port, family, socket.SOCK_STREAM
    if ":" in host or host.replace(".", "").isdigit():
        return socket.getaddrinfo(*asked)  # an address: nobody is asked
    found: Found = []
    failed: list[BaseException] = []

    def ask() -> None:
        try:
            found.extend(socket.getaddrinfo(*asked))
        except (OSError, UnicodeError) as error:
            failed.append(error)

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(timeout)
    if asking.is_alive():
        raise TimeoutError(f"the name server did not answer within {timeout:.1f} s")
    if failed:
        raise failed[0]
    return found


def _family(route: "Route | None") -> int:
    return {4: socket.AF_INET, 6: socket.AF_INET6}.get(route.family if route else 0, socket.AF_UNSPEC)


def _connect_unix(where: Endpoint, timeout: float) -> Attempt:
    """Connect to a Unix socket. Raises UsageError where the system has none."""
    if not hasattr(socket, "AF_UNIX"):
        raise UsageError(f"{where.text}: this system has no Unix sockets", "write host:port")
    began = time.monotonic()
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(timeout)
    try:
        connection.connect(where.path)
    except (OSError, UnicodeError) as error:
        connection.close()
        ended, reason = _why(error, timeout) if isinstance(error, OSError) else (Ended.UNREACHABLE, "not a path")
        return Attempt(None, "", (), ended, reason, 0.0, time.monotonic() - began)
    return Attempt(connection, where.text, (), Ended.OPEN, "", 0.0, time.monotonic() - began)


def _why(error: OSError, share: float) -> tuple[Ended, str]:
    if isinstance(error, TimeoutError):
        return Ended.TIMEOUT, f"no answer within {share:.1f} s"
    if isinstance(error, ConnectionRefusedError):
        return Ended.REFUSED, "connection refused"
    return Ended.UNREACHABLE, (error.strerror or str(error)).lower()


def listen(endpoint: Endpoint) -> socket.socket:
    """A socket that listens on an endpoint; port 0 takes a free one. Raises SystemTroubleError with what to do.

    Raises UsageError for an endpoint that is no place for TLS from the first byte over TCP.
    """
    if endpoint.path or endpoint.starttls:
        raise UsageError(f"cannot listen on {endpoint.text}: a TCP port without STARTTLS is needed", "write HOST:PORT")
    try:
        family, kind, number, _, address = socket.getaddrinfo(
            endpoint.host, endpoint.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except (socket.gaierror, UnicodeError) as error:
        reason = (getattr(error, "strerror", "") or str(error)).lower()
        raise SystemTroubleError(f"{endpoint.host}: no address for this name: {reason}") from None
    listener = socket.socket(family, kind, number)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise SystemTroubleError(
            f"cannot listen on {endpoint.text}: {(error.strerror or str(error)).lower()}", _hint(error, endpoint)
        ) from None
    return listener


def _hint(error: OSError, endpoint: Endpoint) -> str:
    if error.errno == errno.EADDRNOTAVAIL:
        port = endpoint.port or 8443
        return f"this machine has no such address: --listen 127.0.0.1:{port}, or 0.0.0.0:{port} for all its addresses"
    if isinstance(error, PermissionError):
        return f"ports below 1024 are the system's: choose another, such as {join(endpoint.host, 8443)}"
    return f"choose another: --listen {join(endpoint.host, 0)} takes any free port"

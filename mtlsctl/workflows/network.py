"""Sockets: an endpoint to a connected one, each address tried; and sockets to listen on."""

import errno
import socket
import time
from typing import NamedTuple

from mtlsctl.core.endpoint import Endpoint, join
from mtlsctl.core.observation import Ended
from mtlsctl.errors import SystemTroubleError

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


def connect(endpoint: Endpoint, timeout: float) -> Attempt:
    """Connect to the first address that answers, within timeout seconds for all of them together."""
    began = time.monotonic()
    try:
        # As bytes: a text host would load Python's IDNA codec, and ours is in A-labels already.
        found = socket.getaddrinfo(endpoint.host.encode("ascii"), endpoint.port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError) as error:
        reason = (getattr(error, "strerror", "") or str(error)).lower()
        return Attempt(None, "", (), Ended.NO_ADDRESS, reason, time.monotonic() - began, 0.0)
    resolved = time.monotonic()
    tried: list[str] = []
    ended = Ended.UNREACHABLE
    for left, (family, kind, number, _, address) in zip(range(len(found), 0, -1), found, strict=True):
        where = join(str(address[0]), endpoint.port)
        # The addresses that are left share the time that is left.
        share = max((began + timeout - time.monotonic()) / left, 0.05)
        connection = socket.socket(family, kind, number)
        connection.settimeout(share)
        try:
            connection.connect(address)
        except OSError as error:
            connection.close()
            ended, reason = _why(error, share)
            tried.append(f"{where}: {reason}")
            continue
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        spent = time.monotonic() - resolved
        return Attempt(connection, where, tuple(tried), Ended.OPEN, "", resolved - began, spent)
    return Attempt(None, "", tuple(tried), ended, "; ".join(tried), resolved - began, time.monotonic() - resolved)


def _why(error: OSError, share: float) -> tuple[Ended, str]:
    if isinstance(error, TimeoutError):
        return Ended.TIMEOUT, f"no answer within {share:.1f} s"
    if isinstance(error, ConnectionRefusedError):
        return Ended.REFUSED, "connection refused"
    return Ended.UNREACHABLE, (error.strerror or str(error)).lower()


def listen(endpoint: Endpoint) -> socket.socket:
    """A socket that listens on an endpoint; port 0 takes a free one. Raises SystemTroubleError with what to do."""
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

"""A Session over a socket: send what it gives, feed what comes, within a deadline."""

import socket
import time

from mtlsctl.core.observation import Ended
from mtlsctl.core.session import Session

CHUNK = 65536
Outcome = tuple[Ended, str]
"""How it ended, and the operating system's words."""


def shake_hands(session: Session, connection: socket.socket, deadline: float) -> Outcome:
    """Do the handshake until it has an end, at the latest at deadline (time.monotonic)."""
    while True:
        session.advance()
        send(session, connection)
        if session.over:
            break
        if (ended := receive(session, connection, deadline)) is not None:
            return ended
    if session.held:
        return Ended.HELD, ""
    if session.failed:
        return (Ended.CLOSED if session.eof else Ended.ERROR), ""
    return Ended.OPEN, ""


def send(session: Session, connection: socket.socket) -> bool:
    """Send what the session has to say. False when it cannot be sent: what came before is still to be read then."""
    data = session.take()
    try:
        if data:
            connection.sendall(data)
    except OSError:
        return False
    return True


def receive(session: Session, connection: socket.socket, deadline: float) -> Outcome | None:
    """Feed what comes next, or the end of it; None when the conversation can go on."""
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        return Ended.TIMEOUT, "the time is up"
    connection.settimeout(seconds)
    try:
        data = connection.recv(CHUNK)
    except TimeoutError:
        return Ended.TIMEOUT, f"nothing came for {seconds:.1f} s"
    except OSError as error:
        return Ended.RESET, (error.strerror or str(error)).lower()
    session.feed(data)
    return None


def hear(session: Session, connection: socket.socket, deadline: float) -> bytes:
    """The next application data; b"" at the end, for whatever reason.

    What the session answers meanwhile is sent: a server may ask for a certificate now (renegotiation, RFC 5246,
    7.4.1.1; post-handshake authentication, RFC 8446, 4.6.2).
    """
    while (data := session.read()) is None:
        send(session, connection)
        if receive(session, connection, deadline) is not None:
            return b""
    return data


def linger(connection: socket.socket, seconds: float) -> None:
    """Close our half and read the rest away: closing on unread bytes is a reset, which can overtake our last words."""
    deadline = time.monotonic() + seconds
    try:
        connection.shutdown(socket.SHUT_WR)
        left = 64
        while left and (wait := deadline - time.monotonic()) > 0:
            connection.settimeout(wait)
            if not connection.recv(CHUNK):
                return
            left -= 1
    except OSError:
        return

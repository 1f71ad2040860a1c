"""What follows a handshake with the debug server: one request over HTTP/1.1 or HTTP/2, answered with who asks."""

import socket
import time
from email.utils import format_datetime
from typing import NamedTuple

from mtlsctl.core import http
from mtlsctl.core.http import Answer, BadRequest, Exchange, Request
from mtlsctl.core.session import Session
from mtlsctl.core.whoami import Told, as_json
from mtlsctl.workflows import talk

REQUEST_SECONDS = 30.0  # for the request and its answer together


class Outcome(NamedTuple):
    """What came of it."""

    request: str
    """`GET / 200`; "" where the client asked for nothing."""
    in_time: bool = True
    """False when the time was up before it asked."""
    delivered: bool = True
    """False when the client left before it had the whole answer, as far as this end can know."""


def converse(session: Session, connection: socket.socket, told: Told) -> Outcome:
    """Read one request and answer it."""
    deadline = time.monotonic() + REQUEST_SECONDS
    exchange = _exchange(told.who.alpn)
    asked: Request | BadRequest | None = None
    while asked is None:
        _send(session, connection, exchange, deadline)
        data = talk.hear(session, connection, deadline)
        if not data:
            return Outcome("", in_time=time.monotonic() < deadline)
        asked = exchange.receive(data)
    said = _answer(asked, told)
    exchange.answer(asked, said)
    delivered = _deliver(session, connection, exchange, deadline)
    what = f"{asked.method} {asked.path} {said.status}" if isinstance(asked, Request) else _words(said)
    return Outcome(what, delivered=delivered)


def explain_in_plain(connection: socket.socket) -> None:
    """Tell a client that forgot the s of https, in the protocol that it speaks."""
    from mtlsctl.core.http1 import whole

    said = Answer(400, "text/plain; charset=utf-8", b"This port speaks TLS: use https://\n")
    try:
        connection.sendall(whole(said))
    except OSError:
        return


def _exchange(alpn: str) -> Exchange:
    """What was agreed on with ALPN; HTTP/1.1 for everything else."""
    if alpn == "h2":
        from mtlsctl.core.http2 import Http2  # loads h2 and its tables

        return Http2()
    from mtlsctl.core.http1 import Http1

    return Http1()


def _answer(asked: Request | BadRequest, told: Told) -> Answer:
    date = format_datetime(told.at, usegmt=True)
    if isinstance(asked, BadRequest):
        words = http.REASONS[asked.status]
        return Answer(asked.status, "text/plain; charset=utf-8", f"{asked.status} {words}\n".encode(), date)
    if http.prefers_html(asked.accept):
        from mtlsctl.core.page import as_html  # only for browsers

        return Answer(200, "text/html; charset=utf-8", as_html(told), date)
    return Answer(200, "application/json", as_json(told), date)


def _words(said: Answer) -> str:
    return f"{said.status} {http.REASONS[said.status]}"


def _send(session: Session, connection: socket.socket, exchange: Exchange, deadline: float) -> bool:
    """Send what the exchange has to say; False when the client no longer takes it."""
    connection.settimeout(max(deadline - time.monotonic(), 0.001))
    return session.write(exchange.take()) and talk.send(session, connection)


def _deliver(session: Session, connection: socket.socket, exchange: Exchange, deadline: float) -> bool:
    """Send the answer as the client takes it, then say close_notify. False when it left before."""
    sent = _send(session, connection, exchange, deadline)
    while sent and not exchange.done:
        data = talk.hear(session, connection, deadline)
        if not data:
            return exchange.answered
        exchange.receive(data)
        sent = _send(session, connection, exchange, deadline)
    if sent:
        session.close()
        talk.send(session, connection)
    return sent or exchange.answered

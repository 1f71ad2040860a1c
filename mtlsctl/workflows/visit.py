"""One connection to the debug server, from the first byte to the last: handshake, one request, one answer."""

import socket
import time
from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from OpenSSL import SSL

from mtlsctl.core import http, openssl, sniff
from mtlsctl.core.diagnose import Ours
from mtlsctl.core.diagnose_client import diagnose_client
from mtlsctl.core.findings import Finding, Verdict
from mtlsctl.core.observation import Observation, Role, Stage
from mtlsctl.core.session import Session
from mtlsctl.core.tls import TlsSettings
from mtlsctl.core.whoami import Whoami, as_html, as_json, whoami
from mtlsctl.workflows import clock, talk

REQUEST_SECONDS = 30.0
GOODBYE_SECONDS = 1.0


class Kind(StrEnum):
    """What an event tells."""

    LISTENING = "listening"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    """No handshake: refused by either side, not TLS, or the client left."""
    REQUEST = "request"
    CLOSED = "closed"
    """The client left after the handshake without asking for anything."""


class Event(NamedTuple):
    """One thing that happened at the server."""

    at: datetime
    kind: Kind
    connection: int
    """Counts from 1; 0 for what concerns none."""
    peer: str
    detail: str
    client: Whoami | None = None
    """Who came; None where no handshake was completed."""
    refused_by: str = "nobody"
    confidence: str = "certain"
    findings: tuple[Finding, ...] = ()


class House(NamedTuple):
    """What every visit needs."""

    context: SSL.Context
    settings: TlsSettings
    handshake_seconds: float


def visit(house: House, connection: socket.socket, number: int, peer: str) -> Iterator[Event]:
    """Serve one client. Whatever it does, this ends within the handshake's time and REQUEST_SECONDS."""
    with connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        session = Session(house.context, Role.SERVER)
        deadline = time.monotonic() + house.handshake_seconds
        ended, detail = talk.shake_hands(session, connection, deadline)
        seen = session.observe(peer, ended, detail)
        yield _greeted(house, seen, number)
        if seen.stage is Stage.DONE:
            yield _answer(session, connection, seen, number)
        elif sniff.client_protocol(seen.first_bytes) == "HTTP":
            _explain_in_plain(connection)
        talk.linger(connection, GOODBYE_SECONDS)


def _greeted(house: House, seen: Observation, number: int) -> Event:
    """The event that a handshake, or the lack of one, makes."""
    at, roots = clock.now(), openssl.read(house.settings.roots)
    seen = seen.without(roots)
    said = diagnose_client(seen, Ours(at, house.settings.identity, roots))
    first = said.report.findings[0]
    done = first.code == "ok"
    return Event(
        at=at,
        kind=Kind.ACCEPTED if done else Kind.REFUSED,
        connection=number,
        peer=seen.peer,
        detail=first.message,
        client=whoami(seen) if done or seen.peer_chain else None,
        refused_by=said.refused_by.value,
        confidence=said.confidence.value,
        findings=() if done else said.report.findings,
    )


def _answer(session: Session, connection: socket.socket, seen: Observation, number: int) -> Event:
    """Read one request and answer it with who asks; the event says what was asked."""
    deadline = time.monotonic() + REQUEST_SECONDS
    asked = _read(session, connection, deadline)
    if asked is None:
        return _went(session, seen, number, deadline)
    if isinstance(asked, http.BadRequest):
        body, what = f"{asked.status}\n".encode(), asked.status
        data = http.response(asked.status, "text/plain; charset=utf-8", body)
    else:
        who, head_only = whoami(seen), asked.method == "HEAD"
        if http.prefers_html(asked.accept):
            data = http.response("200 OK", "text/html; charset=utf-8", as_html(who), head_only=head_only)
        else:
            data = http.response("200 OK", "application/json", as_json(who), head_only=head_only)
        what = f"{asked.method} {asked.path} 200"
    connection.settimeout(REQUEST_SECONDS)
    if session.write(data):
        session.close()
    talk.send(session, connection)
    return Event(clock.now(), Kind.REQUEST, number, seen.peer, what)


def _read(session: Session, connection: socket.socket, deadline: float) -> http.Request | http.BadRequest | None:
    """The client's request; None when it left, or asked for nothing in time."""
    head = b""
    while (asked := http.parse(head)) is None:
        data = talk.hear(session, connection, deadline)
        if not data:
            return None
        head += data
        if b"\n" not in head and len(head) > 1024:
            return http.BadRequest("400 Bad Request")
    return asked


def _went(session: Session, seen: Observation, number: int, deadline: float) -> Event:
    """No request came: an alert after the handshake says why, an end without close_notify leaves a guess."""
    last = next((a for a in reversed(session.alerts) if a.direction == "received"), None)
    if last:
        message = f"{seen.peer} left after the handshake with alert {last.number} ({last.name})"
        finding = Finding("connection-closed", Verdict.WARN, message, "it refused something: read its log")
        return Event(clock.now(), Kind.CLOSED, number, seen.peer, message, None, "client", "unknown", (finding,))
    if session.goodbye:
        return Event(clock.now(), Kind.CLOSED, number, seen.peer, "left without a request")
    message = "asked for nothing in time"
    if time.monotonic() < deadline:
        message = "left without a request and without a close_notify: so do clients that dislike the server's name"
    return Event(clock.now(), Kind.CLOSED, number, seen.peer, message, None, "nobody", "unknown")


def _explain_in_plain(connection: socket.socket) -> None:
    """Tell a client that forgot the s of https, in the protocol that it speaks."""
    body = b"This port speaks TLS: use https://\n"
    try:
        connection.sendall(http.response("400 Bad Request", "text/plain; charset=utf-8", body))
    except OSError:
        return

"""One connection to the debug server, from the first byte to the last: PROXY header, handshake, request, answer."""

import socket
import time
from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from OpenSSL import SSL

from mtlsctl.core import offered, openssl, proxyheader, refusals, sniff
from mtlsctl.core.diagnose import Confidence, Diagnosis, Ours, RefusedBy
from mtlsctl.core.diagnose_client import Terms, diagnose_client, without_header
from mtlsctl.core.diagnose_refused_us import left_after
from mtlsctl.core.findings import Finding, Report, Verdict
from mtlsctl.core.observation import Alert, Ended, Observation, Role, Stage
from mtlsctl.core.offered import Offered
from mtlsctl.core.refusals import Refusal
from mtlsctl.core.session import Session
from mtlsctl.core.tls import Demand, TlsSettings
from mtlsctl.core.whoami import Told, Whoami, whoami
from mtlsctl.workflows import answering, clock, talk

GOODBYE_SECONDS = 1.0


class Kind(StrEnum):
    """What an event tells."""

    LISTENING = "listening"
    RELOADED = "reloaded"
    """The files changed, and new connections meet what they say now."""
    KEPT = "kept"
    """The files changed and are not good: new connections still meet what they said before."""
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
    """The address that the connection came from."""
    detail: str
    client: Whoami | None = None
    """Who came; None where no certificate came and no handshake was completed."""
    refused_by: str = "nobody"
    confidence: str = "certain"
    findings: tuple[Finding, ...] = ()
    proxied_for: str = ""
    """The client's address as the PROXY header named it; "" without one."""
    offered: Offered | None = None
    """The client's hello; None where none came, and on the events after the first of a connection."""
    alerts: tuple[Alert, ...] = ()
    would_refuse: tuple[Refusal, ...] = ()
    """Of a client that was let in: who would have refused it, and why."""
    times: int = 1
    """More than 1: so many alike, in one event."""


def our_end(settings: TlsSettings, lenient: bool = False) -> Ours:
    """What a diagnosis wants to know of a server with these settings, now."""
    roots = openssl.read(settings.roots)
    return Ours(clock.now(), settings.identity, roots, lenient=lenient, crls=settings.crls)


class House(NamedTuple):
    """What every visit needs."""

    context: SSL.Context
    settings: TlsSettings
    """As wished for; a lenient server's context asks for less."""
    handshake_seconds: float
    lenient: bool = False
    """Whoever comes is let in, and told why others would not."""
    proxy_protocol: bool = False
    """Each connection must begin with a PROXY header."""

    @property
    def ours(self) -> Ours:
        """What a diagnosis wants to know of this end, now."""
        return our_end(self.settings, self.lenient)


class _Guest(NamedTuple):
    """Who is at the door."""

    number: int
    peer: str
    local: str = ""
    """Our address, as it reached us."""
    proxied_for: str = ""
    early: bytes = b""
    """Bytes of TLS that came with the PROXY header."""

    @property
    def called(self) -> str:
        """How messages name it."""
        return f"{self.proxied_for} (through {self.peer})" if self.proxied_for else self.peer

    def event(self, kind: Kind, detail: str) -> Event:
        """An event about it."""
        return Event(clock.now(), kind, self.number, self.peer, detail, proxied_for=self.proxied_for)

    def judged(self, kind: Kind, found: Diagnosis) -> Event:
        """An event about it, with a diagnosis."""
        first = found.report.findings[0]
        return self.event(kind, first.message)._replace(
            refused_by=found.refused_by.value,
            confidence=found.confidence.value,
            findings=() if first.verdict is Verdict.OK else found.report.findings,
        )


def visit(house: House, connection: socket.socket, number: int, peer: str) -> Iterator[Event]:
    """Serve one client. Whatever it does, this ends within the handshake's time and answering.REQUEST_SECONDS."""
    with connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        guest = _Guest(number, peer, str(connection.getsockname()[0]))
        began = time.monotonic()
        came = _introduced(connection, guest, began + house.handshake_seconds) if house.proxy_protocol else guest
        if isinstance(came, Event):
            yield came
        else:
            yield from _inside(house, connection, came, began)
        talk.linger(connection, GOODBYE_SECONDS)


def _introduced(connection: socket.socket, guest: _Guest, deadline: float) -> _Guest | Event:
    """The guest by the name that the PROXY header gives it; the event of its refusal where none came."""
    data = b""
    while (header := proxyheader.read(data)) is None:
        connection.settimeout(max(deadline - time.monotonic(), 0.001))
        try:
            more, end = connection.recv(talk.CHUNK), "the connection ended"
        except OSError as error:
            more, end = b"", "the time was up" if isinstance(error, TimeoutError) else "the connection broke"
        if not more:
            header = proxyheader.Bad(f"{end} before it was complete" if data else f"{end} and nothing had come")
            break
        data += more
    if isinstance(header, proxyheader.Header):
        return guest._replace(proxied_for=header.source, early=data[header.length :])
    found = without_header(guest.peer, header.reason, data)
    who = RefusedBy.SERVER if data else RefusedBy.NOBODY
    return guest.judged(Kind.REFUSED, Diagnosis(Report(guest.peer, (found,)), who, Confidence.CERTAIN))


def _inside(house: House, connection: socket.socket, guest: _Guest, began: float) -> Iterator[Event]:
    """Handshake, and what follows from it."""
    session = Session(house.context, Role.SERVER, lenient=house.lenient, clock=lambda: time.monotonic() - began)
    if guest.early:
        session.feed(guest.early)
    ended, detail = talk.shake_hands(session, connection, began + house.handshake_seconds)
    seen, ours = session.observe(guest.called, ended, detail), house.ours
    said = offered.read(seen)
    session.forget()
    # Of a client that is in, what OpenSSL verified is shown. Of a refused one it keeps little.
    refused = seen.stage is not Stage.DONE
    seen = seen._replace(peer_chain=said.chain) if said.chain and refused else seen.without(ours.roots)
    terms = Terms(house.settings, guest.local, said)
    if refused or seen.received() is not None:
        yield _turned_away(guest, seen, ours, terms)
        if sniff.client_protocol(seen.first_bytes) == "HTTP":
            answering.explain_in_plain(connection)
        return
    told = _told(house, guest, seen, ours, said)
    yield guest.judged(Kind.ACCEPTED, diagnose_client(seen, ours, terms))._replace(
        client=told.who, offered=said.offered, alerts=seen.alerts, would_refuse=told.would_refuse
    )
    came = answering.converse(session, connection, told)
    yield _left(guest, session, ours, came) if not came.request else _asked(guest, came)


def _turned_away(guest: _Guest, seen: Observation, ours: Ours, terms: Terms) -> Event:
    """The event of a handshake that did not come about."""
    event = guest.judged(Kind.REFUSED, diagnose_client(seen, ours, terms))
    who = whoami(seen, guest.peer, guest.proxied_for) if seen.peer_chain else None
    return event._replace(client=who, offered=terms.said.offered, alerts=seen.alerts)


def _told(house: House, guest: _Guest, seen: Observation, ours: Ours, said: offered.Said) -> Told:
    """What the client is told of itself, if it asks."""
    would = refusals.refusals(seen, ours, house.settings.demand is Demand.REQUIRED)
    return Told(whoami(seen, guest.peer, guest.proxied_for), would, said.offered, ours.at)


def _asked(guest: _Guest, came: answering.Outcome) -> Event:
    lost = "" if came.delivered else ", and the client left before it had the answer"
    return guest.event(Kind.REQUEST, came.request + lost)


def _left(guest: _Guest, session: Session, ours: Ours, came: answering.Outcome) -> Event:
    """No request came: an alert after the handshake says why; without one our names are compared with its wishes."""
    seen = session.observe(guest.called, Ended.CLOSED)
    found = left_after(seen, ours, guest.local, session.goodbye, came.in_time)
    return guest.judged(Kind.CLOSED, found)._replace(alerts=seen.alerts)

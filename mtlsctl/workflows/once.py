"""One connection as a client: connect, shake hands, wait for the server's verdict, ask what was wished for."""

import socket
import time
from typing import TYPE_CHECKING, NamedTuple

from cryptography import x509
from OpenSSL import SSL

from mtlsctl.core import names
from mtlsctl.core.endpoint import Endpoint, join
from mtlsctl.core.observation import Ended, Observation, Role, Stage
from mtlsctl.core.session import Session
from mtlsctl.workflows import network, talk

if TYPE_CHECKING:
    from collections.abc import Callable

    from mtlsctl.core.approach import Approach
    from mtlsctl.core.route import Route
    from mtlsctl.core.session import Judge

PATIENCE = 3.0  # seconds; a server that has said nothing by then may not have got our hello
VERDICT_WAIT = 1.0  # seconds; a server that refuses in TLS 1.3 says so one round trip after our last flight
LONGEST_THOUGHTS = 0.5  # seconds; a server that took long for the handshake takes long for these, too
SECOND_THOUGHTS = 0.1  # seconds; servers that judge a certificate after the handshake close within milliseconds of it
GOODBYE_SECONDS = 0.2  # a second ticket may still be on its way: unread, it would turn our close into a reset
UNASKED = 1 << 20  # bytes of application data that are read while waiting for the verdict: more will not tell
_ANSWER = 4096  # bytes of an HTTP answer that are read: status, headers, and the words of an error page


class Visit(NamedTuple):
    """Where to go, and what to do there."""

    endpoint: Endpoint
    timeout: float
    """Seconds to connect, as many for what comes before TLS, and as many for the handshake."""
    lenient: bool = False
    """Go on with a server that does not verify."""
    http: str = ""
    """The path of an HTTP request to send afterwards; "" sends none."""
    earlier: SSL.Session | None = None
    """A session of the same context that is gone on with, if the server agrees."""
    keep: bool = False
    """Wait for a session that a later visit can go on with."""
    route: "Route | None" = None
    """The way there; None: straight."""
    question: bytes = b""
    """What to say inside TLS in place of an HTTP request; the first bytes that come are the answer."""
    on_silence: "Callable[[], bool] | None" = None
    """What to do once when a server says nothing to our hello; True ends the wait."""
    wait: float = 0.0
    """Seconds after the handshake for which a refusal is waited for, whatever was said; 0: as long as most need."""
    doubt: "Callable[[Session], bool] | None" = None
    """Asked once when the server has taken us: True where it has a reason to refuse us yet."""
    judge_staple: "Judge | None" = None
    """Ask for a stapled OCSP response, and what is wrong with it; the context must take it."""


class Seen(NamedTuple):
    """What came of one connection."""

    attempt: network.Attempt
    observation: Observation
    tls_seconds: float
    session: SSL.Session | None = None
    """What a later visit with the same context can go on with."""


def once(context: SSL.Context, visit: Visit) -> Seen:
    """Connect and do one handshake with a context from core/tls.py."""
    attempt = network.connect(visit.endpoint, visit.timeout, visit.route)
    if attempt.connection is None:
        return Seen(attempt, unreached(visit.endpoint, attempt, visit.route), 0.0)
    with attempt.connection as connection:
        before = _approach(connection, visit)
        if before is not None and not before.ready:
            return Seen(attempt, _halted(visit, before), 0.0)
        began = time.monotonic()
        session = Session(
            context,
            Role.CLIENT,
            server_name=visit.endpoint.server_name,
            wanted=wanted(visit.endpoint),
            lenient=visit.lenient,
            earlier=visit.earlier,
            alpn=visit.endpoint.alpn,
            judge_staple=visit.judge_staple,
            clock=lambda: time.monotonic() - began,
        )
        ended, detail = _shake_hands(session, connection, visit, began)
        spent = time.monotonic() - began
        if ended is Ended.OPEN:
            ended, detail = _await_verdict(session, connection, visit, spent)
        if visit.keep and ended is Ended.OPEN:
            _await_ticket(session, connection)
        seen = session.observe(visit.endpoint.text, ended, detail)._replace(approach=before)
        # Not all servers confirm: one without tickets that has said nothing until now has nothing to say.
        if (visit.http or visit.question) and session.done and ended is Ended.OPEN:
            until = time.monotonic() + visit.timeout
            ask = _ask if not visit.http else _request_http2 if seen.alpn == "h2" else _request
            answer = ask(session, connection, visit)
            seen = session.observe(visit.endpoint.text, ended, detail)._replace(answer=answer, approach=before)
            seen = seen._replace(unanswered=not answer and time.monotonic() >= until)
        _part(session, connection, refused=seen.received() is not None)
        later = session.resumable
        session.release()
    return Seen(attempt, seen, spent, later)


def _shake_hands(session: Session, connection: socket.socket, visit: Visit, began: float) -> talk.Outcome:
    """The handshake, within the visit's time; a server that says nothing is given a second thought in between."""
    if visit.on_silence is None:
        return talk.shake_hands(session, connection, began + visit.timeout)
    outcome = talk.shake_hands(session, connection, began + min(visit.timeout / 2, PATIENCE))
    if outcome[0] is not Ended.TIMEOUT or (not session.first_bytes and visit.on_silence()):
        return outcome
    ended, detail = talk.shake_hands(session, connection, began + visit.timeout)
    if ended is Ended.TIMEOUT and not session.first_bytes:
        detail = f"nothing came for {time.monotonic() - began:.1f} s"
    return ended, detail


def _approach(connection: socket.socket, visit: Visit) -> "Approach | None":
    """What comes before TLS; None where nothing does."""
    if not visit.endpoint.starttls and (visit.route is None or not (visit.route.proxy or visit.route.header)):
        return None
    from mtlsctl.workflows.approach import approach  # most servers speak TLS from the first byte

    return approach(connection, visit.endpoint, visit.route, visit.timeout)


def _halted(visit: Visit, before: "Approach") -> Observation:
    """The observation of a connection that did not come to TLS."""
    ended = before.refusal.ended if before.refusal else Ended.ERROR
    seen = Observation(Role.CLIENT, visit.endpoint.text, Stage.APPROACH, ended)
    return seen._replace(approach=before, first_bytes=before.first_bytes)


def unreached(endpoint: Endpoint, attempt: network.Attempt, route: "Route | None" = None) -> Observation:
    """The observation of a connection that there was none of."""
    stage = Stage.RESOLVE if attempt.ended is Ended.NO_ADDRESS else Stage.CONNECT
    where = route.dialled(endpoint).text if route else endpoint.text
    peer = f"the proxy {where}" if route and route.proxy else where
    return Observation(Role.CLIENT, peer, stage, attempt.ended, attempt.detail)


def wanted(endpoint: Endpoint) -> x509.GeneralName:
    """The name that the server must have: the one asked for, or the address connected to (RFC 9525, 6.1)."""
    if endpoint.server_name:
        return x509.DNSName(endpoint.server_name)
    address = names.to_address(endpoint.host.partition("%")[0])
    return x509.IPAddress(address) if address else x509.DNSName(endpoint.host)


def _await_verdict(session: Session, connection: socket.socket, visit: Visit, spent: float) -> talk.Outcome:
    """Read before anything is written: in TLS 1.3 the refusal of our certificate comes after our end is done.

    1. A session ticket can only follow once the server has worked through our last flight (RFC 8446, 4.6.1).
    Application data proves nothing: a server may send it before our certificate has come to it (RFC 8446, 4.4.4).
    2. Some look at the certificate once the handshake is complete in both versions, and leave without an alert: Node,
    gRPC, GnuTLS in slapd. Whoever goes on talking, or stays, has no objection so far.
    3. Some keep it for their answer to the protocol's first word, where that is known.
    4. Some take their time, a few behind their own greeting: who has a reason to refuse us is waited for, and with a
    wait of its own everybody is.
    """
    began = time.monotonic()
    ended = _listen(session, connection, VERDICT_WAIT, until_known=True)  # 1
    early = bool(session.unasked)
    if ended is None and session.asked and session.verdict_known and not early:
        moment = min(max(SECOND_THOUGHTS, 5 * spent), LONGEST_THOUGHTS)
        ended = _listen(session, connection, moment, until_known=False)  # 2
    if session.asked and session.unasked and not session.left:
        _hear_out(session, connection, SECOND_THOUGHTS)
    if ended is None and not (visit.http or visit.question):
        if session.asked and not session.left and (session.unasked or visit.endpoint.starttls):
            _speak(session, connection, visit)  # 3
        if not session.left and (patience := _patience(session, visit) - (time.monotonic() - began)) > 0:  # 4
            if session.unasked:
                _hear_out(session, connection, patience)
            else:
                ended = _listen(session, connection, patience, until_known=False)
    if ended is None and session.asked and session.goodbye and not session.unasked:
        ended = Ended.CLOSED, ""  # its close_notify came with its last words of TLS
    if ended:
        return ended
    return Ended.OPEN, "application data came, which a server may send before it judges" if early else ""


def _listen(session: Session, connection: socket.socket, seconds: float, *, until_known: bool) -> talk.Outcome | None:
    """How the connection ended, or None when it stays. Application data that came is kept, as far as it tells."""
    deadline, heard = time.monotonic() + seconds, 0
    while True:
        while data := session.read():  # all of it: what is left lying would pile up
            heard += len(data)
            session.unasked += data[: _ANSWER - len(session.unasked)]
        known = session.verdict_known if until_known else bool(heard)
        if data == b"" and not session.unasked and not (until_known and known):
            return (Ended.ERROR if session.gave_up else Ended.CLOSED), ""
        if data == b"" or known or heard >= UNASKED:
            return None
        if ended := talk.receive(session, connection, deadline):
            return None if ended[0] is Ended.TIMEOUT else ended


def _patience(session: Session, visit: Visit) -> float:
    """Seconds after the handshake, in all, for which a refusal is waited for."""
    if visit.wait or not session.asked:
        return visit.wait
    if session.unasked:
        from mtlsctl.core import sniff  # most servers wait for our first word

        return LONGEST_THOUGHTS if sniff.greets(session.unasked) else 0.0
    return VERDICT_WAIT if visit.doubt and visit.doubt(session) else 0.0


def _speak(session: Session, connection: socket.socket, visit: Visit) -> None:
    """Say the first word of the protocol that is spoken there, and keep the answer with what was said unasked."""
    from mtlsctl.core.firstword import first_word  # most servers speak no such protocol

    word = first_word(visit.endpoint.starttls, session.unasked)
    if not word:
        return
    session.write(word)
    talk.send(session, connection)
    if answer := talk.hear(session, connection, time.monotonic() + VERDICT_WAIT):
        session.unasked += answer[: _ANSWER - len(session.unasked)]
        _hear_out(session, connection, SECOND_THOUGHTS)


def _hear_out(session: Session, connection: socket.socket, seconds: float) -> None:
    """The server has said something: whether it was its last word."""
    deadline = time.monotonic() + seconds
    while len(session.unasked) < _ANSWER and talk.receive(session, connection, deadline) is None:
        while data := session.read():
            session.unasked += data[: _ANSWER - len(session.unasked)]
        if data == b"":
            return


def _await_ticket(session: Session, connection: socket.socket) -> None:
    """Wait for what a later connection can go on with: in TLS 1.3 it comes after the handshake (RFC 8446, 4.6.1)."""
    deadline = time.monotonic() + VERDICT_WAIT
    while session.version == "TLSv1.3" and not session.ticket and talk.receive(session, connection, deadline) is None:
        if session.read():
            return  # data that was not asked for: there is no telling what else would come


def _request(session: Session, connection: socket.socket, visit: Visit) -> bytes:
    """Send a GET and take the beginning of its answer. Only for a server that verifies, or that is not to."""
    from mtlsctl.core import http  # only with --http

    session.write(http.request(_authority(visit), visit.http))
    talk.send(session, connection)
    deadline, answer = time.monotonic() + visit.timeout, session.unasked
    while len(answer) < _ANSWER and (data := talk.hear(session, connection, deadline)):
        answer += data
    return answer[:_ANSWER]


def _request_http2(session: Session, connection: socket.socket, visit: Visit) -> bytes:
    """The same where HTTP/2 was agreed on; the answer in the words of HTTP/1.1."""
    from mtlsctl.core.http2_get import Get  # only with --http and --alpn h2

    get, deadline, data = Get(_authority(visit), visit.http), time.monotonic() + visit.timeout, session.unasked
    while True:
        get.receive(data)
        session.write(get.take())
        talk.send(session, connection)
        if get.over or len(get.answer) >= _ANSWER or not (data := talk.hear(session, connection, deadline)):
            return get.answer[:_ANSWER]


def _authority(visit: Visit) -> str:
    """Whom a request is for. A zone is this machine's own business (RFC 9844, 4): the address alone is told."""
    return join(visit.endpoint.server_name or visit.endpoint.host.partition("%")[0], visit.endpoint.port)


def _ask(session: Session, connection: socket.socket, visit: Visit) -> bytes:
    """Say what was wished for, and take the first bytes of the answer: other protocols than HTTP stay open."""
    session.write(visit.question)
    talk.send(session, connection)
    return (session.unasked or talk.hear(session, connection, time.monotonic() + visit.timeout))[:_ANSWER]


def _part(session: Session, connection: socket.socket, *, refused: bool) -> None:
    """Say goodbye; a server that refused us has said all that it had to say."""
    session.close()
    connection.settimeout(GOODBYE_SECONDS)  # who reads nothing would keep us for as long as the last wait was to be
    talk.send(session, connection)
    if session.done and not refused:
        talk.linger(connection, GOODBYE_SECONDS)

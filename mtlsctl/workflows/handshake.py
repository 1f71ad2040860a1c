"""One TLS handshake as a client: connect, talk, wait for the server's verdict, and say what happened."""

import socket
import time
from datetime import datetime
from typing import NamedTuple

from cryptography import x509

from mtlsctl.core import names, openssl
from mtlsctl.core.diagnose import Ours, diagnose
from mtlsctl.core.endpoint import Endpoint, join
from mtlsctl.core.findings import Report
from mtlsctl.core.observation import Alert, Ended, Observation, Role, Stage, VerifyError
from mtlsctl.core.peer import PeerCertificate, describe
from mtlsctl.core.session import Session
from mtlsctl.core.tls import TlsSettings, client_context
from mtlsctl.workflows import clock, network, talk

VERDICT_WAIT = 1.0  # seconds; a server that refuses in TLS 1.3 says so one round trip after our last flight
GOODBYE_SECONDS = 0.2  # a second ticket may still be on its way: unread, it would turn our close into a reset
UNASKED = 1 << 20  # bytes of application data that are read while waiting for the verdict: more will not tell
_ANSWER = 4096  # bytes of an HTTP answer that are read: status, headers, and the words of an error page


class Wish(NamedTuple):
    """What kind of handshake is wanted."""

    endpoint: Endpoint
    settings: TlsSettings
    trust: str
    """Where the roots come from, in words."""
    timeout: float
    """Seconds for everything up to the end of the handshake."""
    lenient: bool = False
    """Go on with a server that does not verify."""
    http: str = ""
    """The path of an HTTP request to send afterwards; "" sends none."""
    in_full: bool = True
    """Give the certificates themselves and their keys' hashes along."""


class Handshake(NamedTuple):
    """What came of one handshake."""

    endpoint: str
    server_name: str
    address: str
    tried: tuple[str, ...]
    """The addresses that did not answer, with the reason."""
    trust: str
    stage: Stage
    version: str
    cipher: str
    group: str
    alpn: str
    asked_for_certificate: bool
    sent_certificate: bool
    accepted: bool
    """Nobody refused anybody."""
    acceptable_issuers: tuple[str, ...]
    server_chain: tuple[PeerCertificate, ...]
    """As the server sent it, leaf first."""
    client_certificate: PeerCertificate | None
    """The one that we had ready, sent or not."""
    verify_errors: tuple[VerifyError, ...]
    alerts: tuple[Alert, ...]
    http_status: str
    """The status line of the answer to the request that was asked for; "" where there is none."""
    dns_seconds: float
    tcp_seconds: float
    tls_seconds: float
    refused_by: str
    confidence: str


def handshake(wish: Wish) -> tuple[Handshake, Report]:
    """Do one handshake. Raises UsageError and InputError for settings that OpenSSL does not take."""
    context = client_context(wish.settings)
    attempt = network.connect(wish.endpoint, wish.timeout)
    if attempt.connection is None:
        seen = Observation(Role.CLIENT, wish.endpoint.text, _stage(attempt), attempt.ended, attempt.detail)
        return _result(wish, attempt, seen, 0.0)
    wanted = _wanted(wish.endpoint)
    session = Session(context, Role.CLIENT, server_name=wish.endpoint.server_name, wanted=wanted, lenient=wish.lenient)
    with attempt.connection as connection:
        began = time.monotonic()
        ended, detail = talk.shake_hands(session, connection, began + wish.timeout)
        spent = time.monotonic() - began
        if ended is Ended.OPEN:
            ended, detail = _await_verdict(session, connection)
        seen = session.observe(wish.endpoint.text, ended, detail)
        if wish.http and seen.confirmed and ended is Ended.OPEN:
            seen = seen._replace(answer=_request(session, connection, wish))
        session.close()
        talk.send(session, connection)
        if session.done:
            talk.linger(connection, GOODBYE_SECONDS)
    return _result(wish, attempt, seen, spent)


def _stage(attempt: network.Attempt) -> Stage:
    return Stage.RESOLVE if attempt.ended is Ended.NO_ADDRESS else Stage.CONNECT


def _wanted(endpoint: Endpoint) -> x509.GeneralName:
    """The name that the server must have: the one asked for, or the address connected to (RFC 9525, 6.1)."""
    if endpoint.server_name:
        return x509.DNSName(endpoint.server_name)
    address = names.to_address(endpoint.host.partition("%")[0])
    return x509.IPAddress(address) if address else x509.DNSName(endpoint.host)


def _await_verdict(session: Session, connection: socket.socket) -> talk.Outcome:
    """In TLS 1.3 the refusal of our certificate comes after our end is done: read before anything is written.

    A session ticket can only follow once the server has worked through our last flight (RFC 8446, 4.6.1). Application
    data proves nothing: a server may send it before our certificate has come to it (RFC 8446, 4.4.4).
    """
    deadline, heard = time.monotonic() + VERDICT_WAIT, 0
    while not session.verdict_known and heard < UNASKED:
        ended = talk.receive(session, connection, deadline)
        if ended and ended[0] is Ended.TIMEOUT:
            break
        if ended:
            return ended
        while data := session.read():  # all of it: what is left lying would pile up
            heard += len(data)
        if data == b"" and not session.verdict_known:
            return Ended.CLOSED, ""
    return Ended.OPEN, "application data came, which a server may send before it judges" if heard else ""


def _request(session: Session, connection: socket.socket, wish: Wish) -> bytes:
    """Send a GET and take the beginning of its answer. Only for a server that verifies, or that is not to."""
    from mtlsctl.core import http  # only with --http

    name = wish.endpoint.server_name or wish.endpoint.host
    session.write(http.request(join(name, wish.endpoint.port), wish.http))
    talk.send(session, connection)
    deadline, answer = time.monotonic() + wish.timeout, b""
    while len(answer) < _ANSWER and (data := talk.hear(session, connection, deadline)):
        answer += data
    return answer[:_ANSWER]


def _status(seen: Observation) -> str:
    if seen.answer is None:
        return ""
    from mtlsctl.core import http  # only with --http

    return http.status_line(seen.answer)


def _result(wish: Wish, attempt: network.Attempt, seen: Observation, spent: float) -> tuple[Handshake, Report]:
    at = clock.now()
    said = diagnose(seen, _ours(wish, at))
    ours = wish.settings.identity
    made = Handshake(
        endpoint=wish.endpoint.text,
        server_name=wish.endpoint.server_name,
        address=attempt.address,
        tried=attempt.tried,
        trust=wish.trust,
        stage=seen.stage,
        version=seen.version,
        cipher=seen.cipher,
        group=seen.group,
        alpn=seen.alpn,
        asked_for_certificate=seen.asked,
        sent_certificate=seen.sent,
        accepted=said.report.ok,
        acceptable_issuers=tuple(names.dn(name) for name in seen.acceptable_issuers),
        server_chain=tuple(describe(certificate, in_full=wish.in_full) for certificate in seen.peer_chain),
        client_certificate=describe(ours.certificate, in_full=wish.in_full) if ours else None,
        verify_errors=seen.verify_errors,
        alerts=seen.alerts,
        http_status=_status(seen),
        dns_seconds=round(attempt.dns_seconds, 6),
        tcp_seconds=round(attempt.tcp_seconds, 6),
        tls_seconds=round(spent, 6),
        refused_by=said.refused_by.value,
        confidence=said.confidence.value,
    )
    return made, said.report


def _ours(wish: Wish, at: datetime) -> Ours:
    settings, roots = wish.settings, openssl.read(wish.settings.roots)
    return Ours(at, settings.identity, roots, _wanted(wish.endpoint), wish.lenient, settings.maximum)

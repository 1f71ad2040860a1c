"""A handshake as a client, and what it means: one connection, the diagnosis, the answer in plain values."""

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from cryptography import x509
from OpenSSL import SSL

from mtlsctl.core import names, openssl
from mtlsctl.core.diagnose import Confidence, Diagnosis, Ours, diagnose, leads
from mtlsctl.core.endpoint import Endpoint
from mtlsctl.core.findings import Report
from mtlsctl.core.observation import Alert, Ended, Observation, Role, Stage, VerifyError
from mtlsctl.core.peer import PeerCertificate, describe
from mtlsctl.core.session import Session
from mtlsctl.core.tls import TlsSettings, client_context
from mtlsctl.workflows import clock
from mtlsctl.workflows.once import Seen, Visit, once, wanted

if TYPE_CHECKING:
    from pathlib import Path

    from mtlsctl.core.doubts import Probe  # where one connection told all, none is made
    from mtlsctl.core.flight import Step  # only with --trace
    from mtlsctl.core.route import Route  # most targets are reached straight
    from mtlsctl.core.stapled import Staple  # only with --staple
    from mtlsctl.workflows.repeat import Group, Latency, Run  # not for one handshake


UNTOLD = ("dns-failure", "connection-refused", "connection-timeout", "handshake-stalled", "proxy-refused")
"""The network gave no answer: could not tell."""

Place = tuple[Endpoint, "Route | None"]
"""Where a server is, and the way there."""


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
    extra_probes: bool = True
    """Ask the server again, otherwise, where one connection leaves two causes."""
    route: "Route | None" = None
    """The way there; None: straight."""
    trace: bool = False
    """Tell the messages of both sides."""
    keylog: "Path | None" = None
    """A file that the connection's secrets are added to."""
    wait: float = 0.0
    """Seconds after the handshake for which a refusal is waited for; 0: as long as most servers need."""


class ExtraProbe(NamedTuple):
    """One more connection, and what came of it."""

    variation: str
    """What was done otherwise: a word of core/doubts.py's Variation."""
    answered: bool
    """The server's hello came; of plain HTTP: its answer."""
    accepted: bool
    """The handshake was completed, and the server stayed."""
    version: str
    alert: str


class Handshake(NamedTuple):
    """What came of one handshake."""

    endpoint: str
    server_name: str
    address: str
    tried: tuple[str, ...]
    """The addresses that did not answer, with the reason."""
    via: str
    """The proxy, without user and password; "" where there is none."""
    starttls: str
    """The protocol that came before TLS; "" where TLS was there from the first byte."""
    trust: str
    stage: Stage
    version: str
    cipher: str
    group: str
    alpn: str
    resumed: bool
    """An earlier session was gone on with (--resume)."""
    asked_for_certificate: bool
    sent_certificate: bool
    accepted: bool
    """Nobody refused anybody."""
    acceptable_issuers: tuple[str, ...]
    signature_algorithms: tuple[str, ...]
    """Those that the server takes of clients; given with the JSON alone, as tickets are: they cost time."""
    tickets: int
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
    approach_seconds: float
    """For the proxy and STARTTLS."""
    tls_seconds: float
    refused_by: str
    confidence: str
    extra_probes: tuple[ExtraProbe, ...] = ()
    """The server was asked again, otherwise each time, where that tells causes apart."""
    runs: "tuple[Run, ...]" = ()
    """Each of the handshakes of --repeat; the fields above are the most telling one's."""
    groups: "tuple[Group, ...]" = ()
    """The runs that went alike."""
    latency: "Latency | None" = None
    trace: "tuple[Step, ...]" = ()
    """The messages of both sides (--trace)."""
    staple: "Staple | None" = None
    """The OCSP response that came with the certificate (--staple); None: not asked for, or it did not get so far."""


class Client(NamedTuple):
    """What all handshakes with the same settings share. Its context may be used by many threads."""

    context: SSL.Context
    settings: TlsSettings
    trust: str
    roots: tuple[x509.Certificate, ...]


class Met(NamedTuple):
    """A handshake, what it means, and what a later one can go on with."""

    result: Handshake
    report: Report
    session: SSL.Session | None


def client(settings: TlsSettings, trust: str) -> Client:
    """A client for many handshakes. Raises UsageError and InputError for settings that OpenSSL does not take."""
    return Client(client_context(settings), settings, trust, openssl.read(settings.roots))


def handshake(wish: Wish) -> tuple[Handshake, Report]:
    """Do one handshake. Raises UsageError and InputError for settings that OpenSSL does not take."""
    met = meet(client(wish.settings, wish.trust), wish)
    return met.result, met.report


def meet(ours: Client, wish: Wish, earlier: SSL.Session | None = None, *, keep: bool = False) -> Met:
    """Do one handshake with a client's settings; the wish's own are passed over.

    earlier: a session of the same client, to be gone on with if the server agrees. keep: wait for a session.
    """
    look = _Look(ours)
    visit = Visit(wish.endpoint, wish.timeout, wish.lenient, wish.http, earlier, keep, wish.route)
    visit = visit._replace(wait=wish.wait, doubt=look.doubtful)
    if ours.settings.staple:
        from mtlsctl.workflows import staples  # only with --staple

        visit = visit._replace(judge_staple=staples.judge(ours))
    tried: list[Probe] = []
    seen = once(ours.context, _watched(visit, ours.settings, tried) if wish.extra_probes else visit)
    if wish.keylog:
        from mtlsctl.workflows import keylog  # only with --keylog

        keylog.add(wish.keylog, seen.observation.secrets)
    brought = _ours(ours, wish, clock.now())._replace(sound=look.sound)
    said = diagnose(seen.observation, brought)
    if earlier is not None and not said.report.ok:
        from mtlsctl.core import resumption  # only for those who ask for it

        said = resumption.judge(seen.observation, said)
    elif wish.extra_probes and _open(seen.observation, said):
        from mtlsctl.workflows import doubts  # not for a good handshake

        said = doubts.resolve(visit, ours.settings, seen.observation, brought, said, tried)
    if not said.report.ok and seen.observation.verify_errors:
        from mtlsctl.workflows import kin  # a server that verifies needs no other trust

        if said.report.findings[0].code in kin.UNKNOWN:
            said = kin.recognised(said, seen.observation.peer_chain)
    # A session would carry a certificate that does not verify past every later check.
    usable = said.report.ok and not seen.observation.verify_errors
    return Met(_result(ours, wish, seen, said, tried), said.report, seen.session if usable else None)


class _Look:
    """Whether a server has a reason to refuse us yet; a look at our certificate is taken once."""

    def __init__(self, us: Client) -> None:
        self.sound: bool | None = None
        self._us = us

    def doubtful(self, session: Session) -> bool:
        """True where a server that asked got no certificate, one with a fault, or of a CA that it does not list."""
        settings = self._us.settings
        if not session.sent or settings.identity is None:
            return True
        listed = Observation(Role.CLIENT, "", Stage.DONE, Ended.OPEN, acceptable_issuers=session.issuers)
        if not leads(listed, settings.identity):
            return True
        from mtlsctl.core import quicklook  # the diagnosis wants it, too

        self.sound = quicklook.sound(settings.identity, self._us.roots, settings.roots, clock.now())
        return not self.sound


def _open(seen: Observation, said: Diagnosis) -> bool:
    """True where one connection may leave a question that a second one answers."""
    if said.report.ok:
        return seen.asked and not (seen.sent or seen.confirmed)
    return seen.stage is Stage.HELLO or said.confidence is not Confidence.CERTAIN


def _watched(visit: Visit, settings: TlsSettings, tried: "list[Probe]") -> Visit:
    """The visit with a probe for the time when the server says nothing."""

    def ask() -> bool:
        from mtlsctl.workflows import doubts  # most servers answer

        return doubts.when_silent(visit, settings, tried)

    return visit._replace(on_silence=ask)


def _trace(seen: Observation) -> "tuple[Step, ...]":
    from mtlsctl.core import flight, wire  # only with --trace

    return flight.steps(wire.decode(seen.chunks, seen.secrets, "sent"))


def _decoded(seen: Observation) -> tuple[tuple[str, ...], int]:
    """The signature algorithms of the server's request for a certificate, and how many session tickets came."""
    from mtlsctl.core.mismatch import read  # text does without

    proof = read(seen)
    return proof.request.signature_algorithms if proof.request else (), proof.tickets


def _staple(us: Client, seen: Observation) -> "Staple | None":
    if seen.staple is None:
        return None
    from mtlsctl.workflows import staples  # only with --staple

    return staples.told(us, seen)


def _status(seen: Observation) -> str:
    if seen.answer is None:
        return ""
    from mtlsctl.core import http  # only with --http

    return http.status_line(seen.answer)


def _result(us: Client, wish: Wish, met: Seen, said: Diagnosis, tried: "list[Probe]") -> Handshake:
    attempt, seen, ours = met.attempt, met.observation, us.settings.identity
    signed, tickets = _decoded(seen) if wish.in_full else ((), 0)
    return Handshake(
        endpoint=wish.endpoint.text,
        server_name=wish.endpoint.server_name,
        address=attempt.address,
        tried=attempt.tried,
        via=wish.route.proxy.text if wish.route and wish.route.proxy else "",
        starttls=wish.endpoint.starttls,
        trust=us.trust,
        stage=seen.stage,
        version=seen.version,
        cipher=seen.cipher,
        group=seen.group,
        alpn=seen.alpn,
        resumed=seen.resumed,
        asked_for_certificate=seen.asked,
        sent_certificate=seen.sent,
        accepted=said.report.ok,
        acceptable_issuers=tuple(names.dn(name) for name in seen.acceptable_issuers),
        signature_algorithms=signed,
        tickets=tickets,
        server_chain=tuple(describe(certificate, in_full=wish.in_full) for certificate in seen.peer_chain),
        client_certificate=describe(ours.certificate, in_full=wish.in_full) if ours else None,
        verify_errors=seen.verify_errors,
        alerts=seen.alerts,
        http_status=_status(seen),
        dns_seconds=round(attempt.dns_seconds, 6),
        tcp_seconds=round(attempt.tcp_seconds, 6),
        approach_seconds=round(seen.approach.seconds if seen.approach else 0.0, 6),
        tls_seconds=round(met.tls_seconds, 6),
        refused_by=said.refused_by.value,
        confidence=said.confidence.value,
        trace=_trace(seen) if wish.trace else (),
        extra_probes=tuple(_told(probe) for probe in tried),
        staple=_staple(us, seen),
    )


def _told(probe: "Probe") -> ExtraProbe:
    from mtlsctl.core import doubts  # there is a probe: it is loaded

    seen = probe.seen
    alert = next((a.name for a in reversed(seen.alerts)), "")
    return ExtraProbe(
        probe.variation.value, probe.answered or doubts.enough(probe), probe.accepted, seen.version, alert
    )


def _ours(us: Client, wish: Wish, at: datetime) -> Ours:
    settings = us.settings
    return Ours(
        at,
        settings.identity,
        us.roots,
        wanted(wish.endpoint),
        wish.lenient,
        settings.maximum,
        settings.minimum,
        settings.alpn or wish.endpoint.alpn,
        frozenset(name for name in ("ciphers", "groups", "sigalgs") if getattr(settings, name)),
        settings.crls,
        anchors=settings.roots,
        staple=settings.staple,
    )

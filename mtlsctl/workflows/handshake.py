"""A handshake as a client, and what it means: one connection, the diagnosis, and what more it takes to tell."""

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from cryptography import x509
from OpenSSL import SSL

from mtlsctl.core import openssl
from mtlsctl.core.diagnose import Confidence, Diagnosis, Ours, diagnose, leads
from mtlsctl.core.endpoint import Endpoint
from mtlsctl.core.findings import Report
from mtlsctl.core.observation import Ended, Observation, Role, Stage
from mtlsctl.core.session import Session
from mtlsctl.core.tls import TlsSettings, client_context
from mtlsctl.workflows import clock
from mtlsctl.workflows.handshake_result import Handshake, told
from mtlsctl.workflows.once import Visit, once, wanted

if TYPE_CHECKING:
    from pathlib import Path

    from mtlsctl.core.doubts import Probe  # where one connection told all, none is made
    from mtlsctl.core.route import Route  # most targets are reached straight


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
    alone: str
    """The code that this connection gives by itself, without extra probes."""


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
    visit = _visit(ours, wish, earlier, keep)._replace(doubt=look.doubtful)
    tried: list[Probe] = []
    met = once(ours.context, _watched(visit, ours.settings, tried) if wish.extra_probes else visit)
    seen = met.observation
    if wish.keylog:
        from mtlsctl.workflows import keylog  # only with --keylog

        keylog.add(wish.keylog, seen.secrets)
    brought = _ours(ours, wish, clock.now())._replace(sound=look.sound)
    alone = diagnose(seen, brought)
    said = _meaning(ours, visit, seen, brought, alone, tried if wish.extra_probes else None)
    # A session would carry a certificate that does not verify past every later check.
    usable = said.report.ok and not seen.verify_errors
    result = told(ours, wish, met, said, tried)
    return Met(result, said.report, met.session if usable else None, alone.report.findings[0].code)


def _visit(ours: Client, wish: Wish, earlier: SSL.Session | None, keep: bool) -> Visit:
    visit = Visit(wish.endpoint, wish.timeout, wish.lenient, wish.http, earlier, keep, wish.route, wait=wish.wait)
    if not ours.settings.staple:
        return visit
    from mtlsctl.workflows import staples  # only with --staple

    return visit._replace(judge_staple=staples.judge(ours))


def _meaning(
    us: Client, visit: Visit, seen: Observation, brought: Ours, said: Diagnosis, tried: "list[Probe] | None"
) -> Diagnosis:
    """What a connection means that says so much by itself, and more. tried: gets the extra probes; None: make none."""
    if visit.earlier is not None and not said.report.ok:
        from mtlsctl.core import resumption  # only for those who ask for it

        said = resumption.judge(seen, said)
    elif tried is not None and _open(seen, said):
        from mtlsctl.workflows import doubts  # not for a good handshake

        said = doubts.resolve(visit, us.settings, seen, brought, said, tried)
    if not said.report.ok and seen.verify_errors:
        from mtlsctl.workflows import kin  # a server that verifies needs no other trust

        if said.report.findings[0].code in kin.UNKNOWN:
            said = kin.recognised(said, seen.peer_chain)
    if seen.acceptable_issuers and not us.settings.identity and not said.report.ok:
        from mtlsctl.workflows import kin  # who is let in needs no other certificate

        said = kin.presentable(said, seen.acceptable_issuers)
    return said


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

"""What came of one handshake, in plain values: what the text and the JSON are made of."""

from typing import TYPE_CHECKING, NamedTuple

from mtlsctl.core import names
from mtlsctl.core.diagnose import Diagnosis
from mtlsctl.core.observation import Alert, Observation, Stage, VerifyError
from mtlsctl.core.peer import PeerCertificate, describe
from mtlsctl.workflows.once import Seen

if TYPE_CHECKING:
    from mtlsctl.core.doubts import Probe  # where one connection told all, none is made
    from mtlsctl.core.flight import Step  # only with --trace
    from mtlsctl.core.stapled import Staple  # only with --staple
    from mtlsctl.workflows.handshake import Client, Wish
    from mtlsctl.workflows.repeat import Group, Latency, Run  # not for one handshake


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


def told(us: "Client", wish: "Wish", met: Seen, said: Diagnosis, tried: "list[Probe]") -> Handshake:
    """What came of a handshake: one connection, what it means, and the probes that were made for that."""
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
        extra_probes=tuple(_probe(probe) for probe in tried),
        staple=_staple(us, seen),
    )


def _probe(probe: "Probe") -> ExtraProbe:
    from mtlsctl.core import doubts  # there is a probe: it is loaded

    seen = probe.seen
    alert = next((a.name for a in reversed(seen.alerts)), "")
    return ExtraProbe(
        probe.variation.value, probe.answered or doubts.enough(probe), probe.accepted, seen.version, alert
    )


def _trace(seen: Observation) -> "tuple[Step, ...]":
    from mtlsctl.core import flight, wire  # only with --trace

    return flight.steps(wire.decode(seen.chunks, seen.secrets, "sent"))


def _decoded(seen: Observation) -> tuple[tuple[str, ...], int]:
    """The signature algorithms of the server's request for a certificate, and how many session tickets came."""
    from mtlsctl.core.mismatch import read  # text does without

    proof = read(seen)
    return proof.request.signature_algorithms if proof.request else (), proof.tickets


def _staple(us: "Client", seen: Observation) -> "Staple | None":
    if seen.staple is None:
        return None
    from mtlsctl.workflows import staples  # only with --staple

    return staples.told(us, seen)


def _status(seen: Observation) -> str:
    if seen.answer is None:
        return ""
    from mtlsctl.core import http  # only with --http

    return http.status_line(seen.answer)

"""Causes that look the same from one connection, and the second one that tells them apart."""

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple, assert_never

from mtlsctl.core import alerts, sniff
from mtlsctl.core.diagnose import Confidence, Diagnosis, Ours, RefusedBy
from mtlsctl.core.findings import Finding, Verdict, Whose
from mtlsctl.core.observation import Ended, Observation, Stage

MOST = 3  # extra probes for one handshake, at most


class Variation(StrEnum):
    """One thing that is done otherwise when a server is asked again."""

    WIDE = "wide"
    """Every cipher suite, group and signature algorithm that our library has."""
    EVERY_VERSION = "every-version"
    """The same, and every version of TLS."""
    CLASSIC_GROUP = "classic-group"
    """One classic group, P-256: a hello that fits into one packet."""
    SAME = "same-hello"
    """Nothing: the same again, whether a shorter hello was needed at all."""
    NO_NAME = "no-server-name"
    NO_ALPN = "no-alpn"
    ALPN_H2 = "alpn-h2"
    TLS12 = "tls-1.2"
    """TLS 1.2, where a certificate is judged before the handshake is complete."""
    NO_CERTIFICATE = "no-certificate"
    PROXY_HEADER = "proxy-header"
    """With a PROXY protocol header in front."""
    NO_STARTTLS = "no-starttls"
    """With TLS from the first byte."""
    STARTTLS = "starttls"
    """With TLS after the words of the protocol that the port is known for."""


CERTIFICATE_STAYS = frozenset((Variation.ALPN_H2,))
"""The variations that show our certificate again; the others do without."""


class Probe(NamedTuple):
    """One extra probe, and what came of it."""

    variation: Variation
    seen: Observation

    @property
    def answered(self) -> bool:
        """True when the server's hello came."""
        return self.seen.stage in (Stage.HANDSHAKE, Stage.DONE)

    @property
    def accepted(self) -> bool:
        """True when the handshake was completed, and the server stayed."""
        return self.seen.stage is Stage.DONE and self.seen.ended is Ended.OPEN and self.seen.received() is None


_NEGOTIATION = frozenset(
    (
        alerts.HANDSHAKE_FAILURE,
        alerts.ILLEGAL_PARAMETER,
        alerts.DECODE_ERROR,
        alerts.INSUFFICIENT_SECURITY,
        alerts.INTERNAL_ERROR,
        alerts.MISSING_EXTENSION,
        alerts.UNSUPPORTED_EXTENSION,
    )
)


def variations(seen: Observation, ours: Ours, said: Diagnosis) -> tuple[Variation, ...]:
    """What to try, in order, at most MOST; () where one connection told all that a second could."""
    if seen.approach is not None and seen.approach.mute:
        return (Variation.NO_STARTTLS,)
    if seen.stage is Stage.HELLO and not (seen.first_bytes and not sniff.is_tls(seen.first_bytes)):
        return _before_hello(seen, ours)[:MOST]
    if seen.stage is Stage.HANDSHAKE and seen.received() in _NEGOTIATION and not seen.peer_chain:
        return (Variation.WIDE,)  # it had no certificate to sign with as we can read
    if seen.stage is not Stage.DONE or said.confidence is Confidence.CERTAIN or not seen.asked:
        return ()
    if seen.ended is Ended.OPEN:
        waiting = seen.version == "TLSv1.3" and not seen.confirmed and seen.answer is None
        # Never with a certificate of ours: TLS 1.2 would show it to everybody on the way.
        return (Variation.TLS12,) if waiting and not seen.sent and ours.minimum != "1.3" else ()
    if said.confidence is not Confidence.UNKNOWN or not seen.sent:
        return ()
    mute = seen.received() is None and not ours.alpn
    return (Variation.ALPN_H2, Variation.NO_CERTIFICATE) if mute else (Variation.NO_CERTIFICATE,)


def _before_hello(seen: Observation, ours: Ours) -> tuple[Variation, ...]:
    """The server's hello never came: by an alert, by the end of the connection, or by silence."""
    without_name = (Variation.NO_NAME,) if seen.server_name else ()
    number = seen.received()
    if number == alerts.PROTOCOL_VERSION:
        return (Variation.EVERY_VERSION,)
    if number in _NEGOTIATION:
        without_alpn = (Variation.NO_ALPN,) if ours.alpn else ()
        # All stacks but few (Mbed TLS) say protocol_version of a version: it is tried second.
        return (Variation.WIDE, Variation.EVERY_VERSION, *without_alpn, *without_name)
    if number is None and seen.ended in (Ended.CLOSED, Ended.RESET):
        from mtlsctl.core.diagnose_approach import plain_protocol

        if plain_protocol(seen) and seen.approach is None:
            return (Variation.STARTTLS,)
        return (Variation.CLASSIC_GROUP, *(without_name or (Variation.EVERY_VERSION,)), Variation.PROXY_HEADER)
    return ()


def enough(probe: Probe) -> bool:
    """True when a probe answers the question: the rest need not be tried."""
    if probe.variation in (Variation.WIDE, Variation.EVERY_VERSION):
        return probe.answered and bool(probe.seen.peer_chain or probe.accepted)
    if probe.variation is Variation.STARTTLS:
        return probe.seen.approach is not None and probe.seen.approach.ready
    if probe.variation is Variation.NO_STARTTLS:
        return bool(probe.seen.first_bytes) and sniff.is_tls(probe.seen.first_bytes)
    judged = probe.variation in (Variation.ALPN_H2, Variation.TLS12, Variation.NO_CERTIFICATE)
    return probe.accepted if judged else probe.answered


def settle(seen: Observation, ours: Ours, said: Diagnosis, tried: Iterable[Probe]) -> Diagnosis:
    """The diagnosis with what the extra probes showed."""
    again = next((probe for probe in tried if probe.variation is Variation.SAME), None)
    if again and again.answered:
        return _unsteady(said)
    for probe in tried:
        if enough(probe):
            return _by(probe, seen, ours, said)
        if probe.variation is Variation.TLS12 and probe.seen.refused and probe.seen.stage is not Stage.HELLO:
            return _refused_in_12(probe, ours, said)
    return _unsettled(seen, said, [probe.variation for probe in tried])


def _by(probe: Probe, seen: Observation, ours: Ours, said: Diagnosis) -> Diagnosis:
    """What it means that this variation was answered, and the first connection was not."""
    how = "refused our hello" if seen.received() is not None else "gave no answer to our hello"
    without = f"{seen.peer} {how}"
    sure = Confidence.CERTAIN if seen.received() is not None else Confidence.LIKELY
    match probe.variation:
        case Variation.WIDE | Variation.EVERY_VERSION:
            from mtlsctl.core.mismatch import mismatch  # it decodes both conversations

            return mismatch(seen, probe.seen, ours, said)
        case Variation.CLASSIC_GROUP:
            message = f"{without}, and answered a shorter one with one classic group: large hellos are lost on the way"
            hint = "try --groups x25519; update the firewall or load balancer in between"
            found, sure = Finding("client-hello-too-large", _FAIL, message, hint, Whose.NETWORK), Confidence.LIKELY
        case Variation.SAME:
            return _unsteady(said)
        case Variation.NO_NAME:
            message = f"{without} for {seen.server_name}, and answered without a name: it serves no such name"
            found = Finding("sni-unrecognized", _FAIL, message, "ask for a name that it serves: --servername NAME")
        case Variation.NO_ALPN:
            message = f"{without} with the protocols {', '.join(ours.alpn)}, and answered without any"
            found = Finding("alpn-mismatch", _FAIL, message, "offer another protocol, or none: leave --alpn away")
        case Variation.ALPN_H2:
            message = f"{seen.peer} left after the handshake, and stays with the protocol h2: it speaks HTTP/2 alone"
            found = Finding("alpn-mismatch", _FAIL, message, "offer it: --alpn h2", Whose.OURS)
            sure = Confidence.LIKELY
        case Variation.PROXY_HEADER:
            message = f"{without}, and answered with a PROXY protocol header in front: it stands behind a load balancer"
            hint = "send the header: --send-proxy v1; or go through the load balancer"
            found = Finding("proxy-header-missing", _FAIL, message, hint, Whose.OURS)
            sure = Confidence.CERTAIN
        case Variation.NO_STARTTLS:
            from mtlsctl.core.diagnose_approach import implicit

            found, sure = implicit(seen, f"{seen.peer} says nothing in plain text, and answers TLS"), Confidence.CERTAIN
        case Variation.STARTTLS:
            from mtlsctl.core.diagnose_approach import required

            found, sure = required(seen), Confidence.CERTAIN
        case Variation.TLS12:
            message = "with TLS 1.2, where it must judge before the handshake is complete, it accepted us"
            return _with(said, Finding("ok", Verdict.OK, message), Confidence.LIKELY)
        case Variation.NO_CERTIFICATE:
            message = f"{seen.peer} lets us in without a certificate: the refusal is about ours"
            return _with(said, Finding("client-cert-optional", Verdict.NOTE, message), said.confidence)
        case _ as never:
            assert_never(never)
    return Diagnosis(said.report._replace(findings=(found,)), RefusedBy.SERVER, sure)


_FAIL = Verdict.FAIL


def _with(said: Diagnosis, more: Finding, sure: Confidence) -> Diagnosis:
    first, *rest = said.report.findings
    return Diagnosis(said.report._replace(findings=(first, more, *rest)), said.refused_by, sure)


def _unsteady(said: Diagnosis) -> Diagnosis:
    """The same hello was answered another time: what failed is not what was said."""
    first, *rest = said.report.findings
    message = f"{first.message}; the same hello was answered when it came again"
    hint = "it may just have started, be overloaded, or be one of several: see with --repeat 20"
    found = (first._replace(message=message, hint=hint), *rest)
    return Diagnosis(said.report._replace(findings=found), said.refused_by, Confidence.UNKNOWN)


def _refused_in_12(probe: Probe, ours: Ours, said: Diagnosis) -> Diagnosis:
    """In TLS 1.3 it neither confirmed nor refused; in TLS 1.2 it says no: so it does in TLS 1.3."""
    from mtlsctl.core.diagnose import diagnose

    told = diagnose(probe.seen, ours)
    first, *rest = told.report.findings
    message = f"{first.message}; so it was with TLS 1.2, with TLS 1.3 it stayed silent"
    found = (first._replace(message=message), *rest)
    return Diagnosis(said.report._replace(findings=found), told.refused_by, Confidence.LIKELY)


def _unsettled(seen: Observation, said: Diagnosis, tried: list[Variation]) -> Diagnosis:
    """No variation was answered: what remains is less sure, and the absence of a name is the likelier."""
    if Variation.EVERY_VERSION in tried and seen.received() == alerts.PROTOCOL_VERSION:
        return said._replace(confidence=Confidence.LIKELY)  # no version that we have was answered
    if Variation.WIDE not in tried or seen.received() in (None, alerts.INTERNAL_ERROR):
        return said
    found = said.report.findings
    if not seen.server_name:
        name = next((f for f in found if f.code == "sni-required"), None)
        if name:
            message = f"{found[0].message.partition(':')[0]}: whatever we offer, and no server name was sent"
            others = [f._replace(verdict=Verdict.NOTE) for f in found if f is not name]
            first = name._replace(verdict=_FAIL, message=message)
            return Diagnosis(said.report._replace(findings=(first, *others)), said.refused_by, Confidence.LIKELY)
    first, *others = found
    message = f"{first.message.partition(':')[0]} and a hello with everything in it: it may agree with nobody"
    hint = "see whether its cipher suites and the key of its certificate go together; read the server's log"
    narrowed = (first._replace(message=message, hint=hint), *others)
    return Diagnosis(said.report._replace(findings=narrowed), said.refused_by, Confidence.UNKNOWN)

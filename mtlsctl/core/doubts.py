"""Causes that look the same from one connection, and the second one that tells them apart."""

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import NamedTuple

from mtlsctl.core import alerts, sniff
from mtlsctl.core.diagnose import Confidence, Diagnosis, Ours
from mtlsctl.core.observation import Ended, Observation, Stage

MOST = 4  # extra probes for one handshake, at most


class Variation(StrEnum):
    """One thing that is done otherwise when a server is asked again."""

    WIDE = "wide"
    """Every cipher suite, group and signature algorithm that our library has."""
    EVERY_VERSION = "every-version"
    """The same, and every version of TLS."""
    WIDE_12 = "wide-tls-1.2"
    """The same as WIDE in TLS 1.2 alone: who speaks only TLS 1.3 says so, and what it has for TLS 1.2 may be seen."""
    CLASSIC_GROUP = "classic-group"
    """One classic group, P-256: a hello that fits into one packet."""
    SAME = "same-hello"
    """Nothing: the same again, whether a shorter hello was needed at all."""
    NO_NAME = "no-server-name"
    NO_STAPLE = "no-staple"
    """Without the request for an OCSP response."""
    NO_ALPN = "no-alpn"
    ALPN_H2 = "alpn-h2"
    TLS12 = "tls-1.2"
    """TLS 1.2, where a certificate is judged before the handshake is complete."""
    NO_CERTIFICATE = "no-certificate"
    PROXY_HEADER = "proxy-header"
    """With a PROXY protocol header in front."""
    NO_PROXY_HEADER = "no-proxy-header"
    """Without the header that was asked for."""
    NO_STARTTLS = "no-starttls"
    """With TLS from the first byte."""
    STARTTLS = "starttls"
    """With TLS after the words of the protocol that the port is known for."""
    PLAIN_HTTP = "plain-http"
    """No TLS at all: web servers answer a plain request on a TLS port, and give the time by their clock."""


SHOWING_OURS = frozenset((Variation.ALPN_H2,))
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

    @property
    def agreed(self) -> bool:
        """True when the two found what to speak: the server showed its certificate, or went on without one."""
        return self.answered and bool(self.seen.peer_chain or self.accepted)

    @property
    def begins(self) -> bool:
        """True when TLS began: at once, or after the words before it."""
        ready = self.seen.approach is not None and self.seen.approach.starttls and self.seen.approach.ready
        return bool(ready) or sniff.is_tls(self.seen.first_bytes)


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
_OF_TIME = frozenset((alerts.CERTIFICATE_EXPIRED, alerts.BAD_CERTIFICATE))
"""What servers say of a certificate that is not valid by their clock; OpenSSL's word for `not yet` is the second."""


class _First(NamedTuple):
    """The first connection: what was seen, what we brought to it, what it told."""

    seen: Observation
    ours: Ours
    said: Diagnosis


def _header_first(first: _First) -> bool:
    sent = first.seen.approach is not None and first.seen.approach.header and first.seen.approach.refusal is None
    return bool(sent) and first.seen.stage in (Stage.APPROACH, Stage.HELLO)


def _mute(first: _First) -> bool:
    return first.seen.approach is not None and first.seen.approach.mute


def _no_hello(first: _First) -> bool:
    return first.seen.stage is Stage.HELLO and (not first.seen.first_bytes or sniff.is_tls(first.seen.first_bytes))


def _no_flight(first: _First) -> bool:
    """It agreed, and had no certificate to sign with as we can read."""
    return first.seen.stage is Stage.HANDSHAKE and first.seen.received() in _NEGOTIATION and not first.seen.peer_chain


def _unconfirmed(first: _First) -> bool:
    """It asked, got no certificate, and has neither confirmed nor refused.

    Never with a certificate of ours: TLS 1.2 would show it to everybody on the way.
    """
    waiting = (
        first.seen.version == "TLSv1.3"
        and not first.seen.confirmed
        and first.seen.answer is None
        and not first.seen.sent
    )
    return _unsure_of_us(first) and first.seen.ended is Ended.OPEN and waiting and first.ours.minimum != "1.3"


def _of_a_web_server(first: _First) -> bool:
    """Whether it is one, and what its clock says, would tell why it refuses.

    It calls our certificate out of date, or bad, and by our clock there is nothing wrong with it; or it says what
    Apache says of a chain that is too long for it, and others of other things.
    """
    codes = {f.code for f in first.said.report.findings}
    of_time = first.seen.received() in _OF_TIME and "clock-skew" in codes
    of_depth = first.seen.received() == alerts.INTERNAL_ERROR and "client-chain-too-long" in codes
    return first.seen.sent and first.seen.approach is None and (of_time or of_depth)


def _mute_refusal(first: _First) -> bool:
    return _unexplained(first) and first.seen.received() is None and not first.ours.alpn


def _unexplained(first: _First) -> bool:
    # Who says unknown_ca has looked at a certificate: that one is needed tells no more.
    closed = _unsure_of_us(first) and first.seen.ended is not Ended.OPEN and first.seen.received() != alerts.UNKNOWN_CA
    return closed and first.said.confidence is Confidence.UNKNOWN and first.seen.sent


def _unsure_of_us(first: _First) -> bool:
    return first.seen.stage is Stage.DONE and first.said.confidence is not Confidence.CERTAIN and first.seen.asked


# The questions that one connection leaves open, and what to try for each. The first that fits is the one.
_QUESTIONS: tuple[tuple[Callable[[_First], bool], tuple[Variation, ...]], ...] = (
    (_mute, (Variation.NO_STARTTLS,)),
    (_no_flight, (Variation.WIDE,)),
    (_unconfirmed, (Variation.TLS12,)),
    (_of_a_web_server, (Variation.PLAIN_HTTP,)),
    (_mute_refusal, (Variation.ALPN_H2, Variation.NO_CERTIFICATE)),
    (_unexplained, (Variation.NO_CERTIFICATE,)),
)


def variations(seen: Observation, ours: Ours, said: Diagnosis) -> tuple[Variation, ...]:
    """What to try, in order, at most MOST; () where one connection told all that a second could."""
    first = _First(seen, ours, said)
    header = (Variation.NO_PROXY_HEADER,) if _header_first(first) else ()
    if _no_hello(first):
        return (*header, *_before_hello(seen, ours))[:MOST]
    return header + next((what for fits, what in _QUESTIONS if fits(first)), ())


def _before_hello(seen: Observation, ours: Ours) -> tuple[Variation, ...]:
    """The server's hello never came: by an alert, by the end of the connection, or by silence."""
    without_name = (Variation.NO_NAME,) if seen.server_name else ()
    number = seen.received()
    if number == alerts.PROTOCOL_VERSION:
        return (Variation.EVERY_VERSION,)
    if number in _NEGOTIATION:
        # OpenSSL says internal_error where the server's own OCSP callback fails.
        unstapled = (Variation.NO_STAPLE,) if ours.staple and number == alerts.INTERNAL_ERROR else ()
        without_alpn = (Variation.NO_ALPN,) if ours.alpn else ()
        offered_13 = number == alerts.HANDSHAKE_FAILURE and ours.maximum in ("", "1.3")
        older = (Variation.WIDE_12,) if offered_13 else ()
        # All stacks but few (Mbed TLS) say protocol_version of a version: it is tried after the rest of the offer.
        return (*unstapled, Variation.WIDE, Variation.EVERY_VERSION, *without_alpn, *without_name, *older)
    if number is None and seen.ended in (Ended.CLOSED, Ended.RESET):
        from mtlsctl.core.diagnose_approach import plain_protocol

        if plain_protocol(seen) and seen.approach is None:
            return (Variation.STARTTLS,)
        if ours.minimum or ours.maximum:  # GnuTLS's servers, such as Zabbix, hang up on a version
            return (Variation.EVERY_VERSION, Variation.CLASSIC_GROUP, *(without_name or (Variation.PROXY_HEADER,)))
        return (Variation.CLASSIC_GROUP, *(without_name or (Variation.EVERY_VERSION,)), Variation.PROXY_HEADER)
    return ()


# By what a variation answers its question; the others do by the server's hello.
_ENOUGH: dict[Variation, Callable[[Probe], bool]] = {
    Variation.WIDE: lambda probe: probe.agreed,
    Variation.EVERY_VERSION: lambda probe: probe.agreed,
    Variation.WIDE_12: lambda probe: probe.agreed,
    Variation.STARTTLS: lambda probe: probe.begins,
    Variation.NO_STARTTLS: lambda probe: probe.begins,
    Variation.ALPN_H2: lambda probe: probe.accepted,
    Variation.TLS12: lambda probe: probe.accepted,
    Variation.NO_CERTIFICATE: lambda probe: probe.accepted,
    Variation.PLAIN_HTTP: lambda probe: probe.seen.first_bytes.startswith(b"HTTP/"),
}


def enough(probe: Probe) -> bool:
    """True when a probe answers the question: the rest need not be tried."""
    test = _ENOUGH.get(probe.variation)
    return test(probe) if test else probe.answered


def settle(seen: Observation, ours: Ours, said: Diagnosis, tried: Iterable[Probe]) -> Diagnosis:
    """The diagnosis with what the extra probes showed."""
    from mtlsctl.core import answered  # where none was made, there is nothing to say

    made = tuple(tried)
    again = next((probe for probe in made if probe.variation is Variation.SAME), None)
    if again and again.answered:
        return answered.unsteady(said)
    for probe in made:
        if enough(probe):
            return answered.meaning(answered.Answered(probe, seen, ours, said))
        if probe.variation is Variation.TLS12 and probe.seen.refused and probe.seen.stage is not Stage.HELLO:
            return answered.refused_in_12(probe, ours, said)
        if probe.variation is Variation.PLAIN_HTTP:
            return answered.not_of_the_web(seen, said)
    return answered.unsettled(seen, said, made)

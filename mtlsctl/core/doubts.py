"""Causes that look the same from one connection, and the second one that tells them apart."""

from enum import StrEnum
from typing import NamedTuple

from mtlsctl.core import alerts, sniff
from mtlsctl.core.diagnose import Confidence, Diagnosis, Ours
from mtlsctl.core.observation import Ended, Observation, Stage

MOST = 3  # extra probes for one handshake, at most


class Variation(StrEnum):
    """One thing that is done otherwise when a server is asked again."""

    WIDE = "wide"
    """Every version, cipher suite and group that our library has."""
    CLASSIC_GROUP = "classic-group"
    """One classic group, P-256: a hello that fits into one packet."""
    NO_NAME = "no-server-name"
    NO_ALPN = "no-alpn"
    TLS12 = "tls-1.2"
    """TLS 1.2, where a certificate is judged before the handshake is complete."""
    NO_CERTIFICATE = "no-certificate"
    PROXY_HEADER = "proxy-header"
    """With a PROXY protocol header (v1, text) in front."""


class Probe(NamedTuple):
    """One extra probe, and what came of it."""

    variation: Variation
    seen: Observation

    @property
    def answered(self) -> bool:
        """True when the server's hello came."""
        return self.seen.stage in (Stage.HANDSHAKE, Stage.DONE)


_NEGOTIATION = frozenset(
    (
        alerts.HANDSHAKE_FAILURE,
        alerts.ILLEGAL_PARAMETER,
        alerts.DECODE_ERROR,
        alerts.PROTOCOL_VERSION,
        alerts.INSUFFICIENT_SECURITY,
        alerts.INTERNAL_ERROR,
        alerts.MISSING_EXTENSION,
        alerts.UNSUPPORTED_EXTENSION,
    )
)


def variations(seen: Observation, ours: Ours, said: Diagnosis) -> tuple[Variation, ...]:
    """What to try, in order, at most MOST; () where one connection told all that a second could."""
    if seen.stage is Stage.HELLO and not (seen.first_bytes and not sniff.is_tls(seen.first_bytes)):
        return _before_hello(seen, ours)[:MOST]
    if seen.stage is not Stage.DONE or said.confidence is Confidence.CERTAIN or not seen.asked:
        return ()
    if seen.ended is Ended.OPEN and seen.version == "TLSv1.3" and not seen.confirmed and ours.minimum != "1.3":
        return (Variation.TLS12,)
    if said.confidence is Confidence.UNKNOWN and seen.sent and seen.answer is None:
        return (Variation.NO_CERTIFICATE,)
    return ()


def _before_hello(seen: Observation, ours: Ours) -> tuple[Variation, ...]:
    """The server's hello never came: by an alert, by the end of the connection, or by silence."""
    without_name = (Variation.NO_NAME,) if seen.server_name else ()
    number = seen.received()
    if number == alerts.PROTOCOL_VERSION:
        return (Variation.WIDE,)
    if number in _NEGOTIATION:
        without_alpn = (Variation.NO_ALPN,) if ours.alpn else ()
        return (Variation.WIDE, *without_alpn, *without_name)
    if number is None and seen.ended in (Ended.CLOSED, Ended.RESET):
        return (Variation.CLASSIC_GROUP, *(without_name or (Variation.WIDE,)), Variation.PROXY_HEADER)
    if number is None and seen.ended is Ended.TIMEOUT and not seen.first_bytes:
        return (Variation.CLASSIC_GROUP,)
    return ()


def settled(tried: tuple[Probe, ...]) -> bool:
    """True when what was tried answers the question: the rest need not be tried."""
    return any(probe.answered for probe in tried)

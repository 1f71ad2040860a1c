"""Stapled OCSP responses, judged by the clock: before our certificate goes out, and for the answer."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from cryptography import x509

from mtlsctl.core import stapled
from mtlsctl.core.observation import Observation, VerifyError
from mtlsctl.workflows import clock

if TYPE_CHECKING:
    from mtlsctl.workflows.handshake import Client


def judge(us: "Client") -> Callable[[bytes, tuple[x509.Certificate, ...]], VerifyError | None]:
    """What a Session asks about a staple."""

    def wrong(der: bytes, chain: tuple[x509.Certificate, ...]) -> VerifyError | None:
        return stapled.error(stapled.judge(der, chain, us.roots, clock.now(), us.settings.crls), chain)

    return wrong


def told(us: "Client", seen: Observation) -> stapled.Staple | None:
    """What came; None where nothing could come: the handshake ended before, or a session was gone on with."""
    if seen.staple is None or seen.resumed or not seen.peer_chain:
        return None
    return stapled.judge(seen.staple, seen.peer_chain, us.roots, clock.now(), us.settings.crls).staple

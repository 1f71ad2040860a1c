"""Stapled OCSP responses, judged by the clock: before our certificate goes out, and for the answer."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cryptography import x509

from mtlsctl.core import stapled
from mtlsctl.core.observation import Chunk, Observation, VerifyError
from mtlsctl.workflows import clock

if TYPE_CHECKING:
    from mtlsctl.core.session import Judge
    from mtlsctl.workflows.handshake import Client


def judge(us: "Client") -> "Judge":
    """What a Session asks about a staple."""

    def wrong(
        der: bytes, chain: tuple[x509.Certificate, ...], chunks: Sequence[Chunk], secrets: Sequence[bytes]
    ) -> VerifyError | None:
        above = stapled.above(chunks, secrets)
        return stapled.error(stapled.judge(der, chain, us.roots, clock.now(), us.settings.crls, above), chain)

    return wrong


def told(us: "Client", seen: Observation) -> stapled.Staple | None:
    """What came; None where nothing could come: the handshake ended before, or a session was gone on with."""
    if seen.staple is None or seen.resumed or not seen.peer_chain:
        return None
    above = stapled.above(seen.chunks, seen.secrets)
    return stapled.judge(seen.staple, seen.peer_chain, us.roots, clock.now(), us.settings.crls, above).staple

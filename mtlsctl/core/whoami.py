"""Who is at the other end: as plain values, and as JSON."""

import json
from datetime import UTC, datetime
from typing import Any, NamedTuple

from mtlsctl.core.observation import Observation, Stage
from mtlsctl.core.offered import Offered
from mtlsctl.core.peer import PeerCertificate, describe
from mtlsctl.core.refusals import Refusal


class Whoami(NamedTuple):
    """What a server knows of a client after the handshake."""

    peer: str
    """Its address: `127.0.0.1:50000`."""
    proxied_for: str
    """The client's address as the PROXY header named it; "" without one. peer is the load balancer's then."""
    authenticated: bool
    """It showed a certificate that verifies, and holds its key."""
    certificate: PeerCertificate | None
    chain: tuple[PeerCertificate, ...]
    """The certificates that came with it, issuer first."""
    version: str
    cipher: str
    group: str
    alpn: str
    server_name: str
    """The SNI that it asked for."""


class Told(NamedTuple):
    """What the client is told of itself."""

    who: Whoami
    would_refuse: tuple[Refusal, ...]
    offered: Offered | None
    """None where its hello was not kept."""
    at: datetime


def whoami(seen: Observation, peer: str = "", proxied_for: str = "") -> Whoami:
    """The client of an observation made as a server. peer: its address where the observation names it otherwise."""
    chain = tuple(describe(certificate) for certificate in seen.peer_chain)
    return Whoami(
        peer=peer or seen.peer,
        proxied_for=proxied_for,
        authenticated=seen.stage is Stage.DONE and bool(chain) and not seen.verify_errors,
        certificate=chain[0] if chain else None,
        chain=chain[1:],
        version=seen.version,
        cipher=seen.cipher,
        group=seen.group,
        alpn=seen.alpn,
        server_name=seen.server_name,
    )


def as_json(told: Told) -> bytes:
    """One JSON object, indented, with a final newline: the fields of Whoami, `would_refuse` and `offered`."""
    whole = {**_plain(told.who), "would_refuse": _plain(told.would_refuse), "offered": _plain(told.offered)}
    return (json.dumps(whole, ensure_ascii=False, indent=2) + "\n").encode("utf-8", "backslashreplace")


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        if names := getattr(value, "_fields", ()):
            return {name: _plain(item) for name, item in zip(names, value, strict=True)}
        return [_plain(item) for item in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return value

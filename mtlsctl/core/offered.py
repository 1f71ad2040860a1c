"""What a client offered and sent, read from the bytes of its side: also where the handshake failed."""

from collections.abc import Iterable
from typing import NamedTuple

from cryptography import x509

from mtlsctl.core import messages, wire
from mtlsctl.core.observation import Observation
from mtlsctl.core.unreadable import UNREADABLE


class Offered(NamedTuple):
    """The lists of a ClientHello (RFC 8446, 4.1.2), by the names of the IANA registry, in the client's order."""

    size: int
    """Bytes of the message."""
    versions: tuple[str, ...]
    ciphers: tuple[str, ...]
    groups: tuple[str, ...]
    key_shares: tuple[str, ...]
    """The groups for which a key came along."""
    signature_algorithms: tuple[str, ...]
    alpn: tuple[str, ...]
    server_name: str
    """The SNI; "" where it named none."""


class Said(NamedTuple):
    """The client's side of a handshake."""

    offered: Offered | None = None
    """None where no hello came, or none that can be read."""
    chain: tuple[x509.Certificate, ...] | None = None
    """As it was sent, leaf first; () for the empty list of a client that has none to show; None where none was seen."""


def read(seen: Observation) -> Said:
    """What the client of an observation made as a server said."""
    said = [m for m in wire.decode(seen.chunks, seen.secrets, "received") if m.sender == "client"]
    return Said(_hello(said), _chain(said))


def hello_of(chunks: Iterable[bytes]) -> Offered | None:
    """The same of a hello's bytes alone, our own among them."""
    from mtlsctl.core.observation import Chunk

    return _hello(wire.decode([Chunk("sent", 0.0, data) for data in chunks], (), "sent"))


def _hello(said: Iterable[messages.Message]) -> Offered | None:
    """The last hello: after a HelloRetryRequest it is the one that counts, and says the same but for its key."""
    found = [(m.size, m.body) for m in said if isinstance(m.body, messages.ClientHello)]
    if not found:
        return None
    size, hello = found[-1]
    return Offered(
        size=size,
        versions=hello.versions,
        ciphers=hello.cipher_suites,
        groups=hello.groups,
        key_shares=hello.key_shares,
        signature_algorithms=hello.signature_algorithms,
        alpn=hello.alpn,
        server_name=hello.server_name,
    )


def _chain(said: Iterable[messages.Message]) -> tuple[x509.Certificate, ...] | None:
    sent = next((m.body for m in said if isinstance(m.body, messages.Certificate)), None)
    if sent is None:
        return None
    try:
        return tuple(x509.load_der_x509_certificate(der) for der in sent.chain)
    except UNREADABLE:
        return None

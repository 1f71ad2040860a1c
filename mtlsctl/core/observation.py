"""Observation: all that was seen of one TLS connection, from either end."""

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from cryptography import x509

from mtlsctl.core import alerts

if TYPE_CHECKING:
    from mtlsctl.core.approach import Approach


class Role(StrEnum):
    """Which end we are."""

    CLIENT = "client"
    SERVER = "server"


def version_words(version: str) -> str:
    """A version as people write it: OpenSSL's `TLSv1.3` is `TLS 1.3`, its `TLSv1` is `TLS 1.0`; "" stays ""."""
    return "TLS 1.0" if version == "TLSv1" else version.replace("TLSv", "TLS ")


class Stage(StrEnum):
    """How far a connection came."""

    RESOLVE = "resolve"
    CONNECT = "connect"
    APPROACH = "approach"
    """Connected; what comes before TLS did not succeed: a proxy, or STARTTLS."""
    HELLO = "hello"
    """Connected; the other side's hello has not come."""
    HANDSHAKE = "handshake"
    DONE = "done"
    """The handshake is complete at our end."""


class Ended(StrEnum):
    """What stopped a connection; OPEN when nothing did."""

    OPEN = "open"
    NO_ADDRESS = "no-address"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    RESET = "reset"
    CLOSED = "closed"
    """The other side closed, without an alert or after one."""
    ERROR = "error"
    """Our TLS library gave up; the alerts say on what."""
    HELD = "held"
    """We stopped before our certificate went out, since the server does not verify."""


class Alert(NamedTuple):
    """One TLS alert, other than close_notify."""

    direction: str
    """`received` or `sent`."""
    number: int
    name: str
    meaning: str
    """What its sender says with it, in words."""
    state: str
    """OpenSSL's word for the step before it: evidence, not a message."""

    @classmethod
    def of(cls, direction: str, number: int, state: str) -> "Alert":
        """An alert of a number, with its name and meaning."""
        return cls(direction, number, alerts.name(number), alerts.meaning(number), state)


class VerifyError(NamedTuple):
    """One complaint of OpenSSL about the peer's chain."""

    number: int
    """X509_V_ERR_*; 62 and 64 are our own check of the name, 73 to 75 (and 23) that of a staple."""
    depth: int
    """0 is the leaf."""
    subject: str


class Chunk(NamedTuple):
    """Bytes of TLS as they went over the wire in one piece."""

    direction: str
    """`received` or `sent`."""
    at: float
    """Seconds since TLS began."""
    data: bytes


class Observation(NamedTuple):
    """What happened on one connection. Evidence only: what it means is core/diagnose.py's."""

    role: Role
    peer: str
    """The other end as text: host:port."""
    stage: Stage
    ended: Ended
    detail: str = ""
    """The operating system's or resolver's words, where the network failed."""
    version: str = ""
    """`TLSv1.3`; "" before the hello was answered."""
    cipher: str = ""
    group: str = ""
    alpn: str = ""
    server_name: str = ""
    """The SNI that was sent (client) or came (server)."""
    asked: bool = False
    """The server asked for a client certificate."""
    asked_late: bool = False
    """It asked once the handshake was complete, when it had seen what was wanted of it."""
    sent: bool = False
    """The client sent one: a client that has none to send answers with an empty list."""
    confirmed: bool = False
    """The server went on after it saw our answer: a session ticket (RFC 8446, 4.6.1), or its Finished in TLS 1.2."""
    acceptable_issuers: tuple[x509.Name, ...] = ()
    peer_chain: tuple[x509.Certificate, ...] = ()
    """As the peer sent it, leaf first; as OpenSSL built it where a server refused the client's."""
    verify_errors: tuple[VerifyError, ...] = ()
    alerts: tuple[Alert, ...] = ()
    first_bytes: bytes = b""
    """The first bytes that came from the other side, at most 64."""
    goodbye: bool = False
    """The other side parted with a close_notify."""
    left: bool = False
    """The other side has ended its half: what it said of its own accord was its last word."""
    trouble: str = ""
    """OpenSSL's words for what it gave up on: evidence, they differ between its versions."""
    unasked: bytes = b""
    """The beginning of what the application said of its own accord."""
    answer: bytes | None = None
    """The beginning of the application's answer to a request; None where none was made."""
    unanswered: bool = False
    """The time was up before anything of an answer came: that is no refusal."""
    resumed: bool = False
    """An earlier session was gone on with: no certificate was asked for, shown or sent this time."""
    chunks: tuple[Chunk, ...] = ()
    """What went over the wire, in the order of time, as far as it was kept."""
    secrets: tuple[bytes, ...] = ()
    """The key log of this connection (NSS format): it opens the chunks, and is never shown unless asked for by name."""
    staple: bytes | None = None
    """The OCSP response that a server stapled, DER; b"" where it sent none. None: not asked for, or not so far."""
    approach: "Approach | None" = None
    """What was done between the connection and TLS; None where there was nothing to do."""

    def without(self, anchors: tuple[x509.Certificate, ...]) -> "Observation":
        """The same with the peer's chain as it was sent: OpenSSL adds trust anchors to a refused client's."""
        if self.role is Role.CLIENT or self.stage is Stage.DONE:
            return self
        leaf, above = self.peer_chain[:1], self.peer_chain[1:]
        return self._replace(peer_chain=leaf + tuple(c for c in above if c not in anchors))

    @property
    def refused(self) -> bool:
        """True when the other side ended it: by an alert, or by closing."""
        return self.received() is not None or self.ended in (Ended.CLOSED, Ended.RESET)

    def received(self) -> int | None:
        """The number of the last alert that the other side sent, or None.

        user_canceled says nothing: Java closes every connection with it (RFC 8446, 6.1; JDK-8208526).
        """
        said = (a.number for a in reversed(self.alerts) if a.direction == "received")
        return next((number for number in said if number != alerts.USER_CANCELED), None)

    def said(self) -> int | None:
        """The number of the last alert that we sent, or None."""
        return next((a.number for a in reversed(self.alerts) if a.direction == "sent"), None)

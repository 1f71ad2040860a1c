"""What a conversation before TLS came to."""

from enum import StrEnum
from typing import NamedTuple


class Outcome(StrEnum):
    """How it ended."""

    READY = "ready"
    """TLS can begin: the next byte is ours."""
    REFUSED = "refused"
    """The server speaks the protocol, and said no to TLS, or does not offer it."""
    TURNED_AWAY = "turned-away"
    """The server speaks the protocol, and said no in its greeting: TLS was not spoken of."""
    OTHER = "other"
    """Another protocol answered."""
    TLS = "tls"
    """A TLS record answered: TLS is there from the first byte."""
    INJECTED = "injected"
    """Plain text came after the go-ahead, where TLS begins (CVE-2011-0411, CVE-2021-23222): not from the server."""
    SILENT = "silent"
    CLOSED = "closed"
    RESET = "reset"


class Result(NamedTuple):
    """How it ended, and what was said."""

    outcome: Outcome
    said: str = ""
    """The other side's words, or what came in their place, made printable."""
    name: str = ""
    """The protocol that answered in place of the one wanted, as a person calls it; "" where it is not known."""
    starttls: str = ""
    """Its own word for --starttls, where it has one."""
    spoken: bool = False
    """True when anything came at all."""

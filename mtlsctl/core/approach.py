"""What came of the way to a server before TLS: the proxy's answer, and the words of STARTTLS."""

from typing import NamedTuple

from mtlsctl.core.observation import Ended
from mtlsctl.core.starttls.outcome import Outcome, Result


class Refusal(NamedTuple):
    """Why a proxy did not let us through."""

    proxy: str
    """The proxy without user and password: `http://127.0.0.1:3128`."""
    server: str
    """Where we wanted to go."""
    ended: Ended
    """ERROR: it said no."""
    status: int = 0
    """The HTTP status, or the code of SOCKS (RFC 1928, 6); 0 where there is none."""
    said: str = ""
    """The proxy's or the system's words."""
    known_here: bool = False
    """True when a user and a password were given."""


class Approach(NamedTuple):
    """What was done between the connection and TLS."""

    seconds: float
    refusal: Refusal | None = None
    """The proxy's no; None where it let us through, or where there is none."""
    starttls: str = ""
    """The protocol that came before TLS."""
    result: Result | None = None
    """What came of it; None where it was not come to."""
    first_bytes: bytes = b""
    """What the server said first in the clear, at most 64 bytes."""
    header: int = 0
    """The version of the PROXY protocol's header that was sent; 0: none was."""

    @property
    def ready(self) -> bool:
        """True when TLS can begin."""
        return self.refusal is None and (self.result is None or self.result.outcome is Outcome.READY)

    @property
    def mute(self) -> bool:
        """True when STARTTLS came to nothing and the server said nothing at all."""
        ends = (Outcome.SILENT, Outcome.CLOSED, Outcome.RESET)
        return self.result is not None and not self.result.spoken and self.result.outcome in ends

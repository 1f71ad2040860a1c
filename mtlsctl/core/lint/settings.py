"""A server's TLS settings as they were found out: what the rules about servers look at."""

from typing import NamedTuple

from mtlsctl.core.lint.rule import Scope


class Suites(NamedTuple):
    """What a server accepts in one version of TLS."""

    version: str
    """`TLS 1.2`."""
    accepted: bool | None
    """None: it could not be told."""
    why: str = ""
    """Why not, or why it could not be told: `alert 70 (protocol_version)`."""
    suites: tuple[str, ...] = ()
    """IANA's names, in the order in which the server chose them when each one before was no longer offered."""
    groups: tuple[str, ...] = ()
    signatures: tuple[str, ...] = ()
    """What it signed the handshake with."""
    renegotiation_info: bool | None = None
    """RFC 5746; None where it was not seen."""
    extended_master_secret: bool | None = None
    """RFC 7627; None for TLS 1.3, which has it built in."""
    resumed: bool | None = None
    """A second connection went on with the session of the first; None: not tried."""
    complete: bool = True
    """All that this OpenSSL offers was offered."""


class Untested(NamedTuple):
    """Something that was not looked at, and why: it may be there."""

    what: str
    why: str


class Settings(NamedTuple):
    """What was found out about one server."""

    scopes: tuple[Scope, ...]
    label: str
    """host:port."""
    name: str
    versions: tuple[Suites, ...]
    asks_for_certificate: bool | None
    """None: no handshake came so far."""
    lets_in_without: bool | None
    """A client without a certificate was accepted; None: not known."""
    client_signatures: tuple[str, ...]
    """The signature algorithms that it takes of clients."""
    acceptable_issuers: tuple[str, ...]
    handshakes: int
    """How many were made to find this out."""
    untested: tuple[Untested, ...]

    @property
    def accepted(self) -> tuple[Suites, ...]:
        """The versions that it accepts."""
        return tuple(one for one in self.versions if one.accepted)

    def version(self, name: str) -> Suites | None:
        """One that it accepts, or None."""
        return next((one for one in self.accepted if one.version == name), None)

    @property
    def known(self) -> bool:
        """At least one handshake showed something."""
        return bool(self.accepted)

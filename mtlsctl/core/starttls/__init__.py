"""What comes before TLS in protocols that begin in plain text: conversations without a socket."""

from collections.abc import Callable

from mtlsctl.core import sniff
from mtlsctl.core.printable import printable
from mtlsctl.core.starttls import lines, packets, xml
from mtlsctl.core.starttls.inbox import Inbox, Odd, Refused, Script, TurnedAway
from mtlsctl.core.starttls.outcome import Outcome, Result

PROTOCOLS: dict[str, Callable[[Inbox, str], Script]] = {
    "ftp": lines.ftp,
    "imap": lines.imap,
    "irc": lines.irc,
    "ldap": packets.ldap,
    "lmtp": lines.lmtp,
    "mysql": packets.mysql,
    "nats": lines.nats,
    "nntp": lines.nntp,
    "pop3": lines.pop3,
    "postgres": packets.postgres,
    "rdp": packets.rdp,
    "sieve": lines.sieve,
    "smtp": lines.smtp,
    "vnc": packets.vnc,
    "xmpp": xml.client,
    "xmpp-server": xml.server,
}
"""The words of --starttls. Each script is given what came so far, and the name of the server that is wanted."""

CLIENT_FIRST = ("irc", "ldap", "postgres", "rdp", "xmpp", "xmpp-server")
"""Where the client speaks first: a server's silence at the beginning tells nothing."""

# What core/sniff.py calls a protocol that is the one wanted after all.
_SAME = {"lmtp": ("smtp",), "xmpp-server": ("xmpp",)}
_SAME_NAMES = {"ftp": ("SMTP or FTP",), "pop3": ("Redis",)}  # Redis never speaks first: -ERR is POP3's

_SHOWN = 200


class Conversation:
    """One conversation up to the first byte of TLS. Send what begin() and feed() give, until there is a result.

    Whatever is fed, nothing is raised: a result comes at the latest after inbox.LIMIT bytes.
    """

    def __init__(self, protocol: str, server_name: str) -> None:
        self.protocol = protocol
        self.result: Result | None = None
        self._inbox = Inbox()
        self._script = PROTOCOLS[protocol](self._inbox, server_name)

    @property
    def first_bytes(self) -> bytes:
        """What came first, at most 64 bytes."""
        return self._inbox.first

    def begin(self) -> bytes:
        """What the client says first; b"" where the server begins."""
        return self._go()

    def feed(self, data: bytes) -> bytes:
        """Give what came, b"" at its end; what to say to it."""
        if self.result is not None:
            return b""
        if not data:
            return self._end(self._foreign() or self._result(Outcome.CLOSED))
        self._inbox.add(data)
        # None of these protocols begins as a TLS record does; MySQL's first byte is a length.
        if sniff.is_tls(self._inbox.first) and self.protocol != "mysql":
            return self._end(self._result(Outcome.TLS))
        return self._go()

    def give_up(self, how: Outcome) -> Result:
        """The result where nothing more comes: silence, or a reset."""
        return self.result or self._foreign() or self._result(how)

    def _go(self) -> bytes:
        """Let the script go on as far as the bytes reach."""
        try:
            next(self._script)
        except StopIteration:
            rest = self._inbox.rest()
            self.result = (
                (self._foreign() or self._result(Outcome.INJECTED, rest)) if rest else self._result(Outcome.READY)
            )
        except Refused as refused:
            away = isinstance(refused, TurnedAway)
            self.result = self._foreign() or self._result(
                Outcome.TURNED_AWAY if away else Outcome.REFUSED, refused.said
            )
        except Odd as odd:
            self.result = self._foreign() or self._result(Outcome.OTHER, odd.said or self._inbox.first)
        else:
            if self._inbox.full:
                self.result = self._foreign() or self._result(Outcome.OTHER, self._inbox.first)
        return self._inbox.drain()

    def _end(self, result: Result) -> bytes:
        self.result = result
        return b""

    def _result(self, outcome: Outcome, said: bytes = b"") -> Result:
        return Result(outcome, shown(said), spoken=bool(self._inbox.first))

    def _foreign(self) -> Result | None:
        """The result where the first bytes are those of another protocol; None where they are not, or not known."""
        found = sniff.server_protocol(self._inbox.first)
        if found is None or found.starttls in (self.protocol, *_SAME.get(self.protocol, ())):
            return None
        if found.name in _SAME_NAMES.get(self.protocol, ()):
            return None
        line = self._inbox.first.partition(b"\r\n")[0]
        return Result(Outcome.OTHER, shown(line), found.name, found.starttls, spoken=True)


def shown(said: bytes) -> str:
    """A stranger's words as one printable line: text where it is text, else hex."""
    text = said[:_SHOWN].decode("utf-8", "replace").strip()
    if "�" in text or sum(not c.isprintable() and c not in "\r\n\t" for c in text) > 2:
        return said[:16].hex(" ")
    return printable(" ".join(text.split()))

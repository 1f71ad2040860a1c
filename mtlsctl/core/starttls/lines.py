"""STARTTLS in protocols that talk in lines: mail, FTP, news, IRC, NATS."""

from collections.abc import Generator

from mtlsctl.core.starttls.inbox import Inbox, Odd, Refused, Script, TurnedAway

_HELLO = b"mtlsctl.invalid"  # RFC 6761, 6.4: a name that nobody has; RFC 5321, 4.1.1.1 wants one


def smtp(inbox: Inbox, _name: str) -> Script:
    """SMTP: RFC 3207, 4; the greeting and EHLO: RFC 5321, 4.2 and 4.1.1.1."""
    yield from _mail(inbox, b"EHLO")


def lmtp(inbox: Inbox, _name: str) -> Script:
    """LMTP: as SMTP, but the hello is LHLO (RFC 2033, 4.1)."""
    yield from _mail(inbox, b"LHLO")


def _mail(inbox: Inbox, hello: bytes) -> Script:
    yield from _greeting(inbox, b"220")
    inbox.say(hello + b" " + _HELLO + b"\r\n")
    offered = yield from _expect(inbox, b"250")
    if not any(line[4:].strip().upper() == b"STARTTLS" for line in offered):
        raise Refused(b"STARTTLS is not among what it offers: " + _joined(offered[1:]))
    inbox.say(b"STARTTLS\r\n")
    yield from _expect(inbox, b"220")


def ftp(inbox: Inbox, _name: str) -> Script:
    """FTP: AUTH TLS, RFC 4217, 4; the greeting: RFC 959, 5.4 (120: ready in some minutes)."""
    yield from _greeting(inbox, b"220")
    inbox.say(b"AUTH TLS\r\n")
    yield from _expect(inbox, b"234")


def nntp(inbox: Inbox, _name: str) -> Script:
    """NNTP: RFC 4642, 2.2; the greeting: RFC 3977, 5.1."""
    yield from _greeting(inbox, b"200", b"201")
    inbox.say(b"STARTTLS\r\n")
    yield from _expect(inbox, b"382")


def _greeting(inbox: Inbox, *codes: bytes) -> Script:
    """A greeting with one of the codes; with any other we are turned away."""
    lines = yield from _reply(inbox)
    if lines[0][:3] not in codes:
        raise TurnedAway(_joined(lines))


def _expect(inbox: Inbox, *codes: bytes) -> Generator[None, None, list[bytes]]:
    """A whole reply with one of the codes; any other is a refusal."""
    lines = yield from _reply(inbox)
    if lines[0][:3] not in codes:
        raise Refused(_joined(lines))
    return lines


def _reply(inbox: Inbox) -> Generator[None, None, list[bytes]]:
    """The lines of one reply: `220-words`, ..., `220 words`; FTP's lines between need no code (RFC 959, 4.2)."""
    first = yield from inbox.line()
    if len(first) < 3 or not first[:3].isdigit() or first[3:4] not in (b"", b" ", b"-"):
        raise Odd(first)
    lines = [first]
    while first[3:4] == b"-" and lines[-1][:4] not in (first[:3] + b" ", first[:3]):
        lines.append((yield from inbox.line()))
    return lines


def _joined(lines: list[bytes]) -> bytes:
    return b", ".join(line[4:] if line[3:4] == b"-" else line for line in lines) or b"nothing"


def imap(inbox: Inbox, _name: str) -> Script:
    """IMAP: RFC 9051, 6.2.1; after PREAUTH it is too late for it (7.1.4)."""
    greeting = yield from inbox.line()
    if not greeting.startswith(b"* "):
        raise Odd(greeting)
    if not greeting[2:].upper().startswith((b"OK", b"PREAUTH")):
        raise TurnedAway(greeting)
    if not greeting[2:].upper().startswith(b"OK"):
        raise Refused(greeting)
    inbox.say(b"a1 STARTTLS\r\n")
    answer = yield from inbox.line()
    while answer.startswith(b"* "):
        answer = yield from inbox.line()
    if not answer.upper().startswith(b"A1 OK"):
        raise Refused(answer)


def pop3(inbox: Inbox, _name: str) -> Script:
    """POP3: STLS, RFC 2595, 4; answers: RFC 1939, 3."""
    for command in (b"STLS\r\n", b""):
        answer = yield from inbox.line()
        if answer.startswith(b"-ERR"):
            raise TurnedAway(answer) if command else Refused(answer)
        if not answer.startswith(b"+OK"):
            raise Odd(answer)
        inbox.say(command)


def sieve(inbox: Inbox, _name: str) -> Script:
    """ManageSieve: RFC 5804, 2.2; the greeting lists what it offers (1.7)."""
    greeting = yield from _sieve_answer(inbox)
    if not any(line.upper().startswith(b'"STARTTLS"') for line in greeting):
        raise Refused(b"STARTTLS is not among what it offers: " + b", ".join(greeting))
    inbox.say(b"STARTTLS\r\n")
    yield from _sieve_answer(inbox)


def _sieve_answer(inbox: Inbox) -> Generator[None, None, list[bytes]]:
    """The lines before an OK; NO and BYE are refusals (RFC 5804, 1.2)."""
    lines: list[bytes] = []
    while True:
        line = yield from inbox.line()
        word = line.split(b" ")[0].upper()
        if word == b"OK":
            return lines
        if word in (b"NO", b"BYE"):
            raise Refused(line)
        if not line.startswith(b'"'):
            raise Odd(line)
        lines.append(line)


def irc(inbox: Inbox, _name: str) -> Script:
    """IRC: STARTTLS, ircv3.net/specs/deprecated/tls: 670 begins it, 691 and errors refuse; notices may come before."""
    inbox.say(b"STARTTLS\r\n")
    while True:
        line = yield from inbox.line()
        words = line.split(b" ") if line.startswith(b":") else [b"", *line.split(b" ")]
        word = words[1].upper() if len(words) > 1 else b""
        if word == b"670":
            return
        if word == b"ERROR":
            raise TurnedAway(line)
        if word in (b"691", b"421", b"451"):
            raise Refused(line)
        if word == b"PING":
            inbox.say(b"PONG " + b" ".join(words[2:]) + b"\r\n")
        elif word not in (b"NOTICE", b"020") and not line.startswith(b":"):
            raise Odd(line)


def nats(inbox: Inbox, _name: str) -> Script:
    """NATS: the server's INFO says whether TLS follows; nothing is asked (docs.nats.io, Client Protocol, INFO)."""
    import json

    line = yield from inbox.line()
    if not line.startswith(b"INFO "):
        raise Odd(line)
    try:
        told = json.loads(line[5:])
    except (ValueError, RecursionError):
        raise Odd(line) from None
    if not isinstance(told, dict):
        raise Odd(line)
    if not (told.get("tls_required") or told.get("tls_available")):
        raise Refused(b"its INFO has neither tls_required nor tls_available")

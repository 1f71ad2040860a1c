"""TLS records of both sides of one connection to messages, decrypted with the connection's key log.

decode() never raises and takes time in proportion to what it is given, whatever that is: the other side is a stranger.
"""

from collections.abc import Iterable, Iterator, Sequence

from mtlsctl.core import alerts, tlsnames, wire_keys, wire_messages
from mtlsctl.core.messages import (
    AlertMessage,
    Body,
    ClientHello,
    CompressedCertificate,
    KeyUpdate,
    Kind,
    Message,
    ServerHello,
    Undecoded,
)
from mtlsctl.core.observation import Chunk

MAX_MESSAGES = 10_000
"""Of one connection: what comes after is not decoded. A conversation of a day with many tickets has fewer."""

_APPLICATION_DATA = 23
_TYPES = range(20, 25)  # RFC 8446, 5.1; 24 is the heartbeat of RFC 6520
_MAX_RECORD = (1 << 14) + 2048  # RFC 5246, 6.2.3
_INFLATABLE = 4  # compressed certificates that are opened: one for each side, and after the handshake
_FIRST = 64


def decode(chunks: Sequence[Chunk], secrets: Iterable[bytes], client: str) -> tuple[Message, ...]:
    """The messages of one connection in the order of time; a message has the time of the chunk that completes it.

    secrets: lines of the connection's key log (NSS format). client: the direction of the chunks, `sent` or `received`,
    that hold what the client says. What cannot be read is a message of kind UNDECODED or NOT_TLS, with the reason.
    """
    conversation = _Conversation(wire_keys.read_log(secrets))
    for chunk in chunks:
        conversation.feed("client" if chunk.direction == client else "server", chunk.at, chunk.data)
    conversation.end(chunks[-1].at if chunks else 0.0)
    return tuple(conversation.messages)


class _Side:
    """What is known of one sender's half."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.records = bytearray()
        """Bytes of records that are not complete yet."""
        self.handshake = bytearray()
        """Bytes of handshake messages that are not complete yet."""
        self.sealed = False
        """Its records are encrypted: in TLS 1.2 after its ChangeCipherSpec."""
        self.opener: wire_keys.Opener | None = None
        self.secret = b""
        """TLS 1.3: the traffic secret in use."""
        self.finished = False
        self.why_shut = "encrypted before any key is known"
        self.foreign = -1
        """The index of the message that tells that this is not TLS (any more)."""

    def take_records(self) -> Iterator[tuple[int, bytes, bytes]]:
        """The complete records: type, version, content. Ends before bytes that are no record."""
        at, data = 0, self.records
        try:
            while len(data) - at >= 5 and is_header(data[at : at + 5]):
                end = at + 5 + int.from_bytes(data[at + 3 : at + 5])
                if end > len(data):
                    return
                kind, version, body, at = data[at], bytes(data[at + 1 : at + 3]), bytes(data[at + 5 : end]), end
                yield kind, version, body
        finally:
            del data[:at]

    def take_messages(self) -> Iterator[bytes]:
        """The complete handshake messages, with their headers."""
        at, data = 0, self.handshake
        try:
            while len(data) - at >= 4:
                end = at + 4 + int.from_bytes(data[at + 1 : at + 4])
                if end > len(data):
                    return
                message, at = bytes(data[at:end]), end
                yield message
        finally:
            del data[:at]


def is_header(data: bytes | bytearray) -> bool:
    """True when the bytes can begin a TLS record, as far as they go (RFC 8446, 5.1)."""
    if data[0] not in _TYPES or (len(data) > 1 and data[1] != 3):
        return False
    return len(data) < 5 or int.from_bytes(data[3:5]) <= _MAX_RECORD


class _Conversation:
    """Both halves, and what the hellos agreed on."""

    def __init__(self, secrets: wire_keys.Secrets) -> None:
        self.messages: list[Message] = []
        self.secrets = secrets
        self.sides = {"client": _Side("client"), "server": _Side("server")}
        self.hello: ClientHello | None = None
        self.answer: ServerHello | None = None
        self.inflatable = _INFLATABLE

    @property
    def tls13(self) -> bool:
        """True once the server chose TLS 1.3."""
        return self.answer is not None and self.answer.version == "TLSv1.3"

    def full(self) -> bool:
        """True when no more messages are taken."""
        return len(self.messages) > MAX_MESSAGES

    def feed(self, sender: str, at: float, data: bytes) -> None:
        """Take the next bytes of a sender."""
        side = self.sides[sender]
        if self.full() or not data:
            return
        if side.foreign >= 0:
            self._more_foreign(side, data)
            return
        side.records += data
        for kind, version, body in side.take_records():
            self._record(side, at, kind, version, body)
            if self.full():
                return
        if side.records and not is_header(side.records[:5]):
            self._foreign(side, at)

    def end(self, at: float) -> None:
        """Say what was left incomplete, and what was left out."""
        if self.full():
            del self.messages[MAX_MESSAGES:]
            self._undecoded(self.messages[-1].sender, at, 0, f"more than {MAX_MESSAGES:,} messages", b"")
            return
        for side in self.sides.values():
            if left := side.handshake or side.records:
                what = "a handshake message" if side.handshake else "a record"
                shown = b"" if side.handshake and side.opener else bytes(left[:_FIRST])
                self._undecoded(side.name, at, len(left), f"the bytes end within {what}", shown)

    def _foreign(self, side: _Side, at: float) -> None:
        side.foreign = len(self.messages)
        first = bytes(side.records[:_FIRST])
        before = any(message.sender == side.name for message in self.messages)
        body = Undecoded("these bytes are no TLS record" + (", what came before was" if before else ""), first)
        self.messages.append(Message(at, side.name, Kind.NOT_TLS, "", len(side.records), False, body))
        side.records.clear()

    def _more_foreign(self, side: _Side, data: bytes) -> None:
        told = self.messages[side.foreign]
        if isinstance(told.body, Undecoded) and len(told.body.first_bytes) < _FIRST:
            told = told._replace(body=told.body._replace(first_bytes=(told.body.first_bytes + data[:_FIRST])[:_FIRST]))
        self.messages[side.foreign] = told._replace(size=told.size + len(data))

    def _undecoded(self, sender: str, at: float, size: int, reason: str, data: bytes, name: str = "") -> None:
        """Note what cannot be read; what follows for the same reason is added to it."""
        last = self.messages[-1] if self.messages else None
        told = last.body.reason if last and isinstance(last.body, Undecoded) else ""
        if last and (last.sender, last.kind, last.name, told) == (sender, Kind.UNDECODED, name, reason):
            self.messages[-1] = last._replace(size=last.size + size)
            return
        body = Undecoded(reason, data[:_FIRST])
        self.messages.append(Message(at, sender, Kind.UNDECODED, name, size, False, body))

    def _record(self, side: _Side, at: float, kind: int, version: bytes, data: bytes) -> None:
        """One record. In TLS 1.3 the encrypted ones look like application data (RFC 8446, 5.2)."""
        if kind == _APPLICATION_DATA or (side.sealed and not self.tls13):
            self._encrypted(side, at, kind, version, data)
        else:
            self._content(side, at, kind, data, False)

    def _encrypted(self, side: _Side, at: float, kind: int, version: bytes, data: bytes) -> None:
        if side.opener is None:
            self._undecoded(side.name, at, len(data), side.why_shut, data)
            return
        plain = side.opener.open(kind, version, data)
        if plain is not None and self.tls13:
            plain = plain.rstrip(b"\0")
            kind, plain = (plain[-1], plain[:-1]) if plain else (0, None)
        if plain is None:
            early = self.tls13 and side.name == "client" and self.hello and "early_data" in self.hello.extensions
            reason = "early data, or a damaged record" if early else "a record that does not decrypt"
            self._undecoded(side.name, at, len(data), reason, data)
            return
        self._content(side, at, kind, plain, True)

    def _content(self, side: _Side, at: float, kind: int, data: bytes, encrypted: bool) -> None:
        """The content of a record, by its type (RFC 8446, B.1)."""
        match kind:
            case 20:
                self._change(side, at, data, encrypted)
            case 21:
                self._alert(side, at, data, encrypted)
            case 22:
                side.handshake += data
                for message in side.take_messages():
                    self._message(side, at, message, encrypted)
                    if self.full():
                        return
            case 23:
                self.messages.append(Message(at, side.name, Kind.APPLICATION_DATA, "", len(data), encrypted))
            case _:
                reason = f"a record of type {kind}"
                self._undecoded(side.name, at, len(data), reason, b"" if encrypted else data)

    def _alert(self, side: _Side, at: float, data: bytes, encrypted: bool) -> None:
        if len(data) != 2:
            self._undecoded(side.name, at, len(data), "an alert that is not of 2 bytes", b"" if encrypted else data)
            return
        body = AlertMessage(data[0] == 2, data[1])
        self.messages.append(Message(at, side.name, Kind.ALERT, alerts.name(data[1]), 2, encrypted, body))

    def _change(self, side: _Side, at: float, data: bytes, encrypted: bool) -> None:
        """In TLS 1.3 it is only there for the sake of middleboxes (RFC 8446, D.4)."""
        self.messages.append(Message(at, side.name, Kind.CHANGE_CIPHER_SPEC, "ChangeCipherSpec", len(data), encrypted))
        if not self.tls13 and self.answer is not None:
            side.sealed = True
            self._keys12(side, self.answer)

    def _message(self, side: _Side, at: float, data: bytes, encrypted: bool) -> None:
        """One handshake message, and what it changes."""
        kind, name = data[0], tlsnames.MESSAGES.get(data[0], f"handshake message {data[0]}")
        try:
            body = self._read(kind, data[4:])
        except wire_messages.Malformed:
            self._undecoded(side.name, at, len(data), "its lengths do not add up", b"" if encrypted else data, name)
            return
        if isinstance(body, ServerHello):
            name = "HelloRetryRequest" if body.hello_retry else name
            body = self._answered(body) if side.name == "server" else body
        self.messages.append(Message(at, side.name, Kind.HANDSHAKE, name, len(data), encrypted, body))
        if isinstance(body, ClientHello) and side.name == "client":
            self.hello = body
        elif self.tls13:
            self._rekey13(side, kind, body, encrypted)

    def _rekey13(self, side: _Side, kind: int, body: Body | None, encrypted: bool) -> None:
        """The keys that a message changes (RFC 8446, 7.1 and 7.2)."""
        if isinstance(body, ServerHello) and not body.hello_retry and side.name == "server":
            for each in self.sides.values():
                self._keys13(each, "HANDSHAKE_TRAFFIC_SECRET")
        elif kind == wire_messages.FINISHED and not side.finished:  # a later one ends an authentication afterwards
            side.finished = True
            self._keys13(side, "TRAFFIC_SECRET_0")
        elif isinstance(body, KeyUpdate) and encrypted and side.secret and self.answer:
            self._use13(side, wire_keys.next_secret(self.answer.cipher_suite, side.secret))

    def _read(self, kind: int, data: bytes) -> Body | None:
        chosen = (self.answer.version, self.answer.cipher_suite) if self.answer else ("", "")
        body = wire_messages.read(kind, data, *chosen)
        if isinstance(body, CompressedCertificate) and body.compression == "zlib" and self.inflatable:
            self.inflatable -= 1
            return wire_messages.inflate(data)
        return body

    def _answered(self, body: ServerHello) -> ServerHello:
        """Note what the server chose. In TLS 1.2 it resumes by repeating the session id (RFC 5246, 7.4.1.2)."""
        echoed = bool(body.session_id) and self.hello is not None and body.session_id == self.hello.session_id
        self.answer = body if body.version == "TLSv1.3" else body._replace(resumed=echoed)
        return self.answer

    def _keys13(self, side: _Side, label: str) -> None:
        label = f"{side.name.upper()}_{label}"
        side.opener, side.secret = None, b""
        if secret := self.secrets.get((label, self.hello.random if self.hello else b"")):
            self._use13(side, secret)
        else:
            side.why_shut = f"encrypted, and the key log has no {label}"

    def _use13(self, side: _Side, secret: bytes) -> None:
        suite = self.answer.cipher_suite if self.answer else ""
        side.secret, side.opener = secret, wire_keys.opener13(suite, secret)
        side.why_shut = f"encrypted with {suite}, which is not decoded here"

    def _keys12(self, side: _Side, answer: ServerHello) -> None:
        side.opener = None
        random = self.hello.random if self.hello else b""
        master = self.secrets.get(("CLIENT_RANDOM", random), b"")
        if answer.version != "TLSv1.2":
            side.why_shut = f"encrypted with {answer.version}, which is not decoded here"
        elif not master:
            side.why_shut = "encrypted, and the key log has no CLIENT_RANDOM"
        else:
            etm = "encrypt_then_mac" in answer.extensions
            randoms = random, answer.random
            side.opener = wire_keys.opener12(answer.cipher_suite, master, randoms, side.name, encrypt_then_mac=etm)
            side.why_shut = f"encrypted with {answer.cipher_suite}, which is not decoded here"

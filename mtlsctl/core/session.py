"""One TLS conversation without a socket: bytes in, bytes out, notes taken."""

from collections.abc import Callable, Sequence

from cryptography import x509
from OpenSSL import SSL

from mtlsctl.core import alerts
from mtlsctl.core.observation import Alert, Chunk, Ended, Observation, Role, Stage, VerifyError
from mtlsctl.core.unreadable import UNREADABLE

_CHUNK = 65536
_FIRST = 64
_HANDSHAKE = b"\x16\x03"  # RFC 8446, 5.1: a record's type, and the first byte of its version
KEPT = 1 << 20  # bytes of the conversation that are kept in each direction: no handshake is longer


Judge = Callable[[bytes, tuple[x509.Certificate, ...], Sequence[Chunk], Sequence[bytes]], VerifyError | None]
"""What is wrong with a server's staple (b"": there is none), its chain, what went over the wire, and the key log."""


def _reasons(error: SSL.Error) -> str:
    """OpenSSL's words in an error, without the names of its functions."""
    entries = error.args[0] if error.args and isinstance(error.args[0], list) else ()
    return "; ".join(str(entry[-1]) for entry in entries if entry)


class Session:
    """A TLS connection over memory. Feed what came from the socket, advance, and send what take() gives.

    A client never shows its certificate to a server that does not verify: unless lenient, the flight that would carry
    it is kept back and an alert is given in its place (TLS 1.2 would even send it in the clear).
    """

    def __init__(
        self,
        context: SSL.Context,
        role: Role,
        *,
        server_name: str = "",
        wanted: x509.GeneralName | None = None,
        lenient: bool = False,
        earlier: SSL.Session | None = None,
        alpn: tuple[str, ...] = (),
        judge_staple: Judge | None = None,
        clock: Callable[[], float] = lambda: 0.0,
    ) -> None:
        """wanted: the name that a server's certificate must have; None checks none. clock: seconds since TLS began.

        earlier: a client's session of the same context, to be gone on with if the server agrees. alpn: what a client
        offers in place of its context's. judge_staple: a client asks for a stapled OCSP response, and this says what is
        wrong with it; the context must take it.
        """
        self.role = role
        self.wanted = wanted
        self.lenient = lenient
        self.server_name = server_name
        self.done = self.failed = self.held = self.eof = self.goodbye = False
        self.errors: list[VerifyError] = []
        self.alerts: list[Alert] = []
        self.states: list[str] = []
        self.first_bytes = self.unasked = b""
        self.trouble = ""
        self.staple: bytes | None = None
        self.after = 0
        self.chunks: list[Chunk] = []
        self.secrets: list[bytes] = []
        self._clock = clock
        self._judge_staple = judge_staple
        self._room = {"received": KEPT, "sent": KEPT}
        self._connection = SSL.Connection(context, None)
        self._connection.set_app_data(self)
        if role is Role.SERVER:
            self._connection.set_accept_state()
            return
        self._connection.set_connect_state()
        if server_name:
            self._connection.set_tlsext_host_name(server_name.encode("ascii"))
        if alpn:
            self._connection.set_alpn_protos([word.encode("ascii") for word in alpn])
        if earlier is not None:
            self._connection.set_session(earlier)
        if judge_staple:
            self._connection.request_ocsp()

    @property
    def over(self) -> bool:
        """True when the handshake has an end, good or bad."""
        return self.done or self.failed or self.held

    @property
    def left(self) -> bool:
        """True when the other side has ended its half."""
        return self.goodbye or self.eof

    @property
    def gave_up(self) -> bool:
        """True when our own library ended it, with an alert, over what the other side sent."""
        return self.failed and not self.eof and bool(self.alerts) and self.alerts[-1].direction == "sent"

    def advance(self) -> None:
        """Go on with the handshake as far as the bytes fed allow."""
        try:
            self._connection.do_handshake()
        except SSL.WantReadError:
            return
        except SSL.Error as error:
            self.failed = True
            self.trouble = _reasons(error)
            return
        self.done = True
        self.after = len(self.states)

    def feed(self, data: bytes) -> None:
        """Give what the socket received; b"" is its end."""
        if not data:
            self.eof = True
            self._connection.bio_shutdown()
            return
        if len(self.first_bytes) < _FIRST:
            self.first_bytes += data[: _FIRST - len(self.first_bytes)]
        self._keep("received", data)
        self._connection.bio_write(data)

    def _keep(self, direction: str, data: bytes) -> None:
        if data and self._room[direction] >= len(data):
            self._room[direction] -= len(data)
            self.chunks.append(Chunk(direction, self._clock(), data))
        else:
            self._room[direction] = 0  # with a gap in it, the rest could not be read

    def forget(self) -> None:
        """Keep nothing of the conversation, and nothing of what follows: whoever needed it has it."""
        self.chunks.clear()
        self._room = {"received": 0, "sent": 0}

    def take(self) -> bytes:
        """The bytes to send now; or, in place of our certificate for a server that does not verify, an alert."""
        out = self._drain()
        if out and self.staple is not None:
            self._look_at_staple()
        if self.eof and self.failed:
            return b""  # OpenSSL answers an unexpected end with decode_error: nobody is there to hear it
        if out and self.errors and self.role is Role.CLIENT and not self.lenient:
            out = self._hold()
        if out:
            self._keep("sent", out)
        return out

    def _look_at_staple(self) -> None:
        """Judge a staple once, before our certificate goes out: a chain that is refused anyhow needs none.

        Nor does a session that is gone on with: it comes without certificates, so there is nothing to staple to.
        """
        judge, self._judge_staple = self._judge_staple, None
        chain = self._chain() if judge and not (self.errors or self.resumed) else ()
        if judge and chain and (error := judge(self.staple or b"", chain, self.chunks, self.secrets)):
            self.errors.append(error)

    def _hold(self) -> bytes:
        """Keep our flight back: the alert to send in its place, once."""
        if self.held:
            return b""
        self.held = True
        number = alerts.for_verify_error(self.errors[0].number)
        self.alerts.append(Alert.of("sent", number, self.states[-1]))
        return alerts.record(number)

    def _drain(self) -> bytes:
        out = b""
        try:
            while True:
                out += self._connection.bio_read(_CHUNK)
        except SSL.WantReadError:
            return out

    def read(self) -> bytes | None:
        """Application data that came; b"" at the other side's close_notify or end; None when there is none yet."""
        try:
            return self._connection.recv(_CHUNK)
        except SSL.WantReadError:
            return None
        except SSL.ZeroReturnError:
            self.goodbye = True  # close_notify
            return b""
        except SSL.Error:
            self.failed = True
            return b""

    def write(self, data: bytes) -> bool:
        """Encrypt application data; take() gives the bytes. False when the connection no longer takes any."""
        try:
            while data:
                data = data[self._connection.send(data) :]
        except SSL.Error:
            return False
        return True

    def close(self) -> None:
        """Say close_notify; take() gives the bytes."""
        try:
            self._connection.shutdown()
        except SSL.Error:
            self.failed = True

    def release(self) -> None:
        """Let go of OpenSSL's side at once: it and this hold each other, and it is large. Nothing can be done then."""
        self._connection.set_app_data(None)

    @property
    def verdict_known(self) -> bool:
        """True when a finished handshake tells a client that its certificate, or having none, was accepted.

        In TLS 1.2 the server's Finished comes last; in TLS 1.3 only what it sends afterwards tells.
        """
        return self.done and (not self.asked or self.ticket or self.version != "TLSv1.3")

    @property
    def version(self) -> str:
        """`TLSv1.3`, as agreed or so far wished for."""
        return self._connection.get_protocol_version_name()

    @property
    def ticket(self) -> bool:
        """True when the server went on after our last flight: a new session ticket (RFC 8446, 4.6.1)."""
        return any("session ticket" in state for state in self.states[self.after :])

    @property
    def asked(self) -> bool:
        """True when the server asked for a certificate (CertificateRequest)."""
        return any("certificate request" in state for state in self.states)

    @property
    def resumed(self) -> bool:
        """True when the handshake was completed without the server's certificate: an earlier session goes on."""
        return self.done and self.role is Role.CLIENT and not any("server certificate" in s for s in self.states)

    @property
    def resumable(self) -> SSL.Session | None:
        """What a later connection of the same context can go on with; to be taken after close()."""
        return self._connection.get_session() if self.done else None

    def observe(self, peer: str, ended: Ended, detail: str = "") -> Observation:
        """All that was seen so far."""
        connection = self._connection
        stage = Stage.DONE if self.done else Stage.HANDSHAKE if self._answered else Stage.HELLO
        known = stage is not Stage.HELLO
        return Observation(
            role=self.role,
            peer=peer,
            stage=stage,
            ended=ended,
            detail=detail,
            version=self.version if known else "",
            cipher=(connection.get_cipher_name() or "") if known else "",
            group=(connection.get_group_name() or "") if known else "",
            alpn=connection.get_alpn_proto_negotiated().decode("latin-1"),
            server_name=self._server_name(),
            asked=self.asked,
            asked_late=self.done and any("certificate request" in state for state in self.states[self.after :]),
            sent=self.sent,
            confirmed=self.verdict_known and not self.held,
            acceptable_issuers=self.issuers,
            peer_chain=self._chain(),
            verify_errors=tuple(self.errors),
            alerts=tuple(self.alerts),
            first_bytes=self.first_bytes,
            unasked=self.unasked,
            goodbye=self.goodbye,
            left=self.left,
            trouble=self.trouble,
            resumed=self.resumed,
            chunks=tuple(self.chunks),
            secrets=tuple(self.secrets),
            staple=self.staple,
        )

    @property
    def _answered(self) -> bool:
        """True when both hellos were exchanged. What comes in one piece with an alert OpenSSL may not tell of."""
        if self.role is Role.CLIENT and self.first_bytes[:2] == _HANDSHAKE:
            return True  # a server's first message of a handshake is its hello
        word = "read client hello" if self.role is Role.SERVER else "read server hello"
        return any(word in state for state in self.states)

    def _server_name(self) -> str:
        if self.role is Role.CLIENT:
            return self.server_name
        return (self._connection.get_servername() or b"").decode("latin-1")

    @property
    def sent(self) -> bool:
        """A client's CertificateVerify was sent, or read: an empty Certificate has none (RFC 8446, 4.4.3)."""
        if self.held:
            return False
        if self.role is Role.SERVER:
            return bool(self.errors) or self._connection.get_peer_certificate() is not None
        return any("write certificate verify" in state for state in self.states)

    @property
    def issuers(self) -> tuple[x509.Name, ...]:
        """The CAs that a server listed, as far as they can be read."""
        try:
            return tuple(self._connection.get_client_ca_list(as_cryptography=True))
        except UNREADABLE:
            return ()

    def _chain(self) -> tuple[x509.Certificate, ...]:
        connection = self._connection
        try:
            chain = connection.get_peer_cert_chain(as_cryptography=True) or []
            if self.role is Role.CLIENT:
                return tuple(chain)
            # A server's list lacks the leaf; after a refusal only the chain that OpenSSL built is left.
            leaf = connection.get_peer_certificate(as_cryptography=True)
            return (leaf, *chain) if leaf else tuple(connection.get_verified_chain(as_cryptography=True) or ())
        except UNREADABLE:
            return ()

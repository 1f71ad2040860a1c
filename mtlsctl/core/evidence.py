"""What the messages of a handshake prove: the facts that tell causes apart which look the same from outside."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypeVar

from cryptography import x509

from mtlsctl.core.messages import (
    AlertMessage,
    Certificate,
    CertificateRequest,
    CertificateStatus,
    CertificateVerify,
    ClientHello,
    CompressedCertificate,
    Message,
    NewSessionTicket,
    ServerHello,
    ServerKeyExchange,
    Undecoded,
)
from mtlsctl.core.unreadable import UNREADABLE

_Body = TypeVar("_Body")


class Evidence(NamedTuple):
    """What was seen. Where a message came twice, the last one counts, except for the hellos before a retry."""

    client_hello: ClientHello | None = None
    """The first one: what was offered."""
    client_hello_size: int = 0
    """Bytes, with the header; 0 where none was seen."""
    retry_group: str = ""
    """The group that a HelloRetryRequest asked for; `cookie` where it only asked to be sent again; "" without one."""
    server_hello: ServerHello | None = None
    group: str = ""
    """The group of the key exchange, in TLS 1.2 from the ServerKeyExchange."""
    request: CertificateRequest | None = None
    """None: the server asked for no certificate, as far as could be read."""
    authorities: tuple[x509.Name, ...] = ()
    """Those of the request that can be read."""
    client_certificates: int | None = None
    """How many the client's Certificate has; 0: an empty one; None: none was seen, or it could not be opened."""
    server_certificates: int | None = None
    client_compression: str = ""
    """`zlib`, `brotli`, `zstd` where the client's Certificate came compressed: the last two are not opened."""
    server_compression: str = ""
    client_scheme: str = ""
    """What the client signed with: the proof that it has the key. "" where it did not."""
    server_scheme: str = ""
    """What the server signed with, in TLS 1.2 its ServerKeyExchange."""
    client_finished: bool = False
    server_finished: bool = False
    tickets: int = 0
    resumed: bool = False
    stapled: bool = False
    """The server's Certificate came with an OCSP response, or one followed it."""
    alerts: tuple[tuple[str, int], ...] = ()
    """Sender and number, close_notify too, in order."""
    unread: tuple[str, ...] = ()
    """Why something could not be read, in order; () when all could."""

    @property
    def secure_renegotiation(self) -> bool | None:
        """Whether the server knows RFC 5746; None where that cannot be told: no ServerHello, or TLS 1.3."""
        if self.server_hello is None or self.server_hello.version == "TLSv1.3":
            return None
        return "renegotiation_info" in self.server_hello.extensions


def evidence(messages: Iterable[Message]) -> Evidence:
    """The facts in the messages that core/wire.py decoded."""
    seen = tuple(messages)
    hello = next((m for m in seen if m.sender == "client" and isinstance(m.body, ClientHello)), None)
    answers = [m.body for m in seen if m.sender == "server" and isinstance(m.body, ServerHello)]
    answer = next((a for a in reversed(answers) if not a.hello_retry), None)
    retry = next((a for a in answers if a.hello_retry), None)
    exchange = _last(seen, "server", ServerKeyExchange)
    request = _last(seen, "server", CertificateRequest)
    shown = {sender: _certificates(seen, sender) for sender in ("client", "server")}
    proofs = {sender: _last(seen, sender, CertificateVerify) for sender in ("client", "server")}
    client, server = proofs["client"], proofs["server"] or exchange
    return Evidence(
        client_hello=hello.body if hello and isinstance(hello.body, ClientHello) else None,
        client_hello_size=hello.size if hello else 0,
        retry_group=(retry.group or "cookie") if retry else "",
        server_hello=answer,
        group=exchange.group if exchange else answer.group if answer else "",
        request=request,
        authorities=names_of(request.authorities) if request else (),
        client_certificates=shown["client"].number,
        server_certificates=shown["server"].number,
        client_compression=shown["client"].compression,
        server_compression=shown["server"].compression,
        client_scheme=client.scheme if client else "",
        server_scheme=server.scheme if server else "",
        client_finished=any((m.sender, m.name) == ("client", "Finished") for m in seen),
        server_finished=any((m.sender, m.name) == ("server", "Finished") for m in seen),
        tickets=sum(m.sender == "server" and isinstance(m.body, NewSessionTicket) for m in seen),
        resumed=answer is not None and answer.resumed,
        stapled=shown["server"].stapled or any(isinstance(m.body, CertificateStatus) for m in seen),
        alerts=tuple((m.sender, m.body.number) for m in seen if isinstance(m.body, AlertMessage)),
        unread=tuple(m.body.reason for m in seen if isinstance(m.body, Undecoded)),
    )


def names_of(authorities: Sequence[bytes]) -> tuple[x509.Name, ...]:
    """Distinguished names, DER, as cryptography reads them; those that it does not are left out."""
    found = []
    for name in authorities:
        try:
            found.append(x509.Name.from_bytes(name))
        except UNREADABLE:
            continue
    return tuple(found)


class _Shown(NamedTuple):
    """A certificate message in short."""

    number: int | None = None
    compression: str = ""
    stapled: bool = False


def _certificates(seen: Sequence[Message], sender: str) -> _Shown:
    """What the last certificate message of a sender shows, opened or not."""
    for message in reversed(seen):
        if message.sender == sender and isinstance(message.body, Certificate):
            return _Shown(len(message.body.chain), message.body.compression, message.body.stapled)
        if message.sender == sender and isinstance(message.body, CompressedCertificate):
            return _Shown(None, message.body.compression)
    return _Shown()


def _last(seen: Sequence[Message], sender: str, kind: type[_Body]) -> _Body | None:
    """The last body of a type that a sender sent."""
    return next((m.body for m in reversed(seen) if m.sender == sender and isinstance(m.body, kind)), None)

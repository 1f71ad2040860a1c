"""What TLS messages say: one type for each kind of message, numbers given by their registered names.

Texts are as the sender wrote them: whoever shows them makes them printable. No type holds a secret or a ticket.
"""

from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """What a message is to the record layer."""

    HANDSHAKE = "handshake"
    ALERT = "alert"
    CHANGE_CIPHER_SPEC = "change_cipher_spec"
    APPLICATION_DATA = "application_data"
    UNDECODED = "undecoded"
    """TLS that could not be read: encrypted without a key, damaged, or cut off."""
    NOT_TLS = "not_tls"


class ClientHello(NamedTuple):
    """RFC 8446, 4.1.2; RFC 5246, 7.4.1.2."""

    versions: tuple[str, ...]
    """As offered, `TLSv1.3` first where the client prefers it."""
    random: bytes
    session_id: bytes
    cipher_suites: tuple[str, ...]
    extensions: tuple[str, ...]
    server_name: str
    """The SNI; "" where none was sent."""
    alpn: tuple[str, ...]
    groups: tuple[str, ...]
    key_shares: tuple[str, ...]
    """The groups for which a key came along."""
    signature_algorithms: tuple[str, ...]
    signature_algorithms_cert: tuple[str, ...]
    certificate_compression: tuple[str, ...]
    resumes: bool
    """A ticket or a pre-shared key was offered."""


class ServerHello(NamedTuple):
    """RFC 8446, 4.1.3; also a HelloRetryRequest, which is one with a fixed random (4.1.4)."""

    version: str
    random: bytes
    session_id: bytes
    cipher_suite: str
    extensions: tuple[str, ...]
    hello_retry: bool
    group: str
    """The group of the key share, in a HelloRetryRequest the one asked for; "" in TLS 1.2 and where there is none."""
    alpn: str
    """TLS 1.2 only; in TLS 1.3 it is among the EncryptedExtensions."""
    resumed: bool
    """A pre-shared key was chosen, or in TLS 1.2 the client's session id was repeated."""


class EncryptedExtensions(NamedTuple):
    """RFC 8446, 4.3.1."""

    extensions: tuple[str, ...]
    alpn: str


class CertificateRequest(NamedTuple):
    """RFC 8446, 4.3.2; RFC 5246, 7.4.4."""

    signature_algorithms: tuple[str, ...]
    signature_algorithms_cert: tuple[str, ...]
    """Empty: those of signature_algorithms count for certificates, too."""
    certificate_types: tuple[str, ...]
    """TLS 1.2 only."""
    authorities: tuple[bytes, ...]
    """Distinguished names, DER. None of them: any CA."""
    extensions: tuple[str, ...]


class Certificate(NamedTuple):
    """RFC 8446, 4.4.2; RFC 5246, 7.4.2."""

    chain: tuple[bytes, ...]
    """Certificates, DER, leaf first. Empty: the client has none to show."""
    staples: tuple[bytes, ...]
    """The OCSP responses that came along, DER, one for each of the chain; b"" for one without (RFC 8446, 4.4.2.1)."""
    compression: str
    """`zlib` where it came compressed (RFC 8879); "" where not."""

    @property
    def stapled(self) -> bool:
        """True where an OCSP response came along."""
        return any(self.staples)


class CompressedCertificate(NamedTuple):
    """A certificate message that is not decompressed here (RFC 8879, 4)."""

    compression: str
    uncompressed_length: int
    """Bytes, as the sender claims."""


class CertificateStatus(NamedTuple):
    """A stapled OCSP response in TLS 1.2 (RFC 6066, 8)."""

    response_size: int
    """Bytes."""


class ServerKeyExchange(NamedTuple):
    """TLS 1.2, ephemeral Diffie-Hellman (RFC 8422, 5.4; RFC 5246, 7.4.3)."""

    group: str
    scheme: str
    """What the server signed with; "" where nothing is signed."""


class CertificateVerify(NamedTuple):
    """RFC 8446, 4.4.3; RFC 5246, 7.4.8."""

    scheme: str
    """"" before TLS 1.2, which does not say."""


class NewSessionTicket(NamedTuple):
    """RFC 8446, 4.6.1; RFC 5077, 3.3."""

    lifetime: int
    """Seconds; 0 in TLS 1.2: not said."""
    ticket_size: int
    """Bytes."""
    early_data: bool


class KeyUpdate(NamedTuple):
    """RFC 8446, 4.6.3."""

    requested: bool
    """The other side is asked to do the same."""


class AlertMessage(NamedTuple):
    """RFC 8446, 6."""

    fatal: bool
    """The level that was sent; TLS 1.3 goes by the number alone."""
    number: int


class Undecoded(NamedTuple):
    """Bytes that could not be read, and why."""

    reason: str
    first_bytes: bytes
    """At most 64; none of what was decrypted."""


Body = (
    ClientHello
    | ServerHello
    | EncryptedExtensions
    | CertificateRequest
    | Certificate
    | CompressedCertificate
    | CertificateStatus
    | ServerKeyExchange
    | CertificateVerify
    | NewSessionTicket
    | KeyUpdate
    | AlertMessage
    | Undecoded
)


class Message(NamedTuple):
    """One message of a connection."""

    at: float
    """Seconds, as its chunk has it."""
    sender: str
    """`client` or `server`."""
    kind: Kind
    name: str
    """`ClientHello`, `HelloRetryRequest`, `unknown_ca` (an alert); "" where there is none."""
    size: int
    """Bytes: of a handshake message with its header, of anything else without."""
    encrypted: bool
    body: Body | None = None
    """None for a message that says nothing but its name, and for application data."""

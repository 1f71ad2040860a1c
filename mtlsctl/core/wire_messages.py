"""Handshake messages: their bytes to what they say. Strict about lengths: what does not add up is Malformed."""

from collections.abc import Mapping

from mtlsctl.core import tlsnames
from mtlsctl.core.messages import (
    Body,
    Certificate,
    CertificateRequest,
    CertificateStatus,
    CertificateVerify,
    ClientHello,
    CompressedCertificate,
    EncryptedExtensions,
    KeyUpdate,
    NewSessionTicket,
    ServerHello,
    ServerKeyExchange,
)

FINISHED = 20

# RFC 8446, 4.1.3: the SHA-256 of "HelloRetryRequest".
HELLO_RETRY = bytes.fromhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")
MAX_INFLATED = 1 << 20  # bytes of one decompressed certificate message; OpenSSL takes 100 kB

_SNI, _STATUS_REQUEST, _GROUPS, _SCHEMES, _ALPN, _COMPRESSIONS, _TICKET = 0, 5, 10, 13, 16, 27, 35
_PSK, _EARLY_DATA, _VERSIONS, _AUTHORITIES, _SCHEMES_CERT, _KEY_SHARE = 41, 42, 43, 47, 50, 51

_NO_SCHEMES = ("SSLv3", "TLSv1", "TLSv1.1")
"""The versions where signatures do not say how they were made (RFC 4346, 7.4.3)."""


class Malformed(Exception):  # noqa: N818  # raised and caught inside core/wire.py
    """A message whose lengths do not add up."""


class Reader:
    """Bytes from left to right; raises Malformed where they end too early."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, count: int) -> bytes:
        """The next bytes."""
        end = self._at + count
        if end > len(self._data):
            raise Malformed
        taken, self._at = self._data[self._at : end], end
        return taken

    def number(self, width: int) -> int:
        """The next number, of a width in bytes."""
        return int.from_bytes(self.take(width))

    def vector(self, width: int) -> bytes:
        """The bytes behind a length of a width in bytes (RFC 8446, 3.4)."""
        return self.take(self.number(width))

    @property
    def more(self) -> bool:
        """True while there is something left."""
        return self._at < len(self._data)

    def vectors(self, width: int) -> tuple[bytes, ...]:
        """All that is left, as vectors."""
        found = []
        while self.more:
            found.append(self.vector(width))
        return tuple(found)

    def numbers(self, width: int) -> tuple[int, ...]:
        """All that is left, as numbers."""
        found = []
        while self.more:
            found.append(self.number(width))
        return tuple(found)


def read(kind: int, data: bytes, version: str, suite: str) -> Body | None:
    """What a handshake message of a type says; None for one that has nothing to say. Raises Malformed.

    version and suite are what the server chose, by name: TLS 1.3, and 1.2 before it, gave old types new contents.
    """
    reader, tls13, unsaid = Reader(data), version == "TLSv1.3", version in _NO_SCHEMES
    match tlsnames.MESSAGES.get(kind):
        case "ClientHello":
            return _client_hello(reader)
        case "ServerHello":
            return _server_hello(reader)
        case "NewSessionTicket":
            return _ticket(reader, tls13)
        case "EncryptedExtensions":
            return _encrypted_extensions(reader)
        case "Certificate":
            return certificate(data, tls13=tls13)
        case "ServerKeyExchange":
            return _key_exchange(reader, suite, unsaid)
        case "CertificateRequest":
            return _request13(reader) if tls13 else _request12(reader, unsaid)
        case "CertificateVerify":
            return CertificateVerify("" if unsaid else _scheme(reader.number(2)))
        case "CertificateStatus":
            reader.take(1)
            return CertificateStatus(len(reader.vector(3)))
        case "KeyUpdate":
            return KeyUpdate(reader.number(1) == 1)
        case "CompressedCertificate":
            return _compressed(reader)
    return None


def certificate(data: bytes, *, tls13: bool, compression: str = "") -> Certificate:
    """A Certificate message, decompressed. Raises Malformed."""
    reader = Reader(data)
    if not tls13:
        return Certificate(Reader(reader.vector(3)).vectors(3), (), compression)
    reader.vector(1)  # the context: that of a CertificateRequest after the handshake
    entries, chain, staples = Reader(reader.vector(3)), [], []
    while entries.more:
        chain.append(entries.vector(3))
        staples.append(_staple(_extensions(entries).get(_STATUS_REQUEST, b"")))
    return Certificate(tuple(chain), tuple(staples), compression)


def _staple(status: bytes) -> bytes:
    """The response in a CertificateStatus (RFC 6066, 8): after its type and its length. Whole where it is none."""
    is_one = status[:1] == b"\1" and len(status) == 4 + int.from_bytes(status[1:4])
    return status[4:] if is_one else status


def inflate(data: bytes) -> Certificate:
    """A CompressedCertificate that is compressed with zlib (RFC 8879, 4). Raises Malformed, also for a bomb."""
    import zlib  # no stack that is common here compresses with it by default

    reader = Reader(data)
    reader.take(2)
    size = reader.number(3)
    if size > MAX_INFLATED:
        raise Malformed
    try:
        plain = zlib.decompressobj().decompress(reader.vector(3), size + 1)
    except zlib.error:
        raise Malformed from None
    if len(plain) != size:
        raise Malformed
    return certificate(plain, tls13=True, compression="zlib")


def _compressed(reader: Reader) -> CompressedCertificate:
    return CompressedCertificate(tlsnames.name(tlsnames.COMPRESSIONS, reader.number(2)), reader.number(3))


def _client_hello(reader: Reader) -> ClientHello:
    version, random, session_id = reader.number(2), reader.take(32), reader.vector(1)
    suites = Reader(reader.vector(2)).numbers(2)
    reader.vector(1)  # compression: nobody does
    found = _extensions(reader)
    versions = _listed(found, _VERSIONS, 1) or (version,)
    return ClientHello(
        versions=_named(tlsnames.VERSIONS, versions),
        random=random,
        session_id=session_id,
        cipher_suites=tuple(map(tlsnames.suite, suites)),
        extensions=_named(tlsnames.EXTENSIONS, found),
        server_name=_server_name(found),
        alpn=_protocols(found),
        groups=_named(tlsnames.GROUPS, _listed(found, _GROUPS, 2)),
        key_shares=_named(tlsnames.GROUPS, _shares(found)),
        signature_algorithms=_schemes(found, _SCHEMES),
        signature_algorithms_cert=_schemes(found, _SCHEMES_CERT),
        certificate_compression=_named(tlsnames.COMPRESSIONS, _listed(found, _COMPRESSIONS, 1)),
        resumes=_PSK in found or bool(found.get(_TICKET)),
    )


def _server_hello(reader: Reader) -> ServerHello:
    version, random, session_id = reader.number(2), reader.take(32), reader.vector(1)
    suite = reader.number(2)
    reader.take(1)
    found = _extensions(reader)
    if _VERSIONS in found:
        version = Reader(found[_VERSIONS]).number(2)
    share = Reader(found[_KEY_SHARE]).number(2) if _KEY_SHARE in found else None
    return ServerHello(
        version=tlsnames.name(tlsnames.VERSIONS, version),
        random=random,
        session_id=session_id,
        cipher_suite=tlsnames.suite(suite),
        extensions=_named(tlsnames.EXTENSIONS, found),
        hello_retry=random == HELLO_RETRY,
        group="" if share is None else tlsnames.name(tlsnames.GROUPS, share),
        alpn="".join(_protocols(found)),
        resumed=_PSK in found,
    )


def _encrypted_extensions(reader: Reader) -> EncryptedExtensions:
    found = _extensions(reader)
    return EncryptedExtensions(_named(tlsnames.EXTENSIONS, found), "".join(_protocols(found)))


def _request13(reader: Reader) -> CertificateRequest:
    reader.vector(1)  # the context
    found = _extensions(reader)
    names = Reader(Reader(found[_AUTHORITIES]).vector(2)).vectors(2) if _AUTHORITIES in found else ()
    extensions = _named(tlsnames.EXTENSIONS, found)
    return CertificateRequest(_schemes(found, _SCHEMES), _schemes(found, _SCHEMES_CERT), (), names, extensions)


def _request12(reader: Reader, unsaid: bool) -> CertificateRequest:
    types = _named(tlsnames.CERTIFICATE_TYPES, reader.vector(1))
    schemes = () if unsaid else tuple(map(_scheme, Reader(reader.vector(2)).numbers(2)))
    return CertificateRequest(schemes, (), types, Reader(reader.vector(2)).vectors(2), ())


def _key_exchange(reader: Reader, suite: str, unsaid: bool) -> ServerKeyExchange:
    """The parameters of ECDHE or DHE, by the suite; for any other key exchange there is nothing to tell."""
    group = ""
    if "_ECDH" in suite:
        if reader.number(1) != 3:  # named_curve
            raise Malformed
        group = tlsnames.name(tlsnames.GROUPS, reader.number(2))
        reader.vector(1)
    elif "_DHE_" in suite or "_DH_anon_" in suite:
        group = f"DH {8 * len(reader.vector(2).lstrip(bytes(1)))} bits"
        reader.vector(2)
        reader.vector(2)
    else:
        return ServerKeyExchange("", "")
    return ServerKeyExchange(group, "" if unsaid or not reader.more else _scheme(reader.number(2)))


def _ticket(reader: Reader, tls13: bool) -> NewSessionTicket:
    lifetime = reader.number(4)
    if not tls13:
        return NewSessionTicket(lifetime, len(reader.vector(2)), False)
    reader.take(4)  # ticket_age_add
    reader.vector(1)  # the nonce
    size = len(reader.vector(2))
    return NewSessionTicket(lifetime, size, _EARLY_DATA in _extensions(reader))


def _extensions(reader: Reader) -> dict[int, bytes]:
    """Extensions by number, in their order; none where the message ends before them, as old ones may."""
    found: dict[int, bytes] = {}
    if not reader.more:
        return found
    inside = Reader(reader.vector(2))
    while inside.more:
        number = inside.number(2)
        found.setdefault(number, inside.vector(2))
    return found


def _named(table: Mapping[int, str], numbers: "tuple[int, ...] | dict[int, bytes] | bytes") -> tuple[str, ...]:
    return tuple(tlsnames.name(table, number) for number in numbers)


def _scheme(number: int) -> str:
    return tlsnames.name(tlsnames.SCHEMES, number)


def _schemes(found: dict[int, bytes], extension: int) -> tuple[str, ...]:
    return tuple(map(_scheme, _listed(found, extension, 2)))


def _listed(found: dict[int, bytes], extension: int, width: int) -> tuple[int, ...]:
    """The 16-bit numbers of an extension whose list has a length of a width."""
    return Reader(Reader(found[extension]).vector(width)).numbers(2) if extension in found else ()


def _server_name(found: dict[int, bytes]) -> str:
    """RFC 6066, 3: a list of which only one host name is ever used."""
    if not found.get(_SNI):
        return ""
    inside = Reader(Reader(found[_SNI]).vector(2))
    while inside.more:
        kind, name = inside.number(1), inside.vector(2)
        if kind == 0:
            return name.decode("latin-1")
    return ""


def _protocols(found: dict[int, bytes]) -> tuple[str, ...]:
    if _ALPN not in found:
        return ()
    return tuple(name.decode("latin-1") for name in Reader(Reader(found[_ALPN]).vector(2)).vectors(1))


def _shares(found: dict[int, bytes]) -> tuple[int, ...]:
    if _KEY_SHARE not in found:
        return ()
    inside, groups = Reader(Reader(found[_KEY_SHARE]).vector(2)), []
    while inside.more:
        groups.append(inside.number(2))
        inside.vector(2)
    return tuple(groups)

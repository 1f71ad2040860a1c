"""Certificates that no builder makes: one is taken apart, changed, and signed again by its issuer."""

import warnings

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.utils import CryptographyDeprecationWarning
from support import Pair

VERSION_3 = bytes.fromhex("a003020102")


def again(
    made: Pair,
    issuer: Pair,
    *,
    serial: bytes = b"",
    swap: tuple[bytes, bytes] = (b"", b""),
    v1: bool = False,
    extended: bool = False,
) -> Pair:
    """The pair with another serial (an INTEGER in DER), other bytes of the same length, or as version 1.

    extended: with the extensions that version 1 does not know. RFC 5280, 4.1. Its issuer's key is an elliptic one, and
    signs with SHA-256.
    """
    inside = _content(made.certificate.tbs_certificate_bytes)
    assert inside.startswith(VERSION_3)
    old, new = swap
    assert len(old) == len(new)
    assert old in inside
    rest = inside[len(VERSION_3) :].replace(old, new)
    number, rest = _split(rest)
    if v1 and not extended:
        extensions = next(part for part in _parts(rest) if part[0] == 0xA3)
        rest = rest.removesuffix(extensions)
    tbs = _sequence((b"" if v1 else VERSION_3) + (serial or number) + rest)
    algorithm, _ = _split(rest)
    signature = issuer.key.sign(tbs, ec.ECDSA(hashes.SHA256()))
    der = _sequence(tbs + algorithm + _tlv(0x03, b"\x00" + signature))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CryptographyDeprecationWarning)  # the serial number is what it is about
        return Pair(x509.load_der_x509_certificate(der), made.key)


def pem(certificate: x509.Certificate) -> bytes:
    """A certificate as PEM."""
    return certificate.public_bytes(Encoding.PEM)


def _length(data: bytes) -> tuple[int, int]:
    """Where the content of a DER value begins, and how long it is."""
    if data[1] < 0x80:
        return 2, data[1]
    count = data[1] & 0x7F
    return 2 + count, int.from_bytes(data[2 : 2 + count])


def _content(data: bytes) -> bytes:
    start, length = _length(data)
    return data[start : start + length]


def _split(data: bytes) -> tuple[bytes, bytes]:
    """The first DER value, and the rest."""
    start, length = _length(data)
    return data[: start + length], data[start + length :]


def _parts(data: bytes) -> list[bytes]:
    found = []
    while data:
        part, data = _split(data)
        found.append(part)
    return found


def _sequence(content: bytes) -> bytes:
    return _tlv(0x30, content)


def _tlv(tag: int, content: bytes) -> bytes:
    length = len(content)
    if length < 0x80:
        return bytes([tag, length]) + content
    size = (length.bit_length() + 7) // 8
    return bytes([tag, 0x80 | size]) + length.to_bytes(size) + content

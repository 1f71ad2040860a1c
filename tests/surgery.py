"""Certificates that no builder makes: one is taken apart, changed, and signed again by its issuer."""

import warnings

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
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
    insert: bytes = b"",
    outer: bytes = b"",
    public_key: bytes = b"",
) -> Pair:
    """The pair with another serial (an INTEGER in DER), other bytes of the same length, or as version 1.

    extended: with the extensions that version 1 does not know. insert: DER in front of the extensions. outer: another
    AlgorithmIdentifier beside the signature. public_key: another SubjectPublicKeyInfo. RFC 5280, 4.1. Its issuer's key
    is an elliptic one, and signs with SHA-256.
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
    algorithm, *names, key, extensions = _parts(rest) if not v1 or extended else [*_parts(rest), b""]
    rest = b"".join([algorithm, *names, public_key or key, insert, extensions])
    tbs = _sequence((b"" if v1 else VERSION_3) + (serial or number) + rest)
    signature = issuer.key.sign(tbs, ec.ECDSA(hashes.SHA256()))
    der = _sequence(tbs + (outer or algorithm) + _tlv(0x03, b"\x00" + signature))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CryptographyDeprecationWarning)  # the serial number is what it is about
        return Pair(x509.load_der_x509_certificate(der), made.key)


def list_again(
    made: x509.CertificateRevocationList, issuer: Pair, old: bytes, new: bytes
) -> x509.CertificateRevocationList:
    """The CRL with other bytes for one of its fields (RFC 5280, 5.1)."""
    inside = _content(made.tbs_certlist_bytes)
    assert inside.count(old) == 1
    tbs = _sequence(inside.replace(old, new))
    algorithm = _sequence(bytes.fromhex("06082a8648ce3d040302"))
    signature = issuer.key.sign(tbs, ec.ECDSA(hashes.SHA256()))
    return x509.load_der_x509_crl(_sequence(tbs + algorithm + _tlv(0x03, b"\x00" + signature)))


def spelt_out(key: ec.EllipticCurvePublicKey) -> bytes:
    """A key on P-256 as SubjectPublicKeyInfo, with the curve's parameters in place of its name (RFC 3279, 2.3.5)."""
    field, order = (_tlv(0x02, b"\x00" + bytes.fromhex(text)) for text in (_PRIME, _ORDER))
    base, one = _tlv(0x04, bytes.fromhex(_BASE)), b"\x02\x01\x01"
    curve = _sequence(_tlv(0x04, bytes.fromhex(_A)) + _tlv(0x04, bytes.fromhex(_B)))
    parameters = _sequence(one + _sequence(bytes.fromhex("06072a8648ce3d0101") + field) + curve + base + order + one)
    algorithm = _sequence(bytes.fromhex("06072a8648ce3d0201") + parameters)
    return _sequence(algorithm + _tlv(0x03, b"\x00" + key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)))


# SEC 2, 2.4.2: secp256r1.
_PRIME = "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff"
_A = "ffffffff00000001000000000000000000000000fffffffffffffffffffffffc"
_B = "5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b"
_BASE = (
    "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
    "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"
)
_ORDER = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"


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

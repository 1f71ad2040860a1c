"""Certificates and keys as OpenSSL holds them: what one end of TLS shows of itself, and whom it trusts."""

import binascii
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from OpenSSL import crypto

from mtlsctl.core import keys
from mtlsctl.errors import InputError


class Identity(NamedTuple):
    """What one end shows of itself: its certificates, leaf first, and the leaf's key. The two are a pair."""

    certificates: tuple[crypto.X509, ...]
    key: crypto.PKey

    @property
    def certificate(self) -> x509.Certificate:
        """The leaf."""
        return self.certificates[0].to_cryptography()

    @property
    def chain(self) -> tuple[x509.Certificate, ...]:
        """The CA certificates above, issuer first; the root may be left out."""
        return read(self.certificates[1:])


def read(held: Iterable[crypto.X509]) -> tuple[x509.Certificate, ...]:
    """What OpenSSL holds, as cryptography reads it."""
    return tuple(certificate.to_cryptography() for certificate in held)


def hold(certificates: Sequence[x509.Certificate], pem: bytes = b"") -> tuple[crypto.X509, ...]:
    """The certificates for OpenSSL. pem: the text that they were read from, if any. Raises InputError.

    What gives the same is taken from the text: writing a certificate loads cryptography's serialization with SSH and
    its ciphers, a twentieth of what a handshake costs.
    """
    try:
        held = tuple(crypto.load_certificate(crypto.FILETYPE_ASN1, der) for der in _blocks(pem, b"CERTIFICATE"))
        if read(held) == tuple(certificates):
            return held
    except (ValueError, crypto.Error):
        pass
    return tuple(map(_convert, certificates))


def _convert(certificate: x509.Certificate) -> crypto.X509:
    try:
        return crypto.X509.from_cryptography(certificate)
    except crypto.Error:
        raise InputError(f"OpenSSL cannot read the certificate with serial {certificate.serial_number:x}") from None


def _blocks(pem: bytes, label: bytes) -> Iterator[bytes]:
    """The DER of each block with a label. Raises ValueError for anything unusual: there are better readers for that."""
    for block in pem.split(b"-----BEGIN " + label + b"-----")[1:]:
        body, _, _ = block.partition(b"-----END " + label + b"-----")
        yield binascii.a2b_base64(body.translate(None, b"\r\n"), strict_mode=True)


def identity(certificates: Sequence[x509.Certificate], key: keys.PrivateKey, pem: bytes = b"") -> Identity:
    """The identity of certificates, leaf first, and the leaf's key. Raises InputError. pem: where the key was read.

    A key for RSA-PSS alone (RFC 4055, 1.2) is taken from there if it can be: cryptography takes it for plain RSA, which
    OpenSSL does not present with such a certificate.
    """
    if certificates[0].public_key_algorithm_oid.dotted_string == _PSS and b"ENCRYPTED" not in pem:
        try:
            own = crypto.load_privatekey(crypto.FILETYPE_PEM, pem)
            found = own.to_cryptography_key()
            if isinstance(found, rsa.RSAPrivateKey) and found.public_key() == key.public_key():
                return Identity(hold(certificates), own)
        except (ValueError, crypto.Error):
            pass  # without it the certificate is not sent, and that is said
    return Identity(hold(certificates), crypto.load_privatekey(crypto.FILETYPE_ASN1, keys.pkcs8(key)))


_PSS = "1.2.840.113549.1.1.10"


def plain_identity(certificates: Sequence[x509.Certificate], pem: bytes, key: bytes) -> Identity | None:
    """The identity of certificates, read from pem, and of an EC key as PEM in the form that most programs write.

    None for any other key and for one that is not the leaf's: cryptography reads those, and says what is wrong.
    """
    try:
        der = b"".join(_blocks(key, b"PRIVATE KEY")) if key.count(b"PRIVATE KEY-----") == 2 else b""
        if not _is_key_of(der, certificates[0].public_key()):
            return None
        return Identity(hold(certificates, pem), crypto.load_privatekey(crypto.FILETYPE_ASN1, der))
    except (ValueError, crypto.Error):
        return None


class _Form(NamedTuple):
    """An unencrypted EC key, DER: RFC 5958, 2 with RFC 5915, 3 inside. Its lengths are fixed, as the curve is."""

    curve: ec.EllipticCurve
    before: bytes
    """What stands before the private number."""
    size: int
    between: bytes
    """What stands before the public point, which ends it."""


_FORMS = (
    _Form(
        ec.SECP256R1(),
        bytes.fromhex("308187020100301306072a8648ce3d020106082a8648ce3d030107046d306b0201010420"),
        32,
        bytes.fromhex("a14403420004"),
    ),
    _Form(
        ec.SECP384R1(),
        bytes.fromhex("3081b6020100301006072a8648ce3d020106052b8104002204819e30819b0201010430"),
        48,
        bytes.fromhex("a16403620004"),
    ),
)


def _is_key_of(der: bytes, public: object) -> bool:
    """True when der is a key in one of the forms and its public half is public. Raises ValueError for no number.

    The public half is computed anew: OpenSSL takes the one that stands in a key, and would sign with another in a
    damaged file.
    """
    form = next((form for form in _FORMS if der.startswith(form.before)), None)
    if form is None:
        return False
    head = der[: len(form.before) + form.size]
    own = ec.derive_private_key(int.from_bytes(head[len(form.before) :]), form.curve).public_key()
    numbers = own.public_numbers()
    point = numbers.x.to_bytes(form.size) + numbers.y.to_bytes(form.size)
    return own == public and der == head + form.between + point

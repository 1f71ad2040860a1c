"""One DER object: told by its first bytes, opened by cryptography's loaders."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from mtlsctl.core.documents import Kind
from mtlsctl.core.unreadable import UNREADABLE
from mtlsctl.errors import PasswordError


class Opened(NamedTuple):
    """An object that was opened, or is known and stays shut (value None)."""

    kind: Kind
    value: Any
    container: str = ""
    """PKCS#7, PKCS#12 or a certificate pair, where it came out of one."""
    alias: str = ""
    encrypted: bool = False
    """It took a password to open."""


# X.690, 8.1.2: identifier octets.
_SEQUENCE, _INTEGER, _OID, _ENUMERATED, _INDEFINITE = 0x30, 0x02, 0x06, 0x0A, 0x80
_PKCS12_VERSION = b"\x02\x01\x03"  # RFC 7292, 4: version v3

LABELS = {
    "CERTIFICATE": Kind.CERTIFICATE,
    "X509 CERTIFICATE": Kind.CERTIFICATE,
    "TRUSTED CERTIFICATE": Kind.CERTIFICATE,
    "CERTIFICATE REQUEST": Kind.CSR,
    "NEW CERTIFICATE REQUEST": Kind.CSR,
    "X509 CRL": Kind.CRL,
    "PRIVATE KEY": Kind.PRIVATE_KEY,
    "RSA PRIVATE KEY": Kind.PRIVATE_KEY,
    "EC PRIVATE KEY": Kind.PRIVATE_KEY,
    "DSA PRIVATE KEY": Kind.PRIVATE_KEY,
    "OPENSSH PRIVATE KEY": Kind.PRIVATE_KEY,
    "ENCRYPTED PRIVATE KEY": Kind.ENCRYPTED_KEY,
    "PUBLIC KEY": Kind.PUBLIC_KEY,
    "RSA PUBLIC KEY": Kind.PUBLIC_KEY,
    "PKCS7": Kind.PKCS7,
    "PKCS #7 SIGNED DATA": Kind.PKCS7,
    "CMS": Kind.PKCS7,
    "PKCS12": Kind.PKCS12,
    "CERTIFICATE PAIR": Kind.PAIR,
    "OCSP RESPONSE": Kind.OCSP_RESPONSE,
    "OCSP REQUEST": Kind.OCSP_REQUEST,
    "EC PARAMETERS": Kind.PARAMETERS,
    "DSA PARAMETERS": Kind.PARAMETERS,
    "DH PARAMETERS": Kind.PARAMETERS,
    "X9.42 DH PARAMETERS": Kind.PARAMETERS,
}
OLD_LABELS = frozenset({"X509 CERTIFICATE", "TRUSTED CERTIFICATE", "NEW CERTIFICATE REQUEST"})


def length(data: bytes) -> int | None:
    """How many bytes the object that data begins with has, by its header; None where the header does not say.

    X.690, 8.1.3. More than len(data) means that it is cut off.
    """
    if len(data) < 2 or data[0] != _SEQUENCE or data[1] == _INDEFINITE:
        return None
    if data[1] < _INDEFINITE:
        return 2 + data[1]
    size = data[1] & 0x7F
    if size > 4 or len(data) < 2 + size:
        return None
    return 2 + size + int.from_bytes(data[2 : 2 + size])


def looks_binary(data: bytes) -> bool:
    """True when data begins as DER or BER does and not as text: a SEQUENCE and a length that is no ASCII or fits."""
    return len(data) > 2 and data[0] == _SEQUENCE and (data[1] >= _INDEFINITE or length(data) == len(data))


def is_pkcs12(data: bytes) -> bool:
    """True when data begins as a PKCS#12 file does: opening one derives keys, even without a password."""
    return _inner(data) == _PKCS12_VERSION


def _inner(data: bytes) -> bytes:
    """What the outer SEQUENCE begins with."""
    if len(data) < 2:
        return b""
    return data[2 + (data[1] & 0x7F if data[1] >= _INDEFINITE else 0) :][:3]


def open_(data: bytes, label: str, password: bytes | None = None, expected: Kind | None = None) -> tuple[Opened, ...]:
    """What a DER (BER for PKCS#7) object is, containers unpacked; () where nothing fits.

    expected is tried first. Raises PasswordError where a password is given and does not open it, InputError where a
    key's derivation asks for too much. What PKCS#12 asks for is the caller's to look at first: it adds up in a file.
    """
    candidates = list(_candidates(data))
    if expected in candidates:
        candidates.insert(0, candidates.pop(candidates.index(expected)))
    for kind in candidates:
        if opened := _LOADERS[kind](data, label, password):
            return opened
    return ()


def _candidates(data: bytes) -> Iterator[Kind]:
    """The kinds that begin like this, the likelier first."""
    inner = _inner(data)
    match inner[0] if inner else 0:
        case 0x02:
            yield Kind.PKCS12 if inner == _PKCS12_VERSION else Kind.PRIVATE_KEY
            yield from (Kind.PUBLIC_KEY, Kind.PARAMETERS)  # PKCS#1, and PKCS#3: two INTEGERs
        case 0x06:
            yield Kind.PKCS7
        case 0x0A:
            yield Kind.OCSP_RESPONSE
        case 0xA0 | 0xA1:
            yield Kind.PAIR
        case 0x30:
            yield from (Kind.CERTIFICATE, Kind.CSR, Kind.CRL, Kind.PUBLIC_KEY, Kind.PRIVATE_KEY, Kind.OCSP_REQUEST)


def _simple(kind: Kind, load: Callable[[bytes], Any]) -> Callable[[bytes, str, bytes | None], tuple[Opened, ...]]:
    def loader(data: bytes, label: str, password: bytes | None) -> tuple[Opened, ...]:  # noqa: ARG001
        try:
            return (Opened(kind, load(data)),)
        except UNREADABLE:
            return ()

    return loader


def _public_key(data: bytes) -> Any:
    from cryptography.hazmat.primitives.serialization import load_der_public_key  # loads half of cryptography

    return load_der_public_key(data)


def _private_key(data: bytes, label: str, password: bytes | None) -> tuple[Opened, ...]:
    from cryptography.hazmat.primitives.serialization import load_der_private_key

    def load(secret: bytes | None) -> Any:
        if secret is not None:  # only then is a key derived, and private() asks without one first
            _weigh(data, label)
        return load_der_private_key(data, secret)

    return private(load, label, password)


def _weigh(data: bytes, label: str) -> None:
    """Raise InputError where opening a PKCS#8 key would take too long, UnsupportedAlgorithm where that is not known."""
    from mtlsctl.core import derivation  # the ASN.1 declarations cost more than most commands have to spare

    try:
        cost = derivation.of_key(data)
    except ValueError:
        raise UnsupportedAlgorithm("a key derivation that is not known here") from None
    derivation.refuse(cost, label)


def private(load: Callable[[bytes | None], Any], label: str, password: bytes | None) -> tuple[Opened, ...]:
    """A private key by load(password); shut without the password. Raises PasswordError where it does not fit."""
    try:
        return (Opened(Kind.PRIVATE_KEY, load(None)),)
    except TypeError:
        if password is None:
            return (Opened(Kind.ENCRYPTED_KEY, None),)
    except UnsupportedAlgorithm:
        return (Opened(Kind.PRIVATE_KEY, None),)
    except UNREADABLE:
        return ()
    try:
        return (Opened(Kind.PRIVATE_KEY, load(password), encrypted=True),)
    except UnsupportedAlgorithm:
        return (Opened(Kind.ENCRYPTED_KEY, None),)
    except UNREADABLE:
        raise PasswordError(f"{label}: the password does not open this key") from None


def _pkcs7(data: bytes, label: str, password: bytes | None) -> tuple[Opened, ...]:  # noqa: ARG001
    from cryptography.hazmat.primitives.serialization import pkcs7  # e-mail and ASN.1 declarations come with it

    try:
        found = pkcs7.load_der_pkcs7_certificates(data)
    except UnsupportedAlgorithm:
        return (Opened(Kind.PKCS7, None),)  # PKCS#7 that carries no certificates: encrypted, or plain data
    except UNREADABLE:
        return ()
    return tuple(Opened(Kind.CERTIFICATE, c, "PKCS#7") for c in found) or (Opened(Kind.PKCS7, None),)


def _pair(data: bytes, label: str, password: bytes | None) -> tuple[Opened, ...]:  # noqa: ARG001
    """A CA's certificates by and for another CA, as directories keep them (RFC 4523, 2.3)."""
    from mtlsctl.core import pair  # the ASN.1 declarations; hardly any file is one

    try:
        return tuple(Opened(Kind.CERTIFICATE, value, Kind.PAIR, name) for name, value in pair.read(data))
    except UNREADABLE:
        return ()


def _parameters(data: bytes) -> Any:
    from cryptography.hazmat.primitives.serialization import load_der_parameters

    load_der_parameters(data)  # raises for anything else; there is nothing to tell of them


def _known_public_key(data: bytes, label: str, password: bytes | None) -> tuple[Opened, ...]:  # noqa: ARG001
    try:
        return (Opened(Kind.PUBLIC_KEY, _public_key(data)),)
    except UnsupportedAlgorithm:
        return (Opened(Kind.PUBLIC_KEY, None),)
    except UNREADABLE:
        return ()


def _pkcs12(data: bytes, label: str, password: bytes | None) -> tuple[Opened, ...]:
    """Key and certificates of a PKCS#12 file. "No password" is written in two ways; both are tried first."""
    from cryptography.hazmat.primitives.serialization import pkcs12

    wrong_password = False
    for secret in dict.fromkeys((None, b"", password)):  # each try costs a key derivation
        try:
            return _unpacked(pkcs12.load_pkcs12(data, secret), bool(secret))
        except UNREADABLE as error:
            wrong_password = "password" in str(error).lower()  # else it opened, and what is inside is malformed
    if password is not None and wrong_password:
        raise PasswordError(f"{label}: the password does not open this PKCS#12 file")
    return (Opened(Kind.PKCS12, None),) if wrong_password else ()


def _unpacked(found: Any, encrypted: bool) -> tuple[Opened, ...]:
    """The key and the certificates of an opened PKCS#12 file; itself where it holds neither."""
    key = [Opened(Kind.PRIVATE_KEY, found.key, "PKCS#12", "", encrypted)] if found.key else []
    bags = [found.cert, *found.additional_certs] if found.cert else found.additional_certs
    return (*key, *(_from_bag(bag, encrypted) for bag in bags)) or (Opened(Kind.PKCS12, None),)


def _from_bag(bag: Any, encrypted: bool) -> Opened:
    alias = (bag.friendly_name or b"").decode(errors="replace")
    return Opened(Kind.CERTIFICATE, bag.certificate, "PKCS#12", alias, encrypted)


def _ocsp_response(data: bytes) -> Any:
    from cryptography.x509 import ocsp  # not needed for files of certificates and keys

    return ocsp.load_der_ocsp_response(data)


def _ocsp_request(data: bytes, label: str, password: bytes | None) -> tuple[Opened, ...]:  # noqa: ARG001
    from cryptography.x509 import ocsp

    try:
        return (Opened(Kind.OCSP_REQUEST, ocsp.load_der_ocsp_request(data)),)
    except NotImplementedError:  # asks about several certificates at once
        return (Opened(Kind.OCSP_REQUEST, None),)
    except UNREADABLE:
        return ()


_LOADERS: dict[Kind, Callable[[bytes, str, bytes | None], tuple[Opened, ...]]] = {
    Kind.CERTIFICATE: _simple(Kind.CERTIFICATE, x509.load_der_x509_certificate),
    Kind.CSR: _simple(Kind.CSR, x509.load_der_x509_csr),
    Kind.CRL: _simple(Kind.CRL, x509.load_der_x509_crl),
    Kind.PUBLIC_KEY: _known_public_key,
    Kind.PARAMETERS: _simple(Kind.PARAMETERS, _parameters),
    Kind.PAIR: _pair,
    Kind.PRIVATE_KEY: _private_key,
    Kind.PKCS7: _pkcs7,
    Kind.PKCS12: _pkcs12,
    Kind.OCSP_RESPONSE: _simple(Kind.OCSP_RESPONSE, _ocsp_response),
    Kind.OCSP_REQUEST: _ocsp_request,
}

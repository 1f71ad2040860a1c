"""Bytes of any kind (PEM, DER, PKCS#7, PKCS#12, OpenSSH) to Documents; damaged input read where it can be."""

import warnings
from binascii import Error, a2b_base64
from collections.abc import Callable, Iterable

from cryptography import x509

from mtlsctl.core import der, keys
from mtlsctl.core.documents import Document, Kind, number
from mtlsctl.errors import InputError

__all__ = ["Document", "Kind", "read_all", "read_key", "read_one"]

_MAX_LINE = 77  # pemtext.MAX_LINE and a line end; that module is for files with something odd
_BEGIN = b"-----BEGIN CERTIFICATE-----\n"


def read_all(data: bytes, label: str, password: bytes | None = None) -> tuple[Document, ...]:
    """Everything that a file's bytes hold, in its order; at least one Document.

    label names the file in messages. password opens encrypted keys and PKCS#12; without one they stay shut, as
    Documents without value. What can be read despite damage is read, and its notes say what is wrong.
    Raises InputError where nothing can be read, PasswordError where the password does not fit.
    """
    if (quick := _clean_certificates(data, label)) is not None:
        return quick
    from mtlsctl.core import salvage  # only for what is not plain PEM certificates

    return salvage.read(data, label, password)


def read_one(data: bytes, label: str, wanted: Kind, password: bytes | None = None) -> Document:
    """The one object of a wanted kind in a file. Raises InputError naming what was expected and what was found."""
    documents = read_all(data, label, password)
    found = [d for d in documents if d.kind is wanted and d.value is not None]
    if len(found) == 1:
        return found[0]
    if found:
        raise InputError(f"{label}: expected one {wanted}, found {len(found)}", "split the file")
    raise _unexpected(label, wanted, documents)


def read_key(data: bytes, label: str, secret: Callable[[str], bytes]) -> keys.PrivateKey:
    """The first private key of a file, PEM (PKCS#8, traditional, OpenSSH), DER or PKCS#12.

    secret is asked, with what it is for, only where the key is encrypted. Raises InputError, PasswordError.
    """
    documents = read_all(data, label)
    if not _keys(documents) and any(d.kind in (Kind.ENCRYPTED_KEY, Kind.PKCS12) for d in documents):
        documents = read_all(data, label, secret(f"the key {label}"))
    found = _keys(documents)
    if not found:
        raise _unexpected(label, Kind.PRIVATE_KEY, documents)
    if not keys.can_sign(found[0].value):
        raise InputError(f"{label}: a key of this kind cannot sign", "make one: mtlsctl key new FILE")
    return found[0].value


def _keys(documents: Iterable[Document]) -> list[Document]:
    return [d for d in documents if d.kind is Kind.PRIVATE_KEY and d.value is not None]


def _unexpected(label: str, wanted: Kind, documents: Iterable[Document]) -> InputError:
    kinds = dict.fromkeys(d.kind for d in documents)
    if wanted is Kind.PRIVATE_KEY and (shut := kinds.keys() & {Kind.ENCRYPTED_KEY, Kind.PRIVATE_KEY}):
        return InputError(f"{label}: {min(shut).with_article} that cannot be opened here")
    found = " and ".join(kind.with_article for kind in kinds)
    return InputError(f"{label}: expected {wanted.with_article}, found {found}")


def _clean_certificates(data: bytes, label: str) -> tuple[Document, ...] | None:
    """The quick way for PEM certificates with nothing odd about them; None for anything else."""
    count = data.count(_BEGIN)
    odd = (b"\r", b"\x00", b"\\n", b"----------", b"\n ", b"\n\t", b" -----BEGIN")
    if not count or count != data.count(b"-BEGIN ") or count != data.count(b"-----END CERTIFICATE-----"):
        return None
    if any(sign in data for sign in odd) or data.count(b"\n") * _MAX_LINE < len(data):
        return None
    if not data.startswith(_BEGIN) and data.count(b"\n" + _BEGIN) != count:
        return None
    load = x509.load_der_x509_certificate
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            whole = [a2b_base64(_body(part), strict_mode=True) for part in data.split(_BEGIN)[1:]]
            found = [(load(one), one) for one in whole]
    except (*der.UNREADABLE, UserWarning, Error):
        return None
    labels = (number(label, i, count) for i in range(1, count + 1))
    return tuple(
        Document(Kind.CERTIFICATE, value, name, "PEM", der=one)
        for (value, one), name in zip(found, labels, strict=True)
    )


def _body(part: bytes) -> bytes:
    """The base64 in front of a block's END. Raises ValueError for one that is laid out oddly."""
    body = part[: part.index(b"\n-----END CERTIFICATE-----")]
    if b"\n\n" in body:
        raise ValueError("a blank line")
    return body.replace(b"\n", b"")

"""Bytes of any kind (PEM, DER, PKCS#7, PKCS#12, OpenSSH) to Documents; damaged input read where it can be."""

import warnings
from binascii import a2b_base64
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from cryptography import x509

from mtlsctl.core import keys
from mtlsctl.core.documents import Document, Kind, number
from mtlsctl.core.unreadable import UNREADABLE
from mtlsctl.errors import InputError

__all__ = ["Document", "Kind", "in_turn", "read_all", "read_key", "read_one"]

BUNDLE = 300  # certificates from which on a file is read piece by piece
_CHUNK = 64  # certificates that are loaded together: what is told of them finds them still in the processor's cache
_Loaded = list[x509.Certificate]

_MAX_LINE = 77  # pemtext.MAX_LINE and a line end; that module is for files with something odd
_BEGIN, _END = b"-----BEGIN CERTIFICATE-----\n", b"\n-----END CERTIFICATE-----"


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
    if not _keys(documents) and any(document.shut for document in documents):
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


def in_turn(data: bytes, label: str) -> Iterator[Document] | None:
    """A large bundle of PEM certificates, each loaded when its turn comes; None for anything else: read_all it."""
    if data.count(_BEGIN) < BUNDLE or (ders := _ders(data)) is None or (first := _loaded(ders[:_CHUNK])) is None:
        return None
    return _in_turn(data, label, ders, first)


def _in_turn(data: bytes, label: str, ders: Sequence[bytes], values: _Loaded | None) -> Iterator[Document]:
    count = len(ders)
    for start in range(0, count, _CHUNK):
        chunk = ders[start : start + _CHUNK]
        values = _loaded(chunk) if start else values
        if values is None:  # odd after all: the rest as read_all reads it, with what it says of the whole file
            from mtlsctl.core import salvage

            first, *rest = salvage.read(data, label, None)
            here, *later = rest[start - 1 :]
            yield replace(here, notes=(*first.notes, *here.notes))
            yield from later
            return
        for i, (value, one) in enumerate(zip(values, chunk, strict=True), start + 1):
            yield Document(Kind.CERTIFICATE, value, number(label, i, count), "PEM", der=one)


def _clean_certificates(data: bytes, label: str) -> tuple[Document, ...] | None:
    """The quick way for PEM certificates with nothing odd about them; None for anything else."""
    ders = _ders(data)
    values = _loaded(ders) if ders else None
    if not ders or values is None:
        return None
    labels = (number(label, i, len(ders)) for i in range(1, len(ders) + 1))
    return tuple(
        Document(Kind.CERTIFICATE, value, name, "PEM", der=one)
        for value, name, one in zip(values, labels, ders, strict=True)
    )


def _ders(data: bytes) -> list[bytes] | None:
    """What stands in PEM certificates with nothing odd about their layout; None for anything else."""
    before, *parts = data.split(_BEGIN)
    if not parts or data.count(b"\n") * _MAX_LINE < len(data):
        return None
    try:
        ends = [part.index(_END) for part in parts]
        # A body with a sign of those that are odd is no base64: they are sought in what stands between bodies.
        between = [part[end:] for part, end in zip(parts, ends, strict=True)]
        if _is_odd(_BEGIN.join((before, *between)), len(parts)):
            return None
        return [a2b_base64(_body(part[:end]), strict_mode=True) for part, end in zip(parts, ends, strict=True)]
    except ValueError:  # binascii's Error is one
        return None


def _is_odd(lines: bytes, count: int) -> bool:
    """Whether the lines around so many bodies are not just BEGIN, END and words that nothing reads."""
    if count != lines.count(b"-BEGIN ") or count != lines.count(_END[1:]):
        return True
    if not lines.startswith(_BEGIN) and lines.count(b"\n" + _BEGIN) != count:
        return True
    return any(sign in lines for sign in (b"\r", b"\x00", b"\\n", b"----------", b"\n ", b"\n\t", b" -----BEGIN"))


def _loaded(ders: Sequence[bytes]) -> _Loaded | None:
    """Certificates, or None where one of them is odd."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            return list(map(x509.load_der_x509_certificate, ders))
    except (*UNREADABLE, UserWarning):
        return None


def _body(lines: bytes) -> bytes:
    """The base64 of a block. Raises ValueError for one that is laid out oddly."""
    if b"\n\n" in lines:
        raise ValueError("a blank line")
    return lines.replace(b"\n", b"")

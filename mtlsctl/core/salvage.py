"""Files that are not plain PEM certificates, read: DER, containers, keys, and all that is damaged."""

import re
import warnings
from collections.abc import Iterator
from typing import NamedTuple

from mtlsctl.core import damage, der, foreign, keys, pemtext
from mtlsctl.core.documents import Document, Kind, number
from mtlsctl.core.findings import Finding
from mtlsctl.core.lists import few
from mtlsctl.core.unreadable import UNREADABLE
from mtlsctl.errors import InputError

_LEGACY = tuple(bytes.fromhex("060a2a864886f70d010c01") + bytes([n]) for n in (3, 4, 5, 6))  # RFC 7292, appendix C
_TWICE = re.compile(rb"LS0tLS1CRUdJTi[A-Za-z0-9+/]{40,}={0,2}")  # base64 of "-----BEGIN"
# Possessive and bounded: a hostile file must not make these patterns go over its text again and again.
_BASE64 = re.compile(rb"[A-Za-z0-9+/\s]++={0,2}\s*+")
_SSH_PUBLIC = re.compile(rb"(ssh-|ecdsa-sha2-|sk-)[a-z0-9@.-]{1,64}+ AAAA[A-Za-z0-9+/]+={0,2}[^\n]*")  # RFC 4251, 6
_DEPTH = 4  # files within files: base64 in base64, PEM behind DER


class Part(NamedTuple):
    """An object before it is numbered."""

    kind: Kind
    value: object
    encoding: str
    alias: str = ""
    notes: tuple[Finding, ...] = ()
    encrypted: bool = False


class Dig:
    """One file being read: its password, and the damage found so far, counted by code."""

    def __init__(self, label: str, password: bytes | None) -> None:
        self.label = label
        self.password = password
        self.damage: dict[str, list[str]] = {}
        self.cost = (0, 0)  # derivation.Cost of all its PKCS#12 objects

    def note(self, code: str, where: str = "") -> None:
        """Take note of damage that was read over; where names a line or block."""
        self.damage.setdefault(code, []).append(where)

    def notes(self) -> tuple[Finding, ...]:
        """One finding for each code, with where it was met first and how often."""
        told = {code: few(where, 1) if where[0] else "" for code, where in self.damage.items()}
        return tuple(damage.note(code, self.label, where) for code, where in told.items())


_NO_FAULT = ("deprecated", "PKCS#7 certificates could not be parsed as DER")
"""What cryptography warns of and nobody need mend: a kind of key; PKCS#7 in BER (RFC 2315, 7), as OpenSSL writes it."""


def read(data: bytes, label: str, password: bytes | None) -> tuple[Document, ...]:
    """The contract of pem.read_all, without its quick way."""
    dig = Dig(label, password)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        parts = list(_dig(dig, data, 0))
    for message in dict.fromkeys(str(warning.message) for warning in caught):
        if not any(words in message for words in _NO_FAULT):
            dig.note("odd-encoding", message.split(". ")[0].rstrip("."))
    if not parts:
        raise foreign.refusal(data, label)
    if all(part.kind is Kind.DAMAGED for part in parts):
        worst = parts[0].notes[0]
        raise InputError(worst.message, worst.hint, code=worst.code)
    return tuple(_document(dig, part, i, len(parts)) for i, part in enumerate(parts, 1))


def _document(dig: Dig, part: Part, position: int, count: int) -> Document:
    kind, value, encoding, alias, notes, encrypted = part
    first = dig.notes() if position == 1 else ()
    return Document(kind, value, number(dig.label, position, count), encoding, first + notes, alias, encrypted)


def _dig(dig: Dig, data: bytes, depth: int) -> Iterator[Part]:
    """The objects of some bytes: 1. without byte order mark, 2. DER, 3. PEM, 4. base64 of these, 5. SSH's lines."""
    data = _without_mark(dig, data)  # 1
    if der.looks_binary(data):  # 2
        yield from _binary(dig, data, depth)
        return
    text = _plain_lines(dig, data)
    if pemtext.has_begin(text):  # 3
        yield from _text(dig, text)
        return
    if depth >= _DEPTH:
        return
    yield from _wrapped(dig, text, depth)  # 4
    for line in _SSH_PUBLIC.finditer(text):  # 5
        yield from _ssh_public(dig, line[0])


def _without_mark(dig: Dig, data: bytes) -> bytes:
    if data.startswith(b"\xef\xbb\xbf"):
        dig.note("pem-bom")
        return data[3:]
    wide = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}.get(data[:2])
    if not wide and data[:8:2] == b"----" and data[1:8:2] == bytes(4):
        wide = "utf-16-le"
    if wide:
        text = data.decode(wide, "replace").encode()
        if pemtext.has_begin(text):
            dig.note("pem-utf16")
        return text
    return data


def _plain_lines(dig: Dig, data: bytes) -> bytes:
    """The text with line ends of LF and nothing escaped; what had to be undone is noted."""
    if b"BEGIN%20" in data or b"-----BEGIN+" in data:
        from urllib.parse import unquote_to_bytes

        data = unquote_to_bytes(data if b"BEGIN%20" in data else data.replace(b"+", b" "))
        dig.note("pem-url-encoded")
    if b"BEGIN" in data and b"\\n" in data:
        data = data.replace(b"\\r", b"").replace(b"\\n", b"\n").replace(b"\\/", b"/")
        dig.note("pem-escaped-newlines")
    if b"\r" in data:
        if b"BEGIN" in data:
            dig.note("pem-crlf" if b"\r\n" in data else "pem-cr-only")
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return data


def _wrapped(dig: Dig, text: bytes, depth: int) -> Iterator[Part]:
    """Objects in base64: PEM encoded twice, perhaps as values in a manifest; DER without its BEGIN and END."""
    for found in _TWICE.finditer(text.replace(b"\n", b"") if _BASE64.fullmatch(text) else text):
        inner, _, broken = pemtext.decode(found[0])
        if not broken:
            dig.note("pem-base64-twice")
            yield from _dig(dig, inner, depth + 1)
    if text[:1] == b"M" and _BASE64.fullmatch(text):  # 0x30, SEQUENCE, in base64
        inner, _, broken = pemtext.decode(text)
        if not broken and der.looks_binary(inner):
            dig.note("pem-no-frame")
            yield from _binary(dig, inner, depth)


def _binary(dig: Dig, data: bytes, depth: int) -> Iterator[Part]:
    """DER objects one behind the other, and whatever follows the last."""
    position, count = 0, 0
    while position < len(data) and der.looks_binary(data[position : position + 8] if count else data):
        size = der.length(data[position : position + 8]) or len(data) - position
        count += 1
        yield from _object(dig, data[position : position + size], size, count)
        position += size
    if count and not depth and not dig.damage.get("pem-no-frame") and dig.label.lower().endswith(".pem"):
        dig.note("pem-der")
    if position >= len(data):
        return
    rest = list(_dig(dig, data[position:], depth + 1)) if depth < _DEPTH else []
    if not rest:
        dig.note("pem-trailing-data", f"{len(data) - position:,} bytes")
    yield from rest


def _object(dig: Dig, data: bytes, size: int, position: int) -> Iterator[Part]:
    """One DER object, or why it cannot be opened."""
    if len(data) < size:
        yield _damaged(dig, "pem-truncated", f"object {position}: {len(data):,} of {size:,} bytes are there", "DER")
        return
    opened = _open(dig, data)
    if not opened:
        yield _damaged(dig, "der-unknown", f"object {position}, {size:,} bytes{_meant(data)}", "DER")
    for one in opened:
        yield _part(dig, one, "DER", data)


def _open(dig: Dig, data: bytes, expected: Kind | None = None) -> tuple[der.Opened, ...]:
    """der.open_, but PKCS#12 stays shut where the cost of opening it is not known, and is refused where it is high."""
    if der.is_pkcs12(data):
        from mtlsctl.core import derivation  # the ASN.1 declarations cost more than most commands have to spare

        try:
            cost = derivation.of_pkcs12(data).plus(derivation.Cost(*dig.cost))
        except ValueError:
            dig.note("pem-unsupported", "PKCS#12 that is not DER, or with an encryption that is not known here")
            return (der.Opened(Kind.PKCS12, None),)
        derivation.refuse(cost, dig.label)
        dig.cost = cost
    return der.open_(data, dig.label, dig.password, expected)


def _meant(data: bytes, kind: Kind | None = None) -> str:
    """What a broken object was to be, and where it breaks, as the end of a message."""
    from mtlsctl.core import malformed  # most files are whole

    found = malformed.guess(data, kind)
    if found is None:
        return ""
    return f", {found.reason}" if kind else f", closest to {found.kind.with_article}: {found.reason}"


def _part(dig: Dig, opened: der.Opened, encoding: str, data: bytes) -> Part:
    """An opened object with what there is to say about its form."""
    notes: tuple[Finding, ...] = ()
    if opened.kind in (Kind.PRIVATE_KEY, Kind.PUBLIC_KEY) and opened.value is None:
        notes = (damage.note("pem-unsupported", dig.label, f"a {opened.kind} of an unknown algorithm"),)
    if (opened.container or opened.kind) == Kind.PKCS12 and any(oid in data for oid in _LEGACY):
        dig.damage["p12-legacy-algorithms"] = [""]
    if opened.container == Kind.PKCS12 and opened.kind is Kind.PRIVATE_KEY and dig.password is None:
        dig.note("p12-empty-password")
    return Part(opened.kind, opened.value, opened.container or encoding, opened.alias, notes, opened.encrypted)


def _damaged(dig: Dig, code: str, why: str, encoding: str) -> Part:
    return Part(Kind.DAMAGED, None, encoding, "", (damage.note(code, dig.label, why),))


def _text(dig: Dig, text: bytes) -> Iterator[Part]:
    """The objects of PEM text, block by block."""
    for position, block in enumerate(pemtext.blocks(text), 1):
        where = f"block {position}, line {block.line}"
        parts = list(_block(dig, block, where))
        if parts[0].kind is not Kind.DAMAGED:  # else there is more to say than how the block is laid out
            for code in block.damage:
                dig.note(code, where)
        yield from parts
    if pemtext.has_stray_data(text):
        dig.note("pem-stray-data")


def _block(dig: Dig, block: pemtext.Block, where: str) -> Iterator[Part]:
    kind = der.LABELS.get(block.label)
    if block.label == "OPENSSH PRIVATE KEY":
        yield from _ssh_private(dig, block, where)
    elif b"DEK-Info:" in block.raw and kind is Kind.PRIVATE_KEY:
        yield from _traditional(dig, block, where)
    elif block.broken and kind is None and block.raw:
        yield _other(dig, block, where)
    elif block.broken:
        yield _damaged(dig, "pem-damaged", f"{where}: {block.broken}", "PEM")
    elif kind is Kind.PARAMETERS:
        yield Part(kind, None, "PEM")
    else:
        yield from _decoded(dig, block, kind, where)


def _other(dig: Dig, block: pemtext.Block, where: str) -> Part:
    """A block of a label that is none of ours, such as PGP PUBLIC KEY BLOCK."""
    return Part(Kind.OTHER, None, "PEM", "", (damage.note("pem-unsupported", dig.label, f"{where}: {block.label}"),))


def _decoded(dig: Dig, block: pemtext.Block, kind: Kind | None, where: str) -> Iterator[Part]:
    """A block whose base64 is sound: its content decides what it is, its label is compared."""
    size = der.length(block.der) or len(block.der)
    if size > len(block.der):
        have = f"{where}: {len(block.der):,} of {size:,} bytes are there"
        yield _damaged(dig, "pem-truncated", have, "PEM")
        return
    data = block.der[:size]
    opened = _open(dig, data, kind)
    if not opened:
        if kind is None:
            yield _other(dig, block, where)
        else:
            why = f"{where}: the content of its {block.label} is damaged or malformed{_meant(data, kind)}"
            yield _damaged(dig, "pem-damaged", why, "PEM")
        return
    if size < len(block.der) and block.label != "TRUSTED CERTIFICATE":
        dig.note("pem-trailing-data", where)
    if block.label in der.OLD_LABELS:
        dig.note("pem-old-label", f"{where}: {block.label}")
    _compare(dig, block.label, kind, opened[0], where)
    for one in opened:
        yield _part(dig, one, "PEM", data)


def _compare(dig: Dig, label: str, kind: Kind | None, opened: der.Opened, where: str) -> None:
    """Note a label that disagrees with the content."""
    found = Kind(opened.container) if opened.container else opened.kind
    shut = {Kind.PRIVATE_KEY, Kind.ENCRYPTED_KEY}
    if found is not kind and {found, kind} != shut:
        dig.note("pem-wrong-label", f"{where}: {label}, in it is {found.with_article}")


def _traditional(dig: Dig, block: pemtext.Block, where: str) -> Iterator[Part]:
    """A key encrypted as OpenSSL did before PKCS#8: only the loader for PEM knows its headers (RFC 1421, 4.6)."""
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    if keys.has_short_iv(block.raw):
        yield _damaged(dig, "pem-damaged", f"{where}: the IV in its DEK-Info line is too short", "PEM")
        return
    opened = der.private(lambda secret: load_pem_private_key(_tidy(block.raw), secret), dig.label, dig.password)
    dig.note("key-legacy-encryption", where)
    for one in opened:
        yield _part(dig, one, "PEM", b"")
    if not opened:
        yield _damaged(dig, "pem-damaged", f"{where}: the content of its {block.label} is damaged or malformed", "PEM")


def _tidy(raw: bytes) -> bytes:
    """A block with its lines' white space taken off, and five dashes."""
    return b"\n".join(line.strip() for line in raw.split(b"\n")) + b"\n"


def _ssh_private(dig: Dig, block: pemtext.Block, where: str) -> Iterator[Part]:
    from cryptography.hazmat.primitives.serialization import load_ssh_private_key

    opened = der.private(lambda secret: load_ssh_private_key(_tidy(block.raw), secret), dig.label, dig.password)
    dig.note("key-openssh-format", where)
    for one in opened:
        yield _part(dig, one, "OpenSSH", b"")
    if not opened:
        yield _damaged(dig, "pem-damaged", f"{where}: an OpenSSH key that cannot be read", "OpenSSH")


def _ssh_public(dig: Dig, line: bytes) -> Iterator[Part]:
    from cryptography.hazmat.primitives.serialization import load_ssh_public_key

    try:
        yield Part(Kind.PUBLIC_KEY, load_ssh_public_key(line), "OpenSSH")
    except UNREADABLE:
        yield _damaged(dig, "pem-damaged", "an SSH public key of a kind that is not known here", "OpenSSH")

"""PEM text taken apart (RFC 7468, RFC 1421): its blocks, and every damage that some stack stumbles over."""

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass

# The label is not checked against those known; two dashes are enough, so that a damaged line is still found.
_MARK = re.compile(rb"---{0,3} ?(BEGIN|END) ([^-\n]{1,60}?) ?(-{2,5})")
_HEADER = re.compile(rb"\A\s*(?:[A-Za-z0-9-]+:[^\n]*\n(?:[ \t]+[^\s][^\n]*\n)*)+[ \t]*\n?")  # RFC 1421, 4.6
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/=\s]")
_STRAY = re.compile(rb"^[A-Za-z0-9+/]{48,}={0,2}$|[\x00-\x08\x0e-\x1f]", re.MULTILINE)
MAX_LINE = 76  # RFC 2045; RFC 7468, 2 asks for 64 and lets readers take any


@dataclass(frozen=True, slots=True)
class Block:
    """One block, or what is left of one."""

    label: str
    """The words of its BEGIN line: "CERTIFICATE"."""
    raw: bytes
    """From BEGIN to END."""
    der: bytes
    """The decoded body; empty where it cannot be decoded."""
    line: int
    """The line of its BEGIN, from 1."""
    damage: tuple[str, ...]
    """Codes of core/damage.py."""
    broken: str = ""
    """Why nothing can be decoded; names a line, never its content."""


def has_begin(data: bytes) -> bool:
    """True when there is at least one BEGIN line, damaged ones included."""
    return b"BEGIN" in data and any(mark[1] == b"BEGIN" for mark in _MARK.finditer(data))


def blocks(text: bytes) -> Iterator[Block]:
    """The blocks of a text in their order. Line ends are LF already."""
    marks = list(_MARK.finditer(text))
    line, counted, i = 1, 0, 0
    while i < len(marks):
        begin = marks[i]
        line += text.count(b"\n", counted, begin.start())
        counted = begin.start()
        following = marks[i + 1] if i + 1 < len(marks) else None
        if begin[1] == b"END":
            yield Block(_label(begin), b"", b"", line, (), "its BEGIN line is missing: the start of it is cut off")
            i += 1
        elif following is None or following[1] == b"BEGIN":
            stop = following.start() if following else len(text)
            yield _block(text, begin, None, stop, line)
            i += 1
        else:
            yield _block(text, begin, following, following.start(), line)
            i += 2


def _label(mark: re.Match[bytes]) -> str:
    return mark[2].decode("ascii", "replace").strip()


def _block(text: bytes, begin: re.Match[bytes], end: re.Match[bytes] | None, stop: int, line: int) -> Block:
    body = text[begin.end() : stop]
    raw = text[begin.start() : end.end() if end else stop]
    damage = list(_surroundings(text, begin))
    if end is None:
        damage.append("pem-no-end")
    elif end[2] != begin[2]:
        damage.append("pem-end-differs")
    if any(mark and (mark[3] != b"-----" or not mark[0].startswith(b"-----")) for mark in (begin, end)):
        damage.append("pem-dashes")
    content = _HEADER.sub(b"", body, count=1) if b":" in body else body
    damage += _layout(body, content)
    der, more, broken = decode(content, line + body[: len(body) - len(content)].count(b"\n"))
    return Block(_label(begin), raw, der, line, (*damage, *more), broken)


def _surroundings(text: bytes, begin: re.Match[bytes]) -> Iterator[str]:
    """Damage in front of a BEGIN: what precedes it in its line."""
    near = text[max(0, begin.start() - 80) : begin.start()]  # not to the line's start: it can be millions away
    before = near[near.rfind(b"\n") + 1 :]
    if before.endswith(b"-----"):
        yield "pem-glued-blocks"
    elif before.strip():
        yield "pem-begin-inside-line"
    elif before:
        yield "pem-indented"


def _layout(body: bytes, content: bytes) -> Iterator[str]:
    """Damage in the lines between BEGIN and END."""
    lines = content.strip().split(b"\n")
    if b"\n" not in body.strip(b" \t") and body.strip():
        yield "pem-one-line"
    elif max(map(len, lines)) > MAX_LINE:
        yield "pem-long-lines"
    if not all(line.strip() for line in lines) and len(lines) > 1:
        yield "pem-blank-lines"
    if any(line[:1] in b" \t" for line in lines[1:] if line.strip()):
        yield "pem-indented"


def decode(content: bytes, line: int = 1) -> tuple[bytes, tuple[str, ...], str]:
    """Base64 as bytes; the damage read over; why it cannot be read. line is the number of content's first line."""
    compact = content.translate(None, b" \t\r\n\v\f")
    if not compact:
        return b"", (), "there is nothing between BEGIN and END"
    try:
        return binascii.a2b_base64(compact, strict_mode=True), (), ""
    except binascii.Error:
        pass
    if strange := _NOT_BASE64.search(content):
        number = line + content.count(b"\n", 0, strange.start())
        return b"", (), f"line {number} has a character that is not base64"
    bare = compact.rstrip(b"=")
    if b"=" in bare:
        return b"", (), "base64 goes on after its = signs: two files run into one another"
    if len(bare) % 4 == 1:
        return b"", (), f"a character of its base64 is missing: {len(bare)} are there"
    try:
        return binascii.a2b_base64(bare + b"=" * (-len(bare) % 4), strict_mode=True), ("pem-padding",), ""
    except binascii.Error:
        return b"", (), "its base64 cannot be decoded"


def has_stray_data(text: bytes) -> bool:
    """True when base64 lines or control characters stand outside of the blocks: what belongs to no block."""
    position, open_ = 0, False
    for mark in _MARK.finditer(text):
        if not open_ and _STRAY.search(text, position, mark.start()):
            return True
        open_ = mark[1] == b"BEGIN"
        position = mark.end()
    return not open_ and bool(_STRAY.search(text, position))

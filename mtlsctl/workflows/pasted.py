"""Read a text that is piped in: a log of any length, of which the end is kept."""

import sys
from typing import NamedTuple

from mtlsctl.errors import SystemTroubleError

KEPT = 4 << 20
"""Bytes of a longer text that are kept: the last ones, where the newest lines are."""


class Pasted(NamedTuple):
    """A text, and how much of what came before it was let go."""

    text: str
    skipped: int
    """Bytes."""


def read_stdin() -> Pasted:
    """What stands on stdin to its end; of a long text the last KEPT bytes. Raises SystemTroubleError."""
    kept, total = bytearray(), 0
    try:
        while data := sys.stdin.buffer.read(1 << 20):
            total += len(data)
            kept += data
            del kept[: max(0, len(kept) - KEPT)]
    except OSError as error:
        raise SystemTroubleError(f"standard input: {error.strerror or error}") from None
    return Pasted(decode(bytes(kept)), total - len(kept))


def decode(data: bytes) -> str:
    """Text in UTF-8, or in UTF-16 as PowerShell writes it; what is neither is replaced."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", errors="replace")
    return data.decode("utf-8-sig", errors="replace")

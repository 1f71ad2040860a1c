"""What a server said so far, taken piece by piece: bounded, and never past what was asked for."""

from collections.abc import Generator

LIMIT = 65536
"""Bytes that a server may say before TLS begins."""

_FIRST = 64

Script = Generator[None, None, None]
"""A client's part. It yields where it needs more bytes; its return means that TLS can begin."""


class Refused(Exception):  # noqa: N818  # no error: an answer
    """The server said no, with these words."""

    def __init__(self, said: bytes) -> None:
        super().__init__()
        self.said = said


class TurnedAway(Refused):
    """The server said no to us, before anything was said about TLS."""


class Odd(Exception):  # noqa: N818
    """What came is not of the protocol."""

    def __init__(self, said: bytes = b"") -> None:
        super().__init__()
        self.said = said


class Inbox:
    """The bytes that came, and those that are to be said."""

    def __init__(self) -> None:
        self.first = b""
        self._came = bytearray()
        self._out = bytearray()
        self._total = self._searched = 0

    def add(self, data: bytes) -> None:
        """Take what came, up to LIMIT bytes in all."""
        data = data[: LIMIT - self._total]
        self.first += data[: _FIRST - len(self.first)]
        self._came += data
        self._total += len(data)

    @property
    def full(self) -> bool:
        """True when no more is taken."""
        return self._total >= LIMIT

    def say(self, data: bytes) -> None:
        """Have data sent."""
        self._out += data

    def drain(self) -> bytes:
        """What is to be sent now."""
        out = bytes(self._out)
        self._out.clear()
        return out

    def rest(self) -> bytes:
        """What came and was not asked for."""
        return bytes(self._came)

    def exactly(self, count: int) -> Generator[None, None, bytes]:
        """The next count bytes."""
        while len(self._came) < count:
            yield
        return self._take(count)

    def line(self) -> Generator[None, None, bytes]:
        """The next line, without its end."""
        found = yield from self.until(b"\n")
        return found.rstrip(b"\r\n")

    def until(self, *ends: bytes) -> Generator[None, None, bytes]:
        """All up to the first of some ends, and with it."""
        while True:
            begin = max(0, self._searched - max(map(len, ends)) + 1)  # what was searched is not searched again
            found = [at + len(end) for end in ends if (at := self._came.find(end, begin)) >= 0]
            if found:
                return self._take(min(found))
            self._searched = len(self._came)
            yield

    def _take(self, count: int) -> bytes:
        taken = bytes(self._came[:count])
        del self._came[:count]
        self._searched = 0
        return taken

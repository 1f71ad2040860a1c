"""Where visits leave their events, and what wakes the main thread of a server: they, or a signal."""

import queue
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from mtlsctl.workflows.visit import Event

_DONE = 0
_STOP = (signal.SIGINT, signal.SIGTERM)
_AGAIN = getattr(signal, "SIGHUP", None)  # Windows has none


class Desk:
    """Open while the server runs; signals are taken over meanwhile, where that is possible."""

    def __init__(self) -> None:
        self.events: queue.SimpleQueue[Event | None] = queue.SimpleQueue()
        self.bell, self._button = socket.socketpair()
        self.bell.setblocking(False)
        self._button.setblocking(False)
        self._before: list[tuple[int, Any]] = []
        self._fd = -1
        self.stopped = self.asked_again = False
        """A signal said to end; to read the files again."""

    def __enter__(self) -> "Desk":
        if threading.current_thread() is threading.main_thread():
            self._fd = signal.set_wakeup_fd(self._button.fileno(), warn_on_full_buffer=False)
            for number in (*_STOP, *([_AGAIN] if _AGAIN else [])):
                self._before.append((number, signal.signal(number, lambda *_: None)))
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before:
            signal.signal(number, handler)
        if self._before:
            signal.set_wakeup_fd(self._fd)
        self.bell.close()
        self._button.close()

    def leave(self, event: Event | None) -> None:
        """Leave an event, or None for a visit that is over, and ring."""
        self.events.put(event)
        with suppress(OSError):  # full: it rings already; closed: nobody listens any more
            self._button.send(bytes((_DONE,)))

    def hear(self) -> None:
        """Read the bell: which signals rang it."""
        with suppress(BlockingIOError):
            rung = self.bell.recv(4096)
            self.stopped = self.stopped or any(byte in _STOP for byte in rung)
            self.asked_again = self.asked_again or (_AGAIN is not None and _AGAIN in rung)

    def take(self) -> Iterator[Event | None]:
        """All that was left."""
        with suppress(queue.Empty):
            while True:
                yield self.events.get_nowait()

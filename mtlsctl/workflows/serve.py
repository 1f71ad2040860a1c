"""The debug server: accepts concurrently, gives one event for each thing that happens, ends on a signal."""

import queue
import selectors
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from typing import Any

from mtlsctl.core.endpoint import Endpoint, join
from mtlsctl.core.tls import TlsSettings, server_context
from mtlsctl.workflows import clock, network
from mtlsctl.workflows.visit import Event, House, Kind, visit

MAX_VISITS = 256  # at once; a client beyond these is turned away, so that a flood cannot take all memory
_DONE = 0


@dataclass(frozen=True, slots=True)
class ServeWish:
    """What kind of server is wanted."""

    listen: Endpoint
    settings: TlsSettings
    handshake_seconds: float = 10.0
    count: int | None = None
    """End after so many connections; None: on a signal."""


def serve(wish: ServeWish) -> Iterator[Event]:
    """Serve until SIGINT, SIGTERM or the wished count. The first event says where it listens.

    Raises UsageError and InputError for settings that OpenSSL does not take, SystemTroubleError for the address.
    """
    house = House(server_context(wish.settings), wish.settings, wish.handshake_seconds)
    with ExitStack() as stack:
        listener = stack.enter_context(network.listen(wish.listen))
        desk = stack.enter_context(_Desk())
        host, port = listener.getsockname()[:2]
        yield Event(clock.now(), Kind.LISTENING, 0, "", join(wish.listen.host or host, port))
        yield from _run(house, listener, desk, wish.count)


class _Desk:
    """Where visits leave their events, and what wakes the main thread: they, or a signal."""

    def __init__(self) -> None:
        self.events: queue.SimpleQueue[Event | None] = queue.SimpleQueue()
        self.bell, self._button = socket.socketpair()
        self.bell.setblocking(False)
        self._button.setblocking(False)
        self._before: list[tuple[int, Any]] = []
        self._fd = -1

    def __enter__(self) -> "_Desk":
        if threading.current_thread() is threading.main_thread():
            self._fd = signal.set_wakeup_fd(self._button.fileno(), warn_on_full_buffer=False)
            for number in (signal.SIGINT, signal.SIGTERM):
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

    def stopped(self) -> bool:
        """Read the bell; True when a signal rang it."""
        try:
            return any(byte in (signal.SIGINT, signal.SIGTERM) for byte in self.bell.recv(4096))
        except BlockingIOError:
            return False

    def take(self) -> Iterator[Event | None]:
        """All that was left."""
        with suppress(queue.Empty):
            while True:
                yield self.events.get_nowait()


def _run(house: House, listener: socket.socket, desk: _Desk, count: int | None) -> Iterator[Event]:
    """Accept and report until stopped, or until count visits are over."""
    listener.setblocking(False)
    started = over = 0
    with selectors.DefaultSelector() as selector:
        selector.register(desk.bell, selectors.EVENT_READ)
        selector.register(listener, selectors.EVENT_READ)
        while count is None or over < count:
            ready = {key.fileobj for key, _ in selector.select()}
            stop = desk.bell in ready and desk.stopped()
            for event in desk.take():
                over += event is None
                if event:
                    yield event
            if stop:
                return
            if listener in ready and started - over < MAX_VISITS:
                started += _welcome(house, listener, desk, started + 1)
            elif listener in ready:
                yield from _turn_away(listener)
            if count is not None and started == count and listener.fileno() >= 0:
                selector.unregister(listener)
                listener.close()


def _welcome(house: House, listener: socket.socket, desk: _Desk, number: int) -> bool:
    """Accept one client and start its visit. False when it went before it was let in, or there is no room."""
    try:
        connection, address = listener.accept()
    except OSError:
        return False
    peer = join(str(address[0]), address[1])
    threading.Thread(target=_host, args=(house, connection, number, peer, desk), daemon=True).start()
    return True


def _host(house: House, connection: socket.socket, number: int, peer: str, desk: _Desk) -> None:
    """One visit in its own thread; a client that breaks the connection anywhere ends its own visit only."""
    try:
        for event in visit(house, connection, number, peer):
            desk.leave(event)
    except OSError:
        connection.close()
    finally:
        desk.leave(None)


def _turn_away(listener: socket.socket) -> Iterator[Event]:
    """Close on a client for whom there is no room, and say so."""
    with suppress(OSError):
        connection, address = listener.accept()
        connection.close()
        peer = join(str(address[0]), address[1])
        yield Event(clock.now(), Kind.REFUSED, 0, peer, f"turned away: {MAX_VISITS} connections are open already")

"""The debug server: accepts concurrently, gives one event for each thing that happens, ends on a signal."""

import errno
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
from mtlsctl.core.findings import Finding, Verdict, Whose
from mtlsctl.core.tls import TlsSettings, server_context
from mtlsctl.workflows import clock, network
from mtlsctl.workflows.visit import Event, House, Kind, visit

MAX_VISITS = 256  # at once; a client beyond these is turned away, so that a flood cannot take all memory
PAUSE = 0.5  # seconds without accepting where there are no descriptors left; the end of a visit ends it
_DONE = 0
_SHORT = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)


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


class _Door:
    """The listener: watched while clients can be accepted, shut for good after the last."""

    def __init__(self, listener: socket.socket, selector: selectors.BaseSelector, desk: _Desk) -> None:
        listener.setblocking(False)
        self._listener, self._selector, self._desk = listener, selector, desk
        self._watched = self._told = False
        self.open()

    @property
    def pause(self) -> float | None:
        """How many seconds to wait before it is opened again; None: until something happens."""
        return PAUSE if self._listener.fileno() >= 0 and not self._watched else None

    def open(self) -> None:
        """Watch for clients."""
        if self._listener.fileno() >= 0 and not self._watched:
            self._selector.register(self._listener, selectors.EVENT_READ)
            self._watched = True

    def ignore(self) -> None:
        """Watch no more, for now."""
        if self._watched:
            self._selector.unregister(self._listener)
            self._watched = False

    def shut(self) -> None:
        """Take no more clients, ever."""
        self.ignore()
        self._listener.close()

    def knocks(self, ready: set[Any]) -> bool:
        """True when a client waits."""
        return self._watched and self._listener in ready

    def accept(self) -> tuple[socket.socket, str] | None:
        """A client and its address; None when it went, or cannot be accepted now.

        Without descriptors a client waits on and keeps the listener ready: watched on, that would be a busy loop.
        """
        try:
            connection, address = self._listener.accept()
        except OSError as error:
            if error.errno in _SHORT:
                self.ignore()
                self._tell(error)
            return None
        self._told = False
        return connection, join(str(address[0]), address[1])

    def _tell(self, error: OSError) -> None:
        if not self._told:
            why = (error.strerror or str(error)).lower()
            self._desk.leave(_turned_away(f"new clients wait until a connection ends: {why}"))
        self._told = True


def _run(house: House, listener: socket.socket, desk: _Desk, count: int | None) -> Iterator[Event]:
    """Accept and report until stopped, or until count visits are over."""
    started = over = 0
    with selectors.DefaultSelector() as selector:
        selector.register(desk.bell, selectors.EVENT_READ)
        door = _Door(listener, selector, desk)
        while count is None or over < count:
            ready = {key.fileobj for key, _ in selector.select(door.pause)}
            stop = desk.bell in ready and desk.stopped()
            before = over
            for event in desk.take():
                over += event is None
                if event:
                    yield event
            if stop:
                return
            if not ready or over > before:
                door.open()
            if door.knocks(ready):
                started += _welcome(house, door, desk, started + 1, full=started - over >= MAX_VISITS)
            if started == count:
                door.shut()


def _welcome(house: House, door: _Door, desk: _Desk, number: int, *, full: bool) -> bool:
    """Accept one client and start its visit. False when it went before it was let in, or there is no room."""
    if (came := door.accept()) is None:
        return False
    connection, peer = came
    try:
        if full:
            raise RuntimeError(f"{MAX_VISITS} connections are open already")
        threading.Thread(target=_host, args=(house, connection, number, peer, desk), daemon=True).start()
    except (RuntimeError, MemoryError) as error:  # Python's word for no memory for another thread is RuntimeError
        connection.close()
        desk.leave(_turned_away(f"turned away: {str(error) or 'no memory'}", peer))
        return False
    return True


def _host(house: House, connection: socket.socket, number: int, peer: str, desk: _Desk) -> None:
    """One visit in its own thread; whatever breaks it ends this visit only, and lets nobody in."""
    told = False
    try:
        for event in visit(house, connection, number, peer):
            desk.leave(event)
            told = True
    except Exception as error:  # noqa: BLE001 (strangers may meet a fault of ours: the server goes on)
        connection.close()
        if not (told and isinstance(error, OSError)):  # it left while we answered: it was reported when it came
            desk.leave(_broken(error, number, peer))
    finally:
        desk.leave(None)


def _turned_away(detail: str, peer: str = "") -> Event:
    return Event(clock.now(), Kind.REFUSED, 0, peer, detail, None, "server")


def _broken(error: Exception, number: int, peer: str) -> Event:
    """The end of a visit that nobody foresaw."""
    if isinstance(error, OSError):
        why = (error.strerror or str(error)).lower()
        found = Finding("connection-reset", Verdict.FAIL, f"the connection of {peer} broke: {why}", "", Whose.PEER)
    else:
        message = f"{peer} was not let in: {type(error).__name__}, a defect of mtlsctl"
        hint = "please report it, with what the client sent"
        found = Finding("connection-closed", Verdict.FAIL, message, hint, Whose.OURS)
    return Event(clock.now(), Kind.REFUSED, number, peer, found.message, None, "server", "unknown", (found,))

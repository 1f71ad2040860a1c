"""The debug server: accepts concurrently, gives one event for each thing that happens, ends on a signal."""

import errno
import selectors
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from OpenSSL import SSL

from mtlsctl.core.diagnose_refused_us import warnings
from mtlsctl.core.endpoint import Endpoint, join
from mtlsctl.core.findings import Finding, Verdict, Whose
from mtlsctl.core.tls import Demand, TlsSettings, server_context
from mtlsctl.workflows import clock, network
from mtlsctl.workflows.desk import Desk
from mtlsctl.workflows.fresh import Fresh, Source
from mtlsctl.workflows.quiet import Quiet
from mtlsctl.workflows.visit import Event, House, Kind, our_end, visit

MAX_VISITS = 512  # at once; a client beyond these is turned away, so that a flood cannot take all memory
PAUSE = 0.5  # seconds without accepting where there are no descriptors left; the end of a visit ends it
_SHORT = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)


@dataclass(frozen=True, slots=True)
class ServeWish:
    """What kind of server is wanted."""

    listen: Endpoint
    source: Source
    handshake_seconds: float = 10.0
    count: int | None = None
    """End after so many connections; None: on a signal."""
    lenient: bool = False
    """Let everybody in, and tell them why others would not."""
    proxy_protocol: bool = False
    """Each connection must begin with a PROXY header."""


def serve(wish: ServeWish) -> Iterator[Event]:
    """Serve until SIGINT, SIGTERM or the wished count. The first event says where it listens.

    The files are read again when they change, or on SIGHUP. Raises UsageError and InputError for settings that OpenSSL
    does not take, what the source raises, and SystemTroubleError for the address.
    """
    fresh = Fresh(wish.source, _lenient if wish.lenient else server_context)
    with ExitStack() as stack:
        listener = stack.enter_context(network.listen(wish.listen))
        desk = stack.enter_context(Desk())
        host, port = listener.getsockname()[:2]
        where = join(wish.listen.host or host, port)
        yield Event(clock.now(), Kind.LISTENING, 0, "", where, findings=tuple(_warnings(wish, fresh)))
        yield from _run(wish, fresh, listener, desk)


def _lenient(settings: TlsSettings) -> SSL.Context:
    """A context that asks as the settings say, and insists on nothing: Session lets in what does not verify."""
    milder = Demand.OPTIONAL if settings.demand is Demand.REQUIRED else settings.demand
    return server_context(settings._replace(demand=milder))


def _warnings(wish: ServeWish, fresh: Fresh) -> Iterator[Finding]:
    """What a person should know before the first client comes."""
    if wish.lenient:
        message = "--lenient: this server lets in everybody, strangers too, and coming in proves nothing"
        hint = "for debugging alone; never put anything behind it"
        yield Finding("verify-disabled", Verdict.WARN, message, hint, Whose.OURS)
    yield from warnings(our_end(fresh.settings))


class _Door:
    """The listener: watched while clients can be accepted, shut for good after the last."""

    def __init__(self, listener: socket.socket, selector: selectors.BaseSelector, desk: Desk) -> None:
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


class _Tally:
    """How many visits began, and how many of them are over."""

    def __init__(self) -> None:
        self.started = self.over = 0


def _run(wish: ServeWish, fresh: Fresh, listener: socket.socket, desk: Desk) -> Iterator[Event]:
    """Accept and report until stopped, or until the wished number of visits are over."""
    tally, quiet = _Tally(), Quiet()
    with selectors.DefaultSelector() as selector:
        selector.register(desk.bell, selectors.EVENT_READ)
        door = _Door(listener, selector, desk)
        while not desk.stopped and (wish.count is None or tally.over < wish.count):
            waits = [seconds for seconds in (door.pause, quiet.wait()) if seconds is not None]
            ready = {key.fileobj for key, _ in selector.select(min(waits, default=None))}
            if desk.bell in ready:
                desk.hear()
            before = tally.over
            yield from _collect(desk, quiet, tally)
            if not ready or tally.over > before:
                door.open()
            knocks = door.knocks(ready)
            if knocks or desk.asked_again:
                yield from _refresh(fresh, desk)
            if knocks and not desk.stopped:
                tally.started += _welcome(_house(wish, fresh), door, desk, tally)
            if tally.started == wish.count:
                door.shut()
        yield from quiet.due(all_of_it=True)


def _collect(desk: Desk, quiet: Quiet, tally: _Tally) -> Iterator[Event]:
    """The events that visits left, health checks among them in few words."""
    for event in desk.take():
        if event is None:
            tally.over += 1
        else:
            yield from quiet.through(event)
    yield from quiet.due()


def _refresh(fresh: Fresh, desk: Desk) -> Iterator[Event]:
    """Read the files again if they changed, or SIGHUP asked for it."""
    asked, desk.asked_again = desk.asked_again, False
    if news := fresh.look(asked=asked):
        kind = Kind.RELOADED if news.good else Kind.KEPT
        found = warnings(our_end(fresh.settings)) if news.good else news.findings
        yield Event(clock.now(), kind, 0, "", news.detail, findings=tuple(found))


def _house(wish: ServeWish, fresh: Fresh) -> House:
    return House(fresh.context, fresh.settings, wish.handshake_seconds, wish.lenient, wish.proxy_protocol)


def _welcome(house: House, door: _Door, desk: Desk, tally: _Tally) -> bool:
    """Accept one client and start its visit. False when it went before it was let in, or there is no room."""
    if (came := door.accept()) is None:
        return False
    connection, peer = came
    number = tally.started + 1
    try:
        if tally.started - tally.over >= MAX_VISITS:
            raise RuntimeError(f"{MAX_VISITS} connections are open already")
        threading.Thread(target=_host, args=(house, connection, number, peer, desk), daemon=True).start()
    except (RuntimeError, MemoryError) as error:  # Python's word for no memory for another thread is RuntimeError
        connection.close()
        desk.leave(_turned_away(f"turned away: {str(error) or 'no memory'}", peer))
        return False
    return True


def _host(house: House, connection: socket.socket, number: int, peer: str, desk: Desk) -> None:
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

"""Servers that do one odd thing to every connection, and a relay that does not take big ClientHellos."""

import contextlib
import selectors
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import servers

Talk = Callable[[socket.socket], None]
BIG = 600
"""Bytes in a first segment from which on the relay acts as old middleboxes do."""


@contextmanager
def run(talk: Talk) -> Iterator[int]:
    """Do talk with every connection, each in a thread of its own; gives the port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threads: list[threading.Thread] = []

        def one(connection: socket.socket) -> None:
            with connection, contextlib.suppress(OSError):  # the client may be gone at any time
                connection.settimeout(servers.PATIENCE)
                talk(connection)

        def serve() -> None:
            with contextlib.suppress(OSError):  # the listener is shut down at the end
                while True:
                    threads.append(thread := threading.Thread(target=one, args=(listener.accept()[0],)))
                    thread.start()

        server = threading.Thread(target=serve)
        server.start()
        try:
            yield listener.getsockname()[1]
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            for thread in (server, *threads):
                thread.join(servers.PATIENCE)


def says(words: bytes) -> Talk:
    """A server that speaks first, and does not understand what comes."""

    def talk(connection: socket.socket) -> None:
        connection.sendall(words)
        connection.recv(65536)

    return talk


def answers(words: bytes) -> Talk:
    """A server that hears the hello, says some bytes and closes."""

    def talk(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(words)

    return talk


def dialogue(first: bytes, *later: bytes) -> Talk:
    """A server that speaks first, and gives each line that comes its answer."""

    def talk(connection: socket.socket) -> None:
        connection.sendall(first)
        for answer in later:
            connection.recv(65536)
            connection.sendall(answer)
        _until_gone(connection)

    return talk


def answers_and_waits(words: bytes) -> Talk:
    """A server that hears the hello, says some bytes and falls silent."""

    def talk(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(words)
        _until_gone(connection)

    return talk


def _until_gone(connection: socket.socket) -> None:
    while connection.recv(65536):
        pass


def closes(connection: socket.socket) -> None:
    """Take the connection and say goodbye at once. Bytes left unread would make it a reset."""
    connection.shutdown(socket.SHUT_WR)
    _until_gone(connection)


def resets(connection: socket.socket) -> None:
    """Hear the hello and reset the connection."""
    connection.recv(65536)
    reset(connection)


def reset(connection: socket.socket) -> None:
    """Let the coming close be a reset."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def alert(number: int) -> bytes:
    """A fatal alert in a record of TLS 1.2 (RFC 5246, 7.2)."""
    return bytes((0x15, 3, 3, 0, 2, 2, number))


def intolerant(port: int, *, resetting: bool) -> Talk:
    """A relay to a port of loopback that drops a first segment longer than BIG, or resets the connection for it."""

    def talk(client: socket.socket) -> None:
        first = client.recv(65536)
        if len(first) > BIG:
            if resetting:
                reset(client)
            else:
                _until_gone(client)
            return
        with socket.create_connection(("127.0.0.1", port)) as server:
            server.sendall(first)
            _pump(client, server)

    return talk


def _pump(client: socket.socket, server: socket.socket) -> None:
    """Carry bytes both ways until one end closes."""
    with selectors.DefaultSelector() as selector:
        selector.register(client, selectors.EVENT_READ, server)
        selector.register(server, selectors.EVENT_READ, client)
        while ready := selector.select(servers.PATIENCE):
            for key, _ in ready:
                assert isinstance(key.fileobj, socket.socket)
                if not (data := key.fileobj.recv(65536)):
                    return
                key.data.sendall(data)

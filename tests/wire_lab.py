"""Real conversations, recorded: OpenSSL with itself over memory, and programs through a relay, with their key logs."""

import selectors
import socket
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from OpenSSL import SSL, crypto
from support import Pair
from tls_lab import PATIENCE, plain_server

from mtlsctl.core.observation import Chunk

PROMPT = b"some application data"


@dataclass
class Recording:
    """What was said, seen from the client: `sent` is the client's."""

    chunks: list[Chunk] = field(default_factory=list)
    secrets: list[bytes] = field(default_factory=list)
    client: Any = None
    server: Any = None
    session: Any = None
    errors: list[str] = field(default_factory=list)

    def add(self, direction: str, data: bytes) -> None:
        self.chunks.append(Chunk(direction, len(self.chunks) / 1000, data))


def context(method: int, own: tuple[Pair, ...] = (), trusted: tuple[Pair, ...] = ()) -> SSL.Context:
    """A context with an identity, leaf first, and trust anchors."""
    made = SSL.Context(method)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        if own:
            made.use_certificate(own[0].certificate)
            der = own[0].key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
            made.use_privatekey(crypto.load_privatekey(crypto.FILETYPE_ASN1, der))
            for above in own[1:]:
                made.add_extra_chain_cert(above.certificate)
    store = made.get_cert_store()
    assert store is not None
    for root in trusted:
        store.add_cert(crypto.X509.from_cryptography(root.certificate))
    made.set_session_id(b"lab")
    made.set_keylog_callback(_keep)
    return made


def _keep(connection: SSL.Connection, line: bytes) -> None:
    if (secrets := connection.get_app_data()) is not None:
        secrets.append(line)


def converse(
    client_context: SSL.Context,
    server_context: SSL.Context,
    *,
    session: Any = None,
    name: bytes = b"localhost",
    then: Callable[[Any, Any, Callable[[], None]], None] | None = None,
) -> Recording:
    """A handshake, data in both directions, and goodbye. then: more to do before the goodbye."""
    seen = Recording()
    client, server = SSL.Connection(client_context, None), SSL.Connection(server_context, None)
    seen.client, seen.server = client, server
    client.set_app_data(seen.secrets)
    client.set_connect_state()
    server.set_accept_state()
    if name:
        client.set_tlsext_host_name(name)
    if session:
        client.set_session(session)

    def pump() -> None:
        while any((move(client, server, "sent"), move(server, client, "received"))):
            for end in (client, server):
                attempt(end.recv, 65536) if end not in unfinished else shake(end)

    def move(source: Any, target: Any, direction: str) -> bool:
        data = b""
        try:
            while True:
                data += source.bio_read(65536)
        except SSL.WantReadError:
            pass
        if data:
            seen.add(direction, data)
            target.bio_write(data)
        return bool(data)

    def attempt(call: Any, *arguments: Any) -> None:
        try:
            call(*arguments)
        except (SSL.WantReadError, SSL.ZeroReturnError):
            pass
        except SSL.Error as error:
            seen.errors.append(repr(error))

    def shake(end: Any) -> None:
        try:
            end.do_handshake()
        except SSL.WantReadError:
            return
        except SSL.Error as error:
            seen.errors.append(repr(error))
        unfinished.discard(end)

    unfinished = {client, server}
    shake(client)
    pump()
    if not seen.errors:
        client.send(PROMPT)
        pump()
        server.send(PROMPT * 2)
        pump()
        if then:
            then(client, server, pump)
        seen.session = client.get_session()
        client.shutdown()
        pump()
    return seen


@contextmanager
def recorder(port: int) -> Iterator[tuple[int, Recording]]:
    """A relay to a port of loopback for one connection; gives its own port, and what goes over it."""
    seen = Recording()

    def pump(client: socket.socket) -> None:
        with (
            suppress(ConnectionError),  # either end may close in haste: what was said until then counts
            socket.create_connection(("127.0.0.1", port)) as server,
            selectors.DefaultSelector() as selector,
        ):
            selector.register(client, selectors.EVENT_READ, (server, "sent"))
            selector.register(server, selectors.EVENT_READ, (client, "received"))
            while selector.get_map():
                for key, _ in selector.select(PATIENCE):
                    source, (target, direction) = key.fileobj, key.data
                    assert isinstance(source, socket.socket)
                    if data := source.recv(65536):
                        seen.add(direction, data)
                        target.sendall(data)
                    else:
                        selector.unregister(source)
                        with suppress(OSError):
                            target.shutdown(socket.SHUT_WR)

    with plain_server(pump) as near:
        yield near, seen

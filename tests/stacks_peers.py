"""Both ends of a connection that present any chain: servers for clients to judge, a client for servers to judge."""

import socket
import struct
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

import support
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import RequestReceived
from OpenSSL import SSL
from stacks_pki import Case

SECONDS = 15.0
T = TypeVar("T")
PAGE = b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


def context(case: Case, method: int) -> SSL.Context:
    """What presents a chain, however weak or odd it is."""
    made = SSL.Context(method)
    made.set_cipher_list(b"ALL:@SECLEVEL=0")
    made.use_certificate(case.leaf.certificate)
    with tempfile.NamedTemporaryFile() as key:  # as a file it may be of any kind
        key.write(case.leaf.key_pem)
        key.flush()
        made.use_privatekey_file(key.name)
    for one in case.chain:
        made.add_extra_chain_cert(one.certificate)
    return made


def files(case: Case, folder: Path) -> Path:
    """The anchors of a case as a file."""
    return support.write(
        folder / f"{case.rule.replace('/', '~') or 'good'}.roots.pem", *(one.pem for one in case.anchors)
    )


@contextmanager
def presented(cases: Sequence[Case], folder: Path) -> Iterator[Path]:
    """A server for each case. Yields the list that the batch clients read: label, port, name, roots."""
    lines, ends = [], []
    for number, case in enumerate(cases):
        listener = socket.create_server(("127.0.0.1", 0))
        ends.append(listener)
        threading.Thread(target=_serve, args=(listener, context(case, SSL.TLS_SERVER_METHOD)), daemon=True).start()
        port = listener.getsockname()[1]
        lines.append(f"{number}\t{port}\t{case.name}\t{files(case, folder)}\n")
    wanted = folder / "servers.list"
    wanted.write_text("".join(lines))
    try:
        yield wanted
    finally:
        for listener in ends:
            listener.shutdown(socket.SHUT_RDWR)
            listener.close()


def _serve(listener: socket.socket, with_chain: SSL.Context) -> None:
    with_chain.set_alpn_select_callback(_choose)
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection, suppress(SSL.Error, OSError):
            _answer(SSL.Connection(with_chain, connection), connection)


def _choose(_: SSL.Connection, offered: list[bytes]) -> object:
    """HTTP/2 with gRPC, which offers nothing else; nothing with all others."""
    return b"h2" if b"http/1.1" not in offered and b"h2" in offered else SSL.NO_OVERLAPPING_PROTOCOLS


def _answer(tls: SSL.Connection, plain: socket.socket) -> None:
    """A page for whoever asks, by HTTP/1 or as a gRPC call."""
    plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, _TIME)
    plain.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, _TIME)
    tls.set_accept_state()
    tls.do_handshake()
    if tls.get_alpn_proto_negotiated() == b"h2":
        _answer_call(tls)
        return
    tls.recv(4096)
    tls.sendall(PAGE)
    tls.shutdown()
    tls.recv(4096)


_TIME = struct.pack("ll", int(SECONDS), 0)


def _answer_call(tls: SSL.Connection) -> None:
    """Every gRPC call is unimplemented (12)."""
    talk = H2Connection(H2Configuration(client_side=False))
    talk.initiate_connection()
    tls.sendall(talk.data_to_send())
    while data := tls.recv(65536):
        for event in talk.receive_data(data):
            if isinstance(event, RequestReceived):
                head = [(":status", "200"), ("content-type", "application/grpc"), ("grpc-status", "12")]
                talk.send_headers(event.stream_id, head, end_stream=True)
        tls.sendall(talk.data_to_send())


def visit(port: int, case: Case) -> str:
    """Present a case's chain to a server and ask for a page: the first line of its answer, "" for none.

    Raises TimeoutError when it neither answers nor hangs up.
    """
    with _calling(port, case) as (tls, _):
        try:
            _ask(tls, b"GET / HTTP/1.0\r\nHost: localhost\r\n\r\n")
            return tls.recv(4096).split(b"\r\n")[0].decode(errors="replace")
        except SSL.WantReadError:
            raise TimeoutError(f"{case.rule or 'good'}: no answer within {SECONDS} s") from None
        except (SSL.Error, OSError):
            return ""


def visit_unanswered(port: int, case: Case, heard: Callable[[int], T], *, alpn: bool = False) -> T:
    """The same of a server that has no page: what heard() makes of the port that the client calls from.

    heard: waits until the server's log says what it thinks; until then the client is there. alpn: offer h2, as gRPC.
    """
    with _calling(port, case, alpn=alpn) as (tls, own):
        with suppress(SSL.Error, OSError):
            _ask(tls, _PREFACE if alpn else b"GET / HTTP/1.0\r\nHost: localhost\r\n\r\n")
        return heard(own)


def _ask(tls: SSL.Connection, request: bytes) -> None:
    tls.do_handshake()
    tls.sendall(request)


@contextmanager
def _calling(port: int, case: Case, *, alpn: bool = False) -> Iterator[tuple[SSL.Connection, int]]:
    """A connection before its handshake, and the port that it comes from."""
    presenting = context(case, SSL.TLS_CLIENT_METHOD)
    if alpn:
        presenting.set_alpn_protos([b"h2"])
    with socket.create_connection(("127.0.0.1", port), SECONDS) as plain:
        plain.setblocking(True)
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, _TIME)
        tls = SSL.Connection(presenting, plain)
        tls.set_tlsext_host_name(b"localhost")
        tls.set_connect_state()
        yield tls, plain.getsockname()[1]


_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes.fromhex("000000040000000000")  # RFC 9113, 3.4

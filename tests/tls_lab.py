"""A PKI with faults on purpose, and servers on loopback to meet them."""

import base64
import ipaddress
import json
import os
import re
import selectors
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import support
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from support import CLIENT_AUTH, DAY, NOW, SERVER_AUTH, Pair, make_cert

LOCAL = (x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1")))
PATIENCE = 20.0


@dataclass(frozen=True)
class Lab:
    """Files by name: `alice.pem` (with its chain) and `alice.key`; `root.pem`, `other-root.pem`."""

    folder: Path

    def cert(self, name: str) -> Path:
        return self.folder / f"{name}.pem"

    def key(self, name: str) -> Path:
        return self.folder / f"{name}.key"

    def pair(self, name: str) -> tuple[Any, ...]:
        return "--cert", self.cert(name), "--key", self.key(name)


def build(folder: Path) -> Lab:
    """Make every identity that the tests need."""
    root = make_cert("Lab Root", ca=True)
    issuing = make_cert("Lab Issuing", root, ca=True, path_length=0)
    other = make_cert("Other Root", ca=True)
    rekeyed = make_cert("Lab Root", ca=True)
    past = {"not_before": NOW - 10 * DAY, "not_after": NOW - DAY}
    future = {"not_before": NOW + DAY, "not_after": NOW + 10 * DAY}
    server: dict[str, Any] = {"sans": LOCAL, "ekus": (SERVER_AUTH,)}
    client: dict[str, Any] = {"sans": (x509.RFC822Name("alice@example.test"),), "ekus": (CLIENT_AUTH,)}
    pairs = {
        "server": (make_cert("localhost", issuing, **server), issuing),
        "server-expired": (make_cert("localhost", issuing, **server, **past), issuing),
        "server-future": (make_cert("localhost", issuing, **server, **future), issuing),
        "server-soon": (
            make_cert("localhost", issuing, **server, not_before=NOW - 60 * DAY, not_after=NOW + 2 * DAY),
            issuing,
        ),
        "server-other-name": (make_cert("other.test", issuing, sans=LOCAL_NOT, ekus=(SERVER_AUTH,)), issuing),
        "server-wrong-eku": (make_cert("localhost", issuing, sans=LOCAL, ekus=(CLIENT_AUTH,)), issuing),
        "server-leaf-only": (make_cert("localhost", issuing, **server), None),
        "server-self-signed": (make_cert("localhost", **server), None),
        "alice": (make_cert("alice", issuing, **client), issuing),
        "expired": (make_cert("alice", issuing, **client, **past), issuing),
        "future": (make_cert("alice", issuing, **client, **future), issuing),
        "wrong-eku": (make_cert("alice", issuing, sans=client["sans"], ekus=(SERVER_AUTH,)), issuing),
        "stranger": (make_cert("mallory", other, **client), other),
        "stranger-leaf": (make_cert("mallory", other, **client), None),
        "self-signed": (make_cert("alice", **client), None),
        "leaf-only": (make_cert("alice", issuing, **client), None),
        "rekeyed": (make_cert("alice", rekeyed, **client), None),
        "escapes": (make_cert("\x1b[31mred\x1b[0m<script>alert(1)</script>", issuing, **client), issuing),
    }
    for name, (pair, above) in pairs.items():
        support.write(folder / f"{name}.pem", pair.pem, above.pem if above else b"")
        support.write(folder / f"{name}.key", pair.key_pem)
    for name, ca in (("root", root), ("other-root", other), ("issuing", issuing)):
        support.write(folder / f"{name}.pem", ca.pem)
    _identity(folder / "id-server", pairs["server"][0], issuing, root)
    _identity(folder / "id-alice", pairs["alice"][0], issuing, root)
    return Lab(folder)


LOCAL_NOT = (x509.DNSName("other.test"),)


def _identity(folder: Path, pair: Pair, issuing: Pair, root: Pair) -> None:
    folder.mkdir()
    support.write(folder / "fullchain.pem", pair.pem, issuing.pem)
    support.write(folder / "key.pem", pair.key_pem)
    support.write(folder / "ca.pem", root.pem)


@contextmanager
def s_server(lab: Lab, name: str, *options: str, cwd: Path | None = None) -> Iterator[int]:
    """`openssl s_server` with an identity of the lab; gives its port."""
    words = ["openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", lab.cert(name), "-key", lab.key(name)]
    words += ["-chainCAfile", lab.cert("issuing"), *options]
    process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=cwd)
    try:
        yield int(line_with(process, b"ACCEPT ").rsplit(b":", 1)[1])
    finally:
        process.kill()
        process.communicate()


def line_with(process: subprocess.Popen[bytes], start: bytes) -> bytes:
    """The first line of a program's output that begins with start; fails when it does not come."""
    assert process.stdout is not None
    found, until = b"", time.monotonic() + PATIENCE
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while time.monotonic() < until:
            if not selector.select(until - time.monotonic()):
                break
            found += (data := os.read(process.stdout.fileno(), 4096))
            for line in found.split(b"\n")[:-1]:
                if line.startswith(start):
                    return line
            assert data, f"the program ended and said: {found!r}"
    raise AssertionError(f"no line begins with {start!r}: {found!r}")


@dataclass
class Server:
    """A running `mtlsctl serve --json`."""

    process: subprocess.Popen[bytes]
    port: int

    def event(self, kind: str) -> Any:
        """The next event of a kind; those before it are passed over."""
        assert self.process.stdout is not None
        while line := self.process.stdout.readline():
            found = json.loads(line)
            if found["result"]["kind"] == kind:
                return found
        raise AssertionError(f"the server ended without an event of kind {kind}")

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)


@contextmanager
def serving(*options: Any, env: dict[str, str] | None = None) -> Iterator[Server]:
    """`mtlsctl serve --json` on a free port of loopback. It must not print a traceback."""
    words = [support.TOOL, "serve", "--json", "--listen", "127.0.0.1:0", *map(str, options)]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env)
    timer = threading.Timer(3 * PATIENCE, process.kill)  # a reader below waits no longer than this
    timer.start()
    assert process.stdout is not None
    try:
        first = json.loads(process.stdout.readline() or b"{}")
        assert first, process.communicate()[1]
        yield Server(process, int(first["result"]["detail"].rsplit(":", 1)[1]))
    finally:
        timer.cancel()
        process.kill()
        assert process.stderr is not None
        errors = process.stderr.read()
        process.wait()
        process.stdout.close()
        process.stderr.close()
        assert b"Traceback" not in errors, errors


@contextmanager
def plain_server(talk: Callable[[socket.socket], None]) -> Iterator[int]:
    """A TCP server for one connection that does what talk says; gives its port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(PATIENCE)

        def run() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.settimeout(PATIENCE)
                talk(connection)

        thread = threading.Thread(target=run)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            thread.join(PATIENCE)


@contextmanager
def relay(port: int) -> Iterator[tuple[int, bytearray]]:
    """A relay to a port of loopback for one connection; gives its own port, and what the client said."""
    said = bytearray()

    def pump(client: socket.socket) -> None:
        with (
            suppress(ConnectionError),  # either end may close in haste: what was said until then counts
            socket.create_connection(("127.0.0.1", port)) as server,
            selectors.DefaultSelector() as selector,
        ):
            selector.register(client, selectors.EVENT_READ, server)
            selector.register(server, selectors.EVENT_READ, client)
            while True:
                for key, _ in selector.select(PATIENCE):
                    assert isinstance(key.fileobj, socket.socket)
                    if not (data := key.fileobj.recv(65536)):
                        return
                    if key.fileobj is client:
                        said.extend(data)
                    key.data.sendall(data)

    with plain_server(pump) as near:
        yield near, said


ODD = {
    # What strict readers refuse and OpenSSL takes: the part of a certificate to change, and what it becomes.
    "version-6": (bytes.fromhex("a003020102"), bytes.fromhex("a003020105")),
    "subject-t61": (b"\x0c\x05alice", b"\x14\x05\xe9\xff\xe9\xff\xe9"),
    "san-with-x400": (b"\x81\x05a@b.c", b"\xa3\x05a@b.c"),
}
TAKEN = {
    "negative-serial": (b"(\xa0\x03\x02\x01\x02\x02.).", b"\\1\x81"),
}


def odd_pair(folder: Path, issuer: Pair, odd: str, eku: Any) -> tuple[Path, Path]:
    """A certificate that is not what it should be, signed all the same."""
    before, after = (ODD | TAKEN)[odd]
    names = (*LOCAL, x509.RFC822Name("a@b.c"))
    pair = make_cert("alice", issuer, sans=names, ekus=(eku,))
    inside = pair.certificate.tbs_certificate_bytes
    inside, times = re.subn(before, after, inside, flags=re.DOTALL)
    assert times == 1
    algorithm = bytes.fromhex("300a06082a8648ce3d040302")  # ecdsa-with-SHA256
    signature = b"\0" + issuer.key.sign(inside, ec.ECDSA(hashes.SHA256()))
    body = inside + algorithm + bytes((3, len(signature))) + signature
    der = b"\x30\x82" + len(body).to_bytes(2) + body
    text = base64.encodebytes(der)
    cert = support.write(folder / "odd.pem", b"-----BEGIN CERTIFICATE-----\n" + text + b"-----END CERTIFICATE-----\n")
    return cert, support.write(folder / "odd.key", pair.key_pem)

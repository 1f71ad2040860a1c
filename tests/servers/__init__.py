"""What the real servers of the matrix have in common: how they are started, watched and ended."""

import re
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, TypeVar

PATIENCE = 20.0
"""Seconds that a server may take to listen, or to write its verdict down."""
LOG = "server.log"
PROGRAMS = Path(__file__).with_name("programs")
"""What runs in other languages, or in a process of its own."""
_TRIES = 5
T = TypeVar("T")


class Papers(NamedTuple):
    """What a server is given: PEM files."""

    cert: Path
    """The server's leaf, with its chain below it."""
    key: Path
    client_ca: Path
    """Who may vouch for clients."""
    issuing: Path
    """The intermediate alone, for servers that take a chain as a file of its own."""


class Running(NamedTuple):
    """A server that listens on loopback."""

    port: int
    log: Callable[[], str]
    """All that it has written so far."""
    starttls: str = ""
    """The protocol in which TLS is asked for first; "" where it begins at once."""
    http: str = ""
    """The path to ask for where the server judges in its own protocol; "" where it judges in the handshake."""
    options: tuple[str, ...] = ()
    """What else a client of this server must say: options of `mtlsctl handshake`."""


class Said(NamedTuple):
    """What a server's own log says about one connection."""

    accepted: bool
    words: str
    """Its words: the line of the log."""


def free_port() -> int:
    """A port that nobody listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def reader(path: Path) -> Callable[[], str]:
    """What a log holds each time it is asked for."""
    return lambda: path.read_text(errors="replace") if path.exists() else ""


def once(find: Callable[[], T | None], patience: float = PATIENCE) -> T | None:
    """The first answer that is not None, asked for again and again within patience; None when there is none."""
    until = time.monotonic() + patience
    while (found := find()) is None and time.monotonic() < until:
        time.sleep(0.01)
    return found


def listens(port: int) -> bool:
    """True when somebody listens on a TCP port. Looks at the kernel's table: a connection would show in the log."""
    for name in ("tcp", "tcp6"):
        for line in Path("/proc/net", name).read_text().splitlines()[1:]:
            _, local, _, state, *_ = line.split()
            if state == "0A" and int(local.rsplit(":", 1)[1], 16) == port:
                return True
    return False


def started(process: subprocess.Popen[bytes], port: int) -> bool:
    """Wait until the server listens. False when it ended instead; fails when it does neither."""

    def state() -> bool | None:
        if process.poll() is not None:
            return False
        return True if listens(port) else None

    up = once(state)
    assert up is not None, f"{process.args!r} does not listen"
    return up


def ended(process: subprocess.Popen[bytes]) -> None:
    """End a server: asked first, killed when it does not listen to that."""
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(PATIENCE)


@contextmanager
def program(
    folder: Path,
    command: Callable[[int], Sequence[object]],
    *,
    log: Path | None = None,
    env: dict[str, str] | None = None,
    starttls: str = "",
    http: str = "",
) -> Iterator[Running]:
    """Run command(port) until the with-block ends. What it prints goes to server.log; log is its own file, if any.

    The port may be taken between our look and the server's: it is then started again on another one.
    """
    printed = folder / LOG
    for _ in range(_TRIES):
        port = free_port()
        with printed.open("wb") as out:
            words = [str(word) for word in command(port)]
            process = subprocess.Popen(
                words, cwd=folder, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, env=env
            )
        try:
            if not started(process, port):
                said = reader(printed)() + (reader(log)() if log else "")
                assert "in use" in said.lower(), f"{words[0]} ended with {process.returncode}: {said}"
                continue
            yield Running(port, reader(log or printed), starttls, http)
            return
        finally:
            ended(process)
    raise AssertionError("no free port")


def split(pem: Path | None) -> list[bytes]:
    """The PEM blocks of a file one by one; [] without a file."""
    return re.findall(rb"-----BEGIN.+?-----END[^\n]+\n", pem.read_bytes(), re.DOTALL) if pem else []


def heard(running: Running, mark: int, verdict: Callable[[str], Said | None], patience: float = 5.0) -> Said | None:
    """What the log says from character mark on; waits until it says anything."""
    return once(lambda: verdict(running.log()[mark:]), patience)


def last_with(log: str, words: dict[str, bool]) -> Said | None:
    """The last line of a log that holds one of the words; the word tells whether it means accepted."""
    for line in reversed(log.splitlines()):
        for word, accepted in words.items():
            if word in line:
                return Said(accepted, line.strip())
    return None


def first_with(log: str, ends: dict[str, bool], reasons: tuple[str, ...] = ()) -> Said | None:
    """The first line of a log that holds the end of a handshake; its word tells whether it means accepted.

    The first, since the tool may look again without its certificate. The words are those of the last line up to there
    that holds a reason, if any.
    """
    why = ""
    for line in log.splitlines():
        if any(word in line for word in reasons):
            why = line.strip()
        for word, accepted in ends.items():
            if word in line:
                return Said(accepted, why or line.strip())
    return None


def of_client(log: str, port: int) -> str:
    """The lines of a log that begin with the port of the client that they are about."""
    return "\n".join(line for line in log.splitlines() if line.startswith(f"{port} "))


def settled(log: Callable[[], str]) -> int:
    """The length of a log that has stood still for a moment: what is to come belongs to the next connection."""
    length = -1
    while length < (length := len(log())):
        time.sleep(0.02)
    return length

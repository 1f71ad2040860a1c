"""An SSLServerSocket of the JDK with its PKIX trust manager."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import servers
from servers import Papers, Running, Said

SOURCE = servers.PROGRAMS / "JavaServer.java"


@contextmanager
def run(
    folder: Path, papers: Papers, *, version: str = "1.3", demand: str = "required", crl: Path | None = None
) -> Iterator[Running]:
    """Run it. With crl, revocation is checked for the whole chain."""
    classes = _compiled(folder.parent / "java-classes")

    def command(port: int) -> tuple[object, ...]:
        # Only the C1 compiler: a server that lives for seconds starts in half the time.
        java = ("java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", classes, SOURCE.stem)
        return *java, port, version, demand, papers.cert, papers.key, papers.client_ca, crl or ""

    with servers.program(folder, command) as running:
        yield running


def _compiled(classes: Path) -> Path:
    """The program, compiled once for all tests of a process: they share the folder above their own."""
    if not (classes / f"{SOURCE.stem}.class").exists():
        subprocess.run(["javac", "-d", classes, SOURCE], check=True, timeout=60)
    return classes


def verdict(log: str) -> Said | None:
    """What the program printed."""
    return servers.first_with(log, {"refused:": False, "accepted:": True})

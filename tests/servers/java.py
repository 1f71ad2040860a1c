"""An SSLServerSocket of the JDK with its PKIX trust manager."""

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
    """Compile and run it. With crl, revocation is checked for the whole chain."""

    def command(port: int) -> tuple[object, ...]:
        # Only the C1 compiler: a server that lives for seconds starts in half the time.
        java = ("java", "-XX:TieredStopAtLevel=1", "-Xshare:auto", SOURCE)
        return *java, port, version, demand, papers.cert, papers.key, papers.client_ca, crl or ""

    with servers.program(folder, command) as running:
        yield running


def verdict(log: str) -> Said | None:
    """What the program printed."""
    return servers.first_with(log, {"refused:": False, "accepted:": True})

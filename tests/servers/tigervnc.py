"""TigerVNC's X server: GnuTLS; TLS after VeNCrypt. It asks for no client certificate."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import servers
from servers import Papers, Running


@contextmanager
def run(folder: Path, papers: Papers, *, security: str = "X509None") -> Iterator[Running]:
    """Run a screen of its own. security: its security types, such as X509None, TLSNone, None."""
    tls = ("-X509Cert", papers.cert, "-X509Key", papers.key)

    def command(port: int) -> list[object]:
        return [
            "Xtigervnc",
            f":{port}",
            "-rfbport",
            port,
            "-localhost",
            "-nolisten",
            "tcp",
            "-SecurityTypes",
            security,
            *tls,
        ]

    with servers.program(folder, command, starttls="vnc") as running:
        yield running

"""Redis: OpenSSL, TLS from the first byte, judged in the handshake."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import servers
from servers import Papers, Running, Said

DEMAND = {"none": "no", "optional": "optional", "required": "yes"}


@contextmanager
def run(folder: Path, papers: Papers, *, demand: str = "required") -> Iterator[Running]:
    """Run it without persistence."""
    tls = ("--tls-cert-file", papers.cert, "--tls-key-file", papers.key, "--tls-ca-cert-file", papers.client_ca)
    quiet = ("--bind", "127.0.0.1", "--port", 0, "--save", "", "--loglevel", "debug", "--dir", folder)
    words = ("redis-server", *quiet, *tls, "--tls-auth-clients", DEMAND[demand])
    with servers.program(folder, lambda port: [*words, "--tls-port", port]) as running:
        yield running


def verdict(log: str) -> Said | None:
    """OpenSSL's words for a refusal; a client that got in and left was read from."""
    lines = "\n".join(line for line in log.splitlines() if "unexpected eof" not in line)  # a look whether it listens
    return servers.last_with(
        lines, {"Error accepting": False, "Reading from client": True, "Client closed connection": True}
    )

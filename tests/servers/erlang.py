"""Erlang's own TLS, which RabbitMQ, EMQX and CouchDB speak: judged in the handshake."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import servers
from servers import Papers, Running, Said

DEMAND = {"none": ("verify_none", "false"), "optional": ("verify_peer", "false"), "required": ("verify_peer", "true")}


@contextmanager
def run(folder: Path, papers: Papers, *, demand: str = "required") -> Iterator[Running]:
    """Run its program, one connection after another."""
    program, files = servers.PROGRAMS / "tls.escript", (papers.cert, papers.key, papers.client_ca)
    with servers.program(folder, lambda port: ["escript", program, port, *files, *DEMAND[demand]]) as running:
        yield running


def verdict(log: str) -> Said | None:
    """Its reason for a refusal."""
    return servers.last_with(log, {"refused": False, "accepted": True})

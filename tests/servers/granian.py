"""granian: rustls, with its webpki verifier."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import servers
from servers import Papers, Running, Said

SILENT = True
"""It says nothing of a handshake that failed: no line is a refusal."""


@contextmanager
def run(
    folder: Path, papers: Papers, *, version: str = "", demand: str = "required", crl: Path | None = None
) -> Iterator[Running]:
    """Run it with one worker. It can do both versions, or TLS 1.3 alone."""
    words: list[object] = [sys.executable, "-P", "-m", "granian", "--interface", "asgi", "--host", "127.0.0.1"]
    words += ["--working-dir", servers.PROGRAMS, "--access-log", "--access-log-fmt", "status %(status)d"]
    words += ["--ssl-certificate", papers.cert, "--ssl-keyfile", papers.key, "--ssl-ca", papers.client_ca]
    words += ["--ssl-protocol-min", f"tls{version or '1.2'}"]
    words += ["--ssl-client-verify"] if demand == "required" else []
    for number, each in enumerate(servers.split(crl)):
        path = folder / f"{number}.crl"
        path.write_bytes(each)
        words += ["--ssl-crl", path]
    with servers.program(folder, lambda port: [*words, "--port", port, "granian_app:app"], http="/") as running:
        yield running


def verdict(log: str) -> Said | None:
    """A request in its access log is from a client that it let in."""
    return servers.first_with(log, {"status 2": True})

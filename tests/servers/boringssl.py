"""gRPC's C core: BoringSSL, which says nothing to the client that it refuses."""

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import servers
from servers import Papers, Running, Said

SCRIPT = servers.PROGRAMS / "grpc_server.py"


@contextmanager
def run(
    folder: Path, papers: Papers, *, version: str = "", demand: str = "required", alpn: bool = True
) -> Iterator[Running]:
    """Run it; both versions of TLS are always on. alpn: its clients offer h2, without which it hangs up."""
    env = dict(os.environ) | {"GRPC_VERBOSITY": "DEBUG", "GRPC_TRACE": "http,handshaker"}
    files = (papers.cert, papers.key, papers.client_ca)
    with servers.program(folder, lambda port: (sys.executable, "-P", SCRIPT, port, demand, *files), env=env) as running:
        yield running._replace(options=("--alpn", "h2") if alpn else ())


def verdict(log: str) -> Said | None:
    """The handshake's failure, or that its HTTP/2 began."""
    return servers.first_with(log, {"error=UNKNOWN": False, "Failed with error": False, "[INITIAL_WRITE]": True})


def of_client(log: str, port: int) -> str:
    """The entries, each as a line, that name the client's port."""
    entries = re.split(r"^(?=[DIWE]\d{4} )", log, flags=re.MULTILINE)
    return "\n".join(" ".join(one.split()) for one in entries if re.search(rf"127\.0\.0\.1:{port}\b", one))

"""Python's ssl module as a server."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import servers
from servers import Papers, Running, Said

SCRIPT = servers.PROGRAMS / "python_server.py"


@contextmanager
def run(
    folder: Path,
    papers: Papers,
    *,
    version: str = "1.3",
    demand: str = "required",
    crl: Path | None = None,
    strict: bool = False,
    python: str = sys.executable,
) -> Iterator[Running]:
    """Run it. strict: with the flags that create_default_context sets from Python 3.13 on. python: which one."""
    wish = {"cert": str(papers.cert), "key": str(papers.key), "ca": str(papers.client_ca), "version": version}
    wish |= {"demand": demand.upper(), "crl": str(crl or ""), "strict": strict}  # type: ignore[dict-item]

    def command(port: int) -> tuple[object, ...]:
        return python, "-P", SCRIPT, json.dumps(wish | {"port": port})

    with servers.program(folder, command) as running:
        yield running


def verdict(log: str) -> Said | None:
    """What the script printed."""
    return servers.first_with(log, {"refused:": False, "accepted:": True})

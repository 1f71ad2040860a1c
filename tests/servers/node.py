"""Node's tls module: its own OpenSSL, and a refusal by closing without a word."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import servers
from servers import Papers, Running, Said

SCRIPT = servers.PROGRAMS / "node.js"


@contextmanager
def run(
    folder: Path,
    papers: Papers,
    *,
    version: str = "",
    demand: str = "required",
    crl: Path | None = None,
    judge: bool = False,
) -> Iterator[Running]:
    """Run it. judge: take every certificate in the handshake, and answer 401 to those that do not verify."""
    wish: dict[str, object] = {"cert": str(papers.cert), "key": str(papers.key), "ca": str(papers.client_ca)}
    wish |= {"requestCert": demand != "none", "rejectUnauthorized": demand == "required" and not judge, "judge": judge}
    wish |= {"minVersion": f"TLSv{version or '1.2'}", "maxVersion": f"TLSv{version or '1.3'}"}
    wish |= {"crl": [each.decode() for each in servers.split(crl)]}

    def command(port: int) -> tuple[object, ...]:
        return "node", SCRIPT, json.dumps(wish | {"port": port})

    with servers.program(folder, command, http="/" if judge else "") as running:
        yield running


def verdict(log: str) -> Said | None:
    """What the script printed."""
    return servers.first_with(log, {"refused:": False, "accepted:": True})

"""NATS: Go's TLS after its greeting in plain text, judged in the handshake."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import servers
from servers import Papers, Running, Said


@contextmanager
def run(folder: Path, papers: Papers, *, demand: str = "required") -> Iterator[Running]:
    """Run it with what it does written down."""
    verify = f'ca_file: "{papers.client_ca}", verify: true' if demand == "required" else ""
    tls = f'tls {{ cert_file: "{papers.cert}", key_file: "{papers.key}", {verify} }}\n'
    (folder / "nats.conf").write_text(f"{tls}debug: true\nlogtime: true\n")
    words = ("nats-server", "-a", "127.0.0.1", "-c", folder / "nats.conf")
    with servers.program(folder, lambda port: [*words, "-p", port], starttls="nats") as running:
        yield running


def verdict(log: str) -> Said | None:
    """Go's words for a refusal; else that the handshake is complete."""
    lines = "\n".join(line for line in log.splitlines() if not line.endswith("handshake error: EOF"))
    return servers.last_with(lines, {"handshake error": False, "handshake complete": True})

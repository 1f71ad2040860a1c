"""Mosquitto (MQTT): OpenSSL, TLS from the first byte, judged in the handshake; takes a CRL."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import servers
from servers import Papers, Running, Said
from servers.accounts import me

DEMAND = {"none": "false", "optional": "false", "required": "true"}


@contextmanager
def run(folder: Path, papers: Papers, *, demand: str = "required", crl: Path | None = None) -> Iterator[Running]:
    """Run it with everything logged."""
    common = f"user {me()}\nlog_dest stderr\nlog_type all\nallow_anonymous true\n"

    def command(port: int) -> list[object]:
        listener = (
            f"listener {port} 127.0.0.1\ncafile {papers.client_ca}\ncertfile {papers.cert}\nkeyfile {papers.key}\n"
        )
        judged = f"require_certificate {DEMAND[demand]}\n" + (f"crlfile {crl}\n" if crl else "")
        (folder / "mosquitto.conf").write_text(common + listener + judged)
        return ["mosquitto", "-c", folder / "mosquitto.conf"]

    with servers.program(folder, command) as running:
        yield running


def verdict(log: str) -> Said | None:
    """OpenSSL's words for a refusal; a client that only shook hands and left."""
    lines = "\n".join(line for line in log.splitlines() if "unexpected eof" not in line)  # a look whether it listens
    refused = servers.last_with(lines, {"OpenSSL Error": False, "failed: error:": False})
    return refused or servers.last_with(lines, {"disconnected": True, "closed its connection": True})

"""selfserv on NSS, the library of Firefox and 389 Directory Server: judged in the handshake."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import servers
from servers import Papers, Running, Said

DEMAND = {"none": (), "optional": ("-r",), "required": ("-r", "-r")}


def database(folder: Path, papers: Papers) -> Path:
    """An NSS database: the server's key and chain, and the CA whose clients are trusted (T) and servers (C)."""
    made = folder / "nss"
    made.mkdir()
    bundle = folder / "server.p12"
    _do("certutil", "-N", "-d", f"sql:{made}", "--empty-password")
    _do("openssl", "pkcs12", "-export", "-in", papers.cert, "-inkey", papers.key, "-out", bundle, "-passout", "pass:",
        "-name", "server")  # fmt: skip
    _do("pk12util", "-i", bundle, "-d", f"sql:{made}", "-W", "", "-K", "")
    _do("certutil", "-A", "-d", f"sql:{made}", "-n", "clients", "-t", "CT,,", "-i", papers.client_ca)
    return made


def _do(*words: object) -> None:
    done = subprocess.run([str(word) for word in words], capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


@contextmanager
def run(folder: Path, papers: Papers, *, demand: str = "required") -> Iterator[Running]:
    """Run it, verbose. It listens on every address: nothing lets it do less."""
    words = ("selfserv", "-n", "server", "-d", f"sql:{database(folder, papers)}", "-V", "tls1.2:tls1.3", "-v", "-w", "")
    with servers.program(folder, lambda port: [*words, *DEMAND[demand], "-p", port]) as running:
        yield running


def verdict(log: str) -> Said | None:
    """NSS's words for a refusal."""
    return servers.first_with(log, {"HDX PR_Read returned error": False, "hit EOF": True})

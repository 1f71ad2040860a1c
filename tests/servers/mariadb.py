"""MariaDB: OpenSSL; TLS after its greeting. It judges a chain in the handshake, and its absence at login."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import servers
from servers import Papers, Running, Said
from servers.accounts import me


@contextmanager
def run(folder: Path, papers: Papers, *, demand: str = "required", crl: Path | None = None) -> Iterator[Running]:
    """Run it with a fresh data directory. demand: "none" gives it no CA, so that it asks for no certificate."""
    data = folder / "data"
    # Several at once share no folder for temporary tables: each removes what others left there as it starts.
    own = (f"--datadir={data}", f"--tmpdir={folder}", f"--user={me()}")
    install = ("mariadb-install-db", "--no-defaults", *own, "--skip-test-db")
    done = subprocess.run(install, cwd=folder, capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    tls = [f"--ssl-cert={papers.cert}", f"--ssl-key={papers.key}"]
    tls += [f"--ssl-ca={papers.client_ca}"] if demand != "none" else []
    tls += [f"--ssl-crl={crl}"] if crl else []
    words = ["mariadbd", "--no-defaults", *own, "--bind-address=127.0.0.1", *tls]
    words += [
        f"--socket={folder}/s",
        f"--pid-file={folder}/pid",
        "--log-warnings=9",
        "--innodb-flush-log-at-trx-commit=0",
    ]
    words += [
        "--innodb-buffer-pool-size=8M",
        "--innodb-log-file-size=4M",
        "--skip-name-resolve",
        "--max-connect-errors=1000000",
    ]
    (folder / "init.sql").write_text("CREATE USER alice@'%' REQUIRE X509;\n")  # without a user it greets with an error
    words += ["--loose-innodb-fast-shutdown=2", f"--init-file={folder}/init.sql"]
    with servers.program(folder, lambda port: [*words, f"--port={port}"], starttls="mysql") as running:
        yield running


def verdict(log: str) -> Said | None:
    """Every connection that comes to nothing is aborted; one that had its TLS was waited for first."""
    aborted = servers.last_with(log, {"Aborted connection": False})
    return aborted and (servers.last_with(log, {"Could not read packet": True}) or aborted)

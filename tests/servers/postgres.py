"""PostgreSQL: OpenSSL; TLS after the SSLRequest. It judges chains in the handshake, names and absence at login."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import servers
from servers import Papers, Running, Said
from servers.accounts import become, copied, give, other, reachable

DEMAND = {"none": "", "optional": "", "required": "clientcert=verify-ca", "mapped": "clientcert=verify-full"}


def binaries() -> Path:
    """Where Debian keeps them: off the path, by version."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    if found:
        return found[-1].parent
    path = shutil.which("postgres")
    assert path, "there is no postgres: apt install postgresql"
    return Path(path).parent


@contextmanager
def run(folder: Path, papers: Papers, *, demand: str = "required", crl: Path | None = None) -> Iterator[Running]:
    """Run a fresh cluster, as another user where the tests run as root: it refuses to be root."""
    user = other("postgres")
    with reachable(user) as home:
        own = copied(papers, home, user)
        data, programs = home / "data", binaries()
        words = (*become(user), programs / "initdb", "-D", data, "-U", "alice", "-A", "trust", "--no-sync")
        done = subprocess.run(words, cwd=home, capture_output=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
        (data / "pg_hba.conf").write_text(f"hostssl all all 127.0.0.1/32 trust {DEMAND[demand]}\n")
        settings = {
            "ssl": "on",
            "ssl_cert_file": own.cert,
            "ssl_key_file": own.key,
            "ssl_ca_file": own.client_ca if demand != "none" else "",
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": home,
            "fsync": "off",
            "log_connections": "on",
            "log_disconnections": "on",
            "log_min_messages": "debug2",
            "client_min_messages": "error",
        }
        if crl:
            settings["ssl_crl_file"] = give(Path(shutil.copy(crl, home / "crl.pem")), user)
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        command = (*become(user), programs / "postgres", "-D", data, *options)
        with servers.program(folder, lambda port: [*command, "-p", port], starttls="postgres") as running:
            yield running


def verdict(log: str) -> Said | None:
    """OpenSSL's words for a refusal in the handshake; else that it has TLS, whatever it says of the login."""
    refused = servers.last_with(log, {"could not accept SSL connection": False})
    return refused or servers.last_with(log, {"SSL connection from": True})

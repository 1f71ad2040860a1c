"""PgBouncer: LibreSSL's libtls on OpenSSL, after PostgreSQL's SSLRequest; judged in the handshake."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import servers
from servers import Papers, Running, Said
from servers.accounts import become, copied, other, reachable

DEMAND = {"none": "require", "optional": "require", "required": "verify-full"}


@contextmanager
def run(folder: Path, papers: Papers, *, demand: str = "required") -> Iterator[Running]:
    """Run it without anything behind it; it refuses to be root."""
    user = other("postgres")
    with reachable(user) as home:
        own = copied(papers, home, user)
        (home / "users").write_text("")
        config = (
            "[databases]\n* = host=127.0.0.1 port=1\n[pgbouncer]\nlisten_addr = 127.0.0.1\nunix_socket_dir =\n"
            f"auth_type = any\nauth_file = {home}/users\nverbose = 2\nclient_tls_sslmode = {DEMAND[demand]}\n"
            f"client_tls_cert_file = {own.cert}\nclient_tls_key_file = {own.key}\n"
            f"client_tls_ca_file = {own.client_ca}\n"
        )

        def command(port: int) -> list[object]:
            (home / "pgbouncer.ini").write_text(f"{config}listen_port = {port}\n")
            return [*become(user), "pgbouncer", home / "pgbouncer.ini"]

        with servers.program(folder, command, starttls="postgres") as running:
            yield running


def verdict(log: str) -> Said | None:
    """Its words for a refusal; else that it read on inside TLS."""
    return servers.last_with(log, {"TLS handshake error": False, "tls_read": True})

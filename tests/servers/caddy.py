"""Caddy: Go's crypto/tls."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import servers
from servers import Papers, Running, Said

DEMAND = {"optional": "verify_if_given", "required": "require_and_verify"}
CONF = """
{{
  admin off
  auto_https off
  debug
  default_bind 127.0.0.1
  storage file_system {folder}/storage
}}
https://localhost:{port} {{
  log
  tls {papers.cert} {papers.key} {{
    protocols {low} {high}
    {client_auth}
  }}
  respond "hello {{http.request.tls.client.subject}}"
}}
"""
AUTH = "client_auth {{\n mode {mode}\n trusted_ca_cert_file {ca}\n {more}\n }}"


@contextmanager
def run(
    folder: Path, papers: Papers, *, version: str = "", demand: str = "required", allowed: Path | None = None
) -> Iterator[Running]:
    """Run it. allowed: the only leaf that it takes. It reads no CRLs."""
    more = f"trusted_leaf_cert_file {allowed}" if allowed else ""
    auth = AUTH.format(mode=DEMAND[demand], ca=papers.client_ca, more=more) if demand in DEMAND else ""
    low, high = (f"tls{version or '1.2'}", f"tls{version or '1.3'}")
    conf = folder / "Caddyfile"

    def command(port: int) -> tuple[object, ...]:
        conf.write_text(CONF.format(folder=folder, port=port, papers=papers, low=low, high=high, client_auth=auth))
        return "caddy", "run", "--config", conf, "--adapter", "caddyfile"

    env = {"HOME": str(folder), "PATH": "/usr/bin:/bin", "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    with servers.program(folder, command, env=env, http="/") as running:
        yield running


def verdict(log: str) -> Said | None:
    """Go's words on the handshake, or the request that it handled."""
    return servers.first_with(log, {"TLS handshake error": False, "handled request": True})

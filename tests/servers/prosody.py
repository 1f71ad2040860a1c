"""Prosody (XMPP): OpenSSL through LuaSec; direct TLS or STARTTLS."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import servers
from servers import Papers, Running, Said
from servers.accounts import ROOT

DEMAND = {
    "none": '{ "none" }',
    "optional": '{ "peer" }',
    "required": '{ "peer", "fail_if_no_peer_cert" }',
}


@contextmanager
def run(folder: Path, papers: Papers, *, demand: str = "required", starttls: bool = False) -> Iterator[Running]:
    """Run it for one host, localhost."""
    log = folder / "prosody.log"
    tls = (
        f'{{ certificate = "{papers.cert}"; key = "{papers.key}"; cafile = "{papers.client_ca}"; '
        f"verify = {DEMAND[demand]} }}"
    )
    config = (
        f'run_as_root = {str(ROOT).lower()}\npidfile = "{folder}/prosody.pid"\ndata_path = "{folder}"\n'
        f'log = {{ debug = "{log}" }}\ninterfaces = {{ "127.0.0.1" }}\nmodules_enabled = {{ "tls", "saslauth" }}\n'
        'modules_disabled = { "s2s", "http" }\nauthentication = "internal_hashed"\nc2s_require_encryption = true\n'
        f"ssl = {tls}\nc2s_ssl = ssl\nc2s_direct_tls_ssl = ssl\n"
        f'VirtualHost "localhost"\nssl = {tls}\n'
    )

    def command(port: int) -> list[object]:
        plain, inside = (port, "") if starttls else ("", port)
        ports = f"c2s_ports = {{ {plain} }}\nc2s_direct_tls_ports = {{ {inside} }}\ns2s_ports = {{ }}\n"
        (folder / "prosody.cfg.lua").write_text(ports + config)
        return ["prosody", "-F", "--config", folder / "prosody.cfg.lua"]

    with servers.program(folder, command, log=log, starttls="xmpp" if starttls else "") as running:
        yield running


def verdict(log: str) -> Said | None:
    """LuaSec's words."""
    return servers.last_with(log, {"TLS handshake error": False, "TLS handshake complete": True})

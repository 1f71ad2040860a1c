"""stunnel: OpenSSL behind verifyChain, or verifyPeer for an allow list of certificates."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import servers
from servers import Papers, Running, Said

DEMAND = {"none": "", "optional": "verifyChain = yes", "required": "verifyChain = yes\nrequireCert = yes"}
CONF = """
foreground = yes
debug = info
output = {folder}/stunnel.log
pid =
syslog = no
[echo]
accept = 127.0.0.1:{port}
exec = /bin/cat
cert = {papers.cert}
key = {papers.key}
CAfile = {trusted}
{demand}
{version}
{crl}
"""


@contextmanager
def run(
    folder: Path,
    papers: Papers,
    *,
    version: str = "",
    demand: str = "required",
    crl: Path | None = None,
    allowed: Path | None = None,
) -> Iterator[Running]:
    """Run it in front of cat. allowed: the only client certificates that it takes, with their CAs."""
    conf = folder / "stunnel.conf"
    trusted = papers.client_ca
    if allowed:
        trusted = folder / "allowed.pem"
        trusted.write_bytes(papers.client_ca.read_bytes() + allowed.read_bytes())
    demands = DEMAND[demand] + ("\nverifyPeer = yes" if allowed else "")
    versions = f"sslVersion = TLSv{version}" if version else "sslVersionMin = TLSv1.2"

    def command(port: int) -> tuple[object, ...]:
        conf.write_text(
            CONF.format(
                folder=folder,
                port=port,
                papers=papers,
                trusted=trusted,
                demand=demands,
                version=versions,
                crl=f"CRLfile = {crl}" if crl else "",
            )
        )
        return "stunnel4", conf

    with servers.program(folder, command, log=folder / "stunnel.log") as running:
        yield running


def verdict(log: str) -> Said | None:
    """Why it rejected, or that it went on to its program."""
    return servers.first_with(
        log, {"SSL_accept: ": False, "TLS accepted": True}, ("CERT: Pre-", "CERT: Certificate not")
    )

"""OpenLDAP's slapd: GnuTLS in Debian's build, LDAPS and StartTLS, judged in the handshake."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import servers
from servers import Papers, Running, Said

DEMAND = {"none": "never", "optional": "try", "required": "demand"}


@contextmanager
def run(
    folder: Path, papers: Papers, *, demand: str = "required", crl: Path | None = None, starttls: bool = False
) -> Iterator[Running]:
    """Run it without any directory of its own; a CRL is one that its GnuTLS reads."""
    lines = [
        f"pidfile {folder}/slapd.pid",
        f"argsfile {folder}/slapd.args",
        f"TLSCACertificateFile {papers.client_ca}",
        f"TLSCertificateFile {papers.cert}",
        f"TLSCertificateKeyFile {papers.key}",
        f"TLSVerifyClient {DEMAND[demand]}",
        *([f"TLSCRLFile {crl}"] if crl else []),
    ]
    (folder / "slapd.conf").write_text("\n".join(lines) + "\n")
    words = ["slapd", "-f", folder / "slapd.conf", "-d", "conns,stats"]
    scheme = "ldap" if starttls else "ldaps"
    with servers.program(
        folder, lambda port: [*words, "-h", f"{scheme}://127.0.0.1:{port}"], starttls="ldap" if starttls else ""
    ) as running:
        yield running


def verdict(log: str) -> Said | None:
    """It writes `TLS established`, or closes with GnuTLS's words."""
    return servers.last_with(log, {"TLS established": True, "TLS negotiation failure": False, "TLS accept": False})

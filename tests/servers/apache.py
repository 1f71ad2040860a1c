"""Apache httpd with mod_ssl: it judges in the handshake, by OpenSSL and by its own SSLVerifyDepth."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import servers
from servers import Papers, Running, Said

DEMAND = {"none": "none", "optional": "optional", "required": "require"}
MODULES = ("mpm_event", "authz_core", "status", "ssl")
CONF = """
ServerRoot {folder}
ServerName localhost
PidFile {folder}/apache.pid
DefaultRuntimeDir {folder}
Mutex sem
{modules}
{user}
Listen 127.0.0.1:{port}
ErrorLog {folder}/apache.log
LogLevel warn ssl:info
LogFormat "status %>s for %{{SSL_CLIENT_S_DN}}x" verdict
CustomLog {folder}/apache.log verdict
DocumentRoot /usr/share
SetHandler server-status
StartServers 1
SSLEngine on
SSLProtocol {protocols}
SSLCertificateFile {papers.cert}
SSLCertificateKeyFile {papers.key}
SSLCACertificateFile {papers.client_ca}
SSLVerifyClient {demand}
SSLVerifyDepth {depth}
{more}
"""


@contextmanager
def run(
    folder: Path,
    papers: Papers,
    *,
    version: str = "",
    demand: str = "required",
    crl: Path | None = None,
    depth: int = 9,
    more: str = "",
) -> Iterator[Running]:
    """Run it in the foreground. more: further lines of its configuration."""
    protocols = f"-all +TLSv{version}" if version else "-all +TLSv1.2 +TLSv1.3"
    modules = "\n".join(f"LoadModule {m}_module /usr/lib/apache2/modules/mod_{m}.so" for m in MODULES)
    lines = more + (f"\nSSLCARevocationFile {crl}\nSSLCARevocationCheck chain" if crl else "")
    user = "User www-data\nGroup www-data" if os.geteuid() == 0 else ""
    conf = folder / "apache.conf"

    def command(port: int) -> tuple[object, ...]:
        conf.write_text(
            CONF.format(
                folder=folder,
                port=port,
                modules=modules,
                user=user,
                protocols=protocols,
                papers=papers,
                demand=DEMAND[demand],
                depth=depth,
                more=lines,
            )
        )
        return "/usr/sbin/apache2", "-f", conf, "-DFOREGROUND"

    with servers.program(folder, command, log=folder / "apache.log", http="/") as running:
        yield running


def verdict(log: str) -> Said | None:
    """What verification said, if it failed; else what became of the request."""
    ends = {"SSL Library Error": False, "AH02008": False, "status 4": False, "status 2": True}
    return servers.first_with(log, ends, ("Certificate Verification: ", "Re-negotiation handshake failed"))

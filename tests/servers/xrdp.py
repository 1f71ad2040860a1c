"""xrdp: OpenSSL; TLS after the negotiation of RDP. It asks for no client certificate."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import servers
from servers import Papers, Running

CONF = """[Globals]
ini_version=1
fork=true
port=tcp://127.0.0.1:{port}
security_layer={layer}
certificate={papers.cert}
key_file={papers.key}
ssl_protocols=TLSv1.2, TLSv1.3
[Logging]
LogFile={folder}/xrdp.log
LogLevel=INFO
"""


@contextmanager
def run(folder: Path, papers: Papers, *, layer: str = "negotiate") -> Iterator[Running]:
    """Run it without sessions. layer: negotiate, tls, or rdp, which is RDP's own security alone."""

    def command(port: int) -> list[object]:
        (folder / "xrdp.ini").write_text(CONF.format(port=port, layer=layer, papers=papers, folder=folder))
        return ["xrdp", "--nodaemon", "--config", folder / "xrdp.ini"]

    with servers.program(folder, command, log=folder / "xrdp.log", starttls="rdp") as running:
        yield running

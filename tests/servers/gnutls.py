"""gnutls-serv: GnuTLS, which verifies after the handshake is done."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import servers
from servers import Papers, Running, Said

DEMAND = {
    "none": ("--disable-client-cert",),
    "optional": ("--verify-client-cert",),
    "required": ("--require-client-cert", "--verify-client-cert"),
}


@contextmanager
def run(
    folder: Path,
    papers: Papers,
    *,
    version: str = "",
    demand: str = "required",
    crl: Path | None = None,
    legacy: bool = False,
) -> Iterator[Running]:
    """Run it; it answers any request with a page. legacy: without the renegotiation_info of RFC 5746."""
    words: list[object] = ["stdbuf", "-o0", "gnutls-serv", "--http", "--x509certfile", papers.cert]
    words += ["--x509keyfile", papers.key, "--x509cafile", papers.client_ca, *DEMAND[demand]]
    priority = "NORMAL" + (f":-VERS-ALL:+VERS-TLS{version}" if version else "")
    words += ["--priority", priority + (":%DISABLE_SAFE_RENEGOTIATION" if legacy else "")]
    words += ["--x509crlfile", crl] if crl else []
    with servers.program(folder, lambda port: [*words, "--port", port], http="/") as running:
        yield running


def verdict(log: str) -> Said | None:
    """What it prints of the verification, or of the handshake."""
    ends = {"Error in handshake": False, "Error: ": False, "- Description: ": True}
    return servers.first_with(log, ends, ("The certificate is NOT trusted",))

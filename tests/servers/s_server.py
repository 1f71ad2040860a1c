"""openssl s_server: OpenSSL as it is, with every option at hand."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import servers
from servers import Papers, Running, Said

DEMAND = {"none": (), "optional": ("-verify", "4"), "required": ("-Verify", "4", "-verify_return_error")}


@contextmanager
def run(
    folder: Path,
    papers: Papers,
    *,
    version: str = "",
    demand: str = "required",
    crl: Path | None = None,
    options: tuple[object, ...] = (),
) -> Iterator[Running]:
    """Run it; -www answers a request, so that it lives without a terminal."""
    words: list[object] = ["openssl", "s_server", "-www", "-state", "-cert", papers.cert, "-key", papers.key]
    above = b"".join(servers.split(papers.cert)[1:])
    (folder / "above.pem").write_bytes(above)
    words += ["-cert_chain", "above.pem"] if above else []
    trusted = folder / "trusted.pem"  # -CRL reads one CRL alone, -CAfile all
    trusted.write_bytes(papers.client_ca.read_bytes() + (crl.read_bytes() if crl else b""))
    words += [*DEMAND[demand], "-CAfile", trusted]
    words += [f"-tls{version.replace('.', '_')}"] if version else []
    words += ["-crl_check_all"] if crl else []
    with servers.program(folder, lambda port: [*words, *options, "-accept", f"127.0.0.1:{port}"]) as running:
        yield running


def verdict(log: str) -> Said | None:
    """It prints each step: the client's Finished read means that its certificate was taken."""
    ends = {"SSLv3/TLS read finished": True, ":SSL routines:": False}
    return servers.first_with(log, ends, ("verify error:num=",))

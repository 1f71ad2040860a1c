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
    words += ["-chainCAfile", papers.issuing]
    words += [*DEMAND[demand], "-CAfile", papers.client_ca]
    words += [f"-tls{version.replace('.', '_')}"] if version else []
    words += ["-crl_check_all", "-CRL", crl] if crl else []
    with servers.program(folder, lambda port: [*words, *options, "-accept", f"127.0.0.1:{port}"]) as running:
        yield running


def verdict(log: str) -> Said | None:
    """It prints each step: the client's Finished read means that its certificate was taken."""
    words = {"SSLv3/TLS read finished": True, "verify error:num=": False, ":SSL routines:": False}
    return servers.last_with(log, words)

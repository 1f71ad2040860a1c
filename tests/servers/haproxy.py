"""HAProxy: OpenSSL's judgement, with depth and CRL of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import servers
from servers import Papers, Running, Said

LATE = "optional ca-ignore-err all crt-ignore-err all"
"""Whatever comes is taken in the handshake; a rule may judge it later."""
DEMAND = {"none": "none", "optional": "optional", "required": "required", "late": LATE}
CONF = """
global
  log stdout format raw daemon
  ssl-default-bind-options ssl-min-ver TLSv{low} ssl-max-ver TLSv{high}
defaults
  mode http
  timeout client 20s
  timeout server 20s
  timeout connect 5s
frontend front
  log global
  log-format "status %ST for %{{+Q}}[ssl_c_s_dn]"
  error-log-format "refused: %[ssl_fc_err_str]; verify error %[ssl_c_err], above the leaf %[ssl_c_ca_err]"
  bind 127.0.0.1:{port} {tls}
  {more}
  http-request return status 200 content-type text/plain string hello
"""


@contextmanager
def run(
    folder: Path,
    papers: Papers,
    *,
    version: str = "",
    demand: str = "required",
    crl: Path | None = None,
    more: str = "",
    strict: bool = False,
    plain: bool = False,
) -> Iterator[Running]:
    """Run it in the foreground. more: a further rule of its frontend. strict: only for names in its certificates.

    plain: without TLS.
    """
    (folder / "both.pem").write_bytes(papers.cert.read_bytes() + papers.key.read_bytes())
    tls = f"ssl crt {folder}/both.pem ca-file {papers.client_ca} verify {DEMAND[demand]}"
    tls += (f" crl-file {crl}" if crl else "") + (" strict-sni" if strict else "")
    conf = folder / "haproxy.conf"

    def command(port: int) -> tuple[object, ...]:
        conf.write_text(
            CONF.format(
                port=port,
                tls="" if plain else tls,
                low=version or "1.2",
                high=version or "1.3",
                more=more,
            )
        )
        return "haproxy", "-db", "-f", conf

    with servers.program(folder, command, http="/") as running:
        yield running


def verdict(log: str) -> Said | None:
    """Its line about the request, or about the handshake that failed."""
    return servers.first_with(log, {"refused:": False, "status 4": False, "status 2": True})

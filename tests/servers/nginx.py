"""nginx: it completes every handshake and judges the client's certificate in HTTP."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import servers
from servers import Papers, Running, Said

DEMAND = {"none": "off", "optional": "optional", "required": "on", "optional_no_ca": "optional_no_ca"}
CONF = """
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
events {{}}
http {{
  log_format verdict "status $status for $ssl_client_s_dn, verify $ssl_client_verify";
  access_log {folder}/nginx.log verdict;
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
  uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  server {{
    listen 127.0.0.1:{port} ssl;
    ssl_protocols {protocols};
    ssl_certificate {papers.cert};
    ssl_certificate_key {papers.key};
    ssl_client_certificate {papers.client_ca};
    ssl_verify_client {demand};
    ssl_verify_depth {depth};
    {more}
    location / {{ return 200 "hello $ssl_client_s_dn\\n"; }}
  }}
}}
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
    """Run it. more: further lines for its server block."""
    protocols = f"TLSv{version}" if version else "TLSv1.2 TLSv1.3"
    lines = more + (f" ssl_crl {crl};" if crl else "")
    conf = folder / "nginx.conf"

    def command(port: int) -> tuple[object, ...]:
        conf.write_text(
            CONF.format(
                folder=folder,
                port=port,
                protocols=protocols,
                papers=papers,
                demand=DEMAND[demand],
                depth=depth,
                more=lines.replace("@PORT", str(port)),
            )
        )
        return "nginx", "-c", conf, "-e", folder / "nginx.log", "-p", folder, "-g", "error_log nginx.log info;"

    with servers.program(folder, command, log=folder / "nginx.log", http="/") as running:
        yield running


def verdict(log: str) -> Said | None:
    """Its word on the certificate, else the status that it answered, else a handshake that failed."""
    ends = {"SSL_do_handshake() failed": False, "status 2": True, "status 4": False}
    return servers.first_with(log, ends, ("verify error", "client sent no required"))

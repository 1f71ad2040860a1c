"""mtlsctl serve: options in, a server that runs until it is stopped, a line for each thing that happens."""

from pathlib import Path
from typing import Annotated

import typer

from mtlsctl.cli import options, output
from mtlsctl.cli.text.serve import lines
from mtlsctl.core import endpoint
from mtlsctl.core.tls import Demand, TlsSettings
from mtlsctl.errors import UsageError
from mtlsctl.workflows import identities
from mtlsctl.workflows.passwords import Source
from mtlsctl.workflows.serve import ServeWish
from mtlsctl.workflows.serve import serve as do_serve


@options.with_password
def serve(
    password: Source,
    listen: Annotated[
        str, typer.Option("--listen", metavar="HOST:PORT", help="Where to listen; port 0 takes a free one.")
    ] = "127.0.0.1:8443",
    identity: Annotated[
        Path | None, typer.Option("--identity", metavar="FOLDER", help="A folder made by issue: cert, key and CA.")
    ] = None,
    cert: Annotated[
        Path | None, typer.Option("--cert", metavar="FILE", help="The server's certificate, its chain below it.")
    ] = None,
    key: Annotated[Path | None, typer.Option("--key", metavar="FILE", help="Its private key.")] = None,
    client_ca: Annotated[
        str | None, typer.Option("--client-ca", metavar="NAME|FILE", help="Who may vouch for clients.")
    ] = None,
    client_cert: Annotated[
        Demand | None, typer.Option("--client-cert", help="Demand a client certificate; required with --client-ca.")
    ] = None,
    alpn: Annotated[
        list[str] | None, typer.Option("--alpn", metavar="NAME", help="A protocol to agree on; may be repeated.")
    ] = None,
    tls_min: Annotated[str, typer.Option("--tls-min", metavar="1.2", help="The lowest version of TLS.")] = "",
    tls_max: Annotated[str, typer.Option("--tls-max", metavar="1.3", help="The highest version of TLS.")] = "",
    timeout: Annotated[
        float, typer.Option("--timeout", metavar="SECONDS", min=0.1, max=3600, help="For one handshake.")
    ] = 10.0,
    count: Annotated[int | None, typer.Option("--count", metavar="N", min=1, help="End after N connections.")] = None,
    once: Annotated[bool, typer.Option("--once", help="End after one connection.")] = False,
    as_json: options.Json = False,
) -> int:
    """Run a TLS server that shows who connects, for debugging clients.

    Each connection is reported: who came, or why it was refused. A request is answered with what the server knows of
    the client: a page for browsers, JSON for all others. The first line says where it listens.

    Examples:
      mtlsctl serve --identity localhost
      mtlsctl serve --cert server.pem --key server.key --client-ca ca.pem --listen 127.0.0.1:0 --json
      mtlsctl serve --identity localhost --client-cert optional --once
      curl --cacert ca.pem --cert client.pem --key client.key https://localhost:8443/

    Exit status: 0 when stopped by SIGINT, SIGTERM, --once or --count; 2 could not start.
    """
    where = _address(listen)
    papers = identities.complete(identities.Papers(identity, cert, key, client_ca), "server")
    ours = identities.identity(papers, options.secret_from(password))
    if ours is None:
        raise UsageError("a TLS server needs a certificate", "pass --identity FOLDER, or --cert FILE and --key FILE")
    demand = client_cert or (Demand.REQUIRED if papers.ca else Demand.NONE)
    if demand is not Demand.NONE and not papers.ca:
        raise UsageError("which client certificates are good? No CA is named", "pass --client-ca FILE")
    roots = identities.roots(papers.ca) if papers.ca and demand is not Demand.NONE else ()
    settings = TlsSettings(ours, roots, demand, tls_min, tls_max, tuple(alpn or ("http/1.1",)))
    for event in do_serve(ServeWish(where, settings, timeout, 1 if once else count)):
        output.show("serve", event, lines(event), as_json=as_json, findings=event.findings)
    return 0


def _address(listen: str) -> endpoint.Endpoint:
    """Where to listen. A port alone means this machine only; every other address is named."""
    if listen.startswith(":"):
        raise UsageError(
            f"{listen}: no address", f"write 127.0.0.1{listen} for this machine only, 0.0.0.0{listen} for all networks"
        )
    text = f"127.0.0.1:{listen}" if listen.isdigit() else listen
    return endpoint.parse(text, default_port=None, allow_zero=True)

"""mtlsctl handshake: options in, one handshake, one answer out."""

from pathlib import Path
from typing import Annotated

import typer

from mtlsctl.cli import options, output
from mtlsctl.cli.text.handshake import lines
from mtlsctl.core import endpoint
from mtlsctl.core.tls import TlsSettings
from mtlsctl.errors import UsageError
from mtlsctl.workflows import identities
from mtlsctl.workflows.handshake import Wish
from mtlsctl.workflows.handshake import handshake as do_handshake
from mtlsctl.workflows.passwords import Source

UNTOLD = ("dns-failure", "connection-refused", "connection-timeout", "handshake-stalled")
"""The network gave no answer: exit 2, could not tell."""


@options.with_password
def handshake(
    target: Annotated[str, typer.Argument(metavar="HOST:PORT", help="Where to connect; the port is 443 if left out.")],
    password: Source,
    identity: Annotated[
        Path | None, typer.Option("--identity", metavar="FOLDER", help="A folder made by issue: cert, key and CA.")
    ] = None,
    cert: Annotated[
        Path | None, typer.Option("--cert", metavar="FILE", help="Our certificate, with its chain below it.")
    ] = None,
    key: Annotated[
        Path | None, typer.Option("--key", metavar="FILE", help="Its private key, if not in --cert.")
    ] = None,
    ca: Annotated[
        str | None,
        typer.Option("--ca", metavar="NAME|FILE", help="Who may vouch for the server.  [env: MTLSCTL_CA]"),
    ] = None,
    servername: Annotated[
        str | None, typer.Option("--servername", metavar="NAME", help="The name to ask for and to verify.")
    ] = None,
    alpn: Annotated[
        list[str] | None, typer.Option("--alpn", metavar="NAME", help="A protocol to offer; may be repeated.")
    ] = None,
    tls_min: Annotated[str, typer.Option("--tls-min", metavar="1.2", help="The lowest version of TLS.")] = "",
    tls_max: Annotated[str, typer.Option("--tls-max", metavar="1.3", help="The highest version of TLS.")] = "",
    timeout: Annotated[float, typer.Option("--timeout", metavar="SECONDS", min=0.1, max=3600)] = 10.0,
    http: Annotated[str, typer.Option("--http", metavar="PATH", help="Then send GET PATH, and show the status.")] = "",
    insecure: Annotated[
        bool, typer.Option("--insecure", help="Go on, and show our certificate, although the server does not verify.")
    ] = False,
    as_json: options.Json = False,
) -> int:
    """Do one TLS handshake and say what happened.

    Connects, verifies the server, presents our certificate where it is asked for, and waits for the server's verdict.
    Our certificate is not shown to a server that does not verify, unless --insecure is given.

    Examples:
      mtlsctl handshake localhost:8443 --identity alice
      mtlsctl handshake api.test:443 --cert client.pem --key client.key --ca ca.pem --json
      mtlsctl handshake 127.0.0.1:8443 --servername api.test --ca dev --tls-max 1.2
      mtlsctl handshake api.test --identity alice --http /health

    Exit status: 0 both sides accepted; 1 one of them refused; 2 could not tell (a file that cannot be read, no
    address, nothing listens, no answer in time).
    """
    where = endpoint.parse(target)
    if servername is not None:
        where = endpoint.named(where, servername)
    if http and (not http.startswith("/") or not http.isascii() or not http.isprintable() or " " in http):
        raise UsageError(f"{http!r} is not the path of a request", "write it as --http /health")
    papers = identities.complete(identities.Papers(identity, cert, key, ca))
    ours = identities.identity(papers, options.secret_from(password))
    roots, trust = identities.trusted(papers)
    settings = TlsSettings(ours, roots, minimum=tls_min, maximum=tls_max, alpn=tuple(alpn or ()))
    result, report = do_handshake(Wish(where, settings, trust, timeout, insecure, http, in_full=as_json))
    status = output.show("handshake", result, lines(result), as_json=as_json, findings=report.findings)
    return 2 if report.findings[0].code in UNTOLD else status

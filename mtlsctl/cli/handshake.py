"""mtlsctl handshake: options in, one handshake, one answer out."""

from typing import Annotated

import typer

from mtlsctl.cli import client, options, output
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


@client.with_offer
@client.with_papers
@options.with_password
def handshake(
    target: Annotated[str, typer.Argument(metavar="HOST:PORT", help="Where to connect; the port is 443 if left out.")],
    papers: identities.Papers,
    password: Source,
    offer: TlsSettings,
    servername: Annotated[
        str | None,
        typer.Option(
            "--servername", metavar="NAME", help="The name to ask for and to verify.", rich_help_panel=client.OFFER
        ),
    ] = None,
    no_servername: Annotated[
        bool,
        typer.Option("--no-servername", help="Ask for no name; verify it all the same.", rich_help_panel=client.OFFER),
    ] = False,
    http: Annotated[str, typer.Option("--http", metavar="PATH", help="Then send GET PATH, and show the status.")] = "",
    insecure: Annotated[
        bool,
        typer.Option(
            "--insecure",
            help="Go on, and show our certificate, although the server does not verify.",
            rich_help_panel=client.TRUST,
        ),
    ] = False,
    timeout: options.Timeout = 10.0,
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
      mtlsctl handshake api.test --cert client.p12 --password-file pass.txt --system-ca
      mtlsctl handshake api.test --ca dev --groups X25519 --ciphers TLS_AES_128_GCM_SHA256

    Exit status: 0 both sides accepted; 1 one of them refused; 2 could not tell (a file that cannot be read, no
    address, nothing listens, no answer in time).
    """
    where = _asked_for(endpoint.parse(target), servername, no_servername)
    if http and (not http.startswith("/") or not http.isascii() or not http.isprintable() or " " in http):
        raise UsageError(f"{http!r} is not the path of a request", "write it as --http /health")
    papers = identities.complete(papers)
    ours = identities.identity(papers, options.secret_from(password))
    roots, trust = identities.trusted(papers)
    settings = offer._replace(identity=ours, roots=roots)
    result, report = do_handshake(Wish(where, settings, trust, timeout, insecure, http, in_full=as_json))
    status = output.show("handshake", result, lines(result), as_json=as_json, findings=report.findings)
    return 2 if report.findings[0].code in UNTOLD else status


def _asked_for(where: endpoint.Endpoint, name: str | None, no_name: bool) -> endpoint.Endpoint:
    """The same place, with the server name that the options say."""
    if name is not None and no_name:
        raise UsageError("--servername and --no-servername contradict each other", "give one of them")
    if name is not None:
        return endpoint.named(where, name)
    return where._replace(server_name="") if no_name else where

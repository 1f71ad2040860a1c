"""mtlsctl serve: options in, a server that runs until it is stopped, a line for each thing that happens."""

from pathlib import Path
from typing import Annotated

from mtlsctl.cli import client, options, output
from mtlsctl.cli.declare import Option
from mtlsctl.cli.text.serve import lines
from mtlsctl.core import endpoint
from mtlsctl.core.findings import Verdict, worst
from mtlsctl.core.tls import Demand
from mtlsctl.errors import UsageError
from mtlsctl.workflows import identities, serving
from mtlsctl.workflows.passwords import Source
from mtlsctl.workflows.serve import ServeWish
from mtlsctl.workflows.serve import serve as do_serve

_CLIENTS, _TERMS = "Who may come in", "What we take"


@options.with_password
def serve(
    password: Source,
    listen: Annotated[
        str, Option("--listen", metavar="HOST:PORT", help="Where to listen; port 0 takes a free one.")
    ] = "127.0.0.1:8443",
    identity: Annotated[
        Path | None,
        Option(
            "--identity",
            metavar="NAME|FOLDER|FILE",
            help="What issue made: cert, key and CA; or a PKCS#12 file.",
        ),
    ] = None,
    cert: Annotated[
        Path | None, Option("--cert", metavar="FILE", help="The server's certificate, its chain below it.")
    ] = None,
    key: Annotated[Path | None, Option("--key", metavar="FILE", help="Its private key.")] = None,
    client_ca: Annotated[
        str | None,
        Option("--client-ca", metavar="NAME|FILE", help="Who may vouch for clients.", panel=_CLIENTS),
    ] = None,
    require: Annotated[
        bool,
        Option("--require", help="Demand a client certificate; so it is with --client-ca.", panel=_CLIENTS),
    ] = False,
    request: Annotated[bool, Option("--request", help="Ask for one, and go on without.", panel=_CLIENTS)] = False,
    no_client_cert: Annotated[bool, Option("--no-client-cert", help="Do not ask for one.", panel=_CLIENTS)] = False,
    client_cert: Annotated[Demand | None, Option("--client-cert", hidden=True)] = None,
    crl: Annotated[
        list[str] | None,
        Option("--crl", metavar="NAME|FILE", help="Refuse whom it revokes; may be repeated.", panel=_CLIENTS),
    ] = None,
    lenient: Annotated[
        bool,
        Option(
            "--lenient",
            help="Let everybody in, and tell them why others would not.",
            panel=_CLIENTS,
        ),
    ] = False,
    alpn: Annotated[
        list[str] | None,
        Option(
            "--alpn",
            metavar="NAME",
            help="A protocol to agree on; may be repeated. Default: h2, http/1.1.",
            panel=_TERMS,
        ),
    ] = None,
    tls_min: Annotated[
        str | None, Option("--tls-min", metavar="1.2", help="The lowest version of TLS.", panel=_TERMS)
    ] = None,
    tls_max: Annotated[
        str | None, Option("--tls-max", metavar="1.3", help="The highest version of TLS.", panel=_TERMS)
    ] = None,
    ciphers: Annotated[
        str | None,
        Option("--ciphers", metavar="LIST", help="Cipher suites, as OpenSSL writes lists.", panel=_TERMS),
    ] = None,
    groups: Annotated[
        str | None,
        Option("--groups", metavar="LIST", help="Key exchange groups: x25519:P-256.", panel=_TERMS),
    ] = None,
    sigalgs: Annotated[
        str | None,
        Option(
            "--sigalgs",
            metavar="LIST",
            help="Signature algorithms, of client certificates too.",
            panel=_TERMS,
        ),
    ] = None,
    proxy_protocol: Annotated[
        bool,
        Option(
            "--proxy-protocol",
            help="Demand a PROXY header; only behind a load balancer.",
            panel=_TERMS,
        ),
    ] = False,
    timeout: Annotated[
        float, Option("--timeout", metavar="SECONDS", min=0.1, max=3600, help="For one handshake.")
    ] = 10.0,
    count: Annotated[int | None, Option("--count", metavar="N", min=1, help="End after N connections.")] = None,
    once: Annotated[bool, Option("--once", help="End after one connection.")] = False,
    as_json: options.Json = False,
) -> int:
    """Run a TLS server that shows who connects, for debugging clients.

    Each connection is reported: who came, or why it was refused, and whether it refused us. A request is answered with
    what the server knows of the client: a page for browsers, JSON for all others, over HTTP/1.1 or HTTP/2. With
    --lenient a client that others would refuse is let in and told why; nobody is authenticated by that. Files are read
    again when they change, or on SIGHUP. The first line says where it listens.

    Examples:
      mtlsctl serve --identity localhost
      mtlsctl serve --identity localhost --crl dev
      mtlsctl serve --identity localhost --lenient
      mtlsctl serve --cert server.pem --key server.key --client-ca ca.pem --listen 127.0.0.1:0 --json
      mtlsctl serve --identity localhost --request --once
      curl --cacert ca.pem --cert client.pem --key client.key https://localhost:8443/

    Exit status: 0 when stopped by SIGINT, SIGTERM, --once or --count; 2 could not start.
    """
    where = _address(listen)
    papers = identities.complete(identities.Papers(identity, cert, key, client_ca), "server")
    flags = {Demand.REQUIRED: require, Demand.OPTIONAL: request, Demand.NONE: no_client_cert}
    demand = _demand(flags, client_cert) or (Demand.REQUIRED if papers.ca else Demand.NONE)
    if lenient and demand is Demand.NONE:
        raise UsageError("--lenient is of no use: no client certificate is asked for", "pass --client-ca FILE")
    terms = client.offered(
        tls_min=tls_min,
        tls_max=tls_max,
        ciphers=ciphers,
        groups=groups,
        sigalgs=sigalgs,
        alpn=alpn or ["h2", "http/1.1"],
    )._replace(demand=demand)
    source = serving.source(serving.Wanted(papers, terms, tuple(crl or ())), options.secret_from(password))
    for event in do_serve(ServeWish(where, source, timeout, 1 if once else count, lenient, proxy_protocol)):
        ok = not event.findings or worst(event.findings) is not Verdict.FAIL
        output.say("serve", event, lines(event), as_json=as_json, ok=ok, findings=event.findings)
    return 0


def _demand(flags: dict[Demand, bool], word: Demand | None) -> Demand | None:
    """What the flags ask of clients; None where nothing was said."""
    asked = [demand for demand, given in flags.items() if given]
    if len({*asked, *([word] if word else [])}) > 1:
        raise UsageError("--require, --request and --no-client-cert contradict each other", "give one of them")
    return word or (asked[0] if asked else None)


def _address(listen: str) -> endpoint.Endpoint:
    """Where to listen. A port alone means this machine only; every other address is named."""
    if listen.startswith(":"):
        raise UsageError(
            f"{listen}: no address", f"write 127.0.0.1{listen} for this machine only, 0.0.0.0{listen} for all networks"
        )
    text = f"127.0.0.1:{listen}" if listen.isdigit() else listen
    return endpoint.parse(text, default_port=None, allow_zero=True)

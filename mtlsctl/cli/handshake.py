"""mtlsctl handshake: options in, one handshake, one answer out."""

from pathlib import Path
from typing import Annotated

from mtlsctl.cli import client, options, output
from mtlsctl.cli.declare import Argument, Option
from mtlsctl.cli.route import Way, with_route
from mtlsctl.cli.text.handshake import lines
from mtlsctl.cli.tracing import Record, with_record
from mtlsctl.core import endpoint
from mtlsctl.core.tls import TlsSettings
from mtlsctl.errors import UsageError
from mtlsctl.workflows import identities
from mtlsctl.workflows.handshake import UNTOLD, Place, Wish
from mtlsctl.workflows.handshake import handshake as do_handshake
from mtlsctl.workflows.passwords import Source

SEVERAL = "Several handshakes"


@client.with_offer
@client.with_papers
@with_route
@with_record
@options.with_password
def handshake(
    papers: identities.Papers,
    password: Source,
    offer: TlsSettings,
    way: Way,
    record: Record,
    target: Annotated[
        str | None,
        Argument(
            metavar="[HOST:PORT]", help="Where to connect, port 443 if left out; or a URL, or unix:/path/of/socket."
        ),
    ] = None,
    servername: Annotated[
        str | None,
        Option("--servername", metavar="NAME", help="The name to ask for and to verify.", panel=client.OFFER),
    ] = None,
    no_servername: Annotated[
        bool,
        Option("--no-servername", help="Ask for no name; verify it all the same.", panel=client.OFFER),
    ] = False,
    http: Annotated[
        str | None, Option("--http", metavar="PATH", help="Then send GET PATH, and show the status.")
    ] = None,
    insecure: Annotated[
        bool,
        Option(
            "--insecure",
            help="Go on, and show our certificate, although the server does not verify.",
            panel=client.TRUST,
        ),
    ] = False,
    targets: Annotated[
        Path | None,
        Option(
            "--targets",
            metavar="FILE",
            help="Shake hands with every HOST:PORT in FILE, one on each line; - is stdin.",
            panel=SEVERAL,
        ),
    ] = None,
    jobs: Annotated[
        int,
        Option("--jobs", metavar="N", min=1, max=1024, help="So many of them at a time.", panel=SEVERAL),
    ] = 64,
    repeat: Annotated[
        int | None,
        Option(
            "--repeat",
            metavar="N",
            min=1,
            max=100_000,
            help="Shake hands N times with one: do all end alike, how long do they take?",
            panel=SEVERAL,
        ),
    ] = None,
    resume: Annotated[
        bool,
        Option(
            "--resume",
            help="Each but the first goes on with the session of the one before; twice, without --repeat.",
            panel=SEVERAL,
        ),
    ] = False,
    timeout: options.Timeout = 10.0,
    wait: Annotated[
        float | None,
        Option(
            "--wait",
            metavar="SECONDS",
            min=0.1,
            max=3600,
            help="Wait so long after the handshake for a refusal that comes late.",
        ),
    ] = None,
    crl: Annotated[
        list[str] | None,
        Option("--crl", metavar="NAME|FILE", help="Refuse whom it revokes; may be repeated.", panel=client.TRUST),
    ] = None,
    staple: Annotated[
        bool,
        Option(
            "--staple",
            help="Ask for a stapled OCSP response; refuse a server that is revoked by it, or whose staple is no good.",
            panel=client.TRUST,
        ),
    ] = False,
    no_extra_probes: Annotated[
        bool, Option("--no-extra-probes", help="Ask once; else up to 3 more times where causes look alike.")
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
      mtlsctl handshake api.test --identity alice --trace
      mtlsctl handshake api.test --cert client.p12 --password-file pass.txt --system-ca
      mtlsctl handshake api.test --ca dev --groups X25519 --ciphers TLS_AES_128_GCM_SHA256
      mtlsctl handshake --targets fleet.txt --identity alice --json
      mtlsctl handshake api.test --identity alice --repeat 100 --resume
      mtlsctl handshake postgres://db.test --identity app
      mtlsctl handshake mail.test:587 --starttls smtp --system-ca
      mtlsctl handshake api.test --ca dev --proxy socks5h://localhost
      mtlsctl handshake www.test --staple

    With --targets, a line is said of each target as its answer comes; with --json, an object with its target and line.
    A line may end in servername=NAME, to ask for another name than the host's; # begins a comment.

    Exit status: 0 both sides accepted; 1 one of them refused; 2 could not tell (a file that cannot be read, no
    address, nothing listens, no answer in time). Of several handshakes, the highest.
    """
    if (target is None) == (targets is None):
        raise UsageError("give one HOST:PORT, or a list of them with --targets FILE", "mtlsctl handshake --help")
    if targets and (repeat or resume):
        raise UsageError("--targets is for many servers, --repeat and --resume are for one", "leave one away")
    if targets and record.trace and not as_json:
        raise UsageError("--trace draws one handshake; of many, the JSON has the messages", "add --json")
    path = "" if http is None else options.request_path(http)

    def place(text: str) -> Place:
        where, route = way.to(text)
        where = where._replace(alpn=() if offer.alpn else where.alpn)
        return _asked_for(where, servername, no_servername), route

    where, route = place("localhost" if target is None else target)
    papers = identities.complete(papers)
    ours = identities.identity(papers, options.secret_from(password))
    roots, trust = identities.trusted(papers)
    settings = offer._replace(identity=ours, roots=roots, late=bool(path), staple=staple)
    if crl:
        from mtlsctl.workflows import serving  # only where revocation is checked

        settings = settings._replace(crls=serving.crls(crl))
    record.prepare()
    wish = Wish(where, settings, trust, timeout, insecure, path, as_json, not no_extra_probes, route, *record)
    wish = wish._replace(wait=wait or 0.0)
    if targets or repeat or resume:
        from mtlsctl.cli import fleet  # one handshake needs none of it

        if targets:
            return fleet.show_many(wish, targets, jobs, place, as_json=as_json)
        return fleet.show_repeated(wish, repeat or 2, resume=resume, as_json=as_json)
    result, report = do_handshake(wish)
    findings = (*report.findings, *identities.exposed(papers))
    status = output.show("handshake", result, lines(result), as_json=as_json, findings=findings)
    return 2 if report.findings[0].code in UNTOLD else status


def _asked_for(where: endpoint.Endpoint, name: str | None, no_name: bool) -> endpoint.Endpoint:
    """The same place, with the server name that the options say."""
    if name is not None and no_name:
        raise UsageError("--servername and --no-servername contradict each other", "give one of them")
    if name is not None:
        return endpoint.named(where, name)
    return where._replace(server_name="") if no_name else where

"""mtlsctl probe: options in, one proof, one answer out."""

from pathlib import Path
from typing import Annotated

from mtlsctl.cli import client, options, output
from mtlsctl.cli.declare import Argument, Option
from mtlsctl.cli.route import Way, with_route
from mtlsctl.cli.text import probe as text
from mtlsctl.core import endpoint
from mtlsctl.core.proof import Conclusion
from mtlsctl.core.tls import TlsSettings
from mtlsctl.errors import UsageError
from mtlsctl.workflows import identities, probe_papers
from mtlsctl.workflows import probe as workflow
from mtlsctl.workflows.once import Visit
from mtlsctl.workflows.passwords import Source

WEB_PORTS = (443, 8443)
"""Where the application is asked for `/` without being told to."""
SHOWN = "What we show"
_STATUS = {Conclusion.ENFORCED: 0, Conclusion.LET_IN: 1, Conclusion.UNKNOWN: 2}

Paths = list[Path] | None


@client.with_offer
@client.with_papers
@with_route
@options.with_password
def probe(
    target: Annotated[str, Argument(metavar="HOST:PORT", help="The server; the port is 443 if left out.")],
    papers: identities.Papers,
    password: Source,
    offer: TlsSettings,
    way: Way,
    sign_with: Annotated[
        str | None,
        Option(
            "--sign-with",
            metavar="NAME",
            help="A CA of yours, which the server trusts: signs what is expired, not yet valid, for servers only.",
            panel=SHOWN,
        ),
    ] = None,
    revoked_cert: Annotated[
        Path | None,
        Option("--revoked-cert", metavar="FILE", help="A revoked certificate.", panel=SHOWN),
    ] = None,
    revoked_key: Annotated[
        Path | None,
        Option("--revoked-key", metavar="FILE", help="Its key, if not in the file.", panel=SHOWN),
    ] = None,
    expect_refused: Annotated[
        Paths,
        Option("--expect-refused", metavar="PATH", help="Others that must not get in; repeatable.", panel=SHOWN),
    ] = None,
    expect_accepted: Annotated[
        Paths,
        Option("--expect-accepted", metavar="PATH", help="Others that must get in; repeatable.", panel=SHOWN),
    ] = None,
    servername: Annotated[
        str | None, Option("--servername", metavar="NAME", help="The name to ask for and to verify.")
    ] = None,
    http: Annotated[
        str | None,
        Option("--http", metavar="PATH", help="A page for good clients only.  [default: / on 443 and 8443]"),
    ] = None,
    no_http: Annotated[bool, Option("--no-http", help="Ask no application: TLS alone is judged.")] = False,
    timeout: options.Timeout = 5.0,
    insecure: Annotated[
        bool,
        Option("--insecure", help="Go on although the server does not verify.", panel=client.TRUST),
    ] = False,
    as_json: options.Json = False,
) -> int:
    """Prove that a server lets only the right clients in.

    Shows it your good certificate, then what it must refuse, once for each version
    of TLS: no certificate, a self-signed one, one from a CA of the same name, a
    stolen one without its key, one signed by a leaf; with --sign-with also one that
    is expired, not yet valid, for servers only; a revoked one; resumed sessions.
    Where TLS takes a certificate, the application is asked: some refuse in HTTP.
    For servers that are yours: their logs will show the refusals.

    Examples:
      mtlsctl probe localhost:8443 --identity alice --sign-with dev
      mtlsctl probe api.test --cert client.pem --key client.key --ca ca.pem --http /health
      mtlsctl probe api.test --identity alice --revoked-cert old.pem --revoked-key old.key --json
      mtlsctl probe 127.0.0.1:6380 --identity alice --expect-refused strangers/
      mtlsctl probe postgres://db.test --identity app --sign-with dev

    Exit status: 0 the good certificate got in and nothing else that was tried; 1
    something got in that must not; 2 could not tell.
    """
    where, route = way.to(target)
    where = where._replace(alpn=() if offer.alpn else where.alpn)
    if servername is not None:
        where = endpoint.named(where, servername)
    path = _path(target, where, http, no_http)
    secret = options.secret_from(password)
    papers = identities.complete(papers)
    ours = identities.identity(papers, secret)
    roots, trust = identities.trusted(papers)
    signer = probe_papers.signer(sign_with, ours, secret) if sign_with is not None else None
    if revoked_key is not None and revoked_cert is None:
        raise UsageError("--revoked-key is of no use without --revoked-cert", "pass both")
    revoked = probe_papers.revoked(revoked_cert, revoked_key, signer, secret)
    out = probe_papers.extras(expect_refused or (), let_in=False, secret=secret)
    let_in = probe_papers.extras(expect_accepted or (), let_in=True, secret=secret)
    question = b"" if path or no_http else workflow.question(where, ours)
    wish = workflow.Wish(
        Visit(where, timeout, insecure, path, route=route, question=question),
        offer._replace(identity=ours, roots=roots, alpn=offer.alpn or where.alpn),
        trust,
        workflow.versions(offer.minimum, offer.maximum),
        signer,
        (revoked, *out, *let_in),
        in_full=as_json,
    )
    output.note(f"probe: showing {where.text} certificates that it must refuse: its log will tell of them")
    result, findings = workflow.probe(wish)
    findings = (*findings, *identities.exposed(papers))
    status = _STATUS[result.conclusion]
    return output.show("probe", result, text.lines(result), as_json=as_json, findings=findings, status=status)


def _path(target: str, where: endpoint.Endpoint, http: str | None, no_http: bool) -> str:
    """The path to ask the application for; "" where it is not asked."""
    if http is not None and no_http:
        raise UsageError("--http and --no-http contradict each other", "give one of them")
    if http is not None:
        return options.request_path(http)
    if no_http:
        return ""
    return "/" if where.port in WEB_PORTS or target.startswith("https://") else ""

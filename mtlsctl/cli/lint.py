"""mtlsctl lint: options in, one run over files, a CA's ledger or servers, one answer out."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from mtlsctl.cli import client, options, output
from mtlsctl.cli.declare import Argument, Option
from mtlsctl.cli.route import Way, with_route
from mtlsctl.cli.text import lint as text
from mtlsctl.core import endpoint
from mtlsctl.core.findings import Finding, Verdict, worst
from mtlsctl.core.lint.rule import Profile
from mtlsctl.core.lint.run import findings
from mtlsctl.errors import UsageError
from mtlsctl.workflows import identities, lint_config, lint_files, lint_out, operands
from mtlsctl.workflows import lint as workflow
from mtlsctl.workflows.passwords import Source


@client.with_papers
@with_route
@options.with_password
def lint(
    papers: identities.Papers,
    password: Source,
    way: Way,
    targets: Annotated[
        list[str] | None, Argument(metavar="[FILE|HOST:PORT]...", help="Files, folders, servers; - is stdin.")
    ] = None,
    profile: Annotated[
        list[Profile] | None,
        Option("--profile", metavar="mtls|nist|rfc5280|webpki", help="Whose rules; repeatable.  [default: mtls]"),
    ] = None,
    fail_on: Annotated[
        Verdict, Option("--fail-on", metavar="note|warn|fail", help="From which finding on the answer is no.")
    ] = Verdict.FAIL,
    ignore: Annotated[
        list[str] | None, Option("--ignore", metavar="RULE=REASON", help="Pass over a rule, for a reason; repeatable.")
    ] = None,
    config: Annotated[
        Path | None,
        Option(
            "--config", metavar="FILE", help=f"Suppressions, as TOML.  [default: {lint_config.CONFIG}, if it is here]"
        ),
    ] = None,
    report: Annotated[
        Path | None, Option("--report", metavar="FILE", help="Write a page for an auditor: HTML, without scripts.")
    ] = None,
    sarif: Annotated[bool, Option("--sarif", help="Say the result as SARIF 2.1.0.")] = False,
    list_rules: Annotated[
        bool, Option("--list-rules", help="List the rules of the profiles, and look at nothing.")
    ] = False,
    servername: Annotated[
        str | None, Option("--servername", metavar="NAME", help="The name to ask a server for, and to verify.")
    ] = None,
    http: Annotated[
        str | None,
        Option("--http", metavar="PATH", help="A page for clients with certificates.  [default: / on 443 and 8443]"),
    ] = None,
    timeout: options.Timeout = 5.0,
    force: options.Force = False,
    as_json: options.Json = False,
) -> int:
    """Check certificates, requests, CRLs, a CA or a server against rules.

    Of files: names, uses, lives, keys, forms, and each certificate beside its
    issuer; whole paths are judged by verify. With --ca alone: the CA's own
    certificates, its last CRL and all of its ledger that is in use. Of a server:
    its chain, and by many short handshakes its versions, suites, groups and
    signatures; what cannot be told from here is named. --ca beside files names
    their issuers, beside a server whom to trust. The profiles rfc5280 and webpki
    need pkilint: pip install 'mtlsctl[lint]'.

    Suppressions: a file of [[ignore]] tables with rule and reason, and if wanted
    subject (a pattern), fingerprint and expires (a date).

    Examples:
      mtlsctl lint fullchain.pem
      mtlsctl lint certs/ --profile mtls --profile nist --fail-on warn
      mtlsctl lint --ca dev --json
      mtlsctl lint web.csr --ignore 'lint-request-no-san=the CA adds the names'
      mtlsctl lint localhost:8443 --identity alice --profile nist --report report.html
      mtlsctl lint . --sarif > lint.sarif
      mtlsctl lint --list-rules

    Exit status: 0 nothing from --fail-on on; 1 something is; 2 could not tell.
    """
    if fail_on is Verdict.OK:
        raise UsageError("--fail-on ok would refuse everything", "--fail-on note, warn or fail")
    if sarif and as_json:
        raise UsageError("--sarif and --json contradict each other", "give one of them")
    settings, where = lint_config.configured(str(config) if config else None, ignore or ())
    profiles = tuple(profile or _profiles(settings.profiles, where))
    if list_rules:
        found = text.rules_of(profiles)
        return output.show("lint", {"rules": found}, text.rule_lines(found), as_json=as_json)
    ca = papers.ca or papers.ca_of or (os.environ.get("MTLSCTL_CA") if not targets else None)
    if not targets and not ca:
        raise UsageError("nothing to lint was named", "name files, a folder, HOST:PORT, or a CA of yours: --ca NAME")
    if report:
        ours = [papers.identity / name for name in ("key.pem", "fullchain.pem", "ca.pem")] if papers.identity else []
        read = (*(targets or ()), where, ca, papers.identity, *ours, papers.cert, papers.key, password.file)
        lint_out.check_page(report, read, force=force)
    session = workflow.Session(profiles, settings.suppressions, options.named_secret(password))
    servers = [word for word in targets or () if operands.is_target(word)]
    paths = [word for word in targets or () if word not in servers]
    if not servers and any((papers.identity, papers.cert, papers.key)):
        raise UsageError("--identity, --cert and --key are shown to servers, and none was named", "leave them away")
    for target in servers:
        way.to(target)  # what is wrong with the last is said before the first is asked
    if not targets and ca:
        session.ledger(ca)
    if paths:
        session.files(paths, lint_files.authorities(ca))
    for target in servers:
        _survey(session, target, papers, password, way, servername, http, timeout)
    done = session.end([*(targets or ()), *([f"CA {ca}"] if ca and not targets else [])], where)
    if report:
        lint_out.write_page(done, report, force=force)
    return _show(done, fail_on, report, sarif=sarif, as_json=as_json)


def _show(done: workflow.Report, fail_on: Verdict, page: Path | None, *, sarif: bool, as_json: bool) -> int:
    """The answer in the form that was asked for; the exit status."""
    every = _typed(findings(done.faults), done)
    status = done.linted.status(worst(every) if every else Verdict.OK, fail_on)
    if sarif:
        with output.known():
            output.show_json(lint_out.sarif(done))
    elif as_json:
        with output.known():
            output.say("lint", done.linted, (), as_json=True, ok=not status, findings=every)
    else:
        text.show(done, every, fail_on, page)
    return status


def _typed(found: Sequence[Finding], done: workflow.Report) -> Sequence[Finding]:
    """The findings, each hint with the names that are known."""
    if not found:
        return found
    from mtlsctl.workflows import hints  # what is clean needs none

    return hints.of_lint(found, done)


def _profiles(words: Sequence[str], where: str) -> list[Profile]:
    """Those of the configuration file; without one, ours."""
    known = {one.value: one for one in Profile}
    if wrong := [word for word in words if word not in known]:
        raise UsageError(f"{where}: there is no profile called {wrong[0][:40]}", f"choose from {', '.join(known)}")
    return [known[word] for word in words] or [Profile.MTLS]


def _survey(
    session: workflow.Session,
    target: str,
    papers: identities.Papers,
    password: Source,
    way: Way,
    servername: str | None,
    http: str | None,
    timeout: float,
) -> None:
    """Look at one server."""
    from mtlsctl.core import openssl  # files need no TLS
    from mtlsctl.core.tls import TlsSettings
    from mtlsctl.workflows import survey
    from mtlsctl.workflows.once import Visit

    where, route = way.to(target)
    where = endpoint.named(where, servername) if servername is not None else where
    papers = identities.complete(papers)
    named = any((papers.ca, papers.ca_of, papers.system_ca, papers.certifi, os.environ.get("MTLSCTL_CA")))
    ours = identities.identity(papers, options.secret_from(password))
    roots, trust = identities.trusted(papers)
    output.note(f"lint: asking {where.text} with up to {survey.MAX_HANDSHAKES} handshakes: its log will tell of them")
    settings = TlsSettings(identity=ours, roots=roots, alpn=where.alpn)
    visit = Visit(where, timeout, http=_path(target, where, http), route=route)
    wish = survey.Wish(visit, settings, trust if named else "", openssl.read(roots) if named else ())
    session.server(survey.survey(wish))


def _path(target: str, where: endpoint.Endpoint, http: str | None) -> str:
    """The page to ask for, which tells whether a client without a certificate gets in; "" where none is asked for."""
    if http is not None:
        return options.request_path(http)
    return "/" if where.port in (443, 8443) or target.startswith("https://") else ""

"""mtlsctl verify: would a peer accept this chain, and if not, why."""

import os
from typing import Annotated

from mtlsctl.cli import options, output
from mtlsctl.cli.declare import Argument, Option
from mtlsctl.cli.options import Json
from mtlsctl.cli.text import verify as text
from mtlsctl.core.findings import Verdict
from mtlsctl.core.looks import Purpose
from mtlsctl.core.standing import Mode
from mtlsctl.errors import UsageError
from mtlsctl.workflows import verify as workflow
from mtlsctl.workflows.revocation import Wish
from mtlsctl.workflows.verify_files import Trust

_REVOCATION, _FETCHING = "Revocation", "Fetching"


def verify(
    chain: Annotated[list[str], Argument(metavar="CHAIN...", help="Files, leaf first; an identity's folder; -.")],
    ca: Annotated[
        list[str] | None,
        Option("--ca", metavar="NAME|FILE", help="Trust these: a file, or a CA of yours.  [env var: MTLSCTL_CA]"),
    ] = None,
    system: Annotated[bool, Option("--system-ca", "--system", help="Trust the system's roots.")] = False,
    certifi: Annotated[bool, Option("--certifi", help="Trust Mozilla's roots, as certifi has them.")] = False,
    purpose: Annotated[
        Purpose | None,
        Option("--as", metavar="server|client|ca|any", help="For what.  [default: what it allows]"),
    ] = None,
    name: Annotated[
        list[str] | None, Option("--name", metavar="NAME", help="A name that it must have; several: all of them.")
    ] = None,
    more: Annotated[
        list[str] | None,
        Option("--chain", metavar="NAME|FILE", help="More intermediates: a file, a folder, or a CA of yours."),
    ] = None,
    policy: Annotated[
        str,
        Option(
            "--policy",
            metavar="openssl|rfc5280|webpki|all|STACK",
            help="Whose rules decide; STACK: go, java, ...; all: each of them (a default depth only warns).",
        ),
    ] = "openssl",
    max_depth: Annotated[
        int | None, Option("--max-depth", metavar="N", min=0, help="CAs allowed between leaf and root.")
    ] = None,
    revocation: Annotated[
        Mode | None,
        Option(
            "--revocation",
            metavar="require|check|off",
            help="Whether each certificate needs a good answer.  [default: check]",
            panel=_REVOCATION,
        ),
    ] = None,
    crl: Annotated[
        list[str] | None,
        Option("--crl", metavar="NAME|FILE", help="CRLs: a file, a folder, or a CA of yours.", panel=_REVOCATION),
    ] = None,
    ocsp_response: Annotated[
        list[str] | None,
        Option("--ocsp-response", metavar="FILE", help="An OCSP response, DER: a staple, say.", panel=_REVOCATION),
    ] = None,
    ocsp: Annotated[
        str | None, Option("--ocsp", metavar="URL", help="Ask this responder about the leaf.", panel=_REVOCATION)
    ] = None,
    fetch: Annotated[
        bool,
        Option("--fetch", help="Fetch OCSP answers and CRLs from where the certificates say.", panel=_REVOCATION),
    ] = False,
    aia: Annotated[bool, Option("--aia", help="Fetch missing intermediates, and name them.", panel=_FETCHING)] = False,
    allow_private: Annotated[
        bool, Option("--allow-private", help="Fetch from private addresses, too.", panel=_FETCHING)
    ] = False,
    at: Annotated[str | None, Option("--at", metavar="TIME", help="At this time.  [default: now]")] = None,
    partial_chain: Annotated[
        bool, Option("--partial-chain", help="A trusted certificate need not be self-signed.")
    ] = False,
    fail_on: Annotated[
        Verdict, Option("--fail-on", metavar="note|warn|fail", help="From which finding on the answer is no.")
    ] = Verdict.FAIL,
    as_json: Json = False,
) -> int:
    """Verify a certificate chain as the peer would.

    Says every fault, not only the first, what to do about each, and which other
    stacks would refuse. Nothing is trusted that is not named.

    Examples:
      mtlsctl verify fullchain.pem --ca root.pem --name api.test
      mtlsctl verify alice/ --as client --ca dev
      mtlsctl verify web.pem --chain issuing.pem --ca root.pem --crl issuing.crl
      mtlsctl verify web.pem --chain intermediates/ --ca root.pem --policy go
      mtlsctl verify web.pem --ca root.pem --aia --fetch --revocation require
      mtlsctl verify fullchain.pem --ca root.pem --at 2027-06-01 --fail-on warn

    Exit status: 0 valid, 1 not valid, 2 could not tell.
    """
    if fail_on is Verdict.OK:
        raise UsageError("--fail-on ok would refuse everything", "--fail-on note, warn or fail")
    if allow_private and not (fetch or aia or ocsp):
        raise UsageError("--allow-private is of no use without --fetch, --aia or --ocsp", "pass one of them")
    wish = Wish(revocation, tuple(crl or ()), tuple(ocsp_response or ()), ocsp or "", fetch, allow_private)
    trust = Trust(tuple(ca or _from_environment(system or certifi)), system, certifi)
    result, report = workflow.verify(
        chain,
        trust,
        more=more or (),
        wanted=name or (),
        purpose=purpose,
        at=options.moment(at) if at else None,
        partial_chain=partial_chain,
        wish=wish,
        aia=aia,
        policy=policy.lower(),
        max_depth=max_depth,
    )
    return output.show(
        "verify",
        result,
        text.path_and_engines(result),
        as_json=as_json,
        findings=report.findings,
        fail_on=fail_on,
        last=text.verdict(result, report.findings, fail_on),
    )


def _from_environment(other: bool) -> list[str]:
    """MTLSCTL_CA, where no trust is named by option."""
    word = os.environ.get("MTLSCTL_CA")
    return [word] if word and not other else []

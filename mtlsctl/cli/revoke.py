"""`mtlsctl revoke`: take a certificate back."""

from typing import Annotated

from mtlsctl.cli import options, output
from mtlsctl.cli.declare import Argument, Option
from mtlsctl.cli.options import Ca, Json
from mtlsctl.cli.text import lifecycle as text
from mtlsctl.core.revocation import Reason
from mtlsctl.workflows import revoke as workflow
from mtlsctl.workflows.passwords import Source


@options.with_password
def revoke(
    password: Source,
    what: Annotated[
        str, Argument(metavar="NAME|SERIAL|FILE", help="An identity, a serial number, or a certificate's file.")
    ],
    ca: Ca = None,
    reason: Annotated[Reason, Option("--reason", help="Why.")] = Reason.UNSPECIFIED,
    every: Annotated[bool, Option("--all", help="All valid certificates of that name.")] = False,
    as_json: Json = False,
) -> int:
    """Revoke a certificate and publish the CRL.

    Only what this CA issued. The CRL is published in the same step: give the
    servers its file, or they will not know.

    Examples:
      mtlsctl revoke alice --reason keyCompromise
      mtlsctl revoke alice/cert.pem
      mtlsctl revoke 0x3f2a...

    Exit status: 0 revoked (or was already), 2 not.
    """
    revoked = workflow.revoke(ca, what, reason, options.secret_from(password), every=every)
    return output.show("revoke", revoked, text.revoked(revoked), as_json=as_json)

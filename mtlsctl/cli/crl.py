"""`mtlsctl crl`: publish a CRL anew."""

from pathlib import Path
from typing import Annotated

from mtlsctl.cli import options, output
from mtlsctl.cli.declare import Option
from mtlsctl.cli.options import Ca, Force, Json
from mtlsctl.cli.text import lifecycle as text
from mtlsctl.workflows import materials
from mtlsctl.workflows import revoke as workflow
from mtlsctl.workflows.passwords import Source


@options.with_password
def crl(
    password: Source,
    ca: Ca = None,
    root: Annotated[bool, Option("--root", help="The root's CRL instead of the issuing CA's.")] = False,
    lifetime: Annotated[
        str | None, Option("--lifetime", metavar="TIME", help="Until nextUpdate.  [default: 7d; root 365d]")
    ] = None,
    out: Annotated[
        Path | None, Option("--out", help="Also write the newest CRLs of both here, as one PEM file.")
    ] = None,
    force: Force = False,
    as_json: Json = False,
) -> int:
    """Publish a fresh CRL.

    Do it before nextUpdate: a server that checks a stale CRL refuses everybody.

    Examples:
      mtlsctl crl
      mtlsctl crl --out /etc/nginx/crl.pem --force

    Exit status: 0 published, 2 not.
    """
    published = workflow.publish_crl(
        materials.one_ca(ca),
        options.secret_from(password),
        root=root,
        lifetime=options.duration(lifetime) if lifetime else None,
        out=out,
        force=force,
    )
    return output.show("crl", published, text.published(published), as_json=as_json)

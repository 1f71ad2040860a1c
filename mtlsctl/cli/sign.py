"""`mtlsctl sign`: sign a certificate signing request."""

import sys
from pathlib import Path
from typing import Annotated, Literal

from mtlsctl.cli import options, output
from mtlsctl.cli.declare import Argument, Option
from mtlsctl.cli.options import AllowLong, Ca, Force, Json, Lifetime
from mtlsctl.cli.text import making as text
from mtlsctl.core.profiles import ProfileName
from mtlsctl.workflows import materials
from mtlsctl.workflows import sign as workflow
from mtlsctl.workflows.passwords import Source


@options.with_password
def sign(
    password: Source,
    csr: Annotated[str, Argument(metavar="CSR", help="The request's file; - is standard input.")],
    profile: Annotated[
        Literal["server", "client", "peer", "spiffe", "issuing", "ocsp"],
        Option("--profile", help="What the certificate is for."),
    ],
    ca: Ca = None,
    name: Annotated[
        list[str] | None, Option("--name", metavar="NAME", help="Certify these names instead of those requested.")
    ] = None,
    lifetime: Lifetime = None,
    allow_long: AllowLong = False,
    out: Annotated[
        Path | None, Option("--out", help="The file to write; - is standard output.  [default: CSR's name, .crt]")
    ] = None,
    dry_run: Annotated[bool, Option("--dry-run", help="Show what would be granted, sign nothing.")] = False,
    force: Force = False,
    as_json: Json = False,
) -> int:
    """Sign a certificate signing request with a CA.

    The request's signature is verified. Its public key, names and CN are taken;
    every other extension that it asks for is dropped and named. The file holds
    the certificate, then the issuing CA's.

    Examples:
      mtlsctl sign web.csr --profile server --dry-run
      mtlsctl sign web.csr --profile server
      mtlsctl sign - --profile client < alice.csr > alice.crt

    Exit status: 0 signed (or shown), 2 not.
    """
    target = out or options.beside(csr, ".crt")
    file = None if str(target) == "-" else target
    grant = workflow.Grant(ProfileName(profile), tuple(name or ()), options.lifetime(lifetime), allow_long, dry_run)
    signed = workflow.sign(materials.one_ca(ca), csr, grant, file, options.secret_from(password), force=force)
    if file or as_json or dry_run:
        return output.show("sign", signed, text.signed(signed), as_json=as_json)
    with output.known():
        sys.stdout.write(signed.fullchain_pem or "")
    output.print_lines(text.signed(signed), sys.stderr)
    return 0

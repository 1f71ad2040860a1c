"""`mtlsctl csr`: make certificate signing requests."""

import sys
from pathlib import Path
from typing import Annotated

from mtlsctl.cli import options, output
from mtlsctl.cli.declare import Argument, Option
from mtlsctl.cli.options import Force, Json
from mtlsctl.cli.text import making as text
from mtlsctl.workflows import request
from mtlsctl.workflows.passwords import Source


@options.with_password
def new(
    password: Source,
    key: Annotated[str, Argument(metavar="KEY", help="The private key's file.")],
    name: Annotated[
        list[str] | None, Option("--name", metavar="NAME", help="A DNS name, IP address, e-mail address or URI.")
    ] = None,
    common_name: Annotated[
        str | None, Option("--cn", metavar="TEXT", help="The CN.  [default: the first DNS name]")
    ] = None,
    out: Annotated[
        Path | None, Option("--out", help="The file to write; - is standard output.  [default: KEY's name, .csr]")
    ] = None,
    force: Force = False,
    as_json: Json = False,
) -> int:
    """Make a certificate signing request for a key.

    Examples:
      mtlsctl csr new web.key --name api.test --name 10.0.0.7
      mtlsctl csr new alice.key --cn alice --out - | ssh ca mtlsctl sign - --profile client

    Exit status: 0 written, 2 not.
    """
    target = out or options.beside(key, ".csr")
    file = None if str(target) == "-" else target
    made = request.make_csr(key, name or [], common_name, file, options.secret_from(password), force=force)
    if file or as_json:
        return output.show("csr new", made, text.csr_made(made), as_json=as_json)
    with output.known():
        sys.stdout.write(made.pem)
    return 0

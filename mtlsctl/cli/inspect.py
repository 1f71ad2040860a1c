"""mtlsctl inspect."""

import gc
import os
import sys
from typing import Annotated

from mtlsctl.cli import options, output
from mtlsctl.cli.declare import Argument, Option
from mtlsctl.core.findings import Verdict
from mtlsctl.errors import InputError
from mtlsctl.workflows import examine
from mtlsctl.workflows.passwords import Secret, Source


@options.with_password
def inspect(
    paths: Annotated[list[str], Argument(metavar="FILE...", help="Files or folders; - is standard input.")],
    password: Source,
    short: Annotated[bool, Option("--short", help="One line for each object.")] = False,
    pem: Annotated[
        bool, Option("--pem", help="Print the certificates and requests as clean PEM: repairs a damaged file.")
    ] = False,
    as_json: options.Json = False,
) -> int:
    """Show what a file holds: any format, any number of objects.

    PEM, DER, PKCS#7, PKCS#12, keys of all forms, requests, CRLs, OCSP messages; damage is named and, where it
    can be, read over. Chains are drawn as trees. Key material is never shown.

    Examples:
      mtlsctl inspect fullchain.pem
      mtlsctl inspect web.pem web.key ca.pem         do they belong together?
      mtlsctl inspect store.p12 --password-file p    without a password, what can be seen without
      kubectl get secret web -o yaml | mtlsctl inspect -
      mtlsctl inspect --pem damaged.pem > clean.pem
      mtlsctl inspect --json *.pem | jq '.result.files[].objects[].facts.not_after'

    Exit status: 0 shown, also where what is shown is expired; 2 something could not be read.
    """
    gc.disable()  # a bundle of thousands makes many values and no garbage: looking for some costs a fifth of the time
    secret = options.secret_from(password) if password.given or os.environ.get("MTLSCTL_PASSWORD_FILE") else None
    if as_json:
        return _stream(paths, secret)
    result, findings = examine.inspect(paths, secret)
    failed = any(finding.verdict is Verdict.FAIL for finding in findings)
    from mtlsctl.cli.text import inspect as text  # scripts read JSON, and pay for each module

    if pem:
        lines = list(text.pem_lines(result))
        if not lines:
            raise InputError(f"{', '.join(paths)}: no certificate or request to print")
        output.print_lines(lines)
        output.print_lines(output.finding_lines(findings), sys.stderr)
    else:
        lines_of = text.short_lines if short else text.lines
        output.show("inspect", result, lines_of(result), as_json=False, findings=findings)
    return 2 if failed else 0


def _stream(paths: list[str], secret: Secret | None) -> int:
    from mtlsctl.cli.stream import Stream  # people read text

    stream = Stream("inspect")
    result, findings = examine.inspect(paths, secret, stream)
    stream.finish(result, findings)
    return 2 if any(finding.verdict is Verdict.FAIL for finding in findings) else 0

"""`mtlsctl renew`: a new certificate for the same identity, when due."""

from pathlib import Path
from typing import Annotated

from mtlsctl.cli import options, output
from mtlsctl.cli.declare import Argument, Option
from mtlsctl.cli.options import Ca, Json
from mtlsctl.cli.text import lifecycle as text
from mtlsctl.workflows import rotate
from mtlsctl.workflows.passwords import Source


@options.with_password
def renew(
    password: Source,
    what: Annotated[str, Argument(metavar="FOLDER|FILE|NAME", help="The identity's folder, file or name.")],
    key: Annotated[
        Path | None, Option("--key", help="The key of a certificate's FILE.  [default: FILE's name, .key]")
    ] = None,
    ca: Ca = None,
    within: Annotated[
        str | None, Option("--within", metavar="TIME", help="Due when less than this is left, such as 30d.")
    ] = None,
    force: Annotated[bool, Option("--force", help="Renew now, due or not.")] = False,
    reuse_key: Annotated[bool, Option("--reuse-key", help="Keep the key; a new one is the default.")] = False,
    exit_code: Annotated[bool, Option("--exit-code", help="Exit 10 when renewed, 0 when not due.")] = False,
    as_json: Json = False,
) -> int:
    """Renew a certificate when it is due, as a pair with a new key.

    Due is 2/3 of its life (1/2 below ten days), or what --within says. Key and
    certificate are replaced together; the old files are kept in previous/, or
    beside the file as FILE.previous.

    Examples:
      mtlsctl renew localhost
      mtlsctl renew /etc/tls/web --within 30d
      mtlsctl renew web.crt --key web.key --force

    Exit status: 0 renewed or not due, 2 not renewed; with --exit-code: 10 renewed.
    """
    wish = rotate.Renewal(options.duration(within) if within else None, force, reuse_key, key)
    renewed = rotate.renew(what, ca, wish, options.secret_from(password))
    status = output.show("renew", renewed, text.renewed(renewed), as_json=as_json)
    return 10 if exit_code and renewed.changed else status

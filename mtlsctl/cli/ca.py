"""`mtlsctl ca`: create, list, show and export certificate authorities."""

import sys
from pathlib import Path
from typing import Annotated

from mtlsctl.cli import options, output
from mtlsctl.cli.declare import Argument, Option
from mtlsctl.cli.options import Ca, Force, Json
from mtlsctl.cli.text import authority as text
from mtlsctl.core.keys import KeyType
from mtlsctl.workflows import authority, materials
from mtlsctl.workflows.passwords import Source


@options.with_password
def create(
    password: Source,
    name: Annotated[str, Argument(metavar="[NAME]", help="What to call it.")] = "dev",
    key_type: Annotated[KeyType, Option("--key-type", help="The kind of both keys.")] = KeyType.P256,
    permit: Annotated[
        list[str] | None,
        Option("--permit", metavar="SUBTREE", help="Only names below: dns:test, ip:10.0.0.0/8, email:, uri:."),
    ] = None,
    lifetime: Annotated[
        str | None, Option("--lifetime", metavar="TIME", help="The root's lifetime.  [default: 3650d]")
    ] = None,
    issuing_lifetime: Annotated[
        str | None, Option("--issuing-lifetime", metavar="TIME", help="The issuing CA's.  [default: 1825d]")
    ] = None,
    folder: Annotated[Path | None, Option("--folder", help="Keep it here instead of below MTLSCTL_HOME.")] = None,
    encrypt: Annotated[bool, Option("--encrypt", help="Encrypt both keys; asks for the password.")] = False,
    as_json: Json = False,
) -> int:
    """Create a CA: a root and an issuing CA below it.

    The root signs the issuing CA and nothing else, so its key may be moved
    elsewhere: everyday commands need issuing.key alone. With --permit the CA can
    only certify names below the given subtrees; kinds of names that are not
    mentioned are shut.

    Examples:
      mtlsctl ca create
      mtlsctl ca create prod --encrypt --key-type p384
      mtlsctl ca create lab --permit dns:lab.test --permit ip:10.0.0.0/8

    Exit status: 0 created, 2 not created.
    """
    plan = authority.Plan(
        name,
        folder,
        key_type,
        tuple(permit or ()),
        options.lifetime(lifetime),
        options.lifetime(issuing_lifetime),
    )
    made = authority.create(plan, options.new_secret(password, encrypt))
    return output.show("ca create", made, text.created(made), as_json=as_json)


def list_(as_json: Json = False) -> int:
    """List the CAs, what they issued and when they expire.

    Exit status: 0; 2 when a CA cannot be opened.
    """
    found = authority.list_all()
    return output.show("ca list", found, text.listed(found), as_json=as_json, status=2 if found.broken else 0)


def show(
    ca: Annotated[str | None, Argument(metavar="[CA]", help="Its name or folder.")] = None,
    named: Ca = None,
    as_json: Json = False,
) -> int:
    """Show one CA: its certificates and what it issued.

    Exit status: 0, or 2 when it cannot be opened.
    """
    shown = authority.show(materials.one_ca(ca or named))
    return output.show("ca show", shown, text.shown(shown), as_json=as_json)


def export(
    ca: Annotated[str | None, Argument(metavar="[CA]", help="Its name or folder.")] = None,
    named: Ca = None,
    out: Annotated[Path, Option("--out", help="The file to write; - is standard output.")] = Path("-"),
    chain: Annotated[bool, Option("--chain", help="The issuing CA's certificate too.")] = False,
    der: Annotated[bool, Option("--der", help="DER instead of PEM.")] = False,
    force: Force = False,
    as_json: Json = False,
) -> int:
    """Write a CA's root certificate, for those who must trust it.

    Examples:
      mtlsctl ca export dev > dev-ca.pem
      mtlsctl ca export dev --der --out dev-ca.crt

    Exit status: 0 written, 2 not.
    """
    target = None if str(out) == "-" else out
    exported, data = authority.export(materials.one_ca(ca or named), target, chain=chain, der=der, force=force)
    if target or as_json:
        return output.show("ca export", exported, text.exported(exported), as_json=as_json)
    with output.known():
        sys.stdout.buffer.write(data)
    return 0

"""`mtlsctl issue`: a key and certificate, ready to use."""

from pathlib import Path
from typing import Annotated, Literal

from mtlsctl.cli import options, output
from mtlsctl.cli.declare import Argument, Option
from mtlsctl.cli.options import AllowLong, Ca, Force, Json, Lifetime
from mtlsctl.cli.text import making as text
from mtlsctl.core.keys import KeyType
from mtlsctl.core.profiles import ProfileName
from mtlsctl.errors import UsageError
from mtlsctl.workflows import certify, materials
from mtlsctl.workflows.passwords import Source


@options.with_password
def issue(
    password: Source,
    profile: Annotated[
        Literal["server", "client", "peer", "spiffe"],
        Argument(metavar="server|client|peer|spiffe", help="What it is for."),
    ],
    names: Annotated[
        list[str] | None, Argument(metavar="NAME...", help="DNS names, IP addresses, e-mail addresses, URIs.")
    ] = None,
    ca: Ca = None,
    out: Annotated[Path, Option("--out", help="The folder in which the identity's folder is made.")] = Path(),
    key_type: Annotated[KeyType, Option("--key-type", help="The kind of key.")] = KeyType.P256,
    common_name: Annotated[
        str | None, Option("--cn", metavar="TEXT", help="The CN.  [default: the first name]")
    ] = None,
    lifetime: Lifetime = None,
    allow_long: AllowLong = False,
    many: Annotated[
        Path | None, Option("--from", metavar="FILE", help="One identity for each line of names in FILE.")
    ] = None,
    force: Force = False,
    as_json: Json = False,
) -> int:
    """Issue a key and certificate, with the chain and CA, ready to use.

    Writes a folder named after the first name, with cert.pem, chain.pem,
    fullchain.pem, ca.pem and key.pem. server is for servers, client for clients,
    peer for both; spiffe takes one spiffe:// URI.

    Examples:
      mtlsctl issue server localhost 127.0.0.1
      mtlsctl issue client alice@example.test
      mtlsctl issue spiffe spiffe://prod.test/api --lifetime 12h
      mtlsctl issue client --from people.txt --out people

    Exit status: 0 issued, 2 not.
    """
    if bool(names) == bool(many):
        raise UsageError("give the names of one identity, or --from FILE", f"mtlsctl issue {profile} NAME")
    wish = certify.Wish(ProfileName(profile), key_type, options.lifetime(lifetime), allow_long, common_name)
    secret = options.secret_from(password)
    ca_word = materials.one_ca(ca)
    if many:
        if common_name is not None or force:
            raise UsageError("--cn and --force are for one identity, --from makes many")
        issued = certify.issue_many(ca_word, materials.names_of(many), wish, out, secret)
        return output.show("issue", issued, text.issued_many(issued), as_json=as_json)
    one = certify.issue(ca_word, names or [], wish, out, secret, force=force)
    return output.show("issue", one, text.issued(one), as_json=as_json)

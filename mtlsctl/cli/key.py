"""`mtlsctl key`: make private keys."""

import sys
from pathlib import Path
from typing import Annotated

from mtlsctl.cli import options, output
from mtlsctl.cli.declare import Argument, Option
from mtlsctl.cli.options import Force, Json
from mtlsctl.cli.text import making as text
from mtlsctl.core.keys import KeyType
from mtlsctl.errors import UsageError
from mtlsctl.workflows import keyfile
from mtlsctl.workflows.passwords import Source


@options.with_password
def new(
    password: Source,
    file: Annotated[Path, Argument(metavar="FILE", help="The file to write; - is standard output.")],
    key_type: Annotated[KeyType, Option("--key-type", help="The kind of key.")] = KeyType.P256,
    encrypt: Annotated[bool, Option("--encrypt", help="Encrypt it; asks for the password.")] = False,
    force: Force = False,
    as_json: Json = False,
) -> int:
    """Make a private key.

    PKCS#8 in PEM, readable by its owner alone. With --encrypt or a password
    option: AES-256, key derived with PBKDF2 and 600,000 rounds.

    Examples:
      mtlsctl key new web.key
      mtlsctl key new web.key --key-type ed25519 --password-file secret.txt

    Exit status: 0 written, 2 not.
    """
    target = None if str(file) == "-" else file
    if as_json and not target:
        raise UsageError("--json and a key on standard output do not go together", "name a file")
    made, pem = keyfile.make_key(target, key_type, options.new_secret(password, encrypt), force=force)
    if target:
        return output.show("key new", made, text.key_made(made), as_json=as_json)
    with output.known():
        sys.stdout.buffer.write(pem)
    return 0

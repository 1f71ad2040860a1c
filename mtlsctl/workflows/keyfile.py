"""Make private keys. Apart from certificates: a key needs no X.509, which is half of a start's time."""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from mtlsctl.core import keys
from mtlsctl.workflows import files
from mtlsctl.workflows.files import KEY_MODE, Output
from mtlsctl.workflows.passwords import Secret


@dataclass(frozen=True, slots=True)
class KeyMade:
    """A new private key: where it is and how its public half is recognised. Never the key itself."""

    file: Path | None
    key: str
    encrypted: bool
    spki_sha256: str


def make_key(out: Path | None, key_type: keys.KeyType, secret: Secret | None, *, force: bool) -> tuple[KeyMade, bytes]:
    """Make a key and write it to out, 0600; without out the PEM bytes are for stdout. secret: encrypt under it."""
    if out:
        files.refuse_existing([out], force)
    password = secret(f"the key {out or 'on standard output'}") if secret else None
    key = keys.generate(key_type)
    pem = keys.encode(key, password)
    if out:
        files.write([Output(out, pem, KEY_MODE)], force)
    public = key.public_key()
    return KeyMade(out, keys.describe(public), password is not None, sha256(keys.spki(public)).hexdigest()), pem

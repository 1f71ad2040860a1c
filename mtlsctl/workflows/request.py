"""Make certificate signing requests."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding

from mtlsctl.core import issuing, keys, names, requests
from mtlsctl.core.profiles import PROFILES, ProfileName
from mtlsctl.errors import UsageError
from mtlsctl.workflows import files, materials
from mtlsctl.workflows.files import Output
from mtlsctl.workflows.passwords import Secret


@dataclass(frozen=True, slots=True)
class CsrMade:
    """A new CSR."""

    file: Path | None
    subject: str
    names: tuple[str, ...]
    key: str
    spki_sha256: str
    pem: str


def make_csr(
    key_file: str, texts: Sequence[str], common_name: str | None, out: Path | None, secret: Secret, *, force: bool
) -> CsrMade:
    """Make a CSR for a key; the first DNS name becomes the CN unless one is given. Written to out, if given."""
    if not texts and not common_name:
        raise UsageError("a request names somebody", "add --name host.example.test, or --cn TEXT")
    wanted = tuple(names.parse(text) for text in texts)
    if out:
        files.refuse_existing([out], force)
    subject = (
        names.subject(common_name)
        if common_name is not None
        else issuing.subject_for(PROFILES[ProfileName.SERVER], wanted)
    )
    key = materials.private_key(key_file, secret)
    pem = requests.make_csr(key, subject, wanted).public_bytes(Encoding.PEM)
    if out:
        files.write([Output(out, pem)], force)
    public = key.public_key()
    return CsrMade(
        out,
        names.dn(subject),
        tuple(names.tagged(n) for n in wanted),
        keys.describe(public),
        sha256(keys.spki(public)).hexdigest(),
        pem.decode(),
    )

"""The folder of an identity: `<name>/{cert,chain,fullchain,ca,key}.pem`, written whole or not at all."""

import errno
import hashlib
import os
import re
from collections.abc import Sequence
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from mtlsctl.core import keys, names
from mtlsctl.core.issuing import Credential
from mtlsctl.errors import ConflictError, InputError
from mtlsctl.workflows import files, store
from mtlsctl.workflows.files import KEY_MODE, PUBLIC_MODE, Output

# In the order in which they are put in place: the key first, cert.pem last. A renewal that is cut short leaves the
# old cert.pem, which is still due, and the next renewal mends the pair.
PARTS = ("key.pem", "ca.pem", "chain.pem", "fullchain.pem", "cert.pem")


def folder_name(name: x509.GeneralName) -> str:
    """The folder's name for an identity: `_wildcard.example.test`, `alice@example.test`, `prod.test-api`."""
    text = names.plain(name).replace("*", "_wildcard")
    if isinstance(name, x509.IPAddress) and ":" in text:
        return "ipv6-" + text.replace(":", "-")
    if "://" in text:
        text = text.partition("://")[2]
    safe = re.sub(r"[^A-Za-z0-9._@+-]+", "-", text).strip("-.") or "identity"
    if len(safe) > 120:
        safe = f"{safe[:100]}-{hashlib.sha256(text.encode()).hexdigest()[:12]}"
    return safe


def refuse_existing(folder: Path, force: bool) -> None:
    """Refuse to write over an identity; where half of a pair is there, say which half is missing."""
    if force or not os.path.lexists(folder):
        return
    there = [part for part in PARTS if os.path.lexists(folder / part)]
    if not there:
        return
    for one, other in (("cert.pem", "key.pem"), ("key.pem", "cert.pem")):
        if one in there and other not in there:
            raise ConflictError(
                f"{folder}: {one} is there but {other} is missing",
                f"put {other} back, or replace both with --force",
            )
    raise ConflictError(
        f"{folder}: an identity is there already, and nothing is overwritten",
        f"renew it: mtlsctl renew {folder}; or choose another --out; or pass --force",
    )


def outputs(
    folder: Path, credential: Credential, root: x509.Certificate, password: bytes | None = None
) -> list[Output]:
    """The files of an identity, in the order of PARTS."""
    leaf = credential.certificate.public_bytes(Encoding.PEM)
    chain = b"".join(c.public_bytes(Encoding.PEM) for c in credential.chain)
    parts = (keys.encode(credential.key, password), root.public_bytes(Encoding.PEM), chain, leaf + chain, leaf)
    modes = (KEY_MODE, *(PUBLIC_MODE,) * 4)
    return [Output(folder / part, data, mode) for part, data, mode in zip(PARTS, parts, modes, strict=True)]


def write(folder: Path, credential: Credential, root: x509.Certificate, *, force: bool = False) -> tuple[Path, ...]:
    """Write an identity. A new folder appears with all its files at once; force replaces the files of an old one."""
    wanted = outputs(folder, credential, root)
    if folder.exists():
        files.write(wanted, force)
    else:
        with files.staging(folder.parent, "write here") as stage:
            files.write([Output(stage / "new" / o.path.name, o.data, o.mode) for o in _made(stage, wanted)])
            _appear(stage / "new", folder)
        files.sync_folder(folder.parent)
    return tuple(output.path for output in wanted)


def _made(stage: Path, wanted: Sequence[Output]) -> Sequence[Output]:
    (stage / "new").mkdir(mode=0o755)
    return wanted


def _appear(made: Path | str, folder: Path) -> None:
    """Rename a finished folder into place; one that came up meanwhile is not touched."""
    try:
        os.rename(made, folder)  # noqa: PTH104 - the inner loop of a bulk issue
    except OSError as error:
        if folder.exists():
            raise ConflictError(f"{folder}: already there, and nothing is overwritten", "pass --force") from None
        raise files.trouble(error, folder, "write") from None


def write_many(made: Sequence[tuple[Path, x509.Certificate, keys.PrivateKey]], ca: store.Ca) -> None:
    """Write many new identities below one folder: staged, flushed to the disk once, then renamed one by one."""
    if not made:
        return
    parent = made[0][0].parent
    chain, root = ca.issuing.public_bytes(Encoding.PEM), ca.root.public_bytes(Encoding.PEM)
    with files.staging(parent, "write here") as stage:
        try:
            for folder, certificate, key in made:
                _write_raw(
                    f"{stage}/{folder.name}", certificate.public_bytes(Encoding.PEM), chain, root, keys.encode(key)
                )
        except OSError as error:
            raise files.trouble(error, parent, "write here") from None
        if hasattr(os, "sync"):
            os.sync()
        for folder, _, _ in made:
            _appear(f"{stage}/{folder.name}", folder)
    files.sync_folder(parent)


def _write_raw(folder: str, leaf: bytes, chain: bytes, root: bytes, key: bytes) -> None:
    """Write the five files with plain system calls: this is the inner loop of a bulk issue."""
    os.mkdir(folder, 0o755)  # noqa: PTH102 - Path costs as much as the signature
    for part, data in zip(PARTS, (key, root, chain, leaf + chain, leaf), strict=True):
        mode = KEY_MODE if part == "key.pem" else PUBLIC_MODE
        descriptor = os.open(f"{folder}/{part}", os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        try:
            if os.write(descriptor, data) != len(data):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        finally:
            os.close(descriptor)


def parts_of(folder: Path) -> tuple[Path, Path]:
    """The certificate and key of an identity's folder. Raises InputError naming the half that is missing."""
    cert, key = folder / "cert.pem", folder / "key.pem"
    if not cert.exists() and not key.exists():
        raise InputError(f"{folder}: no identity is here: cert.pem and key.pem are missing")
    for one, other in ((cert, key), (key, cert)):
        if not other.exists():
            raise InputError(f"{folder}: {one.name} is there but {other.name} is missing", "put it back")
    return cert, key

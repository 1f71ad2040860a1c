"""A CA's folder: find it, open it, and say which part is missing."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

import platformdirs
from cryptography import x509

from mtlsctl.core import keys, names
from mtlsctl.core.issuing import Credential
from mtlsctl.errors import InputError, MtlsctlError, NotFoundError, UsageError
from mtlsctl.workflows import files
from mtlsctl.workflows.passwords import Secret

_NAME = r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}"
ROOT = "root"
ISSUING = "issuing"


@dataclass(frozen=True, slots=True)
class Ca:
    """An opened CA: its folder and its two certificates. Keys are read only when they sign."""

    name: str
    folder: Path
    root: x509.Certificate
    issuing: x509.Certificate
    word: str = ""
    """What --ca takes for it: its name below home, else its folder."""

    @property
    def ledger(self) -> Path:
        """The SQLite file in which every signature is recorded."""
        return self.folder / "ledger.db"

    def certificate(self, role: str) -> x509.Certificate:
        """The certificate of ROOT or ISSUING."""
        return self.root if role == ROOT else self.issuing

    def key_path(self, role: str) -> Path:
        """Where the private key of ROOT or ISSUING lies."""
        return self.folder / f"{role}.key"


def home() -> Path:
    """The folder of all CAs: MTLSCTL_HOME, or the user's data folder."""
    chosen = os.environ.get("MTLSCTL_HOME")
    return Path(chosen) if chosen else Path(platformdirs.user_data_dir("mtlsctl", appauthor=False))


def folder_for(name: str) -> Path:
    """The folder of a new CA of that name. Raises UsageError for a name that cannot be one."""
    if not re.fullmatch(_NAME, name):
        raise UsageError(
            f"{name!r} is not a name for a CA",
            "up to 40 letters, digits, dots, dashes and underscores, a letter or digit first",
        )
    return home() / name


def find(word: str) -> Path:
    """The folder that --ca names: a folder that holds a CA, or a name below home. Raises NotFoundError."""
    path = Path(word)
    if os.sep in word or word in (".", "..") or (word not in ca_names() and _has(path, "issuing.crt")):
        if _has(path, "issuing.crt", "root.crt"):
            return path.resolve()
        raise NotFoundError(f"{word}: no CA is in this folder", "mtlsctl ca list shows those that there are")
    folder = folder_for(word)
    if not folder.is_dir():
        there = ", ".join(ca_names())
        a_file = path.suffix and not path.exists()  # --ca takes both where a CA is trusted
        what = f"{word}: no such file, and no CA of that name" if a_file else f"there is no CA called {word}"
        raise NotFoundError(
            what + (f", only {there}" if there else ""),
            "mtlsctl ca list" if there else f"make it: mtlsctl ca create {word}",
        )
    return folder


def ca_names() -> list[str]:
    """The names of the CAs below home, sorted."""
    try:
        return sorted(p.name for p in home().iterdir() if not p.name.startswith(".") and _is_ca(p))
    except FileNotFoundError:
        return []
    except OSError as error:
        raise files.trouble(error, home()) from None


def _is_ca(folder: Path) -> bool:
    """True for a folder that holds a CA, or a part of one."""
    return any((folder / name).exists() for name in ("ca.toml", "root.crt", "issuing.crt", "issuing.key"))


def _has(folder: Path, *names: str) -> bool:
    """True where one of some files is in a folder. Raises SystemTroubleError, which names the folder."""
    try:
        return any((folder / name).exists() for name in names)
    except OSError as error:
        raise files.trouble(error, folder) from None


def is_plain_folder(word: str) -> bool:
    """True for a folder that holds no CA and is not named like one of ours. Raises SystemTroubleError."""
    return files.is_folder(word) and word not in ca_names() and not _has(Path(word), "issuing.crt")


def open_ca(word: str) -> Ca:
    """Open a CA by name or folder. Raises NotFoundError or InputError naming the half that is missing."""
    folder = find(word)
    check_halves(folder)
    root, issuing = _certificate(folder / "root.crt"), _certificate(folder / "issuing.crt")
    at_home = folder.parent == home().resolve() or folder.parent == home()
    called = folder.name if at_home else names.common_name(issuing.subject).removesuffix(" Issuing CA")
    return Ca(called or folder.name, folder, root, issuing, called if at_home else str(folder))


def candidates(word: str | None) -> list[Ca]:
    """The CA that was named; else every one below home that opens."""
    if word:
        return [open_ca(word)]
    opened = []
    for name in ca_names():
        try:
            opened.append(open_ca(name))
        except MtlsctlError:
            continue  # a broken CA issued none of what a sound one did; `ca list` names it
    return opened


def check_halves(folder: Path) -> None:
    """Refuse a CA of which a part is gone. The root's key may be kept elsewhere; nothing else may be missing."""
    there = {name for name in ("root.crt", "issuing.crt", "issuing.key", "ledger.db") if (folder / name).exists()}
    partners = {"issuing.key": "issuing.crt", "issuing.crt": "issuing.key", "root.crt": "issuing.crt"}
    for name in ("issuing.crt", "issuing.key", "root.crt", "ledger.db"):
        if name in there:
            continue
        partner = partners.get(name, "issuing.crt")
        rest = f"{partner} is there but {name} is missing" if partner in there else f"{name} is missing"
        raise InputError(
            f"{folder}: {rest}",
            "put it back from a backup: mtlsctl never makes a CA's key or ledger anew",
            code="ca-incomplete",
        )


def _certificate(path: Path) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(files.read(path))
    except (ValueError, x509.InvalidVersion):
        raise InputError(f"{path}: expected a certificate in PEM, could not read one", "restore it") from None


def signer(ca: Ca, role: str, secret: Secret) -> Credential:
    """The CA as one that signs: root or issuing, with its key. Raises where the key is elsewhere or not its own."""
    path = ca.key_path(role)
    if not path.exists():
        raise NotFoundError(
            f"{path}: the {role} key of CA {ca.name} is not here, and it must sign this",
            "bring it back for this command",
        )
    pem = files.read(path)
    password = secret(f"the {role} key of CA {ca.name}") if keys.is_encrypted(pem) else None
    key = keys.decode(pem, str(path), password)
    certificate = ca.certificate(role)
    if not keys.belong(key, certificate.public_key()):
        raise InputError(f"{path}: this key does not belong to {role}.crt beside it", "restore both from one backup")
    return Credential(certificate, key, (ca.issuing,) if role == ISSUING else ())

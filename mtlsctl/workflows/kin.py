"""What lies here and would help: a CA of ours that made what nobody trusts, a client's identity that is asked for."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice
from pathlib import Path

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from mtlsctl.core.diagnose import Diagnosis
from mtlsctl.core.shellwords import word
from mtlsctl.core.unreadable import UNREADABLE
from mtlsctl.errors import MtlsctlError
from mtlsctl.workflows import materials

MAX_FOLDERS = 200  # that are looked into
MAX_NAMED = 3

UNKNOWN = frozenset(("server-untrusted-root", "server-missing-intermediate", "server-self-signed"))
"""The root causes that may mean no more than a --ca that was left away, or names another one."""


def recognised(said: Diagnosis, chain: Sequence[x509.Certificate]) -> Diagnosis:
    """The diagnosis with the CA to trust in its first hint, where one of ours made what the server shows."""
    from mtlsctl.workflows import hints  # who lacks a certificate needs no CA

    ours = hints.of_ours(chain)
    if ours is None:
        return said
    first, *rest = said.report.findings
    hint = f"one of your own CAs made it: --ca {word(ours.word)}\n{first.hint}".rstrip()
    return said._replace(report=said.report._replace(findings=(first._replace(hint=hint), *rest)))


def presentable(said: Diagnosis, accepted: Sequence[x509.Name]) -> Diagnosis:
    """The diagnosis with the identities of this folder that the server would take, where it wants one and got none.

    accepted: the issuers that it names.
    """
    first, *rest = said.report.findings
    if first.code != "client-cert-required" or _ANY not in first.hint:
        return said
    found = " or ".join(f"--identity {word(name)}" for name in _identities(tuple(accepted)))
    first = first._replace(hint=first.hint.replace(_ANY, found)) if found else first
    return said._replace(report=said.report._replace(findings=(first, *rest)))


_ANY = "--cert client.pem --key client.key, or --identity FOLDER"


@lru_cache(maxsize=4)  # of a whole fleet's servers most ask for the same
def _identities(accepted: tuple[x509.Name, ...]) -> tuple[str, ...]:
    return tuple(islice((folder.name for folder in _folders() if _fits(folder, accepted)), MAX_NAMED))


def _folders() -> Iterator[Path]:
    try:
        there = sorted(Path().iterdir())
    except OSError:
        return  # nobody asked for what lies here
    whole = (folder for folder in there if (folder / "key.pem").is_file() and (folder / "fullchain.pem").is_file())
    yield from islice(whole, MAX_FOLDERS)


def _fits(folder: Path, accepted: Sequence[x509.Name]) -> bool:
    """True for a client's identity below one of these issuers."""
    try:
        chain = materials.certificates(folder / "fullchain.pem")
        usage = chain[0].extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        return ExtendedKeyUsageOID.CLIENT_AUTH in usage and any(one.issuer in accepted for one in chain)
    except (MtlsctlError, OSError, x509.ExtensionNotFound, *UNREADABLE):
        return False

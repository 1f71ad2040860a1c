"""What a server presents and whom it takes, from where a person said that things are: read, and read again."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from cryptography import x509

from mtlsctl.core.tls import Demand, TlsSettings
from mtlsctl.errors import InputError, NotFoundError, PasswordError, UsageError
from mtlsctl.workflows import identities, materials
from mtlsctl.workflows.fresh import Source
from mtlsctl.workflows.identities import Papers
from mtlsctl.workflows.passwords import Secret

# OpenSSL holds each CRL against all others when it takes it up (5,000 take it a second, 50,000 some minutes), and
# sorts the entries. 2,000,000 are what a file of 64 MiB may hold, the most that is read.
MAX_LISTS, MAX_ENTRIES = 2000, 2_000_000


class Wanted(NamedTuple):
    """What was asked for."""

    papers: Papers
    """From identities.complete(); ca is who may vouch for clients."""
    terms: TlsSettings
    """Versions, ALPN and the like, without anything that is read from files."""
    crls: tuple[str, ...] = ()
    """Files, or CAs of ours: what clients are checked against."""


def source(wanted: Wanted, secret: Secret) -> Source:
    """Where the settings come from. Raises UsageError for what cannot be served at all."""
    papers, demand = wanted.papers, wanted.terms.demand
    if papers.cert is None:
        raise UsageError("a TLS server needs a certificate", "pass --identity FOLDER, or --cert FILE and --key FILE")
    if demand is not Demand.NONE and not papers.ca:
        raise UsageError("which client certificates are good? No CA is named", "pass --client-ca FILE")
    if wanted.crls and demand is Demand.NONE:
        raise UsageError("--crl is of no use: no client certificate is asked for", "pass --require or --request")
    if "-" in (str(papers.cert), str(papers.key), papers.ca, *wanted.crls):
        raise UsageError("a server reads its files again when they change: stdin (-) cannot be", "name a file")
    remembered = _Remembered(secret)

    def load() -> TlsSettings:
        roots = identities.roots(papers.ca) if papers.ca and demand is not Demand.NONE else ()
        made = wanted.terms._replace(
            identity=identities.identity(papers, remembered), roots=roots, crls=crls(wanted.crls)
        )
        remembered.nobody_there = True
        return made

    return Source(load, tuple(dict.fromkeys(_files(wanted))))


class _Remembered:
    """A password, asked for once: when the files are read again there is nobody to ask."""

    def __init__(self, secret: Secret) -> None:
        self._secret, self._known = secret, b""
        self.nobody_there = False

    def __call__(self, what: str) -> bytes:
        if not self._known and self.nobody_there:
            raise PasswordError(f"{what} is encrypted now, and it was not when the server began", "start it again")
        self._known = self._known or self._secret(what)
        return self._known


def _files(wanted: Wanted) -> Iterator[Path]:
    """Everything that load() reads."""
    papers = wanted.papers
    yield from (path for path in (papers.cert, papers.key) if path)
    if papers.ca and wanted.terms.demand is not Demand.NONE:
        yield Path(papers.ca) if materials.is_file(papers.ca) else _folder(papers.ca) / "root.crt"
    yield from map(_crl_file, wanted.crls)


def _folder(word: str) -> Path:
    from mtlsctl.workflows import store  # SQLite is not needed for files

    return store.open_ca(word).folder


def _crl_file(word: str) -> Path:
    """A CRL's file: as named, or the one that a CA of ours publishes, with the lists of all its issuers."""
    if materials.is_file(word):
        return Path(word)
    try:
        return _folder(word) / "crl" / "crl.pem"
    except NotFoundError:
        raise NotFoundError(
            f"--crl {word}: no such file, and no CA of that name", "name a file, or a CA of: mtlsctl ca list"
        ) from None


def crls(words: Iterable[str]) -> tuple[x509.CertificateRevocationList, ...]:
    """The CRLs that --crl names, files and CAs of ours. Raises NotFoundError, InputError: it fails closed."""
    found: list[x509.CertificateRevocationList] = []
    for word in words:
        found += _crls(word)
        if len(found) > MAX_LISTS or sum(map(len, found)) > MAX_ENTRIES:
            message = f"--crl {word}: more than {MAX_LISTS:,} CRLs or {MAX_ENTRIES:,} entries in all"
            raise InputError(message, "name the CRLs of those CAs alone that may vouch for the other side")
    return tuple(found)


def _crls(word: str) -> Sequence[x509.CertificateRevocationList]:
    """The CRLs of a file or a CA. Raises NotFoundError, InputError: a list that cannot be read stops the server."""
    from mtlsctl.workflows.revocation import read_crls  # only where revocation is checked

    path = _crl_file(word)
    if not path.is_file() and not materials.is_file(word):
        raise NotFoundError(f"{path}: this CA has published no CRL yet", f"publish one: mtlsctl crl --ca {word}")
    return read_crls(str(path))

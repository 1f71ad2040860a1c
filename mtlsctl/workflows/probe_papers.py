"""What probe takes from files and from a CA of ours: a signer, a revoked certificate, certificates of the caller's."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from mtlsctl.core import names
from mtlsctl.core.credential import Credential
from mtlsctl.core.impostors import NOBODY, Kind, Offer, Signed
from mtlsctl.core.judge import issued
from mtlsctl.core.openssl import Identity
from mtlsctl.core.revocation import Reason
from mtlsctl.errors import MtlsctlError, NotFoundError, UsageError
from mtlsctl.workflows import clock, identities, ledger, store
from mtlsctl.workflows.identities import Papers
from mtlsctl.workflows.ledger import Entry, Signature
from mtlsctl.workflows.passwords import Secret


@dataclass(frozen=True, slots=True)
class Signer:
    """A CA of ours that signs what its server must refuse."""

    ca: store.Ca
    credential: Credential


def signer(word: str, good: Identity | None, secret: Secret) -> Signer:
    """The CA that --sign-with names. Raises UsageError where it is not the one that signed the good certificate."""
    ca = store.open_ca(word)
    if good and not issued(good.certificate, ca.issuing):
        raise UsageError(
            f"CA {ca.name} did not sign the good certificate {names.dn(good.certificate.subject)}",
            "name the CA that did with --sign-with, or leave it away",
        )
    return Signer(ca, store.signer(ca, store.ISSUING, secret))


def signer_of(good: Identity | None) -> str:
    """What to type for --sign-with: the CA of ours that signed the good certificate; "" where none did."""
    if good is None:
        return ""
    leaf = good.certificate
    return next((ca.word for ca in store.candidates(None) if issued(leaf, ca.issuing)), "")


@contextmanager
def recorded(signed_by: Signer | None, made: Sequence[Signed]) -> Iterator[None]:
    """Keep what was signed in the ledger before anybody sees it; when all is over it is revoked there.

    The next CRL lists it then: whoever should have got hold of one has nothing.
    """
    if signed_by is None or not made:
        yield
        return
    path = signed_by.ca.ledger
    entries = [
        Signature(certificate, store.ISSUING, NOBODY, "server" if offer.kind is Kind.WRONG_EKU else "client", ())
        for offer, certificate in made
    ]
    ledger.record(path, entries, clock.now())
    try:
        yield
    finally:
        _retire(path, [certificate for _, certificate in made], clock.now())


def _retire(path: Path, certificates: Sequence[x509.Certificate], now: datetime) -> None:
    with ledger.writing(path) as db:
        db.executemany(
            "UPDATE certificates SET state = 'revoked', revoked_at = ?, reason = ? WHERE serial = ?",
            [
                (ledger.stamp(now), Reason.CESSATION_OF_OPERATION.value, names.serial_hex(c.serial_number))
                for c in certificates
            ],
        )


def revoked(cert: Path | None, key: Path | None, signed_by: Signer | None, secret: Secret) -> Offer:
    """A revoked certificate to show: the files given, else one that the CA of ours revoked and whose files are left."""
    if cert is not None:
        return Offer(Kind.REVOKED, "revoked", _one(cert, key, secret))
    if signed_by is None:
        return Offer(Kind.REVOKED, "revoked", missing="pass one with --revoked-cert FILE --revoked-key FILE")
    for entry in _revoked_clients(signed_by.ca):
        identity = _still_there(entry, secret)
        if identity is not None:
            return Offer(Kind.REVOKED, f"revoked: {entry.identity}", identity)
    ca = f" --ca {signed_by.ca.word}"
    make = f"mtlsctl issue client gone.test{ca}; mtlsctl revoke gone.test{ca}; then the server must read the CRL"
    return Offer(Kind.REVOKED, "revoked", missing=make)


def _revoked_clients(ca: store.Ca) -> list[Entry]:
    """What the CA revoked of its clients and what else is good for clients, newest first, as far as it lasts yet."""
    with ledger.reading(ca.ledger) as db:
        chosen = "state = 'revoked' AND not_after > ? AND identity != ?"
        chosen += " AND profile IN ('client', 'peer', 'spiffe')"
        return ledger.entries(db, chosen, (ledger.stamp(clock.now()), NOBODY))[::-1]


def _still_there(entry: Entry, secret: Secret) -> Identity | None:
    """The revoked pair, where its folder holds it yet, and not a later one."""
    folder = Path(entry.folder)
    if not entry.folder or not folder.is_dir():
        return None
    try:
        found = identities.identity(identities.complete(Papers(folder)), secret)
    except MtlsctlError:
        return None  # moved, damaged or locked: there may be another
    same = found is not None and found.certificate.fingerprint(hashes.SHA256()).hex() == entry.sha256
    return found if same else None


def extras(paths: Sequence[Path], *, let_in: bool, secret: Secret) -> Iterator[Offer]:
    """The caller's own: a file with certificate and key, an identity's folder, or a folder of those."""
    for path in paths:
        for one in _each(path):
            yield Offer(Kind.EXTRA, one.name, _one(one, None, secret), let_in=let_in)


def _each(path: Path) -> list[Path]:
    if not path.is_dir() or (path / identities.CERTIFICATE).exists():
        return [path]
    found = sorted(p for p in path.iterdir() if (p / identities.CERTIFICATE).exists() or p.suffix in (".pem", ".p12"))
    if not found:
        raise NotFoundError(
            f"{path}: no identities are in this folder", "it holds PEM files with certificate and key, or folders"
        )
    return found


def _one(cert: Path, key: Path | None, secret: Secret) -> Identity:
    papers = Papers(identity=cert, key=key) if cert.is_dir() else Papers(cert=cert, key=key)
    found = identities.identity(identities.complete(papers), secret)
    if found is None:
        raise NotFoundError(f"{cert}: no certificate is there")
    return found

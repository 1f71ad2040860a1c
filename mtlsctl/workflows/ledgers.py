"""What the ledgers of our own CAs know of certificates: the word of who signed them, and revokes them."""

from collections.abc import Sequence
from functools import cache, partial
from shlex import join

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from mtlsctl.core.causes import EITHER
from mtlsctl.core.revoked import Ledger
from mtlsctl.core.standing import Answer
from mtlsctl.workflows import ledger, store
from mtlsctl.workflows.ledger import Entry


def asking(words: Sequence[str]) -> Ledger:
    """Who asks the ledgers of some CAs of ours, for each certificate once. Raises NotFoundError, InputError."""
    return cache(partial(_find, tuple(store.open_ca(word) for word in words)))


def _find(cas: Sequence[store.Ca], certificate: x509.Certificate) -> Answer | None:
    digest = certificate.fingerprint(hashes.SHA256()).hex()
    for ca in cas:
        with ledger.reading(ca.ledger) as db:
            for entry in ledger.entries(db, "sha256 = ?", (digest,)):
                return _answer(entry, ca)
    return next((Answer("unknown", "ledger", ca.name, f"CA {ca.name}") for ca in cas if _of(ca, certificate)), None)


def _of(ca: store.Ca, certificate: x509.Certificate) -> bool:
    """True for what bears a CA's name as its issuer; its root is nobody's to revoke."""
    return certificate.issuer in (ca.issuing.subject, ca.root.subject) and certificate != ca.root


def _answer(entry: Entry, ca: store.Ca) -> Answer:
    speaker = f"CA {ca.name}"
    if entry.state != "revoked":
        return Answer("good", "ledger", ca.name, speaker)
    again = f"{entry.profile} {join(entry.names)}" if entry.names else f"{EITHER} NAME"
    return Answer(
        "revoked",
        "ledger",
        ca.name,
        speaker,
        revoked_at=entry.revoked_at,
        reason=entry.reason or "",
        hint=f"issue a new one: mtlsctl issue {again}",
    )

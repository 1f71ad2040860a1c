"""What the ledgers of our own CAs know of certificates: the word of who signed them, and revokes them."""

from collections.abc import Iterator, Mapping, Sequence

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from mtlsctl.core.causes import EITHER
from mtlsctl.core.standing import Answer
from mtlsctl.workflows import ledger, store
from mtlsctl.workflows.ledger import Entry


class Ledgers(Mapping[x509.Certificate, Answer]):
    """The answer for each certificate that one of our CAs signed; looked up when asked for."""

    def __init__(self, words: Sequence[str]) -> None:
        self._cas = [store.open_ca(word) for word in words]
        self._known: dict[x509.Certificate, Answer | None] = {}

    def __getitem__(self, certificate: x509.Certificate) -> Answer:
        if certificate not in self._known:
            self._known[certificate] = self._find(certificate)
        found = self._known[certificate]
        if found is None:
            raise KeyError(certificate)
        return found

    def __iter__(self) -> Iterator[x509.Certificate]:
        return (certificate for certificate, found in self._known.items() if found)

    def __len__(self) -> int:
        """How many ledgers there are: they are not read to be counted."""
        return len(self._cas)

    def _find(self, certificate: x509.Certificate) -> Answer | None:
        digest = certificate.fingerprint(hashes.SHA256()).hex()
        for ca in self._cas:
            with ledger.reading(ca.ledger) as db:
                for entry in ledger.entries(db, "sha256 = ?", (digest,)):
                    return _answer(entry, ca)
        return next(
            (Answer("unknown", "ledger", ca.name, f"CA {ca.name}") for ca in self._cas if _of(ca, certificate)), None
        )


def _of(ca: store.Ca, certificate: x509.Certificate) -> bool:
    """True for what bears a CA's name as its issuer; its root is nobody's to revoke."""
    return certificate.issuer in (ca.issuing.subject, ca.root.subject) and certificate != ca.root


def _answer(entry: Entry, ca: store.Ca) -> Answer:
    hint = f"issue a new one: mtlsctl issue {entry.profile} {' '.join(entry.names)}" if entry.names else ""
    speaker = f"CA {ca.name}"
    if entry.state != "revoked":
        return Answer("good", "ledger", ca.name, speaker)
    return Answer(
        "revoked",
        "ledger",
        ca.name,
        speaker,
        revoked_at=entry.revoked_at,
        reason=entry.reason or "",
        hint=hint or f"issue a new one: mtlsctl issue {EITHER} NAME",
    )

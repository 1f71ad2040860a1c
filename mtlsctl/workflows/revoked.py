"""What the ledgers of our own CAs know of revoked certificates: for a verifier that is given no CRL."""

from collections.abc import Sequence

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from mtlsctl.core.findings import Finding, Verdict, Whose
from mtlsctl.core.verify import Purpose
from mtlsctl.workflows import ledger, store
from mtlsctl.workflows.ledger import Entry


def in_ledgers(words: Sequence[str], chain: Sequence[x509.Certificate], purpose: Purpose) -> list[Finding]:
    """A finding for each certificate of a chain, or issuing CA, that the ledgers of our CAs have as revoked."""
    found = []
    for ca in map(store.open_ca, words):
        digests = {c.fingerprint(hashes.SHA256()).hex() for c in (*chain, ca.issuing)}
        with ledger.reading(ca.ledger) as db:
            found += [e for e in ledger.entries(db, "state = 'revoked'") if e.sha256 in digests]
    return [_finding(entry, purpose) for entry in found]


def _finding(entry: Entry, purpose: Purpose) -> Finding:
    """A revoked certificate in the chain, as verify says it of one on a CRL."""
    code = "client-cert-revoked" if purpose is Purpose.CLIENT else "server-cert-revoked"
    when = f"{entry.revoked_at:%Y-%m-%d}" if entry.revoked_at else "before"
    return Finding(
        code,
        Verdict.FAIL,
        f"{entry.subject or entry.identity}: revoked on {when} ({entry.reason}), by the CA's own ledger",
        f"issue a new one: mtlsctl issue {entry.profile} {' '.join(entry.names)}",
        Whose.PEER,
        entry.identity,
    )

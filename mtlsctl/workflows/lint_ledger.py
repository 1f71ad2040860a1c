"""Lint a CA of ours: its certificates, its keys' files, its last CRL, and what it issued that is still in use."""

from typing import TYPE_CHECKING

from cryptography import x509

from mtlsctl.core.unreadable import UNREADABLE
from mtlsctl.workflows import ledger, store

if TYPE_CHECKING:
    from mtlsctl.workflows.lint import Session

_IN_USE = "state = 'valid' AND not_after >= ?"


def look(session: "Session", word: str) -> int:
    """Look at all of it, one certificate after the other. Returns how many were passed over: expired or revoked."""
    ca = store.open_ca(word)
    session.know((ca.root, ca.issuing))
    session.opened += [path for path in ca.ledger.parent.iterdir() if path.is_file()]
    session.certificate(ca.root, f"{ca.name}: root.crt")
    session.certificate(ca.issuing, f"{ca.name}: issuing.crt")
    for role in (store.ROOT, store.ISSUING):
        if ca.key_path(role).exists():
            session.key_file(ca.key_path(role))
    now = ledger.stamp(session.run.at)
    with ledger.reading(ca.ledger) as db:
        for der, _ in db.execute("SELECT der, MAX(number) FROM crls GROUP BY issuer"):
            session.crl(x509.load_der_x509_crl(der), f"{ca.name}: CRL")
        query = f"SELECT serial, der FROM certificates WHERE {_IN_USE} ORDER BY signed_at, rowid"  # noqa: S608 - our own text
        for serial, der in db.execute(query, (now,)):
            _certificate(session, der, f"{ca.name}: {serial}")
        (others,) = db.execute(f"SELECT COUNT(*) FROM certificates WHERE NOT ({_IN_USE})", (now,)).fetchone()  # noqa: S608
    return int(others)


def _certificate(session: "Session", der: bytes, label: str) -> None:
    try:
        session.certificate(x509.load_der_x509_certificate(der), label, keep=False)  # the page would have thousands
    except UNREADABLE as error:
        session.unreadable(label, str(error))

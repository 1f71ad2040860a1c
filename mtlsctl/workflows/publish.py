"""Publish CRLs: number, sign and record one, then put the newest where servers read it."""

import sqlite3
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from mtlsctl.core import revocation
from mtlsctl.core.issuing import Credential
from mtlsctl.core.profiles import DAY
from mtlsctl.workflows import files, ledger, store
from mtlsctl.workflows.files import Output

# The issuing CA's CRL is short-lived; the root's key may be kept elsewhere, so its CRL lasts a year
# (CA/B Forum BR 4.9.7: at least once every twelve months).
LIFETIME = {store.ISSUING: 7 * DAY, store.ROOT: 365 * DAY}


def crl(ca: store.Ca, role: str, signer: Credential, now: datetime, lifetime: timedelta | None = None) -> int:
    """Sign a new CRL of root or issuing, record it and write the files. Returns its CRLNumber."""
    now = now.replace(microsecond=0)
    with ledger.writing(ca.ledger) as db:
        last, previous = db.execute(
            "SELECT COALESCE(MAX(number), 0), MAX(this_update) FROM crls WHERE issuer = ?", (role,)
        ).fetchone()
        # RFC 5280, 3.3: an entry stays until it was on a CRL issued after the certificate's end. A CRL that was once
        # published under a clock in the future drops nobody who is not expired now.
        since = min(previous or "", ledger.stamp(now))
        revoked = ledger.entries(db, "issuer = ? AND state = 'revoked' AND not_after >= ?", (role, since))
        made = revocation.build_crl(
            signer,
            last + 1,
            now,
            now + (lifetime or LIFETIME[role]),
            (revocation.entry(int(e.serial, 16), e.revoked_at or now, e.reason) for e in revoked),
        )
        db.execute(
            "INSERT INTO crls VALUES (?, ?, ?, ?, ?)",
            (
                role,
                last + 1,
                ledger.stamp(now),
                ledger.stamp(made.next_update_utc or now),
                made.public_bytes(Encoding.DER),
            ),
        )
    place(ca)
    return int(last) + 1


def place(ca: store.Ca) -> tuple[Path, ...]:
    """Write the newest CRL of each issuer to crl/, and both in one PEM file. The lock keeps an older one from winning.

    A server that checks the whole chain (nginx ssl_crl, X509_V_FLAG_CRL_CHECK_ALL) needs both.
    """
    folder = ca.folder / "crl"
    files.make_folder(folder)
    with ledger.writing(ca.ledger) as db:
        outputs, together = [], b""
        for role in (store.ISSUING, store.ROOT):
            der = newest(db, role)
            if der is None:
                continue
            pem = x509.load_der_x509_crl(der).public_bytes(Encoding.PEM)
            outputs += [Output(folder / f"{role}.crl", der), Output(folder / f"{role}.pem", pem)]
            together += pem
        outputs.append(Output(folder / "crl.pem", together))
        files.write(outputs, force=True)
    return tuple(output.path for output in outputs)


def newest(db: sqlite3.Connection, role: str) -> bytes | None:
    """The DER of an issuer's newest CRL, or None."""
    row = db.execute("SELECT der FROM crls WHERE issuer = ? ORDER BY number DESC LIMIT 1", (role,)).fetchone()
    return bytes(row[0]) if row else None

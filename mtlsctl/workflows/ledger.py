"""The ledger of a CA: every signature recorded with its DER before the certificate is handed out."""

import getpass
import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from mtlsctl.core import names
from mtlsctl.errors import InputError, SystemTroubleError

VERSION = 1  # PRAGMA user_version; raise it with a migration
WAIT = 60.0  # seconds that a command waits for another to finish writing

_SCHEMA = """
CREATE TABLE certificates (
    serial TEXT PRIMARY KEY,
    issuer TEXT NOT NULL CHECK (issuer IN ('root', 'issuing')),
    identity TEXT NOT NULL,
    profile TEXT NOT NULL,
    subject TEXT NOT NULL,
    names TEXT NOT NULL,
    not_before TEXT NOT NULL,
    not_after TEXT NOT NULL,
    sha256 TEXT NOT NULL UNIQUE,
    der BLOB NOT NULL,
    folder TEXT NOT NULL,
    signed_at TEXT NOT NULL,
    signed_by TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'valid' CHECK (state IN ('valid', 'revoked')),
    revoked_at TEXT,
    reason TEXT
);
CREATE INDEX certificates_by_identity ON certificates (identity);
CREATE INDEX certificates_by_state ON certificates (state);
CREATE TABLE crls (
    issuer TEXT NOT NULL,
    number INTEGER NOT NULL,
    this_update TEXT NOT NULL,
    next_update TEXT NOT NULL,
    der BLOB NOT NULL,
    PRIMARY KEY (issuer, number)
);
"""

_COLUMNS = "serial, issuer, identity, profile, subject, names, not_before, not_after, sha256, der, folder, "
_COLUMNS += "signed_at, signed_by, state, revoked_at, reason"


@dataclass(frozen=True, slots=True)
class Entry:
    """One certificate that the CA signed."""

    serial: str
    """Lower-case hex, in whole octets."""
    issuer: str
    """"root" or "issuing"."""
    identity: str
    profile: str
    subject: str
    names: tuple[str, ...]
    not_before: datetime
    not_after: datetime
    sha256: str
    der: bytes
    folder: str
    """Where the files were written, absolute; "" when not known."""
    signed_at: datetime
    signed_by: str
    state: str
    """"valid" or "revoked"; expiry is a matter of not_after."""
    revoked_at: datetime | None
    reason: str | None


def create(path: Path) -> None:
    """Make an empty ledger in WAL mode."""
    with _connection(path, "rwc") as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.executescript(_SCHEMA)
        db.execute(f"PRAGMA user_version = {VERSION}")


@contextmanager
def _connection(path: Path, mode: str = "rw") -> Iterator[sqlite3.Connection]:
    """An open ledger. SQLite waits for other writers, and its errors become ours."""
    try:
        db = sqlite3.connect(f"{path.resolve().as_uri()}?mode={mode}", uri=True, timeout=WAIT, isolation_level=None)
    except sqlite3.Error as error:
        raise SystemTroubleError(f"{path}: cannot open the ledger: {error}") from None
    try:
        yield db
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError):
            raise SystemTroubleError(f"{path}: the ledger cannot be used: {error}") from None
        raise InputError(f"{path}: not a ledger of mtlsctl: {error}", "restore it from a backup") from None
    finally:
        db.close()


@contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    """The ledger for reading: one consistent view while it lasts."""
    with _connection(path) as db:
        _check_version(db, path)
        db.execute("BEGIN")
        yield db


@contextmanager
def writing(path: Path) -> Iterator[sqlite3.Connection]:
    """The ledger for writing: one writer at a time; all is kept or, on an error, nothing."""
    with _connection(path) as db:
        _check_version(db, path)
        db.execute("BEGIN IMMEDIATE")
        try:
            yield db
        except BaseException:
            db.execute("ROLLBACK")
            raise
        db.execute("COMMIT")


def _check_version(db: sqlite3.Connection, path: Path) -> None:
    (version,) = db.execute("PRAGMA user_version").fetchone()
    if version != VERSION:
        raise InputError(
            f"{path}: the ledger has schema version {version}, this mtlsctl knows {VERSION}",
            "use the mtlsctl that wrote it, or a newer one",
        )


def who() -> str:
    """The user who asks for a signature."""
    try:
        return os.environ.get("SUDO_USER") or getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"


@lru_cache(maxsize=16)  # a thousand certificates of one batch have the same times
def stamp(when: datetime) -> str:
    """A time as the ledger keeps it: RFC 3339, UTC, sortable."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True, slots=True)
class Signature:
    """What is recorded of one signature."""

    certificate: x509.Certificate
    issuer: str
    identity: str
    profile: str
    names: tuple[str, ...]
    folder: str = ""


def record(path: Path, signatures: Iterable[Signature], now: datetime) -> None:
    """Record signatures, all in one transaction that is on the disk when this returns."""
    at, by = stamp(now), who()
    rows = [_row(s, at, by) for s in signatures]
    with writing(path) as db:
        if any(row[1] == "issuing" for row in rows):
            _refuse_revoked_issuer(db)
        db.executemany(
            "INSERT INTO certificates (serial, issuer, identity, profile, subject, names, not_before, not_after,"
            " sha256, der, folder, signed_at, signed_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            rows,
        )


def _refuse_revoked_issuer(db: sqlite3.Connection) -> None:
    """A revoked issuing CA signs no more: every peer that knows would refuse what it made."""
    own = "profile = 'issuing' AND issuer = 'root' ORDER BY signed_at, rowid LIMIT 1"  # others were signed for others
    state, reason = db.execute(f"SELECT state, reason FROM certificates WHERE {own}").fetchone()  # noqa: S608
    if state == "revoked":
        raise InputError(f"the issuing CA was revoked ({reason}): it signs no more", "make a new CA: mtlsctl ca create")


def _row(signature: Signature, at: str, by: str) -> tuple[object, ...]:
    certificate = signature.certificate
    return (
        names.serial_hex(certificate.serial_number),
        signature.issuer,
        signature.identity,
        signature.profile,
        names.dn(certificate.subject),
        json.dumps(signature.names),
        stamp(certificate.not_valid_before_utc),
        stamp(certificate.not_valid_after_utc),
        certificate.fingerprint(hashes.SHA256()).hex(),
        certificate.public_bytes(Encoding.DER),
        signature.folder,
        at,
        by,
    )


def _entry(row: Sequence[object]) -> Entry:
    values = dict(zip(_COLUMNS.split(", "), row, strict=True))
    for name in ("not_before", "not_after", "signed_at", "revoked_at"):
        text = values[name]
        values[name] = datetime.fromisoformat(text) if isinstance(text, str) else None
    values["names"] = tuple(json.loads(str(values["names"])))
    return Entry(**values)  # type: ignore[arg-type]


def entries(db: sqlite3.Connection, where: str = "1", values: Sequence[object] = ()) -> list[Entry]:
    """The entries that an SQL condition selects, oldest first."""
    query = f"SELECT {_COLUMNS} FROM certificates WHERE {where} ORDER BY signed_at, rowid"  # noqa: S608 - our own text
    return [_entry(row) for row in db.execute(query, values)]


@dataclass(frozen=True, slots=True)
class Count:
    """How many certificates a CA has signed, and how they stand."""

    signed: int
    valid: int
    expired: int
    revoked: int


def count(db: sqlite3.Connection, now: datetime) -> Count:
    """Count the leaf certificates; a revoked one that has expired counts as revoked."""
    query = (
        "SELECT COUNT(*), COALESCE(SUM(state = 'valid' AND not_after >= ?), 0),"
        " COALESCE(SUM(state = 'valid' AND not_after < ?), 0), COALESCE(SUM(state = 'revoked'), 0)"
        " FROM certificates WHERE profile NOT IN ('root', 'issuing')"
    )
    return Count(*db.execute(query, (stamp(now), stamp(now))).fetchone())

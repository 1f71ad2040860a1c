"""Revoke certificates that this CA issued, and publish the CRL in the same step."""

import re
import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from mtlsctl.core import names
from mtlsctl.core.profiles import DAY
from mtlsctl.core.revocation import Reason
from mtlsctl.errors import InputError, MtlsctlError, NotFoundError, UsageError
from mtlsctl.workflows import clock, files, ledger, materials, publish, store
from mtlsctl.workflows.ledger import Entry
from mtlsctl.workflows.passwords import Secret

MAX_CRL_LIFETIME = 3650 * DAY


@dataclass(frozen=True, slots=True)
class Gone:
    """One certificate that is revoked now."""

    identity: str
    serial_hex: str
    reason: str
    revoked_at: datetime
    already: bool
    """It was revoked before; time and reason are the first ones."""


@dataclass(frozen=True, slots=True)
class Published:
    """A CRL as it was published."""

    ca: str
    issuer: str
    """"root" or "issuing"."""
    number: int
    this_update: datetime
    next_update: datetime
    revoked: int
    files: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Revoked:
    """What was revoked, and the CRL that says so."""

    ca: str
    certificates: tuple[Gone, ...]
    remaining: tuple[str, ...]
    """Serials of valid certificates of the same identities that were not meant."""
    crl: Published


def revoke(ca_word: str | None, what: str, reason: Reason, secret: Secret, *, every: bool = False) -> Revoked:
    """Revoke what a name, file, folder or serial stands for, and publish. every: all valid ones of that name.

    Raises NotFoundError or InputError for what this CA did not issue, UsageError where several are meant.
    """
    ca = store.open_ca(ca_word or _issuer_of(what))
    now = clock.now().replace(microsecond=0)
    with ledger.reading(ca.ledger) as db:
        chosen = _choose(db, ca, what, now, every)
    role = chosen[0].issuer
    signer = store.signer(ca, role, secret)
    with ledger.writing(ca.ledger) as db:
        for entry in chosen:
            db.execute(
                "UPDATE certificates SET state = 'revoked', revoked_at = ?, reason = ?"
                " WHERE serial = ? AND state = 'valid'",
                (ledger.stamp(now), reason.value, entry.serial),
            )
        serials = [entry.serial for entry in chosen]
        stands = [ledger.entries(db, "serial = ?", (serial,))[0] for serial in serials]
        remaining = _standing(ledger.entries(db, "identity = ?", (chosen[0].identity,)), now)
    try:
        publish.crl(ca, role, signer, now)
    except MtlsctlError as error:
        raise type(error)(
            f"{what} is revoked in the ledger, but its CRL was not published: {error.message}",
            "publish it: mtlsctl crl",
        ) from None
    gone = tuple(
        Gone(e.identity, e.serial, e.reason or Reason.UNSPECIFIED, e.revoked_at or now, old.state == "revoked")
        for e, old in zip(stands, chosen, strict=True)
    )
    return Revoked(ca.name, gone, tuple(entry.serial for entry in remaining), _published(ca, role))


def _issuer_of(what: str) -> str:
    """The one CA that knows what is meant. Raises UsageError where several do; where none does, the only CA answers."""
    knowing = []
    for ca in store.candidates(None):
        with ledger.reading(ca.ledger) as db, suppress(InputError, NotFoundError):
            _choose(db, ca, what, clock.now(), every=True)
            knowing.append(ca.word)
    if len(knowing) > 1:
        raise UsageError(f"{what} was issued by several CAs: {', '.join(knowing)}", "name one with --ca")
    if not knowing and len(store.ca_names()) > 1:
        raise NotFoundError(f"no CA here issued {what}", "name the CA's folder with --ca")
    return knowing[0] if knowing else materials.one_ca(None)


def _choose(db: sqlite3.Connection, ca: store.Ca, what: str, now: datetime, every: bool) -> list[Entry]:
    found = ledger.entries(db, "identity = ? AND profile != 'root'", (what,))
    if not found and what and Path(what).exists():
        one = _by_certificate(db, ca, what)
        if not every:
            return [one]
        found = ledger.entries(db, "identity = ?", (one.identity,))
    serials = _by_serial(db, what)
    if found and serials:
        raise UsageError(f"{what} is the name of one certificate and the serial of another", "name its file")
    if serials:
        return serials
    if not found:
        raise NotFoundError(f"CA {ca.name} issued nothing to {what}", f"mtlsctl ca show {ca.name} lists what it issued")
    standing = _standing(found, now) or found[-1:]
    if len(standing) > 1 and not every:
        listed = ", ".join(f"{e.serial} (until {e.not_after:%Y-%m-%d})" for e in standing)
        raise UsageError(
            f"{what} has {len(standing)} valid certificates: {listed}", "name one by its serial or file, or pass --all"
        )
    return standing


def _standing(found: Sequence[Entry], now: datetime) -> list[Entry]:
    return [entry for entry in found if entry.state == "valid" and entry.not_after >= now]


def _by_certificate(db: sqlite3.Connection, ca: store.Ca, what: str) -> Entry:
    path = Path(what)
    certificate = materials.certificates(path / "cert.pem" if path.is_dir() else path)[0]
    found = ledger.entries(db, "sha256 = ?", (certificate.fingerprint(hashes.SHA256()).hex(),))
    if not found:
        raise InputError(
            f"{what}: not issued by CA {ca.name}: its issuer is {names.dn(certificate.issuer) or '(empty)'}"
            f" and its serial {certificate.serial_number:x} is not in the ledger",
            "name the CA that issued it with --ca",
        )
    return _revocable(found[0])


def _by_serial(db: sqlite3.Connection, what: str) -> list[Entry]:
    """The certificates whose serial the text spells: hex (0x and colons allowed) or decimal."""
    text = what.lower().replace(":", "").removeprefix("0x")
    if not re.fullmatch(r"[0-9a-f]{1,60}", text):
        return []
    spellings = {names.serial_hex(int(text, 16))}
    if what.isdecimal():
        spellings.add(names.serial_hex(int(what)))
    marks = ", ".join("?" * len(spellings))
    found = ledger.entries(db, f"serial IN ({marks})", sorted(spellings))
    if len(found) > 1:
        raise UsageError(f"{what} is one serial in hex and another in decimal", "write it as 0x... or name the file")
    return [_revocable(e) for e in found]


def _revocable(entry: Entry) -> Entry:
    if entry.profile == "root":
        raise UsageError(
            "a root cannot be revoked: nobody stands above it",
            "take it out of every trust store, and make a new CA",
        )
    return entry


def publish_crl(
    ca_word: str, secret: Secret, *, root: bool, lifetime: timedelta | None, out: Path | None, force: bool
) -> Published:
    """Publish a fresh CRL of the issuing CA (or the root), and copy the newest of both to out as PEM, if given."""
    if lifetime is not None and lifetime <= timedelta():
        raise UsageError("a CRL's lifetime is longer than nothing", "--lifetime 7d")
    if lifetime is not None and lifetime > MAX_CRL_LIFETIME:
        raise UsageError(
            f"a CRL of {lifetime.days:,} days would hide a revocation for as long",
            f"at most {MAX_CRL_LIFETIME.days} days: --lifetime 7d",
        )
    ca = store.open_ca(ca_word)
    if out:
        files.refuse_existing([out], force)
    role = store.ROOT if root else store.ISSUING
    publish.crl(ca, role, store.signer(ca, role, secret), clock.now(), lifetime)
    if out:
        data = files.read(ca.folder / "crl" / "crl.pem")
        files.write([files.Output(out, data)], force)
    return _published(ca, role, out)


def _published(ca: store.Ca, role: str, out: Path | None = None) -> Published:
    with ledger.reading(ca.ledger) as db:
        der = publish.newest(db, role)
    if der is None:
        raise NotFoundError(f"CA {ca.name} has no CRL of its {role} CA", "mtlsctl crl")
    crl = x509.load_der_x509_crl(der)
    number = crl.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number
    folder = ca.folder / "crl"
    written = [folder / f"{role}.crl", folder / f"{role}.pem", folder / "crl.pem"]
    return Published(
        ca=ca.name,
        issuer=role,
        number=number,
        this_update=crl.last_update_utc,
        next_update=crl.next_update_utc or crl.last_update_utc,
        revoked=len(crl),
        files=tuple([*written, out] if out else written),
    )

"""Renew certificates: the same identity, a new key, replaced as a pair with the old pair kept."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from shlex import quote

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from mtlsctl.core import issuing, keys, names
from mtlsctl.core.facts import CertificateFacts, certificate_facts
from mtlsctl.core.issuing import Credential
from mtlsctl.core.profiles import BACKDATE, DAY, PROFILES, ProfileName
from mtlsctl.errors import InputError, NotFoundError, UsageError
from mtlsctl.workflows import clock, files, identity, ledger, materials, store
from mtlsctl.workflows.files import KEY_MODE, PUBLIC_MODE, Output
from mtlsctl.workflows.passwords import Secret

PREVIOUS = "previous"


@dataclass(frozen=True, slots=True)
class Renewal:
    """How to renew."""

    within: timedelta | None = None
    """Due when this much of life is left; None: at 2/3 of life, 1/2 for lives below 10 days."""
    force: bool = False
    reuse_key: bool = False
    key: Path | None = None
    """The key's file, when a certificate's file is named."""


@dataclass(frozen=True, slots=True)
class Renewed:
    """What became of a renewal."""

    ca: str
    identity: str
    folder: Path
    """Where the certificate lies."""
    changed: bool
    due_at: datetime
    old_serial_hex: str
    certificate: CertificateFacts
    """The new certificate; the present one when it was not due."""
    new_key: bool
    files: tuple[Path, ...]
    kept: tuple[Path, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pair:
    """Where a certificate and its key lie: in an identity's folder, or as two files."""

    cert: Path
    key: Path
    folder: Path | None


def renew(what: str, ca_word: str | None, wish: Renewal, secret: Secret) -> Renewed:
    """Renew a folder, a certificate's file or an identity by name, when due or with force.

    Raises NotFoundError, InputError for a certificate that this CA did not issue or has revoked.
    """
    pair = _locate(what, ca_word, wish.key)
    old = materials.certificates(pair.cert)
    ca, entry = _issuer_of(old[0], ca_word, what)
    now = clock.now()
    due = due_at(old[0], wish.within)
    password, present = None, _plain_key(pair)
    torn = present is not None and _torn(present, pair, old[0], ca, entry.identity)
    if now < due and not wish.force and not torn:
        return _not_due(ca, entry, pair, old[0], due)
    if present is None:
        password = secret(f"the key {pair.key}")  # the new key is encrypted under the same one
        present = keys.decode(files.read(pair.key), str(pair.key), password)
        torn = _torn(present, pair, old[0], ca, entry.identity)
    key = _next_key(present, pair, old[0], wish)
    certificate, notes = _sign(ca, entry, old[0], key, secret, now)
    if wish.within and wish.within >= certificate.not_valid_after_utc - now:
        notes = ("--within is longer than its whole life: it is renewed each time", *notes)
    if torn:
        notes = ("key and certificate were no pair, as after a renewal that was cut short", *notes)
    credential = Credential(certificate, key, (ca.issuing,))
    with ledger.writing(ca.ledger):  # one renewal at a time puts its pair in place
        written, kept = _replace(pair, credential, ca, len(old) > 1, password, keep=not torn)
    return Renewed(
        ca=ca.name,
        identity=entry.identity,
        folder=pair.cert.parent,
        changed=True,
        due_at=due_at(certificate, wish.within),
        old_serial_hex=entry.serial,
        certificate=certificate_facts(certificate),
        new_key=not wish.reuse_key,
        files=written,
        kept=kept,
        notes=notes,
    )


def _not_due(ca: store.Ca, entry: ledger.Entry, pair: Pair, old: x509.Certificate, due: datetime) -> Renewed:
    return Renewed(
        ca=ca.name,
        identity=entry.identity,
        folder=pair.cert.parent,
        changed=False,
        due_at=due,
        old_serial_hex=entry.serial,
        certificate=certificate_facts(old),
        new_key=False,
        files=(),
        kept=(),
    )


def due_at(certificate: x509.Certificate, within: timedelta | None) -> datetime:
    """When a certificate is due: `within` before its end, else at 2/3 of its life, at 1/2 below ten days."""
    begin, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if within is not None:
        return end - within
    life = end - begin
    return begin + (life / 2 if life < 10 * DAY else life * 2 / 3)


def _locate(what: str, ca_word: str | None, key: Path | None) -> Pair:
    path = Path(what)
    if path.is_dir():
        cert, own_key = identity.parts_of(path)
        return Pair(cert, own_key, path)
    if path.is_file():
        return _locate_file(path, key.resolve() if key else None)
    folders = folders_of(what, ca_word)
    if len(folders) > 1:
        listed = ", ".join(map(str, folders))
        raise UsageError(f"several identities are called {what}: {listed}", "name the folder")
    if folders:
        cert, own_key = identity.parts_of(folders[0])
        return Pair(cert, own_key, folders[0])
    raise NotFoundError(
        f"{what}: no such folder or file, and no CA here issued an identity of that name to a folder",
        "name its folder, or its certificate's file with --key",
    )


def folders_of(name: str, ca_word: str | None) -> list[Path]:
    """The folders to which an identity of that name was issued, as far as they are still there."""
    found: dict[Path, None] = {}
    for ca in store.candidates(ca_word):
        with ledger.reading(ca.ledger) as db:
            issued = ledger.entries(db, "identity = ? AND folder != ''", (name,))
        found |= {Path(e.folder): None for e in issued if (Path(e.folder) / "cert.pem").exists()}
    return list(found)


def _locate_file(path: Path, key: Path | None) -> Pair:
    beside = path.with_suffix(".key")
    path = path.resolve()  # a link stays one: its target is renewed
    if path.name == "cert.pem" and key is None and (path.parent / "key.pem").exists():
        return Pair(path, path.parent / "key.pem", path.parent)
    chosen = key or beside.resolve()
    if not chosen.exists():
        raise NotFoundError(f"{path}: its private key is not in {chosen}", "name the key's file with --key")
    return Pair(path, chosen, None)


def _issuer_of(certificate: x509.Certificate, ca_word: str | None, what: str) -> tuple[store.Ca, ledger.Entry]:
    """The CA in whose ledger the certificate stands, and its entry; a revoked one is refused."""
    digest = certificate.fingerprint(hashes.SHA256()).hex()
    for ca in store.candidates(ca_word):
        with ledger.reading(ca.ledger) as db:
            found = ledger.entries(db, "sha256 = ?", (digest,))
        if not found:
            continue
        if found[0].state == "revoked":
            raise InputError(
                f"{what}: this certificate was revoked ({found[0].reason}), it is not renewed",
                _anew(found[0], ca),
            )
        if found[0].profile in ("root", "issuing"):
            raise UsageError(f"{what}: a CA's certificate is not renewed in place", "make a new CA: mtlsctl ca create")
        return ca, found[0]
    raise InputError(
        f"{what}: no CA here issued this certificate: its issuer is {names.dn(certificate.issuer) or '(empty)'}",
        "name the CA with --ca; or issue a new one: mtlsctl issue --help",
    )


def _anew(entry: ledger.Entry, ca: store.Ca) -> str:
    """The command that issues the same identity again, to the same place."""
    given = " ".join(quote(name) for name in entry.names)
    out = f" --out {quote(str(Path(entry.folder).parent))} --force" if entry.folder else ""
    return f"issue a new one: mtlsctl issue {entry.profile} {given} --ca {quote(ca.word)}{out}"


def _plain_key(pair: Pair) -> keys.PrivateKey | None:
    """The present key; None for an encrypted one, which is opened only when there is something to do."""
    pem = files.read(pair.key)
    return None if keys.is_encrypted(pem) else keys.decode(pem, str(pair.key))


def _torn(key: keys.PrivateKey, pair: Pair, certificate: x509.Certificate, ca: store.Ca, name: str) -> bool:
    """True when the key is not the certificate's but that of another one of the same identity.

    So a renewal that was cut short leaves them. Any other key is not ours to replace: raises InputError.
    """
    if keys.belong(key, certificate.public_key()):
        return False
    with ledger.reading(ca.ledger) as db:
        others = [x509.load_der_x509_certificate(e.der) for e in ledger.entries(db, "identity = ?", (name,))]
    if any(keys.belong(key, other.public_key()) for other in others):
        return True
    raise materials.mismatch((certificate,), key, pair.cert, pair.key)


def _next_key(present: keys.PrivateKey, pair: Pair, old: x509.Certificate, wish: Renewal) -> keys.PrivateKey:
    """A new key of the same kind, or the present one."""
    if not wish.reuse_key:
        return keys.generate(keys.type_of(present.public_key()))
    if not keys.belong(present, old.public_key()):
        raise materials.mismatch((old,), present, pair.cert, pair.key)
    return present


def _sign(
    ca: store.Ca, entry: ledger.Entry, old: x509.Certificate, key: keys.PrivateKey, secret: Secret, now: datetime
) -> tuple[x509.Certificate, tuple[str, ...]]:
    """The new certificate, recorded: as long as the old one, at most as long as the issuer."""
    limit = ca.issuing.not_valid_after_utc
    if limit <= now:
        raise InputError(f"CA {ca.name} expired on {limit:%Y-%m-%d}: it cannot sign any more", "mtlsctl ca create NAME")
    profile = PROFILES[ProfileName(entry.profile)]
    life = old.not_valid_after_utc - old.not_valid_before_utc - BACKDATE
    begin, end = issuing.lifetime(profile, now, life, limit=limit, allow_long=True)
    notes = (f"shortened: CA {ca.name} itself ends on {limit:%Y-%m-%d}",) if end == limit else ()
    order = issuing.from_certificate(old, profile, key.public_key(), begin, end)
    issuing.check(order)
    certificate = issuing.issue(order, store.signer(ca, store.ISSUING, secret))
    signature = ledger.Signature(certificate, store.ISSUING, entry.identity, profile.name, entry.names, entry.folder)
    ledger.record(ca.ledger, [signature], now)
    return certificate, notes


def _replace(
    pair: Pair, credential: Credential, ca: store.Ca, with_chain: bool, password: bytes | None, *, keep: bool
) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
    """Keep the old files, if they are a pair, and put the new ones in their place: all of them, or none.

    Returns both lists of paths.
    """
    if pair.folder:
        wanted = identity.outputs(pair.folder, credential, ca.root, password)
        kept = [(o.path, pair.folder / PREVIOUS / o.path.name, o.mode) for o in wanted if o.path.exists()]
        files.make_folder(pair.folder / PREVIOUS)
    else:
        chain = credential.chain if with_chain else ()
        data = b"".join(c.public_bytes(Encoding.PEM) for c in (credential.certificate, *chain))
        wanted = [
            Output(pair.key, keys.encode(credential.key, password), KEY_MODE),
            Output(pair.cert, data),
        ]
        modes = (KEY_MODE, PUBLIC_MODE)
        kept = [(o.path, Path(f"{o.path}.{PREVIOUS}"), m) for o, m in zip(wanted, modes, strict=True)]
    olds = [Output(target, files.read(path), mode) for path, target, mode in kept if keep]
    files.write([*olds, *wanted], force=True)
    return tuple(o.path for o in wanted), tuple(o.path for o in olds)

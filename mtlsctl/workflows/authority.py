"""Certificate authorities: create, list, show and export them."""

import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from shlex import quote

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from mtlsctl.core import constraints, issuing, keys, names, profiles
from mtlsctl.core.facts import CertificateFacts, certificate_facts
from mtlsctl.core.issuing import Credential, Order
from mtlsctl.errors import ConflictError, MtlsctlError, UsageError
from mtlsctl.workflows import clock, files, ledger, publish, store
from mtlsctl.workflows.files import KEY_MODE, Output
from mtlsctl.workflows.ledger import Count, Signature
from mtlsctl.workflows.passwords import Secret


@dataclass(frozen=True, slots=True)
class Plan:
    """What a new CA shall be."""

    name: str
    folder: Path | None = None
    """Where, when not below home."""
    key_type: keys.KeyType = keys.KeyType.P256
    permit: tuple[str, ...] = ()
    root_lifetime: timedelta | datetime | None = None
    issuing_lifetime: timedelta | datetime | None = None


@dataclass(frozen=True, slots=True)
class CaFacts:
    """A CA as it stands."""

    name: str
    folder: Path
    root: CertificateFacts
    issuing: CertificateFacts
    permitted: tuple[str, ...]
    root_key: str
    """"plain", "encrypted" or "elsewhere"."""
    issuing_key: str
    counts: Count
    notes: tuple[str, ...] = ()
    option: str = ""
    """The --ca option that names it, "" when it is the only CA."""


@dataclass(frozen=True, slots=True)
class IssuedLine:
    """One certificate of a CA in a list."""

    identity: str
    profile: str
    serial_hex: str
    names: tuple[str, ...]
    not_before: datetime
    not_after: datetime
    state: str
    """"valid", "expired" or "revoked"."""
    reason: str | None
    folder: str
    signed_at: datetime
    signed_by: str


@dataclass(frozen=True, slots=True)
class CaShown:
    """A CA with what it issued."""

    ca: CaFacts
    issued: tuple[IssuedLine, ...]


@dataclass(frozen=True, slots=True)
class Broken:
    """A CA that cannot be opened, and why."""

    name: str
    folder: Path
    reason: str
    hint: str


@dataclass(frozen=True, slots=True)
class CaList:
    """All CAs below home."""

    home: Path
    cas: tuple[CaFacts, ...]
    broken: tuple[Broken, ...]


@dataclass(frozen=True, slots=True)
class Exported:
    """The certificates that others must trust."""

    ca: str
    certificates: tuple[CertificateFacts, ...]
    file: Path | None


def create(plan: Plan, secret: Secret | None) -> CaFacts:
    """Create a CA: root, issuing CA, ledger and first CRLs, in a folder that appears whole or not at all.

    secret asks for the password of both keys; None leaves them unencrypted. Raises ConflictError for a CA that
    is there, InputError where half of one is.
    """
    target = plan.folder.absolute() if plan.folder else store.folder_for(plan.name)
    store.folder_for(plan.name)
    _refuse_existing(target, plan.name)
    now = clock.now()
    subtrees = constraints.build(plan.permit)
    root, issuing_ca, notes = _sign_both(plan, subtrees, now)
    password = secret(f"the keys of CA {plan.name}") if secret else None
    files.make_folder(target.parent, 0o700)
    with files.staging(target.parent, "make a CA here") as stage:
        _fill(stage, plan.name, root, issuing_ca, password, now)
        _appear(stage, target, plan.name)
    files.sync_folder(target.parent)
    return _facts(store.open_ca(str(target)), now, notes)


def _refuse_existing(target: Path, name: str) -> None:
    if not os.path.lexists(target) or (target.is_dir() and not any(target.iterdir())):
        return
    if (target / "issuing.crt").exists() or (target / "issuing.key").exists() or (target / "root.crt").exists():
        store.check_halves(target)
    raise ConflictError(
        f"{target}: already there, and a CA is never overwritten",
        f"use it: mtlsctl ca show {name}; or choose another name: mtlsctl ca create NAME",
    )


def _sign_both(
    plan: Plan, subtrees: constraints.Subtrees, now: datetime
) -> tuple[Credential, Credential, tuple[str, ...]]:
    """The root and the issuing CA below it, whose end is at most the root's."""
    root_key, issuing_key = keys.generate(plan.key_type), keys.generate(plan.key_type)
    begin, end = issuing.lifetime(profiles.ROOT, now, plan.root_lifetime)
    permitted, excluded = subtrees
    order = Order(
        names.subject(f"{plan.name} Root CA"), (), root_key.public_key(), profiles.ROOT, begin, end, permitted, excluded
    )
    root = Credential(issuing.issue(order, None, root_key), root_key)
    begin, asked = issuing.lifetime(profiles.ISSUING, now, plan.issuing_lifetime)
    subject = names.subject(f"{plan.name} Issuing CA")
    order = Order(subject, (), issuing_key.public_key(), profiles.ISSUING, begin, min(asked, end))
    notes: tuple[str, ...] = ("the issuing CA is shortened: it ends with the root",) if asked > end else ()
    if plan.key_type in keys.POST_QUANTUM:
        notes = (*notes, keys.POST_QUANTUM_NOTE)
    return root, Credential(issuing.issue(order, root), issuing_key, (root.certificate,)), notes


def _fill(
    folder: Path, name: str, root: Credential, issuing_ca: Credential, password: bytes | None, now: datetime
) -> None:
    """Write all that a CA consists of into a folder that nobody sees yet."""
    outputs = [Output(folder / "ca.toml", _settings(name, now).encode())]
    for role, credential in ((store.ROOT, root), (store.ISSUING, issuing_ca)):
        outputs.append(Output(folder / f"{role}.crt", credential.certificate.public_bytes(Encoding.PEM)))
        outputs.append(Output(folder / f"{role}.key", keys.encode(credential.key, password), KEY_MODE))
    files.write(outputs)
    ledger.create(folder / "ledger.db")
    signatures = [
        Signature(credential.certificate, store.ROOT, names.common_name(credential.certificate.subject), role, ())
        for role, credential in ((store.ROOT, root), (store.ISSUING, issuing_ca))
    ]
    ledger.record(folder / "ledger.db", signatures, now)
    ca = store.Ca(name, folder, root.certificate, issuing_ca.certificate)
    publish.crl(ca, store.ROOT, root, now)
    publish.crl(ca, store.ISSUING, issuing_ca, now)


def _settings(name: str, now: datetime) -> str:
    return f'# A certificate authority of mtlsctl.\nschema = 1\nname = "{name}"\ncreated = {ledger.stamp(now)}\n'


def _appear(stage: Path, target: Path, name: str) -> None:
    try:
        stage.rename(target)  # fails where a folder with content stands: two creations never mix
    except OSError as error:
        if target.exists():
            raise ConflictError(f"{target}: a CA appeared there meanwhile", f"mtlsctl ca show {name}") from None
        raise files.trouble(error, target, "make this folder") from None


def _facts(ca: store.Ca, now: datetime, notes: tuple[str, ...] = ()) -> CaFacts:
    with ledger.reading(ca.ledger) as db:
        counts = ledger.count(db, now)
        gone = ledger.entries(db, "profile = 'issuing' AND issuer = 'root' AND state = 'revoked'")
    sha256 = ca.issuing.fingerprint(hashes.SHA256()).hex()
    revoked = ["the issuing CA is revoked: nothing below it is valid"] if sha256 in {e.sha256 for e in gone} else []
    return CaFacts(
        name=ca.name,
        folder=ca.folder,
        root=certificate_facts(ca.root),
        issuing=certificate_facts(ca.issuing),
        permitted=_permitted(ca.root),
        root_key=_key_state(ca.key_path(store.ROOT)),
        issuing_key=_key_state(ca.key_path(store.ISSUING)),
        counts=counts,
        notes=(*notes, *revoked),
        option="" if store.ca_names() == [ca.word] else f"--ca {quote(ca.word)}",
    )


def _permitted(certificate: x509.Certificate) -> tuple[str, ...]:
    try:
        found = certificate.extensions.get_extension_for_class(x509.NameConstraints).value
    except x509.ExtensionNotFound:
        return ()
    return constraints.describe(found.permitted_subtrees or ())


def _key_state(path: Path) -> str:
    if not path.exists():
        return "elsewhere"
    return "encrypted" if keys.is_encrypted(files.read(path)) else "plain"


def list_all() -> CaList:
    """All CAs below home; one that cannot be opened is listed with the reason."""
    now = clock.now()
    good: list[CaFacts] = []
    broken: list[Broken] = []
    for name in store.ca_names():
        try:
            good.append(_facts(store.open_ca(name), now))
        except MtlsctlError as error:
            broken.append(Broken(name, store.home() / name, error.message, error.hint))
    return CaList(store.home(), tuple(good), tuple(broken))


def show(word: str) -> CaShown:
    """One CA and every certificate that it issued, newest first."""
    ca = store.open_ca(word)
    now = clock.now()
    with ledger.reading(ca.ledger) as db:
        found = ledger.entries(db, "profile NOT IN ('root', 'issuing')")
    return CaShown(_facts(ca, now), tuple(_line(entry, now) for entry in reversed(found)))


def _line(entry: ledger.Entry, now: datetime) -> IssuedLine:
    state = "expired" if entry.state == "valid" and entry.not_after < now else entry.state
    return IssuedLine(
        entry.identity,
        entry.profile,
        entry.serial,
        entry.names,
        entry.not_before,
        entry.not_after,
        state,
        entry.reason,
        entry.folder,
        entry.signed_at,
        entry.signed_by,
    )


def export(word: str, out: Path | None, *, chain: bool, der: bool, force: bool) -> tuple[Exported, bytes]:
    """The root certificate (with chain: the issuing CA too) for those who must trust it, written to out if given.

    Returns the bytes too, PEM or DER.
    """
    if chain and der:
        raise UsageError("DER holds one certificate: --chain has two", "leave --der or --chain away")
    ca = store.open_ca(word)
    chosen = (ca.root, ca.issuing) if chain else (ca.root,)
    data = b"".join(c.public_bytes(Encoding.DER if der else Encoding.PEM) for c in chosen)
    if out:
        files.write([Output(out, data)], force)
    return Exported(ca.name, tuple(certificate_facts(c) for c in chosen), out), data

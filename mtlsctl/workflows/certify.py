"""Issue identities: each signature is in the ledger before anything is handed out."""

from collections.abc import Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path

from cryptography import x509

from mtlsctl.core import constraints, issuing, keys, names
from mtlsctl.core.facts import CertificateFacts, certificate_facts
from mtlsctl.core.issuing import Credential, Order
from mtlsctl.core.profiles import PROFILES, WARN_LIFETIME, Profile, ProfileName
from mtlsctl.errors import InputError, UsageError
from mtlsctl.workflows import clock, files, identity, ledger, store
from mtlsctl.workflows.passwords import Secret

BATCH = 1000  # identities between two commits of the ledger


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person asks of an issued certificate beside its names."""

    profile: ProfileName
    key_type: keys.KeyType = keys.KeyType.P256
    lifetime: timedelta | datetime | None = None
    allow_long: bool = False
    common_name: str | None = None


@dataclass(frozen=True, slots=True)
class Issued:
    """An identity that was issued: where its files are and what the certificate says."""

    ca: str
    profile: str
    identity: str
    names: tuple[str, ...]
    """As a person reads them: an IDN as typed, with the encoded form behind it."""
    folder: Path
    files: tuple[Path, ...]
    certificate: CertificateFacts
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class IssuedMany:
    """Identities that were issued in one go."""

    ca: str
    profile: str
    count: int
    folder: Path
    identities: tuple[str, ...]


def issue(ca_word: str, texts: Sequence[str], wish: Wish, out: Path, secret: Secret, *, force: bool = False) -> Issued:
    """Issue one identity: key, certificate, chain and CA in `out/<name>/`. The first text names it.

    Raises UsageError for names that are none, or lie outside what the CA permits; ConflictError for what is there.
    """
    ca = store.open_ca(ca_word)
    wanted = tuple(dict.fromkeys(names.parse(text) for text in texts))
    folder = out / identity.folder_name(wanted[0])
    identity.refuse_existing(folder, force)
    key, order, notes = _order(ca, wanted, wish, clock.now())
    signer = store.signer(ca, store.ISSUING, secret)
    certificate = issuing.issue(order, signer)
    files.make_folder(out)
    _record(ca, [(certificate, names.plain(wanted[0]), order, folder)])
    credential = Credential(certificate, key, (ca.issuing,))
    # Files are replaced under the ledger's lock, so that two commands at once do not mix their pairs.
    with ledger.writing(ca.ledger) if folder.exists() else nullcontext():
        written = identity.write(folder, credential, ca.root, force=force)
    return Issued(
        ca=ca.name,
        profile=order.profile.name,
        identity=names.plain(wanted[0]),
        names=tuple(names.tagged(name) for name in wanted),
        folder=folder,
        files=written,
        certificate=certificate_facts(certificate),
        notes=notes,
    )


def issue_many(ca_word: str, lines: Sequence[Sequence[str]], wish: Wish, out: Path, secret: Secret) -> IssuedMany:
    """Issue an identity for each line of names: all are checked before the first is signed, then batch by batch."""
    ca = store.open_ca(ca_word)
    parsed = [tuple(dict.fromkeys(names.parse(text) for text in line)) for line in lines]
    folders = [out / identity.folder_name(wanted[0]) for wanted in parsed]
    if len(set(folders)) < len(folders):
        twice = next(f for n, f in enumerate(folders) if f in folders[:n])
        raise UsageError(f"{twice.name} stands twice in the list: two identities would share a folder")
    for folder in folders:
        identity.refuse_existing(folder, force=False)
    nobody = names.subject("")
    for wanted in parsed:
        check_constraints(ca, wanted, nobody)
    files.make_folder(out)
    signer = store.signer(ca, store.ISSUING, secret)
    for start in range(0, len(parsed), BATCH):
        _issue_batch(ca, signer, parsed[start : start + BATCH], folders[start : start + BATCH], wish)
    return IssuedMany(ca.name, wish.profile, len(parsed), out, tuple(f.name for f in folders))


def _issue_batch(
    ca: store.Ca, signer: Credential, batch: Sequence[tuple[x509.GeneralName, ...]], folders: Sequence[Path], wish: Wish
) -> None:
    made = []
    now = clock.now()
    for wanted, folder in zip(batch, folders, strict=True):
        key, order, _ = _order(ca, wanted, wish, now)
        made.append((issuing.issue(order, signer), names.plain(wanted[0]), order, folder, key))
    _record(ca, [item[:4] for item in made])
    identity.write_many([(folder, certificate, key) for certificate, _, _, folder, key in made], ca)


def _order(
    ca: store.Ca, wanted: tuple[x509.GeneralName, ...], wish: Wish, now: datetime
) -> tuple[keys.PrivateKey, Order, tuple[str, ...]]:
    """A new key and the order for it, with what must be said about them."""
    profile = PROFILES[wish.profile]
    subject = _subject(profile, wanted, wish.common_name)
    check_constraints(ca, wanted, subject)
    key = keys.generate(wish.key_type)
    begin, end, notes = within_issuer(ca.issuing, profile, now, wish.lifetime, wish.allow_long)
    if wish.key_type in keys.POST_QUANTUM:
        notes = (*notes, keys.POST_QUANTUM_NOTE)
    if not subject.rdns and profile.name is not ProfileName.SPIFFE:
        notes = (*notes, "the certificate has no CN: its names stand in the SAN alone")
    order = Order(subject, wanted, key.public_key(), profile, begin, end)
    issuing.check(order)
    return key, order, notes


def _subject(profile: Profile, wanted: Sequence[x509.GeneralName], common_name: str | None) -> x509.Name:
    if common_name is None:
        return issuing.subject_for(profile, wanted)
    if profile.name is ProfileName.SPIFFE:
        raise UsageError("a SPIFFE certificate has an empty subject (X509-SVID, section 2)", "leave --cn away")
    return names.subject(common_name)


def within_issuer(
    issuer: x509.Certificate, profile: Profile, now: datetime, wanted: timedelta | datetime | None, allow_long: bool
) -> tuple[datetime, datetime, tuple[str, ...]]:
    """The lifetime, clamped to the issuer's, and what must be said about it."""
    limit = issuer.not_valid_after_utc
    if limit <= now:
        raise InputError(
            f"the certificate of {names.dn(issuer.subject)} expired on {limit:%Y-%m-%d}: it cannot sign any more",
            "make a new CA: mtlsctl ca create NAME",
        )
    begin, asked = issuing.lifetime(profile, now, wanted, allow_long=allow_long)
    end = min(asked, limit)
    notes = []
    if end < asked:
        notes.append(f"shortened: {names.dn(issuer.subject)} itself ends on {limit:%Y-%m-%d}")
    if not profile.ca and end - now > WARN_LIFETIME:
        notes.append(f"a lifetime of {(end - now).days} days is long: public TLS allows {WARN_LIFETIME.days}")
    return begin, end, tuple(notes)


def check_constraints(ca: store.Ca, wanted: Sequence[x509.GeneralName], subject: x509.Name) -> None:
    """Refuse names that the CA's own certificates do not permit: every peer would refuse the result.

    A CN that looks like a host is held against them too, as OpenSSL does. A CA's own name is nobody else's.
    """
    if subject.rdns and subject in _own_names(ca):
        raise UsageError(f"{names.dn(subject)} is the name of the CA itself", "choose another CN")
    if not (limits := _constraints(ca)):
        return
    cn = names.common_name(subject)
    host = [x509.DNSName(cn)] if "." in cn and "@" not in cn and " " not in cn and cn.isascii() else []
    for permitted in limits:
        if bad := constraints.outside(permitted, [*wanted, *host]):
            allowed = ", ".join(constraints.describe(permitted.permitted_subtrees or ()))
            raise UsageError(
                f"{names.tagged(bad[0])} is outside what CA {ca.name} permits: {allowed}",
                "choose a name inside, or another CA",
            )


@lru_cache(maxsize=8)
def _own_names(ca: store.Ca) -> tuple[x509.Name, ...]:
    return ca.root.subject, ca.issuing.subject


@lru_cache(maxsize=8)
def _constraints(ca: store.Ca) -> tuple[x509.NameConstraints, ...]:
    """The name constraints on the way from the root to what the CA issues."""
    found = []
    for certificate in (ca.issuing, ca.root):
        with suppress(x509.ExtensionNotFound):
            found.append(certificate.extensions.get_extension_for_class(x509.NameConstraints).value)
    return tuple(found)


def _record(ca: store.Ca, made: Sequence[tuple[x509.Certificate, str, Order, Path | None]]) -> None:
    signatures = [
        ledger.Signature(
            certificate,
            store.ISSUING,
            name,
            order.profile.name,
            tuple(names.plain(n) for n in order.names),
            str(folder.absolute()) if folder else "",
        )
        for certificate, name, order, folder in made
    ]
    ledger.record(ca.ledger, signatures, clock.now())

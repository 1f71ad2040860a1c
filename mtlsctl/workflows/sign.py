"""Sign requests: the signature is in the ledger before the certificate is handed out."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding

from mtlsctl.core import issuing, keys, names, pem, requests
from mtlsctl.core.facts import CertificateFacts, certificate_facts
from mtlsctl.core.issuing import Order
from mtlsctl.core.profiles import PROFILES, Profile, ProfileName
from mtlsctl.errors import UsageError
from mtlsctl.workflows import certify, clock, files, ledger, store
from mtlsctl.workflows.files import Output
from mtlsctl.workflows.passwords import Secret


@dataclass(frozen=True, slots=True)
class Signed:
    """A request that was signed, or would be: what it asked for and what it was given."""

    ca: str
    profile: str
    requested: tuple[str, ...]
    granted: tuple[str, ...]
    dropped: tuple[str, ...]
    dry_run: bool
    file: Path | None
    certificate: CertificateFacts | None
    fullchain_pem: str | None
    """Certificate and chain, leaf first, as written."""
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Grant:
    """How a request shall be signed."""

    profile: ProfileName
    names: tuple[str, ...] = ()
    """Names instead of those requested."""
    lifetime: timedelta | datetime | None = None
    allow_long: bool = False
    dry_run: bool = False


def sign(ca_word: str, request: str, grant: Grant, out: Path | None, secret: Secret, *, force: bool = False) -> Signed:
    """Sign the CSR in a file ("-": stdin) and write certificate and chain to out, leaf first.

    The CSR's signature is verified; public key, SANs and CN are taken, all else is dropped and named.
    """
    label = files.label(request)
    csr = pem.read_one(files.read(request), label, pem.Kind.CSR).value
    ca = store.open_ca(ca_word)
    profile = PROFILES[grant.profile]
    asked = requests.read_request(csr, profile, label)
    order, notes = _granted(ca, asked, profile, grant)
    facts = text = None
    if not grant.dry_run:
        if out:
            files.refuse_existing([out], force)
        facts, text = _sign(ca, order, out, secret, force)
    return Signed(
        ca=ca.name,
        profile=profile.name,
        requested=(f"CN:{names.common_name(csr.subject)}", *map(names.tagged, asked.names)),
        granted=(f"CN:{names.common_name(order.subject)}", *map(names.tagged, order.names)),
        dropped=asked.dropped,
        dry_run=grant.dry_run,
        file=out if facts else None,
        certificate=facts,
        fullchain_pem=text,
        notes=notes,
    )


def _granted(ca: store.Ca, asked: requests.Request, profile: Profile, grant: Grant) -> tuple[Order, tuple[str, ...]]:
    """The order for a request: names given instead of its own, the CN as a name where a server has no other."""
    issuer = ca.root if profile.ca else ca.issuing
    wanted = tuple(names.parse(text) for text in grant.names) or asked.names
    notes: tuple[str, ...] = ()
    cn = names.common_name(asked.subject)
    if not wanted and cn and not profile.ca:
        try:
            wanted = (names.parse(cn),)
            notes = ("the request has no SAN: its CN becomes one",)
        except UsageError:
            wanted = ()
    if keys.spki(asked.public_key) in (keys.spki(ca.root.public_key()), keys.spki(ca.issuing.public_key())):
        raise UsageError("the request holds the CA's own key", "whoever made it holds the CA: find out why")
    subject = asked.subject
    if grant.names and cn not in [names.plain(n) for n in wanted]:
        subject = issuing.subject_for(profile, wanted)
    certify.check_constraints(ca, wanted, subject)
    begin, end, more = certify.within_issuer(issuer, profile, clock.now(), grant.lifetime, grant.allow_long)
    order = Order(subject, () if profile.ca else wanted, asked.public_key, profile, begin, end)
    issuing.check(order)
    return order, (*notes, *more)


def _sign(ca: store.Ca, order: Order, out: Path | None, secret: Secret, force: bool) -> tuple[CertificateFacts, str]:
    role = store.ROOT if order.profile.ca else store.ISSUING
    certificate = issuing.issue(order, store.signer(ca, role, secret))
    name = names.plain(order.names[0]) if order.names else names.common_name(order.subject)
    signature = ledger.Signature(
        certificate, role, name, order.profile.name, tuple(names.plain(n) for n in order.names), ""
    )
    ledger.record(ca.ledger, [signature], clock.now())
    chain = [certificate] if order.profile.ca else [certificate, ca.issuing]
    data = b"".join(c.public_bytes(Encoding.PEM) for c in chain)
    if out:
        files.write([Output(out, data)], force)
    return certificate_facts(certificate), data.decode()

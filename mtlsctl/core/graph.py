"""Certificates to a graph of who signed whom: one vertex for each CA's name and key, its certificates in it."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

from cryptography import x509
from cryptography.exceptions import InvalidSignature

from mtlsctl.core import names
from mtlsctl.core.facts import CertificateFacts
from mtlsctl.core.remarks import SOON
from mtlsctl.core.unreadable import NEVER, UNREADABLE

MAX_SIGNATURES = 20_000  # some two seconds; certificates beyond go by names and key identifiers
MAX_NAMESAKES = 8  # keys of one name that are tried as an issuer

State = Literal["fine", "soon", "expired", "not-yet-valid", "revoked", "unreadable"]
Kind = Literal["root", "intermediate", "leaf", "self-signed"]
Proof = Literal["signature", "identifiers"]


@dataclass(frozen=True, slots=True)
class Card:
    """One certificate."""

    sha256: str
    title: str
    """Its common name, else its first name, the end of its subject, or its serial number."""
    subject: str
    kind: Kind
    names: tuple[str, ...]
    not_after: datetime
    state: State
    key_at_hand: bool
    """Its private key was among the inputs."""
    shared_key: int
    """The number of the key that it shares with certificates of another name or without CA rights; 0: with none."""
    found: str
    """Where it was found: "bundle.pem #2"."""
    proof: Proof
    """How its issuer is known."""


@dataclass(frozen=True, slots=True)
class Authority:
    """A name with a key that issued something, or could: a CA, a self-signed certificate, or an issuer not at hand."""

    number: int
    title: str
    subject: str
    key_id: str
    """The subject key identifier, hex; of a missing issuer as those that it issued name it. May be empty."""
    certificates: tuple[Card, ...]
    """One; several where it is cross-signed or was renewed with its key; none where it is missing."""
    issued: tuple[Card, ...]
    """What it issued that issued nothing itself, the first to expire first."""


@dataclass(frozen=True, slots=True)
class Edge:
    """One authority's key signed another's certificate."""

    issuer: int
    subject: int
    certificate: str
    """The SHA-256 of the certificate that says so."""
    cross: bool
    """The subject has another certificate, its own or of another issuer, that comes first."""
    proof: Proof
    """Whether the signature was checked, or only name and key identifiers fit."""


@dataclass(frozen=True, slots=True)
class Graph:
    """Who signed whom."""

    at: datetime
    authorities: tuple[Authority, ...]
    edges: tuple[Edge, ...]

    @property
    def missing(self) -> tuple[Authority, ...]:
        """The issuers that are named and not at hand."""
        return tuple(a for a in self.authorities if not a.certificates)


Key = tuple[str, str]
"""An authority: its subject, and the SHA-256 of its public key; of a missing one its key identifier after a colon."""


class Member(NamedTuple):
    """A certificate with its facts and where it was found."""

    label: str
    certificate: x509.Certificate
    facts: CertificateFacts


class Signer(NamedTuple):
    """Who issued a certificate."""

    key: Key
    proof: Proof


def build(
    members: Iterable[Member], at: datetime, *, keys: Collection[str] = (), revoked: Collection[str] = ()
) -> Graph:
    """The graph of some certificates, at a time. keys: SHA-256 of the public keys whose private halves are at hand;
    revoked: SHA-256 of certificates. A certificate that is there twice counts once; the first label stays.
    """
    # 1. Each certificate once.
    unique = list({m.facts.sha256: m for m in reversed(list(members))}.values())[::-1]
    # 2. Who signed each: by name and identifiers, proved by the signature (RFC 5280, 4.2.1.1 and 6.1.3 (a)(1)).
    signers = _Signers(unique)
    signed_by = {m.facts.sha256: signers.of(m) for m in unique}
    # 3. Those that issued, may issue, or stand alone are authorities; the rest hang below theirs.
    issuing = {s.key for sha256, s in signed_by.items() if s.key != signers.own(sha256)}
    above = [m for m in unique if m.facts.ca or _own(m) in issuing or signed_by[m.facts.sha256].key == _own(m)]
    cards = _Cards(unique, at, frozenset(keys), frozenset(revoked), signed_by)
    return _assemble(unique, above, signed_by, cards)


def _own(member: Member) -> Key:
    return member.facts.subject, member.facts.spki_sha256 or member.facts.sha256  # a key that cannot be read is alone


class _Signers:
    """Finds the authority that issued a certificate, within a budget of signature checks."""

    def __init__(self, members: Sequence[Member]) -> None:
        self.left = MAX_SIGNATURES
        self.keys = {m.facts.sha256: _own(m) for m in members}
        self.named: dict[tuple[str, ...], dict[Key, Member]] = defaultdict(dict)
        for member in members:
            subject, key_id = member.facts.subject, member.facts.subject_key_id
            for name in ((subject,), (subject, key_id)):
                if len(self.named[name]) < MAX_NAMESAKES:
                    self.named[name].setdefault(_own(member), member)

    def own(self, sha256: str) -> Key:
        """The authority that a certificate belongs to."""
        return self.keys[sha256]

    def of(self, member: Member) -> Signer:
        """Its issuer among the members, those with the key that it names first; else the missing one that it names."""
        issuer, wanted = member.facts.issuer, member.facts.authority_key_id
        itself = {_own(member): member} if issuer == member.facts.subject else {}
        by_key = self.named.get((issuer, wanted), {}) if wanted else {}
        candidates = by_key | (itself if not wanted else {}) | self.named.get((issuer,), {}) | itself
        for key, candidate in candidates.items():
            if proof := self._proof(member, candidate):
                return Signer(key, proof)
        return Signer((issuer, f":{wanted}"), "identifiers")

    def _proof(self, member: Member, issuer: Member) -> Proof | None:
        wanted, there = member.facts.authority_key_id, issuer.facts.subject_key_id
        if self.left > 0:
            self.left -= 1
            try:
                member.certificate.verify_directly_issued_by(issuer.certificate)
            except InvalidSignature:
                return None
            except UNREADABLE:
                pass  # an algorithm that is not known here: the identifiers decide
            else:
                return "signature"
        return "identifiers" if not wanted or wanted == there else None


class _Cards:
    """Makes cards: what is the same for all of them is counted once."""

    def __init__(
        self,
        members: Sequence[Member],
        at: datetime,
        keys: frozenset[str],
        revoked: frozenset[str],
        signed_by: dict[str, Signer],
    ) -> None:
        self.at, self.keys, self.revoked, self.signed_by = at, keys, revoked, signed_by
        users = Counter(spki for spki, _ in {(m.facts.spki_sha256, _user(m)) for m in members} if spki)
        shared = sorted(spki for spki, count in users.items() if count > 1)
        self.shared = {spki: number for number, spki in enumerate(shared, 1)}

    def card(self, member: Member) -> Card:
        """The card of a certificate."""
        facts = member.facts
        return Card(
            facts.sha256,
            title(member),
            facts.subject,
            self._kind(member),
            facts.names,
            facts.not_after,
            self._state(facts),
            bool(facts.spki_sha256) and facts.spki_sha256 in self.keys,
            self.shared.get(facts.spki_sha256, 0),
            member.label,
            self.signed_by[facts.sha256].proof,
        )

    def _kind(self, member: Member) -> Kind:
        own = self.signed_by[member.facts.sha256].key == _own(member)
        if member.facts.ca:
            return "root" if own else "intermediate"
        return "self-signed" if own else "leaf"

    def _state(self, facts: CertificateFacts) -> State:
        if facts.sha256 in self.revoked:
            return "revoked"
        if NEVER in (facts.not_before, facts.not_after):
            return "unreadable"
        if facts.not_after < self.at:
            return "expired"
        if facts.not_before > self.at:
            return "not-yet-valid"
        soon = facts.not_after - self.at < min(SOON, (facts.not_after - facts.not_before) / 3)
        return "soon" if soon else "fine"


def _user(member: Member) -> str:
    """Whose key it is: a CA's certificates of one name share it by right, two leaves do not."""
    return member.facts.subject if member.facts.ca else member.facts.sha256


def title(member: Member) -> str:
    """What a person calls a certificate: its common name, else its first name, its subject's end, or its serial."""
    try:
        common = names.common_name(member.certificate.subject)
    except ValueError:
        common = ""
    facts = member.facts
    return common or next(iter(facts.names), "") or _last_part(facts.subject) or f"serial {facts.serial_hex}"


def _assemble(members: Sequence[Member], above: Sequence[Member], signed_by: dict[str, Signer], cards: _Cards) -> Graph:
    own: dict[Key, list[Member]] = defaultdict(list)
    for member in above:
        own[_own(member)].append(member)
    listed = {m.facts.sha256 for m in above}
    issued: dict[Key, list[Member]] = defaultdict(list)
    for member in members:
        if member.facts.sha256 not in listed:
            issued[signed_by[member.facts.sha256].key].append(member)
    missing = [s.key for s in signed_by.values() if s.key not in own]
    numbers = {key: number for number, key in enumerate(dict.fromkeys([*own, *missing]))}
    authorities = tuple(
        _authority(number, key, own.get(key, []), issued.get(key, []), cards) for key, number in numbers.items()
    )
    edges = [edge for key, certs in own.items() for edge in _edges(numbers, key, certs, signed_by)]
    return Graph(cards.at, authorities, tuple(edges))


def _authority(number: int, key: Key, own: Sequence[Member], issued: Sequence[Member], cards: _Cards) -> Authority:
    subject, spki = key
    below = tuple(sorted(map(cards.card, issued), key=lambda card: (card.not_after, card.title, card.sha256)))
    if not own:
        return Authority(
            number, _last_part(subject) or "an issuer without a name", subject, spki.removeprefix(":"), (), below
        )
    above = tuple(map(cards.card, own))
    return Authority(number, above[0].title, subject, own[0].facts.subject_key_id, above, below)


def _last_part(subject: str) -> str:
    """The common name out of a subject's text, else the value of its last attribute."""
    parts = [part.strip() for part in subject.split(", ")]
    return next((part[3:] for part in reversed(parts) if part.startswith("CN=")), parts[-1].partition("=")[2])


def _edges(numbers: dict[Key, int], key: Key, own: Sequence[Member], signed_by: dict[str, Signer]) -> Iterator[Edge]:
    """The edges to an authority's certificates: its first issuer's, and as cross-signed those of the others."""
    signers = {m.facts.sha256: signed_by[m.facts.sha256] for m in own}
    first = key if any(s.key == key for s in signers.values()) else next(iter(signers.values())).key
    for sha256, signer in signers.items():
        if signer.key != key:
            yield Edge(numbers[signer.key], numbers[key], sha256, signer.key != first, signer.proof)

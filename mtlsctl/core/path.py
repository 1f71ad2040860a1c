"""Paths from a leaf to the trust anchors, over all the certificates that are at hand (RFC 4158)."""

from collections.abc import Iterator, Sequence
from enum import Enum
from functools import lru_cache
from itertools import chain, islice

from cryptography import x509
from cryptography.exceptions import InvalidSignature

from mtlsctl.core import names
from mtlsctl.core.unreadable import UNREADABLE

MAX_CHECKS = 300  # signatures; hostile files hold thousands of certificates of one name
MAX_STEPS = 3000  # certificates looked at in one search, whatever they are
MAX_DEPTH = 20
MAX_NAMESAKES = 150  # issuers of one name that are tried; OpenSSL and Go try them all

Path = tuple[x509.Certificate, ...]
"""Leaf first, each issued by the next."""


class Known(tuple[x509.Certificate, ...]):
    """Certificates told from others by identity, for what is kept of them: to hash 150 costs more than to verify."""

    __slots__ = ()
    __eq__ = tuple.__eq__  # which looks at identity first

    def __hash__(self) -> int:
        return hash(tuple(map(id, self)))


class Link(Enum):
    """Whether one certificate issued another."""

    SIGNED = "signed"
    UNSURE = "unsure"
    """The names fit, and cryptography does not check the signature: SHA-1, MD5, or names that differ in case."""
    BROKEN = "broken"
    """The names fit, the signature does not."""
    NONE = "none"


def called(certificate: x509.Certificate) -> str:
    """How a message names a certificate: its subject, else its first name, else its serial number."""
    try:
        if certificate.subject.rdns:
            return names.dn(certificate.subject)
        san = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        return names.tagged(next(iter(san)))
    except (*UNREADABLE, x509.ExtensionNotFound, StopIteration):
        return f"the certificate with serial {certificate.serial_number:x}"


@lru_cache(maxsize=1024)
def link(child: x509.Certificate, issuer: x509.Certificate) -> Link:
    """Whether issuer's name and key stand behind child. A pure function of two values, and a dear one: kept."""
    try:
        if not same_name(child.issuer, issuer.subject):
            return Link.NONE
        if child.issuer != issuer.subject:
            return Link.UNSURE  # cryptography compares names byte for byte: an engine that does not must say
        child.verify_directly_issued_by(issuer)
    except InvalidSignature:
        return Link.BROKEN
    except UNREADABLE:
        return Link.UNSURE
    return Link.SIGNED


def same_name(one: x509.Name, other: x509.Name) -> bool:
    """True for two spellings of one name: case, repeated spaces and the string type do not count (RFC 5280, 7.1)."""
    return one == other or (len(one.rdns) == len(other.rdns) and folded(one) == folded(other))


def folded(name: x509.Name) -> tuple[frozenset[tuple[x509.ObjectIdentifier, str | bytes]], ...]:
    """A name in the form in which RFC 5280, 7.1 compares it."""
    return tuple(frozenset((part.oid, _fold(part.value)) for part in rdn) for rdn in name.rdns)


def _fold(value: str | bytes) -> str | bytes:
    return " ".join(value.casefold().split()) if isinstance(value, str) else value


@lru_cache(maxsize=256)
def self_issued(certificate: x509.Certificate) -> bool:
    """True when issuer and subject are one name (RFC 5280, 3.2)."""
    try:
        return same_name(certificate.issuer, certificate.subject)
    except UNREADABLE:
        return False


class Crowd:
    """Certificates of one name, sorted by key identifier once: a hostile file has thousands, and as many below them."""

    def __init__(self, members: Sequence[x509.Certificate]) -> None:
        self.members = members
        self._by_key: dict[bytes, list[x509.Certificate]] = {}
        for certificate in members:
            self._by_key.setdefault(subject_key_id(certificate), []).append(certificate)

    def nearest(self, wanted: bytes) -> Iterator[x509.Certificate]:
        """All of them, those with the wanted key identifier first where there is one."""
        first = self._by_key.get(wanted, []) if wanted else []
        yield from first
        said = set(map(id, first))
        yield from (certificate for certificate in self.members if id(certificate) not in said)


class Forest:
    """The certificates at hand, by subject: the trust anchors before the others."""

    def __init__(self, roots: Sequence[x509.Certificate], pool: Sequence[x509.Certificate], partial: bool) -> None:
        self.roots = frozenset(roots)
        self.partial = partial
        self.all = (*dict.fromkeys(roots), *(certificate for certificate in pool if certificate not in self.roots))
        self._exact: dict[bytes, list[x509.Certificate]] = {}
        self._folded: dict[object, list[x509.Certificate]] | None = None
        self._crowds: dict[int, tuple[Crowd, Crowd]] = {}
        self._roads: dict[int, Path] = {}
        for certificate in self.all:
            try:
                self._exact.setdefault(certificate.subject.public_bytes(), []).append(certificate)
            except UNREADABLE:
                continue  # what has no readable name is nobody's issuer

    def is_anchor(self, certificate: x509.Certificate) -> bool:
        """True where a path may end: at a root that is self-issued, or at any where partial paths are allowed."""
        return certificate in self.roots and (self.partial or self_issued(certificate))

    def namesakes(self, child: x509.Certificate, lenient: bool = False) -> list[x509.Certificate]:
        """Those whose subject is child's issuer, anchors and its key identifier's first; [] for an unreadable name."""
        try:
            found = self._like(child.issuer) if lenient else self._exact.get(child.issuer.public_bytes(), [])
        except UNREADABLE:
            return []
        if len(found) < 2:
            return found
        if id(found) not in self._crowds:
            anchors = [certificate for certificate in found if self.is_anchor(certificate)]
            others = [certificate for certificate in found if not self.is_anchor(certificate)]
            self._crowds[id(found)] = Crowd(anchors), Crowd(others)
        wanted = authority_key_id(child)
        return list(islice(chain(*(crowd.nearest(wanted) for crowd in self._crowds[id(found)])), MAX_NAMESAKES))

    def above(self, leaf: x509.Certificate, most: int) -> Path:
        """Those that may stand above a leaf, by their names, nearest first; at most so many."""
        known: dict[x509.Certificate, None] = {leaf: None}
        waiting = [leaf]
        while waiting and len(known) <= most:
            for issuer in self.namesakes(waiting.pop(0), lenient=True):
                if issuer not in known:
                    known[issuer] = None
                    waiting.append(issuer)
        return tuple(known)[1 : most + 1]

    def _like(self, name: x509.Name) -> list[x509.Certificate]:
        if self._folded is None:
            alike: dict[object, list[x509.Certificate]] = {}
            for found in self._exact.values():
                alike.setdefault(folded(found[0].subject), []).extend(found)
            self._folded = alike
        return self._folded.get(folded(name), [])

    def road(self, ca: x509.Certificate) -> Path:
        """straight() from one of those at hand. Kept: it is the same for all leaves below."""
        if id(ca) not in self._roads:
            self._roads[id(ca)] = self._only_way(ca)
        return self._roads[id(ca)]

    def _only_way(self, ca: x509.Certificate) -> Path:
        path: Path = (ca,)
        while not self.is_anchor(path[-1]):
            above = self.namesakes(path[-1])
            if len(above) != 1 or above[0] in path or len(path) >= MAX_DEPTH:
                return ()
            path = (*path, above[0])
        return path


@lru_cache(maxsize=8)
def planted(roots: Known, pool: Known, partial: bool) -> Forest:
    """A forest, kept for the leaves to come: whoever verifies many has few CAs."""
    return Forest(roots, pool, partial)


def straight(leaf: x509.Certificate, forest: Forest) -> Path:
    """The path by names alone where each step has one certificate only; () where there is a choice, or a gap.

    Nothing is proved by it: whoever uses it must have the signatures checked.
    """
    if forest.is_anchor(leaf):
        return (leaf,)
    above = forest.namesakes(leaf)
    road = forest.road(above[0]) if len(above) == 1 else ()
    return (leaf, *road) if road and leaf not in road else ()


class Search:
    """Depth first and backwards from dead ends, trust anchors first, within a budget of steps and signatures."""

    def __init__(self, leaf: x509.Certificate, forest: Forest) -> None:
        self.leaf = leaf
        self.forest = forest
        self.checks = 0
        self.steps = 0
        self._checked: set[tuple[int, int]] = set()
        self.longest: Path = (leaf,)
        """The longest of the paths that end before an anchor; of those that run in circles only where all do."""
        self._reach = (False, 0)

    @property
    def spent(self) -> bool:
        """True when the budget is used up: there may be paths that were not tried."""
        return self.steps >= MAX_STEPS or self.checks >= MAX_CHECKS

    def paths(self) -> Iterator[Path]:
        """The paths to an anchor. Names that differ in case or spaces count only where no others lead there."""
        found = 0
        for path in self._walk((self.leaf,), (), False):
            found += 1
            yield path
        if not found and not self.spent:
            yield from self._walk((self.leaf,), (), True)

    def _walk(self, path: Path, entities: tuple[tuple[bytes, bytes], ...], lenient: bool) -> Iterator[Path]:
        top = path[-1]
        if self.forest.is_anchor(top):
            yield path
            return
        went = looped = False
        for issuer in self.forest.namesakes(top, lenient) if len(path) < MAX_DEPTH else ():
            if self.spent:
                break
            self.steps += 1
            entity = _entity(issuer)
            # A CA met twice is a cycle: without it the path is shorter and as good (RFC 4158, 5.2).
            if issuer in path or entity in entities:
                looped = looped or issuer != top
            elif self._links(top, issuer):
                went = True
                yield from self._walk((*path, issuer), (*entities, entity), lenient)
        if not went and (not looped, len(path)) > self._reach:
            self._reach, self.longest = (not looped, len(path)), path

    def _links(self, child: x509.Certificate, issuer: x509.Certificate) -> bool:
        pair = id(child), id(issuer)
        self.checks += pair not in self._checked
        self._checked.add(pair)
        return link(child, issuer) in (Link.SIGNED, Link.UNSURE)


@lru_cache(maxsize=256)
def _entity(certificate: x509.Certificate) -> tuple[bytes, bytes]:
    """Name and key: what makes two certificates of one CA the same CA."""
    try:
        key = x509.SubjectKeyIdentifier.from_public_key(certificate.public_key())
        return certificate.subject.public_bytes(), key.digest
    except UNREADABLE:
        return b"", certificate.signature


def key_id(certificate: x509.Certificate) -> str:
    """The first digits of a certificate's SKI, or of what it would be; enough to compare two by eye."""
    found = subject_key_id(certificate)
    if not found:
        try:
            found = x509.SubjectKeyIdentifier.from_public_key(certificate.public_key()).digest
        except UNREADABLE:
            return "unknown"
    return found.hex()[:16]


def subject_key_id(certificate: x509.Certificate) -> bytes:
    """The SKI; empty where there is none (RFC 5280, 4.2.1.2)."""
    try:
        return certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
    except (*UNREADABLE, x509.ExtensionNotFound):
        return b""


def authority_key_id(certificate: x509.Certificate) -> bytes:
    """The key identifier of the AKI; empty where there is none (RFC 5280, 4.2.1.1)."""
    try:
        found = certificate.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier
    except (*UNREADABLE, x509.ExtensionNotFound):
        return b""
    return found or b""

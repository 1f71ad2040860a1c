"""Paths from a leaf to the trust anchors, and why one ends before it gets there."""

from collections.abc import Sequence
from enum import Enum
from typing import NamedTuple

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

from mtlsctl.core import names
from mtlsctl.core.causes import Problem

MAX_CHECKS = 300  # signatures; hostile files hold thousands of certificates of one name
MAX_DEPTH = 20
MAX_PATHS = 12

# What cryptography raises for a certificate that it loaded and cannot decode further.
UNREADABLE = (
    ValueError,
    TypeError,
    OverflowError,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)

Path = tuple[x509.Certificate, ...]
"""Leaf first, each issued by the next."""


class Link(Enum):
    """Whether one certificate issued another."""

    SIGNED = "signed"
    UNSURE = "unsure"
    """The names fit, and the signature's algorithm is one that cryptography does not check (SHA-1, MD5)."""
    BROKEN = "broken"
    """The names fit, the signature does not."""
    NONE = "none"


class Paths(NamedTuple):
    """What a search found."""

    complete: tuple[Path, ...]
    """Those that end at a trust anchor."""
    longest: Path
    """The longest of those that do not; only the leaf where there is nothing above."""


def called(certificate: x509.Certificate) -> str:
    """How a message names a certificate: its subject, else its first name, else its serial number."""
    try:
        if certificate.subject.rdns:
            return names.dn(certificate.subject)
        san = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        return names.tagged(next(iter(san)))
    except (*UNREADABLE, x509.ExtensionNotFound, StopIteration):
        return f"the certificate with serial {certificate.serial_number:x}"


def link(child: x509.Certificate, issuer: x509.Certificate) -> Link:
    """Whether issuer's name and key stand behind child."""
    try:
        if child.issuer != issuer.subject:
            return Link.NONE
        child.verify_directly_issued_by(issuer)
    except InvalidSignature:
        return Link.BROKEN
    except UNREADABLE:
        return Link.UNSURE
    return Link.SIGNED


def self_issued(certificate: x509.Certificate) -> bool:
    """True when issuer and subject are one name (RFC 5280, 3.2)."""
    try:
        return certificate.issuer == certificate.subject
    except UNREADABLE:
        return False


class _Search:
    """Depth first, trust anchors before intermediates, within a budget of signature checks."""

    def __init__(self, pool: Sequence[x509.Certificate], roots: Sequence[x509.Certificate], partial: bool) -> None:
        self.candidates = list(dict.fromkeys([*roots, *pool]))
        self.roots = set(roots)
        self.partial = partial
        self.checks = 0
        self.seen: dict[tuple[int, int], Link] = {}
        self.complete: list[Path] = []
        self.longest: Path = ()

    def is_anchor(self, certificate: x509.Certificate) -> bool:
        """True where a path may end: at a root that is self-issued, or at any where partial paths are allowed."""
        return certificate in self.roots and (self.partial or self_issued(certificate))

    def walk(self, path: Path) -> None:
        """Go on upwards from the end of a path; what is found is kept."""
        if self.is_anchor(path[-1]):
            self.complete.append(path)
            return
        above = [] if len(path) >= MAX_DEPTH else [c for c in self.issuers(path[-1]) if c not in path]
        if not above and len(path) > len(self.longest):
            self.longest = path
        for issuer in above:
            if len(self.complete) < MAX_PATHS and self.checks < MAX_CHECKS:
                self.walk((*path, issuer))

    def issuers(self, child: x509.Certificate) -> list[x509.Certificate]:
        """Those who issued it, the ones whose signature could be checked first."""
        links = [(issuer, self.link(child, issuer)) for issuer in self.candidates if issuer is not child]
        sure = [issuer for issuer, kind in links if kind is Link.SIGNED]
        return sure + [issuer for issuer, kind in links if kind is Link.UNSURE]

    def link(self, child: x509.Certificate, issuer: x509.Certificate) -> Link:
        """As link(), each pair once; NONE where the budget is spent."""
        key = id(child), id(issuer)
        if key not in self.seen:
            if self.checks >= MAX_CHECKS:
                return Link.NONE
            found = link(child, issuer)
            self.checks += found is not Link.NONE
            self.seen[key] = found
        return self.seen[key]


def find(
    leaf: x509.Certificate, pool: Sequence[x509.Certificate], roots: Sequence[x509.Certificate], partial: bool
) -> Paths:
    """The paths from leaf over pool to roots. With partial, a root need not be self-signed."""
    search = _Search(pool, roots, partial)
    search.walk((leaf,))
    return Paths(tuple(search.complete), search.longest or (leaf,))


def why_incomplete(path: Path, pool: Sequence[x509.Certificate], roots: Sequence[x509.Certificate]) -> Problem:
    """Why a path ends before a trust anchor: the one cause that a person would repair."""
    top = path[-1]
    if top in roots:
        return _not_self_signed(top)
    if self_issued(top) and link(top, top) is not Link.BROKEN:
        return _ends_at_root(path, roots)
    namesakes = [c for c in dict.fromkeys([*roots, *pool]) if c != top and link(top, c) is Link.BROKEN]
    if namesakes:
        return _wrong_key(top, namesakes)
    if self_issued(top):
        return Problem(
            "bad-signature",
            f"{called(top)}: it names itself as its issuer, and its signature does not fit its own key",
            "get an undamaged copy of the file",
            called(top),
        )
    return _issuer_absent(path, roots)


def _listed(roots: Sequence[x509.Certificate]) -> str:
    if len(roots) > 3:
        return f"{len(roots)} others"
    return " and ".join(dict.fromkeys(called(root) for root in roots))


def _ends_at_root(path: Path, roots: Sequence[x509.Certificate]) -> Problem:
    top = path[-1]
    namesake = next((root for root in roots if _same_subject(root, top)), None)
    if namesake:
        return _other_key(f"{called(top)}: the chain ends at the one with key {key_id(top)}", namesake, top)
    if len(path) == 1:
        message = f"{called(top)}: the certificate is self-signed and is not trusted; trusted: {_listed(roots)}"
        return Problem(
            "self-signed", message, "trust exactly this certificate with --ca FILE, or have a CA issue it", called(top)
        )
    message = f"{called(top)}: the chain ends at this root, and it is not trusted; trusted: {_listed(roots)}"
    return Problem("untrusted", message, "if this root is the right one, trust it: --ca FILE", called(top))


def _same_subject(one: x509.Certificate, other: x509.Certificate) -> bool:
    try:
        return one.subject == other.subject
    except UNREADABLE:
        return False


def _not_self_signed(top: x509.Certificate) -> Problem:
    message = f"{called(top)}: it is trusted but not self-signed, and its issuer {names.dn(top.issuer)} is not trusted"
    hint = "pass --partial-chain (curl, Go, Python >= 3.13 do), or add the issuer's certificate to --ca"
    return Problem("untrusted", message, hint, called(top))


def _wrong_key(child: x509.Certificate, namesakes: Sequence[x509.Certificate]) -> Problem:
    """The issuer's name is there and its key does not fit: another key of that CA, or a damaged certificate."""
    wanted = authority_key_id(child)
    issuer = next((c for c in namesakes if wanted and wanted == subject_key_id(c)), None)
    if issuer:
        message = f"{called(child)}: its signature does not fit, though {called(issuer)} has the key that it names"
        return Problem(
            "bad-signature", message, "get an undamaged copy of the certificate, or have it issued anew", called(child)
        )
    start = f"{called(child)}: it was signed with another key of its CA" + (
        f" (key {wanted.hex()[:16]})" if wanted else ""
    )
    return _other_key(start, namesakes[0], child)


def _other_key(start: str, namesake: x509.Certificate, about: x509.Certificate) -> Problem:
    message = f"{start}, and the {called(namesake)} at hand has the same name and key {key_id(namesake)}"
    hint = "the CA was made anew under its old name: issue the certificate again, or get the CA certificate that fits"
    return Problem("ca-rekeyed", message, hint, called(about))


def _issuer_absent(path: Path, roots: Sequence[x509.Certificate]) -> Problem:
    top, issuer = path[-1], names.dn(path[-1].issuer) or "a CA without a name"
    if len(path) == 1:
        message = f"{called(top)}: the leaf was issued by {issuer}, which is neither in the chain nor trusted"
        hint = f"add the certificate of {issuer} after the leaf: cat leaf.pem issuing.pem > fullchain.pem"
        hint += "\nor, if it is a root, trust it: --ca FILE"
        return Problem("missing-intermediate", message, hint, called(top))
    message = f"{called(top)}: the chain ends here, issued by {issuer}; trusted: {_listed(roots)}"
    hint = f"trust {issuer} with --ca FILE, or add its certificate to the chain if it is an intermediate"
    return Problem("untrusted", message, hint, called(top))


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

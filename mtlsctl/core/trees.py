"""Which certificate issued which: certificates in any order to trees."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from cryptography import x509
from cryptography.exceptions import InvalidSignature

from mtlsctl.core.facts import CertificateFacts
from mtlsctl.core.unreadable import UNREADABLE

MAX_SIGNATURES = 64  # a signature costs as much as all facts of a certificate: a bundle of thousands goes by names
MAX_KEPT = 1000  # certificates at hand, repetitions counted: read, each takes up 20 kB
MAX_NAMESAKES = 8  # certificates of one subject that are tried as an issuer


class Member(NamedTuple):
    """A certificate with its facts and where it was found."""

    label: str
    certificate: x509.Certificate | None
    """None where so many are looked at that they go by names alone."""
    facts: CertificateFacts


class Node(NamedTuple):
    """A place in a tree, top down: a member and how many are above it."""

    depth: int
    member: Member


class Forest(NamedTuple):
    """The trees, and the issuers that are there by name and did not sign."""

    trees: tuple[tuple[Node, ...], ...]
    strangers: tuple[tuple[Member, Member], ...]
    """(certificate, the one with its issuer's name but another key)."""


def grow(members: Sequence[Member]) -> Forest:
    """Trees of two or more certificates, each from its top down; a certificate that is there twice counts once.

    An issuer is found by name and key identifiers (RFC 5280, 4.2.1.1), and proved by its signature in small sets.
    """
    first: dict[str, Member] = {}
    for member in members:
        first.setdefault(member.facts.sha256, member)
    unique = list(first.values())
    verified = len(unique) <= MAX_SIGNATURES and all(member.certificate for member in members)
    search = _by_names(unique)
    parents: dict[int, int] = {}
    strangers = []
    for i, member in enumerate(unique):
        candidates = [] if member.facts.self_signed else [k for k in search(member) if k != i]
        candidates.sort(
            key=lambda k: unique[k].facts.not_after, reverse=True
        )  # of cross-certificates the one that lasts
        signer = next((k for k in candidates if not verified or _signed(member, unique[k])), None)
        if signer is not None:
            parents[i] = signer
        elif candidates:
            strangers.append((member, unique[candidates[0]]))
    return Forest(tuple(tuple(tree) for tree in _trees(unique, parents)), tuple(strangers))


def _by_names(members: Sequence[Member]) -> Callable[[Member], list[int]]:
    """A search for those that may have issued a certificate: those with the key it names first."""
    named: dict[str, list[int]] = defaultdict(list)
    keyed: dict[tuple[str, str], list[int]] = defaultdict(list)
    for i, member in enumerate(members):
        if len(named[member.facts.subject]) < MAX_NAMESAKES:
            named[member.facts.subject].append(i)
        if len(keyed[member.facts.subject, member.facts.subject_key_id]) < MAX_NAMESAKES:
            keyed[member.facts.subject, member.facts.subject_key_id].append(i)

    def search(member: Member) -> list[int]:
        issuer, key = member.facts.issuer, member.facts.authority_key_id
        if not issuer:
            return []
        by_key = keyed.get((issuer, key), []) if key else []
        return by_key or named.get(issuer, [])

    return search


def _signed(member: Member, issuer: Member) -> bool:
    key, wanted = issuer.facts.subject_key_id, member.facts.authority_key_id
    if member.certificate is None or issuer.certificate is None:
        return not wanted or key == wanted
    try:
        member.certificate.verify_directly_issued_by(issuer.certificate)
    except InvalidSignature:
        return False
    except UNREADABLE:
        return not wanted or key == wanted  # an algorithm that is not known here: the identifiers decide
    return True


def _trees(members: Sequence[Member], parents: dict[int, int]) -> Iterator[list[Node]]:
    """Each tree in the order in which it is drawn. Two that issued each other (cross-certificates) end up in one."""
    children: dict[int, list[int]] = defaultdict(list)
    for child, parent in parents.items():
        children[parent].append(child)
    seen: set[int] = set()
    tops = [i for i in range(len(members)) if i not in parents]
    for top in [*tops, *parents]:
        if top in seen or (top not in children and top not in parents):
            continue
        tree, waiting = [], [(0, top)]
        while waiting:
            depth, i = waiting.pop()
            if i in seen:
                continue
            seen.add(i)
            tree.append(Node(depth, members[i]))
            waiting += [(depth + 1, child) for child in reversed(children[i])]
        yield tree

"""How a chain was presented: which certificate is the leaf, in what order the rest came, and what ends soon."""

from collections.abc import Container, Sequence
from datetime import datetime, timedelta
from operator import is_, itemgetter

from cryptography import x509

from mtlsctl.core.causes import CHAINED, IN_ORDER, Problem
from mtlsctl.core.findings import Verdict
from mtlsctl.core.looks import PURPOSE_OIDS, Look, Purpose, look, value
from mtlsctl.core.path import Path, called
from mtlsctl.core.unreadable import UNREADABLE

MAX_STRANGERS = 5


def leaf_of(chain: Sequence[x509.Certificate], purpose: Purpose) -> x509.Certificate:
    """The leaf: the first, as peers take it (RFC 8446, 4.4.2), unless that is a CA with a leaf behind it."""
    if purpose not in PURPOSE_OIDS or not is_ca(chain[0]):
        return chain[0]
    return next((c for c in chain if not is_ca(c)), chain[0])


def purpose_of(chain: Sequence[x509.Certificate]) -> Purpose | None:
    """The purpose that a chain's leaf states: one of its EKUs, or a CA without names; None where that is not clear.

    Where a CA stands in front of a leaf, the leaf counts: such a chain is in the wrong order.
    """
    try:
        seen = look(next((c for c in chain if not is_ca(c)), chain[0]))
    except UNREADABLE:
        return None
    basic, usage = value(seen, x509.BasicConstraints), value(seen, x509.ExtendedKeyUsage)
    if usage is None:
        names = value(seen, x509.SubjectAlternativeName)
        return Purpose.CA if basic and basic.ca and not names else None
    stated = [purpose for purpose, oid in PURPOSE_OIDS.items() if oid in usage]
    return stated[0] if len(stated) == 1 else None


def is_ca(certificate: x509.Certificate) -> bool:
    """True where basicConstraints say so; a certificate that cannot be read is none."""
    try:
        basic = value(look(certificate), x509.BasicConstraints)
    except UNREADABLE:
        return False
    return bool(basic and basic.ca)


def ending(seen: Sequence[Look], at: datetime) -> list[Problem]:
    """The leaf in its last third (its last half when it lives less than ten days); a CA in its last tenth."""
    problems = []
    leaf_end = seen[0].not_after
    for depth, one in enumerate(seen):
        start, end = one.not_before, one.not_after
        whole, left = end - start, end - at
        part = 10 if depth else 2 if whole < timedelta(days=10) else 3
        early = depth and end < leaf_end
        if left * part >= whole and not early:
            continue
        why = (
            f"before the leaf does, at {leaf_end:%Y-%m-%d %H:%M} UTC"
            if early
            else f"less than 1/{part} of its life is left"
        )
        hint = "have the CA make a new one, and serve it" if depth else "renew it: mtlsctl renew FOLDER"
        message = f"{one.name}: ends at {end:%Y-%m-%d %H:%M} UTC, {why}"
        problems.append(Problem("expires-soon", message, hint, one.name, Verdict.WARN))
    return problems


def presented(chain: Sequence[x509.Certificate], leaf: x509.Certificate, path: Path, anchored: bool) -> list[Problem]:
    """Whether the file has the path in its order and nothing beside it (RFC 5246, 7.4.2; RFC 8446, 4.4.2)."""
    if anchored and chain[0] is leaf and len(chain) == len(path) - 1 and all(map(is_, chain, path)):
        return []  # the ordinary case: each before its issuer, and the root left out
    places = {certificate: number for number, certificate in reversed(list(enumerate(chain)))}
    served = [places[c] for c in path if c in places]
    problems = [] if leaf is chain[0] else [_misplaced(chain[0], leaf)]
    if not problems and served != sorted(served):
        wanted = ", ".join(called(c) for c in path if c in places)
        message = (
            f"{called(leaf)}: the certificates stand in the wrong order, TLS 1.2 wants each before its issuer: {wanted}"
        )
        problems.append(Problem("order", message, f"write them in this order: {IN_ORDER}", called(leaf), Verdict.WARN))
    if not anchored:
        return [*problems, *_other_leaves(chain, leaf, path)]
    return [*problems, *_unsent(path, places), *_not_needed(chain, leaf, path)]


def _unsent(path: Path, places: Container[x509.Certificate]) -> list[Problem]:
    """The intermediates of the path that were found elsewhere: peers get what is presented, and no more."""
    return [
        Problem(
            "missing-intermediate",
            f"{called(c)}: it is at hand here and not in the chain that is presented: peers that lack it refuse",
            f"add it after the leaf{CHAINED}",
            called(c),
            Verdict.WARN,
        )
        for c in path[1:-1]
        if c not in places
    ]


def _misplaced(first: x509.Certificate, leaf: x509.Certificate) -> Problem:
    message = (
        f"the first certificate is {called(first)}, a CA; the leaf {called(leaf)} comes later, and peers take the first"
    )
    return Problem("order", message, f"put the leaf first: {IN_ORDER}", called(leaf))


def _not_needed(chain: Sequence[x509.Certificate], leaf: x509.Certificate, path: Path) -> list[Problem]:
    """Certificates on no path (in one finding where they are many), doubles, and the root; by their place in it."""
    places: dict[x509.Certificate, list[int]] = {}
    for number, certificate in enumerate(chain, 1):
        places.setdefault(certificate, []).append(number)
    strangers = [c for c in places if c not in path]
    problems = [_stranger(c, places[c][0], leaf) for c in strangers[:MAX_STRANGERS]]
    if len(strangers) > MAX_STRANGERS:
        name, words = f"{len(strangers)} certificates", f"they are in the chain and not on the path of {called(leaf)}"
        problems = [_extra(name, words, f"leave {name} out of the chain")]
    for certificate, (first, *others) in places.items():
        name = called(certificate)
        if others and certificate in path:
            words = f"it is in the chain {len(others) + 1} times"
            problems.append(_extra(name, words, f"leave it out where it comes again: {_counted(others)}"))
        elif certificate == path[-1] and certificate != leaf:
            words = "the trusted root is in the chain; whoever verifies has it, or does not trust it"
            problems.append(_extra(name, words, f"leave certificate {first} out of the chain"))
    return problems


def _other_leaves(chain: Sequence[x509.Certificate], leaf: x509.Certificate, path: Path) -> list[Problem]:
    """What is not judged; whether a CA is needed cannot be told, where no path leads to a root."""
    strange = {c: n for n, c in reversed(list(enumerate(chain, 1))) if c not in path and not is_ca(c)}
    return [_stranger(c, n, leaf) for c, n in sorted(strange.items(), key=itemgetter(1))[:MAX_STRANGERS]]


def _stranger(certificate: x509.Certificate, number: int, leaf: x509.Certificate) -> Problem:
    if is_ca(certificate):
        words = f"certificate {number} of the chain is not on the path of {called(leaf)}"
        return _extra(called(certificate), words, f"leave certificate {number} out of the chain")
    words = f"certificate {number} is a second leaf beside {called(leaf)}, and is not judged"
    hint = "a chain has one leaf: present the other by itself, and verify it by itself"
    return _extra(called(certificate), words, hint)._replace(verdict=Verdict.WARN)


def _extra(name: str, words: str, hint: str) -> Problem:
    return Problem("extra", f"{name}: {words}", hint, name, Verdict.NOTE)


def _counted(numbers: Sequence[int]) -> str:
    return f"certificate{'s' * (len(numbers) > 1)} {', '.join(map(str, numbers))}"

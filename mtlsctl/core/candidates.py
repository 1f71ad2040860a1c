"""The paths that there are, judged by our own checks: the one with the fewest faults, and the others."""

from collections.abc import Sequence
from itertools import islice
from typing import NamedTuple

from cryptography import x509

from mtlsctl.core import pathchecks, policy
from mtlsctl.core.causes import Problem, by_rank
from mtlsctl.core.findings import Verdict, Whose
from mtlsctl.core.looks import Look, Question
from mtlsctl.core.path import Forest, Path, Search, called
from mtlsctl.core.policy import Policy
from mtlsctl.core.revoked import Lookup
from mtlsctl.core.unreadable import UNREADABLE

MAX_PATHS = 40
MAX_OTHERS = 8  # paths told of beside the one that was chosen


class Task(NamedTuple):
    """What was given, with the leaf told from the rest."""

    chain: Path
    """As it was presented."""
    leaf: x509.Certificate
    pool: Path
    """All that may stand above it, but for the roots."""
    roots: Path
    question: Question
    policy: str
    """As it was named: one of Policy, or a stack."""
    rules: Policy
    """Whose rules are looked at; for a stack's name OpenSSL's, beside what the stack is known to do."""
    partial: bool
    lookup: Lookup


class Candidate(NamedTuple):
    """A path, and what is wrong with it."""

    path: Path
    seen: tuple[Look, ...]
    """Those of its certificates that can be read."""
    anchored: bool
    problems: tuple[Problem, ...]

    @property
    def refused(self) -> int:
        """How many of its faults refuse it."""
        return sum(problem.verdict is Verdict.FAIL for problem in self.problems)


class Other(NamedTuple):
    """A path that was not chosen."""

    path: Path
    fault: str
    """The first that is wrong with it; "" where it holds as well."""


def judged(task: Task, path: Path, anchored: bool) -> Candidate:
    """A path with all its faults: RFC 5280's and TLS's, those of the policy's rules, and what revocation says."""
    seen, problems = pathchecks.check(path, anchored, task.question)
    if task.rules is not Policy.OPENSSL and len(seen) == len(path):  # its rules go by the places in the path
        problems += tuple(policy.faults(task.rules, seen, anchored, task.question))
    if anchored:
        problems += tuple(task.lookup.problems(path))
        problems += tuple(policy.faults_of_crls(task.rules, task.lookup.crls, path))
    return Candidate(path, seen, anchored, problems)


def found(task: Task, forest: Forest) -> list[Candidate]:
    """The paths to an anchor, that with the fewest faults first; without one, the longest way, with why it ends."""
    search = Search(task.leaf, forest)
    paths = list(islice(search.paths(), MAX_PATHS))
    if not paths:
        from mtlsctl.core import gaps  # a good chain has none

        why = gaps.why_incomplete(search.longest, task.pool, task.roots)
        longest = judged(task, search.longest, False)
        return [longest._replace(problems=(why, *longest.problems))]
    return sorted((judged(task, path, True) for path in paths), key=lambda candidate: candidate.refused)


def others(candidates: Sequence[Candidate], chosen: Candidate) -> tuple[Other, ...]:
    """The paths beside the chosen one."""
    rest = [c for c in candidates if c.path != chosen.path and c.anchored]
    return tuple(Other(c.path, _first_fault(c.problems)) for c in rest[:MAX_OTHERS])


def _first_fault(problems: Sequence[Problem]) -> str:
    return next((p.message for p in by_rank(list(problems)) if p.verdict is Verdict.FAIL), "")


def crossings(rest: Sequence[Other], chosen: Path, sent: Sequence[x509.Certificate]) -> list[Problem]:
    """Notes on worse paths that the chain as presented invites to: an expired cross-certificate is the usual one."""
    if not rest:
        return []
    from mtlsctl.core.gaps import issuer_of

    notes: dict[str, Problem] = {}
    for other in rest:
        invites = next((c for c in other.path[1:] if c in sent and c not in chosen), None)
        if not other.fault or invites is None:
            continue
        name = called(invites)
        message = (
            f"{name}, issued by {issuer_of(invites)}: the path over it does not hold: {other.fault};"
            f" {_way(chosen)} does, and peers that try one path only may take the wrong one"
        )
        hint = "leave it out of the chain, unless peers that trust only its root are to be served"
        if any(c not in sent and _alike(c, invites) for c in chosen[1:-1]):
            hint = f"put the {name} in its place over which the path holds: it is not in the chain"
        notes.setdefault(name, Problem("other-path", message, hint, name, Verdict.NOTE, Whose.PEER))
    return list(notes.values())


def _alike(one: x509.Certificate, other: x509.Certificate) -> bool:
    """Whether the two name one CA."""
    try:
        return one.subject == other.subject and one.public_key() == other.public_key()
    except UNREADABLE:
        return False


def _way(path: Path) -> str:
    return f"that to {called(path[-1])}"

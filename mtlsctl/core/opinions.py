"""What others say of a path beside the verdict: each verifier alone, other policies, the stacks that refuse."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from mtlsctl.core import engines, policy
from mtlsctl.core.candidates import Task
from mtlsctl.core.causes import Problem
from mtlsctl.core.findings import Verdict, Whose
from mtlsctl.core.looks import Look
from mtlsctl.core.path import called
from mtlsctl.core.policy import Policy

if TYPE_CHECKING:
    from mtlsctl.core.stacks import StackVerdict

_OF_POLICIES = ("against-policy", "stack-refuses")


class Engine(NamedTuple):
    """What one verifier says."""

    name: str
    """openssl (with our checks of purpose, names and strength), or webpki (Python's cryptography)."""
    verdict: str
    """accepts, refuses, or not-asked."""
    reason: str
    """Why it refuses or was not asked; webpki's are its own words."""


class Forecast(NamedTuple):
    """What another policy would say of a path that holds under the one that was chosen."""

    policy: str
    verdict: str
    """accepts or refuses."""
    reasons: tuple[str, ...]
    """Each rule that it breaks, with its source."""


def strict(task: Task, opinion: engines.Opinion) -> list[Problem]:
    """The fault that it is where the policy is the Web PKI's: its own verifier does not take the path."""
    if not opinion.asked or opinion.accepts:
        return []
    name = called(task.leaf)
    message = f"{name}: Python's cryptography, which keeps to the Web PKI, refuses it: {opinion.reason}"
    return [Problem("against-policy", message, "mtlsctl inspect FILE shows what the certificates say", name)]


def elsewhere(task: Task, name: str, stacks: "Sequence[StackVerdict]", opinion: engines.Opinion) -> list[Problem]:
    """On the stacks that refuse what holds here; and on cryptography, where it is stricter than its table.

    Notes, and warnings of what OpenSSL itself refuses where the policy is its own.
    """
    from mtlsctl.core import portability  # its table is not needed for the verdict alone

    notes = portability.notes(stacks, "openssl" if _as_measured(task) else "")
    if opinion.asked and not opinion.accepts and not portability.refuses("cryptography", stacks):
        message = f"{name}: strict verifiers refuse it, such as Python's cryptography, which says: {opinion.reason}"
        notes.append(Problem("portability", message, "", name, Verdict.NOTE, Whose.NOBODY))
    return notes


def itself(task: Task, stacks: "Sequence[StackVerdict]") -> str:
    """Why OpenSSL refuses what no check of its rules minds, where the policy is its own; "" where it does not."""
    from mtlsctl.core import portability

    found = portability.measured("openssl", stacks) if _as_measured(task) else []
    return f"{found[0].about}: {found[0].words}" if found else ""


def _as_measured(task: Task) -> bool:
    """A path that may end anywhere is not what was measured: by default OpenSSL goes on to a self-signed root."""
    return task.policy == Policy.OPENSSL and not task.partial


def forecasts(task: Task, seen: Sequence[Look], opinion: engines.Opinion) -> tuple[Forecast, ...]:
    """What the profiles would say, where they were not asked for."""
    said, path = [], tuple(one.certificate for one in seen)
    for other in (Policy.RFC5280, Policy.WEBPKI):
        if task.rules in (other, Policy.ALL):
            continue
        reasons = [p.message for p in policy.faults(other, seen, True, task.question)]
        reasons += [p.message for p in policy.faults_of_crls(other, task.lookup.crls, path)]
        if other is Policy.WEBPKI and opinion.asked and not opinion.accepts and not reasons:
            reasons.append(f"Python's cryptography: {opinion.reason}")
        said.append(Forecast(other, "refuses" if reasons else "accepts", tuple(reasons)))
    return tuple(said)


def of_openssl(ranked: Sequence[Problem], unheard: str) -> Engine:
    """What its peers would say, so without what policies add. unheard: what it says where it does not decide."""
    faults = [p for p in ranked if p.verdict is Verdict.FAIL and p.cause not in _OF_POLICIES]
    reason = faults[0].message if faults else unheard
    return Engine("openssl", "refuses" if reason else "accepts", reason)


def of_webpki(opinion: engines.Opinion) -> Engine:
    """What it says by its own rules."""
    verdict = "not-asked" if not opinion.asked else "accepts" if opinion.accepts else "refuses"
    return Engine("webpki", verdict, opinion.reason)

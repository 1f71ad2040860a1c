"""Chain, trust, purpose, time and names in; a Report out: every fault, not only the first."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple, Required, TypedDict, Unpack

from cryptography import x509

from mtlsctl.core import candidates, engines, opinions, presented, revoked, roles
from mtlsctl.core.candidates import Candidate, Other, Task
from mtlsctl.core.causes import Problem, by_rank, finding
from mtlsctl.core.findings import Report, Verdict
from mtlsctl.core.looks import Purpose, Question
from mtlsctl.core.opinions import Engine, Forecast
from mtlsctl.core.path import Forest, Known, Path, called, planted, straight
from mtlsctl.core.policy import Policy
from mtlsctl.core.presented import purpose_of
from mtlsctl.core.revoked import RevocationStatus, Sources
from mtlsctl.errors import InputError, UsageError

if TYPE_CHECKING:
    from mtlsctl.core.bystack import Said
    from mtlsctl.core.stacks import StackVerdict

MAX_HEARD = 6  # good paths that the engines are asked about
_ITS_OWN = "cryptography"  # the stack that is an engine, too: its own answer counts
_POLICIES = {str(one): one for one in Policy}
_OF_THE_PATH = (Policy.OPENSSL, Policy.RFC5280)  # they have no second opinion
_STRICT = (Policy.WEBPKI, Policy.ALL)  # it decides
_WITHOUT_STACKS = (*_OF_THE_PATH, Policy.WEBPKI)

__all__ = ["Engine", "Forecast", "Judgement", "Policy", "Purpose", "judge", "purpose_of", "verify"]


class Judgement(NamedTuple):
    """The report, with the path that it is about and what each verifier says."""

    report: Report
    path: Path
    """Leaf first; up to a trust anchor, or to where it ends."""
    anchored: bool
    engines: tuple[Engine, ...]
    others: tuple[Other, ...] = ()
    """The other paths to an anchor, each with its first fault."""
    forecasts: tuple[Forecast, ...] = ()
    """What the policies that were not asked for would say; () where the path does not hold."""
    revocation: tuple[RevocationStatus, ...] = ()
    """For each certificate below the anchor, what is known; () where it was not looked at."""
    stacks: "tuple[StackVerdict, ...]" = ()
    """Who would accept it and who refuse it, as core/stacks predicts."""


class Asked(TypedDict, total=False):
    """What verify() is asked, as judge() has it."""

    purpose: Required[Purpose]
    """The codes of findings are server-*, for CLIENT client-*."""
    at: Required[datetime]
    """Aware."""
    names: Sequence[x509.GeneralName]
    """All of them must be the leaf's."""
    crls: Sequence[x509.CertificateRevocationList]
    """Short for sources that are CRLs alone."""
    partial_chain: bool
    """Whether a root need not be self-signed."""
    policy: str
    """Whose rules decide: a Policy, or the name of one of core/stacks."""
    max_depth: int | None
    """The CAs allowed between leaf and anchor, those that are self-issued not counted; None: any number."""
    sources: Sources | None
    """What revocation is looked up in."""
    found: Sequence[x509.Certificate]
    """Certificates at hand that are not presented; a path over one of them holds, and peers may lack it."""


def verify(chain: Sequence[x509.Certificate], roots: Sequence[x509.Certificate], **asked: Unpack[Asked]) -> Report:
    """Whether chain[0], with the rest in any order, stands up to roots for a purpose, at a time, for all names.

    whose is PEER for what its owner must repair and OURS for the roots and CRLs of the side that verifies. The findings
    are those that decide, and on how the chain was presented; judge() has the notes on other stacks.
    Raises InputError for an empty chain or no roots, UsageError for a policy that there is not.
    """
    return judge(chain, roots, whole=False, **asked).report


def judge(
    chain: Sequence[x509.Certificate],
    roots: Sequence[x509.Certificate],
    *,
    purpose: Purpose,
    at: datetime,
    names: Sequence[x509.GeneralName] = (),
    crls: Sequence[x509.CertificateRevocationList] = (),
    partial_chain: bool = False,
    policy: str = Policy.OPENSSL,
    max_depth: int | None = None,
    sources: Sources | None = None,
    found: Sequence[x509.Certificate] = (),
    whole: bool = True,
) -> Judgement:
    """As verify(), with what decides nothing: the others, who else would refuse, what each verifier says.

    whole: False leaves that out, and has the report and the path alone.
    """
    if not chain:
        raise InputError("there is no certificate to verify")
    if not roots:
        raise InputError("there is no trusted root to verify against", "name one: --ca FILE")
    # 1. Which certificate is the leaf: peers take the first, whatever it is (RFC 8446, 4.4.2).
    leaf = presented.leaf_of(chain, purpose)
    pool = tuple(dict.fromkeys(c for c in (*chain, *found) if c is not leaf and c != leaf))
    asked = Question(purpose, at.replace(microsecond=0), tuple(names), max_depth, policy != Policy.RFC5280)
    lookup = revoked.Lookup(sources or revoked.of_crls(crls), (*chain, *found, *roots), asked.at)
    rules = _POLICIES.get(policy) or _rules_beside(policy)
    partial = partial_chain or (policy not in _POLICIES and _ends_anywhere(policy, purpose))
    task = Task(tuple(chain), leaf, pool, tuple(roots), asked, policy, rules, partial, lookup)
    weighed = _weighed(task)
    return _told(task, weighed) if whole else _decided_only(task, weighed)


def _rules_beside(stack: str) -> Policy:
    """OpenSSL's rules, beside what a stack is known to do. Raises UsageError for what is no stack."""
    from mtlsctl.core import stacks  # the ordinary policies need no table

    if stack in stacks.NAMES:
        return Policy.OPENSSL
    raise UsageError(f"{stack}: no such policy", f"one of {', '.join(dict.fromkeys((*Policy, *stacks.NAMES)))}")


def _ends_anywhere(stack: str, purpose: Purpose) -> bool:
    """Whether whatever is trusted ends a path for a stack, self-signed or not."""
    from mtlsctl.core import stacks

    return stacks.accepts(stack, "anchor-not-self-signed", purpose)


class _Weighed(NamedTuple):
    """The path that was chosen, and all that speaks against it."""

    forest: Forest
    chosen: Candidate
    rest: tuple[Other, ...]
    proven: bool
    """The engines take it, or its signatures are known to fit."""
    problems: list[Problem]
    holds: bool
    name: str
    """What the leaf is called."""


def _weighed(task: Task) -> _Weighed:
    few = len(task.pool) <= roles.MAX_GIVEN
    forest = (planted if few else Forest)(Known(task.roots), Known(task.pool), task.partial)
    # 2. The paths that there are, with the faults of each by our own checks, the policy's rules and revocation.
    paths, proved = _paths(task, forest)
    # 3. The engines' word on the best, or on the first of the good ones that they take.
    chosen, heard = _chosen(task, forest, paths, proved)
    rest = candidates.others(paths, chosen)
    problems = [*chosen.problems, *heard.problems]
    # 4. How the chain was presented: the leaf's place, the order, what is there beside the path, other ways to go.
    problems += presented.presented(task.chain, task.leaf, chosen.path, chosen.anchored)
    problems += candidates.crossings(rest, chosen.path, task.chain) if chosen.anchored else []
    holds = not any(p.verdict is Verdict.FAIL for p in problems)
    if holds and not heard.accepts:
        raise AssertionError("an engine refused and no finding says so")
    seen = chosen.seen
    problems += presented.ending(seen, task.question.at) if holds else []
    name = seen[0].name if seen and seen[0].certificate == task.leaf else called(task.leaf)
    return _Weighed(forest, chosen, rest, heard.accepts, problems, holds, name)


def _decided_only(task: Task, weighed: _Weighed) -> Judgement:
    """The verdict, with no more work than it needs."""
    problems = weighed.problems
    if task.policy not in _OF_THE_PATH:
        needed = task.policy == _ITS_OWN or (weighed.holds and task.rules in _STRICT)
        opinion = _opinion(task, weighed) if needed else engines.Opinion(False, False)
        said = _said(task, weighed, opinion) if task.policy not in _WITHOUT_STACKS else None
        problems = _decided(task, weighed, opinion, said)
    return Judgement(_report(task, weighed, problems), weighed.chosen.path, weighed.chosen.anchored, ())


def _told(task: Task, weighed: _Weighed) -> Judgement:
    """The verdict, and all that is told beside it."""
    from mtlsctl.core import bystack  # its table is not needed for the verdict alone

    chosen, opinion = weighed.chosen, _opinion(task, weighed)
    said = _said(task, weighed, opinion)
    problems = _decided(task, weighed, opinion, said)
    problems += opinions.elsewhere(task, weighed.name, said.verdicts, opinion) if weighed.holds else []
    of_openssl = by_rank(bystack.of_openssl(said, weighed.problems))
    unheard = roles.openssls_objection(task, chosen.path) if chosen.anchored else ""
    unheard = unheard or (opinions.itself(task, said.verdicts) if weighed.holds else "")
    return Judgement(
        _report(task, weighed, problems),
        chosen.path,
        chosen.anchored,
        (opinions.of_openssl(of_openssl, unheard), opinions.of_webpki(opinion)),
        weighed.rest,
        opinions.forecasts(task, chosen.seen, opinion) if weighed.holds else (),
        task.lookup.statuses(chosen.path),
        said.verdicts,
    )


def _said(task: Task, weighed: _Weighed, opinion: engines.Opinion) -> "Said":
    """What each stack would say: it is told, and it decides where the policy is a stack's name, or all of them."""
    from mtlsctl.core import bystack

    chosen = weighed.chosen
    ending = bystack.ending(chosen, task.roots)
    return bystack.ask(ending, chosen.seen, task.question, task.chain, weighed.problems, opinion, task.roots)


def _decided(task: Task, weighed: _Weighed, opinion: engines.Opinion, said: "Said | None") -> list[Problem]:
    """The problems as the policy has them. 5. The second opinion counts only of a path that holds."""
    problems = list(weighed.problems)
    problems += opinions.strict(task, opinion) if weighed.holds and task.rules in _STRICT else []
    if said is None or task.policy in _WITHOUT_STACKS:
        return problems
    from mtlsctl.core import bystack

    proven = weighed.proven or roles.signed(weighed.chosen.path)
    return bystack.decide(task.policy, said, problems, weighed.name, proven)


def _report(task: Task, weighed: _Weighed, problems: list[Problem]) -> Report:
    client = task.question.purpose is Purpose.CLIENT
    return Report(weighed.name, tuple(finding(problem, client) for problem in by_rank(problems)))


def _paths(task: Task, forest: Forest) -> tuple[list[Candidate], bool]:
    """The candidates; and whether an engine has proved the first: the ordinary chain has one way to go."""
    road = straight(task.leaf, forest)
    if road:
        only = candidates.judged(task, road, True)
        if not only.refused and roles.proves(task, road):
            return [only], True
    return candidates.found(task, forest), False


def _chosen(task: Task, forest: Forest, paths: Sequence[Candidate], proved: bool) -> tuple[Candidate, roles.Word]:
    """The first of the good paths that the engines take; else the best, with their objections."""
    first: tuple[Candidate, roles.Word] | None = None
    for candidate in paths[:MAX_HEARD]:
        if first and candidate.refused:
            break
        word = roles.hear(task, forest, candidate, proved)
        if word.path:  # OpenSSL got where our search did not
            other = candidates.judged(task, word.path, True)
            return other, roles.hear(task, forest, other, True)
        first = first or (candidate, word)
        if word.accepts and not candidate.refused:
            return candidate, word
    assert first
    return first


def _opinion(task: Task, weighed: _Weighed) -> engines.Opinion:
    """What cryptography says by its own rules: of the path, or of all that was given where there is none."""
    if weighed.chosen.anchored:
        return roles.opinion(task, weighed.chosen.path)
    asked, pool = task.question, roles.given(task, weighed.forest)
    return engines.webpki((task.leaf, *pool), task.roots, asked.at, asked.purpose, asked.names)

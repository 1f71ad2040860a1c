"""Chain, trust, purpose, time and names in; a Report out: every fault, not only the first."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from cryptography import x509

from mtlsctl.core import candidates, engines, policy, presented, revoked, roles
from mtlsctl.core.candidates import Candidate, Other, Task
from mtlsctl.core.causes import Problem, by_rank, finding
from mtlsctl.core.findings import Report, Verdict, Whose
from mtlsctl.core.looks import Look, Purpose, Question, read
from mtlsctl.core.path import Forest, Path, called, straight
from mtlsctl.core.policy import Policy
from mtlsctl.core.presented import purpose_of
from mtlsctl.core.revoked import RevocationStatus, Sources
from mtlsctl.errors import InputError, UsageError

if TYPE_CHECKING:
    from mtlsctl.core.stacks import StackVerdict

MAX_HEARD = 6  # good paths that the engines are asked about
_OF_POLICIES = ("against-policy", "stack-refuses")
_ITS_OWN = "cryptography"  # the stack that is an engine, too: its own answer counts
_WITHOUT_STACKS = (Policy.OPENSSL, Policy.RFC5280, Policy.WEBPKI)

__all__ = ["Engine", "Forecast", "Judgement", "Policy", "Purpose", "judge", "purpose_of", "verify"]


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


def verify(
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
) -> Report:
    """Whether chain[0], with the rest in any order, stands up to roots for a purpose, at a time (aware), for all names.

    Findings carry the server-* codes, for CLIENT the client-* ones. whose is PEER for what its owner must repair
    and OURS for the roots and CRLs of the side that verifies. policy: whose rules decide, a Policy or the name of one
    of core/stacks. max_depth: CAs allowed between leaf and anchor, those that are self-issued not counted. sources:
    what revocation is looked up in; crls is short for CRLs alone. partial_chain: a root need not be self-signed.
    found: certificates at hand that are not presented; a path over one of them holds, and peers may lack it.
    The findings are those that decide, and on how the chain was presented; judge() has the notes on other stacks.
    Raises InputError for an empty chain or no roots, UsageError for a policy that there is not.
    """
    asked = Question(purpose, at.replace(microsecond=0), tuple(names), max_depth, policy != Policy.RFC5280)
    task = _task(chain, found, roots, asked, policy, partial_chain, sources or revoked.of_crls(crls))
    return _judge(chain, task, policy, whole=False).report


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
) -> Judgement:
    """As verify(), with what decides nothing: the path, the others, who else would refuse, what each verifier says."""
    asked = Question(purpose, at.replace(microsecond=0), tuple(names), max_depth, policy != Policy.RFC5280)
    task = _task(chain, found, roots, asked, policy, partial_chain, sources or revoked.of_crls(crls))
    return _judge(chain, task, policy, whole=True)


def _task(
    chain: Sequence[x509.Certificate],
    found: Sequence[x509.Certificate],
    roots: Sequence[x509.Certificate],
    question: Question,
    word: str,
    partial: bool,
    sources: Sources,
) -> Task:
    if not chain:
        raise InputError("there is no certificate to verify")
    if not roots:
        raise InputError("there is no trusted root to verify against", "name one: --ca FILE")
    # 1. Which certificate is the leaf: peers take the first, whatever it is (RFC 8446, 4.4.2).
    leaf = presented.leaf_of(chain, question.purpose)
    pool = tuple(dict.fromkeys(c for c in (*chain, *found) if c is not leaf and c != leaf))
    lookup = revoked.Lookup(sources, (*chain, *found, *roots), question.at)
    rules = _rules(word)
    return Task(leaf, pool, tuple(roots), question, rules, partial or _ends_anywhere(word, question.purpose), lookup)


def _ends_anywhere(word: str, purpose: Purpose) -> bool:
    """Whether the policy is a stack for which whatever is trusted ends a path, self-signed or not."""
    if word in tuple(Policy):
        return False
    from mtlsctl.core import stacks  # the ordinary policies need no table

    return stacks.accepts(word, "anchor-not-self-signed", purpose)


def _rules(word: str) -> Policy:
    """The policy whose rules are looked at; for a stack's name OpenSSL's, beside what the stack is known to do."""
    if word in tuple(Policy):
        return Policy(word)
    from mtlsctl.core import stacks  # the ordinary policies need no table

    if word in stacks.NAMES:
        return Policy.OPENSSL
    raise UsageError(f"{word}: no such policy", f"one of {', '.join(dict.fromkeys((*Policy, *stacks.NAMES)))}")


def _judge(chain: Sequence[x509.Certificate], task: Task, word: str, whole: bool) -> Judgement:
    """word: the policy as it was named. whole: with all that is only said, and decides nothing."""
    forest = Forest(task.roots, task.pool, task.partial)
    # 2. The paths that there are, with the faults of each by our own checks, the policy's rules and revocation.
    paths, proved = _paths(task, forest)
    # 3. The engines' word on the best, or on the first of the good ones that they take.
    chosen, heard = _chosen(task, forest, paths, proved)
    rest = candidates.others(paths, chosen)
    problems = [*chosen.problems, *heard.problems]
    # 4. How the chain was presented: the leaf's place, the order, what is there beside the path, other ways to go.
    problems += presented.presented(chain, task.leaf, chosen.path, chosen.anchored)
    problems += candidates.crossings(rest, chosen.path, chain) if chosen.anchored else []
    # 5. The second opinion, and who else would refuse; both only of a path that holds.
    holds = not any(p.verdict is Verdict.FAIL for p in problems)
    if holds and not heard.accepts:
        raise AssertionError("an engine refused and no finding says so")
    seen = read(chosen.path)[0]
    strict = task.rules in (Policy.WEBPKI, Policy.ALL)
    needed = whole or word == _ITS_OWN or (holds and strict)
    opinion = _opinion(task, forest, chosen) if needed else engines.Opinion(False, False)
    name = seen[0].name if seen and seen[0].certificate == task.leaf else called(task.leaf)
    # 6. What each stack would say: it is told, and it decides where the policy is a stack's name, or all of them.
    said, of_openssl = None, problems
    if whole or word not in _WITHOUT_STACKS:
        from mtlsctl.core import bystack  # its table is not needed for the verdict alone

        ending = chosen._replace(anchored=chosen.anchored or chosen.path[-1] in task.roots)
        said = bystack.ask(ending, seen, task.question, chain, problems, opinion)
        of_openssl = bystack.of_openssl(said, problems)
    stacks = said.verdicts if said else ()
    if holds:
        problems += _strict(task, opinion) if strict else []
        problems += _elsewhere(name, stacks, opinion) if whole else []
        problems += presented.ending(seen, task.question.at)
    if said and word not in _WITHOUT_STACKS:
        proven = heard.accepts or roles.signed(chosen.path)
        problems = bystack.decide(word, said, problems, name, proven)
    unheard = roles.openssls_objection(task, chosen.path) if whole and chosen.anchored else ""
    ranked = by_rank(problems)
    report = Report(name, tuple(finding(p, task.question.purpose is Purpose.CLIENT) for p in ranked))
    return Judgement(
        report,
        chosen.path,
        chosen.anchored,
        (_openssl_engine(by_rank(of_openssl), unheard), _webpki_engine(opinion)),
        rest,
        _forecasts(task, seen, opinion) if whole and holds else (),
        task.lookup.statuses(chosen.path) if whole else (),
        stacks,
    )


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


def _opinion(task: Task, forest: Forest, chosen: Candidate) -> engines.Opinion:
    """What cryptography says by its own rules: of the path, or of all that was given where there is none."""
    if chosen.anchored:
        return roles.opinion(task, chosen.path)
    asked = task.question
    return engines.webpki((task.leaf, *roles.given(task, forest)), task.roots, asked.at, asked.purpose, asked.names)


def _elsewhere(name: str, stacks: "Sequence[StackVerdict]", opinion: engines.Opinion) -> list[Problem]:
    """Notes on the stacks that refuse what holds here; and on cryptography, where it is stricter than its table."""
    from mtlsctl.core import portability  # its table is not needed for the verdict alone

    notes = portability.notes(stacks)
    if opinion.asked and not opinion.accepts and not portability.refuses("cryptography", stacks):
        message = f"{name}: strict verifiers refuse it, such as Python's cryptography, which says: {opinion.reason}"
        notes.append(Problem("portability", message, "", name, Verdict.NOTE, Whose.NOBODY))
    return notes


def _strict(task: Task, opinion: engines.Opinion) -> list[Problem]:
    """The fault that it is where the policy is the Web PKI's: its own verifier does not take the path."""
    if not opinion.asked or opinion.accepts:
        return []
    name = called(task.leaf)
    message = f"{name}: Python's cryptography, which keeps to the Web PKI, refuses it: {opinion.reason}"
    return [Problem("against-policy", message, "mtlsctl inspect FILE shows what the certificates say", name)]


def _forecasts(task: Task, seen: Sequence[Look], opinion: engines.Opinion) -> tuple[Forecast, ...]:
    """What the profiles would say, where they were not asked for."""
    said = []
    for other in (Policy.RFC5280, Policy.WEBPKI):
        if task.rules in (other, Policy.ALL):
            continue
        reasons = [p.message for p in policy.faults(other, seen, True, task.question)]
        if other is Policy.WEBPKI and opinion.asked and not opinion.accepts and not reasons:
            reasons.append(f"Python's cryptography: {opinion.reason}")
        said.append(Forecast(other, "refuses" if reasons else "accepts", tuple(reasons)))
    return tuple(said)


def _openssl_engine(ranked: Sequence[Problem], unheard: str) -> Engine:
    """What its peers would say, so without what policies add. unheard: what it says where it does not decide."""
    faults = [p for p in ranked if p.verdict is Verdict.FAIL and p.cause not in _OF_POLICIES]
    reason = faults[0].message if faults else unheard
    return Engine("openssl", "refuses" if reason else "accepts", reason)


def _webpki_engine(opinion: engines.Opinion) -> Engine:
    verdict = "not-asked" if not opinion.asked else "accepts" if opinion.accepts else "refuses"
    return Engine("webpki", verdict, opinion.reason)

"""A stack of core/stacks as the policy: what it is known to do decides, in place of OpenSSL's peers."""

from collections.abc import Sequence

from cryptography import x509

from mtlsctl.core import stacks
from mtlsctl.core.candidates import Candidate
from mtlsctl.core.causes import Cause, Problem
from mtlsctl.core.findings import Verdict
from mtlsctl.core.looks import Look, Question
from mtlsctl.core.policy import Policy
from mtlsctl.core.stacks import StackVerdict

# Faults that a stack may overlook by its own rules, as table.py has them. No stack's leniency makes up for a signature
# that does not fit, a root that is not trusted, a name that is another or a certificate that is revoked.
_LENIENT: frozenset[Cause] = frozenset(
    {
        "chain-expired",
        "bad-ca",
        "name-constraints",
        "purpose",
        "key-usage",
        "cn-only",
        "ip",
        "weak-key",
        "weak-signature",
        "other",
    }
)


def ask(
    chosen: Candidate,
    seen: Sequence[Look],
    question: Question,
    chain: Sequence[x509.Certificate],
    problems: Sequence[Problem],
) -> tuple[StackVerdict, ...]:
    """What each stack would say of the path that was chosen; () for what is neither a server nor a client."""
    faults = frozenset(p.cause for p in problems if p.verdict is Verdict.FAIL)
    return stacks.judge(
        seen, anchored=chosen.anchored, question=question, faults=faults, path=chosen.path, sent=tuple(chain)
    )


def decide(
    word: str, verdicts: Sequence[StackVerdict], problems: Sequence[Problem], name: str, proven: bool
) -> list[Problem]:
    """The problems as the policy has them: a stack's own, in place of what it overlooks; with ALL, every stack's.

    proven: the signatures of the path are checked. Where they are not, nothing is overlooked.
    """
    if word == Policy.ALL:
        return [*problems, *(_refusal(one, name) for one in verdicts if not _accepts(one))]
    if word in tuple(Policy):
        return list(problems)
    one = next((verdict for verdict in verdicts if verdict.stack == word), None)
    if one is None:
        message = f"{name}: nothing is known of what {word} does with a certificate for this purpose"
        return [*problems, Problem("stack-refuses", message, "--as server or --as client; or --policy openssl", name)]
    if one.verdict != "accepts":
        return [*problems, _refusal(one, name)]
    return [_overlooked(problem, one) if proven else problem for problem in problems]


def _accepts(one: StackVerdict) -> bool:
    """Whether a stack takes the chain, or would but for a setting that its administrator makes: a depth, say."""
    settings_alone = bool(one.reasons) and all(reason.rule in stacks.BY_SETTING for reason in one.reasons)
    return one.verdict == "accepts" or settings_alone


def _overlooked(problem: Problem, one: StackVerdict) -> Problem:
    if problem.verdict is not Verdict.FAIL or problem.cause not in _LENIENT:
        return problem
    return problem._replace(message=f"{problem.message}; {one.title} takes it", verdict=Verdict.NOTE)


def _refusal(one: StackVerdict, name: str) -> Problem:
    words = (
        "; ".join(dict.fromkeys(f"{r.about or name}: {r.words}" for r in one.reasons[:3])) or f"{name}: no reason known"
    )
    said = next((f' ("{r.says}")' for r in one.reasons if r.says), "")
    verb = "refuses it" if one.verdict == "refuses" else "may refuse it, nothing is known of what it does here"
    return Problem("stack-refuses", f"{words}: {one.title} {verb}{said}", _HINT, name)


_HINT = "issue it without that, or choose the policy of the peers that you have: --policy"

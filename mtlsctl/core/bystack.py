"""A stack of core/stacks as the policy: what it is known to do decides, in place of OpenSSL's peers."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from cryptography import x509

from mtlsctl.core import portability, stacks
from mtlsctl.core.candidates import Candidate
from mtlsctl.core.causes import Cause, Problem
from mtlsctl.core.engines import Opinion
from mtlsctl.core.findings import Verdict, Whose
from mtlsctl.core.looks import PURPOSE_OIDS, Look, Question
from mtlsctl.core.path import called
from mtlsctl.core.policy import Policy
from mtlsctl.core.stacks import Hit, StackVerdict


class Said(NamedTuple):
    """What the stacks make of a path."""

    verdicts: tuple[StackVerdict, ...] = ()
    hits: tuple[Hit, ...] = ()
    """The rules that it runs into, whoever minds them."""
    shared: frozenset[str] = frozenset()
    """Names that two certificates of the path bear: what is said of one cannot be told from what is of the other."""
    above: int = 0
    """The certificates above the leaf."""


def _rows(*rules: str) -> frozenset[str]:
    return frozenset(role + rule for rule in rules for role in ("", "ca-", "anchor-"))


# Faults that a stack may overlook, each with the rows of table.py that stand for it. No stack's leniency makes up for
# a signature that does not fit, a root that is not trusted or a certificate that is revoked.
LENIENT: dict[Cause, frozenset[str]] = {
    "chain-expired": _rows("expired"),
    "bad-ca": _rows("not-ca", "no-basic-constraints", "no-ca-extensions", "no-cert-sign"),
    "purpose": _rows("any-extended-key-usage", "wrong-extended-key-usage", "server-gated-crypto"),
    "key-usage": _rows("no-digital-signature"),
    "cn-only": _rows("no-san", "no-dns-san", "no-host-san", "several-common-names"),
    "ip": _rows("address-as-dns-name"),
    "name": _rows(
        "no-dns-san",
        "no-host-san",
        "name-with-trailing-dot",
        "partial-wildcard",
        "partial-wildcard-before",
        "partial-wildcard-inside",
        "wildcard-at-top",
    ),
    "weak-key": _rows(
        "rsa-almost-2048",
        "rsa-below-2048",
        "rsa-below-1024",
        "other-curve",
        "p224",
        "short-curve",
        "ml-dsa",
        "dsa-key",
    ),
    "weak-signature": _rows("sha1", "md5"),
    "key-id": _rows("authority-key-id-mismatch"),
    "name-constraints": _rows("name-constraints", "rare-name-constraints"),
}


_UNASKED = frozenset({"revoked", "revocation-unknown", "leaf-not-first", *_rows("rare-name-constraints")})
"""What cryptography's answer says nothing of: revocation, which one is the leaf, and constraints on subjects."""


def ending(chosen: Candidate, roots: Sequence[x509.Certificate]) -> Candidate:
    """The path up to whatever is trusted first: where stacks end that do not go on to a self-signed root."""
    if chosen.anchored:
        return chosen
    place = next((number for number, one in enumerate(chosen.path) if one in roots), None)
    return chosen if place is None else chosen._replace(path=chosen.path[: place + 1], anchored=True)


def ask(
    chosen: Candidate,
    seen: Sequence[Look],
    question: Question,
    chain: Sequence[x509.Certificate],
    problems: Sequence[Problem],
    opinion: Opinion,
    roots: Sequence[x509.Certificate] = (),
) -> Said:
    """What each stack would say of the path that was chosen; nothing of what is neither a server nor a client.

    opinion: what cryptography itself says of it, which counts in place of its column. roots: all that is trusted.
    """
    faults = frozenset(p.cause for p in problems if p.verdict is Verdict.FAIL)
    if question.purpose not in PURPOSE_OIDS:
        return Said()
    hits = stacks.hits(
        seen[: len(chosen.path)],
        anchored=chosen.anchored,
        question=question,
        faults=faults,
        path=chosen.path,
        sent=tuple(chain),
        trusted=roots,
    )
    verdicts = stacks.verdicts(hits, question.purpose)
    if opinion.asked:
        about = called(chosen.path[0])  # seen[0] is another where the leaf cannot be read
        verdicts = tuple(_as_it_says(one, opinion, about) if one.stack == "cryptography" else one for one in verdicts)
    borne = Counter(map(called, chosen.path))
    return Said(
        verdicts, tuple(hits), frozenset(name for name, count in borne.items() if count > 1), len(chosen.path) - 1
    )


def _as_it_says(one: StackVerdict, opinion: Opinion, about: str) -> StackVerdict:
    """Its own answer in place of its column, but for what it is not asked about, and refusals that have our words."""
    rules = {reason.rule for reason in one.reasons}
    if opinion.accepts:
        return one if rules & _UNASKED else replace(one, verdict="accepts", reasons=())
    if one.verdict == "refuses":
        return one
    reason = stacks.Reason("", about, opinion.reason, "", one.versions, "measured", "")
    return replace(one, verdict="refuses", reasons=(reason,))


def decide(word: str, said: Said, problems: Sequence[Problem], name: str, proven: bool) -> list[Problem]:
    """The problems as the policy has them: a stack's own, in place of what it overlooks; with ALL, every stack's.

    proven: the signatures of the path are checked. Where they are not, nothing is overlooked.
    """
    verdicts = said.verdicts
    faulty = any(problem.verdict is Verdict.FAIL for problem in problems)
    if word == Policy.ALL and verdicts:
        otherwise = " say which stacks your peers run: --policy STACK"
        against = [one for one in verdicts if one.verdict != "accepts"]
        no = (_refusal(one, name, faulty, otherwise, said.above) for one in against if not _by_setting(one))
        return [*problems, *no, *(_limit(one, name, said.above) for one in against if _by_setting(one))]
    if word in tuple(Policy) and word != Policy.ALL:
        return list(problems)
    one = next((verdict for verdict in verdicts if verdict.stack == word), None)
    if one is None:
        whom = "any stack" if word == Policy.ALL else word
        message = f"{name}: nothing is known of what {whom} does with a certificate for this purpose"
        return [*problems, Problem("stack-refuses", message, "--as server or --as client; or --policy openssl", name)]
    if one.verdict != "accepts":
        otherwise = f", where your peers are not {one.title}, say which they are: --policy STACK"
        return [*problems, _refusal(one, name, faulty, otherwise, said.above)]
    return [_overlooked(problem, one, said) if proven else problem for problem in problems]


def _by_setting(one: StackVerdict) -> bool:
    """Whether all that a stack minds is a setting that its administrator makes: a depth, say."""
    return bool(one.reasons) and all(reason.rule in stacks.BY_SETTING for reason in one.reasons)


def _limit(one: StackVerdict, name: str, above: int) -> Problem:
    """A warning in place of a refusal: no certificate can be issued so that a server's setting does not matter."""
    message = f"{name}: {one.reasons[0].words}: {one.title} refuses it, by a default that its administrator sets"
    return Problem("stack-refuses", message, _deeper(one, above), name, Verdict.WARN, Whose.OURS)


def _deeper(one: StackVerdict, above: int) -> str:
    """What lets a path through. Apache counts all above the leaf; OpenSSL, and so nginx, those below the root."""
    limit = f"SSLVerifyDepth {above}" if one.stack == "apache" else f"ssl_verify_depth {above - 1}"
    return f"in {one.title}: {limit}"


def _overlooked(problem: Problem, one: StackVerdict, said: Said) -> Problem:
    """A note in place of a fault that a row names: the stack accepts, so it accepts each row that was hit."""
    rows, owner = LENIENT.get(problem.cause, frozenset()), problem.by or problem.about
    named = owner not in said.shared and any(hit.rule in rows and hit.about == owner for hit in said.hits)
    if problem.verdict is not Verdict.FAIL or not named:
        return problem
    return problem._replace(message=f"{problem.message}; {one.title} takes it", verdict=Verdict.NOTE)


def of_openssl(said: Said, problems: Sequence[Problem]) -> list[Problem]:
    """The problems without those that are ours alone: OpenSSL itself is known to overlook them."""
    one = next((verdict for verdict in said.verdicts if verdict.stack == "openssl"), None)
    if one is None or one.verdict != "accepts":
        return list(problems)
    return [_overlooked(problem, one, said) for problem in problems]


def _refusal(one: StackVerdict, name: str, faulty: bool, otherwise: str, above: int) -> Problem:
    """A stack's no as a fault. faulty: there are others, for which most stacks refuse as well. otherwise: a way out."""
    words = (
        "; ".join(dict.fromkeys(f"{r.about or name}: {r.words}" for r in one.reasons[:3])) or f"{name}: no reason known"
    )
    said = next((f' ("{r.says}")' for r in one.reasons if r.says), "")
    verb = "refuses it" if one.verdict == "refuses" else "may refuse it, nothing is known of what it does here"
    repair = "mend the other faults" if faulty else _repair(one, above)
    hint = f"{repair}; or{otherwise}"
    return Problem("stack-refuses", f"{words}: {one.title} {verb}{said}", hint, name)


def _repair(one: StackVerdict, above: int) -> str:
    """What can be done about what a stack minds most: what the certificates say, and the setting where that is all."""
    if _by_setting(one):
        return _deeper(one, above)
    return portability.repair(next((r.rule for r in one.reasons if r.rule not in stacks.BY_SETTING), ""))

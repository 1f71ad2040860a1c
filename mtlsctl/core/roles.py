"""What part each verifier plays under each policy: who must agree, whose word is only an opinion."""

from itertools import pairwise
from typing import NamedTuple

from cryptography import x509

from mtlsctl.core import engines
from mtlsctl.core.candidates import Candidate, Task
from mtlsctl.core.causes import Cause, Problem, family
from mtlsctl.core.findings import Verdict
from mtlsctl.core.path import Forest, Link, Path, authority_key_id, called, link, subject_key_id
from mtlsctl.core.policy import Policy

MAX_GIVEN = 200  # certificates that OpenSSL is given at once; more than these can hardly be a chain
_REVOCATION = family("revoked")
# X509_V_ERR_* that speak against a CRL or a certificate. That it finds no CRL (3, 33, 44) says nothing: one that is
# issued for another CA (RFC 5280, 5.2.5) is not to be found in an X509_STORE by name.
_ON_CRLS = (8, 11, 12, 15, 16, 23, 35, 36)
# X509_V_ERR_*: name constraints that nobody can process; only OpenSSL looks at a minimum and a maximum in them.
_ITS_OWN = (49, 51, 52, 53)


class Word(NamedTuple):
    """What the engines say of a path together."""

    accepts: bool
    problems: tuple[Problem, ...] = ()
    path: Path = ()
    """The path that OpenSSL took where ours is none."""


def proves(task: Task, path: Path) -> bool:
    """Whether an engine vouches for a path, signatures and all, of which so far only the names are known to fit."""
    if task.rules in (Policy.OPENSSL, Policy.ALL):
        return engines.openssl_alone(path, _partial(task)).accepts
    if task.rules is Policy.WEBPKI and opinion(task, path).accepts:
        return True
    return _either(task, path).accepts


def opinion(task: Task, path: Path) -> engines.Opinion:
    """What cryptography says of a path to an anchor by its own rules, those of the Web PKI."""
    asked = task.question
    return engines.webpki(path[:-1] or path, path[-1:], asked.at, asked.purpose, asked.names)


def hear(task: Task, forest: Forest, chosen: Candidate, proved: bool) -> Word:
    """The engines' word on the path that was chosen.

    OPENSSL: OpenSSL's yes is needed: its peers are who is asked about. RFC5280, WEBPKI: one of the two must vouch for
    the path, cryptography first, as it goes back from dead ends and compares names more strictly; the other's no is
    then no veto (measured on x509-limbo: it would lose 112 good chains of 9,780). Where both refuse, so do we.
    WEBPKI: cryptography's own Web PKI rules besides, where it can be asked. ALL: all of these.
    CRLs are looked at by OpenSSL besides, in every case.
    """
    heard = []
    if task.rules in (Policy.OPENSSL, Policy.ALL) and not proved:
        heard.append(_openssl(task, forest, chosen))
    if task.rules is not Policy.OPENSSL and chosen.anchored and not chosen.refused:
        heard.append(_vouched(task, chosen, proved))
    if task.lookup.sources.any and chosen.anchored:
        heard.append(_with_crls(task, chosen))
    problems = tuple(problem for word in heard for problem in word.problems)
    return Word(all(word.accepts for word in heard), problems, next((w.path for w in heard if w.path), ()))


def signed(path: Path) -> bool:
    """True when each certificate of a path is known to be signed by the next, whatever an engine says."""
    return all(link(child, issuer) is Link.SIGNED for child, issuer in pairwise(path))


def openssls_objection(task: Task, path: Path) -> str:
    """Why OpenSSL would not take a path, in words, where the policy lets it not decide; "" where it takes it."""
    if task.rules in (Policy.OPENSSL, Policy.ALL):
        return ""
    answer = engines.openssl_alone(path, _partial(task))
    return "" if answer.accepts else engines.explain(answer)[1]


def _partial(task: Task) -> int:
    return engines.PARTIAL_CHAIN if task.partial else 0


def _either(task: Task, path: Path) -> engines.Answer:
    if engines.webpki_alone(path, task.question.at).accepts:
        return engines.Answer(True)
    return engines.openssl_alone(path, _partial(task))


def _vouched(task: Task, chosen: Candidate, proved: bool) -> Word:
    path = chosen.path
    first = engines.Answer(True) if proved and task.rules is not Policy.ALL else _either(task, path)
    if not first.accepts:
        return Word(False, tuple(unexplained(task.leaf, path, first, set())))
    if not any(x509.NameConstraints in one.values for one in chosen.seen):
        return Word(True)
    second = engines.openssl_alone(path, _partial(task))
    if second.accepts or second.number not in _ITS_OWN:
        return Word(True)
    return Word(False, tuple(unexplained(task.leaf, path, second, set())))


def _openssl(task: Task, forest: Forest, chosen: Candidate) -> Word:
    """OpenSSL's answer on all that was given, and what it adds to the faults known."""
    at, path = task.question.at, chosen.path
    asked = (task.leaf, *given(task, forest))
    failing = {p.cause for p in chosen.problems if p.verdict is Verdict.FAIL}
    answer = engines.openssl(asked, task.roots, at, (), _partial(task))
    if answer.accepts and (failing or not chosen.anchored or answer.path == path):
        return Word(True, (), () if chosen.anchored else answer.path)
    if chosen.anchored and not failing:
        # OpenSSL does not go back when the issuer that it picked leads nowhere: ask about the good path alone.
        alone = engines.openssl(path, path[-1:], at, (), _partial(task))
        if alone.accepts:
            return Word(True, () if answer.accepts else (_other_path(task, answer),))
        answer = alone if answer.accepts else answer
    problems = unexplained(task.leaf, path, answer, failing)
    if engines.explain(answer)[0] in family("expired"):
        # It stops at its first fault: look past the time for what else there is.
        later = engines.openssl(asked, task.roots, None, (), _partial(task))
        if not later.accepts:
            problems += unexplained(task.leaf, path, later, failing)
    return Word(False, tuple(problems))


def given(task: Task, forest: Forest) -> Path:
    """The pool; of a large one, only what stands above the leaf: all else costs time and changes nothing."""
    return task.pool if len(task.pool) <= MAX_GIVEN else forest.above(task.leaf, MAX_GIVEN)


def _with_crls(task: Task, chosen: Candidate) -> Word:
    """Where CRLs tell the status, OpenSSL reads them, too: what it alone finds is a fault."""
    leaf, every = task.lookup.told_by_crls(chosen.path)
    if not leaf or any(p.cause in _REVOCATION and p.verdict is Verdict.FAIL for p in chosen.problems):
        return Word(True)
    flags = engines.CRL_ALL if every else engines.CRL_LEAF
    lists = [one.crl for one in task.lookup.crls]
    asked = dict.fromkeys((*chosen.path[:-1], *task.pool[:MAX_GIVEN]))  # who signs a CRL may stand beside the path
    answer = engines.openssl(
        tuple(asked) or chosen.path, chosen.path[-1:], task.question.at, lists, flags | _partial(task)
    )
    if answer.accepts or answer.number not in _ON_CRLS:
        return Word(True)
    return Word(False, tuple(unexplained(task.leaf, chosen.path, answer, set())))


def unexplained(leaf: x509.Certificate, path: Path, answer: engines.Answer, failing: set[Cause]) -> list[Problem]:
    """The fault that OpenSSL names by its number; none where one of its family is known. failing: the faults known."""
    cause, words = engines.explain(answer)
    if failing & family(cause):
        return []
    hint = "mtlsctl inspect FILE shows what the certificates say"
    if (misled := _misleading_key_id(path)) and cause in family("untrusted"):
        return [misled]
    about = path[answer.depth] if 0 <= answer.depth < len(path) else leaf
    if cause == "name-constraints":
        hint = "OpenSSL counts the common name as a DNS name where there is no other: give it a SAN that the CA permits"
    return [Problem(cause, f"{called(about)}: OpenSSL refuses the chain: {words}", hint, called(about))]


def _misleading_key_id(path: Path) -> Problem | None:
    """Where the signature fits and AKI and SKI differ: OpenSSL does not take such an issuer."""
    for child, issuer in pairwise(path):
        wanted, found = authority_key_id(child), subject_key_id(issuer)
        if wanted and found and wanted != found:
            message = (
                f"{called(child)}: its AKI names the key {wanted.hex()[:16]}, and its issuer {called(issuer)}"
                f" has the SKI {found.hex()[:16]}: OpenSSL, BoringSSL and GnuTLS do not take it for the issuer"
            )
            return Problem(
                "key-id", message, "issue the certificate again, with the issuer's SKI as AKI", called(child)
            )
    return None


def _other_path(task: Task, answer: engines.Answer) -> Problem:
    words = engines.explain(answer)[1]
    message = f"{called(task.leaf)}: a good path is there, and OpenSSL picks another from these certificates: {words}"
    return Problem(
        "portability", message, "leave only the certificates of the path in the chain", called(task.leaf), Verdict.WARN
    )

"""Chain, trust, purpose, time and names in; a Report out: every fault, not only the first."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from cryptography import x509

from mtlsctl.core import engines, portability, revoked
from mtlsctl.core import path as paths
from mtlsctl.core.causes import Cause, Problem, by_rank, family, finding
from mtlsctl.core.findings import Report, Verdict, Whose
from mtlsctl.core.path import UNREADABLE, Path, called
from mtlsctl.core.pathchecks import PURPOSE_OIDS, Purpose, Question, check, look, read, value
from mtlsctl.errors import InputError

__all__ = ["Engine", "Judgement", "Purpose", "judge", "purpose_of", "verify"]


@dataclass(frozen=True, slots=True)
class Engine:
    """What one verifier says."""

    name: str
    """openssl (with our checks of purpose, names and strength), or webpki (Python's cryptography)."""
    verdict: str
    """accepts, refuses, or not-asked."""
    reason: str
    """Why it refuses or was not asked; webpki's are its own words."""


class Judgement(NamedTuple):
    """The report, with the path that it is about and what each verifier says."""

    report: Report
    path: Path
    """Leaf first; up to a trust anchor, or to where it ends."""
    anchored: bool
    engines: tuple[Engine, ...]


MAX_STRANGERS = 5


class _Task(NamedTuple):
    """What was given, with the leaf told from the rest."""

    leaf: x509.Certificate
    pool: Path
    roots: Path
    question: Question
    crls: tuple[x509.CertificateRevocationList, ...]
    partial: bool

    @property
    def flags(self) -> int:
        """OpenSSL's flags for what was asked."""
        return engines.PARTIAL_CHAIN if self.partial else 0


def verify(
    chain: Sequence[x509.Certificate],
    roots: Sequence[x509.Certificate],
    *,
    purpose: Purpose,
    at: datetime,
    names: Sequence[x509.GeneralName] = (),
    crls: Sequence[x509.CertificateRevocationList] = (),
    partial_chain: bool = False,
) -> Report:
    """Whether chain[0], with the rest in any order, stands up to roots for a purpose, at a time (aware), for all names.

    Findings carry the server-* codes, for CLIENT the client-* ones. whose is PEER for what its owner must repair
    and OURS for the roots and CRLs of the side that verifies. Raises InputError for an empty chain or no roots.
    """
    return judge(chain, roots, purpose=purpose, at=at, names=names, crls=crls, partial_chain=partial_chain).report


def judge(
    chain: Sequence[x509.Certificate],
    roots: Sequence[x509.Certificate],
    *,
    purpose: Purpose,
    at: datetime,
    names: Sequence[x509.GeneralName] = (),
    crls: Sequence[x509.CertificateRevocationList] = (),
    partial_chain: bool = False,
) -> Judgement:
    """As verify(), with the path and what each verifier says."""
    if not chain:
        raise InputError("there is no certificate to verify")
    if not roots:
        raise InputError("there is no trusted root to verify against", "name one: --ca FILE")
    # 1. Which certificate is the leaf: peers take the first, whatever it is (RFC 8446, 4.4.2).
    leaf, misplaced = _leaf(chain, purpose)
    pool = tuple(c for c in chain if c is not leaf)
    task = _Task(
        leaf, pool, tuple(roots), Question(purpose, at.replace(microsecond=0), tuple(names)), tuple(crls), partial_chain
    )
    # 2. The paths that there are, and of these the one with the fewest faults by our own checks.
    path, anchored, problems = _best(task)
    # 3. OpenSSL's word: it decides. What it refuses and we did not find is said by its number.
    answer, more = _ask_openssl(task, path, anchored, problems)
    if answer.accepts and not anchored:
        path, anchored = answer.path, True  # it compares names more leniently than we do (RFC 5280, 7.1)
        problems = _faults(task, path, True)
    problems += misplaced + more
    # 4. The second opinion, and who else would refuse; both only of a path that holds.
    opinion = engines.webpki((leaf, *pool), task.roots, task.question.at, purpose, task.question.names)
    refused = [p for p in problems if p.verdict is Verdict.FAIL]
    if not refused:
        problems += _elsewhere(task, path, opinion)
        problems += _ending(path, at)
    # 5. How it was presented: order, and what is there beside the path.
    problems += _presented(chain, leaf, path, anchored)
    ranked = by_rank(problems)
    report = Report(called(leaf), tuple(finding(p, purpose is Purpose.CLIENT) for p in ranked))
    return Judgement(report, path, anchored, (_openssl_engine(ranked, answer), _webpki_engine(opinion)))


def purpose_of(chain: Sequence[x509.Certificate]) -> Purpose | None:
    """The purpose that a chain's leaf states: one of its EKUs, or a CA without names; None where that is not clear.

    Where a CA stands in front of a leaf, the leaf counts: such a chain is in the wrong order.
    """
    try:
        seen = look(next((c for c in chain if not _is_ca(c)), chain[0]))
    except UNREADABLE:
        return None
    basic, usage = value(seen, x509.BasicConstraints), value(seen, x509.ExtendedKeyUsage)
    if usage is None:
        names = value(seen, x509.SubjectAlternativeName)
        return Purpose.CA if basic and basic.ca and not names else None
    stated = [purpose for purpose, oid in PURPOSE_OIDS.items() if oid in usage]
    return stated[0] if len(stated) == 1 else None


def _leaf(chain: Sequence[x509.Certificate], purpose: Purpose) -> tuple[x509.Certificate, list[Problem]]:
    first = chain[0]
    if purpose not in PURPOSE_OIDS or not _is_ca(first):
        return first, []
    leaf = next((c for c in chain if not _is_ca(c)), None)
    if leaf is None:
        return first, []
    message = (
        f"the first certificate is {called(first)}, a CA; the leaf {called(leaf)} comes later, and peers take the first"
    )
    return leaf, [
        Problem("order", message, "put the leaf first: cat leaf.pem issuing.pem > fullchain.pem", called(leaf))
    ]


def _is_ca(certificate: x509.Certificate) -> bool:
    try:
        return bool(certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca)
    except (*UNREADABLE, x509.ExtensionNotFound):
        return False


def _best(task: _Task) -> tuple[Path, bool, list[Problem]]:
    found = paths.find(task.leaf, task.pool, task.roots, task.partial)
    if not found.complete:
        why = paths.why_incomplete(found.longest, task.pool, task.roots)
        return found.longest, False, [why, *_faults(task, found.longest, False)]
    judged = [(path, _faults(task, path, True)) for path in found.complete]
    path, faults = min(judged, key=lambda pair: sum(p.verdict is Verdict.FAIL for p in pair[1]))
    return path, True, faults


def _faults(task: _Task, path: Path, anchored: bool) -> list[Problem]:
    problems = check(path, anchored, task.question)
    return problems + revoked.check(path, task.crls, task.question.at) if task.crls else problems


def _crl_flags(task: _Task, path: Path) -> int:
    if not task.crls:
        return 0
    return engines.CRL_ALL if revoked.covered(path, task.crls) else engines.CRL_LEAF


def _ask_openssl(task: _Task, path: Path, anchored: bool, known: list[Problem]) -> tuple[engines.Answer, list[Problem]]:
    """OpenSSL's answer on all that was given, and what it adds to the faults known."""
    flags, at = task.flags | _crl_flags(task, path), task.question.at
    answer = engines.openssl((task.leaf, *task.pool), task.roots, at, task.crls, flags)
    failing = {p.cause for p in known if p.verdict is Verdict.FAIL}
    if answer.accepts and (failing or not anchored or answer.path == path):
        return answer, []
    if anchored and not failing:
        # OpenSSL does not go back when the issuer that it picked leads nowhere: ask about the good path alone.
        alone = engines.openssl(path, path[-1:], at, task.crls, flags)
        if alone.accepts:
            return alone, [] if answer.accepts else [_other_path(task, answer)]
        answer = alone if answer.accepts else answer
    problems = _unexplained(task, path, answer, failing)
    if engines.explain(answer)[0] in family("expired"):
        # It stops at its first fault: look past the time for what else there is.
        later = engines.openssl((task.leaf, *task.pool), task.roots, None, task.crls, flags)
        if not later.accepts:
            problems += _unexplained(task, path, later, failing)
    return answer, problems


def _unexplained(task: _Task, path: Path, answer: engines.Answer, failing: set[Cause]) -> list[Problem]:
    cause, words = engines.explain(answer)
    if failing & family(cause):
        return []
    hint = "mtlsctl inspect FILE shows what the certificates say"
    if (misled := _misleading_key_id(path)) and cause in family("untrusted"):
        return [misled]
    about = path[answer.depth] if 0 <= answer.depth < len(path) else task.leaf
    if cause == "name-constraints":
        hint = "OpenSSL counts the common name as a DNS name where there is no other: give it a SAN that the CA permits"
    return [Problem(cause, f"{called(about)}: OpenSSL refuses the chain: {words}", hint, called(about))]


def _misleading_key_id(path: Path) -> Problem | None:
    """Where the signature fits and AKI and SKI differ: OpenSSL does not take such an issuer."""
    for child, issuer in pairwise(path):
        wanted, found = paths.authority_key_id(child), paths.subject_key_id(issuer)
        if wanted and found and wanted != found:
            message = (
                f"{called(child)}: its AKI names the key {wanted.hex()[:16]}, and its issuer {called(issuer)}"
                f" has the SKI {found.hex()[:16]}: OpenSSL, BoringSSL and GnuTLS do not take it for the issuer"
            )
            return Problem("other", message, "issue the certificate again, with the issuer's SKI as AKI", called(child))
    return None


def _other_path(task: _Task, answer: engines.Answer) -> Problem:
    words = engines.explain(answer)[1]
    message = f"{called(task.leaf)}: a good path is there, and OpenSSL picks another from these certificates: {words}"
    return Problem(
        "portability", message, "leave only the certificates of the path in the chain", called(task.leaf), Verdict.WARN
    )


def _elsewhere(task: _Task, path: Path, opinion: engines.Opinion) -> list[Problem]:
    """Notes on the stacks that refuse what OpenSSL takes."""
    seen = read(path)[0]
    found = portability.doubts(seen, task.question.purpose) if seen else []
    notes = [portability.as_problem(doubt) for doubt in found]
    name = called(task.leaf)
    if opinion.asked and not opinion.accepts and not any(portability.WEBPKI in d.who for d in found):
        message = f"{name}: strict verifiers refuse it, such as Python's cryptography, which says: {opinion.reason}"
        notes.append(Problem("portability", message, "", name, Verdict.NOTE, Whose.NOBODY))
    strict = engines.openssl(path, path[-1:], task.question.at, (), task.flags | engines.STRICT)
    if not strict.accepts and not any(portability.STRICT in d.who for d in found):
        message = f"{name}: {portability.STRICT} refuses it: {engines.explain(strict)[1]}"
        notes.append(Problem("portability", message, "", name, Verdict.NOTE, Whose.NOBODY))
    return notes


def _ending(path: Path, at: datetime) -> list[Problem]:
    """The leaf in its last third (its last half when it lives less than ten days); a CA in its last tenth."""
    problems = []
    leaf_end = path[0].not_valid_after_utc
    for depth, certificate in enumerate(path):
        start, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
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
        message = f"{called(certificate)}: ends at {end:%Y-%m-%d %H:%M} UTC, {why}"
        problems.append(Problem("expires-soon", message, hint, called(certificate), Verdict.WARN))
    return problems


def _presented(chain: Sequence[x509.Certificate], leaf: x509.Certificate, path: Path, anchored: bool) -> list[Problem]:
    """Whether the file has the path in its order and nothing beside it (RFC 5246, 7.4.2; RFC 8446, 4.4.2)."""
    order = list(chain)
    served = [order.index(c) for c in path if c in order]
    problems = []
    if leaf is chain[0] and served != sorted(served):
        wanted = ", ".join(called(c) for c in path if c in order)
        message = (
            f"{called(leaf)}: the certificates stand in the wrong order, TLS 1.2 wants each before its issuer: {wanted}"
        )
        problems.append(Problem("order", message, "write them in this order", called(leaf), Verdict.WARN))
    return problems + _not_needed(Counter(chain), leaf, path) if anchored else problems


def _not_needed(counts: Counter[x509.Certificate], leaf: x509.Certificate, path: Path) -> list[Problem]:
    """Certificates on no path (in one finding where they are many), doubles, and the root."""
    said = []
    strangers = [c for c in counts if c not in path]
    for certificate in strangers[:MAX_STRANGERS]:
        said.append((called(certificate), f"it is in the chain and on no path from {called(leaf)}"))
    if len(strangers) > MAX_STRANGERS:
        said = [(f"{len(strangers)} certificates", f"they are in the chain and on no path from {called(leaf)}")]
    for certificate in path:
        if counts[certificate] > 1:
            said.append((called(certificate), f"it is in the chain {counts[certificate]} times"))
        elif counts[certificate] and certificate is path[-1] and certificate != leaf:
            words = "the trusted root is in the chain; whoever verifies has it, or does not trust it"
            said.append((called(certificate), words))
    return [
        Problem("extra", f"{name}: {words}", f"leave {name} out of the chain", name, Verdict.NOTE)
        for name, words in said
    ]


def _openssl_engine(ranked: Sequence[Problem], answer: engines.Answer) -> Engine:
    reason = next((p.message for p in ranked if p.verdict is Verdict.FAIL), "")
    if not answer.accepts and not reason:
        raise AssertionError("OpenSSL refused and no finding says so")
    return Engine("openssl", "refuses" if reason else "accepts", reason)


def _webpki_engine(opinion: engines.Opinion) -> Engine:
    verdict = "not-asked" if not opinion.asked else "accepts" if opinion.accepts else "refuses"
    return Engine("webpki", verdict, opinion.reason)

"""Whether a path is revoked, by what is at hand: CRLs, OCSP responses and the ledgers of our own CAs."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from cryptography import x509

from mtlsctl.core import norevavail, standing
from mtlsctl.core import revoked_problems as problems
from mtlsctl.core.causes import Problem
from mtlsctl.core.findings import Verdict, Whose
from mtlsctl.core.path import Path, called, same_name
from mtlsctl.core.standing import Answer, Mode, Refusal

if TYPE_CHECKING:
    from mtlsctl.core.crlscope import Crl, Held
    from mtlsctl.core.ocsp import Response

MAX_LARGE = 8 << 20
"""Bytes of CRLs up to which OpenSSL is asked, too: it reads them all anew each time."""
MAX_MANY = 500
"""CRLs up to which it is: its store holds each against all others of its issuer."""

_Nothing: Mapping[x509.Certificate, tuple[Refusal, ...]] = MappingProxyType({})
Ledger = Callable[[x509.Certificate], Answer | None]
"""What a CA knows of a certificate; None of one that another signed."""


class Sources(NamedTuple):
    """What is at hand to look revocation up in, and how much it counts."""

    crls: "tuple[Held | Crl, ...]" = ()
    """Those that many lookups share are best opened before."""
    responses: "tuple[Response, ...]" = ()
    ledger: Ledger | None = None
    """What the ledgers of our own CAs say."""
    failed: Mapping[x509.Certificate, tuple[Refusal, ...]] = _Nothing
    """What was to be fetched for a certificate, and did not come."""
    mode: Mode = Mode.CHECK
    asked: bool = True
    """True where a CRL, a response or the network was named: a leaf without an answer is refused then."""
    online: bool = False
    """True where the network is asked, too."""
    silent: bool = False
    """True where nobody said a word about revocation: who is in no ledger of ours is no finding then."""

    @property
    def any(self) -> bool:
        """True when there is something to look at, or it was asked for."""
        if self.mode is Mode.OFF:
            return False
        return bool(self.crls or self.responses or self.ledger or self.failed or not self.silent)


NONE = Sources(mode=Mode.OFF, asked=False, silent=True)


def of_crls(lists: Sequence[x509.CertificateRevocationList]) -> Sources:
    """Sources of CRLs alone; NONE without any."""
    if not lists:
        return NONE
    from mtlsctl.core.crlscope import Held  # most chains come without CRLs

    return Sources(tuple(Held(crl) for crl in lists))


@dataclass(frozen=True, slots=True)
class RevocationStatus:
    """What is known of one certificate of the path."""

    subject: str
    status: str
    """good, revoked, unknown, or exempt (noRevAvail, RFC 9608); good that is no longer fresh is unknown."""
    source: str
    """crl, ocsp, or ledger (of a CA of ours); "" where nothing was said."""
    where: str
    """The file, URL or CA that it came from."""
    speaker: str
    """Who said it: the CA or the OCSP responder."""
    this_update: datetime | None
    next_update: datetime | None
    revoked_at: datetime | None
    reason: str
    """RFC 5280, 5.3.1: "keyCompromise"; "" where none is given."""
    invalidity_date: datetime | None
    """Since when the key is thought to be in other hands (RFC 5280, 5.3.2)."""
    why: str
    """Why it is unknown, or exempt."""


class _Heard(NamedTuple):
    """All that was said of one certificate."""

    answer: Answer | None
    """The one that counts."""
    refused: tuple[Refusal, ...]
    """Why other sources have none."""
    outdated: tuple[Answer, ...]
    """Those that are not fresh, where another one is."""


class Lookup:
    """One verification's look at its sources: each CRL is read once, and each signature checked once."""

    def __init__(self, sources: Sources, pool: Sequence[x509.Certificate], at: datetime) -> None:
        self.sources, self.at = sources, at
        self.crls: list[Crl] = []
        self.broken: list[Refusal] = []
        self._heard: dict[tuple[x509.Certificate, Path], _Heard] = {}
        if sources.crls and sources.any:
            self._open(pool)

    def _open(self, pool: Sequence[x509.Certificate]) -> None:
        from mtlsctl.core import crlscope, crlsigners  # most chains come without CRLs

        opened = [
            (held, held if isinstance(held, crlscope.Crl) else crlscope.opened(held)) for held in self.sources.crls
        ]
        self.crls = [crl for _, crl in opened if crl]
        self.broken = [Refusal("crl", held.where, "it cannot be decoded") for held, crl in opened if not crl]
        self.signers = crlsigners.Signers(pool, self.at, self._is_revoked)

    def statuses(self, path: Path) -> tuple[RevocationStatus, ...]:
        """One for each certificate below the top of a path; () where revocation is not looked at."""
        return tuple(_status(below, self._hear(below, above)) for below, above in self._links(path))

    def problems(self, path: Path) -> list[Problem]:
        """What speaks against a path (RFC 5280, 6.3; RFC 6960). Without an answer the leaf is refused, where one was
        asked for; a CA is a warning: nginx and HAProxy check every CA and refuse then. With REQUIRE all are refused."""
        return [p for depth, one in enumerate(self._links(path)) for p in self._judged(depth, *one)]

    def told_by_crls(self, path: Path) -> tuple[bool, bool]:
        """Whether the leaf's status, and whether every status, is one that CRLs tell: OpenSSL can be asked, too."""
        if not self.crls or any(crl.indirect for crl in self.crls):
            return False, False  # OpenSSL finds the signers of indirect ones in part of PKITS 4.14 only
        told = [status.source == "crl" for status in self.statuses(path)]
        if not any(told) or len(self.crls) > MAX_MANY or sum(crl.entries.size for crl in self.crls) > MAX_LARGE:
            return False, False
        return bool(told) and told[0], bool(told) and all(told)

    def _links(self, path: Path) -> Iterator[tuple[x509.Certificate, Path]]:
        """Each certificate below the top, with the path above it."""
        if self.sources.any:
            yield from ((certificate, path[depth:]) for depth, certificate in enumerate(path[:-1], 1))

    def _hear(self, certificate: x509.Certificate, above: Path) -> _Heard:
        """What is said of a certificate. Kept: in a large CRL it is a long way to the end."""
        key = certificate, above
        if key not in self._heard:
            self._heard[key] = self._listen(certificate, above)
        return self._heard[key]

    def _listen(self, certificate: x509.Certificate, above: Path) -> _Heard:
        said: list[Answer] = []
        refused = [*self.broken]
        found = self._by_crls(certificate, above)
        if isinstance(found, Answer):
            said.append(self._endless(found))
        else:
            refused += found
        for heard in self._ocsp(certificate, above) if self.sources.responses else ():
            if isinstance(heard, Refusal):
                refused.append(heard)
            else:
                said.append(heard)
        said += self._ledger(certificate)
        refused += self.sources.failed.get(certificate, ())
        refused += [Refusal(a.source, a.where, f"{a.speaker} does not know it") for a in said if a.state == "unknown"]
        best = standing.best(said)
        if best is None or (best.state == "good" and best.stale):
            exempt, why = norevavail.read(certificate)  # RFC 9608, 4
            best = Answer("exempt", "", "", called(above[0])) if exempt and not why else best
            refused += [Refusal("", "", f"{why}, and does not count (RFC 9608, 2 and 3)")] if why else []
        return _Heard(best, tuple(refused), tuple(a for a in said if a.stale and best and not best.stale))

    def _endless(self, answer: Answer) -> Answer:
        """Peers take a CRL without nextUpdate for fresh, always; where a fresh one is required it is not."""
        if self.sources.mode is not Mode.REQUIRE or answer.next_update or answer.stale:
            return answer
        return answer._replace(stale="without nextUpdate, so nobody can tell whether it is the present one")

    def _ledger(self, certificate: x509.Certificate) -> Iterator[Answer]:
        """The ledger's word. Where another source was named, that one is to be judged: the ledger can only accuse."""
        sources = self.sources
        known = sources.ledger(certificate) if sources.ledger else None
        if known and (known.state == "revoked" or not (sources.crls or sources.responses or sources.online)):
            yield known

    def _ocsp(self, certificate: x509.Certificate, above: Path) -> Iterator[Answer | Refusal]:
        from mtlsctl.core import ocsp  # seldom at hand

        for held in self.sources.responses:
            heard = ocsp.answer(held, certificate, above[0], self.at, lambda c: self._is_revoked(c, above))
            if heard:
                yield heard

    def _by_crls(self, certificate: x509.Certificate, above: Path) -> Answer | tuple[Refusal, ...]:
        if not self.crls:
            return ()
        from mtlsctl.core import crls

        return crls.answer(certificate, self.crls, lambda crl: self.signers.trouble(crl, above), self.at)

    def _is_revoked(self, certificate: x509.Certificate, above: Path) -> bool | None:
        """By the CRLs at hand alone: for those who sign CRLs and OCSP responses. None: required, and nobody told."""
        found = self._by_crls(certificate, above)
        if isinstance(found, Answer) and found.state == "revoked":
            return True
        told = isinstance(found, Answer) and not self._endless(found).stale
        if told or self.sources.mode is not Mode.REQUIRE:
            return False
        return False if norevavail.read(certificate) == (True, "") else None

    def _judged(self, depth: int, certificate: x509.Certificate, above: Path) -> Iterator[Problem]:
        answer, refused, outdated = self._hear(certificate, above)
        if answer is None:
            if refused or not self.sources.silent:
                yield self._unknown(depth, certificate, above[0], refused)
            return
        yield from (problems.unusable(certificate, one) for one in refused if one.source == "ocsp" and one.came)
        yield from (problems.stale(one, self.at)._replace(verdict=Verdict.WARN) for one in outdated)
        if answer.stale:
            yield problems.stale(answer, self.at)
        if answer.state == "revoked":
            yield problems.revoked(certificate, answer)
        if answer.state == "exempt" and not self.sources.silent:
            yield problems.exempt(certificate)

    def _unknown(
        self, depth: int, certificate: x509.Certificate, issuer: x509.Certificate, refused: Sequence[Refusal]
    ) -> Problem:
        sources = self.sources
        own = any(same_name(crl.crl.issuer, certificate.issuer) for crl in self.crls)
        strict = sources.mode is Mode.REQUIRE or own or not depth
        why = problems.unanswered(certificate, issuer, refused, self.crls, sources.responses)
        hint = problems.where_to_ask(certificate, issuer, refused, online=sources.online)
        verdict = Verdict.FAIL if strict and sources.asked else Verdict.WARN
        message = f"{called(certificate)}: revocation unknown: {why}"
        return Problem("crl-missing", message, hint, called(certificate), verdict, Whose.OURS)


def _status(certificate: x509.Certificate, heard: _Heard) -> RevocationStatus:
    answer, refused, _ = heard
    name = called(certificate)
    if answer is None:
        why = problems.reasons(refused) or "no CRL, OCSP answer or ledger at hand speaks of it"
        return RevocationStatus(name, "unknown", "", "", "", None, None, None, "", None, why)
    state = "unknown" if answer.stale and answer.state == "good" else answer.state
    return RevocationStatus(
        name,
        state,
        answer.source,
        answer.where,
        answer.speaker,
        answer.this_update,
        answer.next_update,
        answer.revoked_at,
        answer.reason,
        answer.invalidity_date,
        norevavail.WORDS if state == "exempt" else answer.stale if state == "unknown" else "",
    )

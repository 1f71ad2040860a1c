"""Verify what files hold: have them read, look at the clock, ask core, say it in plain values."""

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.utils import CryptographyDeprecationWarning

from mtlsctl.core import names
from mtlsctl.core.candidates import Other
from mtlsctl.core.facts import CertificateFacts, certificate_facts
from mtlsctl.core.findings import Finding, Report
from mtlsctl.core.path import called
from mtlsctl.core.revoked import RevocationStatus, Sources
from mtlsctl.core.shellwords import word, words
from mtlsctl.core.stacks import StackVerdict
from mtlsctl.core.verify import Engine, Forecast, Judgement, Policy, Purpose, judge, purpose_of
from mtlsctl.errors import UsageError
from mtlsctl.workflows import clock, revocation, verify_files
from mtlsctl.workflows.revocation import Fetched, Wish
from mtlsctl.workflows.verify_files import Held, Trust


class OtherPath(NamedTuple):
    """A path beside the one that was chosen."""

    subjects: tuple[str, ...]
    """Leaf first."""
    sha256: tuple[str, ...]
    """Of the same certificates: cross-certificates have one subject."""
    fault: str
    """The first that is wrong with it; empty where it holds as well."""


class Verified(NamedTuple):
    """What was verified, against what, and the path that was found."""

    subject: str
    purpose: Purpose
    purpose_from: str
    """option, eku (the certificate allows one purpose), or default."""
    at: datetime
    trusted: tuple[str, ...]
    names: tuple[str, ...]
    """The names asked for."""
    anchored: bool
    """True when the last certificate of the path is a trusted one."""
    path: tuple[CertificateFacts, ...]
    """Leaf first."""
    engines: tuple[Engine, ...]
    revocation: str
    """Where revocation was looked up: "crl", "ocsp", "ledger" (of a CA of ours), several of them with commas; "unknown"
    where none of these had an answer, "exempt" where none is needed, "not checked", or "off"."""
    revocation_status: tuple[RevocationStatus, ...]
    """Of each certificate below the anchor; empty where revocation was not looked at."""
    fetched: tuple[Fetched, ...]
    """Each request that was made; without --fetch, --ocsp or --aia there is none."""
    policy: str
    """Whose rules decided: openssl, rfc5280, webpki, all, or a stack's name."""
    forecasts: tuple[Forecast, ...]
    """What the policies that were not asked for would say; empty where the path does not hold."""
    other_paths: tuple[OtherPath, ...]
    """The other paths to a trusted certificate."""
    stacks: tuple[StackVerdict, ...]
    """Who would accept the chain and who refuse it; empty for what is neither a server nor a client."""


def verify(
    chain: Sequence[str],
    trust: Trust,
    *,
    more: Sequence[str] = (),
    wanted: Sequence[str] = (),
    purpose: Purpose | None = None,
    at: datetime | None = None,
    partial_chain: bool = False,
    wish: Wish = Wish(),  # noqa: B008  # immutable
    aia: bool = False,
    policy: str = Policy.OPENSSL,
    max_depth: int | None = None,
) -> tuple[Verified, Report]:
    """Verify the certificates of the files in chain (leaf first; an identity's folder will do) and in more.

    Without a purpose it is the one that the leaf allows, else server; without a time it is now. What cannot be read
    stops it: nothing is trusted, and no CRL left out, because something failed. wish: how revocation is looked up.
    aia: fetch the intermediates that are missing. Without these two nothing is asked of the network. policy: whose
    rules decide. max_depth: CAs allowed between leaf and root. What more names is at hand alone, but for a file where
    CHAIN is the leaf and nothing else: web servers take the two as one chain.
    """
    _one_stdin([*chain, *more, *wish.crls, *wish.responses, *trust.cas])
    asked = tuple(names.parse(word) for word in wanted)
    with _quiet():
        # 1. What the words name.
        held = verify_files.read(chain, more, trust)
        sources = revocation.at_hand(wish, trust.cas)
        stated = purpose or purpose_of(held.presented)
        # 2. The verdict; with what the network adds to it, where that was asked for.
        question = _Question(stated or Purpose.SERVER, at or clock.now(), asked, partial_chain, policy, max_depth)
        file = verify_files.chain_file(chain[0])
        found, sources, fetched, notes = _answer(question, held, sources, wish, aia=aia, file=file)
        # 3. How it is told.
        said = [*found.report.findings, *held.notes, *notes]
        if any(finding.hint for finding in said):
            from mtlsctl.workflows import hints  # what holds without a word needs none

            typed, read = _typed(chain, trust, more), [*map(verify_files.chain_file, chain)]
            later = question.at > clock.now()
            scene = hints.Scene(read, typed, more, held.presented, wanted, held.roots, later=later)
            said = scene.worded(said, found.path, anchored=found.anchored)
        verified = Verified(
            subject=found.report.subject,
            purpose=question.purpose,
            purpose_from="option" if purpose else "eku" if stated else "default",
            at=question.at,
            trusted=trust.words,
            names=tuple(names.plain(name) for name in asked),
            anchored=found.anchored,
            path=tuple(certificate_facts(c) for c in found.path),
            engines=found.engines,
            revocation=revocation.summary(found.revocation, sources),
            revocation_status=found.revocation,
            fetched=fetched,
            policy=policy,
            forecasts=found.forecasts,
            other_paths=tuple(_other(one) for one in found.others),
            stacks=found.stacks,
        )
    findings = sorted(said, key=lambda f: -f.verdict.rank)
    return verified, Report(found.report.subject, tuple(findings))


class _Question(NamedTuple):
    """What is asked of a chain."""

    purpose: Purpose
    at: datetime
    names: tuple[x509.GeneralName, ...]
    partial_chain: bool
    policy: str
    max_depth: int | None


def _answer(
    question: _Question, held: Held, sources: Sources, wish: Wish, *, aia: bool, file: str
) -> tuple[Judgement, Sources, tuple[Fetched, ...], list[Finding]]:
    """The verdict, what it rests on, what was fetched for it, and what is to be said of that. file: the leaf's."""

    def verdict(given: Sequence[x509.Certificate], known: Sources) -> Judgement:
        return judge(
            given,
            held.roots,
            purpose=question.purpose,
            at=question.at,
            names=question.names,
            partial_chain=question.partial_chain,
            sources=known,
            policy=question.policy,
            max_depth=question.max_depth,
            found=held.beside,
        )

    if not (aia or wish.online):
        return verdict(held.presented, sources), sources, (), []
    from mtlsctl.workflows import online  # HTTP: only where it was asked for

    done = online.complete(
        verdict, held.presented, held.roots, sources, wish, question.at, aia=aia, partial_chain=question.partial_chain
    )
    notes = done.notes(question.purpose is Purpose.CLIENT, verify_files.pem_file(file))
    return done.found, done.sources, done.fetched, notes


def _typed(chain: Sequence[str], trust: Trust, more: Sequence[str]) -> str:
    """The command, as far as it says what is verified and against what."""
    return " ".join(("mtlsctl verify", words(chain), *trust.options, *(f"--chain {word(one)}" for one in more)))


def _other(one: Other) -> OtherPath:
    subjects = tuple(called(certificate) for certificate in one.path)
    return OtherPath(subjects, tuple(c.fingerprint(SHA256()).hex() for c in one.path), one.fault)


@contextmanager
def _quiet() -> Iterator[None]:
    """Odd serial numbers and the like are findings; the library's own warnings would go between our lines."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CryptographyDeprecationWarning)
        yield


def _one_stdin(words: Sequence[str]) -> None:
    if words.count("-") > 1:
        raise UsageError("standard input (-) can be read once, and it is named twice", "put one of the two in a file")

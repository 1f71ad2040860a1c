"""Prove that a server enforces mutual TLS: show it what it must accept and what it must refuse, once each."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import NamedTuple

from OpenSSL import SSL

from mtlsctl.core import http, impostors, names, openssl, postgres, proof
from mtlsctl.core.admission import Outcome, admission, said, spoken
from mtlsctl.core.diagnose import Ours, diagnose
from mtlsctl.core.endpoint import Endpoint
from mtlsctl.core.findings import Finding, Verdict
from mtlsctl.core.impostors import Kind, Offer, Signed
from mtlsctl.core.observation import Ended, Observation, Stage
from mtlsctl.core.openssl import Identity
from mtlsctl.core.peer import PeerCertificate, describe
from mtlsctl.core.proof import Conclusion, Trial
from mtlsctl.core.tls import TlsSettings, client_context
from mtlsctl.errors import UsageError
from mtlsctl.workflows import clock, probe_papers
from mtlsctl.workflows.once import Seen, Visit, once, wanted
from mtlsctl.workflows.probe_papers import Signer

VERSIONS = ("1.2", "1.3")
AT_ONCE = 3
"""Connections that are open at the same time: a proof is no flood."""


class Wish(NamedTuple):
    """What is to be proved, and with what."""

    visit: Visit
    """Where, how patiently, and what to ask the application."""
    settings: TlsSettings
    """With the good identity, if there is one."""
    trust: str
    """Where the roots come from, in words."""
    versions: tuple[str, ...] = VERSIONS
    signer: Signer | None = None
    """The CA of ours that the server trusts."""
    more: tuple[Offer, ...] = ()
    """The revoked one, and the caller's own."""
    in_full: bool = True
    """Give the certificates themselves along."""


class Spoken(NamedTuple):
    """One version of TLS at the server."""

    version: str
    spoken: bool
    why: str
    """What came in place of a hello; "" where one came."""


class Probe(NamedTuple):
    """All that was tried, and what it proves."""

    endpoint: str
    server_name: str
    address: str
    trust: str
    http: str
    """The path that was asked for after each handshake; "" where none was."""
    login: bool
    """A PostgreSQL login was begun after each handshake, and not gone on with."""
    versions: tuple[Spoken, ...]
    asks_for_certificate: bool
    acceptable_issuers: tuple[str, ...]
    server_certificate: PeerCertificate | None
    signed_by: str
    """The CA of ours that signed some of the offers; "" for none."""
    conclusion: Conclusion
    trials: tuple[Trial, ...]


class _Shown(NamedTuple):
    """One offer that was shown at one version."""

    offer: Offer
    version: str
    context: SSL.Context
    seen: Seen

    @property
    def observation(self) -> Observation:
        """What was seen of it."""
        return self.seen.observation


def question(endpoint: Endpoint, good: Identity | None) -> bytes:
    """What to ask the application where it speaks no HTTP: PostgreSQL, whether the good one's user may log in."""
    if endpoint.starttls != "postgres" and "postgresql" not in endpoint.alpn:
        return b""
    return postgres.startup(names.common_name(good.certificate.subject) if good else impostors.NOBODY)


def probe(wish: Wish) -> tuple[Probe, tuple[Finding, ...]]:
    """Show a server everything, once for each version of TLS. Raises UsageError and InputError for settings.

    The conclusion is UNKNOWN, with a handshake's findings, where the server cannot be reached or does not verify.
    """
    # 1. The good one, else nobody: which versions are spoken, and what is the answer? 2. What else to show. 3. All of
    # it. 4. Sessions that are gone on with. 5. The good one again: were the others refused for what they are?
    good = Offer(Kind.GOOD, _called(wish), wish.settings.identity, let_in=True)
    nobody = Offer(Kind.NONE, impostors.NO_CERTIFICATE)
    firsts = [_show(wish, good if good.identity else nobody, version) for version in wish.versions]  # 1
    there = [first for first in firsts if spoken(first.observation) and first.observation.ended is not Ended.HELD]
    if not there:
        return _nothing(wish, firsts)
    offers, signed = _others(wish, there[0].observation, clock.now())  # 2
    agreed = [first.version for first in there]
    good_answers = {first.version: said(first.observation) if good.identity else None for first in there}
    with probe_papers.recorded(wish.signer, signed):
        able = [offer for offer in offers if not offer.missing and (good.identity or offer.kind is not Kind.NONE)]
        shown = [*there, *_show_all(wish, able, agreed)]  # 3
        shown += _go_on(wish, shown, good_answers)  # 4
        if good.identity:
            again = Offer(Kind.GOOD_AGAIN, "the same, at the end", good.identity, let_in=True)
            shown += [_show(wish, again, version) for version in agreed]  # 5
    at = clock.now()
    mute = [first for first in firsts if first.observation.ended is Ended.TIMEOUT and first not in there]
    trials = [_trial(wish, one, good_answers.get(one.version), at) for one in (*mute, *shown)]
    trials += [_untried(offer) for offer in offers if offer.missing]
    conclusion, findings = proof.conclude(wish.visit.endpoint.text, trials)
    unverified = any(first.observation.verify_errors for first in there)
    return _result(wish, firsts, trials, conclusion), (*findings, *([_unverified(wish)] if unverified else []))


def _unverified(wish: Wish) -> Finding:
    """With --insecure it may have been anybody that all this was tried on."""
    message = f"{wish.visit.endpoint.text} does not verify, and the proof went on as --insecure says"
    return Finding("verify-disabled", Verdict.WARN, message, "see why: mtlsctl handshake with the same options")


def versions(minimum: str, maximum: str) -> tuple[str, ...]:
    """The versions to try within limits, "" for none. Raises UsageError where they leave nothing."""
    chosen = tuple(v for v in VERSIONS if (minimum or v) <= v <= (maximum or v))
    if not chosen:
        raise UsageError(
            f"probe tries TLS {' and '.join(VERSIONS)}: the limits leave none", "leave --tls-min and --tls-max away"
        )
    return chosen


def _called(wish: Wish) -> str:
    """The good certificate's name in a table."""
    if (ours := wish.settings.identity) is None:
        return ""
    shown = describe(ours.certificate, in_full=False)
    return shown.subject or next(iter(shown.names), "the good certificate")


def _show(wish: Wish, offer: Offer, version: str) -> _Shown:
    settings = wish.settings._replace(identity=offer.identity, minimum=version, maximum=version)
    context = client_context(settings)
    return _Shown(offer, version, context, once(context, wish.visit))


def _show_all(wish: Wish, offers: Sequence[Offer], versions: Sequence[str]) -> list[_Shown]:
    """Show every offer, a few at a time, in this order."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        waiting = [pool.submit(_show, wish, offer, version) for offer in offers for version in versions]
        try:
            return [one.result() for one in waiting]
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)  # on Ctrl-C nobody else is shown
            raise


def _others(wish: Wish, seen: Observation, at: datetime) -> tuple[list[Offer], list[Signed]]:
    """Everything but the good one, and what a CA of ours signed for it."""
    good = wish.settings.identity
    like = impostors.model(good, seen.acceptable_issuers)
    offers, signed = list(impostors.strangers(good, like, at)), list[Signed]()
    if wish.signer:
        signed = list(impostors.signed(like, wish.signer.credential, at))
        offers += [offer for offer, _ in signed]
    else:
        ca = probe_papers.signer_of(good)
        offers += impostors.unsigned(
            f"--sign-with {ca or 'NAME'}{'' if ca else ', a CA of yours that the server trusts'}"
        )
    return [*offers, *wish.more], signed


def _go_on(wish: Wish, shown: Sequence[_Shown], good: Mapping[str, str | None]) -> list[_Shown]:
    """Go on with the sessions of the good one, and with nobody's where the handshake was completed with nobody.

    good: the HTTP status that the good one got at each version.
    """
    made = []
    for one in shown:
        kind = {Kind.GOOD: Kind.RESUMED, Kind.NONE: Kind.RESUMED_NONE}.get(one.offer.kind)
        seen, earlier = one.observation, one.seen.session
        completed = seen.stage is Stage.DONE and seen.ended is Ended.OPEN and seen.asked and not seen.verify_errors
        if kind is None or earlier is None or not completed:
            continue
        came = admission(seen, shown=kind is Kind.RESUMED, good=good[one.version])
        if kind is Kind.RESUMED_NONE and came.outcome is Outcome.ACCEPTED:
            continue  # nobody is let in as it is: there is nothing to get around
        met = once(one.context, wish.visit._replace(earlier=earlier))
        made.append(_Shown(Offer(kind, _SESSIONS[kind], one.offer.identity), one.version, one.context, met))
    return made


_SESSIONS = {Kind.RESUMED: "session of the good one", Kind.RESUMED_NONE: "session without a certificate"}


def _trial(wish: Wish, one: _Shown, good: str | None, at: datetime) -> Trial:
    seen, identity, ours = one.observation, one.offer.identity, _ours(wish, one, at)
    expected = proof.expected(one.offer.kind, let_in=one.offer.let_in)
    resuming = one.offer.kind in _SESSIONS
    came = admission(seen, shown=identity is not None, good=good, resuming=resuming)
    return Trial(
        offer=one.offer.kind,
        what=one.offer.what,
        version=one.version,
        expected=expected,
        outcome=came.outcome,
        as_expected=proof.as_wished(expected, came.outcome),
        why=came.why,
        alert=seen.received(),
        http_status=http.status_line(seen.answer) if seen.answer else "",
        resumed=seen.resumed,
        asked=seen.asked,
        # Its diagnosis knows what HTTP says, and no other protocol.
        code=diagnose(seen if wish.visit.http else seen._replace(answer=None), ours).report.findings[0].code,
        certificate=describe(identity.certificate, in_full=wish.in_full) if identity else None,
    )


def _untried(offer: Offer) -> Trial:
    expected = proof.expected(offer.kind, let_in=offer.let_in)
    return Trial(offer.kind, offer.what, "", expected, Outcome.NOT_TRIED, None, offer.missing)


def _ours(wish: Wish, one: _Shown, at: datetime) -> Ours:
    roots = openssl.read(wish.settings.roots)
    return Ours(at, one.offer.identity, roots, wanted(wish.visit.endpoint), wish.visit.lenient, one.version)


def _nothing(wish: Wish, firsts: Sequence[_Shown]) -> tuple[Probe, tuple[Finding, ...]]:
    """Nothing was shown to anybody: what a handshake says of the visit that came furthest is the answer."""
    furthest = max(firsts, key=lambda one: list(Stage).index(one.observation.stage))
    found = diagnose(furthest.observation, _ours(wish, furthest, clock.now())).report.findings
    return _result(wish, firsts, [], Conclusion.UNKNOWN), found


def _result(wish: Wish, firsts: Sequence[_Shown], trials: Sequence[Trial], conclusion: Conclusion) -> Probe:
    seen = next((one.observation for one in firsts if spoken(one.observation)), firsts[0].observation)
    endpoint = wish.visit.endpoint
    return Probe(
        endpoint=endpoint.text,
        server_name=endpoint.server_name,
        address=firsts[0].seen.attempt.address,
        trust=wish.trust,
        http=wish.visit.http,
        login=bool(wish.visit.question),
        versions=tuple(_spoken(one) for one in firsts),
        asks_for_certificate=any(one.observation.asked for one in firsts),
        acceptable_issuers=tuple(names.dn(name) for name in seen.acceptable_issuers),
        server_certificate=describe(seen.peer_chain[0], in_full=wish.in_full) if seen.peer_chain else None,
        signed_by=wish.signer.ca.name if wish.signer else "",
        conclusion=conclusion,
        trials=tuple(trials),
    )


def _spoken(one: _Shown) -> Spoken:
    seen = one.observation
    why = "" if spoken(seen) else admission(seen, shown=False).why
    return Spoken(one.version, spoken(seen), why)

"""Trials to a proof: what got in that should not, what could not be told, and what was not tried."""

from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from typing import NamedTuple

from mtlsctl.core.admission import Outcome
from mtlsctl.core.findings import Finding, Verdict, Whose
from mtlsctl.core.impostors import Kind
from mtlsctl.core.peer import PeerCertificate


class Expected(StrEnum):
    """What a server that enforces mutual TLS does with an offer."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    EITHER = "either"
    """No proof of anything, and good to know."""


class Trial(NamedTuple):
    """One offer at one version of TLS, and what came of it."""

    offer: Kind
    what: str
    """As a table names it."""
    version: str
    """`1.2` or `1.3`; "" where it was not tried."""
    expected: Expected
    outcome: Outcome
    as_expected: bool | None
    """None where nothing was proved."""
    why: str
    """`alert 48`, `HTTP 400`; the reason where it was not tried."""
    alert: int | None = None
    http_status: str = ""
    resumed: bool = False
    asked: bool = False
    """The server asked for a certificate."""
    code: str = ""
    """What a handshake's diagnosis says first: the likely cause of a refusal."""
    certificate: PeerCertificate | None = None


class Conclusion(StrEnum):
    """The answer."""

    ENFORCED = "enforced"
    """The good certificate got in, and nothing else that was tried."""
    LET_IN = "let-in"
    """Something got in that must not."""
    UNKNOWN = "unknown"
    """It could not be told."""


REFUSALS = (Outcome.REFUSED, Outcome.REFUSED_BY_APP)
_EXPECTED = {Kind.GOOD: Expected.ACCEPTED, Kind.GOOD_AGAIN: Expected.ACCEPTED, Kind.RESUMED: Expected.EITHER}

_NGINX = "nginx: ssl_verify_client on; Apache: SSLVerifyClient require; HAProxy: verify required"
_TRUST = f"verify against your CA: {_NGINX}; in code, an answer of 'yes' to every certificate must go"
# What got in, the code that names it, and what to change. Worst first.
_LET_IN: dict[Kind, tuple[str, str]] = {
    Kind.NONE: ("probe-no-cert-accepted", f"demand a certificate of everybody: {_NGINX}"),
    Kind.RESUMED_NONE: (
        "probe-resumption-accepted",
        "give each virtual host sessions of its own; Node: demand getPeerCertificate().raw, not authorized alone",
    ),
    Kind.SELF_SIGNED: ("probe-stranger-accepted", _TRUST),
    Kind.NAMESAKE: ("probe-stranger-accepted", _TRUST),
    Kind.STOLEN: ("probe-stolen-accepted", "update the server's TLS library: it does not check CertificateVerify"),
    Kind.LEAF_AS_CA: (
        "probe-leaf-as-ca-accepted",
        "the verifier must look at basicConstraints: update it, or use the TLS library's own",
    ),
    Kind.EXPIRED: ("probe-expired-accepted", "leave the check of dates on, and keep the server's clock right"),
    Kind.NOT_YET_VALID: (
        "probe-not-yet-valid-accepted",
        "leave the check of dates on, and keep the server's clock right",
    ),
    Kind.WRONG_EKU: ("probe-wrong-eku-accepted", "have the server demand the extended key usage clientAuth"),
    Kind.REVOKED: (
        "probe-revoked-accepted",
        "have the server read the CRL, and reload it: mtlsctl crl --out crl.pem; nginx: ssl_crl crl.pem",
    ),
    Kind.EXTRA: ("probe-extra-accepted", "look at what the server's rules say of this certificate"),
}


def expected(kind: Kind, *, let_in: bool = False) -> Expected:
    """What must come of an offer. let_in: one of the caller's own that must get in."""
    return Expected.ACCEPTED if let_in else _EXPECTED.get(kind, Expected.REFUSED)


def as_wished(wish: Expected, outcome: Outcome) -> bool | None:
    """Whether an outcome is the one that is wanted; None where it proves nothing.

    Where TLS took it and the application was not asked: who must get in is in, as far as is known; who must not, is not
    out.
    """
    if wish is Expected.EITHER or outcome in (Outcome.UNCLEAR, Outcome.NOT_TRIED):
        return None
    if outcome is Outcome.TLS_ONLY:
        return True if wish is Expected.ACCEPTED else None
    return (outcome in REFUSALS) is (wish is Expected.REFUSED)


def conclude(peer: str, trials: Sequence[Trial]) -> tuple[Conclusion, tuple[Finding, ...]]:
    """The answer, with the findings that make it: what got in first. peer: the server as host:port."""
    # 1. What got in. 2. Whether the good one did: without it a refusal proves nothing. 3. What could not be told.
    # 4. All is well, as far as it was tried. 5. What is good to know.
    wrong = list(_intruders(peer, trials))  # 1
    doubts = [*_good_one(peer, trials), *_untold(peer, trials)]  # 2, 3
    known = [*_sessions(peer, trials), *_missing(trials)]  # 5
    if wrong:
        return Conclusion.LET_IN, (*wrong, *(_softer(f) for f in doubts), *known)
    if doubts:
        return Conclusion.UNKNOWN, (*doubts, *known)
    return Conclusion.ENFORCED, (_enforced(peer, trials), *known)  # 4


def _intruders(peer: str, trials: Sequence[Trial]) -> Iterator[Finding]:
    """One finding for each code, with all that stands behind it; one alone where the server asks nobody."""
    let_in = [t for t in trials if t.expected is Expected.REFUSED and t.outcome is Outcome.ACCEPTED]
    tried = [t for t in trials if t.outcome is not Outcome.NOT_TRIED and not t.resumed]
    if any(t.offer is Kind.NONE for t in let_in) and not any(t.asked for t in tried):
        yield Finding(
            "probe-never-asks",
            Verdict.FAIL,
            f"{peer} asks nobody for a certificate: everybody gets in",
            f"have it ask: {_NGINX}; look whether this port is the one that was meant",
            Whose.PEER,
        )
        return
    follows = any(t.offer in _STRANGERS for t in let_in)
    for code, hint in dict.fromkeys(_LET_IN.values()):
        if found := [t for t in let_in if _LET_IN[t.offer][0] == code]:
            said = "" if follows and all(t.offer in _CHECKED_BY_CHAIN for t in found) else hint
            yield Finding(code, Verdict.FAIL, f"{peer} let in {_listed(found)}", said, Whose.PEER)


_STRANGERS = (Kind.SELF_SIGNED, Kind.NAMESAKE)
_CHECKED_BY_CHAIN = (Kind.LEAF_AS_CA, Kind.EXPIRED, Kind.NOT_YET_VALID, Kind.WRONG_EKU, Kind.REVOKED)
"""What gets in as well where no chain is verified at all: it needs no hint of its own."""


def _listed(trials: Iterable[Trial]) -> str:
    """`clients without a certificate (TLS 1.2 and 1.3, HTTP 200)`, one for each offer."""
    by_offer: dict[str, list[Trial]] = {}
    for t in trials:
        by_offer.setdefault(_named(t), []).append(t)
    return "; ".join(f"{what} ({_where(found)})" for what, found in by_offer.items())


def _where(trials: Sequence[Trial]) -> str:
    """`TLS 1.2 and 1.3, HTTP 200`; where the versions differ, `TLS 1.2, HTTP 200; TLS 1.3, HTTP 302`."""
    by_reason: dict[str, list[str]] = {}
    for t in trials:
        by_reason.setdefault("" if t.outcome is Outcome.TLS_ONLY else f", {t.why}", []).append(t.version)
    return "; ".join(f"TLS {' and '.join(versions)}{why}" for why, versions in by_reason.items())


_PHRASES = {
    Kind.NONE: "clients without a certificate",
    Kind.SELF_SIGNED: "a self-signed certificate",
    Kind.NAMESAKE: "a certificate from another CA of the same name",
    Kind.STOLEN: "a stolen certificate without its key",
    Kind.LEAF_AS_CA: "a certificate that a client signed with its own leaf",
    Kind.EXPIRED: "an expired certificate",
    Kind.NOT_YET_VALID: "a certificate that is not valid yet",
    Kind.WRONG_EKU: "a certificate for servers only",
    Kind.REVOKED: "a revoked certificate",
    Kind.RESUMED_NONE: "a resumed session that was made without a certificate",
}


def _named(trial: Trial) -> str:
    return _PHRASES.get(trial.offer, trial.what)


def _good_one(peer: str, trials: Sequence[Trial]) -> Iterator[Finding]:
    """Without a good certificate that gets in, the refusals of others may have any reason."""
    shown = [t for t in trials if t.offer in (Kind.GOOD, Kind.GOOD_AGAIN)]
    if not shown:
        message = f"{peer}: no good certificate was given: a server that refuses everybody would look the same"
        yield Finding(
            "probe-no-good", Verdict.FAIL, message, "pass one that must get in: --identity FOLDER", Whose.OURS
        )
    wanted = [t for t in trials if t.expected is Expected.ACCEPTED and t.as_expected is not True]
    for t in wanted:
        cause = f", {t.code}" if t.code and t.outcome in REFUSALS and t.code != "ok" else ""
        whom = "the good certificate, at the end," if t.offer is Kind.GOOD_AGAIN else t.what
        message = f"{peer} did not let {whom} in (TLS {t.version}, {t.why}{cause}), which must get in"
        hint = "see why: mtlsctl handshake with the same options"
        if t.outcome is Outcome.REFUSED_BY_APP:
            hint += "; or ask for a page that this client may read: --http PATH"
        yield Finding("probe-good-refused", Verdict.FAIL, message, hint)


def _untold(peer: str, trials: Sequence[Trial]) -> Iterator[Finding]:
    """Offers that were neither refused nor let in for certain."""
    others = [t for t in trials if t.expected is Expected.REFUSED]
    if all(t.outcome is Outcome.NOT_TRIED for t in others):
        yield Finding("probe-no-answer", Verdict.FAIL, f"{peer}: nothing that must be refused was shown")
    if taken := [t for t in others if t.outcome is Outcome.TLS_ONLY]:
        message = f"{peer} completed the handshake with {_listed(taken)}, and what the application says is not known"
        hint = (
            "ask it: --http PATH; where it speaks no HTTP, TLS itself must refuse: a server that does completes no such"
        )
        hint += " handshake"
        if any(t.offer is Kind.REVOKED for t in taken):
            hint += f"\n{_LET_IN[Kind.REVOKED][1]}"
        yield Finding("probe-application-not-asked", Verdict.FAIL, message, hint, Whose.PEER)
    if unclear := [t for t in others if t.outcome is Outcome.UNCLEAR]:
        yield Finding(
            "probe-no-answer",
            Verdict.FAIL,
            f"{peer}: no verdict on {_listed(unclear)}",
            "try again, with more time: --timeout 30; the server's log may say what happened",
        )


def _softer(finding: Finding) -> Finding:
    """A doubt, where it is certain already that somebody got in."""
    return finding._replace(verdict=Verdict.WARN)


def _enforced(peer: str, trials: Sequence[Trial]) -> Finding:
    refused = [t for t in trials if t.expected is Expected.REFUSED and t.as_expected]
    versions = " and ".join(dict.fromkeys(f"TLS {t.version}" for t in trials if t.version))
    return Finding(
        "probe-enforced",
        Verdict.OK,
        f"{peer} let the good certificate in and refused {len({t.what for t in refused})} others ({versions})",
    )


def _sessions(peer: str, trials: Sequence[Trial]) -> Iterator[Finding]:
    """What a resumed session means: nobody looks at the certificate again."""
    found = [t for t in trials if t.offer is Kind.RESUMED]
    if broken := [t for t in found if t.outcome is Outcome.REFUSED]:
        yield Finding(
            "resumption-refused",
            Verdict.WARN,
            f"{peer} refused a session of the good certificate that was gone on with ({broken[0].why}): each second"
            " connection of a client fails",
            "set the session id context in the server: SSL_CTX_set_session_id_context; or switch resumption off",
            Whose.PEER,
        )
    if any(t.resumed and t.outcome in (Outcome.ACCEPTED, Outcome.TLS_ONLY) for t in found):
        yield Finding(
            "probe-resumed",
            Verdict.NOTE,
            f"{peer} goes on with a good client's session without asking for its certificate again: who is revoked"
            " meanwhile may stay in until the session ends",
            "keep sessions short, such as nginx: ssl_session_timeout 10m, or switch them off",
        )


def _missing(trials: Sequence[Trial]) -> Iterator[Finding]:
    """What was not tried, so that everybody sees how far the proof goes."""
    reasons: dict[str, list[str]] = {}
    for t in trials:
        if t.outcome is Outcome.NOT_TRIED:
            reasons.setdefault(t.why, []).append(t.what)
    if reasons:
        listed = ", ".join(what for found in reasons.values() for what in found)
        hints = "\n".join(f"{', '.join(what)}: {why}" for why, what in reasons.items())
        yield Finding("probe-incomplete", Verdict.NOTE, f"not tried, and so not proved: {listed}", hints)

"""A handshake in which nobody said no: what was agreed on, and what is to be said beside."""

from collections.abc import Iterable
from datetime import timedelta

from mtlsctl.core.diagnose import Confidence, Diagnosis, Ours, RefusedBy, answer, leads, plain, server_refused, subject
from mtlsctl.core.findings import Finding, Verdict, Whose
from mtlsctl.core.observation import Observation, version_words
from mtlsctl.core.unreadable import UNREADABLE

SOON = timedelta(days=14)
"""Before the end of a certificate: who renews at two thirds of 90 days has renewed by then."""


def accepted(seen: Observation, ours: Ours) -> Diagnosis:
    """The handshake is complete, and nobody said no."""
    doubtful = list(_doubtful(seen, ours))
    found = [
        _ok(seen, ours, " so far" if doubtful else ""),
        *doubtful,
        *_notes(seen, ours),
        *_expiring(seen, ours),
        *_stapled(seen, ours),
        *_portable(seen, ours),
    ]
    if seen.verify_errors:
        problems = server_refused(seen, ours).report.findings
        found[0:1] = [_disabled(seen), *(f._replace(verdict=_at_most_warn(f.verdict)) for f in problems)]
    # A server that asks may judge once the handshake is over, and take its time, even behind a greeting: only its
    # answer to a request tells.
    sure = Confidence.CERTAIN if seen.confirmed and not (doubtful or seen.asked) else Confidence.LIKELY
    return answer(seen, found, RefusedBy.NOBODY, sure)


def _at_most_warn(verdict: Verdict) -> Verdict:
    return Verdict.WARN if verdict is Verdict.FAIL else verdict


def _ok(seen: Observation, ours: Ours, so_far: str) -> Finding:
    """What is known: a server may take any certificate in the handshake and judge it afterwards, as nginx does."""
    agreed = f"{seen.peer} and this client agreed on {version_words(seen.version)}"
    if seen.asked_late:
        agreed += "; it asked for a certificate once it knew the request, which TLS 1.3 clients seldom allow"
    if seen.sent and ours.credential and seen.confirmed:
        agreed += f"; our certificate {subject(ours.credential.certificate)} was sent and not refused{so_far}"
    elif seen.asked and not seen.confirmed:
        agreed += "; it asked for a certificate, and sent neither a session ticket nor an alert since"
        agreed += f": {seen.detail}" if seen.detail else ""
    return Finding("ok", Verdict.OK, agreed)


def _disabled(seen: Observation) -> Finding:
    return Finding(
        "verify-disabled",
        Verdict.WARN,
        f"{seen.peer} does not verify, and the handshake went on as --insecure says",
        "leave --insecure away once the server is put right",
    )


def _later(seen: Observation) -> str:
    """Where to look for a refusal that comes after the handshake."""
    other = seen.approach is not None or seen.unasked
    return "its log tells, or a login" if other else "see with --http /, or in its log"


def _doubtful(seen: Observation, ours: Ours) -> Iterable[Finding]:
    """Our certificate was taken, and something is wrong with it: the server may judge later, in its own protocol."""
    from mtlsctl.core import quicklook

    if not (seen.sent and ours.credential):
        return
    sound = ours.sound
    if sound is None:
        sound = quicklook.sound(ours.credential, ours.roots, ours.anchors, ours.at)
    if sound and leads(seen, ours.credential):
        return
    from mtlsctl.core.diagnose_ours import our_faults  # not for a good handshake

    hint = f"the server may refuse in its own protocol: {_later(seen)}"
    verdict = Verdict.WARN
    for fault in our_faults(seen, ours, ours.credential)[:3]:
        message = f"our certificate {subject(ours.credential.certificate)}: {plain(fault, ours.credential)}"
        yield Finding(fault.code, verdict, message, hint, Whose.OURS)
        verdict = Verdict.NOTE


def _portable(seen: Observation, ours: Ours) -> Iterable[Finding]:
    """What others would not take of the server's chain, and what is wrong with the way it is sent."""
    from mtlsctl.core import quicklook

    if not seen.peer_chain or seen.verify_errors or quicklook.ordinary(seen.peer_chain):
        return
    from mtlsctl.core.judge import chain_findings  # not for a good handshake

    for found in chain_findings(seen.peer_chain, ours.roots, False, ours.at, ours.wanted):
        if found.verdict in (Verdict.NOTE, Verdict.WARN) and found.code != "expires-soon":
            yield found


def _stapled(seen: Observation, ours: Ours) -> Iterable[Finding]:
    """What is to be said of the OCSP staple; of a server that does not verify it is said with the rest."""
    if seen.staple is None or seen.verify_errors:
        return ()
    from mtlsctl.core.judge import of_staple  # only with --staple

    return of_staple(seen, ours.roots, ours.at, ours.crls)


def _notes(seen: Observation, ours: Ours) -> Iterable[Finding]:
    """A word about certificates that were not asked for, not needed, or not sent."""
    if ours.credential and not seen.asked and not seen.resumed:
        yield Finding(
            "client-cert-not-requested",
            Verdict.NOTE,
            f"{seen.peer} did not ask for a certificate: ours was not shown to it",
            "it may ask later, inside the application's protocol; or it does no mutual TLS here",
        )
    if seen.asked and not ours.credential and seen.confirmed:
        yield Finding(
            "client-cert-optional",
            Verdict.NOTE,
            f"{seen.peer} asked for a certificate and went on without one",
            f"the application may still refuse: {_later(seen)}",
        )
    if seen.version in ("TLSv1", "TLSv1.1"):
        yield Finding(
            "protocol-version",
            Verdict.WARN,
            f"{seen.peer} agreed on {version_words(seen.version)}, which is broken and forbidden (RFC 8996)",
            "update the server: TLS 1.2 or 1.3; then leave --tls-min away",
            Whose.PEER,
        )
    if seen.asked and ours.credential and not seen.sent:
        from mtlsctl.core.diagnose_unsent import unsent  # it decodes the conversation

        yield unsent(seen, ours.credential, Verdict.WARN)[0]


def _expiring(seen: Observation, ours: Ours) -> Iterable[Finding]:
    """The leaves, theirs and ours, that end soon: within 14 days, or the last fifth of a shorter life."""
    leaves = [("the server's certificate", Whose.PEER, leaf) for leaf in seen.peer_chain[:1]]
    if ours.credential and seen.sent:
        leaves.append(("our certificate", Whose.OURS, ours.credential.certificate))
    for what, whose, leaf in leaves:
        try:
            start, end = leaf.not_valid_before_utc, leaf.not_valid_after_utc
        except UNREADABLE:
            continue  # a stranger's, let in by --insecure
        if timedelta(0) < end - ours.at < min(SOON, (end - start) / 5):
            message = f"{what} {subject(leaf)} expires {end:%Y-%m-%d %H:%M} UTC"
            yield Finding("expires-soon", Verdict.WARN, message, "renew it: mtlsctl renew", whose)

"""Observation to Diagnosis: what happened, who refused, and what to do; at a client's end."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from cryptography import x509
from OpenSSL import crypto

from mtlsctl.core import alerts, names
from mtlsctl.core.findings import Finding, Report, Verdict, Whose
from mtlsctl.core.observation import Ended, Observation, Role, Stage, version_words
from mtlsctl.core.openssl import Identity
from mtlsctl.core.unreadable import UNREADABLE


class RefusedBy(StrEnum):
    """Who said no."""

    NOBODY = "nobody"
    CLIENT = "client"
    SERVER = "server"
    APP = "app"
    NETWORK = "network"
    LOCAL = "local"


class Confidence(StrEnum):
    """How sure the first finding is: CERTAIN when one cause fits all the evidence."""

    CERTAIN = "certain"
    LIKELY = "likely"
    UNKNOWN = "unknown"


class Ours(NamedTuple):
    """What our end brought to the connection, and when it was."""

    at: datetime
    credential: Identity | None = None
    roots: tuple[x509.Certificate, ...] = ()
    wanted: x509.GeneralName | None = None
    """The name that the server's certificate must have; None: not checked."""
    lenient: bool = False
    """Asked for by name: a server that does not verify is talked to all the same."""
    maximum: str = ""
    """The highest version of TLS offered; "" where it was not limited."""
    minimum: str = ""
    alpn: tuple[str, ...] = ()
    limits: frozenset[str] = frozenset()
    """What was limited by name: `ciphers`, `groups`, `sigalgs`."""
    crls: tuple[x509.CertificateRevocationList, ...] = ()
    anchors: tuple[crypto.X509, ...] = ()
    """The roots as OpenSSL holds them, in their order; () where they are not at hand."""
    staple: bool = False
    """An OCSP response was asked for (RFC 6066, 8)."""
    sound: bool | None = None
    """What core/quicklook.py says of our certificate, where it was asked before."""

    @property
    def limited(self) -> bool:
        """True where less was offered than the library has by default."""
        return bool(self.limits or self.minimum or self.maximum)


class Diagnosis(NamedTuple):
    """The answer: findings with the root cause first, who refused, and how sure that is."""

    report: Report
    refused_by: RefusedBy
    confidence: Confidence


SOON = timedelta(days=14)


def diagnose(seen: Observation, ours: Ours) -> Diagnosis:
    """What happened on a connection that we made as a client."""
    # 1. The network, a proxy, STARTTLS. 2. No hello, or not TLS. 3. The server does not verify. 4. Somebody gave
    # up. 5. All is well for TLS. 6. The application says no.
    if seen.stage in (Stage.RESOLVE, Stage.CONNECT):  # 1
        from mtlsctl.core.diagnose_failure import network

        return network(seen)
    if seen.stage is Stage.APPROACH and seen.approach is not None:  # 1
        from mtlsctl.core.diagnose_approach import before_tls

        return before_tls(seen, seen.approach)
    if seen.stage is Stage.HELLO:  # 2
        from mtlsctl.core.diagnose_failure import before_hello

        return before_hello(seen, ours)
    if seen.verify_errors and not ours.lenient:  # 3
        return server_refused(seen, ours)
    answered = (seen.answer or b"").startswith(b"HTTP/")
    if seen.stage is not Stage.DONE or (seen.refused and not answered) or seen.ended is Ended.ERROR:  # 4
        from mtlsctl.core.diagnose_failure import failed

        return failed(seen, ours)
    if seen.answer is None and not seen.unasked:
        return accepted(seen, ours)  # 5
    if seen.answer is None:
        from mtlsctl.core.diagnose_words import greeted

        return greeted(seen, ours, accepted(seen, ours))  # 6
    from mtlsctl.core.diagnose_app import application

    return application(seen, ours, accepted(seen, ours))  # 6


def answer(seen: Observation, found: Iterable[Finding], who: RefusedBy, how: Confidence) -> Diagnosis:
    """A Diagnosis about the peer of an observation."""
    return Diagnosis(Report(seen.peer, tuple(found)), who, how)


def server_refused(seen: Observation, ours: Ours) -> Diagnosis:
    """We refuse the server: its chain does not verify, or not for this name."""
    found, how = peer_faults(seen, ours)
    return answer(seen, found, RefusedBy.CLIENT, how)


def peer_faults(seen: Observation, ours: Ours) -> tuple[list[Finding], Confidence]:
    """What is wrong with the peer's chain. We checked it ourselves: certain, unless the chain leaves two causes."""
    from mtlsctl.core.judge import judge, sure  # only where something is wrong

    found = [f for f in judge(seen, ours.roots, ours.wanted, ours.at, ours.crls) if f.verdict is not Verdict.OK]
    known = (*ours.roots, *(ours.credential.chain if ours.credential else ()))
    leaf = seen.peer_chain[0] if seen.peer_chain else None
    if better := _behind_it(found, seen, ours):
        return [better, *found], Confidence.LIKELY
    if seen.role is Role.CLIENT and found and found[0].code in ("server-untrusted-root", "server-bad-signature"):
        from mtlsctl.core.peer_trust import second_look

        found, steady = second_look(found, seen, ours)
        if not steady:
            return found, Confidence.LIKELY
    return found, Confidence.CERTAIN if sure(found, leaf, known) else Confidence.LIKELY


def _behind_it(found: list[Finding], seen: Observation, ours: Ours) -> Finding | None:
    """What explains the first fault of a server's chain: our own clock, or something that opens TLS on its way."""
    code = found[0].code if found and seen.role is Role.CLIENT else ""
    if code.endswith("cert-not-yet-valid"):
        from mtlsctl.core import skew  # only where something is wrong

        credential = ours.credential
        kept = (*ours.roots, *((credential.certificate, *credential.chain) if credential else ()))
        return skew.ours_behind(seen.peer_chain, kept, ours.at)
    if code in ("server-untrusted-root", "server-missing-intermediate", "server-self-signed"):
        from mtlsctl.core import interception  # only where something is wrong

        return interception.finding(seen.peer_chain)
    return None


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


def leads(seen: Observation, credential: Identity) -> bool:
    """True when our chain reaches one of the CAs that the server listed (RFC 8446, 4.2.4), or it listed none.

    A leaf that is itself on the list, as stunnel lists those that it pins, was meant when it is let in.
    """
    listed, chain = set(seen.acceptable_issuers), (credential.certificate, *credential.chain)
    pinned = not seen.refused and chain[0].subject in listed
    return not listed or pinned or any(c.issuer in listed for c in chain) or any(c.subject in listed for c in chain[1:])


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


def subject(certificate: x509.Certificate) -> str:
    """A certificate's subject, or what stands for it in messages."""
    try:
        return names.dn(certificate.subject) or "with an empty subject"
    except UNREADABLE:  # a stranger's, let in by --insecure
        return "with a subject that cannot be read"


def plain(fault: Finding, credential: Identity) -> str:
    """A fault of our leaf as it is said behind the leaf's name."""
    return fault.message.removeprefix(f"{subject(credential.certificate)}: ")


def alert_words(number: int) -> str:
    """An alert as messages name it: `alert 48 (unknown_ca)`."""
    return f"alert {number} ({alerts.name(number)})"

"""Observation to Diagnosis: what happened, who refused, and what to do; at a client's end."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from cryptography import x509
from OpenSSL import crypto

from mtlsctl.core import alerts, names
from mtlsctl.core.findings import Finding, Report, Verdict
from mtlsctl.core.observation import Ended, Observation, Role, Stage
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
    from mtlsctl.core.diagnose_accepted import accepted  # it is made of what stands here

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


def leads(seen: Observation, credential: Identity) -> bool:
    """True when our chain reaches one of the CAs that the server listed (RFC 8446, 4.2.4), or it listed none.

    A leaf that is itself on the list, as stunnel lists those that it pins, was meant when it is let in.
    """
    listed, chain = set(seen.acceptable_issuers), (credential.certificate, *credential.chain)
    pinned = not seen.refused and chain[0].subject in listed
    return not listed or pinned or any(c.issuer in listed for c in chain) or any(c.subject in listed for c in chain[1:])


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

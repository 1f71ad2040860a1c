"""Who would refuse this client, and why: for a server that lets it in, or did not have to ask."""

from collections.abc import Iterator
from typing import NamedTuple

from mtlsctl.core import portability
from mtlsctl.core.diagnose import Ours, peer_faults
from mtlsctl.core.diagnose_client import for_a_server, required
from mtlsctl.core.findings import Finding, Verdict
from mtlsctl.core.looks import Purpose
from mtlsctl.core.observation import Observation
from mtlsctl.core.unreadable import UNREADABLE
from mtlsctl.core.verify import judge


class Refusal(NamedTuple):
    """One reason, and the servers that it counts for."""

    code: str
    message: str
    hint: str
    who: tuple[str, ...]


_OPENSSL = "OpenSSL (nginx, Apache, HAProxy, Python, Node)"
_ALL = (_OPENSSL, "Go", "Java", "GnuTLS", "rustls", "BoringSSL (gRPC)")

# Measured on ten servers, each with the same defects; what is not here is refused by all of them.
_ACCEPT = {
    "client-cert-wrong-eku": ("GnuTLS",),
    "client-cert-weak-key": ("Go", "Java", "GnuTLS", "BoringSSL (gRPC)"),
    "client-cert-weak-signature": ("Java", "BoringSSL (gRPC)"),
}
_ONLY = {
    "client-cert-required": ("every server that demands a certificate",),
    "client-cert-revoked": ("every server that reads this CRL",),
    "client-cert-revocation-unknown": ("every server that demands a good CRL, as nginx and HAProxy do",),
    "client-cert-invalid": (),
}


def who_refuses(code: str) -> tuple[str, ...]:
    """The server stacks that refuse a client for what a code says."""
    return _ONLY[code] if code in _ONLY else tuple(s for s in _ALL if s not in _ACCEPT.get(code, ()))


def refusals(seen: Observation, ours: Ours, demanded: bool) -> tuple[Refusal, ...]:
    """Why servers would refuse the client of an observation made as a server; the worst first.

    demanded: this server wants a certificate of everybody, or would if it were not lenient.
    """
    if not seen.sent:
        return (_by_finding(required(seen, "")),) if demanded else ()
    faults = [f for f in peer_faults(seen, ours)[0] if f.verdict is Verdict.FAIL] if seen.verify_errors else []
    return tuple(_by_finding(for_a_server(f)) for f in faults) if faults else tuple(_elsewhere(seen, ours))


def _by_finding(found: Finding) -> Refusal:
    return Refusal(found.code, found.message, found.hint, who_refuses(found.code))


def _elsewhere(seen: Observation, ours: Ours) -> Iterator[Refusal]:
    """The stacks that refuse what verified here."""
    if not seen.peer_chain or not ours.roots:
        return
    try:
        found = judge(seen.peer_chain, ours.roots, purpose=Purpose.CLIENT, at=ours.at, partial_chain=True)
    except UNREADABLE:  # OpenSSL took it; the event says what it was
        return
    for doubt in portability.in_common(found.stacks) if found.anchored else ():
        yield Refusal("portability", f"{doubt.name}: {doubt.words}", doubt.hint, doubt.who)

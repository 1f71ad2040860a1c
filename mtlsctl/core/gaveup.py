"""Why our own library stopped in the middle of a handshake: the server's answer is out of our range, or no TLS."""

from collections.abc import Callable
from typing import NamedTuple

from mtlsctl.core import alerts, sniff
from mtlsctl.core.diagnose import Confidence, alert_words
from mtlsctl.core.evidence import Evidence
from mtlsctl.core.findings import Finding, Verdict, Whose
from mtlsctl.core.mismatch import read
from mtlsctl.core.observation import Observation


class _Stopped(NamedTuple):
    """What was seen, and what its messages prove."""

    seen: Observation
    proof: Evidence


def why(seen: Observation) -> tuple[Finding, Confidence]:
    """The finding, and how sure it is."""
    case = _Stopped(seen, read(seen))
    row = next(row for row in _ROWS if row.where(case))
    number = seen.said()
    did = f"this client refuses it: we sent {alert_words(number)}" if number is not None else "this client refuses it"
    message = f"{seen.peer} {row.what(case)}: {did}"
    return Finding(row.code, Verdict.FAIL, message, row.hint, row.whose), row.sure


def _version(case: _Stopped) -> bool:
    return case.seen.said() == alerts.PROTOCOL_VERSION and sniff.is_tls(case.seen.first_bytes)


def _renegotiation(case: _Stopped) -> bool:
    return case.seen.said() == alerts.HANDSHAKE_FAILURE and case.proof.secure_renegotiation is False


def _group(case: _Stopped) -> bool:
    hello = case.proof.server_hello
    return case.seen.said() == alerts.HANDSHAKE_FAILURE and hello is not None and "_DHE_" in hello.cipher_suite


def _scheme(case: _Stopped) -> bool:
    hello, scheme = case.proof.client_hello, case.proof.server_scheme
    return hello is not None and bool(scheme) and scheme not in hello.signature_algorithms


def _suite_of(case: _Stopped) -> str:
    return case.proof.server_hello.cipher_suite if case.proof.server_hello else ""


class _Row(NamedTuple):
    where: Callable[[_Stopped], bool]
    code: str
    what: Callable[[_Stopped], str]
    """What the server did, behind its name."""
    hint: str
    whose: Whose
    sure: Confidence


# What the server answered, and our library did not take; the first row that fits counts.
_ROWS = (
    _Row(
        _version,
        "protocol-version",
        lambda _: "answered with another version of TLS than we offered",
        "allow older versions: --tls-min 1.0",
        Whose.NOBODY,
        Confidence.CERTAIN,
    ),
    _Row(
        _renegotiation,
        "legacy-renegotiation",
        lambda _: "does not know secure renegotiation (RFC 5746)",
        "update the server or the load balancer",
        Whose.PEER,
        Confidence.CERTAIN,
    ),
    _Row(
        _group,
        "no-shared-group",
        lambda case: f"chose {_suite_of(case)} with a Diffie-Hellman group that is too small",
        "give the server a group of 2048 bits or more, or better ECDHE suites",
        Whose.PEER,
        Confidence.LIKELY,
    ),
    _Row(
        _scheme,
        "no-shared-sigalg",
        lambda case: f"signs with {case.proof.server_scheme}, which we did not offer",
        "give it a certificate with another kind of key",
        Whose.PEER,
        Confidence.CERTAIN,
    ),
    _Row(
        lambda case: case.seen.said() == alerts.BAD_CERTIFICATE_STATUS_RESPONSE,
        "staple-unusable",
        lambda _: "stapled what is no OCSP response",
        "have the server fetch a new one, or give it a file that is one, DER",
        Whose.PEER,
        Confidence.CERTAIN,
    ),
    _Row(
        lambda _: True,
        "not-tls",
        lambda _: "answered with what is no proper TLS",
        "the server, or something between that changes the bytes, is old or broken: update it",
        Whose.PEER,
        Confidence.UNKNOWN,
    ),
)

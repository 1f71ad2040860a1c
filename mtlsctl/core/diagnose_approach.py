"""What the way to the server came to, where it did not come to TLS: the proxy refused, or STARTTLS did not succeed."""

from typing import assert_never

from mtlsctl.core.approach import Approach, Refusal
from mtlsctl.core.diagnose import Confidence, Diagnosis, RefusedBy, answer
from mtlsctl.core.findings import Finding, Verdict, Whose
from mtlsctl.core.observation import Ended, Observation
from mtlsctl.core.schemes import PLAIN_PORTS
from mtlsctl.core.starttls import CLIENT_FIRST
from mtlsctl.core.starttls.outcome import Outcome, Result

FAIL = Verdict.FAIL

# RFC 1928, 6; the others are the proxy's own trouble.
_SOCKS_NOT_ALLOWED, _SOCKS_UNREACHED = 2, (3, 4, 5, 6)
_HTTP_UNREACHED = (500, 502, 503, 504)  # 500 is tinyproxy's
_HTTP_LOGIN = (401, 407)  # 401 is tinyproxy's for a login that is wrong


def before_tls(seen: Observation, before: Approach) -> Diagnosis:
    """Stage.APPROACH: connected, and TLS did not begin."""
    if before.refusal is not None:
        return _proxy(seen, before.refusal)
    assert before.result is not None  # Approach.ready is true without one
    return _starttls(seen, before.starttls, before.result)


def _proxy(seen: Observation, no: Refusal) -> Diagnosis:
    """The proxy said no, something else, or nothing."""
    status = f"{no.status} " if no.status and not no.said.startswith(str(no.status)) else ""
    said = f"{status}{no.said}".strip()
    match no.ended:
        case Ended.NO_ADDRESS:
            host = no.server.rpartition(":")[0]
            hint = "let the proxy resolve it: --proxy socks5h://..."
            found = Finding("dns-failure", FAIL, f"{host}: no address for this name: {said}", hint, Whose.NETWORK)
        case Ended.TIMEOUT:
            message = f"the proxy {no.proxy} accepted the connection and said nothing about {no.server}: {said}"
            hint = "check that it is a proxy of this kind; give more time with --timeout"
            found = Finding("handshake-stalled", FAIL, message, hint, Whose.NETWORK)
        case _:
            message = f"the proxy {no.proxy} refused to connect to {no.server}: {said or 'it closed the connection'}"
            hint, whose = _proxy_hint(no)
            found = Finding("proxy-refused", FAIL, message, hint, whose)
    return answer(seen, [found], RefusedBy.NETWORK, Confidence.CERTAIN if no.status else Confidence.LIKELY)


def _proxy_hint(no: Refusal) -> tuple[str, Whose]:
    kind, _, place = no.proxy.partition("://")
    http = kind == "http"
    if (http and no.status in _HTTP_LOGIN) or (not http and "authentication" in no.said.lower()):
        if no.known_here:
            return "check the user and the password for the proxy", Whose.OURS
        return f"it wants a user and a password: --proxy {kind}://USER:PASSWORD@{place}", Whose.OURS
    if no.status in (_HTTP_UNREACHED if http else _SOCKS_UNREACHED):
        return f"the proxy cannot reach {no.server}: check host and port as seen from there", Whose.NETWORK
    if no.status == (403 if http else _SOCKS_NOT_ALLOWED):
        return f"have the proxy allow {no.server}, or go past it: --proxy none", Whose.NETWORK
    return "check that it is a proxy of this kind, and read its log; or go past it: --proxy none", Whose.NETWORK


def _starttls(seen: Observation, protocol: str, result: Result) -> Diagnosis:
    """Plain text was talked, and TLS did not begin."""
    sure, who = Confidence.CERTAIN, RefusedBy.SERVER
    match result.outcome:
        case Outcome.REFUSED:
            message = f"{seen.peer} speaks {protocol} and does not change to TLS: {result.said}"
            hint = "turn TLS on at the server, and give it a certificate; its log says why it is off"
            if protocol.startswith("xmpp") and "host-unknown" in result.said:
                hint = "ask for a domain that it serves: --servername NAME"
            found = Finding("starttls-refused", FAIL, message, hint, Whose.PEER)
        case Outcome.TURNED_AWAY:
            message = f"{seen.peer} speaks {protocol} and turned us away before TLS came up: {result.said}"
            hint = "its log says why: too many connections, an allow-list, a block list"
            found, sure = Finding("starttls-refused", FAIL, message, hint, Whose.PEER), Confidence.LIKELY
        case Outcome.OTHER:
            found = _other(seen, protocol, result)
            sure = Confidence.CERTAIN if result.name else Confidence.LIKELY
        case Outcome.TLS:
            found = implicit(seen, f"{seen.peer} answered with a TLS record, not in {protocol}")
        case Outcome.INJECTED:
            message = f"{seen.peer} went on in plain text where TLS begins: {result.said}"
            hint = "somebody may stand between and put words into the connection; update the server if nobody does"
            found, who = Finding("starttls-injection", FAIL, message, hint, Whose.NETWORK), RefusedBy.CLIENT
        case Outcome.SILENT | Outcome.CLOSED | Outcome.RESET:
            return _nothing(seen, protocol, result)
        case Outcome.READY:
            raise AssertionError("TLS began")  # Approach.ready
        case _:
            assert_never(result.outcome)
    return answer(seen, [found], who, sure)


def _other(seen: Observation, protocol: str, result: Result) -> Finding:
    name = result.name or "something else"
    hint = f"mtlsctl handshake {seen.peer} --starttls {result.starttls}" if result.starttls else "check host and port"
    message = f"{seen.peer} speaks {name}, not {protocol}: {result.said}"
    return Finding("starttls-wrong-protocol", FAIL, message, hint, Whose.OURS)


def implicit(seen: Observation, message: str) -> Finding:
    """The finding that TLS is there from the first byte."""
    hint = f"leave --starttls away: mtlsctl handshake {seen.peer}"
    return Finding("starttls-on-implicit-tls", FAIL, message, hint, Whose.OURS)


def _nothing(seen: Observation, protocol: str, result: Result) -> Diagnosis:
    """Silence or an end."""
    code, how, who = _ENDS[result.outcome]
    if result.spoken:
        when, hint = f"in the middle of {protocol}", "give more time with --timeout; read the server's log"
    elif protocol in CLIENT_FIRST:
        when, hint = f"to our first words in {protocol}", "check that it speaks this protocol; read its log"
    else:
        when = f"where {protocol} greets"
        hint = "it may wait for TLS from the first byte, or for our first words: leave --starttls away, or try"
        hint += f" {', '.join(CLIENT_FIRST)}"
    found = Finding(code, FAIL, f"{seen.peer} {how} {when}, before TLS", hint, Whose.PEER)
    return answer(seen, [found], who, Confidence.UNKNOWN)


_ENDS = {
    Outcome.SILENT: ("handshake-stalled", "says nothing", RefusedBy.NETWORK),
    Outcome.CLOSED: ("connection-closed", "closed the connection", RefusedBy.SERVER),
    Outcome.RESET: ("connection-reset", "reset the connection", RefusedBy.SERVER),
}


def plain_protocol(seen: Observation) -> str:
    """The word of --starttls that a peer's port is known for; "" for any other port."""
    return PLAIN_PORTS.get(port_of(seen.peer), "")


def plain_hint(seen: Observation) -> str:
    """What to type where a server gave no TLS on a port that usually begins in plain text; "" on any other."""
    word = plain_protocol(seen)
    hint = f"port {port_of(seen.peer)} usually begins in {word}: mtlsctl handshake {seen.peer} --starttls {word}"
    return hint if word else ""


def required(seen: Observation) -> Finding:
    """The finding that TLS begins after some words of the port's protocol: it was tried."""
    word = plain_protocol(seen)
    message = f"{seen.peer} gave no answer to TLS at once, and goes on to TLS after the words of {word}"
    hint = f"it needs STARTTLS: mtlsctl handshake {seen.peer} --starttls {word}"
    return Finding("starttls-required", FAIL, message, hint, Whose.OURS)


def port_of(peer: str) -> int:
    """The port of a peer's text; 0 for a Unix socket."""
    port = peer.rpartition(":")[2]
    return int(port) if port.isdigit() else 0

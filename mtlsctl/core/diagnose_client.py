"""Observation to Diagnosis, seen from a server: who came, what it did, and why it was not let in or went away."""

from typing import NamedTuple

from mtlsctl.core import alerts, sniff
from mtlsctl.core.diagnose import Confidence, Diagnosis, Ours, RefusedBy, alert_words, answer, peer_faults, subject
from mtlsctl.core.diagnose_hello import proof
from mtlsctl.core.diagnose_refused_us import our_faults, refused_us
from mtlsctl.core.findings import Finding, Verdict, Whose
from mtlsctl.core.observation import Ended, Observation, Stage
from mtlsctl.core.offered import Said
from mtlsctl.core.tls import Demand, TlsSettings

FAIL = Verdict.FAIL


class Terms(NamedTuple):
    """How this server was reached, what it takes, and what the client said; what is not known is left out."""

    settings: TlsSettings | None = None
    """As wished for: a lenient server asks for less."""
    local: str = ""
    """Our address on this connection."""
    said: Said = Said()


def diagnose_client(seen: Observation, ours: Ours, terms: Terms = Terms()) -> Diagnosis:  # noqa: B008  # immutable
    """What happened on a connection that we accepted as a server."""
    # 1. Its certificate. 2. It is in. 3. It refused us. 4. No TLS. 5. It had no certificate, or nothing in common.
    # 6. It left.
    if seen.verify_errors and not ours.lenient:  # 1
        found, how = peer_faults(seen, ours)
        return answer(seen, map(for_a_server, found), RefusedBy.SERVER, how)
    if seen.stage is Stage.DONE and seen.received() is None:  # 2
        return _let_in(seen, ours, terms)
    if seen.received() is not None:  # 3
        return refused_us(seen, ours, terms.local)
    if seen.stage is Stage.HELLO and not sniff.is_tls(seen.first_bytes):  # 4
        return _not_tls(seen)
    if seen.ended is Ended.ERROR:  # 5
        return _no_agreement(seen, terms)
    return _left(seen, ours, terms.local)  # 6


def without_header(peer: str, why: str, data: bytes) -> Finding:
    """A connection that did not begin with the PROXY header that is demanded."""
    if not data:
        return Finding("proxy-header-missing", Verdict.NOTE, f"{peer} sent no PROXY header: {why}")
    message = f"{peer} sent no PROXY header: {why}; it began with {sniff.printable(data)}"
    hint = "have the load balancer send one (HAProxy: server ... send-proxy-v2), or leave --proxy-protocol away"
    return Finding("proxy-header-missing", FAIL, message, hint, Whose.PEER)


def for_a_server(found: Finding) -> Finding:
    """The finding with the option by which a server is told whom to trust; commands to type keep theirs."""
    lines = (
        line if "mtlsctl " in line else line.replace("--ca FILE", "--client-ca FILE") for line in found.hint.split("\n")
    )
    return found._replace(hint="\n".join(lines))


def _let_in(seen: Observation, ours: Ours, terms: Terms) -> Diagnosis:
    demanded = terms.settings is not None and terms.settings.demand is Demand.REQUIRED
    if ours.lenient and (seen.verify_errors or (demanded and not seen.sent)):
        found = _let_in_all_the_same(seen, ours)
        return answer(seen, found, RefusedBy.NOBODY, Confidence.CERTAIN)
    who = "with a certificate that verifies" if seen.sent else "without a certificate"
    found = [Finding("ok", Verdict.OK, f"{seen.peer} came in {who}")]
    return answer(seen, found, RefusedBy.NOBODY, Confidence.CERTAIN)


def _let_in_all_the_same(seen: Observation, ours: Ours) -> list[Finding]:
    """Lenience says what it did first, then why others would not: in words that never sound like a welcome."""
    message = f"{seen.peer} is not authenticated, and was let in because this server is lenient"
    hint = "leave --lenient away to refuse such clients"
    faults = peer_faults(seen, ours)[0] if seen.verify_errors else [required(seen, "")]
    milder = (for_a_server(f)._replace(verdict=Verdict.WARN) for f in faults if f.verdict is FAIL)
    return [Finding("verify-disabled", Verdict.WARN, message, hint, Whose.OURS), *milder]


def required(seen: Observation, words: str) -> Finding:
    """A client that came without a certificate, where one is demanded. words: which alert we sent, if any."""
    message = f"{seen.peer} sent no client certificate, and one is demanded{f': we sent {words}' if words else ''}"
    hint = (
        "let it present one; one that has a certificate and sends none: Java and Go send only what a CA issued that"
        " this server lists, and OpenSSL leaves a key of a kind away that is not accepted here"
    )
    return Finding("client-cert-required", FAIL, message, hint, Whose.PEER)


def _not_tls(seen: Observation) -> Diagnosis:
    if not seen.first_bytes:
        if seen.ended is Ended.TIMEOUT:
            return _stalled(seen)
        message = f"{seen.peer} connected and left without a word: a health check or a port scan"
        return answer(seen, [Finding("connection-closed", Verdict.NOTE, message)], RefusedBy.NOBODY, Confidence.LIKELY)
    found = _other_protocol(seen, sniff.client_protocol(seen.first_bytes), sniff.printable(seen.first_bytes))
    return answer(seen, [found], RefusedBy.SERVER, Confidence.CERTAIN)


def _other_protocol(seen: Observation, protocol: str, said: str) -> Finding:
    if protocol == "HTTP":
        message = f"{seen.peer} spoke plain HTTP to this TLS port: {said}"
        return Finding("plain-http-port", FAIL, message, "let it use https://", Whose.PEER)
    if protocol == sniff.PROXY:
        message = f"{seen.peer} sent a PROXY header before TLS, and none is expected here: {said}"
        hint = "start the server with --proxy-protocol, or have the load balancer send none"
        return Finding("proxy-header-unexpected", FAIL, message, hint, Whose.OURS)
    return Finding(
        "not-tls", FAIL, f"{seen.peer} spoke {protocol or 'something else'}, not TLS: {said}", "", Whose.PEER
    )


def _no_agreement(seen: Observation, terms: Terms) -> Diagnosis:
    """Our library refused: by the alert that we sent, by the hello, and by whether a certificate had been asked for."""
    number, hello = seen.said(), terms.said.offered
    words = alert_words(number) if number is not None else "no alert"
    # RFC 8446, 4.4.2.4: 116; RFC 5246, 7.4.6: handshake_failure.
    if seen.asked and number in (alerts.CERTIFICATE_REQUIRED, alerts.HANDSHAKE_FAILURE):
        return _ours(seen, required(seen, words), Confidence.CERTAIN)
    if seen.peer_chain and number == alerts.DECRYPT_ERROR:
        return _ours(seen, _without_key(seen, words), Confidence.LIKELY)
    if hello and terms.settings and (found := proof(hello, terms.settings, number)):
        message = f"{seen.peer} and this server: {found.message}: we sent {words}"
        return _ours(seen, found._replace(message=message), Confidence.CERTAIN)
    if number == alerts.PROTOCOL_VERSION:
        message = f"{seen.peer} speaks no version of TLS that is allowed here: we sent {words}"
        found = Finding("protocol-version", FAIL, message, "update it, or allow older ones: --tls-min 1.0", Whose.PEER)
        return _ours(seen, found, Confidence.LIKELY)
    if number == alerts.HANDSHAKE_FAILURE:
        message = f"{seen.peer} and this server have no cipher suite, group or signature in common: we sent {words}"
        found = Finding("no-shared-cipher", FAIL, message, "compare what both offer; our key's kind counts too")
        return _ours(seen, found, Confidence.LIKELY)
    if hello and number is not None:
        message = f"the handshake of {seen.peer} broke: we sent {words}: {alerts.meaning(number)}"
        return _ours(seen, Finding("connection-closed", FAIL, message, "", Whose.PEER), Confidence.UNKNOWN)
    message = f"{seen.peer} sent what cannot be read as TLS: we sent {words}"
    return _ours(seen, Finding("not-tls", FAIL, message, "", Whose.PEER), Confidence.UNKNOWN)


def _without_key(seen: Observation, words: str) -> Finding:
    """Its certificate is good, and what it signed with is not the certificate's key (RFC 8446, 4.4.3)."""
    message = (
        f"{seen.peer} showed {subject(seen.peer_chain[0])} and did not prove that it holds its key: we sent {words}"
    )
    hint = "certificate and key are no pair: mtlsctl inspect shows the public key's SHA-256 of both; or it is stolen"
    return Finding("client-key-mismatch", FAIL, message, hint, Whose.PEER)


def _ours(seen: Observation, found: Finding, how: Confidence) -> Diagnosis:
    return answer(seen, [found], RefusedBy.SERVER, how)


def _stalled(seen: Observation) -> Diagnosis:
    message = f"{seen.peer} fell silent in the handshake: {seen.detail}"
    found = Finding("handshake-stalled", FAIL, message, "", Whose.PEER)
    return answer(seen, [found], RefusedBy.NETWORK, Confidence.LIKELY)


def _left(seen: Observation, ours: Ours, local: str) -> Diagnosis:
    """Silence, a reset, or the end in the middle: Node and BoringSSL send no alert when they dislike a certificate."""
    if seen.ended is Ended.TIMEOUT:
        return _stalled(seen)
    reset = seen.ended is Ended.RESET
    what = f"{seen.peer} {'reset' if reset else 'closed'} the connection in the handshake, without an alert"
    if seen.stage is Stage.HANDSHAKE and (faults := our_faults(seen, ours, local)):
        message = f"{what}, as Node and BoringSSL do when they dislike a certificate: {faults[0].message}"
        first = faults[0]._replace(message=message, whose=Whose.OURS)
        return answer(seen, [first], RefusedBy.CLIENT, Confidence.LIKELY)
    hint = "it may not trust our CA: Node and BoringSSL say nothing then; read its log"
    if seen.asked and not reset:
        hint += "; browsers leave so to ask which certificate to show, and come back"
    found = Finding("connection-reset" if reset else "connection-closed", FAIL, what, hint, Whose.PEER)
    return answer(seen, [found], RefusedBy.CLIENT, Confidence.UNKNOWN)

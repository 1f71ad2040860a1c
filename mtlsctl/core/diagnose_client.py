"""Observation to Diagnosis, seen from a server: who came, what it did, and why it was not let in or went away."""

from mtlsctl.core import alerts, sniff
from mtlsctl.core.diagnose import Confidence, Diagnosis, Ours, RefusedBy, alert_words, answer, peer_faults
from mtlsctl.core.findings import Finding, Verdict, Whose
from mtlsctl.core.judge import chain_findings
from mtlsctl.core.observation import Ended, Observation, Stage

FAIL = Verdict.FAIL


def diagnose_client(seen: Observation, ours: Ours) -> Diagnosis:
    """What happened on a connection that we accepted as a server."""
    # 1. Its certificate. 2. It refused us. 3. No TLS. 4. It had no certificate, or nothing in common. 5. It left.
    if seen.verify_errors:  # 1
        found, how = peer_faults(seen, ours)
        return answer(seen, map(_for_a_server, found), RefusedBy.SERVER, how)
    if seen.stage is Stage.DONE and seen.received() is None:
        return answer(seen, [_let_in(seen)], RefusedBy.NOBODY, Confidence.CERTAIN)
    if (number := seen.received()) is not None:  # 2
        return _refused_us(seen, ours, number)
    if seen.stage is Stage.HELLO and not sniff.is_tls(seen.first_bytes):  # 3
        return _not_tls(seen)
    if seen.ended is Ended.ERROR:  # 4
        return _no_agreement(seen)
    return _left(seen)  # 5


def _for_a_server(found: Finding) -> Finding:
    """The finding with the option by which a server is told whom to trust; commands to type keep theirs."""
    lines = (
        line if "mtlsctl " in line else line.replace("--ca FILE", "--client-ca FILE") for line in found.hint.split("\n")
    )
    return found._replace(hint="\n".join(lines))


def _let_in(seen: Observation) -> Finding:
    who = "with a certificate that verifies" if seen.sent else "without a certificate"
    return Finding("ok", Verdict.OK, f"{seen.peer} came in {who}")


# What a client says by each alert about our certificate (measured on nine clients: Go sends 42 for all, Java 46).
_SAID = {
    alerts.UNKNOWN_CA: ("server-untrusted-root", "give the client our CA: mtlsctl ca export"),
    alerts.CERTIFICATE_EXPIRED: ("server-cert-expired", "renew it: mtlsctl renew; or set the client's clock"),
    alerts.UNSUPPORTED_CERTIFICATE: ("server-wrong-eku", "issue one for servers: mtlsctl issue server NAME"),
    alerts.CERTIFICATE_REVOKED: ("server-cert-revoked", "issue a new one: mtlsctl issue server NAME"),
    alerts.DECRYPT_ERROR: ("server-bad-signature", "the client may hold an older key of our CA: give it the new one"),
    alerts.BAD_CERTIFICATE: ("server-name-mismatch", "compare the name that it asked for with the certificate's"),
    alerts.CERTIFICATE_UNKNOWN: ("server-untrusted-root", "read the client's log: it knows why"),
}
_EXACT = (alerts.CERTIFICATE_EXPIRED, alerts.UNSUPPORTED_CERTIFICATE, alerts.CERTIFICATE_REVOKED, alerts.UNKNOWN_CA)


def _refused_us(seen: Observation, ours: Ours, number: int) -> Diagnosis:
    """The client sent an alert. Which of our faults it means is its secret: our own check of ourselves comes first."""
    if number == alerts.PROTOCOL_VERSION:
        found = Finding("protocol-version", FAIL, f"{seen.peer} refused our version of TLS with {alert_words(number)}")
        return answer(seen, [found], RefusedBy.CLIENT, Confidence.CERTAIN)
    if number not in _SAID:
        found = Finding("connection-closed", FAIL, f"{seen.peer} broke off with {alert_words(number)}")
        return answer(seen, [found], RefusedBy.CLIENT, Confidence.UNKNOWN)
    refused = f"{seen.peer} refused our certificate with {alert_words(number)}"
    code, hint = _SAID[number]
    faults = [f for f in _own_faults(ours) if number not in _EXACT or f.code == code]
    if faults:
        fault = faults[0]
        first = Finding(fault.code, FAIL, f"{refused}: {fault.message}", fault.hint, Whose.OURS)
        return answer(seen, [first], RefusedBy.CLIENT, Confidence.CERTAIN if number in _EXACT else Confidence.LIKELY)
    asked = f"; it asked for {seen.server_name}" if seen.server_name else "; it asked for no name"
    first = Finding(code, FAIL, refused + (asked if code == "server-name-mismatch" else ""), hint)
    return answer(seen, [first], RefusedBy.CLIENT, Confidence.LIKELY if number in _EXACT else Confidence.UNKNOWN)


def _own_faults(ours: Ours) -> list[Finding]:
    """What is wrong with our own certificate whatever the client trusts."""
    if ours.credential is None:
        return []
    chain = (ours.credential.certificate, *ours.credential.chain)
    return [f for f in chain_findings(chain, chain[-1:], False, ours.at) if f.verdict is FAIL]


def _not_tls(seen: Observation) -> Diagnosis:
    if not seen.first_bytes:
        if seen.ended is Ended.TIMEOUT:
            return _left(seen)
        message = f"{seen.peer} connected and left without a word: a health check or a port scan"
        return answer(seen, [Finding("connection-closed", Verdict.NOTE, message)], RefusedBy.NOBODY, Confidence.LIKELY)
    protocol = sniff.client_protocol(seen.first_bytes)
    said = sniff.printable(seen.first_bytes)
    if protocol == "HTTP":
        message = f"{seen.peer} spoke plain HTTP to this TLS port: {said}"
        found = Finding("plain-http-port", FAIL, message, "let it use https://", Whose.PEER)
    else:
        name = protocol or "something else"
        found = Finding("not-tls", FAIL, f"{seen.peer} spoke {name}, not TLS: {said}", "", Whose.PEER)
    return answer(seen, [found], RefusedBy.SERVER, Confidence.CERTAIN)


def _no_agreement(seen: Observation) -> Diagnosis:
    """Our library refused: by the alert that we sent, and by whether a certificate had been asked for."""
    number = seen.said()
    words = alert_words(number) if number is not None else "no alert"
    # RFC 8446, 4.4.2.4: 116; RFC 5246, 7.4.6: handshake_failure.
    if seen.asked and number in (alerts.CERTIFICATE_REQUIRED, alerts.HANDSHAKE_FAILURE):
        message = f"{seen.peer} sent no client certificate, and one is demanded: we sent {words}"
        hint = "let it present one; a client that has one and sends none may hold a key of a kind not accepted here"
        return _ours(seen, Finding("client-cert-required", FAIL, message, hint, Whose.PEER), Confidence.CERTAIN)
    if number == alerts.PROTOCOL_VERSION:
        message = f"{seen.peer} speaks no version of TLS that is allowed here: we sent {words}"
        found = Finding("protocol-version", FAIL, message, "update it, or allow older ones: --tls-min 1.0", Whose.PEER)
        return _ours(seen, found, Confidence.CERTAIN)
    if number == alerts.HANDSHAKE_FAILURE:
        message = f"{seen.peer} and this server have no cipher suite, group or signature in common: we sent {words}"
        found = Finding("no-shared-cipher", FAIL, message, "compare what both offer; our key's kind counts too")
        return _ours(seen, found, Confidence.LIKELY)
    message = f"{seen.peer} sent what cannot be read as TLS: we sent {words}"
    return _ours(seen, Finding("not-tls", FAIL, message, "", Whose.PEER), Confidence.UNKNOWN)


def _ours(seen: Observation, found: Finding, how: Confidence) -> Diagnosis:
    return answer(seen, [found], RefusedBy.SERVER, how)


def _left(seen: Observation) -> Diagnosis:
    """Silence, a reset, or the end in the middle: many clients that dislike a name or a chain send no alert."""
    if seen.ended is Ended.TIMEOUT:
        message = f"{seen.peer} fell silent in the handshake: {seen.detail}"
        found = Finding("handshake-stalled", FAIL, message, "", Whose.PEER)
        return answer(seen, [found], RefusedBy.NETWORK, Confidence.LIKELY)
    reset = seen.ended is Ended.RESET
    found = Finding(
        "connection-reset" if reset else "connection-closed",
        FAIL,
        f"{seen.peer} {'reset' if reset else 'closed'} the connection in the handshake, without an alert",
        "it may not like our certificate: some clients say nothing; read its log",
        Whose.PEER,
    )
    return answer(seen, [found], RefusedBy.CLIENT, Confidence.UNKNOWN)

"""The client's failures: the network, not TLS, no agreement, our certificate refused."""

from mtlsctl.core import alerts, names, sniff
from mtlsctl.core.diagnose import (
    Confidence,
    Diagnosis,
    Ours,
    RefusedBy,
    alert_words,
    answer,
    subject,
)
from mtlsctl.core.findings import Finding, Verdict, Whose
from mtlsctl.core.lists import few
from mtlsctl.core.observation import Ended, Observation, Stage

FAIL = Verdict.FAIL


def network(seen: Observation) -> Diagnosis:
    """No connection: each way to have none has its own code."""
    host = seen.peer.rpartition(":")[0]
    found = {
        Ended.NO_ADDRESS: Finding(
            "dns-failure", FAIL, f"{host}: no address for this name: {seen.detail}", "check the name, or use an address"
        ),
        Ended.REFUSED: Finding(
            "connection-refused",
            FAIL,
            f"{seen.peer}: the connection was refused: {seen.detail}",
            "nothing listens there: check the port, and that the server runs",
        ),
        Ended.TIMEOUT: Finding(
            "connection-timeout",
            FAIL,
            f"{seen.peer}: no answer: {seen.detail}",
            "a firewall may drop the packets: check address and port, or give more time with --timeout",
        ),
    }.get(seen.ended) or Finding(
        "connection-refused",
        FAIL,
        f"{seen.peer}: cannot be reached: {seen.detail}",
        "check the path" if seen.peer.startswith("unix:") else "check the address and the route",
    )
    return answer(seen, [found._replace(whose=Whose.NETWORK)], RefusedBy.NETWORK, Confidence.CERTAIN)


def before_hello(seen: Observation, ours: Ours) -> Diagnosis:
    """The server's hello never came: not TLS, our own refusal, an alert, silence or the end."""
    if seen.first_bytes and not sniff.is_tls(seen.first_bytes):
        return _not_tls(seen)
    if seen.received() is not None:
        return _hello_refused(seen, ours)
    return failed(seen, ours)


def _not_tls(seen: Observation) -> Diagnosis:
    """The first bytes are no TLS record."""
    protocol = sniff.server_protocol(seen.first_bytes)
    said = sniff.printable(seen.first_bytes)
    if protocol is sniff.HTTP:
        found = Finding(
            "plain-http-port",
            FAIL,
            f"{seen.peer} answered in plain HTTP, not TLS: {said}",
            f"use the port that speaks HTTPS, or plain http://{seen.peer}/",
            Whose.OURS,
        )
    elif protocol and protocol.starttls:
        port = f", or use the port for {protocol.name} inside TLS: {protocol.implicit_port}"
        found = Finding(
            "starttls-required",
            FAIL,
            f"{seen.peer} speaks {protocol.name} in the clear before TLS: {said}",
            f"it needs STARTTLS: mtlsctl handshake {seen.peer} --starttls {protocol.starttls}"
            + (port if protocol.implicit_port else ""),
            Whose.OURS,
        )
    else:
        name = protocol.name if protocol else "something else"
        found = Finding(
            "not-tls", FAIL, f"{seen.peer} speaks {name}, not TLS: {said}", "check host and port", Whose.OURS
        )
    # A PROXY header that nobody wanted is answered in plain text, too.
    header = seen.approach is not None and seen.approach.header
    return answer(seen, [found], RefusedBy.SERVER, Confidence.LIKELY if header else Confidence.CERTAIN)


def failed(seen: Observation, ours: Ours) -> Diagnosis:
    """The handshake, or the wait after it, ended in a refusal, in silence or in confusion."""
    if seen.received() is None and seen.said() is not None and seen.ended is Ended.ERROR:
        return _ours_is_weak(seen, ours) or _gave_up(seen)
    if seen.ended is Ended.TIMEOUT and seen.received() is None:
        return _stalled(seen)
    return _refused(seen, ours) if seen.asked else _dropped(seen)


def _hello_refused(seen: Observation, ours: Ours) -> Diagnosis:
    """An alert in place of the server's hello: version, cipher, group or name."""
    number = seen.received() or 0
    refused = f"{seen.peer} refused our hello with {alert_words(number)}"
    match number:
        case alerts.PROTOCOL_VERSION:
            found = [_version(refused, ours)]
        case alerts.UNRECOGNIZED_NAME if seen.server_name:
            hint = "ask for a name that it serves: --servername NAME"
            found = [Finding("sni-unrecognized", FAIL, f"{refused}: we asked for {seen.server_name}", hint)]
        case alerts.UNRECOGNIZED_NAME:
            hint = "name the server: --servername NAME"
            found = [Finding("sni-required", FAIL, f"{refused}: no server name was sent", hint)]
        case alerts.ACCESS_DENIED if seen.server_name:
            return answer(seen, _turned_away(seen, refused), RefusedBy.SERVER, Confidence.UNKNOWN)
        case alerts.NO_APPLICATION_PROTOCOL:
            found = [Finding("alpn-mismatch", FAIL, refused, "offer another protocol: --alpn http/1.1")]
        case alerts.INTERNAL_ERROR:
            # Go says so where it has no certificate for the name asked for, or for none; OpenSSL of its own callbacks.
            unstapled = Finding("staple-failed", Verdict.NOTE, "or its OCSP stapling fails", "leave --staple away")
            first, *rest = _no_certificate(seen, refused)
            found = [first, unstapled, *rest] if ours.staple else [first, *rest]
            return answer(seen, found, RefusedBy.SERVER, Confidence.UNKNOWN if ours.staple else Confidence.LIKELY)
        case alerts.HANDSHAKE_FAILURE | alerts.INSUFFICIENT_SECURITY:
            return answer(seen, _no_agreement(seen, refused), RefusedBy.SERVER, Confidence.LIKELY)
        case _:
            found = [Finding("connection-closed", FAIL, refused, "read the server's log: it knows why")]
            return answer(seen, found, RefusedBy.SERVER, Confidence.UNKNOWN)
    return answer(seen, found, RefusedBy.SERVER, Confidence.CERTAIN)


def _turned_away(seen: Observation, refused: str) -> list[Finding]:
    """access_denied before any certificate: the server knows no more of us than the name that we want, and where."""
    name = f"{refused}: it may serve no {seen.server_name}"
    address = "or it lets nobody in from our address"
    return [
        Finding("sni-unrecognized", FAIL, name, "ask for a name that it serves: --servername NAME"),
        Finding("connection-closed", Verdict.NOTE, address, "read the server's log: it knows why"),
    ]


def _no_certificate(seen: Observation, refused: str) -> list[Finding]:
    """internal_error in place of a hello: Go (Caddy, Traefik) has no certificate for that name."""
    if seen.server_name:
        message, hint = (
            f"{refused}: we asked for {seen.server_name}",
            "ask for a name that it serves: --servername NAME",
        )
        first = Finding("sni-unrecognized", FAIL, message, hint)
    else:
        first = Finding(
            "sni-required", FAIL, f"{refused}: no server name was sent", "name the server: --servername NAME"
        )
    return [first, *(f._replace(verdict=Verdict.NOTE) for f in _no_agreement(seen, refused) if f.code != first.code)]


def _version(refused: str, ours: Ours) -> Finding:
    if ours.maximum:
        offered, hint = f"at most TLS {ours.maximum}", "offer newer versions: leave --tls-max away"
    else:
        offered = f"TLS {ours.minimum} and newer" if ours.minimum else "TLS 1.2 and 1.3"
        hint = "it speaks only older ones: try --tls-min 1.0, and update the server"
    return Finding("protocol-version", FAIL, f"{refused}: we offered {offered}", hint)


def _no_agreement(seen: Observation, refused: str) -> list[Finding]:
    """Alert 40 before the server's hello has several causes that look the same; the likelier stands first."""
    cipher = Finding(
        "no-shared-cipher",
        FAIL,
        f"{refused}: no cipher suite in common, or its certificate's key is of a kind that we did not offer",
        "see what it speaks: try --tls-max 1.2, and read the server's log",
    )
    group = Finding(
        "no-shared-group", Verdict.NOTE, "or no key exchange group in common", "read the server's log: it names the one"
    )
    name = Finding(
        "sni-required", Verdict.NOTE, "or it wants a server name, and none was sent", "name it: --servername NAME"
    )
    return [cipher, group] if seen.server_name else [cipher, group, name]


def _stalled(seen: Observation) -> Diagnosis:
    where = "after our hello" if seen.stage is Stage.HELLO else "in the middle of the handshake"
    usual = "it may wait for another protocol's first word, or be overloaded; give more time with --timeout"
    found = Finding(
        "handshake-stalled",
        FAIL,
        f"{seen.peer} accepted the connection and fell silent {where}: {seen.detail}",
        _plain_port(seen) or usual,
        Whose.PEER,
    )
    return answer(seen, [found], RefusedBy.NETWORK, Confidence.LIKELY)


def _dropped(seen: Observation) -> Diagnosis:
    """Closed or reset, or an alert that has nothing to do with a client certificate."""
    reset = seen.ended is Ended.RESET
    how = "reset the connection" if reset else "closed the connection"
    when = {Stage.HELLO: "right after our hello", Stage.HANDSHAKE: "in the handshake"}.get(
        seen.stage, "after the handshake"
    )
    number = seen.received()
    with_what = f" with {alert_words(number)}" if number is not None else ", without an alert"
    usual = "read the server's log; something between may also have cut it: a load balancer, a firewall, an allow-list"
    found = Finding(
        "connection-reset" if reset else "connection-closed",
        FAIL,
        f"{seen.peer} {how} {when}{with_what}",
        _plain_port(seen) or usual,
        Whose.PEER,
    )
    return answer(seen, [found], RefusedBy.SERVER, Confidence.UNKNOWN)


def _plain_port(seen: Observation) -> str:
    """The hint where nothing at all came from a port that usually begins in plain text; "" for any other."""
    if seen.stage is not Stage.HELLO or seen.first_bytes or (seen.approach and seen.approach.starttls):
        return ""
    from mtlsctl.core.diagnose_approach import plain_hint

    return plain_hint(seen)


_OF_RECORDS = (20, 21, 22, 30)  # RFC 5246, 7.2.2: bad_record_mac and its kin speak of records, not of certificates


def _ours_is_weak(seen: Observation, ours: Ours) -> Diagnosis | None:
    """Our own library does not send our chain: at its security level 2, RSA below 2048 bits and SHA-1 are too weak."""
    if seen.said() != alerts.INTERNAL_ERROR or not (seen.asked and ours.credential):
        return None
    from mtlsctl.core.diagnose_ours import our_faults

    weak = [f for f in our_faults(seen, ours, ours.credential) if f.code in _WEAK]
    message = (
        f"our own OpenSSL does not send our chain: {weak[0].message if weak else seen.trouble or 'it is too weak'}"
    )
    hint = (
        "have it issued again with keys of 2048 bits and SHA-256; to send it all the same: --ciphers DEFAULT@SECLEVEL=0"
    )
    found = Finding("client-cert-weak", FAIL, message, hint, Whose.OURS)
    return answer(seen, [found], RefusedBy.LOCAL, Confidence.CERTAIN if weak else Confidence.LIKELY)


_WEAK = ("client-cert-weak-key", "client-cert-weak-signature")


def _gave_up(seen: Observation) -> Diagnosis:
    """Our own library stopped: the server's answer is out of our range, or no TLS at all."""
    from mtlsctl.core.gaveup import why  # it decodes the conversation

    found, sure = why(seen)
    return answer(seen, [found], RefusedBy.CLIENT, sure)


def _refused(seen: Observation, ours: Ours) -> Diagnosis:
    """The server asked for a certificate and did not like the answer."""
    if seen.received() in _OF_RECORDS:
        message = f"{seen.peer} could not read what we sent: {alert_words(seen.received() or 0)}; it says nothing of us"
        hint = "something between changes the bytes: try from another place; see --trace"
        return answer(
            seen,
            [Finding("connection-closed", FAIL, message, hint, Whose.NETWORK)],
            RefusedBy.SERVER,
            Confidence.LIKELY,
        )
    from mtlsctl.core.diagnose_ours import our_certificate

    number = seen.received()
    how = f"with {alert_words(number)}" if number is not None else f"and {_ending(seen)} without an alert"
    if ours.credential is None:
        found = _required(seen, how)
        # RFC 8446, 4.4.2.4: 116; TLS 1.2 has 40 for it (RFC 5246, 7.4.6); Java sends 42.
        plain = (alerts.CERTIFICATE_REQUIRED, alerts.HANDSHAKE_FAILURE, alerts.BAD_CERTIFICATE)
        return answer(seen, [found], RefusedBy.SERVER, Confidence.CERTAIN if number in plain else Confidence.LIKELY)
    if not seen.sent:
        from mtlsctl.core.diagnose_unsent import unsent

        found, sure = unsent(seen, ours.credential, FAIL)
        return answer(seen, [found], RefusedBy.SERVER, sure)
    refused = f"{seen.peer} refused our certificate {subject(ours.credential.certificate)} {how}"
    found_all, sure = our_certificate(seen, ours, ours.credential, refused)
    return answer(seen, found_all, RefusedBy.SERVER, sure)


def _ending(seen: Observation) -> str:
    return "reset the connection" if seen.ended is Ended.RESET else "closed the connection"


def _required(seen: Observation, how: str) -> Finding:
    issuers = _issuers(seen)
    return Finding(
        "client-cert-required",
        FAIL,
        f"{seen.peer} demands a client certificate and none was given: it refused {how}"
        + (f"; it accepts certificates issued by {issuers}" if issuers else ""),
        "pass one: --cert client.pem --key client.key, or --identity FOLDER",
        Whose.OURS,
    )


def _issuers(seen: Observation) -> str:
    shown = [names.dn(name) for name in seen.acceptable_issuers[:3]]
    return few(shown, 3, count=len(seen.acceptable_issuers), joint=" or ", last=" or ")

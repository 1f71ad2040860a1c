"""Why a client refused this server: its alert, or its silence, held against what we find wrong with ourselves."""

import ipaddress

from cryptography import x509

from mtlsctl.core import alerts, names
from mtlsctl.core.diagnose import Confidence, Diagnosis, Ours, RefusedBy, alert_words, answer, subject
from mtlsctl.core.findings import Finding, Verdict, Whose
from mtlsctl.core.judge import chain_findings, issued
from mtlsctl.core.observation import Observation
from mtlsctl.core.unreadable import UNREADABLE

FAIL = Verdict.FAIL
_GIVE_CA = "give the client our CA: mtlsctl ca export"
# What a client says by each alert about our certificate (measured on nine clients).
_SAID = {
    alerts.UNKNOWN_CA: ("server-untrusted-root", _GIVE_CA),
    alerts.CERTIFICATE_EXPIRED: ("server-cert-expired", "renew it: mtlsctl renew; or set the client's clock"),
    alerts.UNSUPPORTED_CERTIFICATE: ("server-wrong-eku", "issue one for servers: mtlsctl issue server NAME"),
    alerts.CERTIFICATE_REVOKED: ("server-cert-revoked", "issue a new one: mtlsctl issue server NAME"),
    alerts.DECRYPT_ERROR: ("server-bad-signature", "the client may hold an older key of our CA: give it the new one"),
}
_EXACT = (alerts.CERTIFICATE_EXPIRED, alerts.UNSUPPORTED_CERTIFICATE, alerts.CERTIFICATE_REVOKED)
# Alerts that some stack sends for every fault: Go and GnuTLS 42, Java 46; OpenSSL has causes of its own for each.
_ANY = {
    alerts.BAD_CERTIFICATE: "Go and GnuTLS send it for every fault of a certificate, OpenSSL for a wrong name",
    alerts.CERTIFICATE_UNKNOWN: "Java and browsers send it for every fault of a certificate",
    alerts.ACCESS_DENIED: "GnuTLS sends it for every fault of a certificate",
}
# What else an alert stands for: X509_V_ERR 10 at any depth, and rustls's not yet; 18, 20, 21, 24, 25 and 79.
_ALSO = {
    alerts.CERTIFICATE_EXPIRED: ("server-chain-expired", "server-cert-not-yet-valid"),
    alerts.UNKNOWN_CA: ("server-self-signed", "server-missing-intermediate", "server-bad-ca", "server-pathlen"),
}


def refused_us(seen: Observation, ours: Ours, local: str) -> Diagnosis:
    """The client sent an alert. Which of our faults it means is its secret: our own check of ourselves comes first.

    local: our address on this connection, for a client that may have connected by it.
    """
    number = seen.received()
    assert number is not None
    words = alert_words(number)
    if number == alerts.PROTOCOL_VERSION:
        found = Finding("protocol-version", FAIL, f"{seen.peer} refused our version of TLS with {words}")
        return answer(seen, [found], RefusedBy.CLIENT, Confidence.CERTAIN)
    if number not in _SAID and number not in _ANY:
        message = f"{seen.peer} broke off with {words}: {alerts.meaning(number)}".rstrip(": ")
        found = Finding("connection-closed", FAIL, message, "read the client's log: it knows why")
        return answer(seen, [found], RefusedBy.CLIENT, Confidence.UNKNOWN)
    refused = f"{seen.peer} refused our certificate with {words}"
    code, hint = _SAID.get(number, ("server-untrusted-root", _GIVE_CA))
    faults = [f for f in our_faults(seen, ours, local) if _fits(f.code, number, code)]
    faults = faults or (_ca_as_leaf(ours) if number in _ANY else [])
    if faults:
        first, *rest = (f._replace(whose=Whose.OURS) for f in faults)
        how = Confidence.CERTAIN if number in _EXACT and first.code == code and not rest else Confidence.LIKELY
        first = first._replace(message=f"{refused}: {first.message}")
        if first.code == "server-missing-intermediate":
            rest.append(Finding("server-untrusted-root", FAIL, f"or {seen.peer} does not trust its issuer", _GIVE_CA))
        return answer(seen, [first, *rest], RefusedBy.CLIENT, how)
    more = f": {_ANY[number]}; no fault and the right name are seen here" if number in _ANY else ""
    how = Confidence.UNKNOWN if number in _ANY else Confidence.LIKELY
    return answer(seen, [Finding(code, FAIL, refused + more, hint)], RefusedBy.CLIENT, how)


def _fits(fault: str, number: int, code: str) -> bool:
    """Whether an alert can mean a fault of ours."""
    return number in _ANY or fault in (code, *_ALSO.get(number, ()))


def left_after(seen: Observation, ours: Ours, local: str, goodbye: bool, in_time: bool) -> Diagnosis:
    """The handshake was complete and the client asked for nothing.

    curl, Node and browsers check the name, or all of the certificate, after the handshake, and say nothing.
    """
    if seen.received() is not None:
        return refused_us(seen, ours, local)
    if not in_time:
        found = Finding("connection-closed", Verdict.NOTE, f"{seen.peer} asked for nothing in time")
        return answer(seen, [found], RefusedBy.NOBODY, Confidence.CERTAIN)
    how = "left without a request" + ("" if goodbye else " and without a close_notify")
    if faults := our_faults(seen, ours, local):
        first = faults[0]
        message = f"{seen.peer} {how}, as curl, Node and browsers do when they dislike a certificate: {first.message}"
        found = first._replace(message=message, verdict=Verdict.WARN, whose=Whose.OURS)
        return answer(seen, [found], RefusedBy.CLIENT, Confidence.LIKELY)
    if goodbye:
        found = Finding("connection-closed", Verdict.OK, "left without a request")
        return answer(seen, [found], RefusedBy.NOBODY, Confidence.CERTAIN)
    message = f"{how}: so do clients that dislike the server's name or chain, and port checks"
    found = Finding("connection-closed", Verdict.NOTE, message)
    return answer(seen, [found], RefusedBy.NOBODY, Confidence.UNKNOWN)


def our_faults(seen: Observation, ours: Ours, local: str) -> list[Finding]:
    """What is wrong with our own certificate: whatever the client trusts, then the name that it asked for."""
    if ours.credential is None:
        return []
    leaf = ours.credential.certificate
    return [*plain_faults(ours), *_trust(ours, leaf), *_name(seen, leaf, local)]


def plain_faults(ours: Ours) -> list[Finding]:
    """What is wrong with our own certificate for everybody: its time, its purpose, its chain as far as it goes."""
    if ours.credential is None:
        return []
    chain = (ours.credential.certificate, *ours.credential.chain)
    return [f for f in chain_findings(chain, chain[-1:], False, ours.at) if f.verdict is FAIL]


def warnings(ours: Ours) -> list[Finding]:
    """What will have clients refuse us, or us all clients, said before the first of them comes."""
    found = [f._replace(verdict=Verdict.WARN, whose=Whose.OURS) for f in plain_faults(ours)]
    for crl in ours.crls:
        if crl.next_update_utc and ours.at > crl.next_update_utc:
            issuer = names.dn(crl.issuer)
            message = (
                f"the CRL of {issuer} expired at {crl.next_update_utc:%Y-%m-%d %H:%M} UTC: its clients are refused"
            )
            hint = "fetch the present one, or publish one: mtlsctl crl"
            found.append(Finding("client-cert-revocation-unknown", Verdict.WARN, message, hint, Whose.OURS))
    return found


def _trust(ours: Ours, leaf: x509.Certificate) -> list[Finding]:
    """A leaf that stands alone: self-signed, or without the intermediate that the client would need."""
    if ours.credential is None or ours.credential.chain:
        return []
    name = subject(leaf)
    if leaf.issuer == leaf.subject:
        hint = "have the client trust this very certificate, or issue one from a CA: mtlsctl issue server NAME"
        return [Finding("server-self-signed", FAIL, f"our certificate {name} is self-signed", hint)]
    if any(issued(leaf, root) for root in ours.roots):
        return []
    issuer = names.dn(leaf.issuer)
    message = f"we serve {name} alone, without {issuer}, which issued it"
    hint = f"serve {issuer} after the leaf: cat leaf.pem issuing.pem > fullchain.pem"
    return [Finding("server-missing-intermediate", FAIL, message, hint)]


def _name(seen: Observation, leaf: x509.Certificate, local: str) -> list[Finding]:
    """The SNI, or our address for a client that sent none, is not among our names."""
    try:
        presented = names.san(leaf)
    except UNREADABLE:
        return []
    listed = ", ".join(names.tagged(name) for name in presented[:8]) or "no names"
    wanted = _wanted(seen.server_name, local)
    if wanted is None or names.matches(presented, wanted):
        return []
    asked = names.plain(wanted)
    if not presented and not isinstance(wanted, x509.IPAddress):
        message = (
            f"it asked for {asked}, and our certificate has a common name alone: Go, rustls and browsers do not look"
        )
        hint = f"issue it with this name: mtlsctl issue server {_typed(asked)}"
        return [Finding("server-cn-only", FAIL, message, hint)]
    if isinstance(wanted, x509.IPAddress):
        by = "by address, or Java by a name without a dot"
        message = f"it named no server, as clients do that connect {by}; our certificate lacks {asked}: {listed}"
        return [
            Finding(
                "server-ip-not-in-san", FAIL, message, f"issue it with the address: mtlsctl issue server NAME {asked}"
            )
        ]
    message = f"it asked for {asked}, our certificate is for {listed}"
    hint = f"issue it with this name: mtlsctl issue server {_typed(asked)}"
    return [Finding("server-name-mismatch", FAIL, message, hint)]


def _typed(asked: str) -> str:
    """The name as it can be typed after a command: a stranger chose it, and a shell would run what is no name."""
    return asked if _NAME.issuperset(asked) and not asked.startswith("-") else "NAME"


_NAME = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_")


def _ca_as_leaf(ours: Ours) -> list[Finding]:
    """Our leaf is a CA's certificate, which some stacks take and some do not."""
    if ours.credential is None:
        return []
    leaf = ours.credential.certificate
    try:
        basic = leaf.extensions.get_extension_for_class(x509.BasicConstraints).value
    except x509.ExtensionNotFound:
        return []
    except UNREADABLE:
        return []
    if not basic.ca:
        return []
    message = f"our certificate {subject(leaf)} is that of a CA: rustls, NSS (Firefox) and Python 3.13 refuse that"
    return [Finding("portability", FAIL, message, "issue one for servers: mtlsctl issue server NAME")]


def _wanted(server_name: str, local: str) -> x509.GeneralName | None:
    if server_name:
        return x509.DNSName(server_name) if server_name.isascii() and server_name.isprintable() else None
    try:
        return x509.IPAddress(ipaddress.ip_address(local.partition("%")[0]))
    except ValueError:
        return None

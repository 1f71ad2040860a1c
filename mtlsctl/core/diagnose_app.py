"""What the application says once TLS is done: some servers refuse a client certificate only in HTTP."""

from mtlsctl.core import http, sniff
from mtlsctl.core.diagnose import Confidence, Diagnosis, Ours, RefusedBy, answer, plain, subject
from mtlsctl.core.findings import Finding, Verdict, Whose
from mtlsctl.core.observation import Observation

# nginx, ngx_http_special_response.c: it completes every handshake and refuses with these pages.
_NOT_SENT = b"No required SSL certificate was sent"
_BAD = b"The SSL certificate error"


def application(seen: Observation, ours: Ours, tls: Diagnosis) -> Diagnosis:
    """TLS succeeded as tls says; whether the answer to the HTTP request is a no."""
    said = seen.answer or b""
    status = http.status_line(said)
    mute_said = f"{seen.peer} completed the handshake and gave no HTTP answer"
    if not status and seen.asked and not seen.sent:
        return _refused(seen, [_missing(seen, ours, mute_said)], tls, Confidence.LIKELY)
    if not status and (causes := _likely_causes(seen, ours, mute_said)):
        return _refused(seen, causes, tls, Confidence.LIKELY)
    if not status:
        mute = Finding(
            "connection-closed",
            Verdict.FAIL,
            f"{seen.peer} accepted the handshake and gave no HTTP answer",
            "it may speak another protocol inside TLS; read its log",
            Whose.PEER,
        )
        return _refused(seen, [mute], tls, Confidence.UNKNOWN)
    answered = f"{seen.peer} completed the handshake and answered HTTP {status}"
    said_so = _NOT_SENT in said or status.startswith("496")
    if said_so or (seen.asked and not seen.sent and status[:3] in _FORBIDDEN):
        missing = _missing(seen, ours, answered)
        return _refused(seen, [missing], tls, Confidence.CERTAIN if said_so and seen.asked else Confidence.LIKELY)
    if status[:3] in _FORBIDDEN and ours.credential and not seen.asked:
        return _refused(seen, [_never_asked(answered)], tls, Confidence.LIKELY)
    if not seen.alpn and b"alpn protocol" in said.lower():  # Node's HTTP/2 server
        message = f"{answered}: it speaks HTTP/2 alone, and no application protocol was offered"
        found_one = Finding("alpn-mismatch", Verdict.FAIL, message, "offer it: --alpn h2", Whose.OURS)
        return _refused(seen, [found_one], tls, Confidence.CERTAIN)
    if _BAD in said or status.startswith("495") or status[:3] in _FORBIDDEN:
        found = (
            _likely_causes(seen, ours, answered) or _named(said, ours, answered) or _by_its_clock(seen, ours, answered)
        )
        refusal = _refused_certificate(answered, ours)
        if not found and status[:3] not in _FORBIDDEN:
            found = _beyond_us(seen, ours, answered)
        elif not found and seen.sent:
            found = [_not_allowed(answered, ours)]
        listed = [*found, refusal._replace(verdict=Verdict.NOTE) if found else refusal]
        return _refused(seen, listed, tls, Confidence.LIKELY)
    first, *rest = tls.report.findings
    # A redirect may lead to a page that explains the refusal.
    sure = Confidence.CERTAIN if status[:1] == "2" else Confidence.LIKELY
    skew = _skew(said, ours)
    return answer(seen, [first._replace(message=f"{first.message}; HTTP {status}"), *rest, *skew], tls.refused_by, sure)


_FORBIDDEN = ("401", "403")


def _never_asked(answered: str) -> Finding:
    return Finding(
        "client-cert-not-requested",
        Verdict.FAIL,
        f"{answered}, and never asked for a certificate: ours was not shown to it",
        "it may ask for some paths only, which TLS 1.3 and HTTP/2 make hard: have it ask for the whole listener",
        Whose.PEER,
    )


def _skew(said: bytes, ours: Ours) -> list[Finding]:
    """The two clocks, where the answer's Date shows that they differ."""
    from mtlsctl.core import skew

    ahead = skew.by_http(said, ours.at)
    found = skew.differing(ahead, ours.at) if ahead is not None else None
    return [found] if found else []


def _by_its_clock(seen: Observation, ours: Ours, answered: str) -> list[Finding]:
    """Our certificate is valid by our clock and not by that which dated the answer."""
    from mtlsctl.core import skew

    if not (seen.sent and ours.credential):
        return []
    found = skew.theirs((ours.credential.certificate, *ours.credential.chain), seen.answer or b"", ours.at)
    return [found._replace(message=f"{answered}; {found.message}")] if found else []


def _beyond_us(seen: Observation, ours: Ours, answered: str) -> list[Finding]:
    """nginx says that the certificate does not verify, and it does by all that we see: its CA file, or its depth."""
    if ours.credential is None:
        return []
    from mtlsctl.core.own_trust import without_root

    said = f"{answered} to our certificate {subject(ours.credential.certificate)}"
    if half := without_root(seen, ours.credential, said):
        return [half]
    if len(ours.credential.chain) < 2:
        return []
    message = f"{said}: {len(ours.credential.chain)} CA certificates came with it"
    hint = "nginx allows one unless told otherwise: ssl_verify_depth 3"
    revoked = Finding(
        "client-cert-revoked", Verdict.NOTE, "or it was revoked", "ask the CA, or issue a new one", Whose.PEER
    )
    return [Finding("client-chain-too-long", Verdict.FAIL, message, hint, Whose.PEER), revoked]


def _not_allowed(answered: str, ours: Ours) -> Finding:
    who = f"our certificate {subject(ours.credential.certificate)}" if ours.credential else "us"
    return Finding(
        "client-cert-not-allowed",
        Verdict.FAIL,
        f"{answered} to {who}: it was accepted in the handshake, and has no right there",
        "add its name to the server's rule, or use another certificate",
        Whose.PEER,
    )


_WORDS_OF_NO = (
    b"unauthori",
    b"not authori",
    b"denied",
    b"forbidden",
    b"not allowed",
    b"refused",
    b"certificate",
    b"error",
)
_GREETED_WITH_NO = (b"* BYE", b"-ERR", b"ERROR", b"NO ")
_WANTS_ONE = (b"no client certificate", b"certificate required", b"certificate presented", b"requires a valid client")


def greeted(seen: Observation, ours: Ours, tls: Diagnosis) -> Diagnosis:
    """TLS succeeded as tls says; whether what the server said of its own accord is a no.

    SMTP, FTP and NNTP refuse with 4xx and 5xx (RFC 5321, 4.2), IMAP with BYE (RFC 9051, 7.1.5), POP3 with -ERR.
    """
    line = seen.unasked.partition(b"\n")[0].strip()
    worded = seen.left and any(word in line.lower() for word in _WORDS_OF_NO)
    numbered = line[:3].isdigit() and line[:1] in (b"4", b"5") and line[3:4] in (b" ", b"-")
    if not (numbered or worded or line.upper().startswith(_GREETED_WITH_NO)) or not seen.asked:
        return tls
    said = f"{seen.peer} completed the handshake and said: {sniff.quoted(line)}"
    told = b"certificate" in line.lower()
    if not seen.sent and not any(words in line.lower() for words in _WANTS_ONE):
        return _refused(
            seen, [_missing(seen, ours, said)], tls, Confidence.LIKELY if told or worded else Confidence.UNKNOWN
        )
    if not seen.sent:
        return _refused(seen, [_missing(seen, ours, said)], tls, Confidence.CERTAIN)
    found = _likely_causes(seen, ours, said) or _named(line, ours, said)
    refusal = _refused_certificate(said, ours)
    listed = [*found, refusal._replace(verdict=Verdict.NOTE) if found else refusal]
    return _refused(seen, listed, tls, Confidence.LIKELY if told or worded or found else Confidence.UNKNOWN)


def _refused(seen: Observation, found: list[Finding], tls: Diagnosis, how: Confidence) -> Diagnosis:
    said = {"ok", "client-cert-optional", *(f.code for f in found)}
    return answer(seen, [*found, *(f for f in tls.report.findings if f.code not in said)], RefusedBy.APP, how)


# Node's names for what OpenSSL says (nodejs.org, TLS: X509 certificate error codes), as servers pass them on.
_REASONS = {
    b"CERT_HAS_EXPIRED": ("client-cert-expired", "renew it: mtlsctl renew"),
    b"CERT_NOT_YET_VALID": ("client-cert-not-yet-valid", "compare the clocks: date -u"),
    b"CERT_REVOKED": ("client-cert-revoked", "get a new one: mtlsctl issue client NAME"),
    b"CERT_SIGNATURE_FAILURE": ("client-ca-rekeyed", "give the server the CA's present certificate"),
    b"DEPTH_ZERO_SELF_SIGNED_CERT": ("client-cert-self-signed", "have one issued by a CA that the server trusts"),
    b"INVALID_PURPOSE": ("client-cert-wrong-eku", "have one issued for clients: mtlsctl issue client NAME"),
    b"SELF_SIGNED_CERT_IN_CHAIN": ("client-cert-untrusted", "let the server trust our root"),
    b"UNABLE_TO_GET_CRL": ("client-cert-revocation-unknown", "give the server a fresh CRL: mtlsctl crl"),
    b"CRL_HAS_EXPIRED": ("client-cert-revocation-unknown", "give the server a fresh CRL: mtlsctl crl"),
    b"UNABLE_TO_GET_ISSUER_CERT": ("client-cert-untrusted", "let the server trust our CA, or send the CAs between"),
    b"UNABLE_TO_VERIFY_LEAF_SIGNATURE": ("client-cert-missing-intermediate", "send the CAs between leaf and root"),
}


def _named(said: bytes, ours: Ours, answered: str) -> list[Finding]:
    """The reason that a server passes on by OpenSSL's name."""
    for name, (code, hint) in _REASONS.items():
        if name in said and ours.credential:
            who = subject(ours.credential.certificate)
            message = f"{answered} to our certificate {who}, and names {name.decode('ascii')}"
            return [Finding(code, Verdict.FAIL, message, hint, Whose.OURS)]
    return []


def _likely_causes(seen: Observation, ours: Ours, answered: str) -> list[Finding]:
    """What we find wrong with the certificate that the application refused: the likeliest as the cause."""
    if not (seen.sent and ours.credential):
        return []
    from mtlsctl.core import own_trust
    from mtlsctl.core.diagnose_ours import our_faults

    who = f"{answered} to our certificate {subject(ours.credential.certificate)}"
    faults = [f._replace(whose=Whose.OURS) for f in our_faults(seen, ours, ours.credential)]
    if not seen.acceptable_issuers:
        # What it trusts is a guess then, and it did take the certificate in the handshake.
        faults = [f for f in faults if f.code not in own_trust.CODES]
    first = [f._replace(message=f"{who}: {plain(f, ours.credential)}") for f in faults[:1]]
    return first + [f._replace(verdict=Verdict.NOTE) for f in faults[1:]]


def _missing(seen: Observation, ours: Ours, answered: str) -> Finding:
    """No certificate of ours came: we had none, or it was not sent."""
    if ours.credential is None or not seen.asked:
        return _required(answered, ours)
    from mtlsctl.core.diagnose_unsent import unsent

    return unsent(seen, ours.credential, Verdict.FAIL)[0]


def _required(answered: str, ours: Ours) -> Finding:
    hint = "pass one: --cert client.pem --key client.key, or --identity FOLDER"
    if ours.credential:
        hint = (
            "let it ask in the handshake, for the whole listener; if it is a proxy, the server behind wants the proxy's"
        )
    return Finding(
        "client-cert-required", Verdict.FAIL, f"{answered}: no client certificate was sent", hint, Whose.OURS
    )


def _refused_certificate(answered: str, ours: Ours) -> Finding:
    who = f"our certificate {subject(ours.credential.certificate)}" if ours.credential else "a client without one"
    return Finding(
        "client-cert-refused-by-app",
        Verdict.FAIL,
        f"{answered} to {who}",
        "the reason is in the server's log: a chain that it does not trust, a CRL, or a name without rights",
        Whose.PEER,
    )

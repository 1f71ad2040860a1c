"""What the application says once TLS is done: some servers refuse a client certificate only in HTTP."""

from typing import NamedTuple

from mtlsctl.core import http
from mtlsctl.core.diagnose import Confidence, Diagnosis, Ours, RefusedBy, answer, plain, subject
from mtlsctl.core.findings import Finding, Verdict, Whose
from mtlsctl.core.observation import Observation
from mtlsctl.core.openssl import Identity

# nginx, ngx_http_special_response.c: it completes every handshake and refuses with these pages.
_NOT_SENT = b"No required SSL certificate was sent"
_BAD = b"The SSL certificate error"


class _Page(NamedTuple):
    """The answer to an HTTP request, and how it came to it."""

    seen: Observation
    ours: Ours
    tls: Diagnosis
    said: bytes
    status: str
    """`403 Forbidden`; "" where no HTTP was answered."""

    @property
    def words(self) -> str:
        """What was done, as messages begin."""
        done = f"{self.seen.peer} completed the handshake and "
        return done + (f"answered HTTP {self.status}" if self.status else "gave no HTTP answer")

    @property
    def forbids(self) -> bool:
        """401 or 403."""
        return self.status[:3] in _FORBIDDEN

    def no(self, found: list[Finding], how: Confidence = Confidence.LIKELY) -> Diagnosis:
        """The application's refusal."""
        return refused(self.seen, found, self.tls, how)


def application(seen: Observation, ours: Ours, tls: Diagnosis) -> Diagnosis:
    """TLS succeeded as tls says; whether the answer to the HTTP request is a no."""
    # 1. No answer. 2. It serves no such name. 3. No certificate came to it. 4. It is about something else.
    # 5. Our certificate. 6. It is a yes.
    said = seen.answer or b""
    page = _Page(seen, ours, tls, said, http.status_line(said))
    looks = (_no_page, _misdirected, _not_shown, _of_http2, _redirected, _judged)
    return next((found for look in looks if (found := look(page))), None) or _taken(page)


def _no_page(page: _Page) -> Diagnosis | None:
    if page.status:
        return None
    if page.seen.asked and not page.seen.sent:
        return page.no([missing(page.seen, page.ours, page.words)])
    if causes := likely_causes(page.seen, page.ours, page.words):
        return page.no(causes)
    return page.no(_mute(page.seen, page.ours), Confidence.UNKNOWN)


def _misdirected(page: _Page) -> Diagnosis | None:
    """The name asked for is not served on this connection (RFC 9110, 15.5.20): Apache, and default sites of nginx."""
    if not page.status.startswith("421"):
        return None
    asked = page.seen.server_name
    message = f"{page.words}: " + (f"it serves no {asked} here" if asked else "no server name was sent")
    hint = "ask for a name that it serves: --servername NAME"
    found = Finding("sni-unrecognized" if asked else "sni-required", Verdict.FAIL, message, hint, Whose.OURS)
    return page.no([found])


def _not_shown(page: _Page) -> Diagnosis | None:
    """It says that no certificate came, or forbids what it would allow to one that has."""
    said_so = _NOT_SENT in page.said or page.status.startswith("496")
    if page.ours.credential and not page.seen.asked and (said_so or page.forbids):
        more = f": {_NOT_SENT.decode('ascii')}" if said_so else ""
        return page.no([_never_asked(page.words + more)])
    if said_so or (page.seen.asked and not page.seen.sent and page.forbids):
        sure = Confidence.CERTAIN if said_so and page.seen.asked else Confidence.LIKELY
        return page.no([missing(page.seen, page.ours, page.words)], sure)
    return None


def _of_http2(page: _Page) -> Diagnosis | None:
    """Node's HTTP/2 server says so in HTTP/1.1."""
    if page.seen.alpn or b"alpn protocol" not in page.said.lower():
        return None
    message = f"{page.words}: it speaks HTTP/2 alone, and no application protocol was offered"
    found = Finding("alpn-mismatch", Verdict.FAIL, message, "offer it: --alpn h2", Whose.OURS)
    return page.no([found], Confidence.CERTAIN)


def _redirected(page: _Page) -> Diagnosis | None:
    """To a page about certificates, as nginx's error_page 495 and 496 can do, and there is a reason for it."""
    if page.status[:1] != "3" or not page.seen.asked or not _about_certificates(page.said):
        return None
    where = f"{page.words}, which leads to a page about certificates"
    sent = page.seen.sent
    found = likely_causes(page.seen, page.ours, where) if sent else [missing(page.seen, page.ours, where)]
    return page.no(found) if found else None


def _judged(page: _Page) -> Diagnosis | None:
    """It says that the certificate is bad, or forbids: why, as far as this end can tell."""
    bad = _BAD in page.said or page.status.startswith("495")
    if not (bad or page.forbids):
        return None
    seen, ours, words = page.seen, page.ours, page.words
    found = likely_causes(seen, ours, words) or named(seen, page.said, ours, words) or _by_its_clock(page)
    refusal = refused_certificate(words, ours)
    if not found and page.forbids and seen.sent:
        found = [_not_allowed(words, ours)]
    if found:
        return page.no([*found, refusal._replace(verdict=Verdict.NOTE)])
    return page.no([refusal]) if page.forbids else _beyond_us(page, refusal)


def _taken(page: _Page) -> Diagnosis:
    """Nobody said no."""
    first, *rest = page.tls.report.findings
    # A redirect may lead to a page that explains the refusal.
    sure = Confidence.CERTAIN if page.status[:1] == "2" else Confidence.LIKELY
    told = first._replace(message=f"{first.message}; HTTP {page.status}")
    return answer(page.seen, [told, *rest, *_skew(page.said, page.ours)], page.tls.refused_by, sure)


_FORBIDDEN = ("401", "403")


def _mute(seen: Observation, ours: Ours) -> list[Finding]:
    """It hung up on our request, or let it lie: no HTTP is spoken there, or our certificate is judged in silence."""
    message = f"{seen.peer} accepted the handshake and gave no HTTP answer"
    other = Finding(
        "connection-closed",
        Verdict.FAIL,
        message,
        "it may speak another protocol inside TLS; read its log",
        Whose.PEER,
    )
    if seen.unanswered or not (seen.sent and ours.credential):
        return [other]
    refusal = refused_certificate(f"{message} and closed the connection", ours)
    note = other._replace(verdict=Verdict.NOTE, message="or it speaks no HTTP inside TLS", hint="try without --http")
    return [refusal, note]


def _about_certificates(said: bytes) -> bool:
    """Where a redirect leads speaks of certificates, or of no."""
    head = said.partition(b"\r\n\r\n")[0].lower()
    where = next((line for line in head.split(b"\r\n") if line.startswith(b"location:")), b"")
    return any(word in where for word in (b"cert", b"denied", b"forbidden", b"unauthori", b"mtls"))


def _never_asked(answered: str) -> Finding:
    return Finding(
        "client-cert-not-requested",
        Verdict.FAIL,
        f"{answered}, and never asked for a certificate: ours was not shown to it",
        "it may ask for some paths only, which TLS 1.3 and HTTP/2 make hard: have it ask for the whole listener; if it"
        " is a proxy, the server behind it wants the proxy's",
        Whose.PEER,
    )


def _skew(said: bytes, ours: Ours) -> list[Finding]:
    """The two clocks, where the answer's Date shows that they differ."""
    from mtlsctl.core import skew

    ahead = skew.by_http(said, ours.at)
    found = skew.differing(ahead, ours.at) if ahead is not None else None
    return [found] if found else []


def _by_its_clock(page: _Page) -> list[Finding]:
    """Our certificate is valid by our clock and not by that which dated the answer."""
    from mtlsctl.core import skew

    ours = page.ours.credential
    if not (page.seen.sent and ours):
        return []
    found = skew.theirs((ours.certificate, *ours.chain), page.said, page.ours.at)
    return [found._replace(message=f"{page.words}; {found.message}")] if found else []


def _beyond_us(page: _Page, refusal: Finding) -> Diagnosis:
    """nginx says that the certificate does not verify, and it does by all that we see: what only the server knows."""
    ours = page.ours.credential
    if ours is None:
        return page.no([refusal])
    from mtlsctl.core import unexplained
    from mtlsctl.core.own_trust import without_root

    said = f"{page.words} to our certificate {subject(ours.certificate)}"
    later = refusal._replace(verdict=Verdict.NOTE)
    if half := without_root(page.seen, ours, said):
        return page.no([half, later])
    case = unexplained.Refusal(page.seen, page.ours, ours, said)
    others = unexplained.possible(case, (unexplained.REVOKED, unexplained.CRL, unexplained.REKEYED))
    if first := unexplained.likeliest(case, [unexplained.TOO_LONG]):  # nginx allows one unless told otherwise
        return page.no([*first, *others, later], Confidence.UNKNOWN)
    return page.no([refusal, *others])


def _not_allowed(answered: str, ours: Ours) -> Finding:
    who = f"our certificate {subject(ours.credential.certificate)}" if ours.credential else "us"
    return Finding(
        "client-cert-not-allowed",
        Verdict.FAIL,
        f"{answered} to {who}: it was accepted in the handshake, and has no right there",
        "add its name to the server's rule, or use another certificate",
        Whose.PEER,
    )


def refused(seen: Observation, found: list[Finding], tls: Diagnosis, how: Confidence) -> Diagnosis:
    """The application's refusal: what it is about, and what else was found."""
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
    b"UNABLE_TO_GET_ISSUER_CERT_LOCALLY": (
        "client-cert-untrusted",
        "let the server trust our CA, or send the CAs between",
    ),
    b"UNABLE_TO_GET_ISSUER_CERT": ("client-cert-untrusted", "let the server trust our CA, or send the CAs between"),
    b"UNABLE_TO_VERIFY_LEAF_SIGNATURE": ("client-cert-missing-intermediate", "send the CAs between leaf and root"),
}


_PRESENT = "give it the CA's present certificate"


def _lists_our_ca(seen: Observation, credential: Identity) -> bool:
    """True where the CA above all that we send is on the server's list by name."""
    return (credential.certificate, *credential.chain)[-1].issuer in seen.acceptable_issuers


def named(seen: Observation, said: bytes, ours: Ours, answered: str) -> list[Finding]:
    """The reason that a server passes on by OpenSSL's name."""
    for name, (code, hint) in _REASONS.items():
        if name in said and ours.credential:
            if code == "client-cert-untrusted" and _lists_our_ca(seen, ours.credential):
                code, hint = "client-ca-rekeyed", "it lists that CA, and not with the key that signed: " + _PRESENT
            who = subject(ours.credential.certificate)
            message = f"{answered} to our certificate {who}, and names {name.decode('ascii')}"
            return [Finding(code, Verdict.FAIL, message, hint, Whose.OURS)]
    return []


def likely_causes(seen: Observation, ours: Ours, answered: str) -> list[Finding]:
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


def missing(seen: Observation, ours: Ours, answered: str) -> Finding:
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


def refused_certificate(answered: str, ours: Ours) -> Finding:
    """That our certificate, or having none, was refused, and no more."""
    who = f"our certificate {subject(ours.credential.certificate)}" if ours.credential else "a client without one"
    return Finding(
        "client-cert-refused-by-app",
        Verdict.FAIL,
        f"{answered} to {who}",
        "the reason is in the server's log: a chain that it does not trust, a CRL, or a name without rights",
        Whose.PEER,
    )

"""Why a server refused our certificate: what we find wrong with it, held against the alert that came."""

from cryptography import x509

from mtlsctl.core import alerts, names
from mtlsctl.core.diagnose import Confidence, Ours, leads
from mtlsctl.core.findings import Finding, Verdict, Whose
from mtlsctl.core.judge import chain_findings, issued
from mtlsctl.core.observation import Observation
from mtlsctl.core.openssl import Identity

_TRUST = frozenset(
    (
        "client-cert-untrusted",
        "client-cert-self-signed",
        "client-cert-missing-intermediate",
        "client-ca-rekeyed",
        "client-bad-signature",
        "client-chain-order",
    )
)
_DATES = frozenset(("client-cert-expired", "client-chain-expired", "client-cert-not-yet-valid"))
_WEAK = frozenset(("client-cert-weak-key", "client-cert-weak-signature"))
_SUSPECTED = frozenset(("client-ca-rekeyed", "client-bad-signature", "client-chain-order"))
"""Faults held against our own roots, or that few servers mind: what the server holds is not seen."""

# What each alert can mean, measured on ten servers; an alert that is not here can mean anything.
_FITS = {
    alerts.UNSUPPORTED_CERTIFICATE: frozenset(
        # Erlang says so of a critical extension, too.
        ("client-cert-wrong-eku", "client-cert-wrong-key-usage", "client-unknown-critical-extension")
    ),
    alerts.CERTIFICATE_EXPIRED: _DATES,
    # NSS says so of an expired issuer, too.
    alerts.UNKNOWN_CA: _TRUST | {"client-bad-ca", "client-chain-too-long", "client-chain-expired"},
    alerts.DECRYPT_ERROR: _WEAK | {"client-ca-rekeyed", "client-bad-signature", "client-cert-wrong-sigalg"},
    alerts.CERTIFICATE_REVOKED: frozenset(("client-cert-revoked",)),
    # Apache says so of a chain above SSLVerifyDepth, before it looks at anything else.
    # GnuTLS says so of a key usage.
    alerts.INTERNAL_ERROR: frozenset(
        ("client-chain-too-long", "client-cert-wrong-sigalg", "client-cert-wrong-key-usage")
    ),
}
# RFC 8422, 5.1.1: what everybody knows. TLS 1.2 sends a key on another curve, and the server finds it unusable.
_CURVES = ("secp256r1", "secp384r1", "secp521r1")
_CURVE_ALERTS = (
    None,
    alerts.HANDSHAKE_FAILURE,
    alerts.BAD_CERTIFICATE,
    alerts.UNSUPPORTED_CERTIFICATE,
    alerts.ILLEGAL_PARAMETER,
    alerts.DECODE_ERROR,
    alerts.DECRYPT_ERROR,
    alerts.INTERNAL_ERROR,
)


def our_certificate(
    seen: Observation, ours: Ours, credential: Identity, refused: str
) -> tuple[list[Finding], Confidence]:
    """Findings about our refused certificate, likeliest first. refused: who refused what, and how, in words."""
    number = seen.received()
    if number == alerts.CERTIFICATE_REVOKED:
        return [_bare("client-cert-revoked", refused, "get a new one: mtlsctl issue client NAME")], Confidence.CERTAIN
    faults = our_faults(seen, ours, credential)
    wanted = _FITS.get(number) if number is not None and (credential.chain or number != alerts.INTERNAL_ERROR) else None
    fitting = [f for f in faults if wanted is None or f.code in wanted]
    if fitting:
        first = fitting[0]._replace(message=f"{refused}: {fitting[0].message}", whose=Whose.OURS)
        rest = [f._replace(verdict=Verdict.NOTE) for f in faults if f is not fitting[0]]
        # The alert names this kind of fault, and our certificate has it and no other of the kind.
        exact = wanted is not None and len(fitting) == 1 and fitting[0].code not in _SUSPECTED
        return [first, *rest], Confidence.CERTAIN if exact else Confidence.LIKELY
    found, sure = _by_alert(seen, ours, credential, refused)
    return [*found, *(f._replace(verdict=Verdict.NOTE) for f in faults)], sure


def our_faults(seen: Observation, ours: Ours, credential: Identity) -> list[Finding]:
    """What is wrong with our chain: against the CA names that the server listed, or our own roots; and in itself."""
    chain = (credential.certificate, *credential.chain)
    anchors = (*ours.roots, *_tops(chain))
    found = chain_findings(chain, anchors, True, ours.at, crls=ours.crls)
    curve = _curve(seen, credential)
    apart = _TRUST | {"client-cert-revocation-unknown"}  # that our own CRLs are missing or stale is not its fault
    in_itself = [f for f in found if f.verdict is Verdict.FAIL and f.code not in apart]
    if curve:
        in_itself = [f for f in in_itself if f.code != "client-cert-weak-key"]  # said of the curve, too
    order = [f for f in found if f.code == "client-chain-order"]
    trust = _trust(seen, ours, credential)
    # Without a list of CAs, what is wrong in itself is known and the rest a guess.
    faults = [*trust, *in_itself] if seen.acceptable_issuers else [*in_itself, *trust]
    return [*curve, *faults, *order]


def _trust(seen: Observation, ours: Ours, credential: Identity) -> list[Finding]:
    """Why the server may not get from our certificate to a CA that it trusts."""
    if listed := against_list(seen, ours, credential):
        return listed
    chain = (credential.certificate, *credential.chain)
    held = [f for f in chain_findings(chain, ours.roots, True, ours.at) if f.verdict is Verdict.FAIL]
    rekeyed = [f for f in held if f.code in ("client-ca-rekeyed", "client-bad-signature")]
    if seen.acceptable_issuers or rekeyed:
        return rekeyed
    # It listed nobody: our own roots are all there is to hold our chain against.
    suspects = [f for f in _unlisted(seen, credential) if any(h.code in _TRUST for h in held)]
    return (
        suspects
        if seen.received() in (alerts.UNKNOWN_CA, alerts.CERTIFICATE_UNKNOWN, alerts.ACCESS_DENIED, None)
        else []
    )


def _unlisted(seen: Observation, credential: Identity) -> list[Finding]:
    """The likeliest fault of a chain that does not lead to our own roots, where the server names no CA."""
    leaf = credential.certificate
    if leaf.issuer == leaf.subject:
        return [Finding("client-cert-self-signed", Verdict.FAIL, "it is self-signed", _ISSUE)]
    issuer = names.dn((leaf, *credential.chain)[-1].issuer)
    missing = _missing(leaf, "")
    if not credential.chain and _signed_by_the_servers(seen, leaf):
        return [missing]
    untrusted = Finding(
        "client-cert-untrusted",
        Verdict.FAIL,
        f"it leads to {issuer}, which is not among the CAs that we trust ourselves, and perhaps not among the server's",
        f"let the server trust {issuer}, or present a certificate of a CA that it trusts",
    )
    return [untrusted] if credential.chain else [untrusted, missing]


def _signed_by_the_servers(seen: Observation, leaf: x509.Certificate) -> bool:
    """True when an issuing CA that the server shows for itself signed our leaf too: only the sending is at fault."""
    return any(issued(leaf, ca) for ca in seen.peer_chain[1:])


def _missing(leaf: x509.Certificate, accepted: str) -> Finding:
    return Finding(
        "client-cert-missing-intermediate",
        Verdict.FAIL,
        f"its issuer {names.dn(leaf.issuer)} was not sent along{accepted}",
        "put the issuing CA's certificate behind the leaf: cat client.pem issuing.pem > fullchain.pem",
    )


def _curve(seen: Observation, credential: Identity) -> list[Finding]:
    """A key on a curve that the server does not have. rustls, which lacks P-521, calls it a wrong signature."""
    curve, number = getattr(getattr(credential.certificate.public_key(), "curve", None), "name", ""), seen.received()
    unknown = curve not in _CURVES and number in _CURVE_ALERTS
    unsigned = curve == "secp521r1" and number == alerts.DECRYPT_ERROR
    # OpenSSL: the curve has to be among those that it takes for the key exchange in TLS 1.2 (RFC 8422, 5.1.1).
    illegal = curve != "secp256r1" and number == alerts.ILLEGAL_PARAMETER and seen.version == "TLSv1.2"
    if not curve or not (unknown or unsigned or illegal):
        return []
    message = f"its key is on the curve {curve}, which the server cannot use"
    return [Finding("client-cert-wrong-sigalg", Verdict.FAIL, message, KEY_KIND)]


KEY_KIND = "use a certificate with another kind of key, such as ECDSA P-256: mtlsctl issue client NAME --key-type p256"


def _tops(chain: tuple[x509.Certificate, ...]) -> tuple[x509.Certificate, ...]:
    """Our chain's own end, taken as an anchor: what is wrong below it is wrong whatever the server trusts."""
    return chain[-1:]


def against_list(seen: Observation, ours: Ours, credential: Identity) -> list[Finding]:
    """What is wrong where our chain reaches none of the CAs that the server listed; [] where it does."""
    if leads(seen, credential):
        return []
    leaf, chain = credential.certificate, (credential.certificate, *credential.chain)
    accepted = " or ".join(names.dn(n) for n in seen.acceptable_issuers[:3])
    if leaf.issuer == leaf.subject:
        message = f"it is self-signed, and the server accepts certificates issued by {accepted}"
        return [Finding("client-cert-self-signed", Verdict.FAIL, message, _ISSUE)]
    untrusted = Finding(
        "client-cert-untrusted",
        Verdict.FAIL,
        f"it was issued by {names.dn(chain[-1].issuer)}, and the server accepts certificates issued by {accepted}",
        "present one from that CA, or let the server trust ours too",
    )
    if credential.chain or any(root.subject == leaf.issuer for root in ours.roots):
        return [untrusted]
    missing = _missing(leaf, f", and the server accepts {accepted}")
    return [missing] if _signed_by_the_servers(seen, leaf) else [untrusted, missing]


_ISSUE = "have one issued by a CA that the server trusts: mtlsctl issue client NAME"


def _by_alert(seen: Observation, ours: Ours, credential: Identity, refused: str) -> tuple[list[Finding], Confidence]:
    """Nothing that we see fits: what the alert itself says, what else it can mean, and where to look."""
    match seen.received():
        case alerts.UNKNOWN_CA if half := without_root(seen, credential, refused):
            return [half], Confidence.LIKELY
        case alerts.UNKNOWN_CA if _same_ca(seen, ours, credential):
            # It knows our CA: OpenSSL says unknown_ca of a CRL that is not there, too.
            return [_revocation(refused), *_rekeyed(seen, credential), *_too_long(credential)], Confidence.LIKELY
        case alerts.UNKNOWN_CA | alerts.DECRYPT_ERROR if seen.acceptable_issuers:
            top = names.dn((credential.certificate, *credential.chain)[-1].issuer)
            message = f"{refused}; it lists {top}, and may hold another key of that CA than the one that signed"
            rekeyed = _bare("client-ca-rekeyed", message, "give the server the CA's present certificate")
            more = [_note(_revocation("or the key is the same"))] if seen.received() == alerts.UNKNOWN_CA else []
            return [rekeyed, *more, *_too_long(credential)], Confidence.LIKELY
        case alerts.UNKNOWN_CA:
            issuer = names.dn((credential.certificate, *credential.chain)[-1].issuer)
            untrusted = _bare("client-cert-untrusted", refused, f"let the server trust {issuer}")
            return [untrusted, _note(_revocation("or it does")), *_too_long(credential)], Confidence.LIKELY
        case alerts.CERTIFICATE_EXPIRED:
            from mtlsctl.core import skew

            hint = "renew the server's CRL: a stale one is said with the same alert"
            stale = _bare("client-cert-revocation-unknown", f"{refused}; it is valid by this clock", hint)
            return [stale, skew.maybe_theirs()], Confidence.LIKELY
        case alerts.INTERNAL_ERROR if credential.chain:
            hint = "Apache says so of chains longer than SSLVerifyDepth: raise it; else read the server's log"
            return [_bare("client-chain-too-long", refused, hint)], Confidence.LIKELY
        case alerts.BAD_CERTIFICATE:
            # Nothing is bad about it: so say servers whose own rule comes after the chain (Go, stunnel).
            allowed = _bare("client-cert-not-allowed", refused, "add it to the server's list of those let in")
            return [allowed, _note(_revocation("or it wants to know of revocation"))], Confidence.LIKELY
        case alerts.CERTIFICATE_UNKNOWN:
            revoked = _bare("client-cert-revoked", "or the certificate was revoked", "issue a new one")
            return [_revocation(refused), _note(revoked)], _UNSURE
        case alerts.ACCESS_DENIED:
            # RFC 8446, 6.2: not allowed. GnuTLS says it of every fault.
            allowed = _bare("client-cert-not-allowed", "or it is not on the list of those let in", "add it there")
            return [_bare("client-cert-refused", refused, _LOG), _note(allowed)], _UNSURE
        case _:
            # It came without a word, or with one that can mean anything.
            revoked = _bare("client-cert-revoked", "or it was revoked", "ask the CA, or issue a new one")
            allowed = _bare("client-cert-not-allowed", "or it is not on the list of those let in", "add it there")
            return [_bare("client-cert-refused", refused, _LOG), _note(revoked), _note(allowed)], _UNSURE


def without_root(seen: Observation, credential: Identity, refused: str) -> Finding | None:
    """The server lists a CA of ours that is no root, and not its issuer: OpenSSL trusts nothing but roots."""
    listed, above = set(seen.acceptable_issuers), {c.issuer for c in (credential.certificate, *credential.chain)}
    for ca in (*credential.chain, *seen.peer_chain[1:]):
        if ca.subject in listed & above and ca.issuer not in listed:
            name, root = names.dn(ca.subject), names.dn(ca.issuer)
            message = f"{refused}; it lists {name}, which was issued by {root}, and does not list {root}"
            hint = f"put {root} into the server's CA file, too: OpenSSL wants the root (nginx, Apache, HAProxy)"
            return _bare("client-cert-untrusted", message, hint)
    return None


_LOG = "nothing is wrong with it by itself: read the server's log"


def _same_ca(seen: Observation, ours: Ours, credential: Identity) -> bool:
    """True when our certificate and the server's come from the same CA, one that we trust."""
    top, theirs = (credential.certificate, *credential.chain)[-1], seen.peer_chain[-1:]
    anchors = {root.subject for root in ours.roots}
    return any(top.issuer in anchors and top.issuer == c.issuer for c in theirs)


_UNSURE = Confidence.UNKNOWN


def _revocation(refused: str) -> Finding:
    hint = "give the server a fresh CRL of every CA in the chain: mtlsctl crl"
    message = f"{refused}; it knows the CA, so a CRL that it wants may be missing or stale"
    return _bare("client-cert-revocation-unknown", message, hint)


def _rekeyed(seen: Observation, credential: Identity) -> list[Finding]:
    if not seen.acceptable_issuers:
        return []
    top = names.dn((credential.certificate, *credential.chain)[-1].issuer)
    message = f"or the server holds another key of {top} than the one that issued our certificate"
    return [_note(_bare("client-ca-rekeyed", message, "give the server the CA's present certificate"))]


def _too_long(credential: Identity) -> list[Finding]:
    if len(credential.chain) < 2:
        return []
    message = f"or the chain is too long for it: {len(credential.chain)} CA certificates were sent"
    return [_note(_bare("client-chain-too-long", message, "raise the server's verification depth"))]


def _note(finding: Finding) -> Finding:
    return finding._replace(verdict=Verdict.NOTE)


def _bare(code: str, message: str, hint: str) -> Finding:
    return Finding(code, Verdict.FAIL, message, hint, Whose.PEER)

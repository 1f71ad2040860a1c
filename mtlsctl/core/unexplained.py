"""Why a server may refuse a certificate that nothing is wrong with: what its alert means, and what else it can."""

from mtlsctl.core import alerts, names
from mtlsctl.core.diagnose import Confidence, Ours
from mtlsctl.core.findings import Finding, Verdict, Whose
from mtlsctl.core.observation import Observation
from mtlsctl.core.openssl import Identity
from mtlsctl.core.own_trust import without_root


def unexplained(seen: Observation, ours: Ours, credential: Identity, refused: str) -> tuple[list[Finding], Confidence]:
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
            if seen.received() == alerts.DECRYPT_ERROR:
                return [rekeyed], Confidence.LIKELY
            return [rekeyed, _note(_revocation("or the key is the same")), *_too_long(credential)], _UNSURE
        case alerts.UNKNOWN_CA:
            issuer = names.dn((credential.certificate, *credential.chain)[-1].issuer)
            untrusted = _bare("client-cert-untrusted", refused, f"let the server trust {issuer}")
            return [untrusted, _note(_revocation("or it does")), *_too_long(credential)], Confidence.LIKELY
        case alerts.CERTIFICATE_EXPIRED:
            from mtlsctl.core import skew

            hint = "renew the server's CRL: a stale one is said with the same alert"
            stale = _bare("client-cert-revocation-unknown", f"{refused}; it is valid by this clock", hint)
            top = names.dn((credential.certificate, *credential.chain)[-1].issuer)
            above = _bare(
                "client-chain-expired",
                f"or the certificate of {top} that the server holds has expired",
                "renew it there",
            )
            return [stale, skew.maybe_theirs(), _note(above)], Confidence.LIKELY
        case alerts.INTERNAL_ERROR if credential.chain:
            hint = "Apache says so of chains longer than SSLVerifyDepth: raise it; else read the server's log"
            allowed = _bare("client-cert-not-allowed", "or it is not on the list of those let in", "add it there")
            return [_bare("client-chain-too-long", refused, hint), _note(allowed)], Confidence.LIKELY
        case alerts.BAD_CERTIFICATE:
            from mtlsctl.core import skew

            # Nothing is bad about it: so say servers whose own rule comes after the chain (Go, stunnel).
            allowed = _bare("client-cert-not-allowed", refused, "add it to the server's list of those let in")
            unknown = _note(_revocation("or it wants to know of revocation"))
            return [allowed, unknown, skew.maybe_theirs()], Confidence.LIKELY
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

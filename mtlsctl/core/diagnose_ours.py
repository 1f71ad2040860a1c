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
    )
)
_DATES = frozenset(("client-cert-expired", "client-chain-expired", "client-cert-not-yet-valid"))
_WEAK = frozenset(("client-cert-weak-key", "client-cert-weak-signature"))

# What each alert can mean, measured on ten servers; an alert that is not here can mean anything.
_FITS = {
    alerts.UNSUPPORTED_CERTIFICATE: frozenset(("client-cert-wrong-eku", "client-cert-wrong-key-usage")),
    alerts.CERTIFICATE_EXPIRED: _DATES,
    alerts.UNKNOWN_CA: _TRUST | {"client-bad-ca", "client-chain-too-long"},
    alerts.DECRYPT_ERROR: _WEAK | {"client-ca-rekeyed", "client-bad-signature"},
    alerts.CERTIFICATE_REVOKED: frozenset(("client-cert-revoked",)),
}


def our_certificate(
    seen: Observation, ours: Ours, credential: Identity, refused: str
) -> tuple[list[Finding], Confidence]:
    """Findings about our refused certificate, likeliest first. refused: who refused what, and how, in words."""
    number = seen.received()
    faults = our_faults(seen, ours, credential)
    fitting = [f for f in faults if number not in _FITS or f.code in _FITS[number]]
    if number == alerts.CERTIFICATE_REVOKED:
        return [_bare("client-cert-revoked", refused, "get a new one: mtlsctl issue client NAME")], Confidence.CERTAIN
    if fitting:
        first = fitting[0]._replace(message=f"{refused}: {fitting[0].message}", whose=Whose.OURS)
        rest = [f._replace(verdict=Verdict.NOTE) for f in faults if f is not fitting[0]]
        # The alert names this kind of fault, and our certificate has it and no other of the kind.
        exact = number in _FITS and len(fitting) == 1 and fitting[0].code not in _SUSPECTED
        return [first, *rest], Confidence.CERTAIN if exact else Confidence.LIKELY
    return [_by_alert(seen, credential, refused), *(f._replace(verdict=Verdict.NOTE) for f in faults)], _doubt(number)


_SUSPECTED = frozenset(("client-ca-rekeyed", "client-bad-signature"))
"""Faults held against our own roots: which key of that CA the server holds is not seen."""


def _doubt(number: int | None) -> Confidence:
    return Confidence.LIKELY if number == alerts.UNKNOWN_CA else Confidence.UNKNOWN


def our_faults(seen: Observation, ours: Ours, credential: Identity) -> list[Finding]:
    """What is wrong with our chain: in itself, by our own clock; and against the CA names that the server listed."""
    chain = (credential.certificate, *credential.chain)
    anchors = (*ours.roots, *_tops(chain))
    found = [f for f in chain_findings(chain, anchors, True, ours.at) if f.verdict is Verdict.FAIL]
    trust = [f for f in chain_findings(chain, ours.roots, True, ours.at) if f.code in _TRUST]
    in_itself = [f for f in found if f.code not in _TRUST]
    listed = against_list(seen, ours, credential)
    rekeyed = [f for f in trust if f.code in ("client-ca-rekeyed", "client-bad-signature")]
    return [*listed, *(rekeyed if not listed else ()), *in_itself]


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
    missing = Finding(
        "client-cert-missing-intermediate",
        Verdict.FAIL,
        f"its issuer {names.dn(leaf.issuer)} was not sent along, and the server accepts {accepted}",
        "put the issuing CA's certificate behind the leaf: cat client.pem issuing.pem > fullchain.pem",
    )
    # The server shows an issuing CA of its own: when that one signed our leaf too, only the sending is at fault.
    return [missing] if any(issued(leaf, ca) for ca in seen.peer_chain[1:]) else [untrusted, missing]


_ISSUE = "have one issued by that CA: mtlsctl issue client NAME"


def _by_alert(seen: Observation, credential: Identity, refused: str) -> Finding:
    """Nothing that we see fits: what the alert itself says, and where to look."""
    match seen.received():
        case alerts.UNKNOWN_CA:
            issuer = names.dn((credential.certificate, *credential.chain)[-1].issuer)
            hint = f"let the server trust {issuer}; if it does, its CRL is missing, or it holds an older key of that CA"
            return _bare("client-cert-untrusted", refused, hint)
        case alerts.CERTIFICATE_EXPIRED:
            message = f"{refused}; it is valid by this clock"
            hint = "compare the server's clock, and renew its CRL: a stale one is said with the same alert"
            return _bare("client-cert-revocation-unknown", message, hint)
        case alerts.ACCESS_DENIED:
            return _bare("client-cert-not-allowed", refused, "add it to the server's list of those let in")
        case alerts.INTERNAL_ERROR if credential.chain:
            hint = "Apache says so of chains longer than SSLVerifyDepth: raise it; else read the server's log"
            return _bare("client-chain-too-long", refused, hint)
        case _:
            return _bare("client-cert-refused", refused, "nothing is wrong with it by itself: read the server's log")


def _bare(code: str, message: str, hint: str) -> Finding:
    return Finding(code, Verdict.FAIL, message, hint, Whose.PEER)

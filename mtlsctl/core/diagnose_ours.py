"""Why a server refused our certificate: what we find wrong with it, held against the alert that came."""

from cryptography import x509

from mtlsctl.core import alerts, keys, own_trust, strength
from mtlsctl.core.diagnose import Confidence, Ours, plain, subject
from mtlsctl.core.findings import Finding, Verdict, Whose
from mtlsctl.core.judge import chain_findings
from mtlsctl.core.observation import Observation
from mtlsctl.core.openssl import Identity
from mtlsctl.core.unexplained import Refusal, also, openssl, unexplained

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
    # OpenSSL says so of a leaf that is not the one that a server trusts.
    alerts.UNKNOWN_CA: own_trust.CODES
    | {"client-bad-ca", "client-chain-too-long", "client-chain-expired", "client-cert-not-allowed"},
    alerts.DECRYPT_ERROR: _WEAK | {"client-ca-rekeyed", "client-bad-signature", "client-cert-wrong-sigalg"},
    alerts.CERTIFICATE_REVOKED: frozenset(("client-cert-revoked",)),
    # Apache says so of a chain above SSLVerifyDepth, before it looks at anything else.
    # GnuTLS says so of a key usage.
    alerts.INTERNAL_ERROR: frozenset(
        ("client-chain-too-long", "client-cert-wrong-sigalg", "client-cert-wrong-key-usage")
    ),
}
# TLS 1.2 sends a key on any curve (RFC 8422, 5.1.1), and the server finds it unusable.
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
        hint = "get a new one: mtlsctl issue client NAME"
        return [Finding("client-cert-revoked", Verdict.FAIL, refused, hint, Whose.PEER)], Confidence.CERTAIN
    case = Refusal(seen, ours, credential, refused)
    faults = our_faults(seen, ours, credential)
    if not seen.acceptable_issuers and _not_of_trust(case):
        faults = [f for f in faults if f.code not in own_trust.CODES or f.code == "client-cert-self-signed"]
    wanted = _FITS.get(number) if number is not None and (credential.chain or number != alerts.INTERNAL_ERROR) else None
    fitting = [f for f in faults if wanted is None or f.code in wanted]
    if fitting:
        first = fitting[0]._replace(message=f"{refused}: {plain(fitting[0], credential)}", whose=Whose.OURS)
        rest = [f._replace(verdict=Verdict.NOTE) for f in faults if f.code != fitting[0].code]
        if fitting[0].code == "client-cert-untrusted" and not seen.acceptable_issuers:
            return [first, *rest, *also(case, {f.code for f in faults})], Confidence.UNKNOWN
        # The alert names this kind of fault, and our certificate has it and no other of the kind.
        # Without a list of CAs what it trusts is a guess, and what is above a chain without its root, too.
        top = (credential.certificate, *credential.chain)[-1]
        open_end = fitting[0].code == "client-cert-untrusted" and top.issuer != top.subject
        guessed = fitting[0].code in own_trust.CODES and (not seen.acceptable_issuers or open_end)
        exact = wanted is not None and len(fitting) == 1 and fitting[0].code not in _SUSPECTED and not guessed
        return [first, *rest], Confidence.CERTAIN if exact else Confidence.LIKELY
    found, sure = unexplained(seen, ours, credential, refused)
    return [*found, *(f._replace(verdict=Verdict.NOTE) for f in faults)], sure


def _not_of_trust(case: Refusal) -> bool:
    """A server that names no CA, and refuses in a way in which none says that it does not trust ours.

    TLS libraries send an alert before the handshake is complete at their end, and OpenSSL's is not certificate_unknown.
    """
    number = case.seen.received()
    return case.seen.confirmed if number is None else number == alerts.CERTIFICATE_UNKNOWN and openssl(case)


def our_faults(seen: Observation, ours: Ours, credential: Identity) -> list[Finding]:
    """What is wrong with our chain: against the CA names that the server listed, or our own roots; and in itself."""
    chain = (credential.certificate, *credential.chain)
    anchors = (*ours.roots, *_tops(chain))
    found = chain_findings(chain, anchors, True, ours.at, crls=ours.crls)
    curve = _curve(seen, credential)
    apart = own_trust.CODES | {
        "client-cert-revocation-unknown"
    }  # that our own CRLs are missing or stale is not its fault
    in_itself = [f for f in found if f.verdict is Verdict.FAIL and f.code not in apart]
    if curve:
        in_itself = [f for f in in_itself if f.code != "client-cert-weak-key"]  # said of the curve, too
    if not any(f.code == "client-cert-weak-signature" for f in in_itself):
        in_itself += _weak_signatures(
            chain
        )  # a chain's end is taken for an anchor above, whose signature nobody checks
    order = [f for f in found if f.code == "client-chain-order"]
    trust = own_trust.trust_faults(seen, ours, credential)
    # Without a list of CAs, what is wrong in itself is known and the rest a guess.
    faults = [*trust, *in_itself] if seen.acceptable_issuers else [*in_itself, *trust]
    return [*curve, *faults, *order]


def _weak_signatures(chain: tuple[x509.Certificate, ...]) -> list[Finding]:
    """Certificates that we send and a CA signed with SHA-1 or MD5."""
    for one in chain:
        digest = strength.digest(one)
        if one.issuer != one.subject and digest is not None and digest.name in ("sha1", "md5"):
            message = f"{subject(one)}: signed with {digest.name.upper()}, which is broken"
            hint = "issue it again with SHA-256: mtlsctl issue client NAME"
            return [Finding("client-cert-weak-signature", Verdict.FAIL, message, hint)]
    return []


def _curve(seen: Observation, credential: Identity) -> list[Finding]:
    """A key on a curve that the server does not have. rustls, which lacks P-521, calls it a wrong signature."""
    curve, number = getattr(getattr(credential.certificate.public_key(), "curve", None), "name", ""), seen.received()
    unknown = curve not in keys.TLS_CURVES and number in _CURVE_ALERTS
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

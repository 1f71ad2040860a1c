"""Why our certificate stayed at home although the server asked: what it lists, held against our key."""

from mtlsctl.core import keys
from mtlsctl.core.diagnose import Confidence, subject
from mtlsctl.core.diagnose_ours import KEY_KIND
from mtlsctl.core.findings import Finding, Verdict, Whose
from mtlsctl.core.lists import few
from mtlsctl.core.mismatch import read
from mtlsctl.core.observation import Observation
from mtlsctl.core.openssl import Identity
from mtlsctl.core.signing import schemes


def unsent(seen: Observation, credential: Identity, verdict: Verdict) -> tuple[Finding, Confidence]:
    """OpenSSL sends an empty list when the key fits none of the server's algorithms (RFC 8446, 4.4.2.3)."""
    certificate = credential.certificate
    kind = keys.describe(certificate.public_key())
    who = f"our certificate {subject(certificate)} was not sent"
    request = read(seen).request
    if request is None:
        message = f"{who}: {seen.peer} accepts no signatures of its {kind} key"
        return Finding("client-cert-wrong-sigalg", verdict, message, KEY_KIND, Whose.OURS), Confidence.LIKELY
    accepted = request.signature_algorithms
    if schemes(certificate, seen.version).isdisjoint(accepted):
        message = f"{who}: its {kind} key can sign in none of the ways that {seen.peer} accepts: {few(accepted, 6)}"
        return Finding("client-cert-wrong-sigalg", verdict, message, KEY_KIND, Whose.OURS), Confidence.CERTAIN
    message = f"{who}, although {seen.peer} accepts signatures of its {kind} key: this end's library left it out"
    hint = "leave --sigalgs and --ciphers away; some curves and key types are not for TLS: use ECDSA P-256"
    return Finding("client-cert-not-sent", verdict, message, hint, Whose.OURS), Confidence.LIKELY

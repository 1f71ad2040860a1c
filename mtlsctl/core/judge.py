"""What is wrong with the other side's chain, in findings: core/verify.py's words, and OpenSSL's numbers behind them."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature

from mtlsctl.core.callbacks import UNSPECIFIED
from mtlsctl.core.findings import Finding, Verdict, Whose
from mtlsctl.core.observation import Observation, Role, VerifyError
from mtlsctl.core.unreadable import UNREADABLE

# X509_V_ERR_* to the code for a server's chain and for a client's; what core/verify.py did not see is said by these.
_BY_NUMBER = {
    2: ("server-untrusted-root", "client-cert-untrusted"),
    7: ("server-bad-signature", "client-bad-signature"),
    9: ("server-cert-not-yet-valid", "client-cert-not-yet-valid"),
    10: ("server-cert-expired", "client-cert-expired"),
    18: ("server-self-signed", "client-cert-self-signed"),
    19: ("server-untrusted-root", "client-cert-untrusted"),
    20: ("server-untrusted-root", "client-cert-untrusted"),
    21: ("server-untrusted-root", "client-cert-untrusted"),
    22: ("server-pathlen", "client-chain-too-long"),
    23: ("server-cert-revoked", "client-cert-revoked"),
    24: ("server-bad-ca", "client-bad-ca"),
    25: ("server-pathlen", "client-chain-too-long"),
    26: ("server-wrong-eku", "client-cert-wrong-eku"),
    34: ("server-unknown-critical-extension", "client-unknown-critical-extension"),
    47: ("server-name-constraints", "client-name-constraints"),
    48: ("server-name-constraints", "client-name-constraints"),
    62: ("server-name-mismatch", "client-name-mismatch"),
    64: ("server-ip-not-in-san", "client-name-mismatch"),
    66: ("server-weak-key", "client-cert-weak-key"),
    67: ("server-weak-key", "client-cert-weak-key"),
    68: ("server-weak-signature", "client-cert-weak-signature"),
    79: ("server-bad-ca", "client-bad-ca"),
}
_OTHER = ("server-cert-invalid", "client-cert-invalid")


def judge(
    seen: Observation,
    roots: Sequence[x509.Certificate],
    wanted: x509.GeneralName | None,
    at: datetime,
    crls: Sequence[x509.CertificateRevocationList] = (),
) -> tuple[Finding, ...]:
    """The findings about the peer's chain, root cause first; at least one that fails where OpenSSL refused it."""
    found = chain_findings(seen.peer_chain, roots, seen.role is Role.SERVER, at, wanted, crls)
    if seen.staple is not None:
        found = tuple(sorted((*found, *of_staple(seen, roots, at, crls)), key=lambda f: -f.verdict.rank))
    if any(e.number == UNSPECIFIED for e in seen.verify_errors) and not any(f.code in _OTHER for f in found):
        unreadable = [e for e in seen.verify_errors if e.number == UNSPECIFIED]
        return (*dict.fromkeys(_by_number(seen._replace(verify_errors=tuple(unreadable)))), *found)
    if any(f.verdict is Verdict.FAIL for f in found) or not seen.verify_errors:
        return found
    return (*dict.fromkeys(_by_number(seen)), *found)


def chain_findings(
    chain: Sequence[x509.Certificate],
    roots: Sequence[x509.Certificate],
    client: bool,
    at: datetime,
    wanted: x509.GeneralName | None = None,
    crls: Sequence[x509.CertificateRevocationList] = (),
) -> tuple[Finding, ...]:
    """What verify says of a chain that a client (or a server) presents; () without a chain or roots.

    () too for a chain that it cannot read: what OpenSSL said of it is all there is.
    """
    if not chain or not roots:
        return ()
    from mtlsctl.core.verify import Purpose, verify  # only where something is wrong

    purpose = Purpose.CLIENT if client else Purpose.SERVER
    asked = (wanted,) if wanted else ()
    try:
        return verify(chain, roots, purpose=purpose, at=at, names=asked, crls=crls, partial_chain=True).findings
    except UNREADABLE:
        return ()


def of_staple(
    seen: Observation,
    roots: Sequence[x509.Certificate],
    at: datetime,
    crls: Sequence[x509.CertificateRevocationList] = (),
) -> tuple[Finding, ...]:
    """What is wrong with the OCSP staple that a server was asked for. A resumed session comes without certificates."""
    if seen.staple is None or seen.resumed or not seen.peer_chain:
        return ()
    from mtlsctl.core import stapled  # only with --staple

    above = stapled.above(seen.chunks, seen.secrets)
    return stapled.judge(seen.staple, seen.peer_chain, roots, at, crls, above).findings


def sure(found: Sequence[Finding], leaf: x509.Certificate | None, known: Iterable[x509.Certificate]) -> bool:
    """True when the first finding is the only cause that fits.

    A leaf that came alone may lack its intermediate or be a stranger's: only a CA that we know to have signed it tells.
    """
    alone = bool(found) and found[0].code.endswith("missing-intermediate")
    return not alone or (leaf is not None and any(issued(leaf, ca) for ca in known))


def issued(leaf: x509.Certificate, ca: x509.Certificate) -> bool:
    """True when a CA signed a certificate."""
    try:
        leaf.verify_directly_issued_by(ca)
    except (*UNREADABLE, InvalidSignature):
        return False
    return True


def _by_number(seen: Observation) -> list[Finding]:
    """One finding for each of OpenSSL's complaints, worst depth last."""
    client = seen.role is Role.SERVER
    return [
        Finding(
            _BY_NUMBER.get(error.number, _OTHER)[client],
            Verdict.FAIL,
            *_words(error),
            Whose.PEER,
            error.subject,
        )
        for error in seen.verify_errors
    ]


def _words(error: VerifyError) -> tuple[str, str]:
    """Message and hint for one complaint."""
    if error.number == UNSPECIFIED:
        message = f"the certificate at depth {error.depth} cannot be decoded: its bytes break RFC 5280"
        return message, "have it issued again, by a tool that keeps to RFC 5280"
    message = f"OpenSSL refuses {error.subject or 'a certificate'} at depth {error.depth} (verify error {error.number})"
    return message, "--json has the chain that came, as PEM: save it, then mtlsctl verify CHAIN --ca ROOTS"

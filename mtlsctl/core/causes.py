"""The causes for which a chain is refused: how telling each is, and the code that it has at either end."""

from typing import Literal, NamedTuple

from mtlsctl.core.findings import Finding, Verdict, Whose

Cause = Literal[
    "invalid",
    "bad-signature",
    "ca-rekeyed",
    "self-signed",
    "missing-intermediate",
    "untrusted",
    "revoked",
    "expired",
    "not-yet-valid",
    "chain-expired",
    "bad-ca",
    "path-length",
    "name-constraints",
    "critical-extension",
    "purpose",
    "key-usage",
    "cn-only",
    "ip",
    "name",
    "weak-key",
    "weak-signature",
    "crl-missing",
    "crl-expired",
    "ocsp-unusable",
    "exempt",
    "against-policy",
    "stack-refuses",
    "no-policy",
    "key-id",
    "other",
    "order",
    "extra",
    "expires-soon",
    "other-path",
    "portability",
]

# The order is the rank: what stands first is said first. (server's certificate, client's certificate)
CODES: dict[Cause, tuple[str, str]] = {
    "invalid": ("server-cert-invalid", "client-cert-invalid"),
    "bad-signature": ("server-bad-signature", "client-bad-signature"),
    "ca-rekeyed": ("server-ca-rekeyed", "client-ca-rekeyed"),
    "self-signed": ("server-self-signed", "client-cert-self-signed"),
    "missing-intermediate": ("server-missing-intermediate", "client-cert-missing-intermediate"),
    "untrusted": ("server-untrusted-root", "client-cert-untrusted"),
    "revoked": ("server-cert-revoked", "client-cert-revoked"),
    "expired": ("server-cert-expired", "client-cert-expired"),
    "not-yet-valid": ("server-cert-not-yet-valid", "client-cert-not-yet-valid"),
    "chain-expired": ("server-chain-expired", "client-chain-expired"),
    "bad-ca": ("server-bad-ca", "client-bad-ca"),
    "path-length": ("server-pathlen", "client-chain-too-long"),
    "name-constraints": ("server-name-constraints", "client-name-constraints"),
    "critical-extension": ("server-unknown-critical-extension", "client-unknown-critical-extension"),
    "purpose": ("server-wrong-eku", "client-cert-wrong-eku"),
    "key-usage": ("server-wrong-key-usage", "client-cert-wrong-key-usage"),
    "cn-only": ("server-cn-only", "client-name-mismatch"),
    "ip": ("server-ip-not-in-san", "client-name-mismatch"),
    "name": ("server-name-mismatch", "client-name-mismatch"),
    "weak-key": ("server-weak-key", "client-cert-weak-key"),
    "weak-signature": ("server-weak-signature", "client-cert-weak-signature"),
    "crl-missing": ("server-crl-missing", "client-cert-revocation-unknown"),
    "crl-expired": ("server-crl-expired", "client-cert-revocation-unknown"),
    "ocsp-unusable": ("ocsp-unusable", "ocsp-unusable"),
    "exempt": ("revocation-exempt", "revocation-exempt"),
    "against-policy": ("against-policy", "against-policy"),
    "stack-refuses": ("stack-refuses", "stack-refuses"),
    "no-policy": ("server-cert-invalid", "client-cert-invalid"),  # certificate policies, RFC 5280, 6.1
    "key-id": ("server-cert-invalid", "client-cert-invalid"),
    "other": ("server-cert-invalid", "client-cert-invalid"),
    "order": ("server-chain-order", "client-chain-order"),
    "extra": ("server-extra-certs", "client-extra-certs"),
    "expires-soon": ("expires-soon", "expires-soon"),
    "other-path": ("other-path", "other-path"),
    "portability": ("portability", "portability"),
}
_RANK = {cause: number for number, cause in enumerate(CODES)}

# Causes of which one hides the others: a verifier that stops at its first fault names any of a family.
FAMILIES: tuple[frozenset[Cause], ...] = (
    frozenset({"bad-signature", "ca-rekeyed", "self-signed", "missing-intermediate", "untrusted"}),
    frozenset({"expired", "not-yet-valid", "chain-expired"}),
    frozenset({"crl-missing", "crl-expired", "revoked"}),
    frozenset({"bad-ca", "path-length"}),
    frozenset({"weak-key", "weak-signature"}),
    frozenset({"invalid", "no-policy", "key-id", "other"}),
)


EITHER = "server|client"
"""In a hint: one of them, by whose chain it is."""

CHAINED = ": cat leaf.pem issuing.pem > fullchain.pem"
"""In a hint: how a chain gets another certificate, where nobody knows its files."""

IN_ORDER = "mtlsctl inspect --pem FILE > fullchain.pem"
"""In a hint: how the certificates of a file get into their order."""


class Problem(NamedTuple):
    """One thing wrong with a chain, before it is known whose chain it is."""

    cause: Cause
    message: str
    hint: str = ""
    about: str = ""
    verdict: Verdict = Verdict.FAIL
    whose: Whose = Whose.PEER
    """PEER: whoever presents the chain. OURS: the roots and CRLs of the side that verifies. NOBODY: nobody erred."""
    by: str = ""
    """The certificate whose rule is broken, where that is another one: the CA of name constraints."""


def family(cause: Cause) -> frozenset[Cause]:
    """The causes that a verifier may name in place of this one, itself among them."""
    return next((f for f in FAMILIES if cause in f), frozenset({cause}))


def finding(problem: Problem, client: bool) -> Finding:
    """A problem as a finding, with the code of the end whose chain it is."""
    code = CODES[problem.cause][client]
    hint = problem.hint.replace(EITHER, "client" if client else "server")
    return Finding(code, problem.verdict, problem.message, hint, problem.whose, problem.about)


def by_rank(problems: list[Problem]) -> list[Problem]:
    """The worst first; among equals the most telling; each said once."""
    unique = list(dict.fromkeys(problems))
    return sorted(unique, key=lambda p: (-p.verdict.rank, _RANK[p.cause]))

"""Why a server may refuse a certificate that nothing is wrong with: what its alert means, and what else it can."""

from collections.abc import Callable, Collection, Iterable
from typing import NamedTuple

from cryptography import x509

from mtlsctl.core import alerts, names
from mtlsctl.core.diagnose import Confidence, Ours
from mtlsctl.core.findings import Finding, Verdict, Whose
from mtlsctl.core.observation import Observation
from mtlsctl.core.openssl import Identity
from mtlsctl.core.own_trust import without_root

_LIKELY, _UNSURE = Confidence.LIKELY, Confidence.UNKNOWN


class Refusal(NamedTuple):
    """A refusal of a certificate that we find nothing wrong with."""

    seen: Observation
    ours: Ours
    credential: Identity
    refused: str
    """Who refused what, and how, in words."""

    @property
    def top(self) -> str:
        """The CA above all that we send."""
        return names.dn(_above(self.credential))

    @property
    def lax(self) -> str:
        """What OpenSSL's strict mode would miss in what we send, in words; "" where it would miss nothing."""
        from mtlsctl.core import keyids

        return keyids.missing((self.credential.certificate, *self.credential.chain))

    @property
    def between(self) -> int:
        """How many CA certificates of our chain count against a server's depth: all but a root."""
        return sum(c.issuer != c.subject for c in self.credential.chain)


def unexplained(seen: Observation, ours: Ours, credential: Identity, refused: str) -> tuple[list[Finding], Confidence]:
    """Nothing that we see fits: what the alert itself says, what else it can mean, and where to look."""
    case = Refusal(seen, ours, credential, refused)
    if seen.received() == alerts.UNKNOWN_CA and (half := without_root(seen, credential, refused)):
        return [half], _LIKELY
    row = _row(case)
    return _findings(case, row.causes), row.sure


def also(case: Refusal, said: Collection[str]) -> list[Finding]:
    """What else such a refusal can mean, as notes: without the codes that were said."""
    return [found for found in possible(case, _row(case).causes) if found.code not in said]


def possible(case: Refusal, causes: Iterable["Cause"]) -> list[Finding]:
    """What else it may be, as notes: each of these causes that can be at all."""
    return [_told(c, c.other, case, Verdict.NOTE) for c in causes if c.can_be(case)]


def likeliest(case: Refusal, causes: Iterable["Cause"]) -> list[Finding]:
    """The same causes as refusals."""
    return [_told(c, c.first, case, Verdict.FAIL) for c in causes if c.can_be(case)]


def _row(case: Refusal) -> "_Row":
    return next(row for row in _ROWS if _said(row.alert, case) and row.where(case))


def _said(alert: int | None, case: Refusal) -> bool:
    return alert is None or case.seen.received() == alert


def _findings(case: Refusal, causes: tuple["Cause", ...]) -> list[Finding]:
    first, *others = causes
    return [_told(first, first.first, case, Verdict.FAIL), *possible(case, others)]


def _told(cause: "Cause", words: str, case: Refusal, verdict: Verdict) -> Finding:
    count = str(len(case.credential.chain))
    known = {"refused": case.refused, "top": case.top, "count": count, "lax": case.lax}
    return Finding(cause.code, verdict, words.format_map(known), cause.hint.format_map(known), Whose.PEER)


def _above(credential: Identity) -> x509.Name:
    return (credential.certificate, *credential.chain)[-1].issuer


def _anyhow(_: Refusal) -> bool:
    return True


def _listed(case: Refusal) -> bool:
    return bool(case.seen.acceptable_issuers)


def _chained(case: Refusal) -> bool:
    return bool(case.credential.chain)


def _same_ca(case: Refusal) -> bool:
    """Our certificate and the server's come from the same CA, one that we trust: it knows that CA's present key."""
    above = _above(case.credential)
    anchors = {root.subject for root in case.ours.roots}
    return above in anchors and any(above == c.issuer for c in case.seen.peer_chain[-1:])


def openssl(case: Refusal) -> bool:
    """The server's library is OpenSSL or was made from it: no other lists rsa_pss_pss before rsa_pss_rsae."""
    from mtlsctl.core.mismatch import read  # it decodes the conversation

    request = read(case.seen).request
    listed = [name for name in (request.signature_algorithms if request else ()) if name.startswith("rsa_pss_")]
    return bool(listed) and listed[0].startswith("rsa_pss_pss_")


def _parted(case: Refusal) -> bool:
    """It has taken the handshake to its end, listed no CA, and left without an alert."""
    return case.seen.confirmed and case.seen.received() is None and not _listed(case)


def _strict(case: Refusal) -> bool:
    return bool(case.lax) and openssl(case)


def _named_by_keys(case: Refusal) -> bool:
    """OpenSSL does not take another key of our CA for it: what we send names that key (RFC 5280, 4.2.1.1)."""
    from mtlsctl.core import keyids

    return openssl(case) and keyids.named((case.credential.certificate, *case.credential.chain))


def _no_root(case: Refusal) -> bool:
    """The CA above all that we send may be one between, whose certificate the server has not."""
    top = (case.credential.certificate, *case.credential.chain)[-1]
    return top.issuer != top.subject and not (case.credential.chain and _listed(case))


class Cause(NamedTuple):
    """One that nothing at this end shows. {refused}, {top}, {count} and {lax} stand for what Refusal knows."""

    code: str
    first: str
    """How it is said as the likeliest."""
    other: str
    """How it is said after another one."""
    hint: str
    can_be: Callable[[Refusal], bool] = _anyhow
    """Where it is possible at all."""


REKEYED = Cause(
    "client-ca-rekeyed",
    "{refused}; it lists {top}, and may hold another key of that CA than the one that signed",
    "or the server holds another key of {top} than the one that issued our certificate",
    "give the server the CA's present certificate",
)
NOT_ALLOWED = Cause(
    "client-cert-not-allowed",
    "{refused}",
    "or it is not on the list of those let in",
    "add it to the server's list of those let in",
)
CRL = Cause(
    "client-cert-revocation-unknown",
    "{refused}; it knows the CA, so a CRL that it wants may be missing or stale",
    "or a CRL that the server wants is missing or stale",
    "give the server a fresh CRL of every CA in the chain: mtlsctl crl",
)
SAME_CA = CRL._replace(
    first="{refused}; its own certificate is of the same CA: if it trusts that, a CRL that it wants may be missing",
)
FORGED_CRL = Cause(
    "client-cert-revocation-unknown",
    "{refused}; our chain names the keys that signed it, so a CRL that the server holds may be signed by another one",
    "or a CRL that the server holds is signed by another key of its CA",
    "give the server a CRL that the CA's present key signed: mtlsctl crl",
)
OCSP = Cause(
    "client-cert-revocation-unknown",
    "{refused}; the server may have asked for its OCSP status, and got none",
    "or the server asks for its OCSP status (Apache, stunnel) or a CRL, and has none",
    "see that the OCSP responder answers the server; Apache: SSLOCSPEnable, stunnel: OCSP",
)
STRICT = Cause(
    "client-cert-invalid",
    "{refused}: OpenSSL says so in its strict mode; {lax}",
    "or it is too strict for ours: {lax}",
    "issue the chain again with these extensions: mtlsctl issue client NAME",
    lambda case: bool(case.lax),
)
WEAK = Cause(
    "client-cert-weak-key",
    "{refused}: a key or a signature in the chain may be too weak for it",
    "or a key or a signature in the chain is too weak for its security level",
    "issue it again with stronger keys: mtlsctl issue client NAME --key-type p384",
)
STALE_CRL = Cause(
    "client-cert-revocation-unknown",
    "{refused}; it is valid by this clock",
    "or the server's CRL is stale",
    "renew the server's CRL: a stale one is said with the same alert",
)
REVOKED = Cause(
    "client-cert-revoked",
    "{refused}; nothing is wrong with it by itself: it may have been revoked",
    "or it was revoked",
    "ask the CA, or issue a new one",
)
TOO_LONG = Cause(
    "client-chain-too-long",
    "{refused}: {count} CA certificates came with it",
    "or the chain is too long for it: {count} CA certificates were sent",
    "raise the server's verification depth; Apache: SSLVerifyDepth 3, nginx: ssl_verify_depth 3",
    lambda case: case.between > 1,
)
ALONE = Cause(
    "client-cert-missing-intermediate",
    "{refused}; the certificate of {top} was not sent along",
    "or it has {top} by name alone, and its certificate was not sent along",
    "put that CA's certificate behind ours: cat client.pem issuing.pem > fullchain.pem",
    _no_root,
)
_REFUSED = Cause(
    "client-cert-refused",
    "{refused}",
    "or for a reason of its own",
    "nothing is wrong with it by itself: read the server's log",
)
UNTRUSTED = Cause(
    "client-cert-untrusted", "{refused}", "or the server does not trust {top}", "let the server trust {top}"
)
_CHAIN_EXPIRED = Cause(
    "client-chain-expired",
    "{refused}",
    "or the certificate of {top} that the server holds has expired",
    "renew it there",
)
_CLOCKS = Cause(
    "clock-skew",
    "{refused}; the two clocks may differ",
    "or the two clocks differ: by this machine's our certificate is valid",
    "compare the server's clock: date -u at both ends",
)


class _Row(NamedTuple):
    alert: int | None
    """None: any, and none at all."""
    where: Callable[[Refusal], bool]
    causes: tuple[Cause, ...]
    """The likeliest first."""
    sure: Confidence


# What the refusals of ten servers meant where nothing was wrong with the certificate; the first row that fits counts.
_ROWS = (
    # OpenSSL says unknown_ca of a CRL that is not there, too: the only thing left where it has the CA's present key.
    _Row(alerts.UNKNOWN_CA, lambda case: _listed(case) and _same_ca(case), (CRL, REKEYED, TOO_LONG), _LIKELY),
    _Row(alerts.UNKNOWN_CA, _listed, (REKEYED, CRL, TOO_LONG, ALONE), _UNSURE),
    _Row(alerts.UNKNOWN_CA, _same_ca, (SAME_CA, UNTRUSTED, REKEYED, TOO_LONG), _UNSURE),
    # Whom it trusts, it does not say: a CA for its clients alone, as a rule, whoever issued its own certificate.
    _Row(alerts.UNKNOWN_CA, _anyhow, (UNTRUSTED, ALONE, CRL, REKEYED, TOO_LONG), _UNSURE),
    # rustls says so of another key, whatever the key identifiers say.
    _Row(alerts.DECRYPT_ERROR, _named_by_keys, (FORGED_CRL, REKEYED), _LIKELY),
    _Row(alerts.DECRYPT_ERROR, _listed, (REKEYED, FORGED_CRL), _LIKELY),
    _Row(alerts.CERTIFICATE_EXPIRED, _anyhow, (STALE_CRL, _CLOCKS, _CHAIN_EXPIRED), _UNSURE),
    # Apache says so of a depth, which is asked about; stunnel of a name that is not on its list.
    _Row(alerts.INTERNAL_ERROR, _chained, (TOO_LONG, NOT_ALLOWED), _UNSURE),
    # Nothing is bad about it: so say servers whose own rule comes after the chain (stunnel), and Go of everything.
    _Row(alerts.BAD_CERTIFICATE, _anyhow, (NOT_ALLOWED, CRL, REKEYED, _CLOCKS, WEAK), _UNSURE),
    # OpenSSL says 44 of a certificate that was revoked, and Apache 46 of a CRL that is stale.
    _Row(alerts.CERTIFICATE_UNKNOWN, _strict, (STRICT, CRL, NOT_ALLOWED), _LIKELY),
    _Row(alerts.CERTIFICATE_UNKNOWN, openssl, (CRL, NOT_ALLOWED, REKEYED, REVOKED), _UNSURE),
    # Java says so of everything.
    _Row(alerts.CERTIFICATE_UNKNOWN, _anyhow, (REVOKED, CRL, NOT_ALLOWED, REKEYED, _CLOCKS), _UNSURE),
    # Erlang says so of most faults of a path, and OpenSSL of a check that is the application's own.
    _Row(alerts.HANDSHAKE_FAILURE, _anyhow, (_REFUSED, OCSP, TOO_LONG, REVOKED, NOT_ALLOWED, REKEYED), _UNSURE),
    # Most TLS libraries say by an alert that they do not trust a certificate: the application has looked at it.
    _Row(None, _parted, (_REFUSED, NOT_ALLOWED, UNTRUSTED, REVOKED, CRL, REKEYED), _UNSURE),
    # RFC 8446, 6.2: not allowed. GnuTLS says it of every fault; others come without a word.
    _Row(None, _anyhow, (_REFUSED, REVOKED, NOT_ALLOWED, CRL, REKEYED), _UNSURE),
)

"""What a stapled OCSP response says of the server's certificate (RFC 6066, 8), and what follows from it."""

import base64
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from cryptography import x509

from mtlsctl.core import names, ocsp, revoked
from mtlsctl.core.findings import Finding, Verdict, Whose
from mtlsctl.core.judge import issued
from mtlsctl.core.messages import Certificate
from mtlsctl.core.observation import Chunk, VerifyError
from mtlsctl.core.path import called
from mtlsctl.core.standing import Answer, Refusal
from mtlsctl.core.unreadable import UNREADABLE

# X509_V_ERR_*: CERT_REVOKED, OCSP_VERIFY_NEEDED, OCSP_VERIFY_FAILED, OCSP_CERT_UNKNOWN
_NUMBERS = {
    "server-cert-revoked": 23,
    "staple-required": 73,
    "staple-unusable": 74,
    "staple-expired": 74,
    "staple-unknown": 75,
}
_SWITCH_ON = "nginx ssl_stapling on, Apache SSLUseStapling on, HAProxy ocsp-update on"
_ANEW = "have the server fetch a new one: see in its log why it does not"


class Staple(NamedTuple):
    """A stapled OCSP response, or that there was none."""

    status: str
    """good, revoked or unknown; none where the server sent none. Good that is no longer fresh is unknown."""
    responder: str
    """Who says it: the CA, or its responder; "" where the response cannot be used."""
    this_update: datetime | None
    next_update: datetime | None
    revoked_at: datetime | None
    reason: str
    """RFC 5280, 5.3.1: "keyCompromise"; "" where none is given."""
    required: bool
    """The certificate demands a staple (RFC 7633)."""
    why: str
    """Why it is unknown, or none."""
    der: str
    """The response itself, DER in base64; "" where there is none."""
    subject: str
    """Whose status it is."""
    above: tuple["Staple", ...] = ()
    """Those that came for certificates above the leaf, where any did (RFC 8446, 4.4.2.1)."""


class Judged(NamedTuple):
    """A staple, and what is to be said of it and of those above it; nothing where they are good."""

    staple: Staple
    findings: tuple[Finding, ...]


def above(chunks: Sequence[Chunk], secrets: Sequence[bytes]) -> tuple[bytes, ...]:
    """The responses that came for the certificates above a server's leaf, b"" for one without. OpenSSL shows none.

    chunks: the conversation, as its client had it; secrets: its key log. () in TLS 1.2, which has no place for them.
    """
    from mtlsctl.core import wire  # only with --staple

    shown = [m.body for m in wire.decode(chunks, secrets, "sent") if m.sender == "server"]
    found = [body.staples for body in shown if isinstance(body, Certificate)]
    return found[-1][1:] if found else ()


def judge(
    der: bytes,
    chain: Sequence[x509.Certificate],
    roots: Sequence[x509.Certificate],
    at: datetime,
    crls: Sequence[x509.CertificateRevocationList] = (),
    above: Sequence[bytes] = (),
) -> Judged:
    """What the staple of a chain's leaf says at a time; b"" where none came. crls: for the responder's own revocation.

    chain: as it came, leaf first, at least the leaf. roots: those that are trusted. above: the staples to the rest of
    the chain. Raises nothing for what comes.
    """
    first = _one(der, chain, roots, at, crls)
    came = [(chain[number:], one) for number, one in enumerate(above[: len(chain) - 1], 1) if one]
    others = [_one(one, rest, roots, at, crls) for rest, one in came]
    found = [_of_ca(finding) for one in others for finding in one.findings]
    return Judged(first.staple._replace(above=tuple(one.staple for one in others)), (*first.findings, *found))


def _of_ca(found: Finding) -> Finding:
    """Clients ask for the leaf's staple; of a CA's only counts that it is revoked."""
    if found.code == "server-cert-revoked":
        return found._replace(hint="have the CA certified again, and serve the new certificate in the chain")
    return found._replace(verdict=Verdict.WARN)


def _one(
    der: bytes,
    chain: Sequence[x509.Certificate],
    roots: Sequence[x509.Certificate],
    at: datetime,
    crls: Sequence[x509.CertificateRevocationList],
) -> Judged:
    """The same of one staple, that of the first of a chain."""
    leaf = chain[0]
    if not der:
        return _none(leaf)
    heard = _heard(der, chain, roots, at, crls)
    if isinstance(heard, Refusal):
        return Judged(_staple(leaf, der, "unknown", why=heard.why), (_unusable(leaf, heard),))
    state = "unknown" if heard.stale and heard.state == "good" else heard.state
    why = f"{heard.speaker} does not know it" if heard.state == "unknown" else heard.stale
    staple = _staple(leaf, der, state, heard, why if state == "unknown" else "")
    found = _said(leaf, heard, at)
    return Judged(staple, (found,) if found else ())


def error(judged: Judged, chain: Sequence[x509.Certificate]) -> VerifyError | None:
    """What OpenSSL would say of a chain for such staples; None where the handshake may go on."""
    found = next((one for one in judged.findings if one.verdict is Verdict.FAIL), None)
    if found is None:
        return None
    depth = next((depth for depth, one in enumerate(chain) if called(one) == found.about), 0)
    return VerifyError(_NUMBERS[found.code], depth, found.about)


def must_staple(certificate: x509.Certificate) -> bool:
    """Whether a certificate demands a staple: TLS feature status_request (RFC 7633, 4.2.3.1)."""
    try:
        features = [e.value for e in certificate.extensions if isinstance(e.value, x509.TLSFeature)]
    except UNREADABLE:  # it is refused for that, with or without a staple
        return False
    return any(x509.TLSFeatureType.status_request in one for one in features)


def _none(leaf: x509.Certificate) -> Judged:
    if must_staple(leaf):
        why = "the certificate demands an OCSP staple (TLS feature status_request), and the server sent none"
        found = _fault("staple-required", leaf, why, f"switch stapling on: {_SWITCH_ON}")
    else:
        why = "the server was asked for an OCSP staple and sent none"
        found = _fault("staple-missing", leaf, why, f"servers staple where they are told to: {_SWITCH_ON}")
        found = found._replace(verdict=Verdict.NOTE)
    return Judged(_staple(leaf, b"", "none", why=why), (found,))


def _fault(code: str, leaf: x509.Certificate, words: str, hint: str) -> Finding:
    name = called(leaf)
    return Finding(code, Verdict.FAIL, f"{name}: {words}", hint, Whose.PEER, name)


def _heard(
    der: bytes,
    chain: Sequence[x509.Certificate],
    roots: Sequence[x509.Certificate],
    at: datetime,
    crls: Sequence[x509.CertificateRevocationList],
) -> Answer | Refusal:
    """The answer about the leaf. Of several certificates of its issuer any will do: they have one name and one key."""
    try:
        response = ocsp.Response(ocsp.load(der))
    except ValueError:
        return Refusal("ocsp", "", f"{len(der)} bytes that are no OCSP response")
    leaf, pool = chain[0], (*chain[1:], *roots)
    issuer = next((ca for ca in pool if issued(leaf, ca)), None)
    if issuer is None:
        why = f"its issuer {names.dn(leaf.issuer)} is not at hand, so that nobody can tell who signed it"
        return Refusal("ocsp", "", why)
    heard = ocsp.answer(response, leaf, issuer, at, lambda responder: _revoked(responder, issuer, pool, at, crls))
    return heard or Refusal("ocsp", "", f"it is about {_others(response)}, this is serial {leaf.serial_number:x}")


def _revoked(
    responder: x509.Certificate,
    issuer: x509.Certificate,
    pool: Iterable[x509.Certificate],
    at: datetime,
    crls: Sequence[x509.CertificateRevocationList],
) -> bool:
    """Whether the CRLs at hand revoke a responder's certificate."""
    look = revoked.Lookup(revoked.of_crls(crls), tuple(pool), at)
    return any(status.status == "revoked" for status in look.statuses((responder, issuer)))


def _others(held: ocsp.Response) -> str:
    """The serial numbers that a response is about."""
    serials = [f"{one.serial_number:x}" for one, _ in zip(held.response.responses, range(3), strict=False)]
    return f"serial {', '.join(serials)}" if serials else "no certificate"


def _staple(leaf: x509.Certificate, der: bytes, status: str, heard: Answer | None = None, why: str = "") -> Staple:
    text = base64.b64encode(der).decode("ascii")
    if heard is None:
        return Staple(status, "", None, None, None, "", must_staple(leaf), why, text, called(leaf))
    return Staple(
        status,
        heard.speaker,
        heard.this_update,
        heard.next_update,
        heard.revoked_at,
        heard.reason,
        must_staple(leaf),
        why,
        text,
        called(leaf),
    )


def _unusable(leaf: x509.Certificate, refused: Refusal) -> Finding:
    return _fault("staple-unusable", leaf, f"the OCSP staple cannot be used: {refused.why}", _ANEW)


def _said(leaf: x509.Certificate, heard: Answer, at: datetime) -> Finding | None:
    if heard.state == "revoked":
        when = f" at {heard.revoked_at:%Y-%m-%d %H:%M} UTC" if heard.revoked_at else ""
        why = f", reason {heard.reason}" if heard.reason else ""
        words = f"revoked by {heard.speaker}{when}{why}, by the OCSP staple that its own server sends"
        return _fault("server-cert-revoked", leaf, words, "issue a new one: mtlsctl issue server NAME")
    if heard.stale:
        now = f"the time of checking is {at:%Y-%m-%d %H:%M} UTC"
        return _fault("staple-expired", leaf, f"the OCSP staple of {heard.speaker}: {heard.stale}, {now}", _ANEW)
    if heard.state == "unknown":
        words = f"{heard.speaker} says in the OCSP staple that it does not know this certificate"
        hint = "let the responder know what the CA issued; was it issued by this CA?"
        return _fault("staple-unknown", leaf, words, hint)
    return None

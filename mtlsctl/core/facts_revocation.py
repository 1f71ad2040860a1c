"""What CRLs, OCSP responses and OCSP requests say, as plain values."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from mtlsctl.core import extensions, names
from mtlsctl.core.extensions import OtherExtension
from mtlsctl.core.facts import part

MAX_ENTRIES = 20  # a CRL may have a million


@dataclass(frozen=True, slots=True)
class RevokedFacts:
    """One entry of a CRL."""

    serial_hex: str
    revoked_at: datetime
    reason: str
    """RFC 5280, 5.3.1: "keyCompromise"; "unspecified" where the entry gives none."""
    issuer: str = ""
    """Of the certificate, where an entry names one (an indirect CRL's, RFC 5280, 5.3.3): it holds for those below."""
    invalid_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class CrlFacts:
    """A CRL (RFC 5280, 5)."""

    issuer: str
    number: str
    """Decimal; "" where it has none."""
    this_update: datetime | None
    next_update: datetime | None
    count: int
    revoked: tuple[RevokedFacts, ...]
    """The first 20 entries."""
    signature_algorithm: str
    authority_key_id: str
    delta: bool
    sha256: str
    other_extensions: tuple[OtherExtension, ...] = ()
    """What it covers, where the next delta is, and whatever else has no field."""
    pem: str = ""
    unreadable: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OcspAnswer:
    """What an OCSP response says of one certificate, or a request asks."""

    serial_hex: str
    hash_algorithm: str
    status: str
    """"good", "revoked", "unknown"; "" in a request."""
    reason: str = ""
    revoked_at: datetime | None = None
    this_update: datetime | None = None
    next_update: datetime | None = None


@dataclass(frozen=True, slots=True)
class OcspFacts:
    """An OCSP response or request (RFC 6960)."""

    status: str
    """RFC 6960, 4.2.1: "successful", "unauthorized", ...; "" in a request."""
    responder: str
    """The responder's name, or the SHA-1 of its key in hex."""
    produced_at: datetime | None
    answers: tuple[OcspAnswer, ...]
    signature_algorithm: str
    certificates: int
    """How many certificates come with it."""
    nonce: str
    unreadable: tuple[str, ...] = ()


def crl_facts(crl: x509.CertificateRevocationList) -> CrlFacts:
    """All facts of a CRL. Never raises."""
    bad: list[str] = []
    found = part(bad, "extensions", lambda: list(crl.extensions), [])
    values = {type(extension.value): extension.value for extension in found}
    number = values.get(x509.CRLNumber)
    aki = values.get(x509.AuthorityKeyIdentifier)
    return CrlFacts(
        issuer=part(bad, "issuer", lambda: names.dn(crl.issuer), ""),
        number=str(number.crl_number) if number else "",
        this_update=part(bad, "thisUpdate", lambda: crl.last_update_utc, None),
        next_update=part(bad, "nextUpdate", lambda: crl.next_update_utc, None),
        count=part(bad, "entries", lambda: len(crl), 0),
        revoked=part(bad, "entries", lambda: _revoked(crl), ()),
        signature_algorithm=extensions.called(crl.signature_algorithm_oid),
        authority_key_id=(aki.key_identifier or b"").hex() if aki else "",
        delta=x509.DeltaCRLIndicator in values,
        sha256=part(bad, "encoding", lambda: _digest(crl), ""),
        other_extensions=tuple(filter(None, (extensions.described(e) for e in found if type(e.value) not in _FIELDS))),
        pem=part(bad, "encoding", lambda: crl.public_bytes(Encoding.PEM).decode("ascii"), ""),
        unreadable=tuple(bad),
    )


_FIELDS = (x509.CRLNumber, x509.AuthorityKeyIdentifier)


def _digest(crl: x509.CertificateRevocationList) -> str:
    from hashlib import sha256

    return sha256(crl.public_bytes(Encoding.DER)).hexdigest()


def _revoked(crl: x509.CertificateRevocationList) -> tuple[RevokedFacts, ...]:
    entries = crl[: min(MAX_ENTRIES, len(crl))]
    return tuple(map(_entry, entries))


def _entry(entry: x509.RevokedCertificate) -> RevokedFacts:
    said: dict[type, Any] = {type(extension.value): extension.value for extension in entry.extensions}
    reason, issuer, since = (said.get(k) for k in (x509.CRLReason, x509.CertificateIssuer, x509.InvalidityDate))
    return RevokedFacts(
        serial_hex=names.serial_hex(entry.serial_number),
        revoked_at=entry.revocation_date_utc,
        reason=reason.reason.value if reason else "unspecified",
        issuer=", ".join(map(names.tagged, issuer)) if issuer else "",
        invalid_since=since.invalidity_date_utc if since else None,
    )


def response_facts(response: ocsp.OCSPResponse) -> OcspFacts:
    """All facts of an OCSP response. Never raises. A refusal has a status and nothing else."""
    bad: list[str] = []
    status = _camel(response.response_status.name)
    if response.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
        return OcspFacts(status, "", None, (), "", 0, "")
    return OcspFacts(
        status=status,
        responder=part(bad, "responder", lambda: _responder(response), ""),
        produced_at=part(bad, "producedAt", lambda: response.produced_at_utc, None),
        answers=part(bad, "answers", lambda: tuple(map(_answer, response.responses)), ()),
        signature_algorithm=extensions.called(response.signature_algorithm_oid),
        certificates=part(bad, "certificates", lambda: len(response.certificates), 0),
        nonce=part(bad, "extensions", lambda: _nonce(response.extensions), ""),
        unreadable=tuple(bad),
    )


def request_facts(request: ocsp.OCSPRequest) -> OcspFacts:
    """All facts of an OCSP request. Never raises."""
    bad: list[str] = []
    asked = part(bad, "certificate", lambda: (OcspAnswer(_serial(request), _hash(request), ""),), ())
    nonce = part(bad, "extensions", lambda: _nonce(request.extensions), "")
    return OcspFacts("", "", None, asked, "", 0, nonce, tuple(bad))


def _answer(single: ocsp.OCSPSingleResponse) -> OcspAnswer:
    return OcspAnswer(
        serial_hex=_serial(single),
        hash_algorithm=_hash(single),
        status=single.certificate_status.name.lower(),
        reason=single.revocation_reason.value if single.revocation_reason else "",
        revoked_at=single.revocation_time_utc,
        this_update=single.this_update_utc,
        next_update=single.next_update_utc,
    )


def _serial(asked: Any) -> str:
    return names.serial_hex(asked.serial_number)


def _hash(asked: Any) -> str:
    return str(asked.hash_algorithm.name)


def _responder(response: ocsp.OCSPResponse) -> str:
    if response.responder_name is not None:
        return names.dn(response.responder_name)
    return (response.responder_key_hash or b"").hex()


def _nonce(found: x509.Extensions) -> str:
    try:
        return found.get_extension_for_class(x509.OCSPNonce).value.nonce.hex()
    except x509.ExtensionNotFound:
        return ""


def _camel(name: str) -> str:
    """ "TRY_LATER" as RFC 6960 writes it: "tryLater"."""
    first, *rest = name.lower().split("_")
    return first + "".join(word.capitalize() for word in rest)

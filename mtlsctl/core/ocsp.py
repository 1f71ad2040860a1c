"""What an OCSP response says of a certificate, and whether it may say so (RFC 6960, 3.2 and 4.2.2)."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import islice
from typing import NamedTuple, TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, mldsa, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from mtlsctl.core import names, pathchecks
from mtlsctl.core.findings import Verdict
from mtlsctl.core.looks import Purpose, Question
from mtlsctl.core.path import called
from mtlsctl.core.standing import Answer, Refusal
from mtlsctl.core.unreadable import UNREADABLE

T = TypeVar("T", bound=x509.ExtensionType)

# How far ahead a responder's clock may be, and how long an answer without nextUpdate lasts: what Java allows
# (sun.security.provider.certpath.OCSPResponse, MAX_CLOCK_SKEW). RFC 6960, 2.4, leaves it to the client.
SKEW = timedelta(minutes=15)

MAX_ANSWERS, MAX_CERTIFICATES = 100, 20  # in one response; they come from strangers

_WEAK = (hashes.MD5, hashes.SHA1)
_HASHES = (hashes.SHA1, hashes.SHA224, hashes.SHA256, hashes.SHA384, hashes.SHA512)


class Response(NamedTuple):
    """An OCSP response at hand: from a file, a staple or a responder."""

    response: ocsp.OCSPResponse
    where: str = ""
    """The file or URL, for messages; may be empty."""
    nonce: bytes = b""
    """What we sent with the query; empty where we sent none."""


Revoked = Callable[[x509.Certificate], bool | None]
"""Whether a responder's certificate is revoked, by the CRLs at hand. None: nobody told, and that is not enough."""

_CRITICAL = b"\x01\x01\xff\x04"  # BOOLEAN TRUE, then an OCTET STRING: RFC 5280, 4.1
_NONCE, _CRL, _CUTOFF, _EXTENDED = (f"1.3.6.1.5.5.7.48.1.{number}" for number in (2, 3, 6, 9))  # RFC 6960, 4.4
_KNOWN = (_NONCE, _CRL, _CUTOFF, _EXTENDED, "2.5.29.21", "2.5.29.24")  # reason and invalidity date: RFC 6960, 4.4.5
"""Those whose meaning changes nothing in what is said here, but for the nonce."""


def load(der: bytes) -> ocsp.OCSPResponse:
    """A response of DER bytes, such as a staple (RFC 6066, 8). Raises ValueError where they are none."""
    try:
        return ocsp.load_der_ocsp_response(der)
    except UNREADABLE as error:
        raise ValueError(f"not an OCSP response: {error}") from None


def query(certificate: x509.Certificate, issuer: x509.Certificate, nonce: bytes) -> bytes:
    """The DER of a request about one certificate. CertID by SHA-1, which all responders know (RFC 5019, 2.1.1)."""
    builder = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, hashes.SHA1())  # noqa: S303  no matter of security
    return builder.add_extension(x509.OCSPNonce(nonce), False).build().public_bytes(Encoding.DER)


def answer(
    held: Response, certificate: x509.Certificate, issuer: x509.Certificate, at: datetime, revoked: Revoked
) -> Answer | Refusal | None:
    """What it says of a certificate of issuer's at a time. None where it is about others only. Raises nothing."""
    try:
        return _answer(held, certificate, issuer, at, revoked)
    except UNREADABLE:
        return Refusal("ocsp", held.where, "the response cannot be decoded")


def _answer(
    held: Response, certificate: x509.Certificate, issuer: x509.Certificate, at: datetime, revoked: Revoked
) -> Answer | Refusal | None:
    response, where, _ = held
    # 1. The responder did answer (RFC 6960, 4.2.1).
    if response.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
        return Refusal("ocsp", where, f"the responder said {camel(response.response_status.name)}")
    # 2. About this certificate: the issuer's name and key and the serial number (RFC 6960, 3.2, 1).
    single = _about(response, certificate, issuer)
    if single is None:
        return None
    # 3. By somebody who may: the issuer, or one whom the issuer made its responder (RFC 6960, 4.2.2.2).
    signer = _signer(response, issuer, at, revoked)
    if isinstance(signer, str):
        return Refusal("ocsp", where, signer)
    # 4. With nothing in it that must be understood and is not (RFC 6960, 4.4).
    if unknown := _unknown_critical(response):
        return Refusal("ocsp", where, unknown)
    # 5. To our question and no other (RFC 9654, 2.1). Most responders send no nonce back.
    sent_back = _nonce(response)
    if held.nonce and sent_back and sent_back != held.nonce:
        return Refusal("ocsp", where, "the nonce in the answer is not the one of our question: an old answer, replayed")
    # 6. For the time of checking (RFC 6960, 3.2, 5 and 6).
    return _said(single, where, called(signer), _stale(single, at))


def _about(
    response: ocsp.OCSPResponse, certificate: x509.Certificate, issuer: x509.Certificate
) -> ocsp.OCSPSingleResponse | None:
    for number, single in enumerate(response.responses):
        if number == MAX_ANSWERS:
            break
        if single.serial_number != certificate.serial_number or not isinstance(single.hash_algorithm, _HASHES):
            continue
        wanted = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, single.hash_algorithm).build()
        if (single.issuer_name_hash, single.issuer_key_hash) == (wanted.issuer_name_hash, wanted.issuer_key_hash):
            return single
    return None


def serials(responses: Sequence[Response]) -> str:
    """The serial numbers of the first few certificates that responses are about. Raises nothing."""
    found: list[str] = []
    for held in responses[:5]:
        with suppress(*UNREADABLE):
            found += [f"{one.serial_number:x}" for one in islice(held.response.responses, 3)]
    return f"serial {', '.join(found[:5])}" if found else "no certificate"


def _signer(
    response: ocsp.OCSPResponse, issuer: x509.Certificate, at: datetime, revoked: Revoked
) -> x509.Certificate | str:
    """Whose signature it has; or why that does not count."""
    why = f"its responder {_responder(response)} is not {called(issuer)}, and no certificate of it is in the response"
    for candidate in (issuer, *response.certificates[:MAX_CERTIFICATES]):
        if not _is_responder(response, candidate):
            continue
        trouble = _not_signed(response, candidate)
        if not trouble and candidate != issuer:
            trouble = _not_delegated(candidate, issuer, at, revoked)
        if not trouble:
            return candidate
        why = trouble
    return why


def _is_responder(response: ocsp.OCSPResponse, candidate: x509.Certificate) -> bool:
    """Whether a certificate is the one of responderID (RFC 6960, 4.2.1)."""
    if response.responder_name is not None:
        return candidate.subject == response.responder_name
    return x509.SubjectKeyIdentifier.from_public_key(candidate.public_key()).digest == response.responder_key_hash


def _responder(response: ocsp.OCSPResponse) -> str:
    if response.responder_name is not None:
        return names.dn(response.responder_name)
    return f"with key {(response.responder_key_hash or b'').hex()[:16]}"


def _not_signed(response: ocsp.OCSPResponse, candidate: x509.Certificate) -> str:
    """Why the response's signature does not fit a certificate's key; "" where it does."""
    name = called(candidate)
    key, signature, signed = candidate.public_key(), response.signature, response.tbs_response_bytes
    try:
        digest = response.signature_hash_algorithm
        if isinstance(digest, _WEAK):
            return f"it is signed over {digest.name.upper()}, which can be forged"
        match key:
            case rsa.RSAPublicKey() if digest:
                key.verify(signature, signed, padding.PKCS1v15(), digest)
            case ec.EllipticCurvePublicKey() if digest:
                key.verify(signature, signed, ec.ECDSA(digest))
            case ed25519.Ed25519PublicKey() | ed448.Ed448PublicKey():
                key.verify(signature, signed)
            case mldsa.MLDSA44PublicKey() | mldsa.MLDSA65PublicKey() | mldsa.MLDSA87PublicKey():
                key.verify(signature, signed)
            case _:
                return f"its signature by {name} is of a kind that is not known here"
    except InvalidSignature:
        return f"its signature does not fit the key of {name}"
    except UNREADABLE:
        return f"its signature by {name} is of a kind that is not known here"
    return ""


def _not_delegated(responder: x509.Certificate, issuer: x509.Certificate, at: datetime, revoked: Revoked) -> str:
    """Why a certificate is no responder of an issuer's; "" where it is one (RFC 6960, 4.2.2.2)."""
    name = called(responder)
    try:
        responder.verify_directly_issued_by(issuer)
    except (*UNREADABLE, InvalidSignature):
        return f"it is signed by {name}, which was not issued by {called(issuer)}"
    if not any(ExtendedKeyUsageOID.OCSP_SIGNING in usage for usage in _value(responder, x509.ExtendedKeyUsage)):
        return f"it is signed by {name}, whose EKU lacks OCSPSigning"
    if not all(usage.digital_signature for usage in _value(responder, x509.KeyUsage)):
        return f"it is signed by {name}, whose key usage lacks digitalSignature"
    if at > responder.not_valid_after_utc:
        return f"it is signed by {name}, which expired at {responder.not_valid_after_utc:%Y-%m-%d %H:%M} UTC"
    if at < responder.not_valid_before_utc:
        return f"it is signed by {name}, which is not valid before {responder.not_valid_before_utc:%Y-%m-%d %H:%M} UTC"
    # Whatever else a certificate needs: a key that is strong enough, no critical extension that is unknown.
    found = pathchecks.check((responder, issuer), True, Question(Purpose.ANY, at, ())).problems
    faults = [p.message for p in found if p.verdict is Verdict.FAIL]
    return f"its responder does not count: {faults[0]}" if faults else _status(responder, revoked)


def _status(responder: x509.Certificate, revoked: Revoked) -> str:
    """RFC 6960, 4.2.2.2.1: with id-pkix-ocsp-nocheck a responder's own revocation is not looked at."""
    if any(_value(responder, x509.OCSPNoCheck)):
        return ""
    name, told = called(responder), revoked(responder)
    if told is None:
        return f"it is signed by {name}, of which no CRL at hand says that it is good, and which lacks ocsp-nocheck"
    return f"it is signed by {name}, which is revoked" if told else ""


def _value(certificate: x509.Certificate, kind: type[T]) -> Iterator[T]:
    """The extension of a kind, or nothing."""
    return (e.value for e in certificate.extensions if isinstance(e.value, kind))


def _nonce(response: ocsp.OCSPResponse) -> bytes:
    return next((e.value.nonce for e in response.extensions if isinstance(e.value, x509.OCSPNonce)), b"")


def _unknown_critical(response: ocsp.OCSPResponse) -> str:
    """Why a response is not understood; "" where it is."""
    several = next(islice(response.responses, 1, None), None) is not None
    marked = [e for e in response.extensions if e.critical]
    if several and response.tbs_response_bytes.count(_CRITICAL) > len(marked):
        return "an answer in it has a critical extension, which can be read only where there is one answer"
    marked += () if several else (e for e in response.single_extensions if e.critical)
    odd = [e.oid.dotted_string for e in marked if e.oid.dotted_string not in _KNOWN]
    return f"it has a critical extension that is unknown here ({odd[0]})" if odd else ""


def _stale(single: ocsp.OCSPSingleResponse, at: datetime) -> str:
    begin, end = single.this_update_utc, single.next_update_utc
    if at < begin - SKEW:
        return f"not valid before {begin:%Y-%m-%d %H:%M} UTC (thisUpdate)"
    if end is None and at > begin + SKEW:
        return f"of {begin:%Y-%m-%d %H:%M} UTC (thisUpdate) and without nextUpdate, so newer ones can be had"
    if end is not None and at > end:
        return f"expired at {end:%Y-%m-%d %H:%M} UTC (nextUpdate)"
    return ""


def _said(single: ocsp.OCSPSingleResponse, where: str, speaker: str, stale: str) -> Answer:
    answer = Answer("good", "ocsp", where, speaker, single.this_update_utc, single.next_update_utc, stale)
    match single.certificate_status:
        case ocsp.OCSPCertStatus.GOOD:
            return answer
        case ocsp.OCSPCertStatus.UNKNOWN:
            return answer._replace(state="unknown")
        case _:
            reason = single.revocation_reason.value if single.revocation_reason else ""
            return answer._replace(state="revoked", revoked_at=single.revocation_time_utc, reason=reason)


def camel(name: str) -> str:
    """ "TRY_LATER" as RFC 6960, 4.2.1, writes it: "tryLater"."""
    first, *rest = name.lower().split("_")
    return first + "".join(word.capitalize() for word in rest)

"""What a certificate says, as plain values: for inspect, verify, handshake and their JSON."""

from binascii import b2a_base64
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from struct import Struct
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from mtlsctl.core import extensions, keys, names
from mtlsctl.core.extensions import OtherExtension
from mtlsctl.core.unreadable import NEVER, UNREADABLE

if TYPE_CHECKING:
    from mtlsctl.core.repeated import Repeated  # for bundles


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """A certificate. Texts are as they stand in it: they come from strangers and may hold any character."""

    subject: str
    """In the order of the certificate: "O=Acme, CN=alice"; may be empty."""
    issuer: str
    serial: str
    """Decimal: longer than a JSON number keeps exactly."""
    serial_hex: str
    """Lower-case hex without leading zeros, as the ledger keeps it."""
    not_before: datetime
    not_after: datetime
    self_signed: bool
    """By names and key identifiers; whether the signature holds is for verify to say."""
    key: str
    """The public key's kind: "ECDSA P-256"."""
    signature_algorithm: str
    names: tuple[str, ...]
    """Subject alternative names, tagged and encoded: "DNS:xn--bcher-kva.example", "IP:192.0.2.1"."""
    key_usage: tuple[str, ...]
    extended_key_usage: tuple[str, ...]
    ca: bool
    path_length: int | None
    """None where the path length is not limited, or ca is false."""
    subject_key_id: str
    authority_key_id: str
    permitted: tuple[str, ...]
    """Name constraints, tagged."""
    excluded: tuple[str, ...]
    crl_urls: tuple[str, ...]
    ocsp_urls: tuple[str, ...]
    ca_issuers_urls: tuple[str, ...]
    policies: tuple[str, ...]
    critical: tuple[str, ...]
    """The extensions marked critical, by name or OID."""
    other_extensions: tuple[OtherExtension, ...]
    sha256: str
    """Of the whole certificate, DER; hex without colons."""
    spki_sha256: str
    """Of the SubjectPublicKeyInfo, DER; "" where the key is of an unknown kind."""
    pem: str
    unreadable: tuple[str, ...] = ()
    """The parts of a malformed certificate that cannot be read, each with the reason."""


def certificate_facts(
    certificate: x509.Certificate, der: bytes = b"", repeated: "Repeated | None" = None
) -> CertificateFacts:
    """All facts of a certificate. Never raises: what cannot be read is named in `unreadable`.

    der: the certificate's own bytes, where they are at hand. repeated: of a bundle, what its certificates share.
    """
    bad: list[str] = []
    der = der or certificate.public_bytes(Encoding.DER)
    issuer_der, spki = repeated.look(der) if repeated else (b"", "")
    said = part(bad, "extensions", lambda: extensions.read(certificate.extensions), None) or _raw(certificate)
    subject = part(bad, "subject", lambda: names.dn(certificate.subject), "")
    issuer = repeated.issuers.get(issuer_der) if repeated else None
    if issuer is None:
        issuer = part(bad, "issuer", lambda: names.dn(certificate.issuer), "")
        if repeated and issuer:
            repeated.keep(issuer_der, issuer)
    serial = certificate.serial_number
    kind, spki = part(bad, "public key", lambda: public_key(certificate.public_key(), spki), ("unknown", ""))
    return CertificateFacts(
        subject=subject,
        issuer=issuer,
        serial=str(serial),
        serial_hex=names.serial_hex(serial),
        not_before=part(bad, "notBefore", lambda: certificate.not_valid_before_utc, NEVER),
        not_after=part(bad, "notAfter", lambda: certificate.not_valid_after_utc, NEVER),
        self_signed=subject == issuer and said["authority_key_id"] in ("", said["subject_key_id"]),
        key=kind,
        signature_algorithm=extensions.called(certificate.signature_algorithm_oid),
        sha256=sha256(der).hexdigest(),
        spki_sha256=spki,
        pem=armoured(der, "CERTIFICATE"),
        unreadable=tuple(bad),
        **said,
    )


def _raw(certificate: x509.Certificate) -> extensions.Said:
    """What extensions say of which one is malformed: nothing, but each by its bytes."""
    from mtlsctl.core import raw_extensions  # the ASN.1 declarations; such certificates are rare

    said = extensions.nothing()
    said["other_extensions"] = found = raw_extensions.read(certificate)
    said["critical"] = tuple(one.name or one.oid for one in found if one.critical)
    return said


def armoured(der: bytes, label: str) -> str:
    """DER as PEM (RFC 7468, 3)."""
    text = b2a_base64(der, newline=False)
    lines = b"\n".join(_lines(len(text)).unpack(text)).decode("ascii")
    return f"-----BEGIN {label}-----\n{lines}\n-----END {label}-----\n"


@lru_cache(maxsize=256)
def _lines(size: int) -> Struct:
    """What cuts a text into lines of 64; a bundle has 10,000 texts, of few sizes."""
    return Struct(f"{'64s' * (size // 64)}{size % 64}s" if size % 64 else "64s" * (size // 64))


def part(bad: list[str], what: str, read: Callable[[], Any], otherwise: Any) -> Any:
    """The value of a part, or otherwise with a word in bad. A hostile certificate raises where it is looked at."""
    try:
        return read()
    except UNREADABLE as error:
        bad.append(f"{what}: {_reason(str(error))}")
        return otherwise


def _reason(text: str) -> str:
    """cryptography's reason, without the debugging form of its parser's."""
    if "ParseError" in text:
        kind = text.partition("kind: ")[2].split(" ")[0].strip("{},")
        return f"malformed ASN.1 ({kind})" if kind else "malformed ASN.1"
    return text.split("\n")[0].rstrip(".")[:160] or "malformed"


def public_key(key: Any, digest: str = "") -> tuple[str, str]:
    """The kind of a public key and the SHA-256 of its SPKI, which may be known already."""
    if not digest:
        digest = sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()
    return keys.describe(key), digest

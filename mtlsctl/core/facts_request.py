"""What a certificate signing request says, as plain values."""

from dataclasses import dataclass
from hashlib import sha256

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from mtlsctl.core import extensions, names
from mtlsctl.core.extensions import OtherExtension
from mtlsctl.core.facts import part, public_key


@dataclass(frozen=True, slots=True)
class RequestFacts:
    """A CSR (RFC 2986): what it asks for. A CA need not grant any of it."""

    subject: str
    key: str
    signature_algorithm: str
    signature_valid: bool
    """Whoever made the request holds the private key."""
    names: tuple[str, ...]
    """Requested, as are all extensions below."""
    key_usage: tuple[str, ...]
    extended_key_usage: tuple[str, ...]
    ca: bool
    path_length: int | None
    subject_key_id: str
    authority_key_id: str
    permitted: tuple[str, ...]
    excluded: tuple[str, ...]
    crl_urls: tuple[str, ...]
    ocsp_urls: tuple[str, ...]
    ca_issuers_urls: tuple[str, ...]
    policies: tuple[str, ...]
    critical: tuple[str, ...]
    other_extensions: tuple[OtherExtension, ...]
    sha256: str
    spki_sha256: str
    pem: str
    unreadable: tuple[str, ...] = ()


def request_facts(csr: x509.CertificateSigningRequest) -> RequestFacts:
    """All facts of a CSR. Never raises: what cannot be read is named in `unreadable`."""
    bad: list[str] = []
    said = part(bad, "extensions", lambda: extensions.read(csr.extensions), extensions.nothing())
    kind, spki = part(bad, "public key", lambda: public_key(csr.public_key()), ("unknown", ""))
    return RequestFacts(
        subject=part(bad, "subject", lambda: names.dn(csr.subject), ""),
        key=kind,
        signature_algorithm=extensions.called(csr.signature_algorithm_oid),
        signature_valid=part(bad, "signature", lambda: csr.is_signature_valid, False),
        sha256=sha256(csr.public_bytes(Encoding.DER)).hexdigest(),
        spki_sha256=spki,
        pem=csr.public_bytes(Encoding.PEM).decode("ascii"),
        unreadable=tuple(bad),
        **said,
    )

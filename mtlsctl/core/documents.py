"""What a file can hold: the kinds of object, and the Document that carries one."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from mtlsctl.core.findings import Finding


class Kind(StrEnum):
    """What an object is, in the words that messages use."""

    CERTIFICATE = "certificate"
    CSR = "certificate signing request"
    PRIVATE_KEY = "private key"
    ENCRYPTED_KEY = "encrypted private key"
    PUBLIC_KEY = "public key"
    CRL = "CRL"
    OCSP_RESPONSE = "OCSP response"
    OCSP_REQUEST = "OCSP request"
    PKCS7 = "PKCS#7"
    PKCS12 = "PKCS#12"
    PAIR = "certificate pair"
    PARAMETERS = "parameters"
    OTHER = "unknown object"
    DAMAGED = "damaged object"

    @property
    def with_article(self) -> str:
        """The kind as a sentence says it: "an OCSP response"."""
        if self is Kind.PARAMETERS:
            return self.value
        return f"{'an' if self.value[0] in 'eOu' else 'a'} {self.value}"


KEYS = (Kind.PRIVATE_KEY, Kind.ENCRYPTED_KEY)
"""What others must not read."""
UNORDERED = ("PKCS#7", "PKCS#12", "certificate pair")
"""Encodings that hold a set of certificates: no order is meant by the one in which they stand."""


@dataclass(frozen=True, slots=True)
class Document:
    """One object of a file."""

    kind: Kind
    value: Any
    """cryptography's object: an x509 certificate, CSR or CRL, an OCSP response or request, a key. None where it stays
    shut (ENCRYPTED_KEY, PKCS12), where there is nothing to open (PARAMETERS, OTHER) or it is DAMAGED."""
    label: str
    """The file, and the object's number where there are several: "bundle.pem #2"."""
    encoding: str
    """"PEM", "DER", "OpenSSH", "TLS" (sent by a server), or the container that it came in: "PKCS#7", "PKCS#12",
    "certificate pair"."""
    notes: tuple[Finding, ...] = ()
    """Damage that was read over. What concerns the whole file stands at its first document."""
    alias: str = ""
    """The name that a PKCS#12 file gives it (friendlyName, RFC 2985, 5.5.1)."""
    encrypted: bool = False
    """It took a password to open."""
    der: bytes = b""
    """Of a certificate whose bytes were at hand; b"" where they have to be asked for."""

    @property
    def shut(self) -> bool:
        """It takes a password to open."""
        return self.value is None and self.kind in (Kind.ENCRYPTED_KEY, Kind.PKCS12)


def number(label: str, position: int, count: int) -> str:
    """How an object of a file is named: "bundle.pem #2", or the file's own name where it is the only one."""
    return f"{label} #{position}" if count > 1 else label

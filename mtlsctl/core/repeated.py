"""What thousands of certificates have in common: the issuer's name, read once; their keys' bytes, as they stand.

For bundles alone: the ASN.1 declarations cost more than a few certificates do.
"""

from hashlib import sha256
from typing import Annotated, Any

from cryptography.hazmat import asn1

# SubjectPublicKeyInfo up to the key, of the kinds that have one way to be written (RFC 5480, 2; RFC 8017, A.1).
_USUAL = (
    bytes.fromhex("301306072a8648ce3d020106082a8648ce3d030107034200 04"),
    bytes.fromhex("301006072a8648ce3d020106052b81040022036200 04"),
    bytes.fromhex("300d06092a864886f70d0101010500 0382"),
)
_MANY = 4096  # issuers that are kept


@asn1.sequence
class _Tbs:
    version: Annotated[int, asn1.Explicit(0)]
    serial: asn1.TLV
    signature: asn1.TLV
    issuer: asn1.TLV
    validity: asn1.TLV
    subject: asn1.TLV
    spki: asn1.TLV
    extensions: Annotated[asn1.TLV, asn1.Explicit(3)]


@asn1.sequence
class _Certificate:
    tbs: _Tbs
    algorithm: asn1.TLV
    signature: asn1.TLV


class Repeated:
    """The issuers of a bundle met so far."""

    def __init__(self) -> None:
        self.issuers: dict[bytes, str] = {}

    def look(self, der: bytes) -> tuple[bytes, str]:
        """A certificate's issuer, DER, for self.issuers; and the SHA-256 of its SPKI, "" where it may be written anew.

        (b"", "") for a certificate that is not of the usual form.
        """
        try:
            tbs: Any = asn1.decode_der(_Certificate, der).tbs
        except ValueError:
            return b"", ""
        key = bytes(tbs.spki.data)
        digest = sha256(_header(len(key)) + key).hexdigest() if key.startswith(_USUAL) else ""
        return bytes(tbs.issuer.data), digest

    def keep(self, issuer: bytes, text: str) -> None:
        """Remember how an issuer reads."""
        if issuer and len(self.issuers) < _MANY:
            self.issuers[issuer] = text


def _header(size: int) -> bytes:
    """A SEQUENCE's identifier and length (X.690, 8.1.3)."""
    if size < 0x80:
        return bytes((0x30, size))
    count = (size.bit_length() + 7) // 8
    return bytes((0x30, 0x80 + count)) + size.to_bytes(count)

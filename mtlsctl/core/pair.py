"""Certificate pairs (RFC 4523, 2.3): two CAs' certificates for each other, as LDAP directories keep them."""

from collections.abc import Iterator
from typing import Annotated

from cryptography import x509
from cryptography.hazmat import asn1


@asn1.sequence
class _Pair:
    forward: Annotated[x509.Certificate | None, asn1.Explicit(0)]
    reverse: Annotated[x509.Certificate | None, asn1.Explicit(1)]


def read(data: bytes) -> Iterator[tuple[str, x509.Certificate]]:
    """The certificates of a pair with their place: "forward", "reverse". Raises ValueError for anything else."""
    pair = asn1.decode_der(_Pair, data)
    for name, certificate in (("forward", pair.forward), ("reverse", pair.reverse)):
        if certificate is not None:
            yield name, certificate

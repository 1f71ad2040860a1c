"""Credential: a certificate with its key. On its own, since who only presents one needs nothing of issuing."""

from dataclasses import dataclass

from cryptography import x509

from mtlsctl.core import keys


@dataclass(frozen=True, slots=True)
class Credential:
    """A certificate with its key: a CA is one that signs, a client identity one that is presented."""

    certificate: x509.Certificate
    key: keys.PrivateKey
    chain: tuple[x509.Certificate, ...] = ()
    """The CA certificates above, issuer first; the root may be left out."""

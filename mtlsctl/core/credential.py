"""Credential: a certificate with its key. On its own, since who only presents one needs nothing of issuing."""

from typing import NamedTuple

from cryptography import x509

from mtlsctl.core import keys


class Credential(NamedTuple):
    """A certificate with its key: a CA is one that signs, a client identity one that is presented."""

    certificate: x509.Certificate
    key: keys.PrivateKey
    chain: tuple[x509.Certificate, ...] = ()
    """The CA certificates above, issuer first; the root may be left out."""

"""Certificates that came in no order, as PKCS#12 and PKCS#7 keep them: the chain of one key."""

from collections.abc import Sequence

from cryptography import x509
from cryptography.exceptions import InvalidSignature

from mtlsctl.core import keys
from mtlsctl.core.unreadable import UNREADABLE


def chain_of(found: Sequence[x509.Certificate], key: keys.PrivateKey) -> tuple[x509.Certificate, ...]:
    """The leaf that belongs to a key, then each issuer that is there, without the root; () where no leaf is."""
    leaf = next((c for c in found if keys.belong(key, c.public_key())), None)
    if leaf is None:
        return ()
    chain = [leaf]
    while issuer := next((c for c in found if c not in chain and _issued(chain[-1], c)), None):
        if issuer.subject == issuer.issuer:
            break  # RFC 8446, 4.4.2: the root may be left out, who trusts it has it
        chain.append(issuer)
    return tuple(chain)


def _issued(below: x509.Certificate, above: x509.Certificate) -> bool:
    try:
        below.verify_directly_issued_by(above)
    except (*UNREADABLE, InvalidSignature):
        return False
    return True

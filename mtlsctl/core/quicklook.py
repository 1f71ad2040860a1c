"""A quick look at a chain that was accepted: whether it is worth a real one, which costs more than a handshake."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TypeVar

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID
from OpenSSL import crypto

from mtlsctl.core.openssl import Identity, hold
from mtlsctl.core.unreadable import UNREADABLE

Chain = Sequence[x509.Certificate]
_Extension = TypeVar("_Extension", bound=x509.ExtensionType)
_LONG = timedelta(days=825)  # support.apple.com/103769
_CURVES = ("secp256r1", "secp384r1")
_BROKEN = (hashes.SHA1, hashes.MD5)


def sound(credential: Identity, roots: Chain, anchors: Sequence[crypto.X509], at: datetime) -> bool:
    """True where nothing of a client's chain looks wrong: dates, purpose, CA rights, signatures, order.

    anchors: the roots as OpenSSL holds them, in their order; () where they are not at hand.
    """
    chain = (credential.certificate, *credential.chain)
    try:
        usual = all(_alive(c, at) and not isinstance(c.signature_hash_algorithm, _BROKEN) for c in chain)
        linked = chain[0].issuer != chain[0].subject and all(a.issuer == b.subject for a, b in pairwise(chain))
        return usual and linked and _for_clients(chain[0]) and _verifies(credential, roots, anchors, at)
    except UNREADABLE:
        return False


def ordinary(chain: Chain) -> bool:
    """True where a server's chain has nothing that some stack is known to refuse, and is sent as it should be."""
    try:
        return _usual_leaf(chain[0]) and all(map(_usual_ca, chain[1:])) and _in_order(chain)
    except UNREADABLE:
        return False


def _alive(certificate: x509.Certificate, at: datetime) -> bool:
    return certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc


def _value(certificate: x509.Certificate, kind: type[_Extension]) -> _Extension | None:
    """The extension of a kind; None where there is none."""
    return next((e.value for e in certificate.extensions if isinstance(e.value, kind)), None)


def _for_clients(leaf: x509.Certificate) -> bool:
    """The leaf may be a client's."""
    usage, keys = _value(leaf, x509.ExtendedKeyUsage), _value(leaf, x509.KeyUsage)
    if usage is not None and ExtendedKeyUsageOID.CLIENT_AUTH not in usage:
        return False
    return keys is None or keys.digital_signature


def _verifies(credential: Identity, roots: Chain, anchors: Sequence[crypto.X509], at: datetime) -> bool:
    """OpenSSL finds a path: signatures, CA rights, constraints. To a root, if we know its name, else to our last one.

    cryptography could tell too, but its ECDSA loads every cipher that there is.
    """
    top = credential.certificates[-1].to_cryptography().issuer
    named = [number for number, root in enumerate(roots) if root.subject == top]
    known = [anchors[n] for n in named] if anchors else hold([roots[n] for n in named])
    store = crypto.X509Store()
    store.set_flags(crypto.X509StoreFlags.PARTIAL_CHAIN)
    store.set_time(at)
    for anchor in known or credential.certificates[-1:]:
        store.add_cert(anchor)
    try:
        crypto.X509StoreContext(store, credential.certificates[0], credential.certificates[1:]).verify_certificate()
    except (crypto.Error, crypto.X509StoreContextError):
        return False
    return True


def _usual_leaf(leaf: x509.Certificate) -> bool:
    basic, usage = _value(leaf, x509.BasicConstraints), _value(leaf, x509.KeyUsage)
    if _value(leaf, x509.SubjectAlternativeName) is None or _value(leaf, x509.AuthorityKeyIdentifier) is None:
        return False
    if (basic and basic.ca) or not leaf.subject.rdns:
        return False
    if usage and not usage.digital_signature:
        return False
    return _usual_key(leaf) and leaf.not_valid_after_utc - leaf.not_valid_before_utc <= _LONG + timedelta(days=1)


def _usual_key(leaf: x509.Certificate) -> bool:
    key = leaf.public_key()
    return isinstance(key, rsa.RSAPublicKey) or (
        isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name in _CURVES
    )


def _usual_ca(certificate: x509.Certificate) -> bool:
    found = {type(e.value): e.critical for e in certificate.extensions}
    wanted = (x509.KeyUsage, x509.SubjectKeyIdentifier, x509.AuthorityKeyIdentifier)
    return found.get(x509.BasicConstraints, False) and all(kind in found for kind in wanted)


def _in_order(chain: Chain) -> bool:
    """Each before its issuer, and no root at the end (RFC 8446, 4.4.2)."""
    return (
        all(below.issuer == above.subject for below, above in pairwise(chain)) and chain[-1].issuer != chain[-1].subject
    )

"""A quick look at a chain that was accepted: whether it is worth a real one, which costs more than a handshake."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from mtlsctl.core.session import odd

Chain = Sequence[x509.Certificate]
_LONG = timedelta(days=825)  # support.apple.com/103769
_CURVES = ("secp256r1", "secp384r1")
_BROKEN = (hashes.SHA1, hashes.MD5)


def sound(chain: Chain, roots: Iterable[x509.Certificate], at: datetime) -> bool:
    """True where nothing of a client's chain looks wrong: dates, purpose, CA rights, signatures, order."""
    try:
        return all(_alive(c, at) for c in chain) and _for_clients(chain) and _linked(chain, roots)
    except odd():
        return False


def ordinary(chain: Chain) -> bool:
    """True where a server's chain has nothing that some stack is known to refuse, and is sent as it should be."""
    try:
        return _usual_leaf(chain[0]) and all(map(_usual_ca, chain[1:])) and _in_order(chain)
    except odd():
        return False


def _alive(certificate: x509.Certificate, at: datetime) -> bool:
    return certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc


def _extensions(certificate: x509.Certificate) -> dict[type[x509.ExtensionType], x509.Extension[x509.ExtensionType]]:
    return {type(e.value): e for e in certificate.extensions}


def _for_clients(chain: Chain) -> bool:
    """The leaf may be a client's, and nothing critical in the chain is unknown."""
    leaf = _extensions(chain[0])
    usage, keys = leaf.get(x509.ExtendedKeyUsage), leaf.get(x509.KeyUsage)
    if usage and ExtendedKeyUsageOID.CLIENT_AUTH not in usage.value:  # type: ignore[operator]
        return False
    if keys and not keys.value.digital_signature:  # type: ignore[attr-defined]
        return False
    return not any(e.critical and isinstance(e.value, x509.UnrecognizedExtension) for c in chain for e in c.extensions)


def _linked(chain: Chain, roots: Iterable[x509.Certificate]) -> bool:
    """Each certificate was signed by the next, which may sign so many; the last one by a root, if we know its name."""
    for depth, (below, above) in enumerate(pairwise(chain)):
        found = _extensions(above)
        basic, usage = found.get(x509.BasicConstraints), found.get(x509.KeyUsage)
        if basic is None or not basic.value.ca or x509.NameConstraints in found:  # type: ignore[attr-defined]
            return False
        limit = basic.value.path_length  # type: ignore[attr-defined]
        if limit is not None and limit < depth:
            return False
        if usage and not usage.value.key_cert_sign:  # type: ignore[attr-defined]
            return False
        if not _signed(below, above):
            return False
    top = chain[-1]
    named = [root for root in roots if root.subject == top.issuer]
    return chain[0].issuer != chain[0].subject and (not named or any(_signed(top, root) for root in named))


def _signed(below: x509.Certificate, above: x509.Certificate) -> bool:
    """True where the signature fits. Raises for all that does not."""
    if isinstance(below.signature_hash_algorithm, _BROKEN):
        return False
    try:
        below.verify_directly_issued_by(above)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def _usual_leaf(leaf: x509.Certificate) -> bool:
    found = _extensions(leaf)
    basic, usage = found.get(x509.BasicConstraints), found.get(x509.KeyUsage)
    if x509.SubjectAlternativeName not in found or x509.AuthorityKeyIdentifier not in found:
        return False
    if (basic and basic.value.ca) or not leaf.subject.rdns:  # type: ignore[attr-defined]
        return False
    if usage and not usage.value.digital_signature:  # type: ignore[attr-defined]
        return False
    return _usual_key(leaf) and leaf.not_valid_after_utc - leaf.not_valid_before_utc <= _LONG + timedelta(days=1)


def _usual_key(leaf: x509.Certificate) -> bool:
    key = leaf.public_key()
    return isinstance(key, rsa.RSAPublicKey) or (
        isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name in _CURVES
    )


def _usual_ca(certificate: x509.Certificate) -> bool:
    found = _extensions(certificate)
    basic = found.get(x509.BasicConstraints)
    wanted = (x509.KeyUsage, x509.SubjectKeyIdentifier, x509.AuthorityKeyIdentifier)
    return basic is not None and basic.critical and all(kind in found for kind in wanted)


def _in_order(chain: Chain) -> bool:
    """Each before its issuer, and no root at the end (RFC 8446, 4.4.2)."""
    return (
        all(below.issuer == above.subject for below, above in pairwise(chain)) and chain[-1].issuer != chain[-1].subject
    )

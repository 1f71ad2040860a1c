"""Rules about keys, and about what lies between the certificates of a chain: signatures, limits, order."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import PublicKeyAlgorithmOID as Key
from cryptography.x509.oid import SignatureAlgorithmOID as Signed

from mtlsctl.core.keys import MIN_RSA_EXPONENT
from mtlsctl.core.looks import Look, value
from mtlsctl.core.namechecks import strays
from mtlsctl.core.path import self_issued
from mtlsctl.core.stacks.chain import Chain, Hit
from mtlsctl.core.unreadable import UNREADABLE

MLDSA = ("2.16.840.1.101.3.4.3.17", "2.16.840.1.101.3.4.3.18", "2.16.840.1.101.3.4.3.19")  # RFC 9881, 2
_SHA1 = {Signed.RSA_WITH_SHA1, Signed._RSA_WITH_SHA1, Signed.ECDSA_WITH_SHA1, Signed.DSA_WITH_SHA1}
_KEYS = {
    Key.ED25519.dotted_string: "ed25519",
    Key.ED448.dotted_string: "ed448",
    Key.RSASSA_PSS.dotted_string: "rsa-pss-key",
    Key.DSA.dotted_string: "dsa-key",
    **dict.fromkeys(MLDSA, "ml-dsa"),
}
_CURVES: dict[str, tuple[str, ...]] = {
    "secp256r1": (),
    "secp384r1": (),
    "secp521r1": ("p521",),
    "secp224r1": ("p224",),
    "secp192r1": ("short-curve",),
}
# How a point that is not compressed begins, by the size of the curve (RFC 5480, 2.2).
_WHOLE = {256: b"\x03\x42\x00\x04", 384: b"\x03\x62\x00\x04", 521: b"\x03\x81\x86\x00\x04"}
_SMALLEST = 528  # RFC 8446, 4.2.3: RSA-PSS, over SHA-256 at least, with a salt as long
_ALMOST = 2040  # OpenSSL rounds the strength of a key: from here on it is 112 bits, as of 2048


def of_key(one: Look, role: str) -> Iterator[Hit]:
    """Its key. role: "" for the leaf's, which signs the handshake, else `ca-`: it signed a certificate."""
    kind = one.certificate.public_key_algorithm_oid
    if kind in (Key.RSAES_PKCS1_v1_5, Key.EC_PUBLIC_KEY):
        rules = _size_or_curve(one.certificate)
    else:
        rules = (_KEYS.get(kind.dotted_string, "other-key"),)
    for rule in rules:
        # In the handshake one curve that TLS 1.3 does not have is as good as another.
        yield Hit(role + ("other-curve" if rule in ("p224", "short-curve") and not role else rule), one.name)


@lru_cache(maxsize=256)  # CAs stand above many leaves
def _size_or_curve(certificate: x509.Certificate) -> tuple[str, ...]:
    try:
        key = certificate.public_key()
    except UNREADABLE:
        return ("other-key",)
    if isinstance(key, rsa.RSAPublicKey):
        small = _rsa_size(key.key_size)
        return (*small, "rsa-small-exponent") if key.public_numbers().e < MIN_RSA_EXPONENT else small
    if not isinstance(key, ec.EllipticCurvePublicKey):
        return ("other-key",)
    plain = key.key_size not in _WHOLE or _WHOLE[key.key_size] in certificate.tbs_certificate_bytes
    return (*_CURVES.get(key.curve.name, ("other-curve",)), *(() if plain else ("compressed-point",)))


def _rsa_size(size: int) -> tuple[str, ...]:
    if size < 1024:
        least = ("rsa-below-528",) if size < _SMALLEST else ()
        return "rsa-below-2048", "rsa-below-1024", *least
    if size < 2048:
        return ("rsa-below-2048",) if size < _ALMOST else ("rsa-almost-2048",)
    return ("rsa-above-8192",) if size > 8192 else ()


def between(chain: Chain) -> Iterator[Hit]:
    """What lies between certificates: signatures, key identifiers, path lengths, name constraints, order."""
    last = len(chain.seen) - 1
    for number, one in enumerate(chain.seen):
        anchor = chain.anchored and number == last
        yield from _signature(one, "anchor-" if anchor else "ca-" if number else "")
        if number:
            role = "anchor-" if anchor else "ca-"
            yield from (Hit(role + rule, one.name) for rule in _limits(one, chain.seen[:number]))
    for number, (child, issuer) in enumerate(pairwise(chain.seen)):
        if _other_key_id(child, issuer):
            above = "anchor-" if chain.anchored and number == last - 1 else ""
            yield Hit(f"{above}authority-key-id-mismatch", child.name)
    if chain.anchored and last and self_issued(chain.path[-1]) and _other_key_id(chain.seen[-1], chain.seen[-1]):
        yield Hit("anchor-own-key-id-mismatch", chain.seen[-1].name)
    if chain.sent:
        yield from _sent(chain)


def _signature(one: Look, role: str) -> Iterator[Hit]:
    oid = one.certificate.signature_algorithm_oid
    if oid in _SHA1:
        yield Hit(f"{role}sha1", one.name)
    elif oid == Signed.RSA_WITH_MD5:
        yield Hit(f"{role}md5", one.name)


def _limits(one: Look, below: Sequence[Look]) -> Iterator[str]:
    """Its pathlen and its name constraints (RFC 5280, 6.1.4 (l) and (m), 6.1.3 (b) and (c))."""
    basic, limits = value(one, x509.BasicConstraints), value(one, x509.NameConstraints)
    if basic is not None and basic.path_length is not None:
        count = sum(lower.certificate.issuer != lower.certificate.subject for lower in below[1:])
        if count > basic.path_length:
            yield "path-length"
    if limits is None:
        return
    yield from dict.fromkeys(_row(lower, name) for lower, name in strays(limits, below))


def _row(lower: Look, name: x509.GeneralName | None) -> str:
    """The row of a name that constraints do not allow: measured is what stacks do with the common ones in a SAN."""
    if name is None:
        return "name-constraints-many"
    common = isinstance(name, x509.DNSName | x509.IPAddress | x509.RFC822Name | x509.UniformResourceIdentifier)
    listed = common and name in (value(lower, x509.SubjectAlternativeName) or ())
    return "name-constraints" if listed else "rare-name-constraints"


def _other_key_id(child: Look, issuer: Look) -> bool:
    wanted, found = value(child, x509.AuthorityKeyIdentifier), value(issuer, x509.SubjectKeyIdentifier)
    if wanted is None or found is None or wanted.key_identifier is None:
        return False
    return wanted.key_identifier != found.digest


def _sent(chain: Chain) -> Iterator[Hit]:
    """How the chain is presented (RFC 8446, 4.4.2; RFC 5246, 7.4.2)."""
    leaf, sent = chain.seen[0].name, list(chain.sent)
    if sent == list(chain.path[: len(sent)]):
        return
    if sent[0] != chain.path[0]:
        yield Hit("leaf-not-first", leaf)
        return
    places = [sent.index(one) for one in chain.path if one in sent]
    if places != sorted(places):
        yield Hit("wrong-order", leaf)
    if any(one not in chain.path for one in sent) or len(set(sent)) < len(sent):
        yield Hit("extra-certificates", leaf)

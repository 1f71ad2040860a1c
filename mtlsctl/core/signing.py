"""The ways in which the key of a certificate can sign a handshake."""

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, mldsa, rsa

_PSS = "1.2.840.113549.1.1.10"  # id-RSASSA-PSS, RFC 4055, 1.2
_HASHES = ("sha256", "sha384", "sha512")
_ECDSA = {
    "secp256r1": "ecdsa_secp256r1_sha256",
    "secp384r1": "ecdsa_secp384r1_sha384",
    "secp521r1": "ecdsa_secp521r1_sha512",
}
_MLDSA: dict[type, str] = {
    mldsa.MLDSA44PublicKey: "mldsa44",
    mldsa.MLDSA65PublicKey: "mldsa65",
    mldsa.MLDSA87PublicKey: "mldsa87",
}


def schemes(certificate: x509.Certificate, version: str) -> frozenset[str]:
    """The signature schemes that a certificate's key can sign a handshake with (RFC 8446, 4.2.3), IANA's names."""
    key, new = certificate.public_key(), version == "TLSv1.3"
    match key:
        case rsa.RSAPublicKey() if certificate.public_key_algorithm_oid.dotted_string == _PSS:
            return frozenset(f"rsa_pss_pss_{h}" for h in _HASHES)
        case rsa.RSAPublicKey():
            older = () if new else (*(f"rsa_pkcs1_{h}" for h in _HASHES), "rsa_pkcs1_sha1")
            return frozenset((*(f"rsa_pss_rsae_{h}" for h in _HASHES), *older))
        case ec.EllipticCurvePublicKey() if new:
            return frozenset(name for curve, name in _ECDSA.items() if curve == key.curve.name)
        case ec.EllipticCurvePublicKey():
            return frozenset((*_ECDSA.values(), "ecdsa_sha1")) if key.curve.name in _ECDSA else frozenset()
        case ed25519.Ed25519PublicKey():
            return frozenset(("ed25519",))
        case ed448.Ed448PublicKey():
            return frozenset(("ed448",))
        case _:
            return frozenset(name for kind, name in _MLDSA.items() if isinstance(key, kind))

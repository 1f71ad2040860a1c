"""The CA/Browser Forum's Baseline Requirements for TLS certificates, as rules.

Those that decide for whom and for what a certificate speaks: names, keys, purposes, CA rights. What only the CA and its
auditors look at (lifetimes, policies, URLs, logs) is left to `mtlsctl lint`.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID as Eku
from cryptography.x509.oid import NameOID, ObjectIdentifier

from mtlsctl.core import names, policy_rfc5280, suffixes
from mtlsctl.core.causes import Problem
from mtlsctl.core.looks import Look, public_key, value
from mtlsctl.core.policy import FIX, Rule, critical, is_ca, is_self_signed, missing, usage_bits, wrong_if
from mtlsctl.core.unreadable import UNREADABLE

_CURVES = ("secp256r1", "secp384r1", "secp521r1")
MIN_RSA_BITS = 2048


def _version(one: Look) -> str:
    return "" if one.certificate.version is x509.Version.v3 else "it is not of version 3"


def _key(one: Look) -> str:
    try:
        key = public_key(one.certificate)
    except UNREADABLE:
        return "its public key cannot be read"
    if isinstance(key, ec.EllipticCurvePublicKey):
        return "" if key.curve.name in _CURVES else f"its key is on the curve {key.curve.name}"
    if not isinstance(key, rsa.RSAPublicKey):
        return "its key is neither RSA nor on the curves P-256, P-384 and P-521"
    if key.key_size < MIN_RSA_BITS or key.key_size % 8:
        return f"its RSA key has {key.key_size} bits, not 2048 or more in whole octets"
    return "" if key.public_numbers().e % 2 else "its RSA key has an even exponent"


def _root_authority_key_id(one: Look) -> str:
    found, own = value(one, x509.AuthorityKeyIdentifier), value(one, x509.SubjectKeyIdentifier)
    if found is None or not is_self_signed(one):
        return ""
    if found.key_identifier is None:
        return "the authorityKeyIdentifier of the root lacks the key identifier"
    if found.authority_cert_issuer is not None or found.authority_cert_serial_number is not None:
        return "the authorityKeyIdentifier of the root names issuer and serial number"
    if own and own.digest != found.key_identifier:
        return "the authorityKeyIdentifier of the root is not its subjectKeyIdentifier"
    return ""


def _authority_by_name(one: Look) -> str:
    found = value(one, x509.AuthorityKeyIdentifier)
    by_name = found and (found.authority_cert_issuer, found.authority_cert_serial_number) != (None, None)
    return "its authorityKeyIdentifier names issuer and serial number" if by_name else ""


def _root_purposes(one: Look) -> str:
    has = x509.ExtendedKeyUsage in one.values and is_self_signed(one)
    return "a root with extended key usage" if has else ""


def _any_purpose(one: Look) -> str:
    usage = value(one, x509.ExtendedKeyUsage)
    return "its extended key usage has anyExtendedKeyUsage" if usage and Eku.ANY_EXTENDED_KEY_USAGE in usage else ""


_FOREIGN = {
    Eku.CODE_SIGNING: "codeSigning",
    Eku.EMAIL_PROTECTION: "emailProtection",
    Eku.TIME_STAMPING: "timeStamping",
    Eku.OCSP_SIGNING: "OCSPSigning",
    ObjectIdentifier("1.3.6.1.4.1.11129.2.4.4"): "the purpose of signing precertificates",
}


def _foreign_purpose(one: Look) -> str:
    stated = set(value(one, x509.ExtendedKeyUsage) or ())
    found = [word for oid, word in _FOREIGN.items() if oid in stated]
    return f"its extended key usage has {found[0]}, which a TLS certificate must not" if found else ""


def _ca_usage(one: Look) -> str:
    usage = value(one, x509.KeyUsage)
    if usage is None:
        return ""
    odd = [bit for bit in usage_bits(usage) if bit not in ("keyCertSign", "cRLSign", "digitalSignature")]
    return f"the key usage of a CA has {odd[0]}" if odd else ""


_LEAF_BITS = {
    "rsa": ("digitalSignature", "keyEncipherment", "dataEncipherment"),
    "ec": ("digitalSignature", "keyAgreement"),
}


def _leaf_usage(one: Look) -> str:
    usage = value(one, x509.KeyUsage)
    if usage is None:
        return ""
    try:
        kind = "ec" if isinstance(public_key(one.certificate), ec.EllipticCurvePublicKey) else "rsa"
    except UNREADABLE:
        return ""  # said by the rule on keys
    odd = [bit for bit in usage_bits(usage) if bit not in _LEAF_BITS[kind]]
    return f"its key usage has {odd[0]}, which a TLS certificate with such a key must not" if odd else ""


def _leaf_is_ca(one: Look) -> str:
    return "a CA certificate as a leaf" if is_ca(one) else ""


def _san_criticality(one: Look) -> str:
    if critical(one, x509.SubjectAlternativeName) and one.certificate.subject.rdns:
        return "its SAN is critical, though it has a subject"
    return ""


def _san_kinds(one: Look) -> str:
    san = value(one, x509.SubjectAlternativeName) or ()
    odd = next((n for n in san if not isinstance(n, x509.DNSName | x509.IPAddress)), None)
    return f"{names.tagged(odd)} in its SAN is neither a DNS name nor an address" if odd else ""


def _dns_names(one: Look) -> str:
    san = value(one, x509.SubjectAlternativeName) or ()
    found = [n.value for n in san if isinstance(n, x509.DNSName)]
    return next((f"DNS:{name} {words}" for name in found if (words := _odd_dns(name))), "")


def _odd_dns(name: str) -> str:
    base = name.removeprefix("*.")
    if "*" in base:
        return "has a wildcard that is not its whole first label"
    if base is not name and "." not in base:
        return "is a wildcard for a top-level domain"  # BR 3.2.2.6
    if base is not name and suffixes.is_public(base):
        return "is a wildcard for a public suffix"  # the same
    return ""


def _common_name(one: Look) -> str:
    found = one.certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    if not found:
        return ""
    if len(found) > 1:
        return "it has more than one common name"
    san = value(one, x509.SubjectAlternativeName) or ()
    written = {spelling for name in san for spelling in _spellings(name)}
    return "" if found[0].value in written else "its common name is not, letter by letter, one of the names in its SAN"


def _spellings(name: x509.GeneralName) -> Iterator[str]:
    """A DNS name as it stands, an address as RFC 5952 has it: as str() does, and one that maps IPv4 with dots, too."""
    if isinstance(name, x509.DNSName):
        yield name.value
    elif isinstance(name, x509.IPAddress):
        yield str(name.value)
        if mapped := getattr(name.value, "ipv4_mapped", None):
            yield f"::ffff:{mapped}"


_BR = "CA/B Forum BR"


def misnamed(seen: Sequence[Look]) -> Iterator[Problem]:
    """Each certificate of a path whose AKI is not the SKI of the next: peers of the Web PKI go by them."""
    for one, issuer in pairwise(seen):
        wanted, found = value(one, x509.AuthorityKeyIdentifier), value(issuer, x509.SubjectKeyIdentifier)
        if wanted and found and wanted.key_identifier not in (None, found.digest):
            words = f"its authorityKeyIdentifier is not the subjectKeyIdentifier of {issuer.name}"
            yield Problem("against-policy", f"{one.name}: {words} ({_BR} 7.1.2.11.1)", FIX, one.name)


_OWN = (
    Rule("any", f"{_BR} 7.1.1", _version),
    Rule("any", f"{_BR} 6.1.5", _key),
    Rule("anchor", f"{_BR} 7.1.2.1.3", _root_authority_key_id),
    Rule("anchor", f"{_BR} 7.1.2.1.2", _root_purposes),
    Rule("issuer", f"{_BR} 7.1.2.10.6", _any_purpose),
    Rule("middle", f"{_BR} 7.1.2.10.6", _foreign_purpose),
    Rule("issuer", f"{_BR} 7.1.2.10.7", _ca_usage),
    Rule("anchor", f"{_BR} 7.1.2.10.7", missing(x509.KeyUsage, "key usage, which a CA must have")),
    Rule("below", f"{_BR} 7.1.2.11.1", _authority_by_name),
    Rule("server", f"{_BR} 7.1.2.7.8", _leaf_is_ca),
    Rule("server", f"{_BR} 7.1.2.7.6", missing(x509.SubjectAlternativeName, "subject alternative name")),
    Rule("server", f"{_BR} 7.1.2.7.6", missing(x509.ExtendedKeyUsage, "extended key usage")),
    Rule("server", f"{_BR} 7.1.2.7.6", wrong_if(x509.ExtendedKeyUsage, True, "its extended key usage")),
    Rule("server", f"{_BR} 7.1.2.7.10", _any_purpose),
    Rule("server", f"{_BR} 7.1.2.7.10", _foreign_purpose),
    Rule("server", f"{_BR} 7.1.2.7.11", _leaf_usage),
    Rule("server", f"{_BR} 7.1.2.7.12", _san_kinds),
    Rule("server", f"{_BR} 7.1.2.7.12", _dns_names),
    Rule("server", f"{_BR} 7.1.2.7.12", _san_criticality),
    Rule("server", f"{_BR} 7.1.4.3", _common_name),
)
# BR 7.1.2.5.2 lets name constraints be not critical, which the RFC does not.
RULES = (*(rule for rule in policy_rfc5280.RULES if rule is not policy_rfc5280.CRITICAL_CONSTRAINTS), *_OWN)

"""The profile of RFC 5280, section 4, as rules: what a conforming CA puts into certificates, and what not.

A trust anchor was chosen by a person, and stands for a name and a key (RFC 5280, 6.1.1 (d)): it needs neither a serial
number nor a key usage. What it does say must not contradict the profile.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import lru_cache
from typing import cast

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa

from mtlsctl.core import nameforms, names, norevavail, tbs
from mtlsctl.core.looks import Look, public_key, value
from mtlsctl.core.path import self_issued
from mtlsctl.core.policy import Rule, critical, is_ca, is_self_signed, missing, usage_bits, wrong_if
from mtlsctl.core.unreadable import UNREADABLE

MAX_SERIAL_BITS = 160  # RFC 5280, 4.1.2.2: at most 20 octets
_UTC_YEARS = range(1950, 2050)  # RFC 5280, 4.1.2.5 and 4.1.2.5.1


def _algorithms(one: Look) -> str:
    """Whoever checks a signature looks at these; that of a trust anchor is checked by nobody."""
    found = tbs.read(one.certificate)
    if found is None:
        return "its fields are not encoded as DER has them"
    same = tbs.same(found.algorithm, found.tbs.signature)
    return "" if same else "its two fields on the algorithm of the signature differ"


def _unique_ids(one: Look) -> str:
    found = None if _plain(one.certificate) else tbs.read(one.certificate)
    return "it has a unique identifier" if found and (found.tbs.issuer_id or found.tbs.subject_id) else ""


def _elliptic(certificate: x509.Certificate) -> bool:
    try:
        return isinstance(public_key(certificate), ec.EllipticCurvePublicKey)
    except UNREADABLE:
        return False  # such a key is a fault by any policy


@lru_cache(maxsize=8)  # two rules ask, one after the other
def _plain(certificate: x509.Certificate) -> bool:
    """Whether a glance is enough to see that an elliptic key is as it should be, and no unique identifier behind it."""
    return _elliptic(certificate) and tbs.plain(certificate)


def _curve(one: Look) -> str:
    certificate = one.certificate
    found = tbs.read(certificate) if not _plain(certificate) and _elliptic(certificate) else None
    return "its key does not call its curve by name" if found and not tbs.names_its_curve(found) else ""


def _version(one: Look) -> str:
    if one.values and one.certificate.version is not x509.Version.v3:
        return "it has extensions and is not of version 3"
    return ""


def _serial(one: Look) -> str:
    serial = one.certificate.serial_number
    if serial <= 0:
        return f"its serial number is {'zero' if not serial else 'negative'}"
    return "its serial number has more than 20 octets" if serial.bit_length() > MAX_SERIAL_BITS else ""


def _issuer(one: Look) -> str:
    return "" if one.certificate.issuer.rdns else "the name of its issuer is empty"


def _subject_of_ca(one: Look) -> str:
    return "" if one.certificate.subject.rdns else "a CA with an empty subject"


def _validity(one: Look) -> str:
    """Looked for as bytes: the one encoding that is right is in the certificate, or it has another."""
    right = encoded(one.not_before) + encoded(one.not_after)
    if b"\x30%c%b" % (len(right), right) in tbs.encoded(one.certificate):
        return ""
    return "its validity is not encoded as UTCTime until 2049 and GeneralizedTime from 2050"


def encoded(at: datetime) -> bytes:
    """A time in DER as the profile wants it."""
    if at.year in _UTC_YEARS:
        return b"\x17\x0d%02d%02d%02d%02d%02d%02dZ" % (at.year % 100, at.month, at.day, at.hour, at.minute, at.second)
    return b"\x18\x0f%04d%02d%02d%02d%02d%02dZ" % (at.year, at.month, at.day, at.hour, at.minute, at.second)


def _no_authority_key_id(one: Look) -> str:
    found = value(one, x509.AuthorityKeyIdentifier)
    if (found and found.key_identifier) or is_self_signed(one):
        return ""  # the RFC lets it out of one that is signed with its own key
    return "its authorityKeyIdentifier lacks the key identifier" if found else "it has no authorityKeyIdentifier"


def _anchor_without_key_id(one: Look) -> str:
    """Only where it is another CA's certificate: a name alone, or the key alone, tells that the CA made it itself."""
    own = self_issued(one.certificate) or _signed_with_own_key(one.certificate)
    return "" if own else _no_authority_key_id(one)


def _signed_with_own_key(certificate: x509.Certificate) -> bool:
    """Whoever is named as its issuer."""
    signature, signed = certificate.signature, certificate.tbs_certificate_bytes
    try:
        match certificate.public_key(), certificate.signature_algorithm_parameters:
            case rsa.RSAPublicKey() as key, (padding.PKCS1v15() | padding.PSS()) as form if (
                digest := certificate.signature_hash_algorithm
            ):
                key.verify(signature, signed, form, digest)
            case ec.EllipticCurvePublicKey() as key, ec.ECDSA() as form:
                key.verify(signature, signed, form)
            case (ed25519.Ed25519PublicKey() | ed448.Ed448PublicKey()) as key, _:
                key.verify(signature, signed)
            case _:
                return False
    except (InvalidSignature, *UNREADABLE):
        return False
    return True


def _ca_without_usage(one: Look) -> str:
    return "it is a CA and has no key usage" if is_ca(one) and x509.KeyUsage not in one.values else ""


def _not_critical(one: Look) -> str:
    """A CA whose key does other things than to sign certificates is free to have it so."""
    usage = value(one, x509.KeyUsage)
    signs = usage is None or usage.key_cert_sign
    odd = signs and critical(one, x509.BasicConstraints) is False
    return "its basicConstraints is not critical and must be" if odd else ""


def _no_usage(one: Look) -> str:
    usage = value(one, x509.KeyUsage)
    if usage is None or usage.digital_signature or usage.key_cert_sign:
        return ""  # nearly all; to name all the bits costs more
    return "" if usage_bits(usage) else "its key usage has no bit set"


def _signs_without_being_ca(one: Look) -> str:
    usage = value(one, x509.KeyUsage)
    return "its key usage has keyCertSign, and it is no CA" if usage and usage.key_cert_sign and not is_ca(one) else ""


def _pathlen_without_signing(one: Look) -> str:
    basic, usage = value(one, x509.BasicConstraints), value(one, x509.KeyUsage)
    if basic and basic.path_length is not None and (not basic.ca or (usage and not usage.key_cert_sign)):
        return "it has a pathlen without CA:TRUE and keyCertSign"
    return ""


def _policy_twice(one: Look) -> str:
    found = value(one, x509.CertificatePolicies)
    if found is None:
        return ""
    counted = Counter(policy.policy_identifier.dotted_string for policy in found)
    twice = next((oid for oid, count in counted.items() if count > 1), "")
    return f"its certificate policies hold {twice} twice" if twice else ""


def _nobody(one: Look) -> str:
    """RFC 5280, 4.1.2.6: whoever has no subject has a critical SAN."""
    san = value(one, x509.SubjectAlternativeName)
    if one.certificate.subject.rdns or is_ca(one):
        return ""
    if san is None:
        return "it has neither subject nor subject alternative name"
    return "" if any(san is c for c in one.critical) else "its subject is empty and its SAN is not critical"


def _names(one: Look) -> str:
    san = value(one, x509.SubjectAlternativeName)
    if san is None:
        return ""
    if not tuple(san):
        return "its subject alternative name is empty"
    return next((f"{names.tagged(name)} in its SAN {words}" for name in san if (words := nameforms.fault(name))), "")


def _constraints_of_leaf(one: Look) -> str:
    return "it has name constraints and is no CA" if value(one, x509.NameConstraints) and not is_ca(one) else ""


def _constraints_written(one: Look) -> str:
    found = value(one, x509.NameConstraints)
    for subtree in _subtrees(found) if found else ():
        if words := nameforms.fault_of_subtree(subtree):
            return f"its name constraint {names.tagged(subtree)} {words}"
    return ""


def _subtrees(found: x509.NameConstraints) -> Iterator[x509.GeneralName]:
    yield from found.permitted_subtrees or ()
    yield from found.excluded_subtrees or ()


def _empty(kind: type[x509.ExtensionType], what: str) -> Callable[[Look], str]:
    """A rule on lists that have at least one entry."""

    def broken(one: Look) -> str:
        found = cast("Iterable[object] | None", one.values.get(kind))
        return "" if found is None or tuple(found) else f"{what} is empty"

    return broken


def _no_rev_avail(one: Look) -> str:
    """The RFC updates 5280, and has verifiers refuse what contradicts itself."""
    return norevavail.fault(one.certificate.extensions) if x509.UnrecognizedExtension in one.values else ""


_AKI, _SKI = x509.AuthorityKeyIdentifier, x509.SubjectKeyIdentifier
CRITICAL_CONSTRAINTS = Rule(
    "any", "RFC 5280, 4.2.1.10", wrong_if(x509.NameConstraints, False, "the extension with its name constraints")
)
# In the order of the RFC.
RULES = (
    Rule("anchor", "RFC 5280, 4.1.1.2", _algorithms),
    Rule("any", "RFC 5280, 4.1.2.1", _version),
    Rule("below", "RFC 5280, 4.1.2.2", _serial),
    Rule("any", "RFC 5280, 4.1.2.4", _issuer),
    Rule("any", "RFC 5280, 4.1.2.5", _validity),
    Rule("ca", "RFC 5280, 4.1.2.6", _subject_of_ca),
    Rule("leaf", "RFC 5280, 4.1.2.6", _nobody),
    Rule("any", "RFC 5280, 4.1.2.7, and RFC 5480, 2.1.1", _curve),
    Rule("any", "RFC 5280, 4.1.2.8", _unique_ids),
    Rule("below", "RFC 5280, 4.2.1.1", _no_authority_key_id),
    Rule("anchor", "RFC 5280, 4.2.1.1", _anchor_without_key_id),
    Rule("any", "RFC 5280, 4.2.1.1", wrong_if(_AKI, True, "its authorityKeyIdentifier")),
    Rule("ca", "RFC 5280, 4.2.1.2", missing(_SKI, "subjectKeyIdentifier, which a CA must have")),
    Rule("any", "RFC 5280, 4.2.1.2", wrong_if(_SKI, True, "its subjectKeyIdentifier")),
    Rule("middle", "RFC 5280, 4.2.1.3", missing(x509.KeyUsage, "key usage, which a CA must have")),
    Rule("leaf", "RFC 5280, 4.2.1.3", _ca_without_usage),
    Rule("any", "RFC 5280, 4.2.1.3", _no_usage),
    Rule("any", "RFC 5280, 4.2.1.4", _empty(x509.CertificatePolicies, "its list of certificate policies")),
    Rule("any", "RFC 5280, 4.2.1.4", _policy_twice),
    Rule("any", "RFC 5280, 4.2.1.6", _names),
    Rule("issuer", "RFC 5280, 4.2.1.9", missing(x509.BasicConstraints, "basicConstraints, which a CA must have")),
    Rule("ca", "RFC 5280, 4.2.1.9", _not_critical),
    Rule("any", "RFC 5280, 4.2.1.9", _signs_without_being_ca),
    Rule("any", "RFC 5280, 4.2.1.9", _pathlen_without_signing),
    Rule("any", "RFC 5280, 4.2.1.10", _constraints_of_leaf),
    CRITICAL_CONSTRAINTS,
    Rule("any", "RFC 5280, 4.2.1.10", _constraints_written),
    Rule("any", "RFC 5280, 4.2.1.11", wrong_if(x509.PolicyConstraints, False, "its policy constraints")),
    Rule("any", "RFC 5280, 4.2.1.13", _empty(x509.CRLDistributionPoints, "its list of CRL distribution points")),
    Rule("any", "RFC 5280, 4.2.1.14", wrong_if(x509.InhibitAnyPolicy, False, "its inhibitAnyPolicy")),
    Rule("any", "RFC 5280, 4.2.1.15", wrong_if(x509.FreshestCRL, True, "its freshestCRL")),
    Rule("any", "RFC 5280, 4.2.2.1", wrong_if(x509.AuthorityInformationAccess, True, "its authorityInfoAccess")),
    Rule("any", "RFC 5280, 4.2.2.1", _empty(x509.AuthorityInformationAccess, "its authorityInfoAccess")),
    Rule("any", "RFC 5280, 4.2.2.2", wrong_if(x509.SubjectInformationAccess, True, "its subjectInfoAccess")),
    Rule("any", "RFC 9608, 2 and 3", _no_rev_avail),
)

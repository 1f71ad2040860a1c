"""The profile of RFC 5280, section 4, as rules: what a conforming CA puts into certificates, and what not.

A trust anchor was chosen by a person, and stands for a name and a key (RFC 5280, 6.1.1 (d)): it needs neither a serial
number, an authorityKeyIdentifier nor a key usage. What it does say must not contradict the profile.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from cryptography import x509

from mtlsctl.core import constraints, names, norevavail
from mtlsctl.core.looks import Look, value
from mtlsctl.core.policy import Rule, is_ca, is_self_signed, missing, usage_bits, wrong_if

MAX_SERIAL_BITS = 160  # RFC 5280, 4.1.2.2: at most 20 octets
_GENERALIZED_FROM = 2050  # RFC 5280, 4.1.2.5


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
    right = _time(one.not_before) + _time(one.not_after)
    if right in one.certificate.tbs_certificate_bytes:
        return ""
    return "its validity is not encoded as UTCTime until 2049 and GeneralizedTime from 2050"


def _time(at: datetime) -> bytes:
    if at.year < _GENERALIZED_FROM:
        return b"\x17\x0d%02d%02d%02d%02d%02d%02dZ" % (at.year % 100, *at.timetuple()[1:6])
    return b"\x18\x0f%04d%02d%02d%02d%02d%02dZ" % at.timetuple()[:6]


def _no_authority_key_id(one: Look) -> str:
    if is_self_signed(one):
        return ""  # the RFC lets it out of one that is signed with its own key
    found = value(one, x509.AuthorityKeyIdentifier)
    if found is None:
        return "it has no authorityKeyIdentifier"
    return "" if found.key_identifier else "its authorityKeyIdentifier lacks the key identifier"


def _no_usage(one: Look) -> str:
    usage = value(one, x509.KeyUsage)
    return "its key usage has no bit set" if usage and not usage_bits(usage) else ""


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
    counted = Counter(policy.policy_identifier.dotted_string for policy in found or ())
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
    return next((f"{names.tagged(name)} in its SAN {words}" for name in san if (words := _malformed(name))), "")


def _malformed(name: x509.GeneralName) -> str:
    match name:
        case x509.DNSName():
            labels = name.value.removeprefix("*.").split(".")
            good = name.value.isascii() and all(0 < len(label) <= 63 and " " not in label for label in labels)
            return "" if good else "is no DNS name"
        case x509.RFC822Name():
            local, _, host = name.value.rpartition("@")
            good = bool(local and host) and ("@" not in local or local.startswith('"'))
            return "" if good else "is no e-mail address"
        case x509.UniformResourceIdentifier():
            return _malformed_uri(name.value)
        case _:
            return ""


def _malformed_uri(uri: str) -> str:
    scheme, colon, rest = uri.partition(":")
    if not colon or not scheme.isascii() or not scheme[:1].isalpha() or not rest:
        return "is no absolute URI"
    if rest.startswith("//") and scheme.lower() != "file" and not constraints.uri_host(uri):
        return "names no host"
    return ""


def _constraints_of_leaf(one: Look) -> str:
    return "it has name constraints and is no CA" if value(one, x509.NameConstraints) and not is_ca(one) else ""


def _constraints_written(one: Look) -> str:
    found = value(one, x509.NameConstraints)
    for subtree in _subtrees(found) if found else ():
        if words := _malformed_subtree(subtree):
            return f"its name constraint {names.tagged(subtree)} {words}"
    return ""


def _subtrees(found: x509.NameConstraints) -> Iterator[x509.GeneralName]:
    yield from found.permitted_subtrees or ()
    yield from found.excluded_subtrees or ()


def _malformed_subtree(subtree: x509.GeneralName) -> str:
    match subtree:
        case x509.DNSName():
            if subtree.value.startswith("."):
                return "begins with a dot"
            return "has a wildcard" if "*" in subtree.value else ""
        case x509.RFC822Name():
            local, at, host = subtree.value.rpartition("@")
            return "is neither mailbox nor host" if at and (not local or not host or "@" in local) else ""
        case x509.UniformResourceIdentifier():
            bad = "/" in subtree.value or ":" in subtree.value or names.to_address(subtree.value) is not None
            return "is no host or domain" if bad else ""
        case _:
            return ""


def _no_rev_avail(one: Look) -> str:
    """The RFC updates 5280, and has verifiers refuse what contradicts itself."""
    return norevavail.fault(one.certificate.extensions) if x509.UnrecognizedExtension in one.values else ""


_AKI, _SKI = x509.AuthorityKeyIdentifier, x509.SubjectKeyIdentifier
CRITICAL_CONSTRAINTS = Rule(
    "any", "RFC 5280, 4.2.1.10", wrong_if(x509.NameConstraints, False, "the extension with its name constraints")
)
# In the order of the RFC.
RULES = (
    Rule("any", "RFC 5280, 4.1.2.1", _version),
    Rule("below", "RFC 5280, 4.1.2.2", _serial),
    Rule("any", "RFC 5280, 4.1.2.4", _issuer),
    Rule("any", "RFC 5280, 4.1.2.5", _validity),
    Rule("ca", "RFC 5280, 4.1.2.6", _subject_of_ca),
    Rule("leaf", "RFC 5280, 4.1.2.6", _nobody),
    Rule("below", "RFC 5280, 4.2.1.1", _no_authority_key_id),
    Rule("any", "RFC 5280, 4.2.1.1", wrong_if(_AKI, True, "its authorityKeyIdentifier")),
    Rule("ca", "RFC 5280, 4.2.1.2", missing(_SKI, "subjectKeyIdentifier, which a CA must have")),
    Rule("any", "RFC 5280, 4.2.1.2", wrong_if(_SKI, True, "its subjectKeyIdentifier")),
    Rule("middle", "RFC 5280, 4.2.1.3", missing(x509.KeyUsage, "key usage, which a CA must have")),
    Rule("any", "RFC 5280, 4.2.1.3", _no_usage),
    Rule("any", "RFC 5280, 4.2.1.4", _policy_twice),
    Rule("any", "RFC 5280, 4.2.1.6", _names),
    Rule("issuer", "RFC 5280, 4.2.1.9", missing(x509.BasicConstraints, "basicConstraints, which a CA must have")),
    Rule("issuer", "RFC 5280, 4.2.1.9", wrong_if(x509.BasicConstraints, False, "its basicConstraints")),
    Rule("any", "RFC 5280, 4.2.1.9", _signs_without_being_ca),
    Rule("any", "RFC 5280, 4.2.1.9", _pathlen_without_signing),
    Rule("any", "RFC 5280, 4.2.1.10", _constraints_of_leaf),
    CRITICAL_CONSTRAINTS,
    Rule("any", "RFC 5280, 4.2.1.10", _constraints_written),
    Rule("any", "RFC 5280, 4.2.1.11", wrong_if(x509.PolicyConstraints, False, "its policy constraints")),
    Rule("any", "RFC 5280, 4.2.1.14", wrong_if(x509.InhibitAnyPolicy, False, "its inhibitAnyPolicy")),
    Rule("any", "RFC 5280, 4.2.1.15", wrong_if(x509.FreshestCRL, True, "its freshestCRL")),
    Rule("any", "RFC 5280, 4.2.2.1", wrong_if(x509.AuthorityInformationAccess, True, "its authorityInfoAccess")),
    Rule("any", "RFC 5280, 4.2.2.2", wrong_if(x509.SubjectInformationAccess, True, "its subjectInfoAccess")),
    Rule("any", "RFC 9608, 2 and 3", _no_rev_avail),
)

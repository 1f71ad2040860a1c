"""X.509 extensions, of a certificate or requested in a CSR, as plain values (RFC 5280, 4.2)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypedDict

from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID, ObjectIdentifier

from mtlsctl.core import names
from mtlsctl.core.printable import printable

MAX_HEX = 64  # characters of an extension's value that are shown


@dataclass(frozen=True, slots=True)
class OtherExtension:
    """An extension without a field of its own, or one that says more than its field holds."""

    oid: str
    name: str
    """As RFC 5280 or cryptography calls it; "" where the OID is unknown."""
    critical: bool
    value: str
    """The DER value in hex, cut after 64 characters with a final "..."."""
    words: tuple[str, ...] = ()
    """What it says, one thing each; empty where it is not known here."""


class Said(TypedDict):
    """What a set of extensions says; empty where one is absent."""

    names: tuple[str, ...]
    key_usage: tuple[str, ...]
    extended_key_usage: tuple[str, ...]
    ca: bool
    path_length: int | None
    subject_key_id: str
    authority_key_id: str
    permitted: tuple[str, ...]
    excluded: tuple[str, ...]
    crl_urls: tuple[str, ...]
    ocsp_urls: tuple[str, ...]
    ca_issuers_urls: tuple[str, ...]
    policies: tuple[str, ...]
    critical: tuple[str, ...]
    other_extensions: tuple[OtherExtension, ...]


def read(extensions: Iterable[x509.Extension[x509.ExtensionType]]) -> Said:
    """The values of all extensions. Names are tagged and in their encoded form: "DNS:xn--bcher-kva.example"."""
    said = nothing()
    critical, other = [], []
    for extension in extensions:
        value = extension.value
        if extension.critical:
            critical.append(called(extension.oid))
        reader = _READERS.get(type(value))
        if (reader is None or reader(value, said)) and (more := described(extension, held=reader is not None)):
            other.append(more)
    if critical:
        said["critical"] = tuple(critical)
    if other:
        said["other_extensions"] = tuple(other)
    return said


def nothing() -> Said:
    """What no extensions say."""
    return {
        "names": (),
        "key_usage": (),
        "extended_key_usage": (),
        "ca": False,
        "path_length": None,
        "subject_key_id": "",
        "authority_key_id": "",
        "permitted": (),
        "excluded": (),
        "crl_urls": (),
        "ocsp_urls": (),
        "ca_issuers_urls": (),
        "policies": (),
        "critical": (),
        "other_extensions": (),
    }


def called(oid: ObjectIdentifier) -> str:
    """The name of an OID ("serverAuth"), or its dotted form."""
    known = oid._name  # the only name that cryptography has for it
    if known != "Unknown OID":
        return known
    from mtlsctl.core.oids import NAMES  # most certificates have no such OID

    return NAMES.get(oid.dotted_string, oid.dotted_string)


def tagged(name: x509.GeneralName) -> str:
    """A name with its kind in front, encoded as it stands in the certificate."""
    return f"{names.kind(name)}:{printable(names.plain(name))}"


def described(extension: x509.Extension[x509.ExtensionType], *, held: bool = False) -> OtherExtension | None:
    """An extension in words; None for one that fields hold, where they hold all that there is to say."""
    from mtlsctl.core import extension_words  # a usual leaf of ours has no such extension

    words = extension_words.words(extension.value)
    if held and not words:
        return None
    oid = extension.oid.dotted_string
    value = extension.value.public_bytes().hex()
    shown = value if len(value) <= MAX_HEX else f"{value[:MAX_HEX]}..."
    name = called(extension.oid)
    return OtherExtension(oid, "" if name == oid else name, extension.critical, shown, words)


# Each reader fills its fields; True where there is more to say than these hold.


def _key_usage(value: Any, said: Said) -> bool:
    found = [word for bit, word in _USAGES if getattr(value, bit)]
    if value.key_agreement:  # the two below are defined only with it (RFC 5280, 4.2.1.3)
        found += [word for bit, word in _AGREEMENT if getattr(value, bit)]
    said["key_usage"] = tuple(found)
    return False


_USAGES = (
    ("digital_signature", "digitalSignature"),
    ("content_commitment", "nonRepudiation"),
    ("key_encipherment", "keyEncipherment"),
    ("data_encipherment", "dataEncipherment"),
    ("key_agreement", "keyAgreement"),
    ("key_cert_sign", "keyCertSign"),
    ("crl_sign", "cRLSign"),
)
_AGREEMENT = (("encipher_only", "encipherOnly"), ("decipher_only", "decipherOnly"))


def _names(value: Any, said: Said) -> bool:
    said["names"] = found = tuple(map(tagged, value))
    return any(name.startswith("otherName:") for name in found)


def _extended_key_usage(value: Any, said: Said) -> bool:
    said["extended_key_usage"] = tuple(map(called, value))
    return False


def _basic_constraints(value: Any, said: Said) -> bool:
    said["ca"] = value.ca
    said["path_length"] = value.path_length
    return False


def _subject_key_id(value: Any, said: Said) -> bool:
    said["subject_key_id"] = value.digest.hex()
    return False


def _authority_key_id(value: Any, said: Said) -> bool:
    said["authority_key_id"] = (value.key_identifier or b"").hex()
    return value.authority_cert_serial_number is not None


def _name_constraints(value: Any, said: Said) -> bool:
    said["permitted"] = tuple(map(tagged, value.permitted_subtrees or ()))
    said["excluded"] = tuple(map(tagged, value.excluded_subtrees or ()))
    return False


def _crl_points(value: Any, said: Said) -> bool:
    said["crl_urls"] = tuple(names.plain(name) for point in value for name in point.full_name or ())
    return any(point.reasons or point.crl_issuer or not point.full_name for point in value)


def _authority_access(value: Any, said: Said) -> bool:
    ocsp = AuthorityInformationAccessOID.OCSP
    said["ocsp_urls"] = tuple(names.plain(a.access_location) for a in value if a.access_method == ocsp)
    issuers = AuthorityInformationAccessOID.CA_ISSUERS
    said["ca_issuers_urls"] = tuple(names.plain(a.access_location) for a in value if a.access_method == issuers)
    return len(said["ocsp_urls"]) + len(said["ca_issuers_urls"]) < len(value)


def _policies(value: Any, said: Said) -> bool:
    said["policies"] = tuple(called(policy.policy_identifier) for policy in value)
    return True


_READERS: dict[type, Callable[[Any, Said], bool]] = {
    x509.KeyUsage: _key_usage,
    x509.SubjectAlternativeName: _names,
    x509.ExtendedKeyUsage: _extended_key_usage,
    x509.BasicConstraints: _basic_constraints,
    x509.SubjectKeyIdentifier: _subject_key_id,
    x509.AuthorityKeyIdentifier: _authority_key_id,
    x509.NameConstraints: _name_constraints,
    x509.CRLDistributionPoints: _crl_points,
    x509.AuthorityInformationAccess: _authority_access,
    x509.CertificatePolicies: _policies,
}

"""Extensions that cryptography leaves as bytes, in words: Microsoft's, Netscape's, policy mappings, QC statements."""

from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any

from cryptography.hazmat import asn1
from cryptography.x509 import ObjectIdentifier

from mtlsctl.core.extension_words import oid, policy
from mtlsctl.core.oids import STATEMENTS

_TEXTS: dict[int, str] = {0x0C: "utf-8", 0x13: "ascii", 0x16: "ascii", 0x1A: "ascii", 0x1E: "utf-16-be"}
"""X.680, 8.4: the tags of UTF8String, PrintableString, IA5String, VisibleString, BMPString."""


@asn1.sequence
class _Mapping:
    issuer: ObjectIdentifier
    subject: ObjectIdentifier


@asn1.sequence
class _Mappings:
    items: list[_Mapping]


@asn1.sequence
class _Anything:
    items: list[asn1.TLV]


@asn1.sequence
class _Attribute:
    kind: ObjectIdentifier
    values: asn1.SetOf[asn1.TLV]


@asn1.sequence
class _Named:
    kind: ObjectIdentifier
    value: Annotated[asn1.TLV, asn1.Explicit(0)]


def words(dotted: str, data: bytes) -> list[str]:
    """What an extension's DER value says; [] where its OID is not known here or it is malformed."""
    reader = _READERS.get(dotted)
    if reader is None:
        return []
    try:
        return list(reader(data))
    except (ValueError, TypeError, OverflowError, IndexError):
        return []


def text(data: bytes) -> str:
    """A DER string as text; "" where it is none."""
    try:
        value = asn1.decode_der(asn1.TLV, data)
        return bytes(value.data).decode(_TEXTS[value.tag_bytes[0]])
    except (ValueError, KeyError):
        return ""


def _items(data: bytes) -> list[asn1.TLV]:
    """What stands in a SEQUENCE."""
    return asn1.decode_der(_Anything, _sequence(data)).items  # only a declared one can be the outermost


def _inside(value: asn1.TLV) -> list[asn1.TLV]:
    """What stands in a value, as if that were a SEQUENCE."""
    return _items(_sequence(bytes(value.data)))


def _sequence(content: bytes) -> bytes:
    """The SEQUENCE with a content."""
    return b"\x30" + asn1.encode_der(content)[1:]


def _identifier(value: asn1.TLV) -> ObjectIdentifier:
    """The OID that a SEQUENCE begins with."""
    found: ObjectIdentifier = _inside(value)[0].parse(ObjectIdentifier)
    return found


def _text(data: bytes) -> Iterator[str]:
    if found := text(data):
        yield found


def _template(data: bytes) -> Iterator[str]:
    yield from (f"template {found}" for found in _text(data))


def policy_mappings(data: bytes) -> list[tuple[ObjectIdentifier, ObjectIdentifier]]:
    """The pairs (of the issuer, of the subject) of a policyMappings value (RFC 5280, 4.2.1.5). Raises ValueError."""
    return [(one.issuer, one.subject) for one in asn1.decode_der(_Mappings, _sequence(data)).items]


def _mappings(data: bytes) -> Iterator[str]:
    for issuer, subject in policy_mappings(data):
        yield f"{policy(issuer)} stands for {policy(subject)}"


def _application_policies(data: bytes) -> Iterator[str]:
    yield ", ".join(oid(_identifier(one)) for one in _items(data))


def _statements(data: bytes) -> Iterator[str]:
    for one in _items(data):
        dotted = _identifier(one).dotted_string
        yield STATEMENTS.get(dotted, dotted)


def _attributes(data: bytes) -> Iterator[str]:
    for one in _items(data):
        attribute = one.parse(_Attribute)
        shown = [_shown(value) for value in attribute.values.as_list()]
        yield f"{oid(attribute.kind)} {', '.join(shown)}"


def _shown(value: asn1.TLV) -> str:
    encoding = _TEXTS.get(value.tag_bytes[0])
    return bytes(value.data).decode(encoding) if encoding else bytes(value.data).hex()


def _ca_version(data: bytes) -> Iterator[str]:
    number = asn1.decode_der(int, data)  # MS-WCCE, 2.2.2.7.1: the key's index above the certificate's
    yield f"certificate {number & 0xFFFF} of this CA, with its key {number >> 16}"


def _hash(data: bytes) -> Iterator[str]:
    yield asn1.decode_der(bytes, data).hex()


def _security_identifier(data: bytes) -> Iterator[str]:
    """MS-WCCE, 2.2.2.7.7.4: a SID as an other name, the account that the certificate is bound to."""
    (name,) = _items(data)
    sid = asn1.decode_der(_Named, _sequence(bytes(name.data))).value.parse(bytes)  # [0] IMPLICIT, a SEQUENCE's place
    yield f"account {sid.decode('ascii')}"


_NETSCAPE = ("SSL client", "SSL server", "S/MIME", "object signing", "", "SSL CA", "S/MIME CA", "object signing CA")


def _netscape(data: bytes) -> Iterator[str]:
    bits = asn1.decode_der(asn1.BitString, data).as_bytes()[:1]
    yield ", ".join(name for i, name in enumerate(_NETSCAPE) if name and bits and bits[0] >> (7 - i) & 1)


def _acme(data: bytes) -> Iterator[str]:
    yield f"proof of control for ACME: {asn1.decode_der(bytes, data).hex()}"  # RFC 8737, 3


def _next_publish(data: bytes) -> Iterator[str]:
    value = asn1.decode_der(asn1.TLV, data)
    kind: Any = asn1.UTCTime if value.tag_bytes[0] == 0x17 else asn1.GeneralizedTime
    yield f"the next one appears {value.parse(kind).as_datetime():%Y-%m-%d %H:%M:%S} UTC"


def _no_revocation(data: bytes) -> Iterator[str]:
    if data == b"\x05\x00":
        yield "its CA publishes nothing about its revocation"  # RFC 9608, 2


_READERS: Mapping[str, Callable[[bytes], Iterator[str]]] = {
    "2.5.29.33": _mappings,
    "2.5.29.9": _attributes,
    "2.5.29.56": _no_revocation,
    "1.3.6.1.5.5.7.1.3": _statements,
    "1.3.6.1.5.5.7.1.31": _acme,
    "1.3.6.1.4.1.311.20.2": _template,
    "1.3.6.1.4.1.311.21.1": _ca_version,
    "1.3.6.1.4.1.311.21.2": _hash,
    "1.3.6.1.4.1.311.21.4": _next_publish,
    "1.3.6.1.4.1.311.21.10": _application_policies,
    "1.3.6.1.4.1.311.25.2": _security_identifier,
    "1.3.6.1.4.1.57264.1.8": _text,
    "2.16.840.1.113730.1.1": _netscape,
} | dict.fromkeys((f"2.16.840.1.113730.1.{n}" for n in (2, 3, 4, 7, 8, 12, 13)), _text)

"""How two objects differ: certificates, requests, keys, CRLs, or a request and the certificate made of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any

from mtlsctl.core.documents import Kind

_KEYS = (Kind.PRIVATE_KEY, Kind.PUBLIC_KEY)
# Not compared: what follows from the rest, and what is only another way to write it.
_DERIVED = frozenset(("pem", "sha256", "serial", "self_signed", "unreadable", "signature_valid", "revoked"))


@dataclass(frozen=True, slots=True)
class Difference:
    """One field in which two objects differ."""

    field: str
    """Of their JSON; of an extension without a field, its name or OID."""
    left: str
    right: str
    """The two values; "" where there is none, or the field is a list."""
    removed: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    """Of a list, what the right one lacks, and what it has more."""


@dataclass(frozen=True, slots=True)
class Side:
    """One of two objects."""

    label: str
    kind: Kind
    facts: Any


def differences(left: Side, right: Side) -> tuple[Difference, ...]:
    """Every field that both have and that differs, in the order of the left one's."""
    other = {field.name for field in fields(right.facts)}
    names = [field.name for field in fields(left.facts) if field.name in other - _DERIVED]
    found: list[Difference] = []
    for name in names:
        a, b = getattr(left.facts, name), getattr(right.facts, name)
        if name == "other_extensions":
            found += _extensions(a, b)
        elif a != b:
            found.append(_difference(name, a, b))
    return tuple(found)


def _difference(name: str, a: Any, b: Any) -> Difference:
    if isinstance(a, tuple):
        return Difference(name, "", "", tuple(str(v) for v in a if v not in b), tuple(str(v) for v in b if v not in a))
    return Difference(name, _text(a), _text(b))


def _text(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case _:
            return f"{value:%Y-%m-%d %H:%M:%S} UTC" if hasattr(value, "year") else str(value)


def _extensions(a: Sequence[Any], b: Sequence[Any]) -> Iterator[Difference]:
    left, right = ({one.oid: one for one in side} for side in (a, b))
    for oid in dict.fromkeys((*left, *right)):
        one, other = left.get(oid), right.get(oid)
        if one != other:
            name = next(side.name for side in (one, other) if side) or oid
            yield Difference(name, _said(one), _said(other))


def _said(extension: Any) -> str:
    if extension is None:
        return ""
    return ("critical, " if extension.critical else "") + ("; ".join(extension.words) or extension.value)


def relation(left: Side, right: Side) -> str:
    """What the two are to one another, in words."""
    kinds = {left.kind, right.kind}
    a, b = left.facts, right.facts
    if kinds == {Kind.CERTIFICATE}:
        return "the same certificate" if a.sha256 == b.sha256 else _certificates(a, b)
    if kinds == {Kind.CRL}:
        return "the same CRL" if a.sha256 == b.sha256 else _crls(a, b)
    same = a.spki_sha256 == b.spki_sha256 != ""
    if kinds == {Kind.CSR, Kind.CERTIFICATE}:
        return _request(*((a, b) if left.kind is Kind.CSR else (b, a)), same=same)
    if left.kind is right.kind is Kind.CSR:
        if a.sha256 == b.sha256:
            return "the same request"
        return f"two requests for {'the same key' if same else 'different keys'}"
    if kinds <= set(_KEYS):
        return "the same key" if same else "different keys"
    what = right.kind if left.kind in _KEYS else left.kind
    return f"the key belongs to the {what}" if same else f"the key does not belong to the {what}"


def _certificates(a: Any, b: Any) -> str:
    same_key = a.spki_sha256 == b.spki_sha256 != ""
    same_issuer = (a.issuer, a.authority_key_id) == (b.issuer, b.authority_key_id)
    same_names = (a.subject, set(a.names)) == (b.subject, set(b.names))
    later = ", the left one is the later" if a.not_before > b.not_before else ""
    if same_names and (same_issuer or (a.self_signed and b.self_signed)):
        if (a.ca, set(a.extended_key_usage)) != (b.ca, set(b.extended_key_usage)):
            return f"same names and issuer, {'same' if same_key else 'new'} key, for other purposes"
        return f"renewed with {'the same' if same_key else 'a new'} key{later}"
    if same_names:
        return f"same names, {'same' if same_key else 'new'} key, another issuer"
    if same_key:
        return f"same key, other names, {'same' if same_issuer else 'another'} issuer"
    return f"different certificates of {'the same issuer' if same_issuer else 'different issuers'}"


def _request(request: Any, certificate: Any, *, same: bool) -> str:
    if not same:
        return "the certificate was not made of this request: it has another key"
    granted = (request.subject, set(request.names)) == (certificate.subject, set(certificate.names))
    return f"a request and its certificate, {'with' if granted else 'not with'} the names that were asked for"


def _crls(a: Any, b: Any) -> str:
    if (a.issuer, a.authority_key_id) != (b.issuer, b.authority_key_id):
        return "CRLs of different issuers"
    if a.number.isdigit() and b.number.isdigit() and a.number != b.number:
        return f"two CRLs of one issuer, the {'right' if int(b.number) > int(a.number) else 'left'} one is the later"
    return "two CRLs of one issuer"

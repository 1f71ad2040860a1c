"""Extensions in words: what those say that have no field of their own, or more than their field holds."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any

from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID, ObjectIdentifier

from mtlsctl.core import names
from mtlsctl.core.lists import first
from mtlsctl.core.oids import NAMES, POLICIES
from mtlsctl.core.printable import printable

MAX_WORDS = 64  # of one extension
MAX_TEXT = 500  # characters of one; a user notice may be a page


def words(value: x509.ExtensionType) -> tuple[str, ...]:
    """What an extension says, one thing each; () where it is not known here, or its fields say all."""
    if isinstance(value, x509.UnrecognizedExtension):
        from mtlsctl.core import extension_codes  # the ASN.1 declarations; few have such an extension

        return _bounded(extension_codes.words(value.oid.dotted_string, value.value))
    reader = _READERS.get(type(value))
    return _bounded(reader(value)) if reader else ()


def _bounded(found: Iterable[str]) -> tuple[str, ...]:
    kept = [printable(text if len(text) <= MAX_TEXT else text[:MAX_TEXT] + "...") for text in found]
    return first(kept, MAX_WORDS)


def oid(identifier: ObjectIdentifier) -> str:
    """An OID with its name in front, where it has one: "caIssuers", "msSmartcardLogin", "1.2.3"."""
    dotted = identifier.dotted_string
    known = identifier._name
    return NAMES.get(dotted, dotted) if known == "Unknown OID" else known


def policy(identifier: ObjectIdentifier) -> str:
    """A policy's OID with what it is known for: "2.23.140.1.2.1 (CA/B Forum, domain validated)"."""
    dotted = identifier.dotted_string
    return f"{dotted} ({POLICIES[dotted]})" if dotted in POLICIES else dotted


def moment(when: datetime) -> str:
    """A time as people and scripts read it, in UTC."""
    return f"{when:%Y-%m-%d %H:%M:%S} UTC"


def _tagged(found: Iterable[x509.GeneralName] | None) -> str:
    return ", ".join(map(names.tagged, found or ()))


def _policies(value: x509.CertificatePolicies) -> Iterator[str]:
    """Of each policy its name and qualifiers. Nothing where these are mere OIDs, which the field holds."""
    found = [", ".join([policy(one.policy_identifier), *_qualifiers(one)]) for one in value]
    if any(" " in text for text in found):
        yield from found


def _qualifiers(one: x509.PolicyInformation) -> Iterator[str]:
    for qualifier in one.policy_qualifiers or ():
        if isinstance(qualifier, str):
            yield f"CPS {qualifier}"
            continue
        if qualifier.explicit_text:
            yield f'notice "{qualifier.explicit_text}"'
        if reference := qualifier.notice_reference:
            numbers = ", ".join(map(str, reference.notice_numbers))
            yield f"notice {numbers} of {reference.organization or 'nobody'}"


def _policy_constraints(value: x509.PolicyConstraints) -> Iterator[str]:
    if value.require_explicit_policy is not None:
        yield f"an acceptable policy is required {_after(value.require_explicit_policy)}"
    if value.inhibit_policy_mapping is not None:
        yield f"policies may not be mapped {_after(value.inhibit_policy_mapping)}"


def _inhibit(value: x509.InhibitAnyPolicy) -> Iterator[str]:
    yield f"anyPolicy stands for no policy {_after(value.skip_certs)}"


def _after(count: int) -> str:
    """RFC 5280, 4.2.1.11 and 4.2.1.14: how many certificates below this one are left alone."""
    if not count:
        return "from here on"
    return f"after {count} more certificate{'' if count == 1 else 's'}"


def _timestamps(value: Any) -> Iterator[str]:
    for sct in value:
        algorithm = f"{sct.signature_hash_algorithm.name} with {sct.signature_algorithm.name.lower()}"
        when = sct.timestamp.replace(tzinfo=None)
        yield f"logged {moment(when)} by {sct.log_id.hex()}, {sct.version.name}, {algorithm}"


def _poison(_: x509.PrecertPoison) -> Iterator[str]:
    yield "a precertificate, for logs alone: no TLS stack takes it"  # RFC 6962, 3.1


def _no_check(_: x509.OCSPNoCheck) -> Iterator[str]:
    yield "whoever relies on it does not ask whether it is revoked"  # RFC 6960, 4.2.2.2.1


def _features(value: x509.TLSFeature) -> Iterator[str]:
    for feature in value:
        match feature:
            case x509.TLSFeatureType.status_request:
                yield "must staple: the server has to send an OCSP answer"  # RFC 7633
            case _:
                yield "must staple: the server has to send OCSP answers for its chain (status_request_v2)"


def _points(value: Any) -> Iterator[str]:
    """Of distribution points what is more than a URL. Of a freshest CRL, which has no field, all."""
    for point in value:
        parts = [_tagged(point.full_name)] if point.full_name else []
        if point.relative_name:
            parts.append(f"relative name {point.relative_name.rfc4514_string()}")
        if point.reasons:
            parts.append(f"for {', '.join(sorted(reason.value for reason in point.reasons))}")
        if point.crl_issuer:
            parts.append(f"issued by {_tagged(point.crl_issuer)}")
        if len(parts) > 1 or not point.full_name or isinstance(value, x509.FreshestCRL):
            yield ", ".join(parts)


def _access(value: Any) -> Iterator[str]:
    fields = (AuthorityInformationAccessOID.OCSP, AuthorityInformationAccessOID.CA_ISSUERS)
    for one in value:
        if one.access_method not in fields:
            yield f"{oid(one.access_method)} {names.tagged(one.access_location)}"


def _alternative(value: Any) -> Iterator[str]:
    yield _tagged(value)


def _other_names(value: x509.SubjectAlternativeName) -> Iterator[str]:
    """Of other names (RFC 5280, 4.2.1.6) what they stand for."""
    found = [name for name in value if isinstance(name, x509.OtherName)]
    if found:
        from mtlsctl.core import extension_codes

        for name in found:
            text = extension_codes.text(name.value)
            if text:
                yield f"{oid(name.type_id)} {text}"


def _authority_key(value: x509.AuthorityKeyIdentifier) -> Iterator[str]:
    if value.authority_cert_serial_number is not None:
        serial = names.serial_hex(value.authority_cert_serial_number)
        yield f"the certificate {serial} of {_tagged(value.authority_cert_issuer)}"


def _template(value: x509.MSCertificateTemplate) -> Iterator[str]:
    version = f", version {value.major_version}" if value.major_version is not None else ""
    minor = f".{value.minor_version}" if version and value.minor_version is not None else ""
    yield f"template {value.template_id.dotted_string}{version}{minor}"


def _period(value: x509.PrivateKeyUsagePeriod) -> Iterator[str]:
    start, end = value.not_before, value.not_after
    yield "the key signs" + (f" from {moment(start)}" if start else "") + (f" until {moment(end)}" if end else "")


def _admissions(value: x509.Admissions) -> Iterator[str]:
    for admission in value:
        for profession in admission.profession_infos:
            number = f" {profession.registration_number}" if profession.registration_number else ""
            yield ", ".join(profession.profession_items) + number


def _number(value: Any) -> Iterator[str]:
    yield f"number {value.crl_number}"


def _scope(value: x509.IssuingDistributionPoint) -> Iterator[str]:
    """What a CRL is for (RFC 5280, 5.2.5)."""
    if value.full_name:
        yield f"at {_tagged(value.full_name)}"
    if value.relative_name:
        yield f"at {value.relative_name.rfc4514_string()}, below its issuer"
    flags = (
        ("only_contains_user_certs", "only of end entities"),
        ("only_contains_ca_certs", "only of CAs"),
        ("only_contains_attribute_certs", "only of attribute certificates"),
        ("indirect_crl", "indirect: of other issuers too"),
    )
    yield from (text for flag, text in flags if getattr(value, flag))
    if value.only_some_reasons:
        yield f"only for {', '.join(sorted(reason.value for reason in value.only_some_reasons))}"


_READERS: dict[type, Callable[[Any], Iterator[str]]] = {
    x509.CertificatePolicies: _policies,
    x509.PolicyConstraints: _policy_constraints,
    x509.InhibitAnyPolicy: _inhibit,
    x509.PrecertificateSignedCertificateTimestamps: _timestamps,
    x509.SignedCertificateTimestamps: _timestamps,
    x509.PrecertPoison: _poison,
    x509.OCSPNoCheck: _no_check,
    x509.TLSFeature: _features,
    x509.CRLDistributionPoints: _points,
    x509.FreshestCRL: _points,
    x509.AuthorityInformationAccess: _access,
    x509.SubjectInformationAccess: _access,
    x509.IssuerAlternativeName: _alternative,
    x509.SubjectAlternativeName: _other_names,
    x509.AuthorityKeyIdentifier: _authority_key,
    x509.MSCertificateTemplate: _template,
    x509.PrivateKeyUsagePeriod: _period,
    x509.Admissions: _admissions,
    x509.CRLNumber: _number,
    x509.DeltaCRLIndicator: _number,
    x509.IssuingDistributionPoint: _scope,
}

"""Orders and what becomes of them: everything that ends in a certificate goes through one Order."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TypeVar

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa

from mtlsctl.core import keys, names
from mtlsctl.core.credential import Credential as Credential
from mtlsctl.core.profiles import BACKDATE, MAX_LIFETIME, Profile, ProfileName
from mtlsctl.errors import InputError, UsageError

T = TypeVar("T", bound=x509.ExtensionType)


@dataclass(frozen=True, slots=True)
class Order:
    """What a certificate shall say. Serial, issuer and SKI/AKI come with the signature."""

    subject: x509.Name
    names: tuple[x509.GeneralName, ...]
    """Subject alternative names; critical when the subject is empty (RFC 5280, 4.2.1.6)."""
    public_key: keys.PublicKey
    profile: Profile
    not_before: datetime
    not_after: datetime
    permitted: tuple[x509.GeneralName, ...] = ()
    """Name constraints of a CA, critical (RFC 5280, 4.2.1.10)."""
    excluded: tuple[x509.GeneralName, ...] = ()
    crl_urls: tuple[str, ...] = ()
    ocsp_urls: tuple[str, ...] = ()


def lifetime(
    profile: Profile,
    now: datetime,
    wanted: timedelta | datetime | None = None,
    *,
    limit: datetime | None = None,
    allow_long: bool = False,
) -> tuple[datetime, datetime]:
    """notBefore and notAfter: five minutes back, and the profile's lifetime (or wanted) from now, at most limit.

    Raises UsageError for an end in the past, and for a leaf beyond 825 days without allow_long.
    """
    now = now.replace(microsecond=0)
    wanted = profile.lifetime if wanted is None else wanted
    try:
        end = wanted if isinstance(wanted, datetime) else now + wanted
    except OverflowError:
        raise UsageError("that lifetime ends after the year 9999", "choose a shorter one, such as 90d") from None
    if end <= now:
        raise UsageError(f"the certificate would end at {end:%Y-%m-%d %H:%M} UTC, which is not in the future")
    if not profile.ca and end - now > MAX_LIFETIME and not allow_long:
        raise UsageError(
            f"a lifetime of {(end - now).days} days is above {MAX_LIFETIME.days}: Apple's systems refuse it,"
            " and a lost key stays good for as long",
            "choose a shorter --lifetime, or pass --allow-long",
        )
    return now - BACKDATE, min(end, limit) if limit else end


def subject_for(profile: Profile, wanted: Sequence[x509.GeneralName]) -> x509.Name:
    """The subject that a profile gives: CN = first DNS name, for clients the first name; empty where it does not fit.

    An IP address is no CN of a server: OpenSSL would hold it against the DNS name constraints.
    """
    if profile.name is ProfileName.SPIFFE:
        return names.subject("")
    if profile.name in (ProfileName.CLIENT, ProfileName.OCSP):
        cn = names.plain(wanted[0]) if wanted and not isinstance(wanted[0], x509.IPAddress) else ""
    else:
        cn = next((n.value for n in wanted if isinstance(n, x509.DNSName)), "")
    return names.subject(cn if len(cn) <= names.MAX_COMMON_NAME else "")


def check(order: Order) -> None:
    """Refuse an order that no peer should trust. Raises UsageError."""
    if weak := keys.weakness(order.public_key):
        raise UsageError(f"{weak}: such a key is not certified", "make a new one: mtlsctl key new FILE")
    if order.profile.needs_name and not order.names:
        raise UsageError(f"a {order.profile.name} certificate needs a name", "add one: --name host.example.test")
    hosts = [n for n in order.names if isinstance(n, x509.DNSName | x509.IPAddress)]
    if order.profile.name is ProfileName.SERVER and not hosts:
        raise UsageError(
            f"a server certificate needs a DNS name or an IP address, not only {names.tagged(order.names[0])}",
            "name the host alone: localhost, not https://localhost:8443/",
        )
    if not order.names and not order.subject.rdns:
        raise UsageError("the certificate would name nobody", "add a name: --name NAME")
    uris = [n for n in order.names if isinstance(n, x509.UniformResourceIdentifier)]
    if order.profile.name is ProfileName.SPIFFE and (len(order.names) != 1 or len(uris) != 1):
        raise UsageError("a SPIFFE certificate has one name, a spiffe:// URI (X509-SVID, section 2)")
    if order.profile.name is ProfileName.SPIFFE:
        names.spiffe(uris[0].value)


def issue(order: Order, issuer: Credential | None, key: keys.PrivateKey | None = None) -> x509.Certificate:
    """Sign an order with the issuer, or with its own key where there is none (a root). Pure: nothing is recorded."""
    signer = issuer.key if issuer else key
    if signer is None:
        raise ValueError("an order without an issuer needs its own key")
    builder = x509.CertificateBuilder(
        issuer_name=issuer.certificate.subject if issuer else order.subject,
        subject_name=order.subject,
        public_key=order.public_key,
        serial_number=x509.random_serial_number(),
        not_valid_before=order.not_before,
        not_valid_after=order.not_after,
        extensions=_extensions(order, issuer),
    )
    return builder.sign(signer, keys.signing_hash(signer))


def _extensions(order: Order, issuer: Credential | None) -> list[x509.Extension[x509.ExtensionType]]:
    profile = order.profile
    ski = x509.SubjectKeyIdentifier.from_public_key(order.public_key)
    values: list[tuple[bool, x509.ExtensionType]] = [
        (True, x509.BasicConstraints(profile.ca, profile.path_length)),
        (True, _key_usage(profile, isinstance(order.public_key, rsa.RSAPublicKey))),
        (False, ski),
    ]
    if issuer:
        values.append((False, authority_key_id(issuer.certificate)))
    if profile.purposes:
        values.append((False, x509.ExtendedKeyUsage(profile.purposes)))
    if order.names:
        values.append((not order.subject.rdns, x509.SubjectAlternativeName(order.names)))
    if order.permitted or order.excluded:
        values.append((True, x509.NameConstraints(order.permitted or None, order.excluded or None)))
    if order.crl_urls:
        points = [x509.DistributionPoint([x509.UniformResourceIdentifier(u)], None, None, None) for u in order.crl_urls]
        values.append((False, x509.CRLDistributionPoints(points)))
    if order.ocsp_urls:
        method = x509.oid.AuthorityInformationAccessOID.OCSP
        access = [x509.AccessDescription(method, x509.UniformResourceIdentifier(u)) for u in order.ocsp_urls]
        values.append((False, x509.AuthorityInformationAccess(access)))
    if profile.name is ProfileName.OCSP:
        values.append((False, x509.OCSPNoCheck()))
    return [x509.Extension(value.oid, critical, value) for critical, value in values]


@lru_cache(maxsize=8)
def _key_usage(profile: Profile, is_rsa: bool) -> x509.KeyUsage:
    """RFC 5280, 4.2.1.3: CAs sign certificates and CRLs; leaves sign handshakes, RSA ones may also decipher."""
    return x509.KeyUsage(
        digital_signature=not profile.ca,
        content_commitment=False,
        key_encipherment=profile.key_encipherment and is_rsa,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=profile.ca,
        crl_sign=profile.ca,
        encipher_only=False,
        decipher_only=False,
    )


@lru_cache(maxsize=8)
def authority_key_id(issuer: x509.Certificate) -> x509.AuthorityKeyIdentifier:
    """The AKI that points at an issuer: its SKI, or the hash of its key (RFC 5280, 4.2.1.1)."""
    try:
        ski = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    except x509.ExtensionNotFound:
        return x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.public_key())  # type: ignore[arg-type]
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(ski)


def from_certificate(
    old: x509.Certificate, profile: Profile, public_key: keys.PublicKey, not_before: datetime, not_after: datetime
) -> Order:
    """The order that makes the same certificate again for a new key and time: subject, names and URLs.

    profile is the one that it was signed with. Raises InputError where the certificate's own purposes are not these.
    """
    extensions = old.extensions
    san = _value(extensions, x509.SubjectAlternativeName)
    usage = _value(extensions, x509.ExtendedKeyUsage)
    if frozenset(usage or ()) != frozenset(profile.purposes):
        raise InputError(f"the certificate's extended key usage is not that of the profile {profile.name}")
    return Order(
        subject=old.subject,
        names=tuple(san) if san else (),
        public_key=public_key,
        profile=profile,
        not_before=not_before,
        not_after=not_after,
        crl_urls=tuple(_crl_urls(extensions)),
        ocsp_urls=tuple(_ocsp_urls(extensions)),
    )


def _value(extensions: x509.Extensions, kind: type[T]) -> T | None:
    try:
        return extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def _crl_urls(extensions: x509.Extensions) -> Iterable[str]:
    points = _value(extensions, x509.CRLDistributionPoints) or ()
    for point in points:
        for name in point.full_name or ():
            if isinstance(name, x509.UniformResourceIdentifier):
                yield name.value


def _ocsp_urls(extensions: x509.Extensions) -> Iterable[str]:
    for access in _value(extensions, x509.AuthorityInformationAccess) or ():
        location = access.access_location
        if access.access_method == x509.oid.AuthorityInformationAccessOID.OCSP and isinstance(
            location, x509.UniformResourceIdentifier
        ):
            yield location.value

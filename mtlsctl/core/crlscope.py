"""Which certificates a CRL speaks about: its extensions read, and held against a certificate's distribution points."""

from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import islice
from typing import NamedTuple

from cryptography import x509

from mtlsctl.core import names
from mtlsctl.core.path import same_name
from mtlsctl.core.unreadable import UNREADABLE

ALL_REASONS = frozenset(x509.ReasonFlags) - {x509.ReasonFlags.unspecified, x509.ReasonFlags.remove_from_crl}
"""Those that an issuingDistributionPoint or a distribution point can name (RFC 5280, 4.2.1.13)."""

_KNOWN = (
    x509.AuthorityKeyIdentifier,
    x509.CRLNumber,
    x509.DeltaCRLIndicator,
    x509.IssuingDistributionPoint,
    x509.IssuerAlternativeName,
    x509.FreshestCRL,
    x509.AuthorityInformationAccess,
)
_KNOWN_IN_ENTRIES = (x509.CRLReason, x509.InvalidityDate, x509.CertificateIssuer)
MAX_POINTS = 100  # distribution points of a certificate that are looked at; each CRL is held against each
_CRITICAL = b"\x01\x01\xff\x04"  # BOOLEAN TRUE, then an OCTET STRING: RFC 5280, 4.1


class Held(NamedTuple):
    """A CRL at hand, and where it is from."""

    crl: x509.CertificateRevocationList
    where: str = ""
    """The file or URL, for messages; may be empty."""


class Entries:
    """The entries of a CRL, looked at when first asked about, and once: that takes seconds for a large one.

    Whoever asks has checked the signature before: strangers write entries without end.
    """

    def __init__(self, crl: x509.CertificateRevocationList) -> None:
        self._crl = crl

    @cached_property
    def _measured(self) -> tuple[int, int]:
        signed = self._crl.tbs_certlist_bytes  # written anew each time that it is asked for
        return len(signed), signed.count(_CRITICAL)

    @property
    def size(self) -> int:
        """Of what is signed, in bytes."""
        return self._measured[0]

    @cached_property
    def trouble(self) -> str:
        """Why one of them spoils the whole CRL (RFC 5280, 5.3); "" where none does."""
        try:
            return _odd_entry(self._crl) if _suspect(self._crl.extensions, self._measured[1]) else ""
        except UNREADABLE:
            return "one of its entries cannot be decoded"


class Crl(NamedTuple):
    """A CRL with its extensions read."""

    crl: x509.CertificateRevocationList
    where: str
    number: int | None
    base: int | None
    """BaseCRLNumber: it is a delta CRL (RFC 5280, 5.2.4). None for a complete one."""
    key_id: bytes
    """Of the AKI; empty where it names none."""
    scope: x509.IssuingDistributionPoint | None
    trouble: str
    """Why it must not be used for anybody, as far as its own extensions tell; "" where it may."""
    entries: Entries

    @property
    def indirect(self) -> bool:
        """True when its entries may be certificates of other issuers (RFC 5280, 5.3.3)."""
        return bool(self.scope and self.scope.indirect_crl)


class Point(NamedTuple):
    """A distribution point of a certificate (RFC 5280, 4.2.1.13)."""

    names: frozenset[x509.GeneralName]
    """Of the distribution point; where it has none, those of its CRL issuer."""
    issuers: tuple[x509.Name, ...]
    """Who signs the CRL, where that is not the certificate's issuer."""
    reasons: frozenset[x509.ReasonFlags]


def opened(held: Held) -> Crl | None:
    """A CRL with its extensions read; what is wrong with them is its trouble. None where it cannot be decoded."""
    crl, where = held
    try:
        _ = crl.issuer, crl.last_update_utc, crl.next_update_utc
        extensions = crl.extensions
        values = {type(e.value): e.value for e in extensions}
        trouble = _trouble(extensions)
    except UNREADABLE:
        return None
    number, delta = values.get(x509.CRLNumber), values.get(x509.DeltaCRLIndicator)
    aki, scope = values.get(x509.AuthorityKeyIdentifier), values.get(x509.IssuingDistributionPoint)
    return Crl(
        crl,
        where,
        number.crl_number if isinstance(number, x509.CRLNumber) else None,
        delta.crl_number if isinstance(delta, x509.DeltaCRLIndicator) else None,
        (aki.key_identifier or b"") if isinstance(aki, x509.AuthorityKeyIdentifier) else b"",
        scope if isinstance(scope, x509.IssuingDistributionPoint) else None,
        trouble,
        Entries(crl),
    )


def _trouble(extensions: x509.Extensions) -> str:
    for extension in extensions:
        if extension.critical and not isinstance(extension.value, _KNOWN):
            return f"it has a critical extension that is unknown here ({extension.oid.dotted_string})"
        if extension.critical and isinstance(extension.value, x509.CRLNumber):
            return "its CRLNumber is critical, which RFC 5280, 5.2.3 forbids"
        if isinstance(extension.value, x509.DeltaCRLIndicator) and not extension.critical:
            return "its deltaCRLIndicator is not critical, which RFC 5280, 5.2.4 forbids"
    return ""


def _suspect(extensions: x509.Extensions, marks: int) -> bool:
    """Whether an entry may have a critical extension: there are more marks of such than the CRL's own have.

    In an indirect one each entry may say whose it is.
    """
    indirect = any(isinstance(e.value, x509.IssuingDistributionPoint) and e.value.indirect_crl for e in extensions)
    return indirect or marks > sum(e.critical for e in extensions)


def _odd_entry(crl: x509.CertificateRevocationList) -> str:
    for entry in crl:
        for extension in entry.extensions:
            if extension.critical and not isinstance(extension.value, _KNOWN_IN_ENTRIES):
                oid = extension.oid.dotted_string
                return f"an entry of it has a critical extension that is unknown here ({oid})"
    return ""


def points(certificate: x509.Certificate) -> Iterator[Point]:
    """The distribution points that a certificate names, then the one that is meant where it names none.

    RFC 5280, 6.3.3: a CRL of the certificate's issuer, whether or not a distribution point is named.
    """
    try:
        found: Iterable[x509.DistributionPoint] = certificate.extensions.get_extension_for_class(
            x509.CRLDistributionPoints
        ).value
    except (*UNREADABLE, x509.ExtensionNotFound):
        found = ()
    for point in islice(found, MAX_POINTS):
        issuers = tuple(n.value for n in point.crl_issuer or () if isinstance(n, x509.DirectoryName))
        base = issuers[0] if issuers else certificate.issuer
        where = _names(point.full_name, point.relative_name, base) or frozenset(point.crl_issuer or ())
        yield Point(where, issuers, (point.reasons & ALL_REASONS) if point.reasons else ALL_REASONS)
    yield Point(frozenset({x509.DirectoryName(certificate.issuer)}), (), ALL_REASONS)


def _names(
    full: Iterable[x509.GeneralName] | None, relative: x509.RelativeDistinguishedName | None, base: x509.Name
) -> frozenset[x509.GeneralName]:
    if relative is not None:
        return frozenset({x509.DirectoryName(x509.Name([*base.rdns, relative]))})
    return frozenset(full or ())


def out_of_scope(crl: Crl, point: Point, certificate: x509.Certificate, is_ca: bool) -> str:
    """Why a CRL does not speak about a certificate by a distribution point; "" where it does (RFC 5280, 6.3.3 (b))."""
    issuer = crl.crl.issuer
    own = same_name(issuer, certificate.issuer)
    if point.issuers and (not any(same_name(issuer, one) for one in point.issuers) or not (crl.indirect or own)):
        return f"it is of {names.dn(issuer)}, and the certificate wants an indirect one of its CRL issuer"
    if not point.issuers and not own:
        return f"it is of {names.dn(issuer)}"
    return _other_kind(crl, point, is_ca) if crl.scope else ""


def _other_kind(crl: Crl, point: Point, is_ca: bool) -> str:
    scope = crl.scope
    assert scope is not None
    own = _names(scope.full_name, scope.relative_name, crl.crl.issuer)
    if own and not own & point.names:
        listed = ", ".join(sorted(names.plain(name) for name in own)[:3])
        return f"its scope is the distribution point {listed}, which the certificate does not name"
    if scope.only_contains_attribute_certs:
        return "its scope is attribute certificates only"
    if scope.only_contains_user_certs and is_ca:
        return "its scope is end entities only, and this is a CA"
    if scope.only_contains_ca_certs and not is_ca:
        return "its scope is CAs only, and this is none"
    return ""


def reasons(crl: Crl, point: Point) -> frozenset[x509.ReasonFlags]:
    """For which reasons a CRL can say that a certificate is not revoked (RFC 5280, 6.3.3 (d))."""
    some = crl.scope.only_some_reasons if crl.scope else None
    return point.reasons & some if some else point.reasons


def lookup(crl: Crl, certificate: x509.Certificate) -> x509.RevokedCertificate | None:
    """The entry of a certificate, or None. In an indirect CRL an issuer stands for the entries after it, too."""
    serial = certificate.serial_number
    if not crl.indirect and serial >= 0:  # cryptography looks up no negative ones
        return crl.crl.get_revoked_certificate_by_serial_number(serial)
    issuers: tuple[x509.Name, ...] = (crl.crl.issuer,)  # RFC 5280, 5.3.3
    for entry in crl.crl:
        named = _certificate_issuer(entry) if crl.indirect else ()
        issuers = named or issuers
        if entry.serial_number == serial and any(same_name(certificate.issuer, one) for one in issuers):
            return entry
    return None


def _certificate_issuer(entry: x509.RevokedCertificate) -> tuple[x509.Name, ...]:
    try:
        found = entry.extensions.get_extension_for_class(x509.CertificateIssuer).value
    except x509.ExtensionNotFound:
        return ()
    return tuple(name.value for name in found if isinstance(name, x509.DirectoryName))


def is_ca(certificate: x509.Certificate) -> bool:
    """Whether its basicConstraints say CA:TRUE."""
    try:
        return bool(certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca)
    except (*UNREADABLE, x509.ExtensionNotFound):
        return False

"""A certificate, request or CRL read through once, for all rules."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.x509.oid import ExtendedKeyUsageOID as Eku

from mtlsctl.core import names
from mtlsctl.core.lint.rule import Scope
from mtlsctl.core.path import Link, link
from mtlsctl.core.unreadable import UNREADABLE

T = TypeVar("T", bound=x509.ExtensionType)
UNKNOWN = "unknown"  # as a hash's name
MAX_NAMESAKES = 8  # CAs of one name that are tried: a signature costs time, and a hostile folder holds thousands


class Subject(NamedTuple):
    """What the rules look at. Certificates and requests have all of it, CRLs what concerns them."""

    scopes: tuple[Scope, ...]
    label: str
    """Where it is from: "bundle.pem #2"."""
    name: str
    """How messages call it: its subject, else its first name, else its serial number."""
    value: Any
    """cryptography's object."""
    extensions: Mapping[type[x509.ExtensionType], x509.Extension[x509.ExtensionType]]
    at: datetime
    """The time of looking, aware."""
    subject: x509.Name
    """A CRL's issuer."""
    san: tuple[x509.GeneralName, ...] = ()
    purposes: tuple[x509.ObjectIdentifier, ...] | None = None
    """The extended key usage; None where there is none."""
    key: Any = None
    """The public key; None where it is of a kind that cannot be read."""
    hash_name: str = ""
    """Of the signature; "" where the algorithm has none of its own, UNKNOWN where it is one that is not known."""
    not_before: datetime | None = None
    not_after: datetime | None = None
    issuer: x509.Certificate | None = None
    """The CA that its issuer's name names, where one was given: the one that signed it, if any did."""
    signed: Link | None = None
    """Whether that one did; None where none was given."""

    def get(self, kind: type[T]) -> T | None:
        """The value of an extension, or None."""
        found = self.extensions.get(kind)
        return found.value if found is not None and isinstance(found.value, kind) else None

    def critical(self, kind: type[x509.ExtensionType]) -> bool:
        """Whether an extension is there and critical."""
        return kind in self.extensions and self.extensions[kind].critical

    @property
    def is_ca(self) -> bool:
        """A certificate whose basicConstraints say CA:TRUE."""
        return Scope.CA in self.scopes

    @property
    def serves(self) -> bool:
        """It says that it is for servers."""
        return self.purposes is not None and Eku.SERVER_AUTH in self.purposes

    @property
    def calls(self) -> bool:
        """It says that it is for clients."""
        return self.purposes is not None and Eku.CLIENT_AUTH in self.purposes

    @property
    def for_tls(self) -> bool:
        """It is for servers or clients, or does not say for what."""
        return self.purposes is None or self.serves or self.calls or Eku.ANY_EXTENDED_KEY_USAGE in self.purposes

    @property
    def self_issued(self) -> bool:
        """Issuer and subject have one name."""
        return isinstance(self.value, x509.Certificate) and self.value.issuer == self.value.subject

    @property
    def spiffe(self) -> tuple[str, ...]:
        """Its SPIFFE ids."""
        uris = (n.value for n in self.san if isinstance(n, x509.UniformResourceIdentifier))
        return tuple(uri for uri in uris if uri.lower().startswith("spiffe:"))

    @property
    def days(self) -> int:
        """Its life in whole days; 0 where it has none."""
        return (self.not_after - self.not_before).days if self.not_before and self.not_after else 0


def certificate(value: x509.Certificate, label: str, at: datetime, issuers: Sequence[x509.Certificate] = ()) -> Subject:
    """A certificate. issuers: those of its issuer's name. Raises one of UNREADABLE where it cannot be read through."""
    extensions = _by_type(value.extensions)
    basic = extensions.get(x509.BasicConstraints)
    ca = basic is not None and basic.value.ca
    links = [(link(value, issuer), issuer) for issuer in issuers[:MAX_NAMESAKES]]
    signers = [pair for pair in links if pair[0] is Link.SIGNED]
    # Of one key's certificates the one that lives longest decides: a cross-certificate may end before the root does.
    signers.sort(key=lambda pair: pair[1].not_valid_after_utc, reverse=True)
    signed, issuer = next(iter(signers or links), (None, None))
    return _with_names(value, label, at, extensions)._replace(
        scopes=(Scope.CERTIFICATE, Scope.CA if ca else Scope.LEAF),
        not_before=value.not_valid_before_utc,
        not_after=value.not_valid_after_utc,
        issuer=issuer,
        signed=signed,
    )


def request(value: x509.CertificateSigningRequest, label: str, at: datetime) -> Subject:
    """A certificate signing request. Raises one of UNREADABLE."""
    return _with_names(value, label, at, _by_type(value.extensions))._replace(scopes=(Scope.REQUEST,))


def public_key(value: Any, label: str, at: datetime) -> Subject:
    """A key by itself; value: its public half."""
    return Subject((Scope.KEY,), label, label, value, {}, at, x509.Name([]), key=value)


def crl(
    value: x509.CertificateRevocationList, label: str, at: datetime, issuers: Sequence[x509.Certificate] = ()
) -> Subject:
    """A CRL. issuers: those of its issuer's name. Raises one of UNREADABLE."""
    issuer = next((one for one in issuers[:MAX_NAMESAKES] if _signs(one, value)), issuers[0] if issuers else None)
    return Subject(
        (Scope.CRL,),
        label,
        f"the CRL of {names.dn(value.issuer) or 'an issuer without a name'}",
        value,
        _by_type(value.extensions),
        at,
        value.issuer,
        hash_name=_hash(value),
        not_before=value.last_update_utc,
        not_after=value.next_update_utc,
        issuer=issuer,
    )


def _signs(issuer: x509.Certificate, value: x509.CertificateRevocationList) -> bool:
    try:
        return value.is_signature_valid(issuer.public_key())  # type: ignore[arg-type]
    except UNREADABLE:
        return False


def _with_names(value: Any, label: str, at: datetime, extensions: dict[type[x509.ExtensionType], Any]) -> Subject:
    san = extensions.get(x509.SubjectAlternativeName)
    usage = extensions.get(x509.ExtendedKeyUsage)
    presented = tuple(san.value) if san else ()
    subject = value.subject
    first = names.tagged(presented[0]) if presented else ""
    serial = getattr(value, "serial_number", None)
    otherwise = "the request" if serial is None else f"the certificate with serial {serial:x}"
    return Subject(
        (),
        label,
        names.dn(subject) or first or otherwise,
        value,
        extensions,
        at,
        subject,
        presented,
        tuple(usage.value) if usage else None,
        _key(value),
        _hash(value),
    )


def _by_type(extensions: x509.Extensions) -> dict[type[x509.ExtensionType], Any]:
    """The extensions by their type; those of unknown types by no more than the last of them."""
    return {type(extension.value): extension for extension in extensions}


def _key(value: Any) -> Any:
    try:
        return value.public_key()
    except UNREADABLE:
        return None


def _hash(value: Any) -> str:
    try:
        algorithm = value.signature_hash_algorithm
    except UnsupportedAlgorithm:
        return UNKNOWN
    return algorithm.name if algorithm else ""

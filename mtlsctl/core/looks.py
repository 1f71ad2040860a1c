"""Certificates read through, and the question that is asked of them."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID as Eku

from mtlsctl.core.causes import Problem
from mtlsctl.core.path import called
from mtlsctl.core.unreadable import UNREADABLE

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes

T = TypeVar("T", bound=x509.ExtensionType)


class Purpose(StrEnum):
    """What the leaf shall be good for."""

    SERVER = "server"
    CLIENT = "client"
    CA = "ca"
    """To issue certificates itself."""
    ANY = "any"
    """Whatever it says: the path alone is judged."""


PURPOSE_OIDS = {Purpose.SERVER: Eku.SERVER_AUTH, Purpose.CLIENT: Eku.CLIENT_AUTH}


class Look(NamedTuple):
    """A certificate that could be read through, with its extensions by type."""

    certificate: x509.Certificate
    name: str
    values: dict[type[x509.ExtensionType], Any]
    """By their types."""
    critical: tuple[x509.ExtensionType, ...]
    not_before: datetime
    not_after: datetime


class Question(NamedTuple):
    """What is asked of a path."""

    purpose: Purpose
    at: datetime
    names: tuple[x509.GeneralName, ...]
    max_depth: int | None = None
    """The CAs allowed between leaf and anchor, those that are self-issued not counted; None: any number."""
    handshake: bool = True
    """False where only RFC 5280 counts: what TLS demands of a key's usage is a warning then."""


@lru_cache(maxsize=64)
def look(certificate: x509.Certificate) -> Look:
    """Read a certificate through. Raises one of UNREADABLE where it cannot be. Kept: CAs stand above many leaves."""
    values: dict[type[x509.ExtensionType], Any] = {}
    critical: list[x509.ExtensionType] = []
    for extension in certificate.extensions:
        found = extension.value
        values[type(found)] = found
        if extension.critical:
            critical.append(found)
    certificate.signature_algorithm_oid, certificate.issuer, certificate.subject  # noqa: B018  read for its ValueError
    name, start, end = called(certificate), certificate.not_valid_before_utc, certificate.not_valid_after_utc
    return Look(certificate, name, values, tuple(critical), start, end)


@lru_cache(maxsize=8)  # several rules ask, one after the other
def public_key(certificate: x509.Certificate) -> "CertificatePublicKeyTypes":
    """The key of a certificate. Raises one of UNREADABLE."""
    return certificate.public_key()


def value(seen: Look, kind: type[T]) -> T | None:
    """The extension of a kind, or None."""
    found: T | None = seen.values.get(kind)  # by type: to ask isinstance again costs more than all else here
    return found


def read(path: Sequence[x509.Certificate]) -> tuple[list[Look], list[Problem]]:
    """The certificates of a path that can be read through, and a problem for each that cannot."""
    seen, problems = [], []
    for certificate in path:
        try:
            seen.append(look(certificate))
        except UNREADABLE as error:
            name = called(certificate)
            message = f"{name}: the certificate cannot be decoded: {str(error).rstrip('.')}"
            problems.append(Problem("invalid", message, "have it issued again, by a tool that keeps to RFC 5280", name))
    return seen, problems

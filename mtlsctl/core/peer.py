"""A certificate as plain values: what a handshake or a server shows of whoever is at the other end."""

from datetime import datetime
from typing import NamedTuple, cast

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from mtlsctl.core import keys, names
from mtlsctl.core.unreadable import NEVER, UNREADABLE


class PeerCertificate(NamedTuple):
    """One certificate. Its text may come from a stranger."""

    subject: str
    issuer: str
    names: tuple[str, ...]
    """With their kind: `DNS:localhost`."""
    serial_hex: str
    not_before: datetime
    not_after: datetime
    key: str
    sha256: str
    spki_sha256: str
    pem: str
    """This and the public key's hash are "" where they were not asked for."""


def describe(certificate: x509.Certificate, *, in_full: bool = True) -> PeerCertificate:
    """A certificate in plain values; a field that cannot be decoded says so. Not in_full: what people are shown."""
    try:
        found = tuple(names.tagged(name) for name in names.san(certificate))
    except UNREADABLE:
        found = ("(cannot be read)",)
    return PeerCertificate(
        subject=_dn(certificate, "subject"),
        issuer=_dn(certificate, "issuer"),
        names=found,
        serial_hex=names.serial_hex(certificate.serial_number),
        not_before=_time(certificate, "not_valid_before_utc"),
        not_after=_time(certificate, "not_valid_after_utc"),
        key=_key(certificate),
        sha256=certificate.fingerprint(hashes.SHA256()).hex(),
        spki_sha256=_spki_sha256(certificate) if in_full else "",
        pem=_pem(certificate) if in_full else "",
    )


def _dn(certificate: x509.Certificate, which: str) -> str:
    try:
        return names.dn(getattr(certificate, which))
    except UNREADABLE:
        return "(cannot be read)"


def _time(certificate: x509.Certificate, which: str) -> datetime:
    try:
        return cast("datetime", getattr(certificate, which))
    except UNREADABLE:
        return NEVER


def _key(certificate: x509.Certificate) -> str:
    try:
        return keys.describe(certificate.public_key())
    except UNREADABLE:
        return "of an unknown kind"


def _pem(certificate: x509.Certificate) -> str:
    from cryptography.hazmat.primitives.serialization import Encoding  # not for text, as in keys.py

    return certificate.public_bytes(Encoding.PEM).decode("ascii")


def _spki_sha256(certificate: x509.Certificate) -> str:
    digest = hashes.Hash(hashes.SHA256())
    try:
        digest.update(keys.spki(certificate.public_key()))
        return digest.finalize().hex()
    except UNREADABLE:
        return ""

"""What a certificate is for: each profile with its key usage, lifetime and the rule that it comes from."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID as Eku

DAY = timedelta(days=1)
BACKDATE = timedelta(minutes=5)  # clocks differ; the lifetime still counts from now (cfssl#1064)
WARN_LIFETIME = 200 * DAY  # CA/B Forum SC-081v3: public TLS since 2026-03-15
MAX_LIFETIME = 825 * DAY  # support.apple.com/103769: private roots too


class ProfileName(StrEnum):
    """The profiles by the word that a person types."""

    ROOT = "root"
    ISSUING = "issuing"
    SERVER = "server"
    CLIENT = "client"
    PEER = "peer"
    SPIFFE = "spiffe"
    OCSP = "ocsp"


@dataclass(frozen=True, slots=True)
class Profile:
    """The parts of a certificate that follow from its purpose."""

    name: ProfileName
    lifetime: timedelta
    purposes: tuple[x509.ObjectIdentifier, ...] = ()
    """extendedKeyUsage, not critical (RFC 5280, 4.2.1.12); none for CAs."""
    ca: bool = False
    """basicConstraints, critical on every certificate (RFC 5280, 4.2.1.9)."""
    path_length: int | None = None
    key_encipherment: bool = False
    """keyEncipherment beside digitalSignature when the key is RSA: TLS 1.2 key transport (RFC 5246, 7.4.2)."""
    needs_name: bool = False
    """A subject alternative name is required."""


ROOT = Profile(ProfileName.ROOT, 3650 * DAY, ca=True, path_length=1)
ISSUING = Profile(ProfileName.ISSUING, 1825 * DAY, ca=True, path_length=0)
SERVER = Profile(ProfileName.SERVER, 90 * DAY, (Eku.SERVER_AUTH,), key_encipherment=True, needs_name=True)
CLIENT = Profile(ProfileName.CLIENT, 90 * DAY, (Eku.CLIENT_AUTH,))
PEER = Profile(ProfileName.PEER, 90 * DAY, (Eku.SERVER_AUTH, Eku.CLIENT_AUTH), key_encipherment=True, needs_name=True)
# X509-SVID, section 4.4: both purposes, or neither.
SPIFFE = Profile(ProfileName.SPIFFE, DAY, (Eku.SERVER_AUTH, Eku.CLIENT_AUTH), needs_name=True)
OCSP = Profile(ProfileName.OCSP, DAY, (Eku.OCSP_SIGNING,))  # RFC 6960, 4.2.2.2

PROFILES = {p.name: p for p in (ROOT, ISSUING, SERVER, CLIENT, PEER, SPIFFE, OCSP)}

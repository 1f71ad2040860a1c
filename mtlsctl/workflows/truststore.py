"""The operating system's own trust anchors: where they lie, and what is in there."""

import os
import sys
from pathlib import Path

from cryptography import x509

from mtlsctl.core.unreadable import UNREADABLE
from mtlsctl.errors import InputError, NotFoundError
from mtlsctl.workflows import files, materials

# Where systems keep all their roots in one file of PEM; the first that is there counts.
PLACES = (
    "/etc/ssl/certs/ca-certificates.crt",  # Debian, Ubuntu, Alpine, Arch
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",  # Fedora, RHEL
    "/etc/pki/tls/certs/ca-bundle.crt",  # older ones of these
    "/etc/ssl/ca-bundle.pem",  # SUSE
    "/etc/ssl/cert.pem",  # macOS, the BSDs
    "/usr/local/share/certs/ca-root-nss.crt",  # FreeBSD
)
SERVER_AUTH = "1.3.6.1.5.5.7.3.1"  # RFC 5280, 4.2.1.12: id-kp-serverAuth


def system_roots() -> tuple[tuple[x509.Certificate, ...], bytes, str]:
    """The system's roots, the PEM text that they were read from (b"" on Windows), and where they are.

    Raises NotFoundError where the system has none. SSL_CERT_FILE does not count: who asks for the system's means it.
    """
    if sys.platform == "win32":
        return _windows(), b"", "the system's roots (Windows certificate store)"
    place = next((place for place in PLACES if os.path.isfile(place)), None)  # noqa: PTH113 - Path is not needed
    if place is None:
        raise NotFoundError(
            "this system keeps no trusted roots in any of the places known",
            "install them (Debian: apt install ca-certificates), or pass --certifi, or --ca FILE",
        )
    data = files.read(Path(place))
    return materials.certificates_in(data, place), data, f"the system's roots in {place}"


def _windows() -> tuple[x509.Certificate, ...]:
    found: list[x509.Certificate] = []
    if sys.platform == "win32":
        import ssl  # the one way to the store that Python brings

        for data, encoding, trust in ssl.enum_certificates("ROOT"):
            if encoding == "x509_asn" and (trust is True or SERVER_AUTH in trust):
                try:
                    found.append(x509.load_der_x509_certificate(data))
                except UNREADABLE:
                    continue  # less is trusted than the system does: who cannot be read vouches for nobody
    if not found:
        raise InputError("the Windows certificate store has no roots for servers")
    return tuple(found)

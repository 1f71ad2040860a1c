"""The least that shows a bundle as JSON: typer and cryptography."""

import hashlib
import json
from pathlib import Path

import typer
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


def facts(certificate: x509.Certificate) -> dict[str, object]:
    """The fields that a script asks for."""
    spki = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return {
        "subject": certificate.subject.rfc4514_string(),
        "issuer": certificate.issuer.rfc4514_string(),
        "serial_hex": f"{certificate.serial_number:x}",
        "not_before": certificate.not_valid_before_utc.isoformat(),
        "not_after": certificate.not_valid_after_utc.isoformat(),
        "signature_algorithm": certificate.signature_algorithm_oid._name,
        "extensions": [[e.oid.dotted_string, e.critical, repr(e.value)] for e in certificate.extensions],
        "sha256": certificate.fingerprint(hashes.SHA256()).hex(),
        "spki_sha256": hashlib.sha256(spki).hexdigest(),
        "pem": certificate.public_bytes(Encoding.PEM).decode(),
    }


def main(path: Path) -> None:
    """Show the certificates of a file."""
    print(json.dumps([facts(c) for c in x509.load_pem_x509_certificates(path.read_bytes())]))


typer.run(main)

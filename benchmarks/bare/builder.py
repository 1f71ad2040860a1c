"""The least that issues a client certificate with cryptography; shared by the single and the bulk script."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID


class Issuer:
    """A CA's folder, loaded."""

    def __init__(self, folder: Path) -> None:
        self.certificate = x509.load_pem_x509_certificate((folder / "issuing.crt").read_bytes())
        self.key = load_pem_private_key((folder / "issuing.key").read_bytes(), None)
        self.root = (folder / "root.crt").read_bytes()
        self.chain = self.certificate.public_bytes(Encoding.PEM)
        self.ski = self.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value

    def issue(self, name: str, out: Path) -> None:
        """Make a key and a certificate with the extensions of a client, and write the five files."""
        key = ec.generate_private_key(ec.SECP256R1())
        now = datetime.now(UTC)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
            .issuer_name(self.certificate.subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(minutes=5))
            .not_valid_after(now + timedelta(days=90))
            .add_extension(x509.BasicConstraints(False, None), True)
            .add_extension(x509.KeyUsage(True, False, False, False, False, False, False, False, False), True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(self.ski), False)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), False)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), False)
            .sign(self.key, hashes.SHA256())
        )
        leaf = certificate.public_bytes(Encoding.PEM)
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        folder = f"{out}/{name}"
        os.mkdir(folder)
        files = {"cert": leaf, "chain": self.chain, "fullchain": leaf + self.chain, "ca": self.root, "key": pem}
        for part, data in files.items():
            mode = 0o600 if part == "key" else 0o644
            descriptor = os.open(f"{folder}/{part}.pem", os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
            os.write(descriptor, data)
            os.close(descriptor)

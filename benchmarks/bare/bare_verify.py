"""The least that verifies a client's chain: typer and cryptography's verifier."""

from pathlib import Path

import typer
from cryptography import x509
from cryptography.x509.verification import PolicyBuilder, Store


def main(chain: Path, roots: Path) -> None:
    """Verify a client's chain."""
    leaf, *rest = x509.load_pem_x509_certificates(chain.read_bytes())
    store = Store(x509.load_pem_x509_certificates(roots.read_bytes()))
    verified = PolicyBuilder().store(store).build_client_verifier().verify(leaf, rest)
    print("OK", [c.subject.rfc4514_string() for c in verified.chain])


typer.run(main)

"""What one end of a handshake presents and trusts: from single files, or from a folder that `mtlsctl issue` made."""

import os
from pathlib import Path
from typing import NamedTuple

from OpenSSL import crypto

from mtlsctl.core import keys, openssl
from mtlsctl.core.openssl import Identity
from mtlsctl.errors import MtlsctlError, NotFoundError, PasswordError, UsageError
from mtlsctl.workflows import files, materials
from mtlsctl.workflows.passwords import Secret

CERTIFICATE, KEY, CA = "fullchain.pem", "key.pem", "ca.pem"


class Papers(NamedTuple):
    """Where a person says that things are; what is not given is None."""

    identity: Path | None = None
    """A folder with fullchain.pem, key.pem and ca.pem; what is named beside it wins."""
    cert: Path | None = None
    key: Path | None = None
    ca: str | None = None


def complete(papers: Papers) -> Papers:
    """The papers with the folder's files in place of what is not named. Raises NotFoundError, UsageError."""
    folder = papers.identity
    if folder is None:
        if papers.key and not papers.cert:
            raise UsageError("--key is of no use without --cert", "pass both")
        return papers
    if not folder.is_dir():
        raise NotFoundError(f"{folder}: no such folder", "make one: mtlsctl issue client NAME")
    cert = papers.cert or folder / CERTIFICATE
    key = papers.key or (folder / KEY if papers.cert is None else None)
    return Papers(folder, cert, key, papers.ca or str(folder / CA))


def identity(papers: Papers, secret: Secret) -> Identity | None:
    """The certificates and key to present; None when none is given. Errors carry the client-file codes."""
    if papers.cert is None:
        return None
    try:
        return _pair(papers.cert, papers.key or papers.cert, secret)
    except PasswordError as error:
        error.code = "client-key-encrypted"
        raise
    except MtlsctlError as error:
        raise _coded(error, "client-file") from None


def _pair(cert: Path, key: Path, secret: Secret) -> Identity:
    """A certificate with its chain, and its key, checked to be a pair."""
    pem = files.read(cert)
    chain = materials.certificates_in(pem, files.label(cert))
    data = pem if key == cert else files.read(key)
    if plain := openssl.plain_identity(chain, pem, data):
        return plain
    private = materials.private_key_in(data, files.label(key), secret)
    if not keys.belong(private, chain[0].public_key()):
        raise materials.mismatch(chain, private, cert, key)
    return openssl.identity(chain, private)


def roots(word: str) -> tuple[crypto.X509, ...]:
    """The trust anchors of --ca. Errors carry the ca-file codes."""
    try:
        if not materials.is_file(word):
            return openssl.hold(materials.roots(word))
        data = files.read(word)
        return openssl.hold(materials.certificates_in(data, files.label(word)), data)
    except MtlsctlError as error:
        raise _coded(error, "ca-file") from None


def _coded(error: MtlsctlError, prefix: str) -> MtlsctlError:
    """The same error with a code that says which file could not be read, or was not what it should be."""
    if error.code in ("not-found", "system"):
        error.code = f"{prefix}-unreadable"
    elif error.code == "invalid-input":
        error.code = f"{prefix}-invalid"
    return error


def public_roots() -> tuple[tuple[crypto.X509, ...], str]:
    """The roots to trust when none are named, and where they come from: SSL_CERT_FILE, else the certifi package."""
    if chosen := os.environ.get("SSL_CERT_FILE"):
        return roots(chosen), f"{chosen} (SSL_CERT_FILE)"
    import certifi  # only where no CA is named

    return roots(certifi.where()), f"the public roots of certifi {certifi.__version__}"

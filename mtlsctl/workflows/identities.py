"""What one end of a handshake presents and trusts: from single files, or from a folder that `mtlsctl issue` made."""

import os
from pathlib import Path
from typing import NamedTuple

from OpenSSL import crypto

from mtlsctl.core import keys, openssl
from mtlsctl.core.openssl import Identity
from mtlsctl.errors import InputError, MtlsctlError, NotFoundError, PasswordError, UsageError
from mtlsctl.workflows import files, materials
from mtlsctl.workflows.passwords import Secret

_CERTIFICATE, _KEY = b"-----BEGIN CERTIFICATE-----", b"PRIVATE KEY-----"
CERTIFICATE, KEY, CA = "fullchain.pem", "key.pem", "ca.pem"


class Papers(NamedTuple):
    """Where a person says that things are; what is not given is None."""

    identity: Path | None = None
    """A folder with fullchain.pem, key.pem and ca.pem; what is named beside it wins."""
    cert: Path | None = None
    key: Path | None = None
    ca: str | None = None


def complete(papers: Papers, role: str = "client") -> Papers:
    """The papers with the folder's files in place of what is not named. Raises NotFoundError, UsageError.

    role: client or server, as issue calls them.
    """
    folder = papers.identity
    if folder is None:
        if papers.key and not papers.cert:
            raise UsageError("--key is of no use without --cert", "pass both")
        return papers
    if not folder.is_dir():
        raise NotFoundError(f"{folder}: no such folder", f"make one: mtlsctl issue {role} NAME")
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
    data = pem if key == cert else files.read(key)
    try:
        chain = materials.certificates_in(pem, files.label(cert))
        if plain := openssl.plain_identity(chain, pem, data):
            return plain
        private = materials.private_key_in(data, files.label(key), secret)
    except InputError as error:
        error.hint = _what_to_pass(cert, key, pem, data) or error.hint
        raise
    if not keys.belong(private, chain[0].public_key()):
        raise materials.mismatch(chain, private, cert, key)
    return openssl.identity(chain, private)


def _what_to_pass(cert: Path, key: Path, pem: bytes, data: bytes) -> str:
    """What to type where the files hold the wrong things; "" where that does not show."""
    if cert == key:
        beside = cert.with_name(KEY)
        named = str(beside) if beside.is_file() else "FILE"
        return f"pass --key {named}" if _KEY not in pem and _CERTIFICATE in pem else ""
    if _KEY in pem and _CERTIFICATE in data:
        return "--cert and --key look swapped: --cert takes the certificate, --key its private key"
    return ""


def trusted(papers: Papers) -> tuple[tuple[crypto.X509, ...], str]:
    """The trust anchors for a server, and where they come from: what was typed, else MTLSCTL_CA, else the public."""
    if papers.ca:
        return roots(papers.ca), papers.ca
    if named := os.environ.get("MTLSCTL_CA"):
        return roots(named), f"{named} (MTLSCTL_CA)"
    return public_roots()


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

"""Certificates, keys and trust, from where a person says they are: a file, or a CA by name or folder."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography import x509

from mtlsctl.core import keys
from mtlsctl.errors import InputError, UsageError
from mtlsctl.workflows import files
from mtlsctl.workflows.passwords import Secret

if TYPE_CHECKING:
    from mtlsctl.core.documents import Document

_BEGIN = b"-----BEGIN CERTIFICATE-----"


def certificates(path: Path | str) -> tuple[x509.Certificate, ...]:
    """All certificates of a file (or "-"), in its order; at least one. Raises InputError saying what is there."""
    return certificates_in(files.read(path), files.label(path))


def certificates_in(data: bytes, label: str) -> tuple[x509.Certificate, ...]:
    """The same of bytes. label names the file in errors."""
    try:
        found = tuple(x509.load_pem_x509_certificates(data)) if _BEGIN in data else ()
    except (ValueError, x509.InvalidVersion):
        found = ()
    return found or _dig(data, label)


def _dig(data: bytes, label: str) -> tuple[x509.Certificate, ...]:
    """The certificates of a file that is not plain PEM: DER, PKCS#7, damaged; or the reason why there are none."""
    from mtlsctl.core import pem  # only for files that the fast way does not read

    documents = pem.read_all(data, label)
    found = tuple(d.value for d in documents if isinstance(d.value, x509.Certificate))
    if not found:
        kinds = " and ".join(sorted({d.kind.with_article for d in documents}))
        raise InputError(
            f"{label}: expected a certificate, found {kinds}", f"see what it is: {files.inspecting(label)}"
        )
    return found


def documents_in(data: bytes, label: str, secret: Secret | None) -> "tuple[Document, ...]":
    """Everything that bytes hold. What takes a password is opened where there is somebody to ask, else it stays shut.

    Raises InputError where nothing can be read, PasswordError where the password is another.
    """
    from mtlsctl.core import pem  # plain certificates and keys need none of it

    documents = pem.read_all(data, label)
    if secret and any(document.shut for document in documents):
        return pem.read_all(data, label, secret(label))
    return documents


def opened(data: bytes, label: str, secret: Secret) -> tuple[tuple[x509.Certificate, ...], keys.PrivateKey | None]:
    """The certificates and the key of a PKCS#12 file, in its order; secret is asked where it takes a password."""
    from mtlsctl.core.documents import Kind  # PKCS#12 is the exception

    documents = documents_in(data, label, secret)
    found = tuple(d.value for d in documents if isinstance(d.value, x509.Certificate))
    held = [d.value for d in documents if d.kind is Kind.PRIVATE_KEY and d.value is not None]
    if not found:
        raise InputError(f"{label}: no certificate is in this PKCS#12 file", "mtlsctl inspect shows what it holds")
    return found, held[0] if held else None


def is_file(word: str) -> bool:
    """True when --ca names a file (or stdin) and not a CA of ours.

    A CA's bare name wins over a file of that name: who we trust does not depend on the folder that we are in.
    """
    if word == "-" or not Path(word).exists() or Path(word).is_dir():  # a pipe and /dev/null are read like a file
        return word == "-"
    if os.sep in word or word.endswith((".pem", ".crt", ".cer", ".der")):
        return True
    from mtlsctl.workflows import store

    return word not in store.ca_names()


def roots(word: str) -> tuple[x509.Certificate, ...]:
    """The trust anchors that --ca names: a PEM file, or a CA of ours by name or folder. Fails closed."""
    if is_file(word):
        return certificates(word)
    from mtlsctl.workflows import store  # SQLite is not needed for a file

    return (store.open_ca(word).root,)


def private_key(path: Path | str, secret: Secret) -> keys.PrivateKey:
    """The private key of a PEM file; secret is asked for its password when it is encrypted."""
    return private_key_in(files.read(path), files.label(path), secret)


def private_key_in(data: bytes, label: str, secret: Secret) -> keys.PrivateKey:
    """The same of bytes. label names the file in errors."""
    if b"PRIVATE KEY-----" not in data:
        from mtlsctl.core import pem  # only to say what the file is, or to read DER

        return pem.read_key(data, label, secret)
    password = secret(f"the key {label}") if keys.is_encrypted(data) else None
    return keys.decode(data, label, password)


def mismatch(
    chain: Sequence[x509.Certificate], key: keys.PrivateKey, cert: Path | str, where: Path | str
) -> InputError:
    """Why a certificate and a key are no pair: a chain in the wrong order, or two that never met."""
    for number, certificate in enumerate(chain[1:], 2):
        if keys.belong(key, certificate.public_key()):
            return InputError(
                f"{cert}: the key belongs to certificate {number} of the file, the leaf must come first",
                "put the leaf before the certificates of its issuers",
                code="client-key-mismatch",
            )
    return InputError(
        f"{where}: this key does not belong to the certificate in {cert}"
        f" ({keys.describe(key.public_key())} key, {keys.describe(chain[0].public_key())} certificate)",
        "find its partner: mtlsctl inspect shows the public key's SHA-256 of both",
        code="client-key-mismatch",
    )


def one_ca(word: str | None) -> str:
    """The CA that --ca names, or the only one there is. Raises UsageError where that is not clear."""
    from mtlsctl.workflows import store

    if word:
        return word
    found = store.ca_names()
    if len(found) == 1:
        return found[0]
    if not found:
        raise UsageError("there is no CA yet", "make one: mtlsctl ca create")
    raise UsageError(f"which CA? There are {', '.join(found)}", "name it with --ca, or set MTLSCTL_CA")


def names_of(path: Path) -> list[list[str]]:
    """The lines of a list of identities, each split into names; empty lines and # comments are passed over."""
    data = files.read(path)
    try:
        lines = data.decode().splitlines()
    except UnicodeDecodeError:
        raise InputError(f"{files.label(path)}: expected a list of names in UTF-8, found binary data") from None
    found = [words for line in lines if (words := line.partition("#")[0].split())]
    if not found:
        raise InputError(f"{files.label(path)}: no names are in it", "one identity on each line")
    return found

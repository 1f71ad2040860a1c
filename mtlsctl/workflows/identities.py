"""What one end of a handshake presents and trusts: from single files, or from what `mtlsctl issue` made."""

import os
import stat
from pathlib import Path
from typing import NamedTuple

from OpenSSL import crypto

from mtlsctl.core import keymode, keys, openssl
from mtlsctl.core.findings import Finding, Verdict
from mtlsctl.core.openssl import Identity
from mtlsctl.errors import InputError, MtlsctlError, NotFoundError, PasswordError, UsageError
from mtlsctl.workflows import files, materials
from mtlsctl.workflows.passwords import Secret

_CERTIFICATE, _KEY = b"-----BEGIN CERTIFICATE-----", b"PRIVATE KEY-----"
_DER = b"\x30"  # a SEQUENCE (X.690, 8.9)
CERTIFICATE, KEY, CA = "fullchain.pem", "key.pem", "ca.pem"


class Papers(NamedTuple):
    """Where a person says that things are; what is not given is None."""

    identity: Path | None = None
    """A folder with fullchain.pem, key.pem and ca.pem, a file with all of it, or the name of an identity of ours;
    what is named beside it wins."""
    cert: Path | None = None
    key: Path | None = None
    ca: str | None = None
    """A file of trust anchors, or a CA of ours."""
    ca_of: str | None = None
    """A CA of ours, by name or folder: never a file."""
    system_ca: bool = False
    certifi: bool = False


def complete(papers: Papers, role: str = "client") -> Papers:
    """The papers with the identity's files in place of what is not named. Raises NotFoundError, UsageError.

    role: client or server, as issue calls them.
    """
    _one_trust(papers)
    if papers.identity is None:
        if papers.key and not papers.cert:
            raise UsageError("--key is of no use without --cert", "pass both")
        return papers
    if papers.identity.is_file():
        return papers._replace(cert=papers.cert or papers.identity)
    folder = papers.identity if papers.identity.is_dir() else _issued(papers, role)
    cert = papers.cert or folder / CERTIFICATE
    key = papers.key or (folder / KEY if papers.cert is None else None)
    named = papers.ca_of or papers.system_ca or papers.certifi
    return papers._replace(identity=folder, cert=cert, key=key, ca=papers.ca or (None if named else str(folder / CA)))


def _one_trust(papers: Papers) -> None:
    """At most one way to say who may vouch, and none of them empty: nobody's roots are no reason to trust others."""
    ways = {"--ca": papers.ca, "--ca-of": papers.ca_of}
    for option, word in ways.items():
        if word == "":
            raise UsageError(f"{option} is empty", "leave it away to trust the public roots, or name a file or a CA")
    given = [option for option, word in ways.items() if word is not None]
    given += ["--system-ca"] * papers.system_ca + ["--certifi"] * papers.certifi
    if len(given) > 1:
        raise UsageError(f"whom to trust? {' and '.join(given)} were given", "give one of them")


def _issued(papers: Papers, role: str) -> Path:
    """The folder that an identity of a name was issued to. Raises NotFoundError, UsageError."""
    name = str(papers.identity)
    from mtlsctl.workflows import rotate, store  # SQLite is not needed for what lies in files

    found = []
    if os.sep not in name:
        ca = papers.ca_of or (papers.ca if papers.ca in store.ca_names() else None)
        found = rotate.folders_of(name, ca)
    if len(found) > 1:
        raise UsageError(f"several identities are called {name}: {', '.join(map(str, found))}", "name the folder")
    if not found:
        from mtlsctl.core.shellwords import word

        raise NotFoundError(
            f"{name}: no such folder, and no CA here issued an identity of that name to one",
            files.meant(Path(name)) or f"make one: mtlsctl issue {role} {word(Path(name).name)}",
        )
    return found[0]


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


def exposed(papers: Papers) -> tuple[Finding, ...]:
    """A note where others on this machine can read the private key. papers: from complete."""
    path = papers.key or papers.cert
    if path is None or os.name == "nt":  # what st_mode says there is made up
        return ()
    try:
        mode = path.stat().st_mode
    except OSError:
        return ()  # whoever reads it says so
    found = keymode.exposed(str(path), stat.S_IMODE(mode)) if stat.S_ISREG(mode) else None
    return (found._replace(verdict=Verdict.NOTE),) if found else ()


def _pair(cert: Path, key: Path, secret: Secret) -> Identity:
    """A certificate with its chain, and its key, checked to be a pair."""
    pem = files.read(cert)
    data = pem if key == cert else files.read(key)
    if _CERTIFICATE not in pem and pem[:1] == _DER:
        return _unordered(cert, key, pem, data, secret)
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
    return openssl.identity(chain, private, data)


def _unordered(cert: Path, key: Path, found: bytes, data: bytes, secret: Secret) -> Identity:
    """The same from DER, PKCS#12 or PKCS#7, which keep no order. An encrypted PKCS#12 is opened with the password."""
    from mtlsctl.core import bag, der  # only for what is not PEM

    label = files.label(cert)
    if der.is_pkcs12(found):
        chain, private = materials.opened(found, label, secret)
    else:
        chain, private = materials.certificates_in(found, label), None
    if private is None or key != cert:
        try:
            private = materials.private_key_in(data, files.label(key), secret)
        except InputError as error:
            error.hint = error.hint if key != cert else "it holds no private key: pass --key FILE"
            raise
    mended = bag.chain_of(chain, private)
    if not mended:
        raise materials.mismatch(chain, private, cert, key)
    return openssl.identity(mended, private)


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
    """The trust anchors for a server, and where they come from: what was typed, else MTLSCTL_CA, else the public.

    papers: from complete.
    """
    if papers.ca_of:
        return _of_ca(papers.ca_of)
    if papers.system_ca:
        return _system()
    if papers.certifi:
        return _certifi()
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
    return _certifi()


def _certifi() -> tuple[tuple[crypto.X509, ...], str]:
    import certifi  # only where no CA is named

    return roots(certifi.where()), f"the public roots of certifi {certifi.__version__}"


def _of_ca(word: str) -> tuple[tuple[crypto.X509, ...], str]:
    """The root of a CA of ours, whatever files there are of that name."""
    from mtlsctl.workflows import store  # SQLite is not needed for a file

    try:
        ca = store.open_ca(word)
    except MtlsctlError as error:
        raise _coded(error, "ca-file") from None
    return openssl.hold((ca.root,)), f"the CA {ca.name}"


def _system() -> tuple[tuple[crypto.X509, ...], str]:
    from mtlsctl.workflows import truststore  # only with --system-ca

    found, data, where = truststore.system_roots()
    return openssl.hold(found, data), where

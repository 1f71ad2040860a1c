"""Verify what files hold: read the chain, the trust and the CRLs, look at the clock, ask core."""

import os
import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.utils import CryptographyDeprecationWarning

from mtlsctl.core import names
from mtlsctl.core.facts import CertificateFacts, certificate_facts
from mtlsctl.core.findings import Report
from mtlsctl.core.verify import Engine, Purpose, judge, purpose_of
from mtlsctl.errors import InputError, NotFoundError, SystemTroubleError, UsageError
from mtlsctl.workflows import clock, files, materials

# Where the roots of the system lie: Debian, Red Hat, openSUSE, Alpine and macOS, FreeBSD.
SYSTEM_ROOTS = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
    "/usr/local/share/certs/ca-root-nss.crt",
)
_CRL = re.compile(rb"-----BEGIN X509 CRL-----.+?-----END X509 CRL-----", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Trust:
    """What is trusted, as it was typed: nothing is trusted that is not named."""

    cas: tuple[str, ...] = ()
    """Files, or CAs by name or folder."""
    system: bool = False
    certifi: bool = False

    @property
    def words(self) -> tuple[str, ...]:
        """How messages name it."""
        return (*self.cas, *(["the system's roots"] * self.system), *(["certifi's roots"] * self.certifi))


@dataclass(frozen=True, slots=True)
class Verified:
    """What was verified, against what, and the path that was found."""

    subject: str
    purpose: Purpose
    purpose_from: str
    """option, eku (the certificate allows one purpose), or default."""
    at: datetime
    trusted: tuple[str, ...]
    names: tuple[str, ...]
    """The names asked for."""
    anchored: bool
    """True when the last certificate of the path is a trusted one."""
    path: tuple[CertificateFacts, ...]
    """Leaf first."""
    engines: tuple[Engine, ...]


def verify(
    chain: Sequence[str],
    trust: Trust,
    *,
    more: Sequence[str] = (),
    crls: Sequence[str] = (),
    wanted: Sequence[str] = (),
    purpose: Purpose | None = None,
    at: datetime | None = None,
    partial_chain: bool = False,
) -> tuple[Verified, Report]:
    """Verify the certificates of the files in chain (leaf first; an identity's folder will do) and in more.

    Without a purpose it is the one that the leaf allows, else server; without a time it is now. What cannot be read
    stops it: nothing is trusted, and no CRL left out, because something failed.
    """
    _one_stdin([*chain, *more, *crls, *trust.cas])
    asked = tuple(names.parse(word) for word in wanted)
    with _quiet():
        certificates = [c for word in chain for c in materials.certificates(_chain_file(word))]
        certificates += [c for word in more for c in materials.certificates(word)]
        roots = _roots(trust, chain[0])
        lists = [crl for word in crls for crl in read_crls(word)]
        stated = purpose or purpose_of(certificates[0])
        when = at or clock.now()
        found = judge(
            certificates,
            roots,
            purpose=stated or Purpose.SERVER,
            at=when,
            names=asked,
            crls=lists,
            partial_chain=partial_chain,
        )
        path = tuple(certificate_facts(c) for c in found.path)
    verified = Verified(
        subject=found.report.subject,
        purpose=stated or Purpose.SERVER,
        purpose_from="option" if purpose else "eku" if stated else "default",
        at=when,
        trusted=trust.words,
        names=tuple(names.plain(name) for name in asked),
        anchored=found.anchored,
        path=path,
        engines=found.engines,
    )
    return verified, found.report


@contextmanager
def _quiet() -> Iterator[None]:
    """Odd serial numbers and the like are findings; the library's own warnings would go between our lines."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CryptographyDeprecationWarning)
        yield


def _one_stdin(words: Sequence[str]) -> None:
    if words.count("-") > 1:
        raise UsageError("standard input (-) can be read once, and it is named twice", "put one of the two in a file")


def _chain_file(word: str) -> str:
    """The file to read: an identity's folder stands for its fullchain.pem."""
    folder = Path(word)
    if word == "-" or not folder.is_dir():
        return word
    if not (folder / "fullchain.pem").is_file():
        raise NotFoundError(f"{word}: a folder without fullchain.pem, so no identity", "name the certificate's file")
    return str(folder / "fullchain.pem")


def _roots(trust: Trust, first: str) -> list[x509.Certificate]:
    """The trust anchors. Raises where nothing is named, and where what is named cannot be read."""
    if not trust.words:
        raise UsageError("nothing is trusted: no roots are named", _trust_hint(first))
    found = [root for word in trust.cas for root in _ca(word)]
    if trust.system:
        found += materials.certificates(system_file())
    if trust.certifi:
        import certifi  # only when asked for

        found += materials.certificates(certifi.where())
    return found


def _ca(word: str) -> Sequence[x509.Certificate]:
    """What one --ca names; the error says that it is about the trust, and nothing is trusted in its place."""
    try:
        return materials.roots(word)
    except InputError as error:
        error.code = "ca-file-invalid"
        raise
    except NotFoundError as error:
        error.code = "ca-file-unreadable"
        if Path(word).suffix and not Path(word).exists():
            message = f"{word}: no such file, and no CA of that name"
            raise NotFoundError(message, "check the path; mtlsctl ca list shows your CAs", code=error.code) from None
        raise
    except SystemTroubleError as error:
        error.code = "ca-file-unreadable"
        raise


def _trust_hint(first: str) -> str:
    """The options; a ca.pem beside the certificate is named, not trusted: whoever wrote the one wrote the other."""
    hint = "--ca FILE or a CA's name; --system for the system's roots, --certifi for Mozilla's"
    beside = (Path(first) if Path(first).is_dir() else Path(first).parent) / "ca.pem"
    if first != "-" and beside.is_file():
        hint = f"if you trust it: --ca {beside}; else {hint}"
    return hint


def system_file() -> str:
    """The file of the system's roots: SSL_CERT_FILE, or where the systems keep it. Raises NotFoundError."""
    named = os.environ.get("SSL_CERT_FILE")
    candidates = (named,) if named else SYSTEM_ROOTS
    found = next((path for path in candidates if Path(path).is_file()), None)
    if found is None:
        raise NotFoundError(f"no file of the system's roots: {', '.join(candidates)}", "--certifi, or --ca FILE")
    return found


def read_crls(word: str) -> list[x509.CertificateRevocationList]:
    """The CRLs of a file, PEM (any number) or DER. Raises InputError."""
    data = files.read(word)
    blocks = _CRL.findall(data)
    try:
        found = [x509.load_pem_x509_crl(block) for block in blocks] or [x509.load_der_x509_crl(data)]
        for crl in found:
            _ = crl.issuer, crl.last_update_utc, crl.next_update_utc, crl.extensions
    except (ValueError, TypeError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType):
        raise InputError(
            f"{files.label(word)}: expected a CRL in PEM or DER, could not read one",
            f"see what it is: mtlsctl inspect {word}",
        ) from None
    return found

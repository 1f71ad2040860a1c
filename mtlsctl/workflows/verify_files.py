"""What the words of `verify` name: the chain's certificates, those beside it, and what is trusted."""

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from cryptography import x509

from mtlsctl.core.findings import Finding, Verdict
from mtlsctl.core.path import self_issued
from mtlsctl.core.shellwords import word as word_of
from mtlsctl.errors import InputError, NotFoundError, SystemTroubleError, UsageError
from mtlsctl.workflows import files, materials, nearby

_BEGIN, _END = b"-----BEGIN CERTIFICATE-----\n", b"\n-----END CERTIFICATE-----\n"


class Trust(NamedTuple):
    """What is trusted, as it was typed: nothing is trusted that is not named."""

    cas: tuple[str, ...] = ()
    """Files, or CAs by name or folder."""
    system: bool = False
    certifi: bool = False

    @property
    def words(self) -> tuple[str, ...]:
        """How messages name it."""
        return (*self.cas, *(["the system's roots"] * self.system), *(["certifi's roots"] * self.certifi))

    @property
    def options(self) -> tuple[str, ...]:
        """The same, as options that a shell takes."""
        named = [f"--ca {word_of(ca)}" for ca in self.cas]
        return (*named, *(["--system-ca"] * self.system), *(["--certifi"] * self.certifi))


class Held(NamedTuple):
    """All that was read."""

    presented: tuple[x509.Certificate, ...]
    """What the peer shows, leaf first."""
    beside: tuple[x509.Certificate, ...]
    """What is at hand alone."""
    roots: tuple[x509.Certificate, ...]
    notes: tuple[Finding, ...]
    """What is damaged or odd about the files."""


def read(chain: Sequence[str], more: Sequence[str], trust: Trust) -> Held:
    """What these words name; of more, a file is presented too where chain is the leaf and nothing else.

    Raises NotFoundError, InputError and UsageError: what cannot be read stops the command.
    """
    notes: list[Finding] = []
    presented = [c for word in chain for c in _presented(word, trust, notes)]
    beside = [c for word in more if nearby.is_nearby(word) for c in nearby.certificates(word)]
    held = [c for word in more if not nearby.is_nearby(word) for c in _certificates(word, notes)]
    (presented if len(set(presented)) == 1 else beside).extend(held)
    return Held(tuple(presented), tuple(beside), tuple(_roots(trust, chain[0], presented, notes)), tuple(notes))


def chain_file(word: str) -> str:
    """The file to read: an identity's folder stands for its fullchain.pem."""
    folder = Path(word)
    if word == "-" or not folder.is_dir():
        return word
    if not (folder / "fullchain.pem").is_file():
        raise NotFoundError(f"{word}: a folder without fullchain.pem, so no identity", _in_it(folder))
    return str(folder / "fullchain.pem")


def _in_it(folder: Path) -> str:
    """What to type for a folder that is no identity's."""
    return f"name the certificate's file; see what is there: {files.inspecting(folder)}"


def _presented(word: str, trust: Trust, notes: list[Finding]) -> Sequence[x509.Certificate]:
    """The certificates of a word of CHAIN."""
    try:
        return _certificates(chain_file(word), notes)
    except NotFoundError as error:
        from mtlsctl.workflows import operands  # a file that is there needs none of it

        raise operands.with_advice(error, word, "handshake", trust.options) from None


def pem_file(word: str) -> str:
    """The file, where a certificate in PEM can be appended to it; else ""."""
    return word if word != "-" and Path(word).is_file() and b"-----BEGIN" in files.read(word) else ""


def _certificates(word: str, notes: list[Finding]) -> Sequence[x509.Certificate]:
    """The certificates of a file; what is damaged or odd about the file goes into notes."""
    data = files.read(word)
    if _clean(data):
        with suppress(ValueError, x509.InvalidVersion):
            return x509.load_pem_x509_certificates(data)
    from mtlsctl.core import pem  # only for what is not plain PEM

    documents = pem.read_all(data, files.label(word))
    found = [d.value for d in documents if isinstance(d.value, x509.Certificate)]
    if not found:
        if all(d.kind is pem.Kind.PKCS12 for d in documents):
            raise InputError(
                f"{files.label(word)}: expected certificates, found a PKCS#12 that is shut with a password",
                f"take them out: mtlsctl inspect --pem {word_of(word)} --password-file FILE"
                f" > {files.free('fullchain.pem')}",
            )
        kinds = " and ".join(dict.fromkeys(d.kind.with_article for d in documents))
        raise InputError(
            f"{files.label(word)}: expected a certificate, found {kinds}",
            f"see what it is: {files.inspecting(word)}",
        )
    notes += [_of_file(note) for d in documents for note in d.notes]
    return found


def _of_file(note: Finding) -> Finding:
    """What stacks make of a damaged file, told apart from the verdict on the certificate that we read out of it."""
    if note.verdict.rank < Verdict.WARN.rank or not note.code.startswith("pem-"):
        return note
    return note._replace(message=f"{note.message}; the verdict here is on the certificate in it")


def _clean(data: bytes) -> bool:
    """True for PEM certificates, each on its own lines, and nothing else."""
    count = data.count(_BEGIN)
    return bool(count) and data.startswith(_BEGIN) and count == data.count(b"-----BEGIN") == data.count(_END)


def _roots(trust: Trust, first: str, chain: Sequence[x509.Certificate], notes: list[Finding]) -> list[x509.Certificate]:
    """The trust anchors. Raises where nothing is named, and where what is named cannot be read."""
    if not trust.words:
        raise UsageError("nothing is trusted: no roots are named", _trust_hint(first, chain))
    found = [root for word in trust.cas for root in _ca(word, notes)]
    if trust.system:
        found += _system()
    if trust.certifi:
        import certifi  # only when asked for

        found += materials.certificates(certifi.where())
    return found


def _ca(word: str, notes: list[Finding]) -> Sequence[x509.Certificate]:
    """What one --ca names; the error says that it is about the trust, and nothing is trusted in its place."""
    try:
        if word != "-" and not materials.is_file(word):
            return materials.roots(word)
        odd: list[Finding] = []
        roots = _certificates(word, odd)
        if damage := next((note for note in odd if note.verdict is Verdict.FAIL), None):
            raise InputError(damage.message, damage.hint)
    except InputError as error:
        error.code = "ca-file-invalid"
        raise
    except NotFoundError as error:
        error.code = "ca-file-unreadable"
        if Path(word).suffix and not Path(word).exists():
            message = f"{word}: no such file, and no CA of that name"
            hint = files.meant(Path(word)) or "check the path; mtlsctl ca list shows your CAs"
            raise NotFoundError(message, hint, code=error.code) from None
        raise
    except SystemTroubleError as error:
        error.code = "ca-file-unreadable"
        raise
    notes += odd
    return roots


def _trust_hint(first: str, chain: Sequence[x509.Certificate]) -> str:
    """The options; a ca.pem beside the certificate is named, not trusted: whoever wrote the one wrote the other."""
    from mtlsctl.workflows import hints  # those who name their roots need none

    if ours := hints.of_ours(chain):
        return f"one of your own CAs made it: --ca {word_of(ours.word)}"
    if len(chain) == 1 and first != "-" and self_issued(chain[0]):
        return f"to trust exactly this certificate: --ca {word_of(chain_file(first))}"
    hint = "--ca FILE or a CA's name; --system-ca for the system's roots, --certifi for Mozilla's"
    beside = (Path(first) if Path(first).is_dir() else Path(first).parent) / "ca.pem"
    if first != "-" and beside.is_file():
        hint = f"if you trust it: --ca {word_of(str(beside))}; else {hint}"
    return hint


def _system() -> Sequence[x509.Certificate]:
    """The system's roots, or those of the file that SSL_CERT_FILE names, as for OpenSSL. Raises NotFoundError."""
    if named := os.environ.get("SSL_CERT_FILE"):
        return materials.certificates(named)
    from mtlsctl.workflows import truststore  # only when asked for

    return truststore.system_roots()[0]

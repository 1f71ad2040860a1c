"""Where revocation is looked up without the network: CRLs and OCSP answers in files, the ledgers of our own CAs."""

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from cryptography import x509

from mtlsctl.core import revoked
from mtlsctl.core.crlscope import Held
from mtlsctl.core.documents import Kind
from mtlsctl.core.revoked import Ledger, RevocationStatus, Sources
from mtlsctl.core.standing import Mode
from mtlsctl.core.unreadable import UNREADABLE
from mtlsctl.errors import InputError, MtlsctlError, NotFoundError, UsageError
from mtlsctl.workflows import files, folders, materials

if TYPE_CHECKING:
    from mtlsctl.core.ocsp import Response

_CRL_FILE = re.compile(r".*\.(crl|r[0-9]+)", re.IGNORECASE | re.DOTALL)  # r0: as `openssl rehash` names them
_NAMED = re.compile(r".*\.(crl|r[0-9]+|pem|der|cer|crt)", re.IGNORECASE | re.DOTALL)
PEM_BEGIN = b"-----BEGIN X509 CRL-----"
_PEM_END = b"-----END X509 CRL-----"


@dataclass(frozen=True, slots=True)
class Fetched:
    """One request, as the answer names it."""

    url: str
    kind: str
    """crl, ocsp, or issuer (a CA's certificate)."""
    bytes: int
    ms: int
    trouble: str
    """Why nothing came of it; "" where something did."""


class Wish(NamedTuple):
    """What a person asks about revocation, as it was typed."""

    mode: Mode | None = None
    """None: CHECK where there is something to check with."""
    crls: tuple[str, ...] = ()
    """Files, folders, or CAs of ours."""
    responses: tuple[str, ...] = ()
    """Files of OCSP responses, DER."""
    responder: str = ""
    """The URL that is asked about the leaf."""
    fetch: bool = False
    """Ask where the certificates say."""
    allow_private: bool = False

    @property
    def online(self) -> bool:
        """True where the network is to be asked."""
        return bool(self.fetch or self.responder)

    @property
    def named(self) -> bool:
        """True where a source is named, so that a missing answer is a fault."""
        return bool(self.crls or self.responses or self.responder or self.fetch or self.mode is Mode.REQUIRE)


def at_hand(wish: Wish, cas: Sequence[str]) -> Sources:
    """What files and the ledgers of the CAs of ours among cas have to say. Raises where one cannot be read.

    Nothing is left out because something failed: who is on that list would be let in.
    """
    if "@" in wish.responder.partition("://")[2].partition("/")[0]:
        raise UsageError("--ocsp: a URL with a user name or a password in it is not asked", "--ocsp http://HOST/")
    if wish.responder and not wish.responder.lower().startswith(("http://", "https://")):
        raise UsageError(f"--ocsp {wish.responder}: expected a URL", "--ocsp http://HOST/")
    if wish.mode is Mode.OFF:
        if wish._replace(mode=None).named:
            raise UsageError("--revocation off, and a source to look revocation up in", "leave one of them out")
        return revoked.NONE
    lists = tuple(held for word in wish.crls for held in held_crls(word))
    responses = tuple(_response(word) for word in wish.responses)
    ours = [word for word in cas if word != "-" and not materials.is_file(word)]
    silent = wish.mode is None and not wish.named
    return Sources(lists, responses, _ledger(ours), {}, wish.mode or Mode.CHECK, wish.named, wish.online, silent)


def _ledger(words: Sequence[str]) -> Ledger | None:
    if not words:
        return None
    from mtlsctl.workflows import ledgers  # SQLite is not needed for files

    return ledgers.asking(words)


def _response(word: str) -> "Response":
    from mtlsctl.core import ocsp  # seldom asked for

    data, label = files.read(word), files.label(word)
    try:
        return ocsp.Response(ocsp.load(data), label)
    except ValueError:
        message = f"{label}: expected an OCSP response in DER, {_instead(data, label, Kind.OCSP_RESPONSE)}"
        raise InputError(message, f"see what it is: {files.inspecting(word)}") from None


def held_crls(word: str) -> list[Held]:
    """The CRLs of a file, of a folder's files, or that a CA of ours published. Raises InputError, NotFoundError."""
    if materials.is_file(word):
        return [Held(crl, files.label(word)) for crl in read_crls(word)]
    from mtlsctl.workflows import store  # only for a word that names no file

    if store.is_plain_folder(word):
        return _folder(word)
    try:
        published = store.find(word) / "crl" / "crl.pem"
    except NotFoundError:
        hint = "name a file, a folder of CRLs, or a CA of: mtlsctl ca list"
        raise NotFoundError(f"--crl {word}: no such file, and no CA of that name", hint) from None
    if not published.is_file():
        raise NotFoundError(f"{published}: this CA has published no CRL yet", f"publish one: mtlsctl crl --ca {word}")
    return [Held(crl, str(published)) for crl in read_crls(str(published))]


def _folder(folder: str) -> list[Held]:
    """The CRLs of a folder: what is named like one must be one; what else is PEM or DER may be."""
    found: list[Held] = []
    for path in folders.right_in(folder, _NAMED):
        data, label = files.read(path), str(path)
        if _CRL_FILE.fullmatch(path.name) or _holds_crl(data, label):
            found += [Held(crl, label) for crl in _crls_in(data, label)]
    if not found:
        raise NotFoundError(f"{folder}: no CRL is in this folder", "name the file, or publish one: mtlsctl crl")
    return found


def _holds_crl(data: bytes, label: str) -> bool:
    """Whether a file that is not named like a CRL is one. Raises InputError where nobody can tell."""
    if PEM_BEGIN in data:
        return True
    with suppress(*UNREADABLE):
        return x509.load_der_x509_crl(data) is not None
    from mtlsctl.core import pem  # only for a folder in which there is more than CRLs

    try:
        kinds = {document.kind for document in pem.read_all(data, label)}
    except MtlsctlError:
        kinds = {Kind.DAMAGED}
    if kinds & {Kind.CRL, Kind.DAMAGED, Kind.OTHER}:
        message = f"{label}: it cannot be read, and may be a CRL that was damaged"
        raise InputError(message, "repair it, or take it out of the folder")
    return False


def read_crls(word: str) -> list[x509.CertificateRevocationList]:
    """The CRLs of a file, PEM (any number) or DER. Raises InputError."""
    return _crls_in(files.read(word), files.label(word))


def _crls_in(data: bytes, label: str) -> list[x509.CertificateRevocationList]:
    try:
        return parse_crls(data)
    except CutOffError:
        what = "a CRL is cut off"
    except UNREADABLE:
        what = f"expected a CRL, {_instead(data, label, Kind.CRL)}"
    raise InputError(f"{label}: {what}", f"see what it is: {files.inspecting(label)}")


def _instead(data: bytes, label: str, wanted: Kind) -> str:
    """What is there in place of what is wanted."""
    from mtlsctl.core import pem  # for what is none

    with suppress(MtlsctlError):
        kinds = dict.fromkeys(document.kind for document in pem.read_all(data, label))
        if wanted not in kinds:
            return f"found {' and '.join(kind.with_article for kind in kinds)}"
    return "could not read one"


class CutOffError(ValueError):
    """A CRL in PEM begins and does not end: without it, who is on it would be let in."""


def parse_crls(data: bytes) -> list[x509.CertificateRevocationList]:
    """The CRLs of bytes, PEM (any number) or DER. Raises CutOffError, or another one of UNREADABLE."""
    return [_readable(x509.load_pem_x509_crl(block)) for block in _blocks(data)] or [
        _readable(x509.load_der_x509_crl(data))
    ]


def _blocks(data: bytes) -> Iterator[bytes]:
    """The CRLs in PEM. Raises CutOffError where one has no end before the next begins, or an end has no beginning."""
    begin = data.find(PEM_BEGIN)
    if data.count(PEM_BEGIN) < data.count(_PEM_END):
        raise CutOffError
    while begin >= 0:
        end, following = data.find(_PEM_END, begin), data.find(PEM_BEGIN, begin + 1)
        if end < 0 or begin < following < end:
            raise CutOffError
        yield data[begin : end + len(_PEM_END)]
        begin = following


def _readable(crl: x509.CertificateRevocationList) -> x509.CertificateRevocationList:
    _ = crl.issuer, crl.last_update_utc, crl.next_update_utc, crl.extensions
    return crl


def summary(statuses: Sequence[RevocationStatus], sources: Sources) -> str:
    """Where revocation was looked up, in a word or two: "crl", "crl, ocsp", "off", "unknown", "exempt", "not checked".

    A path of the trust anchor alone has nothing that could be looked up.
    """
    if sources.mode is Mode.OFF and not sources.asked:
        return "off"
    told = sorted({status.source for status in statuses} - {""})
    if statuses and all(status.status == "exempt" for status in statuses):
        return "exempt"
    return ", ".join(told) or ("unknown" if sources.any and statuses else "not checked")

"""Draw a PKI: certificates from files, folders and CAs of ours to a picture in a file."""

import os
import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509

from mtlsctl.core import crlscope, graph_revoked, remarks
from mtlsctl.core.crlscope import Held
from mtlsctl.core.documents import Document, Kind
from mtlsctl.core.facts import certificate_facts, public_key
from mtlsctl.core.findings import Finding, Verdict, Whose
from mtlsctl.core.graph import Graph, Member, build
from mtlsctl.errors import ConflictError, InputError, MtlsctlError, NotFoundError, UsageError
from mtlsctl.workflows import clock, files, folders, ledger, store

_FORMS = {".svg": "svg", ".dot": "dot", ".gv": "dot"}


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture, and what it is of."""

    file: str
    """Where it was written; "-" for standard output, where it is to be written by who called."""
    form: str
    """svg or dot."""
    graph: Graph
    picture: str
    """The picture itself, where it goes to standard output; else empty."""


class _Found:
    """What the inputs hold, and what could not be read."""

    def __init__(self) -> None:
        self.members: list[Member] = []
        self.keys: set[str] = set()
        self.revoked: set[str] = set()
        self.crls: list[Held] = []
        self.findings: list[Finding] = []

    def certificate(self, certificate: x509.Certificate, label: str) -> Member:
        """Keep a certificate."""
        member = Member(label, certificate, certificate_facts(certificate))
        self.members.append(member)
        return member

    def _crl(self, held: Held) -> None:
        if crlscope.opened(held):
            self.crls.append(held)
            return
        message = f"{held.where}: this CRL cannot be read through: whom it revokes is not drawn"
        self.unread(InputError(message, f"see what is wrong with it: {files.inspecting(held.where)}"), held.where)

    def unread(self, error: MtlsctlError, about: str) -> None:
        """Keep what could not be read, as a failing finding."""
        self.findings.append(remarks.unread(error, about))

    def document(self, document: Document) -> None:
        """Keep what a picture shows of a document: a certificate, a CRL, that a key is at hand."""
        self.findings += [note for note in document.notes if note.verdict is Verdict.FAIL]
        if document.kind is Kind.CERTIFICATE:
            self.certificate(document.value, document.label)
        elif document.kind is Kind.CRL:
            self._crl(Held(document.value, document.label))
        elif document.kind is Kind.PRIVATE_KEY and document.value is not None:
            self.keys.add(public_key(document.value.public_key())[1])


def draw(
    words: Sequence[str], target: str, read: Callable[[str], Iterable[Document]], *, force: bool = False
) -> tuple[Drawn, tuple[Finding, ...]]:
    """Draw the certificates of files, servers, folders (with those below them) and CAs of ours, by name or folder.

    read: the objects of a file or server. target: a file that ends in .svg, .dot or .gv, or "-" for DOT. Of several
    inputs one that cannot be read becomes a failing finding. Raises UsageError, ConflictError, and InputError where
    there is no certificate.
    """
    form = form_of(target)
    if target != "-":
        files.refuse_existing([Path(target)], force)
        if own := [word for word in words if _same(word, target)]:
            raise ConflictError(f"{target}: the picture would replace {own[0]}, of which it is", "choose another name")
    if list(words).count("-") > 1:
        raise UsageError("standard input can be read only once", "give - once")
    found, now = _Found(), clock.now()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # cryptography's word to programmers, of what is only looked at
        for word in words:
            _take(found, word, read, alone=len(words) == 1)
        if not found.members:
            raise InputError(f"{', '.join(words)}: no certificate to draw", "see what is there: mtlsctl inspect FILE")
        revoked = found.revoked | graph_revoked.find(found.members, found.crls, now)
        graph = build(found.members, now, keys=found.keys, revoked=revoked)
    picture = _picture(graph, form, ", ".join(files.label(word) for word in words))
    if target == "-":
        return Drawn("-", form, graph, picture), remarks.few(found.findings)
    files.write([files.Output(Path(target), picture.encode())], force)
    return Drawn(target, form, graph, ""), remarks.few(found.findings)


def _same(word: str, target: str) -> bool:
    try:
        return word != "-" and Path(word).samefile(target)
    except OSError:  # one of the two is not there
        return False


def form_of(target: str) -> str:
    """svg or dot, by the ending of a file's name; "-" is DOT. Raises UsageError."""
    if not target:
        raise UsageError("--graph is empty", "name the file to write: --graph pki.svg")
    form = "dot" if target == "-" else _FORMS.get(Path(target).suffix.lower())
    if form is None:
        raise UsageError(f"--graph {target}: the name says no format", "end it with .svg or .dot; - writes DOT")
    return form


def _picture(graph: Graph, form: str, heading: str) -> str:
    if form == "svg":
        from mtlsctl.core import graph_svg  # only one of the two is needed

        return graph_svg.as_svg(graph, heading)
    from mtlsctl.core import graph_dot

    return graph_dot.as_dot(graph)


def _take(found: _Found, word: str, read: Callable[[str], Iterable[Document]], *, alone: bool) -> None:
    """Everything that one word names: a CA of ours, a folder, else a file or a server."""
    try:
        if folder := _ca_folder(word):
            _ca(found, folder)
        elif word != "-" and Path(word).is_dir():
            _folder(found, word, read)
        else:
            for document in read(word):
                found.document(document)
    except MtlsctlError as error:
        if alone:
            raise
        found.unread(error, files.label(word))


def _ca_folder(word: str) -> Path | None:
    """The folder of a CA of ours: of that name where nothing here has it, or a folder that holds one."""
    if word == "-":
        return None
    path = Path(word)
    if path.is_dir():
        try:
            return path if (path / "ledger.db").is_file() and (path / "issuing.crt").is_file() else None
        except OSError as error:
            raise files.trouble(error, word) from None
    return store.find(word) if not os.path.lexists(path) and word in store.ca_names() else None


def _ca(found: _Found, folder: Path) -> None:
    """A CA: its certificates, which of its keys are here, and all that its ledger has, the revoked as such."""
    ca = store.open_ca(str(folder.resolve()))
    for role in (store.ROOT, store.ISSUING):
        member = found.certificate(ca.certificate(role), str(folder / f"{role}.crt"))
        if ca.key_path(role).is_file():
            found.keys.add(member.facts.spki_sha256)
    with ledger.reading(ca.ledger) as db:
        for entry in ledger.entries(db):
            found.certificate(x509.load_der_x509_certificate(entry.der), f"{entry.identity} in the ledger of {ca.name}")
            if entry.state == "revoked":
                found.revoked.add(entry.sha256)


def _folder(found: _Found, folder: str, read: Callable[[str], Iterable[Document]]) -> None:
    """The files of a folder and of those below it; one that cannot be read may be the CRL that revokes the others."""
    before = len(found.members)
    listed = folders.listing(folder)
    for path, error in listed.unread:
        found.unread(error, path)
    if over := len(listed.passed_over):
        message = f"{folder}: {over:,} of what is in it {'was' if over == 1 else 'were'} passed over"
        hint = f"{files.inspecting(folder)} names {'it' if over == 1 else 'them'}"
        found.findings.append(Finding(InputError.code, Verdict.NOTE, message, hint, Whose.OURS, folder))
    for path in listed.files:
        try:
            for document in read(path):
                found.document(document)
        except MtlsctlError as error:
            found.unread(error, path)
    if len(found.members) == before:
        raise NotFoundError(
            f"{folder}: no certificate in this folder", f"see what is there: {files.inspecting(folder)}"
        )

"""Lint files, a CA's ledger and servers: read them, look at the clock, hold the rules of core/lint against them."""

import os
import stat
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from mtlsctl.core import inorder, keymode
from mtlsctl.core.documents import KEYS, UNORDERED, Document, Kind
from mtlsctl.core.facts import certificate_facts
from mtlsctl.core.findings import Verdict
from mtlsctl.core.lint import rules, subject
from mtlsctl.core.lint.result import Examined, Linted
from mtlsctl.core.lint.rule import Profile
from mtlsctl.core.lint.run import Fault, Run, digest_of
from mtlsctl.core.lint.settings import Settings
from mtlsctl.core.lint.subject import Subject
from mtlsctl.core.lint.suppress import Suppression
from mtlsctl.core.unreadable import UNREADABLE
from mtlsctl.errors import MtlsctlError
from mtlsctl.workflows import clock, files, lint_files, materials, operands
from mtlsctl.workflows.passwords import Secret

if TYPE_CHECKING:
    from mtlsctl.workflows.survey import Surveyed

MAX_CHAIN = 16  # certificates in a file that is a chain


class Place(NamedTuple):
    """Where an object stands in a file, for those who show faults beside the text."""

    file: str
    line: int
    """Counts from 1; 1 for what has no lines."""


class Report(NamedTuple):
    """The result with all that pages and SARIF show beside it."""

    linted: Linted
    faults: tuple[Fault, ...]
    places: dict[str, Place]
    """Labels to places."""
    certificates: tuple[tuple[str, x509.Certificate], ...]
    """Labels with certificates: those of files and servers, not of a ledger."""
    opened: tuple[Path, ...] = ()
    """Every file that was read, or tried."""


class Session:
    """One run over files, ledgers and servers."""

    def __init__(
        self, profiles: Sequence[Profile], suppressions: Sequence[Suppression], secret: Secret | None = None
    ) -> None:
        if set(profiles) & {Profile.RFC5280, Profile.WEBPKI}:
            from mtlsctl.core.lint import pkilinted  # a third of a second: only for its profiles

            pkilinted.require()
        self.run = Run(tuple(dict.fromkeys(profiles)), suppressions, clock.now())
        self.secret = secret
        self.examined = Examined()
        self.servers: list[Settings] = []
        self.places: dict[str, Place] = {}
        self.opened: list[Path] = []
        self.certificates: list[tuple[str, x509.Certificate]] = []
        self._seen: set[str] = set()
        self._issuers: dict[bytes, list[x509.Certificate]] = defaultdict(list)

    # Files

    def files(self, paths: Sequence[str], issuers: Iterable[x509.Certificate] = ()) -> None:
        """Look at files, folders and stdin. issuers: CAs that are known beside. A single unreadable file raises."""
        wanted, unread, elsewhere = lint_files.expand(paths)
        self._count(others=elsewhere)
        for path, error in unread:
            self._unread(error, path)
        read = [(path, self._read(path, alone=len(wanted) == 1 and not unread)) for path in wanted]
        self.know(issuers)
        self.know(d.value for _, documents in read for d in documents if d.kind is Kind.CERTIFICATE)
        for path, documents in read:
            self._count(files=1)
            self._permissions(path, documents)
            self._order(path, documents)
            for document in documents:
                self._document(document)

    def know(self, issuers: Iterable[x509.Certificate]) -> None:
        """CAs by whose names certificates and CRLs may be signed."""
        for certificate in issuers:
            try:
                above = self._issuers[certificate.subject.public_bytes()]
            except UNREADABLE:
                continue  # what has no readable name is nobody's issuer; it has a fault of its own
            if certificate not in above[: subject.MAX_NAMESAKES]:
                above.append(certificate)

    def _read(self, path: str, *, alone: bool) -> tuple[Document, ...]:
        self.opened += [Path(path)] * (path != "-")
        try:
            data = files.read(path)
            documents = materials.documents_in(data, files.label(path), self.secret)
        except MtlsctlError as trouble:
            error = operands.with_advice(trouble, path, "lint")
            if alone:
                raise error from None
            self._unread(error, files.label(path))
            return ()
        self._place(path, data, documents)
        return documents

    def _unread(self, error: MtlsctlError, label: str) -> None:
        """What cannot be read: a fault, and no whole answer."""
        self._count(unread=1)
        self.run.note(error.code, Verdict.FAIL, error.message, label)

    def _place(self, path: str, data: bytes, documents: Sequence[Document]) -> None:
        begins = [n for n, line in enumerate(data.splitlines(), 1) if b"-----BEGIN " in line]
        fits = len(begins) == len(documents)
        for number, document in enumerate(documents):
            self.places[document.label] = Place(path, begins[number] if fits else 1)

    def _permissions(self, path: str, documents: Sequence[Document]) -> None:
        held = [d for d in documents if d.kind in KEYS]
        if path == "-" or not held or all(d.encoding == "PKCS#12" for d in held):
            self._count(keys=len(held))
        else:
            self.key_file(Path(path), len(held))

    def key_file(self, path: Path, count: int = 1) -> None:
        """A file with keys, which nobody but its owner should read."""
        self._count(keys=count)
        if os.name == "nt" or rules.PERMISSIONS not in rules.asked_for(self.run.profiles):
            return
        self.run.looked(rules.PERMISSIONS)
        if words := keymode.words(stat.S_IMODE(path.stat().st_mode)):
            self.run.add(rules.PERMISSIONS, words, str(path))

    def _order(self, path: str, documents: Sequence[Document]) -> None:
        """Whether the leaf of a chain comes first."""
        chain = [d for d in documents if d.kind is Kind.CERTIFICATE and d.encoding not in UNORDERED]
        if not 1 < len(chain) <= MAX_CHAIN:  # more is no chain
            return
        held = [certificate_facts(d.value, d.der) for d in chain]
        if sum(not facts.ca for facts in held) == 1:
            self.run.looked(rules.LEAF_LATE)
        if late := inorder.late_leaf(held):
            words = f"it is certificate {late + 1} of the file, it must come first"
            self.run.add(rules.LEAF_LATE, words, files.label(path), held[late].subject or chain[late].label)

    def _document(self, document: Document) -> None:
        for note in document.notes:
            self.run.note(note.code, note.verdict, note.message, document.label)
        match document.kind:
            case Kind.CERTIFICATE:
                self.certificate(document.value, document.label)
            case Kind.CSR:
                self._object(document.value, document.label, "requests")
            case Kind.CRL:
                self.crl(document.value, document.label)
            case Kind.PRIVATE_KEY | Kind.PUBLIC_KEY if document.value is not None:
                self._key(document)
            case Kind.ENCRYPTED_KEY | Kind.PKCS12:
                words = f"{document.label}: {document.kind.with_article} that is shut: nothing in it was looked at"
                self._count(unread=1)
                self.run.note("client-key-encrypted", Verdict.FAIL, words, document.label)
            case Kind.PRIVATE_KEY | Kind.PUBLIC_KEY | Kind.DAMAGED:  # its notes say why
                self._count(unread=1)
            case _:
                self._count(others=1)

    def _key(self, document: Document) -> None:
        try:
            public = document.value.public_key() if document.kind is Kind.PRIVATE_KEY else document.value
        except UNREADABLE as error:
            self.unreadable(document.label, str(error))
        else:
            self.run.look(subject.public_key(public, document.label, self.run.at))

    def certificate(self, value: x509.Certificate, label: str, *, keep: bool = True) -> None:
        """Look at one certificate. keep: its details are shown in a page."""
        if self._object(value, label, "certificates") and keep:
            self.certificates.append((label, value))

    def crl(self, value: x509.CertificateRevocationList, label: str) -> None:
        """Look at one CRL."""
        self._object(value, label, "crls")

    def _object(self, value: Any, label: str, kind: str) -> bool:
        """Look at an object; False for a copy of one that was looked at."""
        digest = digest_of(value)
        if digest in self._seen:
            return False
        self._seen.add(digest)
        self._count(**{kind: 1})
        try:
            found = self._subject(value, label)
        except UNREADABLE as error:
            self.unreadable(label, str(error), digest)
            return True
        self.run.look(found, digest)
        if set(self.run.profiles) & {Profile.RFC5280, Profile.WEBPKI}:
            self._pkilint(found, value.public_bytes(Encoding.DER), digest)
        return True

    def unreadable(self, label: str, why: str, digest: str = "") -> None:
        """An object that cannot be read through."""
        self.run.looked(rules.MALFORMED)
        self.run.add(rules.MALFORMED, f"it cannot be decoded: {why[:200].rstrip('.')}", label, "", digest)

    def _subject(self, value: Any, label: str) -> Subject:
        if isinstance(value, x509.CertificateSigningRequest):
            return subject.request(value, label, self.run.at)
        above = self._issuers.get(value.issuer.public_bytes(), [])
        if isinstance(value, x509.CertificateRevocationList):
            return subject.crl(value, label, self.run.at, above)
        return subject.certificate(value, label, self.run.at, above)

    def _pkilint(self, found: Subject, der: bytes, digest: str) -> None:
        from mtlsctl.core.lint import pkilinted  # loaded by __init__ where a profile asks for it

        with _hushed():
            every = [pkilinted.look(found, der, one) for one in self.run.profiles if one in pkilinted.PROFILES]
        looked = [one for one in every if one is not None]
        said = dict.fromkeys(one for part in looked for one in part.said)  # the profiles share many rules
        kept = {code: verdict for part in looked for code, verdict in part.kept.items()}
        for code, verdict in {**kept, **{one.code: one.verdict for one in said}}.items():
            self.run.foreign_looked(code, verdict)
        for one in said:
            self.run.foreign(one.code, one.verdict, one.words, found, digest)

    # A CA's ledger, and servers

    def ledger(self, word: str) -> None:
        """Look at a CA: its certificates and keys, its last CRL, and all that it issued and that is in use."""
        from mtlsctl.workflows import lint_ledger  # SQLite is not needed for files

        skipped = lint_ledger.look(self, word)
        self._count(passed_over=skipped)

    def server(self, surveyed: "Surveyed") -> None:
        """What a survey found out about a server, and its certificates."""
        self._count(servers=1, unread=int(not surveyed.settings.known))
        self.servers.append(surveyed.settings)
        self.know(surveyed.roots)
        self.know(surveyed.chain)
        for fault in surveyed.findings:
            self.run.note(fault.code, fault.verdict, fault.message, surveyed.settings.label)
        if surveyed.settings.known:
            self.run.look(surveyed.settings)
        for number, certificate in enumerate(surveyed.chain, 1):
            label = f"{surveyed.settings.label} #{number}" if len(surveyed.chain) > 1 else surveyed.settings.label
            self.certificate(certificate, label)

    def _count(self, **more: int) -> None:
        counts = {name: getattr(self.examined, name) + number for name, number in more.items()}
        self.examined = self.examined._replace(**counts)

    def end(self, targets: Sequence[str], config: str = "") -> Report:
        """The result of all that was looked at."""
        self.run.end()
        pkilint = ""
        if set(self.run.profiles) & {Profile.RFC5280, Profile.WEBPKI}:
            from mtlsctl.core.lint import pkilinted

            pkilint = pkilinted.version()
        linted = Linted(
            self.run.at,
            self.run.profiles,
            self.examined._replace(targets=tuple(targets)),
            self.run.outcomes(),
            tuple(self.run.passed),
            tuple(self.servers),
            pkilint,
            config,
        )
        return Report(linted, tuple(self.run.faults), self.places, tuple(self.certificates), tuple(self.opened))


@contextmanager
def _hushed() -> Iterator[None]:
    """Keep standard error shut: a decoder in Rust writes there how it gave up, and that is a finding already."""
    try:
        kept, shut = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    except OSError:  # shut already
        yield
        return
    try:
        os.dup2(shut, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(shut)

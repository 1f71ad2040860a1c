"""Look at files and servers: what they hold, what belongs together, what is wrong with them."""

import os
import stat
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from mtlsctl.core import pem, remarks, trees
from mtlsctl.core.documents import KEYS, UNORDERED, Document, Kind
from mtlsctl.core.facts import CertificateFacts, certificate_facts
from mtlsctl.core.findings import Finding
from mtlsctl.errors import MtlsctlError, UsageError
from mtlsctl.workflows import clock, files, materials, operands
from mtlsctl.workflows.passwords import Secret

if TYPE_CHECKING:
    from mtlsctl.core.repeated import Repeated  # for bundles
    from mtlsctl.workflows.folders import Listing
    from mtlsctl.workflows.inventory import Inventory  # most look at files
    from mtlsctl.workflows.live import Server

Looker = Callable[[str], "tuple[Server, list[Document]]"]
"""What asks a server: workflows/live.py, with the way there."""


@dataclass(frozen=True, slots=True)
class Item:
    """One object of a file."""

    label: str
    kind: Kind
    encoding: str
    alias: str
    facts: Any
    """CertificateFacts, RequestFacts, KeyFacts, CrlFacts or OcspFacts, by kind; None where it stays shut."""


@dataclass(frozen=True, slots=True)
class FileShown:
    """A file and its objects; none, and why, where it could not be read. A server is one with the chain it sends."""

    file: str
    objects: tuple[Item, ...]
    error: str = ""
    server: "Server | None" = None
    """What it said of itself; None for a file."""


@dataclass(frozen=True, slots=True)
class Branch:
    """A certificate's place in a chain: depth 0 is the top, children follow their issuer."""

    depth: int
    label: str
    subject: str
    not_before: datetime
    not_after: datetime
    sha256: str


@dataclass(frozen=True, slots=True)
class Pair:
    """A private key and what belongs to it: certificates, requests, public keys."""

    key: str
    belongs_to: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Inspection:
    """What some files hold."""

    at: datetime
    """When they were looked at: time left counts from here."""
    files: tuple[FileShown, ...]
    chains: tuple[tuple[Branch, ...], ...]
    """Trees of two or more certificates, over all files."""
    pairs: tuple[Pair, ...]
    inventory: "Inventory | None" = None
    """Of the folders among what was looked at; None where there was none."""


class Watcher(Protocol):
    """Who wants to see each object when it is read, and not only when all are."""

    def begin(self, file: str) -> None:
        """A file was opened."""

    def item(self, item: Item) -> None:
        """The next object of the file."""

    def end(self, shown: FileShown) -> None:
        """The file has no more; shown has what was seen, or why it could not be read."""


def documents(path: str, secret: Secret | None = None, look: Looker | None = None) -> list[Document]:
    """The objects of one file or server. Raises MtlsctlError."""
    reader = _Reader(secret, clock.now(), None, look)
    return look(path)[1] if look and operands.is_target(path) else list(_read(reader, path))


class _Reader:
    """One run over some files: the certificates met, the findings so far."""

    def __init__(self, secret: Secret | None, now: datetime, watcher: Watcher | None, look: Looker | None) -> None:
        self.secret = secret
        self.look = look
        self.watcher = watcher
        self.now = now
        self.members: list[trees.Member] = []
        self.findings: list[Finding] = []
        self.repeated: Repeated | None = None


def inspect(
    paths: Sequence[str],
    secret: Secret | None = None,
    watcher: Watcher | None = None,
    look: Looker | None = None,
) -> tuple[Inspection, tuple[Finding, ...]]:
    """Everything that files ("-": stdin; a folder: the files in it that look like ours) hold, and what to say of it.

    look asks what is no file and reads like a server's address; without it, that is a file which is not there.
    secret opens what is encrypted; without it such objects stay shut. Of several files an unreadable one becomes a
    failing finding; a single one raises its MtlsctlError, before watcher has seen anything.
    """
    if list(paths).count("-") > 1:
        raise UsageError("standard input can be read only once", "give - once")
    reader = _Reader(secret, clock.now(), watcher, look)
    folders = {path: folder_listing(path) for path in paths if files.is_folder(path)}
    wanted = [found for path in paths for found in (folders[path].files if path in folders else [path])]
    reader.findings += [remarks.unread(e, path) for listed in folders.values() for path, e in listed.unread]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # cryptography's word to programmers, of objects looked at lazily
        shown = tuple(_file(reader, path, alone=len(wanted) == 1) for path in wanted)
        forest = trees.grow(reader.members)
    reader.findings += remarks.on_strangers(forest.strangers)
    reader.findings += _on_pairs(reader, shown)
    chains = tuple(tuple(map(_branch, tree)) for tree in forest.trees)
    held = _inventory(folders, shown) if folders else None
    return Inspection(reader.now, shown, chains, _pairs(shown), held), remarks.few(reader.findings)


def folder_listing(folder: str) -> "Listing":
    """The files of a folder."""
    from mtlsctl.workflows.folders import listing  # most look at files

    return listing(folder)


def _inventory(folders: "dict[str, Listing]", shown: Sequence[FileShown]) -> "Inventory":
    from mtlsctl.workflows.inventory import inventory

    below = {path for listed in folders.values() for path in listed.files}
    passed_over = [words for listed in folders.values() for words in listed.passed_over]
    passed_over += [error.message for listed in folders.values() for _, error in listed.unread]
    return inventory(tuple(folders), [file for file in shown if file.file in below], passed_over)


def _file(reader: _Reader, path: str, *, alone: bool) -> FileShown:
    server, told_before = None, len(reader.findings)
    try:
        if reader.look and operands.is_target(path):
            server, chain = reader.look(path)
            documents = iter(chain)
        else:
            documents = _read(reader, path)
    except MtlsctlError as error:
        error = operands.with_advice(error, path)
        if alone:
            raise error from None
        about = operands.called(path)
        reader.findings.append(remarks.unread(error, about))
        return _watched(reader, FileShown(about, (), error.message), iter(()))
    met = len(reader.members)
    shown = _watched(reader, FileShown(operands.called(path), (), server=server), documents)
    if not any(item.encoding in UNORDERED for item in shown.objects):
        reader.findings += remarks.on_order(shown.file, reader.members[met:])
    if any(_bare_key(item) for item in shown.objects):
        reader.findings += _on_mode(path)
    if server is None and any("FILE" in finding.hint for finding in reader.findings[told_before:]):
        reader.findings[told_before:] = _typed(reader.findings[told_before:], path)
    return shown


def _typed(findings: Sequence[Finding], path: str) -> list[Finding]:
    """The findings about a file, with its name in their hints."""
    from mtlsctl.core import hints  # most files are in order

    known = hints.Known(
        files=(path,), whole=files.free("fullchain.pem", (path,)), clean=files.free("clean.pem", (path,))
    )
    return [finding._replace(hint=hints.typed(finding.hint, known)) for finding in findings]


def _watched(reader: _Reader, file: FileShown, documents: Iterator[Document]) -> FileShown:
    """A file with its objects, shown one by one to who watches. Each is let go when it is told.

    What cryptography has read of a certificate stays with it, and takes 20 kB.
    """
    watcher, items = reader.watcher, []
    if watcher:
        watcher.begin(file.file)
    for document in documents:
        items.append(item := _item(reader, document))
        if watcher:
            watcher.item(item)
    shown = replace(file, objects=tuple(items))
    if watcher:
        watcher.end(shown)
    return shown


def _bare_key(item: Item) -> bool:
    return item.kind in KEYS and item.encoding != "PKCS#12"


def _read(reader: _Reader, path: str) -> Iterator[Document]:
    data, label = files.read(path), files.label(path)
    if bundle := pem.in_turn(data, label):
        from mtlsctl.core.repeated import Repeated

        reader.repeated = reader.repeated or Repeated()
        return bundle
    return iter(materials.documents_in(data, label, reader.secret))


def told(document: Document, repeated: "Repeated | None" = None) -> Item:
    """An object with its facts. Never raises. repeated: of a bundle, what its certificates share."""
    if document.kind is Kind.CERTIFICATE:
        facts: Any = certificate_facts(document.value, document.der, repeated)
    else:
        from mtlsctl.workflows import (
            examine_other,
        )  # requests, keys, CRLs and OCSP have modules that chains do not need

        facts = examine_other.facts(document)
    return Item(document.label, document.kind, document.encoding, document.alias, facts)


def _item(reader: _Reader, document: Document) -> Item:
    item = told(document, reader.repeated)
    label, facts = item.label, item.facts
    reader.findings += document.notes
    if item.kind is Kind.CERTIFICATE:
        kept = document.value if len(reader.members) < trees.MAX_KEPT else None
        reader.members.append(trees.Member(label, kept, facts))
        reader.findings += remarks.on_time(label, facts, reader.now)
        if facts.unreadable:
            reader.findings += remarks.on_form(label, facts.unreadable)
        return item
    from mtlsctl.workflows import examine_other

    reader.findings += examine_other.findings(document, facts, reader.now)
    return item


def _on_mode(path: str) -> Iterator[Finding]:
    if path == "-" or os.name == "nt":
        return
    yield from remarks.on_mode(path, stat.S_IMODE(Path(path).stat().st_mode))


def _branch(node: trees.Node) -> Branch:
    facts = node.member.facts
    return Branch(node.depth, node.member.label, facts.subject, facts.not_before, facts.not_after, facts.sha256)


def _by_key(shown: Sequence[FileShown]) -> tuple[list[Item], dict[str, list[Item]]]:
    """The private keys, and everything else by the SHA-256 of its public key."""
    private: list[Item] = []
    public: dict[str, list[Item]] = defaultdict(list)
    for file in shown:
        for item in file.objects:
            if spki := getattr(item.facts, "spki_sha256", ""):
                if item.kind is Kind.PRIVATE_KEY:
                    private.append(item)
                else:
                    public[spki].append(item)
    return private, public


def _pairs(shown: Sequence[FileShown]) -> tuple[Pair, ...]:
    private, public = _by_key(shown)
    return tuple(Pair(key.label, tuple(item.label for item in public[key.facts.spki_sha256])) for key in private)


def _on_pairs(reader: _Reader, shown: Sequence[FileShown]) -> Iterator[Finding]:
    private, public = _by_key(shown)
    leaves = [member for member in reader.members if not member.facts.ca]
    others = [spki for spki, items in public.items() if not all(_is_leaf(item.facts) for item in items)]
    yield from remarks.on_pairs([(key.label, key.facts.spki_sha256) for key in private], leaves, others)


def _is_leaf(facts: Any) -> bool:
    return isinstance(facts, CertificateFacts) and not facts.ca

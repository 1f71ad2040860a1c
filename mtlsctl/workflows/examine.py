"""Look at files: what they hold, what belongs together, what is wrong with them."""

import os
import re
import stat
import warnings
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from mtlsctl.core import pem, remarks, trees
from mtlsctl.core.documents import Document, Kind
from mtlsctl.core.facts import CertificateFacts, certificate_facts
from mtlsctl.core.findings import Finding, Verdict, Whose
from mtlsctl.errors import MtlsctlError, NotFoundError, UsageError
from mtlsctl.workflows import clock, files
from mtlsctl.workflows.passwords import Secret

_SUFFIXES = re.compile(r"\.(pem|crt|cer|cert|der|key|csr|req|p10|p12|pfx|p7[bcs]|crl|ocsp|ors|pub)", re.IGNORECASE)
_ADDRESS = re.compile(r"[\w.\-\[\]:]+:\d{1,5}")


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
    """A file and its objects; none, and why, where it could not be read."""

    file: str
    objects: tuple[Item, ...]
    error: str = ""


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


class Watcher(Protocol):
    """Who wants to see each object when it is read, and not only when all are."""

    def begin(self, file: str) -> None:
        """A file was opened."""

    def item(self, item: Item) -> None:
        """The next object of the file."""

    def end(self, shown: FileShown) -> None:
        """The file has no more; shown has what was seen, or why it could not be read."""


class _Reader:
    """One run over some files: the password asked for once, the certificates met, the findings so far."""

    def __init__(self, secret: Secret | None, now: datetime, watcher: Watcher | None) -> None:
        self.secret = secret
        self.watcher = watcher
        self.password: bytes | None = None
        self.now = now
        self.members: list[trees.Member] = []
        self.findings: list[Finding] = []

    def unlock(self, label: str) -> bytes | None:
        """The password, from the source that was named; None where none was."""
        if self.password is None and self.secret:
            self.password = self.secret(label)
        return self.password


def inspect(
    paths: Sequence[str], secret: Secret | None = None, watcher: Watcher | None = None
) -> tuple[Inspection, tuple[Finding, ...]]:
    """Everything that files ("-": stdin; a folder: the files in it that look like ours) hold, and what to say of it.

    secret opens what is encrypted; without it such objects stay shut. Of several files an unreadable one becomes a
    failing finding; a single one raises its MtlsctlError, before watcher has seen anything.
    """
    if list(paths).count("-") > 1:
        raise UsageError("standard input can be read only once", "give - once")
    reader = _Reader(secret, clock.now(), watcher)
    wanted = [found for path in paths for found in _expand(path)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # cryptography's word to programmers, of objects looked at lazily
        shown = tuple(_file(reader, path, alone=len(wanted) == 1) for path in wanted)
        forest = trees.grow(reader.members)
    reader.findings += remarks.on_strangers(forest.strangers)
    reader.findings += _on_pairs(reader, shown)
    chains = tuple(tuple(map(_branch, tree)) for tree in forest.trees)
    return Inspection(reader.now, shown, chains, _pairs(shown)), remarks.few(reader.findings)


def _expand(path: str) -> list[str]:
    """A path as it is; a folder as the files in it that look like ours."""
    if path == "-" or not Path(path).is_dir():
        return [path]
    found = sorted(entry for entry in Path(path).iterdir() if entry.is_file() and _looks_like_ours(entry))
    if not found:
        raise NotFoundError(f"{path}: no file in this folder looks like a key or certificate", "name the files")
    return [str(entry) for entry in found]


def _looks_like_ours(path: Path) -> bool:
    if _SUFFIXES.fullmatch(path.suffix):
        return True
    try:
        with path.open("rb") as file:
            return b"-----BEGIN " in file.read(4096)
    except OSError:
        return False


def _file(reader: _Reader, path: str, *, alone: bool) -> FileShown:
    try:
        documents = _read(reader, path)
    except MtlsctlError as error:
        error = _with_advice(error, path)
        if alone:
            raise error from None
        about = files.label(path)
        reader.findings.append(Finding(error.code, Verdict.FAIL, error.message, error.hint, Whose.OURS, about))
        return _watched(reader, FileShown(about, (), error.message), [])
    met = len(reader.members)
    shown = _watched(reader, FileShown(files.label(path), ()), documents)
    reader.findings += remarks.on_order(shown.file, reader.members[met:])
    if any(_bare_key(item) for item in shown.objects):
        reader.findings += _on_mode(path)
    return shown


def _watched(reader: _Reader, file: FileShown, documents: list[Document]) -> FileShown:
    """A file with its objects, shown one by one to who watches. documents is emptied: each is let go when it is told.

    What cryptography has read of a certificate stays with it, and takes 20 kB.
    """
    watcher, items = reader.watcher, []
    if watcher:
        watcher.begin(file.file)
    documents.reverse()
    while documents:
        items.append(item := _item(reader, documents.pop()))
        if watcher:
            watcher.item(item)
    shown = replace(file, objects=tuple(items))
    if watcher:
        watcher.end(shown)
    return shown


def _bare_key(item: Item) -> bool:
    return item.kind in (Kind.PRIVATE_KEY, Kind.ENCRYPTED_KEY) and item.encoding != "PKCS#12"


def _with_advice(error: MtlsctlError, path: str) -> MtlsctlError:
    """What was meant may be a server's address."""
    if isinstance(error, NotFoundError) and _ADDRESS.fullmatch(path):
        return NotFoundError(error.message, f"to look at a server: mtlsctl handshake {path}")
    return error


def _read(reader: _Reader, path: str) -> list[Document]:
    data, label = files.read(path), files.label(path)
    documents = pem.read_all(data, label)
    shut = any(d.value is None and d.kind in (Kind.ENCRYPTED_KEY, Kind.PKCS12) for d in documents)
    if shut and (password := reader.unlock(label)) is not None:
        return list(pem.read_all(data, label, password))
    return list(documents)


def told(document: Document) -> Item:
    """An object with its facts. Never raises."""
    if document.kind is Kind.CERTIFICATE:
        facts: Any = certificate_facts(document.value, document.der)
    else:
        from mtlsctl.workflows import (
            examine_other,
        )  # requests, keys, CRLs and OCSP have modules that chains do not need

        facts = examine_other.facts(document)
    return Item(document.label, document.kind, document.encoding, document.alias, facts)


def _item(reader: _Reader, document: Document) -> Item:
    item = told(document)
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

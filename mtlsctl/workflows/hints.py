"""What is at hand where a hint is said: the files of a chain, what lies beside them, the CAs of ours."""

import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography import x509

from mtlsctl.core import hints, names
from mtlsctl.core.findings import Finding
from mtlsctl.core.hints import Known
from mtlsctl.core.judge import issued
from mtlsctl.core.looks import PURPOSE_OIDS
from mtlsctl.core.namechecks import ISSUED
from mtlsctl.core.path import Path as Chain
from mtlsctl.core.path import self_issued
from mtlsctl.core.unreadable import UNREADABLE
from mtlsctl.errors import MtlsctlError, UsageError
from mtlsctl.workflows import files, folders, identity, materials, nearby, store

if TYPE_CHECKING:
    from mtlsctl.workflows.lint import Report

MAX_NAMES = 8  # a command with more of them is nobody's to type
MAX_FILES = 200  # that are looked at for an issuer
MAX_SIZE = 1 << 20
MAX_STEPS = 6  # from one issuer to the next
MAX_OF_OURS = 10  # certificates that are held against each CA of ours


class Scene:
    """One verification, as far as its hints are concerned: what was typed, what was sent, the path that was found."""

    def __init__(
        self,
        read: Sequence[str],
        typed: str,
        more: Sequence[str],
        sent: Sequence[x509.Certificate],
        asked: Sequence[str] = (),
        roots: Sequence[x509.Certificate] = (),
        *,
        later: bool = False,
    ) -> None:
        """read: the files of the chain. typed: the command. more: the words of --chain. sent: the certificates.

        asked: the names that were asked for. roots: what is trusted. later: it is verified as of a time to come.
        """
        self.read, self.typed, self.more, self.sent = tuple(read), typed, tuple(more), tuple(sent)
        self.asked, self.roots, self.later = tuple(asked), tuple(roots), later

    def worded(self, findings: Iterable[Finding], path: Chain, *, anchored: bool) -> list[Finding]:
        """The findings, each hint with the names that are known here."""
        findings = [self._due(finding) for finding in findings]
        if not any(finding.hint for finding in findings):
            return findings
        known = self._known(path, anchored, " ".join(finding.hint for finding in findings))
        return [finding._replace(hint=hints.typed(finding.hint, known)) for finding in findings]

    def _due(self, finding: Finding) -> Finding:
        """What ends in time to come is not due today: `renew` would say so."""
        return finding._replace(hint="") if self.later and finding.hint.startswith("renew it:") else finding

    def _known(self, path: Chain, anchored: bool, said: str) -> Known:
        """said: all hints, so that nothing is looked for that none of them names."""
        texts = again(path[0])
        ours = of_ours(path) if "FOLDER" in said or "--ca FILE" in said or "mtlsctl issue" in said else None
        beside: tuple[str, ...] = ()
        own, root = ours.word if ours and not anchored and ours.root not in self.roots else "", ""
        if "cat leaf.pem" in said or "--ca FILE" in said:
            lacking = [c for c in path[1:-1] if c not in self.sent]
            beside = tuple(dict.fromkeys(filter(None, map(self._holding, lacking))))
            if not (anchored or own):
                beside, root = self._above(path[-1], ours)
            elif anchored and not self_issued(path[-1]):
                root = self._top(path[-1])
        return Known(
            files=tuple(map(_lasting, self._of_the_path(path))),
            again=self.typed,
            names=texts,
            ca=_issuer(ours),
            taken=_taken((*self.asked, *texts)) if "mtlsctl issue" in said else frozenset(),
            folder=identity_of(self.read[0]) if ours else "",
            beside=beside,
            root=root,
            own=own,
            whole=files.free("fullchain.pem", self.read),
            clean=files.free("clean.pem", self.read),
            place=files.free("new"),
        )

    def _of_the_path(self, path: Chain) -> Sequence[str]:
        """The files of the chain without those that have nothing of the path, such as another leaf's."""
        if len(self.read) == 1:
            return self.read
        strange = [where for where, found in _held(self.read) if not set(found) & set(path)]
        return [where for where in self.read if where not in strange] or self.read

    def _above(self, top: x509.Certificate, ours: store.Ca | None) -> tuple[tuple[str, ...], str]:
        """The file with the issuer of the last certificate of a path: as an intermediate, or as a root."""
        if self_issued(top):
            alone = len(self.sent) == 1 and self.read[0] != "-"
            return (), self.read[0] if alone else self._holding(top, alone=True)
        where, signer = self._signer(top)
        if signer is None:
            by_ours = ours is not None and issued(top, ours.issuing)
            return ((str(ours.folder / "issuing.crt"),) if ours and by_ours else ()), ""
        return ((), where) if self_issued(signer) else ((where,), "")

    def _top(self, child: x509.Certificate) -> str:
        """The file with the root above a certificate; "" where none is known."""
        for _ in range(MAX_STEPS):
            where, signer = self._signer(child)
            if signer is None or self_issued(signer):
                return where
            child = signer
        return ""

    def _signer(self, child: x509.Certificate) -> tuple[str, x509.Certificate | None]:
        """Who signed a certificate, and the file that has it."""
        for where, found in self._files():
            for one in found:
                if _names(one, child) and issued(child, one):
                    return where, one
        return "", None

    def _holding(self, wanted: x509.Certificate, *, alone: bool = False) -> str:
        """The file with a certificate, or with that one alone; "" where none is known."""
        return next((w for w, found in self._files() if wanted in found and (len(found) == 1 or not alone)), "")

    def _files(self) -> Iterator[tuple[str, tuple[x509.Certificate, ...]]]:
        """The files with certificates that --chain names, then those beside the chain, as far as they can be read."""
        yield from _held(w for w in dict.fromkeys((*_named(self.more), *_beside(self.read))) if w not in self.read)


def _held(wheres: Iterable[str]) -> Iterator[tuple[str, tuple[x509.Certificate, ...]]]:
    """The certificates of regular files, as far as they can be read: what comes through a pipe comes once."""
    for where in wheres:
        with suppress(MtlsctlError, OSError):
            about = Path(where).stat()
            if stat.S_ISREG(about.st_mode) and about.st_size <= MAX_SIZE:
                yield where, materials.certificates_in(files.read(where), where)


def _lasting(file: str) -> str:
    """A file as a hint names it: FILE where it is a pipe, of which a shell makes another each time."""
    return file if file == "-" or Path(file).is_file() else "FILE"


def _names(issuer: x509.Certificate, child: x509.Certificate) -> bool:
    try:
        return issuer.subject == child.issuer
    except UNREADABLE:
        return False  # what lies beside a chain may be anything


def of_lint(findings: Iterable[Finding], done: "Report") -> list[Finding]:
    """What lint found, each hint with the names of the file and the certificate that it is about."""
    held, opened = dict(done.certificates), cache(_ours)
    return [_of_object(one, done, held, opened) if _PLACEHOLDER.search(one.hint) else one for one in findings]


def _of_object(
    finding: Finding, done: "Report", held: Mapping[str, x509.Certificate], opened: Callable[[], Sequence[store.Ca]]
) -> Finding:
    place = done.places.get(finding.about)
    file = place.file if place else finding.about
    if file != "-" and not os.path.lexists(file):
        return finding  # of a ledger, or of a server
    certificate = held.get(finding.about)
    texts = again(certificate) if certificate else ()
    ours = _made(opened(), (certificate,)) if certificate and _OF_OURS.search(finding.hint) else None
    known = Known(
        files=(file,),
        role=_role(certificate) if certificate else "",
        names=texts,
        ca=_issuer(ours),
        taken=_taken(texts),
        folder=identity_of(file) if ours else "",
        whole=files.free("fullchain.pem", (file,)),
        clean=files.free("clean.pem", (file,)),
        place=files.free("new"),
    )
    return finding._replace(hint=hints.typed(finding.hint, known))


_PLACEHOLDER = re.compile("FILE|NAME|FOLDER")
_OF_OURS = re.compile("FOLDER|mtlsctl issue")


def _role(certificate: x509.Certificate) -> str:
    """The profile that issues such a certificate; "" where it does not say for what it is."""
    with suppress(*UNREADABLE, x509.ExtensionNotFound):
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        roles = [role for role, oid in PURPOSE_OIDS.items() if oid in usage]
        return "peer" if len(roles) == 2 else "".join(roles)
    return ""


def _named(words: Sequence[str]) -> Iterator[str]:
    """The files that --chain stands for."""
    for word in words:
        if not nearby.is_nearby(word):
            yield word
        elif store.is_plain_folder(word):
            yield from _pems(Path(word))
        else:
            yield str(store.find(word) / "issuing.crt")


def _beside(read: Sequence[str]) -> Iterator[str]:
    if read[0] != "-":
        yield from _pems(Path(read[0]).parent)


def _pems(folder: Path) -> list[str]:
    try:
        found = folders.right_in(str(folder), nearby.NAMED)
    except MtlsctlError:
        return []  # it is looked into for a hint alone
    return [str(path) for path in found[:MAX_FILES] if path.name.isprintable()]


def of_ours(path: Sequence[x509.Certificate]) -> store.Ca | None:
    """The CA of ours that made a certificate of a path, of the first ones that there are."""
    return _made(_ours(), path)


def _ours() -> Sequence[store.Ca]:
    try:
        return store.candidates(None)
    except MtlsctlError:
        return ()  # its folder cannot be read: nothing is recognised by it


def _made(ours: Sequence[store.Ca], path: Sequence[x509.Certificate]) -> store.Ca | None:
    return next((ca for ca in ours for c in path[:MAX_OF_OURS] if issued(c, ca.issuing) or issued(c, ca.root)), None)


def _issuer(ours: store.Ca | None) -> str:
    """The CA that `issue` needs to be told; "" where it is the only one, or none of ours."""
    with suppress(MtlsctlError):
        if ours and store.ca_names() != [ours.word] and not os.environ.get("MTLSCTL_CA"):
            return ours.word
    return ""


def _taken(texts: Sequence[str]) -> frozenset[str]:
    """Those names under which an identity's folder stands here already."""
    found = map(names.parse, texts)
    return frozenset(names.plain(name) for name in found if os.path.lexists(identity.folder_name(name)))


def identity_of(file: str) -> str:
    """The folder that `renew` takes; "" where a file is not an identity's."""
    folder = Path(file).parent
    whole = all((folder / part).is_file() for part in ("cert.pem", "key.pem"))
    return str(folder) if file != "-" and whole else ""


def again(leaf: x509.Certificate) -> tuple[str, ...]:
    """The names of a certificate, as `issue` takes them; () where it would not take them."""
    try:
        found = [names.plain(name) for name in names.san(leaf) if isinstance(name, ISSUED)]
        found = found or [names.common_name(leaf.subject)]
        for text in found:
            names.parse(text)
    except (UsageError, *UNREADABLE):
        return ()
    return tuple(dict.fromkeys(found)) if 0 < len(found) <= MAX_NAMES else ()

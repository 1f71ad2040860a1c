"""A server's files, read again when they change: a whole new set, or the old one."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from OpenSSL import SSL

from mtlsctl.core.diagnose import subject
from mtlsctl.core.findings import Finding, Verdict, Whose
from mtlsctl.core.tls import TlsSettings, server_context
from mtlsctl.errors import InputError, MtlsctlError

_Stamp = tuple[tuple[int, int, int] | None, ...]


class Source(NamedTuple):
    """Where settings come from."""

    load: Callable[[], TlsSettings]
    """Reads them all. Raises MtlsctlError where one file is not good, or two do not belong together."""
    files: tuple[Path, ...] = ()
    """What is watched; a rename into place counts as a change."""


class News(NamedTuple):
    """What came of reading again."""

    good: bool
    """False: the old settings stay."""
    detail: str
    findings: tuple[Finding, ...] = ()


class Fresh:
    """The context for new connections. Those that are open keep the one that they began with."""

    def __init__(self, source: Source, build: Callable[[TlsSettings], SSL.Context] = server_context) -> None:
        """Read for the first time. Raises what load and build raise."""
        self._source, self._build = source, build
        self._stamp = self._now()
        self.settings = source.load()
        self.context = build(self.settings)

    def look(self, *, asked: bool = False) -> News | None:
        """Read again if a file changed since it was last read, or because it was asked for; None: nothing to say.

        The stamp is taken before reading: a file that changes meanwhile is found changed the next time.
        """
        stamp = self._now()
        if stamp == self._stamp and not asked:
            return None
        changed = [str(f) for f, old, new in zip(self._source.files, self._stamp, stamp, strict=True) if old != new]
        self._stamp = stamp
        why = f"{', '.join(changed)} changed" if changed else "asked to read again"
        try:
            settings = self._source.load()
            _not_back(self.settings, settings)
            context = self._build(settings)
        except MtlsctlError as error:
            return _kept(why, error)
        self.settings, self.context = settings, context
        return News(True, f"{why}: now {_shown(settings)}")

    def _now(self) -> _Stamp:
        return tuple(map(_stamp, self._source.files))


def _stamp(path: Path) -> tuple[int, int, int] | None:
    """What changes when a file does: its inode where it is replaced, time and size where it is written."""
    try:
        found = os.stat(path)  # noqa: PTH116 - before each connection
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


def _kept(why: str, error: MtlsctlError) -> News:
    message = f"{why}, and cannot be used: {error.message}; new connections still meet what was read before"
    return News(False, message, (Finding("reload-failed", Verdict.FAIL, message, error.hint, Whose.OURS),))


def _not_back(old: TlsSettings, new: TlsSettings) -> None:
    """Raises InputError where a CRL is older than the one in use: it does not know whom the newer one revokes."""
    if not old.crls:
        return
    from mtlsctl.core import rollback  # only where revocation is checked

    if found := rollback.taken_back(old.crls, new.crls):
        known, crl = map(rollback.told, found)
        raise InputError(
            f"the CRL of {rollback.issuer(found[1])} is {crl}, older than the one in use, {known}",
            "put the newer one back, or publish another: mtlsctl crl; to go back on purpose, start the server again",
        )


def _shown(settings: TlsSettings) -> str:
    if settings.identity is None:
        return "no certificate"
    leaf = settings.identity.certificate
    revoked = sum(len(crl) for crl in settings.crls)
    lists = f"; {len(settings.crls)} CRLs, {revoked} revoked" if settings.crls else ""
    return f"{subject(leaf)}, until {leaf.not_valid_after_utc:%Y-%m-%d %H:%M} UTC{lists}"

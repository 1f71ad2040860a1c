"""Handshakes with many servers at once: a list is read as it goes, and each answer given as it comes."""

import re
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from queue import SimpleQueue
from typing import NamedTuple, TextIO

from mtlsctl.core import endpoint
from mtlsctl.core.findings import Finding
from mtlsctl.errors import InputError, MtlsctlError, SystemTroubleError, UsageError
from mtlsctl.workflows import files
from mtlsctl.workflows.handshake import UNTOLD, Client, Met, Place, Wish, meet
from mtlsctl.workflows.handshake_result import Handshake

MAX_LINE = 4096  # characters of a line of targets
AHEAD = 4  # answers that are kept for a reader who is slower than the servers, for each handshake at a time


class Target(NamedTuple):
    """A line that names a server."""

    line: int
    """Its number in the list, from 1."""
    text: str

    @property
    def shown(self) -> str:
        """The text without a user and a password."""
        return endpoint.shown(self.text)


class One(NamedTuple):
    """What came of one target: a handshake, or the reason why there was none."""

    target: Target
    result: Handshake | None
    findings: tuple[Finding, ...] = ()
    error: MtlsctlError | None = None

    @property
    def code(self) -> str:
        """The first finding's code, or the error's."""
        return self.error.code if self.error else self.findings[0].code

    @property
    def accepted(self) -> bool:
        """Nobody refused anybody."""
        return self.result is not None and self.result.accepted

    @property
    def untold(self) -> bool:
        """There was no answer."""
        return self.error is not None or self.code in UNTOLD


class Summary(NamedTuple):
    """What came of all targets so far."""

    targets: int
    accepted: int
    refused: int
    untold: int
    """No answer, or a line that names no server."""
    codes: dict[str, int]
    """How often each code was the first finding, or the error; the most frequent first."""
    seconds: float


class Tally:
    """Counts answers."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._codes: Counter[str] = Counter()
        self._accepted = self._untold = 0

    def add(self, one: One) -> None:
        """Take an answer into account."""
        self._codes[one.code] += 1
        self._accepted += one.accepted
        self._untold += one.untold

    def summary(self) -> Summary:
        """The figures so far."""
        total, spent = self._codes.total(), time.monotonic() - self._began
        refused = total - self._accepted - self._untold
        return Summary(total, self._accepted, refused, self._untold, dict(self._codes.most_common()), round(spent, 3))


def targets(path: Path) -> Iterator[Target]:
    """The targets of a file, or of stdin ("-"), read as they are asked for. Raises NotFoundError, SystemTroubleError.

    Each line has one; empty lines, and what follows a # at the beginning or after white space, are passed over.
    """
    try:
        with _opened(path) as file:
            number = 0
            while line := file.readline(MAX_LINE):
                number += 1
                _no_key(line, number, files.label(path))
                whole = line.endswith("\n") or len(line) < MAX_LINE
                while not whole and (rest := file.readline(MAX_LINE)):
                    whole = rest.endswith("\n")
                if text := _COMMENT.sub("", line).strip():
                    yield Target(number, _readable(text))
    except OSError as error:
        raise files.trouble(error, files.label(path)) from None


def _no_key(line: str, number: int, label: str) -> None:
    """Stop at what may be a key: a bad line is repeated in its error, and no key ever is. Raises InputError."""
    if line.lstrip().startswith("-----BEGIN "):
        message = f"{label}: line {number}: expected a target, found PEM: the rest is not read"
        raise InputError(message, "one HOST:PORT on each line")


def _readable(text: str) -> str:
    """The line, or what stands for it where it is no text: binary data may be a key, too."""
    return "(binary data)" if "\ufffd" in text or "\0" in text else text


_COMMENT = re.compile(r"(^|\s)#.*", re.DOTALL)


def _opened(path: Path) -> TextIO:
    """A file of text, or stdin, which stays open afterwards; what is not UTF-8 becomes a target that is none."""
    if str(path) == "-":
        return open(sys.stdin.fileno(), encoding="utf-8-sig", errors="replace", closefd=False)
    return path.open(encoding="utf-8-sig", errors="replace")


def wish_of(target: Target, general: Wish, place: Callable[[str], Place]) -> Wish:
    """The wish for one target: `HOST:PORT` or a URL, and `servername=NAME` where another name is to be asked for.

    place: what the command's options make of a target. Raises UsageError.
    """
    if len(target.text) >= MAX_LINE - 1:
        raise UsageError(f"{target.shown[:40]!r}... is too long for a target", "write one HOST:PORT on each line")
    word, *more = target.text.split()
    where, route = place(word)
    for option in more:
        name, equals, value = option.partition("=")
        if name != "servername" or not equals:
            raise UsageError(f"{option[:60]!r} is not known in a list of targets", "HOST:PORT servername=NAME")
        where = endpoint.named(where, value)
    return general._replace(endpoint=where, route=route)


def shake_all(
    ours: Client, found: Iterable[Target], general: Wish, jobs: int, place: Callable[[str], Place]
) -> Iterator[One]:
    """Shake hands with every target, at most `jobs` at a time; the answers come in the order in which they are ready.

    The general wish counts for each, but for its endpoint and route. What cannot be read or reached is an answer too.
    Raises at the end what reading the targets raised.
    """
    crew = _Crew(lambda target: meet(ours, wish_of(target, general, place)), iter(found), jobs)
    try:
        yield from crew.answers()
    finally:
        crew.stop()


class _Crew:
    """Threads that take targets from one list and put answers into one queue."""

    def __init__(self, meet_one: Callable[[Target], Met], found: Iterator[Target], jobs: int) -> None:
        self._meet, self._found, self._jobs = meet_one, found, jobs
        self._turn = threading.Lock()
        self._room = threading.Semaphore(jobs * AHEAD)
        self._done: SimpleQueue[One | BaseException | None] = SimpleQueue()
        self._broken: BaseException | None = None
        self._stopped = False

    def answers(self) -> Iterator[One]:
        """Start, and give each answer; at the end of the list, when all are in."""
        self._start()
        while (one := self._next()) is not None:
            self._room.release()
            yield one

    def _start(self) -> None:
        """Start the threads, or as many as the system lets us have. Raises SystemTroubleError where it lets us none."""
        for started in range(self._jobs):
            try:
                # Whoever stops early does not wait for a silent server: these end with the process.
                threading.Thread(target=self._work, daemon=True).start()
            except RuntimeError:
                if not started:
                    raise SystemTroubleError("the system gives no thread to work in", "end other programs") from None
                self._jobs = started
                return

    def _next(self) -> One | None:
        """The next answer; None when every thread has ended. What broke the list is raised then."""
        while not isinstance(one := self._done.get(), One):
            self._broken = one or self._broken
            self._jobs -= one is None
            if not self._jobs and self._broken:
                raise self._broken
            if not self._jobs:
                return None
        return one

    def stop(self) -> None:
        """Take no more targets."""
        self._stopped = True
        self._room.release(self._jobs + 1)

    def _work(self) -> None:
        try:
            while (target := self._take()) is not None:
                self._done.put(self._one(target))
        except Exception as error:  # noqa: BLE001 - raised where the answers are read: a thread has nobody to tell
            self._done.put(error)
        self._done.put(None)

    def _take(self) -> Target | None:
        self._room.acquire()
        with self._turn:
            return None if self._stopped else next(self._found, None)

    def _one(self, target: Target) -> One:
        try:
            met = self._meet(target)
        except (MtlsctlError, OSError) as error:
            return One(target, None, error=_said(error))
        return One(target, met.result, met.report.findings)


def _said(error: MtlsctlError | OSError) -> MtlsctlError:
    """An error as an answer: too many open files, for one."""
    if isinstance(error, MtlsctlError):
        return error
    return SystemTroubleError((error.strerror or str(error)).lower(), "fewer at a time: --jobs")

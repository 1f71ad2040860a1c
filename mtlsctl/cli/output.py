"""What a command says: JSON for any result; for people, text.py's lines, plain or on a terminal."""

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import zip_longest
from typing import Any

from mtlsctl.core.findings import Finding, Verdict, worst
from mtlsctl.core.printable import printable
from mtlsctl.errors import MtlsctlError

Line = str | Sequence[str | tuple[str, str]]
"""A line for a person: plain text, or pieces of which some are (text, style), style as rich names it."""

SCHEMA = 1
STYLES = {Verdict.OK: "green", Verdict.NOTE: "cyan", Verdict.WARN: "yellow", Verdict.FAIL: "bold red"}


def show(
    command: str,
    result: Any,
    lines: Iterable[Line],
    *,
    as_json: bool,
    findings: Sequence[Finding] = (),
    fail_on: Verdict = Verdict.FAIL,
    last: Iterable[Line] = (),
    status: int | None = None,
) -> int:
    """Say a result: the JSON object, or the lines, the findings and the last lines. Returns the exit status.

    status: None where the findings tell it: 1 from fail_on on, else 0. What JSON calls ok has the status 0.
    """
    if status is None:
        status = int(bool(findings) and worst(findings).rank >= fail_on.rank)
    with known():
        say(command, result, lines, as_json=as_json, ok=not status, findings=findings)
        if not as_json:
            print_lines(last)
    return status


def say(
    command: str, result: Any, lines: Iterable[Line], *, as_json: bool, ok: bool, findings: Sequence[Finding] = ()
) -> None:
    """Say one of many results, as they come. Raises BrokenPipeError when nobody reads any more: that ends it."""
    if as_json:
        show_json({"schema": SCHEMA, "command": command, "ok": ok, "result": result, "findings": list(findings)})
    else:
        print_lines(lines)
        print_lines(finding_lines(findings))


@contextmanager
def known() -> Iterator[None]:
    """Around the writing of an answer that is whole: a reader who goes away, as head does, does not change it."""
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        close_pipe()


def close_pipe() -> None:
    """The reader of our output went away: what is left of it goes nowhere, without a word."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def show_json(value: Any) -> None:
    """Write one JSON object on one line of stdout."""
    from mtlsctl.cli import jsonform  # text needs none of it

    sys.stdout.write(jsonform.dumps(value) + "\n")
    sys.stdout.flush()


def show_error(error: MtlsctlError, as_json: bool) -> None:
    """Write an error: JSON on stdout when asked for, else `mtlsctl: message` and the hint on stderr."""
    if as_json:
        body = {"code": error.code, "message": error.message, "hint": error.hint}
        show_json({"schema": SCHEMA, "ok": False, "error": body})
        return
    lines: list[Line] = [[("mtlsctl: ", "bold red"), error.message]]
    if error.hint:
        lines.append([("hint: ", "bold"), error.hint])
    print_lines(lines, sys.stderr)


def finding_lines(findings: Iterable[Finding]) -> list[Line]:
    """A finding as a person reads it: the verdict, the message, the code, then the hint below.

    A hint that is that of the next one as well is said once.
    """
    lines: list[Line] = []
    findings = list(findings)
    for finding, following in zip_longest(findings, findings[1:]):
        lines.append(
            [
                (f"{finding.verdict:<5}", STYLES[finding.verdict]),
                finding.message,
                (f"  [{finding.code}]", "dim"),
            ]
        )
        if finding.hint and not (following and following.hint == finding.hint):
            lines += [["      ", ("hint: ", "bold"), hint] for hint in finding.hint.splitlines()]
    return lines


def note(text: str) -> None:
    """A word to the person at the terminal, on stderr: never part of the answer."""
    print_lines([text], sys.stderr)


def only_notes_are_seen() -> bool:
    """True when stderr is a terminal and stdout goes elsewhere: a person waits there and sees no answer."""
    return sys.stderr.isatty() and not sys.stdout.isatty()


def print_lines(lines: Iterable[Line], stream: Any = None) -> None:
    """Write lines to stdout (or stream): plain, or styled where the stream is a terminal."""
    stream = stream or sys.stdout
    rows = [[line] if isinstance(line, str) else list(line) for line in lines]
    if not rows:
        return
    if stream.isatty():
        from mtlsctl.cli.terminal import print_styled  # rich loads only for a person's eyes

        print_styled(rows, stream)
        return
    stream.write("".join("".join(map(_bare, row)) + "\n" for row in rows))
    stream.flush()


def _bare(piece: str | tuple[str, str]) -> str:
    return printable(piece if isinstance(piece, str) else piece[0])

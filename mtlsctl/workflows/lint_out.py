"""What lint found, as a SARIF log and as a page."""

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

from mtlsctl import __version__
from mtlsctl.errors import ConflictError
from mtlsctl.workflows import files
from mtlsctl.workflows.lint import Report


def sarif(done: Report) -> dict[str, Any]:
    """The result as a SARIF log; files by their URI, relative to the folder that we are in where they lie below it."""
    from mtlsctl.core.lint import sarif as form  # only for those who ask for it

    linted = done.linted
    places = {label: (_uri(place.file), place.line) for label, place in done.places.items()}
    for fault in (*done.faults, *(one.fault for one in linted.suppressed)):
        places.setdefault(fault.about, (_uri(fault.about), 1))
    whole = not linted.examined.unread
    return form.log(__version__, linted.at, linted.rules, done.faults, linted.suppressed, places, complete=whole)


def _uri(label: str) -> str:
    """The URI of a file; of what is none, its name as a relative URI."""
    path = Path(label)
    if label in ("-", "standard input") or not path.exists():
        return quote(label.replace(": ", "/"), safe="/.-_~")
    try:
        return quote(path.resolve().relative_to(Path.cwd().resolve()).as_posix(), safe="/.-_~")
    except ValueError:
        return path.resolve().as_uri()


def check_page(target: Path, inputs: Iterable[Path | str | None], *, force: bool = False) -> None:
    """Raise ConflictError where write_page would: before a server is asked, not afterwards. inputs: what is read."""
    files.refuse_existing([target], force)
    _refuse_inputs(target, inputs)


def _refuse_inputs(target: Path, inputs: Iterable[Path | str | None]) -> None:
    """What is read is not written over, whatever is forced: it may be somebody's only key."""
    if not target.exists():
        return
    for one in [path for path in inputs if path]:
        with suppress(OSError):  # what is no file, or cannot be reached, is not this one
            if target.samefile(one):
                raise ConflictError(
                    f"{target}: it is read here, and the page would take its place", "name another file"
                )


def write_page(done: Report, target: Path, *, force: bool = False) -> None:
    """Write the page for an auditor. Raises ConflictError where the file is there, without force."""
    from mtlsctl.core.lint.page import as_html  # only with --report

    _refuse_inputs(target, done.opened)
    files.write([files.Output(target, as_html(__version__, done.linted, done.faults, done.certificates))], force)

"""Files: read them; write them all-or-nothing with their final mode; replace a pair with rollback."""

import os
import signal
import stat
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from mtlsctl.core.printable import printable
from mtlsctl.errors import ConflictError, InputError, NotFoundError, SystemTroubleError

KEY_MODE = 0o600
PUBLIC_MODE = 0o644
MAX_INPUT = 64 * 1024 * 1024  # bytes; a bundle of every public root is under 1 MiB
MAX_LISTED = 10_000  # names of a folder among which one is looked for


class Output(NamedTuple):
    """A file to be written: its path, its bytes and its mode from the first byte on."""

    path: Path
    data: bytes
    mode: int = PUBLIC_MODE


def trouble(error: OSError, path: Path | str, doing: str = "") -> SystemTroubleError | NotFoundError:
    """An operating system's error, with the path and what was tried."""
    reason = (error.strerror or str(error)).lower()
    what = f"cannot {doing}: " if doing else ""
    if isinstance(error, FileNotFoundError):
        return NotFoundError(f"{path}: {what}{reason}")
    return SystemTroubleError(f"{path}: {what}{reason}")


def read(path: Path | str) -> bytes:
    """The bytes of a file, or of stdin for "-". Raises NotFoundError, SystemTroubleError, InputError (too large)."""
    if str(path) == "-":
        data = sys.stdin.buffer.read(MAX_INPUT + 1)
        path = "standard input"
    else:
        try:
            with Path(path).open("rb") as file:
                data = file.read(MAX_INPUT + 1)
        except FileNotFoundError as error:
            raise NotFoundError(str(trouble(error, path)), meant(Path(path))) from None
        except OSError as error:
            raise trouble(error, path) from None
        except ValueError:
            raise InputError(f"{path!s:.80}: not a path") from None
    if len(data) > MAX_INPUT:
        raise InputError(f"{path}: larger than {MAX_INPUT // 2**20} MiB: not a file of keys or certificates")
    return data


def meant(path: Path) -> str:
    """A hint for a name that is not there: where a link leads, those in its folder that are nearly the same, or ""."""
    from difflib import get_close_matches  # for a name that is not there alone

    with suppress(OSError):
        if path.is_symlink():
            return f"it is a link to {printable(str(path.readlink()))}, which is not there"
        there = [entry.name for entry in islice(path.parent.iterdir(), MAX_LISTED) if entry.name.isprintable()]
        similar = [str(path.parent / name) for name in get_close_matches(path.name, there, 3, 0.75)]
        return f"did you mean {', '.join(similar)}?" if similar else ""
    return f"there is no folder {path.parent}"


def label(path: Path | str) -> str:
    """How messages name an input: its path, or "standard input"."""
    return "standard input" if str(path) == "-" else str(path)


def is_folder(word: str) -> bool:
    """True for a folder; False also where that cannot be told: who reads it then is told why."""
    try:
        return word != "-" and Path(word).is_dir()
    except OSError:
        return False


def inspecting(path: Path | str) -> str:
    """The command that shows what an input holds, as a hint has it. path: or the label of standard input."""
    from mtlsctl.core.shellwords import word  # for what went wrong alone

    return f"mtlsctl inspect {'-' if label('-') == str(path) else word(str(path))}"


def free(name: str, taken: Sequence[str] = ()) -> str:
    """A name in this folder under which nothing lies yet: a shell would write over it."""
    stem, suffix = Path(name).stem, Path(name).suffix
    choices = [name, *(f"{stem}-{number}{suffix}" for number in range(2, 10))]
    return next((one for one in choices if one not in taken and not os.path.lexists(one)), choices[-1])


def refuse_existing(paths: Sequence[Path], force: bool = False) -> None:
    """Raise ConflictError where something stands in the way and force is not given.

    A folder always does, and so does a device, FIFO or socket: a file in its place would be the end of it.
    """
    if folders := [path for path in paths if path.is_dir() and not path.is_symlink()]:
        raise ConflictError(f"{folders[0]}: a folder stands where the file would go", "choose another name")
    if odd := [path for path in paths if path.exists() and not (path.is_file() or path.is_dir())]:
        raise ConflictError(f"{odd[0]}: no regular file, and nothing takes its place", "choose another name")
    standing = [path for path in paths if os.path.lexists(path)]
    if standing and not force:
        raise ConflictError(
            f"{standing[0]}: already there, and nothing is overwritten",
            "choose another name, or pass --force",
        )


def write(outputs: Sequence[Output], force: bool = False) -> None:
    """Write files so that each appears whole or not at all, keys never readable by others.

    Without force an existing file raises ConflictError and nothing is written. A replaced file keeps its mode and
    owner. When a later file fails, those already in place are put back or taken away.
    """
    refuse_existing([output.path for output in outputs], force)
    staged: list[tuple[Path, Output]] = []
    with undisturbed():
        try:
            for output in outputs:
                staged.append((_stage(output), output))
            _place_all(staged, force)
        finally:
            for temporary, _ in staged:
                temporary.unlink(missing_ok=True)
    for folder in {output.path.parent for output in outputs}:
        sync_folder(folder)


@contextmanager
def staging(parent: Path, doing: str) -> Iterator[Path]:
    """A hidden folder beside the target, for its owner alone, that is gone afterwards, whatever happens."""
    import shutil  # those who only read have no use for it

    stage = None
    try:
        with undisturbed():
            stage = _hidden_folder(parent, doing)
        yield stage
    finally:
        with undisturbed():
            if stage:
                shutil.rmtree(stage, ignore_errors=True)


def _hidden_folder(parent: Path, doing: str) -> Path:
    import tempfile  # those who only read have no use for it

    try:
        return Path(tempfile.mkdtemp(prefix=".mtlsctl-", dir=parent))
    except OSError as error:
        raise trouble(error, parent, doing) from None


@contextmanager
def undisturbed() -> Iterator[None]:
    """Hold Ctrl-C, SIGTERM and SIGHUP back while files are written: no set is ever half new, and nothing is left."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGTERM, signal.SIGHUP))
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _place_all(staged: Sequence[tuple[Path, Output]], force: bool) -> None:
    """Move all staged files into place; when one cannot be, put back those that were."""
    placed: list[tuple[Path, Path | None]] = []
    try:
        for temporary, output in staged:
            placed.append((output.path, _place(temporary, output.path, force)))
    except BaseException:
        for path, kept in reversed(placed):
            _put_back(path, kept)
        raise
    for _, kept in placed:
        if kept:
            kept.unlink()


def _stage(output: Output) -> Path:
    """Write the bytes to a temporary file beside the target, flushed to the disk, with the final mode."""
    import tempfile  # those who only read have no use for it

    folder = output.path.parent
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{output.path.name[:60]}.", suffix=".tmp", dir=folder)
    except OSError as error:
        raise trouble(error, folder, f"write {output.path.name} here") from None
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(output.data)
            file.flush()
            _take_over(file.fileno(), output)
            os.fsync(file.fileno())
    except OSError as error:
        Path(name).unlink(missing_ok=True)
        raise trouble(error, output.path, "write") from None
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return Path(name)


def _take_over(descriptor: int, output: Output) -> None:
    """Give the new file its mode; mode and owner of the file that it replaces, where these may be trusted."""
    mode, owner = output.mode, None
    with suppress(FileNotFoundError):
        old = output.path.lstat()
        if stat.S_ISREG(old.st_mode) and (output.mode != KEY_MODE or _is_ours(old, output.path.parent)):
            mode, owner = stat.S_IMODE(old.st_mode), (old.st_uid, old.st_gid)
    if output.mode == KEY_MODE and mode & 0o007:
        mode = KEY_MODE  # a key stays shut to others, whatever stood there
    if hasattr(os, "fchown") and owner and owner != (os.geteuid(), os.getegid()):
        try:
            os.fchown(descriptor, *owner)
        except PermissionError:
            mode &= 0o700  # the group would be another one than the old file's
    if hasattr(os, "fchmod"):
        os.fchmod(descriptor, mode)


def _is_ours(old: os.stat_result, folder: Path) -> bool:
    """True when nobody else can have put the old key file there to get the new key: ours, or root's to decide."""
    if not hasattr(os, "geteuid") or old.st_uid == os.geteuid():
        return True
    return os.geteuid() == 0 and not folder.stat().st_mode & 0o022


def _place(temporary: Path, path: Path, force: bool) -> Path | None:
    """Move a staged file into place. Returns where the old file is kept until all are placed, or None."""
    try:
        if not force:
            _link(temporary, path)
            return None
        kept = None
        if os.path.lexists(path):
            kept = temporary.with_suffix(".old")
            path.rename(kept) if path.is_symlink() else _keep(path, kept)
        temporary.replace(path)
        return kept
    except FileExistsError:
        raise ConflictError(f"{path}: already there, and nothing is overwritten", "pass --force") from None
    except OSError as error:
        raise trouble(error, path, "write") from None


def _link(temporary: Path, path: Path) -> None:
    """Give the staged file its name; fails where it is taken, also by a command that runs beside us."""
    try:
        os.link(temporary, path)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links: take the name first, then fill it
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, KEY_MODE))
        temporary.replace(path)


def _keep(path: Path, kept: Path) -> None:
    """Keep the old file under another name until all are in place."""
    try:
        os.link(path, kept)
    except OSError:  # no hard links, or a file of somebody else: for a moment the name is free
        path.rename(kept)


def _put_back(path: Path, kept: Path | None) -> None:
    if kept:
        kept.replace(path)
    else:
        path.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Flush a folder's entries to the disk, so that a rename survives a power cut."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_folder(path: Path, mode: int = 0o755) -> None:
    """Make a folder and those above it. Raises SystemTroubleError."""
    try:
        path.mkdir(mode=mode, parents=True, exist_ok=True)
    except OSError as error:
        raise trouble(error, path, "make this folder") from None

"""The key log: a file that programs such as Wireshark read to decrypt what was recorded (NSS format)."""

import errno
import os
import stat
from collections.abc import Iterable
from pathlib import Path

from mtlsctl.errors import MtlsctlError, UsageError
from mtlsctl.workflows.files import KEY_MODE, trouble

_HINT = "name another file: --keylog FILE; SSLKEYLOGFILE in the environment stands for it"


def prepare(path: Path) -> bool:
    """Make sure that the file can be added to: no handshake is done whose keys could not be kept.

    Returns whether others than its owner have access to it, since it was there before. Raises UsageError for "-",
    NotFoundError and SystemTroubleError.
    """
    if str(path) == "-":
        raise UsageError("the key log cannot go to standard output: the answer does", _HINT)
    try:
        file = _open(path)
        try:
            mode = os.fstat(file).st_mode
            return stat.S_ISREG(mode) and bool(mode & 0o077)
        finally:
            os.close(file)
    except OSError as error:
        raise _trouble(path, error) from None
    except ValueError:
        raise UsageError(f"{path!s:.80}: not a path", _HINT) from None


def add(path: Path, lines: Iterable[bytes]) -> None:
    """Add the lines of one connection, in one piece: other programs, and handshakes beside this one, add theirs."""
    data = b"".join(line + b"\n" for line in lines)
    try:
        file = _open(path)
        try:
            if os.write(file, data) != len(data):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        finally:
            os.close(file)
    except OSError as error:
        raise _trouble(path, error) from None


def _open(path: Path) -> int:
    """Never waits: a named pipe that nobody reads would keep us for good (ENXIO, open(2))."""
    at_once = getattr(os, "O_NONBLOCK", 0)  # Windows has none
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | at_once, KEY_MODE)
    if at_once:
        os.set_blocking(file, True)
    return file


def _trouble(path: Path, error: OSError) -> MtlsctlError:
    found = trouble(error, path, "add to this key log")
    found.hint = _HINT
    return found

"""What the words after inspect name: files, or servers."""

import os
import re
import shlex
from collections.abc import Sequence

from mtlsctl.errors import MtlsctlError, NotFoundError
from mtlsctl.workflows import files

_ADDRESS = re.compile(r"[\w.\-\[\]:%]+:\d{1,5}|unix:.+|[A-Za-z][A-Za-z0-9+.-]*://.+", re.DOTALL)
_HOST = re.compile(r"localhost|[\w-]+(\.[\w-]+)+\.?|\[[0-9A-Fa-f:.]+\]")


def called(path: str) -> str:
    """How messages name what was looked at; a password in a URL is not repeated."""
    if not is_target(path):
        return files.label(path)
    from mtlsctl.core import endpoint

    return endpoint.shown(path)


def is_target(path: str) -> bool:
    """True for what is no file and reads like a server's address: HOST:PORT, a URL, unix:PATH."""
    return bool(_ADDRESS.fullmatch(path)) and not os.path.lexists(path)


def with_advice(error: MtlsctlError, path: str, command: str = "inspect", options: Sequence[str] = ()) -> MtlsctlError:
    """What was meant may be a server: the command that looks at one, with the options that go along."""
    if not isinstance(error, NotFoundError):
        return error
    if is_target(path):
        return NotFoundError(error.message, f"for a server: {shlex.join(['mtlsctl', command, path, *options])}")
    if not error.hint and _HOST.fullmatch(path):
        typed = shlex.join(["mtlsctl", command, f"{path}:443", *options])
        return NotFoundError(error.message, f"to look at a server, name its port: {typed}")
    return error

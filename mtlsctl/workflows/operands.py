"""What the words after inspect name: files, or servers."""

import os
import re
from collections.abc import Sequence

from mtlsctl.core.shellwords import word
from mtlsctl.errors import MtlsctlError, NotFoundError
from mtlsctl.workflows import files

_ADDRESS = re.compile(r"[\w.\-\[\]:%]+:\d{1,5}|unix:.+|[A-Za-z][A-Za-z0-9+.-]*://.+", re.DOTALL)
_FILE = r"(?!.*\.(?:pem|crt|cer|cert|der|key|csr|crl|p7b|p12|pfx)$)"  # no top-level domain has one of these names
_HOST = re.compile(_FILE + r"(?:localhost|[\w-]+(\.[\w-]+)+\.?|\[[0-9A-Fa-f:.]+\])")


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
    """What was meant may be a server: the command that looks at one. options: those that go along, as typed."""
    if not isinstance(error, NotFoundError):
        return error
    if is_target(path):
        shown = called(path)
        message = error.message.replace(path, shown)
        typed = " ".join(("mtlsctl", command, word(shown), *options))
        typed = " ".join(("mtlsctl", command, word(shown), *options))
        return NotFoundError(message, f"for a server: {typed}")
    if _is_a_ca(path):
        typed = f"mtlsctl lint --ca {word(path)}" if command == "lint" else f"mtlsctl ca show {word(path)}"
        return NotFoundError(error.message, f"a CA of yours has that name: {typed}")
    if not error.hint and _HOST.fullmatch(path):
        typed = " ".join(("mtlsctl", command, word(f"{path}:443"), *options))
        return NotFoundError(error.message, f"to look at a server, name its port: {typed}")
    return error


def _is_a_ca(word: str) -> bool:
    from mtlsctl.workflows import store  # only for what is no file

    try:
        return word in store.ca_names()
    except MtlsctlError:
        return False

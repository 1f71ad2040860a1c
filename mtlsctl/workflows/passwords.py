"""Passwords: from a file, a file descriptor, the environment or a command; never from an argument."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from mtlsctl.errors import PasswordError, UsageError
from mtlsctl.workflows import files

Secret = Callable[[str], bytes]
"""Asked with what the password is for ("the key of CA dev"), answers with it. Called only when one is needed."""


class Source(NamedTuple):
    """Where a password comes from: at most one of these is given."""

    file: Path | None = None
    fd: int | None = None
    env: str | None = None
    command: str | None = None

    @property
    def given(self) -> bool:
        """True when any source is named."""
        return (self.file, self.fd, self.env, self.command) != (None, None, None, None)


def read(source: Source) -> bytes:
    """The password, one final line end taken off. Raises PasswordError, UsageError (none or several sources)."""
    given = [x for x in (source.file, source.fd, source.env, source.command) if x is not None]
    if len(given) != 1:
        raise UsageError(
            "give one source for the password", "--password-file, --password-fd, --password-env or -command"
        )
    if source.file is not None:
        data, where = files.read(source.file), str(source.file)
    elif source.fd is not None:
        data, where = _from_descriptor(source.fd), f"file descriptor {source.fd}"
    elif source.env is not None:
        if source.env not in os.environ:
            raise PasswordError(f"the environment has no variable {source.env}", f"export {source.env} first")
        data, where = os.environb[source.env.encode()] if os.supports_bytes_environ else b"", source.env
    else:
        data, where = _from_command(source.command or ""), "the password command"
    password = data.removesuffix(b"\n").removesuffix(b"\r")
    if not password:
        raise PasswordError(f"{where}: the password is empty")
    if b"\n" in password or len(password) > 1024:
        raise PasswordError(f"{where}: a password is one line of at most 1,024 bytes")
    return password


def _from_descriptor(number: int) -> bytes:
    if not 0 <= number < 2**31:
        raise PasswordError(f"file descriptor {number}: there is none of that number", "open it: 3<password.txt")
    try:
        with os.fdopen(number, "rb", closefd=False) as file:
            return file.read(2048)
    except OSError as error:
        raise PasswordError(f"file descriptor {number}: {error.strerror}", "open it: 3<password.txt") from None


def _from_command(command: str) -> bytes:
    import shlex  # only for a password that a command gives, as the next
    import subprocess

    try:
        words = shlex.split(command)
        done = subprocess.run(words, stdout=subprocess.PIPE, timeout=60, check=False)
    except (OSError, ValueError, IndexError) as error:
        raise PasswordError(f"the password command cannot be run: {error}") from None
    except subprocess.TimeoutExpired:
        raise PasswordError("the password command did not end within 60 s") from None
    if done.returncode:
        raise PasswordError(f"the password command failed with status {done.returncode}")
    return done.stdout

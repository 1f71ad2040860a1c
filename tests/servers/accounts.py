"""Servers that refuse to be root or that change their user: which user that is, and a folder that it reaches."""

import os
import pwd
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from servers import Papers

ROOT = os.getuid() == 0


def me() -> str:
    """The user who runs the tests."""
    return pwd.getpwuid(os.getuid()).pw_name


def other(*wanted: str) -> str:
    """The first of these users that exists, for root; everybody else stays who they are."""
    if not ROOT:
        return me()
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in (*wanted, "nobody") if name in known)


def become(user: str) -> tuple[str, ...]:
    """The words before a command that make it run as another user."""
    return ("setpriv", f"--reuid={user}", "--regid=" + str(_gid(user)), "--clear-groups") if user != me() else ()


def _gid(user: str) -> int:
    return pwd.getpwnam(user).pw_gid


@contextmanager
def reachable(user: str = "") -> Iterator[Path]:
    """A folder that other users can enter, unlike pytest's; it belongs to user."""
    with tempfile.TemporaryDirectory(prefix="mtlsctl-") as made:
        folder = Path(made)
        folder.chmod(0o755)
        give(folder, user or me())
        yield folder


def give(path: Path, user: str) -> Path:
    """Make path belong to user; root alone can."""
    if ROOT:
        os.chown(path, pwd.getpwnam(user).pw_uid, _gid(user))
    return path


def copied(papers: Papers, folder: Path, user: str = "") -> Papers:
    """The papers below a folder, the key for its user alone."""
    made = Papers(*(Path(shutil.copy(path, folder / f"{name}.pem")) for name, path in papers._asdict().items()))
    for path in made:
        path.chmod(0o600 if path == made.key else 0o644)
        give(path, user or me())
    return made

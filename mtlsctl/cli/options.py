"""Options that commands share: one name, one meaning."""

import os
import re
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from mtlsctl.cli import output
from mtlsctl.cli.declare import Option, bundled, parameters, stands_for
from mtlsctl.errors import PasswordError, UsageError
from mtlsctl.workflows import passwords
from mtlsctl.workflows.passwords import Secret, Source

Json = Annotated[bool, Option("--json", help="Say the result as one JSON object.")]
Force = Annotated[bool, Option("--force", help="Replace files that are already there.")]
Ca = Annotated[
    str | None,
    Option("--ca", metavar="NAME|FOLDER", envvar="MTLSCTL_CA", help="The CA; not needed when there is one."),
]
Lifetime = Annotated[
    str | None,
    Option("--lifetime", metavar="TIME", help="90d, 12h, 2w, 1y, P90D, or an end: 2027-01-31."),
]
Timeout = Annotated[
    float,
    Option(
        "--timeout",
        metavar="SECONDS",
        min=0.1,
        max=3600,
        help="For connecting, and as long again for the handshake.",
    ),
]
AllowLong = Annotated[bool, Option("--allow-long", help="Allow a lifetime above 825 days.")]

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400, "y": 365 * 86400}
_ISO = r"P(?:(\d+)Y)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?"


def duration(text: str) -> timedelta:
    """A duration: `90d`, `1d12h`, `2w`, `1y` (365 days), ISO 8601 `P90D`. Raises UsageError."""
    if len(text) > 40:
        raise UsageError(f"{text[:20]}...: too long a time")
    parts = re.findall(r"(\d+)([a-z])", text)
    try:
        if parts and "".join(n + u for n, u in parts) == text and all(u in _UNITS for _, u in parts):
            return timedelta(seconds=sum(int(n) * _UNITS[u] for n, u in parts))
        iso = re.fullmatch(_ISO, text)
        if iso and any(iso.groups()):
            numbers = [int(n or 0) for n in iso.groups()]
            return timedelta(seconds=sum(n * _UNITS[u] for n, u in zip(numbers, "ywdhms", strict=True)))
    except OverflowError:
        raise UsageError(f"{text}: too long a time") from None
    raise UsageError(f"{text!r} is not a duration", "write 90d, 12h, 30m, 2w, 1y or P90D")


def moment(text: str) -> datetime:
    """A time: `2027-01-31` (its end of day is not meant: 00:00 UTC) or RFC 3339. Raises UsageError."""
    try:
        when = datetime.fromisoformat(text)
        return when.astimezone(UTC) if when.tzinfo else when.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise UsageError(f"{text!r} is not a date", "write 2027-01-31 or 2027-01-31T12:00:00Z") from None


def lifetime(text: str | None) -> timedelta | datetime | None:
    """What --lifetime says: a duration, or an end."""
    if text is None:
        return None
    return moment(text) if re.match(r"\d{4}-", text) else duration(text)


def ask(what: str) -> bytes:
    """Ask the person at the terminal for a password. Raises PasswordError where there is no terminal."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise PasswordError(
            f"{what} needs a password and there is no terminal to ask at",
            "use --password-file FILE (or MTLSCTL_PASSWORD_FILE), --password-fd, --password-env or --password-command",
        )
    import getpass  # only to ask

    try:
        return getpass.getpass(f"Password for {what}: ", stream=sys.stderr).encode()
    except EOFError:
        raise PasswordError("no password was typed") from None


def ask_twice(what: str) -> bytes:
    """Ask for a new password, twice, and refuse an empty one."""
    first = ask(f"{what} (new)")
    if not first:
        raise PasswordError("the password is empty")
    if ask(f"{what} (again)") != first:
        raise PasswordError("the two passwords differ")
    return first


def secret_from(source: Source, prompt: Secret = ask) -> Secret:
    """The way to a password: the source that was named, else MTLSCTL_PASSWORD_FILE, else the prompt."""
    if not source.given and (default := os.environ.get("MTLSCTL_PASSWORD_FILE")):
        source = Source(file=Path(default))

    def secret(what: str) -> bytes:
        _USED.add(source)
        return _read_once(source) if source.given else prompt(what)

    return secret


def named_secret(source: Source) -> Secret | None:
    """The way to a password where a source is named; without one nobody is asked, and what is shut stays so."""
    return secret_from(source) if source.given or os.environ.get("MTLSCTL_PASSWORD_FILE") else None


_read_once = cache(passwords.read)  # a descriptor has no second password, and a command may ask a person
_USED: set[Source] = set()
"""The sources that were asked for a password while this command ran."""


def beside(file: str, suffix: str) -> Path:
    """The default place of a result: beside file, with another suffix; "-" stays "-". Raises UsageError."""
    path = Path(file)
    if file == "-":
        return path
    if path.name in ("", ".."):
        raise UsageError(f"{file}: a folder, expected a file", "name the file")
    if path.suffix == suffix:
        raise UsageError(f"{file}: is that the file to read? The result would have its name", "name it with --out")
    return path.with_suffix(suffix)


def new_secret(source: Source, encrypt: bool) -> Secret | None:
    """The way to a new key's password: named by an option, or asked for twice with --encrypt; None: no encryption."""
    if source.given or encrypt or os.environ.get("MTLSCTL_PASSWORD_FILE"):
        return secret_from(source, ask_twice)
    return None


def request_path(word: str) -> str:
    """The path of an HTTP request, as --http takes it. Raises UsageError for what would be another request."""
    if not word.startswith("/") or not word.isascii() or not word.isprintable() or " " in word:
        raise UsageError(f"{word!r} is not the path of a request", "write it as --http /health")
    return word


def with_password(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the four password options in place of its parameter `password: Source`."""

    def noting(*, password: Source, **arguments: Any) -> Any:
        result = command(password=password, **arguments)
        if password.given and password not in _USED:
            output.note("note: the password was not needed, no key that was opened is encrypted")
        return result

    def source(**given: Any) -> Source:
        return Source(**{name.removeprefix("password_"): value for name, value in given.items()})

    made_of = {f"password_{name}": (annotation, None) for name, annotation in _PASSWORD_OPTIONS.items()}
    return bundled(stands_for(noting, command, parameters(command)), "password", made_of, source)


KEY_PANEL = "Password of a key"
_PASSWORD_OPTIONS = {
    "file": Annotated[
        Path | None,
        Option("--password-file", metavar="FILE", help="Password of a key: read it here.", panel=KEY_PANEL),
    ],
    "fd": Annotated[
        int | None,
        Option("--password-fd", metavar="N", help="... from a file descriptor.", panel=KEY_PANEL),
    ],
    "env": Annotated[
        str | None,
        Option("--password-env", metavar="NAME", help="... from a variable.", panel=KEY_PANEL),
    ],
    "command": Annotated[
        str | None,
        Option("--password-command", metavar="CMD", help="... from a command.", panel=KEY_PANEL),
    ],
}

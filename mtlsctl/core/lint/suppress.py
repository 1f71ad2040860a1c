"""Suppressions: rules passed over for some subjects, each with a reason; read from TOML text or from an option."""

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

from mtlsctl.errors import InputError, UsageError

_KEYS = {"rule", "reason", "subject", "fingerprint", "expires"}
_HEX = re.compile(r"[0-9a-f]{64}")
MAX_CONFIG = 1 << 20  # bytes


class Suppression(NamedTuple):
    """One rule that is passed over."""

    rule: str
    reason: str
    subject: str = ""
    """A pattern of names, such as `CN=old-*`; "" is every subject."""
    fingerprint: str = ""
    """SHA-256 of the object, DER, in lower-case hex; "" is every object."""
    expires: datetime | None = None
    """It hides nothing from then on."""
    origin: str = ""
    """Where it was written: the option, or the file and its number there."""

    def hides(self, code: str, subject: str, sha256: str, at: datetime) -> bool:
        """Whether it passes over a fault."""
        return (
            code == self.rule
            and (not self.expires or at < self.expires)
            and (not self.fingerprint or sha256 == self.fingerprint)
            and (not self.subject or fnmatchcase(subject, self.subject))
        )


class Config(NamedTuple):
    """What a configuration file says."""

    suppressions: tuple[Suppression, ...] = ()
    profiles: tuple[str, ...] = ()


def from_option(text: str, known: Callable[[str], bool]) -> Suppression:
    """The suppression of `--ignore RULE=REASON`. Raises UsageError."""
    rule, equals, reason = text.partition("=")
    if not equals or not reason.strip():
        raise UsageError(f"--ignore {text}: a rule is passed over for a reason", f"--ignore '{rule}=why it may be so'")
    if not known(rule.strip()):
        raise UsageError(f"--ignore: there is no rule called {rule.strip()}", "mtlsctl lint --list-rules shows them")
    return Suppression(rule.strip(), reason.strip(), origin="--ignore")


def read(data: bytes, label: str, known: Callable[[str], bool]) -> Config:
    """A configuration file. Raises InputError for what is not as it should be: nothing is hidden by mistake."""
    if len(data) > MAX_CONFIG:
        raise InputError(f"{label}: larger than {MAX_CONFIG >> 20} MiB, no configuration of lint")
    try:
        found = tomllib.loads(data.decode())
    except UnicodeDecodeError:
        raise InputError(f"{label}: expected TOML in UTF-8, found other bytes") from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise InputError(f"{label}: not TOML: {str(error)[:200]}", "see mtlsctl lint --help") from None
    if strangers := set(found) - {"ignore", "profile"}:
        raise InputError(f"{label}: no such setting: {min(strangers)[:60]}", "there are: ignore, profile")
    entries = found.get("ignore", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise InputError(f"{label}: ignore is a list of tables", "write each as [[ignore]] with rule and reason")
    read_ = (_entry(entry, f"{label}, [[ignore]] {number}", known) for number, entry in enumerate(entries, 1))
    return Config(tuple(read_), _profiles(found.get("profile", []), label))


def _profiles(value: Any, label: str) -> tuple[str, ...]:
    words = [value] if isinstance(value, str) else value
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise InputError(f"{label}: profile is a word or a list of words", 'such as profile = ["mtls", "nist"]')
    return tuple(words)


def _entry(entry: Mapping[str, Any], where: str, known: Callable[[str], bool]) -> Suppression:
    if strangers := set(entry) - _KEYS:
        raise InputError(f"{where}: no such key: {min(strangers)[:60]}", f"there are: {', '.join(sorted(_KEYS))}")
    texts = {key: entry.get(key, "") for key in ("rule", "reason", "subject", "fingerprint")}
    if wrong := [key for key, text in texts.items() if not isinstance(text, str)]:
        raise InputError(f"{where}: {wrong[0]} is a text", f'{wrong[0]} = "..."')
    if not known(texts["rule"]):
        missing = f"there is no rule called {texts['rule'][:60]}" if texts["rule"] else "it names no rule"
        raise InputError(f"{where}: {missing}", "mtlsctl lint --list-rules shows them")
    if not texts["reason"].strip():
        raise InputError(f"{where}: {texts['rule']} is passed over without a reason", 'add one: reason = "..."')
    fingerprint = texts["fingerprint"].replace(":", "").lower()
    if fingerprint and not _HEX.fullmatch(fingerprint):
        raise InputError(f"{where}: the fingerprint is no SHA-256 in hex", "mtlsctl inspect FILE shows it")
    expires = _moment(entry.get("expires"), where)
    return Suppression(texts["rule"], texts["reason"].strip(), texts["subject"], fingerprint, expires, where)


def _moment(value: Any, where: str) -> datetime | None:
    match value:
        case None:
            return None
        case datetime():
            return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
        case date():
            return datetime(value.year, value.month, value.day, tzinfo=UTC)
        case _:
            raise InputError(f"{where}: expires is a date", "write it without quotes: expires = 2027-01-31")


def first(suppressions: Sequence[Suppression], code: str, subject: str, sha256: str, at: datetime) -> int | None:
    """The number of the first that hides a fault, or None."""
    return next((n for n, one in enumerate(suppressions) if one.hides(code, subject, sha256, at)), None)

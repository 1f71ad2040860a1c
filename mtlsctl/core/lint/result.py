"""What came of a run of lint, as plain values."""

from datetime import datetime
from typing import NamedTuple

from mtlsctl.core.lint.rule import Profile
from mtlsctl.core.lint.run import Outcome, Passed
from mtlsctl.core.lint.settings import Settings


class Examined(NamedTuple):
    """What was looked at."""

    targets: tuple[str, ...] = ()
    """As they were typed."""
    files: int = 0
    certificates: int = 0
    requests: int = 0
    crls: int = 0
    keys: int = 0
    servers: int = 0
    passed_over: int = 0
    """Certificates of a ledger that are expired or revoked."""
    unread: int = 0
    """Files and servers of which nothing could be told."""


class Linted(NamedTuple):
    """What lint found, rule by rule; the faults themselves are the findings."""

    at: datetime
    profiles: tuple[Profile, ...]
    examined: Examined
    rules: tuple[Outcome, ...]
    suppressed: tuple[Passed, ...]
    servers: tuple[Settings, ...]
    pkilint: str
    """Its version; "" where no profile asked for it."""
    config: str
    """The file that suppressions came from; "" for none."""

    @property
    def tested(self) -> bool:
        """Whether any rule was about what was looked at; that something can be read at all is said by none."""
        return any(rule.looked for rule in self.rules if rule.code not in ("malformed", "lint-suppression-unused"))

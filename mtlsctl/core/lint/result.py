"""What came of a run of lint, as plain values."""

from datetime import datetime
from typing import NamedTuple

from mtlsctl.core.findings import Verdict
from mtlsctl.core.lint.rule import Profile
from mtlsctl.core.lint.run import Outcome, Passed
from mtlsctl.core.lint.settings import Settings

_OF_THE_RUN = ("malformed", "lint-suppression-unused", "lint-suppression-expired")


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
    """Files, objects and servers of which nothing could be told: a PKCS#12 that is shut, a damaged block."""
    others: int = 0
    """Objects that no rule is about, such as parameters; links in folders that lead elsewhere, or nowhere."""

    @property
    def keys_alone(self) -> bool:
        """Nothing else was looked at."""
        return bool(self.keys) and not (self.certificates or self.requests or self.crls or self.servers)


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
        return any(rule.looked for rule in self.rules if rule.code not in _OF_THE_RUN)

    def status(self, worst: Verdict, fail_on: Verdict) -> int:
        """The exit status: 0 clean, 1 not, 2 where it could not be told."""
        if self.examined.unread:
            return 2
        return 1 if worst.rank >= fail_on.rank else 0 if self.tested else 2

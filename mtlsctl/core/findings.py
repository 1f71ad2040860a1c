"""How an answer is said: a Verdict, a Finding, a Report of findings."""

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple


class Verdict(StrEnum):
    """How bad a finding is, from nothing to "the answer is no"."""

    OK = "ok"
    NOTE = "note"
    WARN = "warn"
    FAIL = "fail"

    @property
    def rank(self) -> int:
        """0 (ok) to 3 (fail)."""
        return _RANKS[self]


_RANKS = {Verdict.OK: 0, Verdict.NOTE: 1, Verdict.WARN: 2, Verdict.FAIL: 3}


class Whose(StrEnum):
    """Whose fault it is, seen from the end that runs mtlsctl."""

    OURS = "ours"
    PEER = "peer"
    NETWORK = "network"
    NOBODY = "nobody"


class Finding(NamedTuple):
    """One thing found, worded for a person and coded for a script."""

    code: str
    """An entry of core/codes.py; stable."""
    verdict: Verdict
    message: str
    """Names the operands, both sides; no full stop."""
    hint: str = ""
    """A command to type or a change to make; may be empty."""
    whose: Whose = Whose.NOBODY
    about: str = ""
    """The file, certificate or name that it is about; may be empty."""


class Report(NamedTuple):
    """An answer: the findings about one subject, most telling first."""

    subject: str
    findings: tuple[Finding, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """The worst verdict among the findings; OK where there are none."""
        return worst(self.findings)

    @property
    def ok(self) -> bool:
        """True when nothing fails."""
        return self.verdict is not Verdict.FAIL


def worst(findings: Iterable[Finding]) -> Verdict:
    """The worst verdict among findings; OK where there are none."""
    return max((finding.verdict for finding in findings), key=lambda v: v.rank, default=Verdict.OK)

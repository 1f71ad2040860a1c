"""What is known of one certificate's revocation, whoever said it: a CRL, an OCSP responder, a CA's ledger."""

from datetime import datetime
from enum import StrEnum
from typing import Literal, NamedTuple


class Mode(StrEnum):
    """How much revocation counts."""

    REQUIRE = "require"
    """Every certificate below the anchor needs a fresh good answer, or the verdict is no."""
    CHECK = "check"
    """What is at hand is used. What is missing or stale is a finding."""
    OFF = "off"
    """It is not looked at."""


State = Literal["good", "revoked", "unknown", "exempt"]
"""exempt: nobody asks, as the certificate says (RFC 9608)."""
Source = Literal["crl", "ocsp", "ledger", ""]


class Answer(NamedTuple):
    """What one source says of a certificate, the source being genuine: signed by who may say it, and about this one."""

    state: State
    source: Source
    where: str
    """The file, URL or CA that it came from, for messages; may be empty."""
    speaker: str
    """Who says it: the CA, or the responder, by name."""
    this_update: datetime | None = None
    next_update: datetime | None = None
    stale: str = ""
    """Why it is not fresh at the time of checking; "" where it is."""
    revoked_at: datetime | None = None
    reason: str = ""
    """RFC 5280, 5.3.1: "keyCompromise"; "" where none is given."""
    invalidity_date: datetime | None = None
    """Since when the key is thought to be in other hands (RFC 5280, 5.3.2)."""
    hint: str = ""
    """Where the source knows better than we what to do about a "revoked"."""


class Refusal(NamedTuple):
    """Why a source says nothing that can be used."""

    source: Source
    where: str
    why: str
    came: bool = True
    """False where there is nothing to look at: it could not be fetched."""


def best(answers: list[Answer]) -> Answer | None:
    """The answer that counts: revoked before good, fresh before stale, later before earlier.

    A stale "revoked" counts too, as nobody is taken back but from certificateHold (RFC 5280, 5.3.1): that one yields
    to a fresh "good" that was said later.
    """
    good = [a for a in answers if a.state == "good"]
    revoked = [a for a in answers if a.state == "revoked" and not _taken_back(a, good)]
    known = revoked or good
    return max(known, key=_weight, default=None)


def _weight(answer: Answer) -> tuple[bool, float]:
    return not answer.stale, answer.this_update.timestamp() if answer.this_update else 0.0


def _taken_back(held: Answer, good: list[Answer]) -> bool:
    return held.reason == "certificateHold" and any(
        not one.stale and one.this_update and held.this_update and one.this_update > held.this_update for one in good
    )

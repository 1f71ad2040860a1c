"""Whether one offer got in: an Observation, and what the good certificate was answered, to an Admission."""

from enum import StrEnum
from typing import NamedTuple

from mtlsctl.core import alerts, http, postgres
from mtlsctl.core.observation import Ended, Observation, Stage

# Statuses that mean "not with this certificate": 400, 495 and 496 are nginx's (ngx_http_special_response.c).
DENIALS = ("400", "401", "403", "407", "495", "496")

# Statuses that say something of the moment, and nothing of the client (RFC 9110, 15.5.9; RFC 8470, 5.2; RFC 6585, 4).
PASSING = ("408", "425", "429")

# Alerts that need not end a connection (RFC 5246, 7.2.2; RFC 6066, 3): a handshake that went on was not refused.
WARNINGS = (90, 100, alerts.UNRECOGNIZED_NAME)


class Outcome(StrEnum):
    """What came of one offer."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    """In TLS: by an alert, or by the end of the connection."""
    REFUSED_BY_APP = "refused-by-app"
    """TLS took it; the application said no."""
    TLS_ONLY = "tls-only"
    """TLS took it, and the application was not asked: it may still say no."""
    UNCLEAR = "unclear"
    """Nothing that proves anything."""
    NOT_TRIED = "not-tried"


class Admission(NamedTuple):
    """What came of one offer, with the reason."""

    outcome: Outcome
    why: str
    """In two or three words: `alert 48`, `HTTP 400`."""


def spoken(seen: Observation) -> bool:
    """True when the server answered our hello, so that it speaks this version of TLS."""
    return seen.stage in (Stage.HANDSHAKE, Stage.DONE)


def said(seen: Observation) -> str:
    """What the application said: an HTTP status line, or PostgreSQL's answer to a login; "" for anything else."""
    if not seen.answer:
        return ""
    return http.status_line(seen.answer) or postgres.answered(seen.answer)


def admission(seen: Observation, *, shown: bool, good: str | None = None, resuming: bool = False) -> Admission:
    """Whether an offer got in. shown: a certificate was to be shown. resuming: our hello brought a session along.

    good: what the application said to the good certificate, for the good one itself too; "" where it said nothing that
    is understood; None where there is no good one.
    """
    # 1. No answer to our hello proves nothing, but where it is the session in it that is refused. 2. Our certificate
    # never left: who refuses, refuses nobody. 3. A refusal in TLS. 4. What the application said. 5. Nobody asked it.
    if seen.ended is Ended.HELD:
        return Admission(Outcome.UNCLEAR, "server untrusted")
    if not spoken(seen) and not (resuming and seen.received() is not None):  # 1
        return Admission(Outcome.UNCLEAR, _silence(seen))
    if shown and seen.asked and not seen.sent:  # 2
        return Admission(Outcome.UNCLEAR, "key type not taken")
    number = seen.received()
    if number is not None and not (number in WARNINGS and seen.stage is Stage.DONE):  # 3
        return Admission(Outcome.REFUSED, f"alert {number}")
    if seen.ended in (Ended.CLOSED, Ended.RESET):
        return Admission(Outcome.REFUSED, seen.ended.value)
    if seen.stage is not Stage.DONE or seen.ended is not Ended.OPEN:
        return Admission(Outcome.UNCLEAR, _silence(seen))
    if answer := said(seen):  # 4
        return _by_status(answer, good) if http.status_line(seen.answer or b"") else _by_login(answer, good)
    if seen.unanswered and good:  # it may be slow, or busy with the others
        return Admission(Outcome.UNCLEAR, "no answer in time")
    if seen.answer is not None and good:
        return Admission(Outcome.REFUSED_BY_APP, "no answer")
    if not seen.asked and not seen.resumed:  # 5
        return Admission(Outcome.ACCEPTED, "never asked")
    return Admission(Outcome.TLS_ONLY, "TLS only")


def _silence(seen: Observation) -> str:
    number = seen.received() or seen.said()
    if number is not None:
        return f"alert {number} {alerts.name(number)}"
    return {Ended.TIMEOUT: "no answer in time", Ended.OPEN: "no answer"}.get(seen.ended, seen.ended.value)


def _by_login(answer: str, good: str | None) -> Admission:
    """What PostgreSQL's first answer says: a database that is not there comes after a login that is allowed."""
    words = "login goes on" if answer == "R" else f"SQLSTATE {answer}"
    if answer.startswith(postgres.REFUSED):
        return Admission(Outcome.REFUSED_BY_APP, words)
    return Admission(Outcome.ACCEPTED if answer in ("R", good) else Outcome.UNCLEAR, words)


def _by_status(answer: str, good: str | None) -> Admission:
    """What an HTTP status says, beside the one that the good certificate was answered with."""
    number, words = answer[:3], f"HTTP {answer[:3]}"
    if number in DENIALS:
        return Admission(Outcome.REFUSED_BY_APP, words)
    if number[0] == "2" or (good and good[:3] == number):
        return Admission(Outcome.ACCEPTED, words)
    # Not the good one's page: a way to a login, or a no by another name. An error of the server proves nothing.
    said_no = good and number[0] in "34" and number not in PASSING
    return Admission(Outcome.REFUSED_BY_APP if said_no else Outcome.UNCLEAR, words)

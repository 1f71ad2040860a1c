"""Clocks that differ: what the dates of certificates, or of an HTTP answer, say of ours and of the server's."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from cryptography import x509

from mtlsctl.core.findings import Finding, Verdict, Whose
from mtlsctl.core.unreadable import NEVER, UNREADABLE

NOTABLE = timedelta(minutes=5)  # what certificates are backdated by, and what Kerberos tolerates (RFC 4120, 8.2)
_HINT = "set the clock: timedatectl set-ntp true, and look again: date -u"


def ours_behind(chain: Iterable[x509.Certificate], known: Iterable[x509.Certificate], at: datetime) -> Finding | None:
    """Our clock stands before the birth of the peer's certificates, and of those that we keep ourselves.

    known: our trust anchors and our own certificates. They came to this machine after they were made.
    """
    kept = [start for c in known if (start := _start(c)) > at]
    if not kept or not any(_start(c) > at for c in chain):
        return None
    message = (
        f"this machine's clock says {_minute(at)}, and certificates that it keeps itself begin at {_minute(max(kept))}:"
        " the clock is behind"
    )
    return Finding("clock-skew", Verdict.FAIL, message, _HINT, Whose.OURS)


def _start(certificate: x509.Certificate) -> datetime:
    """When its life begins; long ago where that cannot be read."""
    try:
        return certificate.not_valid_before_utc
    except UNREADABLE:
        return NEVER


def theirs(ours: Iterable[x509.Certificate], answer: bytes, at: datetime) -> Finding | None:
    """The server's clock stands outside the life of a certificate that we show, by the Date of its HTTP answer.

    None where the Date explains nothing, or there is none.
    """
    ahead = by_http(answer, at)
    if ahead is None or abs(ahead) <= NOTABLE:
        return None
    there = at + ahead
    late = [c for c in ours if not c.not_valid_before_utc <= there <= c.not_valid_after_utc]
    if not late:
        return None
    born = late[0].not_valid_before_utc > there
    limit = (
        f"begins {_minute(late[0].not_valid_before_utc)}" if born else f"ends {_minute(late[0].not_valid_after_utc)}"
    )
    message = f"the server's clock says {_minute(there)}, ours {_minute(at)}, and a certificate that we show {limit}"
    return Finding("clock-skew", Verdict.FAIL, message, f"if ours is right, at the server: {_HINT}", Whose.PEER)


def by_http(answer: bytes, at: datetime) -> timedelta | None:
    """How far the server's clock is ahead of ours (negative: behind), by the Date of its answer (RFC 9110, 6.6.1)."""
    head = answer.partition(b"\r\n\r\n")[0].decode("latin-1")
    date = next(
        (v.strip() for n, _, v in (line.partition(":") for line in head.split("\r\n")) if n.lower() == "date"), ""
    )
    if not date:
        return None
    from email.utils import parsedate_to_datetime  # only with an HTTP answer

    try:
        theirs = parsedate_to_datetime(date)
    except (ValueError, TypeError, OverflowError):
        return None
    return theirs.replace(tzinfo=theirs.tzinfo or UTC) - at


def differing(ahead: timedelta, at: datetime) -> Finding | None:
    """The two clocks, where they differ by more than NOTABLE."""
    if abs(ahead) <= NOTABLE:
        return None
    message = f"the server's clock says {_minute(at + ahead)}, ours {_minute(at)}: they are {_words(abs(ahead))} apart"
    return Finding("clock-skew", Verdict.WARN, message, _HINT, Whose.NOBODY)


def _words(apart: timedelta) -> str:
    if apart >= timedelta(days=2):
        return f"{apart.days} days"
    minutes = int(apart.total_seconds() // 60)
    return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min"


def _minute(when: datetime) -> str:
    return f"{when:%Y-%m-%d %H:%M} UTC"

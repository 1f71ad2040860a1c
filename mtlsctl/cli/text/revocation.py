"""Revocation as text: where each certificate's status is from, and what was fetched for it."""

from collections.abc import Iterator

from mtlsctl.cli.output import Line
from mtlsctl.cli.text.common import date
from mtlsctl.core.revoked import RevocationStatus
from mtlsctl.workflows.verify import Verified

_HOW = {"crl": "by CRL", "ocsp": "by OCSP", "ledger": "in the CA's ledger"}
_STYLE = {"good": "green", "revoked": "red", "unknown": "yellow", "exempt": "green"}


def lines(result: Verified, width: int) -> Iterator[Line]:
    """One line for all; then one for each certificate whose status is from elsewhere than a CA's ledger."""
    yield [f"{'revocation':<{width}}  ", (_summary(result), "dim")]
    shown = [s for s in result.revocation_status if s.source != "ledger" and result.revocation != "ledger"]
    longest = max((len(status.subject) for status in shown), default=0)
    for status in shown:
        words = ": nothing that was fetched can be used" if _failed(status, result) else _words(status)
        yield [f"  {status.subject:<{longest}}  ", (status.status, _STYLE[status.status]), words]
    for number, one in enumerate(result.fetched):
        what = one.trouble or f"{one.bytes:,} bytes in {one.ms} ms"
        yield [f"{'' if number else 'fetched':<{width}}  {one.url}  ", (what, "yellow" if one.trouble else "dim")]


def _failed(status: RevocationStatus, result: Verified) -> bool:
    """Whether why nothing is known is said below, address by address."""
    return status.status == "unknown" and any(one.trouble and one.url in status.why for one in result.fetched)


def _summary(result: Verified) -> str:
    if result.revocation == "off":
        return "not checked: --revocation off"
    if result.revocation == "exempt":
        return "not needed"
    if result.revocation == "not checked" and len(result.path) == 1:
        return f"not checked: {'it is the trust anchor itself' if result.anchored else 'its issuer is not at hand'}"
    if result.revocation == "not checked":
        return "not checked: --crl FILE does, or --fetch"
    told = [_HOW[word] for word in result.revocation.split(", ") if word in _HOW]
    unknown = sum(status.status == "unknown" for status in result.revocation_status)
    rest = f", {unknown} unknown" if unknown and result.revocation != "ledger" else ""
    return f"checked, {' and '.join(told)}{rest}" if told else "unknown: nothing at hand tells"


def _words(status: RevocationStatus) -> str:
    if status.status in ("unknown", "exempt"):
        return f": {status.why}"
    where = f" ({status.where})" if status.where and status.source != "ledger" else ""
    valid = [
        f"{word} {date(when)}" for word, when in (("from", status.this_update), ("until", status.next_update)) if when
    ]
    until = f", {' '.join(valid)}" if valid and status.status == "good" else ""
    when = f" at {date(status.revoked_at)}" if status.revoked_at and status.status == "revoked" else ""
    reason = f", {status.reason}" if status.reason else ""
    return f"{when}{reason}, {_HOW[status.source]}{where}{until}"

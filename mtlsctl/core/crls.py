"""What the CRLs at hand say of a certificate: the newest of its scope, deltas applied (RFC 5280, 6.3.3)."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from cryptography import x509

from mtlsctl.core import crlscope, names
from mtlsctl.core.crlscope import ALL_REASONS, Crl
from mtlsctl.core.path import same_name
from mtlsctl.core.standing import Answer, Refusal
from mtlsctl.core.unreadable import UNREADABLE

Sealed = Callable[[Crl], str]
"""Why a CRL's signature does not count; "" where it does."""


class _Usable(NamedTuple):
    """A complete CRL that speaks about the certificate."""

    crl: Crl
    series: "_Series"
    """Where the deltas to it are: looked up for those few that decide."""
    reasons: frozenset[x509.ReasonFlags]


def answer(
    certificate: x509.Certificate, lists: Sequence[Crl], sealed: Sealed, at: datetime
) -> Answer | tuple[Refusal, ...]:
    """What they say of a certificate at a time, or why none of those that have to do with its issuer can be used."""
    refused: dict[str, Refusal] = {}
    usable = list(_usable(certificate, lists, sealed, refused))
    if not usable:
        return tuple(refused.values())
    # 1. The newest first; those of the future only where there is nothing else.
    usable.sort(key=lambda u: (u.crl.crl.last_update_utc <= at, u.crl.crl.last_update_utc), reverse=True)
    # 2. Who is on one of these is revoked, fresh or not.
    deciding, whole = _covering(usable)
    for one in deciding:
        entry, source = _entry(one.crl, one.series.newest_delta(one.crl, sealed), certificate)
        if entry is not None:
            return _revoked(entry, source, at)
    if not whole:
        return (
            Refusal("crl", usable[0].crl.where, "it covers some reasons for revocation only, and no other the rest"),
        )
    # 3. Who is on none is good as long as the lists last.
    fresh = [u for u in usable if not stale(u.crl.crl, at)]
    lasting, whole = _covering(fresh)
    first = (lasting if whole else deciding)[0]
    return _good(first.crl, first.series.newest_delta(first.crl, sealed), at)


def _usable(
    certificate: x509.Certificate, lists: Sequence[Crl], sealed: Sealed, refused: dict[str, Refusal]
) -> Iterator[_Usable]:
    """The complete CRLs that speak about it, by distribution point; why the others do not goes to refused."""
    is_ca, points = crlscope.is_ca(certificate), list(crlscope.points(certificate))
    near = _of_issuers(lists, {certificate.issuer, *(one for point in points for one in point.issuers)})
    series = _Series(near)
    for point in points:
        for crl in near:
            if not any(same_name(crl.crl.issuer, one) for one in (certificate.issuer, *point.issuers)):
                continue  # of another point's CRL issuer
            why = crlscope.out_of_scope(crl, point, certificate, is_ca) or crl.trouble or series.lacks_base(crl)
            why = why or ("" if crl.base is not None else _unsound(crl, sealed))
            if why:
                refused.setdefault(f"{id(crl)}{why}", Refusal("crl", crl.where, why))
            elif crl.base is None:
                yield _Usable(crl, series, crlscope.reasons(crl, point))


def _of_issuers(lists: Iterable[Crl], issuers: Iterable[x509.Name]) -> list[Crl]:
    """The CRLs of some issuers; a stranger's is not worth a word."""
    known: dict[x509.Name, bool] = {}
    found = []
    for crl in lists:
        issuer = crl.crl.issuer
        if issuer not in known:
            known[issuer] = any(same_name(issuer, one) for one in issuers)
        if known[issuer]:
            found.append(crl)
    return found


_Line = tuple[x509.Name, x509.IssuingDistributionPoint | None, bytes]


class _Series:
    """Complete CRLs and their deltas by issuer, scope and key (RFC 5280, 5.2.4): files of strangers hold thousands."""

    def __init__(self, lists: Iterable[Crl]) -> None:
        self.deltas: dict[_Line, list[Crl]] = defaultdict(list)
        self.numbers: dict[_Line, list[int]] = defaultdict(list)
        for crl in lists:
            if crl.number is not None and crl.base is not None:
                self.deltas[_line(crl)].append(crl)
            elif crl.number is not None:
                self.numbers[_line(crl)].append(crl.number)
        for found in self.numbers.values():
            found.sort()

    def lacks_base(self, crl: Crl) -> str:
        """Why a delta CRL is of no use; "" where one that it goes with is at hand, and for complete CRLs."""
        if crl.base is None:
            return ""
        numbers = self.numbers.get(_line(crl), [])
        first = bisect_left(numbers, crl.base)
        if crl.number is not None and first < len(numbers) and numbers[first] < crl.number:
            return ""
        return f"it is a delta CRL, and the complete one that it goes with (number {crl.base} or later) is not at hand"

    def newest_delta(self, complete: Crl, sealed: Sealed) -> Crl | None:
        """The last one that is signed, among those that are newer than a complete CRL and based on no later one."""
        number = complete.number
        if number is None:
            return None
        lists = self.deltas.get(_line(complete), [])
        found = [c for c in lists if not c.trouble and (c.base or 0) <= number < (c.number or 0)]
        found.sort(key=lambda c: c.number or 0, reverse=True)
        return next((c for c in found if not _unsound(c, sealed)), None)


def _unsound(crl: Crl, sealed: Sealed) -> str:
    """Why a CRL is not to be used; "" where it is. Its entries are read only where its signature counts."""
    return sealed(crl) or crl.entries.trouble


def _line(crl: Crl) -> _Line:
    return crl.crl.issuer, crl.scope, crl.key_id


def _covering(usable: Iterable[_Usable]) -> tuple[list[_Usable], bool]:
    """Those that add a reason to the ones before them, and whether all reasons are covered (RFC 5280, 6.3.3 (e))."""
    chosen, covered = [], frozenset[x509.ReasonFlags]()
    for one in usable:
        if not one.reasons <= covered:
            chosen.append(one)
            covered |= one.reasons
    return chosen, covered >= ALL_REASONS


def _entry(
    complete: Crl, delta: Crl | None, certificate: x509.Certificate
) -> tuple[x509.RevokedCertificate | None, Crl]:
    """The entry that holds, and the CRL that it is on; the delta has the last word (RFC 5280, 6.3.3 (i) to (k))."""
    if delta:
        entry = crlscope.lookup(delta, certificate)
        if entry is not None:
            removed = part(entry, x509.CRLReason) == x509.CRLReason(x509.ReasonFlags.remove_from_crl)
            return (None if removed else entry), delta
    return crlscope.lookup(complete, certificate), complete


def _revoked(entry: x509.RevokedCertificate, crl: Crl, at: datetime) -> Answer:
    reason, since = part(entry, x509.CRLReason), part(entry, x509.InvalidityDate)
    return _said(crl, at)._replace(
        state="revoked",
        revoked_at=entry.revocation_date_utc,
        reason=reason.reason.value if isinstance(reason, x509.CRLReason) else "",
        invalidity_date=since.invalidity_date_utc if isinstance(since, x509.InvalidityDate) else None,
    )


def _good(complete: Crl, delta: Crl | None, at: datetime) -> Answer:
    if delta and not stale(delta.crl, at) and not stale(complete.crl, at):
        return _said(delta, at)
    return _said(complete, at)


def _said(crl: Crl, at: datetime) -> Answer:
    one = crl.crl
    speaker = names.dn(one.issuer)
    return Answer("good", "crl", crl.where, speaker, one.last_update_utc, one.next_update_utc, stale(one, at))


def stale(crl: x509.CertificateRevocationList, at: datetime) -> str:
    """Why a CRL does not hold at a time; "" where it does (RFC 5280, 5.1.2.4 and 5.1.2.5)."""
    if crl.next_update_utc and at > crl.next_update_utc:
        return f"expired at {crl.next_update_utc:%Y-%m-%d %H:%M} UTC (nextUpdate)"
    if at < crl.last_update_utc:
        return f"not valid before {crl.last_update_utc:%Y-%m-%d %H:%M} UTC (thisUpdate)"
    return ""


def part(entry: x509.RevokedCertificate, kind: type[x509.ExtensionType]) -> x509.ExtensionType | None:
    """An extension of a CRL entry, or None where it has none that can be read."""
    try:
        return entry.extensions.get_extension_for_class(kind).value
    except (*UNREADABLE, x509.ExtensionNotFound):
        return None

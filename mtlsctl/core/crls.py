"""What the CRLs at hand say of a certificate: the newest of its scope, deltas applied (RFC 5280, 6.3.3)."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from cryptography import x509

from mtlsctl.core import crlscope, names
from mtlsctl.core.crlscope import ALL_REASONS, Crl
from mtlsctl.core.path import UNREADABLE, same_name
from mtlsctl.core.standing import Answer, Refusal

Sealed = Callable[[Crl], str]
"""Why a CRL's signature does not count; "" where it does."""


class _Usable(NamedTuple):
    """A complete CRL that speaks about the certificate, with the newest delta to it."""

    crl: Crl
    delta: Crl | None
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
        entry, source = _entry(one, certificate)
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
    return _good(first, at)


def _usable(
    certificate: x509.Certificate, lists: Sequence[Crl], sealed: Sealed, refused: dict[str, Refusal]
) -> Iterator[_Usable]:
    """The complete CRLs that speak about it, by distribution point; why the others do not goes to refused."""
    is_ca = _is_ca(certificate)
    for point in crlscope.points(certificate):
        for crl in lists:
            if not any(same_name(crl.crl.issuer, one) for one in (certificate.issuer, *point.issuers)):
                continue  # a stranger's: not worth a word
            why = crlscope.out_of_scope(crl, point, certificate, is_ca) or crl.trouble or _delta_alone(crl, lists)
            why = why or ("" if crl.base is not None else sealed(crl))
            if why:
                refused.setdefault(f"{id(crl)}{why}", Refusal("crl", crl.where, why))
            elif crl.base is None:
                yield _Usable(crl, _newest_delta(crl, lists, sealed), crlscope.reasons(crl, point))


def _delta_alone(crl: Crl, lists: Iterable[Crl]) -> str:
    if crl.base is None or any(_goes_with(crl, other) for other in lists):
        return ""
    return f"it is a delta CRL, and the complete one that it goes with (number {crl.base} or later) is not at hand"


def _goes_with(delta: Crl, complete: Crl) -> bool:
    """RFC 5280, 5.2.4: same issuer, scope and key; the complete one is not older than the delta's base."""
    if delta.base is None or delta.number is None or complete.base is not None or complete.number is None:
        return False
    same = delta.crl.issuer == complete.crl.issuer and delta.scope == complete.scope and delta.key_id == complete.key_id
    return same and delta.base <= complete.number < delta.number


def _newest_delta(complete: Crl, lists: Iterable[Crl], sealed: Sealed) -> Crl | None:
    found = [c for c in lists if _goes_with(c, complete) and not c.trouble and not sealed(c)]
    return max(found, key=lambda c: c.number or 0, default=None)


def _covering(usable: Iterable[_Usable]) -> tuple[list[_Usable], bool]:
    """Those that add a reason to the ones before them, and whether all reasons are covered (RFC 5280, 6.3.3 (e))."""
    chosen, covered = [], frozenset[x509.ReasonFlags]()
    for one in usable:
        if not one.reasons <= covered:
            chosen.append(one)
            covered |= one.reasons
    return chosen, covered >= ALL_REASONS


def _entry(one: _Usable, certificate: x509.Certificate) -> tuple[x509.RevokedCertificate | None, Crl]:
    """The entry that holds, and the CRL that it is on; the delta has the last word (RFC 5280, 6.3.3 (i) to (k))."""
    if one.delta:
        entry = crlscope.lookup(one.delta, certificate)
        if entry is not None:
            removed = part(entry, x509.CRLReason) == x509.CRLReason(x509.ReasonFlags.remove_from_crl)
            return (None if removed else entry), one.delta
    return crlscope.lookup(one.crl, certificate), one.crl


def _revoked(entry: x509.RevokedCertificate, crl: Crl, at: datetime) -> Answer:
    reason, since = part(entry, x509.CRLReason), part(entry, x509.InvalidityDate)
    return _said(crl, at)._replace(
        state="revoked",
        revoked_at=entry.revocation_date_utc,
        reason=reason.reason.value if isinstance(reason, x509.CRLReason) else "",
        invalidity_date=since.invalidity_date_utc if isinstance(since, x509.InvalidityDate) else None,
    )


def _good(one: _Usable, at: datetime) -> Answer:
    if one.delta and not stale(one.delta.crl, at) and not stale(one.crl.crl, at):
        return _said(one.delta, at)
    return _said(one.crl, at)


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


def _is_ca(certificate: x509.Certificate) -> bool:
    try:
        return bool(certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca)
    except (*UNREADABLE, x509.ExtensionNotFound):
        return False

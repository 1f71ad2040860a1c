"""What is worth saying about the objects of some files: time, order, pairs, broken parts."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby

from mtlsctl.core import inorder, keymode
from mtlsctl.core.causes import IN_ORDER
from mtlsctl.core.facts import CertificateFacts
from mtlsctl.core.findings import Finding, Verdict, Whose
from mtlsctl.core.shellwords import word
from mtlsctl.core.trees import Member
from mtlsctl.core.unreadable import NEVER
from mtlsctl.errors import MtlsctlError

SOON = timedelta(days=30)  # at most; of a short life, its last third, when renewal is due
MAX_ALIKE = 20  # findings of one code; the others are counted


def unread(error: MtlsctlError, about: str) -> Finding:
    """What could not be read, where others could be."""
    return Finding(error.code, Verdict.FAIL, error.message, error.hint, Whose.OURS, about)


def on_time(label: str, facts: CertificateFacts, now: datetime) -> Iterator[Finding]:
    """Expired, not yet valid, or soon to expire."""
    left = facts.not_after - now
    if (facts.not_before < now and left > SOON) or NEVER in (facts.not_before, facts.not_after):
        return  # most are
    who = f"{label}: {facts.subject or 'the certificate'}"
    if facts.not_after < now:
        yield _warn(
            "cert-expired", f"{who} expired on {_day(facts.not_after)}", "renew it, or have it issued anew", label
        )
    elif facts.not_before > now:
        hint = "compare the clocks of the machine that made it and of this one"
        yield _warn("cert-not-yet-valid", f"{who} is not valid before {_minute(facts.not_before)}", hint, label)
    elif left < min(SOON, (facts.not_after - facts.not_before) / 3):
        yield _note("expires-soon", f"{who} expires on {_minute(facts.not_after)}", "renew it", label)


def on_form(label: str, unreadable: Sequence[str]) -> Iterator[Finding]:
    """Parts that cannot be read."""
    for what in unreadable:
        yield _warn("malformed", f"{label}: cannot read its {what}", "strict stacks refuse it: issue it anew", label)


def on_order(file: str, members: Sequence[Member]) -> Iterator[Finding]:
    """A chain whose leaf does not come first."""
    late = inorder.late_leaf([member.facts for member in members])
    if late is None:
        return
    leaf = members[late]
    code = "client-chain-order" if leaf.facts.extended_key_usage == ("clientAuth",) else "server-chain-order"
    message = f"{file}: the leaf {leaf.facts.subject or leaf.label} is certificate {late + 1}, it must come first"
    yield _warn(code, message, f"put the leaf first, then its issuer: {IN_ORDER}", file)


def on_pairs(keys: Iterable[tuple[str, str]], leaves: Iterable[Member], others: Iterable[str]) -> Iterator[Finding]:
    """Keys without certificate beside certificates without key. keys, others: (label, spki_sha256), spki_sha256."""
    keys, leaves = list(keys), list(leaves)
    private = {spki for _, spki in keys}
    known = {member.facts.spki_sha256 for member in leaves} | set(others)
    lonely = [member for member in leaves if member.facts.spki_sha256 not in private]
    for label, spki in keys:
        if spki not in known and lonely:
            whose = lonely[0].facts.subject or lonely[0].label
            message = f"{label}: this key does not belong to {whose} in {lonely[0].label}"
            if len(lonely) > 1:
                message += f", nor to {len(lonely) - 1} more"
            yield _warn(
                "client-key-mismatch",
                message,
                f"see whose key is where: mtlsctl inspect {word(_folder(lonely[0].label))}",
                label,
            )


def on_strangers(pairs: Iterable[tuple[Member, Member]]) -> Iterator[Finding]:
    """Issuers that are there by name and did not sign."""
    for member, stranger in pairs:
        subject = member.facts.subject or member.label
        message = f"{member.label}: {subject} was not signed by the {stranger.facts.subject} in {stranger.label}"
        hint = "the CA was made again with a new key: find its old certificate, or issue this one anew"
        yield _warn("ca-rekeyed", message, hint, member.label)


def _folder(label: str) -> str:
    return label.rpartition("/")[0] or "."


def on_request(label: str, signature_valid: bool) -> Iterator[Finding]:
    """A CSR that its own key did not sign."""
    if not signature_valid:
        message = f"{label}: the request's signature does not fit its public key"
        yield _warn("csr-bad-signature", message, "whoever sent it does not hold the key: ask for a new one", label)


def on_update(label: str, what: str, next_update: datetime | None, now: datetime) -> Iterator[Finding]:
    """A CRL or OCSP answer that is past its time."""
    if next_update and next_update < now:
        message = f"{label}: this {what} is stale since {_minute(next_update)}"
        yield _warn("revocation-stale", message, "fetch a fresh one: servers that check it refuse everybody", label)


def on_mode(path: str, mode: int) -> Iterator[Finding]:
    """A file with a private key that others than its owner can read."""
    if found := keymode.exposed(path, mode):
        yield found


def few(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings, worst first; of a code that comes too often the first ones and a count."""
    order = sorted(findings, key=lambda f: (-f.verdict.rank, f.code))
    kept: list[Finding] = []
    for _, group in groupby(order, key=lambda f: (f.verdict, f.code)):
        alike = list(group)
        kept += alike[:MAX_ALIKE]
        if len(alike) > MAX_ALIKE:
            rest = f"and {len(alike) - MAX_ALIKE:,} more like these"
            kept.append(Finding(alike[0].code, alike[0].verdict, rest))
    return tuple(kept)


def _warn(code: str, message: str, hint: str, about: str) -> Finding:
    return Finding(code, Verdict.WARN, message, hint, Whose.OURS, about)


def _note(code: str, message: str, hint: str, about: str) -> Finding:
    return Finding(code, Verdict.NOTE, message, hint, Whose.OURS, about)


def _day(when: datetime) -> str:
    return f"{when:%Y-%m-%d}"


def _minute(when: datetime) -> str:
    return f"{when:%Y-%m-%d %H:%M} UTC"

"""A folder's inventory, for a person: a compact table."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from mtlsctl.cli.output import Line
from mtlsctl.cli.text.common import left
from mtlsctl.core.lists import few
from mtlsctl.workflows.inventory import HeldKey, Holding, Inventory

MAX_SHOWN = 200  # of each kind; --json has all


def lines(result: Inventory, at: datetime) -> Iterator[Line]:
    """What there is; certificates, the soonest to expire first; keys; what could not be read."""
    counts = ", ".join(f"{count:,} {kind}{_plural(count, kind)}" for kind, count in result.kinds.items())
    yield [(", ".join(result.folders), "bold"), f": {counts or 'nothing that could be read'}"]
    yield ""
    yield from _table("Certificates, the soonest to expire first", _certificates(result.certificates, at))
    yield from _table("Private keys", _keys(result.keys))
    yield from _table("Could not be read", [[("  " + text, "yellow")] for text in result.unreadable])
    yield from _table("Passed over", [[("  " + text, "dim")] for text in result.passed_over])


def _plural(count: int, kind: str) -> str:
    return "" if count == 1 or kind.endswith(("s", "#7", "#12")) else "s"


def _table(title: str, rows: Sequence[Line]) -> Iterator[Line]:
    if rows:
        yield [(title, "bold")]
        yield from rows[:MAX_SHOWN]
        if len(rows) > MAX_SHOWN:
            yield f"  and {len(rows) - MAX_SHOWN:,} more: --json has all"
        yield ""


def _certificates(held: Sequence[Holding], at: datetime) -> list[Line]:
    told = [(left(one.not_before, one.not_after, at), one) for one in held]
    width = max((len(words) for (words, _), _ in told), default=0)
    return [_certificate(one, words, style, width) for (words, style), one in told]


def _certificate(one: Holding, words: str, style: str, width: int) -> Line:
    name = one.subject or (one.names[0] if one.names else "(no name)")
    role = "  CA" if one.ca else ""
    key = f"  key {', '.join(one.keys)}" if one.keys else "" if one.ca else "  no key here"
    return [(f"  {words:<{width}}  ", style), name, (role, "cyan"), (f"  {few(one.at, 1)}", "dim"), key]


def _keys(held: Sequence[HeldKey]) -> list[Line]:
    width = max((len(one.at) for one in held), default=0)
    return [_key(one, width) for one in held]


def _key(one: HeldKey, width: int) -> Line:
    kind = ", ".join(filter(None, (one.key, "encrypted" if one.encrypted else "")))
    open_to = (f"  readable by {one.open_to}", "bold red") if one.open_to else ("", "")
    alone = "" if one.belongs_to or not one.key else "  nothing here belongs to it"
    return [f"  {one.at:<{width}}  {kind}", (f"  {one.mode}" if one.mode else "", "dim"), open_to, (alone, "yellow")]

"""How `mtlsctl ca` is told to a person."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mtlsctl.cli.output import Line
from mtlsctl.cli.text.common import commands, date, row

if TYPE_CHECKING:
    from mtlsctl.workflows.authority import CaFacts, CaList, CaShown, Exported
    from mtlsctl.workflows.ledger import Count

LISTED = 20  # certificates that `ca show` lists; --json has all
_KEYS = {"plain": "not encrypted", "encrypted": "encrypted", "elsewhere": "not here"}


def created(ca: "CaFacts") -> Iterator[Line]:
    """A new CA: its tree, where it is, what to type next."""
    yield [("created ", "bold green"), f"CA {ca.name}"]
    yield from _tree(ca)
    yield from _details(ca)
    option = f" {ca.option}" if ca.option else ""
    yield from commands(
        [
            f"mtlsctl issue server localhost 127.0.0.1{option}",
            f"mtlsctl issue client alice{option}",
        ]
        if not ca.permitted
        else [f"mtlsctl issue server NAME{option}    # below {', '.join(ca.permitted)}"]
    )


def _tree(ca: "CaFacts") -> Iterator[Line]:
    yield [
        f"  {ca.root.subject}",
        (f"  {ca.root.key}, until {date(ca.root.not_after)}, key {_KEYS[ca.root_key]}", "dim"),
    ]
    yield [
        f"  └─ {ca.issuing.subject}",
        (f"  {ca.issuing.key}, until {date(ca.issuing.not_after)}, key {_KEYS[ca.issuing_key]}", "dim"),
    ]


def _details(ca: "CaFacts") -> Iterator[Line]:
    yield row("folder", str(ca.folder))
    yield row("SHA-256", ca.root.sha256)
    if ca.permitted:
        yield row("permits", ", ".join(ca.permitted) + "; other kinds of names are shut")
    for note in ca.notes:
        yield [("note  ", "cyan"), note]


def listed(found: "CaList") -> Iterator[Line]:
    """The CAs, a line each."""
    if not found.cas and not found.broken:
        yield f"no CA in {found.home}"
        yield from commands(["mtlsctl ca create"])
        return
    width = max([len(ca.name) for ca in found.cas] + [len(ca.name) for ca in found.broken])
    for ca in found.cas:
        counts = ca.counts
        yield [
            (f"{ca.name:<{width}}", "bold"),
            f"  {ca.issuing.key:<12} until {ca.issuing.not_after:%Y-%m-%d}  {_counted(counts)}",
        ]
    for broken in found.broken:
        yield [(f"{broken.name:<{width}}", "bold"), ("  broken: ", "bold red"), broken.reason]
        if broken.hint:
            yield [" " * width, "  ", ("hint: ", "bold"), broken.hint]


def _counted(counts: "Count") -> str:
    return f"{counts.signed} issued, {counts.valid} valid, {counts.expired} expired, {counts.revoked} revoked"


def shown(result: "CaShown") -> Iterator[Line]:
    """One CA and its newest certificates."""
    ca = result.ca
    yield [("CA ", "bold"), (ca.name, "bold")]
    yield from _tree(ca)
    yield from _details(ca)
    counts = ca.counts
    yield row("issued", _counted(counts))
    styles = {"valid": "green", "expired": "yellow", "revoked": "red"}
    width = max((len(line.identity) for line in result.issued[:LISTED]), default=0)
    for line in result.issued[:LISTED]:
        reason = f" ({line.reason})" if line.reason else ""
        yield [
            f"  {line.profile:<7} {line.identity:<{width}}  until {line.not_after:%Y-%m-%d}  ",
            (f"{line.state}{reason}", styles[line.state]),
            (f"  {line.serial_hex}", "dim"),
        ]
    if len(result.issued) > LISTED:
        yield f"  ... and {len(result.issued) - LISTED:,} more: --json has all"


def exported(result: "Exported") -> Iterator[Line]:
    """Where the certificates were written."""
    for facts in result.certificates:
        yield [("wrote ", "bold green"), f"{facts.subject} to {result.file}  ", (f"SHA-256 {facts.sha256}", "dim")]

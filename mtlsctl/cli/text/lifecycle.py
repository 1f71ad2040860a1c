"""How renewals, revocations and CRLs are told to a person."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mtlsctl.cli.output import Line
from mtlsctl.cli.text.common import date, row

if TYPE_CHECKING:
    from mtlsctl.workflows.revoke import Published, Revoked
    from mtlsctl.workflows.rotate import Renewed


def renewed(result: "Renewed") -> Iterator[Line]:
    """A renewal, or why there was none."""
    facts = result.certificate
    if not result.changed:
        where = f"{result.identity} in {result.folder}"
        yield f"not due: {where} is due on {date(result.due_at)} and ends on {date(facts.not_after)}"
        return
    yield [("renewed ", "bold green"), (result.identity, "bold"), f" with CA {result.ca}"]
    yield row("valid", f"until {date(facts.not_after)}, due again on {date(result.due_at)}")
    yield row("serial", f"{facts.serial_hex}, before {result.old_serial_hex}")
    yield row("key", "new" if result.new_key else "the same")
    yield row("files", f"{', '.join(path.name for path in result.files)} in {result.folder}")
    if result.kept:
        yield row("kept", f"the old pair, in {result.kept[0].parent}")
    for note in result.notes:
        yield [("note  ", "cyan"), note]


def revoked(result: "Revoked") -> Iterator[Line]:
    """What is revoked now, and where the CRL lies."""
    for gone in result.certificates:
        word = "was already revoked " if gone.already else "revoked "
        yield [(word, "bold yellow" if gone.already else "bold green"), (gone.identity, "bold"), f"  {gone.serial_hex}"]
        yield row("reason", f"{gone.reason}, on {date(gone.revoked_at)}")
    if result.crl.issuer == "root":
        yield [("note  ", "cyan"), "nothing that this issuing CA signed is valid any more, and it signs no more"]
    if result.remaining:
        listed = ", ".join(result.remaining)
        yield [("note  ", "cyan"), f"still valid for {result.certificates[0].identity}: {listed}"]
    yield from published(result.crl)


def published(crl: "Published") -> Iterator[Line]:
    """A CRL: its number, its times, its files."""
    yield [("published ", "bold green"), f"CRL {crl.number} of {crl.ca}'s {crl.issuer} CA, {crl.revoked} revoked"]
    yield row("valid", f"until {date(crl.next_update)}")
    for path in crl.files:
        yield row("file", str(path))

"""How the demo is told to a person."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mtlsctl.cli.output import Line
from mtlsctl.cli.text.common import commands

if TYPE_CHECKING:
    from mtlsctl.workflows.demo import Step, Story


def step(number: int, one: "Step") -> Iterator[Line]:
    """One step: its title, its commands, its outcome."""
    yield [(f"{number}. ", "bold"), (one.title, "bold")]
    for command in one.commands:
        yield [("   $ ", "dim"), (command, "cyan")]
    style = "green" if one.as_expected else "bold red"
    yield ["   ", (one.outcome, style)]
    for finding in one.findings[:1]:
        if one.outcome == "refused":
            yield ["   ", finding.message, (f"  [{finding.code}]", "dim")]
        if finding.hint:
            yield ["   ", ("hint: ", "bold"), finding.hint]
    yield ""


def ending(story: "Story") -> Iterator[Line]:
    """What was shown, and where to begin."""
    if story.as_expected:
        yield "Only who holds a key with a certificate from this CA got in. Nothing was left behind."
    else:
        yield [("This did not go as it should: please report it with the output above.", "bold red")]
    yield from commands(["mtlsctl ca create", "mtlsctl issue server localhost 127.0.0.1", "mtlsctl --help"])

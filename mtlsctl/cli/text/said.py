"""What another program's text says, for a person: the line, who refused whom, the likely causes, what to type."""

from collections.abc import Iterator
from textwrap import wrap

from mtlsctl.cli.output import Line
from mtlsctl.core import codes
from mtlsctl.core.said.match import Match, Reading, Said
from mtlsctl.core.said.next import commands

WIDTH = 78
MAX_LINE = 300
SHOWN = 5
WHO = {
    "client": "the client refuses the server",
    "server": "the server refuses the client",
    "app": "the application refuses the client, after a TLS handshake that succeeded",
    "network": "nobody: the connection fails before either end judges the other, or hides what it said",
    "local": "nobody: the program cannot use its own files or settings",
    "nobody": "one end refuses the other: the text does not tell which",
}
CALLED = {"names": "valid for", "not_after": "not after", "not_before": "not before"}
LOGS = {"client": "in a client's log", "server": "in a server's log", "": ""}


def lines(said: Said) -> Iterator[Line]:
    """Everything that a text says; what only follows comes last, and short."""
    told = [match for match in said.matches if not match.follows]
    vague = [match for match in said.matches if match.follows]
    for number, match in enumerate(told[:SHOWN]):
        if number:
            yield ""
        yield from _one(match)
    if len(told) > SHOWN:
        yield ""
        yield [("and     ", "dim"), f"{len(told) - SHOWN} more: --json has all"]
    if vague:
        yield ""
        yield from _wrapped("also    ", "; ".join(dict.fromkeys(_short(match.line, 60) for match in vague[:SHOWN])))


def _one(match: Match) -> Iterator[Line]:
    times = f" ({match.times} times)" if match.times > 1 else ""
    yield from _wrapped("text    ", _short(match.line, MAX_LINE) + times, "bold")
    where = LOGS[match.side] if not match.otherwise else "in either end's log"
    yield from _wrapped("from    ", f"{match.stack}{f', {where}' if where else ''}")
    if match.otherwise:
        for reading in (Reading(match.side, match.refused_by, match.codes, match.says), *match.otherwise):
            yield ""
            yield [(f"{LOGS[reading.side]}:", "bold")]
            yield from _reading(reading)
    else:
        yield from _reading(Reading(match.side, match.refused_by, match.codes, match.says))
    if named := [f"{CALLED.get(name, name)} {_short(value, 120)}" for name, value in match.operands.items()]:
        yield from _wrapped("names   ", "; ".join(named))
    if match.note:
        yield from _wrapped("note    ", match.note)
    for number, command in enumerate(commands(match)):
        yield [("next    " if not number else "        ", "dim"), command]


def _reading(reading: Reading) -> Iterator[Line]:
    if not reading.codes or reading.says != codes.CODES[reading.codes[0]].title:
        yield from _wrapped("says    ", reading.says)
    if " refuses " not in reading.says:
        yield from _wrapped("refused ", WHO[reading.refused_by])
    for number, code in enumerate(reading.codes):
        label = ("cause   " if len(reading.codes) == 1 else "likely  ") if not number else "        "
        title = codes.CODES[code].title
        if len(label) + len(title) + len(code) + 4 <= WIDTH:
            yield [(label, "dim"), title, (f"  [{code}]", "dim")]
        else:
            yield [(label, "dim"), title]
            yield [(f"{'':10}[{code}]", "dim")]


def _wrapped(label: str, value: str, style: str = "") -> Iterator[Line]:
    for number, part in enumerate(wrap(value, WIDTH - len(label)) or [""]):
        shown: str | tuple[str, str] = (part, style) if style else part
        yield [(label if not number else " " * len(label), "dim"), shown]


def _short(value: str, most: int) -> str:
    return value if len(value) <= most else value[:most] + "..."

"""What happens at the debug server, as lines: when, which connection, who, what."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from mtlsctl.cli.output import Line
from mtlsctl.core.observation import version_words

if TYPE_CHECKING:
    from mtlsctl.workflows.visit import Event

_STYLES = {
    "accepted": "green",
    "refused": "bold red",
    "request": "cyan",
    "closed": "yellow",
    "reloaded": "cyan",
    "kept": "bold red",
}


def lines(event: "Event") -> Iterable[Line]:
    """One line for an event; the findings of a refused connection follow it."""
    if event.kind.value == "listening":
        yield [("listening on ", "bold"), f"https://{event.detail}"]
        return
    kind = event.kind.value
    plain = event.refused_by == "nobody" and kind in ("closed", "refused")
    yield [
        (f"{event.at.astimezone():%H:%M:%S} ", "dim"),
        f"#{event.connection} " if event.connection else "",
        (f"{kind:<8}", "dim" if plain else _STYLES[kind]),
        f" {_from(event)}{_what(event)}".rstrip(),
    ]
    if event.kind.value == "accepted" and not event.findings:
        yield from _doubts(event)


def _from(event: "Event") -> str:
    """Who came: the client, and who brought it."""
    who = f"{event.proxied_for} through {event.peer}" if event.proxied_for else event.peer
    return f"{who}  " if who else ""


def _what(event: "Event") -> str:
    who = event.client
    if event.findings and event.kind.value not in ("accepted", "reloaded"):
        return who.certificate.subject if who and who.certificate else ""
    if who is None:
        return event.detail
    name = (who.certificate.subject or "(empty subject)") if who.certificate else "no client certificate"
    agreed = [version_words(who.version), who.cipher, who.group, who.alpn]
    return f"{name}, {', '.join(part for part in agreed if part)}"


def _doubts(event: "Event") -> Iterable[Line]:
    """Who else would refuse a client that is good here."""
    for one in event.would_refuse:
        yield ["         ", ("elsewhere: ", "yellow"), f"{one.message}: refused by {', '.join(one.who)}"]

"""What happens at the debug server, as lines: when, which connection, who, what."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from mtlsctl.cli.output import Line

if TYPE_CHECKING:
    from mtlsctl.workflows.visit import Event

_STYLES = {"accepted": "green", "refused": "bold red", "request": "cyan", "closed": "yellow"}


def lines(event: "Event") -> Iterable[Line]:
    """One line for an event; the findings of a refused connection follow it."""
    if event.kind.value == "listening":
        yield [("listening on ", "bold"), f"https://{event.detail}"]
        return
    kind = event.kind.value
    plain = kind == "closed" and event.confidence == "certain"
    yield [
        (f"{event.at.astimezone():%H:%M:%S} ", "dim"),
        f"#{event.connection} ",
        (f"{kind:<8}", "dim" if plain else _STYLES[kind]),
        f" {event.peer}  {_what(event)}",
    ]


def _what(event: "Event") -> str:
    who = event.client
    if event.findings:
        return who.certificate.subject if who and who.certificate else ""
    if who is None:
        return event.detail
    name = (who.certificate.subject or "(empty subject)") if who.certificate else "no client certificate"
    agreed = [who.version.replace("TLSv", "TLS "), who.cipher, who.group, who.alpn]
    return f"{name}, {', '.join(part for part in agreed if part)}"

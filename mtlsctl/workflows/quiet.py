"""Health checks in few words: connections that come and go without a word are counted, not listed."""

import time
from collections.abc import Iterator

from mtlsctl.core.findings import Verdict
from mtlsctl.workflows import clock
from mtlsctl.workflows.visit import Event, Kind

WINDOW = 60.0  # seconds between two words about one address
_MOST = 256  # addresses that are counted at once; those beyond are listed one by one


class Quiet:
    """Lets the first of an address through, then one event for all that came within WINDOW."""

    def __init__(self) -> None:
        self._until: dict[str, float] = {}
        self._held: dict[str, tuple[int, Event]] = {}
        """How many of an address, and the last of them."""

    def wait(self) -> float | None:
        """Seconds until there is something to say; None: nothing is held back."""
        due = [self._until[host] for host in self._held]
        return max(min(due) - time.monotonic(), 0.0) if due else None

    def through(self, event: Event) -> Iterator[Event]:
        """The event, unless it is one more of the same."""
        host = event.peer.rpartition(":")[0]
        if not _wordless(event) or (host not in self._until and len(self._until) >= _MOST):
            yield event
        elif host in self._until:
            self._held[host] = self._held.get(host, (0, event))[0] + 1, event
        else:
            self._until[host] = time.monotonic() + WINDOW
            yield event

    def due(self, *, all_of_it: bool = False) -> Iterator[Event]:
        """What was held back long enough; all of it at the end."""
        now = time.monotonic()
        for host in [h for h, until in self._until.items() if all_of_it or until <= now]:
            if held := self._held.pop(host, None):
                self._until[host] = now + WINDOW
                yield _together(host, *held)
            else:
                del self._until[host]


def _wordless(event: Event) -> bool:
    """Connected and left: a REFUSED that refuses nobody."""
    return event.kind is Kind.REFUSED and bool(event.findings) and event.findings[0].verdict is Verdict.NOTE


def _together(host: str, count: int, last: Event) -> Event:
    if count == 1:
        return last
    words = f"{count} more connections from {host} came and left without a word, as health checks do"
    found = last.findings[0]._replace(message=words)
    return last._replace(at=clock.now(), detail=words, findings=(found,), times=count)

"""What of a graph is drawn: boxes for authorities, lists for what they issued, the rest counted."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from mtlsctl.core.graph import Authority, Card, Edge, Graph, State

MAX_ROWS = 16  # certificates that are listed below an issuer; the others are counted
MAX_BOXES = 200  # authorities in one picture
MAX_SIBLINGS = 6  # CAs below one issuer that issued nothing here: more of them become a list

_ORDER: dict[State, int] = {"soon": 0, "fine": 1, "not-yet-valid": 2, "unreadable": 3, "expired": 4, "revoked": 5}


class Listing(NamedTuple):
    """What an authority issued that issued nothing itself."""

    issuer: int
    shown: tuple[Card, ...]
    """The first to expire of those that live, then the others."""
    hidden: int
    states: tuple[tuple[State, int], ...]
    """How many of the hidden are in each state, but fine."""

    @property
    def more(self) -> str:
        """What stands for the hidden: "and 9,990 more: 12 expired"; "" where there are none."""
        if not self.hidden:
            return ""
        words = ", ".join(f"{count:,} {state_words(state)}" for state, count in self.states)
        return f"and {self.hidden:,} more" + (f": {words}" if words else "")


class View(NamedTuple):
    """What is drawn."""

    authorities: tuple[Authority, ...]
    listings: tuple[Listing, ...]
    edges: tuple[Edge, ...]
    left_out: int
    """Authorities for which there is no room."""


def state_words(state: State) -> str:
    """A state as people say it."""
    return {"soon": "expiring soon", "not-yet-valid": "not yet valid"}.get(state, state)


def view(graph: Graph, rows: int = MAX_ROWS) -> View:
    """A graph of any size as a picture of bounded size."""
    # 1. Many CAs below one issuer, with nothing below them here, are a list like leaves.
    moved = _moved(graph)
    # 2. Where there are still too many boxes, those with the most below them stay.
    rest = [a for a in graph.authorities if a.number not in moved]
    kept = _most_telling(rest, graph.edges)
    numbers = {a.number for a in kept}
    # 3. Lists: what lives and expires first comes first, and what is beyond the limit is counted.
    extra: dict[int, list[Card]] = defaultdict(list)
    for number, issuer in moved.items():
        extra[issuer] += graph.authorities[number].certificates
    issued = ((a.number, [*a.issued, *extra[a.number]]) for a in kept)
    listings = tuple(_listing(number, cards, rows) for number, cards in issued if cards)
    edges = tuple(e for e in graph.edges if {e.issuer, e.subject} <= numbers)
    return View(tuple(replace(a, issued=()) for a in kept), listings, edges, len(rest) - len(kept))


def _moved(graph: Graph) -> dict[int, int]:
    """The CAs that go into the list of their issuer: its number by theirs."""
    issuing = {edge.issuer for edge in graph.edges}
    above = defaultdict(list)
    for edge in graph.edges:
        above[edge.subject].append(edge)
    siblings: dict[int, list[int]] = defaultdict(list)
    for a in graph.authorities:
        alone = len(a.certificates) == len(above[a.number]) == 1 and not a.issued and a.number not in issuing
        if alone and a.certificates[0].kind == "intermediate":
            siblings[above[a.number][0].issuer].append(a.number)
    many = {issuer: found for issuer, found in siblings.items() if len(found) > MAX_SIBLINGS}
    return {number: issuer for issuer, found in many.items() for number in found}


def _most_telling(authorities: Sequence[Authority], edges: Iterable[Edge]) -> list[Authority]:
    lines = Counter(number for e in edges for number in (e.issuer, e.subject))
    ranked = sorted(authorities, key=lambda a: (-lines[a.number], -len(a.issued), a.number))
    return sorted(ranked[:MAX_BOXES], key=lambda a: a.number)


def _listing(issuer: int, cards: Iterable[Card], rows: int) -> Listing:
    ordered = sorted(cards, key=lambda c: (_ORDER[c.state], c.not_after, c.title, c.sha256))
    cut = len(ordered) if len(ordered) <= rows + 1 else rows  # "and 1 more" takes the room of the one
    counts = Counter(c.state for c in ordered[cut:] if c.state != "fine")
    states = tuple(sorted(counts.items(), key=lambda pair: _ORDER[pair[0]]))
    return Listing(issuer, tuple(ordered[:cut]), len(ordered) - cut, states)

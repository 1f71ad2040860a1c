"""A graph as a picture: SVG that needs nothing else, reads in light and dark, and prints."""

from collections.abc import Iterator, Sequence

from mtlsctl.core.graph import Card, Edge, Graph
from mtlsctl.core.graph_cards import WIDTH, Vertex, colour_of, draw, plain
from mtlsctl.core.graph_ink import DEFS, STYLE, fit, length, safe, text
from mtlsctl.core.graph_layout import RISE, Box, Spot, place
from mtlsctl.core.graph_view import View, state_words, view

MARGIN, TITLE, ARCH = 40.0, 92.0, 46.0
NARROWEST = 2 * WIDTH + 60


def as_svg(graph: Graph, heading: str = "") -> str:
    """The graph as an SVG document. heading: what it is of. Strangers chose most of the words: they are escaped."""
    shown = view(graph)
    picture = _Picture(shown)
    width, height = picture.width + 2 * MARGIN, picture.height + 2 * MARGIN + TITLE
    size = f'viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" height="{height:.0f}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img"><title>{safe(heading or "Certificates")}</title>',
        f'<style>{STYLE}</style>{DEFS}<rect class="page" width="100%" height="100%"/>',
        *_heading(graph, shown, heading),
        *_legend(graph, shown),
        f'<g transform="translate({MARGIN:.0f},{MARGIN + TITLE:.0f})">',
        *picture.lines(),
        *picture.boxes(),
        "</g></svg>",
    ]
    return "\n".join(parts) + "\n"


class _Picture:
    """The boxes in their places, and the lines between them."""

    def __init__(self, shown: View) -> None:
        self.edges = shown.edges
        self.guessed = _guessed(shown)
        named = {a.number: a for a in shown.authorities}
        self.titles = {number: a.title for number, a in named.items()}
        self.vertices = [Vertex(a) for a in shown.authorities]
        self.vertices += [Vertex(named[listing.issuer], listing) for listing in shown.listings]
        self.index = {v.authority.number: i for i, v in enumerate(self.vertices) if v.listing is None}
        layout = place(list(self._to_place()), widest=3 * WIDTH)
        self.lift = 0.0
        self.spots, self.trunks = layout.spots, layout.trunks
        if any(self.arched(edge) for edge in self.edges):
            self.lift = ARCH
            self.spots = tuple(Spot(s.x, s.y + ARCH) for s in layout.spots)
            self.trunks = {i: Spot(s.x, s.y + ARCH) for i, s in layout.trunks.items()}
        self.width, self.height = max(layout.width, NARROWEST), layout.height + self.lift

    def _to_place(self) -> Iterator[Box]:
        """The vertices with what is above them: lists below their issuer, roots below nothing."""
        above: dict[int, list[int]] = {}
        for edge in sorted(self.edges, key=lambda e: e.cross):
            above.setdefault(edge.subject, []).append(self.index[edge.issuer])
        for vertex in self.vertices:
            number = vertex.authority.number
            if vertex.listing:
                yield Box(WIDTH, vertex.height, self.index[number], hangs=True)
                continue
            parents = list(dict.fromkeys(above.get(number, [])))
            first = None if vertex.root or not parents else parents[0]
            yield Box(WIDTH, vertex.height, first, tuple(p for p in parents if p != first))

    def boxes(self) -> Iterator[str]:
        """Every box."""
        signers = {e.certificate: self.titles[e.issuer] for e in self.edges if e.cross}
        for vertex, spot in zip(self.vertices, self.spots, strict=True):
            yield f'<g transform="translate({spot.x:.1f},{spot.y:.1f})">{"".join(draw(vertex, signers))}</g>'

    def arched(self, edge: Edge) -> bool:
        """Whether a line leads sideways or up: between roots that signed each other."""
        start, end = self.index[edge.issuer], self.index[edge.subject]
        return self.spots[end].y < self.spots[start].y + self.vertices[start].height

    def lines(self) -> Iterator[str]:
        """Every line, with its tip."""
        for i, vertex in enumerate(self.vertices):
            if vertex.listing:
                kind = "line" + " guess" * any(c.sha256 in self.guessed for c in vertex.listing.shown)
                yield self._down(self.index[vertex.authority.number], i, 0, kind)
        for edge in self.edges:
            start, end = self.index[edge.issuer], self.index[edge.subject]
            kind = "line" + " cross" * edge.cross + " guess" * (edge.certificate in self.guessed)
            yield self._arch(start, end, kind) if self.arched(edge) else self._down(start, end, 36.0 * edge.cross, kind)

    def _down(self, start: int, end: int, aside: float, kind: str) -> str:
        above, below = self.spots[start], self.spots[end]
        x1, y1, y2 = above.x + WIDTH / 2 + aside, above.y + self.vertices[start].height, below.y - 6
        x2 = below.x + WIDTH / 2 + (aside if above.x >= below.x else -aside)
        if end in self.trunks and not aside:
            trunk = self.trunks[end]
            path = f"M{x1:.1f} {y1:.1f}V{y1 + RISE / 2:.1f}H{trunk.x:.1f}V{trunk.y:.1f}H{x2:.1f}V{y2:.1f}"
            return _line(path, x2, y2, kind)
        bend = min(RISE * 0.55, (y2 - y1) * 0.6)
        path = f"M{x1:.1f} {y1:.1f}C{x1:.1f} {y1 + bend:.1f} {x2:.1f} {y2 - bend:.1f} {x2:.1f} {y2:.1f}"
        return _line(path, x2, y2, kind)

    def _arch(self, start: int, end: int, kind: str) -> str:
        one, other = self.spots[start], self.spots[end]
        aside = 56.0 if other.x >= one.x else -56.0
        x1, x2, top = one.x + WIDTH / 2 + aside, other.x + WIDTH / 2 - aside, min(one.y, other.y) - ARCH
        path = f"M{x1:.1f} {one.y:.1f}C{x1:.1f} {top:.1f} {x2:.1f} {top:.1f} {x2:.1f} {other.y - 6:.1f}"
        return _line(path, x2, other.y - 6, kind)


def _guessed(shown: View) -> set[str]:
    """The certificates whose issuer is at hand and known by name and key identifier alone."""
    there = {a.number for a in shown.authorities if a.certificates}
    found = {c.sha256 for one in shown.listings if one.issuer in there for c in one.shown if c.proof == "identifiers"}
    return found | {e.certificate for e in shown.edges if e.issuer in there and e.proof == "identifiers"}


def _line(path: str, x: float, y: float, kind: str) -> str:
    """A line and its tip, which points down at its end."""
    tip = "tipcross" if "cross" in kind else "tip"
    return f'<path class="{kind}" d="{path}"/><path class="{tip}" d="M{x - 4:.1f} {y - 2:.1f}h8l-4 7Z"/>'


def _heading(graph: Graph, shown: View, heading: str) -> Iterator[str]:
    cards = [c for a in graph.authorities for c in (*a.certificates, *a.issued)]
    words = [f"{len(cards):,} certificate{'' if len(cards) == 1 else 's'}", *_counted(cards)]
    if missing := len(graph.missing):
        words.append(f"{missing:,} issuer{'' if missing == 1 else 's'} missing")
    if shown.left_out:
        words.append(f"{shown.left_out:,} authorities not drawn")
    yield text(MARGIN, MARGIN + 14, fit(plain(heading or "Certificates"), NARROWEST, 18), "h1")
    yield text(MARGIN, MARGIN + 34, f"{', '.join(words)} · {graph.at:%Y-%m-%d %H:%M} UTC", "dim")


def _counted(cards: Sequence[Card]) -> Iterator[str]:
    found = [card.state for card in cards]
    for state in dict.fromkeys(found):
        if state != "fine":
            yield f"{found.count(state):,} {state_words(state)}"


def _legend(graph: Graph, shown: View) -> Iterator[str]:
    """What the signs mean, those alone that are in the picture."""
    x, y = MARGIN, MARGIN + 58
    for sign, width, words in _signs(graph, shown):
        yield f'<g transform="translate({x:.0f},{y:.0f})">{sign}</g>{text(x + width, y, words, "dim")}'
        x += width + length(words, 11) + 14


def _signs(graph: Graph, shown: View) -> Iterator[tuple[str, float, str]]:
    """Each sign, how much room it takes, and its meaning."""
    cards = [c for a in graph.authorities for c in (*a.certificates, *a.issued)]
    meanings: dict[str, dict[str, None]] = {"fine": {}, "soon": {}, "bad": {}}
    for card in cards:
        meanings[colour_of(card.state)]["valid" if card.state == "fine" else state_words(card.state)] = None
    for kind, words in meanings.items():
        if words:
            yield f'<circle class="{kind}" cx="4" cy="-4" r="4"/>', 14, " or ".join(words)
    if any(card.key_at_hand for card in cards):
        yield '<use href="#key" class="keyed" y="-9"/>', 18, "private key at hand"
    if any(edge.cross for edge in shown.edges):
        yield '<path class="line cross" d="M0 -4h26"/>', 33, "cross-signed"
    if _guessed(shown):
        yield '<path class="line guess" d="M0 -4h26"/>', 33, "by name and key identifier alone"
    if graph.missing:
        yield '<rect class="missing" y="-10" width="20" height="12" rx="3"/>', 27, "issuer not at hand"

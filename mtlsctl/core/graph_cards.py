"""The boxes of the picture of a graph: an authority with its certificates, the list of what it issued."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from mtlsctl.core.graph import Authority, Card, State
from mtlsctl.core.graph_ink import fit, length, safe, text
from mtlsctl.core.graph_view import Listing, state_words

WIDTH, PAD = 300.0, 14.0
INNER = WIDTH - 2 * PAD
HEAD, SUBTITLE, ROW, MORE, FOOT = 30.0, 15.0, 40.0, 24.0, 6.0  # heights of a box's parts
INDENT = PAD + 14
NAMES = INDENT + 92  # where names begin, right of the fingerprint


class Vertex(NamedTuple):
    """A box: an authority, or the list of what it issued."""

    authority: Authority
    listing: Listing | None = None

    @property
    def root(self) -> bool:
        """Whether it stands on top."""
        return any(card.kind in ("root", "self-signed") for card in self.authority.certificates)

    @property
    def subtitle(self) -> str:
        """What the title leaves out."""
        one = self.authority
        if not one.certificates:
            return " ".join(filter(None, ["missing issuer", one.key_id[:16]]))
        if len(one.certificates) > 1:
            return f"one key, {len(one.certificates)} certificates"
        return "" if one.subject in (f"CN={one.title}", one.title) else one.subject

    @property
    def height(self) -> float:
        """How high its box is."""
        if self.listing:
            return HEAD + ROW * len(self.listing.shown) + (MORE if self.listing.hidden else 0)
        below = ROW * len(self.authority.certificates)
        return HEAD + (SUBTITLE if self.subtitle else 0) + below + FOOT


def draw(vertex: Vertex, cross_signers: Mapping[str, str]) -> Iterator[str]:
    """A box with its upper left corner at the origin. cross_signers: their titles, by certificate."""
    kind = "box" if vertex.listing or not vertex.root else "root"
    kind = kind if vertex.listing or vertex.authority.certificates else "missing"
    yield f'<rect class="{kind}" width="{WIDTH:.0f}" height="{vertex.height:.1f}" rx="8"/>'
    yield from _list(vertex.authority, vertex.listing) if vertex.listing else _authority(vertex, cross_signers)


def _authority(vertex: Vertex, cross_signers: Mapping[str, str]) -> Iterator[str]:
    authority = vertex.authority
    yield f"<title>{safe(authority.subject or authority.title)}</title>"
    yield text(PAD, 22, fit(plain(authority.title), INNER, 15), "h")
    y = HEAD
    if vertex.subtitle:
        yield text(PAD, y + 7, fit(vertex.subtitle, INNER, 11), "dim")
        y += SUBTITLE
    for card in authority.certificates:
        signer = cross_signers.get(card.sha256)
        yield from _row(card, y, "cross-signed" if signer else card.kind, f"by {signer}" if signer else _names(card))
        y += ROW


def _list(authority: Authority, listing: Listing) -> Iterator[str]:
    count = len(listing.shown) + listing.hidden
    words = f"{count:,} certificate{'' if count == 1 else 's'} issued"
    yield f"<title>issued by {safe(authority.subject or authority.title)}</title>{text(PAD, 19, words, 'dim')}"
    y = HEAD
    for card in listing.shown:
        yield f'<path class="rule" d="M0 {y:.0f}H{WIDTH:.0f}"/>'
        yield from _row(card, y + 2, card.title, _names(card))
        y += ROW
    if listing.hidden:
        yield f'<path class="rule" d="M0 {y:.0f}H{WIDTH:.0f}"/>{text(PAD, y + 16, fit(listing.more, INNER, 11), "dim")}'


def _row(card: Card, y: float, words: str, beside: str) -> Iterator[str]:
    """A certificate: what or who it is and how long, then its fingerprint, what else it is called, its key."""
    yield f"<g><title>{safe(_tooltip(card))}</title>"
    colour, when = colour_of(card.state), _when(card)
    yield f'<circle class="{colour}" cx="{PAD + 4:.0f}" cy="{y + 10:.1f}" r="4"/>'
    room = WIDTH - PAD - INDENT - length(when, 12) - 8
    yield text(INDENT, y + 14, fit(plain(words), room, 12, keep_end="://" in words), "")
    yield text(WIDTH - PAD, y + 14, when, colour, "end")
    yield from _second_line(card, y + 30, beside)
    yield "</g>"


def colour_of(state: State) -> str:
    """The class of a state's colour."""
    return state if state in ("fine", "soon") else "bad"


def _when(card: Card) -> str:
    if card.state in ("unreadable", "not-yet-valid", "revoked"):
        return state_words(card.state)
    word = {"expired": "expired", "soon": "soon,"}.get(card.state, "until")
    return f"{word} {card.not_after:%Y-%m-%d}"


def plain(name: str) -> str:
    """A subject alternative name without its tag."""
    kind, _, rest = name.partition(":")
    return rest if kind in ("DNS", "URI", "email", "IP") and rest else name


def _tooltip(card: Card) -> str:
    return "; ".join(filter(None, [card.subject, ", ".join(card.names[:20]), f"SHA-256 {card.sha256}", card.found]))


def _names(card: Card) -> str:
    """The first of its names that is not its title, and how many more there are."""
    others = [plain(name) for name in card.names if plain(name) != plain(card.title)]
    return (others[0] + (f" +{len(others) - 1}" if len(others) > 1 else "")) if others else ""


def _second_line(card: Card, y: float, words: str) -> Iterator[str]:
    yield text(INDENT, y, card.sha256[:12], "mono")
    right = WIDTH - PAD
    if card.key_at_hand:
        yield f'<use href="#key" class="keyed" x="{right - 13:.1f}" y="{y - 9:.1f}"/>'
        right -= 20
    if card.shared_key:
        tag = f"same key {card.shared_key}"
        yield text(right, y, tag, "tag", "end")
        right -= length(tag, 10.5) + 4
    if words:
        yield text(NAMES, y, fit(words, right - NAMES, 11, keep_end="://" in words), "dim")

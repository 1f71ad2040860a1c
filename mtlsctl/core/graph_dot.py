"""A graph as DOT, the language of Graphviz."""

from collections.abc import Iterator

from mtlsctl.core.graph import Authority, Card, Graph
from mtlsctl.core.graph_view import Listing, View, state_words, view
from mtlsctl.core.lists import few
from mtlsctl.core.printable import printable

_COLOURS = {
    "fine": "#1a7f37",
    "soon": "#b35900",
    "expired": "#c62828",
    "not-yet-valid": "#c62828",
    "revoked": "#c62828",
    "unreadable": "#c62828",
}
MAX_TEXT = 64  # characters of a line
_HEAD = """digraph pki {
  rankdir=LR; nodesep=0.15; ranksep=0.9;
  graph [fontname="Helvetica,Arial,sans-serif"];
  node [shape=box, style=rounded, fontname="Helvetica,Arial,sans-serif", fontsize=10, color="#57606a"];
  edge [color="#57606a"];"""


def as_dot(graph: Graph) -> str:
    """The graph as DOT: a vertex for each certificate, dashed for an issuer that is missing. Names are escaped."""
    return "\n".join(_lines(view(graph))) + "\n"


def _lines(shown: View) -> Iterator[str]:
    tails = {a.number: _tail(a) for a in shown.authorities}
    yield _HEAD
    for authority in shown.authorities:
        yield from _authority(authority)
    tops = [tails[a.number] for a in shown.authorities if _on_top(a)]
    yield f"  {{ rank=source; {'; '.join(tops)} }}"
    for edge in shown.edges:
        style = {"style": "dashed", "label": '"cross-signed"', "fontsize": "9"} if edge.cross else {}
        style |= {"color": "gray", "arrowhead": "empty"} if edge.proof == "identifiers" else {}
        yield f"  {tails[edge.issuer]} -> {_vertex_id(edge.certificate)}{_attributes(style)};"
    for listing in shown.listings:
        yield from _listing(listing, tails[listing.issuer])
    if shown.left_out:
        yield f'  left_out [label="and {shown.left_out:,} more authorities"];'
    yield "}"


def _tail(authority: Authority) -> str:
    """The vertex that an authority's lines come from: the one of its certificates that peers go by."""
    first = _in_order(authority)[:1]
    return _vertex_id(first[0].sha256) if first else f"missing{authority.number}"


def _in_order(authority: Authority) -> list[Card]:
    """An authority's certificates: those that live first, and its own before those that others signed."""
    return sorted(
        authority.certificates, key=lambda c: (c.state not in ("fine", "soon"), c.kind not in ("root", "self-signed"))
    )


def _vertex_id(sha256: str) -> str:
    return f"c{sha256[:32]}"


def _on_top(authority: Authority) -> bool:
    return not authority.certificates or any(c.kind in ("root", "self-signed") for c in authority.certificates)


def _authority(authority: Authority) -> Iterator[str]:
    if not authority.certificates:
        label = _text("missing issuer", authority.title, authority.key_id[:16])
        ghost = {"label": label, "style": '"rounded,dashed"'}
        yield f"  {_tail(authority)}{_attributes(ghost)};"
        return
    for card in authority.certificates:
        yield _vertex(card)
    first, *others = (_vertex_id(card.sha256) for card in _in_order(authority))
    style = _attributes({"dir": "none", "style": "dotted", "label": '"same key"', "fontsize": "9"})
    for other in others:
        yield f"  {first} -> {other}{style};"


def _vertex(card: Card) -> str:
    state = "" if card.state == "fine" else f", {state_words(card.state)}"
    key = ["key at hand" * card.key_at_hand, f"same key {card.shared_key}" * bool(card.shared_key)]
    label = _text(
        card.title,
        f"{card.kind}, until {card.not_after:%Y-%m-%d}{state}",
        few(card.names, 1),
        ", ".join([card.sha256[:16], *filter(None, key)]),
    )
    style = {"label": label, "color": f'"{_COLOURS[card.state]}"', "tooltip": _text(card.subject)}
    return f"  {_vertex_id(card.sha256)}{_attributes(style)};"


def _listing(listing: Listing, issuer: str) -> Iterator[str]:
    for card in listing.shown:
        yield _vertex(card)
        yield f"  {issuer} -> {_vertex_id(card.sha256)};"
    if listing.hidden:
        style = {"label": _text(listing.more), "style": '"rounded,dotted"'}
        yield f"  more{listing.issuer}{_attributes(style)};"
        yield f"  {issuer} -> more{listing.issuer};"


def _attributes(values: dict[str, str]) -> str:
    return f" [{', '.join(f'{name}={value}' for name, value in values.items())}]" if values else ""


def _text(*lines: str) -> str:
    """Lines of text as a DOT string. Graphviz reads escapes (escString) and HTML's entities in every label."""
    return '"' + "\\n".join(_escaped(line) for line in lines if line) + '"'


def _escaped(line: str) -> str:
    text = printable(line if len(line) <= MAX_TEXT else line[: MAX_TEXT - 1] + "…")
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("&", "&amp;")

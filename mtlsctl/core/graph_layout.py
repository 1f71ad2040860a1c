"""Where the boxes of a layered drawing stand: trees side by side, their neighbours next to them, on shelves."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import NamedTuple

GAP = 34.0  # between neighbours, in the drawing's units
RISE = 66.0  # between a layer and the next
WRAP = 2400.0  # a family that is wider stands in rows, with a trunk along them
TRUNK = 20.0  # the room for the trunk
SHELF = 60.0  # between what is not connected
ASPECT = 1.5  # width to height that is aimed at
SWEEPS = 4  # of the barycentre method; pictures of this kind settle in two


class Box(NamedTuple):
    """What is to be placed."""

    width: float
    height: float
    parent: int | None
    """The number of the box that it stands below; None: on top."""
    others: tuple[int, ...] = ()
    """Further boxes from which lines lead to it."""
    hangs: bool = False
    """It has nothing below it and may reach past its layer."""


class Spot(NamedTuple):
    """Where a box's upper left corner is."""

    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Layout:
    """The places, by number, and the size of the whole."""

    spots: tuple[Spot, ...]
    trunks: dict[int, Spot]
    """Of the boxes that stand in rows: where the line to them leaves the trunk."""
    width: float
    height: float


def place(boxes: Sequence[Box], widest: float = 0.0) -> Layout:
    """Place boxes: each below its parent, layers aligned within what is connected, nothing over anything else.

    Boxes whose parents go round in a circle are cut open at the first. widest: a width to use whatever the shape.
    """
    plan = _Plan(boxes)
    blocks = [plan.block(tops) for tops in plan.components()]
    blocks.sort(key=lambda block: (-block.height, -block.width, min(block.spots)))
    area = sum((b.width + SHELF) * (b.height + SHELF) for b in blocks)
    limit = max([widest, sqrt(area * ASPECT), *(b.width for b in blocks)])
    corners = list(_on_shelves(blocks, limit))
    whole = _together(blocks, corners)
    return Layout(tuple(whole.spots[i] for i in range(len(boxes))), whole.trunks, whole.width, whole.height)


class _Block(NamedTuple):
    """What is connected, placed by itself."""

    spots: dict[int, Spot]
    trunks: dict[int, Spot]
    width: float
    height: float


def _together(blocks: Sequence[_Block], corners: Sequence[Spot]) -> _Block:
    """Blocks at their corners as one."""
    spots: dict[int, Spot] = {}
    trunks: dict[int, Spot] = {}
    width = height = 0.0
    for block, (x, y) in zip(blocks, corners, strict=True):
        spots |= {i: Spot(x + spot.x, y + spot.y) for i, spot in block.spots.items()}
        trunks |= {i: Spot(x + spot.x, y + spot.y) for i, spot in block.trunks.items()}
        width, height = max(width, x + block.width), max(height, y + block.height)
    return _Block(spots, trunks, width, height)


def _on_shelves(blocks: Sequence[_Block], limit: float) -> Iterator[Spot]:
    """A place for each block, the highest first: below a narrow one where there is room, beside, or below all."""
    top = bottom = right = 0.0
    columns: list[tuple[float, float, float]] = []  # left edge, width, lower edge
    for block in blocks:
        free = (c for c in columns if block.width <= c[1] and c[2] + SHELF + block.height <= bottom)
        if column := next(free, None):
            columns[columns.index(column)] = (column[0], column[1], column[2] + SHELF + block.height)
            yield Spot(column[0], column[2] + SHELF)
            continue
        if columns and right + block.width > limit:
            top, right, columns = bottom + SHELF, 0.0, []
        columns.append((right, block.width, top + block.height))
        yield Spot(right, top)
        bottom, right = max(bottom if right else 0.0, top + block.height), right + block.width + SHELF


class _Plan:
    """The forest of parents, and the layers."""

    def __init__(self, boxes: Sequence[Box]) -> None:
        self.boxes = boxes
        self.parents = _without_circles(boxes)
        self.children: dict[int, list[int]] = defaultdict(list)
        for i, parent in enumerate(self.parents):
            if parent is not None:
                self.children[parent].append(i)
        self.tops = [i for i, parent in enumerate(self.parents) if parent is None]
        self.neighbours: dict[int, set[int]] = defaultdict(set)
        for i, box in enumerate(boxes):
            for other in box.others:
                self.neighbours[i].add(other)
                self.neighbours[other].add(i)
        self.layers = self._layers()

    def below(self, top: int) -> list[int]:
        """A tree's boxes, each after its parent."""
        found = [top]
        for i in found:
            found += self.children[i]
        return found

    def components(self) -> list[list[int]]:
        """The tops, those that lines connect together."""
        root = {i: top for top in self.tops for i in self.below(top)}
        linked: dict[int, set[int]] = defaultdict(set)
        for i, others in self.neighbours.items():
            linked[root[i]] |= {root[other] for other in others}
        seen: set[int] = set()
        found = []
        for top in self.tops:
            group = [top] if top not in seen else []
            for one in group:  # grows while it is walked
                seen.add(one)
                group += sorted(linked[one] - seen - set(group))
            if group:
                found.append(group)
        return found

    def _layers(self) -> list[int]:
        """The longest way down; lines that lead up again, and those to boxes on top, do not count."""
        layers = [0] * len(self.boxes)
        order = [i for top in self.tops for i in self.below(top) if self.parents[i] is not None]
        above = self._above(order)
        for _ in self.boxes:  # a line across trees may push what was placed before
            before = list(layers)
            for i in order:
                layers[i] = max(layers[p] + 1 for p in above[i])
            if layers == before:
                break
        return layers

    def _above(self, order: Sequence[int]) -> dict[int, list[int]]:
        """What each box stands below: its parent, and of the others those that close no circle."""
        above = {i: [parent] for i in order if (parent := self.parents[i]) is not None}
        for i in order:
            for other in self.boxes[i].others:
                if not _leads_to(other, i, above):
                    above[i].append(other)
        return above

    def block(self, tops: list[int]) -> _Block:
        """Place the trees of some tops side by side, ordered by the barycentres of their lines to other trees."""
        rows = self._rows([i for top in tops for i in self.below(top)])
        spots: dict[int, Spot] = {}
        for sweep in range(SWEEPS):
            if sweep:
                self._reorder(tops, spots)
            x, spots = 0.0, {}
            for top in tops:
                x = self._tree(top, x, rows, spots) + GAP
        right = max(spot.x + self.boxes[i].width for i, spot in spots.items())
        bottom = max(spot.y + self.boxes[i].height for i, spot in spots.items())
        if right <= WRAP:
            return _Block(spots, {}, right, bottom)
        limit = max(WRAP, sqrt(ASPECT * sum((self.boxes[i].width + GAP) * (self.boxes[i].height + GAP) for i in spots)))
        trees = [self._wrapped(top, limit) for top in tops]
        return _together(trees, list(_in_rows(trees, limit, 0.0, SHELF)))

    def _wrapped(self, top: int, limit: float) -> _Block:
        """A tree in which families that are too wide stand in rows below each other."""
        box = self.boxes[top]
        families = [(child, self._wrapped(child, limit)) for child in self.children[top]]
        if not families:
            return _Block({top: Spot(0.0, 0.0)}, {}, box.width, box.height)
        wide = sum(f.width + GAP for _, f in families) - GAP > limit
        if wide:
            families.sort(key=lambda pair: -pair[1].height)
        blocks = [family for _, family in families]
        corners = [
            Spot(corner.x + TRUNK * wide, corner.y)
            for corner in _in_rows(blocks, limit if wide else float("inf"), box.height + RISE, RISE)
        ]
        below = _together(blocks, corners)
        width = max(box.width, below.width)
        spots = {top: Spot((width - box.width) / 2, 0.0)} | below.spots
        trunks = {child: Spot(0.0, corner.y - RISE / 2) for (child, _), corner in zip(families, corners, strict=True)}
        aside = (width - below.width) / 2
        if aside:
            spots |= {i: Spot(spot.x + aside, spot.y) for i, spot in below.spots.items()}
        return _Block(spots, below.trunks | (trunks if wide else {}), width, max(box.height, below.height))

    def _rows(self, members: Sequence[int]) -> list[float]:
        heights: dict[int, float] = defaultdict(float)
        for i in members:
            heights[self.layers[i]] = max(heights[self.layers[i]], 0 if self.boxes[i].hangs else self.boxes[i].height)
        rows = [0.0]
        for layer in range(max(heights)):
            rows.append(rows[-1] + heights[layer] + RISE)
        return rows

    def _tree(self, top: int, left: float, rows: Sequence[float], spots: dict[int, Spot]) -> float:
        """Place a tree from left on; each box over the middle of those below it. Returns its right edge."""
        widths: dict[int, float] = {}
        order = self.below(top)
        for i in reversed(order):
            inner = sum(widths[c] for c in self.children[i]) + GAP * max(len(self.children[i]) - 1, 0)
            widths[i] = max(self.boxes[i].width, inner)
        starts = {top: left}
        for i in order:
            box, start = self.boxes[i], starts[i]
            spots[i] = Spot(start + (widths[i] - box.width) / 2, rows[self.layers[i]])
            inner = sum(widths[c] for c in self.children[i]) + GAP * max(len(self.children[i]) - 1, 0)
            x = start + (widths[i] - inner) / 2
            for child in self.children[i]:
                starts[child], x = x, x + widths[child] + GAP
        return left + widths[top]

    def _reorder(self, tops: list[int], spots: dict[int, Spot]) -> None:
        """Order siblings by where the other ends of their trees' lines are."""
        pull: dict[int, float] = {}
        for i in spots:
            away = [spots[n].x for n in self.neighbours[i]]
            pull[i] = sum(away) / len(away) if away else spots[i].x

        def barycentre(i: int) -> float:
            tree = [j for j in self.below(i) if self.neighbours[j]] or [i]
            return sum(pull[j] for j in tree) / len(tree)

        tops.sort(key=barycentre)
        for children in self.children.values():
            if len(children) > 1 and children[0] in spots:
                children.sort(key=lambda i: (self.boxes[i].hangs, barycentre(i)))


def _leads_to(start: int, end: int, above: Mapping[int, Sequence[int]]) -> bool:
    """Whether the way upwards from start passes end."""
    seen: set[int] = set()
    waiting = [start]
    while waiting:
        i = waiting.pop()
        if i == end:
            return True
        if i not in seen:
            seen.add(i)
            waiting += above.get(i, [])
    return False


def _in_rows(blocks: Sequence[_Block], limit: float, top: float, gap: float) -> Iterator[Spot]:
    """A place for each block, in their order, as many in a row as fit."""
    x, y, bottom = 0.0, top, top
    for block in blocks:
        if x and x + block.width > limit:
            x, y = 0.0, bottom + gap
        yield Spot(x, y)
        x, bottom = x + block.width + GAP, max(bottom, y + block.height)


def _without_circles(boxes: Sequence[Box]) -> list[int | None]:
    """The parents; of each circle the first box becomes a top."""
    parents = [box.parent for box in boxes]
    for i in range(len(parents)):
        seen = set()
        at: int | None = i
        while at is not None and at not in seen:
            seen.add(at)
            at = parents[at]
        if at is not None:
            parents[at] = None
    return parents

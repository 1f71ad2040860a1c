"""How long things took: a spread of values by nearest rank."""

from collections.abc import Sequence
from typing import NamedTuple


class Spread(NamedTuple):
    """Some values, by what so many per cent of them do not exceed."""

    runs: int
    """How many values there are."""
    min: float
    p50: float
    p90: float
    p99: float
    max: float


def spread(values: Sequence[float]) -> Spread | None:
    """The spread of values; None without any. Each of its figures is one of the values: nothing is interpolated."""
    if not values:
        return None
    ranked = sorted(values)
    p50, p90, p99 = (ranked[-(-len(ranked) * percent // 100) - 1] for percent in (50, 90, 99))
    return Spread(len(ranked), ranked[0], p50, p90, p99, ranked[-1])

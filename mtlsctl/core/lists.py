"""Lists as messages can hold them: the first few, and how many more there are."""

from collections.abc import Sequence


def few(
    words: Sequence[str], most: int = 4, *, count: int | None = None, joint: str = ", ", last: str = " and "
) -> str:
    """`a, b and 1,234 more`; "" of none. count: how many there are, where words holds no more than the first of them.

    joint stands between two, last before the number.
    """
    more = (len(words) if count is None else count) - most
    return joint.join(words[:most]) + (f"{last}{more:,} more" if more > 0 else "")


def first(words: Sequence[str], most: int) -> tuple[str, ...]:
    """The words, after the first few `and 1,234 more` in place of the rest."""
    more = len(words) - most
    return (*words[:most], f"and {more:,} more") if more > 0 else tuple(words)

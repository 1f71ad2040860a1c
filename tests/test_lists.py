"""Lists as messages hold them."""

import pytest

from mtlsctl.core.lists import few, first


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], ""),
        (["a"], "a"),
        (["a", "b"], "a, b"),
        (["a", "b", "c"], "a, b and 1 more"),
        (["a"] * 2000, "a, a and 1,998 more"),
    ],
)
def test_few(words: list[str], said: str) -> None:
    assert few(words, 2) == said


def test_more_than_were_made_into_words() -> None:
    assert few(["a", "b"], 2, count=5, joint=" or ", last=" or ") == "a or b or 3 more"
    assert few(["a", "b"], 2, count=2, joint=" or ", last=" or ") == "a or b"


def test_first() -> None:
    assert first(["a", "b", "c"], 2) == ("a", "b", "and 1 more")
    assert first(["a", "b"], 2) == ("a", "b")

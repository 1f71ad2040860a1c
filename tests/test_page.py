"""The page of mtlsctl serve: true to its JSON, and safe whatever strangers put into it."""

import json
import re
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import NOW

from mtlsctl.core.offered import Offered
from mtlsctl.core.page import as_html
from mtlsctl.core.peer import PeerCertificate
from mtlsctl.core.refusals import Refusal
from mtlsctl.core.spans import span
from mtlsctl.core.whoami import Told, Whoami, as_json

texts = st.one_of(
    st.text(max_size=30), st.sampled_from(["<script>x</script>", "'\"><img src=x>", "\x1b[31m", "\ud800"])
)
lists = st.lists(texts, max_size=3).map(tuple)
times = st.integers(-4000, 4000).map(lambda days: NOW + timedelta(days=days))
certificates = st.builds(PeerCertificate, texts, texts, lists, texts, times, times, texts, texts, texts, texts)
everything = st.builds(
    Told,
    st.builds(
        Whoami, texts, texts, st.booleans(), st.none() | certificates, st.lists(certificates, max_size=2).map(tuple),
        texts, texts, texts, texts, texts,
    ),
    st.lists(st.builds(Refusal, texts, texts, texts, lists), max_size=2).map(tuple),
    st.none() | st.builds(Offered, st.integers(0, 9999), lists, lists, lists, lists, lists, lists, texts),
    st.just(NOW),
)  # fmt: skip


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (timedelta(days=90, minutes=-1), "90 days"),
        (timedelta(days=-90), "90 days"),
        (timedelta(days=1825, minutes=-5), "5 years"),
        (timedelta(days=400), "400 days"),
        (timedelta(hours=1), "1 hour"),
        (timedelta(seconds=1), "1 second"),
    ],
)
def test_lengths_of_time_as_in_every_other_answer(length: timedelta, said: str) -> None:
    assert span(length) == said


class Tags(HTMLParser):
    """The tags and attributes of a page, and that each is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@given(everything)
def test_strangers_write_text_and_nothing_else(told: Told) -> None:
    page = as_html(told).decode("utf-8")
    tags = Tags()
    tags.feed(page)
    tags.close()
    assert tags.open == []
    assert not tags.seen & {"script", "img", "a", "iframe", "form", "input", "object", "link", "svg"}
    assert tags.attributes <= {"lang", "charset", "name", "content", "class", "style"}
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u202e]", page)


@given(everything)
def test_json_says_the_same(told: Told) -> None:
    said = json.loads(as_json(told))
    assert said["authenticated"] is told.who.authenticated
    assert len(said["would_refuse"]) == len(told.would_refuse)
    assert (said["offered"] is None) == (told.offered is None)
    page = as_html(told).decode("utf-8")
    assert ("<span class='badge yes'>authenticated by" in page) == told.who.authenticated

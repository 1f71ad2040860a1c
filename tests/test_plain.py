"""The plain reader of command lines: it means what typer means, or leaves the words to it."""

import os
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mtlsctl.cli import declare, grammar, plain
from mtlsctl.cli.commands import COMMANDS, Row
from mtlsctl.cli.declare import Option
from mtlsctl.errors import UsageError

ROWS = [row for row in COMMANDS if row.target]
VALUES = (
    "a.pem",
    "-",
    "",
    "server",
    "v1",
    "1",
    "0.5",
    "nan",
    "99999",
    "p256",
    "--json",
    "note",
    "x=y",
    "-1",
    "ä",
    "bash",
)


def by_typer(row: Row, words: list[str]) -> dict[str, Any] | None:
    """What typer calls the command with; None where it refuses the words."""
    function = plain.load(row)
    called: list[dict[str, Any]] = []
    recorder = declare.stands_for(lambda **given: called.append(given), function, declare.parameters(function))
    command = grammar.command(row.words, recorder)
    try:
        with command.make_context(row.words, list(words)) as context:
            command.invoke(context)
    except (grammar.ClickError, grammar.typer.Exit, UsageError):
        return None
    return called[0]


def by_us(row: Row, words: list[str]) -> dict[str, Any] | None:
    """What the plain reader calls it with; None where it leaves the words to typer."""
    call = plain.read([*row.words.split(), *words])
    return call.arguments if call else None


@st.composite
def lines(draw: st.DrawFn) -> tuple[Row, list[str]]:
    """A command and words for it: its own options, near misses, and values of all kinds."""
    row = draw(st.sampled_from(ROWS))
    names = [
        name for one in declare.parameters(plain.load(row)) if isinstance(one.said, Option) for name in one.said.names
    ]
    option = st.sampled_from([*names, "--help", "-h", "--js", "--", "-4"])
    value = st.sampled_from(VALUES)
    joined = st.builds("{}={}".format, option, value)
    return row, draw(st.lists(st.one_of(option, value, value, joined), max_size=6))


@settings(max_examples=400, deadline=None)
@given(line=lines())
def test_what_is_read_plainly_is_what_typer_reads(line: tuple[Row, list[str]]) -> None:
    row, words = line
    ours = by_us(row, words)
    if ours is not None:
        theirs = by_typer(row, words)
        assert theirs is not None
        assert repr(ours) == repr({name: theirs[name] for name in ours})
        assert set(ours) == set(theirs)


@pytest.mark.parametrize(
    "line",
    [
        "handshake localhost:8443 --identity alice",
        "handshake api.test --ca dev --http /health --json --timeout 2.5 --repeat 3 -4",
        "handshake --alpn h2 --alpn http/1.1 --send-proxy v2 api.test",
        "verify chain.pem more.pem --ca roots.pem --as client --name=alice --json",
        "issue server localhost 127.0.0.1",
        "key new web.key --key-type ed25519",
        "inspect - --short",
        "ca create",
        "serve --identity localhost --listen 127.0.0.1:0",
    ],
)
def test_what_people_type_is_plain(line: str) -> None:
    row = next(row for row in ROWS if line.split()[: row.depth] == row.words.split())
    words = line.split()[row.depth :]
    assert by_us(row, words) == by_typer(row, words) != None  # noqa: E711 - all three


@pytest.mark.parametrize(
    "line",
    [
        "",
        "--help",
        "handshake -h",
        "handshake --serv x host:1",
        "handshake host:1 --timeout nan",
        "handshake host:1 --timeout 0",
        "handshake host:1 --jobs 2.5",
        "handshake host:1 other:2",
        "handshake host:1 --identity",
        "handshake host:1 --json=yes",
        "handshake host:1 --cert a --cert b",
        "handshake -- host:1",
        "verify --json",
        "verify chain.pem --as nobody",
        "key new",
        "ca",
        "nonsense",
    ],
)
def test_what_is_odd_is_left_to_typer(line: str) -> None:
    assert plain.read(line.split()) is None


def test_a_variable_that_stands_for_an_option_is_left_to_typer(monkeypatch: pytest.MonkeyPatch) -> None:
    words = ["ca", "show", "--json"], ["issue", "server", "localhost"]
    assert all(plain.read(line) for line in words)
    monkeypatch.setenv("MTLSCTL_CA", "dev")
    assert plain.read(words[1]) is None


def test_posix_order_does_not_turn_options_into_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "POSIXLY_CORRECT", "1")
    assert plain.read(["verify", "chain.pem", "--json"]) is None
    call = plain.read(["verify", "--json", "chain.pem"])
    assert call
    assert call.arguments["chain"] == ["chain.pem"]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.words)
def test_no_word_may_be_empty(row: Row) -> None:
    """A variable that is not set: an option that is not given would mean another thing, and "" is this folder."""
    takes = declare.parameters(plain.load(row))
    for one in (one for one in takes if isinstance(one.said, Option) and one.type is not bool):
        name = max(one.said.names, key=len)
        with pytest.raises(UsageError, match=f"^{name} is empty$"):
            grammar.call([*row.words.split(), name, ""])
        assert plain.read([*row.words.split(), f"{name}="]) is None
    if any(not isinstance(one.said, Option) for one in takes):
        with pytest.raises(UsageError, match=r"^an empty word, where .* is expected$"):
            grammar.call([*row.words.split(), ""])

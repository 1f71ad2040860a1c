"""Lines for a person's eyes: where a long one goes on, and what stands below what."""

import io

import pytest

from mtlsctl.cli.output import Line
from mtlsctl.cli.terminal import print_styled
from mtlsctl.cli.text import probe
from mtlsctl.core.admission import Outcome
from mtlsctl.core.impostors import Kind
from mtlsctl.core.proof import Conclusion, Expected, Trial
from mtlsctl.workflows.probe import Probe, Spoken

WORDS = "one two three four five six seven eight nine ten"


@pytest.mark.parametrize(
    ("line", "second"),
    [
        ([("fail ", "bold red"), WORDS, ("  [a-code]", "dim")], "     eight nine ten  [a-code]"),
        ([("  server      ", "dim"), WORDS], "              six seven eight nine ten"),
        (["      ", ("hint: ", "bold"), WORDS], "            seven eight nine ten"),
        (["    " + WORDS], "    eight nine ten"),
        ([(WORDS, "bold")], "nine ten"),
        (["an engine  ", ("refuses", "red"), f": {WORDS}"], "           five six seven eight nine ten"),
        ([f"  no label {WORDS}"], "  seven eight nine ten"),
    ],
)
def test_a_long_line_goes_on_below_what_its_label_labels(
    line: Line, second: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    out = io.StringIO()
    print_styled([line], out)
    assert out.getvalue().splitlines()[1].rstrip() == second
    assert " ".join(out.getvalue().split()) == " ".join(
        "".join(p if isinstance(p, str) else p[0] for p in line).split()
    )


def test_a_command_stays_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    out = io.StringIO()
    print_styled([[f"  mtlsctl issue client {WORDS}"]], out)
    assert out.getvalue() == f"  mtlsctl issue client {WORDS}\n"


def test_a_command_behind_a_hint_begins_a_line_and_stays_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    out = io.StringIO()
    command = "mtlsctl inspect --pem web.pem issuing.pem > fullchain.pem"
    print_styled([["      ", ("hint: ", "bold"), f"add it after the leaf: {command}"]], out)
    assert out.getvalue().splitlines() == ["      hint: add it after the leaf:", f"            {command}"]


def test_a_long_reason_moves_the_next_column_of_every_row() -> None:
    refused, app = Outcome.REFUSED, Outcome.REFUSED_BY_APP
    trials = tuple(
        Trial(Kind.SELF_SIGNED, what, version, Expected.REFUSED, outcome, True, why)
        for what, outcome, why in (("self-signed", refused, "alert 48"), ("another", app, "SQLSTATE 28000"))
        for version in ("1.2", "1.3")
    )
    spoken = (Spoken("1.2", True, ""), Spoken("1.3", True, ""))
    result = Probe("x:1", "x", "", "dev", "", True, spoken, True, (), None, "", Conclusion.ENFORCED, trials)
    drawn = ["".join(p if isinstance(p, str) else p[0] for p in line) for line in probe.lines(result)]
    second = next(line for line in drawn if "TLS 1.3" in line).index("TLS 1.3")
    rows = [line for line in drawn if "refused, " in line]
    assert [row[second:] for row in rows] == ["refused, alert 48", "refused, SQLSTATE 28000"]

"""What the table of core/stacks says of a chain, against what a stack said of it."""

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import stacks_runs
from stacks_pki import Case
from stacks_runs import Answers

from mtlsctl.core import names, stacks
from mtlsctl.core.looks import Purpose, Question, read
from mtlsctl.core.stacks import Hit, StackVerdict, table
from mtlsctl.core.verify import judge

DEPTHS = {"one-intermediate", "two-intermediates"}  # apache-deep measures what Apache does without its limit


def predicted(case: Case) -> dict[str, StackVerdict]:
    """What the table says of a case, by stack."""
    return {verdict.stack: verdict for verdict in stacks.verdicts(hits(case), Purpose(case.purpose))}


def hits(case: Case) -> list[Hit]:
    """The rules that a case runs into, by the path that verify finds."""
    chain = [one.certificate for one in (case.leaf, *case.chain)]
    roots = [one.certificate for one in case.anchors]
    asked = (names.parse(case.name),) if case.purpose == "server" else ()
    question = Question(Purpose(case.purpose), datetime.now(UTC), asked)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = judge(chain, roots, purpose=question.purpose, at=question.at, names=asked, partial_chain=True)
        looks = read(found.path)[0]
        return stacks.hits(
            looks, anchored=found.anchored, question=question, path=found.path, sent=chain, trusted=roots
        )


Forecasts = Sequence[dict[str, StackVerdict]]
"""What the table says of each case."""


def stale(stack: str, cases: Sequence[Case], table: Forecasts, answers: Answers) -> Iterator[tuple[bool, str]]:
    """What a stack said against what the table says of it: whether the table is wrong, and a line about it."""
    for number, answer in sorted(answers.items()):
        case = cases[number]
        said = table[number][stack.removesuffix("-deep")]
        rules = {reason.rule for reason in said.reasons}
        if stack.endswith("-deep") and rules and rules <= DEPTHS:
            said = replace(said, verdict="accepts")
        measured = "accepts" if answer.accepts else "refuses"
        if said.verdict == measured or _of_others(stack, case):
            continue
        words = f"the table: {said.verdict:8} measured: {measured:8} {answer.words[:90]}"
        yield said.verdict != "unknown", f"{stack:13} {case.rule or 'good':42} {words}"


def _of_others(stack: str, case: Case) -> bool:
    """True where the cell is about versions that are not the one here."""
    versions = table.VERSIONS.get((stack.removesuffix("-deep"), case.rule.partition("/")[0]), "")
    word, _, bound = versions.partition(" ")
    if word not in ("from", "before") or not bound[0].isdigit():
        return False
    here = _number(stacks_runs.version(stack.removesuffix("-deep")))
    return here < _number(bound) if word == "from" else here >= _number(bound)


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part)

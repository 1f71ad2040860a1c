"""What the table of core/stacks says of a chain, against what a stack said of it."""

import warnings
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from stacks_pki import Case
from stacks_runs import Answers

from mtlsctl.core import names, stacks
from mtlsctl.core.pathchecks import Purpose, Question, read
from mtlsctl.core.stacks import Hit, StackVerdict
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
        return stacks.hits(looks, anchored=found.anchored, question=question, path=found.path, sent=chain)


Forecasts = Sequence[dict[str, StackVerdict]]
"""What the table says of each case."""


def stale(stack: str, cases: Sequence[Case], table: Forecasts, answers: Answers) -> Iterator[tuple[bool, str]]:
    """What a stack said against what the table says of it: whether the table is wrong, and a line about it."""
    for number, answer in sorted(answers.items()):
        case = cases[number]
        said = table[number][stack.removesuffix("-deep")]
        rules = {reason.rule for reason in said.reasons}
        if stack.endswith("-deep") and rules and rules <= DEPTHS:
            said = said._replace(verdict="accepts")
        measured = "accepts" if answer.accepts else "refuses"
        if said.verdict == measured:
            continue
        words = f"the table: {said.verdict:8} measured: {measured:8} {answer.words[:90]}"
        yield said.verdict != "unknown", f"{stack:13} {case.rule or 'good':42} {words}"

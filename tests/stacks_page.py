"""docs/stacks.md: the table of core/stacks as a page."""

from collections.abc import Iterator

from mtlsctl.core import stacks
from mtlsctl.core.looks import Purpose
from mtlsctl.core.stacks import table

MARKS = {
    ("accepts", "measured"): "yes",
    ("refuses", "measured"): "**no**",
    ("accepts", "documented"): "yes¹",
    ("refuses", "documented"): "**no**¹",
    ("unknown", "unknown"): "?",
}
START = """# Who would refuse which certificate

What stacks do with chains that are odd in one way, as `mtlsctl verify` predicts it. Each cell was measured with a real
chain and the version below, or is documented by the stack's makers (¹); `?`: not known. A stack takes a chain that runs
into no rule that it refuses, and into none that is not known of it. `python benchmarks/stacks.py` measures again and
says which cells are stale; `python benchmarks/stacks.py --page` writes this page.

"""


def page() -> str:
    """The page, in Markdown."""
    return START + "\n".join(
        [*_stacks(), *_matrix(Purpose.SERVER), *_matrix(Purpose.CLIENT), *_versions(), *_sources()]
    )


def _stacks() -> Iterator[str]:
    yield "| stack | `--policy` | measured with | set up |"
    yield "|---|---|---|---|"
    for name, (title, versions, note) in table.STACKS.items():
        yield f"| {title} | `{name}` | {versions or 'documented'} | {note} |"
    yield ""


def _matrix(purpose: Purpose) -> Iterator[str]:
    columns = stacks.cells(purpose)
    yield f"## A {purpose}'s certificate"
    yield ""
    yield "| rule | what is odd | " + " | ".join(table.STACKS[stack].title for stack in columns) + " |"
    yield "|---" * (len(columns) + 2) + "|"
    for rule in next(iter(columns.values())):
        said = "nothing" if rule == "good" else stacks.words(rule)
        marks = (MARKS[columns[stack][rule].verdict, columns[stack][rule].basis] for stack in columns)
        yield f"| `{rule}` | {said} | " + " | ".join(marks) + " |"
    yield ""


def _versions() -> Iterator[str]:
    yield "## Where it holds for some versions only"
    yield ""
    for (stack, rule), versions in table.VERSIONS.items():
        yield f"- {table.STACKS[stack].title}, `{rule}`: {versions}"
    yield ""


def _sources() -> Iterator[str]:
    yield "## ¹ Documented"
    yield ""
    yield f"- Apple's systems: <{table.APPLE_SOURCE}>"
    pages: dict[str, list[str]] = {}
    for rule, source in table.SOURCES["chrome"].items():
        pages.setdefault(source, []).append(f"`{rule}`")
    for source, rules in pages.items():
        yield f"- Chrome, {', '.join(rules)}: <{source}>"
    yield ""

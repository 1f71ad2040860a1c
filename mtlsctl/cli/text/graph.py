"""What was drawn, for a person."""

from collections.abc import Iterator

from mtlsctl.cli.output import Line
from mtlsctl.workflows.graph import Drawn

MAX_MISSING = 10  # issuers that are named


def lines(result: Drawn) -> Iterator[Line]:
    """The picture itself where it goes to standard output; else its file and what is in it."""
    if result.picture:
        yield from result.picture.splitlines()
        return
    graph = result.graph
    certificates = sum(len(a.certificates) + len(a.issued) for a in graph.authorities)
    words = [_count(certificates, "certificate"), _count(len(graph.authorities) - len(graph.missing), "issuer")]
    if graph.missing:
        words.append(f"{len(graph.missing):,} missing")
    yield [(result.file, "bold"), f": {', '.join(words)}"]
    for one in graph.missing[:MAX_MISSING]:
        yield f"  missing: {one.subject or one.title}"
    if len(graph.missing) > MAX_MISSING:
        yield f"  and {len(graph.missing) - MAX_MISSING:,} more"


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"

"""The most specific thing that one line says, of all that the tables know."""

import functools
from collections import Counter
from collections.abc import Iterator

from mtlsctl.core.said import (
    browsers,
    clients,
    golang,
    java,
    numbers,
    openssl,
    runtimes,
    services,
    verify_errors,
    webservers,
)
from mtlsctl.core.said.numbers import Found
from mtlsctl.core.said.row import Hears, Refuses, Row, Sends, fixed_words, flat, needle, pattern, words

ROWS = (
    *verify_errors.TEXTS,
    *verify_errors.NAMES,
    *openssl.ALL,
    *clients.ALL,
    *golang.ALL,
    *java.ALL,
    *runtimes.ALL,
    *browsers.ALL,
    *webservers.ALL,
    *services.ALL,
)


@functools.lru_cache(4096)  # a log repeats itself
def best(line: str) -> Found | None:
    """The most specific thing that a line says."""
    hits = [*_rows_in(line), *numbers.found(line)]
    return max(hits, key=weight, default=None)


def _rows_in(line: str) -> Iterator[Found]:
    lowered, rows = flat(line), _rows_by_word()
    for word in sorted(set(words(lowered)) & rows.keys()):
        for row in rows[word]:
            if needle(row.text) in lowered and (match := pattern(row.text).search(line)):
                yield Found(row, match.start(), match.end())


@functools.cache
def _rows_by_word() -> dict[str, list[Row]]:
    """Each row under the rarest of its words, so that a line is compared with few rows: logs are long."""
    counts = Counter(word for row in ROWS for word in fixed_words(row.text))
    found: dict[str, list[Row]] = {}
    for row in ROWS:
        found.setdefault(min(fixed_words(row.text), key=lambda word: (counts[word], word)), []).append(row)
    return found


NONE = (-1, 0)
"""The weight of a line that says nothing."""


def weight(found: Found) -> tuple[int, int]:
    """A text that names a cause counts for more than an alert, an alert for more than "it failed"; then the longer."""
    means, length = found.row.means, len(found.row.text)
    if found.row.source == numbers.OWN:
        return 4, length
    if found.row.weak:
        return (1 if isinstance(means, Refuses) else 0), length
    return (2 if isinstance(means, Hears | Sends) else 3), length

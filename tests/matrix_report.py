"""Print the matrix: python tests/matrix_report.py [--wrong] [WORD]...; a WORD selects tables by their names."""

import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

import matrix
import matrix_pki
import matrix_server_pki
import test_matrix_hello
import test_matrix_protocols
import test_matrix_server_certs
import test_matrix_web
from matrix_server_pki import Server

Table = Callable[[Path], Iterable[matrix.Cell]]


def main(words: list[str]) -> int:
    """Print each cell, then the totals. 1 when an outcome, or anything said to be certain, is wrong."""
    wanted = [word for word in words if not word.startswith("-")]
    cells = []
    with tempfile.TemporaryDirectory() as name:
        for cell in cells_of(Path(name), wanted):
            cells.append(cell)
            if "--wrong" not in words or not cell.right:
                print(cell.line(), flush=True)
    outcomes, causes = sum(c.outcome_right for c in cells), sum(c.cause_right for c in cells)
    certain = sum(c.wrongly_certain for c in cells)
    print(f"{len(cells)} handshakes: {outcomes} outcomes right, {causes} root causes right, {certain} wrongly certain")
    return 1 if certain or outcomes < len(cells) else 0


def cells_of(folder: Path, wanted: list[str]) -> Iterator[matrix.Cell]:
    """The cells of each table that is wanted, as soon as it is done."""
    for made in (clients := folder / "clients", servers := folder / "servers"):
        made.mkdir()
    for name, table in tables(matrix_pki.build(clients), matrix_server_pki.build(servers)):
        if not wanted or any(word in name for word in wanted):
            (here := folder / name).mkdir()
            began = time.monotonic()
            yield from table(here)
            print(f"# {name}: {time.monotonic() - began:.1f} s", file=sys.stderr, flush=True)


def tables(pki: matrix_pki.Pki, identities: dict[str, Server]) -> Iterator[tuple[str, Table]]:
    """Every table with its name."""
    yield "hello", partial(test_matrix_hello.agreements, pki)
    for version in matrix.VERSIONS:
        for server in test_matrix_server_certs.SETTINGS:
            yield f"certs-{server}-{version}", partial(test_matrix_server_certs.table, server, version, identities, pki)
    for variant in test_matrix_web.VARIANTS:
        for version in variant.versions:
            yield f"{variant.name}-{version}", partial(test_matrix_web.table, variant, version, pki)
    for other in test_matrix_protocols.VARIANTS:
        yield other.name, partial(test_matrix_protocols.table, other, pki)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

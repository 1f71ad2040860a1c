"""Print the matrix: python tests/matrix_report.py [--wrong] [WORD]...; a WORD selects variants by their names."""

import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import matrix
import matrix_pki
import matrix_server_pki
import test_matrix_server_certs
import test_matrix_web


def main(words: list[str]) -> int:
    """Print each cell, then the totals. 1 when an outcome, or anything said to be certain, is wrong."""
    wrong_only = "--wrong" in words
    wanted = [word for word in words if not word.startswith("-")]
    cells = []
    for cell in tables(wanted):
        cells.append(cell)
        if not wrong_only or not cell.right:
            print(cell.line(), flush=True)
    outcomes, causes = sum(c.outcome_right for c in cells), sum(c.cause_right for c in cells)
    certain = sum(c.wrongly_certain for c in cells)
    print(f"{len(cells)} handshakes: {outcomes} outcomes right, {causes} root causes right, {certain} wrongly certain")
    return 1 if certain or outcomes < len(cells) else 0


def tables(wanted: list[str]) -> Iterator[matrix.Cell]:
    """The cells of each variant, as soon as its table is done."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pki = matrix_pki.build(folder)
        if not wanted or "certs" in wanted:
            yield from _server_certificates(folder, pki)
        for variant in test_matrix_web.VARIANTS:
            for version in variant.versions:
                if wanted and not any(word in variant.name for word in wanted):
                    continue
                here = folder / f"{variant.name}-{version}"
                here.mkdir()
                began = time.monotonic()
                yield from test_matrix_web.table(variant, version, pki, here)
                print(f"# {variant.name} {version}: {time.monotonic() - began:.1f} s", file=sys.stderr, flush=True)


def _server_certificates(folder: Path, pki: matrix_pki.Pki) -> Iterator[matrix.Cell]:
    (made := folder / "certs").mkdir()
    identities = matrix_server_pki.build(made)
    for server in test_matrix_server_certs.SETTINGS:
        for version in matrix.VERSIONS:
            here = folder / f"certs-{server}-{version}"
            here.mkdir()
            yield from test_matrix_server_certs.table(server, version, identities, pki, here)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

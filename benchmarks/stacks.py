"""Who refuses what, measured again: every stack of this machine judges every chain of tests/stacks_pki.py.

Run `python benchmarks/stacks.py [--as server|client] [STACK...]` with the Python that the `test` extra is installed
for. Stacks that are not here are named and left out. Prints each cell of core/stacks/table.py that is stale, and those
that it does not know and that are known now; exit status 1 when one is stale. rustls as a client is uv: pip install uv.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import stacks_page
import stacks_peers
import stacks_pki
import stacks_runs
from stacks_pki import Case
from stacks_runs import Answers
from stacks_table import Forecasts, predicted, stale

from mtlsctl.core import stacks


def measured(purpose: str, wanted: Sequence[str], folder: Path) -> Iterator[tuple[str, list[Case], Forecasts, Answers]]:
    """Each stack with the cases and its answers."""
    cases = stacks_pki.build(folder, purpose)
    table = [predicted(case) for case in cases]
    known = stacks_runs.CLIENTS if purpose == "server" else stacks_runs.SERVERS
    here = [stack for stack in known if (not wanted or stack.removesuffix("-deep") in wanted)]
    if absent := [stack for stack in here if not stacks_runs.installed(stack, purpose)]:
        print(f"not here, judging a {purpose}: {', '.join(absent)}")
    here = [stack for stack in here if stack not in absent]
    if purpose == "server":
        with stacks_peers.presented(cases, folder) as listed:
            for stack in here:
                yield stack, cases, table, stacks_runs.ask_client(stack, listed, folder)
    else:
        own = stacks_pki.server_papers(folder)
        for stack in here:
            yield stack, cases, table, stacks_runs.ask_server(stack, cases, folder, own)
    if not wanted or "cryptography" in wanted:
        yield "cryptography", cases, table, stacks_runs.ask_cryptography(cases)


def main() -> int:
    """Measure, compare, say."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--as", dest="purpose", choices=("server", "client"))
    parser.add_argument("--page", action="store_true", help="write docs/stacks.md, and measure nothing")
    parser.add_argument("stack", nargs="*", metavar="STACK", help=", ".join(stacks.NAMES))
    options = parser.parse_args()
    if strangers := set(options.stack) - set(stacks.NAMES):
        parser.error(f"no such stack: {', '.join(sorted(strangers))}")
    if options.page:
        (Path(__file__).parents[1] / "docs" / "stacks.md").write_text(stacks_page.page())
        return 0
    wrong = 0
    for purpose in (options.purpose,) if options.purpose else ("server", "client"):
        with tempfile.TemporaryDirectory() as made:
            begun = time.monotonic()
            for stack, cases, table, answers in measured(purpose, options.stack, Path(made)):
                lines = list(stale(stack, cases, table, answers))
                bad = sum(flag for flag, _ in lines)
                wrong += bad
                version = stacks_runs.version(stack.removesuffix("-deep")) or "?"
                took = time.monotonic() - begun
                print(
                    f"{stack} {version}, judging a {purpose}: {len(answers)} chains, {bad} stale, {took:.0f} s",
                    flush=True,
                )
                for flag, line in lines:
                    print("  STALE" if flag else "  new  ", line)
                begun = time.monotonic()
    print(f"{wrong} stale" if wrong else "The table holds.")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())

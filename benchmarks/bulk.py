"""Many client certificates: mtlsctl's workflow against a bare builder loop and a loop of mkcert, in one run.

`python benchmarks/bulk.py [ROUNDS]`, with the Python that mtlsctl is installed for and mkcert on the PATH. Rates are
medians; files go to /dev/shm where there is one, so that the disk is not what is measured.
"""

import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PYTHON = sys.executable
TOOL = str(Path(sys.executable).with_name("mtlsctl"))
BARE = Path(__file__).parent / "bare"
PAIRS = 5  # of the two loops in each round: what ran before them disturbs the first
ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 3

WORKFLOW = """
import sys, time
from pathlib import Path
from mtlsctl.core.profiles import ProfileName
from mtlsctl.workflows import certify
lines = [[f"user{n}"] for n in range(int(sys.argv[3]))]
begin, cpu = time.perf_counter(), time.process_time()
certify.issue_many(sys.argv[1], lines, certify.Wish(ProfileName.CLIENT), Path(sys.argv[2]), lambda what: b"")
print(time.perf_counter() - begin, time.process_time() - cpu)
"""
LOOP = """
import sys, time
from pathlib import Path
from builder import Issuer
begin, cpu = time.perf_counter(), time.process_time()
issuer = Issuer(Path(sys.argv[1]))
for number in range(int(sys.argv[3])):
    issuer.issue(f"user{number}", Path(sys.argv[2]))
print(time.perf_counter() - begin, time.process_time() - cpu)
"""


def inside(code: str, ca: Path, folder: Path, count: int, environment: dict[str, str]) -> tuple[float, float]:
    """Seconds and CPU seconds that the work itself took, without the start of Python."""
    out = folder / "out"
    out.mkdir()
    words = [PYTHON, "-c", code, str(ca), str(out), str(count)]
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=True)
    shutil.rmtree(out)
    wall, cpu = map(float, done.stdout.split())
    return wall, cpu


def whole(words: list[str], folder: Path, environment: dict[str, str]) -> tuple[float, float]:
    """Seconds and CPU seconds of a whole command."""
    before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(words, env=environment, cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after, wall = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter() - begin
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def row(name: str, ratio: float, goal: str) -> bool:
    """Print a ratio and its goal, `>= 10` or `<= 11`; True when it is reached."""
    sign, limit = goal.split()
    good = ratio >= float(limit) if sign == ">=" else ratio <= float(limit)
    print(f"{name:<60} {ratio:8.2f}  {goal}{'' if good else '  MISSED'}", flush=True)
    return good


def main() -> int:
    """Measure; status 1 when a goal is missed."""
    folder = Path(tempfile.mkdtemp(dir="/dev/shm" if os.path.isdir("/dev/shm") else None))
    environment = os.environ | {"MTLSCTL_HOME": str(folder / "cas"), "PYTHONPATH": str(BARE)}
    environment["CAROOT"] = str(folder / "mkcert")
    (folder / "mkcert").mkdir()
    subprocess.run([TOOL, "ca", "create"], env=environment, check=True, stdout=subprocess.DEVNULL)
    (folder / "names.txt").write_text("".join(f"user{n}\n" for n in range(1000)))
    ca = folder / "cas" / "dev"
    ours, bare, commands, mkcerts, many = [], [], [], [], []
    loop = "for n in $(seq 1000); do mkcert -client -ecdsa user$n@example.test; done"
    try:
        whole(["mkcert", "-client", "-ecdsa", "first@example.test"], folder, environment)
        for number in range(ROUNDS):
            for _ in range(PAIRS):
                bare.append(inside(LOOP, ca, folder, 1000, environment))
                ours.append(inside(WORKFLOW, ca, folder, 1000, environment))
            many.append(inside(WORKFLOW, ca, folder, 10_000, environment))
            words = [TOOL, "issue", "client", "--from", "names.txt", "--out", f"people{number}"]
            commands.append(whole(words, folder, environment))
            shutil.rmtree(folder / f"people{number}")
            (folder / "mk").mkdir()
            mkcerts.append(whole(["sh", "-c", loop], folder / "mk", environment))
            shutil.rmtree(folder / "mk")
    finally:
        shutil.rmtree(folder)
    (ours_wall, ours_cpu), (bare_wall, bare_cpu), (command, _), (mkcert, _), (ten, ten_cpu) = (
        [statistics.median(values) for values in zip(*runs, strict=True)]
        for runs in (ours, bare, commands, mkcerts, many)
    )
    print(
        f"1,000 client certificates: workflow {1000 / ours_wall:,.0f}/s, bare loop {1000 / bare_wall:,.0f}/s,", end=" "
    )
    print(f"whole command {command:.2f} s, mkcert loop {mkcert:.2f} s; 10,000: {ten:.2f} s")
    rows = [
        ("rate: workflow / bare builder loop, wall", bare_wall / ours_wall, ">= 0.70"),
        ("rate: workflow / bare builder loop, CPU", bare_cpu / ours_cpu, ">= 0.70"),
        ("time: loop of mkcert / whole command, wall", mkcert / command, ">= 10"),
        ("time: 10,000 / 1,000, CPU", ten_cpu / ours_cpu, "<= 11"),
    ]
    reached = [row(*each) for each in rows]
    return 0 if all(reached) else 1


if __name__ == "__main__":
    sys.exit(main())

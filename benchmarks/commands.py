"""What each command costs, as a ratio of CPU time to the least that does the same, measured in one run.

Run with nothing else running: `python benchmarks/commands.py [RUNS]`, with the Python that mtlsctl is installed for.
Each pair runs alternately; the figures are medians of user + system time of the whole process.
"""

import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

PYTHON = sys.executable
TOOL = str(Path(sys.executable).with_name("mtlsctl"))
BARE = Path(__file__).parent / "bare"
RUNS = int(sys.argv[1]) if len(sys.argv) > 1 else 20

Words = Callable[[int], list[str]]


def cpu(words: list[str], environment: dict[str, str], folder: Path) -> float:
    """CPU seconds of one run; the run must succeed."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(words, env=environment, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        sys.exit(f"{' '.join(words)}: status {done.returncode}\n{done.stdout.decode()}")
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def compare(name: str, ours: Words, bare: Words, goal: float | None, environment: dict[str, str], folder: Path) -> bool:
    """Print one row; True when the goal is reached, or there is none."""
    cpu(ours(-1), environment, folder), cpu(bare(-1), environment, folder)
    pairs = [(cpu(ours(n), environment, folder), cpu(bare(n), environment, folder)) for n in range(RUNS)]
    a, b = (statistics.median(values) * 1000 for values in zip(*pairs, strict=True))
    wanted = f"at most {goal:.2f}" if goal else ""
    good = goal is None or a / b <= goal
    print(f"{name:<44} {a:8.1f} ms {b:8.1f} ms {a / b:7.2f}  {wanted} {'' if good else '  ABOVE'}", flush=True)
    return good


def serve(environment: dict[str, str], folder: Path) -> tuple[subprocess.Popen[str], str]:
    """A server for the handshakes, and its port."""
    words = [TOOL, "serve", "--identity", "localhost", "--listen", "127.0.0.1:0"]
    process = subprocess.Popen(words, env=environment, cwd=folder, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    return process, process.stdout.readline().split()[-1].rpartition(":")[2]


def main() -> int:
    """Measure everything; status 1 when a goal is missed."""
    folder = Path(tempfile.mkdtemp(dir="/dev/shm" if os.path.isdir("/dev/shm") else None))
    environment = os.environ | {"MTLSCTL_HOME": str(folder / "cas")}
    for words in (["ca", "create"], ["issue", "server", "localhost", "127.0.0.1"], ["issue", "client", "alice"]):
        cpu([TOOL, *words], environment, folder)
    (folder / "three.pem").write_bytes(
        b"".join((folder / "alice" / f).read_bytes() for f in ("fullchain.pem", "ca.pem"))
    )
    (folder / "out").mkdir()
    process, port = serve(environment, folder)

    def script(name: str, *words: object) -> list[str]:
        return [PYTHON, str(BARE / f"bare_{name}.py"), *map(str, words)]

    nothing = [PYTHON, "-c", "pass"]
    identity = ["alice/fullchain.pem", "alice/key.pem", "alice/ca.pem"]
    rows: list[tuple[str, Words, Words, float | None]] = [
        ("--version / python -c pass", lambda n: [TOOL, "--version"], lambda n: nothing, 2.0),
        ("one TAB that starts Python / python -c pass", lambda n: [TOOL, "__complete", "cas"], lambda n: nothing, 2.0),
        ("--version / openssl version", lambda n: [TOOL, "--version"], lambda n: ["openssl", "version"], None),
        ("--version / an empty typer command", lambda n: [TOOL, "--version"], lambda n: script("help"), None),
        ("--help / an empty typer app's help", lambda n: [TOOL, "--help"], lambda n: script("help", "--help"), 1.25),
        ("key new", lambda n: [TOOL, "key", "new", f"a{n}.key"], lambda n: script("key", f"b{n}.key"), 1.25),
        (
            "issue client",
            lambda n: [TOOL, "issue", "client", f"a{n + 1}"],
            lambda n: script("issue", "cas/dev", f"b{n + 1}", "out"),
            1.25,
        ),
        (
            "inspect --json, 3 certificates",
            lambda n: [TOOL, "inspect", "--json", "three.pem"],
            lambda n: script("inspect", "three.pem"),
            1.25,
        ),
        (
            "verify, a client's chain",
            lambda n: [TOOL, "verify", "alice/fullchain.pem", "--as", "client", "--ca", "alice/ca.pem"],
            lambda n: script("verify", "alice/fullchain.pem", "alice/ca.pem"),
            1.25,
        ),
        (
            "handshake / bare pyOpenSSL",
            lambda n: [TOOL, "handshake", f"localhost:{port}", "--identity", "alice"],
            lambda n: script("handshake", "localhost", port, *identity),
            1.15,
        ),
    ]
    print(f"{'median CPU of ' + str(RUNS) + ' runs':<44} {'mtlsctl':>11} {'bare':>11} {'ratio':>7}  goal")
    try:
        good = [compare(*row, environment, folder) for row in rows]
    finally:
        process.terminate()
        process.wait()
        shutil.rmtree(folder)
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())

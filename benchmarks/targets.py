"""A thousand targets from one command: handshakes for each second of CPU, and the memory that they take beside one.

Run with nothing else running: `python benchmarks/targets.py [TARGETS]`, with the Python that mtlsctl is installed for.
The targets are addresses of loopback, all served by one nginx, which is needed here.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TOOL = str(Path(sys.executable).with_name("mtlsctl"))
TARGETS = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
PER_SECOND, MIB = 100, 64  # the goals: handshakes for each second of CPU; memory above that of one target

NGINX = """daemon off; worker_processes 1; pid {0}/pid; error_log {0}/error.log;
events {{ worker_connections 4096; }}
http {{
  access_log off; client_body_temp_path {0}/a; proxy_temp_path {0}/b; fastcgi_temp_path {0}/c;
  uwsgi_temp_path {0}/d; scgi_temp_path {0}/e;
  server {{
    listen 0.0.0.0:{1} ssl backlog=4096;
    ssl_certificate {0}/localhost/fullchain.pem; ssl_certificate_key {0}/localhost/key.pem;
    ssl_client_certificate {0}/localhost/ca.pem; ssl_verify_client on; ssl_verify_depth 3;
    ssl_protocols TLSv1.2 TLSv1.3;
  }}
}}
"""
# In a process of its own: a child's peak begins with the size of the one that it was forked from.
MEASURE = """import json, resource as r, subprocess, sys, time
began = time.monotonic()
status = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode
used = r.getrusage(r.RUSAGE_CHILDREN)
print(json.dumps([status, time.monotonic() - began, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024]))
"""


def run(*words: str, folder: Path) -> None:
    """A command that has to succeed."""
    subprocess.run(words, cwd=folder, env=environment(folder), check=True, stdout=subprocess.DEVNULL)


def environment(folder: Path) -> dict[str, str]:
    """With CAs of its own."""
    return os.environ | {"MTLSCTL_HOME": str(folder / "cas")}


def measure(count: int, port: int, folder: Path, *more: str) -> tuple[float, float, float]:
    """Seconds, CPU seconds and peak MiB of one command with so many targets."""
    lines = (f"127.0.{n // 250}.{n % 250 + 1}:{port} servername=localhost\n" for n in range(count))
    (folder / "targets").write_text("".join(lines))
    words = [TOOL, "handshake", "--targets", "targets", "--identity", "alice", *more]
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, *words], cwd=folder, env=environment(folder), capture_output=True, check=True
    )
    status, seconds, cpu, peak = json.loads(done.stdout)
    if status:
        sys.exit(f"{' '.join(words)}: status {status}")
    return seconds, cpu, peak


def main() -> int:
    """Measure, and say what the goals are; status 1 when one is missed."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(8192, resource.getrlimit(resource.RLIMIT_NOFILE)[1]),) * 2)
    with tempfile.TemporaryDirectory() as name:
        folder, port = Path(name), 27443
        folder.chmod(0o755)
        run(TOOL, "ca", "create", folder=folder)
        run(TOOL, "issue", "server", "localhost", folder=folder)
        run(TOOL, "issue", "client", "alice", folder=folder)
        (folder / "nginx.conf").write_text(NGINX.format(folder, port))
        nginx = subprocess.Popen(["nginx", "-c", folder / "nginx.conf", "-p", folder], stderr=subprocess.DEVNULL)
        time.sleep(1)
        try:
            good = [report(way, port, folder, *more) for way, more in (("text", ()), ("--json", ("--json",)))]
        finally:
            nginx.terminate()
            nginx.wait()
    return 0 if all(good) else 1


def report(way: str, port: int, folder: Path, *more: str) -> bool:
    """One row; True when both goals are reached."""
    _, base, small = measure(1, port, folder, *more)
    seconds, cpu, large = measure(TARGETS, port, folder, *more)
    rate = TARGETS / (cpu - base)
    print(
        f"{way:<7} {TARGETS:,} targets in {seconds:.1f} s; {rate:.0f} for each CPU second (goal {PER_SECOND});"
        f" {large - small:.1f} MiB above the {small:.1f} of one (goal {MIB})"
    )
    return rate >= PER_SECOND and large - small <= MIB


if __name__ == "__main__":
    sys.exit(main())

"""How long after a server's alert the whole process has said what it means and ended; and what a silent server costs.

Run with nothing else running: `python benchmarks/refusal.py [RUNS]`, with the Python that mtlsctl is installed for.
"""

import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from OpenSSL import SSL

TOOL = str(Path(sys.executable).with_name("mtlsctl"))
RUNS = int(sys.argv[1]) if len(sys.argv) > 1 else 20
GOAL_MS = 50.0
SILENCE = 1.0  # seconds; --timeout for the silent server
SILENT_GOAL_MS = 250.0  # beyond the wait: the start of the process, and its end


class Refuser:
    """A server that demands a certificate of another CA, and notes when its alert was sent."""

    def __init__(self, folder: Path, version: int) -> None:
        self.context = SSL.Context(SSL.TLS_SERVER_METHOD)
        self.context.use_certificate_chain_file(str(folder / "localhost/fullchain.pem"))
        self.context.use_privatekey_file(str(folder / "localhost/key.pem"))
        self.context.load_verify_locations(str(folder / "other.pem"))
        self.context.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, lambda *a: bool(a[4]))
        self.context.set_max_proto_version(version)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.sent_at = 0.0
        threading.Thread(target=self.run, daemon=True).start()

    def run(self) -> None:
        """Refuse everybody."""
        while True:
            connection, _ = self.listener.accept()
            tls = SSL.Connection(self.context, connection)
            tls.set_accept_state()
            try:
                tls.do_handshake()
            except SSL.Error:
                self.sent_at = time.monotonic()
            connection.close()


def environment(folder: Path) -> dict[str, str]:
    """With CAs of its own."""
    return os.environ | {"MTLSCTL_HOME": str(folder / "cas")}


def once(port: int, folder: Path, *more: str) -> float:
    """Run the command; when it had ended."""
    words = [TOOL, "handshake", f"localhost:{port}", "--identity", "alice", *more]
    done = subprocess.run(words, cwd=folder, env=environment(folder), stdout=subprocess.PIPE)
    ended = time.monotonic()
    if done.returncode == 0 or b"fail" not in done.stdout:
        sys.exit(done.stdout.decode())
    return ended


def main() -> int:
    """Measure, and say what the goals are; status 1 when one is missed."""
    with tempfile.TemporaryDirectory() as name:
        folder, good = Path(name), True
        for words in (
            ["ca", "create"],
            ["ca", "create", "other"],
            ["issue", "server", "localhost", "--ca", "dev"],
            ["issue", "client", "alice", "--ca", "dev"],
            ["ca", "export", "other", "--out", "other.pem"],
        ):
            subprocess.run([TOOL, *words], cwd=folder, env=environment(folder), check=True, stdout=subprocess.DEVNULL)
        for words, version in (("TLS 1.2", SSL.TLS1_2_VERSION), ("TLS 1.3", SSL.TLS1_3_VERSION)):
            server = Refuser(folder, version)
            once(server.port, folder)
            spent = sorted((once(server.port, folder) - server.sent_at) * 1000 for _ in range(RUNS))
            middle = statistics.median(spent)
            good = good and middle <= GOAL_MS
            span = f"{middle:.1f} ms (median; {spent[0]:.1f} to {spent[-1]:.1f})"
            print(f"{words}: from the alert to the end of the process {span}, goal {GOAL_MS:.0f}")
        with socket.create_server(("127.0.0.1", 0)) as listener:
            began = time.monotonic()
            ended = once(listener.getsockname()[1], folder, "--timeout", str(SILENCE))
        beyond = (ended - began - SILENCE) * 1000
        print(f"a silent server: {beyond:.0f} ms beyond the wait (goal {SILENT_GOAL_MS:.0f})")
    return 0 if good and beyond <= SILENT_GOAL_MS else 1


if __name__ == "__main__":
    sys.exit(main())

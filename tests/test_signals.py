"""Signals end a command wherever they meet it, also within a callback of OpenSSL, where an exception would be lost."""

import signal
import subprocess
import sys

import pytest

PROGRAM = """
import os, signal, sys, time
from OpenSSL import SSL
from mtlsctl.cli import app

app.listen()
context = SSL.Context(SSL.TLS_CLIENT_METHOD)
context.set_info_callback(lambda *_: os.kill(os.getpid(), int(sys.argv[1])))
connection = SSL.Connection(context, None)
connection.set_connect_state()
try:
    try:
        connection.do_handshake()
    except SSL.WantReadError:
        pass
    time.sleep(10)
    print("it went on")
except KeyboardInterrupt:
    print("interrupted")
except app.Terminated as error:
    print("terminated by", error.number)
"""


@pytest.mark.parametrize(
    ("number", "said"),
    [(signal.SIGINT, "interrupted"), (signal.SIGTERM, "terminated by 15"), (signal.SIGHUP, "terminated by 1")],
)
def test_a_signal_within_a_callback_is_heard(number: int, said: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(int(number))], capture_output=True, text=True, timeout=30, check=False
    )
    assert (done.stdout, done.stderr) == (f"{said}\n", "")


def test_nohup_is_heeded() -> None:
    code = "import signal; from mtlsctl.cli import app; app.listen(); print(signal.getsignal(signal.SIGHUP).name)"
    words = ["nohup", sys.executable, "-c", code]
    done = subprocess.run(words, capture_output=True, text=True, timeout=30, check=True)
    assert done.stdout == "SIG_IGN\n"

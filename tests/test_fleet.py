"""Many handshakes from one command: lists of targets, repeats, resumption."""

import contextlib
import gc
import json
import os
import signal
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
import support
import tls_lab
from cryptography import x509
from hypothesis import given
from hypothesis import strategies as st
from OpenSSL import SSL
from tls_lab import PATIENCE, Lab

from mtlsctl.core import endpoint, openssl
from mtlsctl.core.latency import spread
from mtlsctl.core.session import Session
from mtlsctl.core.tls import TlsSettings
from mtlsctl.errors import SystemTroubleError, UsageError
from mtlsctl.workflows import many
from mtlsctl.workflows.handshake import Wish, client, meet

MUTUAL = ("-Verify", "3", "-verify_return_error")
Tool = Callable[..., support.Result]


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    return tls_lab.build(tmp_path_factory.mktemp("lab"))


@contextmanager
def mutual(lab: Lab, *options: str, server: str = "server") -> Iterator[int]:
    with tls_lab.s_server(lab, server, *MUTUAL, "-CAfile", str(lab.cert("root")), *options) as port:
        yield port


def objects(said: str) -> tuple[list[Any], Any]:
    """The answers by line of the list, and the sum."""
    *answers, summary = map(json.loads, said.splitlines())
    return sorted(answers, key=lambda one: one["line"]), summary


def test_a_list_of_targets_each_with_its_answer(mtlsctl: Tool, lab: Lab, tmp_path: Path, closed_port: int) -> None:
    with mutual(lab) as port, mutual(lab, server="server-expired") as other:
        text = (
            "\ufeff# a comment, then an empty line\n\n"
            f"localhost:{port}\r\n  127.0.0.1:{port}   # the same\nhttps://localhost:{port}/path\n"
            f"127.0.0.1:{port} servername=localhost\nlocalhost:{port} servername=other.test\n"
            f"localhost:{other}\n127.0.0.1:{closed_port}\nlocalhost:no-port\nlocalhost:{port} color=red\n"
            + "a" * 10000
            + "\n"
        )
        path = support.write(tmp_path / "fleet.txt", text.encode() + b"\xff\xfe:1\n" + f"localhost:{port}".encode())
        words = ("handshake", "--targets", path, "--ca", lab.cert("root"), *lab.pair("alice"))
        said, lines = mtlsctl(*words, "--json"), mtlsctl(*words)
    answers, summary = objects(said.stdout)
    assert said.exit_code == lines.exit_code == 2
    codes = [(a["line"], a["findings"][0]["code"] if "result" in a else a["error"]["code"]) for a in answers]
    assert codes == [
        (3, "ok"),
        (4, "ok"),
        (5, "ok"),
        (6, "ok"),
        (7, "server-name-mismatch"),
        (8, "server-cert-expired"),
        (9, "connection-refused"),
        *((line, "usage") for line in (10, 11, 12, 13)),
        (14, "ok"),
    ]
    assert [a["ok"] for a in answers] == [code == "ok" for _, code in codes]
    assert (answers[0]["target"], answers[0]["result"]["endpoint"]) == (f"localhost:{port}", f"localhost:{port}")
    assert len(answers[9]["target"]) < 5000
    assert summary["summary"] | {"seconds": 0} == {
        "targets": 12,
        "accepted": 5,
        "refused": 2,
        "untold": 5,
        "codes": {
            "ok": 5,
            "usage": 4,
            "server-name-mismatch": 1,
            "server-cert-expired": 1,
            "connection-refused": 1,
        },
        "seconds": 0,
    }
    assert (summary["ok"], summary["schema"], summary["command"]) == (False, 1, "handshake")
    assert lines.stdout.splitlines()[13].startswith("12 targets: 5 accepted, 2 refused, 5 could not tell (")
    assert sum(line.startswith("ok   ") for line in lines.stdout.splitlines()) == 5
    assert lines.stderr == ""


def test_the_exit_status_is_the_worst(mtlsctl: Tool, lab: Lab) -> None:
    with mutual(lab) as port:
        good, refused = f"localhost:{port}\n", f"localhost:{port} servername=other.test\n"
        words = ("handshake", "--targets", "-", "--ca", lab.cert("root"), *lab.pair("alice"))
        assert mtlsctl(*words, stdin=good * 3).exit_code == 0
        assert mtlsctl(*words, stdin=good + refused).exit_code == 1
        assert mtlsctl(*words, stdin=good + refused + "nonsense:x\n").exit_code == 2


def test_the_options_count_for_every_target(mtlsctl: Tool, lab: Lab) -> None:
    with mutual(lab) as port:
        words = ("handshake", "--targets", "-", "--ca", lab.cert("root"), *lab.pair("alice"), "--tls-max", "1.2")
        said = mtlsctl(*words, "--servername", "localhost", "--json", stdin=f"127.0.0.1:{port}\n" * 2)
    answers, _ = objects(said.stdout)
    assert [(a["result"]["server_name"], a["result"]["version"]) for a in answers] == [("localhost", "TLSv1.2")] * 2


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--targets", "empty.txt"), "no targets are in it"),
        (("--targets", "missing.txt"), "missing.txt: no such file"),
        (("--targets", "."), "is a directory"),
        (("--targets", "empty.txt", "localhost:1"), "give one HOST:PORT, or a list"),
        ((), "give one HOST:PORT, or a list"),
        (("--targets", "empty.txt", "--repeat", "2"), "--targets is for many servers"),
        (("--targets", "empty.txt", "--resume"), "--targets is for many servers"),
        (("localhost:1", "--repeat", "0"), "--repeat"),
        (("localhost:1", "--jobs", "0"), "--jobs"),
    ],
)
def test_what_cannot_be_done(mtlsctl: Tool, lab: Lab, tmp_path: Path, words: tuple[str, ...], message: str) -> None:
    support.write(tmp_path / "empty.txt", b"# nothing here\n\n")
    done = mtlsctl("handshake", *words, "--ca", lab.cert("root"))
    assert (done.exit_code, done.stdout) == (2, "")
    assert message in done.stderr
    assert "hint: " in done.stderr or "missing" in message or "directory" in message


def start(lab: Lab, *words: str, **options: Any) -> subprocess.Popen[bytes]:
    everything = [support.TOOL, "handshake", "--targets", "-", "--ca", str(lab.cert("root")), *words]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(everything, **{**pipes, **options})


def test_a_list_that_grows_is_answered_as_it_grows(lab: Lab) -> None:
    with mutual(lab) as port, start(lab, *map(str, lab.pair("alice")), "--json") as process:
        assert process.stdin
        assert process.stdout
        for number in (1, 2, 3):
            process.stdin.write(f"localhost:{port}\n".encode())
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["line"] == number
        process.stdin.close()
        assert json.loads(process.stdout.readline())["summary"]["accepted"] == 3
        assert process.wait(PATIENCE) == 0


@contextmanager
def silent() -> Iterator[int]:
    """A server that lets everybody connect and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_what_is_done_is_summed_up_when_a_signal_comes(lab: Lab, number: int, status: int) -> None:
    with mutual(lab) as port, silent() as quiet, start(lab, *map(str, lab.pair("alice")), "--json") as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write(f"localhost:{port}\n127.0.0.1:{quiet}\n".encode())
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["ok"]
        process.send_signal(number)
        said, errors = process.communicate(timeout=PATIENCE)
    assert json.loads(said.splitlines()[0])["summary"] | {"seconds": 0} == {
        "targets": 1,
        "accepted": 1,
        "refused": 0,
        "untold": 0,
        "codes": {"ok": 1},
        "seconds": 0,
    }
    assert (process.returncode, b"Traceback" in errors) == (status, False)


def test_a_reader_that_goes_away_ends_it_quietly(lab: Lab) -> None:
    with mutual(lab) as port, start(lab, *map(str, lab.pair("alice"))) as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write(f"localhost:{port}\n".encode())
        process.stdin.flush()
        assert process.stdout.readline().startswith(b"ok ")
        process.stdout.close()
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(f"localhost:{port}\n".encode() * 50)
            process.stdin.close()
        assert process.stderr
        assert (process.stderr.read(), process.wait(PATIENCE)) == (b"", 2)


def test_at_most_so_many_at_a_time(lab: Lab) -> None:
    """A server that answers nobody before it has three callers sees no fourth."""
    together, most, lock, enough = 0, 0, threading.Lock(), threading.Barrier(3, timeout=PATIENCE)

    def talk(connection: socket.socket) -> None:
        nonlocal together, most
        with lock:
            together += 1
            most = max(most, together)
        enough.wait()
        connection.sendall(b"SSH-2.0-x\r\n")
        connection.recv(4096)
        with lock:
            together -= 1

    with many_plain(talk, 6) as port:
        done = subprocess.run(
            [support.TOOL, "handshake", "--targets", "-", "--ca", lab.cert("root"), "--jobs", "3", "--json"],
            input=f"127.0.0.1:{port}\n".encode() * 6,
            capture_output=True,
        )
    answers, summary = objects(done.stdout.decode())
    assert {a["findings"][0]["code"] for a in answers} == {"not-tls"}
    assert (done.returncode, summary["summary"]["refused"], most) == (1, 6, 3)


@contextmanager
def many_plain(talk: Callable[[socket.socket], None], count: int) -> Iterator[int]:
    """A TCP server that does what talk says with each of so many connections, side by side."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(PATIENCE)

        def serve(connection: socket.socket) -> None:
            with connection, contextlib.suppress(OSError):
                connection.settimeout(PATIENCE)
                talk(connection)

        def run() -> None:
            with contextlib.suppress(OSError):  # nobody else came
                for _ in range(count):
                    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        yield listener.getsockname()[1]


def test_progress_is_for_the_terminal_alone(lab: Lab) -> None:
    master, slave = os.openpty()
    with mutual(lab) as port:
        process = start(lab, *map(str, lab.pair("alice")), stderr=slave)
        os.close(slave)
        said, _ = process.communicate(f"localhost:{port}\n".encode() * 3, PATIENCE)
    shown = b""
    with contextlib.suppress(OSError):
        while data := os.read(master, 4096):
            shown += data
    os.close(master)
    assert b"3 targets: 3 accepted" in said
    assert b"accepted" in shown, shown
    assert b"Traceback" not in shown


def test_a_thread_that_breaks_is_heard_of(lab: Lab) -> None:
    def place(text: str) -> Any:
        raise RuntimeError(text)

    crew = many.shake_all(None, [many.Target(1, "a")], None, 2, place)  # type: ignore[arg-type]
    with pytest.raises(RuntimeError, match=r"^a$"):
        list(crew)


def test_what_a_handshake_took_is_given_back_at_once(lab: Lab) -> None:
    """OpenSSL's side of a connection is large, and the garbage collector does not see how large."""
    roots = openssl.hold([x509.load_pem_x509_certificate(lab.cert("root").read_bytes())])
    with tls_lab.s_server(lab, "server") as port:
        ours = client(TlsSettings(roots=roots), "")
        wish = Wish(endpoint.parse(f"localhost:{port}"), ours.settings, "", PATIENCE)
        gc.collect()
        before = sum(isinstance(thing, Session) for thing in gc.get_objects())
        gc.disable()
        try:
            assert all(meet(ours, wish).report.ok for _ in range(3))
            assert sum(isinstance(thing, Session) for thing in gc.get_objects()) == before
        finally:
            gc.enable()


def test_fewer_threads_than_asked_for_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    start, left = threading.Thread.start, [2]

    def scarce(thread: threading.Thread) -> None:
        if not left[0]:
            raise RuntimeError("can't start new thread")
        left[0] -= 1
        start(thread)

    def place(text: str) -> Any:
        raise UsageError(text)

    monkeypatch.setattr(threading.Thread, "start", scarce)
    found = [many.Target(n, "a") for n in range(50)]
    assert len(list(many.shake_all(None, found, None, 8, place))) == 50  # type: ignore[arg-type]
    with pytest.raises(SystemTroubleError, match="no thread"):
        list(many.shake_all(None, found, None, 8, place))  # type: ignore[arg-type]


@pytest.mark.parametrize("version", ["1.2", "1.3"])
def test_repeats_and_resumption(mtlsctl: Tool, lab: Lab, version: str) -> None:
    words = ("--ca", lab.cert("root"), *lab.pair("alice"), "--tls-max", version)
    with mutual(lab) as port:
        full = mtlsctl("handshake", f"localhost:{port}", *words, "--repeat", "3", "--json")
        resumed = mtlsctl("handshake", f"localhost:{port}", *words, "--repeat", "4", "--resume", "--json")
        twice = mtlsctl("handshake", f"localhost:{port}", *words, "--resume")
        unasked = mtlsctl("handshake", f"localhost:{port}", *words)
    assert (full.exit_code, resumed.exit_code, twice.exit_code, unasked.exit_code) == (0, 0, 0, 0), resumed.stdout
    one, other = full.json["result"], resumed.json["result"]
    assert [run["resumed"] for run in one["runs"]] == [False] * 3
    assert [run["resumed"] for run in other["runs"]] == [False, True, True, True]
    assert [run["number"] for run in other["runs"]] == [1, 2, 3, 4]
    (group,) = other["groups"]
    assert (group["outcome"], group["runs"], group["server_subject"]) == ("ok", [1, 2, 3, 4], "CN=localhost")
    assert group["server_sha256"] == other["server_chain"][0]["sha256"]
    assert one["latency"]["tls_resumed_ms"] is None
    assert [other["latency"][k]["runs"] for k in ("tcp_ms", "tls_ms", "tls_resumed_ms", "total_ms")] == [4, 1, 3, 4]
    assert [f["code"] for f in resumed.json["findings"]] == ["ok"]
    assert "2: 2 accepted, 0 refused, 1 resumed" in twice.stdout
    assert "runs" not in unasked.stdout


def test_a_session_is_waited_for_where_no_certificate_is_asked_for(mtlsctl: Tool, lab: Lab) -> None:
    """In TLS 1.3 it comes after the handshake, which is otherwise over by then."""
    with tls_lab.s_server(lab, "server") as port:
        done = mtlsctl("handshake", f"localhost:{port}", "--ca", lab.cert("root"), "--resume", "--json")
    assert [run["resumed"] for run in done.json["result"]["runs"]] == [False, True]
    assert done.exit_code == 0


def test_a_server_that_resumes_nothing(mtlsctl: Tool, lab: Lab) -> None:
    with mutual(lab, "-no_ticket", "-no_cache", "-tls1_2") as port:
        words = ("handshake", f"localhost:{port}", "--ca", lab.cert("root"), *lab.pair("alice"), "--resume", "--json")
        done = mtlsctl(*words)
    assert (done.exit_code, [f["code"] for f in done.json["findings"]]) == (0, ["ok", "not-resumed"])


def test_a_server_that_does_not_verify_is_never_resumed(mtlsctl: Tool, lab: Lab) -> None:
    """A session carries the certificate past every check: --insecure must go on saying what is wrong with it."""
    with mutual(lab, server="server-expired") as port:
        words = ("--ca", lab.cert("root"), *lab.pair("alice"), "--repeat", "3", "--resume", "--insecure", "--json")
        done = mtlsctl("handshake", f"localhost:{port}", *words)
    assert [run["outcome"] for run in done.json["result"]["runs"]] == ["verify-disabled"] * 3
    assert not any(run["resumed"] for run in done.json["result"]["runs"])


@contextmanager
def without_session_id(lab: Lab, version: int) -> Iterator[int]:
    """A server on OpenSSL that asks for certificates and was given no session id context."""
    context = SSL.Context(SSL.TLS_SERVER_METHOD)
    context.use_certificate_chain_file(str(lab.cert("server")))
    context.use_privatekey_file(str(lab.key("server")))
    context.load_verify_locations(str(lab.cert("root")))
    context.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, lambda *a: bool(a[4]))
    context.set_max_proto_version(version)

    def talk(connection: socket.socket) -> None:
        connection.settimeout(None)
        tls = SSL.Connection(context, connection)
        tls.set_accept_state()
        with contextlib.suppress(SSL.Error):
            tls.do_handshake()
            while tls.recv(4096):
                pass

    with many_plain(talk, 5) as port:
        yield port


@pytest.mark.parametrize("version", [SSL.TLS1_2_VERSION, SSL.TLS1_3_VERSION])
def test_a_server_without_a_session_id_context(mtlsctl: Tool, lab: Lab, version: int) -> None:
    with without_session_id(lab, version) as port:
        words = ("--ca", lab.cert("root"), *lab.pair("alice"), "--repeat", "5", "--resume", "--json")
        done = mtlsctl("handshake", f"localhost:{port}", *words)
    result, found = done.json["result"], done.json["findings"]
    assert [run["outcome"] for run in result["runs"]] == ["ok", "resumption-refused"] * 2 + ["ok"]
    assert (done.exit_code, result["refused_by"], result["confidence"]) == (1, "server", "likely")
    assert [f["code"] for f in found] == ["resumption-refused"]
    assert "alert 80" in found[0]["message"]
    assert "session id context" in found[0]["hint"]


@contextmanager
def balancer(*ports: int, counted: Iterator[int] | None = None) -> Iterator[int]:
    """A load balancer: one connection to each port in turn, or to those that are counted out."""
    turn = counted or cycle(ports)

    def talk(connection: socket.socket) -> None:
        with socket.create_connection(("127.0.0.1", next(turn)), PATIENCE) as server:
            back = threading.Thread(target=pump, args=(server, connection), daemon=True)
            back.start()
            pump(connection, server)
            back.join(PATIENCE)

    with many_plain(talk, 100) as port:
        yield port


def pump(one: socket.socket, other: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := one.recv(65536):
            other.sendall(data)
        other.shutdown(socket.SHUT_WR)


def test_a_load_balancer_with_a_backend_that_refuses(mtlsctl: Tool, lab: Lab) -> None:
    """The second trusts another CA, and has another certificate."""
    other = ("-Verify", "3", "-verify_return_error", "-CAfile", str(lab.cert("other-root")))
    with mutual(lab) as good, tls_lab.s_server(lab, "server-soon", *other) as bad, balancer(good, bad) as port:
        words = ("--ca", lab.cert("root"), *lab.pair("alice"), "--repeat", "4")
        done = mtlsctl("handshake", f"localhost:{port}", *words, "--json")
        text = mtlsctl("handshake", f"localhost:{port}", *words)
    result = done.json["result"]
    first, second = result["groups"]
    assert (first["outcome"], first["runs"]) == ("client-cert-untrusted", [2, 4])
    assert (second["outcome"], second["runs"]) == ("ok", [1, 3])
    assert first["server_sha256"] != second["server_sha256"]
    assert (done.exit_code, result["accepted"], result["refused_by"]) == (1, False, "server")
    codes = [f["code"] for f in done.json["findings"]]
    assert (codes[0], codes[-1]) == ("client-cert-untrusted", "runs-differ")
    assert first["server_sha256"][:16] in done.json["findings"][-1]["message"]
    assert "2 accepted, 2 refused, 0 resumed" in text.stdout
    assert result["latency"]["tls_ms"]["runs"] == 2


def test_two_backends_with_two_certificates_are_a_note(mtlsctl: Tool, lab: Lab) -> None:
    with mutual(lab) as one, mutual(lab, server="server-soon") as two, balancer(one, two) as port:
        done = mtlsctl(
            "handshake", f"localhost:{port}", "--ca", lab.cert("root"), *lab.pair("alice"), "--repeat", "2", "--json"
        )
    found = {f["code"]: f["verdict"] for f in done.json["findings"]}
    assert (done.exit_code, found["runs-differ"]) == (0, "note")


def test_runs_that_reach_nobody_are_not_refused(mtlsctl: Tool, lab: Lab, closed_port: int) -> None:
    done = mtlsctl("handshake", f"127.0.0.1:{closed_port}", "--ca", lab.cert("root"), "--repeat", "2", "--json")
    assert (done.exit_code, done.json["findings"][0]["code"]) == (2, "connection-refused")
    assert done.json["result"]["latency"] == dict.fromkeys(("tcp_ms", "tls_ms", "tls_resumed_ms", "total_ms"))


def test_repeats_are_summed_up_when_a_signal_comes(lab: Lab) -> None:
    came = threading.Semaphore(0)

    def count() -> Iterator[int]:
        while True:
            came.release()
            yield server

    with mutual(lab) as server, balancer(counted=count()) as port:
        words = [support.TOOL, "handshake", f"localhost:{port}", "--ca", lab.cert("root"), *lab.pair("alice")]
        process = subprocess.Popen([*map(str, words), "--repeat", "100000", "--json"], stdout=subprocess.PIPE)
        assert all(came.acquire(timeout=PATIENCE) for _ in range(5)), "the fifth has come, so the first is over"
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate(timeout=PATIENCE)
    summed, error = map(json.loads, said.splitlines())
    assert (process.returncode, error["error"]["code"]) == (130, "interrupted")
    assert {run["outcome"] for run in summed["result"]["runs"]} == {"ok"}


def test_the_spread_of_some_values() -> None:
    assert spread([]) is None
    assert spread([7.0]) == (1, 7.0, 7.0, 7.0, 7.0, 7.0)
    assert spread([float(n) for n in range(100, 0, -1)]) == (100, 1.0, 50.0, 90.0, 99.0, 100.0)
    assert spread([1.0, 2.0]) == (2, 1.0, 1.0, 2.0, 2.0, 2.0)


@given(st.lists(st.floats(0, 1e6), min_size=1))
def test_a_spread_is_in_order_and_made_of_the_values(values: list[float]) -> None:
    found = spread(values)
    assert found is not None
    assert list(found[1:]) == sorted(found[1:])
    assert set(found[1:]) <= set(values)
    for percent, value in ((50, found.p50), (90, found.p90), (99, found.p99)):
        assert sum(v <= value for v in values) * 100 >= percent * len(values)


@pytest.mark.parametrize("before", ["", "localhost:1\n"])
def test_a_key_in_place_of_a_list_is_not_repeated(mtlsctl: Tool, tmp_path: Path, before: str) -> None:
    pair = support.make_cert("alice")
    key = pair.key_pem.decode()
    (tmp_path / "ca.pem").write_bytes(pair.pem)
    (tmp_path / "list").write_text(before + key)
    (tmp_path / "binary").write_bytes(b"\x30\x81\x87\x02\x01\x00" + bytes(range(128, 256)))
    for name, found in (("list", "found PEM"), ("binary", "(binary data)")):
        for words in ((), ("--json",)):
            done = mtlsctl("handshake", "--targets", name, "--ca", tmp_path / "ca.pem", *words)
            assert done.exit_code == 2
            assert found in done.stdout + done.stderr
            assert not any(line in done.stdout + done.stderr for line in key.splitlines()[1:-1])

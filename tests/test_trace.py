"""handshake --trace and --keylog: what was said, as a drawing and as JSON, and what opens it for others."""

import json
import os
import re
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pexpect
import pytest
import support
import tls_lab
import wire_lab
from test_architecture import loaded_by
from tls_lab import Lab

from mtlsctl.core import flight, wire

Tool = Callable[..., support.Result]
MUTUAL = ("-Verify", "3", "-verify_return_error")


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    return tls_lab.build(tmp_path_factory.mktemp("lab"))


@pytest.fixture
def port(lab: Lab) -> Iterator[int]:
    with tls_lab.s_server(lab, "server", *MUTUAL, "-CAfile", str(lab.cert("root"))) as port:
        yield port


def words(lab: Lab, port: int, *more: Any) -> list[Any]:
    return ["handshake", f"localhost:{port}", "--ca", lab.cert("root"), *more]


def drawn(stdout: str) -> list[str]:
    """The lines of the trace."""
    lines = stdout.splitlines()
    start = next(n for n, line in enumerate(lines) if line.startswith("  trace "))
    end = next(n for n, line in enumerate(lines) if n > start and not line.startswith("  "))
    return lines[start + 1 : end]


def test_the_drawing(mtlsctl: Tool, lab: Lab, port: int) -> None:
    lines = drawn(mtlsctl(*words(lab, port, "--trace", *lab.pair("alice"))).stdout)
    assert max(map(len, lines)) == 80
    arrows = [line.split(" ms ", 1)[1].split() for line in lines if " ms " in line]
    heads = [("client", "server", "▶" in shaft) for _, shaft, _ in arrows]
    assert heads == [("client", "server", rightwards) for rightwards in (True, False, True, False)]
    told = [line.split()[0] for line in lines if " ms " not in line and line[14] != " "]
    assert told == [
        "ClientHello",
        "ServerHello",
        "{EncryptedExtensions}",
        "{CertificateRequest}",
        "{Certificate}",
        "{CertificateVerify}",
        "{Finished}",
        "{Certificate}",
        "{CertificateVerify}",
        "{Finished}",
        "{NewSessionTicket}",
        *(["{NewSessionTicket}"] if told[-2] == "{NewSessionTicket}" else []),
    ]
    text = " ".join(" ".join(lines).split())
    assert "{Certificate} CN=alice, then CN=Lab Issuing" in text
    assert "for localhost" in text


def test_an_empty_certificate_and_the_alert_are_called_out(mtlsctl: Tool, lab: Lab, port: int) -> None:
    result = mtlsctl(*words(lab, port, "--trace"))
    assert result.exit_code == 1
    text = " ".join(" ".join(drawn(result.stdout)).split())
    assert "{Certificate} EMPTY: no certificate is shown" in text
    assert "{certificate_required} alert 116: a client certificate is required and none was sent" in text


def test_a_certificate_that_was_kept_back_is_not_in_the_drawing(mtlsctl: Tool, lab: Lab, port: int) -> None:
    """The server does not verify: ours does not go out, and the drawing shows what went out."""
    result = mtlsctl("handshake", f"localhost:{port}", "--ca", lab.cert("other-root"), "--trace", *lab.pair("alice"))
    assert result.exit_code == 1
    text = " ".join(drawn(result.stdout))
    assert "CN=alice" not in text
    assert "unknown_ca" in text


def test_what_is_not_tls(mtlsctl: Tool, lab: Lab) -> None:
    with tls_lab.plain_server(lambda c: (c.recv(2000), c.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n\x1b[31m"))) as port:
        result = mtlsctl(*words(lab, port, "--trace", "--no-extra-probes"))
    assert result.exit_code == 1
    assert "\x1b" not in result.stdout
    assert any("not TLS" in line and "HTTP: HTTP/1.1 400 Bad" in line for line in drawn(result.stdout))


def test_an_end_without_a_word_is_answered_with_none(mtlsctl: Tool, lab: Lab) -> None:
    """OpenSSL would send decode_error then, which is in no log and misleads whoever reads the drawing."""
    said = bytearray()

    def read_and_leave(connection: socket.socket) -> None:
        said.extend(connection.recv(4096))
        connection.shutdown(socket.SHUT_WR)
        while data := connection.recv(4096):
            said.extend(data)

    with tls_lab.plain_server(read_and_leave) as port:
        result = mtlsctl(*words(lab, port, "--trace", "--json", "--no-extra-probes"))
    assert [step["name"] for step in result.json["result"]["trace"]] == ["ClientHello"]
    assert said[:1] == b"\x16"
    assert len(said) == 5 + int.from_bytes(said[3:5])


def test_nothing_was_said(mtlsctl: Tool, lab: Lab) -> None:
    result = mtlsctl("handshake", "127.0.0.1:1", "--ca", lab.cert("root"), "--trace")
    assert (result.exit_code, "trace" in result.stdout) == (2, False)
    assert (
        mtlsctl("handshake", "127.0.0.1:1", "--ca", lab.cert("root"), "--trace", "--json").json["result"]["trace"] == []
    )


def test_json_has_the_messages_and_no_secret(mtlsctl: Tool, lab: Lab, port: int, tmp_path: Path) -> None:
    log = tmp_path / "keys.log"
    result = mtlsctl(*words(lab, port, "--trace", "--json", "--keylog", log, *lab.pair("alice")))
    steps = {step["name"]: step for step in result.json["result"]["trace"] if step["sender"] == "server"}
    assert set(steps["Certificate"]) == set(flight.Step._fields)
    assert [one["subject"] for one in steps["Certificate"]["detail"]["chain"]] == ["CN=localhost", "CN=Lab Issuing"]
    assert "ecdsa_secp256r1_sha256" in steps["CertificateRequest"]["detail"]["signature_algorithms"]
    secrets = [line.split()[2] for line in log.read_text().splitlines()]
    assert len(secrets) > 3
    for secret in secrets:
        assert secret not in result.stdout + result.stderr
    assert result.stderr == f"note: whoever has {log} can decrypt what was recorded of this connection\n"
    assert mtlsctl(*words(lab, port, "--json")).json["result"]["trace"] == []


@pytest.mark.parametrize("version", ["1.2", "1.3"])
def test_the_key_log_opens_what_somebody_else_recorded(
    mtlsctl: Tool, lab: Lab, port: int, tmp_path: Path, version: str
) -> None:
    log = tmp_path / "keys.log"
    with wire_lab.recorder(port) as (near, seen):
        options = ("--trace", "--json", "--keylog", log, "--tls-max", version, *lab.pair("alice"))
        told = mtlsctl(*words(lab, near, *options)).json["result"]["trace"]
    assert log.stat().st_mode & 0o777 == 0o600
    messages = wire.decode(seen.chunks, log.read_bytes().splitlines(), "sent")
    assert [(m.sender, m.name, m.encrypted) for m in messages][: len(told)] == [
        (step["sender"], step["name"], step["encrypted"]) for step in told
    ]
    assert messages[-1].name == "close_notify", "the goodbye came after the answer was known"


def test_the_key_log_is_added_to(mtlsctl: Tool, lab: Lab, port: int, tmp_path: Path, env: dict[str, str]) -> None:
    log = support.write(tmp_path / "keys.log", b"# kept\n")
    log.chmod(0o644)
    result = mtlsctl(*words(lab, port), env=env | {"SSLKEYLOGFILE": str(log)})
    assert result.stderr.splitlines()[1] == f"note: others may have access to it: chmod 600 {log}"
    first = log.read_text().splitlines()
    assert first[0] == "# kept"
    assert len(first) > 3
    mtlsctl(*words(lab, port, "--keylog", log))
    assert log.read_text().splitlines()[: len(first)] == first
    assert len(log.read_text().splitlines()) > len(first)


@pytest.mark.parametrize("bad", ["-", ".", "missing/keys.log", ""])
def test_a_key_log_that_cannot_be_written_stops_before_the_handshake(mtlsctl: Tool, lab: Lab, bad: str) -> None:
    result = mtlsctl("handshake", "127.0.0.1:1", "--ca", lab.cert("root"), "--keylog", bad, "--json")
    assert result.exit_code == 2
    assert "--keylog" in result.json["error"]["hint"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes: any Unix has them")
def test_a_key_log_that_nobody_reads_does_not_keep_us(mtlsctl: Tool, lab: Lab, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    result = mtlsctl("handshake", "127.0.0.1:1", "--ca", lab.cert("root"), "--keylog", pipe, "--json")
    assert (result.exit_code, "cannot add to this key log" in result.json["error"]["message"]) == (2, True)


def test_a_handshake_without_it_loads_none_of_it(lab: Lab, port: int) -> None:
    loaded = loaded_by(*map(str, words(lab, port, *lab.pair("alice"))))
    ours = {"wire", "wire_keys", "wire_messages", "messages", "flight", "tlsnames", "evidence"}
    assert "mtlsctl.core.session" in loaded
    assert not {f"mtlsctl.core.{name}" for name in ours} & loaded
    assert not {"mtlsctl.cli.text.trace", "mtlsctl.workflows.keylog"} & loaded


def test_many_targets_are_traced_in_json(mtlsctl: Tool, lab: Lab, port: int) -> None:
    listed = f"localhost:{port}\n127.0.0.1:{port}\n"
    options = ("handshake", "--targets", "-", "--ca", lab.cert("root"), "--trace", *lab.pair("alice"))
    said = mtlsctl(*options, "--json", stdin=listed).stdout.splitlines()
    answers = [answer["result"] for line in said if "result" in (answer := json.loads(line))]
    assert len(answers) == 2
    assert all(answer["trace"][0]["name"] == "ClientHello" for answer in answers)
    assert {answer["trace"][0]["detail"]["server_name"] for answer in answers} == {"localhost", ""}
    refused = mtlsctl(*options, stdin=listed)
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "hint: add --json" in refused.stderr


@pytest.mark.parametrize(("columns", "drawn_to"), [(60, 60), (80, 80), (200, 110)])
def test_a_terminal_is_filled_and_no_line_is_broken(
    lab: Lab, port: int, env: dict[str, str], columns: int, drawn_to: int
) -> None:
    command = [str(support.TOOL), *map(str, words(lab, port, "--trace", *lab.pair("alice")))]
    environment = {k: v for k, v in env.items() if k != "COLUMNS"} | {"TERM": "xterm-256color"}
    child = pexpect.spawn(
        command[0], command[1:], env=environment, dimensions=(60, columns), encoding="utf-8", timeout=30
    )
    child.expect(pexpect.EOF)
    lines = child.before.splitlines()
    assert any("\x1b[" in line for line in lines)
    arrows = [line for line in lines if "client" in line and ("▶" in line or "◀" in line)]
    assert len(arrows) == 4
    bare = [re.sub(r"\x1b\[[0-9;]*m", "", line).rstrip() for line in arrows]
    assert {(len(line), line.endswith("server")) for line in bare} == {(drawn_to, True)}


def test_where_stdout_takes_ascii_alone(lab: Lab, port: int, env: dict[str, str]) -> None:
    command = [str(support.TOOL), *map(str, words(lab, port, "--trace", *lab.pair("alice")))]
    plain = env | {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    said = subprocess.run(command, env=plain, capture_output=True, check=True).stdout
    assert b"---> server" in said
    assert b"client <---" in said
    assert b"\\u25" not in said

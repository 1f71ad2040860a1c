"""The command line as a whole: help, errors, JSON, pipes, signals, terminals."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pexpect
import pytest
import support

from mtlsctl import __version__
from mtlsctl.cli import jsonform, stream
from mtlsctl.core.findings import Finding, Verdict
from mtlsctl.core.printable import printable

Tool = Callable[..., support.Result]


@pytest.mark.parametrize("words", [["--version"], ["-V"]])
def test_version(mtlsctl: Tool, words: list[str]) -> None:
    assert mtlsctl(*words).stdout == f"mtlsctl {__version__}\n"
    module = subprocess.run([sys.executable, "-m", "mtlsctl", *words], capture_output=True, text=True, check=True)
    assert module.stdout == f"mtlsctl {__version__}\n"


@pytest.mark.parametrize("words", [[], ["--help"], ["-h"]])
def test_help(mtlsctl: Tool, words: list[str]) -> None:
    shown = mtlsctl(*words)
    assert shown.exit_code == 0
    for word in ("Make:", "Revoke:", "Look:", "Talk:", "System:", "handshake", "Start with: mtlsctl demo"):
        assert word in shown.stdout


def test_help_of_groups_and_commands(mtlsctl: Tool) -> None:
    assert "export" in mtlsctl("ca", "-h").stdout
    shown = mtlsctl("issue", "--help").stdout
    assert "    mtlsctl issue server localhost 127.0.0.1" in shown, "examples keep their lines"
    assert "Exit status: 0 issued, 2 not." in shown
    assert "--password-file" in shown


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["isue"], "No such command 'isue'"),
        (["ca", "destroy"], "No such command 'destroy'"),
        (["ca"], "Missing command"),
        (["issue"], "Missing argument"),
        (["--nonsense"], "No such option"),
        (["key", "new"], "Missing argument"),
        (
            ["explain", "--jsn"],
            "No such option: --jsn\nhint: did you mean: --json; all options: mtlsctl explain --help",
        ),
        (["handshake", "x", "--cacert", "ca.pem"], "hint: did you mean: --ca; all options: mtlsctl handshake --help"),
        (["probe", "x", "-k"], "hint: did you mean: --insecure; "),
        (["verify", "x", "-k"], "No such option: -k\nhint: mtlsctl verify --help"),
        (["handshake", "x", "--ca"], "requires an argument\nhint: mtlsctl handshake --help"),
    ],
)
def test_wrong_words(mtlsctl: Tool, words: list[str], says: str) -> None:
    result = mtlsctl(*words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert says in result.stderr
    assert "hint: " in result.stderr
    assert "mtlsctl" in result.stderr.splitlines()[1]
    as_json = mtlsctl(*words, "--json")
    assert (as_json.exit_code, as_json.stderr) == (2, "")
    assert as_json.json["error"]["code"] == "usage"


README = (Path(__file__).parent.parent / "README.md").read_text()
FIELDS = {
    command: set(re.findall(r"`(\w+)`", fields))
    for command, fields in re.findall(r"^\| `([a-z -]+)`[^|]*\| ([^|]*) \|$", README, re.MULTILINE)
}


def test_every_json_answer_has_the_documented_shape(mtlsctl: Tool, tmp_path: Path) -> None:
    """One object on one line: schema, command, ok, result, findings; the result's fields are the README's."""
    mtlsctl("ca", "create")
    mtlsctl("issue", "client", "alice")
    mtlsctl("key", "new", "web.key")
    mtlsctl("csr", "new", "web.key", "--name", "web.test")
    sessions = {
        "ca create": ["other"],
        "ca list": [],
        "ca show": ["dev"],
        "ca export": ["dev"],
        "key new": ["a.key"],
        "csr new": ["a.key", "--name", "a.test"],
        "sign": ["web.csr", "--profile", "server", "--ca", "dev"],
        "issue": ["peer", "db.test", "--ca", "dev"],
        "issue --from": ["-", "client", "--ca", "dev"],
        "renew": ["alice"],
        "revoke": ["alice", "--ca", "dev"],
        "crl": ["--ca", "dev"],
        "inspect": ["alice/fullchain.pem"],
        "inspect --diff": ["alice/cert.pem", "alice/fullchain.pem"],
        "inspect --graph": ["pki.svg", "dev"],
        "verify": ["db.test", "--ca", "dev", "--as", "server"],
        "lint": ["db.test"],
        "explain": ["ok"],
        "handshake": ["127.0.0.1:1", "--ca", "dev"],
        "probe": ["127.0.0.1:1", "--ca", "dev"],
        "completions": ["bash"],
        "demo": [],
    }
    assert set(FIELDS) - {"serve"} == set(sessions), "every command is documented; test_serve.py sees to serve"
    for words, more in sessions.items():
        result = mtlsctl(*words.split(), *more, "--json", stdin="erin\n")
        assert result.exit_code == (2 if words in ("handshake", "probe") else 0), (words, result.stdout, result.stderr)
        assert result.stdout.count("\n") == 1
        answer = result.json
        assert set(answer) == {"schema", "command", "ok", "result", "findings"}, words  # inspect says ok last
        assert (answer["schema"], answer["command"]) == (1, words.partition(" --")[0])
        assert answer["ok"] is (words not in ("handshake", "probe"))
        assert set(answer["result"]) == FIELDS[words], words
        for finding in answer["findings"]:
            assert list(finding) == ["code", "verdict", "message", "hint", "whose", "about"]
        for certificate in certificates_in(answer["result"]):
            assert {"pem", "sha256", "spki_sha256", "serial_hex", "not_before", "not_after"} <= set(certificate)
            assert str(certificate["not_after"]).endswith("Z")


def certificates_in(value: object) -> list[dict[str, object]]:
    """Every object below value that holds a certificate."""
    if isinstance(value, list):
        return [found for item in value for found in certificates_in(item)]
    if isinstance(value, dict):
        here = [value] if "BEGIN CERTIFICATE-" in str(value.get("pem")) else []
        return here + [found for item in value.values() for found in certificates_in(item)]
    return []


def test_a_closed_pipe_is_no_traceback(env: dict[str, str], tmp_path: Path) -> None:
    support.run_tool("ca", "create", env=env)
    for words in ("--help", "explain", "ca show", "ca show --json"):
        done = subprocess.run(
            ["bash", "-c", f"set -o pipefail; {support.TOOL} {words} | true"], env=env, capture_output=True, text=True
        )
        assert done.stderr == "", words


ANSWERS = {
    "verify localhost --ca dev": 0,
    "verify localhost --ca dev --json": 0,
    "verify localhost --ca dev --name other.test": 1,
    "verify localhost --ca dev --name other.test --json": 1,
    "verify localhost --json": 2,
    "inspect localhost": 0,
    "inspect localhost --json": 0,
    "inspect --pem localhost": 0,
    "inspect localhost/cert.pem --diff localhost/ca.pem": 1,
    "lint localhost": 0,
    "lint localhost --sarif": 0,
    "ca export --chain": 0,
    "ca show nobody --json": 2,
    "completions bash": 0,
    "explain --json": 0,
    "--version": 0,
    "--help": 0,
    "verify --help": 0,
}


def test_a_reader_who_goes_away_does_not_change_the_answer(env: dict[str, str], tmp_path: Path) -> None:
    for made in (("ca", "create"), ("issue", "server", "localhost")):
        assert support.run_tool(*made, env=env, cwd=tmp_path).exit_code == 0
    for words, status in ANSWERS.items():
        script = f"exec 3> >(:); wait $!; {support.TOOL} {words} >&3"  # the reader is gone before the first byte
        done = subprocess.run(["bash", "-c", script], env=env, cwd=tmp_path, capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (status, ""), words


def test_a_full_standard_output(env: dict[str, str]) -> None:
    for words in (("ca", "list"), ("ca", "list", "--json")):
        with open("/dev/full", "w") as full:
            done = subprocess.run([support.TOOL, *words], env=env, stdout=full, stderr=subprocess.PIPE, text=True)
        assert (done.returncode, done.stderr) == (2, "mtlsctl: no space left on device\n"), words


def test_closed_standard_streams(env: dict[str, str]) -> None:
    for redirection in (">&-", "2>&-", "<&-", "<&- >&- 2>&-"):
        done = subprocess.run(
            ["bash", "-c", f"{support.TOOL} ca list {redirection}"], env=env, capture_output=True, text=True
        )
        assert "Traceback" not in done.stderr, redirection


def test_plain_ascii_surroundings(mtlsctl: Tool, env: dict[str, str]) -> None:
    ascii_only = {k: v for k, v in env.items() if k != "LC_ALL"} | {"LC_ALL": "C", "PYTHONIOENCODING": "ascii"}
    made = mtlsctl("ca", "create", env=ascii_only)
    assert made.exit_code == 0
    assert "\\u2514" in made.stdout
    assert mtlsctl("ca", "show", "--json", env=ascii_only).exit_code == 0


def test_names_from_strangers_cannot_steer_the_terminal() -> None:
    assert printable("a\x1b[31mb\x07\u202ec\nd") == "a\\x1b[31mb\\x07\\u202ec\\nd"


@pytest.mark.parametrize("name", ["\u202egnp", "\x9b31m", "\x7f", "\u2028", "\U000e0041", "\udcff"])
def test_json_from_strangers_cannot_steer_the_terminal(name: str) -> None:
    written = jsonform.dumps([f"Bücher {name} \N{KEY}"])
    assert written.isprintable()
    assert ("Bücher" in written) is jsonform._beyond_ascii()
    assert json.loads(written) == [f"Bücher {name} \N{KEY}"]


def test_json_that_is_written_in_pieces_steers_it_no_more(capsys: pytest.CaptureFixture[str]) -> None:
    stream.Stream("inspect").begin("rtl\u202e\x9b.pem")
    written = capsys.readouterr().out
    assert written.isprintable()
    assert "rtl\\u202e\\u009b.pem" in written


def test_json_knows_no_other_types() -> None:
    with pytest.raises(TypeError):
        jsonform.plain(object())


def test_named_tuples_are_json_objects_and_other_tuples_arrays() -> None:
    finding = Finding("ok", Verdict.OK, "fine")
    assert json.loads(jsonform.dumps({"findings": (finding,), "names": ("a", "b")})) == {
        "findings": [
            {"code": "ok", "verdict": "ok", "message": "fine", "hint": "", "whose": "nobody", "about": ""},
        ],
        "names": ["a", "b"],
    }


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_leaves_nothing_half_written(
    mtlsctl: Tool, tmp_path: Path, env: dict[str, str], number: signal.Signals
) -> None:
    mtlsctl("ca", "create")
    names = support.write(tmp_path / "names.txt", "".join(f"user{n}\n" for n in range(20000)).encode())
    process = subprocess.Popen(
        [support.TOOL, "issue", "client", "--from", names, "--out", "people"],
        cwd=tmp_path,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    while not (tmp_path / "people").exists() or not list((tmp_path / "people").iterdir()):
        assert process.poll() is None
    process.send_signal(number)
    _, stderr = process.communicate(timeout=30)
    assert process.returncode == 128 + number
    assert "Traceback" not in stderr
    left = [p.name for p in (tmp_path / "people").iterdir() if not p.name.startswith("user")]
    assert left == []
    for folder in (tmp_path / "people").iterdir():
        assert len(list(folder.iterdir())) == 5


def test_a_prompt_asks_twice_and_shows_nothing(tmp_path: Path, env: dict[str, str]) -> None:
    def spawn(*words: str) -> "pexpect.spawn[str]":
        return pexpect.spawn(str(support.TOOL), list(words), cwd=str(tmp_path), env=env, encoding="utf-8", timeout=20)

    child = spawn("ca", "create", "--encrypt")
    child.expect("Password for the keys of CA dev \\(new\\): ")
    child.sendline("correct horse")
    child.expect("Password for the keys of CA dev \\(again\\): ")
    child.sendline("correct horse")
    child.expect("key encrypted")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    child = spawn("issue", "client", "alice")
    child.expect("Password for the issuing key of CA dev: ")
    child.sendline("wrong")
    child.expect("does not open this key")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 2
    child = spawn("key", "new", "x.key", "--encrypt")
    child.expect("new")
    child.sendline("one")
    child.expect("again")
    child.sendline("two")
    child.expect("the two passwords differ")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 2
    child = spawn("key", "new", "x.key", "--encrypt")
    child.expect("new")
    child.sendintr()
    child.expect("interrupted")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 130
    assert not (tmp_path / "x.key").exists()


@pytest.mark.parametrize("colour", [True, False])
def test_a_terminal_gets_colour_unless_told_otherwise(tmp_path: Path, env: dict[str, str], colour: bool) -> None:
    more = {"TERM": "xterm-256color"} | ({} if colour else {"NO_COLOR": "1"})
    child = pexpect.spawn(
        str(support.TOOL), ["ca", "create"], cwd=str(tmp_path), env=env | more, encoding="utf-8", timeout=20
    )
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    shown = child.before or ""
    assert ("\x1b[" in shown.replace("\x1b[1m", "").replace("\x1b[2m", "").replace("\x1b[0m", "")) is colour
    assert "CN=dev Root CA" in shown


def test_json_is_ascii_safe_for_odd_file_names(mtlsctl: Tool, tmp_path: Path) -> None:
    odd = os.fsdecode(b"odd-\xff\xfe.key")
    made = mtlsctl("key", "new", odd, "--json")
    assert made.exit_code == 0, made.stderr
    assert json.loads(made.stdout)["result"]["file"] == odd
    assert (tmp_path / odd).exists()


def test_each_event_of_serve_has_the_documented_shape(mtlsctl: Tool, tmp_path: Path, env: dict[str, str]) -> None:
    mtlsctl("ca", "create")
    mtlsctl("issue", "server", "localhost")
    words = [support.TOOL, "serve", "--identity", "localhost", "--listen", "127.0.0.1:0", "--json"]
    with subprocess.Popen(words, cwd=tmp_path, env=env, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        event = json.loads(process.stdout.readline())
        process.terminate()
        assert process.wait(20) == 0
    assert set(event["result"]) == FIELDS["serve"]


def test_a_defect_is_no_answer_and_quotes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    from mtlsctl.cli import app

    try:
        raise ValueError("-----BEGIN PRIVATE KEY-----")
    except ValueError as error:
        status = app.tell(app.defect(error), as_json=False)
    shown = capsys.readouterr()
    assert (status, shown.out) == (2, "")
    assert "a defect of mtlsctl" in shown.err
    assert "PRIVATE" not in shown.err


def test_a_password_that_was_not_needed_is_said(mtlsctl: Tool) -> None:
    mtlsctl("ca", "create")
    result = mtlsctl("issue", "client", "alice", "--password-file", "missing.txt")
    assert result.exit_code == 0
    assert "the password was not needed" in result.stderr

"""`mtlsctl demo`: the story goes as it should and leaves nothing behind."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import support

Tool = Callable[..., support.Result]


def test_the_story(mtlsctl: Tool, tmp_path: Path, env: dict[str, str], home: Path) -> None:
    result = mtlsctl("demo", env=env | {"TMPDIR": str(tmp_path)})
    assert result.exit_code == 0, result.stdout
    assert result.stderr == ""
    for words in (
        "$ mtlsctl ca create",
        "$ mtlsctl issue server localhost 127.0.0.1",
        "$ mtlsctl issue client alice",
        "$ mtlsctl serve --identity localhost --client-ca dev",
        "accepted: TLS 1.3",
        "[client-cert-required]",
        "[client-cert-untrusted]",
    ):
        assert words in result.stdout
    assert list(tmp_path.iterdir()) == []
    assert not home.exists()


def test_json(mtlsctl: Tool) -> None:
    steps = mtlsctl("demo", "--json").json["result"]["steps"]
    codes = [step["findings"][0]["code"] for step in steps if step["findings"]]
    assert codes == ["ok", "client-cert-required", "client-cert-untrusted"]
    assert all(step["as_expected"] for step in steps)


def test_a_closed_pipe_leaves_nothing(tmp_path: Path, env: dict[str, str]) -> None:
    done = subprocess.run(
        ["bash", "-c", f"{support.TOOL} demo | head -n 1"],
        env=env | {"TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert done.stdout == "1. A CA of your own\n"
    assert done.stderr == ""
    assert list(tmp_path.iterdir()) == []

"""Folders and files that may not be read: what nobody could look at is never passed over in silence."""

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import support
from cryptography import x509
from support import SERVER_AUTH, make_cert, write

Run = Callable[..., support.Result]
ROOT = make_cert("Root", ca=True)
LEAF = make_cert("web.test", ROOT, ekus=(SERVER_AUTH,), sans=(x509.DNSName("web.test"),))
_CAPS = "-dac_override,-dac_read_search"
_AS_OTHERS = ("setpriv", "--bounding-set", _CAPS, "--inh-caps", _CAPS) if os.geteuid() == 0 else ()


@pytest.fixture
def run(tmp_path: Path, env: dict[str, str]) -> Run:
    """The tool without root's right to read everything."""

    def run(*words: str) -> support.Result:
        command = [*_AS_OTHERS, str(support.TOOL), *words]
        done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=60, check=False)
        assert "Traceback" not in done.stdout + done.stderr
        return support.Result(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture(autouse=True)
def shut(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "pki" / "shut"
    folder.mkdir(parents=True)
    write(tmp_path / "pki" / "web.pem", LEAF.pem, ROOT.pem)
    write(folder / "other.pem", LEAF.pem)
    folder.chmod(0)
    yield folder
    folder.chmod(0o700)


@pytest.mark.parametrize("form", [(), ("--json",), ("--sarif",)])
def test_lint_could_not_tell_of_a_folder(run: Run, form: tuple[str, ...]) -> None:
    result = run("lint", "pki", *form)
    assert (result.exit_code, "pki/shut: permission denied" in result.stdout) == (2, True)
    if form == ("--json",):
        assert (result.json["ok"], result.json["result"]["examined"]["unread"]) == (False, 1)


def test_lint_of_nothing_but_what_is_shut(run: Run) -> None:
    result = run("lint", "pki/shut")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "pki/shut: permission denied" in result.stderr


def test_a_file_that_may_be_anything(run: Run, tmp_path: Path) -> None:
    (tmp_path / "pki" / "shut").chmod(0o700)
    assert run("lint", "pki").exit_code == 0
    (tmp_path / "pki" / "nowhere").symlink_to("gone")
    (tmp_path / "pki" / "circle").symlink_to("circle")
    assert run("lint", "pki").exit_code == 0
    write(tmp_path / "pki" / "tls-key", LEAF.key_pem).chmod(0)
    for command in ("lint", "inspect"):
        result = run(command, "pki")
        assert (result.exit_code, "pki/tls-key: permission denied" in result.stdout) == (2, True)


@pytest.mark.parametrize("form", [(), ("--short",), ("--pem",), ("--field", "sha256"), ("--json",), ("--graph", "-")])
def test_inspect_names_what_it_could_not_read(run: Run, form: tuple[str, ...]) -> None:
    result = run("inspect", *form, "pki")
    assert result.exit_code == 2
    assert "pki/shut: permission denied" in result.stdout + result.stderr
    assert run("inspect", *form, "pki/shut").exit_code == 2


def test_a_folder_of_chains_is_named_as_it_was_typed(run: Run) -> None:
    result = run("verify", "pki/web.pem", "--ca", "pki/web.pem", "--chain", "pki/shut")
    assert (result.exit_code, result.stderr) == (2, "mtlsctl: pki/shut: permission denied\n")
    drawn = run("inspect", "--graph", "x.svg", "pki/shut")
    assert (drawn.exit_code, drawn.stderr) == (2, "mtlsctl: pki/shut: permission denied\n")

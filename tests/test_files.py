"""Files: whole or none, and never readable by those who should not."""

import os
import stat
from pathlib import Path

import pytest

from mtlsctl.errors import ConflictError, MtlsctlError
from mtlsctl.workflows import files
from mtlsctl.workflows.files import KEY_MODE, Output


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def test_all_or_nothing(tmp_path: Path) -> None:
    (tmp_path / "b").write_text("old")
    with pytest.raises(ConflictError):
        files.write([Output(tmp_path / "a", b"1"), Output(tmp_path / "b", b"2")])
    assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [("b", "old")]


def test_what_was_placed_is_put_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").write_text("old")
    (tmp_path / "folder").mkdir()
    place, placed = files._place, []

    def failing(temporary: Path, path: Path, force: bool) -> Path | None:
        if placed:
            raise MtlsctlError("the disk went away")
        placed.append(path)
        return place(temporary, path, force)

    monkeypatch.setattr(files, "_place", failing)
    with pytest.raises(MtlsctlError):
        files.write([Output(tmp_path / "a", b"new"), Output(tmp_path / "b", b"2")], force=True)
    assert (tmp_path / "a").read_text() == "old"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a", "folder"]
    with pytest.raises(ConflictError, match="a folder stands"):
        files.write([Output(tmp_path / "folder", b"new")], force=True)


@pytest.mark.parametrize(("before", "after"), [(0o600, 0o600), (0o640, 0o640), (0o644, 0o600), (0o666, 0o600)])
def test_a_replaced_key_is_not_for_others(tmp_path: Path, before: int, after: int) -> None:
    key = tmp_path / "key.pem"
    key.write_text("old")
    key.chmod(before)
    files.write([Output(key, b"new", KEY_MODE)], force=True)
    assert (key.read_bytes(), mode(key)) == (b"new", after)


@pytest.mark.parametrize(
    ("uid", "folder_mode", "ours"),
    [(777, 0o1777, True), (12345, 0o755, False), (0, 0o1777, False), (0, 0o755, True)],
)
def test_whose_file_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, uid: int, folder_mode: int, ours: bool
) -> None:
    """A key file of user 777: his own, and root's to replace where nobody else can have put it."""
    tmp_path.chmod(folder_mode)
    monkeypatch.setattr(os, "geteuid", lambda: uid)
    planted = os.stat_result((0o100640, 1, 1, 1, 777, 777, 0, 0, 0, 0))
    assert files._is_ours(planted, tmp_path) is ours


def test_a_planted_file_does_not_get_the_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = tmp_path / "key.pem"
    key.write_text("")
    key.chmod(0o640)
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    files.write([Output(key, b"new", KEY_MODE)], force=True)
    assert mode(key) == 0o600


def test_a_link_is_replaced_and_its_target_left_alone(tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_text("mine")
    link = tmp_path / "key.pem"
    link.symlink_to(target)
    files.write([Output(link, b"new", KEY_MODE)], force=True)
    assert (link.is_symlink(), mode(link), target.read_text()) == (False, 0o600, "mine")


def test_a_file_system_without_hard_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """FAT, some network file systems: simulated, since none can be mounted here."""

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    files.write([Output(tmp_path / "a", b"1", KEY_MODE)])
    assert mode(tmp_path / "a") == 0o600
    with pytest.raises(ConflictError):
        files.write([Output(tmp_path / "a", b"2")])
    files.write([Output(tmp_path / "a", b"3")], force=True)
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("a", b"3")]

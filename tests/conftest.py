"""Fixtures: the tool in an empty folder with a home of its own."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import support


@pytest.fixture
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty MTLSCTL_HOME."""
    return tmp_path_factory.mktemp("home") / "cas"


@pytest.fixture
def env(home: Path) -> dict[str, str]:
    """The environment that `mtlsctl` runs in."""
    return support.environment(home)


@pytest.fixture
def mtlsctl(tmp_path: Path, env: dict[str, str]) -> Callable[..., support.Result]:
    """Run mtlsctl in tmp_path; cwd and env may be given."""

    def run(*words: Any, **options: Any) -> support.Result:
        return support.run_tool(*words, **{"cwd": tmp_path, "env": env} | options)

    return run

"""Fixtures: the tool in an empty folder with a home of its own."""

import fcntl
import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import support
from hypothesis import HealthCheck, settings

import mtlsctl as mtlsctl_package

# How long an example takes says how busy the machine is, and nothing of the code.
settings.register_profile("tests", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("tests")


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


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port on which nobody listens, and nobody else can."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--no-skips", action="store_true", help="a skipped test fails the run")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The slow tests stand apart, among the first two thirds of the others: while one waits, others compute.

    In the order of their files a process would have many of them, and the last be waited for alone.
    """
    slow = [item for item in items if item.get_closest_marker("slow")]
    others = [item for item in items if not item.get_closest_marker("slow")]
    apart = 2 * len(others) // (3 * len(slow)) + 1 if slow else 0
    for number, item in enumerate(slow):
        others.insert(number * apart, item)
    items[:] = others


def pytest_report_header() -> str:
    return f"mtlsctl: {Path(mtlsctl_package.__file__).parent}"


def pytest_sessionfinish(session: pytest.Session) -> None:
    """With --no-skips, a skip is a failure: what is not tested is not known to work."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if session.config.getoption("--no-skips") and reporter and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Callable[[Path], object]], Path]:
    """Have a folder filled once for all processes of a run: the first does it, the others wait for it."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base

    def folder(name: str, fill: Callable[[Path], object]) -> Path:
        made, new = shared / f"once-{name}", shared / f"once-{name}.new"
        with (shared / f"once-{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not made.exists():
                new.mkdir()
                fill(new)
                new.rename(made)
        return made

    return folder


@pytest.fixture(scope="session")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The matrix's certificates, made once."""
    import matrix_pki  # only where the matrix runs

    return matrix_pki.build(tmp_path_factory.mktemp("pki"))

"""The house stays as designed: layers, no printing below cli, no files or sockets outside workflows, a light start."""

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import mtlsctl
from mtlsctl.cli import commands, grammar

PACKAGE = Path(mtlsctl.__file__).parent
LAYERS = {"errors": 0, "core": 1, "workflows": 2, "cli": 3}
MODULES = sorted(PACKAGE.rglob("*.py"))
HEAVY = ("cryptography", "OpenSSL", "rich", "typer", "asyncio", "ssl", "inspect", "pathlib", "platformdirs", "typing")


def layer_of(path: Path) -> int:
    return LAYERS.get(path.relative_to(PACKAGE).parts[0].removesuffix(".py"), 4)


def imports(tree: ast.AST) -> list[str]:
    names = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            names += [f"{node.module}.{alias.name}" for alias in node.names]
    return names


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_run_downwards(path: Path) -> None:
    for name in imports(ast.parse(path.read_text())):
        parts = name.split(".")
        if parts[0] == "mtlsctl" and len(parts) > 1 and parts[1] in LAYERS:
            assert LAYERS[parts[1]] <= layer_of(path), f"{path.name} imports {name} from above"


@pytest.mark.parametrize("path", [p for p in MODULES if layer_of(p) < 3], ids=lambda p: str(p.relative_to(PACKAGE)))
def test_nothing_below_cli_prints(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in ("print", "input"), f"{path.name}:{node.lineno}"
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "sys":
            assert node.attr not in ("stdout", "stderr"), f"{path.name}:{node.lineno}"


@pytest.mark.parametrize("path", [p for p in MODULES if layer_of(p) < 2], ids=lambda p: str(p.relative_to(PACKAGE)))
def test_core_touches_no_file_socket_clock_or_program(path: Path) -> None:
    tree = ast.parse(path.read_text())
    world = {"socket", "subprocess", "tempfile", "shutil", "sqlite3", "pathlib.Path", "time", "asyncio", "threading"}
    used = {name for name in imports(tree) if name in world or name.split(".")[0] in world - {"time"}}
    assert not used
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            assert called != "open", f"{path.name}:{node.lineno}"
            assert not called.endswith((".now", ".utcnow", ".today")), f"{path.name}:{node.lineno} asks the clock"


def test_the_commands_do_not_open_files_or_sockets() -> None:
    for path in MODULES:
        if layer_of(path) == 3:
            tree = ast.parse(path.read_text())
            assert not {"socket", "subprocess", "sqlite3", "tempfile"} & set(imports(tree)), path.name
            for node in ast.walk(tree):
                if isinstance(node, ast.Call):
                    called = ast.unparse(node.func)
                    methods = (".open", ".read_text", ".read_bytes", ".write_text", ".write_bytes")
                    assert called != "open", path.name
                    assert not called.endswith(methods) or called.startswith("os."), path.name


def loaded_by(*words: str) -> set[str]:
    code = (
        "import sys, os; sys.argv = ['mtlsctl', *sys.argv[1:]]\n"
        "import mtlsctl.__main__ as m\n"
        "m.finish = lambda status: (sys.stderr.write(' '.join(sys.modules)), sys.stderr.flush(), os._exit(status))\n"
        "m.main()\n"
    )
    done = subprocess.run([sys.executable, "-I", "-c", code, *words], capture_output=True, text=True, check=True)
    return set(done.stderr.split())


@pytest.mark.parametrize("words", [["--version"], ["__complete", "cas"]])
def test_a_light_start(words: list[str]) -> None:
    bare = subprocess.run(
        [sys.executable, "-I", "-c", "import sys; print(*sys.modules)"], capture_output=True, text=True, check=True
    )
    loaded = loaded_by(*words) - set(bare.stdout.split())
    assert not {name.split(".")[0] for name in loaded} & set(HEAVY)
    assert {name for name in loaded if name.startswith("mtlsctl")} == {"mtlsctl", "mtlsctl.__main__"}


def test_help_loads_neither_rich_nor_cryptography() -> None:
    assert not {name.split(".")[0] for name in loaded_by("--help")} & {"rich", "cryptography", "OpenSSL", "asyncio"}


@pytest.mark.parametrize("row", [row for row in commands.COMMANDS if row.target], ids=lambda row: row.words)
def test_every_row_loads_and_its_summary_is_the_docstring(row: commands.Row) -> None:
    command = grammar.load(row)
    assert command.name == row.words.split()[-1]
    assert command.callback.__doc__.splitlines()[0] == row.summary
    assert "--json" in {option for parameter in command.params for option in parameter.opts}
    assert "Exit status:" in command.callback.__doc__


def test_every_panel_is_known_and_every_group_has_commands() -> None:
    assert {row.panel for row in commands.COMMANDS} == set(commands.PANELS)
    for row in commands.COMMANDS:
        if not row.target:
            assert [other for other in commands.COMMANDS if other.words.startswith(row.words + " ")]


def test_every_public_thing_has_a_docstring() -> None:
    for path in MODULES:
        tree = ast.parse(path.read_text())
        assert ast.get_docstring(tree), path
        for node in [*tree.body, *(m for c in tree.body if isinstance(c, ast.ClassDef) for m in c.body)]:
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
                assert ast.get_docstring(node), f"{path.name}:{node.lineno} {node.name}"


def test_the_typer_cap_stands() -> None:
    pyproject = Path(__file__).parent.parent / "pyproject.toml"
    dependencies = tomllib.loads(pyproject.read_text())["project"]["dependencies"]
    assert [d for d in dependencies if d.startswith("typer") and "<0.29" in d]

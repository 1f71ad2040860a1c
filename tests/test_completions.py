"""Completion: the scripts as they are checked in, in the shells that read them."""

import re
import shlex
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from shells import COMPLETIONS, SHELLS, Stage, Terminal, fish_offers

from mtlsctl.cli import tree
from mtlsctl.cli.commands import COMMANDS
from mtlsctl.cli.shells import SCRIPTS, script
from mtlsctl.cli.tree import Argument, Command, Option, Values

KEY_TYPES = "ed25519 ml-dsa-44 ml-dsa-65 ml-dsa-87 p256 p384 rsa rsa2048 rsa3072 rsa4096"

# A line, and what is offered for its last word; known without mtlsctl.
WORDS = {
    "mtlsctl ": " ".join(row.words for row in COMMANDS if " " not in row.words),
    "mtlsctl ca ": " ".join(row.words[3:] for row in COMMANDS if row.words.startswith("ca ")),
    "mtlsctl iss": "issue",
    "mtlsctl ca cr": "create",
    "mtlsctl ca create --iss": "--issuing-lifetime",
    "mtlsctl --v": "--version",
    "mtlsctl ca --h": "--help",
    "mtlsctl bogus ": "",
    "mtlsctl issue ": "client peer server spiffe",
    "mtlsctl issue s": "server spiffe",
    "mtlsctl issue server ": "",
    "mtlsctl issue server s": "s",
    "mtlsctl issue --json ": "client peer server spiffe",
    "mtlsctl issue --ca dev --cn x ": "client peer server spiffe",
    "mtlsctl issue --ca=dev c": "client",
    "mtlsctl issue --key-type ": KEY_TYPES,
    "mtlsctl issue server a.test --key-type p": "p256 p384",
    "mtlsctl issue server --key-type=ed": "--key-type=ed25519",
    "mtlsctl issue --cn ": "",
    "mtlsctl issue --cn s": "s",
    "mtlsctl issue server a.test --allow": "--allow-long",
    "mtlsctl issue -- s": "server spiffe",
    "mtlsctl issue -- --allow": "--allow",
    "mtlsctl revoke x --reason key": "keyCompromise",
    "mtlsctl sign x.csr --profile cl": "client",
    "mtlsctl verify --fail-on ": "fail note warn",
    "mtlsctl explain server-missing": "server-missing-intermediate",
    "mtlsctl handshake --tls-min 1.3 --tls-max 1.": "1.0 1.1 1.2 1.3",
    "mtlsctl handshake ": "",
    "mtlsctl serve --listen :8443 --tls-min ": "1.0 1.1 1.2 1.3",
    "mtlsctl completions p": "powershell",
}
FILES = {
    "mtlsctl sign ": "certs chain.pem 'my file.pem' 'my folder'",
    "mtlsctl sign ch": "chain.pem",
    "mtlsctl sign my\\ f": "'my file.pem' 'my folder'",
    "mtlsctl sign chain.pem c": "c",
    "mtlsctl sign --out=ch": "--out=chain.pem",
    "mtlsctl inspect chain.pem my": "'my file.pem' 'my folder'",
    "mtlsctl inspect -- ch": "chain.pem",
    "mtlsctl serve --cert ch": "chain.pem",
    "mtlsctl issue --out ": "certs 'my folder'",
    "mtlsctl issue --out=my": "'--out=my folder'",
}
CAS = {
    "mtlsctl ca show ": "certs dev 'my folder' prod",
    "mtlsctl ca show pr": "prod",
    "mtlsctl issue --ca d": "dev",
    "mtlsctl issue --ca=pr": "--ca=prod",
    "mtlsctl verify --ca ": "certs chain.pem dev 'my file.pem' 'my folder' prod",
    "mtlsctl verify --ca ch": "chain.pem",
    "mtlsctl verify --ca my": "'my file.pem' 'my folder'",
    "mtlsctl serve --client-ca d": "dev",
}


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path)


@pytest.fixture
def terminal(stage: Stage) -> Iterator[Callable[[str], Terminal]]:
    opened: list[Terminal] = []

    def start(shell: str) -> Terminal:
        opened.append(Terminal(shell, stage))
        return opened[-1]

    yield start
    for one in opened:
        one.close()


@pytest.fixture
def offers(stage: Stage, terminal: Callable[[str], Terminal]) -> Callable[[str, dict[str, str]], dict[str, list[str]]]:
    """What a shell offers for each line of a table."""

    def ask(shell: str, lines: dict[str, str]) -> dict[str, list[str]]:
        if shell == "fish":
            return {line: fish_offers(stage, line) for line in lines}
        session = terminal(shell)
        return {line: session.offers(line) for line in lines}

    return ask


def expected(lines: dict[str, str]) -> dict[str, list[str]]:
    return {line: sorted(shlex.split(words)) for line, words in lines.items()}


@pytest.mark.parametrize("shell", SCRIPTS)
def test_the_script_checked_in_is_what_the_command_prints(mtlsctl, shell):
    printed = mtlsctl("completions", shell)
    assert printed.exit_code == 0
    assert printed.stdout == (COMPLETIONS / SCRIPTS[shell]).read_text(), "commands changed: run completions/update.sh"


def test_json_holds_the_shell_and_the_script(mtlsctl):
    said = mtlsctl("completions", "fish", "--json").json
    assert said["command"] == "completions"
    assert said["result"] == {"shell": "fish", "script": (COMPLETIONS / "mtlsctl.fish").read_text()}


def test_a_shell_that_is_not_known_is_a_usage_error(mtlsctl):
    assert mtlsctl("completions", "tcsh").exit_code == 2
    assert mtlsctl("completions").exit_code == 2


def test_what_every_parameter_takes_is_decided():
    assert not tree.undecided(), "say in mtlsctl/cli/tree.py what these take"


def test_the_tables_name_parameters_that_exist():
    parameters = {(path, p.name) for path, p in tree.parameters("", tree.root())}
    assert set(tree.OWN) <= parameters
    assert set(tree.SHARED) <= {name for _, name in parameters}


def test_a_terminals_width_does_not_change_a_script(mtlsctl, env):
    narrow = mtlsctl("completions", "bash", env=env | {"COLUMNS": "30", "TERMINAL_WIDTH": "30"})
    assert narrow.stdout == mtlsctl("completions", "bash").stdout


@pytest.mark.parametrize("shell", SHELLS)
def test_words_are_offered_without_mtlsctl(shell, stage, offers):
    assert offers(shell, WORDS) == expected(WORDS)
    assert stage.calls == []


@pytest.mark.parametrize("shell", SHELLS)
def test_files_are_offered_where_files_belong(shell, stage, offers):
    assert offers(shell, FILES) == expected(FILES)
    assert stage.calls == []


@pytest.mark.parametrize("shell", SHELLS)
def test_cas_are_asked_of_mtlsctl_alone(shell, stage, offers):
    assert offers(shell, CAS) == expected(CAS)
    assert set(stage.calls) == {"<__complete><cas>"}


@pytest.mark.parametrize("shell", SHELLS)
def test_tab_in_a_terminal(shell, terminal):
    session = terminal(shell)
    assert spread(session.type("mtlsctl iss\tserv\tapi.test --key-t\ted\t--ca de\t--allow-l\t")) == [
        *("issue", "server", "api.test", "--key-type", "ed25519", "--ca", "dev", "--allow-long"),
    ]
    assert spread(session.type("mtlsctl ca cr\tlab --fol\tcert\t")) == ["ca", "create", "lab", "--folder", "certs"]
    assert session.type("mtlsctl insp\tmy\\ fi\t") == ["inspect", "my file.pem"]
    assert session.type('mtlsctl insp\t"my fi\t') == ["inspect", "my file.pem"]


def spread(words: list[str]) -> list[str]:
    """Words of which zsh has written some as --option=value, and some shells a folder's slash."""
    return [part.rstrip("/") for word in words for part in word.split("=")]


@pytest.mark.parametrize("shell", SHELLS)
def test_tab_within_a_line(shell, terminal):
    session = terminal(shell)
    back = "\x02" * len(" --json")
    assert session.type(f"mtlsctl ca cr --json{back}\t") == ["ca", "create", "--json"]
    assert session.type("true && A=1 mtlsctl ca cr\t") == ["ca", "create"]


def test_zsh_takes_the_script_sourced_too(stage, terminal):
    session = terminal("zsh")
    session.child.send(f"compdef -d mtlsctl; unfunction _mtlsctl; source {COMPLETIONS / '_mtlsctl'}\r")
    assert session.type("mtlsctl ca cr\t") == ["ca", "create"]


BASH_CALL = """
source "$1"; shift
line=$1; shift
[[ $line == - ]] || { COMP_LINE=$line; COMP_POINT=${#line}; }
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_mtlsctl mtlsctl "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}"
printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.mark.parametrize(
    ("line", "words", "reply"),
    [
        ("-", ["mtlsctl", "issue", ""], ["server", "client", "peer", "spiffe"]),
        ("-", ["mtlsctl", "issue", "--key-type", "p"], ["p256", "p384"]),
        ("mtlsctl issue --key-type=p", ["mtlsctl", "issue", "--key-type", "=", "p"], ["p256", "p384"]),
        ("mtlsctl issue --ca=", ["mtlsctl", "issue", "--ca", "="], ["dev", "prod", "certs", "my folder"]),
        ("mtlsctl  serve --listen :1 --o", ["mtlsctl", "serve", "--listen", ":", "1", "--o"], ["--once"]),
        ("mtlsctl issue spiffe spiffe://a ", ["mtlsctl", "issue", "spiffe", "spiffe", "://", "a", ""], [""]),
    ],
)
def test_the_function_of_bash(stage, line, words, reply):
    script = str(COMPLETIONS / "mtlsctl.bash")
    said = stage.run("bash", "--norc", "-c", BASH_CALL, "bash", script, line, *words)
    assert said.removesuffix("\n").split("\n") == reply


# What help texts and paths may hold that a shell could take for its own.
ODD = 'It\'s a "test": [a] {b} (c) $HOME `id` \\ 50% <x> | y; *z ‘q’ #'
ODD_TREE = Command(
    "",
    ODD,
    (tree.HELP,),
    commands=(
        Command(
            "do",
            ODD,
            (Option(("--odd", "-o"), ODD, Values("words", ("one", "two")), many=True), Option(("--flag",), ODD)),
            (Argument("A:B", Values("words", ("x", "y"))), Argument("FILE", Values("files"), many=True)),
        ),
    ),
)


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("odd", [False, True], ids=["ours", "odd"])
def test_the_syntax_holds(shell, odd, tmp_path):
    path = COMPLETIONS / SCRIPTS[shell]
    if odd:
        path = tmp_path / "odd"
        path.write_text(script(shell, ODD_TREE))
    done = subprocess.run([shell, "-n", path], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_fish_shows_odd_help_as_it_is(stage, tmp_path):
    (tmp_path / "odd.fish").write_text(script("fish", ODD_TREE))
    said = stage.run("fish", "-N", "-c", f"source {tmp_path}/odd.fish; complete -C 'mtlsctl do --odd'")
    assert said == f"--odd\t{ODD}\n"


@pytest.mark.parametrize("odd", [False, True], ids=["ours", "odd"])
def test_the_strings_and_brackets_of_powershell_pair_up(odd):
    text = script("powershell", ODD_TREE) if odd else (COMPLETIONS / "mtlsctl.ps1").read_text()
    opened = []
    for token in powershell_tokens(text):
        if token in "({[":
            opened.append(token)
        elif token in ")}]":
            assert opened.pop() + token in ("()", "{}", "[]")
    assert not opened


def powershell_tokens(text: str) -> list[str]:
    """The brackets outside strings and comments. Raises AssertionError where a string does not end on its line."""
    quotes = "'‘’‚‛"
    pattern = rf"[{quotes}](?:[^{quotes}\n]|[{quotes}]{{2}})*[{quotes}]|\"(?:[^\"`\n]|`.)*\"|#[^\n]*|."
    tokens = re.findall(pattern, text)
    assert not {"'", '"', *quotes} & set(tokens)
    return [token for token in tokens if token in "(){}[]"]

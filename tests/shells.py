"""Real shells for tests of completion: a terminal with one in it, and a stand-in for mtlsctl that logs its calls."""

import os
import re
import shlex
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pexpect
import support

COMPLETIONS = Path(__file__).parent.parent / "completions"

STAND_IN = """\
#!/bin/sh
# Logs its words as a line; the names of CAs it leaves to the real mtlsctl.
log=calls
line=
for word; do line="$line<$word>"; done
[ "$1" = __complete ] || log=runs
printf '%s\\n' "$line" >> {stage}/$log
[ "$1" != __complete ] || exec {tool} "$@"
printf 'D%s:%s\\n' ONE "$(wc -l < {stage}/runs)"
"""

ZSHRC = """\
PS1='> '
fpath=({completions} $fpath)
autoload -Uz compinit
compinit -u -d {stage}/zcompdump
# ^A inserts all that TAB would offer.
all-matches() {{ _main_complete; compstate[insert]=all }}
zle -C all-matches complete-word all-matches
bindkey '^A' all-matches
"""

BASHRC = """\
PS1='> '
source {completions}/mtlsctl.bash
bind '"\\C-a": insert-completions'
"""

FISHRC = """\
set -g fish_autosuggestion_enabled 0
set -g fish_greeting
function fish_prompt; echo -n '> '; end
source {completions}/mtlsctl.fish
"""

SHELLS = ("bash", "zsh", "fish")
PROGRAMS = {"bash": ["bash", "--noprofile"], "zsh": ["zsh", "-d"], "fish": ["fish"]}
ALL = "\x01"


@dataclass
class Stage:
    """A folder with the stand-in on PATH, a home with two CAs, settings for each shell, and some files to complete."""

    folder: Path

    def __post_init__(self) -> None:
        for below in ("bin", "home/dev", "home/prod", "work/certs", "work/my folder", "fish"):
            (self.folder / below).mkdir(parents=True)
            if below.startswith("home/"):
                (self.folder / below / "ca.toml").touch()
        for name in ("chain.pem", "my file.pem"):
            (self.folder / "work" / name).touch()
        names = {"stage": self.folder, "completions": COMPLETIONS, "tool": support.TOOL}
        for path, text in (
            ("bin/mtlsctl", STAND_IN),
            (".zshrc", ZSHRC),
            (".bashrc", BASHRC),
            ("fish/config.fish", FISHRC),
        ):
            (self.folder / path).write_text(text.format(**names))
        (self.folder / "bin/mtlsctl").chmod(0o755)

    @property
    def env(self) -> dict[str, str]:
        """Nothing of the user's own settings."""
        path = f"{self.folder / 'bin'}:{os.environ['PATH']}"
        folder = str(self.folder)
        return {
            "PATH": path,
            "HOME": folder,
            "ZDOTDIR": folder,
            "XDG_CONFIG_HOME": folder,
            "XDG_DATA_HOME": folder,
            "MTLSCTL_HOME": f"{folder}/home",
            "INPUTRC": "/dev/null",
            "TERM": "dumb",
            "LC_ALL": "C.UTF-8",
        }

    @property
    def calls(self) -> list[str]:
        """What mtlsctl was asked during completion, in order."""
        return self.lines("calls")

    def lines(self, name: str) -> list[str]:
        path = self.folder / name
        return path.read_text().splitlines() if path.exists() else []

    def run(self, *command: str) -> str:
        """Run a command in the work folder; its stdout."""
        done = subprocess.run(
            command, cwd=self.folder / "work", env=self.env, capture_output=True, text=True, timeout=60, check=False
        )
        assert not done.stderr, done.stderr
        return done.stdout


class Terminal:
    """An interactive shell."""

    def __init__(self, shell: str, stage: Stage) -> None:
        self.stage = stage
        self.count = 0
        program, *options = PROGRAMS[shell]
        self.child = pexpect.spawn(
            program,
            [*options, "-i"],
            cwd=str(stage.folder / "work"),
            env=stage.env,
            dimensions=(50, 2000),
            timeout=60,
            encoding="utf-8",
        )
        self.child.expect_exact("> ")

    def type(self, keys: str) -> list[str]:
        """Type a command line for mtlsctl, keys such as TAB among it, and Enter; the words that mtlsctl is run with."""
        self.count += 1
        self.child.send(keys + "\r")
        self.child.expect_exact(f"DONE:{self.count}")
        return re.findall("<([^>]*)>", self.stage.lines("runs")[-1])

    def offers(self, line: str) -> list[str]:
        """What is offered for the last word of a line: bash and zsh put it all into the line."""
        before = len(shlex.split(line[: len(line) - len(last_word(line))])) - 1
        return sorted(word.rstrip("/") for word in self.type(line + ALL)[before:])

    def close(self) -> None:
        self.child.close(force=True)


def last_word(line: str) -> str:
    """What stands after the last space that no backslash guards, which may be nothing."""
    return re.split(r"(?<!\\) ", line)[-1]


def fish_offers(stage: Stage, line: str) -> list[str]:
    """What fish offers for the last word of a line; the word itself where there is nothing."""
    said = stage.run("fish", "-c", "complete -C $argv[1]", line).splitlines()
    offered = sorted(text.partition("\t")[0].rstrip("/") for text in said)
    return offered or ([last_word(line)] if last_word(line) else [])

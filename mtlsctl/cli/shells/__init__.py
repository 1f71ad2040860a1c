"""The completion script of each shell, as text made from the command tree."""

from typing import Literal, assert_never

from mtlsctl.cli.shells import bash, fish, powershell, zsh
from mtlsctl.cli.tree import Command

Shell = Literal["bash", "zsh", "fish", "powershell"]

SCRIPTS: dict[Shell, str] = {
    "bash": "mtlsctl.bash",
    "zsh": "_mtlsctl",
    "fish": "mtlsctl.fish",
    "powershell": "mtlsctl.ps1",
}
"""The names of the scripts below completions/."""


def script(shell: Shell, top: Command) -> str:
    """The completion script of a shell for the commands below top."""
    match shell:
        case "bash":
            return bash.script(top)
        case "zsh":
            return zsh.script(top)
        case "fish":
            return fish.script(top)
        case "powershell":
            return powershell.script(top)
    assert_never(shell)

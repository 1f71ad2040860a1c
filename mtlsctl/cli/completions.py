"""`mtlsctl completions`: the completion script of a shell."""

import sys
from typing import Annotated

from mtlsctl.cli import output, shells
from mtlsctl.cli.declare import Argument
from mtlsctl.cli.options import Json
from mtlsctl.cli.shells import Shell
from mtlsctl.cli.tree import read_tree


def completions(
    shell: Annotated[Shell, Argument(metavar="bash|zsh|fish|powershell", help="The shell to complete in.")],
    as_json: Json = False,
) -> int:
    """Print the completion script of a shell.

    Commands, options and their words complete without starting mtlsctl; it is
    only asked for the names of the CAs. Files and folders complete as everywhere.

    bash:
      mtlsctl completions bash > ~/.local/share/bash-completion/completions/mtlsctl
      Without the bash-completion package, source that file in ~/.bashrc.

    zsh (a folder named in $fpath before compinit runs):
      mtlsctl completions zsh > ~/.zfunc/_mtlsctl

    fish:
      mtlsctl completions fish > ~/.config/fish/completions/mtlsctl.fish

    PowerShell (in $PROFILE):
      mtlsctl completions powershell | Out-String | Invoke-Expression

    Exit status: 0 printed, 2 not.
    """
    text = shells.script(shell, read_tree())
    if as_json:
        return output.show("completions", {"shell": shell, "script": text}, [], as_json=True)
    with output.known():
        sys.stdout.write(text)
    return 0

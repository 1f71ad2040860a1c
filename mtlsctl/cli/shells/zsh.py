"""The completion script of zsh: one function for each command, which tells _arguments what it takes."""

from mtlsctl.cli.tree import Argument, Command, Option, Values

HEAD = """\
#compdef mtlsctl
# Completion of mtlsctl for zsh.
# Made by `mtlsctl completions zsh`; do not edit.

# The CAs, which only the disk knows; a folder is a CA too.
_mtlsctl_cas() {
    local -a cas
    cas=(${(f)"$(mtlsctl __complete cas 2>/dev/null)"})
    _alternative 'cas:CA:compadd -a cas' 'folders:folder:_files -/'
}

# A CA, or a file of certificates.
_mtlsctl_cas_or_files() {
    _alternative 'cas:CA:_mtlsctl_cas' 'files:file:_files'
}
"""

TAIL = """
# The file may be found as a function in $fpath, or sourced after compinit.
if [[ $funcstack[1] == _mtlsctl ]]; then
    _mtlsctl "$@"
else
    compdef _mtlsctl mtlsctl
fi
"""

ACTIONS = {
    "files": "_files",
    "folders": "_files -/",
    "cas": "_mtlsctl_cas",
    "cas-or-files": "_mtlsctl_cas_or_files",
    "none": " ",  # the message alone
}


def script(top: Command) -> str:
    """The whole script."""
    return HEAD + "".join(functions(top)) + TAIL


def functions(command: Command) -> list[str]:
    """The function of a command, and those of the ones below it."""
    own = group_function(command) if command.commands else command_function(command)
    return [own, *(text for below in command.commands for text in functions(below))]


def command_function(command: Command) -> str:
    """The function of a command that is not a group."""
    specs = [spec for option in command.options for spec in option_specs(option)]
    specs += [argument_spec(place, argument) for place, argument in enumerate(command.arguments, 1)]
    return f"\n{function(command.path)}() {{\n    _arguments -s -S{continued(specs)}\n}}\n"


def group_function(group: Command) -> str:
    """The function of a group: completes the command's word, or hands the rest of the line to its function."""
    specs = [spec for option in group.options for spec in option_specs(option)]
    words = [quoted(f"{plain(c.word)}:{c.summary}") for c in group.commands]
    cases = [f"{c.word}) {function(c.path)} ;;" for c in group.commands]
    return f"""
{function(group.path)}() {{
    local context state state_descr line ret=1
    local -A opt_args
    local -a commands=({lines(words)}
    )
    _arguments -S -C{continued([*specs, "'1: :->command'", "'*:: :->rest'"])} && ret=0
    case $state in
        command) _describe -t commands command commands && ret=0 ;;
        rest)
            curcontext="${{curcontext%:*:*}}:mtlsctl-${{(j:-:)line[1]}}:"
            case $line[1] in{lines(cases, 16)}
                *) ret=1 ;;
            esac && ret=0
            ;;
    esac
    return ret
}}
"""


def function(path: str) -> str:
    """The name of the function of the command at path."""
    return "_".join(["_mtlsctl", *path.replace("-", "_").split()])


def option_specs(option: Option) -> list[str]:
    """What _arguments is told of an option: each spelling shuts out the others, and itself unless it may repeat."""
    specs = []
    for name in option.names:
        others = [other for other in option.names if other != name]
        head = f"({' '.join([name, *others])})" if others and not option.many else ""
        assign = ("=" if name.startswith("--") else "+") if option.values else ""
        value = f":{message(option)}:{action(option.values)}" if option.values else ""
        repeat = "*" if option.many else ""
        specs.append(quoted(f"{head}{repeat}{name}{assign}[{bracketed(option.summary)}]{value}"))
    return specs


def message(option: Option) -> str:
    """What zsh calls the value of an option."""
    return plain(option.names[0].lstrip("-"))


def argument_spec(place: int, argument: Argument) -> str:
    """What _arguments is told of the argument at a place, counted from 1."""
    where = "*" if argument.many else str(place)
    name = plain(argument.name)
    # A bare message stops zsh from putting an option's name into the line: guarded, it is for other words only.
    does = f'_guard "^-*" "{name}"' if argument.values.kind == "none" else action(argument.values)
    return quoted(f"{where}:{name}:{does}")


def action(values: Values) -> str:
    """How _arguments completes a kind of value."""
    return f"({' '.join(map(plain, values.words))})" if values.kind == "words" else ACTIONS[values.kind]


def plain(text: str) -> str:
    """Text in a spec, where a colon would end it."""
    return text.replace("\\", "\\\\").replace(":", "\\:")


def bracketed(text: str) -> str:
    """Text in a spec's square brackets."""
    return plain(text).replace("[", "\\[").replace("]", "\\]")


def quoted(text: str) -> str:
    """Text in single quotes, as zsh reads it."""
    return "'" + text.replace("'", "'\\''") + "'"


def continued(specs: list[str]) -> str:
    """Arguments of a command, one on a line."""
    return "".join(f" \\\n        {spec}" for spec in specs)


def lines(items: list[str], indent: int = 8) -> str:
    """Items one below the other."""
    return "".join(f"\n{' ' * indent}{item}" for item in items)

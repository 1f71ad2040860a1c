"""The completion script of fish: one `complete` for each thing that can be typed, with where it may stand."""

from mtlsctl.cli.tree import Argument, Command, Option, Values

HEAD = """\
# Completion of mtlsctl for fish (3.1 and later).
# Made by `mtlsctl completions fish`; do not edit.

# Whether a command has commands below it.
function __mtlsctl_is_group --argument-names path
    contains -- "$path" GROUPS
end

# Whether the word after an option of a command is its value.
function __mtlsctl_takes_value --argument-names path option
    switch "$path $option"
        case VALUED
            return 0
    end
    return 1
end

# Whether the words before the cursor lead to the command at $path and, with $place, whether its argument at that
# place, counted from 0, comes next. With `more` that argument may be repeated.
function __mtlsctl_at --argument-names path place more
    set -l words (commandline -opc)
    set -l reached ''
    set -l given 0
    set -l ended 0
    set -l i 1
    # Variables may be set before the command.
    while string match -qr -- '^\\w+=' "$words[$i]"
        set i (math $i + 1)
    end
    while test $i -lt (count $words)
        set i (math $i + 1)
        set -l word $words[$i]
        if test $ended = 1
            set given (math $given + 1)
        else if test "$word" = --
            __mtlsctl_is_group "$reached"; or set ended 1
        else if string match -qr -- '^-.' "$word"
            __mtlsctl_takes_value "$reached" "$word"; and set i (math $i + 1)
        else if __mtlsctl_is_group "$reached"
            set reached (string trim -- "$reached $word")
        else
            set given (math $given + 1)
        end
    end
    test "$reached" = "$path"; or return 1
    test -n "$place"; or return 0
    test $given = $place; or test "$more" = more -a $given -gt $place
end

# The folders that the word may become; in --option=word, after the sign.
function __mtlsctl_folders
    __fish_complete_directories (commandline -ct | string replace -r -- '^--[^=]*=' '')
end

# Files only where a file belongs.
complete -c mtlsctl -f
"""

OFFERS = {
    "files": "-F",
    "folders": "-f -a '(__mtlsctl_folders)'",
    "cas": "-f -a '(mtlsctl __complete cas 2>/dev/null; __mtlsctl_folders)'",
    "cas-or-files": "-F -a '(mtlsctl __complete cas 2>/dev/null)'",
    "none": "-f",
}


def script(top: Command) -> str:
    """The whole script."""
    commands = below(top)
    groups = [quoted(command.path) for command in commands if command.commands]
    valued = [
        quoted(f"{command.path} {name}")
        for command in commands
        for option in command.options
        if option.values
        for name in option.names
    ]
    head = HEAD.replace("GROUPS", " ".join(groups)).replace("VALUED", " \\\n            ".join(valued or ["''"]))
    return head + "".join(completes(command) for command in commands)


def below(command: Command) -> list[Command]:
    """A command and all those below it."""
    return [command, *(c for child in command.commands for c in below(child))]


def completes(command: Command) -> str:
    """What can be typed at a command: the commands below it, its arguments and its options."""
    lines = [f"{at(command.path)} -a {c.word} -d {quoted(c.summary)}" for c in command.commands]
    lines += [argument_line(command.path, place, argument) for place, argument in enumerate(command.arguments)]
    lines += [option_line(command.path, option) for option in command.options]
    return "\n" + "".join(f"{line}\n" for line in lines)


def at(path: str, place: str = "") -> str:
    """The beginning of a complete that holds at a command, or at one of its arguments."""
    where = quoted(f"__mtlsctl_at {quoted(path)}{place}")
    return f"complete -c mtlsctl -n {where}"


def argument_line(path: str, place: int, argument: Argument) -> str:
    """The complete of an argument."""
    return f"{at(path, f' {place} more' if argument.many else f' {place}')} {offer(argument.values)}"


def option_line(path: str, option: Option) -> str:
    """The complete of an option with all its spellings."""
    names = " ".join(f"-l {n[2:]}" if n.startswith("--") else f"-s {n[1:]}" for n in option.names)
    value = f" -r {offer(option.values)}" if option.values else ""
    return f"{at(path)} {names}{value} -d {quoted(option.summary)}"


def offer(values: Values) -> str:
    """How `complete` offers a kind of value."""
    return f"-f -a {quoted(' '.join(values.words))}" if values.kind == "words" else OFFERS[values.kind]


def quoted(text: str) -> str:
    """Text in single quotes, as fish reads it."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"

"""The completion script of bash: tables made from the command tree, and the function that reads them."""

from mtlsctl.cli.tree import Command, Option, Values

HEAD = """\
# Completion of mtlsctl for bash (3.2 and later; bash-completion is not needed).
# Made by `mtlsctl completions bash`; do not edit.

# What may follow a command: commands, options, and a kind of value for each argument.
# With many=1 the last argument may be repeated.
_mtlsctl_command() {
    commands='' options='' arguments=() many=0
    case $1 in
"""

VALUE = """\
    esac
}

# What follows an option of a command: a kind of value, or nothing after a flag.
_mtlsctl_value() {
    value=''
    case "$1 $2" in
"""

ENGINE = r"""
    esac
}

# The words up to the cursor, the last one cut there. Bash takes words apart at = and : (COMP_WORDBREAKS);
# those between which the line has no space are one.
_mtlsctl_words() {
    local i blank word rest=${COMP_LINE:0:COMP_POINT}
    [[ -n $COMP_LINE ]] || rest="${COMP_WORDS[*]:0:COMP_CWORD+1}"
    words=() last=-1
    for ((i = 0; i <= COMP_CWORD; i++)); do
        blank=${rest%%[![:space:]]*}
        rest=${rest#"$blank"}
        word=${COMP_WORDS[i]}
        ((i < COMP_CWORD)) || word=$rest
        rest=${rest#"$word"}
        if [[ -n $blank || $i == 0 ]]; then
            words[++last]=$word
        else
            words[last]+=$word
        fi
    done
}

# Offer what begins with the word: the CAs, and the words that compgen makes with the option given.
_mtlsctl_cas() {
    local word
    while IFS= read -r word; do
        [[ $word == "$2"* ]] && COMPREPLY+=("$word")
    done < <(mtlsctl __complete cas 2>/dev/null)
    # Without a CA, bash completes the files or folders itself; with one, both are offered.
    ((${#COMPREPLY[@]})) || return 0
    while IFS= read -r word; do
        COMPREPLY+=("$word")
    done < <(compgen "$1" -- "$2")
    compopt -o filenames 2>/dev/null
}

# Offer the values of a kind that begin with the word.
_mtlsctl_reply() {
    local IFS=$' \t\n' word=$2
    word=${word#[\"\']}
    word=${word//\\/}
    case $1 in
        words\ *) COMPREPLY=($(compgen -W "${1#words }" -- "$word")) ;;
        files) compopt -o default 2>/dev/null ;;
        folders) compopt -o dirnames 2>/dev/null ;;
        cas) compopt -o dirnames 2>/dev/null; _mtlsctl_cas -d "$word" ;;
        cas-or-files) compopt -o default 2>/dev/null; _mtlsctl_cas -f "$word" ;;
    esac
}

_mtlsctl() {
    local words last commands options arguments many value word
    local command='' i=1 given=0 ended=0
    COMPREPLY=()
    # Files only where a file belongs. Bash before 4 has no compopt and offers files where nothing else is known.
    compopt +o default 2>/dev/null
    _mtlsctl_words
    _mtlsctl_command ''
    while ((i < last)); do
        word=${words[i++]}
        if ((ended)); then
            ((given++))
        elif [[ $word == -- ]]; then
            [[ -n $commands ]] || ended=1
        elif [[ $word == --*=* ]]; then
            continue
        elif [[ $word == -?* ]]; then
            _mtlsctl_value "$command" "$word"
            [[ -z $value ]] || ((i++))
            if ((i > last)); then
                _mtlsctl_reply "$value" "${words[last]}"
                return 0
            fi
        elif [[ -z $commands ]]; then
            ((given++))
        elif [[ " $commands " == *" $word "* ]]; then
            command=${command:+$command }$word
            _mtlsctl_command "$command"
        else
            return 0
        fi
    done
    word=${words[last]}
    if ((given >= ${#arguments[@]} && many)); then
        given=$((${#arguments[@]} - 1))
    fi
    if [[ $word == --*=* ]] && ((!ended)); then
        _mtlsctl_value "$command" "${word%%=*}"
        _mtlsctl_reply "$value" "${word#*=}"
    elif [[ $word == -* ]] && ((!ended)); then
        _mtlsctl_reply "words $options" "$word"
    elif [[ -n $commands ]]; then
        _mtlsctl_reply "words $commands" "$word"
    elif ((given < ${#arguments[@]})); then
        _mtlsctl_reply "${arguments[given]}" "$word"
    elif ((!ended)); then
        _mtlsctl_reply "words $options" "$word"
    fi
}

complete -o default -F _mtlsctl mtlsctl
"""


def script(top: Command) -> str:
    """The whole script."""
    return HEAD + "\n".join(commands(top)) + "\n" + VALUE + "\n".join(option_values(top)) + ENGINE


def commands(command: Command) -> list[str]:
    """The branch of _mtlsctl_command for a command, and those for the ones below it."""
    lines = [f"        '{command.path}')"]
    if command.commands:
        lines.append(f"            commands='{' '.join(c.word for c in command.commands)}'")
    lines.append(f"            options='{' '.join(name for option in command.options for name in option.names)}'")
    if command.arguments:
        kinds = " ".join(f"'{kind(argument.values)}'" for argument in command.arguments)
        lines.append(f"            arguments=({kinds}) many={int(command.arguments[-1].many)}")
    lines.append("            ;;")
    return [*lines, *(line for below in command.commands for line in commands(below))]


def option_values(command: Command) -> list[str]:
    """The branches of _mtlsctl_value for a command and those below it."""
    own = [
        f"        {pattern(command.path, option)}) value='{kind(option.values)}' ;;"
        for option in command.options
        if option.values
    ]
    return [*own, *(line for below in command.commands for line in option_values(below))]


def pattern(path: str, option: Option) -> str:
    """The pattern of a case that matches any spelling of an option of the command at path."""
    return " | ".join(f"'{path} {name}'" for name in option.names)


def kind(values: Values) -> str:
    """A kind of value as the script names it; words follow their kind."""
    return " ".join([values.kind, *values.words])

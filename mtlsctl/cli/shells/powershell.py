"""The completion script of PowerShell: tables made from the command tree, and the block that reads them."""

from mtlsctl.cli.tree import Command, Values

HEAD = """\
# Completion of mtlsctl for PowerShell (5.1 and later).
# Made by `mtlsctl completions powershell`; do not edit.

Register-ArgumentCompleter -Native -CommandName 'mtlsctl' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    # What may follow a command: commands and options with their help, and a kind of value for each argument.
    # With Many the last argument may be repeated.
    $commands = @{
"""

VALUE = """\
    }

    # What follows an option of a command: a kind of value. An option that is not here is a flag.
    $values = [System.Collections.Hashtable]::new([StringComparer]::Ordinal)
"""

ENGINE = r"""
    $reached = ''
    $given = 0
    $ended = $false
    $value = $null

    # The words before the one at the cursor.
    $words = @($commandAst.CommandElements |
        Select-Object -Skip 1 |
        Where-Object { $_.Extent.EndOffset -lt $cursorPosition } |
        ForEach-Object { $_.Extent.Text -replace '^["'']|["'']$' })

    foreach ($word in $words) {
        if ($value) {
            $value = $null
        } elseif ($ended) {
            $given++
        } elseif ($word -ceq '--') {
            $ended = -not $commands[$reached].Commands
        } elseif ($word.StartsWith('-') -and $word.Length -gt 1) {
            $value = $values["$reached $word"]
        } elseif ($commands[$reached].Commands) {
            $reached = "$reached $word".Trim()
            if (-not $commands.ContainsKey($reached)) { return }
        } else {
            $given++
        }
    }

    # What is typed of the value, and what stands before it in the same word (--option=).
    $typed = $wordToComplete -replace '^["'']|["'']$'
    $before = ''
    $here = $commands[$reached]
    $offers = @()

    if (-not $value -and -not $ended -and $typed -cmatch '^(--[^=]+)=(.*)$') {
        $before = $Matches[1] + '='
        $typed = $Matches[2]
        $value = $values["$reached $($Matches[1])"]
        if (-not $value) { return }
    } elseif (-not $value -and -not $ended -and $typed.StartsWith('-')) {
        $offers = $here.Options
    } elseif (-not $value -and $here.Commands) {
        $offers = $here.Commands
    } elseif (-not $value) {
        $last = $here.Arguments.Count - 1
        if ($here.Many -and $given -gt $last) { $given = $last }
        if ($given -le $last) {
            $value = $here.Arguments[$given]
        } elseif (-not $ended) {
            $offers = $here.Options
        }
    }

    if ($value -and $value.StartsWith('words ')) {
        $offers = $value.Substring(6) -split ' '
    } elseif ($value -in 'cas', 'cas-or-files') {
        $offers = @(& mtlsctl __complete cas 2>$null)
    }

    # An offer is a word, a space, and its help.
    foreach ($offer in $offers) {
        $word, $help = $offer -split ' ', 2
        if ($word -and $word.StartsWith($typed, [StringComparison]::Ordinal)) {
            if (-not $help) { $help = $word }
            [System.Management.Automation.CompletionResult]::new("$before$word", $word, 'ParameterValue', $help)
        }
    }

    # Where nothing at all is offered PowerShell completes file names by itself, but not after --option=, not
    # beside other offers, and not folders alone.
    $folders = $value -in 'cas', 'folders'
    if ($folders -or $value -eq 'cas-or-files' -or ($before -and $value -eq 'files')) {
        foreach ($path in [System.Management.Automation.CompletionCompleters]::CompleteFilename($typed)) {
            if (-not $folders -or $path.ResultType -eq 'ProviderContainer') {
                [System.Management.Automation.CompletionResult]::new(
                    $before + $path.CompletionText, $path.ListItemText, $path.ResultType, $path.ToolTip)
            }
        }
    }
}
"""


def script(top: Command) -> str:
    """The whole script."""
    commands = below(top)
    return HEAD + "".join(map(entry, commands)) + VALUE + "".join(map(option_values, commands)) + ENGINE


def below(command: Command) -> list[Command]:
    """A command and all those below it."""
    return [command, *(c for child in command.commands for c in below(child))]


def entry(command: Command) -> str:
    """The entry of a command in $commands."""
    commands = [quoted(f"{c.word} {c.summary}") for c in command.commands]
    options = [quoted(f"{name} {option.summary}") for option in command.options for name in option.names]
    arguments = [quoted(kind(argument.values)) for argument in command.arguments]
    many = any(argument.many for argument in command.arguments)
    fields = [*array("Commands", commands), *array("Options", options), *array("Arguments", arguments)]
    fields.append(f"            Many = ${str(many).lower()}\n")
    return f"        {quoted(command.path)} = @{{\n{''.join(fields)}        }}\n"


def array(name: str, items: list[str]) -> list[str]:
    """The lines of a field that holds items; none for no items."""
    if not items:
        return []
    return [f"            {name} = @(\n", *(f"                {item}\n" for item in items), "            )\n"]


def option_values(command: Command) -> str:
    """The lines of $values for a command."""
    return "".join(
        f"    $values[{quoted(f'{command.path} {name}')}] = {quoted(kind(option.values))}\n"
        for option in command.options
        if option.values
        for name in option.names
    )


def kind(values: Values) -> str:
    """A kind of value as the script names it; words follow their kind."""
    return " ".join([values.kind, *values.words])


def quoted(text: str) -> str:
    """Text in single quotes, as PowerShell reads it; to it the typographic quotes are quotes too."""
    for quote in "'\u2018\u2019\u201a\u201b":
        text = text.replace(quote, quote * 2)
    return f"'{text}'"

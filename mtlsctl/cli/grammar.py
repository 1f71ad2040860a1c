"""The command line as typer reads it: help, what is wrong with the words typed, and all words that are not plain."""

import difflib
import inspect
import re
from collections.abc import Callable
from shlex import quote
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from mtlsctl import __version__
from mtlsctl.cli import plain
from mtlsctl.cli.commands import COMMANDS, PANELS, Row
from mtlsctl.cli.declare import REQUIRED, Argument, Parameter, parameters
from mtlsctl.errors import MtlsctlError, UsageError

FROM_OTHERS = {
    "--cacert": "--ca",
    "--CAfile": "--ca",
    "--cafile": "--ca",
    "-k": "--insecure",
    "-E": "--cert",
    "-x": "--proxy",
    "--sni": "--servername",
    "--connect-to": "--connect",
}
"""What curl, openssl, grpcurl and others call an option of ours."""

# typer carries its own copy of click and does not export this class; its child it does.
ClickError: Any = typer.BadParameter.__mro__[2]


class LazyGroup(TyperGroup):
    """A group whose commands load when they are called; its help reads the table."""

    prefix = ""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002
        """The words that may follow here, in the table's order."""
        return [row.words.removeprefix(self.prefix) for row in self.rows()]

    def rows(self) -> list[Row]:
        """The rows one level below this group."""
        depth = len(self.prefix.split())
        return [row for row in COMMANDS if row.words.startswith(self.prefix) and len(row.words.split()) == depth + 1]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
        """Load the one command that was typed."""
        row = next((row for row in self.rows() if row.words == self.prefix + cmd_name), None)
        return load(row) if row else None

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that was typed; for a word that is none, the nearest in the hint."""
        if args and self.get_command(ctx, args[0]) is None and not args[0].startswith("-"):
            near = difflib.get_close_matches(args[0], self.list_commands(ctx), n=1)
            hint = f"did you mean: mtlsctl {self.prefix}{near[0]}" if near else f"{ctx.command_path} --help"
            raise UsageError(f"No such command '{args[0]}'", hint)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002
        """Write the commands, panel by panel, without loading any."""
        rows = self.rows()
        width = max(len(row.words.removeprefix(self.prefix)) for row in rows)
        for panel in PANELS:
            lines = [
                (row.words.removeprefix(self.prefix).ljust(width), row.summary) for row in rows if row.panel == panel
            ]
            if lines:
                with formatter.section(panel if not self.prefix else "Commands"):
                    formatter.write_dl(lines)


def load(row: Row) -> Any:
    """The command of a row: a group, or a typer command around its function."""
    if not row.target:
        return group(row.words + " ", row.words.split()[-1], row.summary)
    return command(row.words.split()[-1], plain.load(row))


def command(word: str, function: Callable[..., Any]) -> Any:
    """The typer command around a function that declares what it takes."""
    app = typer.Typer(add_completion=False, rich_markup_mode=None)
    app.command(word, cls=Command, no_args_is_help=False)(told(function))
    return typer.main.get_command(app)


def told(function: Callable[..., Any]) -> Callable[..., Any]:
    """A command's function with its declarations in typer's own words."""

    def called(**arguments: Any) -> Any:
        return function(**arguments)

    takes = [
        inspect.Parameter(
            one.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=inspect.Parameter.empty if one.default is REQUIRED else one.default,
            annotation=Annotated[one.type, typers(one)],
        )
        for one in parameters(function)
    ]
    called.__signature__ = inspect.Signature(takes)  # type: ignore[attr-defined]
    called.__annotations__ = {one.name: one.annotation for one in takes}
    called.__name__, called.__doc__ = function.__name__, function.__doc__
    return called


def typers(one: Parameter) -> Any:
    """typer's record for an Option or Argument of ours."""
    said = one.said
    if isinstance(said, Argument):
        return typer.Argument(metavar=said.metavar or None, help=said.help)
    return typer.Option(
        *said.names,
        metavar=said.metavar or None,
        help=said.help,
        rich_help_panel=said.panel or None,
        envvar=said.envvar or None,
        min=said.min,
        max=said.max,
        hidden=said.hidden,
        callback=finite if one.type is float else None,
    )


def finite(seconds: float) -> float:
    """click's range lets NaN pass."""
    if seconds != seconds:
        raise typer.BadParameter("nan is not a number of seconds")
    return seconds


def refuse_empty(given: dict[str, Any], order: list[Any]) -> None:
    """Raise UsageError for an empty word: a path it would make this folder, and an option one that was not given."""
    for one in order:
        found = given.get(one.name)
        if "" not in (found if isinstance(found, list | tuple) else [found]):
            continue
        metavar = (one.metavar or "VALUE").strip("[].")
        if one.param_type_name == "argument":
            raise UsageError(f"an empty word, where {metavar} is expected", "is a variable not set?")
        name = max(one.opts, key=len)
        raise UsageError(f"{name} is empty", f"leave it away, or give it: {name} {metavar}; is a variable not set?")


class Command(TyperCommand):
    """A command whose help keeps the line breaks of its docstring's examples, and groups its options by panel."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """As typer does it; no word may be empty, and an option without its value also says whose help to ask for."""
        try:
            refuse_empty(*self.make_parser(ctx).parse_args(args=list(args))[::2])
            return super().parse_args(ctx, args)
        except ClickError as error:
            error.ctx = getattr(error, "ctx", None) or ctx
            raise

    def format_help_text(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002
        """Write the docstring as it stands, indented."""
        formatter.write_paragraph()
        with formatter.indentation():
            for line in (self.help or "").splitlines():
                formatter.write(f"{' ' * formatter.current_indent}{line}\n" if line.strip() else "\n")

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the arguments, the options of no panel, then each panel's in the order in which they come."""
        sections: dict[str, list[tuple[str, str]]] = {"Arguments": [], "Options": []}
        for parameter in self.get_params(ctx):
            if (record := parameter.get_help_record(ctx)) is not None:
                usual = "Arguments" if parameter.param_type_name == "argument" else "Options"
                panel = getattr(parameter, "rich_help_panel", None)
                sections.setdefault(panel or usual, []).append(record)
        for title, records in sections.items():
            if records:
                with formatter.section(title):
                    formatter.write_dl(records, col_max=30)


def group(prefix: str, name: str, summary: str) -> LazyGroup:
    """A LazyGroup for the words in prefix."""
    made = LazyGroup(name=name, help=summary, rich_markup_mode=None, no_args_is_help=False)
    made.prefix = prefix
    return made


def root() -> LazyGroup:
    """The command tree's top: `mtlsctl`."""
    top = group("", "mtlsctl", "The toolkit for mutual TLS: make it, look at it, prove it, run it.")
    top.params.append(typer.core.TyperOption(param_decls=["--version", "-V"], is_flag=True, help="Show the version."))
    top.epilog = "Start with: mtlsctl demo. Every command takes --json, and -h for its help."
    return top


def call(words: list[str]) -> Any:
    """Parse the words and run the command: what it returns. Raises UsageError for words that make no sense."""
    try:
        return invoke(words or ["--help"])
    except ClickError as error:
        raise usage_error(error) from None
    except typer.Abort:
        raise KeyboardInterrupt from None


def invoke(words: list[str]) -> Any:
    """As call(), with typer's own errors."""
    top = root()
    settings: dict[str, Any] = {"help_option_names": ["-h", "--help"], "max_content_width": 110}
    try:
        with top.make_context("mtlsctl", list(words), **settings) as ctx:
            if ctx.params.get("version"):
                typer.echo(f"mtlsctl {__version__}")
                return 0
            return top.invoke(ctx)
    except typer.Exit as ended:
        return ended.exit_code


def usage_error(error: Any) -> MtlsctlError:
    """typer's complaint about the words typed, as ours."""
    ctx = getattr(error, "ctx", None)
    help_ = f"{ctx.command_path if ctx else 'mtlsctl'} --help"
    if hasattr(error, "possibilities"):  # typer's NoSuchOption, which it does not export
        near = meant(error, ctx)
        hint = f"did you mean: {near}; all options: {help_}" if near else help_
        return UsageError(f"No such option: {error.option_name}", hint)
    text = " ".join(error.format_message().replace("\\t", " ").split()).rstrip(".")
    choice = chosen(error, ctx, text)
    return UsageError(text, f"did you mean: {choice}; {help_}" if choice else help_)


def chosen(error: Any, ctx: Any, text: str) -> str:
    """What to type in place of a word that is none of the choices; "" where nothing is like it."""
    choices = getattr(getattr(getattr(error, "param", None), "type", None), "choices", ())
    wrong = re.search("'([^']*)' is not one of", text)
    if not (choices and wrong):
        return ""
    if near := difflib.get_close_matches(wrong[1].lower(), choices, n=1):
        option = max(error.param.opts, key=len)
        return f"{option} {near[0]}" if option.startswith("-") else f"{ctx.command_path} {near[0]}"
    if any(other.nargs == -1 for other in ctx.command.params) and error.param.param_type_name == "argument":
        return f"{ctx.command_path} {choices[0]} {quote(wrong[1])}"  # it was left out before the others
    return ""


def meant(error: Any, ctx: Any) -> str:
    """The option that a wrong one may stand for: what another program calls so, else the nearest in spelling."""
    here = {name for parameter in ctx.command.params for name in parameter.opts} if ctx else set()
    same = FROM_OTHERS.get(error.option_name, "")
    return same if same in here else next(iter(error.possibilities or ()), "")

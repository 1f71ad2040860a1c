"""The table of commands, the lazy group that reads it, and run(): the one error boundary."""

import difflib
import gc
import io
import os
import signal
import sys
import traceback
import warnings
from importlib import import_module
from typing import Any, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup

from mtlsctl import __version__
from mtlsctl.errors import MtlsctlError, SystemTroubleError, UsageError


class Row(NamedTuple):
    """One line of the table: the words typed, the help panel, the summary, and the function that does it."""

    words: str
    panel: str
    summary: str
    target: str
    """"module:function" below mtlsctl.cli; empty for a group."""


COMMANDS = (
    Row("ca", "Make", "Create and look after certificate authorities.", ""),
    Row("ca create", "Make", "Create a CA: a root and an issuing CA below it.", "ca:create"),
    Row("ca list", "Make", "List the CAs, what they issued and when they expire.", "ca:list_"),
    Row("ca show", "Make", "Show one CA: its certificates and what it issued.", "ca:show"),
    Row("ca export", "Make", "Write a CA's root certificate, for those who must trust it.", "ca:export"),
    Row("key", "Make", "Make private keys.", ""),
    Row("key new", "Make", "Make a private key.", "key:new"),
    Row("csr", "Make", "Make certificate signing requests.", ""),
    Row("csr new", "Make", "Make a certificate signing request for a key.", "csr:new"),
    Row("sign", "Make", "Sign a certificate signing request with a CA.", "sign:sign"),
    Row("issue", "Make", "Issue a key and certificate, with the chain and CA, ready to use.", "issue:issue"),
    Row("renew", "Make", "Renew a certificate when it is due, as a pair with a new key.", "renew:renew"),
    Row("revoke", "Revoke", "Revoke a certificate and publish the CRL.", "revoke:revoke"),
    Row("crl", "Revoke", "Publish a fresh CRL.", "crl:crl"),
    Row("inspect", "Look", "Show what a file holds: any format, any number of objects.", "inspect:inspect"),
    Row("verify", "Look", "Verify a certificate chain as the peer would.", "verify:verify"),
    Row("explain", "Look", "Explain a code, or an error or log line of another program.", "explain:explain"),
    Row("handshake", "Talk", "Do one TLS handshake and say what happened.", "handshake:handshake"),
    Row("probe", "Talk", "Prove that a server lets only the right clients in.", "probe:probe"),
    Row("serve", "Talk", "Run a TLS server that shows who connects, for debugging clients.", "serve:serve"),
    Row("completions", "System", "Print the completion script of a shell.", "completions:completions"),
    Row("demo", "System", "Play the whole story, from nothing to a proven handshake, on loopback.", "demo:demo"),
)

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

PANELS = ("Make", "Revoke", "Look", "Talk", "System")

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
    module, function = row.target.split(":")
    callback = getattr(import_module(f"mtlsctl.cli.{module}"), function)
    gc.freeze()  # all is loaded: from here on there may be garbage (__main__.py switched the collector off)
    gc.enable()
    app = typer.Typer(add_completion=False, rich_markup_mode=None)
    app.command(row.words.split()[-1], cls=Command, no_args_is_help=False)(callback)
    return typer.main.get_command(app)


class Command(TyperCommand):
    """A command whose help keeps the line breaks of its docstring's examples, and groups its options by panel."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """As typer does it; an option without its value also says whose help to ask for."""
        try:
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


def run(words: list[str]) -> int:
    """Run the command line given as words and return the exit status: the only place that turns errors into one.

    0 yes or done; 1 the answer is no; 2 could not tell; 130 interrupted; 143 terminated.
    """
    as_json = "--json" in words
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    signal.signal(signal.SIGTERM, terminate)
    if not sys.warnoptions:
        warnings.simplefilter("ignore")  # odd certificates are findings; a library's warnings are for its developers
    try:
        return call(words)
    except MtlsctlError as error:
        return tell(error, as_json)
    except ClickError as error:
        return tell(usage_error(error), as_json)
    except Terminated:
        return 128 + signal.SIGTERM
    except (KeyboardInterrupt, typer.Abort):
        return interrupted(as_json)
    except BrokenPipeError:
        return closed_pipe()
    except OSError as error:
        return tell(system_error(error), as_json)
    except Exception as error:  # the last resort: a defect of ours is "could not tell", never "no"
        if os.environ.get("MTLSCTL_TRACEBACK"):
            raise
        return tell(defect(error), as_json)


class Terminated(BaseException):
    """SIGTERM came: unwinds like Ctrl-C, so that nothing half-written is left."""


def terminate(*_: object) -> None:
    """Unwind on SIGTERM."""
    raise Terminated


def call(words: list[str]) -> int:
    """Parse the words and run the command; the exit status is what it returns, or the one it exits with."""
    top = root()
    if not words:
        words = ["--help"]
    settings: dict[str, Any] = {"help_option_names": ["-h", "--help"], "max_content_width": 110}
    try:
        with top.make_context("mtlsctl", list(words), **settings) as ctx:
            if ctx.params.get("version"):
                typer.echo(f"mtlsctl {__version__}")
                return 0
            result = top.invoke(ctx)
    except typer.Exit as ended:
        result = ended.exit_code
    sys.stdout.flush()
    return result if isinstance(result, int) else 0


def usage_error(error: Any) -> MtlsctlError:
    """typer's complaint about the words typed, as ours."""
    ctx = getattr(error, "ctx", None)
    help_ = f"{ctx.command_path if ctx else 'mtlsctl'} --help"
    if hasattr(error, "possibilities"):  # typer's NoSuchOption, which it does not export
        near = meant(error, ctx)
        hint = f"did you mean: {near}; all options: {help_}" if near else help_
        return UsageError(f"No such option: {error.option_name}", hint)
    text = error.format_message().replace("\\t", " ")
    return UsageError(" ".join(text.split()).rstrip("."), help_)


def meant(error: Any, ctx: Any) -> str:
    """The option that a wrong one may stand for: what another program calls so, else the nearest in spelling."""
    here = {name for parameter in ctx.command.params for name in parameter.opts} if ctx else set()
    same = FROM_OTHERS.get(error.option_name, "")
    return same if same in here else next(iter(error.possibilities or ()), "")


def system_error(error: OSError) -> MtlsctlError:
    """An error of the operating system that no workflow worded."""
    where = f"{error.filename}: " if error.filename else ""
    return SystemTroubleError(f"{where}{error.strerror or error}")


def defect(error: Exception) -> MtlsctlError:
    """An error that nobody thought of: where it is, and never its text, which may quote an input."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{os.path.basename(frame.filename)}:{frame.lineno}"  # noqa: PTH119
    return MtlsctlError(
        f"this is a defect of mtlsctl {__version__}: {type(error).__name__} at {where}",
        "please report it with the command that you typed; MTLSCTL_TRACEBACK=1 shows where it comes from",
        code="defect",
    )


def tell(error: MtlsctlError, as_json: bool) -> int:
    """Show an error: JSON on stdout when asked for, else text on stderr."""
    from mtlsctl.cli import output  # not needed where all goes well with plain text

    try:
        output.show_error(error, as_json)
    except BrokenPipeError:
        return closed_pipe()
    except OSError:
        return error.exit_status  # nobody can be told; the status still says it
    return error.exit_status


def interrupted(as_json: bool) -> int:
    """Ctrl-C: nothing half-written is left, and the shell is told as it expects."""
    stopped = MtlsctlError("interrupted", code="interrupted")
    tell(stopped, as_json)
    return 130


def closed_pipe() -> int:
    """The reader of our output went away: end quietly, as the tools beside us in the pipe do."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    return 2

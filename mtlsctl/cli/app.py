"""run(): the one error boundary, and the one exit status."""

import io
import os
import signal
import sys
import warnings
from types import FrameType

from mtlsctl import __version__
from mtlsctl.cli import plain
from mtlsctl.errors import MtlsctlError, SystemTroubleError


def run(words: list[str]) -> int:
    """Run the command line given as words and return the exit status: the only place that turns errors into one.

    0 yes or done; 1 the answer is no; 2 could not tell; 130 interrupted; 143 terminated; 129 hung up.
    """
    as_json = "--json" in words
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    listen()
    if not sys.warnoptions:
        warnings.simplefilter("ignore")  # odd certificates are findings; a library's warnings are for its developers
    try:
        return call(words)
    except MtlsctlError as error:
        return tell(error, as_json)
    except Terminated as error:
        return 128 + error.number
    except KeyboardInterrupt:
        return interrupted(as_json)
    except BrokenPipeError:
        return closed_pipe(words)
    except OSError as error:
        return tell(system_error(error), as_json)
    except Exception as error:  # the last resort: a defect of ours is "could not tell", never "no"
        if os.environ.get("MTLSCTL_TRACEBACK"):
            raise
        return tell(defect(error), as_json)


ENDINGS = (signal.SIGINT, signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM))
"""Windows has no SIGHUP; serve reads its files again on it."""


class Terminated(BaseException):
    """SIGTERM or SIGHUP came: unwinds like Ctrl-C, so that nothing half-written is left."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def listen() -> None:
    """Unwind on the signals that end a program, unless they are ignored: nohup(1) does so with SIGHUP."""
    for number in ENDINGS:
        if signal.getsignal(number) in (signal.SIG_DFL, signal.default_int_handler):
            signal.signal(number, end)


def end(number: int, frame: FrameType | None) -> None:
    """Unwind; within a callback of OpenSSL, where an exception would be lost, as soon as that is over."""
    if within_callback(frame):
        signal.signal(signal.SIGALRM, lambda _, later: end(number, later))
        signal.setitimer(signal.ITIMER_REAL, 0.005)
        return
    if number == signal.SIGINT:
        raise KeyboardInterrupt
    raise Terminated(number)


def within_callback(frame: FrameType | None) -> bool:
    """Whether code runs that C called: pyOpenSSL wraps each callback in a function of this name."""
    if not hasattr(signal, "setitimer"):  # Windows: there it is lost
        return False
    while frame is not None:
        if frame.f_code.co_name == "wrapper" and frame.f_globals.get("__name__") == "OpenSSL.SSL":
            return True
        frame = frame.f_back
    return False


def call(words: list[str]) -> int:
    """Run the command that the words name; the exit status is what it returns, or the one it exits with."""
    if asked := plain.read(words):
        result = asked.function(**asked.arguments)
    else:
        from mtlsctl.cli import grammar  # typer, for what is not plain

        result = grammar.call(words)
    try:
        sys.stdout.flush()
    except BrokenPipeError:  # all is done: a reader who goes away does not change how it went
        closed_pipe(words)
    return result if isinstance(result, int) else 0


def system_error(error: OSError) -> MtlsctlError:
    """An error of the operating system that no workflow worded."""
    where = f"{error.filename}: " if error.filename else ""
    return SystemTroubleError(f"{where}{(error.strerror or str(error)).lower()}")


def defect(error: Exception) -> MtlsctlError:
    """An error that nobody thought of: where it is, and never its text, which may quote an input."""
    import traceback  # never needed, one hopes

    frame = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{os.path.basename(frame.filename)}:{frame.lineno}"  # noqa: PTH119
    return MtlsctlError(
        f"this is a defect of mtlsctl {__version__}: {type(error).__name__} at {where}",
        "please report it with the command that you typed; MTLSCTL_TRACEBACK=1 shows where it comes from",
        code="defect",
    )


def tell(error: MtlsctlError, as_json: bool) -> int:
    """Show an error: JSON on stdout when asked for, else text on stderr, as where stdout takes no more."""
    from mtlsctl.cli import output  # not needed where all goes well with plain text

    try:
        output.show_error(error, as_json)
    except BrokenPipeError:
        output.close_pipe()
    except OSError:
        if as_json:
            return tell(error, as_json=False)
        # nobody can be told; the status still says it
    return error.exit_status


def interrupted(as_json: bool) -> int:
    """Ctrl-C: nothing half-written is left, and the shell is told as it expects."""
    stopped = MtlsctlError("interrupted", code="interrupted")
    tell(stopped, as_json)
    return 130


def closed_pipe(words: list[str]) -> int:
    """The reader went away before the answer was known: end quietly, and could not tell. Help needs no answer."""
    from mtlsctl.cli import output  # not needed where all goes well with plain text

    output.close_pipe()
    return 0 if {"--help", "-h"} & set(words) or not words else 2

"""The options that record a handshake: what to draw of it, and where to leave its keys."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from mtlsctl.cli import output
from mtlsctl.cli.declare import Option, bundled

PANEL = "Recording"


class Record(NamedTuple):
    """What is to be recorded."""

    trace: bool
    keylog: Path | None

    def prepare(self) -> None:
        """Make sure that the key log can be written, and say on stderr what it gives away. Raises MtlsctlError."""
        if self.keylog is None:
            return
        from mtlsctl.workflows.keylog import prepare  # only for those who ask for it

        shared = prepare(self.keylog)
        output.note(f"note: whoever has {self.keylog} can decrypt what was recorded of this connection")
        if shared:
            output.note(f"note: others may have access to it: chmod 600 {self.keylog}")


def with_record(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command --trace and --keylog in place of its parameter `record: Record`."""
    return bundled(command, "record", _OPTIONS, Record)


_OPTIONS = {
    "trace": (
        Annotated[
            bool,
            Option("--trace", help="Draw the messages of both sides, decrypted.", panel=PANEL),
        ],
        False,
    ),
    "keylog": (
        Annotated[
            Path | None,
            Option(
                "--keylog",
                metavar="FILE",
                envvar="SSLKEYLOGFILE",
                help="Add the session's secrets to FILE, for Wireshark.",
                panel=PANEL,
            ),
        ],
        None,
    ),
}

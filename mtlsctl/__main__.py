"""The entry: answers --version and completion words before anything heavy loads."""

import os
import sys

from mtlsctl import __version__


def main() -> None:
    """Run the command line of this process and end the process with its exit status."""
    open_streams()
    words = sys.argv[1:]
    if words in (["--version"], ["-V"]):
        finish(say(f"mtlsctl {__version__}\n"))
    if words[:1] == ["__complete"]:
        finish(say("".join(f"{word}\n" for word in complete(words[1:]))))
    # Loading modules makes many objects and no garbage: collecting while it lasts costs a tenth of the start.
    import gc

    gc.disable()
    from mtlsctl.cli.app import run

    finish(run(words))


def open_streams() -> None:
    """Give a process that was started with closed standard streams /dev/null in their place.

    Else the next file opened would take their number, and what is printed would end up in it.
    """
    while (descriptor := os.open(os.devnull, os.O_RDWR)) < 3:
        pass
    os.close(descriptor)
    sys.stdout = sys.stdout or open(os.devnull, "w")  # noqa: SIM115 - for the life of the process
    sys.stderr = sys.stderr or open(os.devnull, "w")  # noqa: SIM115
    sys.stdin = sys.stdin or open(os.devnull)  # noqa: SIM115


def say(text: str) -> int:
    """Write the answer to stdout; a reader that has gone away is not an error."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        return 0
    except OSError:
        return 2
    return 0


def complete(words: list[str]) -> list[str]:
    """The words that only the disk knows: `cas` lists the CA folders. Anything else has no words."""
    if words[:1] != ["cas"]:
        return []
    try:
        with os.scandir(home()) as entries:
            return sorted(e.name for e in entries if e.name[0] != "." and os.path.exists(f"{e.path}/ca.toml"))
    except OSError:
        return []


def home() -> str:
    """The folder of all CAs, as workflows/store.py finds it: MTLSCTL_HOME or the user's data folder.

    Said here without platformdirs, which costs as much time as starting Python; a test compares the two.
    """
    if chosen := os.environ.get("MTLSCTL_HOME"):
        return chosen
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or os.path.expanduser("~\\AppData\\Local")
    elif sys.platform == "darwin":
        base = os.path.expanduser("~/Library/Application Support")
    else:
        data = os.environ.get("XDG_DATA_HOME", "").strip()
        base = data or os.path.expanduser("~/.local/share")
    return os.path.join(base, "mtlsctl")


def finish(status: int) -> None:
    """End the process at once: taking a thousand modules down one by one helps nobody."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        pass  # all was said, and nobody reads it
    except OSError:
        status = status or 2
    try:
        sys.stderr.flush()
    except OSError:
        status = status or 2
    os._exit(status)


if __name__ == "__main__":
    main()

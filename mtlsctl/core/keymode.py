"""Who on this machine can read a private key's file, by its mode."""

from mtlsctl.core.findings import Finding, Verdict, Whose


def readers(mode: int) -> str:
    """Who else can read a file of this mode: "everybody", "its group", or ""."""
    return "everybody" if mode & 0o007 else "its group" if mode & 0o070 else ""


def words(mode: int) -> str:
    """What is wrong with a private key's file of this mode; "" where nothing is."""
    who = readers(mode)
    return f"{who} on this machine can read this private key (mode {mode & 0o777:04o})" if who else ""


def exposed(path: str, mode: int) -> Finding | None:
    """A warning where others than the file's owner can read it; None where nobody can."""
    if not (said := words(mode)):
        return None
    from mtlsctl.core.shellwords import word  # most keys are shut

    hint = f"chmod 600 {word(path)}"
    return Finding("key-file-permissions", Verdict.WARN, f"{path}: {said}", hint, Whose.OURS, path)

"""Who on this machine can read a private key's file, by its mode."""

from mtlsctl.core.findings import Finding, Verdict, Whose


def exposed(path: str, mode: int) -> Finding | None:
    """A warning where others than the file's owner can read it; None where nobody can."""
    if not mode & 0o077:
        return None
    who = "everybody" if mode & 0o007 else "its group"
    message = f"{path}: {who} on this machine can read this private key (mode {mode & 0o777:04o})"
    return Finding("key-file-permissions", Verdict.WARN, message, f"chmod 600 {path}", Whose.OURS, path)

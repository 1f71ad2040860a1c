"""PostgreSQL's first words inside TLS: a login is begun, and its first answer tells who may go on."""

import struct

VERSION = 196608  # protocol 3.0 (PostgreSQL documentation, 55.7: StartupMessage)
_GOES_ON = "R"
REFUSED = "28"
"""The class of SQLSTATEs for logins that are not allowed (appendix A)."""


def startup(user: str) -> bytes:
    """A StartupMessage: nothing is asked of the server but to say what it wants next."""
    body = struct.pack("!i", VERSION) + b"user\0" + user.encode().replace(b"\0", b"") + b"\0\0"
    return struct.pack("!i", len(body) + 4) + body


def answered(data: bytes) -> str:
    """`R` where the login goes on, the SQLSTATE of an error, such as `28000`; "" for anything else."""
    if data[:1] == b"R" and len(data) >= 9:
        return _GOES_ON
    if data[:1] != b"E":
        return ""
    fields = data[5:1024].split(b"\0")
    code = next((f[1:] for f in fields if f[:1] == b"C"), b"")
    return code.decode("ascii") if len(code) == 5 and code.isalnum() and code.isascii() else ""

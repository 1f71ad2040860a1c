"""The errors that a person sees: each has a message, a hint and an exit status."""


class MtlsctlError(Exception):
    """Something could not be done. The one error that crosses layers.

    message: what is wrong, with both sides, no full stop. hint: what to type or change next, or "".
    Never holds bytes of an input that may be a key, nor a password.
    """

    code = "error"
    exit_status = 2

    def __init__(self, message: str, hint: str = "", *, code: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        if code:
            self.code = code


class UsageError(MtlsctlError):
    """The words typed do not make sense, or ask for what is refused."""

    code = "usage"


class InputError(MtlsctlError):
    """A file or text given is not what it should be."""

    code = "invalid-input"


class NotFoundError(MtlsctlError):
    """What was named does not exist."""

    code = "not-found"


class ConflictError(MtlsctlError):
    """Something stands where the result would go."""

    code = "exists"


class PasswordError(MtlsctlError):
    """A password is needed, missing or wrong."""

    code = "password"


class SystemTroubleError(MtlsctlError):
    """The operating system said no: permission, disk, address."""

    code = "system"


class UnreachableError(MtlsctlError):
    """The other end could not be reached."""

    code = "unreachable"

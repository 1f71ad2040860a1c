"""The command tree as plain data, with what a shell can offer for each value: what completions are made from."""

from dataclasses import dataclass
from typing import Any, Literal

from mtlsctl.cli.commands import COMMANDS
from mtlsctl.cli.grammar import LazyGroup, root
from mtlsctl.core import codes, stacks, tls
from mtlsctl.core.policy import Policy
from mtlsctl.core.starttls import PROTOCOLS

Kind = Literal["words", "files", "folders", "cas", "cas-or-files", "none"]
"""cas: a CA's name, or a folder. cas-or-files: a CA's name, or a file. none: only the user knows."""


@dataclass(frozen=True, slots=True)
class Values:
    """What can be offered where a value is typed."""

    kind: Kind
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Option:
    """An option of a command."""

    names: tuple[str, ...]
    """All its spellings, the longest first."""
    summary: str
    values: Values | None = None
    """None: a flag."""
    many: bool = False
    """It may be given more than once."""


@dataclass(frozen=True, slots=True)
class Argument:
    """A positional argument of a command."""

    name: str
    values: Values
    many: bool = False


@dataclass(frozen=True, slots=True)
class Command:
    """A command, or a group of commands; the tree's top has the empty path."""

    path: str
    """The words that lead here: `ca create`."""
    summary: str
    options: tuple[Option, ...]
    arguments: tuple[Argument, ...] = ()
    commands: tuple["Command", ...] = ()

    @property
    def word(self) -> str:
        """The last word of the path."""
        return self.path.rpartition(" ")[2]


HELP = Option(("--help", "-h"), "Show this help.")

FREE = Values("none")
FILES = Values("files")
FOLDERS = Values("folders")
CAS = Values("cas")
CAS_OR_FILES = Values("cas-or-files")
CODES = Values("words", tuple(codes.CODES))
GROUPS = Values("words", ("X25519MLKEM768", "x25519", "P-256", "P-384", "P-521", "x448", "ffdhe2048"))
SIGALGS = Values(
    "words",
    (
        *("ecdsa_secp256r1_sha256", "ecdsa_secp384r1_sha384", "ecdsa_secp521r1_sha512", "ed25519", "ed448"),
        *("rsa_pss_rsae_sha256", "rsa_pss_rsae_sha384", "rsa_pss_rsae_sha512", "rsa_pkcs1_sha256"),
        *("mldsa44", "mldsa65", "mldsa87"),
    ),
)
STARTTLS = Values("words", tuple(PROTOCOLS))
VERSIONS = Values("words", tuple(tls.VERSIONS))

# What a parameter takes where its type does not tell, or tells too much: by its name, then by command and name where
# a command differs. A test fails for a parameter that is missing here.
SHARED = {
    "alpn": FREE,
    "ca": CAS,
    "ca_of": CAS,
    "cert": FILES,
    "ciphers": FREE,
    "client_ca": CAS_OR_FILES,
    "common_name": FREE,
    "connect": FREE,
    "file": FILES,
    "identity": FILES,
    "groups": GROUPS,
    "key": FILES,
    "keylog": FILES,
    "lifetime": FREE,
    "name": FREE,
    "named": CAS,
    "names": FREE,
    "out": FILES,
    "password_command": FREE,
    "password_env": FREE,
    "password_file": FILES,
    "sigalgs": SIGALGS,
    "proxy": FREE,
    "starttls": STARTTLS,
    "tls_max": VERSIONS,
    "tls_min": VERSIONS,
}
OWN = {
    ("ca create", "permit"): FREE,
    ("ca create", "issuing_lifetime"): FREE,
    ("ca create", "folder"): FOLDERS,
    ("issue", "out"): FOLDERS,
    ("issue", "many"): FILES,
    ("sign", "csr"): FILES,
    ("renew", "what"): FILES,
    ("renew", "within"): FREE,
    ("revoke", "what"): FILES,
    ("inspect", "paths"): FILES,
    ("inspect", "diff"): FILES,
    ("inspect", "graph"): FILES,
    ("inspect", "field"): Values(
        "words", ("subject", "issuer", "names", "not_after", "days_left", "key", "serial_hex", "sha256", "spki_sha256")
    ),
    ("verify", "chain"): FILES,
    ("verify", "more"): CAS_OR_FILES,
    ("verify", "policy"): Values("words", tuple(dict.fromkeys((*Policy, *stacks.NAMES)))),
    ("verify", "max_depth"): FREE,
    ("verify", "ca"): CAS_OR_FILES,
    ("verify", "crl"): CAS_OR_FILES,
    ("verify", "ocsp_response"): FILES,
    ("verify", "ocsp"): FREE,
    ("verify", "at"): FREE,
    ("verify", "fail_on"): Values("words", ("note", "warn", "fail")),
    ("lint", "targets"): FILES,
    ("lint", "ca"): CAS_OR_FILES,
    ("lint", "profile"): Values("words", ("mtls", "nist", "rfc5280", "webpki")),
    ("lint", "fail_on"): Values("words", ("note", "warn", "fail")),
    ("lint", "ignore"): FREE,
    ("lint", "config"): FILES,
    ("lint", "report"): FILES,
    ("lint", "servername"): FREE,
    ("lint", "http"): FREE,
    ("explain", "words"): CODES,
    ("handshake", "target"): FREE,
    ("handshake", "targets"): FILES,
    ("handshake", "ca"): CAS_OR_FILES,
    ("handshake", "servername"): FREE,
    ("handshake", "http"): FREE,
    ("probe", "target"): FREE,
    ("probe", "ca"): CAS_OR_FILES,
    ("probe", "servername"): FREE,
    ("probe", "http"): FREE,
    ("probe", "sign_with"): CAS,
    ("probe", "revoked_cert"): FILES,
    ("probe", "revoked_key"): FILES,
    ("probe", "expect_refused"): FILES,
    ("probe", "expect_accepted"): FILES,
    ("serve", "listen"): FREE,
    ("serve", "crl"): CAS_OR_FILES,
    ("handshake", "crl"): CAS_OR_FILES,
    ("serve", "ciphers"): FREE,
}


def read_tree() -> Command:
    """The whole tree: loads every command, and fails where one cannot be loaded."""
    return read("", root())


def read(path: str, loaded: Any) -> Command:
    """One loaded click command, and those below it."""
    return Command(
        path,
        summary_of(path, loaded),
        (*(option(path, p) for p in shown(loaded, "option")), HELP),
        tuple(argument(path, p) for p in shown(loaded, "argument")),
        tuple(read(f"{path} {word}".strip(), below) for word, below in children(loaded)),
    )


def children(loaded: Any) -> list[tuple[str, Any]]:
    """The commands of a group by their words; none for a command."""
    if not isinstance(loaded, LazyGroup):
        return []
    return [(word, loaded.get_command(None, word)) for word in loaded.list_commands(None)]


def summary_of(path: str, loaded: Any) -> str:
    """What the list of commands says of one; the top's own help."""
    return next((row.summary for row in COMMANDS if row.words == path), loaded.help)


def shown(loaded: Any, kind: str) -> list[Any]:
    """The options or arguments that are not hidden."""
    return [p for p in loaded.params if p.param_type_name == kind and not getattr(p, "hidden", False)]


def option(path: str, parameter: Any) -> Option:
    """A click option."""
    names = sorted([*parameter.opts, *parameter.secondary_opts], key=lambda name: (-len(name), name))
    summary = " ".join((parameter.help or "").split())
    many = bool(parameter.multiple or parameter.count)
    return Option(tuple(names), summary, None if flag(parameter) else values(path, parameter), many)


def flag(parameter: Any) -> bool:
    """Whether a parameter is an option that no value follows."""
    return bool(getattr(parameter, "is_flag", False) or getattr(parameter, "count", False))


def argument(path: str, parameter: Any) -> Argument:
    """A click argument."""
    name = (parameter.metavar or parameter.name.upper()).strip("[].")
    return Argument(name, values(path, parameter), parameter.nargs == -1)


def values(path: str, parameter: Any) -> Values:
    """What can be offered for a parameter: what the table says, else what its type does, else nothing."""
    return decided(path, parameter) or FREE


def decided(path: str, parameter: Any) -> Values | None:
    """What the tables or the type say of a parameter's values; None where nothing does."""
    if own := OWN.get((path, parameter.name)):
        return own
    if choices := getattr(parameter.type, "choices", None):
        return Values("words", tuple(str(choice) for choice in choices))
    if parameter.type.name.startswith(("int", "float")):
        return FREE
    return SHARED.get(parameter.name)


def parameters(path: str, loaded: Any) -> list[tuple[str, Any]]:
    """All options and arguments of a loaded command and those below it, each with its command's path."""
    own = [(path, p) for p in (*shown(loaded, "option"), *shown(loaded, "argument"))]
    return own + [p for word, below in children(loaded) for p in parameters(f"{path} {word}".strip(), below)]


def undecided() -> list[str]:
    """The parameters that nothing says the values of, as `command parameter`: a line that the tables lack."""
    return [f"{path} {p.name}" for path, p in parameters("", root()) if not flag(p) and decided(path, p) is None]

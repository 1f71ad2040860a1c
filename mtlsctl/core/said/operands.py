"""What a line names: the host asked for, the names that are valid, subjects, dates, files."""

import re

# A host may end up in a command that is shown: letters, digits, dots, colons, hyphens and brackets only.
_HOST = r"[A-Za-z0-9_.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\]"
_PATTERNS = (
    ("host port", re.compile(rf"host='({_HOST})', port=(\d{{1,5}})")),
    ("host port", re.compile(rf"https://({_HOST}):(\d{{1,5}})")),
    ("host", re.compile(rf"https://({_HOST})(?=[/\"' ]|$)")),
    (
        "host port",
        re.compile(rf"(?:connect to host|in connection to|ipv4:|connect ECONNREFUSED) ?({_HOST}):(\d{{1,5}})"),
    ),
    (
        "host port",
        re.compile(rf"(?:connect to|connection to server at) \"?({_HOST})\"?(?: \([^)]{{1,50}}\))?,? port (\d{{1,5}})"),
    ),
    ("host port", re.compile(rf"dial tcp ({_HOST}):(\d{{1,5}})")),
    ("subject", re.compile(r"\[subject: ([^/\]]{1,300}?) /")),
    ("issuer", re.compile(r"/ issuer: ([^/\]]{1,300}?) /")),
    ("not_before", re.compile(r"notbefore: ([\w: ]{10,40})")),
    ("not_after", re.compile(r"notafter: ([\w: ]{10,40})")),
    ("subject", re.compile(r"error=[^:]{3,80}: ([A-Z]{1,20} ?= ?[^\"']{1,300})$")),
    ("subject", re.compile(r"CN ?= ?[\w .@*-]{1,64}")),
    ("depth", re.compile(r"\b(?:at )?(?:depth=|depth |error \d{1,3} at )(\d{1,3})\b")),
    ("client", re.compile(rf"(?:handshake error from|, client:|\[client) ({_HOST}(?::\d{{1,5}})?)")),
)
_NAMES = re.compile(r"\s*(?:,\s*|\band\b)\s*")
_SAFE = re.compile(rf"(?:{_HOST}|[0-9A-Fa-f:.]{{2,45}})")


def operands(line: str, caught: dict[str, str]) -> dict[str, str]:
    """The operands of a line: what the row caught first, then what is told by the words around it."""
    found = {}
    for name, value in caught.items():
        if value and name not in ("number",):
            found[name] = value.strip(" .,;'\"")
    for names, pattern in _PATTERNS:
        if match := pattern.search(line):
            values = match.groups() or (match[0],)
            for name, value in zip(names.split(), values, strict=True):
                found.setdefault(name, value.strip())
    return found


def target(found: dict[str, str]) -> str:
    """HOST:PORT for a command, from operands; HOST:PORT itself where they do not name one."""
    host = found.get("host", "")
    if not _SAFE.fullmatch(host) or host.startswith("-"):
        return "HOST:PORT"
    port = found.get("port", "PORT")
    return f"[{host.strip('[]')}]:{port}" if ":" in host else f"{host}:{port}"


def named_file(found: dict[str, str]) -> str:
    """The file that operands name, where its name can be typed as it is; else FILE."""
    name = found.get("file", "")
    return name if re.fullmatch(r"[A-Za-z0-9_./@+][A-Za-z0-9_./@+-]{0,200}", name) else "FILE"

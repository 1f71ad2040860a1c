"""What to type next, from what a text says."""

from mtlsctl.core.said.match import Match
from mtlsctl.core.said.operands import named_file, target

_LOCAL = {
    "client-key-mismatch": "mtlsctl inspect CERT.pem KEY.pem",
    "client-file-unreadable": "ls -l FILE",
    "ca-file-unreadable": "ls -l FILE",
    "key-file-permissions": "chmod 600 KEY.pem",
}


def commands(match: Match) -> list[str]:
    """The commands that tell which cause it is, the most telling first."""
    found = [_see(match)]
    if match.codes:
        found.append(f"mtlsctl explain {match.codes[0]}")
    return found


def _see(match: Match) -> str:
    where, cause = target(match.operands), match.codes[0] if match.codes else ""
    with_ours = f"mtlsctl handshake {where} --cert CLIENT.pem --key CLIENT.key --ca CA.pem"
    if match.refused_by == "local":
        return _LOCAL.get(cause, "mtlsctl inspect FILE").replace("FILE", named_file(match.operands))
    if cause == "client-cert-required":
        return with_ours
    if match.side == "server" and match.refused_by == "client":
        return "mtlsctl verify SERVER.pem --as server --name NAME --ca CA.pem"
    if cause.startswith("client-") and match.refused_by in ("server", "app"):
        return "mtlsctl verify CLIENT.pem --as client --ca CLIENT-CA.pem" if match.side == "server" else with_ours
    return f"mtlsctl handshake {where} --ca CA.pem" if match.refused_by == "client" else f"mtlsctl handshake {where}"

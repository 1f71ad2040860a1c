"""Name constraints: from --permit to the extension, and whether a name lies inside (RFC 5280, 4.2.1.10)."""

import ipaddress
import re
from collections.abc import Iterable, Sequence

from cryptography import x509

from mtlsctl.core import names
from mtlsctl.errors import UsageError

# RFC 6761, 6.4: never a real name. A subtree that holds only this one shuts a type that was not permitted:
# a constraint binds only the types that it mentions, so a DNS-only one would leave e-mail and URI names free.
NOBODY = "invalid"
_EVERY_ADDRESS = tuple(x509.IPAddress(ipaddress.ip_network(n)) for n in ("0.0.0.0/0", "::/0"))

Subtrees = tuple[tuple[x509.GeneralName, ...], tuple[x509.GeneralName, ...]]


def build(texts: Sequence[str]) -> Subtrees:
    """The permitted and excluded subtrees for the texts of --permit; types not named are shut. Raises UsageError."""
    if not texts:
        return (), ()
    permitted = [parse(text) for text in texts]
    kinds = {type(name) for name in permitted}
    shut = [k(NOBODY) for k in (x509.DNSName, x509.RFC822Name, x509.UniformResourceIdentifier) if k not in kinds]
    return (*permitted, *shut), () if x509.IPAddress in kinds else _EVERY_ADDRESS


def parse(text: str) -> x509.GeneralName:
    """One subtree: `dns:test` (or `test`), `ip:127.0.0.0/8`, `email:dev.test`, `uri:dev.test` (`.dev.test`: below)."""
    kind, colon, rest = text.partition(":")
    if colon and kind.lower() in ("dns", "ip", "email", "uri"):
        return _subtree(kind.lower(), rest, text)
    return _subtree("ip" if "/" in text or names.to_address(text) else "email" if "@" in text else "dns", text, text)


def _subtree(kind: str, value: str, text: str) -> x509.GeneralName:
    if kind == "ip":
        try:
            return x509.IPAddress(ipaddress.ip_network(value))
        except ValueError as error:
            raise UsageError(f"--permit {text}: {error}", "write it as ip:192.0.2.0/24") from None
    if kind == "email" and "@" in value:
        return x509.RFC822Name(names.email(value))
    dot = "." if value.startswith(".") and kind != "dns" else ""
    host = names.dns(value.removeprefix(".").removeprefix("*."))
    if host.startswith("*"):
        raise UsageError(f"--permit {text}: a subtree has no wildcard", f"write it as {kind}:{host[2:]}")
    match kind:
        case "email":
            return x509.RFC822Name(dot + host)
        case "uri":
            return x509.UniformResourceIdentifier(dot + host)
        case _:
            return x509.DNSName(host)


def describe(subtrees: Iterable[x509.GeneralName]) -> tuple[str, ...]:
    """The subtrees in words, without those that only shut a type."""
    return tuple(f"{names.kind(n)}:{n.value}" for n in subtrees if n.value != NOBODY)


def outside(constraints: x509.NameConstraints, wanted: Iterable[x509.GeneralName]) -> list[x509.GeneralName]:
    """Those of the names that the constraints do not allow."""
    return [name for name in wanted if not _allowed(name, constraints)]


def _allowed(name: x509.GeneralName, constraints: x509.NameConstraints) -> bool:
    permitted = [s for s in constraints.permitted_subtrees or () if type(s) is type(name)]
    excluded = [s for s in constraints.excluded_subtrees or () if type(s) is type(name)]
    return (not permitted or any(_inside(name, s) for s in permitted)) and not any(_inside(name, s) for s in excluded)


def _inside(name: x509.GeneralName, subtree: x509.GeneralName) -> bool:
    match name, subtree:
        case x509.IPAddress(), x509.IPAddress():
            return not isinstance(
                name.value, ipaddress.IPv4Network | ipaddress.IPv6Network
            ) and name.value in ipaddress.ip_network(subtree.value)
        case x509.DNSName(), x509.DNSName():
            return _below(name.value.lower().removeprefix("*."), subtree.value.lower())
        case x509.RFC822Name(), x509.RFC822Name():
            if "@" in subtree.value:
                return name.value == subtree.value
            return _host(name.value.rpartition("@")[2].lower(), subtree.value.lower())
        case x509.UniformResourceIdentifier(), x509.UniformResourceIdentifier():
            return _host(uri_host(name.value), subtree.value.lower())
        case _:
            return name == subtree


def _below(host: str, base: str) -> bool:
    return not base or host == base or host.endswith("." + base)


def _host(host: str, base: str) -> bool:
    return host.endswith(base) and host != base[1:] if base.startswith(".") else host == base


def uri_host(uri: str) -> str:
    """The host of a URI in lower case, "" where there is none."""
    authority = re.split(r"[/?#]", uri.partition("://")[2], maxsplit=1)[0].rpartition("@")[2]  # RFC 3986, 3.2
    return authority.partition(":")[0].lower()

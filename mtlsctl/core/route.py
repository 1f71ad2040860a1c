"""The way to a server: through a proxy, to another place, over one address family, announced by a header."""

from collections.abc import Mapping
from typing import NamedTuple

from mtlsctl.core import names
from mtlsctl.core.endpoint import LOCALHOST, Endpoint, join
from mtlsctl.core.endpoint import parse as parse_endpoint
from mtlsctl.errors import UsageError

SOCKS_PORT = 1080  # RFC 1928, 3
KINDS = ("http", "socks5", "socks5h")
"""How a proxy is spoken to. With socks5 names are resolved here, with the others by the proxy (as curl does)."""

VARIABLES = ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")
_EXCEPTIONS = ("no_proxy", "NO_PROXY")
_WRITTEN = "write http://HOST:PORT, socks5://HOST or socks5h://HOST, with USER:PASSWORD@ before the host if needed"


class Proxy(NamedTuple):
    """A proxy, and what it wants to know of us."""

    kind: str
    """One of KINDS."""
    host: str
    port: int
    user: str = ""
    password: str = ""
    """Never shown."""

    @property
    def text(self) -> str:
        """The proxy as it may be shown: without user and password."""
        return f"{self.kind}://{join(self.host, self.port)}"

    def __repr__(self) -> str:
        return f"Proxy({self.text})"


class Route(NamedTuple):
    """How to get to an endpoint. Without anything it is a plain TCP connection there."""

    proxy: Proxy | None = None
    connect: Endpoint | None = None
    """Where to go in place of the endpoint, which stays what is asked for and verified."""
    family: int = 0
    """4 or 6: IPv4 or IPv6 alone; 0: whatever answers."""
    header: int = 0
    """1 or 2: the version of the PROXY protocol's header to send first; 0 sends none."""

    def dialled(self, endpoint: Endpoint) -> Endpoint:
        """Where our own connection goes."""
        if self.proxy:
            return Endpoint(self.proxy.host, self.proxy.port, "")
        return self.destination(endpoint)

    def destination(self, endpoint: Endpoint) -> Endpoint:
        """The server's own place."""
        return self.connect or endpoint


def parse_proxy(text: str, *, source: str = "--proxy") -> Proxy:
    """The proxy that a URL names, as curl writes it; without a scheme it is HTTP. Raises UsageError, which repeats
    no part of the text, since there may be a password in it.
    """
    kind, is_url, rest = text.partition("://")
    kind, rest = (kind.lower(), rest) if is_url else ("http", text)
    if kind not in KINDS:
        shown = kind if kind.isalnum() else "this"
        why = ": a proxy that is itself reached over TLS" if kind == "https" else ""
        raise UsageError(f"{source}: {shown}:// is no proxy that is known here{why}", _WRITTEN)
    login, at, place = rest.rstrip("/").rpartition("@")
    try:
        found = parse_endpoint(place, default_port=None if kind == "http" else SOCKS_PORT)
    except UsageError:
        raise UsageError(f"{source}: no proxy's host and port", _WRITTEN) from None
    if found.path or "://" in place:
        raise UsageError(f"{source}: no proxy's host and port", _WRITTEN)
    return Proxy(kind, found.host, found.port, *(_login(login, kind, source) if at else ()))


def _login(login: str, kind: str, source: str) -> tuple[str, str]:
    """User and password, %-escapes resolved (RFC 3986, 3.2.1)."""
    from urllib.parse import unquote  # only for proxies with a login

    user, _, password = login.partition(":")
    user, password = unquote(user), unquote(password)
    limit, encoding = (255, "ascii") if kind.startswith("socks") else (1024, "latin-1")  # RFC 1929, 2; RFC 7617, 2
    if ":" in user or not user or (kind != "http" and not password):
        raise UsageError(f"{source}: the proxy's user or password is empty, or the user has a colon in it", _WRITTEN)
    for part in (user, password):
        if len(part) > limit or part.encode(encoding, "replace").decode(encoding) != part:
            raise UsageError(f"{source}: the proxy's user or password is too long, or not in {encoding}", _WRITTEN)
    return user, password


def from_environment(environment: Mapping[str, str], endpoint: Endpoint) -> Proxy | None:
    """The proxy that HTTPS_PROXY or ALL_PROXY names, unless NO_PROXY excepts the endpoint; None where none does.

    As curl reads them, small letters first; as in Go, this machine is never reached through a proxy of the
    environment's. Raises UsageError.
    """
    name = next((name for name in VARIABLES if environment.get(name)), "")
    if not name or endpoint.path or _is_here(endpoint.host):
        return None
    excepted = next((environment[name] for name in _EXCEPTIONS if environment.get(name)), "")
    if any(_covers(word, endpoint) for word in excepted.replace(",", " ").split()):
        return None
    return parse_proxy(environment[name], source=name)


def _is_here(host: str) -> bool:
    address = names.to_address(host.partition("%")[0])
    return address.is_loopback if address else host == LOCALHOST or host.endswith(".localhost")


def _covers(word: str, endpoint: Endpoint) -> bool:
    """True when a word of NO_PROXY is about the endpoint: `*`, a domain and all below it, an address, a network."""
    import ipaddress  # loaded long since, with names

    host, _, port = word.rpartition(":") if word.count(":") == 1 else (word, "", "")
    host = host.lower()
    if port and port != str(endpoint.port):
        return False
    if host == "*":
        return True
    address = names.to_address(endpoint.host.partition("%")[0])
    if address is None:
        domain = host.removeprefix("*").removeprefix(".")
        return endpoint.host == domain or (bool(domain) and endpoint.host.endswith(f".{domain}"))
    try:
        return address in ipaddress.ip_network(host.strip("[]"), strict=False)
    except (ValueError, TypeError):
        return False

"""Endpoints: "host:443", "[::1]:8443", "https://host/path" as host, port and server name."""

from typing import NamedTuple

from mtlsctl.core import names
from mtlsctl.errors import UsageError

HTTPS_PORT = 443


class Endpoint(NamedTuple):
    """Where a TLS server listens."""

    host: str
    """A DNS name in A-labels, or an IP address without brackets."""
    port: int
    server_name: str
    """What to send as SNI: the DNS name, or "" for an address (RFC 6066, 3)."""

    @property
    def text(self) -> str:
        """The endpoint as a person writes it: `host:443`, `[::1]:443`."""
        return join(self.host, self.port)


def join(host: str, port: int) -> str:
    """Host and port in one word, brackets around an IPv6 address."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def parse(text: str, *, default_port: int | None = HTTPS_PORT, allow_zero: bool = False) -> Endpoint:
    """The endpoint that a person typed. Raises UsageError saying how it is written.

    Without default_port the port must be there. allow_zero takes port 0 ("any free port", to listen on).
    """
    host, port = _split(_without_url(text), text)
    number = _port(port, text, allow_zero) if port is not None else default_port
    if number is None:
        raise UsageError(f"{text}: no port", f"write it as {text}:8443")
    address = names.to_address(host.partition("%")[0])
    if address is not None:
        return Endpoint(host, number, "")
    name = names.dns(host)
    if name.startswith("*"):
        raise UsageError(f"{text}: a wildcard is a name to certify, not a host to connect to")
    return Endpoint(name, number, name)


def named(endpoint: Endpoint, name: str) -> Endpoint:
    """The same place asked for by another name. Raises UsageError for what cannot be an SNI (RFC 6066, 3)."""
    if not name:
        raise UsageError("the server name is empty", "leave --servername away, or give a DNS name")
    if names.to_address(name) is not None:
        raise UsageError(f"{name}: an address is no server name", "connect to the address, or give a DNS name")
    return Endpoint(endpoint.host, endpoint.port, names.dns(name))


def _without_url(text: str) -> str:
    """The host and port of an https URL; any other text as it stands."""
    scheme, is_url, rest = text.partition("://")
    if not is_url:
        return text
    authority = rest.partition("/")[0].partition("?")[0].partition("#")[0]
    if scheme.lower() != "https":
        raise UsageError(f"{text}: {scheme} is not a protocol known here", "write https://host or host:port")
    if "@" in authority:
        raise UsageError("a URL with a user or a password in it is not taken", "write host:port")
    return authority


def _split(word: str, text: str) -> tuple[str, str | None]:
    """Host and port as text; the port is None where there is none."""
    if word.startswith("["):
        host, closed, rest = word[1:].partition("]")
        if not closed or (rest and not rest.startswith(":")) or names.to_address(host.partition("%")[0]) is None:
            raise UsageError(f"{text}: not an IPv6 address in brackets", "write it as [2001:db8::1]:443")
        return host, rest[1:] if rest else None
    if word.count(":") > 1:
        if names.to_address(word) is None:
            raise UsageError(f"{text}: more than one colon", "write host:port, or [2001:db8::1]:443 for IPv6")
        return word, None
    host, colon, port = word.partition(":")
    if not host or host != host.strip() or host.startswith("-"):
        raise UsageError(f"{text!r}: no host", "write it as localhost:8443")
    return host, port if colon else None


def _port(word: str, text: str, allow_zero: bool) -> int:
    least = 0 if allow_zero else 1
    if not (word.isascii() and word.isdigit()) or not least <= int(word[:6]) <= 65535:
        raise UsageError(f"{text}: {word or 'nothing'} is not a port", f"a port is a number from {least} to 65535")
    return int(word)

"""Endpoints: "host:443", "[::1]:8443", "postgres://db/app", "unix:/run/x.sock" as where a TLS server listens."""

from typing import NamedTuple

from mtlsctl.core import names
from mtlsctl.errors import UsageError

HTTPS_PORT = 443
LOCALHOST = "localhost"
_ZONED = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")
_ZONE = 64  # characters of an interface's name that are taken; Linux has 15 at most


class Endpoint(NamedTuple):
    """Where a TLS server listens, and what has to be said there before TLS begins."""

    host: str
    """A DNS name in A-labels, or an IP address without brackets."""
    port: int
    """0 for a Unix socket."""
    server_name: str
    """What to send as SNI: the DNS name, or "" for an address (RFC 6066, 3)."""
    starttls: str = ""
    """The protocol that comes first, a word of core/starttls; "" where TLS is there from the first byte."""
    path: str = ""
    """A Unix socket; the host is then only the name that is asked for."""
    alpn: tuple[str, ...] = ()
    """What a server of this kind has to be offered."""

    @property
    def text(self) -> str:
        """The endpoint as a person writes it: `host:443`, `[::1]:443`, `unix:/run/x.sock`."""
        return f"unix:{self.path}" if self.path else join(self.host, self.port)


def join(host: str, port: int) -> str:
    """Host and port in one word, brackets around an IPv6 address."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def parse(text: str, *, default_port: int | None = HTTPS_PORT, allow_zero: bool = False) -> Endpoint:
    """The endpoint that a person typed: host:port, a URL, unix:PATH. Raises UsageError saying how it is written.

    Without default_port the port must be there. allow_zero takes port 0 ("any free port", to listen on). A user and
    a password in a URL are passed over, and repeated nowhere.
    """
    try:
        if "://" in text:
            return _url(text)
        if "@" in text:
            raise UsageError("a user is only taken in a URL", "write host:port")
        return _unix(text[5:]) if text[:5].lower() == "unix:" else _place(text, text, default_port, allow_zero)
    except _SchemeError:
        raise
    except UsageError:
        # A password may hold what ends a host, so that any part of the text may be a part of it.
        if "@" not in text:
            raise
        kind = "a URL that can be read" if "://" in text else "host and port"
        raise UsageError(
            f"the target is not {kind}; it is not repeated here, since a password may be in it",
            "write host:port; or %2F, %3F, %23 and %40 for / ? # and @ in a password",
        ) from None


class _SchemeError(UsageError):
    """What a URL begins with is wrong. The message repeats nothing else of it."""


def shown(text: str) -> str:
    """What a person typed for a target, with `***` in place of a user and a password, and of a URL's query.

    PostgreSQL's URLs may have `?password=` and `&sslpassword=` (documentation, 34.1.1.2).
    """
    head, is_url, rest = text.partition("://")
    if not is_url or "@" in head:
        return f"***@{text.rpartition('@')[2]}" if "@" in text else text
    where, asked, query = rest.partition("?")
    if "@" in query:  # in a password of the one kind or the other: there is no telling where it ends
        return f"{head}://***"
    _, at, where = where.rpartition("@")
    return f"{head}://{'***@' if at else ''}{where}{'?***' if asked else ''}"


def named(endpoint: Endpoint, name: str) -> Endpoint:
    """The same place asked for by another name. Raises UsageError for what cannot be an SNI (RFC 6066, 3)."""
    if not name:
        raise UsageError("the server name is empty", "leave --servername away, or give a DNS name")
    if names.to_address(name) is not None:
        raise UsageError(f"{name}: an address is no server name", "connect to the address, or give a DNS name")
    return endpoint._replace(server_name=names.dns(name))


def _unix(path: str) -> Endpoint:
    """A path as it stands. It has no name: localhost is asked for."""
    if not path or "\0" in path or path.startswith("@"):
        raise UsageError("no path of a Unix socket", "write it as unix:/run/server.sock")
    return Endpoint(LOCALHOST, 0, LOCALHOST, path=path)


def _url(text: str) -> Endpoint:
    """A URL: its scheme settles the port and how TLS begins. What follows the host counts for little."""
    from mtlsctl.core import schemes  # only for URLs

    head, _, rest = text.removeprefix("jdbc:").partition("://")
    if head.lower() == "unix":
        return _unix(rest)
    scheme = schemes.known(head.lower())
    if scheme is None:
        better = schemes.PLAIN.get(head.lower())
        shown = head if head.replace("+", "").replace("-", "").isalnum() else "this"
        what = f"{shown}:// means no TLS" if better else f"{shown}:// is not a protocol known here"
        raise _SchemeError(what, f"write {better or 'https'}://HOST:PORT or HOST:PORT")
    authority = rest.partition("/")[0].partition("?")[0].partition("#")[0].rpartition("@")[2]
    if "," in authority:
        raise UsageError(f"{text}: more than one host", "name one of them")
    found = _place(authority, text, scheme.port or None, allow_zero=False)
    if scheme.starttls == "postgres" and "sslnegotiation=direct" in rest.partition("?")[2]:
        return found._replace(alpn=schemes.POSTGRES_DIRECT)
    return found._replace(starttls=scheme.starttls, alpn=scheme.alpn)


def _place(word: str, text: str, default_port: int | None, allow_zero: bool) -> Endpoint:
    """Host and port. The text is what the person typed, for messages."""
    host, port = _split(word, text)
    number = _port(port, text, allow_zero) if port is not None else default_port
    if number is None:
        raise UsageError(f"{text}: no port", f"write it as {text}:8443")
    address, percent, zone = host.partition("%")
    found = names.to_address(address)
    if found is None:
        name = names.dns(host)
        if name.startswith("*"):
            raise UsageError(f"{text}: a wildcard is a name to certify, not a host to connect to")
        return Endpoint(name, number, name)
    if not percent:
        return Endpoint(host, number, "")
    zone = zone.removeprefix("25") if "://" in text else zone  # RFC 6874, 2: the % itself is escaped in a URL
    if found.version == 4 or not 0 < len(zone) <= _ZONE or not _ZONED.issuperset(zone):
        raise UsageError(f"{text}: not an address with a zone", "write it as [fe80::1%eth0]:443")
    return Endpoint(f"{address}%{zone}", number, "")


def _split(word: str, text: str) -> tuple[str, str | None]:
    """Host and port as text; the port is None where there is none."""
    if word.startswith("["):
        host, closed, rest = word[1:].partition("]")
        if not closed or (rest and not rest.startswith(":")) or names.to_address(host.partition("%")[0]) is None:
            raise UsageError(f"{text}: not an IPv6 address in brackets", "write it as [2001:db8::1]:443")
        return host, rest[1:] if rest else None
    if word.count(":") > 1:
        if names.to_address(word.partition("%")[0]) is None:
            raise UsageError(f"{text}: more than one colon", "write host:port, or [2001:db8::1]:443 for IPv6")
        return word, None
    host, colon, port = word.partition(":")
    if not host or host != host.strip() or host.startswith("-"):
        raise UsageError(f"{text!r}: no host", "write it as localhost:8443")
    return host, port if colon else None


def _port(word: str, text: str, allow_zero: bool) -> int:
    least = 0 if allow_zero else 1
    if not (word.isascii() and word.isdigit() and len(word) <= 5) or not least <= int(word) <= 65535:
        raise UsageError(f"{text}: {word or 'nothing'} is not a port", f"a port is a number from {least} to 65535")
    return int(word)

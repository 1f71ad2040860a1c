"""Options of the way to a server: STARTTLS, proxies, another place, the PROXY header; from words to a target."""

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

from mtlsctl.cli.declare import Option, bundled
from mtlsctl.core import endpoint
from mtlsctl.core.endpoint import Endpoint
from mtlsctl.errors import UsageError

if TYPE_CHECKING:
    from mtlsctl.core.route import Proxy, Route

PANEL = "The way there"
NO_PROXY = "none"
_VARIABLES = ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")  # core/route.py reads them; here: is one set


class Way(NamedTuple):
    """What the options say of the way, for any target."""

    starttls: str | None
    proxy: str | None
    connect: str | None
    send_proxy: str | None
    ipv4: bool
    ipv6: bool

    def to(self, target: str) -> tuple[Endpoint, "Route | None"]:
        """The endpoint that a target names, and the route there; None: straight. Raises UsageError."""
        where = endpoint.parse(target)
        if self.starttls is not None:
            where = _beginning(where, self.starttls)
        route = self._route(where)
        if route and route.proxy and route.destination(where).path:
            raise UsageError(f"{where.text}: a Unix socket is not reached through a proxy", "leave --proxy away")
        return where, route

    def _route(self, where: Endpoint) -> "Route | None":
        asked = (self.connect, self.send_proxy, self.proxy) != (None, None, None) or self.ipv4 or self.ipv6
        if not asked and not any(map(os.environ.get, _VARIABLES)):
            return None
        from mtlsctl.core.route import Route  # most targets are reached straight

        if self.ipv4 and self.ipv6:
            raise UsageError("--ipv4 and --ipv6 exclude each other", "leave both away to use whatever answers")
        connect = endpoint.parse(self.connect, default_port=where.port or None) if self.connect is not None else None
        family = 4 if self.ipv4 else 6 if self.ipv6 else 0
        header = int(self.send_proxy[1]) if self.send_proxy else 0
        route = Route(self._proxy(connect or where), connect, family, header)
        return None if route == Route() else route

    def _proxy(self, goal: Endpoint) -> "Proxy | None":
        """The proxy of --proxy; without it, of the environment."""
        from mtlsctl.core import route

        if self.proxy is None:
            return route.from_environment(os.environ, goal)
        return None if self.proxy == NO_PROXY else route.parse_proxy(self.proxy)


def _beginning(where: Endpoint, word: str) -> Endpoint:
    """The endpoint with TLS after some words of a protocol. A URL may have said so already, but not another one."""
    from mtlsctl.core.starttls import PROTOCOLS  # only with --starttls

    if word not in PROTOCOLS:
        raise UsageError(f"--starttls {word or repr('')}: not a protocol known here", f"choose: {', '.join(PROTOCOLS)}")
    if where.starttls and not (where.starttls == word or {where.starttls, word} <= {"xmpp", "xmpp-server"}):
        raise UsageError(f"the URL begins with {where.starttls}, --starttls says {word}", "leave one of them away")
    return where._replace(starttls=word, alpn=())


def with_route(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of the way in place of its parameter `way: Way`."""
    return bundled(command, "way", _OPTIONS, Way)


def _option(kind: Any, names: tuple[str, ...], default: Any, words: str, **more: Any) -> tuple[Any, Any]:
    return Annotated[kind, Option(*names, help=words, panel=PANEL, **more)], default


_OPTIONS = {
    "starttls": _option(
        str | None, ("--starttls",), None, "Begin in plain text: smtp, imap, postgres, ldap, ...", metavar="PROTOCOL"
    ),
    "proxy": _option(
        str | None,
        ("--proxy",),
        None,
        "http://, socks5:// or socks5h://HOST:PORT; none ignores HTTPS_PROXY and ALL_PROXY, where a password is safer.",
        metavar="URL",
    ),
    "connect": _option(
        str | None, ("--connect",), None, "Go there, and ask there for the target.", metavar="HOST:PORT"
    ),
    "send_proxy": _option(
        Literal["v1", "v2"] | None, ("--send-proxy",), None, "Send a PROXY protocol header first, as haproxy does."
    ),
    "ipv4": _option(bool, ("--ipv4", "-4"), False, "Use IPv4 addresses alone."),
    "ipv6": _option(bool, ("--ipv6", "-6"), False, "Use IPv6 addresses alone."),
}

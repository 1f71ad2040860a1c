"""The way to a server as words: proxies, the environment's, and what is never shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtlsctl.cli import route as cli_route
from mtlsctl.core import endpoint, route
from mtlsctl.core.route import Proxy, Route, from_environment, parse_proxy
from mtlsctl.errors import UsageError

API = endpoint.parse("api.test:8443")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("http://proxy.test:3128", Proxy("http", "proxy.test", 3128)),
        ("HTTP://proxy.test:3128/", Proxy("http", "proxy.test", 3128)),
        ("proxy.test:3128", Proxy("http", "proxy.test", 3128)),
        ("socks5://[::1]", Proxy("socks5", "::1", 1080)),
        ("socks5h://10.0.0.1:9", Proxy("socks5h", "10.0.0.1", 9)),
        ("http://me:p%40ss%3A@proxy.test:1", Proxy("http", "proxy.test", 1, "me", "p@ss:")),
        ("http://me@proxy.test:1", Proxy("http", "proxy.test", 1, "me", "")),
        ("me:a:b@proxy.test:1", Proxy("http", "proxy.test", 1, "me", "a:b")),
    ],
)
def test_a_proxy(text: str, expected: Proxy) -> None:
    assert parse_proxy(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "http://",
        "http://proxy.test",
        "https://u:secret@proxy.test:1",
        "ftp://proxy.test:1",
        "http://u:secret@proxy.test:port",
        "http://u:secret@/",
        "socks5://u@proxy.test",
        "socks5://u:secr%C3%A9t@proxy.test",
        "socks5://u:" + "secret" * 50 + "@proxy.test",
        "http://a%3Ab:secret@proxy.test:1",
        "http://:secret@proxy.test:1",
        "http://unix:/run/x",
        "http://https://proxy.test:1",
    ],
)
def test_what_is_no_proxy_is_not_repeated(text: str) -> None:
    with pytest.raises(UsageError) as error:
        parse_proxy(text)
    assert "secr" not in error.value.message + error.value.hint
    assert error.value.hint


def test_user_and_password_are_not_shown() -> None:
    proxy = parse_proxy("http://me:secret@proxy.test:3128")
    assert "secret" not in f"{proxy} {proxy!r} {proxy.text} {Route(proxy)!r}"
    assert proxy.text == "http://proxy.test:3128"


@given(st.text(max_size=40))
def test_any_text_is_a_proxy_or_a_usage_error(text: str) -> None:
    try:
        found = parse_proxy(text)
    except UsageError:
        return
    assert found.host
    assert 0 < found.port < 65536


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, None),
        ({"HTTPS_PROXY": "http://p.test:1"}, "http://p.test:1"),
        ({"HTTPS_PROXY": "http://p.test:1", "https_proxy": "http://q.test:1"}, "http://q.test:1"),
        ({"ALL_PROXY": "socks5://p.test"}, "socks5://p.test:1080"),
        ({"HTTPS_PROXY": "p.test:1", "ALL_PROXY": "socks5://p.test"}, "http://p.test:1"),
        ({"HTTPS_PROXY": "p.test:1", "NO_PROXY": "other.test"}, "http://p.test:1"),
        ({"HTTPS_PROXY": "p.test:1", "NO_PROXY": "a.test, API.test"}, None),
        ({"HTTPS_PROXY": "p.test:1", "no_proxy": ".test"}, None),
        ({"HTTPS_PROXY": "p.test:1", "NO_PROXY": "test"}, None),
        ({"HTTPS_PROXY": "p.test:1", "NO_PROXY": "pi.test"}, "http://p.test:1"),
        ({"HTTPS_PROXY": "p.test:1", "NO_PROXY": "*"}, None),
        ({"HTTPS_PROXY": "p.test:1", "NO_PROXY": "api.test:8443"}, None),
        ({"HTTPS_PROXY": "p.test:1", "NO_PROXY": "api.test:1"}, "http://p.test:1"),
        ({"HTTPS_PROXY": "", "NO_PROXY": "x"}, None),
    ],
)
def test_the_environments_proxy(environment: dict[str, str], expected: str | None) -> None:
    found = from_environment(environment, API)
    assert (found.text if found else None) == expected


@pytest.mark.parametrize("here", ["localhost", "a.localhost", "127.0.0.1", "127.8.8.8", "[::1]", "unix:/run/x"])
def test_this_machine_is_reached_straight(here: str) -> None:
    assert from_environment({"ALL_PROXY": "socks5://p.test"}, endpoint.parse(here)) is None


@pytest.mark.parametrize(
    ("where", "excepted", "straight"),
    [
        ("10.1.2.3", "10.0.0.0/8", True),
        ("10.1.2.3", "10.1.2.3", True),
        ("11.1.2.3", "10.0.0.0/8", False),
        ("[2001:db8::1]", "2001:db8::/32", True),
        ("[2001:db8::1]", "[2001:db8::1]", True),
        ("10.1.2.3", "2001:db8::/32", False),
        ("10.1.2.3", "test", False),
    ],
)
def test_networks_of_no_proxy(where: str, excepted: str, straight: bool) -> None:
    found = from_environment({"ALL_PROXY": "socks5://p.test", "NO_PROXY": excepted}, endpoint.parse(where))
    assert (found is None) == straight


def test_a_damaged_variable_is_named_and_not_repeated() -> None:
    with pytest.raises(UsageError) as error:
        from_environment({"HTTPS_PROXY": "https://me:secret@p.test:1"}, API)
    assert error.value.message.startswith("HTTPS_PROXY: ")
    assert "secret" not in error.value.message + error.value.hint


def test_the_command_looks_at_the_variables_that_the_route_reads() -> None:
    """cli/route.py has them too, so that most handshakes do not load core/route.py."""
    assert cli_route._VARIABLES == route.VARIABLES

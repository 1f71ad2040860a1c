"""Endpoints as people type them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtlsctl.core import endpoint
from mtlsctl.errors import UsageError


@pytest.mark.parametrize(
    ("text", "host", "port", "server_name"),
    [
        ("localhost:8443", "localhost", 8443, "localhost"),
        ("api.test", "api.test", 443, "api.test"),
        ("API.Test.:443", "api.test", 443, "api.test"),
        ("127.0.0.1:8443", "127.0.0.1", 8443, ""),
        ("[::1]:8443", "::1", 8443, ""),
        ("[::1]", "::1", 443, ""),
        ("::1", "::1", 443, ""),
        ("https://api.test/path?x=1", "api.test", 443, "api.test"),
        ("https://api.test:8443", "api.test", 8443, "api.test"),
        ("HTTPS://[2001:db8::1]:1/", "2001:db8::1", 1, ""),
        ("bücher.test:443", "xn--bcher-kva.test", 443, "xn--bcher-kva.test"),
    ],
)
def test_what_people_type(text: str, host: str, port: int, server_name: str) -> None:
    assert endpoint.parse(text) == endpoint.Endpoint(host, port, server_name)


@pytest.mark.parametrize(
    "text",
    [
        "",
        ":443",
        "host:",
        "host:0",
        "host:65536",
        "host:https",
        "host:٤٤٣",
        "[::1",
        "[::1]443",
        "[host]:443",
        "a:b:c",
        "http://host/",
        "postgres://host/",
        "https://",
        "https://user:secret@host/",
        "-host:443",
        "*.example.test:443",
        "two words:443",
        "host/path",
        "999.1.1.1:443",
    ],
)
def test_nonsense_is_a_usage_error(text: str) -> None:
    with pytest.raises(UsageError) as error:
        endpoint.parse(text)
    assert error.value.message


def test_a_password_in_a_url_is_not_repeated() -> None:
    with pytest.raises(UsageError) as error:
        endpoint.parse("https://user:secret@host/")
    assert "secret" not in error.value.message + error.value.hint


@given(st.text(max_size=40))
def test_any_text_is_an_endpoint_or_a_usage_error(text: str) -> None:
    try:
        found = endpoint.parse(text)
    except UsageError:
        return
    assert found.host
    assert 1 <= found.port <= 65535


@given(st.ip_addresses(), st.integers(1, 65535))
def test_an_address_and_its_text_are_the_same(address: object, port: int) -> None:
    text = endpoint.join(str(address), port)
    assert endpoint.parse(text) == endpoint.Endpoint(str(address), port, "")


def test_a_server_name_is_a_dns_name() -> None:
    where = endpoint.parse("127.0.0.1:443")
    assert endpoint.named(where, "api.test") == endpoint.Endpoint("127.0.0.1", 443, "api.test")
    with pytest.raises(UsageError):
        endpoint.named(where, "127.0.0.1")

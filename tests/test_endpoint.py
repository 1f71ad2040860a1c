"""Endpoints as people type them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtlsctl.core import endpoint, schemes, starttls
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
        ("fe80::1%eth0", "fe80::1%eth0", 443, ""),
        ("[fe80::1%eth0.7]:8443", "fe80::1%eth0.7", 8443, ""),
        ("https://[fe80::1%25eth0]:8443/", "fe80::1%eth0", 8443, ""),
        ("wss://api.test/socket", "api.test", 443, "api.test"),
        ("rediss://:secret@cache.test/0", "cache.test", 6379, "cache.test"),
        ("amqps://user:secret@mq.test/vhost", "mq.test", 5671, "mq.test"),
        ("https://user:secret@api.test:8443/", "api.test", 8443, "api.test"),
        ("https://api.test/@alice", "api.test", 443, "api.test"),
        ("tcp://docker.test", "docker.test", 2376, "docker.test"),
        ("etcd://10.0.0.1", "10.0.0.1", 2379, ""),
        ("tls://api.test:9", "api.test", 9, "api.test"),
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
        "host:044444244444",
        "host:https",
        "host:٤٤٣",
        "[::1",
        "[::1]443",
        "[host]:443",
        "a:b:c",
        "http://host/",
        "redis://host/",
        "gopher://host/",
        "tls://host",
        "postgres://one:1,two:2/db",
        "127.0.0.1%eth0:443",
        "[fe80::1%]:443",
        "[fe80::1%eth 0]:443",
        "unix:",
        "unix://",
        "unix:/run/a\0b",
        "user@host:443",
        "https://",
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


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("postgres://app:pw@db.test/app?sslmode=verify-full", ("db.test", 5432, "postgres", ())),
        ("postgresql+psycopg://db.test:6432/app", ("db.test", 6432, "postgres", ())),
        ("jdbc:postgresql://db.test/app", ("db.test", 5432, "postgres", ())),
        ("postgres://db.test/?sslnegotiation=direct&x=y", ("db.test", 5432, "", ("postgresql",))),
        ("jdbc:mariadb://db.test/app", ("db.test", 3306, "mysql", ())),
        ("mysql+pymysql://db.test/app", ("db.test", 3306, "mysql", ())),
        ("ldap://dir.test", ("dir.test", 389, "ldap", ())),
        ("ldaps://dir.test", ("dir.test", 636, "", ())),
        ("smtp://mx.test", ("mx.test", 25, "smtp", ())),
        ("submissions://mx.test", ("mx.test", 465, "", ())),
        ("imap://mx.test:1143", ("mx.test", 1143, "imap", ())),
        ("grpcs://api.test", ("api.test", 443, "", ("h2",))),
        ("xmpps://chat.test", ("chat.test", 5223, "", ("xmpp-client",))),
        ("vnc://desk.test:5901", ("desk.test", 5901, "vnc", ())),
    ],
)
def test_a_scheme_settles_port_and_beginning(text: str, expected: tuple[Any, ...]) -> None:
    found = endpoint.parse(text)
    assert (found.host, found.port, found.starttls, found.alpn) == expected


def test_every_scheme_is_whole() -> None:
    for word, scheme in schemes.TLS.items():
        found = endpoint.parse(f"{word}://host.test:7")
        assert (found.host, found.port, found.starttls, found.alpn) == ("host.test", 7, scheme.starttls, scheme.alpn)
        assert scheme.starttls in ("", *starttls.PROTOCOLS)
    assert set(schemes.PLAIN.values()) <= set(schemes.TLS)
    assert set(schemes.PLAIN_PORTS.values()) <= set(starttls.PROTOCOLS)


@pytest.mark.parametrize("text", ["unix:/run/x.sock", "UNIX:/run/x.sock", "unix:///run/x.sock"])
def test_a_unix_socket(text: str) -> None:
    found = endpoint.parse(text)
    assert (found.path, found.host, found.server_name, found.port) == ("/run/x.sock", "localhost", "localhost", 0)
    assert found.text == "unix:/run/x.sock"
    assert endpoint.named(found, "api.test").path == "/run/x.sock"


@pytest.mark.parametrize(
    "text",
    [
        "redis://user:secret@host/",
        "https://user:secret@",
        "https://user:secret@host:port/",
        "https://user:sec/secret@host/",
        "postgres://user:secret#secret@host/",
        "user:secret@host:443",
        "secret@host",
        "secret@://host",
        "postgres://u:secret@one,two/",
    ],
)
def test_a_password_in_a_target_is_not_repeated(text: str) -> None:
    with pytest.raises(UsageError) as error:
        endpoint.parse(text)
    assert "sec" not in error.value.message + error.value.hint


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("api.test:443", "api.test:443"),
        ("https://api.test/x", "https://api.test/x"),
        ("postgres://u:secret@db.test/x", "postgres://***@db.test/x"),
        ("postgres://u:sec/re#t@db.test/x", "postgres://***@db.test/x"),
        ("u:secret@db.test:1", "***@db.test:1"),
        ("u:secret@x://db.test", "***@x://db.test"),
        ("postgres://db.test/x?user=u&password=secret", "postgres://db.test/x?***"),
        ("postgres://u:secret@db.test/x?sslpassword=secret", "postgres://***@db.test/x?***"),
        ("postgres://db.test/x?password=sec@ret", "postgres://***"),
        ("postgres://u:sec?ret@db.test/x", "postgres://***"),
    ],
)
def test_a_target_is_shown_without_its_password(text: str, shown: str) -> None:
    assert endpoint.shown(text) == shown


HOSTILE = st.one_of(
    st.text(max_size=40),
    st.lists(
        st.sampled_from(
            ["https", "postgres", "unix", "://", ":", "/", "@", "[", "]", "%", "::1", "h", "7", "?", "#", "jdbc:"]
        ),
        max_size=12,
    ).map("".join),
)


@given(HOSTILE)
def test_any_text_is_an_endpoint_or_a_usage_error(text: str) -> None:
    try:
        found = endpoint.parse(text)
    except UsageError:
        return
    assert found.host
    assert 1 <= found.port <= 65535 or found.path


@given(st.ip_addresses(), st.integers(1, 65535))
def test_an_address_and_its_text_are_the_same(address: object, port: int) -> None:
    text = endpoint.join(str(address), port)
    assert endpoint.parse(text) == endpoint.Endpoint(str(address), port, "")


def test_a_server_name_is_a_dns_name() -> None:
    where = endpoint.parse("127.0.0.1:443")
    assert endpoint.named(where, "api.test") == endpoint.Endpoint("127.0.0.1", 443, "api.test")
    plain = endpoint.parse("postgres://db.test")
    assert endpoint.named(plain, "other.test") == plain._replace(server_name="other.test")
    with pytest.raises(UsageError):
        endpoint.named(where, "127.0.0.1")

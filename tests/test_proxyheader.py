"""The PROXY protocol's header, written and read."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtlsctl.core import proxyheader
from mtlsctl.core.proxyheader import SIGNATURE, Bad, Header, read, write

ADDRESSES = st.one_of(
    st.tuples(st.ip_addresses(v=4), st.ip_addresses(v=4)), st.tuples(st.ip_addresses(v=6), st.ip_addresses(v=6))
)
PORTS = st.integers(0, 65535)


def place(address: ipaddress.IPv4Address | ipaddress.IPv6Address, port: int) -> str:
    return f"[{address}]:{port}" if address.version == 6 else f"{address}:{port}"


@given(st.sampled_from((1, 2)), ADDRESSES, PORTS, PORTS, st.binary(max_size=30))
def test_what_is_written_is_read(version: int, pair: tuple, near: int, far: int, rest: bytes) -> None:
    header = write(version, (str(pair[0]), near), (str(pair[1]), far))
    assert read(header + rest) == Header(version, place(pair[0], near), place(pair[1], far), len(header))
    for cut in range(len(header)):
        assert read(header[:cut]) is None


@pytest.mark.parametrize("version", [1, 2])
def test_what_is_no_tcp_connection_has_no_addresses(version: int) -> None:
    header = write(version, None, None)
    assert read(header + b"\x16\x03\x01") == Header(version, "", "", len(header))


# The examples of the specification, sections 2.1 and 2.2, and what HAProxy sends with send-proxy-v2 and a TLV.
@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (
            b"PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n",
            Header(1, "255.255.255.255:65535", "255.255.255.255:65535", 56),
        ),
        (b"PROXY UNKNOWN ffff:f:f:f:f:f:f:f ffff::f 65535 65535\r\nGET /", Header(1, "", "", 54)),
        (SIGNATURE + b"\x20\x00\x00\x00", Header(2, "", "", 16)),
        (SIGNATURE + b"\x21\x31\x00\xd8" + bytes(216), Header(2, "", "", 232)),
        (
            SIGNATURE + b"\x21\x11\x00\x13" + bytes((10, 0, 0, 1, 10, 0, 0, 2, 0, 80, 1, 187)) + b"\x03\x00\x04abcd",
            Header(2, "10.0.0.1:80", "10.0.0.2:443", 35),
        ),
    ],
)
def test_known_headers(data: bytes, expected: Header) -> None:
    assert read(data) == expected


@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.1\r\n",
        b"PROXY TCP4 1.2.3.4\r\n",
        b"PROXY TCP4 ::1 ::1 1 2\r\n",
        b"PROXY TCP4 1.2.3.4 1.2.3.5 1 70000\r\n",
        b"PROXY TCP4 1.2.3.4 1.2.3.5 +1 7\r\n",
        b"PROXY TCP6 ::1%\x1b[2J ::1 1 7\r\n",
        b"PROXY UDP4 1.2.3.4 1.2.3.5 1 7\r\n",
        b"PROXY UNKNOWN " + b"x" * 200,
        b"PROXY \r\n",
        SIGNATURE + b"\x31\x11\x00\x0c" + bytes(12),
        SIGNATURE + b"\x22\x11\x00\x0c" + bytes(12),
        SIGNATURE + b"\x21\x11\x00\x0b" + bytes(11),
        SIGNATURE + b"\x21\x41\x00\x0c" + bytes(12),
        SIGNATURE + b"\x21\x11\xff\xff",
    ],
)
def test_what_is_no_header_is_bad(data: bytes) -> None:
    assert isinstance(read(data), Bad)


@given(st.one_of(st.binary(max_size=300), st.binary(max_size=300).map(lambda d: b"PROXY " + d)))
def test_nothing_raises(data: bytes) -> None:
    read(data)
    read(SIGNATURE + data)


def test_an_endless_header_is_given_up() -> None:
    assert isinstance(read(b"PROXY UNKNOWN" + b" " * (1 << 20)), Bad)
    assert proxyheader.MAXIMUM < 1 << 16

"""The PROXY protocol's header: who really connects, as a load balancer says it (haproxy, proxy-protocol.txt)."""

import ipaddress
from typing import NamedTuple

from mtlsctl.core.endpoint import join

SIGNATURE = b"\r\n\r\n\x00\r\nQUIT\n"  # section 2.2
MAXIMUM = 16384
"""Bytes of the longest header that is read. Version 2 allows 65,551; the longest in use carry a certificate or two."""

_V1_MAXIMUM = 107  # section 2.1: the worst case, its line end in it
_FIXED = 16  # bytes of version 2 before the addresses
_FAMILIES = {1: (4, "TCP4"), 2: (16, "TCP6")}  # the upper four bits of byte 13: AF_INET, AF_INET6; bytes of an address
_UNIX = 3


class Header(NamedTuple):
    """A header that was read."""

    version: int
    """1 or 2."""
    source: str
    """Who connected to the load balancer, `192.0.2.7:51000`; "" where it does not say, as in a health check."""
    destination: str
    """The address that was connected to; "" likewise."""
    length: int
    """Bytes that the header takes. What follows them is the client's."""


class Bad(NamedTuple):
    """What came is no header."""

    reason: str


def read(data: bytes) -> Header | Bad | None:
    """The header that data begins with; None while it is incomplete. Never raises; looks at MAXIMUM bytes at most."""
    start = data[: len(SIGNATURE)]
    if SIGNATURE.startswith(start):
        return _read_v2(data) if len(data) >= _FIXED else None
    if b"PROXY ".startswith(data[:6]):
        return _read_v1(data[:_V1_MAXIMUM])
    return Bad("it does not begin with a PROXY protocol header")


def _read_v1(data: bytes) -> Header | Bad | None:
    """`PROXY TCP4 source destination port port`, or `PROXY UNKNOWN` and anything (section 2.1)."""
    line, end, _ = data.partition(b"\r\n")
    if not end:
        return None if len(data) < _V1_MAXIMUM else Bad(f"version 1: no line end within {_V1_MAXIMUM} bytes")
    length = len(line) + 2
    words = line.decode("latin-1").split(" ")
    if words[1] == "UNKNOWN":
        return Header(1, "", "", length)
    if len(words) != 6 or words[1] not in ("TCP4", "TCP6"):
        return Bad("version 1: not TCP4 or TCP6, two addresses and two ports")
    source, destination = _v1_place(words[2], words[4], words[1]), _v1_place(words[3], words[5], words[1])
    if source is None or destination is None:
        return Bad("version 1: an address or a port is none")
    return Header(1, source, destination, length)


def _v1_place(address: str, port: str, family: str) -> str | None:
    try:
        found = ipaddress.ip_address(address.replace("%", " "))  # no zone: it could hold any text
    except ValueError:
        return None
    number = int(port) if port.isascii() and port.isdigit() and len(port) <= 5 else 65536
    return join(str(found), number) if f"TCP{found.version}" == family and number <= 65535 else None


def _read_v2(data: bytes) -> Header | Bad | None:
    """Signature, version and command, family, length, addresses; then type-length-values, passed over (section 2.2)."""
    version, command = data[12] >> 4, data[12] & 15
    length = _FIXED + int.from_bytes(data[14:_FIXED])
    if version != 2 or command > 1:
        return Bad(f"version {version}, command {command}: only version 2 with LOCAL or PROXY is known")
    if length > MAXIMUM:
        return Bad(f"version 2: {length} bytes long, more than {MAXIMUM}")
    if len(data) < length:
        return None
    family = data[13] >> 4
    if command == 0 or family in (0, _UNIX):  # LOCAL: the load balancer's own connection
        return Header(2, "", "", length)
    if family not in _FAMILIES:
        return Bad(f"version 2: address family {family} is not known")
    size = _FAMILIES[family][0]
    body = data[_FIXED:length]
    if len(body) < 2 * size + 4:
        return Bad(f"version 2: {len(body)} bytes of addresses, {2 * size + 4} are needed")
    ports = body[2 * size :]
    source = join(str(ipaddress.ip_address(body[:size])), int.from_bytes(ports[:2]))
    destination = join(str(ipaddress.ip_address(body[size : 2 * size])), int.from_bytes(ports[2:4]))
    return Header(2, source, destination, length)


def write(version: int, source: tuple[str, int] | None, destination: tuple[str, int] | None) -> bytes:
    """A header of version 1 or 2 for a TCP connection from source to destination, each an IP address and a port.

    None, for what is no TCP connection, becomes UNKNOWN in version 1 and UNSPEC in version 2.
    """
    if source is None or destination is None:
        return b"PROXY UNKNOWN\r\n" if version == 1 else SIGNATURE + b"\x21\x00\x00\x00"
    (near, near_port), (far, far_port) = source, destination
    ours, theirs = ipaddress.ip_address(near.partition("%")[0]), ipaddress.ip_address(far.partition("%")[0])
    if version == 1:
        return f"PROXY TCP{ours.version} {ours} {theirs} {near_port} {far_port}\r\n".encode("ascii")
    body = ours.packed + theirs.packed + near_port.to_bytes(2) + far_port.to_bytes(2)
    family = 0x11 if ours.version == 4 else 0x21  # AF_INET or AF_INET6, STREAM
    return SIGNATURE + bytes((0x21, family)) + len(body).to_bytes(2) + body

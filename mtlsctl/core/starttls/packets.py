"""STARTTLS in protocols that talk in packets: LDAP, databases, remote desktops."""

from collections.abc import Generator

from mtlsctl.core.starttls.inbox import LIMIT, Inbox, Odd, Refused, Script, TurnedAway

# LDAPMessage { messageID 1, extendedReq { requestName 1.3.6.1.4.1.1466.20037 } }
_LDAP_REQUEST = bytes.fromhex("301d02010177188016") + b"1.3.6.1.4.1.1466.20037"


def ldap(inbox: Inbox, _name: str) -> Script:
    """LDAP: the StartTLS extended operation, RFC 4511, 4.14; result code 0 begins it."""
    inbox.say(_LDAP_REQUEST)
    head = yield from inbox.exactly(2)
    if head[0] != 0x30:
        raise Odd
    more = yield from inbox.exactly(head[1] & 0x7F if head[1] > 0x80 else 0)
    length = int.from_bytes(more) if more else head[1]
    if not 7 <= length <= LIMIT or len(more) > 4:
        raise Odd
    body = yield from inbox.exactly(length)
    message, body = _tlv(body, 0x02)
    answer, _ = _tlv(body, 0x78)  # extendedResp
    code, answer = _tlv(answer, 0x0A)
    if int.from_bytes(message) == 1 and int.from_bytes(code) == 0:
        return
    _, answer = _tlv(answer, 0x04)  # matchedDN
    words, _ = _tlv(answer, 0x04)
    raise Refused(f"result code {int.from_bytes(code[:4])}: ".encode() + words)


def _tlv(data: bytes, tag: int) -> tuple[bytes, bytes]:
    """The value of the first element, and what follows it. Lengths in one of the forms of X.690, 8.1.3."""
    if len(data) < 2 or data[0] != tag:
        raise Odd
    count = data[1] & 0x7F if data[1] & 0x80 else 0
    start = 2 + count
    length = int.from_bytes(data[2:start]) if count else data[1]
    if count > 4 or start + length > len(data):
        raise Odd
    return data[start : start + length], data[start + length :]


def postgres(inbox: Inbox, _name: str) -> Script:
    """PostgreSQL: SSLRequest, documentation 54.2.11: S begins it, N refuses, E is an error of an old server."""
    inbox.say((8).to_bytes(4) + (80877103).to_bytes(4))
    answer = yield from inbox.exactly(1)
    if answer == b"S":
        return
    if answer == b"N":
        raise Refused(b"it answered N: TLS is not turned on there")
    if answer != b"E":
        raise Odd
    length = int.from_bytes((yield from inbox.exactly(4)))
    if not 4 <= length <= LIMIT:
        raise Odd
    fields = (yield from inbox.exactly(length - 4)).split(b"\0")
    raise Refused(next((field[1:] for field in fields if field.startswith(b"M")), b"an error without words"))


_MYSQL_SSL = 0x0800
_MYSQL_OURS = 0x0008_8A01  # PLUGIN_AUTH, SECURE_CONNECTION, SSL, PROTOCOL_41 and LONG_PASSWORD


def mysql(inbox: Inbox, _name: str) -> Script:
    """MySQL, MariaDB: the server's greeting, then our SSLRequest; no go-ahead (MySQL Internals, Connection Phase)."""
    head = yield from inbox.exactly(4)
    length = int.from_bytes(head[:3], "little")
    if head[3] or not 3 <= length <= 4096:
        raise Odd
    packet = yield from inbox.exactly(length)
    if packet[0] == 0xFF:
        raise TurnedAway(packet[3:])
    end = packet.find(b"\0", 1)
    at = end + 1 + 4 + 8 + 1  # version, thread, the first part of the challenge, a filler
    if packet[0] != 10 or end < 0 or len(packet) < at + 2:
        raise Odd(packet)
    if not int.from_bytes(packet[at : at + 2], "little") & _MYSQL_SSL:
        raise Refused(b"TLS is not among what it offers")
    body = _MYSQL_OURS.to_bytes(4, "little") + (1 << 24).to_bytes(4, "little") + bytes((45,)) + bytes(23)
    inbox.say(len(body).to_bytes(3, "little") + b"\1" + body)


_RFB = b"RFB 003.008\n"
_VENCRYPT = 19
_X509 = (260, 261, 262, 264)  # X509None, X509Vnc, X509Plain, X509SASL: TLS with a certificate


def vnc(inbox: Inbox, _name: str) -> Script:
    """VNC: VeNCrypt 0.2 with a subtype that has a certificate (RFC 6143, 7.1; RFB community wiki, VeNCrypt)."""
    version = yield from inbox.exactly(12)
    if not version.startswith(b"RFB ") or not version.endswith(b"\n"):
        raise Odd(version)
    if version < b"RFB 003.007":
        raise Refused(b"it speaks " + version.strip() + b", which has no TLS")
    inbox.say(_RFB)
    count = (yield from inbox.exactly(1))[0]
    if not count:
        raise TurnedAway((yield from _vnc_reason(inbox)))
    types = yield from inbox.exactly(count)
    if _VENCRYPT not in types:
        raise Refused(f"VeNCrypt (19) is not among its security types: {_listed(list(types))}".encode())
    inbox.say(bytes((_VENCRYPT,)))
    yield from _vencrypt(inbox)


def _vencrypt(inbox: Inbox) -> Script:
    """Its version, then the subtypes, of which we choose one; 1 begins TLS."""
    offered = yield from inbox.exactly(2)
    if offered < b"\0\2":
        raise Refused(f"it speaks VeNCrypt {offered[0]}.{offered[1]}, 0.2 is needed".encode())
    inbox.say(b"\0\2")
    taken, count = yield from inbox.exactly(2)
    if taken or not count:
        raise Refused(b"it did not take VeNCrypt 0.2")
    data = yield from inbox.exactly(4 * count)
    subtypes = [int.from_bytes(data[at : at + 4]) for at in range(0, len(data), 4)]
    chosen = next((kind for kind in _X509 if kind in subtypes), None)
    if chosen is None:
        raise Refused(f"none of its VeNCrypt subtypes has a certificate: {_listed(subtypes)}".encode())
    inbox.say(chosen.to_bytes(4))
    if (yield from inbox.exactly(1)) != b"\1":
        raise Refused(f"it did not take VeNCrypt subtype {chosen}".encode())


def _vnc_reason(inbox: Inbox) -> Generator[None, None, bytes]:
    length = int.from_bytes((yield from inbox.exactly(4)))
    return (yield from inbox.exactly(min(length, 1024)))


def _listed(numbers: list[int]) -> str:
    return ", ".join(map(str, numbers[:16]))


# TPKT; X.224 connection request; RDP_NEG_REQ for PROTOCOL_SSL and PROTOCOL_HYBRID
_RDP_REQUEST = bytes.fromhex("03000013" + "0ee00000000000" + "0100080003000000")
_RDP_FAILURES = {  # MS-RDPBCGR, 2.2.1.2.2
    1: b"it demands TLS, and says that we did not offer it",
    2: b"TLS is not allowed there: it has only RDP's own security",
    3: b"it has no certificate",
    4: b"it found our flags inconsistent",
    5: b"it demands network level authentication",
    6: b"it demands TLS with a client certificate for the user",
}


def rdp(inbox: Inbox, _name: str) -> Script:
    """RDP: the negotiation before TLS, MS-RDPBCGR 2.2.1.1 and 2.2.1.2; TPKT: RFC 1006, 6."""
    inbox.say(_RDP_REQUEST)
    head = yield from inbox.exactly(4)
    length = int.from_bytes(head[2:])
    if head[:2] != b"\3\0" or not 11 <= length <= 512:
        raise Odd
    body = yield from inbox.exactly(length - 4)
    if body[1] & 0xF0 != 0xD0:  # connection confirm
        raise Odd(head + body)
    kind, number = body[7:8], int.from_bytes(body[11:15], "little")
    if kind == b"\3":
        raise Refused(_RDP_FAILURES.get(number, b"it gave failure code %d" % number))
    if kind != b"\2" or len(body) < 15 or not number:
        raise Refused(b"it has only RDP's own security")

"""The first bytes of a connection: is it TLS, and if not, what is it."""

from typing import NamedTuple


class Protocol(NamedTuple):
    """A protocol told by its first bytes."""

    name: str
    starttls: str = ""
    """The word for its STARTTLS, where it has one."""
    implicit_port: int = 0
    """The port where it is usually spoken inside TLS; 0 where there is none."""


HTTP = Protocol("HTTP")
_IRC = Protocol("IRC", "irc", 6697)
PROXY = "the PROXY protocol"

# RFC 5321, 4.2; RFC 959, 5.4; RFC 9051, 7.1; RFC 1939, 4; RFC 3977, 5.1; RFC 5804, 1.2; RFC 6120, 4; RFC 6143, 7.1.
_GREETINGS = (
    (b"HTTP/", HTTP),
    (b"<html", HTTP),
    (b"<!DOCTYPE", HTTP),
    (b"* OK", Protocol("IMAP", "imap", 993)),
    (b"* PREAUTH", Protocol("IMAP", "imap", 993)),
    (b"+OK", Protocol("POP3", "pop3", 995)),
    (b"200 ", Protocol("NNTP", "nntp", 563)),
    (b"201 ", Protocol("NNTP", "nntp", 563)),
    (b'"IMPLEMENTATION"', Protocol("ManageSieve", "sieve")),
    (b'BYE "', Protocol("ManageSieve", "sieve")),
    (b"<?xml", Protocol("XMPP", "xmpp", 5223)),
    (b"<stream", Protocol("XMPP", "xmpp", 5223)),
    (b"SSH-", Protocol("SSH")),
    (b"-ERR", Protocol("Redis")),
    (b"-NOAUTH", Protocol("Redis")),
    (b"AMQP", Protocol("AMQP", "", 5671)),
    (b"RFB ", Protocol("VNC", "vnc")),
    (b"NOTICE ", _IRC),
    (b"\x03\x00\x00", Protocol("RDP", "rdp")),  # RFC 1006, 6: TPKT
    (b"INFO {", Protocol("NATS", "nats")),
)

_METHODS = (b"GET ", b"POST ", b"HEAD ", b"PUT ", b"DELETE ", b"OPTIONS ", b"CONNECT ", b"PATCH ", b"PRI * HTTP/2")
_RECORDS = (20, 21, 22, 23)  # RFC 8446, 5.1: change_cipher_spec, alert, handshake, application_data


def is_tls(first: bytes) -> bool:
    """True when the bytes can begin a TLS record: a known type, then version 3.x."""
    return first[:1] != b"" and first[0] in _RECORDS and first[1:2] in (b"\x03", b"")


def server_protocol(first: bytes) -> Protocol | None:
    """What a server speaks that answered a ClientHello with these bytes; None where they are not known."""
    for greeting, protocol in _GREETINGS:
        if first.startswith(greeting):
            return protocol
    if first.startswith((b"220 ", b"220-")):
        return _greeting_220(first)
    if first[4:5] == b"\x0a" and first[3:4] == b"\x00":  # MySQL's initial handshake: length, sequence 0, version 10
        return Protocol("MySQL", "mysql")
    if first.startswith(b":") and b" NOTICE " in first:  # RFC 2812, 2.3: a server's name comes first
        return _IRC
    if first.startswith(b"E") and b"SFATAL" in first:
        return Protocol("PostgreSQL", "postgres")
    if first[3:5] == b"\x04\x00":  # RFC 9113, 6.5: a SETTINGS frame first
        return Protocol("HTTP/2 in the clear")
    return Protocol("LDAP", "ldap", 636) if _is_ldap(first) else None


def _is_ldap(first: bytes) -> bool:
    """An LDAPMessage is a SEQUENCE that begins with an INTEGER (RFC 4511, 4.1.1); text may begin with a 0x30, too."""
    length = first[1:2]
    more = length[0] & 0x7F if length and length[0] & 0x80 else 0
    return first.startswith(b"\x30") and first[2 + more : 3 + more] == b"\x02"


def greets(first: bytes) -> bool:
    """True for the first word of a protocol in which the server begins and the client goes on; HTTP is none."""
    protocol = server_protocol(first)
    return protocol is not None and not protocol.name.startswith("HTTP")


def _greeting_220(first: bytes) -> Protocol:
    """SMTP and FTP both greet with 220 (RFC 5321, 4.2; RFC 959, 5.4): the words after it tell."""
    text = first.upper()
    if b"SMTP" in text:
        return Protocol("SMTP", "smtp", 465)
    if b"FTP" in text:  # before MAIL, which a host is called whatever it speaks
        return Protocol("FTP", "ftp", 990)
    return Protocol("SMTP" if b"MAIL" in text else "SMTP or FTP", "smtp", 465)


def client_protocol(first: bytes) -> str:
    """What a client speaks that connected to a TLS port with these bytes; "" where they are not known."""
    if first.startswith(_METHODS):
        return "HTTP"
    if first.startswith((b"PROXY ", b"\r\n\r\n\x00\r\nQUIT\n")):
        return PROXY
    if first.startswith(b"SSH-"):
        return "SSH"
    return "SMTP" if first[:5].upper() in (b"EHLO ", b"HELO ") else ""


def quoted(line: bytes) -> str:
    """A line that a stranger sent, as a person may read it: at most 120 characters, nothing in it that acts."""
    text = line[:120].decode("utf-8", "replace")
    return '"' + "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text) + '"'


def printable(first: bytes) -> str:
    """The first bytes as a person reads them: text up to the line's end, or hex."""
    line = first.split(b"\r")[0].split(b"\n")[0][:48]
    if line and all(32 <= b < 127 for b in line):
        return f'"{line.decode("ascii")}"'
    return first[:16].hex(" ")

"""STARTTLS in XMPP, whose stream is XML: looked through for the few words that matter, never parsed."""

import re
from collections.abc import Generator

from mtlsctl.core.starttls.inbox import Inbox, Odd, Refused, Script

_TLS = "urn:ietf:params:xml:ns:xmpp-tls"


def client(inbox: Inbox, name: str) -> Script:
    """A client's stream: RFC 6120, 4.3 and 5.4; `to` is the domain that is wanted."""
    yield from _begin(inbox, name, "jabber:client")


def server(inbox: Inbox, name: str) -> Script:
    """A server's stream to another (RFC 6120, 4.8.2)."""
    yield from _begin(inbox, name, "jabber:server")


def _begin(inbox: Inbox, name: str, namespace: str) -> Script:
    inbox.say(
        f"<?xml version='1.0'?><stream:stream to='{name}' xmlns='{namespace}'"
        " xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>".encode()
    )
    yield from _opening(inbox)
    features = yield from _answer(inbox, b"</stream:features>", b"<stream:features/>")
    if b"<starttls" not in features:
        raise Refused(b"STARTTLS is not among its features")
    inbox.say(f"<starttls xmlns='{_TLS}'/>".encode())
    answer = yield from _answer(inbox, b"<proceed", b"<failure")
    if answer.endswith(b"<failure"):
        raise Refused(b"it answered failure")
    tag = yield from inbox.until(b">")
    if not tag.endswith(b"/>"):
        yield from inbox.until(b"</proceed>")


def _opening(inbox: Inbox) -> Script:
    """The stream's header, or the XML declaration before it; what is no XML is odd."""
    said = yield from inbox.until(b"<", b"\n")
    if not said.endswith(b"<") or said[:-1].strip():
        raise Odd(said)


def _answer(inbox: Inbox, *ends: bytes) -> Generator[None, None, bytes]:
    """All up to one of the ends; an error of the stream, or its end, is a refusal (RFC 6120, 4.9)."""
    said = yield from inbox.until(*ends, b"</stream:error>", b"</stream:stream>")
    if said.endswith((b"</stream:error>", b"</stream:stream>")):
        conditions = re.findall(rb"<([a-z-]{1,40})[ /][^<>]{0,80}xmpp-streams", said)
        raise Refused(b"stream error " + b", ".join(c for c in conditions if c != b"text"))
    return said

"""What comes before TLS, without a socket: known conversations, hostile ones, and any bytes at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtlsctl.core import starttls
from mtlsctl.core.starttls import CLIENT_FIRST, PROTOCOLS, Conversation
from mtlsctl.core.starttls.inbox import LIMIT
from mtlsctl.core.starttls.outcome import Outcome, Result

LDAP_YES = bytes.fromhex("300c02010178070a010004000400")
LDAP_NO = bytes.fromhex("3012020101780d0a01340400040654")[:-1] + b"no TLS"
LDAP_AD = bytes.fromhex("3084000000100201017884000000070a010004000400")  # Active Directory's four-byte lengths
MYSQL = b"\x0a8.0.1\0" + bytes(4) + bytes(8) + b"\0" + (0x0800 | 0x8000).to_bytes(2, "little") + bytes(20)
MYSQL_OFF = MYSQL[:-22] + bytes(22)
FEATURES = b"<?xml version='1.0'?><stream:stream id='x'><stream:features>%s</stream:features>"
STARTTLS = b"<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"
PROCEED = b"<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"
RDP = bytes.fromhex("030000130ed000001234000200080002000000")
RDP_NO = bytes.fromhex("030000130ed000001234000300080002000000")
RDP_OLD = bytes.fromhex("0300000b06d00000123400")


def packet(body: bytes) -> bytes:
    return len(body).to_bytes(3, "little") + b"\0" + body


# What the server says, piece by piece: each piece is the answer to what the client said before it.
READY = {
    "smtp": [b"220-mx.test\r\n220 ESMTP\r\n", b"250-mx.test\r\n250-SIZE 1\r\n250 starttls\r\n", b"220 go\r\n"],
    "lmtp": [b"220 mx.test LMTP\r\n", b"250-mx.test\r\n250 STARTTLS\r\n", b"220 2.0.0 go\r\n"],
    "imap": [b"* OK hello\r\n", b"* CAPABILITY IMAP4rev2\r\na1 OK go\r\n"],
    "pop3": [b"+OK hello\r\n", b"+OK go\r\n"],
    "ftp": [b"220-Hello\r\n 999 not the end\r\n220 FTP\r\n", b"234 go\r\n"],
    "nntp": [b"201 no posting\r\n", b"382 go\r\n"],
    "sieve": [b'"IMPLEMENTATION" "x"\r\n"STARTTLS"\r\nOK\r\n', b'OK "go"\r\n'],
    "irc": [b":irc.test NOTICE * :looking\r\nPING :x\r\n:irc.test 670 * :go\r\n"],
    "nats": [b'INFO {"tls_required":true,"x":1}\r\n'],
    "ldap": [LDAP_YES],
    "postgres": [b"S"],
    "mysql": [packet(MYSQL)],
    "vnc": [b"RFB 003.008\n", b"\2\1\x13", b"\0\2", b"\0\2" + (257).to_bytes(4) + (260).to_bytes(4), b"\1"],
    "rdp": [RDP],
    "xmpp": [FEATURES % STARTTLS, PROCEED],
    "xmpp-server": [FEATURES % STARTTLS, PROCEED[:-2] + b"></proceed>"],
}

REFUSED = [
    ("smtp", [b"220 mx\r\n", b"250-mx\r\n250 SIZE\r\n"], "STARTTLS is not among what it offers: 250 SIZE"),
    ("smtp", [b"220 mx\r\n", b"250 STARTTLS\r\n", b"454 4.7.0 no certificate\r\n"], "454 4.7.0 no certificate"),
    ("lmtp", [b"220 mx\r\n", b"500 what\r\n"], "500 what"),
    ("imap", [b"* OK x\r\n", b"a1 BAD unknown\r\n"], "a1 BAD unknown"),
    ("imap", [b"* PREAUTH x\r\n"], "* PREAUTH x"),
    ("pop3", [b"+OK\r\n", b"-ERR no\r\n"], "-ERR no"),
    ("ftp", [b"220 x\r\n", b"502 no\r\n"], "502 no"),
    ("nntp", [b"200 x\r\n", b"580 no\r\n"], "580 no"),
    ("sieve", [b'"IMPLEMENTATION" "x"\r\nOK\r\n'], 'STARTTLS is not among what it offers: "IMPLEMENTATION" "x"'),
    ("sieve", [b'"STARTTLS"\r\nOK\r\n', b'NO "x"\r\n'], 'NO "x"'),
    ("irc", [b":x 421 * STARTTLS :Unknown command\r\n"], ":x 421 * STARTTLS :Unknown command"),
    ("nats", [b'INFO {"tls_required":false}\r\n'], "its INFO has neither tls_required nor tls_available"),
    ("ldap", [LDAP_NO], "result code 52: no TLS"),
    ("postgres", [b"N"], "it answered N: TLS is not turned on there"),
    ("postgres", [b"E\0\0\0\x14SFATAL\0Mtoo old\0\0"], "too old"),
    ("mysql", [packet(MYSQL_OFF)], "TLS is not among what it offers"),
    ("vnc", [b"RFB 003.003\n"], "it speaks RFB 003.003, which has no TLS"),
    ("vnc", [b"RFB 003.008\n", b"\1\2"], "VeNCrypt (19) is not among its security types: 2"),
    ("vnc", [b"RFB 003.008\n", b"\1\x13", b"\0\1"], "it speaks VeNCrypt 0.1, 0.2 is needed"),
    ("vnc", [b"RFB 003.008\n", b"\1\x13", b"\0\2", b"\1\0"], "it did not take VeNCrypt 0.2"),
    (
        "vnc",
        [b"RFB 003.008\n", b"\1\x13", b"\0\2", b"\0\1\0\0\1\1"],
        "none of its VeNCrypt subtypes has a certificate: 257",
    ),
    ("vnc", [b"RFB 003.008\n", b"\1\x13", b"\0\2", b"\0\1\0\0\1\4", b"\0"], "it did not take VeNCrypt subtype 260"),
    ("rdp", [RDP_NO], "TLS is not allowed there: it has only RDP's own security"),
    ("rdp", [RDP_OLD], "it has only RDP's own security"),
    ("xmpp", [FEATURES % b""], "STARTTLS is not among its features"),
    ("xmpp", [FEATURES % STARTTLS, b"<failure xmlns='x'/>"], "it answered failure"),
    (
        "xmpp",
        [b"<stream:stream><stream:error><host-unknown xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>"],
        "stream error host-unknown",
    ),
]

TURNED_AWAY = [
    ("vnc", [b"RFB 003.008\n", b"\0\0\0\0\4busy"], "busy"),
    ("mysql", [packet(b"\xff\x6a\x04Host is not allowed")], "Host is not allowed"),
    ("irc", [b"ERROR :Closing link\r\n"], "ERROR :Closing link"),
    ("pop3", [b"-ERR busy\r\n"], "-ERR busy"),
    ("imap", [b"* BYE x\r\n"], "* BYE x"),
    ("smtp", [b"554 go away\r\n"], "554 go away"),
]

# What a server of another protocol says first, its name, and its own word.
OTHERS = [
    (b"220 mx.test ESMTP Postfix\r\n", "SMTP", "smtp"),
    (b"220 (vsFTPd 3.0.5)\r\n", "FTP", "ftp"),
    (b"* OK IMAP4rev2 ready\r\n", "IMAP", "imap"),
    (b"+OK POP3 ready\r\n", "POP3", "pop3"),
    (b'INFO {"server_id":"x"}\r\n', "NATS", "nats"),
    (b":irc.test NOTICE * :*** hello\r\n", "IRC", "irc"),
    (packet(MYSQL), "MySQL", "mysql"),
    (b"RFB 003.008\n", "VNC", "vnc"),
    (b"SSH-2.0-OpenSSH_9.2\r\n", "SSH", ""),
    (b"HTTP/1.1 400 Bad Request\r\n\r\n", "HTTP", ""),
    (b'"IMPLEMENTATION" "Dovecot"\r\nOK\r\n', "ManageSieve", "sieve"),
]


def talk(protocol: str, pieces: list[bytes], size: int = 1 << 20) -> tuple[Conversation, list[bytes]]:
    """A conversation fed with the pieces, each cut to size; and what the client said before each piece."""
    conversation = Conversation(protocol, "host.test")
    said = [conversation.begin()]
    for whole in pieces:
        answer = b""
        for at in range(0, len(whole), size):
            answer += conversation.feed(whole[at : at + size])
        said.append(answer)
    return conversation, said


def test_every_protocol_has_its_conversation() -> None:
    assert set(READY) == set(PROTOCOLS)
    assert set(CLIENT_FIRST) == {word for word in PROTOCOLS if Conversation(word, "host.test").begin()}
    assert {word for word, _, _ in REFUSED} == set(PROTOCOLS) - {"xmpp-server"}


@pytest.mark.parametrize("size", [1, 3, 1 << 20])
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_ready_however_the_bytes_come(protocol: str, size: int) -> None:
    conversation, said = talk(protocol, READY[protocol], size)
    assert conversation.result == Result(Outcome.READY, spoken=True)
    whole, at_once = talk(protocol, READY[protocol])
    assert said == at_once
    assert whole.first_bytes == conversation.first_bytes == b"".join(READY[protocol])[:64]


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_plain_text_after_the_go_ahead_is_not_taken_for_tls(protocol: str) -> None:
    *before, last = READY[protocol]
    conversation, _ = talk(protocol, [*before, last + b"250 injected\r\n"])
    assert conversation.result == Result(Outcome.INJECTED, "250 injected", spoken=True)


@pytest.mark.parametrize(("protocol", "pieces", "words"), REFUSED)
def test_refused_in_the_servers_words(protocol: str, pieces: list[bytes], words: str) -> None:
    conversation, _ = talk(protocol, pieces)
    assert conversation.result == Result(Outcome.REFUSED, words, spoken=True)


@pytest.mark.parametrize(("protocol", "pieces", "words"), TURNED_AWAY)
def test_turned_away_by_the_greeting(protocol: str, pieces: list[bytes], words: str) -> None:
    conversation, _ = talk(protocol, pieces)
    assert conversation.result == Result(Outcome.TURNED_AWAY, words, spoken=True)


def test_what_the_client_says() -> None:
    assert talk("smtp", READY["smtp"])[1] == [b"", b"EHLO mtlsctl.invalid\r\n", b"STARTTLS\r\n", b""]
    assert talk("irc", READY["irc"])[1] == [b"STARTTLS\r\n", b"PONG :x\r\n"]
    assert talk("postgres", [])[1] == [bytes.fromhex("0000000804d2162f")]
    assert talk("ldap", [LDAP_AD])[0].result == Result(Outcome.READY, spoken=True)
    request = talk("mysql", READY["mysql"])[1][1]
    assert (len(request), request[:4]) == (36, b"\x20\0\0\1")
    assert int.from_bytes(request[4:8], "little") & 0x0800
    assert b"to='host.test'" in talk("xmpp", [])[1][0]


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize(("greeting", "name", "word"), OTHERS, ids=[name for _, name, _ in OTHERS])
def test_another_protocol_is_named(protocol: str, greeting: bytes, name: str, word: str) -> None:
    conversation, _ = talk(protocol, [greeting])
    result = conversation.give_up(Outcome.SILENT)
    if word == protocol or (protocol, word) == ("lmtp", "smtp"):
        assert result.outcome is not Outcome.OTHER
    else:
        assert (result.outcome, result.name, result.starttls) == (Outcome.OTHER, name, word)
        assert result.said


@pytest.mark.parametrize("protocol", sorted(set(PROTOCOLS) - {"mysql"}))
def test_a_tls_record_is_known(protocol: str) -> None:
    for record in (bytes.fromhex("15030300020246"), bytes.fromhex("160303007a0200")):
        conversation, _ = talk(protocol, [record])
        assert conversation.result == Result(Outcome.TLS, spoken=True)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_silence_and_an_end_are_told_apart(protocol: str) -> None:
    assert talk(protocol, [])[0].give_up(Outcome.SILENT) == Result(Outcome.SILENT)
    conversation, _ = talk(protocol, [])
    conversation.feed(b"")
    assert conversation.result == Result(Outcome.CLOSED)
    half = READY[protocol][0][:1] if protocol != "postgres" else b""
    conversation, _ = talk(protocol, [half])
    conversation.feed(b"")
    assert conversation.result == Result(Outcome.CLOSED, spoken=bool(half))


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize(
    "junk", [b"x", b"220-x\r\n", b"* x\r\n", b'"x"\r\n', b":x\r\n", b"<", b"\n", b"\0", b"\xff", b"0\x84"]
)
def test_an_endless_answer_has_an_end(protocol: str, junk: bytes) -> None:
    conversation, fed = Conversation(protocol, "host.test"), 0
    conversation.begin()
    while conversation.result is None and fed <= 2 * LIMIT:
        conversation.feed(junk * 500)
        fed += 500 * len(junk)
    assert conversation.result is not None
    assert conversation.result.outcome is not Outcome.READY
    assert len(conversation.result.said) <= 1000


PIECES = st.one_of(
    st.binary(max_size=80),
    st.sampled_from([piece for pieces in READY.values() for piece in pieces] + [p for _, ps, _ in REFUSED for p in ps]),
)


@given(st.sampled_from(sorted(PROTOCOLS)), st.lists(PIECES, max_size=8), st.integers(1, 50))
def test_nothing_that_a_server_says_raises(protocol: str, pieces: list[bytes], size: int) -> None:
    conversation, _ = talk(protocol, pieces, size)
    conversation.feed(b"")
    result = conversation.give_up(Outcome.SILENT)
    assert result.said.isprintable()
    assert conversation.feed(b"more") == b""
    assert conversation.result == result


@given(st.binary(max_size=400))
def test_a_strangers_words_are_one_printable_line(said: bytes) -> None:
    assert starttls.shown(said).isprintable()

"""The matrix: servers with which no agreement comes about, that speak something else, or nothing at all."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matrix
import pytest
import servers
import support
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from matrix_pki import Pki
from servers import caddy, gnutls, granian, haproxy, java, nginx, node, odd, s_server

QUICK = ("--timeout", "1")


@dataclass(frozen=True)
class Meeting:
    """What a server is like, what we ask it with, and the codes that are right; `ok` where all is well."""

    name: str
    codes: tuple[str, ...]
    server: Any
    """A module of servers, or what odd.run does with a connection."""
    settings: dict[str, Any]
    options: tuple[str, ...] = ()
    host: str = "localhost"


def tls(name: str, code: str, *options: str, ask: tuple[str, ...] = (), version: str = "", **more: Any) -> Meeting:
    """openssl s_server with options."""
    return Meeting(name, (code,), s_server, {"options": options, "version": version}, ask, **more)


OLD = ("-cipher", "ALL:@SECLEVEL=0")
REJECT = "server_name known.test; } server { listen 127.0.0.1:@PORT ssl default_server; ssl_reject_handshake on;"
CHACHA = {"version": "1.2", "more": "ssl_ciphers ECDHE-ECDSA-CHACHA20-POLY1305;"}
NO_AGREEMENT = (
    tls("tls-1.0-only", "protocol-version", "-tls1", *OLD),
    tls("tls-1.1-only", "protocol-version", "-tls1_1", *OLD),
    tls("tls-1.2-only", "protocol-version", "-tls1_2", ask=("--tls-min", "1.3")),
    tls("tls-1.3-only", "protocol-version", "-tls1_3", ask=("--tls-max", "1.2")),
    tls("null-suites", "no-shared-cipher", "-cipher", "ECDHE-ECDSA-NULL-SHA:@SECLEVEL=0", version="1.2"),
    tls("rsa-suites-and-ecdsa-key", "no-shared-cipher", "-cipher", "AES128-SHA", version="1.2"),
    tls("ccm-1.3-alone", "no-shared-cipher", "-ciphersuites", "TLS_AES_128_CCM_SHA256", version="1.3"),
    tls("cbc-suites", "ok", "-cipher", "ECDHE-ECDSA-AES128-SHA", version="1.2"),
    tls("brainpool-1.2", "no-shared-group", "-groups", "brainpoolP256r1", version="1.2"),
    tls("brainpool-1.3", "no-shared-group", "-groups", "brainpoolP256r1", version="1.3"),
    tls("p521", "ok", "-groups", "P-521"),
    tls("ffdhe3072", "ok", "-groups", "ffdhe3072", version="1.3"),
    tls("p384-and-we-p256", "no-shared-group", "-groups", "P-384", ask=("--groups", "P-256"), version="1.3"),
    tls("ecdsa-key-and-we-rsa-1.3", "no-shared-sigalg", ask=("--sigalgs", "rsa_pss_rsae_sha256"), version="1.3"),
    # In TLS 1.2 the suite names the kind of signature: its log says "no shared cipher", and what was limited is this.
    tls("ecdsa-key-and-we-rsa-1.2", "no-shared-sigalg", ask=("--sigalgs", "rsa_pss_rsae_sha256"), version="1.2"),
    Meeting(
        "caddy-other-sigalg", ("no-shared-sigalg",), caddy, {"version": "1.3"}, ("--sigalgs", "rsa_pss_rsae_sha256")
    ),
    Meeting("java-other-sigalg", ("no-shared-sigalg",), java, {"version": "1.3"}, ("--sigalgs", "rsa_pss_rsae_sha256")),
    tls("alpn-h2", "alpn-mismatch", "-alpn", "h2", ask=("--alpn", "http/1.1")),
    tls("alpn-shared", "ok", "-alpn", "h2,http/1.1", ask=("--alpn", "http/1.1")),
    Meeting("nginx-rejects-name", ("sni-unrecognized",), nginx, {"more": REJECT}),
    Meeting("nginx-rejects-address", ("sni-required",), nginx, {"more": REJECT}, host="127.0.0.1"),
    Meeting("caddy-other-name", ("sni-unrecognized",), caddy, {}, ("--servername", "other.test")),
    Meeting("haproxy-strict-name", ("sni-unrecognized",), haproxy, {"strict": True}, ("--servername", "other.test")),
    Meeting("haproxy-strict-address", ("sni-required",), haproxy, {"strict": True}, host="127.0.0.1"),
    Meeting("caddy-address", ("ok",), caddy, {}, host="127.0.0.1"),
    Meeting("gnutls-other-version", ("protocol-version",), gnutls, {"version": "1.2"}, ("--tls-min", "1.3")),
    Meeting("nginx-other-version", ("protocol-version",), nginx, {"version": "1.2"}, ("--tls-min", "1.3")),
    Meeting("haproxy-other-version", ("protocol-version",), haproxy, {"version": "1.3"}, ("--tls-max", "1.2")),
    Meeting("caddy-other-version", ("protocol-version",), caddy, {"version": "1.3"}, ("--tls-max", "1.2")),
    Meeting("java-other-version", ("protocol-version",), java, {"version": "1.3"}, ("--tls-max", "1.2")),
    Meeting("node-other-version", ("protocol-version",), node, {"version": "1.3"}, ("--tls-max", "1.2")),
    Meeting("rustls-other-version", ("protocol-version",), granian, {"version": "1.3"}, ("--tls-max", "1.2")),
    Meeting("nginx-other-group", ("no-shared-group",), nginx, {"more": "ssl_ecdh_curve P-521;"}, ("--groups", "P-256")),
    Meeting("caddy-other-group", ("no-shared-group",), caddy, {"version": "1.3"}, ("--groups", "brainpoolP256r1tls13")),
    Meeting("nginx-other-suite", ("no-shared-cipher",), nginx, CHACHA, ("--ciphers", "ECDHE-ECDSA-AES128-SHA")),
    Meeting("gnutls-legacy-renegotiation", ("legacy-renegotiation",), gnutls, {"legacy": True, "version": "1.2"}),
)
GREETINGS = {
    "smtp": b"220 mail.test ESMTP Postfix\r\n",
    "lmtp": b"220 mail.test LMTP ready\r\n",
    "ftp": b"220 (vsFTPd 3.0.3)\r\n",
    "imap": b"* OK [CAPABILITY IMAP4rev1 STARTTLS] Dovecot ready.\r\n",
    "pop3": b"+OK Dovecot ready.\r\n",
    "nntp": b"200 news.test InterNetNews NNRP server ready\r\n",
    "sieve": b'"IMPLEMENTATION" "Dovecot Pigeonhole"\r\n"STARTTLS"\r\nOK "Dovecot ready."\r\n',
    "mysql": b"\x4a\x00\x00\x00\x0a8.0.36\x00\x08\x00\x00\x00abcdefgh\x00\xff\xff\xff\x02\x00\xff\xdf" + b"\x00" * 40,
    "vnc": b"RFB 003.008\n",
}
OTHER = {
    "ssh": (odd.says(b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"), "not-tls"),
    "irc": (odd.says(b":irc.test NOTICE * :*** Looking up your hostname...\r\n"), "starttls-required"),
    "redis": (odd.answers(b"-ERR unknown command\r\n"), "not-tls"),
    "xmpp": (odd.answers(b"<?xml version='1.0'?><stream:stream xmlns='jabber:client'>"), "starttls-required"),
    "garbage": (odd.answers(bytes(range(0x80, 0xC0))), "not-tls"),
    "half-a-record": (odd.answers(b"\x16\x03\x03\x00\x7a\x02\x00\x00\x76\x03\x03"), "connection-closed"),
    "half-a-record-and-silence": (odd.answers_and_waits(b"\x16\x03\x03\x00\x7a\x02\x00\x00"), "handshake-stalled"),
    "huge-record": (odd.answers_and_waits(b"\x16\x03\x03\xff\xff" + b"\x00" * 99), "not-tls"),
    "silent": (odd.answers_and_waits(b""), "handshake-stalled"),
    "closes": (odd.closes, "connection-closed"),
    "closes-after-hello": (odd.answers(b""), "connection-closed"),
    "resets": (odd.resets, "connection-reset"),
    "alert-40": (odd.answers(odd.alert(40)), "no-shared-cipher"),
    "alert-70": (odd.answers(odd.alert(70)), "protocol-version"),
    "alert-112": (odd.answers(odd.alert(112)), "sni-unrecognized"),
    "alert-120": (odd.answers(odd.alert(120)), "alpn-mismatch"),
}


def test_no_agreement(pki: Pki, tmp_path: Path) -> None:
    """Version, cipher suite, group, signature, name, ALPN: each is told from the others."""
    matrix.judge(agreements(pki, tmp_path))


def agreements(pki: Pki, folder: Path) -> Iterator[matrix.Cell]:
    """A server for each meeting."""
    for meeting in NO_AGREEMENT:
        here = folder / meeting.name
        here.mkdir()
        with meeting.server.run(here, pki.papers, demand="none", **meeting.settings) as running:
            yield _cell(meeting.name, meeting.codes, running.port, pki, *meeting.options, host=meeting.host)


def test_a_key_that_signs_in_no_way_of_tls13(pki: Pki, tmp_path: Path) -> None:
    """Go asks for another group before it looks for a signature: the group is not what is missing."""
    pair = support.make_cert(
        "localhost", key=ec.generate_private_key(ec.SECP224R1()), sans=(x509.DNSName("localhost"),)
    )
    papers = pki.papers._replace(
        cert=support.write(tmp_path / "p224.pem", pair.pem), key=support.write(tmp_path / "p224.key", pair.key_pem)
    )
    with caddy.run(tmp_path, papers, demand="none") as running:
        answer = matrix.ask(f"localhost:{running.port}", "--ca", pki.root)
    assert (answer["findings"][0]["code"], answer["result"]["confidence"]) == ("no-shared-sigalg", "likely")


def _cell(
    name: str, codes: tuple[str, ...], port: int, pki: Pki, *options: str, host: str = "localhost"
) -> matrix.Cell:
    answer = matrix.ask(f"{host}:{port}", "--ca", pki.root, *options)
    return matrix.Cell("hello", "", name, codes == ("ok",), "", codes, codes, answer)


def test_something_else(pki: Pki) -> None:
    """Other protocols, other alerts, and bytes that mean nothing."""
    cells = []
    for name, words in GREETINGS.items():
        with odd.run(odd.says(words)) as port:
            cells.append(_cell(name, ("starttls-required",), port, pki, *QUICK))
    for name, (talk, code) in OTHER.items():
        with odd.run(talk) as port:
            cells.append(_cell(name, (code,), port, pki, *QUICK))
    matrix.judge(cells)


STARTTLS: dict[str, tuple[odd.Talk, str]] = {
    "wrong-protocol": (odd.says(GREETINGS["imap"]), "starttls-wrong-protocol"),
    "http-server": (odd.answers(b"HTTP/1.1 400 Bad Request\r\n\r\n"), "handshake-stalled"),
    "refused": (odd.dialogue(b"220 mail.test ESMTP\r\n", b"250 mail.test\r\n", b"502 no\r\n"), "starttls-refused"),
    "not-offered": (odd.dialogue(b"220 mail.test ESMTP\r\n", b"250-mail.test\r\n250 SIZE\r\n"), "starttls-refused"),
    "later": (
        odd.dialogue(b"220 mail.test ESMTP\r\n", b"250-mail.test\r\n250 STARTTLS\r\n", b"454 not now\r\n"),
        "starttls-refused",
    ),
}


def test_starttls_that_does_not_come_about(pki: Pki, tmp_path: Path) -> None:
    """Another protocol, TLS from the first byte on, and a refusal."""
    cells = []
    for name, (talk, code) in STARTTLS.items():
        with odd.run(talk) as port:
            cells.append(_cell(name, (code,), port, pki, "--starttls", "smtp", *QUICK))
    with s_server.run(tmp_path, pki.papers, demand="none") as running:
        cells.append(_cell("tls", ("starttls-on-implicit-tls",), running.port, pki, "--starttls", "smtp", *QUICK))
    matrix.judge(cells)


@contextmanager
def _http_server(folder: Path) -> Iterator[int]:
    words = (sys.executable, "-m", "http.server", "--bind", "127.0.0.1")
    with servers.program(folder, lambda port: (*words, port)) as running:
        yield running.port


def test_plain_http_and_a_proxy_before_it(pki: Pki, tmp_path: Path) -> None:
    """A web server without TLS, and HAProxy in front of it."""
    with _http_server(tmp_path) as port:
        cells = [_cell("http", ("plain-http-port",), port, pki)]
    (here := tmp_path / "haproxy").mkdir()
    with haproxy.run(here, pki.papers, plain=True) as running:
        cells.append(_cell("haproxy", ("plain-http-port",), running.port, pki))
    matrix.judge(cells)


@pytest.mark.parametrize("resetting", [False, True], ids=["drops", "resets"])
def test_a_middlebox_that_does_not_take_big_hellos(resetting: bool, pki: Pki, tmp_path: Path) -> None:
    """The hello of today, with a post-quantum key share, is longer than one segment."""
    with (
        s_server.run(tmp_path, pki.papers, demand="none") as running,
        odd.run(odd.intolerant(running.port, resetting=resetting)) as port,
    ):
        big = _cell("big-hello", ("client-hello-too-large",), port, pki, *QUICK)
        small = _cell("small-hello", ("ok",), port, pki, "--groups", "P-256", *QUICK)
    matrix.judge([big, small])


def test_nobody_there(pki: Pki, closed_port: int) -> None:
    """A port on which nobody listens."""
    cell = _cell("nobody", ("connection-refused",), closed_port, pki, host="127.0.0.1")
    assert (cell.cause_right, cell.answer["exit"]) == (True, 2)

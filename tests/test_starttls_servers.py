"""STARTTLS with real servers: the same certificate as openssl finds, and what is said where it does not succeed."""

import hashlib
import importlib
import socket
import ssl
import subprocess
from pathlib import Path
from typing import Any

import matrix
import pytest
import tls_lab
from matrix_pki import Pki
from servers import odd, s_server, tigervnc, xrdp

# The word of --starttls, the server, its settings. openssl's own word where it knows the protocol.
SERVERS: dict[str, tuple[str, dict[str, Any], str]] = {
    "smtp": ("postfix", {"starttls": True}, "smtp"),
    "imap": ("dovecot", {"starttls": True}, "imap"),
    "pop3": ("dovecot", {"starttls": True, "protocol": "pop3"}, "pop3"),
    "sieve": ("dovecot", {"starttls": True, "protocol": "sieve"}, "sieve"),
    "ftp": ("vsftpd", {"starttls": True}, "ftp"),
    "ldap": ("slapd", {"starttls": True}, "ldap"),
    "xmpp": ("prosody", {"starttls": True}, "xmpp"),
    "irc": ("inspircd", {"starttls": True}, ""),  # s_client knows it, and does not find it offered here
    "postgres": ("postgres", {}, "postgres"),
    "mysql": ("mariadb", {}, "mysql"),
    "nats": ("nats", {}, ""),
    "vnc": ("tigervnc", {}, ""),
    "rdp": ("xrdp", {}, ""),
}


def code(answer: Any) -> tuple[str, str]:
    return answer["findings"][0]["code"], answer["result"]["confidence"]


def leaf_of(port: int, word: str) -> str:
    """The SHA-256 of the leaf that `openssl s_client -starttls` is shown."""
    words = ["openssl", "s_client", "-connect", f"localhost:{port}", "-starttls", word, "-xmpphost", "localhost"]
    done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, timeout=30, check=False)
    pem = done.stdout.decode().partition("-----BEGIN")[2].partition("-----END")[0]
    assert pem, done.stderr
    der = ssl.PEM_cert_to_DER_cert(f"-----BEGIN{pem}-----END CERTIFICATE-----\n")
    return hashlib.sha256(der).hexdigest()


@pytest.mark.parametrize("word", SERVERS)
def test_tls_begins_and_another_protocol_is_named(word: str, pki: Pki, tmp_path: Path) -> None:
    name, settings, openssl = SERVERS[word]
    with importlib.import_module(f"servers.{name}").run(tmp_path, pki.papers, **settings) as running:
        where = f"localhost:{running.port}"
        answer = matrix.ask(where, "--ca", pki.root, *pki.clients["good"].options, "--starttls", word)
        wrong = matrix.ask(where, "--ca", pki.root, "--starttls", "imap" if word == "smtp" else "smtp", "--timeout", 1)
        plain = matrix.ask(where, "--ca", pki.root, "--timeout", 1)
        seen = leaf_of(running.port, openssl) if openssl else ""
    assert (answer["exit"], answer["result"]["starttls"]) == (0, word), answer["findings"]
    assert answer["result"]["version"] == "TLSv1.3"
    assert answer["result"]["approach_seconds"] > 0
    assert seen in ("", answer["result"]["server_chain"][0]["sha256"])
    hint = f"mtlsctl handshake {where} --starttls {word}"
    if word in ("postgres", "ldap", "xmpp", "rdp"):  # they wait for our first words, as TLS servers do
        assert code(wrong) == ("handshake-stalled", "unknown")
        assert (wrong["exit"], wrong["result"]["stage"], wrong["result"]["refused_by"]) == (2, "approach", "network")
    else:
        assert code(wrong) == ("starttls-wrong-protocol", "certain"), wrong["findings"]
        assert (wrong["exit"], wrong["result"]["refused_by"], wrong["findings"][0]["hint"]) == (1, "server", hint)
    assert code(plain)[0] in ("starttls-required", "connection-closed", "connection-reset"), plain["findings"]
    assert code(plain)[0] != "starttls-required" or hint in plain["findings"][0]["hint"]


@pytest.mark.parametrize("word", ["smtp", "imap", "postgres", "ldap", "xmpp", "vnc", "mysql"])
def test_a_server_that_speaks_tls_at_once(word: str, pki: Pki, tmp_path: Path) -> None:
    with s_server.run(tmp_path, pki.papers) as running:
        answer = matrix.ask(f"localhost:{running.port}", "--ca", pki.root, "--starttls", word, "--timeout", 1)
    assert code(answer) == ("starttls-on-implicit-tls", "certain"), answer["findings"]
    assert (answer["exit"], answer["result"]["stage"]) == (1, "approach")
    assert answer["findings"][0]["hint"] == f"leave --starttls away: mtlsctl handshake localhost:{running.port}"


@pytest.mark.parametrize(
    ("server", "settings", "words"),
    [
        (tigervnc, {"security": "None"}, "VeNCrypt (19) is not among its security types: 1"),
        (tigervnc, {"security": "TLSNone"}, "none of its VeNCrypt subtypes has a certificate: 257"),
        (xrdp, {"layer": "rdp"}, "it has only RDP's own security"),
    ],
    ids=["vnc-none", "vnc-anonymous", "rdp"],
)
def test_a_server_without_tls(server: Any, settings: Any, words: str, pki: Pki, tmp_path: Path) -> None:
    with server.run(tmp_path, pki.papers, **settings) as running:
        answer = matrix.ask(f"localhost:{running.port}", "--ca", pki.root, "--starttls", running.starttls)
    assert code(answer) == ("starttls-refused", "certain")
    assert words in answer["findings"][0]["message"]
    assert (answer["exit"], answer["result"]["refused_by"]) == (1, "server")


def talks(*pieces: bytes) -> Any:
    """A server that says each piece once it was spoken to, the first at once; then it closes."""

    def talk(connection: socket.socket) -> None:
        for piece in pieces:
            connection.sendall(piece)
            connection.recv(4096)

    return talk


@pytest.mark.parametrize(
    ("word", "talk", "expected"),
    [
        ("smtp", talks(b"220 mx\r\n", b"250 STARTTLS\r\n", b"220 go\r\n250 queued\r\n"), "starttls-injection"),
        ("postgres", lambda c: (c.recv(8), c.sendall(b"SAAAA")), "starttls-injection"),
        ("smtp", talks(b"220 mx\r\n", b"250 SIZE\r\n"), "starttls-refused"),
        ("smtp", talks(b"421 too many connections\r\n"), "starttls-refused"),
        ("imap", talks(b"* OK\r\n", b"a1 NO not today\x1b[2J\r\n"), "starttls-refused"),
        ("ldap", talks(b"HTTP/1.1 400 Bad Request\r\n\r\n"), "starttls-wrong-protocol"),
        ("smtp", lambda c: None, "connection-closed"),
        ("ldap", lambda c: (c.recv(100), odd.reset(c)), "connection-reset"),
        ("pop3", lambda c: c.recv(1), "handshake-stalled"),
        ("nntp", talks(b"200 news\r\n", b"382 go\r\n"), "connection-closed"),
    ],
)
def test_servers_that_do_something_else(word: str, talk: Any, expected: str, pki: Pki) -> None:
    with tls_lab.plain_server(talk) as port:
        answer = matrix.ask(f"localhost:{port}", "--ca", pki.root, "--starttls", word, "--timeout", 1)
    assert answer["findings"][0]["code"] == expected, answer["findings"]
    stage = "hello" if word == "nntp" else "approach"
    assert answer["result"]["stage"] == stage
    message = answer["findings"][0]["message"].replace(str(port), "PORT")
    assert answer["result"]["confidence"] != "certain" or "421" not in message
    assert answer["result"]["starttls"] == word


def test_a_url_says_how_tls_begins(pki: Pki, tmp_path: Path) -> None:
    postgres = importlib.import_module("servers.postgres")
    with postgres.run(tmp_path, pki.papers) as running:
        url = f"postgresql://app:secret@localhost:{running.port}/app?sslmode=verify-full"
        answer = matrix.ask(url, "--ca", pki.root, *pki.clients["good"].options)
    assert (answer["exit"], answer["result"]["starttls"]) == (0, "postgres")
    assert "secret" not in str(answer)
    wrong = matrix.ask("smtp://localhost:1", "--ca", pki.root, "--starttls", "imap")
    assert (wrong["exit"], wrong["error"]["code"]) == (2, "usage")


def test_the_usual_port_is_tried_in_its_protocol(pki: Pki, tmp_path: Path) -> None:
    postgres = importlib.import_module("servers.postgres")
    with postgres.run(tmp_path, pki.papers) as running:
        there = ("--connect", f"127.0.0.1:{running.port}")
        answer = matrix.ask("localhost:5432", "--ca", pki.root, *there)
        asked_once = matrix.ask("localhost:5432", "--ca", pki.root, *there, "--no-extra-probes")
    assert code(answer) == ("starttls-required", "certain")
    assert answer["findings"][0]["hint"].endswith("mtlsctl handshake localhost:5432 --starttls postgres")
    assert [probe["variation"] for probe in answer["result"]["extra_probes"]] == ["starttls"]
    assert code(asked_once) == ("connection-closed", "unknown")


def test_the_usual_port_says_what_to_try(pki: Pki) -> None:
    with tls_lab.plain_server(lambda c: c.recv(65536)) as port:
        answer = matrix.ask("localhost:5432", "--ca", pki.root, "--connect", f"127.0.0.1:{port}")
    assert answer["findings"][0]["code"] == "connection-closed"
    assert answer["findings"][0]["hint"].endswith("mtlsctl handshake localhost:5432 --starttls postgres")

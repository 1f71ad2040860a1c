"""What a handshake says beside its cause: the CA of ours that would do, old versions, keys that lie open."""

import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import matrix
import pytest
import tls_lab
from support import Result
from tls_lab import Lab

from mtlsctl.core import firstword
from mtlsctl.core.endpoint import Endpoint
from mtlsctl.core.observation import Ended
from mtlsctl.workflows import network


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    return tls_lab.build(tmp_path_factory.mktemp("lab"))


def codes(answer: Any) -> list[str]:
    return [finding["code"] for finding in answer["findings"]]


def test_a_ca_of_ours_that_made_the_servers_certificate_is_named(
    mtlsctl: Callable[..., Result], tmp_path: Path
) -> None:
    for name in ("other", "acme"):
        assert mtlsctl("ca", "create", name).exit_code == 0
    assert mtlsctl("issue", "server", "localhost", "--ca", "acme", "--out", tmp_path / "web").exit_code == 0
    web = next(tmp_path.glob("web/**/fullchain.pem")).parent
    with tls_lab.serving("--identity", web, "--no-client-cert") as server:
        here = f"localhost:{server.port}"
        answer = mtlsctl("handshake", here, "--json").json
        told = mtlsctl("handshake", here, "--ca", "acme", "--json").json
        name = mtlsctl("handshake", "api.test", "--connect", here, "--ca", "acme", "--json").json
    assert codes(answer)[0] == "server-untrusted-root"
    assert answer["findings"][0]["hint"].splitlines()[0] == "one of your own CAs made it: --ca acme"
    assert codes(told) == ["ok"]
    assert name["findings"][0]["hint"] == "issue it with this name: mtlsctl issue server api.test localhost"


def test_an_old_version_is_agreed_on_with_a_warning(lab: Lab) -> None:
    with tls_lab.s_server(lab, "server", "-tls1", "-cipher", "ALL:@SECLEVEL=0") as port:
        old = "--tls-min", "1.0", "--tls-max", "1.0", "--ciphers", "ALL:@SECLEVEL=0"
        answer = matrix.ask(f"localhost:{port}", "--ca", lab.cert("root"), *old)
    assert codes(answer)[:2] == ["ok", "protocol-version"]
    assert answer["findings"][1]["verdict"] == "warn"
    assert "TLS 1.0" in answer["findings"][1]["message"]


@pytest.mark.parametrize(("mode", "noted"), [(0o600, False), (0o640, True), (0o644, True)])
def test_a_key_that_others_can_read_is_noted(lab: Lab, tmp_path: Path, mode: int, noted: bool) -> None:
    key = tmp_path / "alice.key"
    key.write_bytes(lab.key("alice").read_bytes())
    key.chmod(mode)
    with tls_lab.serving(*lab.pair("server"), "--client-ca", lab.cert("root")) as server:
        words = "--ca", lab.cert("root"), "--cert", lab.cert("alice"), "--key", key
        answer = matrix.ask(f"localhost:{server.port}", *words)
    assert answer["ok"]
    assert ("key-file-permissions" in codes(answer)) is noted


def test_a_resolver_that_does_not_answer_costs_no_more_than_the_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = threading.Event()

    def never(*_: object) -> list[Any]:
        asked.wait(20)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", never)  # no name server here could be made to fall silent
    began = time.monotonic()
    attempt = network.connect(Endpoint("api.test", 443, "api.test"), 0.3)
    asked.set()
    assert (attempt.connection, attempt.ended) == (None, Ended.NO_ADDRESS)
    assert "did not answer" in attempt.detail
    assert time.monotonic() - began < 15


@pytest.mark.parametrize(
    ("starttls", "greeting", "word"),
    [
        ("smtp", b"", b"EHLO mtlsctl.invalid\r\n"),
        ("lmtp", b"", b"LHLO mtlsctl.invalid\r\n"),
        ("", b"220 mail.test ESMTP Postfix\r\n", b"EHLO mtlsctl.invalid\r\n"),
        ("", b"220 mail.test LMTP\r\n", b"LHLO mtlsctl.invalid\r\n"),
        ("", b"220 mail.test ESMTP", b""),
        ("", b"220 ftp.test FTP\r\n", b""),
        ("imap", b"", b""),
        ("", b"* OK IMAP4rev1 ready\r\n", b""),
        ("", b"", b""),
    ],
)
def test_the_first_word_is_said_where_it_changes_nothing(starttls: str, greeting: bytes, word: bytes) -> None:
    assert firstword.first_word(starttls, greeting) == word

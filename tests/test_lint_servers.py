"""mtlsctl lint HOST:PORT: what real servers accept, found out by handshakes; and the page for an auditor."""

import base64
import hashlib
import re
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import servers
import support
import tls_lab
from cryptography import x509
from support import NOW, SERVER_AUTH, make_cert

from mtlsctl.core import offer
from mtlsctl.core.lint.page import as_html
from mtlsctl.core.lint.rule import Profile
from mtlsctl.core.lint.suppress import Suppression
from mtlsctl.core.observation import Alert, Ended, Observation, Role, Stage
from mtlsctl.workflows import lint as workflow
from mtlsctl.workflows import lint_out, survey

Tool = Callable[..., support.Result]


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> tls_lab.Lab:
    return tls_lab.build(tmp_path_factory.mktemp("lab"))


@contextmanager
def serving(*options: Any) -> Iterator[int]:
    """`mtlsctl serve`, whose many events are read away: a full pipe would stop it."""
    with tls_lab.serving(*options) as server:
        assert server.process.stdout
        reader = threading.Thread(target=server.process.stdout.read)
        reader.start()
        try:
            yield server.port
        finally:
            server.process.kill()
            reader.join()


CONF = """
daemon off;
pid {folder}/nginx.pid;
events {{}}
http {{
  access_log off;
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
  uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  server {{
    listen 127.0.0.1:{port} ssl;
    ssl_certificate {lab}/server.pem;
    ssl_certificate_key {lab}/server.key;
    {more}
    location / {{ return 200 "hello"; }}
  }}
}}
"""
OLD = """
    ssl_protocols TLSv1 TLSv1.1 TLSv1.2;
    ssl_ciphers ALL:eNULL:@SECLEVEL=0;
    ssl_ecdh_curve secp256r1:x25519;
"""
MODERN = """
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_ciphers ECDHE+AESGCM;
    ssl_conf_command Ciphersuites TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256;
    ssl_ecdh_curve secp256r1:secp384r1;
    ssl_client_certificate {lab}/root.pem;
    ssl_verify_client on;
    ssl_verify_depth 2;
    ssl_session_tickets off;
"""


@contextmanager
def nginx(folder: Path, lab: tls_lab.Lab, more: str) -> Iterator[int]:
    def command(port: int) -> list[Any]:
        conf = folder / "nginx.conf"
        conf.write_text(CONF.format(folder=folder, port=port, lab=lab.folder, more=more.format(lab=lab.folder)))
        return ["nginx", "-c", conf, "-e", folder / "error.log", "-p", folder]

    with servers.program(folder, command, log=folder / "error.log") as running:
        yield running.port


def by_code(answer: Any) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for finding in answer["findings"]:
        found.setdefault(finding["code"], []).append(finding["message"])
    return found


def test_an_old_server_is_told_everything(mtlsctl: Tool, tmp_path: Path, lab: tls_lab.Lab) -> None:
    with nginx(tmp_path, lab, OLD) as port:
        result = mtlsctl(
            "lint", f"localhost:{port}", "--ca", lab.cert("root"), "--profile", "mtls", "--profile", "nist", "--json"
        )
    assert result.exit_code == 1
    (server,) = result.json["result"]["servers"]
    accepted = {one["version"]: one["accepted"] for one in server["versions"]}
    assert accepted == {"TLS 1.0": True, "TLS 1.1": True, "TLS 1.2": True, "TLS 1.3": False}
    newest = server["versions"][2]
    assert "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256" in newest["suites"]
    assert "TLS_ECDHE_ECDSA_WITH_NULL_SHA" in newest["suites"]
    assert "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256" in newest["suites"]
    assert newest["groups"] == ["secp256r1", "x25519"]
    assert newest["extended_master_secret"] is True
    assert newest["renegotiation_info"] is True
    assert newest["resumed"] is True
    found = by_code(result.json)
    assert {
        "lint-old-tls",
        "lint-no-tls13",
        "lint-broken-suite",
        "lint-cbc-suite",
        "lint-weak-server-signature",
        "nist-suite",
        "nist-group",
        "client-cert-not-requested",
    } <= set(found)
    assert "lint-resumption" not in found, "who asks nobody has nobody to ask again"
    assert found["lint-old-tls"] == [f"localhost:{port}: it accepts TLS 1.0 and TLS 1.1"]
    assert "nist-no-tls12" not in found
    assert not [code for code in found if code.startswith("server-")], "it is trusted"


def test_a_modern_server_that_demands_certificates_is_compliant(
    mtlsctl: Tool, tmp_path: Path, lab: tls_lab.Lab
) -> None:
    page = tmp_path / "report.html"
    with nginx(tmp_path, lab, MODERN) as port:
        words = ("--identity", lab.folder / "id-alice", "--profile", "nist", "--profile", "mtls")
        result = mtlsctl("lint", f"localhost:{port}", *words, "--http", "/", "--report", page, "--fail-on", "warn")
        again = mtlsctl("lint", f"localhost:{port}", *words, "--report", page)
        unasked = mtlsctl("lint", f"localhost:{port}", *words)
    assert "TLS 1.0  not accepted  alert 70 (protocol_version)" in result.stdout
    assert "client certificate  asked for, and demanded" in result.stdout
    assert "TLS_AES_256_GCM_SHA384, TLS_AES_128_GCM_SHA256" in result.stdout
    assert "secp256r1, secp384r1" in result.stdout
    assert "handshakes" in result.stderr
    assert result.exit_code == 0, result.stdout
    assert (again.exit_code, "already there" in again.stderr) == (2, True)
    assert "asking" not in again.stderr, "that is said before anybody is asked"
    assert "whether clients without a certificate get in: TLS lets it in" in unasked.stdout
    assert "client-cert-optional" not in unasked.stdout
    text = words_of(page.read_bytes())
    for word in (
        "compliant as far as tested",
        f"localhost:{port}",
        "TLS_AES_256_GCM_SHA384",
        "SP 800-52 rev. 2",
        "not tested",
        "CN=localhost",
    ):
        assert word in text, word


def test_what_was_not_told_what_to_trust_is_not_judged(mtlsctl: Tool, lab: tls_lab.Lab) -> None:
    with serving(*lab.pair("server"), "--client-ca", lab.cert("root")) as port:
        result = mtlsctl("lint", f"localhost:{port}", "--json")
        other = mtlsctl("lint", f"localhost:{port}", "--ca", lab.cert("other-root"), "--json")
        named = mtlsctl("lint", f"127.0.0.1:{port}", "--ca", lab.cert("root"), "--servername", "web.test", "--json")
    assert [code for code in by_code(result.json) if code.startswith("server-")] == []
    untested = [one["what"] for one in result.json["result"]["servers"][0]["untested"]]
    for what in (
        "SSL 2.0 and SSL 3.0",
        "session resumption",
        "resumption after revocation",
        "whether the chain is trusted",
    ):
        assert what in untested
    assert any("RC4" in what for what in untested) is not any("RC4" in name for name in offer.known().older)
    assert result.json["result"]["servers"][0]["asks_for_certificate"] is True
    assert result.json["result"]["servers"][0]["lets_in_without"] is False
    assert "server-untrusted-root" in by_code(other.json)
    assert other.exit_code == 1
    assert "server-name-mismatch" in by_code(named.json)


def test_bad_certificates_of_servers(mtlsctl: Tool, lab: tls_lab.Lab) -> None:
    with serving(*lab.pair("server-soon")) as port:
        found = by_code(mtlsctl("lint", f"localhost:{port}", "--json").json)
    assert "expires-soon" in found
    assert "client-cert-not-requested" in found


def test_nobody_there_is_no_answer(mtlsctl: Tool, closed_port: int) -> None:
    where = f"127.0.0.1:{closed_port}"
    result = mtlsctl("lint", where)
    assert result.exit_code == 2
    assert "connection-refused" in result.stdout
    assert "Could not tell" in result.stdout
    assert "lean" not in result.stdout.splitlines()[-1]
    told = mtlsctl("lint", where, "--profile", "mtls", "--profile", "nist", "--json").json["result"]
    assert {one["result"] for one in told["rules"] if one["code"] != "connection-refused"} == {"not tested"}
    with tls_lab.plain_server(lambda connection: None) as port:
        closed = mtlsctl("lint", f"localhost:{port}", "--json")
    assert closed.exit_code == 2
    assert {"connection-closed", "connection-reset"} & set(by_code(closed.json))
    assert closed.json["ok"] is False
    plain = mtlsctl("lint", "missing-file.pem:12:x")
    assert (plain.exit_code, "no such file" in plain.stderr) == (2, True)


def test_the_handshakes_are_bounded(lab: tls_lab.Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    from mtlsctl.core import endpoint
    from mtlsctl.core.tls import TlsSettings
    from mtlsctl.workflows.once import Visit

    monkeypatch.setattr(survey, "MAX_HANDSHAKES", 9)
    with serving(*lab.pair("server")) as port:
        where = endpoint.parse(f"localhost:{port}")
        found = survey.survey(survey.Wish(Visit(where, 5.0), TlsSettings(), ""))
    assert found.settings.handshakes == 9
    assert any(one.why == "too many handshakes" for one in found.settings.untested)


@pytest.mark.parametrize(
    ("direction", "number", "ended", "told"),
    [
        ("received", 70, Ended.CLOSED, False),
        ("received", 40, Ended.CLOSED, False),
        ("sent", 70, Ended.ERROR, False),
        ("sent", 40, Ended.ERROR, None),
        ("sent", 71, Ended.ERROR, None),
        ("", 0, Ended.CLOSED, False),
        ("", 0, Ended.TIMEOUT, None),
        ("", 0, Ended.ERROR, None),
    ],
)
def test_what_our_own_library_gives_up_on_is_not_told_of_the_server(
    direction: str, number: int, ended: Ended, told: bool | None
) -> None:
    alerts = (Alert.of(direction, number, ""),) if direction else ()
    seen = Observation(Role.CLIENT, "a.test:443", Stage.HELLO, ended, alerts=alerts)
    found, why = survey.accepted(seen, "TLS 1.0")
    assert (found, bool(why)) == (told, True)


class _Plain(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        self.request.recv(4096)
        self.request.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


def test_a_server_of_plain_http_is_told_in_words(mtlsctl: Tool) -> None:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Plain) as server:
        threading.Thread(target=server.serve_forever).start()
        result = mtlsctl("lint", f"127.0.0.1:{server.server_address[1]}")
        server.shutdown()
    assert result.exit_code == 2
    assert "no TLS that our OpenSSL reads" in result.stdout
    assert not re.search(r"not tested +error| kept", result.stdout)


# The page


class Text(HTMLParser):
    """What a page shows, and every tag and attribute of it."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def words_of(page: bytes) -> str:
    reader = Text()
    reader.feed(page.decode())
    return " ".join(" ".join(reader.texts).split())


def test_a_page_runs_nothing_and_fetches_nothing_whatever_strangers_wrote() -> None:
    evil = "<script>alert(1)</script>\"'>\x1b[31m\u202e<img src=x>"
    leaf = make_cert(
        evil[:60], sans=(x509.DNSName("x"),), ekus=(SERVER_AUTH,), not_after=NOW.replace(year=NOW.year + 3)
    )
    session = workflow.Session(
        (Profile.MTLS, Profile.NIST),
        (Suppression("lint-lifetime", evil, origin=evil), Suppression("nist-key", evil)),
        None,
    )
    session.certificate(leaf.certificate, evil)
    done = session.end([evil])
    page = as_html("1.0", done.linted, done.faults, done.certificates)
    reader = Text()
    reader.feed(page.decode())
    assert {tag for tag, _ in reader.tags}.isdisjoint(
        {"script", "img", "link", "iframe", "object", "form", "a", "base"}
    )
    names = {name for _, attributes in reader.tags for name in attributes}
    assert names <= {"class", "lang", "charset", "name", "content", "http-equiv", "colspan"}
    assert "url(" not in page.decode()
    assert "\x1b" not in page.decode()
    assert "alert(1)" in " ".join(reader.texts)
    style = re.search(r"<style>(.*?)</style>", page.decode(), re.DOTALL)
    assert style
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    policy = next(a["content"] for tag, a in reader.tags if a.get("http-equiv") == "Content-Security-Policy")
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'"


def test_a_page_says_all_that_was_found(tmp_path: Path) -> None:
    good = make_cert("web.test", sans=(x509.DNSName("web.test"),), ekus=(SERVER_AUTH,))
    bad = make_cert("bob", ekus=())
    session = workflow.Session((Profile.MTLS,), (Suppression("lint-cn-identity", "known to be so", origin="a.toml"),))
    session.certificate(good.certificate, "good.pem")
    session.certificate(bad.certificate, "bad.pem")
    done = session.end(["good.pem", "bad.pem"], "a.toml")
    lint_out.write_page(done, tmp_path / "a.html")
    text = words_of((tmp_path / "a.html").read_bytes())
    for fault in done.faults:
        assert fault.message in text
    for rule in done.linted.rules:
        assert rule.title in text
        assert rule.code in text
    for word in (
        "known to be so",
        "a.toml",
        "2 certificates",
        "compliant as far as tested, with warnings",
        "CN=bob",
        f"{done.linted.at:%Y-%m-%d}",
    ):
        assert word in text

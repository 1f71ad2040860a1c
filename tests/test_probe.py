"""`mtlsctl probe` against real servers: what gets in is said to get in, and nothing else."""

import itertools
import json
import selectors
import socket
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matrix_pki
import pytest
import servers
import support
from OpenSSL import SSL
from servers import (
    Papers,
    Running,
    apache,
    caddy,
    gnutls,
    granian,
    haproxy,
    java,
    nginx,
    node,
    postgres,
    s_server,
    stunnel,
)
from servers import python as python_server
from tls_lab import plain_server, serving

STRANGERS = {"self-signed", "namesake-ca"}
SIGNED = {"expired", "not-yet-valid", "wrong-eku"}
WRONG = STRANGERS | {"leaf-as-ca"} | SIGNED
EVERYTHING = WRONG | {"no-certificate", "stolen", "revoked"}


@dataclass(frozen=True)
class Lab:
    """A CA of ours with a server, two clients, one of them revoked, and the CRL; a stranger's CA."""

    folder: Path
    env: dict[str, str]

    @property
    def papers(self) -> Papers:
        of = self.folder / "localhost"
        return Papers(of / "fullchain.pem", of / "key.pem", of / "ca.pem", of / "chain.pem")

    @property
    def crl(self) -> Path:
        return self.folder / "crl.pem"

    def run(self, *words: Any) -> support.Result:
        return support.run_tool(*words, cwd=self.folder, env=self.env)

    def probe(self, port: int, *words: Any, good: bool = True) -> Any:
        """The answer as JSON, with the exit status in it."""
        who = ("--identity", "alice") if good else ("--ca", "dev")
        ran = self.run("probe", f"localhost:{port}", *who, *words, "--json")
        return json.loads(ran.stdout) | {"status": ran.exit_code}


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    folder = tmp_path_factory.mktemp("probe")
    made = Lab(folder, support.environment(folder / "cas"))
    steps = (
        ("ca", "create"),
        ("ca", "create", "other"),
        ("issue", "server", "localhost", "127.0.0.1", "--ca", "dev"),
        ("issue", "client", "alice", "--ca", "dev"),
        ("issue", "client", "bob", "--ca", "dev"),
        ("issue", "client", "mallory", "--ca", "other"),
        ("revoke", "bob", "--ca", "dev"),
        ("crl", "--ca", "dev", "--out", "crl.pem"),
    )
    for step in steps:
        assert made.run(*step).exit_code == 0, step
    return made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def let_in(answer: Any) -> set[str]:
    """The offers that got in and must not."""
    return {t["offer"] for t in answer["result"]["trials"] if t["as_expected"] is False and t["expected"] == "refused"}


def codes(answer: Any) -> list[str]:
    return [finding["code"] for finding in answer["findings"]]


def outcomes(answer: Any, offer: str) -> set[str]:
    return {t["outcome"] for t in answer["result"]["trials"] if t["offer"] == offer}


Start = Callable[[Path, Lab], AbstractContextManager[Running]]


SOUND: dict[str, Start] = {
    "nginx": lambda f, lab: nginx.run(f, lab.papers, crl=lab.crl),
    "apache": lambda f, lab: apache.run(f, lab.papers, crl=lab.crl),
    "haproxy": lambda f, lab: haproxy.run(f, lab.papers, crl=lab.crl),
    "s_server": lambda f, lab: s_server.run(f, lab.papers, crl=lab.crl),
    "stunnel": lambda f, lab: stunnel.run(f, lab.papers, crl=lab.crl),
    "node": lambda f, lab: node.run(f, lab.papers, crl=lab.crl),
    "java": lambda f, lab: java.run(f, lab.papers, crl=lab.crl),
    "rustls": lambda f, lab: granian.run(f, lab.papers, crl=lab.crl),
    "python": lambda f, lab: python_server.run(f, lab.papers, crl=lab.crl),
}


@pytest.mark.parametrize("server", SOUND)
def test_a_sound_server_lets_nobody_else_in(lab: Lab, folder: Path, server: str) -> None:
    with SOUND[server](folder, lab) as running:
        words = ("--http", running.http) if running.http else ()
        answer = lab.probe(running.port, "--sign-with", "dev", *words)
        log = running.log()
    assert (answer["status"], answer["ok"], let_in(answer)) == (0, True, set()), (answer, log)
    assert codes(answer)[0] == "probe-enforced"
    assert answer["result"]["conclusion"] == "enforced"
    tried = {t["offer"] for t in answer["result"]["trials"] if t["outcome"] in ("refused", "refused-by-app")}
    assert tried >= EVERYTHING
    assert all(t["as_expected"] for t in answer["result"]["trials"] if t["expected"] != "either")


LAX: dict[str, tuple[Start, set[str]]] = {
    "nginx off": (lambda f, lab: nginx.run(f, lab.papers, demand="none"), EVERYTHING),
    "nginx optional": (lambda f, lab: nginx.run(f, lab.papers, demand="optional", crl=lab.crl), {"no-certificate"}),
    "nginx optional_no_ca": (
        lambda f, lab: nginx.run(f, lab.papers, demand="optional_no_ca"),
        {"no-certificate", "revoked", *STRANGERS},  # other faults of a chain than its trust it does not pass over
    ),
    "nginx on, without a CRL": (lambda f, lab: nginx.run(f, lab.papers), {"revoked"}),
    "apache optional": (lambda f, lab: apache.run(f, lab.papers, demand="optional"), {"no-certificate", "revoked"}),
    "apache optional_no_ca": (
        lambda f, lab: apache.run(f, lab.papers, more="SSLVerifyClient optional_no_ca"),
        {"no-certificate", "revoked", *STRANGERS},
    ),
    "haproxy optional": (lambda f, lab: haproxy.run(f, lab.papers, demand="optional"), {"no-certificate", "revoked"}),
    # In TLS 1.3, `socket.authorized` is true of every resumed session, of one without a certificate too.
    "node that judges in HTTP": (
        lambda f, lab: node.run(f, lab.papers, crl=lab.crl, judge=True),
        {"resumed-no-certificate"},
    ),
    # gnutls-serv asks its library about the chain, and not about the purpose.
    "gnutls": (lambda f, lab: gnutls.run(f, lab.papers, crl=lab.crl), {"wrong-eku"}),
    "caddy without CRLs": (lambda f, lab: caddy.run(f, lab.papers), {"revoked"}),
}


@pytest.mark.parametrize("server", LAX)
def test_what_gets_in_is_said(lab: Lab, folder: Path, server: str) -> None:
    start, expected = LAX[server]
    with start(folder, lab) as running:
        answer = lab.probe(running.port, "--sign-with", "dev", "--http", running.http)
    assert (answer["status"], answer["ok"], answer["result"]["conclusion"]) == (1, False, "let-in")
    assert let_in(answer) == expected
    assert answer["findings"][0]["verdict"] == "fail"
    versions = {t["version"] for t in answer["result"]["trials"] if t["as_expected"] is False}
    assert versions == ({"1.3"} if server.startswith("node") else {"1.2", "1.3"})


CODES = {
    "nginx off": ["probe-never-asks"],
    "nginx optional": ["probe-no-cert-accepted"],
    "nginx on, without a CRL": ["probe-revoked-accepted"],
    "nginx optional_no_ca": ["probe-no-cert-accepted", "probe-stranger-accepted"],
}


@pytest.mark.parametrize("server", CODES)
def test_the_first_codes(lab: Lab, folder: Path, server: str) -> None:
    with LAX[server][0](folder, lab) as running:
        answer = lab.probe(running.port, "--sign-with", "dev", "--http", running.http)
    assert codes(answer)[: len(CODES[server])] == CODES[server]


def openssl_server(folder: Path, lab: Lab, *more: str) -> AbstractContextManager[Running]:
    """openssl s_server with its verification as it is by default: it takes note, and goes on."""
    words = ["openssl", "s_server", "-cert", lab.papers.cert, "-cert_chain", lab.papers.issuing]
    words += ["-key", lab.papers.key, "-CAfile", lab.papers.client_ca, *more]
    return servers.program(folder, lambda port: [*words, "-accept", f"127.0.0.1:{port}"])


def test_s_server_that_verifies_and_goes_on(lab: Lab, folder: Path) -> None:
    """`-Verify` without `-verify_return_error` takes every certificate, and a stolen one it does not."""
    with openssl_server(folder, lab, "-Verify", "4", "-www") as running:
        answer = lab.probe(running.port, "--sign-with", "dev", "--http", "/")
    assert answer["status"] == 1
    assert let_in(answer) == EVERYTHING - {"no-certificate", "stolen"}
    assert codes(answer)[0] == "probe-stranger-accepted"
    hints = {f["code"]: f["hint"] for f in answer["findings"]}
    assert hints["probe-stranger-accepted"]
    assert not hints["probe-expired-accepted"], "it follows from the first"


def test_tls_that_takes_strangers_and_an_application_that_was_not_asked(lab: Lab, folder: Path) -> None:
    """Nobody can tell: it is neither a pass nor an accusation."""
    with s_server.run(folder, lab.papers, demand="optional", crl=lab.crl) as running:
        answer = lab.probe(running.port, "--no-http")
    assert (answer["status"], answer["ok"], answer["result"]["conclusion"]) == (2, False, "unknown")
    assert codes(answer)[0] == "probe-application-not-asked"
    assert "clients without a certificate" in answer["findings"][0]["message"]
    assert outcomes(answer, "no-certificate") == {"tls-only"}


def test_a_listener_that_never_asks_and_speaks_no_http(lab: Lab, folder: Path) -> None:
    with stunnel.run(folder, lab.papers, demand="none") as running:
        answer = lab.probe(running.port)
    assert answer["status"] == 1
    assert codes(answer)[0] == "probe-never-asks"


@pytest.mark.parametrize(("spoken", "other"), [("1.2", "1.3"), ("1.3", "1.2")])
def test_a_version_that_is_not_spoken_is_said(lab: Lab, folder: Path, spoken: str, other: str) -> None:
    with nginx.run(folder, lab.papers, version=spoken, crl=lab.crl) as running:
        answer = lab.probe(running.port, "--http", "/")
        text = lab.run("probe", f"localhost:{running.port}", "--identity", "alice", "--http", "/").stdout
    assert answer["status"] == 0
    assert [v["version"] for v in answer["result"]["versions"] if v["spoken"]] == [spoken]
    assert {t["version"] for t in answer["result"]["trials"]} == {spoken, ""}
    assert f"TLS {other}     not spoken: alert 70 protocol_version" in text


def test_the_limits_choose_the_versions(lab: Lab, folder: Path) -> None:
    with nginx.run(folder, lab.papers) as running:
        answer = lab.probe(running.port, "--http", "/", "--tls-max", "1.2")
        assert [v["version"] for v in answer["result"]["versions"]] == ["1.2"]
        wrong = lab.probe(running.port, "--tls-max", "1.1")
    assert (wrong["status"], wrong["error"]["code"]) == (2, "usage")


def test_without_a_good_certificate_nothing_is_proved(lab: Lab, folder: Path) -> None:
    with nginx.run(folder, lab.papers, crl=lab.crl) as running:
        answer = lab.probe(running.port, "--http", "/", good=False)
    assert (answer["status"], codes(answer)[0]) == (2, "probe-no-good")
    assert outcomes(answer, "self-signed") == {"refused-by-app"}
    stolen = next(t for t in answer["result"]["trials"] if t["offer"] == "stolen")
    assert (stolen["outcome"], stolen["why"]) == ("not-tried", "needs the good certificate: --identity FOLDER")


def test_without_a_good_certificate_an_intruder_is_one_all_the_same(lab: Lab, folder: Path) -> None:
    with nginx.run(folder, lab.papers, demand="optional") as running:
        answer = lab.probe(running.port, "--http", "/", good=False)
    assert (answer["status"], let_in(answer)) == (1, {"no-certificate"})
    assert codes(answer)[:2] == ["probe-no-cert-accepted", "probe-no-good"]


def test_a_good_certificate_that_is_refused(lab: Lab, folder: Path) -> None:
    """A server that refuses everybody proves nothing."""
    with nginx.run(folder, lab.papers, crl=lab.crl) as running:
        words = ("probe", f"localhost:{running.port}", "--identity", "bob", "--http", "/", "--json")
        answer = lab.run(*words)
    assert answer.exit_code == 2
    assert codes(answer.json)[0] == "probe-good-refused"
    assert answer.json["result"]["conclusion"] == "unknown"


def test_an_error_page_is_no_refusal_and_not_found_is_an_answer(lab: Lab, folder: Path) -> None:
    """The good one is answered 404: who gets the same is in; who gets 400 is not."""
    more = "location /none { return 404; } location /broken { return 500; }"
    with nginx.run(folder, lab.papers, demand="optional", more=more) as running:
        found = lab.probe(running.port, "--http", "/none")
        assert let_in(found) == {"no-certificate"}
        broken = lab.probe(running.port, "--http", "/broken")
        assert let_in(broken) == {"no-certificate"}, "the good one gets the same error: it is through as well"
    rule = 'if ($ssl_client_verify != "SUCCESS") { return 500; }'
    with nginx.run(folder, lab.papers, demand="optional", more=rule) as running:
        unclear = lab.probe(running.port, "--http", "/")
    assert (unclear["status"], codes(unclear)[0]) == (2, "probe-no-answer")


def test_an_application_that_sends_strangers_elsewhere(lab: Lab, folder: Path) -> None:
    rule = 'if ($ssl_client_verify != "SUCCESS") { return 302 /login; }'
    with nginx.run(folder, lab.papers, demand="optional", more=rule, crl=lab.crl) as running:
        answer = lab.probe(running.port, "--http", "/")
    assert (answer["status"], outcomes(answer, "no-certificate")) == (0, {"refused-by-app"})
    assert outcomes(answer, "resumed-no-certificate") == {"refused-by-app"}


def test_what_the_ca_signs_is_recorded_and_revoked_and_has_no_key_on_the_disk(lab: Lab, folder: Path) -> None:
    before = set(lab.folder.rglob("*"))
    with nginx.run(folder, lab.papers, crl=lab.crl) as running:
        answer = lab.probe(running.port, "--http", "/", "--sign-with", "dev")
    assert {p for p in set(lab.folder.rglob("*")) - before if "ledger" not in p.name} == set()
    with sqlite3.connect(lab.folder / "cas/dev/ledger.db") as db:
        query = "SELECT serial, state, reason, julianday(not_after) - julianday(not_before) FROM certificates"
        rows = db.execute(f"{query} WHERE identity = 'mtlsctl-probe'").fetchall()
    db.close()
    shown = {t["certificate"]["serial_hex"] for t in answer["result"]["trials"] if t["offer"] in SIGNED}
    assert len(shown) == 3
    assert shown <= {serial for serial, *_ in rows}
    assert {(state, reason) for _, state, reason, _ in rows} == {("revoked", "cessationOfOperation")}
    assert all(days < 0.05 for *_, days in rows)


def test_the_impostors_look_like_the_good_one(lab: Lab, folder: Path) -> None:
    with nginx.run(folder, lab.papers) as running:
        answer = lab.probe(running.port, "--http", "/", "--sign-with", "dev")
    trials = {t["offer"]: t["certificate"] for t in answer["result"]["trials"] if t["certificate"]}
    good = trials["good"]
    for offer in WRONG:
        assert (trials[offer]["subject"], trials[offer]["names"]) == (good["subject"], good["names"]), offer
        assert trials[offer]["spki_sha256"] != good["spki_sha256"]
    assert trials["namesake-ca"]["issuer"] == good["issuer"]
    assert trials["leaf-as-ca"]["issuer"] == good["subject"]
    assert trials["stolen"]["sha256"] == good["sha256"]


@pytest.mark.parametrize("kind", ["p384", "rsa2048", "ed25519"])
def test_impostors_of_every_kind_of_key(lab: Lab, folder: Path, kind: str) -> None:
    assert lab.run("issue", "client", kind, "--key-type", kind, "--ca", "dev").exit_code == 0
    with s_server.run(folder, lab.papers, crl=lab.crl) as running:
        words = ("probe", f"localhost:{running.port}", "--identity", kind, "--sign-with", "dev", "--json")
        answer = lab.run(*words)
    assert answer.exit_code == 0, answer.stdout
    assert outcomes(answer.json, "stolen") == ({"not-tried"} if kind == "ed25519" else {"refused"})
    assert outcomes(answer.json, "expired") == {"refused"}


def test_a_key_that_the_server_takes_no_signatures_of_proves_nothing(lab: Lab, folder: Path) -> None:
    """The certificate stays at home: a refusal would be of no certificate."""
    assert lab.run("issue", "client", "ed", "--key-type", "ed25519", "--ca", "dev").exit_code == 0
    more = "ssl_conf_command SignatureAlgorithms ECDSA+SHA256:RSA-PSS+SHA256;"
    with nginx.run(folder, lab.papers, more=more) as running:
        answer = lab.probe(running.port, "--http", "/", "--expect-refused", "ed")
    assert outcomes(answer, "extra") == {"unclear"}
    assert (answer["status"], codes(answer)[0]) == (2, "probe-no-answer")


def test_certificates_of_the_callers_own(lab: Lab, folder: Path) -> None:
    with nginx.run(folder, lab.papers, crl=lab.crl) as running:
        words = ("--http", "/", "--expect-refused", "mallory", "--expect-refused", "bob")
        fine = lab.probe(running.port, *words)
        assert (fine["status"], outcomes(fine, "extra")) == (0, {"refused-by-app"})
        wrong = lab.probe(running.port, "--http", "/", "--expect-accepted", "mallory")
        assert (wrong["status"], codes(wrong)[0]) == (2, "probe-good-refused")
        accused = lab.probe(running.port, "--http", "/", "--expect-refused", "alice")
        assert (accused["status"], codes(accused)[0]) == (1, "probe-extra-accepted")
        empty = folder / "empty"
        empty.mkdir()
        none = lab.probe(running.port, "--expect-refused", empty)
        assert (none["status"], none["error"]["code"]) == (2, "not-found")


def test_a_revoked_one_from_files(lab: Lab, folder: Path) -> None:
    with nginx.run(folder, lab.papers) as running:
        files = ("--revoked-cert", "bob/fullchain.pem", "--revoked-key", "bob/key.pem")
        answer = lab.probe(running.port, "--http", "/", *files)
        alone = lab.probe(running.port, "--revoked-key", "bob/key.pem")
    assert (answer["status"], codes(answer)[0]) == (1, "probe-revoked-accepted")
    assert (alone["status"], alone["error"]["code"]) == (2, "usage")


def test_what_was_not_tried_is_said_with_what_to_type(lab: Lab, folder: Path) -> None:
    with nginx.run(folder, lab.papers, crl=lab.crl) as running:
        answer = lab.probe(running.port, "--http", "/")
    note = next(f for f in answer["findings"] if f["code"] == "probe-incomplete")
    assert note["verdict"] == "note"
    untried = "expired yesterday, valid from tomorrow, for servers only (EKU)"
    assert note["message"] == f"not tried, and so not proved: {untried}, revoked"
    assert note["hint"].splitlines() == [
        f"{untried}: --sign-with dev",
        "revoked: pass one with --revoked-cert FILE --revoked-key FILE",
    ]


def test_only_the_ca_of_the_good_one_signs(lab: Lab) -> None:
    answer = lab.probe(9, "--sign-with", "other")
    assert (answer["status"], answer["error"]["code"]) == (2, "usage")
    assert answer["error"]["message"] == "CA other did not sign the good certificate CN=alice"


def test_nobody_there_and_a_server_that_does_not_verify(lab: Lab, folder: Path) -> None:
    gone = lab.probe(9)
    assert (gone["status"], codes(gone)[0], gone["result"]["conclusion"]) == (2, "connection-refused", "unknown")
    assert gone["result"]["trials"] == []
    with nginx.run(folder, lab.papers) as running:
        ran = lab.run("probe", f"localhost:{running.port}", "--identity", "alice", "--ca", "other", "--json")
        assert ran.exit_code == 2
        assert codes(ran.json)[0] == "server-untrusted-root"
        assert ran.json["result"]["trials"] == [], "nothing is shown to a server that does not verify"
        named = lab.run(
            "probe", f"localhost:{running.port}", "--identity", "alice", "--ca", "other", "--insecure", "--http", "/"
        )
    assert named.exit_code == 0
    assert "[verify-disabled]" in named.stdout


def test_plain_http_is_no_proof(lab: Lab) -> None:
    def talk(connection: Any) -> None:
        connection.recv(4096)
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with plain_server(talk) as port:
        answer = lab.probe(port, "--tls-min", "1.3")
    assert (answer["status"], codes(answer)[0]) == (2, "plain-http-port")


@contextmanager
def own_server(lab: Lab, *words: Any) -> Iterator[int]:
    """`mtlsctl serve`, whose events are read away; gives its port."""
    with serving("--identity", lab.folder / "localhost", *words, env=lab.env) as server:
        assert server.process.stdout is not None
        reader = threading.Thread(target=server.process.stdout.read)
        reader.start()
        try:
            yield server.port
        finally:
            server.stop()
            reader.join(20)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("--require", "--crl", "dev"), set()),
        (("--require",), {"revoked"}),
        (("--request",), {"revoked", "no-certificate"}),
        (("--lenient",), EVERYTHING - {"stolen"}),
        (("--no-client-cert",), EVERYTHING),
    ],
)
def test_our_own_server(lab: Lab, words: tuple[str, ...], expected: set[str]) -> None:
    with own_server(lab, *words) as port:
        answer = lab.probe(port, "--http", "/", "--sign-with", "dev")
    assert (answer["status"], let_in(answer)) == (1 if expected else 0, expected), answer["findings"]


def test_the_table_fits_and_says_what_it_does_first(lab: Lab, folder: Path) -> None:
    with nginx.run(folder, lab.papers, demand="optional") as running:
        ran = lab.run("probe", f"localhost:{running.port}", "--identity", "alice", "--http", "/", "--sign-with", "dev")
    table = ran.stdout[: ran.stdout.index("fail ")].splitlines()
    assert max(map(len, table)) < 80
    assert all(line == line.rstrip() for line in table)
    assert "    no certificate                    GOT IN, HTTP 200    GOT IN, HTTP 200" in table
    assert "    self-signed                       refused, HTTP 400   refused, HTTP 400" in table
    assert (
        ran.stderr
        == f"probe: showing localhost:{running.port} certificates that it must refuse: its log will tell of them\n"
    )


@pytest.mark.parametrize(
    "words",
    [
        ("--http", "health"),
        ("--http", "/a b"),
        ("--http", "/", "--no-http"),
        ("--sign-with", "nobody"),
        ("--revoked-cert", "missing.pem"),
        ("--expect-refused", "missing"),
        ("--timeout", "0"),
    ],
)
def test_wrong_words(lab: Lab, words: tuple[str, ...]) -> None:
    ran = lab.run("probe", "localhost:9", "--identity", "alice", *words)
    assert ran.exit_code == 2
    assert ran.stderr.startswith("mtlsctl: ")
    assert ran.stdout == ""


@pytest.mark.parametrize(("demand", "expected"), [("required", set()), ("optional", {"no-certificate"})])
def test_postgresql_says_in_its_own_protocol_who_may_log_in(
    lab: Lab, folder: Path, demand: str, expected: set[str]
) -> None:
    """It completes the handshake with clients that have no certificate, and turns them away at the login."""
    with postgres.run(folder, lab.papers, demand=demand, crl=lab.crl) as running:
        answer = lab.probe(running.port, "--starttls", "postgres", "--sign-with", "dev")
        alone = lab.probe(running.port, "--starttls", "postgres", "--no-http")
    assert (answer["status"], let_in(answer)) == (1 if expected else 0, expected), answer["findings"]
    assert outcomes(answer, "no-certificate") == ({"accepted"} if expected else {"refused-by-app"})
    assert answer["result"]["login"] is True
    assert (alone["status"], codes(alone)[0]) == (2, "probe-application-not-asked")


def relay_of(port: int, limit: int, listener: socket.socket) -> None:
    """Pass connections on to a port, one after the other, and drop all after the first few."""
    for number in itertools.count():
        try:
            near, _ = listener.accept()
        except OSError:
            return
        with near:
            if number < limit:
                with socket.create_connection(("127.0.0.1", port)) as far:
                    pump(near, far)


def pump(near: socket.socket, far: socket.socket) -> None:
    """What one says to the other, until either ends."""
    with selectors.DefaultSelector() as selector, suppress(ConnectionError):
        for one, other in ((near, far), (far, near)):
            selector.register(one, selectors.EVENT_READ, other)
        while True:
            for key, _ in selector.select(20):
                assert isinstance(key.fileobj, socket.socket)
                if not (data := key.fileobj.recv(65536)):
                    return
                key.data.sendall(data)


def test_a_limit_on_connections_is_no_refusal(lab: Lab, folder: Path) -> None:
    """After some visits the way is shut: who does not come to the server is not refused by it."""
    with nginx.run(folder, lab.papers, demand="none") as running, socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=relay_of, args=(running.port, 2, listener))
        thread.start()
        answer = lab.probe(listener.getsockname()[1], "--http", "/")
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(20)
    assert answer["status"] == 2
    assert "probe-good-refused" in codes(answer)
    assert outcomes(answer, "self-signed") == {"unclear"}


def serve_without_session_id(lab: Lab, listener: socket.socket) -> None:
    """A server of OpenSSL that asks for certificates, and whose programmer never heard of the session id context."""
    context = SSL.Context(SSL.TLS_SERVER_METHOD)
    context.use_certificate_chain_file(str(lab.papers.cert))
    context.use_privatekey_file(str(lab.papers.key))
    context.load_verify_locations(str(lab.papers.client_ca))
    context.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, lambda *answer: bool(answer[-1]))
    while True:
        try:
            near, _ = listener.accept()
        except OSError:
            return
        with near, suppress(SSL.Error):
            connection = SSL.Connection(context, near)
            connection.set_accept_state()
            connection.do_handshake()
            connection.recv(1)


def test_a_server_that_refuses_those_who_come_back(lab: Lab) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve_without_session_id, args=(lab, listener))
        thread.start()
        answer = lab.probe(listener.getsockname()[1])
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(20)
    assert (answer["status"], let_in(answer)) == (0, set()), answer["findings"]
    assert outcomes(answer, "resumed") == {"refused"}
    warning = next(f for f in answer["findings"] if f["code"] == "resumption-refused")
    assert warning["verdict"] == "warn"
    assert "alert 80" in warning["message"]


@pytest.mark.parametrize("kind", ["p521", "rsa3072", "rsa-pss", "good"])
def test_good_certificates_that_others_issued(lab: Lab, pki: matrix_pki.Pki, folder: Path, kind: str) -> None:
    """Impostors are made of keys that we do not make ourselves, too; a key that cannot lie is not made to."""
    who = pki.clients[kind]
    with s_server.run(folder, pki.papers, crl=pki.crl) as running:
        words = ("--cert", who.cert, "--key", who.key, "--ca", pki.root, "--revoked-cert", pki.clients["revoked"].cert)
        ran = lab.run(
            "probe", f"localhost:{running.port}", *words, "--revoked-key", pki.clients["revoked"].key, "--json"
        )
    assert ran.exit_code == 0, ran.stdout
    assert outcomes(ran.json, "stolen") == ({"not-tried"} if kind == "rsa-pss" else {"refused"})
    assert outcomes(ran.json, "revoked") == {"refused"}

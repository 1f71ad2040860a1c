"""mtlsctl explain of pasted text: 500 real lines, who refused whom, and text that was made to hurt."""

import os
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import support
from hypothesis import given, settings
from hypothesis import strategies as st
from support import Result
from tls_lab import Lab, build, s_server

from mtlsctl.core import alerts, codes
from mtlsctl.core.said import bare, causes, numbers, row, search, verify_errors
from mtlsctl.core.said.match import Match, understand

Tool = Callable[..., Result]
TABLE = Path(__file__).parent / "explain_lines.txt"
LINES = [tuple(line.split("\t")) for line in TABLE.read_text().splitlines() if line and not line.startswith("# ")]


def first(text: str) -> Match:
    return understand(text).matches[0]


@pytest.mark.parametrize(("code", "by", "stack", "line"), LINES, ids=range(len(LINES)))
def test_a_real_line(code: str, by: str, stack: str, line: str) -> None:
    found = first(line)
    assert (found.codes[0], found.refused_by, found.stack) == (code, by, stack)


@pytest.mark.parametrize(
    "code", ["Python", "Go", "Java", "Node", "curl", "nginx", "rustls", "GnuTLS", "PostgreSQL", "Envoy"]
)
def test_the_table_has_the_stack(code: str) -> None:
    assert len(LINES) >= 250
    assert any(stack.startswith(code) for _, _, stack, _ in LINES)


@pytest.mark.parametrize(
    "dressed",
    [
        "\x1b[31m{}\x1b[0m",
        "2026-11-21T21:54:24.123Z {}",
        "Nov 21 21:54:24 web-1 app[812]: {}",
        "web-1  | {}",
        '{{"log":"{}","stream":"stderr"}}',
        "some words before it: {}",
        "   {}  ",
    ],
)
def test_what_loggers_put_around_a_line_changes_nothing(dressed: str) -> None:
    for line in ("remote error: tls: unknown certificate authority", "error:0A000086: certificate verify failed"):
        assert first(dressed.format(line)).codes == first(line).codes


def test_case_does_not_matter() -> None:
    for _, _, _, line in LINES[::25]:
        for other in (line.upper(), line.lower()):
            assert first(other).codes[0] == first(line).codes[0], other


@pytest.mark.parametrize("width", [40, 60, 80])
def test_lines_that_a_terminal_cut(width: int) -> None:
    line = 'Get "https://api.test:8443/": x509: certificate is valid for a.example, b.example, not api.test'
    wrapped = "\n".join(line[n : n + width] for n in range(0, len(line), width))
    assert first(wrapped).codes == ("server-name-mismatch",)
    text = "curl: (60) SSL certificate problem: unable to get local issuer certificate"
    at_words = text.replace("local issuer", "local\nissuer")
    assert first(at_words).codes[0] == "server-untrusted-root"
    assert len(understand(at_words).matches) == 1


def test_an_alert_that_is_received_is_the_other_ends() -> None:
    received = first("curl: (56) OpenSSL SSL_read: error:0A000418:SSL routines::tlsv1 alert unknown ca, errno 0")
    assert (received.side, received.refused_by, received.otherwise) == ("client", "server", ())
    assert received.codes[0] == "client-cert-untrusted"
    sent = first("* TLSv1.3 (OUT), TLS alert, unknown CA (560):")
    assert (sent.side, sent.refused_by, sent.codes[0]) == ("client", "client", "server-untrusted-root")


def test_a_text_of_either_log_has_both_readings() -> None:
    found = first("error:0A000418:SSL routines:ssl3_read_bytes:tlsv1 alert unknown ca:SSL alert number 48")
    (other,) = found.otherwise
    assert (found.side, found.refused_by, found.codes[0]) == ("client", "server", "client-cert-untrusted")
    assert (other.side, other.refused_by, other.codes[0]) == ("server", "client", "server-untrusted-root")
    assert found.confidence == "likely"


def test_nobody_sends_certificate_required_but_a_server() -> None:
    assert first("SSL alert number 116").otherwise == ()


def test_the_text_around_a_line_tells_its_side() -> None:
    server = "nginx: while SSL handshaking, client: 10.0.0.9\nSSL alert number 48"
    assert [m.refused_by for m in understand(f"{server}, while SSL handshaking, client: 10.0.0.9").matches] == [
        "client"
    ]
    log = (
        "AH02008: SSL library error 1 in handshake\n[ssl:info] SSL Library Error: error:0A000086 verify error:num=20:x"
    )
    assert understand(log).matches[0].refused_by == "server"


def test_the_alert_of_a_refusal_follows_from_it() -> None:
    text = "* TLSv1.3 (OUT), TLS alert, unknown CA (560):\n* SSL certificate problem: self-signed certificate\n"
    refusal, sent = understand(text).matches
    assert (refusal.codes, refusal.side, refusal.follows) == (("server-self-signed",), "client", False)
    assert (sent.refused_by, sent.follows) == ("client", True)


def test_an_output_shows_whose_it_is() -> None:
    alert = "error:0A000418:SSL routines:ssl3_read_bytes:tlsv1 alert unknown ca:SSL alert number 48"
    (found,) = understand(f"CONNECTED(00000003)\n---\nSSL handshake has read 2 bytes\n{alert}").matches
    assert (found.side, found.refused_by, found.otherwise) == ("client", "server", ())


def test_the_root_cause_comes_first() -> None:
    text = (
        "* TLSv1.3 (IN), TLS alert, certificate required (628):\n"
        "* OpenSSL SSL_read: OpenSSL/3.0.22: error:0A00045C:SSL routines::tlsv13 alert certificate required, errno 0\n"
        "curl: (55) getpeername() failed with errno 107: Transport endpoint is not connected\n"
    )
    matches = understand(text).matches
    assert [m.codes[0] for m in matches] == ["client-cert-required", "connection-reset"]
    assert [(m.times, m.follows) for m in matches] == [(2, False), (1, True)]
    backwards = understand("\n".join(reversed(text.splitlines()))).matches
    assert [m.codes for m in backwards] == [m.codes for m in matches]


def test_operands() -> None:
    go = first('Get "https://localhost:8443/": x509: certificate is valid for a.example, b.example, not localhost')
    assert go.operands == {"names": "a.example, b.example", "host": "localhost", "port": "8443"}
    apache = first(
        "AH02276: Certificate Verification: Error (20): unable to get local issuer certificate [subject: CN=mallory /"
        " issuer: CN=Other Root / serial: 6C / notbefore: Nov 20 21:49:34 2026 GMT / notafter: Dec 21"
        " 21:49:34 2026 GMT]"
    )
    assert (apache.operands["subject"], apache.operands["issuer"]) == ("CN=mallory", "CN=Other Root")
    assert apache.operands["not_after"] == "Dec 21 21:49:34 2026 GMT"
    old = first(
        "x509: certificate has expired or is not yet valid: current time 2026-11-21T21:51:26Z is after"
        " 2026-11-20T21:49:34Z"
    )
    assert (old.operands["now"], old.operands["not_after"]) == ("2026-11-21T21:51:26Z", "2026-11-20T21:49:34Z")


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("48", "client-cert-untrusted"),
        ("alert 48", "client-cert-untrusted"),
        ("Alert: 48", "client-cert-untrusted"),
        ("unknown_ca", "client-cert-untrusted"),
        ("unknown CA", "client-cert-untrusted"),
        ("UnknownCA", "client-cert-untrusted"),
        ("SSL alert number 116", "client-cert-required"),
        ("certificate_required", "client-cert-required"),
        ("bad_certificate", "client-cert-untrusted"),
        ("error 20", "server-untrusted-root"),
        ("20", "server-untrusted-root"),
        ("verify error:num=20", "server-untrusted-root"),
        ("X509_V_ERR_CERT_HAS_EXPIRED", "server-cert-expired"),
        ("CERT_HAS_EXPIRED", "server-cert-expired"),
        ("curl: (60)", "server-name-mismatch"),
        ("curl 35", "plain-http-port"),
        ("curl: (98)", "client-cert-required"),
        ("exit 58", "client-file-invalid"),
    ],
)
def test_bare_numbers_and_names(typed: str, code: str) -> None:
    assert first(typed).codes[0] == code


def test_a_bare_number_is_all_that_it_may_be() -> None:
    matches = understand("60").matches
    assert {m.line for m in matches} == {"60 (alert 60 export_restriction)", "60 (curl: (60))"}
    assert first("20").line == "20 (unable to get local issuer certificate)"


def test_forty_two_has_six_causes() -> None:
    assert len(first("alert 42").codes) == 6


@pytest.mark.parametrize(
    "said",
    [
        "",
        "hello world",
        "the quick brown fox",
        "404 Not Found",
        "Segmentation fault (core dumped)",
        "200",
        "curl: (0)",
        "SSL alert number 200",
        "connected, TLSv1.3, TLS_AES_256_GCM_SHA384",
        "took 403.7 ms",
        "a certificate was renewed",
        "GET /health: processing http request",
        'Get "htp://x": unsupported protocol scheme "htp"',
        "java.net.MalformedURLException: unknown protocol: htp",
        "callback failed",
        'level=info msg="server listening" tls=true cert=/etc/tls/cert.pem',
        "Server certificate: subject: CN=localhost",
        "AH01964: Connection to child 0 established (server localhost:443)",
    ],
)
def test_what_is_not_known_is_not_guessed(said: str) -> None:
    assert understand(said).matches == ()


# The tables themselves.


def test_every_code_in_the_tables_is_in_the_catalogue() -> None:
    told = {code for cause in causes.CAUSES.values() for code in (*cause.server, *cause.client)}
    told |= {code for heard in causes.ALERTS.values() for code in (*heard.client, *heard.server)}
    for one in search.ROWS:
        if isinstance(one.means, row.Says):
            told |= set(one.means.codes)
            assert one.means.by in ("client", "server", "app", "network", "local", "nobody"), one
        if isinstance(one.means, row.Refuses):
            assert one.means.cause in causes.CAUSES, one
        assert one.source.startswith(("measured: ", "documented: ")), one
    assert told <= set(codes.CODES)
    assert set(causes.ALERTS) <= set(alerts.ALERTS)


@pytest.mark.parametrize("one", search.ROWS, ids=lambda one: one.text)
def test_every_row_finds_its_own_text(one: row.Row) -> None:
    """A text with its holes filled is found, and by no other row that means something else."""
    text = re.sub(r"\{number\}", "443", one.text)
    text = re.sub(r"\{host\}", "api.test", re.sub(r"\{file\}", "/etc/tls/x.pem", text))
    text = re.sub(r"\{\w+\}", "something", text)
    found = search.best(text)
    assert found
    assert (found.row.means == one.means) or len(found.row.text) >= len(one.text) or one.weak, found.row


def test_no_row_stands_twice() -> None:
    texts = [row.flat(one.text) for one in search.ROWS]
    assert {text for text in texts if texts.count(text) > 1} == set()


def test_verify_errors_are_openssls() -> None:
    """Each number's text is the one of the OpenSSL that runs here, or of another version."""
    import ctypes
    import ctypes.util

    crypto = ctypes.CDLL(ctypes.util.find_library("crypto"))
    crypto.X509_verify_cert_error_string.restype = ctypes.c_char_p
    for number, error in verify_errors.VERIFY_ERRORS.items():
        said = crypto.X509_verify_cert_error_string(number).decode()
        assert any(said.lower().startswith(text.lower()) for text in error.texts), (number, said)


@pytest.mark.parametrize(
    ("code", "number"),
    [
        (0x0A000418, 48),
        (0x14094418, 48),
        (0x10000418, 48),
        (268436498, 42),
        (0x0A00045C, 116),
        (0x1409445C, 116),
        (0x0A000086, 0),
        (0x14090086, 0),
        (0x05800074, 0),
        (0, 0),
        (0xFFFFFFFF, 0),
    ],
)
def test_packed_error_codes(code: int, number: int) -> None:
    assert numbers.packed_alert(code) == number


# Text that was made to hurt. No clock is asked: what is not linear does not end within the suite's patience.


@pytest.mark.parametrize(
    "piece",
    [
        "a",
        ":",
        "\x1b[",
        "\x1b",
        "2026-01-01 10:00:00 ",
        "[1] ",
        "remote error: tls: ",
        "certificate is valid for ",
        "error:",
        "error:0A000418",
        "host='",
        "[subject: ",
        "\n",
        "1",
        "(",
        "curl: (",
        "{",
        "_",
        " ",
        "\x00",
        "é",
        "\u202e",
        "PKIX path building failed: ",
        'certificate signed by unknown authority (possibly because of "x509: ',
        "web-1 | ",
        "Hostname mismatch, certificate is not valid for '",
        "verify error:num=",
        "SSL alert number ",
        "CN=",
        "-",
        "\r",
    ],
)
def test_hostile_text_is_read_in_linear_time(piece: str) -> None:
    understand((piece * 200_000)[:200_000])
    understand((piece + "\n") * 20_000)


@given(st.text(max_size=400) | st.binary(max_size=400).map(lambda data: data.decode("latin-1")))
def test_any_text_is_understood_or_not(text: str) -> None:
    for found in understand(text).matches:
        assert found.codes == tuple(dict.fromkeys(found.codes))
        assert len(found.line) <= 3 * 4000


@settings(max_examples=300)
@given(st.data())
def test_mutated_lines_are_understood_or_not(data: st.DataObject) -> None:
    line = list(data.draw(st.sampled_from(LINES))[3])
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, max(0, len(line) - 1)))
        line[at : at + data.draw(st.integers(0, 3))] = data.draw(st.text(max_size=3))
    for found in understand("".join(line)).matches:
        assert set(found.codes) <= set(codes.CODES)


@given(st.text(max_size=70))
def test_bare_text_never_raises(text: str) -> None:
    bare.rows(text)


def test_a_long_log_is_read_from_its_end() -> None:
    said = understand("x" * 3_000_000 + "\nSSL alert number 116\n")
    assert said.skipped > 0
    assert said.matches[0].codes[0] == "client-cert-required"
    many = "".join(
        f"2026/01/05 10:00:00 [info] 7#7: *{n} client sent no required SSL certificate\n" for n in range(2000)
    )
    (one,) = understand(many).matches
    assert (one.times, one.number) == (2000, 1)


# The command.


def test_the_command(mtlsctl: Tool) -> None:
    r = mtlsctl("explain", "x509: certificate is valid for a.test, not b.test")
    assert (r.exit_code, r.stderr) == (0, "")
    assert "the client refuses the server's certificate" in r.stdout
    assert "[server-name-mismatch]" in r.stdout
    assert "mtlsctl handshake b.test" in r.stdout
    assert max(map(len, r.stdout.splitlines())) <= 90


def test_words_without_quotes(mtlsctl: Tool) -> None:
    assert "[client-cert-untrusted]" in mtlsctl("explain", "tlsv1", "alert", "unknown", "ca").stdout


def test_from_a_pipe_as_json(mtlsctl: Tool) -> None:
    r = mtlsctl("explain", "-", "--json", stdin="noise\ncurl: (60) SSL certificate problem: certificate has expired\n")
    assert r.exit_code == 0
    (found,) = r.json["result"]["matches"]
    assert list(found) == list(Match._fields)
    assert (found["stack"], found["side"], found["refused_by"], found["number"]) == ("curl", "client", "client", 2)
    assert found["codes"][0] == "server-cert-expired"
    assert [entry["code"] for entry in r.json["result"]["codes"]] == found["codes"]
    assert (r.json["result"]["lines"], r.json["result"]["skipped"]) == (2, 0)


def test_utf16_as_powershell_pipes_it(mtlsctl: Tool) -> None:
    r = mtlsctl("explain", "-", stdin="curl: (60) SSL certificate problem: certificate has expired".encode("utf-16"))
    assert "[server-cert-expired]" in r.stdout


def test_codes_among_words_are_codes(mtlsctl: Tool) -> None:
    r = mtlsctl("explain", "server-cn-only", "[client-cert-expired]", "--json")
    assert [entry["code"] for entry in r.json["result"]["codes"]] == ["server-cn-only", "client-cert-expired"]
    assert r.json["result"]["matches"] == []


def test_our_own_findings_can_be_pasted(mtlsctl: Tool) -> None:
    r = mtlsctl("explain", "fail CN=alice: server needs serverAuth  [server-wrong-eku]", "--json")
    assert r.json["result"]["matches"][0]["codes"] == ["server-wrong-eku"]
    assert r.json["result"]["matches"][0]["confidence"] == "certain"


@pytest.mark.parametrize(
    ("words", "stdin", "says"),
    [
        (["it does not work"], "", "mtlsctl handshake HOST:PORT"),
        (["-"], "", "the text is empty"),
        (["-"], "all is well\n", "mtlsctl handshake HOST:PORT"),
        ([""], "", "an empty word"),
    ],
)
def test_unknown_text_is_said_to_be_unknown(mtlsctl: Tool, words: list[str], stdin: str, says: str) -> None:
    r = mtlsctl("explain", *words, stdin=stdin)
    assert (r.exit_code, r.stdout) == (2, "")
    assert says in r.stderr
    assert "hint: " in r.stderr


def test_a_log_that_holds_terminal_codes_and_keys_is_shown_without_them(mtlsctl: Tool) -> None:
    secret = "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg"
    text = f"-----BEGIN PRIVATE KEY-----\n{secret}\n-----END PRIVATE KEY-----\n\x1b]0;x\x07SSL alert number 48\x1b[2J\n"
    r = mtlsctl("explain", "-", stdin=text)
    assert r.exit_code == 0
    assert secret not in r.stdout
    assert "\x1b" not in r.stdout


@pytest.mark.parametrize("glue", ["\n", "\\n", " "])
def test_a_key_that_is_piped_in_by_mistake_is_not_repeated(mtlsctl: Tool, lab: Lab, glue: str) -> None:
    pem = lab.key("alice").read_text()
    secret = pem.splitlines()[1]
    for text in (pem, f"SSL alert number 48 key={pem}", f"SSL alert{glue}number 48{glue}{pem}"):
        for words, stdin in ((["-"], text.replace("\n", glue)), ([text.replace("\n", glue)], "")):
            r = mtlsctl("explain", "--json", "--", *words, stdin=stdin)
            assert secret not in r.stdout + r.stderr


# The programs that are here say these things themselves.


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    return build(tmp_path_factory.mktemp("lab"))


def said_by(*words: object) -> str:
    done = subprocess.run(
        [str(word) for word in words],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
    )
    return done.stdout + done.stderr


SERVERS = {
    "server-expired": "server-cert-expired",
    "server-future": "server-cert-not-yet-valid",
    "server-other-name": "server-name-mismatch",
    "server-wrong-eku": "server-wrong-eku",
    "server-self-signed": "server-self-signed",
}


@pytest.mark.parametrize("name", SERVERS)
def test_what_clients_here_say_of_a_bad_server(lab: Lab, name: str) -> None:
    with s_server(lab, name, "-www") as port:
        for words in clients(lab, port):
            said = said_by(*words)
            found = understand(said).matches
            assert found, said
            assert (found[0].codes[0], found[0].refused_by) == (SERVERS[name], "client"), said


def clients(lab: Lab, port: int) -> Iterator[tuple[object, ...]]:
    """The same request by OpenSSL, curl, Python."""
    ca = lab.cert("root")
    yield (
        "openssl",
        "s_client",
        "-connect",
        f"127.0.0.1:{port}",
        "-CAfile",
        ca,
        "-verify_hostname",
        "localhost",
        "-verify_return_error",
    )
    yield (
        "curl",
        "-sS",
        "--max-time",
        "20",
        "--cacert",
        ca,
        "--resolve",
        f"localhost:{port}:127.0.0.1",
        f"https://localhost:{port}/",
    )
    program = (
        "import ssl,socket,sys;c=ssl.create_default_context(cafile=sys.argv[1]);"
        "c.wrap_socket(socket.create_connection(('127.0.0.1',int(sys.argv[2])),20),server_hostname='localhost')"
    )
    yield support.TOOL.with_name("python"), "-c", program, ca, port


CLIENTS = {
    "none": "client-cert-required",
    "stranger": "client-cert-untrusted",
    "expired": "client-cert-expired",
    "wrong-eku": "client-cert-wrong-eku",
}


@pytest.mark.parametrize("name", CLIENTS)
@pytest.mark.parametrize("version", ["1.2", "1.3"])
def test_what_curl_here_says_when_the_server_refuses(lab: Lab, name: str, version: str) -> None:
    demand = ("-CAfile", str(lab.cert("root")), "-Verify", "3", "-verify_return_error", "-www")
    with s_server(lab, "server", *demand) as port:
        own = lab.pair(name) if name != "none" else ()
        tls = ("--tlsv" + version, "--tls-max", version, "--cacert", lab.cert("root"), *own)
        host = ("--resolve", f"localhost:{port}:127.0.0.1", f"https://localhost:{port}/")
        said = said_by("curl", "-sSv", "--max-time", "20", *tls, *host)
        found = understand(said).matches
        assert found, said
        assert (found[0].codes[0], found[0].refused_by) == (CLIENTS[name], "server"), said

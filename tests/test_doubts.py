"""Causes that one connection cannot tell apart, and the extra probes that do: real servers on loopback."""

import contextlib
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import matrix
import pytest
import tls_lab
from tls_lab import Lab

from mtlsctl.cli.text import handshake as text
from mtlsctl.core.doubts import Variation

MUTUAL = ("-Verify", "3", "-verify_return_error")


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    return tls_lab.build(tmp_path_factory.mktemp("lab"))


def ask(lab: Lab, port: int, *options: Any, host: str = "localhost") -> Any:
    return matrix.ask(f"{host}:{port}", "--ca", lab.cert("root"), *options)


def said(answer: Any) -> tuple[str, str, list[str]]:
    """The root cause, how sure it is, and what was tried."""
    result = answer["result"]
    tried = [probe["variation"] for probe in result["extra_probes"]]
    assert len(tried) <= 4
    return answer["findings"][0]["code"], result["confidence"], tried


OLD = "-cipher", "ALL:@SECLEVEL=0"


@pytest.mark.parametrize(
    ("server", "ours", "expected"),
    [
        (("-tls1", *OLD), (), ("protocol-version", "certain", ["every-version"])),
        (("-tls1_1", *OLD), (), ("protocol-version", "certain", ["every-version"])),
        (("-tls1_3",), ("--tls-max", "1.2"), ("protocol-version", "certain", ["every-version"])),
        (("-tls1_2",), ("--tls-min", "1.3"), ("protocol-version", "certain", ["every-version"])),
        (("-tls1_2", "-curves", "brainpoolP256r1"), (), ("no-shared-group", "certain", ["wide"])),
        (("-tls1_3", "-curves", "P-521"), ("--groups", "P-256"), ("no-shared-group", "certain", ["wide"])),
        (
            ("-tls1_2", "-cipher", "ARIA256-GCM-SHA384:ECDHE-ECDSA-AES256-CCM8"),
            (),
            ("no-shared-cipher", "certain", ["wide"]),
        ),
        (
            ("-tls1_2", "-cipher", "ECDHE-ECDSA-AES256-GCM-SHA384"),
            ("--ciphers", "ECDHE-ECDSA-AES128-GCM-SHA256"),
            ("no-shared-cipher", "certain", ["wide"]),
        ),
        (("-tls1_2",), ("--ciphers", "ECDHE-RSA-AES128-GCM-SHA256"), ("no-shared-cipher", "certain", ["wide"])),
        (("-tls1_3",), ("--sigalgs", "rsa_pss_rsae_sha256"), ("no-shared-sigalg", "certain", ["wide"])),
        (("-tls1_3", "-ciphersuites", "TLS_AES_128_CCM_SHA256"), (), ("no-shared-cipher", "certain", ["wide"])),
    ],
)
def test_what_the_two_have_not_in_common(
    lab: Lab, server: tuple[str, ...], ours: tuple[str, ...], expected: tuple[str, str, list[str]]
) -> None:
    with tls_lab.s_server(lab, "server", *server) as port:
        answer = ask(lab, port, *ours)
        alone = ask(lab, port, *ours, "--no-extra-probes")
    assert said(answer) == expected, answer["findings"]
    assert answer["result"]["refused_by"] == "server"
    assert answer["exit"] == 1
    assert alone["result"]["extra_probes"] == []
    assert alone["exit"] == 1


def test_a_server_that_never_confirms(lab: Lab) -> None:
    with tls_lab.s_server(lab, "server", *MUTUAL, "-num_tickets", "0", "-CAfile", str(lab.cert("root"))) as port:
        good = ask(lab, port, *lab.pair("alice"))
        bad = ask(lab, port, *lab.pair("expired"))
    assert said(good) == ("ok", "likely", [])  # TLS 1.2 would show our certificate in the clear
    assert said(bad) == ("client-cert-expired", "certain", [])


@contextlib.contextmanager
def door(answer: Callable[[socket.socket], None]) -> Iterator[int]:
    """A listener that meets each client with a function; gives its port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def run() -> None:
            with contextlib.suppress(OSError):
                while True:
                    client, _ = listener.accept()
                    threading.Thread(target=_meet, args=(client, answer), daemon=True).start()

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        yield int(listener.getsockname()[1])
        listener.shutdown(socket.SHUT_RDWR)
    thread.join(5)


def _meet(client: socket.socket, answer: Callable[[socket.socket], None]) -> None:
    with client, contextlib.suppress(OSError):
        client.settimeout(20)
        answer(client)


def relay(port: int, admit: Callable[[bytes], bytes | None]) -> Callable[[socket.socket], None]:
    """A man in the middle: what admit makes of the first bytes goes to port; None ends the connection."""

    def answer(client: socket.socket) -> None:
        first = admit(client.recv(65536))
        if first is None:
            return
        with socket.create_connection(("127.0.0.1", port), 20) as server:
            server.sendall(first)
            back = threading.Thread(target=_pump, args=(server, client), daemon=True)
            back.start()
            _pump(client, server)
            back.join(20)

    return answer


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)


def test_a_large_hello_that_is_dropped_on_the_way(lab: Lab) -> None:
    with tls_lab.s_server(lab, "server") as port, door(relay(port, lambda b: b if len(b) < 600 else None)) as way:
        answer = ask(lab, way)
    assert said(answer) == ("client-hello-too-large", "likely", ["classic-group", "same-hello"])
    assert answer["findings"][0]["whose"] == "network"


def test_a_large_hello_that_is_swallowed_costs_no_more_than_the_wait(lab: Lab) -> None:
    def swallowed(client: socket.socket) -> None:
        first = client.recv(65536, socket.MSG_PEEK)
        if len(first) >= 600:
            client.recv(65536)
            client.recv(1)
        else:
            relay(port, lambda b: b)(client)

    with tls_lab.s_server(lab, "server") as port, door(swallowed) as way:
        answer = ask(lab, way, "--timeout", "2")
    assert said(answer) == ("client-hello-too-large", "likely", ["classic-group", "same-hello"])


def test_a_server_that_is_slow_to_wake_has_not_lost_our_hello(lab: Lab) -> None:
    met: list[socket.socket] = []
    awake = threading.Event()

    def sleepy(client: socket.socket) -> None:
        met.append(client)
        if (place := len(met)) == 1:
            awake.wait(tls_lab.PATIENCE)
        relay(port, lambda b: b)(client)
        if place == 3:  # both probes were answered; s_server takes one connection after the other
            awake.set()

    with tls_lab.s_server(lab, "server") as port, door(sleepy) as way:
        answer = ask(lab, way, "--timeout", "5")
    assert said(answer) == ("ok", "certain", ["classic-group", "same-hello"])


def test_a_server_behind_a_load_balancer_wants_its_header(lab: Lab) -> None:
    def admit(first: bytes) -> bytes | None:
        header, _, rest = first.partition(b"\r\n")
        return rest if header.startswith(b"PROXY TCP4 ") else None

    with tls_lab.s_server(lab, "server") as port, door(relay(port, admit)) as way:
        answer = ask(lab, way, host="127.0.0.1")
    assert said(answer) == ("proxy-header-missing", "certain", ["classic-group", "every-version", "proxy-header"])


def test_a_name_that_is_not_served_and_an_end_without_a_word(lab: Lab) -> None:
    def admit(first: bytes) -> bytes | None:
        return None if b"localhost" in first else first

    with tls_lab.s_server(lab, "server") as port, door(relay(port, admit)) as way:
        answer = ask(lab, way)
    assert said(answer) == ("sni-unrecognized", "likely", ["classic-group", "no-server-name"])


def test_a_server_that_closes_whatever_is_said(lab: Lab) -> None:
    with door(lambda client: (client.recv(65536), None)[1]) as port:
        answer = ask(lab, port)
    assert said(answer) == ("connection-closed", "unknown", ["classic-group", "no-server-name", "proxy-header"])


def test_a_server_that_hangs_up_on_a_version(lab: Lab) -> None:
    def admit(first: bytes) -> bytes | None:
        return first if b"\x03\x04\x03\x03" in first else None  # supported_versions: TLS 1.3, TLS 1.2

    with tls_lab.s_server(lab, "server", "-tls1_2") as port, door(relay(port, admit)) as way:
        answer = ask(lab, way, "--tls-min", "1.3")
    assert said(answer) == ("protocol-version", "likely", ["every-version"])


def test_silence(lab: Lab, tmp_path: Path) -> None:
    with door(lambda client: (client.recv(65536), client.recv(1), None)[2]) as port:
        answer = ask(lab, port, "--timeout", "1")
    assert said(answer) == ("handshake-stalled", "likely", ["classic-group"])
    assert answer["exit"] == 2


def test_an_extra_probe_is_told_in_words(lab: Lab, mtlsctl: Callable[..., Any]) -> None:
    """Each variation has its words: text is drawn by another hand than the JSON that the other tests read."""
    assert set(text._VARIED) == set(Variation)
    with tls_lab.serving(*lab.pair("server"), "--no-client-cert") as server:
        words = (f"localhost:{server.port}", "--ca", lab.cert("root"), "--starttls", "smtp", "--timeout", "2")
        told = mtlsctl("handshake", *words)
    assert told.exit_code == 1
    assert re.search(r"asked again +with TLS from the first byte: (accepted|answered), TLS 1\.3", told.stdout)
    assert "[starttls-on-implicit-tls]" in told.stdout


@pytest.mark.parametrize("version", ["1.2", "1.3"])
@pytest.mark.parametrize(("client", "expected"), [("", "client-cert-required"), ("alice", "client-cert-refused")])
def test_who_asks_and_closes_before_a_word_has_let_nobody_in(
    lab: Lab, version: str, client: str, expected: str
) -> None:
    """nginx's stream module and socat: the handshake is complete, then come a close_notify and the end."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(lab.cert("server"), lab.key("server"))
    context.load_verify_locations(lab.cert("root"))
    context.verify_mode = ssl.CERT_OPTIONAL

    def part(client: socket.socket) -> None:
        with contextlib.suppress(ssl.SSLError), context.wrap_socket(client, server_side=True) as inside:
            inside.unwrap()

    with door(part) as port:
        answers = [ask(lab, port, *(lab.pair(client) if client else ()), "--tls-max", version) for _ in range(5)]
    for answer in answers:
        assert (answer["exit"], answer["result"]["refused_by"]) == (1, "server"), answer["findings"]
    assert {said(answer)[0] for answer in answers} == {expected}


def test_last_words_that_are_a_no(lab: Lab) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(lab.cert("server"), lab.key("server"))
    context.load_verify_locations(lab.cert("root"))
    context.verify_mode = ssl.CERT_OPTIONAL

    def judge(client: socket.socket) -> None:
        with contextlib.suppress(ssl.SSLError), context.wrap_socket(client, server_side=True) as inside:
            inside.sendall(b"ERR unauthorized: CERT_HAS_EXPIRED\n")
            time.sleep(0.02)

    with door(judge) as port:
        alice, nobody = ask(lab, port, *lab.pair("alice")), ask(lab, port)
    assert (said(alice)[:2], alice["result"]["refused_by"]) == (("client-cert-expired", "likely"), "app")
    assert "ERR unauthorized" in alice["findings"][0]["message"]
    assert (said(nobody)[:2], nobody["exit"]) == (("client-cert-required", "likely"), 1)


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_a_server_that_wants_no_proxy_header(lab: Lab, version: str) -> None:
    with tls_lab.s_server(lab, "server") as port:
        answer = ask(lab, port, "--send-proxy", version)
        alone = ask(lab, port, "--send-proxy", version, "--no-extra-probes")
    assert said(answer) == ("proxy-header-unexpected", "certain", ["no-proxy-header"])
    assert answer["findings"][0]["whose"] == "ours"
    assert alone["result"]["confidence"] != "certain", alone["findings"]


@pytest.mark.parametrize("ours", [(), ("--tls-min", "1.3")])
def test_a_group_of_tls12_alone_in_a_server_of_tls13_alone(lab: Lab, ours: tuple[str, ...]) -> None:
    with tls_lab.s_server(lab, "server", "-tls1_3", "-curves", "brainpoolP256r1") as port:
        answer = ask(lab, port, *ours)
    assert said(answer)[:2] == ("no-shared-group", "likely")
    assert said(answer)[2][-1] == "wide-tls-1.2"
    assert "sni-unrecognized" in [finding["code"] for finding in answer["findings"]]
    assert answer["findings"][0]["message"].startswith(f"localhost:{port} refused our hello with alert 40")


def test_a_group_of_tls12_alone_in_a_server_of_both(lab: Lab) -> None:
    """Where the client speaks TLS 1.3, OpenSSL does not go back to TLS 1.2, which has the group."""
    with tls_lab.s_server(lab, "server", "-curves", "brainpoolP256r1") as port:
        answer, newest = ask(lab, port), ask(lab, port, "--tls-min", "1.3")
    assert (said(answer)[:2], said(newest)[:2]) == (("no-shared-group", "certain"),) * 2
    assert "chose the group brainpoolP256r1 when everything was offered" in answer["findings"][0]["message"]


def test_a_server_whose_stapling_fails(lab: Lab) -> None:
    with tls_lab.s_server(lab, "server", "-status_file", "/nonexistent") as port:
        asked, other = ask(lab, port, "--staple"), ask(lab, port)
        alone = ask(lab, port, "--staple", "--no-extra-probes")
        often = ask(lab, port, "--staple", "--repeat", "3")
    assert said(asked) == ("staple-failed", "certain", ["no-staple"])
    assert (said(alone)[1], alone["findings"][1]["code"]) == ("unknown", "staple-failed")
    # It is asked again once only, and what came of that counts for the runs that went alike.
    assert [run["outcome"] for run in often["result"]["runs"]] == ["staple-failed"] * 3
    assert [finding["code"] for finding in often["findings"]] == ["staple-failed"]
    assert asked["findings"][0]["message"].startswith(f"localhost:{port} refused our hello with alert 80")
    assert said(other) == ("ok", "certain", [])


@pytest.mark.parametrize("version", ["1.2", "1.3"])
def test_the_clock_of_a_web_server_that_calls_us_bad(lab: Lab, version: str) -> None:
    """It finds us not yet valid, and its answer to plain HTTP is dated long before our certificate."""
    page = b"HTTP/1.1 400 Bad Request\r\nDate: Sun, 03 Jan 2021 10:00:00 GMT\r\n\r\nTLS, please"
    in_2021 = "-attime", "1609668000", "-CAfile", str(lab.cert("root"))

    def web(client: socket.socket) -> None:
        if client.recv(1, socket.MSG_PEEK) == b"\x16":
            return relay(port, lambda first: first)(client)
        client.recv(65536)
        return client.sendall(page)

    with tls_lab.s_server(lab, "server", *MUTUAL, *in_2021) as port, door(web) as way:
        answer = ask(lab, way, *lab.pair("alice"), "--tls-max", version)
        elsewhere = ask(lab, port, *lab.pair("alice"), "--tls-max", version)
    assert said(answer) == ("clock-skew", "likely", ["plain-http"])
    assert "the server's clock says 2021-01-03 10:00 UTC" in answer["findings"][0]["message"]
    assert [alert["number"] for alert in answer["result"]["alerts"]] == [42]
    assert (said(elsewhere)[0], said(elsewhere)[2]) == ("client-cert-not-allowed", ["plain-http"])


def late(lab: Lab, seconds: float) -> Callable[[socket.socket], None]:
    """A server that takes whoever comes into TLS, looks at the certificate in its own time, and hangs up."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(lab.cert("server"), lab.key("server"))
    context.load_verify_locations(lab.cert("root"))
    context.verify_mode = ssl.CERT_OPTIONAL

    def judge(client: socket.socket) -> None:
        with contextlib.suppress(OSError), context.wrap_socket(client, server_side=True):
            time.sleep(seconds)

    return judge


def test_who_has_a_reason_to_refuse_us_is_waited_for(lab: Lab) -> None:
    with door(late(lab, 0.6)) as port:
        nobody, good = ask(lab, port), ask(lab, port, *lab.pair("alice"))
        patient = ask(lab, port, *lab.pair("alice"), "--wait", "5")
    assert (said(nobody)[:2], nobody["exit"]) == (("client-cert-required", "likely"), 1)
    assert said(good)[:2] == ("ok", "likely")
    assert (said(patient)[0], patient["exit"]) == ("client-cert-refused", 1)


def test_a_wait_for_a_refusal_that_does_not_come(lab: Lab) -> None:
    with tls_lab.serving(*lab.pair("server"), "--client-ca", lab.cert("root")) as server:
        answer = ask(lab, server.port, *lab.pair("alice"), "--wait", "0.5")
    assert said(answer)[0] == "ok"


@pytest.mark.parametrize(
    ("first", "expected"),
    [
        ("16fefd0000000000000000000102", "not-tls"),  # DTLS 1.2
        ("15030300020250", "sni-unrecognized"),  # internal_error, as Go says it
        ("15030300020231", "sni-unrecognized"),  # access_denied, before there was anything else to deny
        ("16030300040e00000015030300020250", "not-tls"),  # a message of a handshake that is no hello
    ],
)
def test_what_a_server_says_first(lab: Lab, first: str, expected: str) -> None:
    with door(lambda client: (client.recv(65536), client.sendall(bytes.fromhex(first)), None)[2]) as port:
        answer = ask(lab, port)
    assert said(answer)[0] == expected, answer["findings"]
    assert answer["result"]["confidence"] != "certain" or expected == "not-tls"

"""Refusals that look alike from this end: what is listed, how sure that is, and what tells some of them apart."""

import contextlib
import socket
import ssl
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import matrix
import pytest
import support
import tls_lab
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st
from support import CLIENT_AUTH, DAY, NOW, Pair, make_cert
from tls_lab import Lab

from mtlsctl.core import alerts, http, keyids
from mtlsctl.core.diagnose import Confidence, Diagnosis, Ours, diagnose
from mtlsctl.core.http2 import Http2
from mtlsctl.core.http2_get import Get
from mtlsctl.core.observation import Alert, Ended, Observation, Role, Stage
from mtlsctl.core.openssl import Identity, identity

ROOT = make_cert("Root", ca=True)
BETWEEN = make_cert("Between", ROOT, ca=True)
ISSUING = make_cert("Issuing", BETWEEN, ca=True)
SERVER = make_cert("localhost", make_cert("Web CA", ca=True), sans=(x509.DNSName("localhost"),))
ALICE = make_cert("alice", ISSUING, sans=(x509.DNSName("alice"),), ekus=(CLIENT_AUTH,))
CHAIN = identity((ALICE.certificate, ISSUING.certificate, BETWEEN.certificate), ALICE.key)


def told(number: int | None, *, credential: Identity = CHAIN, trusted: Pair = ROOT, **more: Any) -> Diagnosis:
    """The diagnosis of a refusal by this alert, or without one."""
    said = (Alert.of("received", number, ""),) if number is not None else ()
    known = {"ended": Ended.CLOSED, "version": "TLSv1.3", "asked": True, "sent": True, "alerts": said}
    seen = Observation(Role.CLIENT, "api.test:443", Stage.DONE, **{**known, **more})
    return diagnose(seen, Ours(NOW, credential, (trusted.certificate,)))


def codes(said: Diagnosis) -> list[str]:
    return [finding.code.removeprefix("client-") for finding in said.report.findings]


@pytest.mark.parametrize("trusted", [ROOT, SERVER])
def test_unknown_ca_of_a_server_that_names_none_has_many_causes(trusted: Pair) -> None:
    said = told(alerts.UNKNOWN_CA, trusted=trusted)
    assert said.confidence is Confidence.UNKNOWN
    assert codes(said)[0] == "cert-untrusted"
    assert {"cert-missing-intermediate", "cert-revocation-unknown", "ca-rekeyed", "chain-too-long"} < set(codes(said))


@pytest.mark.parametrize("number", [alerts.BAD_CERTIFICATE, alerts.CERTIFICATE_EXPIRED, alerts.INTERNAL_ERROR])
def test_an_alert_with_nothing_wrong_is_no_proof_of_one_cause(number: int) -> None:
    said = told(number, acceptable_issuers=(ROOT.certificate.subject,))
    assert said.confidence is Confidence.UNKNOWN
    assert len(codes(said)) > 1


def test_unknown_ca_of_a_server_of_the_same_ca() -> None:
    said = told(alerts.UNKNOWN_CA, peer_chain=(make_cert("localhost", ROOT).certificate,))
    assert (codes(said)[0], said.confidence) == ("cert-revocation-unknown", Confidence.UNKNOWN)
    assert {"cert-untrusted", "ca-rekeyed"} < set(codes(said))


@pytest.mark.parametrize("trusted", [ROOT, SERVER])
def test_who_hangs_up_behind_a_complete_handshake_may_have_a_list(trusted: Pair) -> None:
    said = told(None, trusted=trusted, confirmed=True, goodbye=True)
    assert (codes(said)[0], said.confidence) == ("cert-refused", Confidence.UNKNOWN)
    assert {"cert-not-allowed", "cert-untrusted", "cert-revoked"} < set(codes(said))


def test_an_ocsp_status_that_the_server_did_not_get_is_listed() -> None:
    said = told(alerts.HANDSHAKE_FAILURE, acceptable_issuers=(ROOT.certificate.subject,))
    assert "cert-revocation-unknown" in codes(said)[:2]


def test_nginx_says_the_same_page_of_everything() -> None:
    page = b"HTTP/1.1 400 Bad Request\r\n\r\n<center>The SSL certificate error</center>"
    said = told(None, ended=Ended.OPEN, answer=page, confirmed=True, acceptable_issuers=(ROOT.certificate.subject,))
    assert said.confidence is Confidence.UNKNOWN
    assert {"chain-too-long", "cert-revoked", "cert-revocation-unknown", "ca-rekeyed"} < set(codes(said))


def test_a_misdirected_request_is_no_success() -> None:
    page = b"HTTP/1.1 421 Misdirected Request\r\n\r\n"
    named = told(None, ended=Ended.OPEN, answer=page, confirmed=True, server_name="api.test")
    unnamed = told(None, ended=Ended.OPEN, answer=page, confirmed=True)
    assert [(s.report.findings[0].code, s.report.ok) for s in (named, unnamed)] == [
        ("sni-unrecognized", False),
        ("sni-required", False),
    ]


def test_a_server_that_lists_leaves_knows_its_clients_one_by_one() -> None:
    def person(name: str) -> x509.Name:
        parts = ((NameOID.ORGANIZATION_NAME, "Acme"), (NameOID.ORGANIZATIONAL_UNIT_NAME, "Meters"))
        return x509.Name([x509.NameAttribute(*part) for part in (*parts, (NameOID.COMMON_NAME, name))])

    builder = x509.CertificateBuilder(
        ISSUING.certificate.subject, person("17"), ALICE.key.public_key(), 17, NOW - DAY, NOW + DAY
    )
    bob = builder.sign(ISSUING.key, hashes.SHA256())
    ours = identity((bob, ISSUING.certificate), ALICE.key)
    for number in (alerts.BAD_CERTIFICATE, alerts.UNKNOWN_CA):
        pinned = told(number, credential=ours, acceptable_issuers=(person("99"),))
        assert codes(pinned)[:2] == ["cert-not-allowed", "cert-untrusted"]
        assert pinned.confidence is Confidence.LIKELY
        plain = told(number, acceptable_issuers=(SERVER.certificate.issuer,))  # names of one part have no form
        assert "cert-not-allowed" not in codes(plain)[:1]


def test_what_a_chain_says_of_the_keys_that_signed_it() -> None:
    bare = make_cert("alice", ISSUING, without=(x509.AuthorityKeyIdentifier,))
    usage = make_cert("No usage", ROOT, ca=True, without=(x509.KeyUsage,))
    own = make_cert("No own", ROOT, ca=True, without=(x509.SubjectKeyIdentifier,))
    assert keyids.missing([p.certificate for p in (ALICE, ISSUING, BETWEEN, ROOT)]) == ""
    assert keyids.missing([bare.certificate]) == "CN=alice has no authority key identifier"
    assert keyids.missing([ALICE.certificate, usage.certificate]) == "CN=No usage has no key usage"
    assert keyids.missing([ALICE.certificate, own.certificate]) == "CN=No own has no subject key identifier"
    assert not keyids.named([bare.certificate])
    assert keyids.named([ALICE.certificate, ISSUING.certificate])


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_an_http2_answer_of_a_stranger_never_breaks_the_reader(first: bytes, then: bytes) -> None:
    get = Get("api.test", "/")
    get.receive(first)
    get.receive(b"\x00\x00\x00\x04\x00\x00\x00\x00\x00" + then)
    assert get.take().startswith(b"PRI * HTTP/2.0")


def test_a_get_over_http2_is_told_as_http1() -> None:
    get, server = Get("api.test:8443", "/who"), Http2()
    asked = server.receive(get.take())
    assert isinstance(asked, http.Request)
    assert (asked.method, asked.path) == ("GET", "/who")
    server.answer(asked, http.Answer(200, "text/plain", b"hello"))
    get.receive(server.take())
    assert get.over
    assert http.status_line(get.answer) == "200 OK"
    assert get.answer.endswith(b"\r\n\r\nhello")


# Real servers.


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    return tls_lab.build(tmp_path_factory.mktemp("lab"))


def ask(lab: Lab, port: int, *options: Any) -> Any:
    return matrix.ask(f"localhost:{port}", "--ca", lab.cert("root"), *options)


def first(answer: Any) -> tuple[str, str, int]:
    return answer["findings"][0]["code"], answer["result"]["confidence"], answer["exit"]


def test_http_over_http2(lab: Lab) -> None:
    options = (*lab.pair("server"), "--client-ca", lab.cert("root"), "--alpn", "h2")
    with tls_lab.serving(*options) as server:
        answer = ask(lab, server.port, *lab.pair("alice"), "--alpn", "h2", "--http", "/")
    assert (first(answer), answer["result"]["http_status"]) == (("ok", "certain", 0), "200 OK")
    assert answer["result"]["alpn"] == "h2"


def greeter(lab: Lab, seconds: float, stays: bool) -> Callable[[socket.socket], None]:
    """A server that greets whoever comes, and looks at the certificate then."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(lab.cert("server"), lab.key("server"))
    context.load_verify_locations(lab.cert("root"))
    context.verify_mode = ssl.CERT_REQUIRED

    def greet(client: socket.socket) -> None:
        with contextlib.suppress(OSError), context.wrap_socket(client, server_side=True) as inside:
            inside.sendall(b"220 ready\r\n")
            time.sleep(seconds)
            if stays:
                inside.recv(1)

    return greet


@pytest.mark.parametrize("version", ["1.2", "1.3"])
def test_a_greeting_is_no_verdict(lab: Lab, version: str) -> None:
    options = (*lab.pair("alice"), "--tls-max", version)
    with tls_lab.plain_server(greeter(lab, 0.15, stays=False)) as port:
        left = ask(lab, port, *options)
    with tls_lab.plain_server(greeter(lab, 0.0, stays=True)) as port:
        stayed = ask(lab, port, *options)
    assert first(left) == ("client-cert-refused", "unknown", 1)
    assert '"220 ready"' in left["findings"][0]["message"]
    assert first(stayed) == ("ok", "likely", 0)


def test_a_wait_goes_on_behind_the_greeting(lab: Lab) -> None:
    with tls_lab.plain_server(greeter(lab, 0.9, stays=False)) as port:
        answer = ask(lab, port, *lab.pair("alice"), "--wait", "3")
    assert first(answer) == ("client-cert-refused", "unknown", 1)


@pytest.fixture(scope="module")
def clients(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A CA for clients alone, two of its clients, and a CRL that another key of its name signed."""
    folder = tmp_path_factory.mktemp("clients")
    root = make_cert("Clients", ca=True)
    for name, without in (("alice", ()), ("bare", (x509.AuthorityKeyIdentifier,))):
        leaf = make_cert(name, root, ekus=(CLIENT_AUTH,), without=without)
        support.write(folder / f"{name}.pem", leaf.pem)
        support.write(folder / f"{name}.key", leaf.key_pem)
    builder = x509.CertificateRevocationListBuilder(root.certificate.subject, NOW - DAY, NOW + DAY)
    crl = builder.sign(make_cert("Clients", ca=True).key, hashes.SHA256())
    support.write(folder / "root.pem", root.pem)
    support.write(folder / "crl.der", crl.public_bytes(serialization.Encoding.DER))
    return folder


@pytest.mark.parametrize("version", ["1.2", "1.3"])
@pytest.mark.parametrize(
    ("client", "options", "number", "expected"),
    [
        ("bare", ("-x509_strict",), 46, "client-cert-invalid"),
        ("alice", ("-crl_check", "-CRLform", "DER", "-CRL", "crl.der"), 51, "client-cert-revocation-unknown"),
    ],
)
def test_what_openssl_means(
    lab: Lab, clients: Path, version: str, client: str, options: tuple[str, ...], number: int, expected: str
) -> None:
    mutual = ("-Verify", "3", "-verify_return_error", "-CAfile", "root.pem", *options)
    with tls_lab.s_server(lab, "server", *mutual, cwd=clients) as port:
        ours = ("--cert", clients / f"{client}.pem", "--key", clients / f"{client}.key", "--tls-max", version)
        answer = ask(lab, port, *ours)
    assert [alert["number"] for alert in answer["result"]["alerts"]] == [number]
    assert first(answer) == (expected, "likely", 1), answer["findings"]


def test_an_empty_file_is_no_folder(mtlsctl: Callable[..., Any]) -> None:
    told = mtlsctl("handshake", "localhost:1", "--ca", "/dev/null", "--json")
    assert (told.exit_code, told.json["error"]["code"]) == (2, "ca-file-invalid")

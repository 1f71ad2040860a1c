"""handshake --staple against real servers: what they staple, what follows, and that our certificate is kept back."""

import base64
import contextlib
import io
import json
import socket
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import servers
import support
import tls_lab
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import given
from hypothesis import strategies as st
from support import CLIENT_AUTH, DAY, NOW, SERVER_AUTH, Pair, make_cert
from tls_lab import LOCAL, Lab

from mtlsctl.cli import app
from mtlsctl.core import stapled
from mtlsctl.core.findings import Verdict
from mtlsctl.core.observation import Role
from mtlsctl.core.session import Session
from mtlsctl.core.tls import TlsSettings, client_context

HOUR = timedelta(hours=1)
VERSIONS = ("1.2", "1.3")
MUST = ((x509.TLSFeature([x509.TLSFeatureType.status_request]), False),)
SERVER: dict[str, Any] = {"sans": LOCAL, "ekus": (SERVER_AUTH,)}

ROOT = make_cert("Staple Root", ca=True)
CA = make_cert("Staple CA", ROOT, ca=True)
LEAF = make_cert("localhost", CA, **SERVER)
DEMANDING = make_cert("demanding", CA, **SERVER, extra=MUST)
ALICE = make_cert("alice-the-client", CA, ekus=(CLIENT_AUTH,))
RESPONDER = make_cert("responder", CA, ekus=(ExtendedKeyUsageOID.OCSP_SIGNING,))
CHAIN, ROOTS = (LEAF.certificate, CA.certificate), (ROOT.certificate,)


def answer(
    signer: Pair = CA,
    *,
    about: Pair = LEAF,
    status: str = "GOOD",
    since: timedelta = -HOUR,
    until: timedelta = DAY,
    certificates: tuple[Pair, ...] = (),
) -> bytes:
    times = NOW + since, NOW + until, NOW - 2 * HOUR if status == "REVOKED" else None
    why = x509.ReasonFlags.key_compromise if status == "REVOKED" else None
    builder = ocsp.OCSPResponseBuilder().add_response(
        about.certificate,
        (ROOT if about is CA else CA).certificate,
        hashes.SHA1(),
        ocsp.OCSPCertStatus[status],
        *times,
        why,
    )
    builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, signer.certificate)
    builder = builder.certificates([one.certificate for one in certificates]) if certificates else builder
    return builder.sign(signer.key, hashes.SHA256()).public_bytes(Encoding.DER)


LATER = ocsp.OCSPResponseBuilder.build_unsuccessful(ocsp.OCSPResponseStatus.TRY_LATER).public_bytes(Encoding.DER)
STAPLES = {
    "good": answer(),
    "good-by-responder": answer(RESPONDER, certificates=(RESPONDER,)),
    "good-for-demanding": answer(about=DEMANDING),
    "revoked": answer(status="REVOKED"),
    "unknown": answer(status="UNKNOWN"),
    "stale": answer(since=-3 * DAY, until=-DAY),
    "early": answer(since=DAY, until=2 * DAY),
    "other": answer(about=ALICE),
    "stranger": answer(make_cert("Staple CA", ca=True)),
    "leaf": answer(ALICE, certificates=(ALICE,)),
    "later": LATER,
    "nonsense": b"no OCSP response",
}


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    folder = tmp_path_factory.mktemp("staples")
    for name, pair in {"server": LEAF, "demanding": DEMANDING, "alice": ALICE}.items():
        support.write(folder / f"{name}.pem", pair.pem, CA.pem)
        support.write(folder / f"{name}.key", pair.key_pem)
    support.write(folder / "issuing.pem", CA.pem)
    support.write(folder / "issuing.key", CA.key_pem)
    support.write(folder / "root.pem", ROOT.pem)
    support.write(folder / "other-root.pem", make_cert("Other Root", ca=True).pem)
    for name, der in STAPLES.items():
        (folder / f"{name}.der").write_bytes(der)
    return Lab(folder)


def serving(lab: Lab, name: str, staple: str = "", *options: str) -> Any:
    words = ("-status_file", str(lab.folder / f"{staple}.der")) if staple else ()
    return tls_lab.s_server(lab, name, "-verify", "3", "-www", *words, *options)


def ask(lab: Lab, port: int, *options: Any) -> Any:
    """Run the command in this process, which is faster; the JSON answer with the exit status beside it."""
    words = ["handshake", f"localhost:{port}", "--ca", lab.cert("root"), *lab.pair("alice"), *options, "--json"]
    with contextlib.redirect_stdout(io.StringIO()) as said:
        status = app.run([str(word) for word in words])
    return json.loads(said.getvalue()) | {"exit": status}


def codes(answer: Any) -> list[str]:
    return [f"{found['code']} {found['verdict']}" for found in answer["findings"]]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("staple", ["good", "good-by-responder"])
def test_a_good_staple(lab: Lab, version: str, staple: str) -> None:
    with serving(lab, "server", staple) as port:
        found = ask(lab, port, "--staple", "--tls-max", version)
    assert (found["exit"], codes(found)) == (0, ["ok ok"])
    told = found["result"]["staple"]
    assert (told["status"], told["required"], told["why"]) == ("good", False, "")
    assert told["responder"] == ("CN=Staple CA" if staple == "good" else "CN=responder")
    assert (told["this_update"], told["next_update"]) == tuple(
        f"{when:%Y-%m-%dT%H:%M:%SZ}" for when in (NOW - HOUR, NOW + DAY)
    )
    assert base64.b64decode(told["der"]) == STAPLES[staple]
    assert found["result"]["sent_certificate"]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("server", "staple", "code", "alert", "words"),
    [
        ("server", "revoked", "server-cert-revoked", 44, "reason keyCompromise, by the OCSP staple"),
        ("server", "unknown", "staple-unknown", 113, "does not know this certificate"),
        ("server", "stale", "staple-expired", 113, "expired at"),
        ("server", "early", "staple-expired", 113, "not valid before"),
        ("server", "other", "staple-unusable", 113, "it is about serial"),
        ("server", "stranger", "staple-unusable", 113, "its responder with key"),
        ("server", "leaf", "staple-unusable", 113, "whose EKU lacks OCSPSigning"),
        ("server", "later", "staple-unusable", 113, "the responder said tryLater"),
        ("demanding", "", "staple-required", 113, "demands an OCSP staple"),
        ("demanding", "good", "staple-unusable", 113, "it is about serial"),
    ],
)
def test_a_bad_staple_keeps_our_certificate_back(
    lab: Lab, version: str, server: str, staple: str, code: str, alert: int, words: str
) -> None:
    with serving(lab, server, staple) as port, tls_lab.relay(port) as (near, said):
        found = ask(lab, near, "--staple", "--tls-max", version)
    assert (found["exit"], codes(found)[0]) == (1, f"{code} fail")
    assert words in found["findings"][0]["message"]
    assert [(a["direction"], a["number"]) for a in found["result"]["alerts"]] == [("sent", alert)]
    assert (found["result"]["refused_by"], found["result"]["confidence"]) == ("client", "certain")
    assert not found["result"]["sent_certificate"]
    assert b"alice-the-client" not in said  # in TLS 1.2 it would be there in the clear
    after = said[5 + int.from_bytes(said[3:5]) :]  # the hello is one record
    assert len(after) < 50  # an alert, and nothing of the size of a certificate


def test_the_relay_would_have_seen_our_certificate(lab: Lab) -> None:
    with serving(lab, "server", "good") as port, tls_lab.relay(port) as (near, said):
        assert ask(lab, near, "--staple", "--tls-max", "1.2")["exit"] == 0
    assert b"alice-the-client" in said


@pytest.mark.parametrize("version", VERSIONS)
def test_no_staple_is_a_note(lab: Lab, version: str) -> None:
    with serving(lab, "server") as port:
        found = ask(lab, port, "--staple", "--tls-max", version)
    assert (found["exit"], codes(found)) == (0, ["ok ok", "staple-missing note"])
    assert (found["result"]["staple"]["status"], found["result"]["staple"]["der"]) == ("none", "")


def test_insecure_goes_on_and_says_so(lab: Lab) -> None:
    with serving(lab, "server", "revoked") as port:
        found = ask(lab, port, "--staple", "--insecure")
    assert (found["exit"], codes(found)[:2]) == (0, ["verify-disabled warn", "server-cert-revoked warn"])
    assert found["result"]["sent_certificate"]


@pytest.mark.parametrize("version", VERSIONS)
def test_a_resumed_session_needs_no_staple(lab: Lab, version: str) -> None:
    """It comes without certificates: nothing is there to staple to, also where the certificate demands one."""
    with serving(lab, "demanding", "good-for-demanding") as port:
        found = ask(lab, port, "--staple", "--resume", "--tls-max", version)
    assert (found["exit"], found["ok"]) == (0, True)
    assert [run["resumed"] for run in found["result"]["runs"]] == [False, True]


def test_a_chain_that_is_not_trusted_comes_first(lab: Lab) -> None:
    with serving(lab, "server", "revoked") as port:
        found = ask(lab, port, "--staple", "--ca", lab.cert("other-root"))
    assert found["exit"] == 1
    assert codes(found)[0].startswith(("server-untrusted-root", "server-missing-intermediate"))
    assert "server-cert-revoked fail" in codes(found)


def test_a_staple_is_saved_and_judged_by_verify(
    lab: Lab, mtlsctl: Callable[..., support.Result], tmp_path: Path
) -> None:
    with serving(lab, "server", "revoked") as port:
        der = base64.b64decode(ask(lab, port, "--staple")["result"]["staple"]["der"])
    (tmp_path / "staple.der").write_bytes(der)
    found = mtlsctl("verify", lab.cert("server"), "--ca", lab.cert("root"), "--ocsp-response", "staple.der")
    assert found.exit_code == 1
    assert "[server-cert-revoked]" in found.stdout


def test_text(lab: Lab, mtlsctl: Callable[..., support.Result]) -> None:
    words = ["--ca", lab.cert("root"), *lab.pair("alice"), "--staple"]
    with serving(lab, "server", "good") as port:
        good = mtlsctl("handshake", f"localhost:{port}", *words)
    assert f"  staple      good, said by CN=Staple CA, {NOW - HOUR:%Y-%m-%d %H:%M} UTC, until" in good.stdout
    with serving(lab, "server", "other") as port:
        other = mtlsctl("handshake", f"localhost:{port}", *words)
    assert "  staple      unknown: it cannot be used\n" in other.stdout
    with serving(lab, "server") as port:
        none = mtlsctl("handshake", f"localhost:{port}", *words)
    assert "  staple      none was sent\n" in none.stdout
    assert (good.exit_code, other.exit_code, none.exit_code) == (0, 1, 0)


def test_what_openssls_own_responder_makes(lab: Lab, tmp_path: Path) -> None:
    """`openssl ocsp` over an index, as a small CA runs it."""
    index = f"R\t491231235959Z\t250101000000Z,keyCompromise\t{LEAF.certificate.serial_number:X}\tunknown\t/CN=x\n"
    (tmp_path / "index.txt").write_text(index)
    words: list[Any] = ["openssl", "ocsp", "-index", tmp_path / "index.txt", "-CA", lab.cert("issuing")]
    words += ["-rsigner", lab.cert("issuing"), "-rkey", lab.key("issuing"), "-issuer", lab.cert("issuing")]
    words += ["-cert", lab.cert("server"), "-ndays", "2", "-noverify", "-respout", lab.folder / "theirs.der"]
    subprocess.run(words, check=True, capture_output=True, timeout=20)
    with serving(lab, "server", "theirs") as port:
        found = ask(lab, port, "--staple")
    assert codes(found)[0] == "server-cert-revoked fail"
    assert found["result"]["staple"]["revoked_at"] == "2025-01-01T00:00:00Z"
    assert found["result"]["staple"]["reason"] == "keyCompromise"


def test_a_staple_that_is_changed_on_its_way(lab: Lab) -> None:
    """In TLS 1.2 it comes in the clear, and is judged before the Finished tells that somebody changed it."""
    with serving(lab, "server", "good") as port:

        def pump(client: socket.socket) -> None:
            with socket.create_connection(("127.0.0.1", port)) as server:
                server.settimeout(tls_lab.PATIENCE)
                server.sendall(client.recv(65536))
                flight = b""
                while not flight.endswith(b"\x0e\x00\x00\x00"):  # ServerHelloDone
                    flight += server.recv(65536)
                assert STAPLES["good"] in flight
                client.sendall(flight.replace(STAPLES["good"], b"\x00" * len(STAPLES["good"])))
                client.recv(65536)

        with tls_lab.plain_server(pump) as near:
            found = ask(lab, near, "--staple", "--tls-max", "1.2")
    assert (found["exit"], codes(found)[0]) == (1, "staple-unusable fail")
    assert "stapled what is no OCSP response" in found["findings"][0]["message"]
    assert not found["result"]["sent_certificate"]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("staple", "code"),
    [("good", "ok ok"), ("revoked", "server-cert-revoked fail"), ("nonsense", "staple-unusable fail")],
)
def test_gnutls_staples_what_it_is_given(lab: Lab, tmp_path: Path, version: str, staple: str, code: str) -> None:
    """What is no OCSP response is refused by our own library, before it can be asked what it says."""
    words = ["gnutls-serv", "--http", "--x509certfile", lab.cert("server"), "--x509keyfile", lab.key("server")]
    words += ["--ocsp-response", lab.folder / f"{staple}.der", "--ignore-ocsp-response-errors", "--port"]
    with servers.program(tmp_path, lambda port: [*words, port], http="/") as running:
        found = ask(lab, running.port, "--staple", "--tls-max", version)
    assert codes(found)[0] == code
    assert found["exit"] == (staple != "good")
    assert found["result"]["sent_certificate"] == (staple == "good")


def test_a_staple_to_each_certificate_of_the_chain(lab: Lab, tmp_path: Path) -> None:
    """RFC 8446, 4.4.2.1: OpenSSL shows the first alone; the others are read from what went over the wire."""
    both = [STAPLES["good"], answer(ROOT, about=CA)]
    pem = b"".join(
        b"-----BEGIN OCSP RESPONSE-----\n" + base64.encodebytes(one) + b"-----END OCSP RESPONSE-----\n" for one in both
    )
    words = [sys.executable, servers.PROGRAMS / "gnutls_staples.py"]
    files = [lab.cert("server"), lab.key("server"), support.write(tmp_path / "staples.pem", pem)]
    with servers.program(tmp_path, lambda port: [*words, port, *files]) as running:
        found = ask(lab, running.port, "--staple")
        older = ask(lab, running.port, "--staple", "--tls-max", "1.2")
    assert (found["exit"], codes(found)) == (0, ["ok ok", "client-cert-not-requested note"])
    (above,) = found["result"]["staple"]["above"]
    assert (above["status"], above["responder"], above["subject"]) == ("good", "CN=Staple Root", "CN=Staple CA")
    assert base64.b64decode(above["der"]) == both[1]
    assert older["result"]["staple"]["above"] == []


@pytest.mark.parametrize(
    ("der", "found"),
    [
        (answer(ROOT, about=CA), []),
        (answer(ROOT, about=CA, status="REVOKED"), [("server-cert-revoked", Verdict.FAIL, "CN=Staple CA")]),
        (answer(ROOT, about=CA, since=-3 * DAY, until=-DAY), [("staple-expired", Verdict.WARN, "CN=Staple CA")]),
        (answer(ROOT, about=ALICE), [("staple-unusable", Verdict.WARN, "CN=Staple CA")]),
        (b"no OCSP response", [("staple-unusable", Verdict.WARN, "CN=Staple CA")]),
        (b"", []),
    ],
)
def test_the_staple_of_a_ca(der: bytes, found: list[tuple[str, Verdict, str]]) -> None:
    judged = stapled.judge(STAPLES["good"], CHAIN, ROOTS, NOW, (), [der, b"more than the chain has"])
    assert [(one.code, one.verdict, one.about) for one in judged.findings] == found
    error = stapled.error(judged, CHAIN)
    assert (error.number, error.depth) == (23, 1) if error else not found or found[0][1] is Verdict.WARN


NGINX = """
daemon off;
pid {folder}/nginx.pid;
events {{}}
http {{
  access_log off;
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
  uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  server {{
    listen 127.0.0.1:{port} ssl;
    ssl_certificate {lab}/server.pem; ssl_certificate_key {lab}/server.key;
    ssl_client_certificate {lab}/root.pem; ssl_verify_client on; ssl_verify_depth 2;
    ssl_stapling on; ssl_stapling_file {lab}/{staple}.der;
    location / {{ return 200 "hello"; }}
  }}
}}
"""


@pytest.mark.parametrize(("staple", "code"), [("good", "ok ok"), ("revoked", "server-cert-revoked fail")])
def test_nginx(lab: Lab, tmp_path: Path, staple: str, code: str) -> None:
    def command(port: int) -> list[Any]:
        conf = tmp_path / "nginx.conf"
        conf.write_text(NGINX.format(folder=tmp_path, port=port, lab=lab.folder, staple=staple))
        return ["nginx", "-c", conf, "-e", tmp_path / "error.log", "-p", tmp_path]

    with servers.program(tmp_path, command, log=tmp_path / "error.log") as running:
        found = ask(lab, running.port, "--staple", "--http", "/")
    assert (codes(found)[0], found["result"]["sent_certificate"]) == (code, staple == "good")
    assert found["result"]["http_status"] == ("200 OK" if staple == "good" else "")


ASKS = bytes.fromhex("000500050100000000")  # status_request, without responders and extensions (RFC 6066, 8)


def test_not_asked_for_it_costs_nothing(lab: Lab) -> None:
    def hello(judge: Any) -> bytes:
        session = Session(client_context(TlsSettings(staple=bool(judge))), Role.CLIENT, judge_staple=judge)
        session.advance()
        return session.take()

    plain, asking = hello(None), hello(lambda *_: None)
    assert ASKS in asking
    assert ASKS not in plain
    assert len(asking) == len(plain) + len(ASKS)
    with serving(lab, "server", "good") as port:
        words = ["handshake", f"localhost:{port}", "--ca", str(lab.cert("root")), *map(str, lab.pair("alice"))]
        program = "import sys; from mtlsctl.cli import app; assert app.run(sys.argv[1:]) == 0; print(*sys.modules)"
        loaded = subprocess.run(
            [sys.executable, "-c", program, *words], check=True, capture_output=True, text=True, timeout=30
        ).stdout.split()
    assert "mtlsctl.core.session" in loaded
    assert {"mtlsctl.core.stapled", "mtlsctl.workflows.staples", "cryptography.x509.ocsp"}.isdisjoint(loaded)


def test_a_responder_that_its_ca_revoked() -> None:
    builder = x509.CertificateRevocationListBuilder().issuer_name(CA.certificate.subject)
    builder = builder.last_update(NOW - HOUR).next_update(NOW + DAY)
    builder = builder.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(CA.key.public_key()), False)
    entry = x509.RevokedCertificateBuilder().serial_number(RESPONDER.certificate.serial_number)
    crl = builder.add_revoked_certificate(entry.revocation_date(NOW - HOUR).build()).sign(CA.key, hashes.SHA256())
    der = STAPLES["good-by-responder"]
    assert stapled.judge(der, CHAIN, ROOTS, NOW).findings == ()
    (found,) = stapled.judge(der, CHAIN, ROOTS, NOW, (crl,)).findings
    assert found is not None
    assert (found.code, found.verdict) == ("staple-unusable", Verdict.FAIL)
    assert "which is revoked" in found.message


def test_without_the_issuer_nobody_can_tell() -> None:
    judged = stapled.judge(STAPLES["good"], CHAIN[:1], (LEAF.certificate,), NOW)
    assert judged.staple.status == "unknown"
    (found,) = judged.findings
    assert "its issuer CN=Staple CA is not at hand" in found.message


@given(st.data())
def test_whatever_comes_is_good_only_as_it_was_signed(data: st.DataObject) -> None:
    """Nothing raises, and a change within what is signed is never good."""
    der = bytearray(STAPLES["good"])
    signed = ocsp.load_der_ocsp_response(bytes(der)).tbs_response_bytes
    start = bytes(der).index(signed)
    place = data.draw(st.integers(start, start + len(signed) - 1))
    der[place] ^= data.draw(st.integers(1, 255))
    assert stapled.judge(bytes(der), CHAIN, ROOTS, NOW).staple.status == "unknown"
    cut = data.draw(st.integers(1, len(der) - 1))
    assert stapled.judge(STAPLES["good"][:cut], CHAIN, ROOTS, NOW).staple.status == "unknown"


@given(st.binary(min_size=1, max_size=300))
def test_bytes_that_are_no_response(der: bytes) -> None:
    (found,) = stapled.judge(der, CHAIN, ROOTS, NOW).findings
    assert found.code == "staple-unusable"

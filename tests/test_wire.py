"""TLS messages decoded from the wire: against what the programs themselves say, and against hostile bytes."""

import dataclasses
import json
import random
import struct
import subprocess
import time
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import servers
import support
import tls_lab
import wire_lab
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from OpenSSL import SSL
from support import CLIENT_AUTH, SERVER_AUTH, Pair, make_cert
from tls_lab import Lab
from wire_lab import PROMPT, Recording

from mtlsctl.cli import jsonform
from mtlsctl.cli.text import trace
from mtlsctl.core import alerts, flight, tlsnames, wire, wire_keys, wire_messages
from mtlsctl.core.evidence import evidence
from mtlsctl.core.messages import (
    Certificate,
    CertificateRequest,
    ClientHello,
    CompressedCertificate,
    Kind,
    Message,
    ServerHello,
    Undecoded,
)
from mtlsctl.core.observation import Chunk

TLS12, TLS13 = SSL.TLS1_2_VERSION, SSL.TLS1_3_VERSION
NO_ENCRYPT_THEN_MAC = 1 << 19  # SSL_OP_NO_ENCRYPT_THEN_MAC


@dataclasses.dataclass(frozen=True)
class Papers:
    root: Pair
    issuing: Pair
    server: Pair
    client: Pair


@pytest.fixture(scope="module")
def papers() -> Papers:
    return make_papers()


def make_papers(key: Any = None) -> Papers:
    root = make_cert("Lab Root", ca=True)
    issuing = make_cert("Lab Issuing", root, ca=True, path_length=0)
    server = make_cert("localhost", issuing, sans=tls_lab.LOCAL, ekus=(SERVER_AUTH,), key=key)
    return Papers(root, issuing, server, make_cert("alice", issuing, ekus=(CLIENT_AUTH,), key=key))


Change = Callable[[SSL.Context, SSL.Context], Any]


def both(papers: Papers, change: Change, *, shown: bool = True) -> tuple[SSL.Context, SSL.Context]:
    """A client and a server that demands certificates; change sees both before the first connection."""
    own = (papers.client, papers.issuing) if shown else ()
    client = wire_lab.context(SSL.TLS_CLIENT_METHOD, own, (papers.root,))
    server = wire_lab.context(SSL.TLS_SERVER_METHOD, (papers.server, papers.issuing), (papers.root,))
    client.set_verify(SSL.VERIFY_PEER, lambda *said: bool(said[4]))
    server.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, lambda *said: bool(said[4]))
    server.add_client_ca(papers.root.certificate)
    change(client, server)
    return client, server


def nothing(client: SSL.Context, server: SSL.Context) -> None:
    """Change nothing."""


def told(seen: Recording) -> tuple[Message, ...]:
    return wire.decode(seen.chunks, seen.secrets, "sent")


def names(messages: tuple[Message, ...], sender: str) -> list[str]:
    return [m.name or m.kind.value for m in messages if m.sender == sender]


def only(version: int) -> Change:
    return lambda client, _: client.set_max_proto_version(version)


def with_suite(version: int, openssl: str, *, options: int = 0) -> Change:
    def change(client: SSL.Context, server: SSL.Context) -> None:
        for end in (client, server):
            end.set_max_proto_version(version)
            end.set_options(options)
            if version == TLS13:
                end.set_tls13_ciphersuites(openssl.encode())
            end.set_cipher_list((b"DEFAULT" if version == TLS13 else openssl.encode()) + b":@SECLEVEL=0")

    return change


SUITES = [
    (TLS13, "TLS_AES_128_GCM_SHA256", "TLS_AES_128_GCM_SHA256"),
    (TLS13, "TLS_AES_256_GCM_SHA384", "TLS_AES_256_GCM_SHA384"),
    (TLS13, "TLS_CHACHA20_POLY1305_SHA256", "TLS_CHACHA20_POLY1305_SHA256"),
    (TLS13, "TLS_AES_128_CCM_SHA256", "TLS_AES_128_CCM_SHA256"),
    (TLS13, "TLS_AES_128_CCM_8_SHA256", "TLS_AES_128_CCM_8_SHA256"),
    (TLS12, "ECDHE-ECDSA-AES128-GCM-SHA256", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"),
    (TLS12, "ECDHE-ECDSA-AES256-GCM-SHA384", "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"),
    (TLS12, "ECDHE-ECDSA-CHACHA20-POLY1305", "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"),
    (TLS12, "ECDHE-ECDSA-AES128-CCM", "TLS_ECDHE_ECDSA_WITH_AES_128_CCM"),
    (TLS12, "ECDHE-ECDSA-AES256-CCM8", "TLS_ECDHE_ECDSA_WITH_AES_256_CCM_8"),
    (TLS12, "ECDHE-ECDSA-AES128-SHA", "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA"),
    (TLS12, "ECDHE-ECDSA-AES128-SHA256", "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256"),
    (TLS12, "ECDHE-ECDSA-AES256-SHA384", "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384"),
]


@pytest.mark.parametrize(("version", "openssl", "iana"), SUITES, ids=[row[1] for row in SUITES])
@pytest.mark.parametrize("options", [0, NO_ENCRYPT_THEN_MAC], ids=["", "mac-then-encrypt"])
def test_every_suite_is_opened(papers: Papers, version: int, openssl: str, iana: str, options: int) -> None:
    """What is decoded is what both ends of OpenSSL say of the connection, to the last byte of data."""
    seen = wire_lab.converse(*both(papers, with_suite(version, openssl, options=options)))
    assert seen.errors == []
    messages = told(seen)
    assert {m.kind for m in messages} <= set(Kind) - {Kind.UNDECODED, Kind.NOT_TLS}
    found = evidence(messages)
    assert found.server_hello
    assert found.server_hello.cipher_suite == iana
    assert found.server_hello.version == seen.client.get_protocol_version_name()
    assert found.group.lower() == seen.client.get_group_name().lower()
    sizes = [m.size for m in messages if m.kind is Kind.APPLICATION_DATA]
    assert sizes == [len(PROMPT), 2 * len(PROMPT)]
    assert found.alerts[0] == ("client", alerts.CLOSE_NOTIFY)
    assert shown_by(messages, "server") == ders(papers.server, papers.issuing)
    assert shown_by(messages, "client") == ders(papers.client, papers.issuing)
    assert found.secure_renegotiation is (None if version == TLS13 else True)


def shown_by(messages: tuple[Message, ...], sender: str) -> tuple[bytes, ...]:
    [found] = [m.body for m in messages if m.sender == sender and isinstance(m.body, Certificate)]
    return found.chain


def ders(*pairs: Pair) -> tuple[bytes, ...]:
    return tuple(pair.certificate.public_bytes(Encoding.DER) for pair in pairs)


def test_a_mutual_handshake_in_tls13(papers: Papers) -> None:
    messages = told(wire_lab.converse(*both(papers, nothing)))
    assert names(messages, "client") == [
        "ClientHello",
        "ChangeCipherSpec",
        "Certificate",
        "CertificateVerify",
        "Finished",
        "application_data",
        "close_notify",
    ]
    assert names(messages, "server") == [
        "ServerHello",
        "ChangeCipherSpec",
        "EncryptedExtensions",
        "CertificateRequest",
        "Certificate",
        "CertificateVerify",
        "Finished",
        "NewSessionTicket",
        "NewSessionTicket",
        "application_data",
    ]
    assert [m.encrypted for m in messages if m.sender == "server"][:3] == [False, False, True]
    assert [m.at for m in messages] == sorted(m.at for m in messages)


def test_the_evidence_of_a_mutual_handshake(papers: Papers) -> None:
    for version in (TLS12, TLS13):
        seen = wire_lab.converse(*both(papers, only(version)))
        found = evidence(told(seen))
        assert found.client_hello
        assert found.client_hello.server_name == "localhost"
        assert found.client_hello_size == len(seen.chunks[0].data) - 5
        assert found.request
        assert found.authorities == (papers.root.certificate.subject,)
        assert "ecdsa_secp256r1_sha256" in found.request.signature_algorithms
        assert found.request.certificate_types == (() if version == TLS13 else ("rsa_sign", "dss_sign", "ecdsa_sign"))
        assert (found.client_certificates, found.server_certificates) == (2, 2)
        assert (found.client_scheme, found.server_scheme) == ("ecdsa_secp256r1_sha256",) * 2
        assert found.client_finished
        assert found.server_finished
        assert found.tickets == (2 if version == TLS13 else 1)
        assert (found.retry_group, found.resumed, found.unread) == ("", False, ())


def test_an_empty_certificate_is_told_from_none(papers: Papers) -> None:
    for version, number in ((TLS12, alerts.HANDSHAKE_FAILURE), (TLS13, alerts.CERTIFICATE_REQUIRED)):
        found = evidence(told(wire_lab.converse(*both(papers, only(version), shown=False))))
        assert found.client_certificates == 0
        assert found.client_scheme == ""
        assert ("server", number) in found.alerts

    def silent(client: SSL.Context, server: SSL.Context) -> None:
        server.set_verify(SSL.VERIFY_NONE)

    found = evidence(told(wire_lab.converse(*both(papers, silent))))
    assert (found.request, found.client_certificates) == (None, None)


def test_a_retry_names_the_group(papers: Papers) -> None:
    messages = told(wire_lab.converse(*both(papers, lambda _, server: server.set_tmp_ecdh(ec.SECP521R1()))))
    assert names(messages, "server")[0] == "HelloRetryRequest"
    found = evidence(messages)
    assert (found.retry_group, found.group) == ("secp521r1", "secp521r1")
    assert found.client_hello
    assert "secp521r1" not in found.client_hello.key_shares, "the first hello counts"
    assert found.unread == ()


@pytest.mark.parametrize("version", [TLS12, TLS13])
def test_resumption(papers: Papers, version: int) -> None:
    client, server = both(papers, only(version))
    first = wire_lab.converse(client, server)
    again = wire_lab.converse(client, server, session=first.session)
    messages = wire.decode(again.chunks, [*first.secrets, *again.secrets], "sent")
    found = evidence(messages)
    assert found.resumed
    assert found.client_hello
    assert found.client_hello.resumes
    assert found.server_certificates is None
    assert [m.size for m in messages if m.kind is Kind.APPLICATION_DATA] == [len(PROMPT), 2 * len(PROMPT)]
    assert not evidence(told(first)).resumed


def test_alpn(papers: Papers) -> None:
    def offer(client: SSL.Context, server: SSL.Context) -> None:
        client.set_alpn_protos([b"h2", b"http/1.1"])
        server.set_alpn_select_callback(lambda _, offered: offered[-1])

    for version in (TLS12, TLS13):

        def change(client: SSL.Context, server: SSL.Context, version: int = version) -> None:
            offer(client, server)
            client.set_max_proto_version(version)

        messages = told(wire_lab.converse(*both(papers, change)))
        chosen = [alpn for m in messages if (alpn := getattr(m.body, "alpn", ())) and m.sender == "server"]
        assert chosen == ["http/1.1"]


@pytest.mark.parametrize(
    ("key", "scheme"),
    [
        (rsa.generate_private_key(65537, 2048), "rsa_pss_rsae_sha256"),
        (ed25519.Ed25519PrivateKey.generate(), "ed25519"),
    ],
    ids=["rsa", "ed25519"],
)
@pytest.mark.parametrize("version", [TLS12, TLS13])
def test_the_schemes_of_other_keys(key: Any, scheme: str, version: int) -> None:
    found = evidence(told(wire_lab.converse(*both(make_papers(key), only(version)))))
    assert (found.client_scheme, found.server_scheme) == (scheme, scheme)


def test_the_server_reads_the_same(papers: Papers) -> None:
    """From the server's end the directions are the other way round."""
    seen = wire_lab.converse(*both(papers, nothing))
    turned = [
        chunk._replace(direction={"sent": "received", "received": "sent"}[chunk.direction]) for chunk in seen.chunks
    ]
    assert wire.decode(turned, seen.secrets, "received") == told(seen)


def test_without_the_key_log(papers: Papers) -> None:
    """What was in the clear is told; of the rest, why it was not."""
    seen = wire_lab.converse(*both(papers, nothing))
    messages = wire.decode(seen.chunks, [], "sent")
    assert names(messages, "client")[:2] == ["ClientHello", "ChangeCipherSpec"]
    reasons = {m.body.reason for m in messages if isinstance(m.body, Undecoded)}
    assert reasons == {
        f"encrypted, and the key log has no {end}_HANDSHAKE_TRAFFIC_SECRET" for end in ("CLIENT", "SERVER")
    }
    seen = wire_lab.converse(*both(papers, only(TLS12)))
    found = evidence(wire.decode(seen.chunks, [], "sent"))
    assert set(found.unread) == {"encrypted, and the key log has no CLIENT_RANDOM"}
    assert found.client_certificates == 2, "TLS 1.2 shows certificates in the clear"


def test_a_wrong_key_log(papers: Papers) -> None:
    seen, other = (wire_lab.converse(*both(papers, nothing)) for _ in range(2))
    swapped = [b" ".join((line.split()[0], seen.secrets[0].split()[1], line.split()[2])) for line in other.secrets]
    assert set(evidence(wire.decode(seen.chunks, swapped, "sent")).unread) == {"a record that does not decrypt"}
    assert evidence(wire.decode(seen.chunks, [*other.secrets, *seen.secrets], "sent")).unread == ()


@pytest.mark.parametrize(
    "line", [b"", b"# x y", b"A B", b"A zz zz", b"\xff\xff 00 00", b"A 0 1", b"A " * 2000, b"A 00 \xff"]
)
def test_a_key_log_with_other_lines(line: bytes) -> None:
    assert wire_keys.read_log([line, b"LABEL 00ff ff00\n"]) == {("LABEL", b"\x00\xff"): b"\xff\x00"}


# Programs through a relay that records: keys that change, and what else OpenSSL alone does not do over memory.


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    return tls_lab.build(tmp_path_factory.mktemp("lab"))


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + tls_lab.PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def through_openssl(lab: Lab, folder: Path, options: tuple[str, ...], typed: dict[bytes, int]) -> tuple[Message, ...]:
    """s_server and s_client. typed: lines, and how many pieces go over the wire for each before the next is typed."""
    with tls_lab.s_server(lab, "server", *options) as port, wire_lab.recorder(port) as (near, seen):
        log = folder / "keys.log"
        words = ["openssl", "s_client", "-connect", f"127.0.0.1:{near}", "-keylogfile", str(log)]
        process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            assert process.stdin
            until(lambda: log.exists() and len(seen.chunks) > 3)
            for line, pieces in typed.items():
                awaited = len(seen.chunks) + pieces
                process.stdin.write(line)
                process.stdin.flush()
                until(lambda awaited=awaited: len(seen.chunks) >= awaited)
            process.communicate(b"Q\n", timeout=tls_lab.PATIENCE)
        finally:
            process.kill()
            process.wait()
    return wire.decode(seen.chunks, log.read_bytes().splitlines(), "sent")


def test_key_updates_by_both_sides(lab: Lab, tmp_path: Path) -> None:
    messages = through_openssl(
        lab, tmp_path, ("-tls1_3",), {b"one\n": 1, b"K\n": 1, b"two\n": 1, b"k\n": 1, b"three\n": 1}
    )
    assert evidence(messages).unread == ()
    assert names(messages, "client").count("KeyUpdate") == 2
    assert names(messages, "server").count("KeyUpdate") == 1, "the client asked for one"
    assert [m.size for m in messages if m.kind is Kind.APPLICATION_DATA] == [4, 4, 6]


def test_authentication_after_the_handshake(lab: Lab, tmp_path: Path) -> None:
    """RFC 8446, 4.6.2: a second request, answered under the keys of the data, which go on afterwards."""
    log, port = tmp_path / "keys.log", servers.free_port()
    own = lab.cert("alice"), "-key", lab.key("alice")
    words = ["openssl", "s_server", "-accept", port, "-tls1_3", "-CAfile", lab.cert("root"), "-cert"]
    words += [lab.cert("server"), "-key", lab.key("server")]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    server = subprocess.Popen(list(map(str, words)), **pipes)
    try:
        assert servers.started(server, port)
        with wire_lab.recorder(port) as (near, seen):
            words = ["openssl", "s_client", "-connect", f"127.0.0.1:{near}", "-keylogfile", log, "-enable_pha", "-cert"]
            client = subprocess.Popen(list(map(str, [*words, *own])), **pipes)
            try:
                until(lambda: log.exists() and len(seen.chunks) > 3)
                for typed in (b"one\n", b"c\n", b"two\n"):
                    awaited = len(seen.chunks) + (2 if typed == b"c\n" else 1)
                    server.stdin.write(typed)
                    server.stdin.flush()
                    until(lambda awaited=awaited: len(seen.chunks) >= awaited)
                client.communicate(b"three\nQ\n", timeout=tls_lab.PATIENCE)
            finally:
                client.kill()
                client.wait()
    finally:
        server.kill()
        server.communicate()
    messages = wire.decode(seen.chunks, log.read_bytes().splitlines(), "sent")
    found = evidence(messages)
    assert found.unread == ()
    assert (found.client_certificates, found.client_scheme) == (1, "ecdsa_secp256r1_sha256")
    assert names(messages, "client").count("Finished") == 2
    assert sum(m.size for m in messages if m.sender == "client" and m.kind is Kind.APPLICATION_DATA) == len(
        "three\nQ\n"
    )
    assert [m.size for m in messages if m.sender == "server" and m.kind is Kind.APPLICATION_DATA] == [4, 4]


def test_renegotiation_in_tls12(lab: Lab, tmp_path: Path) -> None:
    messages = through_openssl(
        lab, tmp_path, ("-tls1_2", "-client_renegotiation"), {b"one\n": 1, b"R\n": 4, b"two\n": 1}
    )
    assert evidence(messages).unread == ()
    hellos = [m.encrypted for m in messages if isinstance(m.body, ClientHello)]
    assert hellos == [False, True]
    assert names(messages, "client").count("Finished") == 2
    assert [m.encrypted for m in messages if m.kind is Kind.CHANGE_CIPHER_SPEC] == [False, False, True, True]


def test_dhe(tmp_path: Path) -> None:
    options = ("-tls1_2", "-cipher", "DHE-RSA-AES128-GCM-SHA256")
    key = rsa.generate_private_key(65537, 2048)
    pair = make_cert("localhost", key=key, sans=tls_lab.LOCAL)
    support.write(tmp_path / "rsa.pem", pair.pem)
    support.write(tmp_path / "rsa.key", pair.key_pem)
    rsa_lab = Lab(tmp_path)
    support.write(tmp_path / "issuing.pem", pair.pem)
    with tls_lab.s_server(rsa_lab, "rsa", *options) as port, wire_lab.recorder(port) as (near, seen):
        log = tmp_path / "keys.log"
        words = ["openssl", "s_client", "-connect", f"127.0.0.1:{near}", "-keylogfile", str(log)]
        subprocess.run(words, input=b"", capture_output=True, timeout=tls_lab.PATIENCE, check=True)
    found = evidence(wire.decode(seen.chunks, log.read_bytes().splitlines(), "sent"))
    assert found.unread == ()
    assert found.group in ("DH 2048 bits", "DH 3072 bits")
    assert found.server_scheme == "rsa_pss_rsae_sha256"


# Messages as no program here writes them: each with its header, in a record in the clear.


def record(kind: int, data: bytes, version: int = 0x0303) -> bytes:
    return struct.pack(">BHH", kind, version, len(data)) + data


def message(kind: int, body: bytes) -> bytes:
    return bytes((kind,)) + len(body).to_bytes(3) + body


def vector(width: int, *parts: bytes) -> bytes:
    data = b"".join(parts)
    return len(data).to_bytes(width) + data


def server_hello(version: int, suite: int = 0x1301) -> bytes:
    """A ServerHello; a version above TLS 1.2 stands in its extension."""
    extension = vector(2, struct.pack(">HHH", 43, 2, version)) if version > 0x0303 else b""
    return message(
        2, struct.pack(">H", min(version, 0x0303)) + bytes(32) + vector(1) + struct.pack(">HB", suite, 0) + extension
    )


def received(*data: bytes) -> tuple[Message, ...]:
    """The messages in what a server sends."""
    return wire.decode([Chunk("received", 0.5, one) for one in data], [], "sent")


def certificate13(*certificates: bytes) -> bytes:
    return vector(1) + vector(3, *(vector(3, one) + vector(2) for one in certificates))


def compressed(method: int, plain: bytes, claimed: int | None = None) -> bytes:
    size = len(plain) if claimed is None else claimed
    return message(25, struct.pack(">H", method) + size.to_bytes(3) + vector(3, zlib.compress(plain)))


def test_a_compressed_certificate(papers: Papers) -> None:
    """RFC 8879, 4: zlib is opened; the others are named."""
    chain = ders(papers.server, papers.issuing)
    plain = certificate13(*chain)
    found = received(record(22, server_hello(0x0304)), record(22, compressed(1, plain)))[-1]
    assert found.body == Certificate(chain, (b"",) * len(chain), "zlib")
    for number, name in ((2, "brotli"), (3, "zstd"), (77, "0x004d")):
        messages = received(record(22, server_hello(0x0304)), record(22, compressed(number, plain)))
        assert messages[-1].body == CompressedCertificate(name, len(plain))
        found = evidence(messages)
        assert (found.server_certificates, found.server_compression) == (None, name)


@pytest.mark.parametrize("claimed", [0, 1, 99, 101, 1 << 20, (1 << 24) - 1])
def test_a_decompression_bomb_is_not_opened(claimed: int) -> None:
    plain = certificate13(bytes(94)) if claimed < 1000 else bytes(16 << 20)
    [_, found] = received(record(22, server_hello(0x0304)), *records_of(compressed(1, plain, claimed)))
    assert found.kind is Kind.UNDECODED
    assert found.name == "CompressedCertificate"


def records_of(data: bytes) -> list[bytes]:
    return [record(22, data[at : at + 16000]) for at in range(0, len(data), 16000)]


def test_bombs_are_counted() -> None:
    """However many are sent, only the first few are opened."""
    bomb = compressed(1, certificate13(bytes(1 << 16)))
    messages = received(record(22, server_hello(0x0304)), *records_of(bomb * 50))
    assert sum(isinstance(m.body, Certificate) for m in messages) == 4
    assert sum(isinstance(m.body, CompressedCertificate) for m in messages) == 46


def test_tls10_is_read_as_far_as_it_is_in_the_clear() -> None:
    """RFC 4346, 7.4.4: a CertificateRequest without signature algorithms."""
    request = message(13, vector(1, bytes((1, 64))) + vector(2, vector(2, b"0\0")))
    data = record(22, server_hello(0x0301, 0xC009) + request, 0x0301)
    [hello, asked, *rest] = received(data + record(20, b"\1", 0x0301) + record(22, bytes(48), 0x0301))
    assert isinstance(hello.body, ServerHello)
    assert hello.body.version == "TLSv1"
    assert asked.body == CertificateRequest((), (), ("rsa_sign", "ecdsa_sign"), (b"0\0",), ())
    assert [m.kind for m in rest] == [Kind.CHANGE_CIPHER_SPEC, Kind.UNDECODED]
    assert evidence(rest).unread == ("encrypted with TLSv1, which is not decoded here",)


@pytest.mark.parametrize("suite", [0x000A, 0x0005, 0xC008, 0xFEFE])
def test_suites_that_are_not_decrypted(suite: int) -> None:
    hello = message(1, struct.pack(">H", 0x0303) + bytes(32) + vector(1) + vector(2, bytes(2)) + vector(1, b"\0"))
    chunks = [
        Chunk("sent", 0, record(22, hello)),
        Chunk("received", 1, record(22, server_hello(0x0303, suite)) + record(20, b"\1") + record(22, bytes(40))),
    ]
    messages = wire.decode(chunks, [b"CLIENT_RANDOM " + b"00" * 32 + b" " + b"11" * 48], "sent")
    assert "not decoded here" in evidence(messages).unread[0]


def test_a_stapled_response() -> None:
    entry = vector(3, b"0\0") + vector(2, struct.pack(">H", 5) + vector(2, b"\1" + vector(3, b"response")))
    body = vector(1) + vector(3, entry)
    assert evidence(received(record(22, server_hello(0x0304) + message(11, body)))).stapled
    status = message(22, b"\1" + vector(3, b"response"))
    assert evidence(received(record(22, server_hello(0x0303, 0xC02B) + status))).stapled


@pytest.mark.parametrize(
    ("first", "says"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "HTTP: HTTP/1.1 400 Bad Request"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "SSH: SSH-2.0-OpenSSH_9.2"),
        (b"220 mail.test ESMTP\r\n", "SMTP: 220 mail.test ESMTP"),
        (b"\x00\x01\x02", "not TLS: \\x00\\x01\\x02"),
        (b"\x16\x02\x00\x00\x05hello", "not TLS: "),
        (b"\x16\x03\x03\xff\xff", "not TLS: "),
        (b"\x15\xff", "not TLS: "),
    ],
)
def test_what_is_not_tls(first: bytes, says: str) -> None:
    [found] = received(first[:1], first[1:]) if first[0] not in range(20, 25) else received(first)
    assert (found.kind, found.size) == (Kind.NOT_TLS, len(first))
    [step] = flight.steps([found])
    assert step.alarm
    assert step.facts[0].startswith(says)


def test_not_tls_any_more() -> None:
    [alert, foreign] = received(record(21, bytes((2, 40))) + b"Goodbye", b", all")
    assert (alert.kind, alert.name) == (Kind.ALERT, "handshake_failure")
    assert (foreign.kind, foreign.size) == (Kind.NOT_TLS, 12)
    assert isinstance(foreign.body, Undecoded)
    assert foreign.body.reason.endswith("what came before was")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\x16\x03\x03", "the bytes end within a record"),
        (record(22, b"\1\0\1\0")[:-1], "the bytes end within a record"),
        (record(22, message(1, bytes(300))[:200]), "the bytes end within a handshake message"),
        (record(22, message(1, bytes(10))), "its lengths do not add up"),
        (record(22, message(2, bytes(35))), "its lengths do not add up"),
        (record(21, b"\2"), "an alert that is not of 2 bytes"),
        (record(24, b"beat"), "a record of type 24"),
        (record(23, b"data"), "encrypted before any key is known"),
    ],
)
def test_what_cannot_be_read_has_a_reason(data: bytes, reason: str) -> None:
    [found] = received(data)
    assert found.kind is Kind.UNDECODED
    assert isinstance(found.body, Undecoded)
    assert found.body.reason == reason


def test_a_flood_of_messages_has_an_end() -> None:
    for flood in (record(21, b"\1\0"), record(22, message(0, b"") * 4000), record(20, b"\1")):
        messages = received(flood * (30_000_000 // len(flood) // 8))
        assert len(messages) == wire.MAX_MESSAGES + 1
        assert messages[-1].kind is Kind.UNDECODED


def test_each_side_can_only_say_its_own(papers: Papers) -> None:
    """A server that says what only clients say changes nothing of what is known of the client."""
    seen = wire_lab.converse(*both(papers, nothing))
    foreign = message(1, struct.pack(">H", 0x0303) + bytes(32) + vector(1) + vector(2, bytes(2)) + vector(1, b"\0"))
    chunks = [seen.chunks[0], Chunk("received", 0.0, record(22, foreign)), *seen.chunks[1:]]
    chunks.insert(3, Chunk("sent", 0.0, record(22, server_hello(0x0303))))
    found = evidence(wire.decode(chunks, seen.secrets, "sent"))
    assert found.unread == ()
    assert found.client_hello
    assert found.client_hello.server_name == "localhost"
    assert found.server_hello
    assert found.server_hello.version == "TLSv1.3"
    assert found.client_certificates == 2


def test_what_is_alike_is_told_once() -> None:
    [found] = received(record(23, b"") * 100_000 + record(23, b"x") * 7)
    assert (found.kind, found.size) == (Kind.UNDECODED, 7)


def test_bytes_that_come_one_by_one() -> None:
    """20 MB of a handshake message that never ends, and records in pieces of a byte."""
    [found] = received(*records_of(bytes((1, 255, 255, 255)) + bytes(10 << 20)))
    assert found.kind is Kind.UNDECODED
    assert found.size == (10 << 20) + 4
    data = record(22, server_hello(0x0303)) * 2000
    messages = received(*(data[at : at + 1] for at in range(len(data))))
    assert len(messages) == 2000


# Real conversations, cut anew and damaged.


@pytest.fixture(scope="module")
def recordings(papers: Papers) -> list[Recording]:
    made = [
        wire_lab.converse(*both(papers, nothing)),
        wire_lab.converse(*both(papers, only(TLS12))),
        wire_lab.converse(*both(papers, nothing, shown=False)),
        wire_lab.converse(*both(papers, lambda _, server: server.set_tmp_ecdh(ec.SECP521R1()))),
        wire_lab.converse(*both(papers, with_suite(TLS12, "ECDHE-ECDSA-AES128-SHA"))),
    ]
    assert all(evidence(told(seen)).unread == () for seen in made)
    return made


FUZZ = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@FUZZ
@given(seed=st.integers(0, 2**32), piece=st.integers(1, 3000))
def test_the_cuts_between_chunks_do_not_matter(recordings: list[Recording], seed: int, piece: int) -> None:
    lottery = random.Random(seed)
    seen = lottery.choice(recordings)
    cut = []
    for chunk in seen.chunks:
        data = chunk.data
        while data:
            size = lottery.randint(1, piece)
            cut.append(chunk._replace(data=data[:size]))
            data = data[size:]
    assert wire.decode(cut, seen.secrets, "sent") == told(seen)


def survive(messages: tuple[Message, ...]) -> None:
    """Everything that is made of messages can be made of these, and shown."""
    evidence(messages)
    steps = flight.steps(messages)
    json.loads(jsonform.dumps(steps))
    for line in trace.lines(steps):
        text = "".join(piece if isinstance(piece, str) else piece[0] for piece in line)
        assert text.isprintable()
        assert len(text) <= 80 or " " not in text.strip()[40:]


@FUZZ
@given(data=st.data())
def test_damage_is_survived(recordings: list[Recording], data: st.DataObject) -> None:
    seen = data.draw(st.sampled_from(recordings))
    chunks = list(seen.chunks)
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(chunks) - 1))
        chunks[at] = chunks[at]._replace(data=damaged(chunks[at].data, data))
    secrets = data.draw(st.sampled_from([seen.secrets, seen.secrets[:2], []]))
    survive(wire.decode(chunks, secrets, data.draw(st.sampled_from(["sent", "received"]))))


def damaged(original: bytes, data: st.DataObject) -> bytes:
    at = data.draw(st.integers(0, max(0, len(original) - 1)))
    match data.draw(st.sampled_from(["flip", "cut", "insert", "repeat", "length"])):
        case "flip":
            return original[:at] + bytes((data.draw(st.integers(0, 255)),)) + original[at + 1 :]
        case "cut":
            return original[:at]
        case "insert":
            return original[:at] + data.draw(st.binary(max_size=40)) + original[at:]
        case "repeat":
            return original[:at] + original
    return original[:at] + b"\xff\xff" + original[at + 2 :]


@FUZZ
@given(
    kind=st.integers(0, 255),
    body=st.binary(max_size=400),
    version=st.sampled_from(["", "TLSv1", "TLSv1.2", "TLSv1.3"]),
    suite=st.sampled_from(["", "TLS_DHE_RSA_WITH_AES_128_CBC_SHA", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"]),
)
def test_any_message_is_read_or_malformed(kind: int, body: bytes, version: str, suite: str) -> None:
    with suppress(wire_messages.Malformed):
        wire_messages.read(kind, body, version, suite)
    survive(received(record(22, server_hello(0x0304)), record(22, message(kind, body))))


@FUZZ
@given(chunks=st.lists(st.tuples(st.booleans(), st.binary(max_size=200)), max_size=12), log=st.binary(max_size=200))
def test_any_bytes_are_survived(chunks: list[tuple[bool, bytes]], log: bytes) -> None:
    made = [Chunk("sent" if sent else "received", 0.0, data) for sent, data in chunks]
    messages = wire.decode(made, log.split(b"\n"), "sent")
    survive(messages)
    assert sum(m.size for m in messages) <= sum(len(data) for _, data in chunks)


def test_names() -> None:
    assert tlsnames.name(tlsnames.GROUPS, 0x11EC) == "X25519MLKEM768"
    assert tlsnames.name(tlsnames.GROUPS, 0x3A3A) == "GREASE"
    assert tlsnames.name(tlsnames.GROUPS, 0x3A2A) == "0x3a2a"
    assert tlsnames.suite(0x1301) == "TLS_AES_128_GCM_SHA256"
    assert tlsnames.name(tlsnames.SCHEMES, 0x0905) == "mldsa65"


def test_the_suites_are_named_as_openssl_names_them() -> None:
    """The registry's names stand beside the numbers in `openssl ciphers`."""
    words = ["openssl", "ciphers", "-V", "-stdname", "ALL:COMPLEMENTOFALL:@SECLEVEL=0"]
    said = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    rows = [line.split() for line in said.splitlines()]
    known = {int(row[0][2:4] + row[0][7:9], 16): row[2] for row in rows}
    common = known.keys() & tlsnames.SUITES.keys()
    assert len(common) > 50
    assert {number: tlsnames.suite(number) for number in common} == {number: known[number] for number in common}

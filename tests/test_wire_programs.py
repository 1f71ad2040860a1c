"""The decoder meets other stacks: what their messages say is what they are known to do, and nothing is left unread."""

import importlib
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import matrix
import pytest
import tls_lab
import wire_lab
from matrix_pki import Pki
from tls_lab import Lab

from mtlsctl.core import wire
from mtlsctl.core.evidence import Evidence, evidence

SERVERS = ("nginx", "gnutls", "java", "caddy", "node", "granian", "boringssl")
"""OpenSSL, GnuTLS, the JDK, Go, Node's OpenSSL, rustls, BoringSSL."""

NODE = """
const [port, ca, cert, key] = process.argv.slice(1), read = require('fs').readFileSync
const how = {host: 'localhost', port, servername: 'localhost', ca: read(ca), cert: read(cert), key: read(key)}
const socket = require('tls').connect({...how, ALPNProtocols: ['h2', 'x']}, () => socket.end('hello'))
socket.resume()
"""


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    return tls_lab.build(tmp_path_factory.mktemp("lab"))


@pytest.mark.parametrize("version", matrix.VERSIONS)
@pytest.mark.parametrize("name", SERVERS)
def test_servers(name: str, version: str, pki: Pki, tmp_path: Path) -> None:
    """The trace of a good client and of one without a certificate agrees with what OpenSSL says of the connection."""
    server = importlib.import_module(f"servers.{name}")
    with server.run(tmp_path, pki.papers, version=version) as running:
        for client in ("good", "none"):
            options = ("--ca", pki.root, *pki.clients[client].options, "--tls-min", version, "--tls-max", version)
            result = matrix.ask(f"localhost:{running.port}", *options, "--trace")["result"]
            agree(result, shown=client == "good")


def agree(result: Any, *, shown: bool) -> None:
    steps = result["trace"]
    assert not [step for step in steps if step["kind"] in ("undecoded", "not_tls")]
    by = {(step["sender"], step["name"]): step["detail"] for step in steps}
    assert by["server", "ServerHello"]["version"] == result["version"]
    group = by["server", "ServerHello"]["group"] or by["server", "ServerKeyExchange"]["group"]
    assert group.lower() == result["group"].lower()
    subjects = [one["subject"] for one in by["server", "Certificate"]["chain"]]
    assert subjects == [one["subject"] for one in result["server_chain"]]
    asked = by["server", "CertificateRequest"]
    assert asked["authorities"] == result["acceptable_issuers"]
    assert "ecdsa_secp256r1_sha256" in asked["signature_algorithms"]
    assert by["client", "Certificate"]["count"] == (2 if shown else 0)
    assert (("client", "CertificateVerify") in by) is shown is result["sent_certificate"]
    alerts = [step["detail"]["number"] for step in steps if step["kind"] == "alert" and step["sender"] == "server"]
    assert [n for n in alerts if n] == [a["number"] for a in result["alerts"] if a["direction"] == "received"]


def curl(port: int, lab: Lab) -> list[Any]:
    return ["curl", "-s", "--cacert", lab.cert("root"), *lab.pair("alice"), f"https://localhost:{port}/"]


def gnutls(port: int, lab: Lab) -> list[Any]:
    own = "--x509certfile", lab.cert("alice"), "--x509keyfile", lab.key("alice")
    return ["gnutls-cli", "--x509cafile", lab.cert("root"), *own, "-p", port, "localhost"]


def node(port: int, lab: Lab) -> list[Any]:
    return ["node", "-e", NODE, port, lab.cert("root"), lab.cert("alice"), lab.key("alice")]


def java(port: int, lab: Lab) -> list[Any]:
    return ["keytool", "-printcert", "-sslserver", f"localhost:{port}"]


@pytest.mark.parametrize("version", matrix.VERSIONS)
@pytest.mark.parametrize("client", [curl, gnutls, node], ids=lambda client: client.__name__)
def test_clients(client: Callable[[int, Lab], list[Any]], version: str, lab: Lab, tmp_path: Path) -> None:
    found = through(client, version, lab, tmp_path)
    assert found.unread == ()
    assert found.client_hello
    assert found.client_hello.server_name == "localhost"
    assert found.client_hello.versions[0] == "TLSv1.3"
    assert (found.client_certificates, found.client_scheme) == (2, "ecdsa_secp256r1_sha256")
    assert found.server_hello
    assert found.server_hello.version == f"TLSv{version}"
    if client is node:
        assert found.client_hello.alpn == ("h2", "x")


@pytest.mark.parametrize("version", matrix.VERSIONS)
def test_a_java_client_that_has_no_certificate(version: str, lab: Lab, tmp_path: Path) -> None:
    """It is refused before its keys are known to anybody else."""
    found = through(java, version, lab, tmp_path)
    label = "CLIENT_TRAFFIC_SECRET_0" if version == "1.3" else "CLIENT_RANDOM"
    assert set(found.unread) <= {f"encrypted, and the key log has no {label}"}
    assert (found.client_certificates, found.client_scheme) == (0, "")
    assert ("server", 116 if version == "1.3" else 40) in found.alerts


def through(client: Callable[[int, Lab], list[Any]], version: str, lab: Lab, folder: Path) -> Evidence:
    """What a client and `openssl s_server`, which asks for a certificate and keeps the key log, say to each other."""
    log = folder / "keys.log"
    options = ("-Verify", "2", "-CAfile", str(lab.cert("root")), "-keylogfile", str(log), "-www")
    with (
        tls_lab.s_server(lab, "server", f"-tls{version.replace('.', '_')}", *options) as port,
        wire_lab.recorder(port) as (near, seen),
    ):
        words = list(map(str, client(near, lab)))
        subprocess.run(words, input=b"", capture_output=True, timeout=tls_lab.PATIENCE, check=False)
    secrets = log.read_bytes().splitlines() if log.exists() else []
    return evidence(wire.decode(seen.chunks, secrets, "sent"))

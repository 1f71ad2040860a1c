"""mtlsctl serve meets every client of the matrix, strict and lenient, in both versions of TLS."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import matrix_pki
import pytest
import support
import tls_lab
from matrix_pki import Client, Pki
from tls_lab import Server

VERSIONS = ("1.2", "1.3")
# Let in by OpenSSL, whatever others do.
GOOD = {
    *("good", "bob", "no-eku", "ed25519", "p384", "p521"),
    *("rsa2048", "rsa3072", "rsa-pss"),
}
# A leaf alone: its CA may be an intermediate that is missing, or a stranger.
UNSURE = {"unknown-ca": ("client-cert-missing-intermediate",)}
# Good, below CAs of which the CRLs at hand know nothing.
NO_CRL = {"two-intermediates", "wrong-order"}
# The client's library, not ours, keeps its certificate to itself.
NOT_SENT = {"secp256k1"}


def words(pki: Pki) -> tuple[Any, ...]:
    papers = pki.papers
    return ("--cert", papers.cert, "--key", papers.key, "--client-ca", papers.client_ca, "--crl", pki.crl)


@pytest.fixture(scope="module")
def strict(pki: Pki) -> Iterator[Server]:
    with tls_lab.serving(*words(pki)) as server:
        yield server


@pytest.fixture(scope="module")
def lenient(pki: Pki) -> Iterator[Server]:
    with tls_lab.serving(*words(pki), "--lenient") as server:
        yield server


def s_client(server: Server, client: Client, version: str) -> Any:
    """What the server answered to `openssl s_client` with an identity of the matrix; None without an answer."""
    command: list[Any] = ["openssl", "s_client", "-connect", f"127.0.0.1:{server.port}", "-quiet", "-ign_eof"]
    command += [f"-tls{version.replace('.', '_')}", "-cipher", "DEFAULT:@SECLEVEL=0"]
    command += presenting(client)
    done = subprocess.run(command, input=b"GET / HTTP/1.0\r\n\r\n", capture_output=True, timeout=30, check=False)
    _, _, body = done.stdout.partition(b"\r\n\r\n")
    return json.loads(body) if body else None


def presenting(client: Client) -> list[Any]:
    """The words by which s_client shows an identity: the leaf, and what is below it in the file."""
    if client.cert is None:
        return []
    begin = b"-----BEGIN CERTIFICATE-----"
    _, _, *above = client.cert.read_bytes().split(begin)
    chain = client.cert.with_suffix(".above")
    chain.write_bytes(b"".join(begin + one for one in above))
    return ["-cert", client.cert, "-key", client.key, *(["-cert_chain", chain] if above else [])]


def codes(client: Client, confidence: str) -> tuple[str, ...]:
    """What may be said first of a client."""
    if client.defect in NO_CRL:
        return ("client-cert-revocation-unknown",)
    return client.codes if confidence == "certain" else (*client.codes, *UNSURE.get(client.defect, ()))


def first(server: Server) -> Any:
    """The first event of the next connection."""
    assert server.process.stdout is not None
    while True:
        event = json.loads(server.process.stdout.readline())
        if event["result"]["kind"] in ("accepted", "refused"):
            return event


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("defect", matrix_pki.CODES)
def test_strict(pki: Pki, strict: Server, defect: str, version: str) -> None:
    client = pki.clients[defect]
    told, event = s_client(strict, client, version), first(strict)
    result, findings = event["result"], event["findings"]
    if defect in GOOD:
        assert (result["kind"], told["authenticated"], event["ok"]) == ("accepted", True, True), findings
        return
    assert (result["kind"], told, event["ok"]) == ("refused", None, False)
    assert result["refused_by"] == "server"
    if defect in NOT_SENT:
        assert findings[0]["code"] in ("client-cert-required", "connection-closed"), findings
        return
    assert findings[0]["code"] in codes(client, result["confidence"]), findings
    if client.cert and result["confidence"] == "certain":
        sent = matrix_pki.x509.load_pem_x509_certificates(client.cert.read_bytes())
        shown = [result["client"]["certificate"], *result["client"]["chain"]]
        assert len(shown) == len(sent), "the chain is shown as it was sent, also in TLS 1.3"


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("defect", matrix_pki.CODES)
def test_lenient(pki: Pki, lenient: Server, defect: str, version: str) -> None:
    client = pki.clients[defect]
    told, event = s_client(lenient, client, version), first(lenient)
    if told is None:
        assert defect in {"secp256k1", "bad-signature"}, event
        return
    assert event["result"]["kind"] == "accepted"
    assert told["authenticated"] is event["result"]["client"]["authenticated"] is (defect in GOOD)
    if defect in GOOD:
        assert all(r["code"] == "portability" for r in told["would_refuse"]), told["would_refuse"]
        return
    assert told["would_refuse"]
    assert told["would_refuse"] == event["result"]["would_refuse"]
    assert event["findings"][0]["code"] == "verify-disabled"
    assert {f["verdict"] for f in event["findings"]} == {"warn"}
    if defect not in NOT_SENT:
        assert told["would_refuse"][0]["code"] in codes(client, "likely")
    assert told["would_refuse"][0]["who"]


@pytest.mark.parametrize("defect", sorted(NO_CRL))
def test_without_crls_every_chain_that_leads_up_is_good(pki: Pki, defect: str) -> None:
    with tls_lab.serving(*words(pki)[:-2]) as server:
        assert s_client(server, pki.clients[defect], "1.3")["authenticated"]


def test_lenience_is_loud(pki: Pki) -> None:
    listening = subprocess.Popen(
        [support.TOOL, "serve", *map(str, words(pki)), "--lenient", "--listen", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert b"lets in everybody" in tls_lab.line_with(listening, b"warn")
    listening.terminate()
    listening.communicate(timeout=tls_lab.PATIENCE)


@pytest.mark.parametrize(
    ("crl", "message"), [("crl_stale", "expired at"), ("crl_without_issuing", "revocation unknown: no CRL of")]
)
@pytest.mark.parametrize("version", VERSIONS)
def test_a_crl_that_is_stale_or_missing_lets_nobody_in(pki: Pki, crl: str, message: str, version: str) -> None:
    with tls_lab.serving(*words(pki)[:-1], getattr(pki, crl)) as server:
        assert s_client(server, pki.clients["good"], version) is None
        event = first(server)
    found = event["findings"][0]
    assert (found["code"], event["result"]["refused_by"]) == ("client-cert-revocation-unknown", "server")
    assert message in found["message"]
    assert found["whose"] == "ours"


@pytest.mark.parametrize("odd", [*tls_lab.ODD, *tls_lab.TAKEN])
def test_lenience_with_what_cannot_be_decoded(pki: Pki, tmp_path: Path, odd: str) -> None:
    """OpenSSL takes these certificates and cryptography does not: let in, told, and never called authenticated."""
    root = support.make_cert("Odd Root", ca=True)
    cert, key = tls_lab.odd_pair(tmp_path, root, odd, support.CLIENT_AUTH)
    ca = support.write(tmp_path / "ca.pem", root.pem)
    papers = pki.papers
    options = ("--cert", papers.cert, "--key", papers.key, "--client-ca", ca, "--lenient")
    with tls_lab.serving(*options) as server:
        told = s_client(server, Client(odd, (), cert, key), "1.3")
        event = first(server)
    assert event["result"]["kind"] == "accepted"
    assert told["authenticated"] is event["result"]["client"]["authenticated"] is (odd in tls_lab.TAKEN)
    assert bool(told["would_refuse"]) or odd in tls_lab.TAKEN


def test_revoked_is_alert_44(pki: Pki, strict: Server, tmp_path: Path) -> None:
    client = pki.clients["revoked"]
    command: list[Any] = ["openssl", "s_client", "-connect", f"127.0.0.1:{strict.port}", "-ign_eof", "-tls1_3"]
    command += presenting(client)
    done = subprocess.run(command, input="x\n", capture_output=True, text=True, timeout=30, check=False)
    assert "alert number 44" in done.stderr
    event = first(strict)
    assert [a["number"] for a in event["result"]["alerts"]] == [44]
    assert "revoked by" in event["findings"][0]["message"]

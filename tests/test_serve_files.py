"""mtlsctl serve reads its files again: a whole new set or the old one, never half of each; and its CRLs."""

import json
import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import support
import tls_lab
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from support import CLIENT_AUTH, SERVER_AUTH, make_cert
from tls_lab import LOCAL, Server

from mtlsctl.core.tls import TlsSettings
from mtlsctl.errors import InputError
from mtlsctl.workflows import serving
from mtlsctl.workflows.fresh import Fresh, Source

Tool = Callable[..., support.Result]


class Place:
    """A server's files, and the clients that come to it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.root = make_cert("Root", ca=True)
        self.cert, self.key, self.ca = folder / "s.pem", folder / "s.key", folder / "ca.pem"
        self.new_server("one")
        support.write(self.ca, self.root.pem)
        support.write(folder / "trust.pem", self.root.pem)
        client = make_cert("alice", self.root, ekus=(CLIENT_AUTH,))
        support.write(folder / "alice.pem", client.pem, client.key_pem)

    def server_pair(self, name: str) -> support.Pair:
        return make_cert(name, self.root, sans=(*LOCAL, x509.DNSName(f"{name}.test")), ekus=(SERVER_AUTH,))

    def new_server(self, name: str) -> None:
        pair = self.server_pair(name)
        replace(self.cert, pair.pem)
        replace(self.key, pair.key_pem)

    @property
    def words(self) -> tuple[Any, ...]:
        return "--cert", self.cert, "--key", self.key, "--client-ca", self.ca

    def curl(self, server: Server) -> subprocess.CompletedProcess[str]:
        words = ["curl", "-sS", "-v", "--max-time", "10", "--cacert", self.folder / "trust.pem"]
        words += ["--cert", self.folder / "alice.pem", f"https://localhost:{server.port}/"]
        return subprocess.run(words, capture_output=True, text=True, check=False)

    def served(self, server: Server) -> str:
        """The subject of the certificate that the server shows."""
        done = self.curl(server)
        assert json.loads(done.stdout)["authenticated"], done.stderr
        return next(line.split("subject: ")[1].strip() for line in done.stderr.splitlines() if "subject: " in line)


def replace(path: Path, data: bytes) -> None:
    """As renewals do it: a rename into place."""
    support.write(path.with_suffix(".new"), data)
    os.replace(path.with_suffix(".new"), path)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_a_new_pair_is_met_by_the_next_client(place: Place) -> None:
    with tls_lab.serving(*place.words) as server:
        assert place.served(server) == "CN=one"
        place.new_server("two")
        assert place.served(server) == "CN=two"
        event = server.event("reloaded")
        assert event["ok"]
        assert "s.pem" in event["result"]["detail"]
        assert "CN=two" in event["result"]["detail"]
        assert server.stop() == 0


def test_half_a_pair_is_not_served(place: Place) -> None:
    two = place.server_pair("two")
    with tls_lab.serving(*place.words) as server:
        replace(place.cert, two.pem)
        assert place.served(server) == "CN=one"
        kept = server.event("kept")
        assert (kept["ok"], kept["findings"][0]["code"], kept["findings"][0]["whose"]) == (
            False,
            "reload-failed",
            "ours",
        )
        assert "does not belong" in kept["findings"][0]["message"]
        assert place.served(server) == "CN=one"
        replace(place.key, two.key_pem)
        assert place.served(server) == "CN=two"
        server.event("reloaded")


@pytest.mark.parametrize("harm", ["garbage", "gone", "empty"])
def test_a_damaged_file_changes_nothing(place: Place, harm: str) -> None:
    with tls_lab.serving(*place.words) as server:
        good = place.ca.read_bytes()
        if harm == "gone":
            place.ca.unlink()
        else:
            place.ca.write_bytes(b"" if harm == "empty" else b"-----BEGIN CERTIFICATE-----\nAAAA\n")
        assert place.served(server) == "CN=one"
        assert server.event("kept")["findings"][0]["code"] == "reload-failed"
        replace(place.ca, good)
        assert place.served(server) == "CN=one"
        assert server.event("reloaded")["ok"]


def test_another_ca_shuts_the_door_on_old_clients(place: Place) -> None:
    with tls_lab.serving(*place.words) as server:
        assert place.served(server) == "CN=one"
        replace(place.ca, make_cert("Other", ca=True).pem)
        assert place.curl(server).stdout == ""
        server.event("reloaded")
        assert server.event("refused")["findings"][0]["code"].startswith("client-cert-")


def test_sighup_reads_again(place: Place) -> None:
    with tls_lab.serving(*place.words) as server:
        for _ in range(2):
            server.process.send_signal(signal.SIGHUP)
            assert "asked to read again" in server.event("reloaded")["result"]["detail"]
        assert place.served(server) == "CN=one"


def test_an_encrypted_key_is_read_again_with_the_same_password(place: Place) -> None:
    from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat

    def encrypted(pair: support.Pair, password: bytes) -> bytes:
        return pair.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(password))

    pairs = [place.server_pair(name) for name in ("three", "four", "five")]
    secret = support.write(place.folder / "secret.txt", b"first")
    replace(place.cert, pairs[0].pem)
    replace(place.key, encrypted(pairs[0], b"first"))
    with tls_lab.serving(*place.words, "--password-file", secret) as server:
        assert place.served(server) == "CN=three"
        replace(place.cert, pairs[1].pem)
        replace(place.key, encrypted(pairs[1], b"first"))
        assert place.served(server) == "CN=four"
        server.event("reloaded")
        replace(place.cert, pairs[2].pem)
        replace(place.key, encrypted(pairs[2], b"second"))
        assert place.served(server) == "CN=four"
        kept = json.dumps(server.event("kept"))
        assert "first" not in kept
        assert "second" not in kept


def test_a_key_that_becomes_encrypted_asks_nobody(place: Place) -> None:
    from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat

    pair = place.server_pair("two")
    locked = pair.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"x"))
    with tls_lab.serving(*place.words) as server:
        replace(place.cert, pair.pem)
        replace(place.key, locked)
        assert place.served(server) == "CN=one"
        assert "encrypted now" in server.event("kept")["findings"][0]["message"]


def test_a_file_that_changes_while_it_is_read_is_read_again(tmp_path: Path) -> None:
    file = support.write(tmp_path / "f", b"1")
    reads = []

    def load() -> TlsSettings:
        reads.append(file.read_bytes())
        if len(reads) == 2:
            support.write(file, b"333")
        if len(reads) == 4:
            raise InputError("torn")
        return TlsSettings()

    fresh = Fresh(Source(load, (file,)))
    assert fresh.look() is None
    support.write(file, b"22")
    first, second = fresh.look(), fresh.look()
    assert first is not None
    assert second is not None
    assert (first.good, second.good) == (True, True)
    assert reads == [b"1", b"22", b"333"]
    before = fresh.context
    failed = fresh.look(asked=True)
    assert failed is not None
    assert (failed.good, fresh.context) == (False, before)
    assert fresh.look() is None, "what failed once is not tried before each connection"


def test_the_crl_of_a_ca_of_ours_is_read_again_when_it_revokes(mtlsctl: Tool, tmp_path: Path) -> None:
    home = tmp_path / "home"
    env = support.environment(home)

    def run(*words: str) -> None:
        assert support.run_tool(*words, cwd=tmp_path, env=env).exit_code == 0

    run("ca", "create")
    run("issue", "server", "localhost")
    run("issue", "client", "alice")
    place = tmp_path / "alice"
    with tls_lab.serving("--identity", tmp_path / "localhost", "--client-ca", "dev", "--crl", "dev", env=env) as server:
        curl = ["curl", "-sS", "--cacert", tmp_path / "localhost/ca.pem", "--cert", place / "fullchain.pem"]
        curl += ["--key", place / "key.pem", f"https://localhost:{server.port}/"]
        assert json.loads(subprocess.run(curl, capture_output=True, check=True).stdout)["authenticated"]
        run("revoke", "alice")
        done = subprocess.run(curl, capture_output=True, text=True, check=False)
        assert "certificate revoked" in done.stderr
        assert "CRLs, 1 revoked" in server.event("reloaded")["result"]["detail"]
        event = server.event("refused")
    assert event["findings"][0]["code"] == "client-cert-revoked"
    assert [a["number"] for a in event["result"]["alerts"]] == [44]


def test_a_crl_is_not_taken_back_to_an_older_one(mtlsctl: Tool, home: Path, tmp_path: Path) -> None:
    """Whoever was revoked in between would be let in."""
    from mtlsctl.workflows.revocation import read_crls

    mtlsctl("ca", "create")
    mtlsctl("issue", "client", "alice")
    mtlsctl("crl")
    published = home / "dev/crl/crl.pem"
    old, crl = published.read_bytes(), tmp_path / "served.pem"
    mtlsctl("revoke", "alice")
    replace(crl, published.read_bytes())
    fresh = Fresh(Source(lambda: TlsSettings(crls=tuple(read_crls(str(crl)))), (crl,)), lambda _: object())  # type: ignore[arg-type,return-value]
    replace(crl, old)
    news = fresh.look()
    assert news
    assert not news.good
    assert "older than the one in use" in news.detail
    assert sum(map(len, fresh.settings.crls)) == 1
    replace(crl, published.read_bytes())
    news = fresh.look()
    assert news
    assert news.good


def test_a_crl_that_is_cut_off_is_no_crl(tmp_path: Path) -> None:
    """Half of the last list, from a copy under way, would let in whoever is on it."""
    from mtlsctl.workflows.revocation import read_crls

    pems = []
    for name in ("Issuing", "Root"):
        ca = make_cert(name, ca=True)
        made = x509.CertificateRevocationListBuilder(ca.certificate.subject, support.NOW, support.NOW + support.DAY)
        pems.append(made.sign(ca.key, hashes.SHA256()).public_bytes(support.Encoding.PEM))
    whole = support.write(tmp_path / "crl.pem", *pems)
    assert len(read_crls(str(whole))) == 2
    for cut in (pems[0] + pems[1][:-20], pems[0][:-20] + pems[1], pems[0][:60]):
        with pytest.raises(InputError):
            read_crls(str(support.write(tmp_path / "cut.pem", cut)))


def test_what_will_be_refused_is_said_at_the_start(place: Place) -> None:
    from datetime import timedelta

    old = {"not_before": support.NOW - 9 * support.DAY, "not_after": support.NOW - support.DAY}
    pair = make_cert("late", place.root, sans=LOCAL, ekus=(SERVER_AUTH,), **old)
    replace(place.cert, pair.pem)
    replace(place.key, pair.key_pem)
    made = x509.CertificateRevocationListBuilder(
        place.root.certificate.subject, support.NOW - 9 * support.DAY, support.NOW - timedelta(hours=1)
    ).sign(place.root.key, hashes.SHA256())
    crl = support.write(place.folder / "crl.der", made.public_bytes(support.Encoding.DER))
    words = [support.TOOL, "serve", "--json", *place.words, "--crl", crl, "--listen", "0"]
    with subprocess.Popen(words, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        event = json.loads(process.stdout.readline())
        process.terminate()
    assert [f["code"] for f in event["findings"]] == ["server-cert-expired", "client-cert-revocation-unknown"]
    assert {f["verdict"] for f in event["findings"]} == {"warn"}


def test_crls_without_end_are_refused(mtlsctl: Tool, place: Place) -> None:
    made = x509.CertificateRevocationListBuilder(
        place.root.certificate.subject, support.NOW - support.DAY, support.NOW + support.DAY
    ).sign(place.root.key, hashes.SHA256())
    many = support.write(place.folder / "many.pem", made.public_bytes(support.Encoding.PEM) * (serving.MAX_LISTS + 1))
    done = mtlsctl("handshake", "localhost:1", "--ca", place.ca, "--crl", many)
    assert (done.exit_code, done.stdout) == (2, "")
    assert f"{many}: more than 2,000 CRLs" in done.stderr


@pytest.mark.parametrize(
    ("words", "message", "hint"),
    [
        (("--crl", "nowhere.pem"), "no such file", ""),
        (("--crl", "{key}"), "expected a CRL", "mtlsctl inspect"),
        (("--crl", "{ca}", "--no-client-cert"), "--crl is of no use", "--require"),
        (("--require", "--request"), "contradict", "give one"),
        (("--tls-min", ""), "--tls-min is empty", "leave it away"),
        (("--ciphers", ""), "--ciphers is empty", "leave it away"),
        (("--client-ca", ""), "--client-ca is empty", "--client-ca NAME|FILE"),
        (("--request", "--client-cert", "required"), "contradict", "give one"),
        (("--lenient", "--no-client-cert"), "--lenient is of no use", "--client-ca"),
        (("--groups", "x25591"), "no group", "x25519"),
        (("--ciphers", "TLS_AES_128_GCM_SHA256", "--tls-max", "1.2"), "TLS 1.3", ""),
    ],
)
def test_what_cannot_be_served(mtlsctl: Tool, place: Place, words: tuple[str, ...], message: str, hint: str) -> None:
    filled = [word.format(key=place.key, ca=place.ca) for word in words]
    done = mtlsctl("serve", *place.words, "--listen", "0", *filled)
    assert (done.exit_code, done.stdout) == (2, ""), done.stderr
    assert message in done.stderr
    assert hint in done.stderr


def test_stdin_cannot_be_read_again(mtlsctl: Tool, place: Place) -> None:
    done = mtlsctl("serve", "--cert", "-", "--key", place.key, "--listen", "0", stdin=place.cert.read_bytes())
    assert (done.exit_code, "stdin" in done.stderr) == (2, True)

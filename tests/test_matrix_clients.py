"""The matrix from the other end: real clients meet `mtlsctl serve`, which says who refused whom, and why."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import clients
import matrix
import matrix_server_pki
import pytest
import tls_lab
from clients import Call, Word
from matrix_pki import Pki
from matrix_server_pki import Server
from tls_lab import Server as Serving

# What a server can know of it: whom its clients trust is their secret.
UNTRUSTED = ("server-untrusted-root", "connection-closed")
OURS: dict[str, tuple[str, ...]] = {
    "good": (),
    "unknown-root": UNTRUSTED,
    "root-sent": UNTRUSTED,
    "rekeyed-issuing": (*UNTRUSTED, "server-ca-rekeyed", "server-bad-signature", "server-missing-intermediate"),
    "rekeyed-root": (*UNTRUSTED, "server-ca-rekeyed", "server-missing-intermediate"),
    "self-signed": (),
    "missing-intermediate": (),
    "wrong-intermediate": (*UNTRUSTED, "server-bad-signature"),
    "expired": (),
    "not-yet-valid": (),
    "wrong-name": ("server-ip-not-in-san",),  # Java names no server where the name has no dot
    "ip-not-in-san": (),
    "ip-as-dns-name": (),
    "cn-only": (),
    "client-auth-only": (),
    "any-eku": (),
    "unknown-critical": (),
    "bad-signature": (),
    "intermediate-expired": ("server-untrusted-root",),  # NSS says unknown_ca of it
    "issuing-not-ca": (),
    "issuing-without-cert-sign": (),
    "path-length": (),
    "name-constraints-dns": (),
    "ed25519": ("no-shared-cipher", "no-shared-sigalg"),
}
"""Our defects, and the codes that are right besides the defect's own."""

THEIRS: dict[str, tuple[str, ...]] = {
    "none": (),
    "good": (),
    "two-intermediates": (),
    # Java and Go keep to the list of CAs: what does not lead to one of them is not sent (RFC 8446, 4.2.4).
    "unknown-ca": ("client-cert-required", "client-cert-missing-intermediate"),  # it came alone
    "unknown-ca-with-chain": ("client-cert-required",),
    "leaf-only": ("client-cert-required",),
    "self-signed": ("client-cert-required",),
    "expired": (),
    "not-yet-valid": (),
    "server-auth-only": ("client-cert-required",),
    "issuing-expired": (),
    "issuing-not-ca": ("client-cert-missing-intermediate",),  # NSS sends only what it takes for a chain itself
    "unknown-critical": (),
    "revoked": (),
    "p384": (),
}
"""The clients' defects, and the codes that are right besides."""

BOTH = frozenset(("good", "none", "unknown-root", "unknown-ca", "self-signed", "expired", "wrong-name", "revoked"))
"""Met in both versions of TLS; the others in 1.3 alone, for there is no end to it otherwise."""


@dataclass(frozen=True)
class Meeting:
    """One client's connection: what it says, and what serve says of it."""

    client: str
    version: str
    defect: str
    word: Word
    event: Any
    codes: tuple[str, ...]
    refused_by: tuple[str, ...]

    @property
    def right(self) -> bool:
        """The same outcome as the client's, the right code, the right side."""
        result, findings = self.event["result"], self.event["findings"]
        if self.word.content:
            return result["kind"] == "request" and result["refused_by"] == "nobody"
        return bool(findings) and findings[0]["code"] in self.codes and self.side_right

    @property
    def side_right(self) -> bool:
        """Who refused: nobody knows of one that left without a word."""
        said = self.event["result"]["refused_by"]
        unknown = said == "nobody" and self.event["result"]["confidence"] == "unknown"
        return said in self.refused_by or unknown

    def line(self) -> str:
        """As a line of the report."""
        result = self.event["result"]
        said = [finding["code"] for finding in self.event["findings"]]
        wanted = "content" if self.word.content else "|".join(self.codes)
        words = " ".join(self.word.words.split())[-120:]
        what = f"{result['kind']} {result['refused_by']} {result['confidence']} {said}"
        return f"{self.client:<9} {self.version} {self.defect:<24} {what}, wanted {wanted}; the client: {words}"


@pytest.fixture(scope="module")
def compiled(once: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the compiled clients are; their databases are this process's own."""
    made, here = once("clients", clients.compiled), tmp_path_factory.mktemp("clients")
    return Path(shutil.copytree(made, here, dirs_exist_ok=True, ignore=shutil.ignore_patterns("cache")))


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Server]:
    """Our identities, each with one thing wrong."""
    return matrix_server_pki.build(tmp_path_factory.mktemp("servers"))


@pytest.mark.parametrize("defect", OURS)
def test_they_refuse_us(defect: str, servers: dict[str, Server], compiled: Path) -> None:
    server = servers[defect]
    papers = server.papers
    with tls_lab.serving("--cert", papers.cert, "--key", papers.key, "--no-client-cert") as serving:
        judge(_all_refuse(serving, server, compiled))


def _all_refuse(serving: Serving, server: Server, compiled: Path) -> Iterator[Meeting]:
    codes = (*server.codes, *OURS[server.defect])
    sides = ("client", "server") if "no-shared-sigalg" in codes else ("client",)
    for name in clients.CLIENTS:
        for version in versions(server.defect):
            call = Call(server.host, serving.port, version, server.roots, compiled)
            word, event = clients.talk(name, call), last(serving)
            yield Meeting(name, version, server.defect, word, event, codes, sides)


@pytest.mark.parametrize("defect", THEIRS)
def test_we_refuse_them(defect: str, pki: Pki, compiled: Path) -> None:
    papers = pki.papers
    revocation = ("--crl", pki.crl) if defect == "revoked" else ()
    words = ("--cert", papers.cert, "--key", papers.key, "--client-ca", papers.client_ca)
    with tls_lab.serving(*words, *revocation) as serving:
        judge(_all_refused(serving, pki, defect, compiled))


def _all_refused(serving: Serving, pki: Pki, defect: str, compiled: Path) -> Iterator[Meeting]:
    client = pki.clients[defect]
    for name in clients.CLIENTS:
        for version in versions(defect):
            call = Call("localhost", serving.port, version, pki.root, compiled, client.cert, client.key)
            word, event = clients.talk(name, call), last(serving)
            yield Meeting(name, version, defect, word, event, (*client.codes, *THEIRS[defect]), ("server",))


def versions(defect: str) -> tuple[str, ...]:
    """The versions of TLS in which a defect is met."""
    return matrix.VERSIONS if defect in BOTH else matrix.VERSIONS[-1:]


def last(serving: Serving) -> Any:
    """The event that ends a connection: a refusal, a request, or that it was closed."""
    kinds = ("refused", "request", "closed")
    assert serving.process.stdout is not None
    while line := serving.process.stdout.readline():
        if (event := clients.event(line))["result"]["kind"] in kinds:
            return event
    raise AssertionError("the server ended")


def judge(meetings: Iterator[Meeting]) -> None:
    """Every meeting is told right, and `certain` is never wrong."""
    table = tuple(meetings)
    wrong = [meeting.line() for meeting in table if not meeting.right]
    certain = [m.line() for m in table if not m.right and m.event["result"]["confidence"] == "certain"]
    said = "\n".join((f"{len(wrong)} of {len(table)} are wrong", *wrong))
    assert not certain, said
    assert len(wrong) <= (1 - matrix.ROOT_CAUSES) * len(table), said

"""The whole story on loopback: a CA, a server, a client that is let in and two that are refused."""

import queue
import tempfile
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from mtlsctl.core import endpoint
from mtlsctl.core.findings import Finding
from mtlsctl.core.observation import version_words
from mtlsctl.core.profiles import ProfileName
from mtlsctl.core.tls import Demand, TlsSettings
from mtlsctl.errors import MtlsctlError, SystemTroubleError
from mtlsctl.workflows import authority, certify, identities
from mtlsctl.workflows import handshake as client
from mtlsctl.workflows import serve as server
from mtlsctl.workflows.fresh import Source
from mtlsctl.workflows.identities import Papers

CLIENTS = (
    ("alice", "Alice is let in: both ends proved that they hold their key", "ok"),
    (None, "Somebody without a certificate is refused", "client-cert-required"),
    ("mallory", "A stranger, certified by a CA that the server does not know, is refused", "client-cert-untrusted"),
)


class Step(NamedTuple):
    """One step: what it shows, the commands that it stands for, and what came of it."""

    title: str
    commands: tuple[str, ...]
    outcome: str
    as_expected: bool
    findings: tuple[Finding, ...] = ()


class Story(NamedTuple):
    """All steps together."""

    steps: tuple[Step, ...]
    as_expected: bool


def play() -> Iterator[Step]:
    """Play the story in a temporary folder and on a free port of loopback; nothing is left behind."""
    with tempfile.TemporaryDirectory(prefix="mtlsctl-demo-") as name:
        folder = Path(name)
        yield from _make(folder)
        listening = _Server(folder)
        yield Step(
            "A server that demands a client certificate from this CA",
            ("mtlsctl serve --identity localhost --client-ca dev",),
            f"listening on {listening.address}",
            True,
        )
        at = f"localhost:{listening.port}"
        for who, title, expected in CLIENTS:
            yield _shake(folder, at, who, title, expected)
        listening.join()


def _make(folder: Path) -> Iterator[Step]:
    """The CA and the identities; a second CA for the stranger."""
    for ca in ("dev", "other"):
        authority.create(authority.Plan(ca, folder / "cas" / ca), None)
    made = {
        "localhost": _issue(folder, "dev", ProfileName.SERVER, ("localhost", "127.0.0.1")),
        "alice": _issue(folder, "dev", ProfileName.CLIENT, ("alice",)),
        "mallory": _issue(folder, "other", ProfileName.CLIENT, ("mallory",)),
    }
    yield Step("A CA of your own", ("mtlsctl ca create",), "root and issuing CA, P-256", True)
    yield Step(
        "A certificate for the server and one for a client",
        ("mtlsctl issue server localhost 127.0.0.1", "mtlsctl issue client alice"),
        f"valid until {made['localhost'].certificate.not_after:%Y-%m-%d}, keys readable by you alone",
        True,
    )


def _issue(folder: Path, ca: str, profile: ProfileName, names: Sequence[str]) -> certify.Issued:
    wish = certify.Wish(profile)
    return certify.issue(str(folder / "cas" / ca), names, wish, folder, _no_password)


def _no_password(what: str) -> bytes:
    raise MtlsctlError(f"{what} asks for a password in the demo")


class _Server:
    """The debug server in a thread of its own, for exactly the handshakes of the story."""

    def __init__(self, folder: Path) -> None:
        papers = identities.complete(Papers(folder / "localhost"))
        settings = TlsSettings(
            identities.identity(papers, _no_password), identities.roots(papers.ca or ""), Demand.REQUIRED
        )
        self._wish = server.ServeWish(
            endpoint.parse("127.0.0.1:0", allow_zero=True), Source(lambda: settings), count=len(CLIENTS)
        )
        self._events: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        try:
            self.address = self._events.get(timeout=5)
        except queue.Empty:
            raise SystemTroubleError("the demo's server does not listen: no free port on loopback?") from None
        self.port = int(self.address.rpartition(":")[2])

    def _serve(self) -> None:
        for event in server.serve(self._wish):
            self._events.put(event.detail)

    def join(self) -> None:
        """Wait until the last visit is over."""
        self._thread.join(5)


def _shake(folder: Path, at: str, who: str | None, title: str, expected: str) -> Step:
    """One handshake as the client who; expected is the code that the first finding must have."""
    papers = Papers(folder / who) if who else Papers(ca=str(folder / "localhost" / "ca.pem"))
    papers = identities.complete(papers._replace(ca=str(folder / "localhost" / "ca.pem")))
    settings = TlsSettings(identities.identity(papers, _no_password), identities.roots(papers.ca or ""))
    wish = client.Wish(endpoint.parse(at), settings, "localhost/ca.pem", timeout=5.0)
    result, report = client.handshake(wish)
    stranger = ("mtlsctl ca create other", "mtlsctl issue client mallory --ca other")
    identity = f"--identity {who} " if who else ""
    command = f"mtlsctl handshake {at} {identity}--ca dev"
    return Step(
        title,
        (*stranger, command) if who == "mallory" else (command,),
        f"accepted: {version_words(result.version)}, {result.group}, {result.cipher}" if result.accepted else "refused",
        report.findings[0].code == expected,
        report.findings,
    )

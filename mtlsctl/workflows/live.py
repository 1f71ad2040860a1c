"""Look at a server: the chain that it sends, and what it asks of clients. Nothing is verified, nothing is shown."""

from dataclasses import dataclass

from mtlsctl.core import names
from mtlsctl.core.diagnose import Ours, diagnose
from mtlsctl.core.documents import Document, Kind, number
from mtlsctl.core.observation import Observation, Stage
from mtlsctl.core.tls import TlsSettings, client_context
from mtlsctl.errors import UnreachableError
from mtlsctl.workflows import clock
from mtlsctl.workflows.handshake import Place
from mtlsctl.workflows.once import Visit, once, wanted


@dataclass(frozen=True, slots=True)
class Server:
    """What one handshake without a client certificate tells of a server."""

    address: str
    server_name: str
    """The name that was asked for (SNI); "" where none was."""
    starttls: str
    version: str
    cipher: str
    group: str
    alpn: str
    asked_for_certificate: bool
    acceptable_issuers: tuple[str, ...]
    """The CAs that it names for clients; empty where it asks for none or names none."""
    refused: bool
    """It asked for a certificate and sent us away without one."""


def look(place: Place, timeout: float) -> tuple[Server, list[Document]]:
    """A server and its certificates as sent, leaf first. Raises UnreachableError where it sends none, saying why."""
    endpoint, route = place
    settings = TlsSettings()
    seen = once(client_context(settings), Visit(endpoint, timeout, lenient=True, route=route))
    met = seen.observation
    if not met.peer_chain:
        raise _trouble(met, place)
    asked = met.asked
    server = Server(
        address=seen.attempt.address,
        server_name=endpoint.server_name,
        starttls=endpoint.starttls,
        version=met.version,
        cipher=met.cipher,
        group=met.group,
        alpn=met.alpn,
        asked_for_certificate=asked,
        acceptable_issuers=tuple(map(names.dn, met.acceptable_issuers)),
        refused=asked and (met.stage is not Stage.DONE or met.received() is not None),
    )
    count = len(met.peer_chain)
    found = [
        Document(Kind.CERTIFICATE, certificate, number(endpoint.text, i, count), "TLS")
        for i, certificate in enumerate(met.peer_chain, 1)
    ]
    return server, found


def _trouble(met: Observation, place: Place) -> UnreachableError:
    """Why there is no chain to look at, in the words that handshake has for it."""
    where = wanted(place[0])
    said = diagnose(met, Ours(clock.now(), None, (), where, lenient=True))
    first = said.report.findings[0]
    return UnreachableError(first.message, first.hint, code=first.code)

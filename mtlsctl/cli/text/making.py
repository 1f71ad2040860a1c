"""How new keys, requests and certificates are told to a person."""

from collections.abc import Iterator
from shlex import quote
from typing import TYPE_CHECKING

from mtlsctl.cli.output import Line
from mtlsctl.cli.text.common import commands, date, row
from mtlsctl.core.profiles import BACKDATE
from mtlsctl.core.spans import span

if TYPE_CHECKING:
    from mtlsctl.workflows.certify import Issued, IssuedMany
    from mtlsctl.workflows.keyfile import KeyMade
    from mtlsctl.workflows.request import CsrMade
    from mtlsctl.workflows.sign import Signed


def key_made(made: "KeyMade") -> Iterator[Line]:
    """A new key: its file and kind, never more."""
    state = "encrypted" if made.encrypted else "not encrypted"
    yield [("wrote ", "bold green"), f"{made.file}: {made.key} private key, {state}, mode 0600"]
    yield from commands([f"mtlsctl csr new {quote(str(made.file))} --name NAME"])


def csr_made(made: "CsrMade") -> Iterator[Line]:
    """A new request: who it names."""
    yield [("wrote ", "bold green"), f"{made.file}: certificate signing request"]
    yield row("subject", made.subject or "(empty)")
    yield row("names", ", ".join(made.names) or "none")
    yield from commands([f"mtlsctl sign {quote(str(made.file))} --profile server"])


def signed(result: "Signed") -> Iterator[Line]:
    """Requested against granted, then the certificate."""
    if result.dry_run:
        yield [("would sign ", "bold cyan"), f"with CA {result.ca}, profile {result.profile}"]
    else:
        where = f" to {result.file}" if result.file else ""
        yield [("signed ", "bold green"), f"with CA {result.ca}, profile {result.profile}{where}"]
    yield row("requested", ", ".join(result.requested))
    yield row("granted", ", ".join(result.granted))
    for dropped in result.dropped:
        yield row("dropped", dropped)
    if result.certificate:
        yield row("serial", result.certificate.serial_hex)
        yield row("valid", f"until {date(result.certificate.not_after)}")
    yield from _notes(result.notes)
    if result.file:
        yield from commands([f"mtlsctl verify {quote(str(result.file))} --ca {quote(result.ca)}"])


def _notes(notes: tuple[str, ...]) -> Iterator[Line]:
    for note in notes:
        yield [("note  ", "cyan"), note]


def issued(result: "Issued") -> Iterator[Line]:
    """A new identity: its files, and the commands that use them."""
    facts = result.certificate
    yield [
        ("issued ", "bold green"),
        f"{result.profile} certificate for ",
        (result.identity, "bold"),
        f" with CA {result.ca}",
    ]
    yield row("names", ", ".join(result.names))
    from_now = facts.not_after - facts.not_before - BACKDATE
    yield row("valid", f"until {date(facts.not_after)}, {span(from_now)}")
    yield row("files", f"{result.folder}/ cert.pem chain.pem fullchain.pem ca.pem key.pem")
    yield from _notes(result.notes)
    yield from commands(_next(result))


def _next(result: "Issued") -> list[str]:
    folder = quote(str(result.folder))
    serve = f"mtlsctl serve --identity {folder} --client-ca {folder}/ca.pem"
    shake = f"mtlsctl handshake HOST:PORT --identity {folder}"
    curl = f"curl --cert {folder}/fullchain.pem --key {folder}/key.pem --cacert {folder}/ca.pem https://HOST:PORT/"
    match result.profile:
        case "server":
            return [serve]
        case "client":
            return [shake, curl]
        case _:
            return [serve, shake]


def issued_many(result: "IssuedMany") -> Iterator[Line]:
    """Many identities: how many and where."""
    noun = "certificate" if result.count == 1 else "certificates"
    yield [("issued ", "bold green"), f"{result.count} {result.profile} {noun} with CA {result.ca}"]
    yield row("folder", str(result.folder))

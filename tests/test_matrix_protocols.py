"""The matrix: every client meets databases, mail and other servers that speak their own protocol inside TLS."""

import importlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import matrix
import pytest
from matrix_pki import Pki
from servers import Said
from servers.accounts import ROOT


@dataclass(frozen=True)
class Variant:
    """A server with its settings, and the codes that are right where it refuses in a way of its own."""

    name: str
    server: str
    settings: dict[str, Any] = field(default_factory=dict)
    codes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    only: tuple[str, ...] = ()
    """The clients to meet; () is all of them."""
    without: tuple[str, ...] = ()
    """Clients of whom this server has no settled opinion."""
    later: tuple[str, ...] = ()
    """Words in its log by which it takes TLS and says that it will refuse in its own protocol."""


FEW = ("none", "good", "unknown-ca", "expired", "self-signed")
STALE = {"good": (), "revoked": ("client-cert-revoked",), "expired": ("client-cert-expired",)}
KEYS = ("rsa2048", "rsa3072", "p384", "p521", "ed25519", "two-intermediates", "no-eku", "bob", "revoked")
"""Clients that OpenSSL and GnuTLS take; a server of the same library is not asked again."""
REVOCATION = ("good", "revoked", "expired")
LISTED = ("none", "good", "bob", "expired")
UNLISTED = ("client-cert-not-allowed", "client-cert-refused")
CRL = {name: ("client-cert-revocation-unknown", *more) for name, more in STALE.items()}
LOGIN = ("client sent an invalid cert", "client didn't send a cert")
VARIANTS = (
    Variant("redis", "redis"),
    Variant("redis-optional", "redis", {"demand": "optional"}, only=FEW),
    Variant("redis-none", "redis", {"demand": "none"}, only=FEW),
    Variant("mosquitto", "mosquitto"),
    Variant("mosquitto-crl", "mosquitto", {"crl": "@crl"}, only=REVOCATION),
    Variant("mosquitto-crl-stale", "mosquitto", {"crl": "@crl_stale"}, CRL, only=REVOCATION),
    Variant("mosquitto-crl-missing", "mosquitto", {"crl": "@crl_without_issuing"}, CRL, only=REVOCATION),
    Variant("slapd", "slapd"),
    Variant("slapd-optional", "slapd", {"demand": "optional"}, only=FEW),
    # It closes without an alert: nothing tells a client that it is revoked, unless it has that list too.
    Variant(
        "slapd-crl", "slapd", {"crl": "@crl"}, {"revoked": ("client-cert-revoked", "client-cert-refused")}, REVOCATION
    ),
    Variant("slapd-starttls", "slapd", {"starttls": True}, only=FEW),
    Variant("vsftpd", "vsftpd"),
    Variant("vsftpd-starttls", "vsftpd", {"starttls": True}, only=FEW),
    # A bad signature leaves an error in OpenSSL's queue, on which Dovecot's next read fails, if it comes to that.
    Variant("dovecot-imaps", "dovecot", later=LOGIN, without=("bad-signature",)),
    Variant("dovecot-pop3s", "dovecot", {"protocol": "pop3"}, later=LOGIN, only=FEW),
    Variant("dovecot-imap", "dovecot", {"starttls": True}, later=LOGIN, only=FEW),
    Variant("dovecot-pop3", "dovecot", {"protocol": "pop3", "starttls": True}, later=LOGIN, only=FEW),
    Variant("dovecot-sieve", "dovecot", {"protocol": "sieve", "starttls": True}, later=LOGIN, only=FEW),
    Variant("dovecot-crl", "dovecot", {"crl": "@crl"}, later=LOGIN, only=("good", "expired")),
    Variant("prosody", "prosody"),
    Variant("prosody-starttls", "prosody", {"starttls": True}, only=FEW),
    Variant("inspircd", "inspircd", only=FEW),
    Variant("inspircd-starttls", "inspircd", {"starttls": True}, only=FEW),
    Variant("postgres", "postgres", without=KEYS),
    Variant("postgres-none", "postgres", {"demand": "none"}, only=FEW),
    Variant("postgres-crl", "postgres", {"crl": "@crl"}, only=REVOCATION),
    Variant("postgres-crl-stale", "postgres", {"crl": "@crl_stale"}, CRL, only=REVOCATION),
    Variant("mariadb", "mariadb", without=KEYS),
    Variant("mariadb-crl", "mariadb", {"crl": "@crl"}, only=REVOCATION),
    Variant("pgbouncer", "pgbouncer", without=KEYS),
    Variant("nats", "nats"),
    Variant("erlang", "erlang"),
    Variant("erlang-optional", "erlang", {"demand": "optional"}, only=FEW),
    Variant("nss", "nss"),
    Variant("nss-optional", "nss", {"demand": "optional"}, only=FEW),
    Variant("rsyslog-gnutls", "rsyslog", without=KEYS),
    # It hangs up on names that are not on its list as on any other certificate: without a word.
    Variant("rsyslog-gnutls-listed", "rsyslog", {"demand": "listed"}, {"bob": UNLISTED}, LISTED),
    Variant("rsyslog-openssl", "rsyslog", {"stack": "ossl"}, only=FEW),
)
if ROOT:  # Postfix runs for nobody else
    VARIANTS += (
        Variant("postfix", "postfix"),
        # It keeps its verdict for its answer to EHLO.
        Variant("postfix-starttls", "postfix", {"starttls": True}, without=KEYS),
    )


APART = tuple((version,) for version in matrix.VERSIONS)
TABLES = [
    pytest.param(variant, versions, id="-".join((variant.name, *versions)))
    for variant in VARIANTS
    for versions in ([matrix.VERSIONS] if variant.only else APART)
]
"""Each server with the versions of TLS of one test: both, or one where it meets many clients."""


@pytest.mark.slow
@pytest.mark.parametrize(("variant", "versions"), TABLES)
def test_every_client(variant: Variant, versions: tuple[str, ...], pki: Pki, tmp_path: Path) -> None:
    """One server, and all clients one after another."""
    cells = table(variant, pki, tmp_path, versions)
    matrix.judge(cells)
    foretold(variant, cells, pki)


def table(variant: Variant, pki: Pki, folder: Path, versions: tuple[str, ...] = matrix.VERSIONS) -> list[matrix.Cell]:
    """All cells of one server."""
    server = importlib.import_module(f"servers.{variant.server}")
    settings = {name: file_of(pki, value) for name, value in variant.settings.items()}

    def verdict(log: str) -> Said | None:
        said = server.verdict(log)
        return Said(True, said.words) if said and refused_later(variant, said.words) else said

    with server.run(folder, pki.papers, **settings) as running:
        return [
            matrix.meet(variant.name, running, pki, client, version, verdict, variant.codes.get(client.defect))
            for version in versions
            for client in pki.clients.values()
            if (not variant.only or client.defect in variant.only) and client.defect not in variant.without
        ]


def foretold(variant: Variant, cells: list[matrix.Cell], pki: Pki) -> None:
    """Where a server will refuse in its own protocol, TLS says nothing of it: our own look at the certificate does."""
    late = [cell for cell in cells if refused_later(variant, cell.log)]
    missed = []
    for cell in late:
        codes = {finding["code"] for finding in cell.answer["findings"]}
        if not codes & {*pki.clients[cell.defect].codes, "client-cert-optional"}:
            missed.append(f"{cell.version} {cell.defect}: {sorted(codes)}")
    said = "\n".join((f"{len(missed)} of {len(late)} later refusals are not foretold", *missed))
    assert len(missed) <= (1 - matrix.ROOT_CAUSES) * len(late), said
    certain = [f"{cell.version} {cell.defect}" for cell in late if cell.confidence == "certain"]
    assert not certain, f"certain that it is accepted, which it is not: {certain}"


def refused_later(variant: Variant, words: str) -> bool:
    """True where the server's log says that it will refuse in its own protocol."""
    return any(word in words for word in variant.later)


def file_of(pki: Pki, value: Any) -> Any:
    """A setting; `@crl` stands for that file of the PKI."""
    return getattr(pki, value[1:]) if isinstance(value, str) and value.startswith("@") else value

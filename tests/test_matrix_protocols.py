"""The matrix: every client meets databases, mail and other servers that speak their own protocol inside TLS."""

import importlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import matrix
import pytest
from matrix_pki import Pki


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
    versions: tuple[str, ...] = matrix.VERSIONS


FEW = ("none", "good", "unknown-ca", "expired", "self-signed")
REVOCATION = ("good", "revoked", "expired")
VARIANTS = (
    Variant("redis", "redis"),
    Variant("redis-optional", "redis", {"demand": "optional"}, only=FEW),
    Variant("redis-none", "redis", {"demand": "none"}, only=FEW),
    Variant("mosquitto", "mosquitto"),
    Variant("mosquitto-crl", "mosquitto", {"crl": "@crl"}, only=REVOCATION),
    Variant("slapd", "slapd"),
    Variant("slapd-optional", "slapd", {"demand": "optional"}, only=FEW),
    Variant("vsftpd", "vsftpd"),
    # A bad signature leaves an error in OpenSSL's queue, on which Dovecot's next read fails, if it comes to that.
    Variant("dovecot-imaps", "dovecot", without=("bad-signature",)),
    Variant("dovecot-pop3s", "dovecot", {"protocol": "pop3"}, only=FEW),
    Variant("postfix", "postfix", versions=("1.2",)),
    Variant("prosody", "prosody"),
)


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda v: v.name)
def test_every_client(variant: Variant, pki: Pki, tmp_path: Path) -> None:
    """One server, and all clients one after another, at both versions of TLS."""
    matrix.judge(table(variant, pki, tmp_path))


def table(variant: Variant, pki: Pki, folder: Path) -> list[matrix.Cell]:
    """All cells of one server."""
    server = importlib.import_module(f"servers.{variant.server}")
    settings = {name: file_of(pki, value) for name, value in variant.settings.items()}
    with server.run(folder, pki.papers, **settings) as running:
        return [
            matrix.meet(variant.name, running, pki, client, version, server.verdict, variant.codes.get(client.defect))
            for version in variant.versions
            for client in pki.clients.values()
            if (not variant.only or client.defect in variant.only) and client.defect not in variant.without
        ]


def file_of(pki: Pki, value: Any) -> Any:
    """A setting; `@crl` stands for that file of the PKI."""
    return getattr(pki, value[1:]) if isinstance(value, str) and value.startswith("@") else value

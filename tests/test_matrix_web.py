"""The matrix: every client meets the servers of the web, and the answer is held against the server's own log."""

import importlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import matrix
import pytest
from matrix_pki import Pki

Codes = dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class Variant:
    """A server with its settings, and the codes that are right where it refuses in a way of its own."""

    name: str
    server: str
    settings: dict[str, Any] = field(default_factory=dict)
    codes: Codes = field(default_factory=dict)
    only: tuple[str, ...] = ()
    """The clients to meet; () is all of them."""
    versions: tuple[str, ...] = matrix.VERSIONS


VARIANTS = (
    Variant("s_server", "s_server"),
    Variant(
        "s_server-optional",
        "s_server",
        {"demand": "optional"},
        only=("none", "good", "unknown-ca"),
    ),
)


@pytest.mark.parametrize("version", matrix.VERSIONS)
@pytest.mark.parametrize("variant", VARIANTS, ids=lambda v: v.name)
def test_every_client(variant: Variant, version: str, pki: Pki, tmp_path: Path) -> None:
    """One server, and all clients one after another."""
    if version not in variant.versions:
        return
    matrix.judge(table(variant, version, pki, tmp_path))


def table(variant: Variant, version: str, pki: Pki, folder: Path) -> list[matrix.Cell]:
    """All cells of one server and one version of TLS."""
    server = importlib.import_module(f"servers.{variant.server}")
    settings = {name: pki_file(pki, value) for name, value in variant.settings.items()}
    with server.run(folder, pki.papers, version=version, **settings) as running:
        return [
            matrix.meet(variant.name, running, pki, client, version, server.verdict, variant.codes.get(client.defect))
            for client in pki.clients.values()
            if not variant.only or client.defect in variant.only
        ]


def pki_file(pki: Pki, value: Any) -> Any:
    """A setting, with the name of a file of the PKI in its place: `crl` of `@crl`."""
    return getattr(pki, value[1:]) if isinstance(value, str) and value.startswith("@") else value

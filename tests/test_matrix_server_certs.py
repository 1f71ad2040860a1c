"""The matrix: `mtlsctl handshake` meets every defective server certificate at openssl s_server and at nginx."""

import importlib
from collections.abc import Iterator
from pathlib import Path

import matrix
import matrix_server_pki
import pytest
from matrix_pki import Pki
from matrix_server_pki import Server

WEAK = "DEFAULT@SECLEVEL=0"
SETTINGS = {
    "s_server": {"options": ("-cipher", WEAK)},
    "nginx": {"more": f'ssl_ciphers "{WEAK}";', "demand": "optional"},
}
"""Our own SECLEVEL is not the servers': they must be able to show an RSA key of 1024 bits."""

BELOW_13 = {"no-signing": ("no-shared-cipher",)}
"""OpenSSL's servers find no cipher for a key that may not sign; in TLS 1.3 they do not look."""


@pytest.fixture(scope="module")
def identities(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Server]:
    return matrix_server_pki.build(tmp_path_factory.mktemp("servers"))


@pytest.mark.parametrize("version", matrix.VERSIONS)
@pytest.mark.parametrize("server", SETTINGS)
def test_every_server_certificate(
    server: str, version: str, identities: dict[str, Server], pki: Pki, tmp_path: Path
) -> None:
    """What is wrong is named, it is certain, and our certificate stays at home."""
    cells = list(table(server, version, identities, pki, tmp_path))
    matrix.judge(cells)
    for cell in cells:
        codes = [f["code"] for f in cell.answer["findings"]]
        assert set(identities[cell.defect].notes) <= set(codes), cell.line()
        assert cell.accepted or not cell.answer["result"]["sent_certificate"], cell.line()


def table(server: str, version: str, identities: dict[str, Server], pki: Pki, folder: Path) -> Iterator[matrix.Cell]:
    """All cells of one server and one version of TLS: a server process for each identity."""
    module = importlib.import_module(f"servers.{server}")
    for identity in identities.values():
        here = folder / identity.defect
        here.mkdir()
        papers = identity.papers._replace(client_ca=pki.papers.client_ca)
        with module.run(here, papers, version=version, **SETTINGS[server]) as running:
            tls = ("--tls-min", version, "--tls-max", version)
            where = f"{identity.host}:{running.port}"
            answer = matrix.ask(where, "--ca", identity.roots, *pki.clients["good"].options, *tls)
        right = BELOW_13.get(identity.defect, identity.codes) if version == "1.2" else identity.codes
        yield matrix.Cell(server, version, identity.defect, right == ("ok",), "", right, right, answer)

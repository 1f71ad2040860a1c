"""Large bundles: read piece by piece, with the same answers as small ones, whatever stands in them."""

import json
import re
from base64 import encodebytes
from collections.abc import Callable
from pathlib import Path

import pytest
import support
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from mtlsctl.core import pem
from mtlsctl.core.facts import certificate_facts
from mtlsctl.core.repeated import Repeated

ROOT = support.make_cert("Root CA", ca=True)
LEAVES = [support.make_cert(f"leaf-{n}.test", ROOT) for n in range(3)]
COUNT = pem.BUNDLE + 10
BUNDLE = b"".join(LEAVES[n % 3].pem for n in range(COUNT))


def test_a_bundle_in_turn_is_the_bundle_at_once() -> None:
    turns = pem.in_turn(BUNDLE, "f")
    assert turns is not None
    at_once = pem.read_all(BUNDLE, "f")
    assert [(d.label, d.der, d.value) for d in turns] == [(d.label, d.der, d.value) for d in at_once]
    assert pem.in_turn(LEAVES[0].pem, "f") is None


@pytest.mark.parametrize("place", [0, 1, 63, 64, 200, COUNT - 1])
def test_a_broken_one_among_them(place: int) -> None:
    """Base64 that is sound and DER that is not: nobody sees it before its turn."""
    blocks = [LEAVES[n % 3].pem for n in range(COUNT)]
    der = LEAVES[0].certificate.public_bytes(Encoding.DER)
    bad = der.replace(b"\x17\x0d", b"\x17\x0c", 1)
    assert bad != der
    body = encodebytes(bad).replace(b"\n", b"")
    lines = b"\n".join(body[i : i + 64] for i in range(0, len(body), 64))
    blocks[place] = b"-----BEGIN CERTIFICATE-----\n" + lines + b"\n-----END CERTIFICATE-----\n"
    data = b"".join(blocks)
    at_once = pem.read_all(data, "f")
    turns = pem.in_turn(data, "f")
    assert (turns is None) == (place < 64)
    if turns is not None:
        assert [(d.label, d.kind) for d in turns] == [(d.label, d.kind) for d in at_once]


KEYS = [
    ec.generate_private_key(ec.SECP256R1()),
    ec.generate_private_key(ec.SECP384R1()),
    ec.generate_private_key(ec.SECP521R1()),
    rsa.generate_private_key(65537, 2048),
    ed25519.Ed25519PrivateKey.generate(),
]


@pytest.mark.parametrize("number", range(len(KEYS)))
def test_what_is_shared_changes_no_fact(number: int) -> None:
    repeated = Repeated()
    pair = support.make_cert("leaf.test", ROOT, key=KEYS[number])
    der = pair.certificate.public_bytes(Encoding.DER)
    alone = certificate_facts(pair.certificate)
    for _ in range(2):
        assert certificate_facts(pair.certificate, der, repeated) == alone
    assert list(repeated.issuers.values()) == ["CN=Root CA"]


@pytest.mark.filterwarnings("ignore")  # what cryptography says of odd ones is not the point
def test_what_is_shared_of_odd_certificates() -> None:
    vectors = pytest.importorskip("vectors", reason="needs cryptography_vectors: pip install cryptography_vectors")
    repeated, count = Repeated(), 0
    for path in vectors.paths():
        if path.suffix in (".pem", ".crt", ".der") and "x509" in path.parts:
            try:
                found = [d for d in pem.read_all(path.read_bytes(), "f") if d.kind is pem.Kind.CERTIFICATE]
            except pem.InputError:
                continue
            for document in found:
                der = document.value.public_bytes(Encoding.DER)
                assert certificate_facts(document.value, der, repeated) == certificate_facts(document.value), path
                count += 1
    assert count > 400


def test_the_command_says_the_same(mtlsctl: Callable[..., support.Result], tmp_path: Path) -> None:
    support.write(tmp_path / "many.pem", BUNDLE)
    support.write(tmp_path / "few.pem", BUNDLE[: len(LEAVES[0].pem)])
    many, few = (mtlsctl("inspect", "--json", name).json for name in ("many.pem", "few.pem"))
    objects = many["result"]["files"][0]["objects"]
    assert len(objects) == COUNT
    assert objects[0]["facts"] == few["result"]["files"][0]["objects"][0]["facts"]
    assert re.match(r'\{"schema": 1, "command": "inspect", "result": \{"files": \[', json.dumps(many))

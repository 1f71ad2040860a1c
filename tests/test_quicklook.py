"""The quick look at our own chain: what is sound needs no second look, all else gets one."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from support import CLIENT_AUTH, DAY, NOW, SERVER_AUTH, Pair, make_cert

from mtlsctl.core import openssl, quicklook

ROOT = make_cert("Root", ca=True)
REKEYED = make_cert("Root", ca=True)
ISSUING = make_cert("Issuing", ROOT, ca=True)
NARROW = make_cert("Narrow", ROOT, ca=True, path_length=0)
BELOW = make_cert("Below", NARROW, ca=True)
ALICE = make_cert("alice", ISSUING, ekus=(CLIENT_AUTH,))


def leaf(issuer: Pair = ISSUING, **options: Any) -> Pair:
    return make_cert("leaf", issuer, **({"ekus": (CLIENT_AUTH,)} | options))


def sound(chain: tuple[Pair, ...], roots: tuple[Pair, ...], *, held: bool = True) -> bool:
    ours = openssl.identity([pair.certificate for pair in chain], chain[0].key)
    trusted = tuple(root.certificate for root in roots)
    return quicklook.sound(ours, trusted, openssl.hold(trusted) if held else (), datetime.now(UTC))


@pytest.mark.parametrize("held", [True, False])
@pytest.mark.parametrize("roots", [(ROOT,), (), (ISSUING,), (ROOT, ISSUING), (REKEYED, ROOT)])
def test_a_good_chain_is_sound_whatever_else_is_trusted(roots: tuple[Pair, ...], held: bool) -> None:
    assert sound((ALICE, ISSUING), roots, held=held)
    assert sound((leaf(ekus=()), ISSUING), roots, held=held)


@pytest.mark.parametrize("held", [True, False])
@pytest.mark.parametrize(
    ("chain", "roots"),
    [
        ((ALICE, ISSUING), (REKEYED,)),
        ((leaf(ekus=(SERVER_AUTH,)), ISSUING), (ROOT,)),
        ((leaf(not_before=NOW - 10 * DAY, not_after=NOW - DAY), ISSUING), (ROOT,)),
        ((leaf(not_before=NOW + DAY, not_after=NOW + 10 * DAY), ISSUING), (ROOT,)),
        ((ALICE, ROOT), (ROOT,)),
        ((ALICE, make_cert("Issuing", ROOT, ca=True)), (ROOT,)),
        ((leaf(ALICE), ALICE, ISSUING), (ROOT,)),
        ((leaf(BELOW), BELOW, NARROW), (ROOT,)),
        ((make_cert("self", ekus=(CLIENT_AUTH,)),), ()),
    ],
    ids=["rekeyed", "eku", "expired", "future", "no-issuer", "other-key", "leaf-as-ca", "pathlen", "self-signed"],
)
def test_what_is_wrong_is_looked_at(chain: tuple[Pair, ...], roots: tuple[Pair, ...], held: bool) -> None:
    assert not sound(chain, roots, held=held)


def test_a_damaged_signature_is_looked_at() -> None:
    der = bytearray(ALICE.certificate.public_bytes(Encoding.DER))
    der[-1] ^= 1
    damaged = replace(ALICE, certificate=x509.load_der_x509_certificate(bytes(der)))
    assert not sound((damaged, ISSUING), (ROOT,))

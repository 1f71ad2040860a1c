"""Chains of servers that lead nowhere: what a second look finds."""

import pytest
import support
from cryptography import x509
from support import NOW, SERVER_AUTH, make_cert

from mtlsctl.core.diagnose import Ours, diagnose
from mtlsctl.core.observation import Ended, Observation, Role, Stage, VerifyError

NAME = x509.DNSName("localhost")
AKI = (x509.AuthorityKeyIdentifier, x509.SubjectKeyIdentifier)
ROOT = make_cert("Twin Root", ca=True, without=AKI)
UPPER = make_cert("Upper", ROOT, ca=True)
MIDDLE = make_cert("Middle", UPPER, ca=True)
LOWER = make_cert("Lower", MIDDLE, ca=True)
LEAF = make_cert("localhost", LOWER, sans=(NAME,), ekus=(SERVER_AUTH,))
NEW = make_cert("Twin Root", ca=True, without=AKI)
BELOW_NEW = make_cert("localhost", NEW, sans=(NAME,), ekus=(SERVER_AUTH,), without=AKI)


def judged(error: int, roots: tuple[support.Pair, ...], *chain: support.Pair) -> tuple[str, str]:
    seen = Observation(
        Role.CLIENT,
        "localhost:443",
        Stage.HANDSHAKE,
        Ended.HELD,
        version="TLSv1.3",
        peer_chain=tuple(pair.certificate for pair in chain),
        verify_errors=(VerifyError(error, 0, ""),),
    )
    found = diagnose(seen, Ours(NOW, None, tuple(root.certificate for root in roots), NAME))
    return found.report.findings[0].code, found.confidence.value


@pytest.mark.parametrize(
    ("chain", "expected"),
    [
        ((LEAF, LOWER, UPPER), ("server-missing-intermediate", "likely")),
        ((LEAF, UPPER), ("server-missing-intermediate", "likely")),
        ((LEAF, LOWER), ("server-untrusted-root", "likely")),
    ],
)
def test_a_hole_between_what_came(chain: tuple[support.Pair, ...], expected: tuple[str, str]) -> None:
    assert judged(20, (ROOT,), *chain) == expected


def test_a_ca_with_two_keys() -> None:
    assert judged(7, (ROOT, NEW), BELOW_NEW) == ("server-ca-rekeyed", "likely")

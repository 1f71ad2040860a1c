"""core/certpolicies.py: what RFC 5280 says of certificate policies, and the same answers as `openssl verify`."""

import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest
from cryptography import x509
from cryptography.hazmat import asn1
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ObjectIdentifier
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from support import DAY, NOW, Pair, make_cert

from mtlsctl.core import certpolicies
from mtlsctl.core.certpolicies import ANY_POLICY, Inputs
from mtlsctl.core.looks import look
from mtlsctl.core.verify import Purpose, verify

KEYS = [ec.generate_private_key(ec.SECP256R1()) for _ in range(5)]
ROOT = make_cert("Root", ca=True, not_after=NOW + 90 * DAY)
A, B, C = (ObjectIdentifier(f"1.3.6.1.4.1.99999.{n}") for n in (1, 2, 3))


@asn1.sequence
class Mapping:
    issuer: ObjectIdentifier
    subject: ObjectIdentifier


class Rules(NamedTuple):
    """The policies of one certificate; None: it has no such extension."""

    policies: tuple[ObjectIdentifier, ...] | None = None
    mapped: tuple[tuple[ObjectIdentifier, ObjectIdentifier], ...] = ()
    require: int | None = None
    no_mapping: int | None = None
    no_any: int | None = None
    self_issued: bool = False


def mappings(pairs: tuple[tuple[ObjectIdentifier, ObjectIdentifier], ...]) -> bytes:
    content = b"".join(asn1.encode_der(Mapping(issuer=i, subject=s)) for i, s in pairs)
    size = bytes([len(content)]) if len(content) < 128 else b"\x82" + len(content).to_bytes(2)
    return b"\x30" + size + content


def extensions(rules: Rules) -> tuple[tuple[x509.ExtensionType, bool], ...]:
    found: list[tuple[x509.ExtensionType, bool]] = []
    if rules.policies is not None:
        found.append((x509.CertificatePolicies([x509.PolicyInformation(p, None) for p in rules.policies]), False))
    if rules.mapped:
        found.append((x509.UnrecognizedExtension(certpolicies.POLICY_MAPPINGS, mappings(rules.mapped)), True))
    if rules.require is not None or rules.no_mapping is not None:
        found.append((x509.PolicyConstraints(rules.require, rules.no_mapping), True))
    if rules.no_any is not None:
        found.append((x509.InhibitAnyPolicy(rules.no_any), True))
    return tuple(found)


def chain(*rules: Rules) -> list[Pair]:
    """Certificates with these rules, from the highest CA down to the leaf; the answer has the leaf first."""
    made, name = [ROOT], "Root"
    for number, one in enumerate(rules, 1):
        last = number == len(rules)
        name = "leaf" if last else name if one.self_issued else f"CA {number}"
        made.append(make_cert(name, made[-1], ca=not last, key=KEYS[number], extra=extensions(one)))
    return made[:0:-1]


def ours(pairs: list[Pair], inputs: Inputs = certpolicies.DEFAULT) -> str:
    return "".join(p.message for p in certpolicies.check([look(p.certificate) for p in pairs], inputs))


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        ([Rules((A,), require=0), Rules((A,))], ""),
        ([Rules((A,), require=0), Rules((B,))], "CN=leaf: CN=CA 1 requires a certificate policy, and none holds"),
        ([Rules((A,), require=0), Rules()], "none holds"),
        ([Rules((A,), require=1), Rules((B,)), Rules((B,))], "none holds"),
        ([Rules((A,), require=9), Rules((B,))], ""),
        ([Rules((ANY_POLICY,), require=0), Rules((B,))], ""),
        ([Rules((ANY_POLICY,), require=0, no_any=0), Rules((ANY_POLICY,))], "none holds"),
        ([Rules((A,), ((A, B),), require=0), Rules((B,))], ""),
        ([Rules((A,), ((A, B),), require=0), Rules((A,))], "none holds"),
        ([Rules((A,), require=0, no_mapping=0), Rules((A,), ((A, B),)), Rules((B,))], "none holds"),
        ([Rules((ANY_POLICY,), no_any=0), Rules((C, ANY_POLICY), ((A, B),), require=0), Rules((B,))], "none holds"),
        ([Rules((ANY_POLICY,)), Rules((C, ANY_POLICY), ((A, B),), require=0), Rules((B,))], ""),
        ([Rules((A,), ((A, ANY_POLICY),)), Rules((A,))], "it maps anyPolicy"),
        ([Rules((A,), require=0), Rules((A, A))], "one stands there twice"),
        ([Rules((A,)), Rules((B,))], ""),
    ],
)
def test_a_policy_holds_from_end_to_end_where_a_ca_requires_one(rules: list[Rules], words: str) -> None:
    pairs = chain(*rules)
    said = ours(pairs)
    assert words in said
    assert bool(said) is bool(words)
    report = verify([p.certificate for p in pairs], [ROOT.certificate], purpose=Purpose.ANY, at=NOW)
    assert report.ok is not bool(words)


def test_mappings_that_cannot_be_decoded_are_refused() -> None:
    for raw in (b"", b"\x30\x00", b"\x30\x05\x30\x03\x06\x01\x2a", b"\x04\x00", b"\x30\x80\x00\x00"):
        extra = ((x509.UnrecognizedExtension(certpolicies.POLICY_MAPPINGS, raw), True),)
        above = make_cert("CA", ROOT, ca=True, extra=extra)
        assert "not as RFC 5280" in ours([make_cert("leaf", above), above])


def test_thousands_of_policies_are_refused_and_not_multiplied() -> None:
    many = tuple(ObjectIdentifier(f"1.3.6.1.4.1.99999.{n}") for n in range(300))
    assert "300 certificate policies, and 256" in ours(chain(Rules(many, require=0), Rules(many)))
    pairs = tuple((one, other) for one in many[:20] for other in many[:20])
    assert "maps 400 policies, and 256" in ours(chain(Rules(many[:20], pairs, require=0), Rules((A,))))


OIDS = st.sampled_from([A, B, C])
SKIPS = st.none() | st.integers(0, 2)
STATED = st.none() | st.lists(st.sampled_from([A, B, C, ANY_POLICY]), min_size=1, max_size=3, unique=True).map(tuple)
PAIRS = st.lists(st.tuples(OIDS, OIDS), max_size=2, unique=True).map(tuple)
CAS = st.builds(Rules, STATED, PAIRS, SKIPS, SKIPS, SKIPS, st.booleans())
LEAVES = st.builds(Rules, STATED, st.just(()), SKIPS, st.none(), st.none())
INPUTS = st.builds(
    Inputs,
    st.sampled_from([frozenset({ANY_POLICY}), frozenset({A}), frozenset({B, C})]),
    st.booleans(),
    st.booleans(),
    st.booleans(),
)


def openssl_takes(pairs: list[Pair], inputs: Inputs, folder: Path) -> bool:
    files = [folder / f"{n}.pem" for n in range(len(pairs) + 1)]
    for file, pair in zip(files, [ROOT, *pairs], strict=True):
        file.write_bytes(pair.certificate.public_bytes(Encoding.PEM))
    words = [f for policy in inputs.wanted for f in ("-policy", policy.dotted_string)]
    flags = {
        "-explicit_policy": inputs.explicit,
        "-inhibit_map": inputs.inhibit_mapping,
        "-inhibit_any": inputs.inhibit_any,
    }
    words += [flag for flag, given in flags.items() if given]
    words += [word for file in files[2:] for word in ("-untrusted", str(file))]
    done = subprocess.run(
        ["openssl", "verify", "-policy_check", *words, "-CAfile", files[0], files[1]],
        capture_output=True, text=True, timeout=20, check=False,
    )  # fmt: skip
    assert done.returncode == 0 or "error 43" in done.stderr or "error 42" in done.stderr, done.stderr
    return done.returncode == 0


@given(st.lists(CAS, min_size=1, max_size=3), LEAVES, INPUTS)
@settings(max_examples=60, deadline=None, derandomize=True)
def test_openssl_says_the_same(
    tmp_path_factory: pytest.TempPathFactory, cas: list[Rules], leaf: Rules, inputs: Inputs
) -> None:
    assume(not any(map(maps_out_of_any, cas)))
    pairs = chain(*cas, leaf)
    assert openssl_takes(pairs, inputs, tmp_path_factory.mktemp("chain")) is not bool(ours(pairs, inputs))


def maps_out_of_any(rules: Rules) -> bool:
    """OpenSSL maps a policy that anyPolicy alone covers even where anyPolicy is inhibited, against 6.1.4 (b)(1).

    What is right there has a row of its own above.
    """
    stated = rules.policies or ()
    return ANY_POLICY in stated and any(issuer not in stated for issuer, _ in rules.mapped)


def test_nothing_is_required_of_a_trust_anchor() -> None:
    anchor = make_cert("CA", ca=True, extra=extensions(Rules((A,), require=0)))
    for chosen in ([anchor], [make_cert("leaf", anchor), anchor]):
        report = verify([p.certificate for p in chosen], [anchor.certificate], purpose=Purpose.ANY, at=NOW)
        assert report.ok, report.findings

"""core/verify.py: each defect by its name, alone and together, at both ends."""

import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, mldsa, rsa, x25519
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, ObjectIdentifier
from hypothesis import example, given
from hypothesis import strategies as st
from support import CLIENT_AUTH, DAY, NOW, SERVER_AUTH, Pair, make_cert

from mtlsctl.cli.text import stacks
from mtlsctl.core import engines, roles
from mtlsctl.core.causes import CODES
from mtlsctl.core.findings import Report, Verdict, Whose
from mtlsctl.core.verify import Judgement, Purpose, judge, purpose_of, verify
from mtlsctl.errors import InputError

HOST = x509.DNSName("web.test")
ANY_EKU = ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE
YEARS = NOW + 3650 * DAY


def usage(**bits: bool) -> x509.KeyUsage:
    names = (
        "digital_signature content_commitment key_encipherment data_encipherment key_agreement key_cert_sign"
        " crl_sign encipher_only decipher_only"
    )
    return x509.KeyUsage(**{name: bits.get(name, False) for name in names.split()})


ROOT = make_cert("Dev Root CA", ca=True, not_after=YEARS)
CA = make_cert("Dev Issuing CA", ROOT, ca=True, path_length=0, not_after=YEARS)
OTHER_ROOT = make_cert("Other Root CA", ca=True, not_after=YEARS)
LEAF = make_cert("web", CA, sans=(HOST,), ekus=(SERVER_AUTH,))
CLIENT = make_cert("alice", CA, sans=(x509.RFC822Name("alice@example.test"),), ekus=(CLIENT_AUTH,))


def look(chain: Sequence[Pair], roots: Sequence[Pair] = (ROOT,), **options: Any) -> Judgement:
    options = {"purpose": Purpose.SERVER, "at": NOW} | options
    return judge([p.certificate for p in chain], [p.certificate for p in roots], **options)


def report(chain: Sequence[Pair], roots: Sequence[Pair] = (ROOT,), **options: Any) -> Report:
    return look(chain, roots, **options).report


def fails(chain: Sequence[Pair], roots: Sequence[Pair] = (ROOT,), **options: Any) -> list[str]:
    return [f.code for f in report(chain, roots, **options).findings if f.verdict is Verdict.FAIL]


def codes(chain: Sequence[Pair], roots: Sequence[Pair] = (ROOT,), **options: Any) -> list[str]:
    return [f.code for f in report(chain, roots, **options).findings]


def server(**options: Any) -> Pair:
    """A good server certificate below CA, but for the options."""
    return make_cert("web", **{"issuer": CA, "sans": (HOST,), "ekus": (SERVER_AUTH,)} | options)


def client(**options: Any) -> Pair:
    sans = (x509.RFC822Name("alice@example.test"),)
    return make_cert("alice", **{"issuer": CA, "sans": sans, "ekus": (CLIENT_AUTH,)} | options)


def damaged(pair: Pair) -> Pair:
    """The certificate with its last byte, which is the signature's, turned over."""
    der = bytearray(pair.certificate.public_bytes(Encoding.DER))
    der[-1] ^= 1
    return Pair(x509.load_der_x509_certificate(bytes(der)), pair.key)


# What is good


def test_a_good_server_has_no_findings_and_both_engines_accept() -> None:
    found = look([LEAF, CA], names=[HOST])
    assert found.report.findings == ()
    assert found.report.subject == "CN=web"
    assert [c.subject for c in found.path] == [p.certificate.subject for p in (LEAF, CA, ROOT)]
    assert found.anchored
    assert [(e.name, e.verdict, e.reason) for e in found.engines] == [
        ("openssl", "accepts", ""),
        ("webpki", "accepts", ""),
    ]


def test_a_good_client_has_no_findings() -> None:
    wanted = x509.RFC822Name("alice@example.test")
    assert codes([CLIENT, CA], purpose=Purpose.CLIENT, names=[wanted]) == []


def test_a_ca_is_good_as_a_ca_and_a_leaf_is_not() -> None:
    assert codes([CA], purpose=Purpose.CA) == []
    assert fails([LEAF, CA], purpose=Purpose.CA) == ["server-bad-ca"]


def test_any_purpose_asks_for_none() -> None:
    assert fails([CLIENT, CA], purpose=Purpose.ANY) == []
    assert fails([CLIENT, CA], purpose=Purpose.SERVER) == ["server-wrong-eku"]


def test_no_eku_is_every_purpose() -> None:
    leaf = server(ekus=())
    assert fails([leaf, CA]) == []
    assert fails([leaf, CA], purpose=Purpose.CLIENT) == []


@pytest.mark.parametrize(
    ("make", "webpki"),
    [(ed25519.Ed25519PrivateKey.generate, "refuses"), (mldsa.MLDSA65PrivateKey.generate, "accepts")],
)
def test_ed25519_and_ml_dsa_are_valid_with_a_word_on_who_refuses(make: Callable[[], Any], webpki: str) -> None:
    root = make_cert("Root", ca=True, key=make(), not_after=YEARS)
    ca = make_cert("Issuing", root, ca=True, key=make(), not_after=YEARS)
    for purpose, leaf in (
        (Purpose.SERVER, server(issuer=ca, key=make())),
        (Purpose.CLIENT, client(issuer=ca, key=make())),
    ):
        found = look([leaf, ca], [root], purpose=purpose)
        assert found.report.ok
        assert {(f.code, f.verdict) for f in found.report.findings} == {("portability", Verdict.NOTE)}
        assert [e.verdict for e in found.engines] == ["accepts", webpki]


def test_a_trusted_self_signed_leaf_is_its_own_anchor() -> None:
    leaf = make_cert("web", sans=(HOST,))
    found = look([leaf], [leaf], names=[HOST])
    assert found.report.ok
    assert len(found.path) == 1


def test_an_intermediate_as_the_anchor_needs_partial_chain() -> None:
    assert fails([LEAF], [CA]) == ["server-untrusted-root"]
    assert "--partial-chain" in report([LEAF], [CA]).findings[0].hint
    found = look([LEAF], [CA], partial_chain=True)
    assert found.report.ok
    assert len(found.path) == 2


# Time


def test_expired_leaf() -> None:
    leaf = server(not_before=NOW - 9 * DAY, not_after=NOW - DAY)
    (finding,) = report([leaf, CA]).findings
    assert finding.code == "server-cert-expired"
    assert finding.whose is Whose.PEER
    assert finding.about == "CN=web"
    assert f"{NOW - DAY:%Y-%m-%d}" in finding.message
    assert f"{NOW:%Y-%m-%d}" in finding.message
    assert fails([leaf, CA], at=NOW - DAY) == []


def test_expired_to_the_second() -> None:
    leaf = server(not_before=NOW - 9 * DAY, not_after=NOW)
    assert fails([leaf, CA], at=NOW + timedelta(microseconds=999_999)) == []  # RFC 5280, 4.1.2.5: inclusive
    assert fails([leaf, CA], at=NOW + timedelta(seconds=1)) == ["server-cert-expired"]


def test_the_time_zone_of_the_question_counts() -> None:
    from datetime import timezone

    leaf = server(not_before=NOW - 9 * DAY, not_after=NOW)
    east = timezone(timedelta(hours=9))
    assert fails([leaf, CA], at=(NOW - timedelta(hours=1)).astimezone(east)) == []
    assert fails([leaf, CA], at=(NOW + timedelta(hours=1)).astimezone(east)) == ["server-cert-expired"]


def test_not_yet_valid() -> None:
    leaf = server(not_before=NOW + DAY, not_after=NOW + 9 * DAY)
    assert fails([leaf, CA]) == ["server-cert-not-yet-valid"]
    assert fails([client(not_before=NOW + DAY), CA], purpose=Purpose.CLIENT) == ["client-cert-not-yet-valid"]


def test_expired_intermediate_and_expired_root() -> None:
    old = make_cert("Old CA", ROOT, ca=True, not_before=NOW - 9 * DAY, not_after=NOW - DAY)
    assert fails([server(issuer=old), old]) == ["server-chain-expired"]
    assert fails([client(issuer=old), old], purpose=Purpose.CLIENT) == ["client-chain-expired"]
    root = make_cert("Old Root", ca=True, not_before=NOW - 9 * DAY, not_after=NOW - DAY)
    assert fails([server(issuer=root)], [root]) == ["server-chain-expired"]


@pytest.mark.parametrize(("lived", "left", "warned"), [(61, 29, True), (59, 31, False), (4, 2, True), (3, 4, False)])
def test_a_leaf_in_its_last_part_is_a_warning(lived: int, left: int, warned: bool) -> None:
    leaf = server(not_before=NOW - lived * DAY, not_after=NOW + left * DAY)
    found = report([leaf, CA])
    assert found.ok
    assert [(f.code, f.verdict) for f in found.findings] == [("expires-soon", Verdict.WARN)] * warned


def test_a_ca_that_ends_before_the_leaf_is_a_warning() -> None:
    ca = make_cert("Short CA", ROOT, ca=True, not_after=NOW + 20 * DAY)
    (finding,) = report([server(issuer=ca), ca]).findings
    assert (finding.code, finding.verdict, finding.about) == ("expires-soon", Verdict.WARN, "CN=Short CA")


# Names


def test_wrong_name_lists_those_that_there_are() -> None:
    (finding,) = report([LEAF, CA], names=[x509.DNSName("api.test")]).findings
    assert finding.code == "server-name-mismatch"
    assert finding.message == "CN=web: not valid for api.test; valid for DNS:web.test"
    assert finding.hint == "issue it with this name: mtlsctl issue server api.test web.test"


@pytest.mark.parametrize(
    ("wanted", "sans", "hint"),
    [
        (
            x509.DNSName("*.test"),
            (x509.RegisteredID(x509.ObjectIdentifier("1.2.3")), x509.DNSName("*.web.test"), x509.DNSName("$(x)")),
            (
                "issue it with this name: mtlsctl issue server '*.test' '*.web.test'\n"
                "left out, mtlsctl issues no such names: RID"
            ),
        ),
        (
            x509.UniformResourceIdentifier("spiffe://a.test/b"),
            (x509.DNSName("web.test"),),
            "issue it with this name: mtlsctl issue spiffe spiffe://a.test/b",
        ),
        (
            x509.UniformResourceIdentifier("https://web.test:8443/a"),
            (x509.DNSName("web.test"),),
            "https:// makes it a URI, which servers are not named by; ask for its host: --name web.test",
        ),
        (
            x509.UniformResourceIdentifier("urn:a:$(reboot)"),
            (x509.UniformResourceIdentifier("urn:a:b"),),
            "issue it with this name: mtlsctl issue server 'urn:a:$(reboot)' urn:a:b",
        ),
    ],
)
def test_the_hint_for_a_wrong_name_can_be_typed(
    wanted: x509.GeneralName, sans: tuple[x509.GeneralName, ...], hint: str
) -> None:
    (finding,) = report([server(sans=sans), CA], names=[wanted]).findings
    assert finding.hint == hint


def test_a_question_at_a_time_before_the_ca_existed() -> None:
    assert fails([LEAF, CA], at=NOW - 5 * DAY) == ["server-cert-not-yet-valid"] * 3


def test_every_name_is_asked_for() -> None:
    wanted = [HOST, x509.DNSName("a.test"), x509.DNSName("b.test")]
    assert fails([LEAF, CA], names=wanted) == ["server-name-mismatch"] * 2


def test_ip_not_in_san() -> None:
    address = x509.IPAddress(ip_address("127.0.0.1"))
    assert fails([LEAF, CA], names=[address]) == ["server-ip-not-in-san"]
    assert fails([server(sans=(address,)), CA], names=[address]) == []


def test_an_ip_address_written_as_a_dns_name_does_not_count() -> None:
    leaf = server(sans=(x509.DNSName("127.0.0.1"),))
    (finding,) = [
        f
        for f in report([leaf, CA], names=[x509.IPAddress(ip_address("127.0.0.1"))]).findings
        if f.verdict is Verdict.FAIL
    ]
    assert finding.code == "server-ip-not-in-san"
    assert "as a DNS name" in finding.message


def test_cn_only() -> None:
    leaf = make_cert("web.test", CA, ekus=(SERVER_AUTH,))
    assert fails([leaf, CA], names=[HOST]) == ["server-cn-only"]
    assert codes([leaf, CA]) == ["portability"]  # no name was asked for; Go and rustls will refuse any


def test_no_san_and_another_cn() -> None:
    assert fails([server(sans=()), CA], names=[HOST]) == ["server-name-mismatch"]


def test_a_client_without_the_name() -> None:
    wanted = x509.RFC822Name("bob@example.test")
    assert fails([CLIENT, CA], purpose=Purpose.CLIENT, names=[wanted]) == ["client-name-mismatch"]


def test_a_client_without_san_is_valid_with_a_note() -> None:
    found = report([client(sans=()), CA], purpose=Purpose.CLIENT)
    assert found.ok
    assert [f.code for f in found.findings] == ["portability"]


# Purpose


def test_wrong_eku_at_both_ends() -> None:
    (finding,) = report([CLIENT, CA]).findings
    assert finding.code == "server-wrong-eku"
    assert finding.message == "CN=alice: server needs serverAuth, its extended key usage says clientAuth"
    assert fails([LEAF, CA], purpose=Purpose.CLIENT) == ["client-cert-wrong-eku"]


def test_any_eku_is_no_purpose_and_says_who_takes_it() -> None:
    (finding,) = report([server(ekus=(ANY_EKU,)), CA]).findings
    assert finding.code == "server-wrong-eku"
    assert "Go" in finding.message
    assert "OpenSSL" in finding.message


@pytest.mark.parametrize("ekus", [(CLIENT_AUTH,), (ANY_EKU,)])
def test_a_ca_that_lacks_the_purpose(ekus: tuple[ObjectIdentifier, ...]) -> None:
    ca = make_cert("Client CA", ROOT, ca=True, ekus=ekus, not_after=YEARS)
    (finding,) = report([server(issuer=ca), ca]).findings
    assert (finding.code, finding.about) == ("server-wrong-eku", "CN=Client CA")


def test_key_usage_without_digital_signature() -> None:
    leaf = server(key_usage=usage(key_agreement=True))
    assert fails([leaf, CA]) == ["server-wrong-key-usage"]
    leaf = client(key_usage=usage(key_encipherment=True))
    assert fails([leaf, CA], purpose=Purpose.CLIENT) == ["client-cert-wrong-key-usage"]


# Trust


def test_missing_intermediate_is_named() -> None:
    (finding,) = report([LEAF]).findings
    assert finding.code == "server-missing-intermediate"
    assert "CN=Dev Issuing CA" in finding.message
    assert "cat leaf.pem issuing.pem" in finding.hint
    assert fails([CLIENT], purpose=Purpose.CLIENT) == ["client-cert-missing-intermediate"]


def test_untrusted_root_sent_or_not() -> None:
    assert fails([LEAF, CA, ROOT], [OTHER_ROOT]) == ["server-untrusted-root"]
    assert fails([LEAF, CA], [OTHER_ROOT]) == ["server-untrusted-root"]
    (finding,) = report([LEAF, CA, ROOT], [OTHER_ROOT]).findings
    assert "CN=Dev Root CA" in finding.message
    assert "CN=Other Root CA" in finding.message
    assert fails([CLIENT, CA], [OTHER_ROOT], purpose=Purpose.CLIENT) == ["client-cert-untrusted"]


def test_self_signed() -> None:
    leaf = make_cert("web", sans=(HOST,), ekus=(SERVER_AUTH,))
    assert fails([leaf]) == ["server-self-signed"]
    assert fails([make_cert("alice")], purpose=Purpose.CLIENT) == ["client-cert-self-signed"]


@pytest.mark.parametrize("aki", [True, False], ids=["with AKI", "without AKI"])
def test_rekeyed_root(aki: bool) -> None:
    again = make_cert("Dev Root CA", ca=True)
    without = () if aki else (x509.AuthorityKeyIdentifier,)
    ca = make_cert("CA", ROOT, ca=True, without=without, not_after=YEARS)
    assert fails([server(issuer=ca), ca], [again]) == ["server-ca-rekeyed"]
    assert fails([server(issuer=ca), ca, ROOT], [again]) == ["server-ca-rekeyed"]
    assert fails([client(issuer=ca), ca], [again], purpose=Purpose.CLIENT) == ["client-ca-rekeyed"]


def test_rekeyed_intermediate() -> None:
    again = make_cert("Dev Issuing CA", ROOT, ca=True)
    (finding,) = report([LEAF, again]).findings
    assert finding.code == "server-ca-rekeyed"
    ski = again.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest.hex()
    assert ski[:16] in finding.message


def test_bad_signature_of_leaf_intermediate_and_root() -> None:
    assert fails([damaged(LEAF), CA]) == ["server-bad-signature"]
    assert fails([LEAF, damaged(CA)]) == ["server-bad-signature"]
    assert fails([damaged(CLIENT), CA], purpose=Purpose.CLIENT) == ["client-bad-signature"]
    assert fails([damaged(make_cert("web"))]) == ["server-bad-signature"]


def test_a_cross_signed_ca_reaches_the_root_that_is_trusted() -> None:
    cross = make_cert("Dev Root CA", OTHER_ROOT, ca=True, key=ROOT.key, not_after=YEARS)
    assert fails([LEAF, CA, cross], [OTHER_ROOT]) == []
    expired = make_cert("Dev Root CA", OTHER_ROOT, ca=True, key=ROOT.key, not_before=NOW - 9 * DAY, not_after=NOW - DAY)
    found = look([LEAF, CA, expired], [ROOT, OTHER_ROOT])
    assert found.report.ok
    assert found.path[-1] == ROOT.certificate


def test_loops_and_crowds_of_namesakes_end() -> None:
    one = make_cert("A", make_cert("B", ca=True), ca=True)
    two = make_cert("B", one, ca=True)
    loop = make_cert("A", two, ca=True, key=one.key)
    crowd = [make_cert("A", two, ca=True, key=one.key) for _ in range(40)]
    assert not report([server(issuer=loop), loop, two, one, *crowd]).ok


# Order


def test_wrong_order_above_the_leaf_is_a_warning() -> None:
    middle = make_cert("Middle CA", ROOT, ca=True, not_after=YEARS)
    low = make_cert("Low CA", middle, ca=True, not_after=YEARS)
    found = report([server(issuer=low), middle, low])
    assert found.ok
    assert [(f.code, f.verdict) for f in found.findings] == [("server-chain-order", Verdict.WARN)]


def test_a_leaf_that_is_not_first_fails_and_is_looked_at_all_the_same() -> None:
    found = report([CA, LEAF], names=[x509.DNSName("api.test")])
    assert [f.code for f in found.findings] == ["server-name-mismatch", "server-chain-order"]
    assert found.subject == "CN=web"
    assert fails([CA, CLIENT], purpose=Purpose.CLIENT) == ["client-chain-order"]


def test_extra_certificates_are_notes() -> None:
    stranger = make_cert("Stranger", ca=True)
    for chain in ([LEAF, CA, stranger], [LEAF, CA, ROOT], [LEAF, CA, CA], [LEAF, stranger, CA]):
        found = report(chain)
        assert found.ok
        assert [(f.code, f.verdict) for f in found.findings] == [("server-extra-certs", Verdict.NOTE)]


def test_a_second_leaf_is_a_warning() -> None:
    found = report([LEAF, CA, CLIENT])
    assert [(f.code, f.verdict) for f in found.findings] == [("server-extra-certs", Verdict.WARN)]
    assert found.findings[0].message == "CN=alice: certificate 3 is a second leaf beside CN=web, and is not judged"


def test_what_to_leave_out_is_said_by_its_place() -> None:
    namesake = make_cert("Dev Issuing CA", OTHER_ROOT, ca=True)
    (other,) = report([LEAF, namesake, CA]).findings
    assert (other.message, other.hint) == (
        "CN=Dev Issuing CA: certificate 2 of the chain is not on the path of CN=web",
        "leave certificate 2 out of the chain",
    )
    (twice,) = report([LEAF, CA, LEAF, CA]).findings[:1]
    assert twice.hint == "leave it out where it comes again: certificate 3"


def test_many_extra_certificates_are_one_note() -> None:
    strangers = [make_cert(f"Stranger {n}", ca=True) for n in range(8)]
    (finding,) = report([LEAF, CA, *strangers]).findings
    assert finding.message.startswith("8 certificates:")


# CAs


def test_an_issuer_with_ca_false() -> None:
    fake = make_cert("Fake CA", ROOT, ca=False)
    assert set(fails([server(issuer=fake), fake])) == {"server-bad-ca"}
    assert set(fails([client(issuer=fake), fake], purpose=Purpose.CLIENT)) == {"client-bad-ca"}


def test_an_issuer_without_basic_constraints() -> None:
    fake = make_cert("Fake CA", ROOT, ca=True, without=(x509.BasicConstraints,))
    assert fails([server(issuer=fake), fake]) == ["server-bad-ca"]


def test_an_issuer_without_key_cert_sign() -> None:
    fake = make_cert("Fake CA", ROOT, ca=True, key_usage=usage(crl_sign=True))
    assert fails([server(issuer=fake), fake]) == ["server-bad-ca"]


def test_pathlen() -> None:
    low = make_cert("Low CA", CA, ca=True, not_after=YEARS)
    (finding,) = [f for f in report([server(issuer=low), low, CA]).findings if f.verdict is Verdict.FAIL]
    assert finding.code == "server-pathlen"
    assert finding.message == "CN=Dev Issuing CA: allows 0 CAs below it (pathlen), the path has 1"
    assert fails([client(issuer=low), low, CA], purpose=Purpose.CLIENT) == ["client-chain-too-long"]


def constrained(permitted: list[Any] | None = None, excluded: list[Any] | None = None) -> Pair:
    limits = x509.NameConstraints(permitted, excluded)
    return make_cert("Constrained CA", ROOT, ca=True, extra=((limits, True),), not_after=YEARS)


def test_name_constraints_name_the_ca_and_the_name() -> None:
    ca = constrained([x509.DNSName("example.test")])
    (finding,) = report([server(issuer=ca), ca]).findings
    assert finding.code == "server-name-constraints"
    assert "DNS:web.test" in finding.message
    assert "CN=Constrained CA" in finding.message
    assert "DNS:example.test" in finding.message
    assert fails([server(issuer=ca, sans=(x509.DNSName("a.example.test"),)), ca]) == []


@pytest.mark.parametrize(
    ("limit", "name"),
    [
        (x509.IPAddress(ip_network("10.0.0.0/8")), x509.IPAddress(ip_address("10.1.2.3"))),
        (x509.RFC822Name("example.test"), x509.RFC822Name("alice@example.test")),
        (x509.UniformResourceIdentifier(".example.test"), x509.UniformResourceIdentifier("https://a.example.test/")),
        (x509.DNSName("test"), HOST),
    ],
)
def test_excluded_names_of_each_kind(limit: x509.GeneralName, name: x509.GeneralName) -> None:
    ca = constrained(excluded=[limit])
    assert fails([client(issuer=ca, sans=(name,)), ca], purpose=Purpose.CLIENT) == ["client-name-constraints"]
    ca = constrained(permitted=[limit])
    assert fails([client(issuer=ca, sans=(name,)), ca], purpose=Purpose.CLIENT) == []


def test_a_wildcard_does_not_slip_past_an_excluded_name() -> None:
    ca = constrained(excluded=[x509.DNSName("secret.web.test")])
    leaf = server(issuer=ca, sans=(x509.DNSName("*.web.test"),))
    assert fails([leaf, ca]) == ["server-name-constraints"]


def test_unknown_critical_extension() -> None:
    strange = x509.UnrecognizedExtension(ObjectIdentifier("1.2.3.4"), b"\x05\x00")
    (finding,) = report([server(extra=((strange, True),)), CA]).findings
    assert finding.code == "server-unknown-critical-extension"
    assert "1.2.3.4" in finding.message
    assert fails([server(extra=((strange, False),)), CA]) == []
    bad = client(extra=((strange, True),))
    assert fails([bad, CA], purpose=Purpose.CLIENT) == ["client-unknown-critical-extension"]


# Strength


def test_weak_rsa_in_leaf_and_root() -> None:
    weak = rsa.generate_private_key(65537, 1024)
    assert fails([server(key=weak), CA]) == ["server-weak-key"]
    assert fails([client(key=weak), CA], purpose=Purpose.CLIENT) == ["client-cert-weak-key"]
    root = make_cert("Weak Root", ca=True, key=weak)
    assert fails([server(issuer=root)], [root]) == ["server-weak-key"]


@pytest.mark.parametrize(
    "make",
    [
        lambda: ec.generate_private_key(ec.SECP256K1()),
        lambda: ec.generate_private_key(ec.BrainpoolP256R1()),
        lambda: dsa.generate_private_key(2048),
        x25519.X25519PrivateKey.generate,
    ],
    ids=["secp256k1", "brainpool", "dsa", "x25519"],
)
def test_keys_that_are_not_for_tls(make: Callable[[], Any]) -> None:
    assert fails([server(key=make()), CA]) == ["server-weak-key"]


def openssl(*words: Any, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["openssl", *map(str, words)], cwd=cwd, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("digest", ["sha1", "md5"])
def test_weak_hashes(digest: str, tmp_path: Path) -> None:
    # cryptography does not sign with these, so openssl makes them.
    (tmp_path / "ext").write_text("subjectAltName=DNS:web.test\nbasicConstraints=critical,CA:FALSE\n")
    root = make_cert("RSA Root", ca=True, key=rsa.generate_private_key(65537, 2048))
    (tmp_path / "ca.pem").write_bytes(root.pem)
    (tmp_path / "ca.key").write_bytes(root.key_pem)
    openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", "k", "-out", "r", "-subj", "/CN=web", cwd=tmp_path)
    words = "-req -in r -CA ca.pem -CAkey ca.key -set_serial 7 -days 20 -extfile ext -out leaf.pem"
    assert openssl("x509", *words.split(), f"-{digest}", cwd=tmp_path).returncode == 0
    leaf = x509.load_pem_x509_certificate((tmp_path / "leaf.pem").read_bytes())
    found = verify([leaf], [root.certificate], purpose=Purpose.SERVER, at=NOW + timedelta(hours=6), names=[HOST])
    assert [f.code for f in found.findings if f.verdict is Verdict.FAIL] == ["server-weak-signature"]


# Revocation


def crl(
    issuer: Pair = CA, *revoked: Pair, until: timedelta = DAY, key: Any = None, since: timedelta = -DAY
) -> x509.CertificateRevocationList:
    builder = x509.CertificateRevocationListBuilder().issuer_name(issuer.certificate.subject)
    builder = builder.last_update(NOW + min(since, until - DAY)).next_update(NOW + until)
    for pair in revoked:
        entry = x509.RevokedCertificateBuilder().serial_number(pair.certificate.serial_number)
        entry = entry.revocation_date(NOW - DAY).add_extension(x509.CRLReason(x509.ReasonFlags.key_compromise), False)
        builder = builder.add_revoked_certificate(entry.build())
    builder = builder.add_extension(x509.CRLNumber(1), False)
    builder = builder.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key()), False)
    return builder.sign(key or issuer.key, hashes.SHA256())


def test_revoked_leaf_says_when_and_why() -> None:
    judgement = look([LEAF, CA], crls=[crl(CA, LEAF), crl(ROOT)])
    assert next(iter(stacks.lines(judgement.stacks)))[0].startswith("it depends")
    (finding,) = judgement.report.findings
    assert finding.code == "server-cert-revoked"
    assert "keyCompromise" in finding.message
    assert fails([CLIENT, CA], crls=[crl(CA, CLIENT)], purpose=Purpose.CLIENT) == ["client-cert-revoked"]


def test_revoked_intermediate() -> None:
    (finding,) = report([LEAF, CA], crls=[crl(CA), crl(ROOT, CA)]).findings
    assert (finding.code, finding.about) == ("server-cert-revoked", "CN=Dev Issuing CA")


def test_good_with_all_crls_and_a_warning_without_the_roots() -> None:
    assert codes([LEAF, CA], crls=[crl(CA), crl(ROOT)]) == []
    (finding,) = report([LEAF, CA], crls=[crl(CA)]).findings
    assert (finding.code, finding.verdict, finding.whose) == ("server-crl-missing", Verdict.WARN, Whose.OURS)


def test_crl_missing_for_the_leaf() -> None:
    assert fails([LEAF, CA], crls=[crl(OTHER_ROOT)]) == ["server-crl-missing"]
    assert fails([CLIENT, CA], crls=[crl(ROOT)], purpose=Purpose.CLIENT) == ["client-cert-revocation-unknown"]


def test_crl_expired_not_yet_valid_and_forged() -> None:
    assert fails([LEAF, CA], crls=[crl(CA, until=-timedelta(hours=1)), crl(ROOT)]) == ["server-crl-expired"]
    assert fails([LEAF, CA], crls=[crl(CA, until=3 * DAY, since=2 * DAY), crl(ROOT)]) == ["server-crl-expired"]
    assert fails([LEAF, CA], crls=[crl(CA, key=ROOT.key), crl(ROOT)]) == ["server-crl-missing"]


# Several at once


def test_all_faults_are_said_at_once() -> None:
    old = make_cert("Old CA", ROOT, ca=True, not_before=NOW - 9 * DAY, not_after=NOW - DAY, ekus=(CLIENT_AUTH,))
    weak = rsa.generate_private_key(65537, 1024)
    leaf = server(issuer=old, key=weak, not_before=NOW - 9 * DAY, not_after=NOW - DAY, ekus=(CLIENT_AUTH,))
    assert fails([leaf, old], names=[x509.DNSName("api.test")]) == [
        "server-cert-expired",
        "server-chain-expired",
        "server-wrong-eku",
        "server-wrong-eku",
        "server-name-mismatch",
        "server-weak-key",
    ]


def test_faults_of_a_chain_that_does_not_reach_a_root_are_said_too() -> None:
    leaf = server(not_before=NOW - 9 * DAY, not_after=NOW - DAY)
    assert fails([leaf], names=[x509.DNSName("api.test")]) == [
        "server-missing-intermediate",
        "server-cert-expired",
        "server-name-mismatch",
    ]


def test_what_openssl_sees_behind_an_expired_certificate() -> None:
    limits = x509.NameConstraints([x509.DirectoryName(x509.Name.from_rfc4514_string("O=Acme"))], None)
    ca = make_cert("Constrained CA", ROOT, ca=True, extra=((limits, True),), not_after=YEARS)
    leaf = server(issuer=ca, not_before=NOW - 9 * DAY, not_after=NOW - DAY)
    found = report([leaf, ca])
    assert [f.code for f in found.findings] == ["server-cert-expired", "server-name-constraints"]
    assert "dirName:CN=web is outside" in found.findings[1].message


# Never a pass by accident


def test_openssls_no_is_a_fault_by_its_number_where_we_see_none() -> None:
    path = tuple(one.certificate for one in (LEAF, CA, ROOT))
    for number, code in ((999, "server-cert-invalid"), (23, "server-cert-revoked"), (-1, "server-cert-invalid")):
        answer = engines.Answer(False, number, 0)
        (problem,) = roles.unexplained(path[0], path, answer, set())
        assert problem.verdict is Verdict.FAIL
        assert CODES[problem.cause][0] == code
        assert f"error {number} " in problem.message
        assert roles.unexplained(path[0], path, answer, {problem.cause}) == []


def test_every_number_of_openssl_has_a_code_for_both_ends() -> None:
    for number in range(-1, 130):
        cause, words = engines.explain(engines.Answer(False, number, 1))
        assert str(number) in words
        assert cause in CODES


def test_a_wrong_authority_key_id_is_explained() -> None:
    wrong = x509.AuthorityKeyIdentifier(b"\x01" * 20, None, None)
    leaf = server(without=(x509.AuthorityKeyIdentifier,))
    assert codes([leaf, CA]) == ["portability"]
    builder = x509.CertificateBuilder(
        issuer_name=CA.certificate.subject,
        subject_name=leaf.certificate.subject,
        public_key=leaf.key.public_key(),
        serial_number=5,
        not_valid_before=NOW - DAY,
        not_valid_after=NOW + 30 * DAY,
        extensions=[x509.Extension(wrong.oid, False, wrong)],
    )
    (finding,) = [
        f
        for f in report([Pair(builder.sign(CA.key, hashes.SHA256()), leaf.key), CA]).findings
        if f.verdict is Verdict.FAIL
    ]
    assert finding.code == "server-cert-invalid"
    assert "0101010101010101" in finding.message


def test_a_certificate_that_cannot_be_decoded_is_a_fault() -> None:
    broken = x509.UnrecognizedExtension(x509.SubjectAlternativeName.oid, b"\x30\x03\x82\x01")
    leaf = server(sans=(), extra=((broken, False),))
    assert fails([leaf, CA], names=[HOST])[0] == "server-cert-invalid"
    broken_ca = make_cert("Broken", ROOT, ca=True, extra=((broken, False),))
    assert "client-cert-invalid" in fails([client(issuer=broken_ca), broken_ca], purpose=Purpose.CLIENT)


def test_nothing_to_verify_and_nothing_to_trust_are_errors() -> None:
    with pytest.raises(InputError):
        verify([], [ROOT.certificate], purpose=Purpose.SERVER, at=NOW)
    with pytest.raises(InputError):
        verify([LEAF.certificate], [], purpose=Purpose.SERVER, at=NOW)


_GOOD = LEAF.certificate.public_bytes(Encoding.DER)


@pytest.mark.filterwarnings("ignore:Parsed a serial number which wasn't positive")
@given(st.integers(0, len(_GOOD) - 1), st.integers(1, 255))
@example(15, 0x80)  # the sign of the serial number
def test_no_byte_of_a_leaf_can_be_changed(position: int, mask: int) -> None:
    der = bytearray(_GOOD)
    der[position] ^= mask
    try:
        leaf = x509.load_der_x509_certificate(bytes(der))
    except (ValueError, x509.InvalidVersion):
        return
    found = verify([leaf, CA.certificate], [ROOT.certificate], purpose=Purpose.SERVER, at=NOW, names=[HOST])
    assert not found.ok


@pytest.mark.parametrize(
    ("certificate", "purpose"),
    [
        (LEAF, Purpose.SERVER),
        (CLIENT, Purpose.CLIENT),
        (CA, Purpose.CA),
        (server(ekus=(SERVER_AUTH, CLIENT_AUTH)), None),
        (server(ekus=()), None),
        (server(ekus=(ANY_EKU,)), None),
    ],
)
def test_the_purpose_that_a_certificate_states(certificate: Pair, purpose: Purpose | None) -> None:
    assert purpose_of([certificate.certificate]) == purpose


def test_a_ca_in_front_of_a_leaf_does_not_make_it_a_question_about_a_ca() -> None:
    assert purpose_of([CA.certificate, CLIENT.certificate]) is Purpose.CLIENT
    assert purpose_of([CA.certificate, ROOT.certificate]) is Purpose.CA


# The openssl command, on good and bad chains, at both ends


@dataclass(frozen=True)
class Case:
    chain: tuple[Pair, ...]
    roots: tuple[Pair, ...] = (ROOT,)
    known_difference: str = ""


def ca_with(**options: Any) -> Pair:
    return make_cert("Odd CA", ROOT, **{"ca": True, "not_after": YEARS} | options)


def below(ca: Pair, **options: Any) -> tuple[Pair, ...]:
    return (server(issuer=ca, **options), ca)


STRANGE = x509.UnrecognizedExtension(ObjectIdentifier("1.2.3.4"), b"\x05\x00")
OLD = {"not_before": NOW - 9 * DAY, "not_after": NOW - DAY}
CASES = {
    "good server": Case((LEAF, CA)),
    "good client": Case((CLIENT, CA)),
    "both purposes": Case((server(ekus=(SERVER_AUTH, CLIENT_AUTH)), CA)),
    "no eku": Case((server(ekus=()), CA)),
    "any eku": Case((server(ekus=(ANY_EKU,)), CA)),
    "root sent": Case((LEAF, CA, ROOT)),
    "extra": Case((LEAF, CA, OTHER_ROOT)),
    "missing intermediate": Case((LEAF,)),
    "untrusted": Case((LEAF, CA), (OTHER_ROOT,)),
    "untrusted root sent": Case((LEAF, CA, ROOT), (OTHER_ROOT,)),
    "self-signed": Case((make_cert("web", sans=(HOST,)),)),
    "expired leaf": Case((server(**OLD), CA)),
    "not yet valid": Case((server(not_before=NOW + DAY), CA)),
    "expired intermediate": Case(below(ca_with(**OLD))),
    "issuer CA:FALSE": Case(below(ca_with(ca=False))),
    "issuer without keyCertSign": Case(below(ca_with(key_usage=usage(crl_sign=True)))),
    "issuer without basicConstraints": Case(below(ca_with(without=(x509.BasicConstraints,)))),
    "issuer for clients": Case(below(ca_with(ekus=(CLIENT_AUTH,)), ekus=())),
    "issuer for any": Case(below(ca_with(ekus=(ANY_EKU,)), ekus=())),
    "pathlen": Case((server(issuer=(low := make_cert("Low", CA, ca=True))), low, CA)),
    "constraints kept": Case(below(constrained([x509.DNSName("test")]))),
    "constraints broken": Case(below(constrained([x509.DNSName("example.test")]))),
    "critical extension": Case((server(extra=((STRANGE, True),)), CA)),
    "rekeyed": Case((LEAF, CA), (make_cert("Dev Root CA", ca=True),)),
    "damaged": Case((damaged(LEAF), CA)),
    "p384": Case((server(key=ec.generate_private_key(ec.SECP384R1())), CA)),
    "ed25519": Case((server(key=ed25519.Ed25519PrivateKey.generate()), CA)),
    "keyAgreement": Case((server(key_usage=usage(key_agreement=True)), CA), known_difference="RFC 8446, 4.4.2.2"),
    "rsa 1024": Case((server(key=rsa.generate_private_key(65537, 1024)), CA)),
    "no AKI": Case((server(without=(x509.AuthorityKeyIdentifier,)), CA), known_difference="strict only: our note"),
    "ca without key usage": Case(below(ca_with(without=(x509.KeyUsage,))), known_difference="strict only: our note"),
    "ca without SKI": Case(
        below(ca_with(without=(x509.SubjectKeyIdentifier,))), known_difference="strict only: our note"
    ),
    "secp256k1": Case(
        (server(key=ec.generate_private_key(ec.SECP256K1())), CA), known_difference="refused at negotiation, not here"
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_agreement_with_the_openssl_command(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    (tmp_path / "leaf.pem").write_bytes(case.chain[0].pem)
    (tmp_path / "rest.pem").write_bytes(b"".join(p.pem for p in case.chain[1:]) or case.chain[0].pem)
    (tmp_path / "roots.pem").write_bytes(b"".join(p.pem for p in case.roots))
    for purpose, word in ((Purpose.SERVER, "sslserver"), (Purpose.CLIENT, "sslclient")):
        words = f"verify -x509_strict -auth_level 2 -purpose {word} -CAfile roots.pem -untrusted rest.pem"
        done = openssl(*words.split(), "-attime", int(NOW.timestamp()), "leaf.pem", cwd=tmp_path)
        theirs, ours = done.returncode == 0, report(case.chain, case.roots, purpose=purpose).ok
        if case.known_difference and theirs == ours:
            continue  # the other end's refusal may be for the purpose, which both see
        assert (theirs != ours) == bool(case.known_difference), done.stderr


def test_the_known_differences_are_real(tmp_path: Path) -> None:
    """Each one differs at one end at least, or it must go from the list."""
    for name, case in CASES.items():
        if not case.known_difference:
            continue
        (tmp_path / "leaf.pem").write_bytes(case.chain[0].pem)
        (tmp_path / "rest.pem").write_bytes(b"".join(p.pem for p in case.chain[1:]))
        (tmp_path / "roots.pem").write_bytes(ROOT.pem)
        words = "verify -x509_strict -auth_level 2 -purpose sslserver -CAfile roots.pem -untrusted rest.pem leaf.pem"
        done = openssl(*words.split(), cwd=tmp_path)
        assert (done.returncode == 0) != report(case.chain, case.roots).ok, name


def test_a_certificate_that_was_read_before_is_checked_as_thoroughly() -> None:
    leaf = make_cert("again.test", CA, sans=(x509.DNSName("again.test"),), ekus=(SERVER_AUTH,))
    for _ in range(3):  # each time another object of the same certificate, as in a server that lives on
        chain = [Pair(x509.load_pem_x509_certificate(one.pem), one.key) for one in (leaf, CA)]
        assert fails(chain, names=(x509.DNSName("other.test"),)) == ["server-name-mismatch"]
        client = fails(chain, purpose=Purpose.CLIENT)
        assert client == ["client-cert-wrong-eku"]


def test_a_signature_of_an_algorithm_that_nobody_knows_is_a_no() -> None:
    sm2 = bytes.fromhex("300a06082a811ccf55018375")  # 1.2.156.10197.1.501
    known = bytes.fromhex("300a06082a8648ce3d040302")
    der = LEAF.certificate.public_bytes(Encoding.DER)
    leaf = x509.load_der_x509_certificate(der.replace(known, sm2))
    judged = judge([leaf, CA.certificate], [ROOT.certificate], purpose=Purpose.SERVER, at=NOW)
    assert der.count(known) == 2
    assert (judged.report.ok, judged.engines[0].verdict) == (False, "refuses")

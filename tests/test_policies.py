"""core/policy*.py and the search for paths: one chain for each rule, made to break that rule alone."""

from collections.abc import Sequence
from datetime import UTC, datetime
from ipaddress import ip_address, ip_network
from typing import Any

import pytest
import surgery
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier
from support import CLIENT_AUTH, DAY, NOW, SERVER_AUTH, Pair, make_cert

from mtlsctl.core import engines, nameforms, path, policy, policy_rfc5280, policy_webpki, suffixes
from mtlsctl.core.findings import Verdict
from mtlsctl.core.looks import Look, Question, read
from mtlsctl.core.path import Forest, Search, straight, subject_key_id
from mtlsctl.core.verify import Judgement, Policy, Purpose, judge, verify
from mtlsctl.errors import UsageError

HOST = x509.DNSName("web.test")
YEARS = NOW + 3650 * DAY
AKI, SKI = x509.AuthorityKeyIdentifier, x509.SubjectKeyIdentifier


def key_usage(*bits: str) -> x509.KeyUsage:
    names = (
        "digital_signature content_commitment key_encipherment data_encipherment key_agreement key_cert_sign"
        " crl_sign encipher_only decipher_only"
    )
    return x509.KeyUsage(**{name: name in bits for name in names.split()})


ROOT = make_cert("Root CA", ca=True, not_after=YEARS)
CA = make_cert("Issuing CA", ROOT, ca=True, not_after=YEARS)


def leaf(cn: str = "web.test", **options: Any) -> Pair:
    return make_cert(cn, **{"issuer": CA, "sans": (HOST,), "ekus": (SERVER_AUTH,)} | options)


def ca(issuer: Pair = ROOT, **options: Any) -> Pair:
    return make_cert("Odd CA", issuer, **{"ca": True, "not_after": YEARS} | options)


def root(**options: Any) -> Pair:
    return make_cert("Odd Root", **{"ca": True, "not_after": YEARS} | options)


def ask(chain: Sequence[Pair], roots: Sequence[Pair] = (ROOT,), **options: Any) -> Judgement:
    options = {"purpose": Purpose.SERVER, "at": NOW} | options
    return judge([p.certificate for p in chain], [p.certificate for p in roots], **options)


def faults(found: Judgement) -> list[tuple[str, str]]:
    return [(f.code, f.message) for f in found.report.findings if f.verdict is Verdict.FAIL]


GOOD = leaf()


@pytest.mark.parametrize("word", [*Policy])
def test_a_good_chain_is_good_by_every_policy(word: str) -> None:
    found = ask([GOOD, CA], policy=word, names=[HOST])
    assert faults(found) == []
    assert all(one.verdict == "accepts" for one in found.forecasts)


def test_a_policy_that_there_is_not() -> None:
    with pytest.raises(UsageError, match="no such policy") as caught:
        ask([GOOD, CA], policy="strict")
    assert "webpki" in caught.value.hint
    assert "rustls" in caught.value.hint


# Rules. For each: the chain that breaks it, as (leaf and what is above, roots), the words, the policies that refuse.

_OTHER = x509.OtherName(ObjectIdentifier("1.2.3"), b"\x0c\x01a")


def below(one: Pair, **options: Any) -> tuple[tuple[Pair, ...], tuple[Pair, ...]]:
    return (leaf(issuer=one, **options), one), (ROOT,)


def under(one: Pair, **options: Any) -> tuple[tuple[Pair, ...], tuple[Pair, ...]]:
    return (leaf(issuer=one, **options),), (one,)


def alone(**options: Any) -> tuple[tuple[Pair, ...], tuple[Pair, ...]]:
    return (leaf(**options), CA), (ROOT,)


def again(made: Pair | None = None, **options: Any) -> tuple[tuple[Pair, ...], tuple[Pair, ...]]:
    return (surgery.again(made or leaf(), CA, **options), CA), (ROOT,)


def aki(pair: Pair, **changes: Any) -> x509.AuthorityKeyIdentifier:
    found = AKI.from_issuer_public_key(pair.key.public_key())
    fields = {
        "key_identifier": found.key_identifier,
        "authority_cert_issuer": None,
        "authority_cert_serial_number": None,
    }
    return AKI(**fields | changes)


def none(oid: str) -> tuple[x509.ExtensionType, bool]:
    """An extension that is a list, and has no entry."""
    return x509.UnrecognizedExtension(ObjectIdentifier(oid), b"\x30\x00"), False


def limits(*permitted: x509.GeneralName) -> x509.NameConstraints:
    return x509.NameConstraints(list(permitted), None)


def without(kind: type[x509.ExtensionType], *instead: tuple[x509.ExtensionType, bool]) -> dict[str, Any]:
    return {"without": (kind,), "extra": instead}


_ROOT_KEY = ec.generate_private_key(ec.SECP256R1())
_ROOT_SKI = SKI.from_public_key(_ROOT_KEY.public_key())
_BC = x509.BasicConstraints(ca=True, path_length=None)
_POLICY = x509.PolicyInformation(ObjectIdentifier("1.2.3.4"), None)
_URL = x509.UniformResourceIdentifier("http://ca.test/x")
_ACCESS = x509.AccessDescription(x509.oid.AuthorityInformationAccessOID.CA_ISSUERS, _URL)
_SIA = x509.AccessDescription(x509.oid.SubjectInformationAccessOID.CA_REPOSITORY, _URL)
_POINT = x509.DistributionPoint([_URL], None, None, None)
_NO_REV = x509.UnrecognizedExtension(ObjectIdentifier("2.5.29.56"), b"\x05\x00")
_OTHER_ROOT = root()
_SIGNER = key_usage("digital_signature", "key_cert_sign")
_BY_NAME = {
    "authority_cert_issuer": [x509.DirectoryName(ROOT.certificate.subject)],
    "authority_cert_serial_number": CA.certificate.serial_number,
}
BOTH = {Policy.RFC5280, Policy.WEBPKI}
RFC, BR = {Policy.RFC5280}, {Policy.WEBPKI}
EVERY = {*BOTH, Policy.OPENSSL}
ANY = ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE
RSA_2052 = rsa.generate_private_key(65537, 2052)

BROKEN = {
    "no AKI": (*alone(**without(AKI)), "it has no authorityKeyIdentifier", BOTH),
    "no AKI in a CA": (*below(ca(**without(AKI))), "CN=Odd CA: it has no authorityKeyIdentifier", BOTH),
    "critical AKI": (*alone(**without(AKI, (aki(CA), True))), "authorityKeyIdentifier is critical", EVERY),
    "AKI without key": (
        *alone(
            **without(
                AKI,
                (
                    aki(
                        CA,
                        key_identifier=None,
                        authority_cert_issuer=[x509.DirectoryName(ROOT.certificate.subject)],
                        authority_cert_serial_number=CA.certificate.serial_number,
                    ),
                    False,
                ),
            )
        ),
        "lacks the key identifier",
        BOTH,
    ),
    "no SKI in a CA": (*below(ca(**without(SKI))), "it has no subjectKeyIdentifier", BOTH),
    "no SKI in a root": (*under(root(**without(SKI))), "it has no subjectKeyIdentifier", BOTH),
    "critical SKI": (
        *under(root(key=_ROOT_KEY, **without(SKI, (_ROOT_SKI, True)))),
        "subjectKeyIdentifier is critical",
        EVERY,
    ),
    "no key usage in a CA": (*below(ca(**without(x509.KeyUsage))), "CN=Odd CA: it has no key usage", BOTH),
    "no key usage in a root": (*under(root(**without(x509.KeyUsage))), "CN=Odd Root: it has no key usage", BR),
    "keyCertSign in a leaf": (
        *alone(key_usage=key_usage("digital_signature", "key_cert_sign")),
        "has keyCertSign, and it is no CA",
        BOTH,
    ),
    "a policy twice": (
        *alone(extra=((x509.CertificatePolicies([_POLICY, _POLICY]), False),)),
        "hold 1.2.3.4 twice",
        BOTH,
    ),
    "no basicConstraints in a root": (
        *under(root(**without(x509.BasicConstraints))),
        "it has no basicConstraints",
        EVERY,
    ),
    "basicConstraints not critical": (
        *under(root(**without(x509.BasicConstraints, (_BC, False)))),
        "basicConstraints is not critical",
        BOTH,
    ),
    "constraints in a leaf": (*alone(extra=((limits(HOST), True),)), "it has name constraints and is no CA", BOTH),
    "constraints not critical": (*below(ca(extra=((limits(HOST), False),))), "name constraints is not critical", RFC),
    "constraints with a dot": (
        *below(ca(extra=((limits(x509.DNSName(".test")), True),))),
        "its name constraint DNS:.test begins with a dot",
        BOTH,
    ),
    "policy constraints not critical": (
        *below(ca(extra=((x509.PolicyConstraints(5, None), False),))),
        "policy constraints is not critical",
        BOTH,
    ),
    "inhibitAnyPolicy not critical": (
        *below(ca(extra=((x509.InhibitAnyPolicy(5), False),))),
        "inhibitAnyPolicy is not critical",
        BOTH,
    ),
    "critical AIA": (
        *alone(extra=((x509.AuthorityInformationAccess([_ACCESS]), True),)),
        "authorityInfoAccess is critical",
        EVERY,
    ),
    "critical SIA": (
        *below(ca(extra=((x509.SubjectInformationAccess([_SIA]), True),))),
        "subjectInfoAccess is critical",
        EVERY,
    ),
    "critical freshestCRL": (*alone(extra=((x509.FreshestCRL([_POINT]), True),)), "freshestCRL is critical", EVERY),
    "no bit in the key usage": (*alone(key_usage=key_usage()), "its key usage has no bit set", EVERY),
    "an empty subject of a CA": (*below(make_cert("", ROOT, ca=True, not_after=YEARS)), "a CA with an empty", BOTH),
    "a name that is none": (
        *alone(sans=(HOST, x509.DNSName("a..test"))),
        "DNS:a..test in its SAN is no DNS name",
        BOTH,
    ),
    "a URI without host": (
        *alone(sans=(HOST, x509.UniformResourceIdentifier("https:///x"))),
        "URI:https:///x in its SAN names no host",
        BOTH,
    ),
    "an empty subject": (*alone(cn=""), "its subject is empty and its SAN is not critical", BOTH),
    "noRevAvail in a CA": (*below(ca(extra=((_NO_REV, False),))), "its noRevAvail stands in a CA certificate", BOTH),
    "no EKU": (*alone(ekus=()), "it has no extended key usage", BR),
    "EKU in the root": (*under(root(ekus=(SERVER_AUTH,))), "a root with extended key usage", BR),
    "a foreign EKU": (
        *alone(ekus=(SERVER_AUTH, ExtendedKeyUsageOID.CODE_SIGNING)),
        "its extended key usage has codeSigning",
        BR,
    ),
    "another AKI in the root": (
        *under(root(**without(AKI, (AKI(b"\x01" * 20, None, None), False)))),
        "the authorityKeyIdentifier of the root is not its subjectKeyIdentifier",
        {Policy.WEBPKI, Policy.OPENSSL},
    ),
    "a leaf that is a CA": (
        *alone(ca=True, key_usage=key_usage("digital_signature", "key_cert_sign")),
        "a CA certificate as a leaf",
        BR,
    ),
    "keyEncipherment with EC": (
        *alone(key_usage=key_usage("digital_signature", "key_encipherment")),
        "its key usage has keyEncipherment",
        BR,
    ),
    "keyEncipherment in a CA": (
        *below(ca(key_usage=key_usage("key_cert_sign", "crl_sign", "key_encipherment"))),
        "the key usage of a CA has keyEncipherment",
        BR,
    ),
    "a common name that is no SAN": (*alone(cn="Web.Test"), "its common name is not, letter by letter", BR),
    "an e-mail address": (
        *alone(sans=(HOST, x509.RFC822Name("a@web.test"))),
        "email:a@web.test in its SAN is neither",
        BR,
    ),
    "another name": (*alone(sans=(HOST, _OTHER)), "in its SAN is neither a DNS name nor an address", BR),
    "a wildcard for a TLD": (*alone(sans=(HOST, x509.DNSName("*.test"))), "a wildcard for a top-level domain", BR),
    "a wildcard for a public suffix": (
        *alone(sans=(HOST, x509.DNSName("*.co.uk"))),
        "DNS:*.co.uk is a wildcard for a public suffix",
        BR,
    ),
    "a wildcard inside": (*alone(sans=(HOST, x509.DNSName("a.*.test"))), "a wildcard that is not its whole", BR),
    "an underscore": (*alone(sans=(HOST, x509.DNSName("a_b.test"))), "is no DNS name of letters, digits", BOTH),
    "an address as a DNS name": (
        *alone(sans=(HOST, x509.DNSName("192.0.2.1"))),
        "DNS:192.0.2.1 in its SAN is an address",
        BOTH,
    ),
    "a critical SAN": (
        *alone(sans=(), extra=((x509.SubjectAlternativeName([HOST]), True),)),
        "its SAN is critical, though it has a subject",
        BR,
    ),
    "serial number zero": (*again(serial=b"\x02\x01\x00"), "its serial number is zero", BOTH),
    "a negative serial number": (*again(serial=b"\x02\x01\xfb"), "its serial number is negative", BOTH),
    "a serial number of 21 octets": (
        *again(serial=b"\x02\x15\x01" + b"\x23" * 20),
        "its serial number has more than 20 octets",
        BOTH,
    ),
    "extensions in version 1": (
        *again(v1=True, extended=True),
        "not of version 3",
        BOTH,
    ),
    "GeneralizedTime before 2050": (
        *again(leaf(not_after=datetime(2051, 1, 1, tzinfo=UTC)), swap=(b"2051", b"2049")),
        "its validity is not encoded as UTCTime",
        BOTH,
    ),
    "a pathlen without keyCertSign": (
        *alone(ca=True, path_length=0, key_usage=key_usage("digital_signature")),
        "it has a pathlen without CA:TRUE and keyCertSign",
        BOTH,
    ),
    "no SAN": (*alone(sans=()), "it has no subject alternative name", BR),
    "a critical EKU": (
        *alone(ekus=(), extra=((x509.ExtendedKeyUsage([SERVER_AUTH]), True),)),
        "its extended key usage is critical",
        BR,
    ),
    "any EKU": (*alone(ekus=(SERVER_AUTH, ANY)), "its extended key usage has anyExtendedKeyUsage", BR),
    "any EKU in a CA": (*below(ca(ekus=(SERVER_AUTH, ANY))), "CN=Odd CA: its extended key usage has any", BR),
    "two algorithms": (
        *under(surgery.again(_OTHER_ROOT, _OTHER_ROOT, outer=bytes.fromhex("300a06082a8648ce3d040303"))),
        "its two fields on the algorithm of the signature differ",
        BOTH,
    ),
    "a unique identifier": (*again(insert=b"\x82\x02\x00\x01"), "it has a unique identifier", BOTH),
    "a curve that is spelt out": (
        *again(GOOD, public_key=surgery.spelt_out(GOOD.key.public_key())),
        "its key does not call its curve by name",
        EVERY,
    ),
    "another CA's certificate as root, without AKI": (
        *under(ca(**without(AKI))),
        "CN=Odd CA: it has no authorityKeyIdentifier",
        EVERY,
    ),
    "a CA as leaf, without key usage": (
        *alone(ca=True, **without(x509.KeyUsage)),
        "it is a CA and has no key usage",
        BOTH,
    ),
    "a CA as leaf, its basicConstraints not critical": (
        *alone(ca=True, key_usage=_SIGNER, **without(x509.BasicConstraints, (_BC, False))),
        "its basicConstraints is not critical",
        BOTH,
    ),
    "no certificate policies in the list": (*alone(extra=(none("2.5.29.32"),)), "certificate policies is empty", BOTH),
    "no points in the list": (*alone(extra=(none("2.5.29.31"),)), "its list of CRL distribution points is", BOTH),
    "no access in the list": (*alone(extra=(none("1.3.6.1.5.5.7.1.1"),)), "its authorityInfoAccess is empty", BOTH),
    "an AKI that is not its CA's SKI": (
        *alone(**without(AKI, (AKI(b"\x01" * 20, None, None), False))),
        "its authorityKeyIdentifier is not the subjectKeyIdentifier of CN=Issuing CA",
        {Policy.WEBPKI, Policy.OPENSSL},
    ),
    "an AKI with names": (
        *alone(**without(AKI, (aki(CA, **_BY_NAME), False))),
        "its authorityKeyIdentifier names issuer and serial number",
        BR,
    ),
    "a foreign EKU in a CA": (
        *below(ca(ekus=(SERVER_AUTH, ExtendedKeyUsageOID.CODE_SIGNING))),
        "CN=Odd CA: its extended key usage has codeSigning",
        BR,
    ),
    "RSA of 2052 bits": (*alone(key=RSA_2052), "its RSA key has 2052 bits", BR),
    "Ed25519": (*alone(key=ed25519.Ed25519PrivateKey.generate()), "its key is neither RSA nor", BR),
}


SERIALS = pytest.mark.filterwarnings("ignore:Parsed a serial number")  # cryptography's warning of what is tested


@SERIALS
@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_rule(name: str) -> None:
    chain, roots, words, policies = BROKEN[name]
    for word in (Policy.OPENSSL, Policy.RFC5280, Policy.WEBPKI):
        said = faults(ask(chain, roots, policy=word))
        assert bool(said) is (word in policies), (word, said)
        if (
            said
            and word is not Policy.OPENSSL
            and not {code for code, _ in said} & {"server-unknown-critical-extension"}
        ):
            assert any(code == "against-policy" and words in message for code, message in said), said
    if Policy.OPENSSL not in policies:
        told = {one.policy for one in ask(chain, roots).forecasts if one.verdict == "refuses"}
        assert told >= policies


@SERIALS
def test_every_rule_has_a_source_and_a_chain_above_that_breaks_it() -> None:
    rules = dict.fromkeys((*policy_rfc5280.RULES, *policy_webpki.RULES))
    assert all(rule.source.startswith(("RFC 5280, 4.", "RFC 9608, ", "CA/B Forum BR ")) for rule in rules)
    chains = [policy_looks(chain, roots) for chain, roots, *_ in BROKEN.values()]
    assert [rule for rule in rules if not any(breaks(rule, looks) for looks in chains)] == []


def breaks(rule: policy.Rule, looks: Sequence[Look]) -> bool:
    """Whether a path, leaf first and with its trust anchor, has what a rule speaks about, and that breaks it."""
    ends = [(one, number, number == len(looks) - 1) for number, one in enumerate(looks)]
    return any(policy.meant(rule.where, *end, Purpose.SERVER) and rule.broken(end[0]) for end in ends)


def policy_looks(chain: Sequence[Pair], roots: Sequence[Pair]) -> list[Look]:
    return read(tuple(p.certificate for p in (*chain, *roots)))[0]


@pytest.mark.parametrize(
    ("name", "public"), [("co.uk", True), ("CO.UK", True), ("web.co.uk", False), ("github.io", False), ("test", False)]
)
def test_public_suffixes_are_those_of_registries(name: str, public: bool) -> None:
    assert suffixes.is_public(name) is public


def test_key_usage_counts_where_there_is_a_handshake() -> None:
    chain = [leaf(key_usage=key_usage("key_agreement")), CA]
    assert [code for code, _ in faults(ask(chain))] == ["server-wrong-key-usage"]
    found = ask(chain, policy=Policy.RFC5280)
    assert found.report.ok
    assert [f.code for f in found.report.findings if f.verdict is Verdict.WARN] == ["server-wrong-key-usage"]


# The engines


def test_either_engine_may_vouch_and_both_refusing_is_a_no() -> None:
    odd_key = ca(key=ed25519.Ed25519PrivateKey.generate())  # cryptography takes no such key
    misled = without(AKI, (AKI(b"\x01" * 20, None, None), False))  # OpenSSL takes no other issuer than is named
    plain = ca()
    for chain, webpki, openssl in (
        ([leaf(issuer=odd_key), odd_key], False, True),
        ([leaf(issuer=plain, **misled), plain], True, False),
        ([leaf(issuer=odd_key, **misled), odd_key], False, False),
    ):
        path = tuple(one.certificate for one in (*chain, ROOT))
        assert engines.webpki_alone(path, NOW).accepts is webpki
        assert engines.openssl_alone(path).accepts is openssl
        assert ask(chain, policy=Policy.RFC5280).report.ok is (webpki or openssl)
    assert not ask(chain, policy=Policy.ALL).report.ok


def test_the_web_pkis_own_verifier_has_the_last_word_by_its_policy() -> None:
    star = x509.DNSName("*.web.test")  # a name that it cannot be asked for
    chain = [leaf(cn="*.web.test", sans=(star,)), CA]
    ((code, message),) = faults(ask(chain, policy=Policy.WEBPKI, names=[star]))
    assert code == "against-policy"
    assert "invalid domain name" in message
    assert ask(chain, policy=Policy.RFC5280, names=[star]).report.ok


def test_openssls_cn_rule_is_a_fault_for_its_peers_alone() -> None:
    """OpenSSL holds DNS constraints against a common name; the RFC does not."""
    one = ca(extra=((limits(x509.DNSName("web.test")), True),))
    chain = [leaf(cn="other.test", sans=(x509.IPAddress(ip_address("192.0.2.1")),), issuer=one), one]
    assert [code for code, _ in faults(ask(chain))] == ["server-name-constraints"]
    assert ask(chain, policy=Policy.RFC5280).report.ok


def test_a_stack_as_the_policy() -> None:
    any_eku = [leaf(ekus=(ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,)), CA]
    assert not ask(any_eku).report.ok
    assert ask(any_eku, policy="go").report.ok
    assert "stack-refuses" in [code for code, _ in faults(ask(any_eku, policy="rustls"))]
    assert "stack-refuses" in [code for code, _ in faults(ask(any_eku, policy="all"))]
    misled = [leaf(**without(AKI, (AKI(b"\x01" * 20, None, None), False))), CA]
    assert not ask(misled).report.ok
    assert ask(misled, policy="go").report.ok  # it overlooks what OpenSSL does not, and the signatures fit
    stranger = make_cert("Stranger", ca=True)
    for word in ("go", "java", "curl"):  # no stack makes up for a root that is not trusted, or a signature
        assert not ask([GOOD, CA], [stranger], policy=word).report.ok
    assert not ask([CA], purpose=Purpose.CA, policy="go").report.ok  # nothing is known: no


# Paths


LOWER = make_cert("Lower", CA, ca=True)


@pytest.mark.parametrize(
    ("chain", "hints"),
    [
        ([leaf(ekus=(CLIENT_AUTH,)), CA], {"apache": "in Apache: SSLVerifyDepth 2"}),
        (
            [leaf(ekus=(CLIENT_AUTH,), issuer=LOWER), LOWER, CA],
            {"apache": "in Apache: SSLVerifyDepth 3", "nginx": "in nginx: ssl_verify_depth 2"},
        ),
    ],
)
def test_a_depth_that_a_server_has_by_default_only_warns_under_all(chain: list[Pair], hints: dict[str, str]) -> None:
    findings = ask(chain, policy=Policy.ALL, purpose=Purpose.CLIENT).report.findings
    told = {(one.verdict, one.hint) for one in findings if one.code == "stack-refuses"}
    assert told == {(Verdict.WARN, hint) for hint in hints.values()}
    for stack, hint in hints.items():
        (said,) = ask(chain, policy=stack, purpose=Purpose.CLIENT).report.findings
        assert (said.verdict, said.hint.partition(";")[0]) == (Verdict.FAIL, hint)


def test_max_depth_counts_cas_that_are_not_self_issued() -> None:
    rekeyed = make_cert("Issuing CA", CA, ca=True, not_after=YEARS)  # the same name with another key
    chain = [leaf(issuer=rekeyed), rekeyed, CA]
    for word in Policy:
        assert not ask(chain, max_depth=0, policy=word).report.ok
    assert ask(chain, max_depth=1, policy=Policy.RFC5280).report.ok
    assert ask([leaf(issuer=ROOT)], max_depth=0).report.ok
    ((code, message),) = faults(ask([GOOD, CA], max_depth=0))
    assert code == "server-pathlen"
    assert "1 CA between leaf and trust anchor, --max-depth allows 0" in message


OTHER_ROOT = make_cert("Other Root", ca=True, not_after=YEARS)


def cross(**options: Any) -> Pair:
    return make_cert("Root CA", OTHER_ROOT, ca=True, key=ROOT.key, **{"not_after": YEARS} | options)


def test_an_expired_cross_certificate_is_told_from_the_good_path() -> None:
    old = cross(not_before=NOW - 9 * DAY, not_after=NOW - DAY)
    found = ask([GOOD, CA, old], [ROOT, OTHER_ROOT])
    assert found.report.ok
    assert found.path[-1] == ROOT.certificate
    (other,) = found.others
    assert other.path[-2:] == (old.certificate, OTHER_ROOT.certificate)
    assert "expired" in other.fault
    (note,) = [f for f in found.report.findings if f.code == "other-path"]
    assert (note.verdict, note.about) == (Verdict.NOTE, "CN=Root CA")
    assert "issued by CN=Other Root" in note.message


def test_two_good_paths_are_both_told_and_nothing_is_wrong() -> None:
    found = ask([GOOD, CA, cross()], [ROOT, OTHER_ROOT])
    assert found.report.ok
    assert [one.fault for one in found.others] == [""]


def test_the_search_goes_back_from_dead_ends() -> None:
    """The first issuer by name has the key, and is good for nothing: expired, CA:FALSE, of another root."""
    twins = [
        make_cert("Issuing CA", ROOT, ca=True, key=CA.key, not_before=NOW - 9 * DAY, not_after=NOW - DAY),
        make_cert("Issuing CA", ROOT, ca=False, key=CA.key),
        make_cert("Issuing CA", OTHER_ROOT, ca=True, key=CA.key),
        make_cert("Issuing CA", OTHER_ROOT, ca=True),
    ]
    for word in (Policy.OPENSSL, Policy.RFC5280, Policy.WEBPKI):
        found = ask([GOOD, *twins, CA], policy=word)
        assert found.report.ok, (word, faults(found))
        assert found.path[1] == CA.certificate


def test_of_two_dead_ends_the_one_that_is_no_circle_is_told() -> None:
    twin = make_cert("Twin CA", ca=True)
    there = make_cert("Issuing CA", twin, ca=True, key=CA.key)
    back = make_cert("Twin CA", CA, ca=True, key=twin.key)
    rekeyed = make_cert("Root CA", ca=True)
    found = ask([GOOD, there, back, CA], [rekeyed])
    assert [code for code, _ in faults(found)] == ["server-ca-rekeyed"]
    assert found.path == (GOOD.certificate, CA.certificate)


def test_names_that_differ_in_case_and_spaces_are_one_name() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    upper = Pair(make_cert("ISSUING  ca", ROOT, ca=True, key=CA.key, not_after=YEARS).certificate, key)
    for word in Policy:
        if word is not Policy.ALL and word is not Policy.WEBPKI:  # the Web PKI compares byte by byte
            assert ask([GOOD, upper], policy=word).report.ok, word


def test_certificates_at_hand_are_not_taken_for_presented() -> None:
    stranger = make_cert("Stranger", ca=True)
    found = ask([GOOD], found=[stranger.certificate, CA.certificate])
    assert [(f.code, f.verdict) for f in found.report.findings] == [("server-missing-intermediate", Verdict.WARN)]
    assert faults(ask([GOOD], found=[stranger.certificate]))[0][0] == "server-missing-intermediate"


def test_what_is_made_to_take_long_ends_within_the_budget() -> None:
    keys = [ec.generate_private_key(ec.SECP256R1()) for _ in range(9)]
    mesh = [
        make_cert("Mesh", Pair(make_cert("Mesh", key=two).certificate, two), ca=True, key=one)
        for one in keys
        for two in keys
    ]
    below_mesh = leaf(issuer=mesh[0])
    forest = Forest([ROOT.certificate], [p.certificate for p in mesh], False)
    search = Search(below_mesh.certificate, forest)
    assert list(search.paths()) == []
    assert search.spent
    assert not ask([below_mesh, *mesh]).report.ok
    assert straight(below_mesh.certificate, forest) == ()


def test_namesakes_are_sorted_once_for_all_that_they_may_have_issued(monkeypatch: pytest.MonkeyPatch) -> None:
    crowd = [make_cert("Crowd", Pair(make_cert("Crowd").certificate, ROOT.key), ca=True) for _ in range(300)]
    below = leaf(issuer=crowd[250])
    seen: list[x509.Certificate] = []

    def counted(certificate: x509.Certificate) -> bytes:
        seen.append(certificate)
        return subject_key_id(certificate)

    monkeypatch.setattr(path, "subject_key_id", counted)
    forest = Forest([ROOT.certificate], [p.certificate for p in crowd], False)
    near = forest.namesakes(below.certificate)
    assert near[0] == crowd[250].certificate
    assert near[1:] == [p.certificate for p in crowd[: path.MAX_NAMESAKES - 1]]
    assert forest.above(below.certificate, 200)[:2] == (near[0], near[1])
    assert len(seen) == 2 * len(crowd)  # once by the name as it is spelt, once by the name as it is compared


def test_ten_thousand_strangers_do_not_matter() -> None:
    crowd = [make_cert(f"Stranger {number}", ca=True) for number in range(50)] * 200
    found = ask([GOOD, CA], found=[p.certificate for p in crowd])
    assert found.report.findings == ()


def test_an_exponent_of_3_is_no_reason_to_refuse() -> None:
    roots = [root(key=rsa.generate_private_key(3, 2048))]
    chain = [leaf(issuer=roots[0], key=rsa.generate_private_key(3, 2048))]
    for word in BOTH | {Policy.OPENSSL}:
        found = ask(chain, roots, policy=word)
        assert faults(found) == []
        assert found.report.ok


def test_a_path_that_is_too_long_is_called_so() -> None:
    cas = [ROOT]
    for number in range(path.MAX_DEPTH):
        cas.append(make_cert(f"CA {number}", cas[-1], ca=True, not_after=YEARS))
    chain = [leaf(issuer=cas[-1]), *cas[:0:-1]]
    ((code, message), *_) = faults(ask(chain, policy=Policy.RFC5280))
    assert code == "server-pathlen"
    assert message == "CN=web.test: 20 certificates lead to none that is trusted, and longer paths are not looked at"
    assert faults(ask(chain)) == []  # OpenSSL goes further, and its peers are who is asked about
    assert faults(ask([leaf(issuer=cas[18]), *cas[18:0:-1]], policy=Policy.RFC5280)) == []


def test_a_leaf_that_cannot_be_read_makes_no_leaf_of_its_ca() -> None:
    odd = leaf(sans=(), extra=((x509.UnrecognizedExtension(ObjectIdentifier("2.5.29.17"), b"DNS:web.test"), False),))
    for word in Policy:
        said = faults(ask([odd, CA], policy=word))
        assert said
        assert not [message for _, message in said if message.startswith("CN=Issuing CA")]


# CRLs: OpenSSL's peers take what the profile does not have.

_NEXT = b"\x17\x0d491231235959Z"
_KEY_ID = (AKI.from_issuer_public_key(CA.key.public_key()), False)
_NUMBER = (x509.CRLNumber(5), False)


def revocations(
    *extensions: tuple[x509.ExtensionType, bool], swap: tuple[bytes, bytes] | None = None
) -> x509.CertificateRevocationList:
    builder = x509.CertificateRevocationListBuilder().issuer_name(CA.certificate.subject).last_update(NOW - DAY)
    builder = builder.next_update(datetime(2049, 12, 31, 23, 59, 59, tzinfo=UTC))
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    made = builder.sign(CA.key, hashes.SHA256())
    return surgery.list_again(made, CA, *swap) if swap else made


@pytest.mark.parametrize(
    ("extensions", "swap", "words"),
    [
        ((_KEY_ID, _NUMBER), None, ""),
        ((_KEY_ID,), None, "it has no CRLNumber"),
        ((_NUMBER,), None, "it has no authorityKeyIdentifier"),
        ((_KEY_ID, (x509.CRLNumber(1 << 160), False)), None, "its CRLNumber has more than 20 octets"),
        ((_KEY_ID, _NUMBER), (b"\x02\x01\x01\x30", b"\x30"), "it is not of version 2"),
        ((_KEY_ID, _NUMBER), (_NEXT, b""), "it has no nextUpdate"),
        ((_KEY_ID, _NUMBER), (_NEXT, b"\x18\x0f20491231235959Z"), "its times are not encoded"),
        ((_KEY_ID, _NUMBER), (_NEXT, _NEXT + b"\x30\x00"), "its list of entries is there, and empty"),
    ],
)
def test_the_profile_of_crls(extensions: Any, swap: Any, words: str) -> None:
    crl = revocations(*extensions, swap=swap)
    found = ask([GOOD, CA], crls=[crl])
    assert faults(found) == []
    assert {one.policy for one in found.forecasts if one.verdict == "refuses"} == (BOTH if words else set())
    for word in BOTH:
        said = [message for code, message in faults(ask([GOOD, CA], crls=[crl], policy=word))]
        assert [message.startswith(f"the CRL of CN=Issuing CA: {words}") for message in said] == [True] * bool(words)
    assert faults(ask([leaf(issuer=ROOT)], crls=[crl], policy=Policy.RFC5280))  # of another issuer: no status at all


# Names and name constraints; these builders do not ask what is written.

URI, MAIL = x509.UniformResourceIdentifier._init_without_validation, x509.RFC822Name._init_without_validation


@pytest.mark.parametrize(
    ("limit", "name", "good"),
    [
        (x509.DNSName(".web.test"), x509.DNSName("a.web.test"), True),
        (x509.DNSName(".web.test"), x509.DNSName("web.test"), False),
        (x509.DNSName("web.test"), x509.DNSName("WEB.test"), True),
        (x509.DNSName("web.test"), x509.DNSName("*.web.test"), True),
        (x509.DNSName("a.web.test"), x509.DNSName("*.web.test"), False),
        (x509.UniformResourceIdentifier("web.test"), URI("https://else.test\\@web.test/"), False),
        (x509.UniformResourceIdentifier("web.test"), URI("https://else.test@web.test/"), True),
        (x509.RFC822Name("a@web.test"), x509.RFC822Name("a@WEB.test"), True),
        (x509.RFC822Name("a@web.test"), x509.RFC822Name("A@web.test"), False),
        (x509.RFC822Name(".web.test"), x509.RFC822Name("a@web.test"), False),
        (x509.UniformResourceIdentifier("web.test"), x509.UniformResourceIdentifier("https://web.test:8/x"), True),
        (x509.UniformResourceIdentifier("web.test"), x509.UniformResourceIdentifier("urn:x:web.test"), False),
        (x509.UniformResourceIdentifier("1.2.3.4"), x509.UniformResourceIdentifier("https://1.2.3.4/"), False),
        (x509.UniformResourceIdentifier("web.test"), x509.UniformResourceIdentifier("https://[::1]/"), False),
        (x509.IPAddress(ip_network("2001:db8::/32")), x509.IPAddress(ip_address("2001:db8::1")), True),
        (x509.IPAddress(ip_network("0.0.0.0/0")), x509.IPAddress(ip_address("::1")), False),
        (x509.DirectoryName(x509.Name.from_rfc4514_string("CN=WEB.test")), HOST, True),
        (x509.DirectoryName(x509.Name.from_rfc4514_string("O=Acme")), HOST, False),
        (_OTHER, _OTHER, False),
        (_OTHER, HOST, True),
    ],
)
def test_constraints_by_form(limit: x509.GeneralName, name: x509.GeneralName, good: bool) -> None:
    one = ca(extra=((limits(limit), True),))
    made = leaf(issuer=one, sans=(odd(name),))
    found = ask([made, one], policy=Policy.RFC5280)
    assert ("server-name-constraints" not in {code for code, _ in faults(found)}) is good


def odd(name: x509.GeneralName) -> x509.GeneralName:
    return name


@pytest.mark.parametrize(
    ("shut", "good"), [("a.web.test", False), ("b.a.web.test", True), ("test", False), ("b.test", True)]
)
def test_a_wildcard_stands_for_one_label_where_names_are_excluded(shut: str, good: bool) -> None:
    one = ca(extra=((x509.NameConstraints(None, [x509.DNSName(shut)]), True),))
    found = ask([leaf(issuer=one, cn="", sans=(x509.DNSName("*.web.test"),)), one])
    assert ("server-name-constraints" not in {code for code, _ in faults(found)}) is good


@pytest.mark.parametrize(
    ("name", "good"),
    [
        (x509.DNSName("xn--628h.web.test"), True),
        (x509.DNSName("1.web.test"), True),
        (x509.DNSName("web.test."), False),
        (x509.DNSName("-a.web.test"), False),
        (x509.DNSName("a/b.web.test"), False),
        (x509.DNSName("web.test\0.else.test"), False),
        (x509.DNSName("a" * 63 + ".test"), True),
        (x509.DNSName("a" * 64 + ".test"), False),
        (x509.DNSName(".".join(["a" * 60] * 5)), False),
        (x509.DNSName("::1"), False),
        (x509.DNSName("1.2.3"), False),
        (x509.RFC822Name('"a b"@web.test'), True),
        (x509.RFC822Name("a@[192.0.2.1]"), True),
        (x509.RFC822Name("a@[IPv6:2001:db8::1]"), True),
        (x509.RFC822Name("a@[web.test]"), False),
        (MAIL("a b@web.test"), False),
        (MAIL("Alice <a@web.test>"), False),
        (MAIL("a@web..test"), False),
        (MAIL("a@.web.test"), False),
        (MAIL("a@b@web.test"), False),
        (MAIL("web.test"), False),
        (URI("urn:x:y"), True),
        (URI("https://[::1]/%20"), True),
        (URI("https://web.test/a b"), False),
        (URI("https://web.test/%2"), False),
        (URI("//web.test/x"), False),
        (x509.DirectoryName(x509.Name([])), True),
    ],
)
def test_how_names_are_written(name: x509.GeneralName, good: bool) -> None:
    assert (nameforms.fault(name) == "") is good


@pytest.mark.parametrize(
    ("subtree", "good"),
    [
        (x509.DNSName(""), True),
        (x509.DNSName("*.web.test"), False),
        (x509.DNSName("web..test"), False),
        (x509.RFC822Name("*@web.test"), True),
        (MAIL(".web.test"), True),
        (MAIL("*.web.test"), False),
        (MAIL("@web.test"), False),
        (MAIL("a@.web.test"), False),
        (MAIL("a@b@web.test"), False),
        (URI(".web.test"), True),
        (URI("https://web.test"), False),
        (URI("192.0.2.1"), False),
        (x509.IPAddress(ip_network("::/0")), True),
    ],
)
def test_how_constraints_are_written(subtree: x509.GeneralName, good: bool) -> None:
    assert (nameforms.fault_of_subtree(subtree) == "") is good


def test_an_address_in_the_subject_is_bound_too() -> None:
    one = ca(extra=((limits(x509.RFC822Name("web.test")), True),))
    subject = x509.Name([x509.NameAttribute(NameOID.EMAIL_ADDRESS, "a@other.test")])
    key = ec.generate_private_key(ec.SECP256R1())
    builder = x509.CertificateBuilder(one.certificate.subject, subject, key.public_key(), 7)
    builder = builder.not_valid_before(NOW - DAY).not_valid_after(NOW + DAY)
    made = Pair(builder.add_extension(aki(one), False).sign(one.key, hashes.SHA256()), key)
    for word in (Policy.OPENSSL, Policy.RFC5280):
        found = ask([made, one], purpose=Purpose.CLIENT, policy=word)
        assert "client-name-constraints" in {code for code, _ in faults(found)}


# Names of every kind, several at once


def test_names_of_every_kind_all_have_to_be_there() -> None:
    sans = (
        HOST,
        x509.IPAddress(ip_address("::1")),
        x509.RFC822Name("a@web.test"),
        x509.UniformResourceIdentifier("spiffe://web.test/a"),
    )
    made = leaf(sans=sans, ekus=(SERVER_AUTH, CLIENT_AUTH))
    for purpose in (Purpose.SERVER, Purpose.CLIENT, Purpose.ANY):
        assert verify([made.certificate, CA.certificate], [ROOT.certificate], purpose=purpose, at=NOW, names=sans).ok
    wrong = (*sans, x509.UniformResourceIdentifier("spiffe://web.test/b"), x509.RFC822Name("b@web.test"))
    found = verify([made.certificate, CA.certificate], [ROOT.certificate], purpose=Purpose.SERVER, at=NOW, names=wrong)
    assert [f.code for f in found.findings if f.verdict is Verdict.FAIL] == ["server-name-mismatch"] * 2


def test_the_rules_are_not_asked_by_default() -> None:
    looks = policy_looks([leaf(ekus=()), CA], [ROOT])
    asked = Question(Purpose.SERVER, NOW, ())
    assert list(policy.faults(Policy.OPENSSL, looks, True, asked)) == []
    assert [p.message for p in policy.faults(Policy.ALL, looks, True, asked)] == [
        "CN=web.test: it has no extended key usage (CA/B Forum BR 7.1.2.7.6)"
    ]


def test_what_is_kept_of_one_call_answers_no_other_question() -> None:
    """Certificates are read anew each time, as commands and servers do: equal, and other objects."""

    def again(*pairs: Pair) -> list[x509.Certificate]:
        return [x509.load_pem_x509_certificate(pair.pem) for pair in pairs]

    made = leaf(key_usage=key_usage("digital_signature"))
    for _ in range(2):
        assert verify(again(made, CA), again(ROOT), purpose=Purpose.SERVER, at=NOW, names=[HOST]).ok
        for options in (
            {"names": [x509.DNSName("other.test")]},
            {"purpose": Purpose.CLIENT},
            {"at": NOW + 400 * DAY},
            {"at": NOW - 400 * DAY},
            {"max_depth": 0},
        ):
            asked: dict[str, Any] = {"purpose": Purpose.SERVER, "at": NOW, "names": [HOST]} | options
            for word in Policy:
                assert not verify(again(made, CA), again(ROOT), policy=word, **asked).ok, (options, word)
        for stranger in (make_cert("Root CA", ca=True), make_cert("Stranger", ca=True)):
            assert not verify(again(made, CA), again(stranger), purpose=Purpose.SERVER, at=NOW, names=[HOST]).ok
    silent = leaf(key_usage=key_usage("key_agreement"))
    for _ in range(2):
        assert not verify(again(silent, CA), again(ROOT), purpose=Purpose.SERVER, at=NOW).ok

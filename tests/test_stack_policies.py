"""A stack as the policy: a fault is overlooked only where a row of its table names it, and says that it accepts."""

from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from support import DAY, NOW, SERVER_AUTH, Pair, make_cert

from mtlsctl.core import bystack, constraints, stacks
from mtlsctl.core.causes import Cause, Problem
from mtlsctl.core.findings import Verdict
from mtlsctl.core.stacks import Hit, StackVerdict
from mtlsctl.core.verify import Policy, Purpose, judge, verify

ROOT = make_cert("Root", ca=True)
HOST = x509.DNSName("a.test")
MAIL = x509.RFC822Name("good.test")
SMTP_UTF8 = x509.ObjectIdentifier("1.3.6.1.5.5.7.8.9")
EVERY = (*Policy, *stacks.NAMES)
BY_RFC = (Policy.OPENSSL, Policy.RFC5280, "go", "python", "rustls")


def ca(extension: x509.ExtensionType) -> Pair:
    return make_cert("Issuing", ROOT, ca=True, extra=((extension, True),))


def leaf(issuer: Pair, *sans: x509.GeneralName, **options: Any) -> Pair:
    return make_cert(options.pop("cn", "Evil"), issuer, sans=(HOST, *sans), ekus=(SERVER_AUTH,), **options)


def faults(policy: str, *chain: Pair, **options: Any) -> list[str]:
    """The codes of the faults of a chain, by a policy."""
    options = {"purpose": Purpose.SERVER, "at": NOW} | options
    found = judge([one.certificate for one in chain], [ROOT.certificate], policy=policy, **options)
    return [f.code for f in found.report.findings if f.verdict is Verdict.FAIL]


def named(oid: x509.ObjectIdentifier, text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(oid, text)])


def addressed(issuer: Pair, address: str) -> Pair:
    """A leaf with an e-mail address in its subject."""
    plain = leaf(issuer)
    builder = x509.CertificateBuilder(
        plain.certificate.issuer,
        named(NameOID.EMAIL_ADDRESS, address),
        plain.certificate.public_key(),
        plain.certificate.serial_number,
        plain.certificate.not_valid_before_utc,
        plain.certificate.not_valid_after_utc,
        list(plain.certificate.extensions),
    )
    return Pair(builder.sign(issuer.key, hashes.SHA256()), plain.key)


@pytest.mark.parametrize("policy", EVERY)
def test_constraints_on_the_subject_are_overlooked_by_nobody(policy: str) -> None:
    good = x509.DirectoryName(named(NameOID.COMMON_NAME, "Good"))
    evil = x509.DirectoryName(named(NameOID.COMMON_NAME, "Evil"))
    for limits in (x509.NameConstraints([good], None), x509.NameConstraints(None, [evil])):
        one = ca(limits)
        assert faults(policy, leaf(one), one), limits
    one = ca(x509.NameConstraints([MAIL], None))
    assert faults(policy, addressed(one, "a@evil.test"), one)


@pytest.mark.parametrize("policy", stacks.NAMES)
def test_a_certificate_policy_that_a_ca_requires_is_overlooked_by_nobody(policy: str) -> None:
    one = ca(x509.PolicyConstraints(0, None))
    assert "server-cert-invalid" in faults(policy, leaf(one), one)
    # Even where the same certificate has a fault that the stack does overlook.
    misled = x509.AuthorityKeyIdentifier(b"\x01" * 20, None, None)
    odd = leaf(one, without=(x509.AuthorityKeyIdentifier,), extra=((misled, False),))
    assert "server-cert-invalid" in faults(policy, odd, one)


def test_a_small_key_is_overlooked_where_the_stack_takes_it_whatever_its_exponent() -> None:
    one = ca(x509.InhibitAnyPolicy(0))
    for exponent in (65537, 3):
        odd = leaf(one, key=rsa.generate_private_key(exponent, 1024))
        assert [policy for policy in ("go", "java", "python") if faults(policy, odd, one)] == ["python"]


@pytest.mark.parametrize("cause", bystack.LENIENT)
def test_a_fault_without_a_row_stays_one(cause: Cause) -> None:
    accepted = StackVerdict("go", "Go", "1.27", "accepts", ())
    problem = Problem(cause, "it is odd", "", "CN=leaf")
    rows = sorted(bystack.LENIENT[cause])
    for hit, shared, verdict in (
        (Hit(rows[0], "CN=leaf"), frozenset(), Verdict.NOTE),
        (Hit(rows[0], "CN=CA"), frozenset(), Verdict.FAIL),  # of another certificate
        (Hit(rows[0], "CN=leaf"), frozenset({"CN=leaf"}), Verdict.FAIL),  # of which of the two?
        (Hit("good", "CN=leaf"), frozenset(), Verdict.FAIL),
    ):
        said = bystack.Said((accepted,), (hit,), shared)
        (found,) = bystack.decide("go", said, [problem], "CN=leaf", True)
        assert found.verdict is verdict, hit
        (found,) = bystack.decide("go", said, [problem], "CN=leaf", False)
        assert found.verdict is Verdict.FAIL
    (found,) = bystack.decide("go", said, [problem._replace(cause="other")], "CN=leaf", True)
    assert found.verdict is Verdict.FAIL


def test_a_fault_of_the_leaf_is_not_taken_for_one_of_a_ca_of_its_name() -> None:
    weak = make_cert("Evil", ROOT, ca=True, key=rsa.generate_private_key(65537, 1024))
    assert faults("go", leaf(weak, cn="a"), weak) == []
    assert faults("go", leaf(weak, cn="Evil"), weak)


def test_a_thousand_policies_are_not_one_twice() -> None:
    oids = [x509.ObjectIdentifier(f"1.2.3.{number}") for number in range(1000)]
    for listed, good in ((oids, True), ([*oids, oids[7]], False)):
        policies = x509.CertificatePolicies([x509.PolicyInformation(oid, None) for oid in listed])
        one = make_cert("Issuing", ROOT, ca=True)
        odd = leaf(one, extra=((policies, False),))
        found = judge([odd.certificate, one.certificate], [ROOT.certificate], purpose=Purpose.SERVER, at=NOW)
        reasons = next(f.reasons for f in found.forecasts if f.policy == "rfc5280")
        assert any("hold 1.2.3.7 twice" in reason for reason in reasons) is not good
        assert any("twice" in reason for reason in reasons) is not good


def test_constraints_on_directory_names_in_words() -> None:
    one = ca(x509.NameConstraints([x509.DirectoryName(named(NameOID.COMMON_NAME, "Good"))], None))
    found = judge([leaf(one).certificate, one.certificate], [ROOT.certificate], purpose=Purpose.SERVER, at=NOW)
    assert "it permits dirName:CN=Good only" in found.report.findings[0].message
    assert found.engines[0].verdict == "refuses"
    assert "accepts" not in {v.verdict for v in found.stacks}


def test_a_row_that_accepts_still_overlooks() -> None:
    usage = x509.KeyUsage(False, False, False, False, False, False, True, False, False)
    one = make_cert("Issuing", ROOT, ca=True, key_usage=usage)
    assert faults("rustls", leaf(one), one) == []
    assert faults("go", leaf(one), one)
    strict = make_cert("Strict", ca=True, extra=((x509.NameConstraints([x509.DNSName("b.test")], None), True),))
    asked: dict[str, Any] = {"purpose": Purpose.SERVER, "at": NOW, "names": [HOST]}
    found = {
        policy: judge([leaf(strict).certificate], [strict.certificate], policy=policy, **asked).report.ok
        for policy in ("java", "go")
    }
    assert found == {"java": True, "go": False}  # Java does not look at the constraints of what it trusts


@pytest.mark.parametrize("purpose", [Purpose.ANY, Purpose.CA])
def test_of_a_purpose_that_no_stack_is_known_of_all_is_no_laxer_than_each(purpose: Purpose) -> None:
    one = ca(x509.InhibitAnyPolicy(0))
    chain = (one,) if purpose is Purpose.CA else (leaf(one), one)
    for policy in ("all", "go"):
        assert "stack-refuses" in faults(policy, *chain, purpose=purpose)
    assert faults("openssl", *chain, purpose=purpose) == []


@pytest.mark.parametrize("policy", BY_RFC)
@pytest.mark.parametrize(
    ("limit", "name"),
    [
        (x509.UniformResourceIdentifier("evil.test"), x509.UniformResourceIdentifier("https://evil.test./x")),
        (x509.UniformResourceIdentifier("evil.test."), x509.UniformResourceIdentifier("https://evil.test/x")),
        (x509.UniformResourceIdentifier("evil.test"), x509.UniformResourceIdentifier("https://%65vil.test/x")),
        (x509.DNSName("foo.evil.test"), x509.DNSName("f*.evil.test")),
        (x509.DNSName("foo.evil.test"), x509.DNSName("*.evil.test.")),
        (x509.RFC822Name("evil.test"), x509.RFC822Name("a@evil.test.")),
        (x509.RFC822Name(".evil.test"), x509.RFC822Name("a@x.evil.test.")),
        (x509.RFC822Name("a@evil.test."), x509.RFC822Name("a@evil.test")),
        (x509.RFC822Name("evil.test"), x509.OtherName(SMTP_UTF8, b"\x0c\x0ba@evil.test")),
        (x509.RFC822Name("evil.test"), x509.OtherName(SMTP_UTF8, "\x0c\x0cü@evil.test".encode())),
        (x509.RFC822Name("evil.test"), x509.OtherName(SMTP_UTF8, b"\x0c\x0ba@e\xffil.test")),
        (x509.OtherName(SMTP_UTF8, b"\x0c\x0ba@evil.test"), x509.OtherName(SMTP_UTF8, b"\x0c\x0ba@evil.test")),
    ],
    ids=str,
)
def test_an_excluded_name_in_another_spelling(policy: str, limit: x509.GeneralName, name: x509.GeneralName) -> None:
    one = ca(x509.NameConstraints(None, [limit]))
    assert "server-name-constraints" in faults(policy, leaf(one, name), one)


def test_an_address_in_utf8_is_bound_by_constraints_on_addresses() -> None:
    """RFC 9598, 6."""
    mail, other = x509.RFC822Name("good.test"), x509.OtherName(SMTP_UTF8, "\x0c\x0cü@good.test".encode())
    limits = x509.NameConstraints([mail], None)
    assert constraints.outside(limits, [other]) == []
    stranger = x509.OtherName(SMTP_UTF8, "\x0c\x0cü@evil.test".encode())
    assert constraints.outside(limits, [stranger]) == [stranger]
    assert constraints.outside(x509.NameConstraints([x509.DNSName("a.test")], None), [stranger]) == []
    mailbox = x509.NameConstraints([x509.RFC822Name("u@good.test")], None)
    assert constraints.outside(mailbox, [other]) == [other]


def test_a_trusted_intermediate_ends_the_path_for_stacks_that_take_it() -> None:
    one = make_cert("Issuing", ROOT, ca=True)
    chain, anchors = [leaf(one).certificate, one.certificate], [one.certificate]
    asked: dict[str, Any] = {"purpose": Purpose.SERVER, "at": NOW, "names": [HOST]}
    good = {word for word in stacks.NAMES if judge(chain, anchors, policy=word, **asked).report.ok}
    takes = {"curl", "python", "go", "java", "rustls", "boringssl", "gnutls", "cryptography"}
    assert good == takes
    told = judge(chain, anchors, **asked)
    assert not told.report.ok
    said = {verdict.stack: verdict for verdict in told.stacks}
    assert {stack for stack, verdict in said.items() if verdict.verdict == "accepts"} == takes
    assert [reason.rule for reason in said["node"].reasons] == ["anchor-not-self-signed"]
    # What is revoked is refused all the same.
    entry = x509.RevokedCertificateBuilder(chain[0].serial_number, NOW).build()
    builder = x509.CertificateRevocationListBuilder(one.certificate.subject, NOW, NOW + DAY)
    revoked = builder.add_revoked_certificate(entry).sign(one.key, hashes.SHA256())
    assert not judge(chain, anchors, policy="go", crls=[revoked], **asked).report.ok


def test_what_openssl_itself_refuses_is_a_warning_under_its_own_policy() -> None:
    """A Netscape certificate type for clients alone, on a server's leaf (OpenSSL's check of the purpose)."""
    netscape = x509.UnrecognizedExtension(x509.ObjectIdentifier("2.16.840.1.113730.1.1"), bytes.fromhex("03020780"))
    odd, at = leaf(ROOT, extra=((netscape, False),)), {"purpose": Purpose.SERVER, "at": NOW}

    def told(policy: str, **more: Any) -> dict[str, Verdict]:
        found = judge([odd.certificate], [ROOT.certificate], policy=policy, **at, **more).report.findings
        return {f.message.partition("refused by ")[2]: f.verdict for f in found if f.code == "portability"}

    ((who, verdict),) = told(Policy.OPENSSL).items()
    assert (who.partition(",")[0], verdict) == ("OpenSSL itself", Verdict.WARN)
    assert who.count("OpenSSL") == 1
    openssl = judge([odd.certificate], [ROOT.certificate], **at).engines[0]
    assert (openssl.verdict, "Netscape" in openssl.reason) == ("refuses", True)
    assert set(told(Policy.RFC5280).values()) == {Verdict.NOTE}
    assert set(told(Policy.OPENSSL, partial_chain=True).values()) == {Verdict.NOTE}


def test_what_cryptography_itself_says_counts_more_than_its_table() -> None:
    one = make_cert("Issuing", ROOT, ca=True)
    san = x509.SubjectAlternativeName([HOST])
    odd = make_cert("Evil", one, ekus=(SERVER_AUTH,), extra=((san, True),))
    assert faults("cryptography", odd, one) == ["stack-refuses"]
    assert faults("go", odd, one) == []
    chain = [odd.certificate, one.certificate]
    found = judge(chain, [ROOT.certificate], purpose=Purpose.SERVER, at=NOW)
    said = {verdict.stack: verdict for verdict in found.stacks}["cryptography"]
    assert (said.verdict, said.reasons[0].rule) == ("refuses", "")
    assert "MUST NOT be critical" in said.reasons[0].words
    report = verify(chain, [ROOT.certificate], purpose=Purpose.SERVER, at=NOW, policy="cryptography")
    assert not report.ok


@pytest.mark.parametrize(
    ("cn", "sans", "takes"),
    [
        ("web.a.test", (), {"openssl", "node", "java", "python", "gnutls"}),
        ("w", ("w*.a.test",), {"openssl", "node", "java"}),
        ("w", ("web.a.test.",), {"curl", "node", "boringssl"}),
        ("w", ("xn--w*.a.test",), set()),
        ("w", ("w*.test",), set()),
    ],
)
def test_names_by_the_rules_of_each_stack(cn: str, sans: tuple[str, ...], takes: set[str]) -> None:
    one = make_cert("Issuing", ROOT, ca=True)
    chain = [make_cert(cn, one, sans=tuple(map(x509.DNSName, sans)), ekus=(SERVER_AUTH,)).certificate, one.certificate]
    asked: dict[str, Any] = {"purpose": Purpose.SERVER, "at": NOW, "names": [x509.DNSName("web.a.test")]}
    for word in {"node", "java", "python", "gnutls", "go", "curl", "boringssl"} - {"" if sans else "curl"}:
        taken = judge(chain, [ROOT.certificate], policy=word, **asked).report.ok
        assert taken is (word in takes) or (word == "boringssl" and not sans), word
    found = judge(chain, [ROOT.certificate], **asked)
    assert not found.report.ok  # by our own, stricter check
    assert (found.engines[0].verdict == "accepts") is ("openssl" in takes)
    # Who was asked for beside it counts as well.
    asked["names"].append(x509.DNSName("else.test"))
    assert not any(judge(chain, [ROOT.certificate], policy=word, **asked).report.ok for word in stacks.NAMES)


def test_what_openssl_says_stands_under_the_policy_of_another_stack() -> None:
    one = make_cert("Issuing", ROOT, ca=True)
    any_use = make_cert("a", one, sans=(HOST,), ekus=(ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,))
    chain = [any_use.certificate, one.certificate]
    found = judge(chain, [ROOT.certificate], purpose=Purpose.SERVER, at=NOW, policy="go")
    assert found.report.ok
    assert found.engines[0].verdict == "refuses"


@pytest.mark.parametrize(
    ("trusted", "sent", "accepting", "refusing"),
    [
        ("issuing", "leaf issuing", {"go", "java", "rustls", "curl", "python"}, {"openssl", "node", "python312"}),
        ("leaf", "leaf issuing", {"go", "java", "curl", "cryptography"}, {"openssl", "rustls", "gnutls"}),
        ("root", "leaf issuing", {"openssl", "go", "java", "rustls", "gnutls", "cryptography"}, set()),
        ("other", "leaf issuing", set(), {"openssl", "go", "java", "rustls", "gnutls", "cryptography"}),
        ("expired root", "leaf issuing", {"openssl", "go", "java", "gnutls", "cryptography"}, {"boringssl"}),
        ("root expired", "leaf issuing", {"openssl", "go", "boringssl", "cryptography"}, set()),
    ],
)
def test_a_path_ends_where_the_stack_ends_it(trusted: str, sent: str, accepting: set[str], refusing: set[str]) -> None:
    issuing = make_cert("Issuing", ROOT, ca=True)
    expired = make_cert("Root", ca=True, key=ROOT.key, not_before=NOW - 9 * DAY, not_after=NOW - DAY)
    known = {"root": ROOT, "issuing": issuing, "leaf": leaf(issuing), "other": make_cert("Other", ca=True)}
    known |= {"expired": expired}
    chain, roots = ([known[word].certificate for word in words.split()] for words in (sent, trusted))
    found = judge(chain, roots, purpose=Purpose.SERVER, at=NOW, names=(HOST,))
    said = {verdict.stack: verdict.verdict for verdict in found.stacks}
    assert {stack for stack in accepting if said[stack] != "accepts"} == set()
    assert {stack for stack in refusing if said[stack] != "refuses"} == set()

"""core/revoked.py and what is below it: CRLs of every scope, deltas, OCSP answers, and who may sign them."""

import itertools
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import cryptography_vectors
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID as Eku
from hypothesis import given
from hypothesis import strategies as st
from pyasn1.codec.der import decoder, encoder
from pyasn1.type.univ import BitString
from pyasn1_alt_modules import rfc6960
from support import DAY, NOW, Pair, make_cert

from mtlsctl.core import crlscope, revoked, standing
from mtlsctl.core import ocsp as our_ocsp
from mtlsctl.core.crlscope import Held
from mtlsctl.core.findings import Verdict
from mtlsctl.core.ocsp import Response
from mtlsctl.core.revoked import RevocationStatus, Sources
from mtlsctl.core.standing import Answer, Mode
from mtlsctl.core.unreadable import UNREADABLE
from mtlsctl.workflows.revocation import CutOffError, parse_crls, summary

HOUR = timedelta(hours=1)
URL = "http://crl.test/one.crl"


def name(cn: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, cn)])


def uri(text: str) -> x509.UniformResourceIdentifier:
    return x509.UniformResourceIdentifier(text)


def point(*urls: str, issuer: Pair | None = None, reasons: Any = None) -> tuple[x509.CRLDistributionPoints, bool]:
    full = [uri(url) for url in urls] or None
    signer = [x509.DirectoryName(issuer.certificate.subject)] if issuer else None
    return x509.CRLDistributionPoints([x509.DistributionPoint(full, None, reasons, signer)]), False


def usage(*words: str) -> x509.KeyUsage:
    kinds = "digital_signature content_commitment key_encipherment data_encipherment key_agreement key_cert_sign"
    return x509.KeyUsage(*(word in words for word in (kinds + " crl_sign encipher_only decipher_only").split()))


ROOT = make_cert("Root", ca=True)
CA = make_cert("CA", ROOT, ca=True)
LEAF = make_cert("leaf", CA)
POINTED = make_cert("pointed", CA, extra=(point(URL),))
PATH = (LEAF, CA, ROOT)


def scope(**values: Any) -> x509.IssuingDistributionPoint:
    plain = {"full_name": None, "relative_name": None, "only_some_reasons": None} | dict.fromkeys(
        ["only_contains_user_certs", "only_contains_ca_certs", "indirect_crl", "only_contains_attribute_certs"], False
    )
    return x509.IssuingDistributionPoint(**(plain | values))


def entry(pair: Pair, *extensions: tuple[x509.ExtensionType, bool]) -> x509.RevokedCertificate:
    builder = x509.RevokedCertificateBuilder(pair.certificate.serial_number, NOW - DAY)
    for value, critical in extensions:
        builder = builder.add_extension(value, critical)
    return builder.build()


def crl(
    issuer: Pair = CA,
    *entries: Pair | x509.RevokedCertificate,
    number: int = 1,
    since: timedelta = -DAY,
    until: timedelta = DAY,
    signer: Pair | None = None,
    extra: tuple[tuple[x509.ExtensionType, bool], ...] = (),
    number_critical: bool = False,
) -> x509.CertificateRevocationList:
    builder = x509.CertificateRevocationListBuilder(issuer.certificate.subject, NOW + since, NOW + until)
    for one in entries:
        builder = builder.add_revoked_certificate(entry(one) if isinstance(one, Pair) else one)
    builder = builder.add_extension(x509.CRLNumber(number), number_critical)
    for value, critical in extra:
        builder = builder.add_extension(value, critical)
    return builder.sign((signer or issuer).key, hashes.SHA256())


def delta(base: int, *entries: Pair | x509.RevokedCertificate, number: int, **values: Any) -> Any:
    extra = ((x509.DeltaCRLIndicator(base), True), *values.pop("extra", ()))
    return crl(CA, *entries, number=number, extra=extra, **values)


def reason(flag: str) -> tuple[x509.CRLReason, bool]:
    return x509.CRLReason(x509.ReasonFlags[flag]), False


def look(
    *lists: x509.CertificateRevocationList, leaf: Pair = LEAF, pool: tuple[Pair, ...] = (), at: datetime = NOW
) -> RevocationStatus:
    """The leaf's status by CRLs."""
    path = (leaf.certificate, CA.certificate, ROOT.certificate)
    return lookup(*lists, pool=pool, at=at).statuses(path)[0]


def lookup(*lists: Any, pool: tuple[Pair, ...] = (), at: datetime = NOW, **more: Any) -> revoked.Lookup:
    crls = tuple(Held(one, f"{n}.crl") for n, one in enumerate(lists, 1))
    return revoked.Lookup(Sources(crls, **more), [pair.certificate for pair in (*pool, LEAF, CA, ROOT)], at)


def certificates(*path: Pair) -> tuple[x509.Certificate, ...]:
    return tuple(pair.certificate for pair in path)


def found(status: RevocationStatus) -> tuple[str, str]:
    return status.status, status.where


# CRLs


def test_where_the_answer_is_from_and_what_it_says() -> None:
    stated = entry(LEAF, reason("key_compromise"), (x509.InvalidityDate((NOW - 3 * DAY).replace(microsecond=0)), False))
    status = look(crl(), crl(CA, stated, since=-HOUR))
    assert found(status) == ("revoked", "2.crl")
    assert (status.source, status.speaker, status.reason) == ("crl", "CN=CA", "keyCompromise")
    assert status.invalidity_date == (NOW - 3 * DAY).replace(microsecond=0)
    assert status.revoked_at == (NOW - DAY).replace(microsecond=0)
    (problem,) = [p for p in lookup(crl(CA, stated), crl(ROOT)).problems(certificates(*PATH)) if p.cause == "revoked"]
    assert "revoked by CN=CA at" in problem.message
    assert ", reason keyCompromise, invalid since" in problem.message


def test_the_newest_counts_and_one_of_the_future_only_alone() -> None:
    assert found(look(crl(CA, LEAF, since=-2 * DAY), crl(since=-HOUR))) == ("good", "2.crl")
    assert found(look(crl(since=-2 * DAY), crl(CA, LEAF, since=-HOUR))) == ("revoked", "2.crl")
    assert found(look(crl(CA, LEAF, since=HOUR), crl())) == ("good", "2.crl")
    assert look(crl(since=HOUR)).why.startswith("not valid before")
    assert look(crl(CA, LEAF, since=HOUR)).status == "revoked"


def test_stale_ones_are_no_pass_and_a_revocation_on_them_counts() -> None:
    stale = crl(until=-HOUR, since=-2 * DAY)
    assert look(stale).status == "unknown"
    assert look(stale).why.startswith("expired at")
    assert look(crl(CA, LEAF, until=-HOUR, since=-2 * DAY)).status == "revoked"
    assert found(look(stale, crl(since=-3 * DAY))) == ("good", "2.crl")
    assert look(stale, at=NOW - DAY).status == "good"


@pytest.mark.parametrize(
    ("values", "leaf", "why"),
    [
        ({"only_contains_ca_certs": True}, LEAF, "CAs only"),
        ({"only_contains_attribute_certs": True}, LEAF, "attribute certificates only"),
        ({"full_name": [uri("http://crl.test/two.crl")]}, POINTED, "http://crl.test/two.crl"),
        ({"full_name": [uri(URL)]}, LEAF, "which the certificate does not name"),
        ({"only_some_reasons": frozenset({x509.ReasonFlags.key_compromise})}, LEAF, "some reasons"),
    ],
)
def test_a_crl_of_another_scope_is_no_answer(values: Any, leaf: Pair, why: str) -> None:
    status = look(crl(extra=((scope(**values), True),)), leaf=leaf)
    assert status.status == "unknown"
    assert why in status.why


@pytest.mark.parametrize(
    ("values", "leaf"),
    [({"only_contains_user_certs": True}, LEAF), ({"full_name": [uri(URL), uri("ldap://x")]}, POINTED)],
)
def test_a_crl_of_its_scope_is_one(values: Any, leaf: Pair) -> None:
    extra = ((scope(**values), True),)
    assert look(crl(extra=extra), leaf=leaf).status == "good"
    assert look(crl(CA, leaf, extra=extra), leaf=leaf).status == "revoked"


def test_a_list_of_end_entities_says_nothing_of_a_ca() -> None:
    statuses = lookup(crl(), crl(ROOT, extra=((scope(only_contains_user_certs=True), True),))).statuses(
        certificates(*PATH)
    )
    assert [s.status for s in statuses] == ["good", "unknown"]


def test_lists_of_some_reasons_are_good_together() -> None:
    some = frozenset({x509.ReasonFlags.key_compromise, x509.ReasonFlags.ca_compromise})
    rest = frozenset(x509.ReasonFlags) - some - {x509.ReasonFlags.unspecified, x509.ReasonFlags.remove_from_crl}
    first, second = (crl(extra=((scope(only_some_reasons=s), True),)) for s in (some, rest))
    assert look(first).status == "unknown"
    assert look(first, second).status == "good"
    revoking = crl(CA, LEAF, extra=((scope(only_some_reasons=rest), True),))
    assert look(first, revoking).status == "revoked"
    assert look(revoking).status == "revoked"


@pytest.mark.parametrize(
    ("lists", "why"),
    [
        ([crl(extra=((x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3"), b"\x05\x00"), True),))], "1.2.3"),
        ([crl(number_critical=True)], "CRLNumber is critical"),
        ([crl(extra=((x509.DeltaCRLIndicator(1), False),), number=2)], "deltaCRLIndicator is not critical"),
        ([delta(1, number=2)], "the complete one that it goes with"),
        ([crl(signer=ROOT)], "does not fit the key of CN=CA"),
    ],
)
def test_what_is_not_understood_is_not_used(lists: Any, why: str) -> None:
    status = look(*lists)
    assert status.status == "unknown"
    assert why in status.why


def test_one_unknown_critical_entry_extension_spoils_the_list() -> None:
    odd = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00")
    assert "1.2.3.4" in look(crl(CA, entry(ROOT, (odd, True)))).why
    assert look(crl(CA, entry(ROOT, (odd, False)))).status == "good"


def test_deltas() -> None:
    base = crl(CA, POINTED, number=5, since=-2 * DAY)
    assert found(look(base, delta(5, LEAF, number=7))) == ("revoked", "2.crl")
    assert found(look(base, delta(5, number=7))) == ("good", "2.crl")
    removed = entry(POINTED, reason("remove_from_crl"))
    assert look(base, leaf=POINTED).status == "revoked"
    assert look(base, delta(5, removed, number=7), leaf=POINTED).status == "good"
    # A delta to a later base, one older than the base, one of another scope, one that another key signed:
    assert look(base, delta(6, removed, number=7), leaf=POINTED).status == "revoked"
    assert look(base, delta(4, removed, number=5), leaf=POINTED).status == "revoked"
    other = delta(5, removed, number=7, extra=((scope(only_contains_user_certs=True), True),))
    assert look(base, other, leaf=POINTED).status == "revoked"
    assert look(base, delta(5, removed, number=7, signer=ROOT), leaf=POINTED).status == "revoked"
    # A base that has expired does not last longer for a fresh delta.
    assert look(crl(number=5, since=-2 * DAY, until=-HOUR), delta(5, number=7)).status == "unknown"


def calls(work: Callable[[], object]) -> int:
    """How many Python and C functions a piece of work calls."""
    count = itertools.count()
    sys.setprofile(lambda _, event, __: next(count) if "call" in event else None)  # type: ignore[arg-type,return-value]
    try:
        work()
    finally:
        sys.setprofile(None)
    return next(count)


@pytest.mark.parametrize("bases", [0, 1])
def test_ten_times_the_deltas_are_ten_times_the_work(bases: int) -> None:
    lists = [*[crl(number=5)] * bases, delta(5, number=99, signer=ROOT)]  # whose signature does not fit
    few, many = (lookup(*lists * count) for count in (50, 500))
    assert calls(lambda: many.statuses(certificates(*PATH))) < 12 * calls(lambda: few.statuses(certificates(*PATH)))


def test_the_entries_of_a_list_are_read_only_where_its_signature_counts() -> None:
    def work(count: int, signer: Pair) -> int:
        entries = [entry(ROOT)] * count
        one = lookup(crl(CA, *entries, signer=signer, extra=((scope(indirect_crl=True), True),)))
        return calls(lambda: one.statuses(certificates(*PATH)))

    work(3, ROOT)  # what is done once, such as to import
    assert work(1000, ROOT) < work(3, ROOT) + 500
    assert work(1000, CA) > 1000
    odd = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00")
    assert "does not fit" in look(crl(CA, entry(ROOT, (odd, True)), signer=ROOT)).why


NO_REV = x509.UnrecognizedExtension(x509.ObjectIdentifier("2.5.29.56"), b"\x05\x00")


def test_of_whom_nothing_is_published_no_status_is_demanded() -> None:
    leaf = make_cert("short", CA, extra=((NO_REV, False),))
    path = certificates(leaf, CA, ROOT)
    asked = lookup(crl(ROOT), pool=(leaf,), mode=Mode.REQUIRE)
    assert [(s.status, s.source) for s in asked.statuses(path)] == [("exempt", ""), ("good", "crl")]
    assert [(p.cause, p.verdict) for p in asked.problems(path)] == [("exempt", Verdict.NOTE)]
    alone = lookup(pool=(leaf,), mode=Mode.REQUIRE)
    assert summary(alone.statuses(path[:2]), alone.sources) == "exempt"
    # A CRL that has it all the same is believed.
    assert look(crl(CA, leaf), leaf=leaf).status == "revoked"
    assert look(crl(), leaf=leaf).status == "good"
    assert look(crl(until=-HOUR), leaf=leaf).status == "exempt"


@pytest.mark.parametrize(
    ("pair", "why"),
    [
        (make_cert("odd", CA, extra=((NO_REV, False), point(URL))), "beside CRL distribution points"),
        (make_cert("odd", CA, ca=True, extra=((NO_REV, False),)), "in a CA certificate"),
        (make_cert("odd", CA, extra=((NO_REV, True),)), "is critical"),
    ],
)
def test_norevavail_where_it_must_not_be_counts_for_nothing(pair: Pair, why: str) -> None:
    status = lookup(crl(ROOT), pool=(pair,), mode=Mode.REQUIRE).statuses(certificates(pair, CA, ROOT))[0]
    assert status.status == "unknown"
    assert why in status.why


def test_a_certificate_with_thousands_of_points() -> None:
    points = [x509.DistributionPoint([uri(f"{URL}{number}")], None, None, None) for number in range(2000)]
    leaf = make_cert("pointed", CA, extra=((x509.CRLDistributionPoints(points), False),))
    assert len(list(crlscope.points(leaf.certificate))) == crlscope.MAX_POINTS + 1
    assert look(crl(CA, leaf), leaf=leaf).status == "revoked"


def test_openssl_is_not_asked_about_hundreds_of_crls() -> None:
    one, path = crl(), certificates(*PATH)
    assert lookup(*[one] * 10, crl(ROOT)).told_by_crls(path) == (True, True)
    assert lookup(*[one] * revoked.MAX_MANY, crl(ROOT)).told_by_crls(path) == (False, False)


def test_what_was_opened_is_not_opened_again() -> None:
    held = crlscope.opened(Held(crl(CA, LEAF), "x"))
    assert held is not None
    look = revoked.Lookup(Sources((held,)), certificates(*PATH), NOW)
    assert look.crls[0] is held
    assert found(look.statuses(certificates(*PATH))[0]) == ("revoked", "x")


def test_indirect_crls() -> None:
    agent = make_cert("CRL agent", ROOT, key_usage=usage("crl_sign"))
    leaf = make_cert("indirect", CA, extra=(point(issuer=agent),))
    whose = (x509.CertificateIssuer([x509.DirectoryName(CA.certificate.subject)]), True)
    indirect = ((scope(indirect_crl=True), True),)
    listed = crl(agent, entry(leaf, whose), extra=indirect)
    assert look(listed, leaf=leaf, pool=(agent,)).status == "revoked"
    # The issuer stands for the entries after it, too; before it is the CRL's own.
    after = crl(agent, entry(ROOT, whose), entry(leaf), extra=indirect)
    assert look(after, leaf=leaf, pool=(agent,)).status == "revoked"
    assert look(crl(agent, entry(leaf), extra=indirect), leaf=leaf, pool=(agent,)).status == "good"
    assert "not at hand" in look(listed, leaf=leaf).why
    assert look(listed, pool=(agent,)).status == "unknown"  # whose certificate does not name it
    assert look(crl(agent, extra=()), leaf=leaf, pool=(agent,)).status == "unknown"  # which is not indirect


# Who signs CRLs


def test_a_ca_without_the_right_to_sign_crls() -> None:
    no_right = make_cert("no cRLSign", ROOT, ca=True, key_usage=usage("key_cert_sign"))
    leaf = make_cert("leaf of it", no_right)
    status = lookup(crl(no_right)).statuses(certificates(leaf, no_right, ROOT))[0]
    assert "lacks cRLSign" in status.why


def test_key_rollover_and_keys_for_crls_alone() -> None:
    for above in (ROOT, CA):  # certified by who certified the old key, or by the old key itself
        new = make_cert("CA", above, ca=True)
        assert look(crl(new), pool=(new,)).status == "good"
        assert look(crl(new, LEAF), pool=(new,)).status == "revoked"
        assert "does not fit the key" in look(crl(new)).why
    expired = make_cert("CA", ROOT, ca=True, not_before=NOW - 9 * DAY, not_after=NOW - DAY)
    assert "no valid path" in look(crl(expired), pool=(expired,)).why


def test_a_ca_of_the_same_name_below_another_does_not_count() -> None:
    other = make_cert("Other CA", ROOT, ca=True)
    namesake = make_cert("CA", other, ca=True)
    assert "another CA made" in look(crl(namesake), pool=(namesake, other)).why
    stranger = make_cert("CA", ca=True)
    assert look(crl(stranger), pool=(stranger,)).status == "unknown"


def test_a_leaf_of_its_cas_name_signs_no_crls() -> None:
    for values in ({}, {"without": (x509.KeyUsage,)}):
        namesake = make_cert("CA", CA, **values)  # type: ignore[arg-type]
        assert "lacks cRLSign" in look(crl(namesake), pool=(namesake,)).why


def test_an_end_entity_of_its_cas_name_signs_none_though_it_has_the_right() -> None:
    right = usage("digital_signature", "crl_sign")
    for above in (CA, ROOT):
        namesake = make_cert("CA", above, key_usage=right)
        assert "that is no CA" in look(crl(namesake), pool=(namesake,)).why
        key_for_crls = make_cert("CA", above, key_usage=right, without=(x509.BasicConstraints,))
        assert look(crl(key_for_crls), pool=(key_for_crls,)).status == "good"


def test_a_stand_in_of_unknown_status_is_not_enough_where_all_are_required() -> None:
    new = make_cert("CA", ROOT, ca=True)

    def status(*lists: Any, mode: Mode = Mode.REQUIRE) -> RevocationStatus:
        return lookup(crl(new), *lists, pool=(new,), mode=mode).statuses(certificates(*PATH))[0]

    assert status(mode=Mode.CHECK).status == "good"
    assert "no CRL says that CN=CA is good" in status().why
    assert "no CRL says that CN=CA is good" in status(crl(ROOT, since=-3 * DAY, until=-DAY)).why
    assert status(crl(ROOT)).status == "good"
    assert "which is revoked" in status(crl(ROOT, new)).why
    # Its own CRL may tell of it (PKITS 4.14.30).
    own = make_cert("CA", CA, ca=True)
    assert lookup(crl(own), pool=(own,), mode=Mode.REQUIRE).statuses(certificates(*PATH))[0].status == "good"


def test_a_revoked_signer_and_one_that_hangs_on_its_own_crl() -> None:
    new = make_cert("CA", ROOT, ca=True)
    assert "which is revoked" in look(crl(new), crl(ROOT, new), pool=(new,)).why
    own = make_cert("CA", CA, ca=True)
    assert look(crl(own), pool=(own,)).status == "good"
    assert look(crl(own, own), pool=(own,)).status != "revoked"


def test_many_of_one_name_are_not_all_tried() -> None:
    crowd = tuple(make_cert("CA", ROOT, ca=True) for _ in range(30))
    assert look(crl(crowd[-1]), pool=crowd).status in ("good", "unknown")


def test_crls_in_pem_that_begin_and_do_not_end() -> None:
    begin, whole = b"-----BEGIN X509 CRL-----\n", crl().public_bytes(Encoding.PEM)
    for damaged in (begin, begin * 100_000, whole + begin, begin + whole, whole[:-10]):
        with pytest.raises(CutOffError):
            parse_crls(damaged)
    assert len(parse_crls(whole * 3 + b"a word\n")) == 3


# OCSP

RESPONDER = make_cert("responder", CA, ekus=(Eku.OCSP_SIGNING,), extra=((x509.OCSPNoCheck(), False),))


def answer(
    signer: Pair = RESPONDER,
    *,
    about: Pair = LEAF,
    issuer: Pair = CA,
    status: str = "GOOD",
    since: timedelta = -HOUR,
    until: timedelta | None = DAY,
    digest: Any = hashes.SHA256(),  # noqa: B008
    by_key: bool = False,
    nonce: bytes = b"",
    with_certificate: bool = True,
    why: Any = None,
    extensions: tuple[tuple[x509.ExtensionType, bool], ...] = (),
) -> ocsp.OCSPResponse:
    builder = ocsp.OCSPResponseBuilder().add_response(
        about.certificate,
        issuer.certificate,
        digest,
        ocsp.OCSPCertStatus[status],
        NOW + since,
        None if until is None else NOW + until,
        NOW - 2 * HOUR if status == "REVOKED" else None,
        why,
    )
    encoding = ocsp.OCSPResponderEncoding.HASH if by_key else ocsp.OCSPResponderEncoding.NAME
    builder = builder.responder_id(encoding, signer.certificate)
    if with_certificate:
        builder = builder.certificates([signer.certificate])
    if nonce:
        builder = builder.add_extension(x509.OCSPNonce(nonce), False)
    for value, critical in extensions:
        builder = builder.add_extension(value, critical)
    plain = isinstance(signer.key, ed25519.Ed25519PrivateKey)
    return builder.sign(signer.key, None if plain else hashes.SHA256())


def heard(response: ocsp.OCSPResponse, *lists: Any, nonce: bytes = b"", at: datetime = NOW) -> RevocationStatus:
    held = (Response(response, "answer.der", nonce),)
    return lookup(*lists, at=at, responses=held).statuses(certificates(*PATH))[0]


@pytest.mark.parametrize("digest", [hashes.SHA1(), hashes.SHA256(), hashes.SHA384()])
@pytest.mark.parametrize("by_key", [False, True])
def test_good_by_the_ca_and_by_its_responder(digest: Any, by_key: bool) -> None:
    for signer in (CA, RESPONDER):
        status = heard(answer(signer, digest=digest, by_key=by_key))
        assert (status.status, status.source, status.where) == ("good", "ocsp", "answer.der")
        assert status.speaker == f"CN={'CA' if signer is CA else 'responder'}"
    assert heard(answer(CA, with_certificate=False)).status == "good"


@pytest.mark.parametrize("key", [rsa.generate_private_key(65537, 2048), ed25519.Ed25519PrivateKey.generate()])
def test_keys_of_other_kinds(key: Any) -> None:
    signer = make_cert("other kind", CA, ekus=(Eku.OCSP_SIGNING,), key=key)
    assert heard(answer(signer)).status == "good"


def test_revoked_says_when_and_why() -> None:
    status = heard(answer(status="REVOKED", why=x509.ReasonFlags.cessation_of_operation))
    assert (status.status, status.reason) == ("revoked", "cessationOfOperation")
    assert status.revoked_at == (NOW - 2 * HOUR).replace(microsecond=0)


def forged(response: ocsp.OCSPResponse) -> ocsp.OCSPResponse:
    der = bytearray(response.public_bytes(Encoding.DER))
    der[-1] ^= 1  # of the signature
    return ocsp.load_der_ocsp_response(bytes(der))


def other(**values: Any) -> Pair:
    return make_cert("responder", **({"issuer": CA, "ekus": (Eku.OCSP_SIGNING,)} | values))


EXPIRED = other(not_before=NOW - 9 * DAY, not_after=NOW - DAY)


@pytest.mark.parametrize(
    ("response", "why"),
    [
        (answer(EXPIRED), "which expired at"),
        (answer(other(not_before=NOW + HOUR)), "which is not valid before"),
        (answer(other(ekus=(Eku.SERVER_AUTH,))), "EKU lacks OCSPSigning"),
        (answer(other(ekus=())), "EKU lacks OCSPSigning"),
        (answer(other(key_usage=usage("key_encipherment"))), "lacks digitalSignature"),
        (answer(other(issuer=ROOT)), "was not issued by CN=CA"),
        (answer(make_cert("responder", ekus=(Eku.OCSP_SIGNING,))), "was not issued by CN=CA"),
        (answer(ROOT), "was not issued by CN=CA"),
        (answer(RESPONDER, with_certificate=False), "no certificate of it is in the response"),
        (forged(answer(CA, with_certificate=False)), "does not fit the key of CN=CA"),
        (answer(status="UNKNOWN"), "CN=responder does not know it"),
        (ocsp.OCSPResponseBuilder.build_unsuccessful(ocsp.OCSPResponseStatus.TRY_LATER), "the responder said tryLater"),
        (ocsp.OCSPResponseBuilder.build_unsuccessful(ocsp.OCSPResponseStatus.UNAUTHORIZED), "said unauthorized"),
    ],
)
def test_answers_that_do_not_count(response: ocsp.OCSPResponse, why: str) -> None:
    status = heard(response)
    assert status.status == "unknown"
    assert why in status.why
    (problem, *_) = lookup(responses=(Response(response, "x"),)).problems(certificates(*PATH))
    assert (problem.cause, problem.verdict) == ("crl-missing", Verdict.FAIL)
    # Where a CRL tells, it is a warning.
    told = lookup(crl(), crl(ROOT), responses=(Response(response, "x"),)).problems(certificates(*PATH))
    assert {p.cause for p in told} <= {"ocsp-unusable"}
    assert all(p.verdict is Verdict.WARN for p in told)


UNKNOWN = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00")
WEAK = other(key=rsa.generate_private_key(65537, 1024), extra=((x509.OCSPNoCheck(), False),))


@pytest.mark.parametrize("mode", [Mode.CHECK, Mode.REQUIRE])
@pytest.mark.parametrize(
    ("response", "why"),
    [
        (answer(WEAK), "RSA 1024 is below 2048 bits"),
        (answer(other(extra=((UNKNOWN, True), (x509.OCSPNoCheck(), False)))), "the extension 1.2.3.4 is critical"),
        (answer(extensions=((UNKNOWN, True),)), "a critical extension that is unknown here (1.2.3.4)"),
    ],
)
def test_what_speaks_against_a_responder_or_its_answer(response: ocsp.OCSPResponse, why: str, mode: Mode) -> None:
    look = lookup(crl(ROOT), responses=(Response(response, "x"),), mode=mode)
    (status, _) = look.statuses(certificates(*PATH))
    assert status.status == "unknown"
    assert why in status.why
    assert [p.verdict for p in look.problems(certificates(*PATH))] == [Verdict.FAIL]


def with_extension(oid: str, critical: bool, answers: int) -> ocsp.OCSPResponse:
    """The CA's own response, which has several answers, the first of them with an extension: as no builder makes it."""
    outer, _ = decoder.decode(answer(CA).public_bytes(Encoding.DER), asn1Spec=rfc6960.OCSPResponse())
    basic, _ = decoder.decode(outer["responseBytes"]["response"], asn1Spec=rfc6960.BasicOCSPResponse())
    single = basic["tbsResponseData"]["responses"][0]
    for number in range(1, answers):
        basic["tbsResponseData"]["responses"][number] = single.clone(cloneValueFlag=True)
        basic["tbsResponseData"]["responses"][number]["certID"]["serialNumber"] = number
    single["singleExtensions"][0]["extnID"] = oid
    single["singleExtensions"][0]["critical"] = critical
    single["singleExtensions"][0]["extnValue"] = bytes.fromhex("0a0101")  # a reason: keyCompromise
    signature = CA.key.sign(encoder.encode(basic["tbsResponseData"]), ec.ECDSA(hashes.SHA256()))
    basic["signature"] = BitString.fromOctetString(signature)
    outer["responseBytes"]["response"] = encoder.encode(basic)
    return our_ocsp.load(encoder.encode(outer))


def test_extensions_of_an_answer() -> None:
    for answers in (1, 3):
        assert heard(with_extension("1.2.3.4", critical=False, answers=answers)).status == "good"
        assert "critical extension" in heard(with_extension("1.2.3.4", critical=True, answers=answers)).why
    assert heard(with_extension("2.5.29.21", critical=True, answers=1)).status == "good"


def test_a_responder_of_unknown_status_is_not_enough_where_all_are_required() -> None:
    response = (Response(answer(other()), "x"),)

    def status(*lists: Any, mode: Mode = Mode.REQUIRE) -> RevocationStatus:
        return lookup(*lists, responses=response, mode=mode).statuses(certificates(*PATH))[0]

    assert status(mode=Mode.CHECK).status == "good"
    assert "no CRL at hand says that it is good" in status().why
    assert status(crl()).status == "good"
    user = ((scope(only_contains_ca_certs=True), True),)
    assert status(crl(extra=user)).status == "unknown"  # which is about CAs
    stale = crl(since=-3 * DAY, until=-DAY)
    assert "1.crl" in status(stale).where  # which tells of the leaf as little
    assert status(stale).status == "unknown"


def test_an_answer_about_another_is_none() -> None:
    namesake = make_cert("CA", ROOT, ca=True)
    for response in (answer(about=POINTED), answer(about=make_cert("x", namesake), issuer=namesake)):
        assert heard(response).status == "unknown"
        assert heard(response, crl()).status == "good"


def test_an_answer_about_another_is_said_to_be_one() -> None:
    (problem, *_) = lookup(responses=(Response(answer(about=POINTED), "x"),)).problems(certificates(*PATH))
    serial, other_serial = LEAF.certificate.serial_number, POINTED.certificate.serial_number
    assert f"the OCSP answer given is about serial {other_serial:x}, not {serial:x}" in problem.message


def test_times_of_answers() -> None:
    assert heard(answer(since=-3 * DAY, until=-HOUR)).why.startswith("expired at")
    assert heard(answer(since=HOUR)).why.startswith("not valid before")
    assert heard(answer(since=timedelta(minutes=5))).status == "good"  # the responder's clock is a little ahead
    assert heard(answer(until=None)).why.endswith("without nextUpdate, so newer ones can be had")
    assert heard(answer(since=timedelta(), until=None)).status == "good"
    assert heard(answer(), at=NOW + 2 * DAY).status == "unknown"
    assert heard(answer(status="REVOKED", since=-3 * DAY, until=-HOUR)).status == "revoked"
    problems = lookup(responses=(Response(answer(until=-timedelta(minutes=1)), "x"),)).problems(certificates(*PATH))
    assert [p.cause for p in problems if p.verdict is Verdict.FAIL] == ["crl-expired"]


def test_nonces() -> None:
    assert heard(answer(nonce=b"1" * 16), nonce=b"1" * 16).status == "good"
    assert heard(answer(), nonce=b"1" * 16).status == "good"
    assert "replayed" in heard(answer(nonce=b"2" * 16), nonce=b"1" * 16).why


def test_a_responder_that_its_ca_revoked() -> None:
    checked = other()
    assert heard(answer(checked), crl(ROOT)).status == "good"
    gone = lookup(crl(CA, checked, until=-HOUR), responses=(Response(answer(checked), "x"),))
    assert any("which is revoked" in p.message for p in gone.problems(certificates(*PATH)))
    # With id-pkix-ocsp-nocheck nobody looks.
    good = lookup(crl(CA, RESPONDER), responses=(Response(answer(), "x"),)).problems(certificates(*PATH))
    assert not any(p.cause == "ocsp-unusable" for p in good)


def test_a_request_asks_about_the_certificate() -> None:
    request = ocsp.load_der_ocsp_request(our_ocsp.query(LEAF.certificate, CA.certificate, b"n" * 32))
    assert request.serial_number == LEAF.certificate.serial_number
    assert request.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce == b"n" * 32


@given(st.binary(max_size=200), st.integers(0, 400))
def test_damaged_answers_are_no_answers(noise: bytes, at: int) -> None:
    der = bytearray(answer().public_bytes(Encoding.DER))
    der[at % len(der) :][: len(noise)] = noise
    der[at % len(der)] ^= 0x41
    try:
        response = our_ocsp.load(bytes(der))
    except ValueError:
        return
    assert heard(response).status in ("unknown", "good")


# What it comes to


def test_revoked_wins_and_only_a_hold_is_taken_back() -> None:
    good = Answer("good", "ocsp", "", "", NOW)
    assert standing.best([good, Answer("revoked", "crl", "", "", NOW - DAY, stale="old")]).state == "revoked"  # type: ignore[union-attr]
    held = Answer("revoked", "crl", "", "", NOW - DAY, reason="certificateHold")
    assert standing.best([held, good]) == good
    assert standing.best([held._replace(this_update=NOW + DAY), good]).state == "revoked"  # type: ignore[union-attr]
    assert standing.best([held, good._replace(stale="old")]).state == "revoked"  # type: ignore[union-attr]
    assert standing.best([good._replace(stale="old"), good]) == good
    assert standing.best([]) is None


def verdicts(*lists: Any, **more: Any) -> list[tuple[str, str]]:
    return [(p.cause, str(p.verdict)) for p in lookup(*lists, **more).problems(certificates(*PATH))]


def test_what_is_missing_by_mode() -> None:
    assert verdicts(crl(), crl(ROOT), mode=Mode.REQUIRE) == []
    assert verdicts(crl()) == [("crl-missing", "warn")]
    assert verdicts(crl(), mode=Mode.REQUIRE) == [("crl-missing", "fail")]
    assert verdicts(crl(ROOT)) == [("crl-missing", "fail")]
    assert verdicts(mode=Mode.REQUIRE) == [("crl-missing", "fail")] * 2
    assert verdicts(asked=False) == [("crl-missing", "warn")] * 2
    assert verdicts(asked=False, silent=True) == []
    assert verdicts(crl(CA, LEAF), mode=Mode.OFF) == []
    assert verdicts(crl(until=-HOUR, since=-2 * DAY), crl(ROOT)) == [("crl-expired", "fail")]
    assert verdicts(crl(), crl(ROOT, until=-HOUR, since=-2 * DAY)) == [("crl-expired", "fail")]


def without_next_update(issuer: Pair) -> x509.CertificateRevocationList:
    """RFC 5280, 5.1.2.5, has it in every CRL; cryptography writes none without."""
    tbs = crl(issuer).tbs_certlist_bytes
    end = b"\x17\x0d" + f"{NOW + DAY:%y%m%d%H%M%SZ}".encode()
    assert end in tbs
    tbs = sequence(tbs[tbs.index(b"\x02\x01\x01") :].replace(end, b""))
    algorithm = sequence(bytes.fromhex("06082a8648ce3d040302"))  # ecdsa-with-SHA256
    signature = b"\0" + issuer.key.sign(tbs, ec.ECDSA(hashes.SHA256()))
    return x509.load_der_x509_crl(sequence(tbs + algorithm + bytes([3, len(signature)]) + signature))


def sequence(content: bytes) -> bytes:
    size = len(content)
    length = bytes([size]) if size < 128 else bytes([0x81, size]) if size < 256 else b"\x82" + size.to_bytes(2)
    return b"\x30" + length + content


def test_a_crl_without_an_end_is_not_fresh_where_that_is_required() -> None:
    endless = without_next_update(CA)
    assert look(endless).status == "good"
    assert verdicts(endless, crl(ROOT)) == []
    assert verdicts(endless, crl(ROOT), mode=Mode.REQUIRE) == [("crl-expired", "fail")]


def test_responses_of_all_kinds_from_elsewhere() -> None:
    folder = Path(cryptography_vectors.__file__).parent / "x509" / "ocsp"
    read = 0
    for path in folder.glob("resp-*.der"):
        try:
            response = our_ocsp.load(path.read_bytes())
        except ValueError:
            continue
        read += 1
        assert heard(response).status == "unknown"
    assert read > 8


def test_a_ledger_speaks_for_its_ca() -> None:
    known = {LEAF.certificate: Answer("good", "ledger", "dev", "CA dev")}
    assert verdicts(ledger=known.get, asked=False, silent=True) == []
    gone = {LEAF.certificate: Answer("revoked", "ledger", "dev", "CA dev", hint="do this")}
    (problem,) = lookup(ledger=gone.get, asked=False, silent=True).problems(certificates(*PATH))
    assert (problem.cause, problem.hint) == ("revoked", "do this")
    unknown = {LEAF.certificate: Answer("unknown", "ledger", "dev", "CA dev")}
    assert verdicts(ledger=unknown.get, asked=False, silent=True) == [("crl-missing", "warn")]


def test_openssl_is_asked_where_crls_alone_tell() -> None:
    path = certificates(*PATH)
    assert lookup(crl(), crl(ROOT)).told_by_crls(path) == (True, True)
    assert lookup(crl()).told_by_crls(path) == (True, False)
    assert lookup(crl(ROOT)).told_by_crls(path) == (False, False)
    assert lookup(responses=(Response(answer(), "x"),)).told_by_crls(path) == (False, False)
    assert lookup().told_by_crls(path) == (False, False)
    assert lookup(crl(), mode=Mode.OFF).told_by_crls(path) == (False, False)


def test_what_is_stale_is_said_though_another_source_tells() -> None:
    old = crl(until=-HOUR, since=-2 * DAY)
    told = lookup(old, crl(ROOT), responses=(Response(answer(), "x"),))
    assert found(told.statuses(certificates(*PATH))[0]) == ("good", "x")
    assert [(p.cause, str(p.verdict)) for p in told.problems(certificates(*PATH))] == [("crl-expired", "warn")]


def test_a_ledger_makes_no_stale_crl_good() -> None:
    known = {LEAF.certificate: Answer("good", "ledger", "dev", "CA dev")}
    assert verdicts(crl(until=-HOUR, since=-2 * DAY), crl(ROOT), ledger=known.get) == [("crl-expired", "fail")]
    gone = {LEAF.certificate: Answer("revoked", "ledger", "dev", "CA dev")}
    assert ("revoked", "fail") in verdicts(crl(), crl(ROOT), ledger=gone.get)


@given(st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), min_size=1, max_size=3), st.booleans())
def test_damaged_crls_say_nothing_that_is_not_signed(changes: list[tuple[int, int]], indirect: bool) -> None:
    extra = ((scope(indirect_crl=True), True),) if indirect else ()
    der = bytearray(crl(CA, entry(LEAF, reason("key_compromise")), extra=extra).public_bytes(Encoding.DER))
    for at, value in changes:
        der[at % len(der)] = value
    try:
        damaged = parse_crls(bytes(der))
    except UNREADABLE:
        return
    assert look(*damaged).status in ("unknown", "revoked")

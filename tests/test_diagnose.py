"""Observations to diagnoses: pure values, none of them from a socket."""

from datetime import timedelta
from typing import Any

import pytest
import support
from cryptography import x509
from hypothesis import given, settings
from hypothesis import strategies as st
from support import CLIENT_AUTH, DAY, NOW, SERVER_AUTH, make_cert

from mtlsctl.core import alerts, sniff
from mtlsctl.core.codes import CODES
from mtlsctl.core.diagnose import Confidence, Ours, RefusedBy, diagnose
from mtlsctl.core.diagnose_client import diagnose_client
from mtlsctl.core.diagnose_refused_us import left_after
from mtlsctl.core.findings import Verdict
from mtlsctl.core.observation import Alert, Ended, Observation, Role, Stage, VerifyError
from mtlsctl.core.openssl import Identity, identity

NAMES = (x509.DNSName("localhost"),)
ROOT = make_cert("Root", ca=True)
ISSUING = make_cert("Issuing", ROOT, ca=True)
SERVER = make_cert("localhost", ISSUING, sans=NAMES, ekus=(SERVER_AUTH,))
CLIENT = make_cert("alice", ISSUING, sans=NAMES, ekus=(CLIENT_AUTH,))
EXPIRED = make_cert("alice", ISSUING, sans=NAMES, ekus=(CLIENT_AUTH,), not_before=NOW - 9 * DAY, not_after=NOW - DAY)


def own(pair: support.Pair, *chain: support.Pair) -> Identity:
    return identity((pair.certificate, *(c.certificate for c in chain)), pair.key)


def ours(credential: Identity | None = None, **more: Any) -> Ours:
    return Ours(NOW, credential, (ROOT.certificate,), NAMES[0], **more)


def seen(stage: Stage = Stage.DONE, ended: Ended = Ended.OPEN, **more: Any) -> Observation:
    known: dict[str, Any] = {"version": "TLSv1.3"} if stage is Stage.DONE else {}
    if stage is Stage.DONE:
        known["peer_chain"] = (SERVER.certificate, ISSUING.certificate)
    return Observation(Role.CLIENT, "api.test:443", stage, ended, **{**known, **more})


def received(number: int) -> tuple[Alert, ...]:
    return (Alert.of("received", number, ""),)


LISTED = (ROOT.certificate.subject,)


@pytest.mark.parametrize(
    ("number", "credential", "expected", "confidence"),
    [
        (alerts.CERTIFICATE_REVOKED, own(CLIENT, ISSUING), "client-cert-revoked", "certain"),
        (alerts.CERTIFICATE_EXPIRED, own(EXPIRED, ISSUING), "client-cert-expired", "certain"),
        (alerts.CERTIFICATE_UNKNOWN, own(EXPIRED, ISSUING), "client-cert-expired", "likely"),
        (alerts.CERTIFICATE_EXPIRED, own(CLIENT, ISSUING), "client-cert-revocation-unknown", "unknown"),
        (alerts.UNKNOWN_CA, own(CLIENT, ISSUING), "client-cert-revocation-unknown", "likely"),
        (alerts.ACCESS_DENIED, own(CLIENT, ISSUING), "client-cert-refused", "unknown"),
        (alerts.INTERNAL_ERROR, own(CLIENT, ISSUING), "client-chain-too-long", "unknown"),
        (alerts.INTERNAL_ERROR, own(CLIENT), "client-cert-missing-intermediate", "likely"),
        (alerts.CERTIFICATE_UNKNOWN, own(CLIENT, ISSUING), "client-cert-revoked", "unknown"),
        (None, own(CLIENT, ISSUING), "client-cert-refused", "unknown"),
        (None, own(EXPIRED, ISSUING), "client-cert-expired", "likely"),
    ],
)
def test_our_certificate_is_refused(number: int | None, credential: Identity, expected: str, confidence: str) -> None:
    said = received(number) if number is not None else ()
    ended = Ended.ERROR if said else Ended.CLOSED
    what = seen(ended=ended, asked=True, sent=True, acceptable_issuers=LISTED, alerts=said)
    found = diagnose(what, ours(credential))
    assert (found.report.findings[0].code, found.confidence) == (expected, confidence)
    assert found.refused_by is RefusedBy.SERVER
    assert not found.report.ok
    assert "CN=alice" in found.report.findings[0].message


def test_an_end_without_an_alert_after_no_certificate() -> None:
    found = diagnose(seen(ended=Ended.CLOSED, asked=True), ours())
    assert (found.report.findings[0].code, found.confidence) == ("client-cert-required", Confidence.LIKELY)


def test_silence_after_our_certificate_is_no_certainty() -> None:
    found = diagnose(seen(asked=True, sent=True), ours(own(CLIENT, ISSUING)))
    assert (found.report.findings[0].code, found.confidence) == ("ok", Confidence.LIKELY)
    assert "neither a session ticket nor an alert" in found.report.findings[0].message


def test_without_a_server_name_an_early_alert_40_may_mean_its_absence() -> None:
    what = seen(Stage.HELLO, Ended.ERROR, alerts=received(alerts.HANDSHAKE_FAILURE))
    codes = [f.code for f in diagnose(what, ours()).report.findings]
    assert codes == ["no-shared-cipher", "no-shared-group", "sni-required"]
    named = diagnose(what._replace(server_name="api.test"), ours())
    assert [f.code for f in named.report.findings] == codes[:2]


def test_a_certificate_that_ends_soon() -> None:
    late = ours()._replace(at=SERVER.certificate.not_valid_after_utc - timedelta(days=1))
    codes = [f.code for f in diagnose(seen(), late).report.findings]
    assert codes == ["ok", "expires-soon"]
    assert [f.code for f in diagnose(seen(), ours()).report.findings] == ["ok"]


@pytest.mark.parametrize(
    ("number", "expected", "confidence"),
    [
        (alerts.UNKNOWN_CA, "server-untrusted-root", "likely"),
        (alerts.BAD_CERTIFICATE, "server-untrusted-root", "unknown"),
        (alerts.PROTOCOL_VERSION, "protocol-version", "certain"),
        (alerts.UNRECOGNIZED_NAME, "connection-closed", "unknown"),
    ],
)
def test_a_client_refuses_us(number: int, expected: str, confidence: str) -> None:
    what = Observation(Role.SERVER, "127.0.0.1:5", Stage.HANDSHAKE, Ended.ERROR, alerts=received(number))
    found = diagnose_client(what, Ours(NOW, own(SERVER, ISSUING)))
    assert (found.report.findings[0].code, found.confidence) == (expected, confidence)
    assert found.refused_by is RefusedBy.CLIENT


errors = st.builds(VerifyError, st.integers(1, 110), st.integers(0, 9), st.text(max_size=9))
several_alerts = st.lists(
    st.builds(Alert.of, st.sampled_from(["sent", "received"]), st.integers(1, 255), st.just("")), max_size=3
)
observations = st.builds(
    Observation,
    role=st.just(Role.CLIENT),
    peer=st.just("api.test:443"),
    stage=st.sampled_from(Stage),
    ended=st.sampled_from(Ended),
    version=st.sampled_from(["", "TLSv1.2", "TLSv1.3"]),
    server_name=st.sampled_from(["", "api.test"]),
    asked=st.booleans(),
    sent=st.booleans(),
    confirmed=st.booleans(),
    acceptable_issuers=st.sampled_from([(), LISTED]),
    peer_chain=st.sampled_from([(), (SERVER.certificate,), (SERVER.certificate, ISSUING.certificate)]),
    verify_errors=st.lists(errors, max_size=2).map(tuple),
    alerts=several_alerts.map(tuple),
    first_bytes=st.sampled_from([b"", b"\x16\x03\x03", b"\x15\x03\x03", b"HTTP/1.1 400", b"220 x"])
    | st.binary(max_size=9),
    answer=st.none() | st.sampled_from([b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 403 No\r\n"]),
)
credentials = st.sampled_from([None, own(CLIENT, ISSUING), own(CLIENT), own(EXPIRED, ISSUING)])


@settings(deadline=None)
@given(observations, credentials, st.booleans())
def test_whatever_was_seen_has_an_answer_from_the_catalogue(
    what: Observation, credential: Identity | None, lenient: bool
) -> None:
    for found in (
        diagnose(what, ours(credential, lenient=lenient)),
        diagnose_client(what._replace(role=Role.SERVER), ours(credential)),
    ):
        assert found.report.findings
        for finding in found.report.findings:
            assert finding.code in CODES
            assert finding.message
            assert not finding.message.endswith(".")
        if found.refused_by is RefusedBy.NOBODY:
            assert found.report.findings[0].verdict is not Verdict.FAIL
        else:
            assert found.report.findings[0].verdict is Verdict.FAIL


@pytest.mark.parametrize(
    ("first", "known"),
    [
        (bytes.fromhex("300c02010078070a0102"), True),
        (bytes.fromhex("30840000001002010078"), True),  # as Active Directory writes lengths
        (b"0032ERR access denied", False),
        (b"0", False),
    ],
)
def test_text_that_begins_with_a_zero_is_no_ldap(first: bytes, known: bool) -> None:
    assert (sniff.server_protocol(first) is not None) == known


@given(st.binary(max_size=64))
def test_first_bytes_never_break_the_sniffer(first: bytes) -> None:
    sniff.server_protocol(first)
    sniff.client_protocol(first)
    assert sniff.printable(first).isprintable()


def test_alerts_have_names_and_verify_errors_their_alert() -> None:
    assert alerts.name(48) == "unknown_ca"
    assert alerts.name(200) == "alert 200"
    assert alerts.meaning(200) == ""
    assert [alerts.for_verify_error(n) for n in (10, 20, 62, 26, 7, 23, 999)] == [45, 48, 42, 43, 51, 44, 46]


def test_a_product_that_opens_tls_is_named() -> None:
    proxy = make_cert("Zscaler Root CA", ca=True)
    leaf = make_cert("localhost", proxy, sans=NAMES, ekus=(SERVER_AUTH,))
    complaint = (VerifyError(20, 0, "CN=localhost"),)
    shown = seen(Stage.HANDSHAKE, Ended.HELD, peer_chain=(leaf.certificate,), verify_errors=complaint)
    found = diagnose(shown, ours())
    assert [f.code for f in found.report.findings][:1] == ["tls-interception"]
    assert "CN=Zscaler Root CA, a CA of Zscaler" in found.report.findings[0].message
    assert (found.refused_by, found.confidence) == (RefusedBy.CLIENT, Confidence.LIKELY)
    stranger = shown._replace(peer_chain=(make_cert("localhost", ISSUING, sans=NAMES).certificate,))
    assert "tls-interception" not in [f.code for f in diagnose(stranger, ours()).report.findings]


def test_our_own_clock_may_be_behind() -> None:
    """What this machine keeps was made before it came here: a clock before that is wrong."""
    leaf = make_cert("localhost", ISSUING, sans=NAMES, not_before=NOW, not_after=NOW + 9 * DAY)
    complaint = (VerifyError(9, 0, "CN=localhost"),)
    chain = (leaf.certificate, ISSUING.certificate)
    shown = seen(Stage.HANDSHAKE, Ended.HELD, peer_chain=chain, verify_errors=complaint)
    behind = Ours(NOW - 40 * DAY, None, (ROOT.certificate,), NAMES[0])
    assert diagnose(shown, behind).report.findings[0].code == "clock-skew"
    a_little = diagnose(shown, behind._replace(at=NOW - timedelta(hours=1)))
    assert a_little.report.findings[0].code == "server-cert-not-yet-valid"


@pytest.mark.parametrize(
    ("date", "told"),
    [("Sat, 01 Jan 2000 00:00:00 GMT", True), ("NOW", False), ("yesterday", False), ("", False)],
)
def test_the_clocks_are_compared_by_the_answers_date(date: str, told: bool) -> None:
    date = date.replace("NOW", f"{NOW:%a, %d %b %Y %H:%M:%S} GMT")
    answer = b"HTTP/1.1 200 OK\r\nDate: " + date.encode() + b"\r\n\r\n"
    found = diagnose(seen(asked=True, sent=True, confirmed=True, answer=answer), ours(own(CLIENT, ISSUING)))
    assert ("clock-skew" in [f.code for f in found.report.findings]) is told
    assert found.refused_by is RefusedBy.NOBODY


@pytest.mark.parametrize(("asked", "typed"), [("api.test", "api.test"), ("x; reboot", "NAME"), ("-x", "NAME")])
@pytest.mark.parametrize("sans", [(), NAMES])
def test_a_stranger_puts_no_command_into_a_hint(asked: str, typed: str, sans: tuple[x509.GeneralName, ...]) -> None:
    """A client chooses the server name that it asks for, and hints are pasted into shells."""
    leaf = make_cert("localhost", ISSUING, sans=sans, ekus=(SERVER_AUTH,))
    left = Observation(Role.SERVER, "127.0.0.1:5000", Stage.DONE, Ended.OPEN, server_name=asked)
    found = left_after(left, ours(own(leaf, ISSUING)), "127.0.0.1", goodbye=False, in_time=True)
    assert found.report.findings[0].hint == f"issue it with this name: mtlsctl issue server {typed}"

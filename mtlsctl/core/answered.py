"""What an extra probe means that was answered where the first connection was not; and what it means if none was."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from mtlsctl.core import alerts
from mtlsctl.core.diagnose import Confidence, Diagnosis, Ours, RefusedBy, alert_words
from mtlsctl.core.doubts import Probe, Variation
from mtlsctl.core.findings import Finding, Verdict, Whose
from mtlsctl.core.observation import Observation

_FAIL = Verdict.FAIL


class Answered(NamedTuple):
    """A probe that was answered, and what it is held against."""

    probe: Probe
    seen: Observation
    """The first connection."""
    ours: Ours
    said: Diagnosis
    """What the first connection told."""


def meaning(case: Answered) -> Diagnosis:
    """The diagnosis, now that this variation was answered, and the first connection was not."""
    return _MEANINGS[case.probe.variation](case)


def _mismatch(case: Answered) -> Diagnosis:
    from mtlsctl.core.mismatch import mismatch  # it decodes both conversations

    return mismatch(case.seen, case.probe.seen, case.ours, case.said)


def _in_12_alone(case: Answered) -> Diagnosis:
    from mtlsctl.core.mismatch import of_12_alone  # it decodes both conversations

    return of_12_alone(case.seen, case.probe.seen, case.ours, case.said)


def _too_large(case: Answered) -> Diagnosis:
    message = (
        f"{_no_answer(case.seen)}, and answered a shorter one with one classic group: large hellos are lost on the way"
    )
    hint = "try --groups x25519; update the firewall or load balancer in between"
    found = Finding("client-hello-too-large", _FAIL, message, hint, Whose.NETWORK)
    return _instead(case.said, found, Confidence.LIKELY)


def _unserved(case: Answered) -> Diagnosis:
    without = _no_answer(case.seen)
    message = f"{without} for {case.seen.server_name}, and answered without a name: it serves no such name"
    found = Finding("sni-unrecognized", _FAIL, message, "ask for a name that it serves: --servername NAME")
    return _instead(case.said, found, _by_alert(case.seen))


def _without_alpn(case: Answered) -> Diagnosis:
    message = f"{_no_answer(case.seen)} with the protocols {', '.join(case.ours.alpn)}, and answered without any"
    found = Finding("alpn-mismatch", _FAIL, message, "offer another protocol, or none: leave --alpn away")
    return _instead(case.said, found, _by_alert(case.seen))


def _staple_fails(case: Answered) -> Diagnosis:
    message = (
        f"{_no_answer(case.seen)} with {alert_words(case.seen.received() or 0)} where it asks for an OCSP staple, and"
        " answered one that does not"
    )
    hint = "read the server's log: its stapling fails; to connect all the same: leave --staple away"
    return _instead(case.said, Finding("staple-failed", _FAIL, message, hint, Whose.PEER), Confidence.CERTAIN)


def _http2_alone(case: Answered) -> Diagnosis:
    message = f"{case.seen.peer} left after the handshake, and stays with the protocol h2: it speaks HTTP/2 alone"
    found = Finding("alpn-mismatch", _FAIL, message, "offer it: --alpn h2", Whose.OURS)
    return _instead(case.said, found, Confidence.LIKELY)


def _behind_a_balancer(case: Answered) -> Diagnosis:
    without = _no_answer(case.seen)
    message = f"{without}, and answered with a PROXY protocol header in front: it stands behind a load balancer"
    hint = "send the header: --send-proxy v1; or go through the load balancer"
    return _instead(case.said, Finding("proxy-header-missing", _FAIL, message, hint, Whose.OURS), Confidence.CERTAIN)


def _wants_no_header(case: Answered) -> Diagnosis:
    message = f"{case.seen.peer} does not understand a PROXY protocol header before TLS, and answered without one"
    hint = "leave --send-proxy away; or have the server expect it, nginx: listen ... proxy_protocol"
    return _instead(case.said, Finding("proxy-header-unexpected", _FAIL, message, hint, Whose.OURS), Confidence.CERTAIN)


def _from_the_first_byte(case: Answered) -> Diagnosis:
    from mtlsctl.core.diagnose_approach import implicit

    found = implicit(case.seen, f"{case.seen.peer} says nothing in plain text, and answers TLS")
    return _instead(case.said, found, Confidence.CERTAIN)


def _after_some_words(case: Answered) -> Diagnosis:
    from mtlsctl.core.diagnose_approach import required

    return _instead(case.said, required(case.seen), Confidence.CERTAIN)


def _taken_in_12(case: Answered) -> Diagnosis:
    message = "with TLS 1.2, where it must judge before the handshake is complete, it accepted us"
    open_end = "the application may still refuse: its log tells, or a login"
    optional = Finding(
        "client-cert-optional", Verdict.NOTE, f"{case.seen.peer} goes on without a certificate", open_end
    )
    return _with(_with(case.said, optional, Confidence.LIKELY), Finding("ok", Verdict.OK, message), Confidence.LIKELY)


def _about_ours(case: Answered) -> Diagnosis:
    message = f"{case.seen.peer} lets us in without a certificate: the refusal is about ours"
    return _with(case.said, Finding("client-cert-optional", Verdict.NOTE, message), case.said.confidence)


def _in_plain_http(case: Answered) -> Diagnosis:
    """What a web server's answer tells: whether it is Apache; the time by its clock, which may explain the refusal."""
    from mtlsctl.core import skew

    if case.seen.received() == alerts.INTERNAL_ERROR:
        apache = b"apache" in (case.probe.seen.answer or b"").lower()
        return case.said._replace(confidence=Confidence.LIKELY) if apache else not_of_the_web(case.seen, case.said)
    chain = (case.ours.credential.certificate, *case.ours.credential.chain) if case.ours.credential else ()
    found = skew.theirs(chain, case.probe.seen.answer or b"", case.ours.at)
    if found is None:
        return case.said
    first, *rest = case.said.report.findings
    others = [f._replace(verdict=Verdict.NOTE) for f in (first, *rest) if f.code != "clock-skew"]
    told = found._replace(message=f"{first.message.partition(';')[0]}; {found.message}")
    return Diagnosis(case.said.report._replace(findings=(told, *others)), case.said.refused_by, Confidence.LIKELY)


def unsteady(said: Diagnosis) -> Diagnosis:
    """The same hello was answered another time: what failed is not what was said."""
    first, *rest = said.report.findings
    message = f"{first.message}; the same hello was answered when it came again"
    hint = "it may just have started, be overloaded, or be one of several: see with --repeat 20"
    found = (first._replace(message=message, hint=hint), *rest)
    return Diagnosis(said.report._replace(findings=found), said.refused_by, Confidence.UNKNOWN)


_MEANINGS: dict[Variation, Callable[[Answered], Diagnosis]] = {
    Variation.WIDE: _mismatch,
    Variation.EVERY_VERSION: _mismatch,
    Variation.WIDE_12: _in_12_alone,
    Variation.CLASSIC_GROUP: _too_large,
    Variation.SAME: lambda case: unsteady(case.said),
    Variation.NO_NAME: _unserved,
    Variation.NO_STAPLE: _staple_fails,
    Variation.NO_ALPN: _without_alpn,
    Variation.ALPN_H2: _http2_alone,
    Variation.TLS12: _taken_in_12,
    Variation.NO_CERTIFICATE: _about_ours,
    Variation.PROXY_HEADER: _behind_a_balancer,
    Variation.NO_PROXY_HEADER: _wants_no_header,
    Variation.NO_STARTTLS: _from_the_first_byte,
    Variation.STARTTLS: _after_some_words,
    Variation.PLAIN_HTTP: _in_plain_http,
}


def refused_in_12(probe: Probe, ours: Ours, said: Diagnosis) -> Diagnosis:
    """In TLS 1.3 it neither confirmed nor refused; in TLS 1.2 it says no: so it does in TLS 1.3."""
    from mtlsctl.core.diagnose import diagnose

    told = diagnose(probe.seen, ours)
    first, *rest = told.report.findings
    message = f"{first.message}; so it was with TLS 1.2, with TLS 1.3 it stayed silent"
    found = (first._replace(message=message), *rest)
    return Diagnosis(said.report._replace(findings=found), told.refused_by, Confidence.LIKELY)


def not_of_the_web(seen: Observation, said: Diagnosis) -> Diagnosis:
    """It is not Apache, which alone says internal_error of a chain's length: stunnel says it of its list of names."""
    allowed = next((f for f in said.report.findings if f.code == "client-cert-not-allowed"), None)
    if seen.received() != alerts.INTERNAL_ERROR or allowed is None:
        return said
    others = [f._replace(verdict=Verdict.NOTE) for f in said.report.findings if f is not allowed]
    who = said.report.findings[0].message.partition(": ")[0]
    first = allowed._replace(verdict=_FAIL, message=f"{who}: so says stunnel of one that is not on its list")
    return Diagnosis(said.report._replace(findings=(first, *others)), said.refused_by, Confidence.UNKNOWN)


def unsettled(seen: Observation, said: Diagnosis, tried: Sequence[Probe]) -> Diagnosis:
    """No variation was answered: what remains is less sure, and the absence of a name is the likelier."""
    variations = [probe.variation for probe in tried]
    if Variation.EVERY_VERSION in variations and seen.received() == alerts.PROTOCOL_VERSION:
        return said._replace(confidence=Confidence.LIKELY)  # no version that we have was answered
    if Variation.WIDE not in variations or seen.received() in (None, alerts.INTERNAL_ERROR):
        return said
    found = said.report.findings
    refused = found[0].message.partition(": ")[0]
    left = _left_of_13(seen, {probe.variation: probe.seen for probe in tried}, refused)
    name = next((f for f in found if f.code == "sni-required" and not seen.server_name), None)
    if name and not (left and left.code == "no-shared-sigalg"):
        words = f"{refused}: whatever we offer, and no server name was sent"
        return _ahead(said, [name._replace(verdict=_FAIL, message=words)], Confidence.LIKELY)
    if left:  # the suites were all offered: what was guessed of one connection falls
        findings = (left, *_or_its_name(seen))
        return Diagnosis(said.report._replace(findings=findings), said.refused_by, Confidence.LIKELY)
    message = f"{refused} and a hello with everything in it: it may agree with nobody"
    hint = "see whether its cipher suites and the key of its certificate go together; read the server's log"
    narrowed = found[0]._replace(message=message, hint=hint)
    return _ahead(said, [narrowed, *_or_its_name(seen)], Confidence.UNKNOWN)


def _left_of_13(seen: Observation, tried: dict[Variation, Observation], refused: str) -> Finding | None:
    """What is left in TLS 1.3, which chooses suite, group and signature on their own (RFC 8446, 4.1.1); None: unknown.

    Go asks for another group before it looks for a signature. Who calls TLS 1.2 alone a wrong version speaks TLS 1.3
    alone, and was offered all suites of it; OpenSSL says the same of a key that does not sign in TLS 1.3.
    """
    from mtlsctl.core.mismatch import only_in_12, read  # they decode the conversations

    if read(tried[Variation.WIDE]).retry_group:
        return only_in_12(seen)
    older = tried.get(Variation.WIDE_12)
    if older is None or older.received() != alerts.PROTOCOL_VERSION:
        return None
    message = f"{refused} and one with every group that our library has, and speaks TLS 1.3 alone"
    hint = "let the server have x25519 and P-256; a group of TLS 1.2 alone, such as brainpoolP256r1, is of no use"
    return Finding("no-shared-group", _FAIL, message, hint, Whose.PEER)


def _or_its_name(seen: Observation) -> list[Finding]:
    """A server may turn a name down with any alert, and whoever names none as well."""
    if not seen.server_name:
        return []
    message, hint = f"or it serves no {seen.server_name}", "ask for a name that it serves: --servername NAME"
    return [Finding("sni-unrecognized", Verdict.NOTE, message, hint)]


def _no_answer(seen: Observation) -> str:
    how = "refused our hello" if seen.received() is not None else "gave no answer to our hello"
    return f"{seen.peer} {how}"


def _by_alert(seen: Observation) -> Confidence:
    """An end without a word may have another reason each time; an alert has the one."""
    return Confidence.CERTAIN if seen.received() is not None else Confidence.LIKELY


def _instead(said: Diagnosis, found: Finding, sure: Confidence) -> Diagnosis:
    return Diagnosis(said.report._replace(findings=(found,)), RefusedBy.SERVER, sure)


def _ahead(said: Diagnosis, first: list[Finding], sure: Confidence) -> Diagnosis:
    """The same diagnosis with these findings first, and of the others what they do not say, as notes."""
    codes = {found.code for found in first}
    others = [f._replace(verdict=Verdict.NOTE) for f in said.report.findings if f.code not in codes]
    return Diagnosis(said.report._replace(findings=(*first, *others)), said.refused_by, sure)


def _with(said: Diagnosis, more: Finding, sure: Confidence) -> Diagnosis:
    first, *rest = said.report.findings
    return Diagnosis(said.report._replace(findings=(first, more, *rest)), said.refused_by, sure)

"""Who else would refuse a path that OpenSSL takes: one small predicate per property, with the stacks that it stops."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, mldsa

from mtlsctl.core import keys
from mtlsctl.core.causes import EITHER, Problem
from mtlsctl.core.findings import Verdict, Whose
from mtlsctl.core.pathchecks import Look, Purpose, value
from mtlsctl.core.stacks import BY_SETTING, StackVerdict

APPLE_LIMIT = timedelta(days=825)  # support.apple.com/103769: server certificates, private roots too
STRICT = "Python 3.13 and later (VERIFY_X509_STRICT)"
WEBPKI = "Python's cryptography"


class Doubt(NamedTuple):
    """A property of a certificate, and who refuses it."""

    name: str
    words: str
    who: tuple[str, ...]
    hint: str = ""


def doubts(seen: Sequence[Look], purpose: Purpose) -> list[Doubt]:
    """What may stop another stack, leaf first. The path holds otherwise."""
    found = [*_leaf(seen[0], purpose), *_key(seen[0])]
    for one in seen[1:]:
        found += [*_ca(one, one is seen[-1]), *_key(one)]
    return found


def as_problem(doubt: Doubt) -> Problem:
    """A doubt as a note."""
    message = f"{doubt.name}: {doubt.words}: refused by {', '.join(doubt.who)}"
    return Problem("portability", message, doubt.hint, doubt.name, Verdict.NOTE, Whose.NOBODY)


def _leaf(leaf: Look, purpose: Purpose) -> Iterator[Doubt]:
    basic, san = value(leaf, x509.BasicConstraints), value(leaf, x509.SubjectAlternativeName)
    certificate = leaf.certificate
    self_signed = certificate.issuer == certificate.subject
    if purpose not in (Purpose.SERVER, Purpose.CLIENT):
        return
    again = f"issue it again: mtlsctl issue {purpose} NAME"
    if basic and basic.ca:
        yield Doubt(leaf.name, "a CA certificate used as a leaf", ("rustls", STRICT, WEBPKI), again)
    if value(leaf, x509.AuthorityKeyIdentifier) is None and not self_signed:
        yield Doubt(leaf.name, "no authorityKeyIdentifier", (STRICT, WEBPKI), again)
    if san is None and purpose is Purpose.SERVER:
        yield Doubt(leaf.name, "no subject alternative name", ("Go", "rustls", "browsers", WEBPKI), again)
    if san is None and purpose is Purpose.CLIENT:
        yield Doubt(leaf.name, "a client certificate without subject alternative name", (WEBPKI,), again)
    if san and not certificate.subject.rdns and san not in leaf.critical:
        yield Doubt(leaf.name, "an empty subject with a SAN that is not critical", ("Java", STRICT, WEBPKI), again)
    if certificate.serial_number <= 0 or certificate.serial_number.bit_length() > 160:
        yield Doubt(leaf.name, "a serial number that is not positive, or above 20 bytes", ("Go", WEBPKI), again)
    if value(leaf, x509.NameConstraints):
        yield Doubt(leaf.name, "name constraints, which belong into CA certificates alone", ("rustls", WEBPKI), again)
    if purpose is Purpose.SERVER and leaf.not_after - leaf.not_before > APPLE_LIMIT + timedelta(days=1):
        days = (leaf.not_after - leaf.not_before).days
        yield Doubt(leaf.name, f"a lifetime of {days} days, above {APPLE_LIMIT.days}", ("Apple's systems",), again)


def _ca(one: Look, anchor: bool) -> Iterator[Doubt]:
    basic = value(one, x509.BasicConstraints)
    hint = "make the CA again with such extensions: mtlsctl ca create"
    if value(one, x509.KeyUsage) is None:
        yield Doubt(one.name, "a CA without key usage", (STRICT, WEBPKI), hint)
    if basic is None:
        yield Doubt(one.name, "a CA without basicConstraints", ("Go", "Java", STRICT, WEBPKI), hint)
    elif basic not in one.critical:
        yield Doubt(one.name, "a CA whose basicConstraints are not critical", (STRICT, WEBPKI), hint)
    if value(one, x509.SubjectKeyIdentifier) is None:
        yield Doubt(one.name, "a CA without subjectKeyIdentifier", (STRICT,), hint)
    if not anchor and value(one, x509.AuthorityKeyIdentifier) is None:
        yield Doubt(one.name, "an intermediate without authorityKeyIdentifier", (STRICT, WEBPKI), hint)


def _key(one: Look) -> Iterator[Doubt]:
    key = one.certificate.public_key()
    kind = f"a key of type {keys.describe(key)}"
    if isinstance(key, mldsa.MLDSA44PublicKey | mldsa.MLDSA65PublicKey | mldsa.MLDSA87PublicKey):
        yield Doubt(one.name, kind, ("OpenSSL before 3.5", "Go", "Java", "rustls", "browsers"))
    elif isinstance(key, ed25519.Ed25519PublicKey | ed448.Ed448PublicKey):
        yield Doubt(one.name, kind, ("BoringSSL (Chrome, gRPC)", WEBPKI))
    elif isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name == "secp521r1":
        yield Doubt(one.name, kind, ("BoringSSL (Chrome, gRPC)", "some builds of rustls"))


def notes(verdicts: Sequence[StackVerdict]) -> list[Problem]:
    """A note for each property that stops some stack, naming all that it stops; of a path that holds."""
    return [as_problem(doubt) for doubt in in_common(verdicts)]


def in_common(verdicts: Sequence[StackVerdict]) -> list[Doubt]:
    """The reasons of those who refuse, each once with all whom it stops."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for verdict in verdicts:
        for reason in verdict.reasons if verdict.verdict == "refuses" else ():
            if reason.rule in BY_SETTING:
                continue
            title = f"{verdict.title} {reason.versions}" if reason.versions != verdict.versions else verdict.title
            found.setdefault((reason.about, reason.words, reason.rule), []).append(title)
    return [Doubt(about, words, tuple(who), _hint(rule)) for (about, words, rule), who in found.items()]


def _hint(rule: str) -> str:
    if rule.startswith(("ca-", "anchor-")):
        return "make the CA again with such extensions: mtlsctl ca create"
    return f"issue it again: mtlsctl issue {EITHER} NAME"

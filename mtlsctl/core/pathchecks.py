"""What must hold for every certificate of a path: time, CA rights, purposes, key usage, extensions, names, strength."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID as Eku
from cryptography.x509.oid import ObjectIdentifier

from mtlsctl.core import certpolicies, namechecks, strength
from mtlsctl.core.causes import Problem
from mtlsctl.core.findings import Verdict
from mtlsctl.core.looks import PURPOSE_OIDS, Look, Purpose, Question, read, value
from mtlsctl.core.path import Known, Path, called, self_issued
from mtlsctl.core.unreadable import UNREADABLE

_PURPOSE_WORDS = {
    Eku.SERVER_AUTH: "serverAuth",
    Eku.CLIENT_AUTH: "clientAuth",
    Eku.ANY_EXTENDED_KEY_USAGE: "anyExtendedKeyUsage",
    Eku.CODE_SIGNING: "codeSigning",
    Eku.EMAIL_PROTECTION: "emailProtection",
    Eku.TIME_STAMPING: "timeStamping",
    Eku.OCSP_SIGNING: "OCSPSigning",
}


class Checked(NamedTuple):
    """Certificates that follow each other, read and checked."""

    seen: tuple[Look, ...]
    """Those that can be read."""
    problems: tuple[Problem, ...]


def check(path: Path, anchored: bool, question: Question) -> Checked:
    """Everything that is wrong with a path, whatever else is. anchored: its last certificate is a trust anchor.

    RFC 5280, 6.1, with the purposes and strengths that TLS peers add.
    """
    leaf, known = read(path[:1])
    above = _above(Known(path[1:]), anchored)
    seen, problems = (*leaf, *above.seen), [*known, *above.problems]
    oid, at = PURPOSE_OIDS.get(question.purpose), question.at
    for number, one in enumerate(seen):
        # 1. Each certificate lives at the time asked for (RFC 5280, 6.1.3 (a)(2)).
        if not one.not_before <= at <= one.not_after:
            problems += _time(one, number, at)
        # 2. It allows the purpose, leaf or CA (RFC 5280, 4.2.1.12; CAs as OpenSSL reads it).
        if oid and x509.ExtendedKeyUsage in one.values:
            problems += _purpose(one, number, question.purpose, oid)
        # 3. Its name constraints hold for what is below it (RFC 5280, 6.1.3 (b) and (c)).
        if x509.NameConstraints in one.values:
            problems += namechecks.constrained(one, seen[:number])
    for one in leaf:
        # 4. What may stand anywhere, and what the leaf alone does: its key usage allows handshakes (RFC 8446, 4.4.2.2),
        #    and it is who was asked for (RFC 9525, 6).
        problems += [*_fit(one, anchored and len(path) == 1), *_key_usage(one, question)]
        problems += namechecks.wrong_names(one, question)
    # 5. There are not more CAs than whoever asks allows.
    if question.max_depth is not None:
        problems += _depth(path[1:-1] if anchored else path[1:], seen, question.max_depth)
    # 6. Where a CA requires a certificate policy, one holds from end to end (RFC 5280, 6.1.3 (d) to (f)).
    problems += certpolicies.check(seen[:-1] if anchored else seen)
    return Checked(seen, tuple(problems))


@lru_cache(maxsize=64)
def _above(path: Known, anchored: bool) -> Checked:
    """The CAs above a leaf, with what is wrong with them whoever asks, and whenever. Kept for the leaves to come."""
    seen, problems = read(path)
    for number, one in enumerate(seen):
        # a. It may issue, and as many CAs are below it as it allows (RFC 5280, 6.1.4 (k) to (n)).
        anchor = anchored and number == len(path) - 1
        problems += [*_authority(one, anchor), *_path_length(one, path[:number])]
        # b. What may stand anywhere.
        problems += _fit(one, anchor)
    return Checked(tuple(seen), tuple(problems))


def _fit(one: Look, anchor: bool) -> Iterator[Problem]:
    """No critical extension is unknown (RFC 5280, 4.2); key and hash are strong, but for an anchor's hash."""
    yield from _critical(one)
    yield from strength.check(one.certificate, one.name, anchor)


def _time(one: Look, depth: int, at: datetime) -> Iterator[Problem]:
    when = f"{at:%Y-%m-%d %H:%M} UTC"
    if at > one.not_after:
        message = f"{one.name}: expired at {one.not_after:%Y-%m-%d %H:%M} UTC, the time of checking is {when}"
        if depth:
            yield Problem(
                "chain-expired",
                message,
                f"replace the certificate of {one.name} in the chain by its present one",
                one.name,
            )
        else:
            hint = "renew it: mtlsctl renew FOLDER; of another CA, have that one issue it anew"
            yield Problem("expired", message, hint, one.name)
    if at < one.not_before:
        message = f"{one.name}: not valid before {one.not_before:%Y-%m-%d %H:%M} UTC, the time of checking is {when}"
        yield Problem("not-yet-valid", message, "compare the clocks of both machines: date -u", one.name)


def _authority(one: Look, anchor: bool) -> Iterator[Problem]:
    basic, usage = value(one, x509.BasicConstraints), value(one, x509.KeyUsage)
    if basic is None and (not anchor or one.certificate.version is x509.Version.v3):
        # OpenSSL takes a v3 issuer without the extension when its key usage says so; RFC 5280, 6.1.4 (k), does not.
        yield Problem(
            "bad-ca",
            f"{one.name}: it issued a certificate and has no basicConstraints, so it is no CA",
            _NEW_CA,
            one.name,
        )
    if basic is not None and not basic.ca:
        yield Problem(
            "bad-ca", f"{one.name}: it issued a certificate, and its basicConstraints say CA:FALSE", _NEW_CA, one.name
        )
    if usage is not None and not usage.key_cert_sign:
        yield Problem(
            "bad-ca", f"{one.name}: it issued a certificate, and its key usage lacks keyCertSign", _NEW_CA, one.name
        )


_NEW_CA = "have the leaf issued by a CA that may issue: mtlsctl ca create makes one"


def _path_length(one: Look, below: Sequence[x509.Certificate]) -> Iterator[Problem]:
    basic = value(one, x509.BasicConstraints)
    if basic is None or basic.path_length is None:
        return
    count = sum(not self_issued(certificate) for certificate in below)  # RFC 5280, 6.1.4 (l)
    if count > basic.path_length:
        message = f"{one.name}: allows {basic.path_length} CAs below it (pathlen), the path has {count}"
        yield Problem(
            "path-length", message, "issue the leaf from a CA higher up, or make the CA with a longer pathlen", one.name
        )


# What is processed here or by OpenSSL for us; RFC 5280, 4.2: a critical extension that is not must be refused.
_PROCESSED: tuple[type[x509.ExtensionType], ...] = (
    x509.BasicConstraints,
    x509.KeyUsage,
    x509.ExtendedKeyUsage,
    x509.SubjectAlternativeName,
    x509.NameConstraints,
    x509.CertificatePolicies,
    x509.PolicyConstraints,
    x509.InhibitAnyPolicy,
    x509.CRLDistributionPoints,
    x509.SubjectKeyIdentifier,
    x509.AuthorityKeyIdentifier,
    x509.OCSPNoCheck,
)
_POLICY_MAPPINGS = ObjectIdentifier("2.5.29.33")


def _depth(between: Path, seen: Sequence[Look], allowed: int) -> Iterator[Problem]:
    count = sum(not self_issued(certificate) for certificate in between)
    if count > allowed:
        name = called(seen[0].certificate) if seen else "the path"
        message = f"{name}: {count} CA{'s' * (count > 1)} between leaf and trust anchor, --max-depth allows {allowed}"
        hint = "issue the leaf from a CA higher up, or allow more: --max-depth"
        yield Problem("path-length", message, hint, name)


def _critical(one: Look) -> Iterator[Problem]:
    for extension in one.critical:
        if type(extension) in _PROCESSED or extension.oid == _POLICY_MAPPINGS:
            continue
        oid = extension.oid.dotted_string
        message = f"{one.name}: the extension {oid} is critical, and verifiers that do not know it must refuse"
        yield Problem(
            "critical-extension", message, f"issue the certificate with {oid} not critical, or without it", one.name
        )


def _purpose(one: Look, number: int, purpose: Purpose, oid: ObjectIdentifier) -> Iterator[Problem]:
    usage = value(one, x509.ExtendedKeyUsage)
    if usage is None or oid in usage:
        return
    word, found = _PURPOSE_WORDS[oid], ", ".join(_PURPOSE_WORDS.get(o, o.dotted_string) for o in usage) or "nothing"
    message = f"{one.name}: {purpose} needs {word}, its extended key usage says {found}"
    if Eku.ANY_EXTENDED_KEY_USAGE in usage:
        message += ", which Go, Java and GnuTLS take, and OpenSSL, BoringSSL and rustls refuse"
    hint = f"issue it for this purpose: mtlsctl issue {purpose} NAME"
    if number:
        hint = f"the CA limits what it issues: use a CA without extended key usage, or with {word}"
    yield Problem("purpose", message, hint, one.name)


def _key_usage(leaf: Look, question: Question) -> Iterator[Problem]:
    purpose = question.purpose
    usage = value(leaf, x509.KeyUsage)
    if purpose is Purpose.CA:
        basic = value(leaf, x509.BasicConstraints)
        if basic is None or not basic.ca:
            found = "CA:FALSE" if basic else "no basicConstraints"
            yield Problem(
                "bad-ca",
                f"{leaf.name}: a CA needs basicConstraints CA:TRUE, it has {found}",
                "sign it with --profile issuing",
                leaf.name,
            )
        elif usage is not None and not usage.key_cert_sign:
            yield Problem(
                "bad-ca",
                f"{leaf.name}: a CA needs keyCertSign, its key usage lacks it",
                "sign it with --profile issuing",
                leaf.name,
            )
    if usage is None or purpose not in PURPOSE_OIDS or usage.digital_signature:
        return
    message = f"{leaf.name}: a handshake needs digitalSignature, its key usage lacks it"
    if purpose is Purpose.SERVER and usage.key_encipherment and _is_rsa(leaf.certificate):
        message += "; only the RSA key exchange of TLS 1.2 is left"
    verdict = Verdict.FAIL if question.handshake else Verdict.WARN
    yield Problem("key-usage", message, f"issue it for this purpose: mtlsctl issue {purpose} NAME", leaf.name, verdict)


def _is_rsa(certificate: x509.Certificate) -> bool:
    try:
        return isinstance(certificate.public_key(), rsa.RSAPublicKey)
    except UNREADABLE:
        return False

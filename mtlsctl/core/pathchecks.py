"""What must hold for every certificate of a path: time, CA rights, purposes, key usage, extensions, names, strength."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, TypeVar

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID as Eku

from mtlsctl.core import constraints, names, strength
from mtlsctl.core.causes import Problem
from mtlsctl.core.path import UNREADABLE, Path, called, self_issued

T = TypeVar("T", bound=x509.ExtensionType)


class Purpose(StrEnum):
    """What the leaf shall be good for."""

    SERVER = "server"
    CLIENT = "client"
    CA = "ca"
    """To issue certificates itself."""
    ANY = "any"
    """Whatever it says: the path alone is judged."""


PURPOSE_OIDS = {Purpose.SERVER: Eku.SERVER_AUTH, Purpose.CLIENT: Eku.CLIENT_AUTH}
_PURPOSE_WORDS = {
    Eku.SERVER_AUTH: "serverAuth",
    Eku.CLIENT_AUTH: "clientAuth",
    Eku.ANY_EXTENDED_KEY_USAGE: "anyExtendedKeyUsage",
    Eku.CODE_SIGNING: "codeSigning",
    Eku.EMAIL_PROTECTION: "emailProtection",
    Eku.TIME_STAMPING: "timeStamping",
    Eku.OCSP_SIGNING: "OCSPSigning",
}
MAX_COMPARISONS = 1 << 16  # OpenSSL stops at 2 to the 20; a hostile chain multiplies names by constraints


class Look(NamedTuple):
    """A certificate that could be read through, with its extensions by type."""

    certificate: x509.Certificate
    name: str
    values: dict[type[x509.ExtensionType], x509.ExtensionType]
    critical: tuple[x509.ExtensionType, ...]
    not_before: datetime
    not_after: datetime


class Question(NamedTuple):
    """What is asked of a path."""

    purpose: Purpose
    at: datetime
    names: tuple[x509.GeneralName, ...]


def look(certificate: x509.Certificate) -> Look:
    """Read a certificate through. Raises one of UNREADABLE where it cannot be."""
    extensions = certificate.extensions
    certificate.signature_algorithm_oid  # noqa: B018  read for its ValueError
    return Look(
        certificate,
        called(certificate),
        {type(e.value): e.value for e in extensions},
        tuple(e.value for e in extensions if e.critical),
        certificate.not_valid_before_utc,
        certificate.not_valid_after_utc,
    )


def value(seen: Look, kind: type[T]) -> T | None:
    """The extension of a kind, or None."""
    found = seen.values.get(kind)
    return found if isinstance(found, kind) else None


def check(path: Path, anchored: bool, question: Question) -> list[Problem]:
    """Everything that is wrong with a path, whatever else is. anchored: its last certificate is a trust anchor.

    RFC 5280, 6.1, with the purposes and strengths that TLS peers add.
    """
    seen, problems = read(path)
    # 1. Each certificate lives at the time asked for (RFC 5280, 6.1.3 (a)(2)).
    for number, one in enumerate(seen):
        problems += _time(one, number, question.at)
    # 2. Each one above the leaf may issue, and as many as are below it (RFC 5280, 6.1.4 (k) to (n)).
    for number, one in enumerate(seen[1:], 1):
        problems += _authority(one, anchored and number == len(path) - 1)
        problems += _path_length(one, path[1:number])
    # 3. No critical extension is unknown (RFC 5280, 4.2).
    for one in seen:
        problems += _critical(one)
    # 4. Name constraints of each CA hold for what is below it (RFC 5280, 6.1.3 (b) and (c)).
    for number, one in enumerate(seen):
        problems += _constraints(one, seen[:number])
    # 5. The purpose is allowed by the leaf and by every CA (RFC 5280, 4.2.1.12; CAs as OpenSSL reads it).
    problems += _purposes(seen, question.purpose)
    # 6. The leaf's key usage allows what it does in a handshake (RFC 8446, 4.4.2.2).
    if seen and seen[0].certificate is path[0]:
        problems += _key_usage(seen[0], question.purpose)
        problems += wrong_names(seen[0], question)  # 7. The leaf is who was asked for (RFC 9525, 6).
    # 8. Keys and hashes are strong enough; nobody checks the hash of a trust anchor.
    for number, one in enumerate(seen):
        problems += strength.check(one.certificate, one.name, anchored and number == len(path) - 1)
    return problems


def read(path: Path) -> tuple[list[Look], list[Problem]]:
    """The certificates of a path that can be read through, and a problem for each that cannot."""
    seen, problems = [], []
    for certificate in path:
        try:
            seen.append(look(certificate))
        except UNREADABLE as error:
            message = f"{called(certificate)}: the certificate cannot be decoded: {str(error).rstrip('.')}"
            problems.append(
                Problem(
                    "invalid", message, "have it issued again, by a tool that keeps to RFC 5280", called(certificate)
                )
            )
    return seen, problems


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
    count = sum(not self_issued(certificate) for certificate in below)  # RFC 5280, 6.1.4 (l)
    if basic and basic.path_length is not None and count > basic.path_length:
        message = f"{one.name}: allows {basic.path_length} CAs below it (pathlen), the path has {count}"
        yield Problem(
            "path-length", message, "issue the leaf from a CA higher up, or make the CA with a longer pathlen", one.name
        )


def _critical(one: Look) -> Iterator[Problem]:
    for extension in one.critical:
        if isinstance(extension, x509.UnrecognizedExtension):
            oid = extension.oid.dotted_string
            message = f"{one.name}: the extension {oid} is critical, and verifiers that do not know it must refuse"
            yield Problem(
                "critical-extension", message, f"issue the certificate with {oid} not critical, or without it", one.name
            )


def _constraints(one: Look, below: Sequence[Look]) -> Iterator[Problem]:
    """Names by kind; directory names are left to OpenSSL, whose number is then reported."""
    limits = value(one, x509.NameConstraints)
    if limits is None:
        return
    for number, lower in enumerate(below):
        if number and self_issued(lower.certificate):
            continue  # RFC 5280, 6.1.3 (b): self-issued CAs are free
        san = value(lower, x509.SubjectAlternativeName) or ()
        if len(tuple(san)) * _subtrees(limits) > MAX_COMPARISONS:
            message = f"{one.name}: its name constraints and the names of {lower.name} are too many to compare"
            yield Problem("name-constraints", message, "use fewer names and constraints", lower.name)
            return
        wanted = [
            n
            for n in san
            if isinstance(n, x509.DNSName | x509.IPAddress | x509.RFC822Name | x509.UniformResourceIdentifier)
        ]
        caught = _caught_wildcards(limits, wanted)
        for name in dict.fromkeys([*constraints.outside(limits, wanted), *caught]):
            allowed = ", ".join(
                constraints.describe(n for n in limits.permitted_subtrees or () if type(n) is type(name))
            )
            reason = f"it permits {allowed} only" if allowed else "it excludes such names"
            message = f"{lower.name}: {names.tagged(name)} is outside the name constraints of {one.name}: {reason}"
            yield Problem(
                "name-constraints", message, f"leave out {names.show(name)}, or use a CA that permits it", lower.name
            )


def _subtrees(limits: x509.NameConstraints) -> int:
    return len(limits.permitted_subtrees or ()) + len(limits.excluded_subtrees or ())


def _caught_wildcards(limits: x509.NameConstraints, wanted: Sequence[x509.GeneralName]) -> list[x509.GeneralName]:
    """Wildcards that stand for an excluded name: `*.a.test` for `b.a.test` (CVE-2025-61727)."""
    excluded = [s.value.lower() for s in limits.excluded_subtrees or () if isinstance(s, x509.DNSName)]
    stars = [n for n in wanted if isinstance(n, x509.DNSName) and n.value.startswith("*.")]
    return [n for n in stars if any(host.endswith(n.value[1:].lower()) for host in excluded)]


def _purposes(seen: Sequence[Look], purpose: Purpose) -> Iterator[Problem]:
    oid = PURPOSE_OIDS.get(purpose)
    for number, one in enumerate(seen):
        usage = value(one, x509.ExtendedKeyUsage)
        if oid is None or usage is None or oid in usage:
            continue
        word, found = _PURPOSE_WORDS[oid], ", ".join(_PURPOSE_WORDS.get(o, o.dotted_string) for o in usage) or "nothing"
        message = f"{one.name}: {purpose} needs {word}, its extended key usage says {found}"
        if Eku.ANY_EXTENDED_KEY_USAGE in usage:
            message += ", which Go, Java and GnuTLS take, and OpenSSL, BoringSSL and rustls refuse"
        hint = f"issue it for this purpose: mtlsctl issue {purpose} NAME"
        if number:
            hint = f"the CA limits what it issues: use a CA without extended key usage, or with {word}"
        yield Problem("purpose", message, hint, one.name)


def _key_usage(leaf: Look, purpose: Purpose) -> Iterator[Problem]:
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
    yield Problem("key-usage", message, f"issue it for this purpose: mtlsctl issue {purpose} NAME", leaf.name)


def _is_rsa(certificate: x509.Certificate) -> bool:
    try:
        return isinstance(certificate.public_key(), rsa.RSAPublicKey)
    except UNREADABLE:
        return False


def wrong_names(leaf: Look, question: Question) -> Iterator[Problem]:
    """Each name asked for that the leaf does not carry, with those that it does."""
    presented = tuple(value(leaf, x509.SubjectAlternativeName) or ())
    listed = ", ".join(names.tagged(n) for n in presented[:6]) + (" ..." if len(presented) > 6 else "")
    for wanted in question.names:
        if names.matches(presented, wanted):
            continue
        shown = names.plain(wanted)
        hint = f"issue it with this name: mtlsctl issue {question.purpose} {shown}"
        if not presented:
            yield _without_san(leaf, shown, hint)
        elif isinstance(wanted, x509.IPAddress):
            as_dns = any(isinstance(n, x509.DNSName) and n.value == shown for n in presented)
            why = f"{shown} is there as a DNS name, which is no IP address" if as_dns else f"valid for {listed}"
            yield Problem("ip", f"{leaf.name}: not valid for the address {shown}; {why}", hint, leaf.name)
        else:
            yield Problem("name", f"{leaf.name}: not valid for {shown}; valid for {listed}", hint, leaf.name)


def _without_san(leaf: Look, shown: str, hint: str) -> Problem:
    cn = names.common_name(leaf.certificate.subject)
    if cn and cn.lower() == shown.lower():
        message = f"{leaf.name}: {shown} is only its common name, which is no name since RFC 9525; it has no SAN"
        return Problem("cn-only", message, hint, leaf.name)
    return Problem(
        "name", f"{leaf.name}: not valid for {shown}; it has no SAN, so it is valid for no name", hint, leaf.name
    )

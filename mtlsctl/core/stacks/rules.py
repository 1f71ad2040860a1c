"""What stacks disagree about: one small predicate for each property of a chain that some of them refuse."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID as Aia
from cryptography.x509.oid import ExtendedKeyUsageOID as Eku
from cryptography.x509.oid import NameOID

from mtlsctl.core import names
from mtlsctl.core.looks import Look, Purpose, Question, value
from mtlsctl.core.stacks import links, odd
from mtlsctl.core.stacks.chain import Chain, Hit
from mtlsctl.core.unreadable import UNREADABLE

PURPOSES = {Purpose.SERVER: Eku.SERVER_AUTH, Purpose.CLIENT: Eku.CLIENT_AUTH}
GATED = ("2.16.840.1.113730.4.1", "1.3.6.1.4.1.311.10.3.3")  # Netscape's and Microsoft's, of the time of export laws
# support.apple.com/103769: server certificates of private roots, too, where they were issued since.
APPLE_LIMIT, APPLE_SINCE = timedelta(days=825, seconds=1), datetime(2019, 7, 1, tzinfo=UTC)


def hits(chain: Chain) -> list[Hit]:
    """Every rule that a chain runs into, leaf first."""
    if len(chain.seen) < len(chain.path):
        return [*_depth(chain), *_unreadable(chain)]
    found = [*_ending(chain), *_depth(chain), *_leaf(chain.seen[0], chain.question), *links.of_key(chain.seen[0], "")]
    for one in chain.issuers:
        found += _issuer(one, "ca-", chain.question)
        found += links.of_key(one, "ca-")
    if chain.anchored and len(chain.seen) > 1:
        anchor = chain.seen[-1]
        found += _issuer(anchor, "anchor-", chain.question)
        found += links.of_key(anchor, "ca-")
    found += links.between(chain)
    found += odd.hits(chain)
    return found


def _unreadable(chain: Chain) -> Iterator[Hit]:
    """A certificate that cannot be read through says nothing more of the chain."""
    read = {one.certificate for one in chain.seen}
    for one in chain.path:
        if one in read:
            continue
        try:
            _ = one.extensions
        except x509.DuplicateExtension as error:
            known = error.oid.dotted_string.startswith("2.5.29.")  # those that stacks look for, and find twice
            yield Hit(f"duplicate-{'known-' if known else ''}extension", f"serial {one.serial_number:x}")
            yield Hit("unreadable", f"serial {one.serial_number:x}")  # whoever reads on finds what else is wrong
        except UNREADABLE:
            yield Hit("unreadable", f"serial {one.serial_number:x}")
        else:
            yield Hit("unreadable", f"serial {one.serial_number:x}")


def _ending(chain: Chain) -> Iterator[Hit]:
    """Where the path ends."""
    leaf, top = chain.seen[0], chain.seen[-1]
    self_issued = top.certificate.issuer == top.certificate.subject
    if not chain.anchored:
        aia = None if self_issued else value(top, x509.AuthorityInformationAccess)
        fetched = aia is not None and any(d.access_method == Aia.CA_ISSUERS for d in aia)
        yield Hit("missing-issuer-to-fetch" if fetched else "untrusted", top.name)
    elif len(chain.seen) > 1:
        if not self_issued:
            yield Hit("anchor-not-self-signed", top.name)
    elif not self_issued:
        yield Hit("leaf-pinned", leaf.name)
    else:
        basic = value(leaf, x509.BasicConstraints)
        kind = "no-basic-constraints" if basic is None else "ca" if basic.ca else "not-ca"
        yield Hit(f"self-signed-{kind}", leaf.name)


def _depth(chain: Chain) -> Iterator[Hit]:
    """How long the path is: some servers set a limit."""
    if chain.anchored and len(chain.path) > 2:
        about = chain.seen[0].name if chain.seen else ""
        yield Hit("one-intermediate" if len(chain.path) == 3 else "two-intermediates", about)


def _leaf(leaf: Look, question: Question) -> Iterator[Hit]:
    name, certificate, at = leaf.name, leaf.certificate, question.at
    if at > leaf.not_after:
        yield Hit("expired", name)
    if at < leaf.not_before:
        yield Hit("not-yet-valid", name)
    if certificate.version is x509.Version.v1 and not leaf.values:
        yield Hit("version-1", name)
        return
    for rule in (*_leaf_uses(leaf, question.purpose), *_leaf_form(leaf, question.purpose)):
        yield Hit(rule, name)
    for rule in dict.fromkeys(_leaf_names(leaf, question)):
        yield Hit(rule, name)


def _leaf_uses(leaf: Look, purpose: Purpose) -> Iterator[str]:
    """What it may do (RFC 5280, 4.2.1.3, 4.2.1.9 and 4.2.1.12)."""
    basic, usage = value(leaf, x509.BasicConstraints), value(leaf, x509.KeyUsage)
    uses = value(leaf, x509.ExtendedKeyUsage)
    is_ca = basic is not None and basic.ca
    if is_ca and leaf.certificate.issuer != leaf.certificate.subject:
        yield "leaf-is-ca"
    if usage is not None and not usage.digital_signature:
        yield "no-digital-signature"
    if usage is not None and usage.key_cert_sign and not is_ca:
        yield "cert-sign-without-ca"
    if uses is None:
        yield "no-extended-key-usage"
    elif PURPOSES[purpose] not in uses:
        yield _other_use(uses, purpose)
    if value(leaf, x509.NameConstraints):
        yield "leaf-name-constraints"


def _other_use(uses: x509.ExtendedKeyUsage, purpose: Purpose) -> str:
    if Eku.ANY_EXTENDED_KEY_USAGE in uses:
        return "any-extended-key-usage"
    gated = purpose is Purpose.SERVER and any(use.dotted_string in GATED for use in uses)
    return "server-gated-crypto" if gated else "wrong-extended-key-usage"


def _leaf_form(leaf: Look, purpose: Purpose) -> Iterator[str]:
    """What else strict verifiers want of it."""
    certificate = leaf.certificate
    if value(leaf, x509.AuthorityKeyIdentifier) is None and certificate.issuer != certificate.subject:
        yield "no-authority-key-id"
    san = value(leaf, x509.SubjectAlternativeName)
    if san is not None and san not in leaf.critical and not certificate.subject.rdns:
        yield "empty-subject-san-not-critical"
    yield from _serial(certificate.serial_number)
    long = leaf.not_after - leaf.not_before > APPLE_LIMIT
    if purpose is Purpose.SERVER and long and leaf.not_before >= APPLE_SINCE:
        yield "lifetime-above-825-days"
    if _unknown_critical(leaf):
        yield "unknown-critical-extension"


def _serial(number: int) -> Iterator[str]:
    if number < 0:
        yield "serial-negative"
    elif not number:
        yield "serial-zero"
    elif number.bit_length() > 159:  # RFC 5280, 4.1.2.2: 20 octets, the first bit is the sign
        yield "serial-long"


def _unknown_critical(one: Look) -> bool:
    unread = (extension for extension in one.critical if isinstance(extension, x509.UnrecognizedExtension))
    return any(not odd.mapped(extension) for extension in unread)


def _leaf_names(leaf: Look, question: Question) -> Iterator[str]:
    """Whether it is who was asked for; a client's name is for the application to judge."""
    san = value(leaf, x509.SubjectAlternativeName)
    presented = tuple(san or ())
    if any(isinstance(name, x509.DNSName) and not name.value.isascii() for name in presented):
        yield "name-not-ascii"
    if question.purpose is Purpose.CLIENT:
        if san is None:
            yield "no-client-san"
        return
    if san is None and not question.names:
        yield "no-san"
    for wanted in question.names:
        if not names.matches(presented, wanted):
            yield _mismatch(leaf, presented, wanted)


def _mismatch(leaf: Look, presented: Sequence[x509.GeneralName], wanted: x509.GeneralName) -> str:
    dns = [name.value.lower() for name in presented if isinstance(name, x509.DNSName)]
    if isinstance(wanted, x509.IPAddress):
        return "address-as-dns-name" if str(wanted.value) in dns else "wrong-name"
    if not isinstance(wanted, x509.DNSName):
        return "wrong-name"
    asked = wanted.value.lower()
    if not dns and (names.common_name(leaf.certificate.subject) or "").lower() == asked:
        if not presented and len(leaf.certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)) > 1:
            return "several-common-names"
        if not presented:
            return "no-san"
        addressed = any(isinstance(name, x509.IPAddress) for name in presented)
        return "no-dns-san" if addressed else "no-host-san"
    if asked + "." in dns:
        return "name-with-trailing-dot"
    if any(pattern == f"*.{asked.partition('.')[2]}" for pattern in dns):
        return "wildcard-at-top"  # names.matches() wants two labels below the star
    return next((_star(pattern) for pattern in dns if _partly(pattern, asked)), "wrong-name")


def _star(pattern: str) -> str:
    """Where the star stands in the first label."""
    start, _, end = pattern.partition(".")[0].partition("*")
    return "partial-wildcard" if not end else "partial-wildcard-inside" if start else "partial-wildcard-before"


def _partly(pattern: str, asked: str) -> bool:
    """True for `w*b.a.test` and `web.a.test` (RFC 6125, 6.4.3 (3); gone in RFC 9525)."""
    label, _, rest = pattern.partition(".")
    first, _, below = asked.partition(".")
    start, star, end = label.partition("*")
    fits = len(first) >= len(start) + len(end) and first.startswith(start) and first.endswith(end)
    # Not measured, and OpenSSL does not take them: a star in an A-label, or beside the top-level domain.
    usual = "." in rest and not label.startswith("xn--") and not first.startswith("xn--")
    return bool(star) and bool(start or end) and rest == below and fits and usual


def _issuer(one: Look, role: str, question: Question) -> Iterator[Hit]:
    """What an issuer must be. role: `ca-` or `anchor-`, the start of its rules' names."""
    name = one.name
    if question.at > one.not_after:
        yield Hit(f"{role}expired", name)
    if question.at < one.not_before:
        yield Hit(f"{role}not-yet-valid", name)
    if one.certificate.version is x509.Version.v1 and not one.values:
        yield Hit(f"{role}version-1", name)
        return
    for rule in (*_authority(one), *_issuer_form(one)):
        yield Hit(role + rule, name)
    uses = value(one, x509.ExtendedKeyUsage)
    if uses is not None and PURPOSES[question.purpose] not in uses:
        yield Hit(role + _other_use(uses, question.purpose), name)
    if role == "ca-" and value(one, x509.AuthorityKeyIdentifier) is None:
        yield Hit("ca-no-authority-key-id", name)


def _authority(one: Look) -> Iterator[str]:
    """Whether it is a CA that may sign (RFC 5280, 4.2.1.3 and 4.2.1.9)."""
    basic, usage = value(one, x509.BasicConstraints), value(one, x509.KeyUsage)
    if basic is None and usage is None:
        yield "no-ca-extensions"
        return
    if basic is None:
        yield "no-basic-constraints"
    elif not basic.ca:
        yield "not-ca"
    elif basic not in one.critical:
        yield "basic-constraints-not-critical"
    if usage is None:
        yield "no-key-usage"
    elif not usage.key_cert_sign:
        yield "no-cert-sign"


def _issuer_form(one: Look) -> Iterator[str]:
    if value(one, x509.SubjectKeyIdentifier) is None:
        yield "no-subject-key-id"
    if _unknown_critical(one):
        yield "unknown-critical-extension"
    yield from _serial(one.certificate.serial_number)

"""What stacks disagree about: one small predicate for each property of a chain that some of them refuse."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import AuthorityInformationAccessOID as Aia
from cryptography.x509.oid import ExtendedKeyUsageOID as Eku
from cryptography.x509.oid import PublicKeyAlgorithmOID as Key
from cryptography.x509.oid import SignatureAlgorithmOID as Signed

from mtlsctl.core import constraints, names
from mtlsctl.core.path import UNREADABLE, Path
from mtlsctl.core.pathchecks import MAX_COMPARISONS, Look, Purpose, Question, value

PURPOSES = {Purpose.SERVER: Eku.SERVER_AUTH, Purpose.CLIENT: Eku.CLIENT_AUTH}
# support.apple.com/103769: server certificates of private roots, too, where they were issued since.
APPLE_LIMIT, APPLE_SINCE = timedelta(days=825, seconds=1), datetime(2019, 7, 1, tzinfo=UTC)
MLDSA = ("2.16.840.1.101.3.4.3.17", "2.16.840.1.101.3.4.3.18", "2.16.840.1.101.3.4.3.19")  # RFC 9881, 2
_SHA1 = {Signed.RSA_WITH_SHA1, Signed._RSA_WITH_SHA1, Signed.ECDSA_WITH_SHA1, Signed.DSA_WITH_SHA1}
_KEYS = {
    Key.ED25519.dotted_string: "ed25519",
    Key.ED448.dotted_string: "ed448",
    Key.RSASSA_PSS.dotted_string: "rsa-pss-key",
    Key.DSA.dotted_string: "dsa-key",
    **dict.fromkeys(MLDSA, "ml-dsa"),
}
_CURVES: dict[str, tuple[str, ...]] = {"secp256r1": (), "secp384r1": (), "secp521r1": ("p521",)}


class Hit(NamedTuple):
    """A rule that a chain runs into."""

    rule: str
    """A row of table.py."""
    about: str
    """The certificate."""


class Chain(NamedTuple):
    """A path and what is asked of it."""

    path: Path
    """Leaf first."""
    seen: Sequence[Look]
    """The same, read through; shorter where one cannot be read."""
    question: Question
    anchored: bool
    """The last certificate is trusted."""
    sent: Sequence[x509.Certificate]
    """What the peer would get, in its order; () where that is not known."""

    @property
    def issuers(self) -> Sequence[Look]:
        """What stands above the leaf and is no anchor."""
        return self.seen[1:-1] if self.anchored else self.seen[1:]


def hits(chain: Chain) -> list[Hit]:
    """Every rule that a chain runs into, leaf first."""
    if len(chain.seen) < len(chain.path):
        return [*_depth(chain), *_unreadable(chain)]
    found = [*_ending(chain), *_depth(chain), *_leaf(chain.seen[0], chain.question), *_key(chain.seen[0], "")]
    for one in chain.issuers:
        found += _issuer(one, "ca-", chain.question)
        found += _key(one, "ca-")
    if chain.anchored and len(chain.seen) > 1:
        anchor = chain.seen[-1]
        found += _issuer(anchor, "anchor-", chain.question)
        found += _key(anchor, "ca-")
    found += _links(chain)
    return found


def _unreadable(chain: Chain) -> Iterator[Hit]:
    """A certificate that cannot be read through says nothing more of the chain."""
    read = {one.certificate for one in chain.seen}
    for one in chain.path:
        if one in read:
            continue
        try:
            _ = one.extensions
        except x509.DuplicateExtension:
            yield Hit("duplicate-extension", f"serial {one.serial_number:x}")
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
    if certificate.version is x509.Version.v1:
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
        yield "any-extended-key-usage" if Eku.ANY_EXTENDED_KEY_USAGE in uses else "wrong-extended-key-usage"
    if value(leaf, x509.NameConstraints):
        yield "leaf-name-constraints"


def _leaf_form(leaf: Look, purpose: Purpose) -> Iterator[str]:
    """What else strict verifiers want of it."""
    certificate = leaf.certificate
    self_issued = certificate.issuer == certificate.subject
    if value(leaf, x509.AuthorityKeyIdentifier) is None and not self_issued:
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
    return any(isinstance(extension, x509.UnrecognizedExtension) for extension in one.critical)


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
        return "no-san" if not presented else "no-dns-san"
    if asked + "." in dns:
        return "name-with-trailing-dot"
    return "partial-wildcard" if any(_partly(pattern, asked) for pattern in dns) else "wrong-name"


def _partly(pattern: str, asked: str) -> bool:
    """True for `w*b.a.test` and `web.a.test` (RFC 6125, 6.4.3 (3); gone in RFC 9525)."""
    label, _, rest = pattern.partition(".")
    first, _, below = asked.partition(".")
    start, star, end = label.partition("*")
    fits = len(first) >= len(start) + len(end) and first.startswith(start) and first.endswith(end)
    return bool(star) and bool(start or end) and rest == below and fits


def _issuer(one: Look, role: str, question: Question) -> Iterator[Hit]:
    """What an issuer must be. role: `ca-` or `anchor-`, the start of its rules' names."""
    name = one.name
    if question.at > one.not_after:
        yield Hit(f"{role}expired", name)
    if question.at < one.not_before:
        yield Hit(f"{role}not-yet-valid", name)
    if one.certificate.version is x509.Version.v1:
        yield Hit(f"{role}version-1", name)
        return
    for rule in (*_authority(one), *_issuer_form(one)):
        yield Hit(role + rule, name)
    uses = value(one, x509.ExtendedKeyUsage)
    if uses is not None and PURPOSES[question.purpose] not in uses:
        any_use = Eku.ANY_EXTENDED_KEY_USAGE in uses
        yield Hit(role + ("any-extended-key-usage" if any_use else "wrong-extended-key-usage"), name)
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


def _key(one: Look, role: str) -> Iterator[Hit]:
    """Its key. role: "" for the leaf's, which signs the handshake, else `ca-`: it signed a certificate."""
    kind = one.certificate.public_key_algorithm_oid
    if kind in (Key.RSAES_PKCS1_v1_5, Key.EC_PUBLIC_KEY):
        rules = _size_or_curve(one.certificate)
    else:
        rules = (_KEYS.get(kind.dotted_string, "other-key"),)
    for rule in rules:
        yield Hit(role + rule, one.name)


def _size_or_curve(certificate: x509.Certificate) -> tuple[str, ...]:
    try:
        key = certificate.public_key()
    except UNREADABLE:
        return ("other-key",)
    if isinstance(key, rsa.RSAPublicKey):
        sizes = {"rsa-below-2048": 2048, "rsa-below-1024": 1024}
        return tuple(rule for rule, size in sizes.items() if key.key_size < size)
    return (
        _CURVES.get(key.curve.name, ("other-curve",)) if isinstance(key, ec.EllipticCurvePublicKey) else ("other-key",)
    )


def _links(chain: Chain) -> Iterator[Hit]:
    """What lies between certificates: signatures, key identifiers, path lengths, name constraints, order."""
    last = len(chain.seen) - 1
    for number, one in enumerate(chain.seen):
        anchor = chain.anchored and number == last
        yield from _signature(one, "anchor-" if anchor else "ca-" if number else "")
        if number:
            role = "anchor-" if anchor else "ca-"
            yield from (Hit(role + rule, one.name) for rule in _limits(one, chain.seen[:number]))
    for child, issuer in pairwise(chain.seen):
        if _other_key_id(child, issuer):
            yield Hit("authority-key-id-mismatch", child.name)
    if chain.sent:
        yield from _sent(chain)


def _signature(one: Look, role: str) -> Iterator[Hit]:
    oid = one.certificate.signature_algorithm_oid
    if oid in _SHA1:
        yield Hit(f"{role}sha1", one.name)
    elif oid == Signed.RSA_WITH_MD5:
        yield Hit(f"{role}md5", one.name)


def _limits(one: Look, below: Sequence[Look]) -> Iterator[str]:
    """Its pathlen and its name constraints (RFC 5280, 6.1.4 (l) and (m), 6.1.3 (b) and (c))."""
    basic, limits = value(one, x509.BasicConstraints), value(one, x509.NameConstraints)
    if basic is not None and basic.path_length is not None:
        count = sum(lower.certificate.issuer != lower.certificate.subject for lower in below[1:])
        if count > basic.path_length:
            yield "path-length"
    if limits is None:
        return
    wanted = [name for lower in below for name in value(lower, x509.SubjectAlternativeName) or ()]
    trees = len(limits.permitted_subtrees or ()) + len(limits.excluded_subtrees or ())
    if len(wanted) * trees > MAX_COMPARISONS:
        yield "name-constraints-many"
    elif constraints.outside(limits, wanted):
        yield "name-constraints"


def _other_key_id(child: Look, issuer: Look) -> bool:
    wanted, found = value(child, x509.AuthorityKeyIdentifier), value(issuer, x509.SubjectKeyIdentifier)
    if wanted is None or found is None or wanted.key_identifier is None:
        return False
    return wanted.key_identifier != found.digest


def _sent(chain: Chain) -> Iterator[Hit]:
    """How the chain is presented (RFC 8446, 4.4.2; RFC 5246, 7.4.2)."""
    leaf, sent = chain.seen[0].name, list(chain.sent)
    if sent[0] != chain.path[0]:
        yield Hit("leaf-not-first", leaf)
        return
    places = [sent.index(one) for one in chain.path if one in sent]
    if places != sorted(places):
        yield Hit("wrong-order", leaf)
    if any(one not in chain.path for one in sent) or len(set(sent)) < len(sent):
        yield Hit("extra-certificates", leaf)

"""Rules about what is rare: critical extensions that few know, hashes, spellings and sizes that few take."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from itertools import pairwise

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import SignatureAlgorithmOID as Signed

from mtlsctl.core import strength, tbs
from mtlsctl.core.looks import Look, Purpose, look, value
from mtlsctl.core.path import self_issued
from mtlsctl.core.stacks.chain import Chain, Hit
from mtlsctl.core.unreadable import UNREADABLE

_ORDINARY = (
    x509.BasicConstraints,
    x509.KeyUsage,
    x509.ExtendedKeyUsage,
    x509.SubjectAlternativeName,
    x509.NameConstraints,
    x509.UnrecognizedExtension,
)
"""Those that every stack knows, and those that none does (rules.py)."""
_CRITICAL: dict[type[x509.ExtensionType], str] = {
    x509.SubjectKeyIdentifier: "critical-key-id",
    x509.AuthorityKeyIdentifier: "critical-key-id",
    x509.AuthorityInformationAccess: "critical-access",
    x509.IssuerAlternativeName: "critical-access",
    x509.CRLDistributionPoints: "critical-crl-points",
    x509.CertificatePolicies: "critical-policies",
    x509.PolicyConstraints: "policy-constraints",
    x509.InhibitAnyPolicy: "inhibit-any-policy",
}
POLICY_MAPPINGS = x509.ObjectIdentifier("2.5.29.33")
ANY_POLICY = bytes.fromhex("0604551d2000")  # 2.5.29.32.0, which must not be mapped (RFC 5280, 4.2.1.5)
NETSCAPE_TYPE = x509.ObjectIdentifier("2.16.840.1.113730.1.1")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TYPE_BITS = {Purpose.SERVER: 0x40, Purpose.CLIENT: 0x80}
_SHA224 = {Signed.RSA_WITH_SHA224, Signed.ECDSA_WITH_SHA224, Signed.DSA_WITH_SHA224}
_SHA3 = (hashes.SHA3_224, hashes.SHA3_256, hashes.SHA3_384, hashes.SHA3_512)
_ECDSA_SHA3 = (
    Signed.ECDSA_WITH_SHA3_224,
    Signed.ECDSA_WITH_SHA3_256,
    Signed.ECDSA_WITH_SHA3_384,
    Signed.ECDSA_WITH_SHA3_512,
)
_KINDS: dict[type[x509.GeneralName], str] = {
    x509.DirectoryName: "directory",
    x509.OtherName: "other-name",
    x509.RegisteredID: "registered-id",
    x509.IPAddress: "addresses",
}
AROUND = 30  # bytes about the two halves of a certificate, and in front of it in the message
MAX_TRUSTED = 32  # more are a system's store, which holds no two of a name that matter here
MANY, LARGE = 10, 32768
"""Java's limits: certificates in a chain, and bytes in a message (jdk.tls.maxHandshakeMessageSize)."""


def hits(chain: Chain) -> Iterator[Hit]:
    """What is rare in a chain whose certificates could all be read through."""
    last = len(chain.seen) - 1
    for number, one in enumerate(chain.seen):
        anchor = chain.anchored and number == last > 0
        role = "anchor-" if anchor else "ca-" if number else ""
        found = (*_alone(one.certificate), *_constraints(one, chain.seen[:number]))
        yield from (Hit(role + rule, one.name) for rule in dict.fromkeys(found))
        if number and not one.certificate.subject.rdns:
            yield Hit(f"{role}empty-subject", one.name)
    yield from (Hit(rule, chain.seen[0].name) for rule in dict.fromkeys(_leaf(chain)))
    for number, (child, issuer) in enumerate(pairwise(chain.seen)):
        role = "ca-" if number else ""
        yield from (Hit(role + rule, child.name) for rule in _chained(child, issuer))
        if _names_another(child, issuer):
            above = "anchor-" if chain.anchored and number == last - 1 else ""
            yield Hit(f"{above}issuer-serial-mismatch", child.name)
    if chain.anchored and last and self_issued(chain.path[-1]) and _names_another(chain.seen[-1], chain.seen[-1]):
        yield Hit("anchor-own-serial-mismatch", chain.seen[-1].name)
    yield from _sent(chain)
    yield from _trusted(chain)


@lru_cache(maxsize=256)  # CAs stand above many leaves
def _alone(certificate: x509.Certificate) -> tuple[str, ...]:
    """What a certificate shows by itself, whatever its place."""
    one = look(certificate)
    return *_critical(one), *_extensions(one), *_signed(one)


def mapped(extension: x509.ExtensionType) -> bool:
    """Whether it is policyMappings, which cryptography does not read; not those that map anyPolicy, as none must."""
    unread = isinstance(extension, x509.UnrecognizedExtension) and extension.oid == POLICY_MAPPINGS
    return unread and ANY_POLICY not in extension.value  # type: ignore[attr-defined]


def _critical(one: Look) -> Iterator[str]:
    for extension in one.critical:
        if mapped(extension):
            yield "policy-mappings"
        elif not isinstance(extension, _ORDINARY):
            yield _CRITICAL.get(type(extension), "critical-rare")


def _extensions(one: Look) -> Iterator[str]:
    """What some stacks read, others not."""
    if value(one, x509.TLSFeature) is not None:
        yield "tls-feature"
    policies = value(one, x509.CertificatePolicies)
    if policies is not None and len({policy.policy_identifier for policy in policies}) < len(policies):
        yield "policy-twice"
    elif policies is not None and not len(policies):
        yield "policy-empty"
    if one.not_before < EPOCH:
        yield "before-1970"
    if one.certificate.version is x509.Version.v1 and one.values:
        yield "version-1-extensions"


def _signed(one: Look) -> Iterator[str]:
    certificate = one.certificate
    oid = certificate.signature_algorithm_oid
    if oid in _SHA224:
        yield "sha224"
    elif isinstance(digest := strength.digest(certificate), _SHA3):
        yield "ecdsa-sha3" if oid in _ECDSA_SHA3 else "rsa-sha3"
    elif oid == Signed.RSASSA_PSS and isinstance(digest, hashes.SHA1):
        yield "pss-sha1"
    if found := tbs.read(certificate):
        if not tbs.same(found.algorithm, found.tbs.signature):  # RFC 5280, 4.1.1.2
            yield "algorithms-differ"
        if found.tbs.issuer_id or found.tbs.subject_id:
            yield "unique-id"


def _constraints(one: Look, below: Sequence[Look]) -> Iterator[str]:
    """Forms of name constraints that some stacks cannot work with, whether a name is outside or not."""
    limits = value(one, x509.NameConstraints)
    if limits is None:
        return
    permitted, excluded = limits.permitted_subtrees or [], limits.excluded_subtrees or []
    yield from _kinds(permitted, excluded, below[:1])
    yield from ("name-constraints-dot" for host in _hosts(permitted) if host.endswith("."))
    yield from ("name-constraints-dot-excluded" for host in _hosts(excluded) if host.endswith("."))
    yield from ("name-constraints-empty-name" for host in _hosts(permitted) if not host)
    for leaf in below[:1]:
        names = value(leaf, x509.SubjectAlternativeName) or ()
        yield from ("name-constraints-unfit-name" for host in _hosts(names) if _unfit(host))
    if limits.public_bytes() not in one.certificate.tbs_certificate_bytes:
        yield "name-constraints-distance"  # read without it: minimum or maximum (RFC 5280, 4.2.1.10)


def _kinds(
    permitted: Sequence[x509.GeneralName], excluded: Sequence[x509.GeneralName], leaf: Sequence[Look]
) -> Iterator[str]:
    """Kinds of names that not all stacks compare."""
    for kind, word in _KINDS.items():
        if kind is x509.IPAddress and not any(_has(one, kind) for one in leaf):
            continue
        if any(isinstance(tree, kind) for tree in excluded):
            yield f"name-constraints-{word}-excluded" if kind is x509.DirectoryName else f"name-constraints-{word}"
        elif any(isinstance(tree, kind) for tree in permitted):
            yield f"name-constraints-{word}"


def _unfit(host: str) -> bool:
    """Whether a name has characters or labels that cannot be compared with a constraint."""
    return host == "*" or "" in host.split(".") or not all("!" <= letter <= "~" for letter in host)


def _hosts(names: Iterable[x509.GeneralName]) -> Iterator[str]:
    return (name.value for name in names if isinstance(name, x509.DNSName))


def _has(one: Look, kind: type[x509.GeneralName]) -> bool:
    return any(isinstance(name, kind) for name in value(one, x509.SubjectAlternativeName) or ())


def _leaf(chain: Chain) -> Iterator[str]:
    leaf, purpose = chain.seen[0], chain.question.purpose
    yield from _leaf_extensions(leaf, purpose)
    san = value(leaf, x509.SubjectAlternativeName)
    if san is not None and not len(tuple(san)):
        yield "empty-san"
    if san is None and not leaf.certificate.subject.rdns:
        yield "nameless"
    for name in san or ():
        yield from _of_name(name)
    if purpose is Purpose.SERVER:
        yield from _asked(chain)


def _leaf_extensions(leaf: Look, purpose: Purpose) -> Iterator[str]:
    for extension in leaf.values.values():
        if isinstance(extension, x509.UnrecognizedExtension) and extension.oid == NETSCAPE_TYPE:
            allowed = extension.value[-1:] and extension.value[-1] & _TYPE_BITS[purpose]
            yield from () if allowed else ("netscape-type",)
    basic, usage = value(leaf, x509.BasicConstraints), value(leaf, x509.KeyUsage)
    if basic is not None and basic.ca and basic not in leaf.critical:
        yield "leaf-ca-not-critical"
    if basic is not None and basic.path_length is not None and not (usage and usage.key_cert_sign):
        yield "leaf-path-length"
    signs = usage and (usage.digital_signature or usage.key_encipherment or usage.key_agreement)
    if usage is not None and purpose is Purpose.SERVER and not signs:
        yield "no-tls-key-usage"


def _of_name(name: x509.GeneralName) -> Iterator[str]:
    if isinstance(name, x509.DNSName | x509.RFC822Name):
        if not name.value:
            yield "empty-name"
        elif isinstance(name, x509.RFC822Name) and not name.value.isascii():
            yield "mail-not-ascii"
    elif isinstance(name, x509.UniformResourceIdentifier) and not set(name.value).isdisjoint(_NOT_IN_URIS):
        yield "malformed-uri"


_NOT_IN_URIS = ' "<>\\^`{|}'  # RFC 3986, 2


def _asked(chain: Chain) -> Iterator[str]:
    if any(isinstance(name, x509.DNSName) and "_" in name.value for name in chain.question.names):
        yield "name-with-underscore"


def _chained(child: Look, issuer: Look) -> Iterator[str]:
    """How a certificate names its issuer."""
    name = issuer.certificate.subject
    if name.public_bytes() not in child.certificate.tbs_certificate_bytes:
        yield "issuer-encoding" if child.certificate.issuer == name else "issuer-spelling"
    wanted = value(child, x509.AuthorityKeyIdentifier)
    if wanted is not None and wanted.key_identifier is None:
        yield "authority-key-id-empty"


def _names_another(child: Look, issuer: Look) -> bool:
    """Whether its authorityKeyIdentifier names another certificate than its issuer's (RFC 5280, 4.2.1.1)."""
    wanted = value(child, x509.AuthorityKeyIdentifier)
    if wanted is None or wanted.authority_cert_serial_number is None:
        return False
    named = [name.value for name in wanted.authority_cert_issuer or () if isinstance(name, x509.DirectoryName)]
    other = bool(named) and issuer.certificate.issuer not in named
    return other or wanted.authority_cert_serial_number != issuer.certificate.serial_number


def _sent(chain: Chain) -> Iterator[Hit]:
    """How much is sent, and which of two certificates of one CA comes first."""
    leaf, sent = chain.seen[0].name, list(dict.fromkeys(chain.sent))
    if len(chain.sent) > MANY:
        yield Hit("many-certificates", leaf)
    if sum(len(one.tbs_certificate_bytes) + len(one.signature) + AROUND for one in chain.sent) > LARGE:
        yield Hit("large-chain", leaf)
    top = chain.path[-1]
    if chain.anchored and not self_issued(top) and any(one.subject == top.issuer for one in sent):
        yield Hit("above-the-anchor" if len(chain.path) > 1 else "above-the-leaf", leaf)
    for one in chain.seen[1:]:
        if one.certificate in sent and any(
            _expired_twin(other, one.certificate, chain.question.at) for other in sent[: sent.index(one.certificate)]
        ):
            yield Hit("expired-twin-first", one.name)


def _expired_twin(other: x509.Certificate, one: x509.Certificate, at: datetime) -> bool:
    return other.subject == one.subject and not other.not_valid_before_utc <= at <= other.not_valid_after_utc


def _trusted(chain: Chain) -> Iterator[Hit]:
    """Which of two trusted certificates of one name comes first: some stacks take that, whatever follows."""
    if not chain.anchored or not 1 < len(chain.trusted) <= MAX_TRUSTED or chain.path[-1] not in chain.trusted:
        return
    anchor, at = chain.path[-1], chain.question.at
    for other in chain.trusted[: list(chain.trusted).index(anchor)]:
        if other.subject == anchor.subject:
            if _same_key(other, anchor):
                yield from [Hit("expired-namesake-trusted", chain.seen[-1].name)] * _expired_twin(other, anchor, at)
            elif not _has_key_id(other):
                yield Hit("namesake-trusted", chain.seen[-1].name)


def _same_key(one: x509.Certificate, other: x509.Certificate) -> bool:
    try:
        return one.public_key() == other.public_key()
    except UNREADABLE:
        return False


def _has_key_id(one: x509.Certificate) -> bool:
    try:
        return value(look(one), x509.SubjectKeyIdentifier) is not None
    except UNREADABLE:
        return True

"""A real chain for each rule of mtlsctl/core/stacks/odd.py, and for some of its neighbours: what is rare."""

import ipaddress
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

import surgery
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID
from matrix_pki import PAST
from support import Pair, make_cert

if TYPE_CHECKING:
    from stacks_pki import Made, Maker

Changes = dict[str, Any]
NOBODY = x509.DirectoryName(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Nobody")]))
HERE = x509.IPAddress(ipaddress.ip_network("127.0.0.0/8"))
OTHER_KEY = ec.generate_private_key(ec.SECP256R1())
ECDSA_384 = bytes.fromhex("300a06082a8648ce3d040303")
# Of CA certificates alone.
OF_CAS = {"policy-constraints", "inhibit-any-policy", "policy-mappings", "empty-subject", "name-constraints-addresses"}


def made(maker: "Maker") -> Iterator["Made"]:
    """Every chain; what is sent and trusted is the ordinary but for what the rule says."""
    for rule, changes in _anywhere():
        if rule.endswith("-addresses") and maker.purpose == "client":
            continue  # its names have none
        roles = ("ca-", "anchor-") if rule in OF_CAS else ("", "ca-", "anchor-")
        yield from (in_role(maker, role, rule, changes) for role in roles)
    for rule, changes in (*_leaves(), *(_servers() if maker.purpose == "server" else ())):
        yield in_role(maker, "", rule, changes)
    if maker.purpose == "server":
        for role in ("", "ca-", "anchor-"):
            yield in_role(
                maker, role, "server-gated-crypto", {"ekus": (x509.ObjectIdentifier("2.16.840.1.113730.4.1"),)}
            )
        yield _two_names(maker)
    yield from _hashed(maker)
    yield from _keys(maker)
    yield from _chained(maker)
    yield from _sent(maker)
    yield from _apart(maker)


def in_role(maker: "Maker", role: str, rule: str, changes: Changes) -> "Made":
    """A chain in which the certificate of a role is odd."""
    root, issuing = maker.root, maker.issuing
    if not role:
        return rule, maker.leaf(issuing, **changes), (issuing,), (root,)
    changes = {"cn": f"Stacks {role}{rule}", "ca": True} | changes
    if role == "ca-":
        odd = make_cert(changes.pop("cn"), root, **changes)
        return role + rule, maker.leaf(odd), (odd,), (root,)
    return maker.below(role + rule, make_cert(changes.pop("cn"), **changes))


def _der(tag: int, *parts: bytes) -> bytes:
    """A short DER value."""
    content = b"".join(parts)
    return bytes([tag, len(content)]) + content


_POLICY, _ANOTHER = _der(6, b"\x2a\x03\x04"), _der(6, b"\x2a\x03\x05")  # 1.2.3.4, 1.2.3.5


def _raw(oid: str, value: bytes, *, critical: bool) -> Changes:
    return {"extra": ((x509.UnrecognizedExtension(x509.ObjectIdentifier(oid), value), critical),)}


def _marked(value: x509.ExtensionType) -> Changes:
    return {"extra": ((value, True),)}


def _anywhere() -> Iterator[tuple[str, Changes]]:
    """Rule without its role, and what is other than usual."""
    at = x509.UniformResourceIdentifier("http://127.0.0.1:9/x")
    access = x509.AccessDescription(AuthorityInformationAccessOID.CA_ISSUERS, at)
    policy = x509.PolicyInformation(x509.ObjectIdentifier("1.2.3.4"), None)
    key = ec.generate_private_key(ec.SECP256R1())
    own = _marked(x509.SubjectKeyIdentifier.from_public_key(key.public_key()))
    twice = _der(0x30, _der(0x30, _POLICY), _der(0x30, _POLICY))
    yield "critical-key-id", {"key": key, "without": (x509.SubjectKeyIdentifier,), **own}
    yield "critical-access", _marked(x509.AuthorityInformationAccess([access]))
    yield "critical-rare", _marked(x509.SubjectInformationAccess([access]))
    yield "critical-crl-points", _marked(x509.CRLDistributionPoints([x509.DistributionPoint([at], None, None, None)]))
    yield "critical-policies", _marked(x509.CertificatePolicies([policy]))
    yield "policy-constraints", _marked(x509.PolicyConstraints(5, None))
    yield "inhibit-any-policy", _marked(x509.InhibitAnyPolicy(0))
    yield "policy-mappings", _raw("2.5.29.33", _der(0x30, _der(0x30, _POLICY, _ANOTHER)), critical=True)
    yield "policy-twice", _raw("2.5.29.32", twice, critical=False)
    yield "policy-empty", _raw("2.5.29.32", _der(0x30), critical=False)
    yield "tls-feature", {"extra": ((x509.TLSFeature([x509.TLSFeatureType.status_request]), False),)}
    yield "before-1970", {"not_before": datetime(1960, 1, 1, tzinfo=UTC)}
    yield "empty-subject", {"cn": ""}
    yield from _limits()


def _limits() -> Iterator[tuple[str, Changes]]:
    """Name constraints of odd forms, all of them kept to."""
    far = _der(0xA1, _der(0x30, _der(0x82, b"excluded.test"), _der(0x81, b"\x05")))
    yield "name-constraints-distance", _raw("2.5.29.30", _der(0x30, far), critical=True)
    for kind, permitted, excluded in (
        ("addresses", (HERE,), ()),
        ("dot", (x509.DNSName("localhost."),), ()),
        ("dot-excluded", (), (x509.DNSName("excluded.test."),)),
        ("empty-name", (x509.DNSName(""),), ()),
        ("directory", (x509.DirectoryName(x509.Name([])),), ()),
        ("directory-excluded", (), (NOBODY,)),
        ("other-name", (), (x509.OtherName(x509.ObjectIdentifier("1.2.3"), b"\x05\x00"),)),
        ("registered-id", (), (x509.RegisteredID(x509.ObjectIdentifier("1.2.3")),)),
    ):
        yield f"name-constraints-{kind}", _marked(x509.NameConstraints(permitted or None, excluded or None))


def _leaves() -> Iterator[tuple[str, Changes]]:
    host, mail = x509.DNSName("localhost"), x509.RFC822Name("alice@example.test")
    basic: Changes = {"without": (x509.BasicConstraints,)}
    yield "empty-san", {"sans": ()} | _raw("2.5.29.17", _der(0x30), critical=False)
    yield "nameless", {"cn": "", "sans": ()}
    yield "empty-name", {"sans": (host, mail, x509.DNSName(""))}
    yield "malformed-uri", {"sans": (host, mail, x509.UniformResourceIdentifier("ht tp://["))}
    yield "large-chain", {"sans": (host, mail, *(x509.DNSName(f"{n:030}.stacks.test") for n in range(800)))}
    yield "netscape-type", _raw("2.16.840.1.113730.1.1", _der(3, b"\x00\x07"), critical=False)
    yield "leaf-ca-not-critical", basic | {"extra": ((x509.BasicConstraints(True, None), False),)}
    yield "leaf-path-length", basic | _marked(x509.BasicConstraints(True, 0))


def _servers() -> Iterator[tuple[str, Changes]]:
    lists = x509.KeyUsage(False, False, False, False, False, False, True, False, False)
    yield "no-host-san", {"sans": (x509.UniformResourceIdentifier("https://localhost/"),)}
    yield "wildcard-at-top", {"sans": (x509.DNSName("*.test"),)}
    yield "partial-wildcard-before", {"sans": (x509.DNSName("*b.stacks.test"),)}
    yield "partial-wildcard-inside", {"sans": (x509.DNSName("w*b.stacks.test"),)}
    yield "name-with-underscore", {"sans": (x509.DNSName("a_b.stacks.test"),)}
    yield "no-tls-key-usage", {"key_usage": lists}


def again(odd: Pair, issuer: Pair, digest: hashes.HashAlgorithm, subject: x509.Name | None = None) -> Pair:
    """A certificate signed again, over another hash or with another subject."""
    old = odd.certificate
    builder = x509.CertificateBuilder(
        old.issuer,
        subject or old.subject,
        old.public_key(),
        old.serial_number,
        old.not_valid_before_utc,
        old.not_valid_after_utc,
        list(old.extensions),
    )
    return Pair(builder.sign(issuer.key, digest), odd.key)


def _two_names(maker: "Maker") -> "Made":
    """No SAN, and two common names: stacks that look at these take the last, the first, or none."""
    names = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name) for name in ("other", "localhost")])
    odd = again(maker.leaf(maker.issuing, sans=()), maker.issuing, hashes.SHA256(), names)
    return "several-common-names", odd, (maker.issuing,), (maker.root,)


def _hashed(maker: "Maker") -> Iterator["Made"]:
    """Hashes that few take: in the leaf, in the issuing CA, in the root's own signature."""
    big = make_cert("Stacks RSA Root", ca=True, key=_rsa(2048, 1))
    below = make_cert("Stacks RSA Issuing", big, ca=True, key=_rsa(2048, 2))
    for rule, digest, root, issuing in (
        ("sha224", hashes.SHA224(), maker.root, maker.issuing),
        ("ecdsa-sha3", hashes.SHA3_256(), maker.root, maker.issuing),
        ("rsa-sha3", hashes.SHA3_256(), big, below),
    ):
        yield rule, again(maker.leaf(issuing), issuing, digest), (issuing,), (root,)
        odd = again(issuing, root, digest)
        yield f"ca-{rule}", maker.leaf(odd), (odd,), (root,)
        yield maker.below(f"anchor-{rule}", again(root, root, digest))
    pss = ("-sha1", "-sigopt", "rsa_padding_mode:pss")
    yield "pss-sha1", maker.by_openssl(maker.leaf(below).key_pem, below, *pss), (below,), (big,)
    odd = maker.ca_by_openssl("Stacks RSA Issuing", below, big, *pss)
    yield "ca-pss-sha1", maker.leaf(odd), (odd,), (big,)
    yield maker.below("anchor-pss-sha1", maker.ca_by_openssl("Stacks RSA Root", big, big, *pss))


@cache
def _rsa(size: int, number: int = 0) -> rsa.RSAPrivateKey:
    """An RSA key, made once; number tells those of one size apart."""
    return rsa.generate_private_key(65537, size)


def _keys(maker: "Maker") -> Iterator["Made"]:
    short = _rsa(2047)
    yield in_role(maker, "", "rsa-almost-2048", {"key": short})
    for rule, key in (
        ("rsa-almost-2048", short),
        ("p224", ec.generate_private_key(ec.SECP224R1())),
        ("short-curve", ec.generate_private_key(ec.SECP192R1())),
    ):
        yield in_role(maker, "ca-", rule, {"key": key})
    root, issuing = maker.root, maker.issuing
    yield "compressed-point", _compressed(maker.leaf(issuing), issuing), (issuing,), (root,)
    odd = _compressed(make_cert("Stacks compressed", root, ca=True), root)
    yield "ca-compressed-point", maker.leaf(odd), (odd,), (root,)


def _compressed(pair: Pair, issuer: Pair) -> Pair:
    """Its key with the point compressed, which RFC 5480, 2.2 allows and RFC 8446 has no name for."""
    point = pair.key.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    algorithm = bytes.fromhex("301306072a8648ce3d020106082a8648ce3d030107")
    return surgery.again(pair, issuer, public_key=_der(0x30, algorithm, _der(3, b"\x00", point)))


def _chained(maker: "Maker") -> Iterator["Made"]:
    """How a certificate names its issuer."""
    root, issuing = maker.root, maker.issuing
    spelt, coded = (b"Stacks ", b"STACKS "), (b"\x0c\x0eStacks Issuing", b"\x13\x0eStacks Issuing")
    for rule, swap in (("issuer-spelling", spelt), ("issuer-encoding", coded)):
        yield rule, surgery.again(maker.leaf(issuing), issuing, swap=swap), (issuing,), (root,)
    coded = (b"\x0c\x0bStacks Root", b"\x13\x0bStacks Root")
    for rule, swap in (("issuer-spelling", (b"Stacks R", b"STACKS R")), ("issuer-encoding", coded)):
        odd = surgery.again(make_cert("Issuing", root, ca=True), root, swap=swap)
        yield f"ca-{rule}", maker.leaf(odd), (odd,), (root,)
    without = (x509.AuthorityKeyIdentifier,)

    def named(value: x509.AuthorityKeyIdentifier) -> Changes:
        return {"without": without, "extra": ((value, False),)}

    for one, rule, role in ((issuing, "issuer-serial-mismatch", ""), (root, "anchor-issuer-serial-mismatch", "ca-")):
        key_id = x509.AuthorityKeyIdentifier.from_issuer_public_key(one.key.public_key()).key_identifier
        odd_one = in_role(maker, role, "x", named(x509.AuthorityKeyIdentifier(key_id, [NOBODY], 5)))
        yield rule, *odd_one[1:]
        above = x509.DirectoryName(one.certificate.issuer)
        serial = x509.AuthorityKeyIdentifier(None, [above], one.certificate.serial_number)
        yield f"{role}authority-key-id-empty", *in_role(maker, role, "y", named(serial))[1:]
    other = x509.AuthorityKeyIdentifier.from_issuer_public_key(OTHER_KEY.public_key())
    yield "anchor-authority-key-id-mismatch", *in_role(maker, "ca-", "z", named(other))[1:]
    yield "anchor-own-key-id-mismatch", *in_role(maker, "anchor-", "z", named(other))[1:]
    key = ec.generate_private_key(ec.SECP256R1())
    own = x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()).key_identifier
    value = named(x509.AuthorityKeyIdentifier(own, [NOBODY], 5))
    yield "anchor-own-serial-mismatch", *in_role(maker, "anchor-", "w", {"key": key} | value)[1:]


def _sent(maker: "Maker") -> Iterator["Made"]:
    root, issuing, leaf = maker.root, maker.issuing, maker.leaf(maker.issuing)
    twin = make_cert("Stacks Issuing", root, ca=True, key=issuing.key, **PAST)
    strangers = tuple(make_cert(f"Stacks Stranger {number}", ca=True) for number in range(10))
    old = make_cert("Stacks Root", ca=True, key=root.key, **PAST)
    namesake = make_cert("Stacks Root", ca=True, without=(x509.SubjectKeyIdentifier,))
    yield "expired-namesake-trusted", leaf, (issuing,), (old, root)
    yield "namesake-trusted", leaf, (issuing,), (namesake, root)
    limits = _marked(x509.NameConstraints(None, [x509.DNSName("excluded.test")]))
    for role, rule in (("ca-", "ca-name-constraints-unfit-name"), ("anchor-", "anchor-name-constraints-unfit-name")):
        _, _, chain, anchors = in_role(maker, role, "unfit", limits)
        yield rule, maker.leaf(chain[0], sans=(x509.DNSName("localhost"), x509.DNSName("a b.test"))), chain, anchors
    yield "expired-twin-first", leaf, (twin, issuing), (root,)
    yield "above-the-leaf", leaf, (issuing,), (leaf,)
    yield "above-the-anchor", leaf, (issuing, root), (issuing,)
    yield "many-certificates", leaf, (issuing, *strangers), (root,)


def _apart(maker: "Maker") -> Iterator["Made"]:
    """What no builder makes."""
    root, issuing = maker.root, maker.issuing
    extra = ((x509.UnrecognizedExtension(x509.ObjectIdentifier("2.5.30.15"), b"\x03\x02\x07\x80"), False),)
    twice = surgery.again(maker.leaf(issuing, extra=extra), issuing, swap=(b"\x55\x1e\x0f", b"\x55\x1d\x0f"))
    yield "duplicate-known-extension", twice, (issuing,), (root,)
    mail = maker.leaf(issuing, sans=(x509.DNSName("localhost"), x509.RFC822Name("xyzzy@stacks.test")))
    odd = surgery.again(mail, issuing, swap=(b"xyzzy", "xüzz".encode()))
    yield "mail-not-ascii", odd, (issuing,), (root,)
    for rule, change in (
        ("version-1-extensions", _versionless),
        ("algorithms-differ", _outer),
        ("unique-id", _unique),
    ):
        yield rule, change(maker.leaf(issuing), issuing), (issuing,), (root,)
        odd = change(make_cert(f"Stacks {rule}", root, ca=True), root)
        yield f"ca-{rule}", maker.leaf(odd), (odd,), (root,)
        whole = make_cert(f"Stacks Root {rule}", ca=True)
        yield maker.below(f"anchor-{rule}", change(whole, whole))


def _versionless(pair: Pair, issuer: Pair) -> Pair:
    return surgery.again(pair, issuer, v1=True, extended=True)


def _outer(pair: Pair, issuer: Pair) -> Pair:
    """With another algorithm in signatureAlgorithm, which is not signed (RFC 5280, 4.1.1.2)."""
    return surgery.again(pair, issuer, outer=ECDSA_384)


def _unique(pair: Pair, issuer: Pair) -> Pair:
    """With an issuerUniqueID, which RFC 5280, 4.1.2.8, forbids."""
    return surgery.again(pair, issuer, insert=_der(0x81, b"\x00\x01"))

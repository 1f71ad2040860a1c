"""A real chain for each rule of mtlsctl/core/stacks that shows exactly that property, for servers and for clients."""

import ipaddress
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import stacks_odd
import support
import surgery
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, mldsa, rsa
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID
from matrix_pki import FUTURE, PAST, UNKNOWN_CRITICAL, by_openssl, damaged, openssl
from servers import Papers
from support import CLIENT_AUTH, DAY, NOW, SERVER_AUTH, Pair, make_cert

NAME, ADDRESS = "localhost", "127.0.0.1"
SITE = "web.stacks.test"
"""The name for wildcards: nobody resolves it, clients are told the address."""
ASKED = {"wildcard-at-top": "stacks.test", "name-with-underscore": "a_b.stacks.test"}
ANY = ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE
AUTH = {"server": SERVER_AUTH, "client": CLIENT_AUTH}


class Case(NamedTuple):
    """One chain for one purpose."""

    rule: str
    """The rule that it runs into; "" for none. After a `/`: which of several chains for it."""
    purpose: str
    """server or client."""
    leaf: Pair
    chain: tuple[Pair, ...]
    """What is sent after the leaf."""
    anchors: tuple[Pair, ...]
    """What the peer trusts."""
    name: str = NAME
    """What a client asks a server for."""


Made = tuple[str, Pair, tuple[Pair, ...], tuple[Pair, ...]]
"""Rule, leaf, the chain below it, the anchors."""


def build(folder: Path, purpose: str, *, odd: bool = True) -> list[Case]:
    """Every chain for a purpose. folder: for the openssl command's files. odd: with what is rare."""
    maker = Maker(folder, purpose)
    found = []
    for rule, leaf, chain, anchors in (*maker.all(), *(stacks_odd.made(maker) if odd else ())):
        name = ADDRESS if "address" in rule else SITE if "wildcard" in rule else NAME
        name = ASKED.get(rule, name)
        found.append(Case(rule, purpose, leaf, chain, anchors, name))
    return found


def server_papers(folder: Path) -> Papers:
    """What a server that judges clients shows of itself."""
    maker = Maker(folder, "server")
    leaf = maker.leaf(maker.issuing)
    root = support.write(folder / "own-root.pem", maker.root.pem)
    issuing = support.write(folder / "own-issuing.pem", maker.issuing.pem)
    cert = support.write(folder / "own.pem", leaf.pem, maker.issuing.pem)
    return Papers(cert, support.write(folder / "own.key", leaf.key_pem), root, issuing)


class Maker:
    """Chains for one purpose, below one good root unless it must be another one."""

    def __init__(self, folder: Path, purpose: str) -> None:
        self.folder, self.purpose = folder, purpose
        self.root = make_cert("Stacks Root", ca=True)
        self.issuing = make_cert("Stacks Issuing", self.root, ca=True)

    def leaf(self, issuer: Pair | None, **changes: Any) -> Pair:
        """A good leaf for the purpose, with changes."""
        server = self.purpose == "server"
        own = _both(x509.DNSName(NAME)) if server else (x509.RFC822Name("alice@example.test"),)
        wanted: dict[str, Any] = {"sans": own, "ekus": (AUTH[self.purpose],)}
        return make_cert(changes.pop("cn", NAME if server else "alice"), issuer, **wanted | changes)

    def all(self) -> Iterator[Made]:
        changed = _servers() if self.purpose == "server" else _clients()
        for rule, changes in (*_leaves(), *changed):
            yield rule, self.leaf(self.issuing, **changes), (self.issuing,), (self.root,)
        yield from self.endings()
        yield from self.intermediates()
        yield from self.roots()
        yield from self.keys()
        yield from self.hashed()
        yield from self.taken_apart()
        yield from self.presented()

    def endings(self) -> Iterator[Made]:
        """Where the path ends."""
        root, issuing, leaf = self.root, self.issuing, self.leaf(self.issuing)
        stranger = make_cert("Stacks Stranger", ca=True)
        alone = self.leaf(None)
        below = self.leaf(root)
        broken = Pair(x509.load_pem_x509_certificate(damaged(below)), below.key)
        at = x509.UniformResourceIdentifier("http://127.0.0.1:9/ca.crt")
        access = x509.AccessDescription(AuthorityInformationAccessOID.CA_ISSUERS, at)
        fetching = self.leaf(issuing, extra=((x509.AuthorityInformationAccess([access]), False),))
        yield "untrusted/unknown-ca", self.leaf(stranger), (), (root,)
        yield "untrusted/root-sent", self.leaf(stranger), (stranger,), (root,)
        yield "untrusted/self-signed", alone, (), (root,)
        yield "untrusted/no-intermediate", leaf, (), (root,)
        yield "untrusted/bad-signature", broken, (), (root,)
        yield "missing-issuer-to-fetch", fetching, (), (root,)
        yield "anchor-not-self-signed", leaf, (), (issuing,)
        yield "leaf-pinned", leaf, (), (leaf,)
        for kind, changes in _alone():
            alone = self.leaf(None, cn=f"alone-{kind}", **changes)
            yield f"self-signed-{kind}", alone, (), (alone,)
        upper = make_cert("Stacks Upper", root, ca=True)
        lower = make_cert("Stacks Lower", upper, ca=True)
        yield "/below-the-root", self.leaf(root), (), (root,)
        yield "two-intermediates", self.leaf(lower), (lower, upper), (root,)

    def intermediates(self) -> Iterator[Made]:
        """An issuing CA that is odd, below the good root."""
        for rule, changes in _authorities(self.purpose):
            odd = make_cert(f"Stacks {rule}", self.root, **{"ca": True} | changes)
            yield f"ca-{rule}", self.leaf(odd), (odd,), (self.root,)
        bare = make_cert("Stacks Bare", self.root, ca=True, without=(x509.AuthorityKeyIdentifier,))
        yield "ca-no-authority-key-id", self.leaf(bare), (bare,), (self.root,)
        tight = make_cert("Stacks Tight", self.root, ca=True, path_length=0)
        below = make_cert("Stacks Below Tight", tight, ca=True)
        yield "ca-path-length", self.leaf(below), (below, tight), (self.root,)

    def roots(self) -> Iterator[Made]:
        """A root that is odd, above a good issuing CA."""
        for rule, changes in _authorities(self.purpose):
            odd = make_cert(f"Stacks Root {rule}", **{"ca": True} | changes)
            yield self.below(f"anchor-{rule}", odd)
        yield self.below("anchor-path-length", make_cert("Stacks Tight Root", ca=True, path_length=0))

    def below(self, rule: str, root: Pair) -> Made:
        """A good issuing CA and a leaf below a root."""
        issuing = make_cert(f"Stacks below {rule}", root, ca=True)
        return rule, self.leaf(issuing), (issuing,), (root,)

    def keys(self) -> Iterator[Made]:
        """Kinds of keys: the leaf's, the issuing CA's and the root's."""
        for rule, key in _keys():
            yield rule, self.leaf(self.issuing, key=key), (self.issuing,), (self.root,)
        for rule, key in _keys():
            if rule[0] == "/" or rule == "dsa-key":
                continue
            odd = make_cert(f"Stacks {rule}", self.root, ca=True, key=key)
            yield f"ca-{rule}", self.leaf(odd), (odd,), (self.root,)
            yield self.below(f"ca-{rule}/root", make_cert(f"Stacks Root {rule}", ca=True, key=key))
        yield from self.rsa()

    def rsa(self) -> Iterator[Made]:
        """Keys that are for PSS alone (RFC 4055), or short: the leaf's, the issuing CA's."""
        pss = openssl(self.folder, "genpkey", "-algorithm", "RSA-PSS", "-pkeyopt", "rsa_keygen_bits:2048")
        short = openssl(self.folder, "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:768")
        key = self.leaf(self.issuing).key_pem
        for rule, odd in (("rsa-pss-key", pss), ("rsa-below-1024", short)):
            yield rule, self.by_openssl(odd, self.issuing), (self.issuing,), (self.root,)
            issuing = self.ca_of_key(f"Stacks {rule}", odd)
            yield f"ca-{rule}", self.by_openssl(key, issuing), (issuing,), (self.root,)

    def hashed(self) -> Iterator[Made]:
        """SHA-1 and MD5: the hash in the leaf, in the issuing CA, and in the root's own signature."""
        root = make_cert("Stacks RSA Root", ca=True, key=_rsa(2048, 1))
        issuing = make_cert("Stacks RSA Issuing", root, ca=True, key=_rsa(2048, 2))
        key = self.leaf(issuing).key_pem
        for digest in ("sha1", "md5"):
            yield digest, self.by_openssl(key, issuing, f"-{digest}"), (issuing,), (root,)
            weak = self.ca_by_openssl("Stacks RSA Issuing", issuing, root, f"-{digest}")
            yield f"ca-{digest}", self.leaf(weak), (weak,), (root,)
            weak = self.ca_by_openssl("Stacks RSA Root", root, root, f"-{digest}")
            yield self.below(f"anchor-{digest}", weak)

    def by_openssl(self, key: bytes, issuer: Pair, *how: str) -> Pair:
        """A good leaf made by the openssl command, which knows keys and hashes that cryptography does not make."""
        server = self.purpose == "server"
        names = f"DNS:{NAME}, IP:{ADDRESS}" if server else "email:alice@example.test"
        text = _LEAF.format(purpose=self.purpose, names=names)
        pem = by_openssl(self.folder, NAME if server else "alice", key, issuer, *how, extensions=text)
        return Pair(x509.load_pem_x509_certificate(pem), _Raw(key))

    def ca_by_openssl(self, cn: str, ca: Pair, issuer: Pair, *how: str) -> Pair:
        """A CA, certified again; how: with a weak hash, say."""
        pem = by_openssl(self.folder, cn, ca.key_pem, issuer, *how, extensions=_CA)
        return Pair(x509.load_pem_x509_certificate(pem), ca.key)

    def ca_of_key(self, cn: str, key: bytes) -> Pair:
        """A CA below the root with a key that only the openssl command works with."""
        odd = Pair(self.root.certificate, _Raw(key))
        return Pair(self.ca_by_openssl(cn, odd, self.root).certificate, odd.key)

    def taken_apart(self) -> Iterator[Made]:
        """Serial numbers, versions and extensions that no builder makes."""
        root, issuing = self.root, self.issuing
        oids = (x509.ObjectIdentifier(f"1.3.6.1.4.1.99999.{number}") for number in (1, 2))
        two = self.leaf(issuing, extra=tuple((x509.UnrecognizedExtension(oid, b"\x05\x00"), False) for oid in oids))
        swap = bytes.fromhex("2b06010401868d1f02"), bytes.fromhex("2b06010401868d1f01")
        yield "duplicate-extension", surgery.again(two, issuing, swap=swap), (issuing,), (root,)
        if self.purpose == "server":
            named = self.leaf(issuing, sans=_both(x509.DNSName(NAME), x509.DNSName("xyzzy.test")))
            for rule, label in (("name-not-ascii", "xüzz".encode()), ("unreadable", b"x\xff\xffzz")):
                yield rule, surgery.again(named, issuing, swap=(b"xyzzy", label)), (issuing,), (root,)
        for rule, changes in _SURGERY:
            yield rule, surgery.again(self.leaf(issuing), issuing, **changes), (issuing,), (root,)
            odd = surgery.again(make_cert(f"Stacks {rule}", root, ca=True), root, **changes)
            yield f"ca-{rule}", self.leaf(odd), (odd,), (root,)
            made = make_cert(f"Stacks Root {rule}", ca=True)
            yield self.below(f"anchor-{rule}", surgery.again(made, made, **changes))

    def presented(self) -> Iterator[Made]:
        """How the chain is sent."""
        root, issuing, leaf = self.root, self.issuing, self.leaf(self.issuing)
        stranger = make_cert("Stacks Stranger", ca=True)
        other = make_cert("Stacks Other", root, ca=True)
        upper = make_cert("Stacks First", root, ca=True)
        lower = make_cert("Stacks Second", upper, ca=True)
        yield "wrong-order", self.leaf(lower), (upper, lower), (root,)
        yield "extra-certificates/stranger", leaf, (issuing, stranger), (root,)
        yield "extra-certificates/twice", leaf, (issuing, issuing), (root,)
        yield "/root-sent", leaf, (issuing, root), (root,)
        old = make_cert("Stacks Old Root", ca=True, **PAST)
        crossed = make_cert("Stacks Root", old, ca=True, key=root.key)
        late = make_cert("Stacks Root", old, ca=True, key=root.key, **PAST)
        yield "extra-certificates/expired-cross", leaf, (issuing, late), (root,)
        yield "extra-certificates/expired-issuer-of-cross", leaf, (issuing, crossed, old), (root,)
        yield "extra-certificates/expired-cross-trusted", leaf, (issuing, crossed), (old, root)
        misled = x509.AuthorityKeyIdentifier.from_issuer_public_key(other.key.public_key())
        odd = self.leaf(issuing, without=(x509.AuthorityKeyIdentifier,), extra=((misled, False),))
        yield "authority-key-id-mismatch", odd, (issuing,), (root,)


class _Raw(NamedTuple):
    """A key that is only carried about."""

    pem: bytes

    def private_bytes(self, *_: object) -> bytes:
        """As it was read."""
        return self.pem


def _both(*names: x509.DNSName) -> tuple[x509.GeneralName, ...]:
    return (*names, x509.IPAddress(ipaddress.ip_address(ADDRESS)))


def _usage(*, signs: bool = False, enciphers: bool = False, ca: bool = False, lists: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(signs, False, enciphers, False, False, ca, lists, False, False)


def _leaves() -> Iterator[tuple[str, dict[str, Any]]]:
    """Leaves below the good issuing CA, odd for either purpose: rule, and what is other than usual."""
    limits = x509.NameConstraints([x509.DNSName(NAME), x509.RFC822Name("example.test")], None)
    yield "", {}
    yield "expired", PAST
    yield "not-yet-valid", FUTURE
    yield "no-digital-signature", {"key_usage": _usage(enciphers=True)}
    yield "cert-sign-without-ca", {"key_usage": _usage(signs=True, ca=True)}
    yield "leaf-is-ca", {"ca": True, "key_usage": _usage(signs=True, ca=True, lists=True)}
    yield "no-extended-key-usage", {"ekus": ()}
    yield "any-extended-key-usage", {"ekus": (ANY,)}
    yield "leaf-name-constraints", {"extra": ((limits, True),)}
    yield "no-authority-key-id", {"without": (x509.AuthorityKeyIdentifier,)}
    yield "empty-subject-san-not-critical", {"cn": ""}
    yield "unknown-critical-extension", {"extra": (UNKNOWN_CRITICAL,)}
    yield "/no-key-usage", {"without": (x509.KeyUsage,)}
    yield "/no-subject-key-id", {"without": (x509.SubjectKeyIdentifier,)}
    yield "/no-basic-constraints", {"without": (x509.BasicConstraints,)}


def _servers() -> Iterator[tuple[str, dict[str, Any]]]:
    """Leaves of servers: names and lifetimes."""
    elsewhere = x509.IPAddress(ipaddress.ip_address("192.0.2.1"))
    yield "/address", {}
    yield "/wildcard", {"sans": (x509.DNSName("*.stacks.test"),)}
    yield "/underscore", {"sans": _both(x509.DNSName(NAME), x509.DNSName("a_b.stacks.test"))}
    yield "no-san", {"sans": ()}
    yield "no-dns-san", {"sans": (elsewhere,)}
    yield "wrong-name", {"cn": "elsewhere.test", "sans": (x509.DNSName("elsewhere.test"),)}
    yield "wrong-name/cn-right", {"sans": (x509.DNSName("elsewhere.test"),)}
    yield "wrong-name/address", {"sans": (x509.DNSName(NAME), elsewhere)}
    yield "address-as-dns-name", {"sans": (x509.DNSName(NAME), x509.DNSName(ADDRESS))}
    yield "name-with-trailing-dot", {"cn": "dotted", "sans": _both(x509.DNSName(f"{NAME}."))}
    yield "partial-wildcard", {"sans": (x509.DNSName("w*.stacks.test"),)}
    yield "lifetime-above-825-days", {"not_after": NOW + 900 * DAY}
    yield "wrong-extended-key-usage", {"ekus": (CLIENT_AUTH,)}


def _clients() -> Iterator[tuple[str, dict[str, Any]]]:
    """Leaves of clients."""
    yield "no-client-san", {"sans": ()}
    yield "wrong-extended-key-usage", {"ekus": (SERVER_AUTH,)}


def _alone() -> Iterator[tuple[str, dict[str, Any]]]:
    """Self-signed leaves that are trusted themselves."""
    yield "not-ca", {}
    yield "ca", {"ca": True, "key_usage": _usage(signs=True, ca=True)}
    yield "no-basic-constraints", {"without": (x509.BasicConstraints,)}


def _authorities(purpose: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """CAs with something odd: rule without its role, and what is other than usual."""
    other = CLIENT_AUTH if purpose == "server" else SERVER_AUTH
    permitted: x509.GeneralName = x509.DNSName("permitted.test")
    if purpose == "client":
        permitted = x509.RFC822Name("permitted.test")
    basic = {"without": (x509.BasicConstraints,)}
    yield "expired", PAST
    yield "not-yet-valid", FUTURE
    yield "not-ca", {"ca": False, "key_usage": _usage(ca=True, lists=True)}
    yield "no-basic-constraints", basic
    yield "no-ca-extensions", {"without": (x509.BasicConstraints, x509.KeyUsage)}
    yield "basic-constraints-not-critical", basic | {"extra": ((x509.BasicConstraints(True, None), False),)}
    yield "no-key-usage", {"without": (x509.KeyUsage,)}
    yield "no-cert-sign", {"key_usage": _usage(lists=True)}
    yield "no-subject-key-id", {"without": (x509.SubjectKeyIdentifier,)}
    yield "unknown-critical-extension", {"extra": (UNKNOWN_CRITICAL,)}
    yield "wrong-extended-key-usage", {"ekus": (other,)}
    yield "any-extended-key-usage", {"ekus": (ANY,)}
    yield "name-constraints", {"extra": ((x509.NameConstraints([permitted], None), True),)}
    folk = x509.DirectoryName(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "permitted")]))
    yield "rare-name-constraints", {"extra": ((x509.NameConstraints([folk], None), True),)}


@cache
def _keys() -> tuple[tuple[str, Any], ...]:
    """Rule without its role, and a key."""
    return (
        ("/p384", ec.generate_private_key(ec.SECP384R1())),
        ("p521", ec.generate_private_key(ec.SECP521R1())),
        ("other-curve", ec.generate_private_key(ec.SECP256K1())),
        ("other-curve/brainpool", ec.generate_private_key(ec.BrainpoolP256R1())),
        ("/rsa2048", _rsa(2048)),
        ("rsa-below-2048", _rsa(1024)),
        ("rsa-below-2048/1536", _rsa(1536)),
        ("ed25519", ed25519.Ed25519PrivateKey.generate()),
        ("ed448", ed448.Ed448PrivateKey.generate()),
        ("ml-dsa", mldsa.MLDSA65PrivateKey.generate()),
        ("dsa-key", dsa.generate_private_key(1024)),
    )


@cache
def _rsa(size: int, number: int = 0) -> rsa.RSAPrivateKey:
    """An RSA key, made once; number tells those of one size apart."""
    return rsa.generate_private_key(65537, size)


_LEAF = """basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = {purpose}Auth
subjectAltName = {names}
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
"""
_CA = """basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
"""
_SURGERY: tuple[tuple[str, dict[str, Any]], ...] = (
    ("serial-zero", {"serial": b"\x02\x01\x00"}),
    ("serial-negative", {"serial": b"\x02\x02\x80\x01"}),
    ("serial-long", {"serial": b"\x02\x15" + b"\x11" * 21}),
    ("version-1", {"v1": True}),
)

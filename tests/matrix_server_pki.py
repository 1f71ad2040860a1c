"""Server certificates that each have one thing wrong, with the roots that a client holds and the name it asks for."""

import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import support
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID
from matrix_pki import FUTURE, PAST, UNKNOWN_CRITICAL, by_openssl, damaged
from servers import Papers
from support import CLIENT_AUTH, DAY, NOW, SERVER_AUTH, Pair, make_cert
from tls_lab import LOCAL

NAME, ADDRESS = "localhost", "127.0.0.1"
EXTENSIONS = """basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = DNS:localhost, IP:127.0.0.1
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
"""


@dataclass(frozen=True)
class Server:
    """A server's identity, what is wrong with it, and the codes that name it: `ok` where a client takes it."""

    defect: str
    codes: tuple[str, ...]
    papers: Papers
    roots: Path
    """What the client trusts."""
    host: str
    """What the client connects to."""
    notes: tuple[str, ...] = ()
    """Codes that must follow where the first is `ok`."""


Made = tuple[str, tuple[str, ...], bytes, tuple[Pair, ...], bytes, Pair]
"""Defect, codes, leaf (PEM), the chain below it, the leaf's key (PEM), the client's root."""


def build(folder: Path) -> dict[str, Server]:
    """Make every identity, each in files of its own."""
    found = {}
    for defect, codes, leaf, chain, key, root in _all(folder):
        papers = Papers(folder / f"{defect}.pem", folder / f"{defect}.key", folder / "root.pem", folder / "issuing.pem")
        support.write(papers.cert, leaf, *(ca.pem for ca in chain))
        support.write(papers.key, key)
        roots = support.write(folder / f"{defect}.roots.pem", root.pem)
        host = ADDRESS if defect.startswith("ip-") else NAME
        found[defect] = Server(defect, codes, papers, roots, host, NOTES.get(defect, ()))
    return found


NOTES = {"expires-soon": ("expires-soon",)}


def _leaf(issuer: Pair | None, **changes: Any) -> Pair:
    wanted: dict[str, Any] = {"sans": LOCAL, "ekus": (SERVER_AUTH,)}
    return make_cert(changes.pop("cn", NAME), issuer, **wanted | changes)


def _all(folder: Path) -> Iterator[Made]:
    root = make_cert("Server Root", ca=True)
    issuing = make_cert("Server Issuing", root, ca=True)
    support.write(folder / "root.pem", root.pem)
    support.write(folder / "issuing.pem", issuing.pem)
    for defect, code, changes in _changed():
        leaf = _leaf(issuing, **changes)
        yield defect, (code,), leaf.pem, (issuing,), leaf.key_pem, root
    for defect, code, leaf, chain, trusted in _chained(root, issuing):
        yield defect, (code,), leaf.pem, chain, leaf.key_pem, trusted
    leaf = _leaf(issuing)
    yield "bad-signature", ("server-bad-signature",), damaged(leaf), (issuing,), leaf.key_pem, root
    with_rsa = make_cert("Server RSA Issuing", root, ca=True, key=rsa.generate_private_key(65537, 2048))
    for digest, ca in (("sha1", issuing), ("md5", with_rsa)):
        pem = by_openssl(folder, NAME, leaf.key_pem, ca, f"-{digest}", extensions=EXTENSIONS)
        yield digest, ("server-weak-signature",), pem, (ca,), leaf.key_pem, root
    bare = EXTENSIONS.replace("authorityKeyIdentifier = keyid\n", "")
    new_root = make_cert("Server Root", ca=True)
    pem = by_openssl(folder, NAME, leaf.key_pem, new_root, "-sha256", extensions=bare)
    yield "rekeyed-without-aki", ("server-ca-rekeyed", "server-bad-signature"), pem, (), leaf.key_pem, root


def _changed() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Leaves below the good issuing CA: defect, code, and what is other than usual."""
    elsewhere = (x509.DNSName("elsewhere.test"), x509.IPAddress(ipaddress.ip_address("192.0.2.1")))
    as_name = (x509.DNSName(NAME), x509.DNSName(ADDRESS))
    no_signing = x509.KeyUsage(False, False, True, False, False, False, False, False, False)
    yield "good", "ok", {}
    yield "expired", "server-cert-expired", PAST
    yield "not-yet-valid", "server-cert-not-yet-valid", FUTURE
    yield "expires-soon", "ok", {"not_before": NOW - 60 * DAY, "not_after": NOW + DAY}
    yield "wrong-name", "server-name-mismatch", {"cn": "elsewhere.test", "sans": elsewhere[:1]}
    yield "wrong-name-cn-right", "server-name-mismatch", {"sans": elsewhere[:1]}
    yield "wildcard-too-wide", "server-name-mismatch", {"cn": "*", "sans": (x509.DNSName("*.localhost"),)}
    yield "ip-not-in-san", "server-ip-not-in-san", {"sans": (x509.DNSName(NAME), elsewhere[1])}
    yield "ip-as-dns-name", "server-ip-not-in-san", {"sans": as_name}
    yield "ip-good", "ok", {}
    yield "cn-only", "server-cn-only", {"sans": ()}
    yield "client-auth-only", "server-wrong-eku", {"ekus": (CLIENT_AUTH,)}
    yield "no-eku", "ok", {"ekus": ()}
    yield "any-eku", "server-wrong-eku", {"ekus": (ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,)}
    yield "no-signing", "ok", {"key_usage": no_signing}
    yield "unknown-critical", "server-unknown-critical-extension", {"extra": (UNKNOWN_CRITICAL,)}
    yield "rsa1024", "server-weak-key", {"key": rsa.generate_private_key(65537, 1024)}
    yield "rsa2048", "ok", {"key": rsa.generate_private_key(65537, 2048)}
    yield "p384", "ok", {"key": ec.generate_private_key(ec.SECP384R1())}
    yield "ed25519", "ok", {"key": ed25519.Ed25519PrivateKey.generate()}
    yield "expired-and-wrong-name", "server-cert-expired", PAST | {"cn": "elsewhere.test", "sans": elsewhere[:1]}


def _chained(root: Pair, issuing: Pair) -> Iterator[tuple[str, str, Pair, tuple[Pair, ...], Pair]]:
    """Defect, code, leaf, the chain to send below it, the root that the client trusts."""
    other = make_cert("Other Server Root", ca=True)
    other_issuing = make_cert("Other Server Issuing", other, ca=True)
    upper = make_cert("Server Upper", root, ca=True)
    lower = make_cert("Server Lower", upper, ca=True)
    expired = make_cert("Server Old Issuing", root, ca=True, **PAST)
    old_root = make_cert("Server Old Root", ca=True, **PAST)
    not_ca = make_cert("Server Not CA", root)
    crl_only = x509.KeyUsage(False, False, False, False, False, False, True, False, False)
    no_sign = make_cert("Server Without Sign", root, ca=True, key_usage=crl_only)
    tight = make_cert("Server Tight", root, ca=True, path_length=0)
    below = make_cert("Server Below Tight", tight, ca=True)
    dns = x509.NameConstraints([x509.DNSName("permitted.test")], None)
    ip = x509.NameConstraints(None, [x509.IPAddress(ipaddress.ip_network("127.0.0.0/8"))])
    for_dns = make_cert("Server DNS Constrained", root, ca=True, extra=((dns, True),))
    for_ip = make_cert("Server IP Constrained", root, ca=True, extra=((ip, True),))
    new_root, new_issuing = make_cert("Server Root", ca=True), make_cert("Server Issuing", root, ca=True)
    no_id = {"without": (x509.AuthorityKeyIdentifier,)}
    leaf = _leaf(issuing)
    alone = _leaf(None)
    yield "unknown-root", "server-untrusted-root", _leaf(other_issuing), (other_issuing,), root
    yield "root-sent", "server-untrusted-root", _leaf(other_issuing), (other_issuing, other), root
    yield "self-signed", "server-self-signed", alone, (), root
    yield "self-signed-trusted", "ok", alone, (), alone
    yield "missing-intermediate", "server-missing-intermediate", leaf, (), root
    yield "wrong-intermediate", "server-missing-intermediate", leaf, (other_issuing,), root
    yield "extra-certs", "ok", leaf, (issuing, other_issuing, other), root
    yield "own-root-sent", "ok", leaf, (issuing, root), root
    yield "wrong-order", "ok", _leaf(lower), (upper, lower), root
    yield "two-intermediates", "ok", _leaf(lower), (lower, upper), root
    yield "intermediate-expired", "server-chain-expired", _leaf(expired), (expired,), root
    yield "root-expired", "server-chain-expired", _leaf(old_root), (), old_root
    yield "issuing-not-ca", "server-bad-ca", _leaf(not_ca), (not_ca,), root
    yield "issuing-without-cert-sign", "server-bad-ca", _leaf(no_sign), (no_sign,), root
    yield "path-length", "server-pathlen", _leaf(below), (below, tight), root
    yield "name-constraints-dns", "server-name-constraints", _leaf(for_dns), (for_dns,), root
    yield "ip-name-constraints", "server-name-constraints", _leaf(for_ip), (for_ip,), root
    yield "rekeyed-root", "server-ca-rekeyed", _leaf(new_root), (), root
    yield "rekeyed-issuing", "server-ca-rekeyed", _leaf(new_issuing), (issuing,), root
    yield "rekeyed-issuing-without-aki", "server-ca-rekeyed", _leaf(new_issuing, **no_id), (issuing,), root
    yield "leaf-is-ca", "ok", _leaf(issuing, ca=True, key_usage=_both()), (issuing,), root


def _both() -> x509.KeyUsage:
    """For a CA that also signs handshakes."""
    return x509.KeyUsage(True, False, False, False, False, True, True, False, False)

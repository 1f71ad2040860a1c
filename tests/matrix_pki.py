"""The PKI of the matrix: one good hierarchy, and client identities that each have one thing wrong."""

import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import support
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID
from servers import Papers
from support import CLIENT_AUTH, DAY, NOW, SERVER_AUTH, Pair, make_cert
from tls_lab import LOCAL

PAST: dict[str, Any] = {"not_before": NOW - 10 * DAY, "not_after": NOW - DAY}
FUTURE: dict[str, Any] = {"not_before": NOW + DAY, "not_after": NOW + 10 * DAY}
UNKNOWN_CRITICAL = (x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.99999.1"), b"\x05\x00"), True)
ALLOWED = "alice"
"""The common name that servers with an allow list let in; `bob` is the good one that they do not."""


@dataclass(frozen=True)
class Client:
    """A client identity: what is wrong with it, and the codes that name it."""

    defect: str
    codes: tuple[str, ...]
    """What findings[0].code may be where the server refuses it."""
    cert: Path | None
    key: Path | None

    @property
    def options(self) -> tuple[Any, ...]:
        return ("--cert", self.cert, "--key", self.key) if self.cert else ()


@dataclass(frozen=True)
class Pki:
    """Everything as files: papers for servers, clients by defect, CRLs by what is wrong with them."""

    folder: Path
    papers: Papers
    root: Path
    clients: dict[str, Client]
    apart: Papers
    """Papers of a server whose own certificate comes from a CA that has nothing to do with clients."""
    apart_root: Path
    crl: Path
    """Fresh, for every CA of the good hierarchy; revokes the client `revoked`."""
    crl_stale: Path
    crl_without_issuing: Path


# Defect to the codes that name it. Where two are right, the alert or the server's log decides which one is said.
CODES: dict[str, tuple[str, ...]] = {
    "none": ("client-cert-required",),
    "good": (),
    "bob": ("client-cert-not-allowed",),
    "two-intermediates": ("client-chain-too-long",),
    "unknown-ca": ("client-cert-untrusted",),
    "unknown-ca-with-chain": ("client-cert-untrusted",),
    "rekeyed-root": ("client-ca-rekeyed",),
    "rekeyed-issuing": ("client-ca-rekeyed", "client-bad-signature"),
    "self-signed": ("client-cert-self-signed",),
    "expired": ("client-cert-expired",),
    "not-yet-valid": ("client-cert-not-yet-valid",),
    "leaf-only": ("client-cert-missing-intermediate",),
    "wrong-order": ("client-chain-order",),
    "server-auth-only": ("client-cert-wrong-eku",),
    "no-eku": ("client-cert-wrong-eku",),
    "any-eku": ("client-cert-wrong-eku",),
    "no-digital-signature": ("client-cert-wrong-key-usage",),
    "issuing-expired": ("client-chain-expired",),
    "issuing-not-ca": ("client-bad-ca",),
    "issuing-without-cert-sign": ("client-bad-ca",),
    "path-length": ("client-chain-too-long",),
    "name-constraints": ("client-name-constraints",),
    "unknown-critical": ("client-unknown-critical-extension",),
    "bad-signature": ("client-bad-signature",),
    "rsa1024": ("client-cert-weak-key", "client-cert-weak"),
    "sha1": ("client-cert-weak-signature", "client-cert-weak"),
    "ed25519": ("client-cert-wrong-sigalg",),
    "p384": ("client-cert-wrong-sigalg",),
    "p521": ("client-cert-wrong-sigalg",),
    "secp256k1": ("client-cert-wrong-sigalg",),
    "rsa2048": ("client-cert-wrong-sigalg",),
    "rsa3072": ("client-cert-wrong-sigalg",),
    "rsa-pss": ("client-cert-wrong-sigalg",),
    "revoked": ("client-cert-revoked",),
    "leaf-is-ca": ("client-cert-wrong-key-usage", "client-cert-refused"),
    "expired-and-wrong-eku": ("client-cert-expired", "client-cert-wrong-eku"),
    "unknown-and-expired": ("client-cert-untrusted", "client-cert-expired"),
}


def build(folder: Path) -> Pki:
    """Make the hierarchy and every identity."""
    root = make_cert("Matrix Root", ca=True)
    issuing = make_cert("Matrix Issuing", root, ca=True)
    support.write(folder / "root.pem", root.pem)
    support.write(folder / "issuing.pem", issuing.pem)
    server = make_cert("localhost", issuing, sans=LOCAL, ekus=(SERVER_AUTH,))
    papers = Papers(folder / "server.pem", folder / "server.key", folder / "root.pem", folder / "issuing.pem")
    support.write(papers.cert, server.pem, issuing.pem)
    support.write(papers.key, server.key_pem)
    made = {**_simple(issuing), **_chains(root, issuing), **_odd_keys(folder, issuing)}
    clients = {"none": Client("none", CODES["none"], None, None)}
    for name, (leaf, chain, key) in made.items():
        cert = support.write(folder / f"{name}.pem", leaf, *(ca.pem for ca in chain))
        clients[name] = Client(name, CODES[name], cert, support.write(folder / f"{name}.key", key))
    assert set(clients) == set(CODES)
    revoked = x509.load_pem_x509_certificate(made["revoked"][0])
    fresh, stale = _crl(issuing, revoked), _crl(issuing, revoked, last=NOW - 20 * DAY, following=NOW - 10 * DAY)
    return Pki(
        folder,
        papers,
        folder / "root.pem",
        clients,
        _apart(folder, papers),
        folder / "web-root.pem",
        support.write(folder / "crl.pem", fresh, _crl(root)),
        support.write(folder / "crl-stale.pem", stale, _crl(root)),
        support.write(folder / "crl-without-issuing.pem", _crl(root)),
    )


def _apart(folder: Path, papers: Papers) -> Papers:
    root = make_cert("Web Root", ca=True)
    server = make_cert("localhost", root, sans=LOCAL, ekus=(SERVER_AUTH,))
    support.write(folder / "web-root.pem", root.pem)
    cert, key = folder / "web.pem", folder / "web.key"
    support.write(cert, server.pem)
    support.write(key, server.key_pem)
    return papers._replace(cert=cert, key=key)


Made = tuple[bytes, tuple[Pair, ...], bytes]
"""Leaf (PEM), the chain to send below it, the leaf's key (PEM)."""


def _client(issuer: Pair | None, cn: str = ALLOWED, **changes: Any) -> Pair:
    wanted: dict[str, Any] = {"sans": (x509.RFC822Name(f"{cn}@example.test"),), "ekus": (CLIENT_AUTH,)}
    return make_cert(cn, issuer, **wanted | changes)


def _made(leaf: Pair, *chain: Pair) -> Made:
    return leaf.pem, chain, leaf.key_pem


def _simple(issuing: Pair) -> dict[str, Made]:
    """Leaves below the good issuing CA, each with something of its own."""
    encipherment = x509.KeyUsage(False, False, True, False, False, False, False, False, False)
    changes: dict[str, dict[str, Any]] = {
        "good": {},
        "bob": {"cn": "bob"},
        "expired": PAST,
        "not-yet-valid": FUTURE,
        "server-auth-only": {"ekus": (SERVER_AUTH,)},
        "no-eku": {"ekus": ()},
        "any-eku": {"ekus": (ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,)},
        "no-digital-signature": {"key_usage": encipherment},
        "unknown-critical": {"extra": (UNKNOWN_CRITICAL,)},
        "revoked": {},
        "leaf-is-ca": {"ca": True},
        "expired-and-wrong-eku": PAST | {"ekus": (SERVER_AUTH,)},
    }
    made = {name: _made(_client(issuing, **change), issuing) for name, change in changes.items()}
    made["leaf-only"] = _made(_client(issuing))
    leaf = _client(issuing)
    made["bad-signature"] = damaged(leaf), (issuing,), leaf.key_pem
    return made


def _chains(root: Pair, issuing: Pair) -> dict[str, Made]:
    """Leaves whose chain is the fault, or is longer than usual."""
    other = make_cert("Other Root", ca=True)
    other_issuing = make_cert("Other Issuing", other, ca=True)
    upper = make_cert("Matrix Upper", root, ca=True)
    lower = make_cert("Matrix Lower", upper, ca=True)
    tight = make_cert("Matrix Tight", root, ca=True, path_length=0)
    below_tight = make_cert("Matrix Below Tight", tight, ca=True)
    permitted = x509.NameConstraints(permitted_subtrees=[x509.RFC822Name("permitted.test")], excluded_subtrees=None)
    constrained = make_cert("Matrix Constrained", root, ca=True, extra=((permitted, True),))
    expired = make_cert("Matrix Expired", root, ca=True, **PAST)
    leaf_as_ca = make_cert("Matrix Not CA", root)
    crl_only = x509.KeyUsage(False, False, False, False, False, False, True, False, False)
    no_sign = make_cert("Matrix Without Sign", root, ca=True, key_usage=crl_only)
    new_root = make_cert("Matrix Root", ca=True)
    new_issuing = make_cert("Matrix Issuing", root, ca=True)
    two = _client(lower)
    return {
        "two-intermediates": _made(two, lower, upper),
        "wrong-order": _made(two, upper, lower),
        "unknown-ca": _made(_client(other)),
        "unknown-ca-with-chain": _made(_client(other_issuing), other_issuing, other),
        "rekeyed-root": _made(_client(new_root)),
        "rekeyed-issuing": _made(_client(new_issuing), issuing),
        "self-signed": _made(_client(None)),
        "issuing-expired": _made(_client(expired), expired),
        "issuing-not-ca": _made(_client(leaf_as_ca), leaf_as_ca),
        "issuing-without-cert-sign": _made(_client(no_sign), no_sign),
        "path-length": _made(_client(below_tight), below_tight, tight),
        "name-constraints": _made(_client(constrained), constrained),
        "unknown-and-expired": _made(_client(other, **PAST), other),
    }


def _odd_keys(folder: Path, issuing: Pair) -> dict[str, Made]:
    """Leaves with every kind of key and, by the openssl command, with what cryptography does not sign."""
    keys: dict[str, Callable[[], Any]] = {
        "rsa1024": lambda: rsa.generate_private_key(65537, 1024),
        "rsa2048": lambda: rsa.generate_private_key(65537, 2048),
        "rsa3072": lambda: rsa.generate_private_key(65537, 3072),
        "ed25519": ed25519.Ed25519PrivateKey.generate,
        "p384": lambda: ec.generate_private_key(ec.SECP384R1()),
        "p521": lambda: ec.generate_private_key(ec.SECP521R1()),
        "secp256k1": lambda: ec.generate_private_key(ec.SECP256K1()),
    }
    made = {name: _made(_client(issuing, key=key()), issuing) for name, key in keys.items()}
    leaf = _client(issuing)
    made["sha1"] = by_openssl(folder, ALLOWED, leaf.key_pem, issuing, "-sha1"), (issuing,), leaf.key_pem
    made["rsa-pss"] = _rsa_pss(folder, issuing)
    return made


def damaged(pair: Pair) -> bytes:
    """The certificate with one bit of its signature changed: still well-formed."""
    der = bytearray(pair.certificate.public_bytes(Encoding.DER))
    der[-1] ^= 1
    return x509.load_der_x509_certificate(bytes(der)).public_bytes(Encoding.PEM)


def openssl(folder: Path, *words: object) -> bytes:
    """What an openssl command prints; fails with its complaint."""
    done = subprocess.run(["openssl", *map(str, words)], cwd=folder, capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    return done.stdout


CLIENT_EXTENSIONS = """basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = clientAuth
subjectAltName = email:alice@example.test
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
"""


def by_openssl(
    folder: Path, cn: str, key: bytes, issuer: Pair, *how: str, extensions: str = CLIENT_EXTENSIONS
) -> bytes:
    """A leaf made by the openssl command, which still signs with SHA-1 and MD5: PEM."""
    wanted, ca, ca_key, ext = (folder / f"openssl.{part}" for part in ("key", "ca", "ca.key", "ext"))
    for path, content in ((wanted, key), (ca, issuer.pem), (ca_key, issuer.key_pem), (ext, extensions.encode())):
        support.write(path, content)
    request = openssl(folder, "req", "-new", "-key", wanted, "-subj", f"/CN={cn}")
    support.write(folder / "openssl.csr", request)
    words = ("-in", "openssl.csr", "-CA", ca, "-CAkey", ca_key, "-extfile", ext, "-days", "30")
    return openssl(folder, "x509", "-req", *words, *how)


def _rsa_pss(folder: Path, issuing: Pair) -> Made:
    """A key that is for PSS alone (RFC 4055), which cryptography cannot make."""
    key = openssl(folder, "genpkey", "-algorithm", "RSA-PSS", "-pkeyopt", "rsa_keygen_bits:2048")
    return by_openssl(folder, ALLOWED, key, issuing), (issuing,), key


def _crl(
    issuer: Pair, *revoked: x509.Certificate, last: datetime = NOW - DAY, following: datetime = NOW + 10 * DAY
) -> bytes:
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.certificate.subject)
        .last_update(last)
        .next_update(following)
        .add_extension(x509.CRLNumber(1), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key()), critical=False)
    )
    for certificate in revoked:
        entry = x509.RevokedCertificateBuilder().serial_number(certificate.serial_number).revocation_date(last)
        builder = builder.add_revoked_certificate(entry.build())
    return builder.sign(issuer.key, hashes.SHA256()).public_bytes(Encoding.PEM)

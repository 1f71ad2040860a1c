"""The matrix: every client meets the servers of the web, and the answer is held against the server's own log."""

import importlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import matrix
import pytest
from matrix_pki import Pki
from servers import nginx

Codes = dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class Variant:
    """A server with its settings, and the codes that are right where it refuses in a way of its own."""

    name: str
    server: str
    settings: dict[str, Any] = field(default_factory=dict)
    codes: Codes = field(default_factory=dict)
    only: tuple[str, ...] = ()
    """The clients to meet; () is all of them."""
    versions: tuple[str, ...] = matrix.VERSIONS
    apart: bool = False
    """The server's own certificate comes from another CA than those of the clients."""
    trust: str = "client_ca"
    """What the server trusts clients from: the root, or the issuing CA without it."""


SOME = ("none", "good", "bob", "unknown-ca", "unknown-ca-with-chain", "expired", "revoked")
NGINX_ALLOW = 'if ($ssl_client_s_dn != "CN=alice") { return 403; }'
HAPROXY_ALLOW = "http-request deny deny_status 403 unless { ssl_c_s_dn(CN) alice }"
APACHE_ALLOW = '<Location "/">\nRequire expr "%{SSL_CLIENT_S_DN_CN} == \'alice\'"\n</Location>'
FAULTS = (
    *("none", "good", "unknown-ca", "unknown-ca-with-chain", "rekeyed-root", "rekeyed-issuing", "self-signed"),
    *("leaf-only", "expired", "server-auth-only", "issuing-expired", "issuing-not-ca", "path-length", "secp256k1"),
)
APACHE_LOCATION = '<Location "/">\nSSLVerifyClient require\nSSLVerifyDepth 9\n</Location>\nTimeout 2'
HAPROXY_LATE = "http-request deny deny_status 403 if !{ ssl_c_used } or !{ ssl_c_verify 0 }"
BY_APP: Codes = {"bob": ("client-cert-not-allowed", "client-cert-refused-by-app")}
PINNED: Codes = dict.fromkeys(("bob", "revoked"), ("client-cert-not-allowed",))
"""Lists of certificates, not of names: the client `revoked` is another alice."""
LATE_AND_MUTE: Codes = {"revoked": ("client-cert-revoked", "client-cert-refused-by-app")}
"""nginx's page has the same words for everything, and nothing is wrong with this certificate by itself."""
MUTE: Codes = {"revoked": ("client-cert-revoked", "client-cert-refused", "client-cert-revocation-unknown")}
"""They say the same of everything that they do not like, or nothing at all."""
UNKNOWN = ("client-cert-revocation-unknown",)
STALE: Codes = {
    "good": UNKNOWN,
    "bob": UNKNOWN,
    "revoked": (*UNKNOWN, "client-cert-revoked"),
    "expired": (*UNKNOWN, "client-cert-expired"),  # two faults: OpenSSL looks for the CRL first
}
SAYS_NOTHING = (*UNKNOWN, "client-cert-refused", "client-cert-revoked", "client-cert-refused-by-app")
STALE_MUTE: Codes = dict.fromkeys(("good", "bob", "revoked"), SAYS_NOTHING)
NO_NAMES: Codes = dict.fromkeys(("good", "bob", "revoked"), (*UNKNOWN, "client-cert-untrusted"))
"""Python sends no CA names: alert 48 for a CRL that is missing is the same as for an unknown CA."""
TOO_LONG: Codes = dict.fromkeys(("good", "two-intermediates", "expired"), ("client-chain-too-long",))


def _variants() -> Iterator[Variant]:
    """The servers as they are, and with what each can do more."""
    yield Variant("s_server", "s_server")
    yield Variant("s_server-optional", "s_server", {"demand": "optional"}, only=SOME)
    yield Variant("s_server-no-names", "s_server", {"options": ("-no_ca_names",)})
    yield Variant("nginx", "nginx")
    yield Variant("nginx-optional", "nginx", {"demand": "optional"}, only=SOME)
    yield Variant("nginx-depth", "nginx", {"depth": 1}, only=("good", "two-intermediates", "path-length", "expired"))
    yield Variant("nginx-allow", "nginx", {"more": NGINX_ALLOW}, BY_APP, only=SOME)
    yield Variant("apache", "apache")
    yield Variant("apache-depth", "apache", {"depth": 0}, TOO_LONG, only=("none", *TOO_LONG))
    yield Variant("apache-allow", "apache", {"more": APACHE_ALLOW}, BY_APP, only=SOME)
    # It asks once it knows the path: by renegotiation, or after the handshake (RFC 8446, 4.6.2).
    yield Variant("apache-location", "apache", {"demand": "none", "more": APACHE_LOCATION}, only=FAULTS)
    yield Variant("haproxy", "haproxy")
    yield Variant("haproxy-late", "haproxy", {"demand": "late", "more": HAPROXY_LATE}, LATE_AND_MUTE, FAULTS)
    yield Variant("haproxy-optional", "haproxy", {"demand": "optional"}, only=SOME)
    yield Variant("haproxy-allow", "haproxy", {"more": HAPROXY_ALLOW}, BY_APP, only=SOME)
    yield Variant("gnutls", "gnutls")
    yield Variant("stunnel", "stunnel")
    yield Variant("stunnel-allow", "stunnel", {"allowed": "@good"}, PINNED, only=SOME)
    yield Variant("caddy", "caddy")
    yield Variant("caddy-allow", "caddy", {"allowed": "@good"}, PINNED, only=SOME)
    yield Variant("java", "java")
    yield Variant("node", "node")
    yield Variant("node-401", "node", {"judge": True}, only=FAULTS)
    yield Variant("granian", "granian")
    yield Variant("boringssl", "boringssl")
    # In TLS 1.2 the handshake is over, and we are, before it hangs up.
    yield Variant(
        "boringssl-no-alpn", "boringssl", {"alpn": False}, {"good": ("alpn-mismatch",)}, ("good",), versions=("1.3",)
    )
    yield Variant("python", "python")
    yield Variant("python-strict", "python", {"strict": True}, only=SOME)


UNTRUSTED, ALONE = "client-cert-untrusted", "client-cert-missing-intermediate"
NOBODY_KNOWS = (
    "client-cert-revocation-unknown",
    "client-cert-revoked",
    "client-cert-refused",
    "client-cert-refused-by-app",
    UNTRUSTED,
)
APART: Codes = {
    "leaf-only": (ALONE, UNTRUSTED),
    "unknown-ca": (UNTRUSTED, ALONE),
    "rekeyed-root": ("client-ca-rekeyed", "client-cert-not-allowed", *NOBODY_KNOWS),
}
"""Our own roots know nothing of the clients' CA."""
ISSUING: Codes = dict.fromkeys(
    ("good", "bob", "revoked", "leaf-only", "two-intermediates", "rekeyed-root"), (UNTRUSTED,)
) | {"expired": (UNTRUSTED, "client-cert-expired")}
"""OpenSSL wants an anchor that is self-signed; the others take the issuing CA as one."""


def _trusting() -> Iterator[Variant]:
    """Servers with a certificate of another CA, and servers that trust the issuing CA alone."""
    for name in ("s_server", "nginx", "caddy", "java", "gnutls", "granian"):
        yield Variant(f"{name}-apart", name, {}, APART, FAULTS, apart=True)
        yield Variant(f"{name}-issuing", name, {}, ISSUING, only=TRUST, trust="issuing")
    yield Variant("s_server-apart-no-names", "s_server", {"options": ("-no_ca_names",)}, APART, apart=True)


TRUST = (*SOME, "leaf-only", "self-signed", "rekeyed-issuing", "rekeyed-root", "two-intermediates")
REVOKING: dict[str, Codes] = {
    "s_server": {},
    "nginx": LATE_AND_MUTE,
    "apache": {},
    "haproxy": {},
    "gnutls": MUTE,
    "stunnel": {},
    "java": MUTE,
    "node": MUTE,
    "granian": {},
    "python": {},
}
"""The servers that read CRLs, and what is right for the revoked where they do not say so."""


def _revoking() -> Iterator[Variant]:
    """The servers with a good CRL, a stale one, and without the issuing CA's."""
    for name, codes in REVOKING.items():
        stale = STALE_MUTE if codes else STALE
        # rustls does not look at nextUpdate.
        old = stale | {"revoked": ("client-cert-revoked",)} if name == "granian" else stale
        yield Variant(f"{name}-crl", name, {"crl": "@crl"}, codes, SOME)
        yield Variant(f"{name}-crl-stale", name, {"crl": "@crl_stale"}, old, SOME)
        missing = stale | NO_NAMES if name == "python" else stale
        yield Variant(f"{name}-crl-missing", name, {"crl": "@crl_without_issuing"}, missing, SOME)


VARIANTS = (*_variants(), *_trusting(), *_revoking())


TABLES = [pytest.param(one, version, id=f"{one.name}-{version}") for one in VARIANTS for version in one.versions]


@pytest.mark.slow
@pytest.mark.parametrize(("variant", "version"), TABLES)
def test_every_client(variant: Variant, version: str, pki: Pki, tmp_path: Path) -> None:
    """One server, and all clients one after another."""
    matrix.judge(table(variant, version, pki, tmp_path))


GOOD = ("good", "bob", "no-eku", "two-intermediates", "wrong-order", "ed25519", "p384", "p521", "rsa2048", "rsa3072")


@pytest.mark.slow
@pytest.mark.parametrize("version", matrix.VERSIONS)
def test_what_nginx_will_refuse_is_foretold(version: str, pki: Pki, tmp_path: Path) -> None:
    """Without a request there is no verdict: what is wrong with our certificate is a warning, and not certain."""
    faults = {"expired", "not-yet-valid", "self-signed", "unknown-ca", "rekeyed-root", "leaf-only", "server-auth-only"}
    with nginx.run(tmp_path, pki.papers, version=version) as running:
        for defect in (*GOOD, *faults):
            client = pki.clients[defect]
            answer = matrix.ask(f"localhost:{running.port}", "--ca", pki.root, *client.options, "--tls-max", version)
            first, *rest = [finding["code"] for finding in answer["findings"]]
            assert first == "ok", answer["findings"]
            assert not faults & {defect} or rest[0] in client.codes, answer["findings"]
            assert answer["result"]["confidence"] == "likely", answer["findings"]


def table(variant: Variant, version: str, pki: Pki, folder: Path) -> list[matrix.Cell]:
    """All cells of one server and one version of TLS."""
    server = importlib.import_module(f"servers.{variant.server}")
    silent = getattr(server, "SILENT", False)
    settings = {name: pki_file(pki, value) for name, value in variant.settings.items()}
    if variant.apart:
        pki = replace(pki, papers=pki.apart, root=pki.apart_root)
    papers = pki.papers._replace(client_ca=getattr(pki.papers, variant.trust))
    with server.run(folder, papers, version=version, **settings) as running:
        return [
            matrix.meet(
                variant.name, running, pki, client, version, server.verdict, variant.codes.get(defect), silent=silent
            )
            for defect, client in pki.clients.items()
            if not variant.only or defect in variant.only
        ]


def pki_file(pki: Pki, value: Any) -> Any:
    """A setting, with a file of the PKI in the place of its name: `@crl`, or a client's certificate `@good`."""
    if not isinstance(value, str) or not value.startswith("@"):
        return value
    client = pki.clients.get(value[1:])
    return client.cert if client else getattr(pki, value[1:])

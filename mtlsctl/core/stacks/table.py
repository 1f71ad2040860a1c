"""Who refuses what: a cell for each rule and stack, measured by benchmarks/stacks.py, or documented by who makes it.

A refuses nothing on account of the rule (measured), R refuses (measured); a and r the same, documented; ? not known.
A measured cell holds for the version named in STACKS; a documented one has its page in SOURCES.
"""

from typing import NamedTuple


class Stack(NamedTuple):
    """Who verifies, and what the measured cells are about."""

    title: str
    versions: str
    """Those measured; "" where all is documented."""
    note: str = ""
    """How it was set up, where that decides."""


STACKS = {
    "openssl": Stack("OpenSSL", "3.0.22", "s_client and s_server as they come"),
    "curl": Stack("curl", "7.88 with OpenSSL", "it trusts intermediates too"),
    "nginx": Stack("nginx", "1.22", "ssl_verify_depth 1, its default"),
    "apache": Stack("Apache", "2.4", "SSLVerifyDepth 1, its default"),
    "python312": Stack("Python up to 3.12", "3.11", "ssl.create_default_context"),
    "python": Stack("Python from 3.13", "3.13", "ssl.create_default_context, strict from 3.13 on"),
    "node": Stack("Node.js", "20.20"),
    "go": Stack("Go", "1.27", "crypto/tls, with go 1.27 in go.mod; 1.19 differs where VERSIONS says so"),
    "java": Stack("Java", "17", "JSSE, with the HTTPS check of names"),
    "rustls": Stack("rustls", "uv 0.13, granian 2.8"),
    "boringssl": Stack("BoringSSL (gRPC)", "grpcio 1.85"),
    "gnutls": Stack("GnuTLS", "3.7.9"),
    "cryptography": Stack("Python's cryptography", "50", "x509.verification with its defaults"),
    "chrome": Stack("Chrome", ""),
    "apple": Stack("Apple's systems", ""),
}

# What judges a server's certificate, and what judges a client's.
SERVER_STACKS = (
    "openssl",
    "curl",
    "python312",
    "python",
    "node",
    "go",
    "java",
    "rustls",
    "boringssl",
    "gnutls",
    "cryptography",
    "chrome",
    "apple",
)
SERVER = """
#                                     ossl curl p312 p313 node go   java rust bssl gnu  cryp chrm appl
good                                  A    A    A    A    A    A    A    A    A    A    A    a    a
expired                               R    R    R    R    R    R    R    R    R    R    R    r    ?
not-yet-valid                         R    R    R    R    R    R    R    R    R    R    R    r    ?
no-digital-signature                  A    A    A    A    A    A    R    A    R    R    A    ?    ?
cert-sign-without-ca                  A    A    A    R    A    A    A    A    A    A    R    ?    ?
leaf-is-ca                            A    A    A    A    A    A    A    R    A    A    R    ?    ?
no-extended-key-usage                 A    A    A    A    A    A    A    A    A    A    A    ?    r
any-extended-key-usage                R    R    R    R    R    A    A    R    R    A    R    ?    r
leaf-name-constraints                 A    A    A    A    A    A    A    A    A    A    R    ?    ?
no-authority-key-id                   A    A    A    R    A    A    A    A    A    A    R    ?    ?
empty-subject-san-not-critical        A    A    A    R    A    A    R    A    A    A    R    ?    ?
unknown-critical-extension            R    R    R    R    R    R    R    R    R    R    R    r    ?
no-san                                A    A    A    A    A    R    A    R    A    A    R    r    r
no-dns-san                            A    R    A    A    A    R    A    R    A    R    R    r    r
wrong-name                            R    R    R    R    R    R    R    R    R    R    R    r    r
address-as-dns-name                   R    R    R    R    R    R    R    R    A    R    R    ?    ?
name-with-trailing-dot                R    A    R    R    A    R    R    R    A    R    R    ?    ?
partial-wildcard                      A    R    R    R    A    R    A    ?    R    R    R    ?    ?
lifetime-above-825-days               A    A    A    A    A    A    A    A    A    A    A    a    r
wrong-extended-key-usage              R    R    R    R    R    R    R    R    R    R    R    r    r
untrusted                             R    R    R    R    R    R    R    R    R    R    R    r    ?
missing-issuer-to-fetch               R    R    R    R    R    R    R    R    R    R    R    ?    ?
anchor-not-self-signed                R    A    R    A    R    A    A    A    A    A    A    ?    ?
leaf-pinned                           R    A    R    A    R    A    A    R    A    A    A    ?    ?
self-signed-not-ca                    A    A    A    A    A    A    A    A    A    A    A    ?    ?
self-signed-ca                        A    A    A    A    A    A    A    R    A    A    R    ?    ?
self-signed-no-basic-constraints      A    A    A    A    A    A    A    A    A    A    A    ?    ?
two-intermediates                     A    A    A    A    A    A    A    A    A    A    A    a    a
ca-expired                            R    R    R    R    R    R    R    R    R    R    R    r    ?
ca-not-yet-valid                      R    R    R    R    R    R    R    R    R    R    R    r    ?
ca-not-ca                             R    R    R    R    R    R    R    R    R    R    R    r    ?
ca-no-basic-constraints               R    R    R    R    R    R    R    R    R    R    R    r    ?
ca-no-ca-extensions                   R    R    R    R    R    R    R    R    R    R    R    r    ?
ca-basic-constraints-not-critical     A    A    A    R    A    A    A    A    A    A    R    ?    ?
ca-no-key-usage                       A    A    A    R    A    A    A    A    A    A    R    ?    ?
ca-no-cert-sign                       R    R    R    R    R    R    R    A    R    R    R    r    ?
ca-no-subject-key-id                  A    A    A    R    A    A    A    A    A    A    A    ?    ?
ca-unknown-critical-extension         R    R    R    R    R    R    R    R    R    R    R    r    ?
ca-wrong-extended-key-usage           R    R    R    R    R    R    A    R    R    R    R    ?    ?
ca-any-extended-key-usage             R    R    R    R    R    A    A    R    R    R    A    ?    ?
ca-name-constraints                   R    R    R    R    R    R    R    R    R    R    R    r    ?
ca-no-authority-key-id                A    A    A    R    A    A    A    A    A    A    A    ?    ?
ca-path-length                        R    R    R    R    R    R    R    R    R    R    R    r    ?
anchor-expired                        R    R    R    R    R    R    A    A    R    R    R    ?    ?
anchor-not-yet-valid                  R    R    R    R    R    R    A    A    R    R    R    ?    ?
anchor-not-ca                         R    R    R    R    R    R    R    A    A    R    R    ?    ?
anchor-no-basic-constraints           A    A    A    R    A    R    R    A    A    A    R    ?    ?
anchor-no-ca-extensions               R    R    R    R    R    R    R    A    A    A    R    ?    ?
anchor-basic-constraints-not-critical A    A    A    R    A    A    A    A    A    A    R    ?    ?
anchor-no-key-usage                   A    A    A    R    A    A    A    A    A    A    R    ?    ?
anchor-no-cert-sign                   R    R    R    R    R    R    R    A    R    R    R    ?    ?
anchor-no-subject-key-id              A    A    A    R    A    A    A    A    A    A    A    ?    ?
anchor-unknown-critical-extension     R    R    R    R    R    R    A    A    A    R    R    ?    ?
anchor-wrong-extended-key-usage       R    R    R    R    R    R    A    A    A    A    R    ?    ?
anchor-any-extended-key-usage         R    R    R    R    R    A    A    A    A    A    A    ?    ?
anchor-name-constraints               R    R    R    R    R    R    A    R    R    R    R    ?    ?
anchor-path-length                    R    R    R    R    R    R    A    A    A    R    R    ?    ?
p521                                  A    A    A    A    A    A    A    A    R    A    A    r    ?
other-curve                           R    R    R    R    R    R    R    R    R    R    A    r    ?
rsa-below-2048                        R    R    R    R    A    A    A    R    A    A    A    ?    r
rsa-below-1024                        R    R    R    R    R    R    R    R    A    R    A    ?    ?
ed25519                               A    A    A    A    A    A    A    A    R    A    A    r    ?
ed448                                 A    A    A    A    A    R    A    R    R    A    A    r    ?
ml-dsa                                R    R    R    R    R    A    R    A    R    R    A    r    ?
dsa-key                               R    R    R    R    A    R    A    R    R    R    A    ?    ?
ca-dsa-key                            A    A    A    A    A    R    R    R    R    A    R    ?    ?
other-key                             ?    ?    ?    ?    ?    ?    ?    ?    ?    ?    ?    ?    ?
ca-other-key                          ?    ?    ?    ?    ?    ?    ?    ?    ?    ?    ?    ?    ?
ca-p521                               A    A    A    A    A    A    A    A    A    A    A    ?    ?
ca-other-curve                        A    A    A    A    A    R    R    R    R    R    R    ?    ?
ca-rsa-below-2048                     R    R    R    R    A    A    A    R    A    A    R    ?    r
ca-rsa-below-1024                     R    R    R    R    R    R    R    R    A    R    R    ?    ?
ca-ed25519                            A    A    A    A    A    A    A    A    A    A    R    ?    ?
ca-ed448                              A    A    A    A    A    R    A    R    R    A    R    ?    ?
ca-ml-dsa                             R    R    R    R    R    A    R    A    A    R    A    ?    ?
rsa-pss-key                           A    A    A    A    A    R    A    R    R    A    A    ?    ?
ca-rsa-pss-key                        A    A    A    A    A    R    A    R    R    A    R    ?    ?
sha1                                  R    R    R    R    R    R    A    R    A    R    R    r    r
ca-sha1                               R    R    R    R    R    R    A    R    A    R    R    r    r
anchor-sha1                           A    A    A    A    A    A    A    A    A    A    A    ?    ?
md5                                   R    R    R    R    R    R    R    R    R    R    R    r    r
ca-md5                                R    R    R    R    R    R    R    R    R    R    R    r    r
anchor-md5                            A    A    A    A    A    A    A    A    A    A    A    ?    ?
duplicate-extension                   A    A    A    A    A    R    R    A    A    R    R    ?    ?
name-not-ascii                        A    A    A    A    A    R    A    A    A    A    A    ?    ?
unreadable                            ?    ?    ?    ?    ?    ?    ?    ?    ?    ?    ?    ?    ?
serial-zero                           A    A    A    A    A    A    A    A    A    A    A    ?    ?
ca-serial-zero                        A    A    A    A    A    A    A    A    A    A    A    ?    ?
anchor-serial-zero                    A    A    A    A    A    A    A    A    A    A    A    ?    ?
serial-negative                       A    A    A    A    A    R    A    A    A    A    R    ?    ?
ca-serial-negative                    A    A    A    A    A    R    A    A    A    A    R    ?    ?
anchor-serial-negative                A    A    A    A    A    R    A    A    A    A    R    ?    ?
serial-long                           A    A    A    A    A    A    A    A    A    A    A    ?    ?
ca-serial-long                        A    A    A    A    A    A    A    A    A    A    A    ?    ?
anchor-serial-long                    A    A    A    A    A    A    A    A    A    A    A    ?    ?
version-1                             A    A    A    A    A    R    A    R    A    A    R    ?    ?
ca-version-1                          R    R    R    R    R    R    R    R    R    R    R    ?    ?
anchor-version-1                      A    A    A    R    A    A    A    A    A    A    R    ?    ?
wrong-order                           A    A    A    A    A    A    A    A    A    A    A    ?    ?
extra-certificates                    A    A    A    A    A    A    A    A    A    A    A    ?    ?
authority-key-id-mismatch             R    R    R    R    R    A    A    A    R    R    A    ?    ?
one-intermediate                      A    A    A    A    A    A    A    A    A    A    A    a    a
revoked                               ?    ?    ?    ?    ?    ?    ?    ?    ?    ?    ?    ?    ?
revocation-unknown                    ?    ?    ?    ?    ?    ?    ?    ?    ?    ?    ?    ?    ?
leaf-not-first                        ?    ?    ?    ?    ?    ?    ?    ?    ?    ?    ?    ?    ?
ca-name-constraints-many              ?    ?    ?    ?    ?    ?    ?    ?    ?    ?    ?    ?    ?
anchor-name-constraints-many          ?    ?    ?    ?    ?    ?    ?    ?    ?    ?    ?    ?    ?
no-certificate-policy                 A    A    A    A    A    R    R    A    R    A    R    ?    ?
ca-rare-name-constraints              R    R    R    R    R    R    R    R    R    ?    R    ?    ?
anchor-rare-name-constraints          R    R    R    R    R    R    A    R    R    ?    R    ?    ?
rsa-small-exponent                    A    A    A    A    A    A    A    A    A    A    A    ?    ?
ca-rsa-small-exponent                 A    A    A    A    A    A    A    A    A    A    A    ?    ?
"""
CLIENT_STACKS = (
    "openssl",
    "nginx",
    "apache",
    "python312",
    "python",
    "node",
    "go",
    "java",
    "rustls",
    "boringssl",
    "gnutls",
    "cryptography",
)
CLIENT = """
#                                     ossl ngnx apch p312 p313 node go   java rust bssl gnu  cryp
good                                  A    A    A    A    A    A    A    A    A    A    A    A
expired                               R    R    R    R    R    R    R    R    R    R    R    R
not-yet-valid                         R    R    R    R    R    R    R    R    R    R    R    R
no-digital-signature                  R    R    R    R    R    R    A    R    A    R    R    A
cert-sign-without-ca                  A    A    A    A    R    A    A    A    A    A    A    R
leaf-is-ca                            A    A    A    A    A    A    A    A    R    A    A    R
no-extended-key-usage                 A    A    A    A    A    A    A    A    A    A    A    A
any-extended-key-usage                R    R    R    R    R    R    A    A    R    R    A    R
leaf-name-constraints                 A    A    A    A    A    A    A    A    A    A    A    R
no-authority-key-id                   A    A    A    A    R    A    A    A    A    A    A    R
empty-subject-san-not-critical        A    A    A    A    R    A    A    R    A    A    A    R
unknown-critical-extension            R    R    R    R    R    R    R    R    R    R    R    R
no-client-san                         A    A    A    A    A    A    A    A    A    A    A    R
wrong-extended-key-usage              R    R    R    R    R    R    R    R    R    R    A    R
untrusted                             R    R    R    R    R    R    R    R    R    R    R    R
missing-issuer-to-fetch               R    R    R    R    R    R    R    R    R    R    R    R
two-intermediates                     A    R    R    A    A    A    A    A    A    A    A    A
ca-expired                            R    R    R    R    R    R    R    R    R    R    R    R
ca-not-yet-valid                      R    R    R    R    R    R    R    R    R    R    R    R
ca-not-ca                             R    R    R    R    R    R    R    R    R    R    R    R
ca-no-basic-constraints               R    R    R    R    R    R    R    R    R    R    R    R
ca-no-ca-extensions                   R    R    R    R    R    R    R    R    R    R    R    R
ca-basic-constraints-not-critical     A    A    A    A    R    A    A    A    A    A    A    R
ca-no-key-usage                       A    A    A    A    R    A    A    A    A    A    A    R
ca-no-cert-sign                       R    R    R    R    R    R    R    R    A    R    R    R
ca-no-subject-key-id                  A    A    A    A    R    A    A    A    A    A    A    A
ca-unknown-critical-extension         R    R    R    R    R    R    R    R    R    R    R    R
ca-wrong-extended-key-usage           R    R    R    R    R    R    R    A    R    R    A    R
ca-any-extended-key-usage             R    R    R    R    R    R    A    A    R    R    A    A
ca-name-constraints                   R    R    R    R    R    R    R    R    R    R    R    R
ca-no-authority-key-id                A    A    A    A    R    A    A    A    A    A    A    A
ca-path-length                        R    R    R    R    R    R    R    R    R    R    R    R
anchor-expired                        R    R    R    R    R    R    R    A    A    R    R    R
anchor-not-yet-valid                  R    R    R    R    R    R    R    A    A    R    R    R
anchor-not-ca                         R    R    R    R    R    R    R    R    A    A    R    R
anchor-no-basic-constraints           A    A    A    A    R    A    R    R    A    A    A    R
anchor-no-ca-extensions               R    R    R    R    R    R    R    R    A    A    A    R
anchor-basic-constraints-not-critical A    A    A    A    R    A    A    A    A    A    A    R
anchor-no-key-usage                   A    A    A    A    R    A    A    A    A    A    A    R
anchor-no-cert-sign                   R    R    R    R    R    R    R    R    A    R    R    R
anchor-no-subject-key-id              A    A    A    A    R    A    A    A    A    A    A    A
anchor-unknown-critical-extension     R    R    R    R    R    R    R    A    A    A    R    R
anchor-wrong-extended-key-usage       R    R    R    R    R    R    R    A    A    A    A    R
anchor-any-extended-key-usage         R    R    R    R    R    R    A    A    A    A    A    A
anchor-name-constraints               R    R    R    R    R    R    R    A    R    R    R    R
anchor-path-length                    R    R    R    R    R    R    R    A    A    A    R    R
p521                                  A    A    A    A    A    A    A    A    R    R    A    A
other-curve                           R    R    R    R    R    R    R    R    R    R    R    A
rsa-below-2048                        R    R    R    R    R    A    A    A    R    A    A    A
rsa-below-1024                        R    R    R    R    R    R    R    R    R    A    R    A
ed25519                               A    A    A    A    A    A    A    A    A    R    A    A
ed448                                 A    A    A    A    A    A    R    A    R    R    A    A
ml-dsa                                R    R    R    R    R    R    A    R    R    R    R    A
dsa-key                               R    R    R    R    R    R    R    R    R    R    R    A
ca-dsa-key                            A    A    A    A    A    A    R    R    R    R    A    R
other-key                             ?    ?    ?    ?    ?    ?    ?    ?    ?    ?    ?    ?
ca-other-key                          ?    ?    ?    ?    ?    ?    ?    ?    ?    ?    ?    ?
ca-p521                               A    A    A    A    A    A    A    A    R    A    A    A
ca-other-curve                        A    A    A    A    A    A    R    R    R    R    R    R
ca-rsa-below-2048                     R    R    R    R    R    A    A    A    R    A    A    R
ca-rsa-below-1024                     R    R    R    R    R    R    R    R    R    A    R    R
ca-ed25519                            A    A    A    A    A    A    A    A    A    A    A    R
ca-ed448                              A    A    A    A    A    A    R    A    R    R    A    R
ca-ml-dsa                             R    R    R    R    R    R    A    R    R    A    R    A
rsa-pss-key                           A    A    A    A    A    A    R    A    R    R    A    A
ca-rsa-pss-key                        A    A    A    A    A    A    R    A    R    R    A    R
sha1                                  R    R    R    R    R    R    R    A    R    A    R    R
ca-sha1                               R    R    R    R    R    R    R    A    R    A    R    R
md5                                   R    R    R    R    R    R    R    R    R    R    R    R
ca-md5                                R    R    R    R    R    R    R    R    R    R    R    R
duplicate-extension                   A    A    A    A    A    A    R    R    A    A    R    R
serial-zero                           A    A    A    A    A    A    A    A    A    A    A    A
ca-serial-zero                        A    A    A    A    A    A    A    A    A    A    A    A
serial-negative                       A    A    A    A    A    A    R    A    A    A    A    R
ca-serial-negative                    A    A    A    A    A    A    R    A    A    A    A    R
serial-long                           A    A    A    A    A    A    A    A    A    A    A    A
ca-serial-long                        A    A    A    A    A    A    A    A    A    A    A    A
version-1                             A    A    A    A    A    A    A    A    R    A    A    R
ca-version-1                          R    R    R    R    R    R    R    R    R    R    R    R
wrong-order                           A    A    A    A    A    A    A    A    A    A    A    A
extra-certificates                    A    A    A    A    A    A    A    A    A    A    A    A
authority-key-id-mismatch             R    R    R    R    R    R    A    A    A    R    R    A
anchor-not-self-signed                R    R    R    R    A    R    A    A    A    A    A    A
leaf-pinned                           R    R    R    R    A    R    A    A    R    A    A    A
self-signed-not-ca                    A    A    A    A    A    A    A    A    A    A    A    A
self-signed-ca                        A    A    A    A    A    A    A    A    R    A    A    R
self-signed-no-basic-constraints      A    A    A    A    A    A    A    A    A    A    A    A
anchor-sha1                           A    A    A    A    A    A    A    A    A    A    A    A
anchor-md5                            A    A    A    A    A    A    A    A    A    A    A    A
anchor-serial-zero                    A    A    A    A    A    A    A    A    A    A    A    A
anchor-serial-negative                A    A    A    A    A    A    R    A    A    A    A    R
anchor-serial-long                    A    A    A    A    A    A    A    A    A    A    A    A
anchor-version-1                      A    A    A    A    R    A    A    A    A    A    A    R
one-intermediate                      A    A    R    A    A    A    A    A    A    A    A    A
revoked                               ?    ?    ?    ?    ?    ?    ?    ?    ?    ?    ?    ?
revocation-unknown                    ?    ?    ?    ?    ?    ?    ?    ?    ?    ?    ?    ?
unreadable                            ?    ?    ?    ?    ?    ?    ?    ?    ?    ?    ?    ?
name-not-ascii                        ?    ?    ?    ?    ?    ?    ?    ?    ?    ?    ?    ?
leaf-not-first                        ?    ?    ?    ?    ?    ?    ?    ?    ?    ?    ?    ?
ca-name-constraints-many              ?    ?    ?    ?    ?    ?    ?    ?    ?    ?    ?    ?
anchor-name-constraints-many          ?    ?    ?    ?    ?    ?    ?    ?    ?    ?    ?    ?
no-certificate-policy                 A    A    A    A    A    A    R    R    A    R    A    R
ca-rare-name-constraints              R    R    R    R    R    R    R    R    R    R    ?    R
anchor-rare-name-constraints          R    R    R    R    R    R    R    A    R    R    ?    R
rsa-small-exponent                    A    A    A    A    A    A    A    A    A    A    A    A
ca-rsa-small-exponent                 A    A    A    A    A    A    A    A    A    A    A    A
"""

_ERRORS = "https://chromium.googlesource.com/chromium/src/+/main/net/base/net_error_list.h"
_SOCKET = "https://chromium.googlesource.com/chromium/src/+/main/net/socket/ssl_client_socket_impl.cc"
_PATHS = "https://boringssl.googlesource.com/boringssl/+/refs/heads/main/pki/verify_certificate_chain.cc"
APPLE_SOURCE = "https://support.apple.com/en-us/103769"
_LIFETIMES = "https://www.chromium.org/Home/chromium-security/root-ca-policy/"  # for public roots alone
_CHROME = {
    _ERRORS: "expired not-yet-valid ca-expired ca-not-yet-valid untrusted wrong-name no-san no-dns-san sha1 ca-sha1 md5"
    " ca-md5",
    _PATHS: "good one-intermediate two-intermediates unknown-critical-extension ca-unknown-critical-extension ca-not-ca"
    " ca-no-basic-constraints ca-no-ca-extensions ca-no-cert-sign ca-path-length ca-name-constraints"
    " wrong-extended-key-usage",
    _SOCKET: "ed25519 ed448 p521 other-curve ml-dsa",
    _LIFETIMES: "lifetime-above-825-days",
}
SOURCES: dict[str, dict[str, str]] = {
    "chrome": {rule: page for page, rules in _CHROME.items() for rule in rules.split()},
}
"""The page behind each documented cell, by stack and rule; all of Apple's are on one."""

_ON_OPENSSL = ("curl", "nginx", "apache", "python312", "python", "node")
# Cells that hold for a part of the versions only: what to say in place of STACKS' version.
VERSIONS = {
    **{(name, rule): "with OpenSSL before 3.5" for name in _ON_OPENSSL for rule in ("ml-dsa", "ca-ml-dsa")},
    ("openssl", "ml-dsa"): "before 3.5",
    ("openssl", "ca-ml-dsa"): "before 3.5",
    ("go", "ml-dsa"): "from 1.27",
    ("go", "ca-ml-dsa"): "from 1.27",
    ("go", "sha1"): "from 1.18",
    ("go", "ca-sha1"): "from 1.18",
    ("go", "no-san"): "from 1.15",
    ("go", "serial-negative"): "from 1.23",
    ("go", "ca-serial-negative"): "from 1.23",
    ("go", "anchor-serial-negative"): "from 1.23",
    ("go", "rsa-below-1024"): "from 1.24",
    ("go", "ca-rsa-below-1024"): "from 1.24",
    ("apple", "no-extended-key-usage"): "from iOS 13 and macOS 10.15",
    ("apple", "lifetime-above-825-days"): "from iOS 13 and macOS 10.15",
}

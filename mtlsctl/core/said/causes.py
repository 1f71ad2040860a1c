"""Causes: why a certificate is refused, with the codes for a server's certificate and for a client's."""

from typing import NamedTuple


class Cause(NamedTuple):
    """A cause in words, and its codes, most likely first."""

    words: str
    server: tuple[str, ...]
    """The codes where a client refuses a server's certificate."""
    client: tuple[str, ...]
    """The codes where a server refuses a client's."""


def _both(words: str, *suffixes: str) -> Cause:
    return Cause(words, tuple(f"server-{s}" for s in suffixes), tuple(f"client-{s}" for s in suffixes))


CAUSES = {
    "untrusted": Cause(
        "its issuer is not among the CAs that are trusted or sent",
        ("server-untrusted-root", "server-missing-intermediate", "server-ca-rekeyed"),
        ("client-cert-untrusted", "client-cert-missing-intermediate", "client-ca-rekeyed"),
    ),
    "leaf-alone": Cause(
        "it came alone, and its issuer is not known",
        ("server-missing-intermediate", "server-untrusted-root"),
        ("client-cert-missing-intermediate", "client-cert-untrusted"),
    ),
    "root-untrusted": Cause(
        "the chain ends at a root that is not trusted",
        ("server-untrusted-root", "tls-interception"),
        ("client-cert-untrusted",),
    ),
    "self-signed": Cause(
        "it is self-signed and not trusted itself", ("server-self-signed",), ("client-cert-self-signed",)
    ),
    "expired": Cause(
        "a certificate has expired",
        ("server-cert-expired", "server-chain-expired", "clock-skew"),
        ("client-cert-expired", "client-chain-expired", "clock-skew"),
    ),
    "chain-expired": Cause(
        "a CA certificate above it has expired",
        ("server-chain-expired", "clock-skew"),
        ("client-chain-expired", "clock-skew"),
    ),
    "not-yet-valid": Cause(
        "a certificate is not valid yet",
        ("server-cert-not-yet-valid", "clock-skew"),
        ("client-cert-not-yet-valid", "clock-skew"),
    ),
    "name": Cause("it is for other names", ("server-name-mismatch",), ("client-name-mismatch",)),
    "address": Cause("it does not name the IP address", ("server-ip-not-in-san",), ("client-name-mismatch",)),
    "cn-only": Cause("its name stands in the common name alone", ("server-cn-only",), ("client-name-mismatch",)),
    "eku": Cause("its extended key usage forbids this use", ("server-wrong-eku",), ("client-cert-wrong-eku",)),
    "key-usage": Cause("its key usage forbids this use", ("server-wrong-key-usage",), ("client-cert-wrong-key-usage",)),
    "bad-ca": _both("a certificate above it is no CA, or may not sign", "bad-ca"),
    "pathlen": Cause("there are more CAs than one of them allows", ("server-pathlen",), ("client-chain-too-long",)),
    "name-constraints": _both("a CA above it may not issue for its name", "name-constraints"),
    "critical-extension": _both("it has a critical extension that is unknown", "unknown-critical-extension"),
    "bad-signature": _both("a signature does not fit the issuer's key", "ca-rekeyed", "bad-signature"),
    "weak-key": Cause("a key is too weak", ("server-weak-key",), ("client-cert-weak-key",)),
    "weak-signature": Cause(
        "a signature is over a hash that is too weak", ("server-weak-signature",), ("client-cert-weak-signature",)
    ),
    "revoked": _both("it is revoked", "cert-revoked"),
    "no-crl": Cause(
        "revocation is checked and there is no usable CRL or OCSP answer",
        ("server-crl-missing",),
        ("client-cert-revocation-unknown",),
    ),
    "old-crl": Cause("the CRL is out of date", ("server-crl-expired",), ("client-cert-revocation-unknown",)),
    "malformed": _both("it is malformed, or breaks a rare rule", "cert-invalid"),
    "strict": Cause("it lacks what strict verifiers demand", ("portability",), ("portability",)),
    "not-allowed": Cause("the program's own check refused it", ("server-name-mismatch",), ("client-cert-not-allowed",)),
    "any": Cause(
        "it does not verify, and the text does not say why",
        ("server-untrusted-root", "server-missing-intermediate", "server-cert-expired", "server-name-mismatch"),
        ("client-cert-untrusted", "client-cert-missing-intermediate", "client-cert-expired", "client-cert-wrong-eku"),
    ),
    "path": Cause(
        "no path from it to a trusted root holds",
        (
            "server-untrusted-root",
            "server-missing-intermediate",
            "server-cert-expired",
            "server-chain-expired",
            "server-bad-ca",
            "server-pathlen",
            "server-name-constraints",
            "server-unknown-critical-extension",
        ),
        (
            "client-cert-untrusted",
            "client-cert-missing-intermediate",
            "client-cert-expired",
            "client-chain-expired",
            "client-bad-ca",
            "client-name-constraints",
        ),
    ),
    "untrusted-or-name": Cause(
        "it does not verify for this name",
        ("server-name-mismatch", "server-untrusted-root", "server-missing-intermediate", "server-cert-expired"),
        ("client-cert-untrusted", "client-cert-expired"),
    ),
    "not-trusted-at-0": Cause(
        "the leaf does not verify",
        ("server-untrusted-root", "server-cert-expired", "server-wrong-eku"),
        (
            "client-cert-untrusted",
            "client-cert-expired",
            "client-cert-wrong-eku",
            "client-cert-missing-intermediate",
            "client-cert-not-yet-valid",
            "client-cert-self-signed",
            "client-ca-rekeyed",
            "client-cert-revocation-unknown",
        ),
    ),
}


class Heard(NamedTuple):
    """The causes behind an alert, by who receives it."""

    client: tuple[str, ...]
    """A client receives it: the server refuses."""
    server: tuple[str, ...]
    """A server receives it: the client refuses. Empty: clients do not send this alert."""
    note: str = ""


def _heard(client: str, server: str = "", note: str = "") -> Heard:
    return Heard(tuple(client.split()), tuple(server.split()), note)


# What stands behind each alert was measured against a dozen stacks, with one fault at a time.
ALERTS = {
    0: _heard("connection-closed", "connection-closed"),
    10: _heard("starttls-required not-tls", "not-tls"),
    40: _heard(
        "client-cert-required no-shared-cipher no-shared-group no-shared-sigalg sni-required",
        "no-shared-sigalg no-shared-cipher legacy-renegotiation",
        "in TLS 1.2 it also means that no client certificate was sent; before the server's hello it is about ciphers,"
        " groups or key types, not certificates",
    ),
    41: _heard("client-cert-required"),
    42: _heard(
        "client-cert-untrusted client-cert-required client-cert-expired client-cert-not-yet-valid"
        " client-cert-wrong-eku client-cert-weak-key",
        "server-untrusted-root server-missing-intermediate server-name-mismatch server-cert-expired"
        " server-cert-not-yet-valid server-weak-key",
        "Go before 1.21 and GnuTLS say 42 for every fault, Java before 21 for no certificate at all, OpenSSL for one"
        " that is not valid yet, has a weak key or another name",
    ),
    43: _heard("client-cert-wrong-eku client-cert-wrong-key-usage", "server-wrong-eku server-wrong-key-usage"),
    44: _heard("client-cert-revoked", "server-cert-revoked"),
    45: _heard(
        "client-cert-expired client-chain-expired client-cert-revocation-unknown clock-skew client-cert-not-yet-valid",
        "server-cert-expired server-chain-expired server-crl-expired clock-skew server-cert-not-yet-valid",
        "OpenSSL sends it for a stale CRL too, Go and rustls for one that is not valid yet",
    ),
    46: _heard(
        "client-cert-untrusted client-cert-missing-intermediate client-cert-expired client-cert-wrong-eku"
        " client-name-constraints client-unknown-critical-extension client-bad-ca",
        "server-untrusted-root server-missing-intermediate server-name-mismatch server-cert-expired server-wrong-eku"
        " server-name-constraints server-unknown-critical-extension",
        "Java, Chrome and .NET say 46 for almost every fault; OpenSSL for name constraints and critical extensions",
    ),
    47: _heard("client-cert-weak-key", "server-wrong-key-usage"),
    48: _heard(
        "client-cert-untrusted client-cert-missing-intermediate client-cert-self-signed client-ca-rekeyed"
        " client-chain-too-long client-cert-revocation-unknown",
        "server-untrusted-root server-missing-intermediate server-self-signed server-ca-rekeyed server-bad-ca"
        " server-pathlen server-crl-missing",
        "OpenSSL also sends it for a missing CRL and for a chain that is too long",
    ),
    49: _heard(
        "client-cert-not-allowed client-cert-untrusted client-cert-expired",
        "server-untrusted-root server-name-mismatch",
        "GnuTLS servers say 49 for every certificate that does not verify",
    ),
    50: _heard("client-cert-required not-tls", "not-tls", "GnuTLS servers say 50 in TLS 1.2 where none was sent"),
    51: _heard(
        "client-ca-rekeyed client-bad-signature client-cert-weak-signature client-cert-weak-key",
        "server-ca-rekeyed server-bad-signature server-weak-signature server-weak-key",
        "rustls also sends it for SHA-1 and RSA below 2048 bits",
    ),
    70: _heard("protocol-version", "protocol-version"),
    71: _heard("no-shared-cipher protocol-version", "no-shared-cipher"),
    80: _heard(
        "client-chain-too-long client-cert-refused",
        "server-wrong-key-usage",
        "Apache says 80 where SSLVerifyDepth is exceeded, OpenSSL where a session cannot be resumed",
    ),
    86: _heard("protocol-version"),
    100: _heard("client-cert-required", "client-cert-required", "the certificate was asked for late, by renegotiation"),
    109: _heard("sni-required no-shared-group", "no-shared-group"),
    111: _heard(""),
    112: _heard("sni-unrecognized sni-required"),
    113: _heard("", "server-crl-missing"),
    116: _heard("client-cert-required client-cert-not-sent client-cert-wrong-sigalg"),
    120: _heard("alpn-mismatch"),
}

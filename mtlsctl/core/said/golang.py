"""What Go says beside alerts: crypto/tls, crypto/x509 and net/http."""

from mtlsctl.core.said.row import refuses, rows, says

_NO_CERT = says("server", "client-cert-required client-cert-not-sent client-cert-wrong-sigalg")
_NOT_PEM = says("local", "client-file-invalid")
_MASKED = says("network", "connection-reset client-cert-refused client-cert-required")
_FIRST_WORDS = "the first bytes that came are no TLS: only the bytes themselves tell which protocol it is"
_READ_FIRST = "whoever writes before reading loses the alert that says why; mtlsctl handshake reads first"
_LIST = "Go, Java and .NET leave a certificate out when no CA that the server lists issued it; others send it anyway"
_BECAUSE = "certificate signed by unknown authority (possibly because of"
_WHILE = "while trying to verify candidate authority certificate"

GO = (
    *rows(
        "Go",
        "",
        "measured: Go 1.19",
        ("certificate signed by unknown authority", refuses("untrusted")),
        (f'{_BECAUSE} "x509: {{_}} verification failure" {_WHILE} "{{issuer}}"', refuses("bad-signature")),
        (f'{_BECAUSE} "crypto/rsa: verification error" {_WHILE} "{{issuer}}"', refuses("bad-signature")),
        (f'{_BECAUSE} "x509: invalid signature: parent certificate cannot sign this kind', refuses("bad-ca")),
        (f'{_BECAUSE} "x509: cannot verify signature: insecure algorithm', refuses("weak-signature")),
        ("certificate has expired or is not yet valid: current time {now} is after {not_after}", refuses("expired")),
        (
            "certificate has expired or is not yet valid: current time {now} is before {not_before}",
            refuses("not-yet-valid"),
        ),
        ("certificate is valid for {names}, not {host}", refuses("name")),
        (
            "certificate relies on legacy Common Name field, use SANs instead",
            refuses("cn-only"),
        ),
        ("cannot validate certificate for {host} because it doesn't contain any IP SANs", refuses("address")),
        ("certificate specifies an incompatible key usage", refuses("eku")),
        ("certificate is not authorized to sign for this name", refuses("name-constraints")),
        ("too many intermediates for path length constraint", refuses("pathlen")),
        ("client didn't provide a certificate", _NO_CERT, _LIST),
        ("server gave HTTP response to HTTPS client", says("network", "plain-http-port")),
        (
            "first record does not look like a TLS handshake",
            says("network", "plain-http-port starttls-required not-tls"),
            _FIRST_WORDS,
        ),
        ("Client sent an HTTP request to an HTTPS server", says("server", "plain-http-port")),
        ("private key does not match public key", says("local", "client-key-mismatch client-chain-order")),
        ("failed to find any PEM data in certificate input", _NOT_PEM),
        ("failed to find any PEM data in key input", _NOT_PEM),
        ("failed to find certificate PEM data in certificate input, but did find a private key", _NOT_PEM),
        ("tls: failed to parse private key", says("local", "client-key-encrypted client-file-invalid")),
        ("open {file}: no such file or directory", says("local", "client-file-unreadable")),
        ("lookup {host} on {_}: no such host", says("network", "dns-failure")),
        ("connect: connection refused", says("network", "connection-refused")),
    ),
    *rows(
        "Go",
        "",
        "documented: Go, crypto/tls, crypto/x509, net/http",
        ("lookup {host}: no such host", says("network", "dns-failure")),
        (
            "certificate is not valid for any names, but wanted to match {host}",
            says("client", "server-cn-only server-name-mismatch"),
        ),
        ("certificate is not authorized to sign other certificates", refuses("bad-ca")),
        (
            "certificate has expired or is not yet valid",
            says("nobody", "server-cert-expired server-cert-not-yet-valid clock-skew"),
        ),
        ("cannot verify signature: insecure algorithm", refuses("weak-signature")),
        ("issuer name does not match subject from issuing certificate", refuses("untrusted")),
        ("negative serial number", refuses("malformed")),
        ("certificate contains duplicate extensions", refuses("malformed")),
        ("tls: client offered only unsupported versions", says("server", "protocol-version")),
        ("tls: server selected unsupported protocol version", says("client", "protocol-version")),
        ("tls: no supported versions satisfy MinVersion and MaxVersion", says("local", "protocol-version")),
        ("tls: no cipher suite supported by both client and server", says("server", "no-shared-cipher")),
        ("tls: no ECDHE curve supported by both client and server", says("server", "no-shared-group")),
        ("tls: no key exchanges supported by both client and server", says("server", "no-shared-group")),
        ("tls: peer doesn't support any of the certificate's signature algorithms", says("server", "no-shared-sigalg")),
        ("tls: peer doesn't support the certificate custom signature algorithms", says("server", "no-shared-sigalg")),
        ("tls: client requested unsupported application protocols", says("server", "alpn-mismatch")),
        ("tls: server did not select an ALPN protocol", says("client", "alpn-mismatch")),
        ("missing selected ALPN property", says("client", "alpn-mismatch tls-interception")),
        (
            "tls: oversized record received with length",
            says("network", "plain-http-port starttls-required not-tls"),
            _FIRST_WORDS,
        ),
        ("tls: no certificates configured", says("local", "client-file-unreadable")),
        ("tls: server's certificate contains an RSA key", refuses("weak-key")),
        ("tls: client's certificate contains an RSA key", refuses("weak-key")),
        ("private key type does not match public key type", says("local", "client-key-mismatch")),
        ("found a certificate rather than a key in the PEM for the private key", _NOT_PEM),
        ("PEM inputs may have been switched", _NOT_PEM),
        ("x509: decryption password incorrect", says("local", "client-key-encrypted")),
        ("tls: invalid signature by the client certificate", says("server", "client-key-mismatch")),
        ("tls: invalid signature by the server certificate", says("client", "server-bad-signature")),
        ("net/http: TLS handshake timeout", says("network", "handshake-stalled client-hello-too-large")),
        ("TLS handshake timeout", says("network", "handshake-stalled client-hello-too-large")),
        ("dial tcp {host}: i/o timeout", says("network", "connection-timeout")),
        ("x509: failed to load system roots", says("local", "ca-file-unreadable")),
        ("x509: missing ASN.1 contents", says("local", "pem-damaged")),
        ("no TLS client certificate", _NO_CERT, _LIST),
        (
            "The server probably has client authentication (--tlsverify) enabled",
            says("server", "client-cert-required client-cert-untrusted"),
        ),
        ("certificate is not standards compliant", refuses("strict"), "macOS"),
        ("x509: OSStatus -26276", refuses("untrusted"), "macOS"),
    ),
    *rows(
        "Go",
        "",
        "measured: Go 1.19",
        (
            "http: TLS handshake error from {peer}: EOF",
            says("network", "connection-closed server-untrusted-root"),
            "a client that does not like the server's certificate may close so; health checks do it too",
        ),
        ("read: connection reset by peer", _MASKED),
        ("write: broken pipe", _MASKED, _READ_FIRST),
        ("local error: tls: bad record MAC", says("nobody", "")),
        weak=True,
    ),
    *rows(
        "Go",
        "",
        "documented: crypto/tls",
        ("failed to verify certificate: x509", refuses("any")),
        ("failed to verify client certificate", refuses("any")),
        ("failed to verify client's certificate", refuses("any")),
        weak=True,
    ),
)


ALL = GO

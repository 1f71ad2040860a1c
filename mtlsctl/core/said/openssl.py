"""What OpenSSL and BoringSSL say beside verify errors and alerts; gRPC and Envoy are on BoringSSL."""

from mtlsctl.core.said.row import refuses, rows, says

_HTTP = says("network", "plain-http-port starttls-required not-tls")
_NO_CERT = says("server", "client-cert-required client-cert-not-sent client-cert-wrong-sigalg")
_MISMATCH = says("local", "client-key-mismatch client-chain-order")
_NOT_PEM = says("local", "client-file-invalid")
_ENCRYPTED = says("local", "client-key-encrypted")
_CUT = says("network", "connection-closed client-cert-refused client-cert-required sni-required")
_MASKED = says("network", "connection-reset client-cert-refused client-cert-required")
_FIRST_WORDS = "the first bytes that came are no TLS: only the bytes themselves tell which protocol it is"
_READ_FIRST = "whoever writes before reading loses the alert that says why; mtlsctl handshake reads first"
_LIST = "the client was given none, or its library left it out: wrong key type, or no CA that the server lists"

OPENSSL = (
    *rows(
        "OpenSSL",
        "",
        "measured: OpenSSL 3.0",
        ("peer did not return a certificate", _NO_CERT, _LIST),
        ("wrong version number", _HTTP, _FIRST_WORDS),
        (
            "no shared cipher",
            says("server", "no-shared-cipher no-shared-sigalg"),
            "the server's log: it found no suite",
        ),
        ("no suitable key share", says("server", "no-shared-group")),
        (
            "SSL routines:{_}unsupported protocol",
            says("nobody", "protocol-version"),
            "this end allows no version that the other offers",
        ),
        ("no application protocol", says("server", "alpn-mismatch")),
        ("legacy sigalg disallowed or unsupported", says("client", "protocol-version no-shared-sigalg")),
        ("key values mismatch", _MISMATCH),
        ("ee key too small", says("local", "client-cert-weak")),
        (
            "no start line",
            _NOT_PEM,
            "the file holds no PEM block of the kind asked for: DER, another object, or nothing",
        ),
        ("DECODER routines::unsupported", _NOT_PEM, "a key was expected: the file holds none that can be read"),
        ("bad decrypt", _ENCRYPTED, "the password is wrong or missing"),
        ("bad password read", _ENCRYPTED),
        ("PEM routines::problems getting password", _ENCRYPTED),
        ("mac verify failure", _ENCRYPTED, "the password of a PKCS#12 file is wrong"),
        ("Mac verify error: invalid password?", _ENCRYPTED, "the password of a PKCS#12 file is wrong"),
        ("digital envelope routines::unsupported", says("local", "p12-legacy-algorithms")),
        ("inner_evp_generic_fetch:unsupported", says("local", "p12-legacy-algorithms")),
        ("asn1 encoding routines::EVP lib", refuses("bad-signature"), "a CA certificate's key did not sign it"),
        ("ASN1_item_verify_ctx:EVP lib", refuses("bad-signature"), "a CA certificate's key did not sign it"),
        ("error setting private key", _MISMATCH),
        ("error setting certificate", says("local", "client-cert-weak client-file-invalid")),
        (
            "Could not read client certificate private key from {file}",
            says("local", "client-key-encrypted client-file-invalid"),
        ),
        ("Could not read client certificate from {file}", _NOT_PEM),
        (
            "Could not read server certificate private key from {file}",
            says("local", "client-key-encrypted client-file-invalid"),
        ),
        ("Could not read server certificate from {file}", _NOT_PEM),
        ("Could not open file or uri for loading {_} from {file}", says("local", "client-file-unreadable")),
        ("connect:errno=111", says("network", "connection-refused")),
        (
            "SSL routines:{_}callback failed",
            says("server", "sni-unrecognized"),
            "the server's own callback refused, for a server name mostly",
        ),
    ),
    *rows(
        "OpenSSL",
        "",
        "documented: include/openssl/sslerr.h",
        (
            "SSL routines:{_}http request",
            says("server", "plain-http-port"),
            "a client spoke plain HTTP to this TLS port",
        ),
        ("no suitable signature algorithm", says("server", "no-shared-sigalg")),
        ("unsafe legacy renegotiation disabled", says("client", "legacy-renegotiation")),
        (
            "session id context uninitialized",
            says("server", "client-cert-refused"),
            (
                "a defect of the server: it asks for"
                " client certificates and sets no session id context; the first connection works, resumed ones do not"
            ),
        ),
        (
            "SSL routines:{_}https proxy request",
            says("server", "not-tls"),
            "a client took this TLS port for an HTTP proxy",
        ),
        ("ca md too weak", says("local", "client-cert-weak")),
        ("ca key too small", says("local", "client-cert-weak")),
        ("private key mismatch", _MISMATCH),
        ("no shared signature algorithms", says("server", "no-shared-sigalg")),
        ("no suitable groups", says("server", "no-shared-group")),
        ("no shared groups", says("server", "no-shared-group")),
        ("packet length too long", _HTTP, _FIRST_WORDS),
        ("no certificate assigned", _NOT_PEM),
        ("no private key assigned", _NOT_PEM),
        ("dh key too small", says("client", "no-shared-cipher"), "the server's Diffie-Hellman group is too small"),
        ("no protocols available", says("local", "protocol-version")),
        ("no ciphers available", says("local", "no-shared-cipher")),
        ("no cipher match", says("local", "no-shared-cipher")),
        ("SSL routines:{_}version too low", says("nobody", "protocol-version")),
        (
            "SSL routines:{_}extension not received",
            says("server", "client-cert-required"),
            "the certificate was asked for after the handshake, and the client offers no post-handshake authentication",
        ),
        ("SSL routines:{_}wrong signature type", says("nobody", "no-shared-sigalg client-cert-wrong-sigalg")),
        ("missing sigalgs extension", says("server", "no-shared-sigalg")),
        ("SSL routines:{_}wrong certificate type", says("nobody", "client-cert-wrong-sigalg")),
        ("bad end line", says("local", "pem-glued-blocks pem-damaged")),
        ("bad base64 decode", says("local", "pem-damaged")),
        ("SSL routines:{_}unknown protocol", _HTTP, _FIRST_WORDS),
        ("no certificates returned", says("client", "no-shared-cipher")),
    ),
    *rows(
        "OpenSSL",
        "",
        "measured: OpenSSL 3.0",
        ("certificate verify failed", refuses("any"), "the verify error beside it says why; s_client shows it"),
        ("unexpected eof while reading", _CUT),
        ("ssl handshake failure", says("nobody", "client-cert-required no-shared-cipher"), "it names no cause"),
        ("SSL_ERROR_SYSCALL", _CUT, "the connection ended without an alert: Node refuses client certificates so"),
        ("write:errno=32", _MASKED, _READ_FIRST),
        ("write:errno=104", _MASKED, _READ_FIRST),
        ("read:errno=104", says("network", "connection-reset client-cert-refused")),
        ("read:errno=0", _CUT),
        weak=True,
    ),
)

BORINGSSL = (
    *rows(
        "gRPC (BoringSSL)",
        "client",
        "measured: grpcio 1.85",
        (
            "Cannot check peer: missing selected ALPN property",
            says("client", "alpn-mismatch tls-interception"),
            "gRPC insists on h2 by ALPN; something between may have taken it away",
        ),
        ("Failed to connect to remote host: Connection refused", says("network", "connection-refused")),
        ("address lookup failed for {host}", says("network", "dns-failure")),
        ("Handshake read failed (Socket closed)", _CUT),
        ("OPENSSL_internal:BAD_SIGNATURE", refuses("bad-signature")),
        ("SSL_ERROR_SSL: error:1a000064:ECDSA routines", refuses("bad-signature")),
    ),
    *rows(
        "BoringSSL",
        "",
        "documented: BoringSSL, crypto/err/ssl.errordata; Envoy",
        ("Hostname Verification Check failed", refuses("name")),
        ("KEY_USAGE_BIT_INCORRECT", refuses("key-usage")),
        ("NO_COMMON_SIGNATURE_ALGORITHMS", says("nobody", "no-shared-sigalg")),
        ("NO_SHARED_GROUP", says("server", "no-shared-group")),
        ("OPENSSL_internal:HTTP_REQUEST", says("server", "plain-http-port")),
        ("[SSL: HTTP_REQUEST]", says("server", "plain-http-port")),
        ("[SSL: UNSUPPORTED_PROTOCOL]", says("nobody", "protocol-version")),
        ("OPENSSL_internal:UNSUPPORTED_PROTOCOL", says("nobody", "protocol-version")),
        ("ERR_SSL_HTTP_REQUEST", says("server", "plain-http-port")),
        ("SSL connection: unsupported protocol", says("server", "protocol-version")),
        ("SSL error: unsupported protocol", says("client", "protocol-version")),
        ("TLSV1_UNRECOGNIZED_NAME", says("server", "sni-unrecognized")),
        ("Peer name {_} is not in peer certificate", refuses("name")),
    ),
    *rows(
        "gRPC (BoringSSL)",
        "client",
        "measured: grpcio 1.85",
        (
            "Unwrap failed (TSI_DATA_CORRUPTED)",
            says("server", "client-cert-required client-cert-untrusted client-cert-expired"),
            "gRPC hides the alert that it received after the handshake: GRPC_TRACE=handshaker,secure_endpoint shows it",
        ),
        ("Socket closed", _CUT),
        weak=True,
    ),
)


ALL = OPENSSL + BORINGSSL

"""What Java says beside alerts: JSSE, keytool, Netty, OkHttp."""

from mtlsctl.core.said.row import refuses, rows, says

_NO_CERT = says("server", "client-cert-required client-cert-not-sent client-cert-wrong-sigalg")
_NOT_PEM = says("local", "client-file-invalid")
_CUT = says("network", "connection-closed client-cert-refused client-cert-required sni-required")
_MASKED = says("network", "connection-reset client-cert-refused client-cert-required")
_FIRST_WORDS = "the first bytes that came are no TLS: only the bytes themselves tell which protocol it is"
_READ_FIRST = "whoever writes before reading loses the alert that says why; mtlsctl handshake reads first"
_LIST = "Go, Java and .NET leave a certificate out when no CA that the server lists issued it; others send it anyway"

JAVA = (
    *rows(
        "Java",
        "",
        "measured: Java 17",
        (
            "PKIX path building failed: {_} unable to find valid certification path to requested target",
            refuses("path"),
            "Java 17 words twelve different faults so, an expired certificate too: look at the chain itself",
        ),
        ("unable to find valid certification path to requested target", refuses("path")),
        ("PKIX path building failed", refuses("path")),
        ("PKIX path validation failed: {_} validity check failed", refuses("expired")),
        ("Path does not chain with any of the trust anchors", refuses("untrusted")),
        (
            "Extended key usage does not permit use for TLS client authentication",
            says("server", "client-cert-wrong-eku"),
        ),
        ("Extended key usage does not permit use for TLS server authentication", says("client", "server-wrong-eku")),
        ("No subject alternative DNS name matching {host} found", refuses("name")),
        ("No subject alternative names matching IP address {host} found", refuses("address")),
        ("Empty client certificate chain", _NO_CERT, _LIST),
        (
            "Unsupported or unrecognized SSL message",
            says("network", "plain-http-port starttls-required not-tls"),
            _FIRST_WORDS,
        ),
        ("UnknownHostException: {host}", says("network", "dns-failure")),
        ("ConnectException: Connection refused", says("network", "connection-refused")),
        ("keystore password was incorrect", says("local", "client-key-encrypted")),
        ("Input not an X.509 certificate", _NOT_PEM),
        ("Failed to parse input", _NOT_PEM),
        ("FileNotFoundException: {file} (No such file or directory)", says("local", "client-file-unreadable")),
        ("java.security.cert.CertificateException: No certificate data found", _NOT_PEM),
    ),
    *rows(
        "Java",
        "",
        "documented: OpenJDK, sun.security.ssl, sun.security.provider.certpath",
        ("No subject alternative names present", refuses("cn-only")),
        ("No name matching {host} found", refuses("name")),
        ("the trustAnchors parameter must be non-empty", says("local", "ca-file-invalid ca-file-unreadable")),
        ("null cert chain", _NO_CERT, _LIST),
        ("certificate expired on", refuses("expired")),
        ("CertificateExpiredException: NotAfter: {not_after}", refuses("expired")),
        ("CertificateNotYetValidException: NotBefore: {not_before}", refuses("not-yet-valid")),
        ("basic constraints check failed: this is not a CA certificate", refuses("bad-ca")),
        ("basic constraints check failed: pathLenConstraint violated", refuses("pathlen")),
        ("name constraints check failed", refuses("name-constraints")),
        ("keyCertSign bit is not set", refuses("bad-ca")),
        ("KeyUsage does not allow digital signatures", refuses("key-usage")),
        ("unrecognized critical extension", refuses("critical-extension")),
        ("Unsupported critical extension", refuses("critical-extension")),
        ("Algorithm constraints check failed on {_}", says("nobody", "server-weak-signature server-weak-key")),
        ("CertPathValidatorException: signature check failed", refuses("bad-signature")),
        ("Certificate has been revoked", refuses("revoked")),
        ("Could not determine revocation status", refuses("no-crl")),
        (
            "No appropriate protocol (protocol is disabled or cipher suites are inappropriate)",
            says("local", "protocol-version no-shared-cipher"),
        ),
        (
            "The client supported protocol versions {_} are not accepted by server preferences",
            says("server", "protocol-version"),
        ),
        (
            "The server selected protocol version {_} is not accepted by client preferences",
            says("client", "protocol-version"),
        ),
        ("no cipher suites in common", says("server", "no-shared-cipher no-shared-sigalg")),
        ("No available authentication scheme", says("server", "no-shared-sigalg client-file-invalid")),
        ("Plaintext connection?", says("network", "plain-http-port starttls-required not-tls"), _FIRST_WORDS),
        ("not an SSL/TLS record", says("network", "plain-http-port not-tls"), "Netty: the other end spoke plain text"),
        ("handshake alert: unrecognized_name", says("server", "sni-unrecognized")),
        (
            "no suitable certificate found - continuing without client authentication",
            says("local", "client-cert-not-sent"),
            _LIST,
        ),
        (
            "No X.509 certificate for client authentication, use empty Certificate message instead",
            says("local", "client-cert-not-sent"),
            _LIST,
        ),
        ("Cannot recover key", says("local", "client-key-encrypted")),
        (
            "Given final block not properly padded",
            says("local", "client-key-encrypted"),
            "the password of a key or store is wrong",
        ),
        ("Keystore was tampered with, or password was incorrect", says("local", "client-key-encrypted")),
        ("Invalid keystore format", _NOT_PEM, "a PKCS#12 or PEM file was read as JKS, or the other way round"),
        ("toDerInputStream rejects tag type", _NOT_PEM),
        ("DerInputStream.getLength(): lengthTag=", _NOT_PEM),
        ("Hostname {host} not verified", refuses("name"), "OkHttp"),
        ("doesn't match any of the subject alternative names: {names}", refuses("name"), "Apache HttpClient"),
        ("Certificate for <{host}> doesn't match", refuses("name"), "Apache HttpClient"),
        (
            "java.security.cert.CertPathValidatorException: Trust anchor for certification path not found",
            refuses("untrusted"),
            "Android",
        ),
        (
            "SSLPeerUnverifiedException: peer not authenticated",
            _NO_CERT,
            "a server asked for the client's certificate, and there is none",
        ),
        ("connect timed out", says("network", "connection-timeout")),
        ("General OpenSslEngine problem", refuses("path"), "Netty over OpenSSL; the Caused by below it says more"),
        ("handshake timed out after {number}ms", says("network", "handshake-stalled"), "Netty"),
    ),
    *rows(
        "Java",
        "",
        "measured: Java 17",
        ("Remote host terminated the handshake", _CUT),
        ("Remote host closed connection during handshake", _CUT),
        ("SSL peer shut down incorrectly", _CUT),
        ("SocketException: Broken pipe", _MASKED, _READ_FIRST),
        ("SocketException: Connection reset", _MASKED),
        ("Error writing to server", _MASKED, _READ_FIRST),
        weak=True,
    ),
)


ALL = JAVA

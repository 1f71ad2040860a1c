"""What curl, Python, Node and GnuTLS say beside the words of the library below them."""

from mtlsctl.core.said.row import Meaning, refuses, rows, says

_HTTP = says("network", "plain-http-port starttls-required not-tls")
_NO_CERT = says("server", "client-cert-required client-cert-not-sent client-cert-wrong-sigalg")
_NOT_PEM = says("local", "client-file-invalid")
_ENCRYPTED = says("local", "client-key-encrypted")
_CUT = says("network", "connection-closed client-cert-refused client-cert-required sni-required")
_MASKED = says("network", "connection-reset client-cert-refused client-cert-required")
_FIRST_WORDS = "the first bytes that came are no TLS: only the bytes themselves tell which protocol it is"
_READ_FIRST = "whoever writes before reading loses the alert that says why; mtlsctl handshake reads first"
_LIST = "the client was given none, or its library left it out: wrong key type, or no CA that the server lists"

CURL = (
    *rows(
        "curl",
        "client",
        "measured: curl 7.88 with OpenSSL 3.0",
        ("no alternative certificate subject name matches target host name '{host}'", refuses("name")),
        (
            "curl: (60) SSL certificate verification failed",
            says("server", "client-cert-expired client-chain-expired client-cert-revocation-unknown clock-skew"),
            "the server's chain verified: curl words an alert 45 (certificate expired) that the server sent so",
        ),
        (
            "unable to set private key file: '{file}'",
            says("local", "client-key-mismatch client-key-encrypted client-file-invalid"),
        ),
        (
            "could not load PEM client certificate from {file}, OpenSSL error",
            says("local", "client-file-invalid client-file-unreadable client-cert-weak"),
        ),
        (
            "could not load PEM client certificate from {file}, OpenSSL error error:80000002:system library::No",
            says("local", "client-file-unreadable"),
        ),
        (
            "could not load PEM client certificate from {file}, OpenSSL error error:0A00018F:SSL routines::ee",
            says("local", "client-cert-weak"),
        ),
        ("could not parse PKCS12 file, check password", says("local", "client-key-encrypted p12-legacy-algorithms")),
        ("error setting certificate file: {file}", says("local", "ca-file-unreadable ca-file-invalid")),
        ("Could not resolve host: {host}", says("network", "dns-failure")),
        (
            "Failed to connect to {host} port {port} after {_} ms: Couldn't connect",
            says("network", "connection-refused connection-timeout"),
        ),
        ("Failed to connect to {host} port {port}", says("network", "connection-refused connection-timeout")),
    ),
    *rows(
        "curl",
        "client",
        "documented: libcurl-errors(3), lib/vtls",
        ("Failed to connect to {host} port {port}: Connection refused", says("network", "connection-refused")),
        ("error setting certificate verify locations", says("local", "ca-file-unreadable ca-file-invalid")),
        ("no alternative certificate subject name matches target ipv4 address '{host}'", refuses("address")),
        (
            "could not load PEM client certificate, OpenSSL error",
            says("local", "client-file-invalid client-file-unreadable"),
        ),
        ("unable to obtain common name from peer certificate", refuses("name")),
        ("subject name '{_}' does not match target host name '{host}'", refuses("name")),
        ("no alternative certificate subject name matches", refuses("name")),
        ("does not match target host name '{host}'", refuses("name")),
        ("unable to use client certificate", says("local", "client-key-mismatch client-file-invalid")),
        ("CONNECT tunnel failed, response {number}", says("network", "proxy-refused")),
        ("Received HTTP code {number} from proxy after CONNECT", says("network", "proxy-refused")),
        ("SSL public key does not match pinned public key", refuses("not-allowed")),
        ("Connection timed out after {number} milliseconds", says("network", "connection-timeout handshake-stalled")),
        ("SSL connection timeout", says("network", "handshake-stalled client-hello-too-large")),
        ("server certificate verification failed. CAfile: {_} CRLfile: none", refuses("any"), "git over GnuTLS"),
        ("SSL: certificate subject name", refuses("name")),
        ("SSL peer certificate or SSH remote key was not OK", refuses("any")),
        ("SSL certificate problem: Invalid certificate chain", refuses("untrusted"), "Secure Transport, macOS"),
        ("SEC_E_UNTRUSTED_ROOT", refuses("untrusted"), "Schannel"),
        ("CERT_TRUST_IS_UNTRUSTED_ROOT", refuses("root-untrusted"), "Schannel"),
        ("CRYPT_E_NO_REVOCATION_CHECK", refuses("no-crl"), "Schannel checks revocation: --ssl-no-revoke leaves it out"),
        ("CRYPT_E_REVOCATION_OFFLINE", refuses("no-crl"), "Schannel checks revocation: --ssl-no-revoke leaves it out"),
    ),
    *rows(
        "curl",
        "client",
        "measured: curl 7.88 with OpenSSL 3.0",
        ("getpeername() failed with errno 107", _MASKED, _READ_FIRST),
        ("Send failure: Connection reset by peer", _MASKED, _READ_FIRST),
        ("Send failure: Broken pipe", _MASKED, _READ_FIRST),
        ("Recv failure: Connection reset by peer", _MASKED),
        (
            "Empty reply from server",
            says("network", "connection-closed client-cert-refused plain-http-port client-cert-required"),
        ),
        weak=True,
    ),
)

# By the number in `curl: (60)`, where no other text says more. libcurl-errors(3).
CURL_EXITS: dict[int, Meaning] = {
    5: says("network", "dns-failure"),
    6: says("network", "dns-failure"),
    7: says("network", "connection-refused connection-timeout"),
    16: _MASKED,
    28: says("network", "connection-timeout handshake-stalled"),
    35: says("nobody", "plain-http-port protocol-version no-shared-cipher client-cert-required connection-closed"),
    51: refuses("name"),
    52: says("network", "connection-closed client-cert-refused plain-http-port client-cert-required"),
    55: _MASKED,
    56: _MASKED,
    58: says("local", "client-file-invalid client-key-mismatch client-key-encrypted client-file-unreadable"),
    59: says("local", "no-shared-cipher"),
    60: refuses("untrusted-or-name"),
    77: says("local", "ca-file-unreadable ca-file-invalid"),
    82: says("local", "server-crl-missing"),
    83: refuses("untrusted"),
    90: refuses("not-allowed"),
    91: refuses("no-crl"),
    97: says("network", "proxy-refused"),
    98: _NO_CERT,
}

PYTHON = (
    *rows(
        "Python",
        "",
        "measured: Python 3.11 with OpenSSL 3.0",
        ("Hostname mismatch, certificate is not valid for '{host}'", refuses("name")),
        ("IP address mismatch, certificate is not valid for '{host}'", refuses("address")),
        ("[SSL] PEM lib", _NOT_PEM),
        ("no certificate or crl found", says("local", "ca-file-invalid")),
        ("Client private key is encrypted, password is required", _ENCRYPTED),
        ("Could not find the TLS certificate file, invalid path: {file}", says("local", "client-file-unreadable")),
        ("Failed to resolve '{host}'", says("network", "dns-failure")),
        ("Name or service not known", says("network", "dns-failure")),
        ("[Errno 111] Connection refused", says("network", "connection-refused")),
        ("Connect call failed ('{host}', {number})", says("network", "connection-refused connection-timeout")),
    ),
    *rows(
        "Python",
        "",
        "documented: CPython Lib/ssl.py, requests, urllib3",
        ("hostname '{host}' doesn't match {names}", refuses("name"), "Python 3.6 and older, urllib3 1"),
        (
            "Could not find a suitable TLS CA certificate bundle, invalid path: {file}",
            says("local", "ca-file-unreadable"),
        ),
        ("Could not find the TLS key file, invalid path: {file}", says("local", "client-file-unreadable")),
        ("ConnectTimeoutError", says("network", "connection-timeout")),
        ("The handshake operation timed out", says("network", "handshake-stalled client-hello-too-large")),
        ("nodename nor servname provided", says("network", "dns-failure")),
        ("Temporary failure in name resolution", says("network", "dns-failure")),
        ("Tunnel connection failed: {number}", says("network", "proxy-refused")),
    ),
    *rows(
        "Python",
        "",
        "measured: Python 3.11",
        ("EOF occurred in violation of protocol", _CUT),
        (
            "Remote end closed connection without response",
            says("network", "connection-closed client-cert-refused client-cert-required"),
        ),
        (
            "Server disconnected without sending a response",
            says("network", "connection-closed client-cert-refused client-cert-required"),
        ),
        ("[Errno 32] Broken pipe", _MASKED, _READ_FIRST),
        ("[Errno 104] Connection reset by peer", _MASKED),
        ("ServerDisconnectedError", says("network", "connection-closed client-cert-refused client-cert-required")),
        weak=True,
    ),
)

NODE = (
    *rows(
        "Node",
        "client",
        "measured: Node 20",
        (
            "Hostname/IP does not match certificate's altnames: IP: {host} is not in the cert's list",
            refuses("address"),
        ),
        (
            "Hostname/IP does not match certificate's altnames: Host: {host} is not in the cert's altnames: {names}",
            refuses("name"),
        ),
        ("Hostname/IP does not match certificate's altnames", refuses("name")),
        ("ERR_TLS_CERT_ALTNAME_INVALID", refuses("name")),
        (
            "Client network socket disconnected before secure TLS connection was established",
            says("network", "connection-closed sni-required not-tls"),
        ),
        ("connect ECONNREFUSED {host}", says("network", "connection-refused")),
        ("getaddrinfo ENOTFOUND {host}", says("network", "dns-failure")),
        ("Unsupported PKCS12 PFX data", says("local", "p12-legacy-algorithms")),
        ("ERR_OSSL_UNSUPPORTED", says("local", "client-file-invalid p12-legacy-algorithms")),
    ),
    *rows(
        "Node",
        "",
        "documented: Node, lib/_tls_wrap.js, errors.md",
        ("getaddrinfo EAI_AGAIN {host}", says("network", "dns-failure")),
        ("connect ETIMEDOUT {host}", says("network", "connection-timeout")),
        ("ERR_TLS_HANDSHAKE_TIMEOUT", says("network", "handshake-stalled")),
        ("ERR_TLS_CERT_ALTNAME_FORMAT", refuses("malformed")),
        ("ERR_OSSL_EVP_UNSUPPORTED", says("local", "p12-legacy-algorithms")),
    ),
    *rows(
        "Node",
        "",
        "measured: Node 20",
        ("socket hang up", _CUT, "Node servers and clients say this for every reason"),
        ("read ECONNRESET", _MASKED),
        ("write EPIPE", _MASKED, _READ_FIRST),
        ("ECONNRESET", _MASKED),
        weak=True,
    ),
)

GNUTLS = (
    *rows(
        "GnuTLS",
        "client",
        "measured: GnuTLS 3.7",
        ("certificate is NOT trusted. The name in the certificate does not match", refuses("name")),
        ("The name in the certificate does not match the expected", refuses("name")),
        ("The certificate issuer is unknown", refuses("untrusted")),
        ("The certificate chain uses expired certificate", refuses("expired")),
        ("The certificate chain uses not yet valid certificate", refuses("not-yet-valid")),
        ("The certificate chain does not match the intended purpose", refuses("eku")),
        ("The certificate issuer is not a CA", refuses("bad-ca")),
        (
            "The certificate issuer is not a CA. The certificate chain violates the signer's constraints",
            refuses("bad-ca"),
        ),
        (
            "The certificate chain violates the signer's constraints",
            says("client", "server-name-constraints server-pathlen"),
        ),
        ("The certificate contains an unknown critical extension", refuses("critical-extension")),
        ("The signature in the certificate is invalid", refuses("bad-signature")),
        ("An unexpected TLS packet was received", _HTTP, _FIRST_WORDS),
        ("Error loading cert file: No certificate was found", _NOT_PEM),
        ("Error loading cert file", says("local", "client-file-unreadable client-file-invalid")),
        ("Error importing key: The requested data were not available", _NOT_PEM),
    ),
    *rows(
        "GnuTLS",
        "server",
        "measured: GnuTLS 3.7",
        ("Error in handshake: No certificate was found", _NO_CERT, _LIST),
        ("Error in handshake: Certificate is required", _NO_CERT, _LIST),
        ("Error in handshake: Error in the certificate", refuses("path")),
    ),
    *rows(
        "GnuTLS",
        "client",
        "documented: GnuTLS, lib/cert-session.c, lib/errors.c",
        ("The certificate is revoked", refuses("revoked")),
        ("The certificate chain is revoked", refuses("revoked")),
        ("The certificate chain uses insecure algorithm", refuses("weak-signature")),
        ("The revocation data are old and have been superseded", refuses("old-crl")),
        ("The certificate requires the server to include an OCSP status", refuses("no-crl")),
        ("No supported cipher suites have been found", says("nobody", "no-shared-cipher")),
        ("The TLS certificate is not trusted", refuses("any")),
        ("An illegal TLS extension was received", says("client", "not-tls")),
        (
            "A packet with illegal or unsupported version was received",
            says("nobody", "protocol-version plain-http-port"),
        ),
        ("Key usage violation in certificate has been detected", refuses("key-usage")),
    ),
    *rows(
        "GnuTLS",
        "",
        "measured: GnuTLS 3.7",
        ("The TLS connection was non-properly terminated", _CUT),
        ("PKI verification of server certificate failed", refuses("any"), "the line Status above it says why"),
        ("Fatal error: Error in the certificate", refuses("any"), "the line Status says why"),
        ("A TLS fatal alert has been received", says("nobody", ""), "the next line names the alert"),
        ("Server has terminated the connection abnormally", _CUT),
        weak=True,
    ),
)


SYSTEM = rows(
    "the operating system",
    "",
    "documented: errno(3)",
    ("Connection reset by peer", _MASKED, _READ_FIRST),
    ("Broken pipe", _MASKED, _READ_FIRST),
    weak=True,
)
"""What strerror() says of a socket, in whichever program."""

ALL = CURL + PYTHON + NODE + GNUTLS + SYSTEM

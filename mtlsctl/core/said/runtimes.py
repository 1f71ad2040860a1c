"""What rustls, .NET and Schannel say beside alerts."""

from mtlsctl.core.said.row import refuses, rows, says

_NO_CERT = says("server", "client-cert-required client-cert-not-sent client-cert-wrong-sigalg")
_CUT = says("network", "connection-closed client-cert-refused client-cert-required sni-required")
_FIRST_WORDS = "the first bytes that came are no TLS: only the bytes themselves tell which protocol it is"
_LIST = "Go, Java and .NET leave a certificate out when no CA that the server lists issued it; others send it anyway"

RUST = rows(
    "rustls",
    "",
    "documented: rustls 0.23, src/error.rs; webpki, src/error.rs",
    ("invalid peer certificate: UnknownIssuer", refuses("untrusted")),
    ("invalid peer certificate: Expired", refuses("expired")),
    ("invalid peer certificate: certificate expired: verification time {now}", refuses("expired")),
    ("invalid peer certificate: NotValidYet", refuses("not-yet-valid")),
    ("invalid peer certificate: certificate not valid yet: verification time {now}", refuses("not-yet-valid")),
    ("invalid peer certificate: NotValidForName", refuses("name")),
    (
        'certificate not valid for name "{host}"; certificate is only valid for {names}',
        refuses("name"),
    ),
    ('certificate not valid for name "{host}"; certificate is not valid for any names', refuses("cn-only")),
    (
        "invalid peer certificate: BadSignature",
        says("nobody", "server-ca-rekeyed server-bad-signature server-weak-signature"),
    ),
    ("invalid peer certificate: BadEncoding", refuses("malformed")),
    ("invalid peer certificate: Revoked", refuses("revoked")),
    ("invalid peer certificate: UnhandledCriticalExtension", refuses("critical-extension")),
    ("invalid peer certificate: InvalidPurpose", refuses("eku")),
    ("does not allow extended key usage for server authentication", says("client", "server-wrong-eku")),
    ("does not allow extended key usage for client authentication", says("server", "client-cert-wrong-eku")),
    ("invalid peer certificate: UnknownRevocationStatus", refuses("no-crl")),
    ("invalid peer certificate: ExpiredRevocationList", refuses("old-crl")),
    (
        "CaUsedAsEndEntity",
        says("client", "portability"),
        "the leaf says CA:TRUE, as openssl req -x509 makes it; rustls refuses",
    ),
    ("EndEntityUsedAsCa", refuses("bad-ca")),
    ("PathLenConstraintViolated", refuses("pathlen")),
    ("NameConstraintViolation", refuses("name-constraints")),
    ("UnsupportedCertVersion", refuses("malformed")),
    ("RequiredEkuNotFound", refuses("eku")),
    ("UnsupportedSignatureAlgorithm", says("nobody", "server-weak-signature no-shared-sigalg")),
    ("InvalidCertificate(UnknownIssuer)", refuses("untrusted")),
    ("InvalidCertificate(Expired)", refuses("expired")),
    ("InvalidCertificate(NotValidForName)", refuses("name")),
    ("peer sent no certificates", _NO_CERT),
    ("NoCertificatesPresented", _NO_CERT),
    ("InvalidContentType", says("network", "plain-http-port starttls-required not-tls"), _FIRST_WORDS),
    (
        "received corrupt message of type InvalidContentType",
        says("network", "plain-http-port starttls-required not-tls"),
        _FIRST_WORDS,
    ),
    ("peer is incompatible: ServerDoesNotSupportTls12Or13", says("client", "protocol-version")),
    ("peer is incompatible: NoCipherSuitesInCommon", says("nobody", "no-shared-cipher")),
    ("peer is incompatible: NoKxGroupsInCommon", says("nobody", "no-shared-group")),
    ("peer is incompatible: NoSignatureSchemesInCommon", says("nobody", "no-shared-sigalg")),
    ("peer doesn't support any known protocol", says("nobody", "alpn-mismatch")),
    ("KeyMismatch", says("local", "client-key-mismatch")),
    ("keys may not be consistent", says("local", "client-key-mismatch")),
) + rows(
    "rustls",
    "",
    "documented: rustls 0.23",
    ("peer closed connection without sending TLS close_notify", _CUT),
    ("tls handshake eof", _CUT),
    weak=True,
)

DOTNET = rows(
    ".NET",
    "",
    "documented: dotnet/runtime, System.Net.Security Strings.resx",
    ("invalid according to the validation procedure: RemoteCertificateNameMismatch", refuses("name")),
    ("invalid according to the validation procedure: RemoteCertificateNotAvailable", _NO_CERT, _LIST),
    ("invalid because of errors in the certificate chain: PartialChain", refuses("untrusted")),
    ("invalid because of errors in the certificate chain: UntrustedRoot", refuses("root-untrusted")),
    ("invalid because of errors in the certificate chain: NotTimeValid", refuses("expired")),
    ("invalid because of errors in the certificate chain: Revoked", refuses("revoked")),
    ("invalid because of errors in the certificate chain: RevocationStatusUnknown", refuses("no-crl")),
    ("invalid because of errors in the certificate chain: OfflineRevocation", refuses("no-crl")),
    ("invalid because of errors in the certificate chain: NotValidForUsage", refuses("eku")),
    ("The remote certificate was rejected by the provided RemoteCertificateValidationCallback", refuses("not-allowed")),
    ("The remote certificate is invalid according to the validation procedure", refuses("untrusted-or-name")),
    ("Could not establish trust relationship for the SSL/TLS secure channel", refuses("untrusted-or-name")),
    (
        "Cannot determine the frame size or a corrupted frame was received",
        says("network", "plain-http-port starttls-required not-tls"),
        _FIRST_WORDS,
    ),
    (
        "The client and server cannot communicate, because they do not possess a common algorithm",
        says("nobody", "protocol-version no-shared-cipher"),
    ),
    ("0x80090331", says("nobody", "protocol-version no-shared-cipher"), "SEC_E_ALGORITHM_MISMATCH"),
    ("0x80090325", refuses("untrusted"), "SEC_E_UNTRUSTED_ROOT"),
    ("0x80090328", refuses("expired"), "SEC_E_CERT_EXPIRED"),
    ("0x80090322", refuses("name"), "SEC_E_WRONG_PRINCIPAL"),
    ("0x80090327", refuses("any"), "SEC_E_CERT_UNKNOWN"),
    ("0x80092012", refuses("no-crl"), "CRYPT_E_NO_REVOCATION_CHECK"),
    ("0x80092013", refuses("no-crl"), "CRYPT_E_REVOCATION_OFFLINE"),
    ("0x80090308", says("network", "plain-http-port not-tls"), "SEC_E_INVALID_TOKEN: what came is not TLS"),
    ("The underlying connection was closed: Could not establish trust relationship", refuses("untrusted-or-name")),
    (
        "Could not create SSL/TLS secure channel",
        says("nobody", "protocol-version no-shared-cipher client-cert-not-sent"),
    ),
    (
        "The credentials supplied to the package were not recognized",
        says("local", "client-key-mismatch client-file-unreadable"),
        "the process may not read the certificate's private key",
    ),
) + rows(
    ".NET",
    "",
    "documented: dotnet/runtime",
    ("Authentication failed, see inner exception", refuses("any")),
    ("The SSL connection could not be established, see inner exception", refuses("any")),
    ("Received an unexpected EOF or 0 bytes from the transport stream", _CUT),
    weak=True,
)


ALL = RUST + DOTNET

"""What web servers and proxies say beside the library below them."""

from mtlsctl.core.said.row import refuses, rows, says

_LIST = "the client was given none, or its library left it out: wrong key type, or no CA that the server lists"
_PAGE = says(
    "app",
    "client-cert-untrusted client-cert-missing-intermediate client-cert-expired client-cert-wrong-eku"
    " client-cert-revoked client-cert-revocation-unknown client-chain-too-long",
)
_UNREADABLE = says("local", "client-file-unreadable")
_INVALID = says("local", "client-file-invalid")

WEB = (
    *rows(
        "nginx",
        "",
        "measured: nginx 1.22",
        (
            "client sent no required SSL certificate",
            says("app", "client-cert-required client-cert-not-sent client-cert-wrong-sigalg"),
            _LIST,
        ),
        (
            "No required SSL certificate was sent",
            says("app", "client-cert-required client-cert-not-sent client-cert-wrong-sigalg"),
            _LIST,
        ),
        (
            "The SSL certificate error",
            _PAGE,
            "nginx verified the certificate after the handshake; its log, at level info, has the reason",
        ),
        ("The plain HTTP request was sent to HTTPS port", says("app", "plain-http-port"), "use https:// for this port"),
        (
            "client sent plain HTTP request to HTTPS port",
            says("app", "plain-http-port"),
            "the client must use https:// for this port",
        ),
        (
            "cannot load certificate key",
            says("local", "client-file-invalid client-key-encrypted client-file-unreadable"),
        ),
        ('cannot load certificate "{file}"', says("local", "client-file-invalid client-file-unreadable")),
        ("system library::No such file or directory:calling fopen({file}, r)", _UNREADABLE),
    ),
    *rows(
        "nginx",
        "",
        "documented: nginx, src/http/ngx_http_request.c, src/event/ngx_event_openssl.c",
        ("system library::Permission denied:calling fopen({file}, r)", _UNREADABLE),
        ('upstream SSL certificate does not match "{host}"', says("client", "server-name-mismatch")),
        ("upstream SSL certificate verify error", says("client", "server-untrusted-root server-missing-intermediate")),
        ("495 SSL Certificate Error", _PAGE),
        ("496 SSL Certificate Required", says("app", "client-cert-required client-cert-not-sent")),
        ("497 HTTP Request Sent to HTTPS Port", says("app", "plain-http-port")),
        ('no "ssl_certificate" is defined for the "listen', _UNREADABLE),
        (
            'no "ssl_certificate" is defined in server listening on SSL port',
            says("server", "sni-unrecognized client-file-unreadable"),
        ),
        ("no ssl_client_certificate for ssl_verify_client", says("local", "ca-file-unreadable")),
        ("SSL_CTX_load_verify_locations(", says("local", "ca-file-unreadable ca-file-invalid")),
        ("SSL_load_client_CA_file(", says("local", "ca-file-unreadable ca-file-invalid")),
        ("peer closed connection in SSL handshake", says("network", "connection-closed server-untrusted-root")),
    ),
    *rows(
        "Apache httpd",
        "server",
        "measured: Apache httpd 2.4",
        ("AH02040", says("server", "client-chain-too-long"), "SSLVerifyDepth is 1 unless set"),
        (
            "Certificate Chain too long (chain has {number} certificates, but maximum allowed are only",
            says("server", "client-chain-too-long"),
            "SSLVerifyDepth is 1 unless set",
        ),
        ("AH02565", says("local", "client-key-mismatch client-chain-order")),
        (
            "AH02562: Failed to configure certificate {_}, check {file}",
            says("local", "client-file-invalid client-file-unreadable client-cert-weak"),
        ),
        ("AH02579: Init: Private key not found", says("local", "client-file-invalid client-key-encrypted")),
        ("SSLCertificateFile: file '{file}' does not exist or is empty", _UNREADABLE),
        ("Bad file contents or format - or even just a forgotten SSLCertificateKeyFile", _INVALID),
    ),
    *rows(
        "Apache httpd",
        "server",
        "documented: httpd, modules/ssl, docs/log-message-tags",
        ("SSLCACertificateFile: file '{file}' does not exist or is empty", says("local", "ca-file-unreadable")),
        ("SSLCertificateKeyFile: file '{file}' does not exist or is empty", _UNREADABLE),
        ("AH02039", refuses("any"), "the error number after it says why"),
        ("AH02276", refuses("any"), "the error number after it says why"),
        ("AH01996: SSL handshake failed: HTTP spoken on HTTPS port", says("server", "plain-http-port")),
        ("HTTP spoken on HTTPS port", says("server", "plain-http-port")),
        (
            "AH02261: Re-negotiation handshake failed",
            says("server", "client-cert-required client-cert-refused"),
            "the certificate was asked for late, for one path only",
        ),
        (
            "AH10158",
            says("server", "client-cert-required"),
            (
                "the certificate is asked for after the handshake, and the"
                " client does not do that: ask for it for the whole virtual host"
            ),
        ),
        ("AH02033: No hostname was provided via SNI", says("server", "sni-required")),
        ("AH02032: Hostname {host} (default host as no SNI was provided)", says("server", "sni-required")),
        ("AH02032: Hostname {host} provided via SNI", says("server", "sni-unrecognized")),
        (
            "AH02411: SSL Proxy: Peer certificate does not match for hostname {host}",
            says("client", "server-name-mismatch"),
        ),
        ("AH02005: SSL Proxy: Peer certificate is expired", says("client", "server-cert-expired")),
        (
            "AH01909: {_} server certificate does NOT include an ID which matches the server name",
            says("local", "server-name-mismatch"),
        ),
        ("AH01906: {_} server certificate is a CA certificate", says("local", "portability")),
        (
            "AH02229: access to {_} failed, reason: SSL requirement expression not fulfilled",
            says("app", "client-cert-not-allowed"),
        ),
        ("AH02219: access to {_} failed, reason: SSL connection required", says("app", "plain-http-port")),
        ("AH02572: Failed to configure at least one certificate and key", _UNREADABLE),
        (
            "AH02564: Failed to configure encrypted (?) private key",
            says("local", "client-key-encrypted client-key-mismatch"),
        ),
        ("AH02032", says("server", "sni-unrecognized")),
    ),
    *rows(
        "Apache httpd",
        "server",
        "measured: Apache httpd 2.4",
        (
            "AH02008",
            says("server", "client-cert-required client-cert-untrusted plain-http-port"),
            "the SSL Library Error beside it says why",
        ),
        ("AH02004: SSL Proxy connect failed", says("client", "server-untrusted-root client-cert-required")),
        ("AH02003: SSL Proxy connect failed", says("client", "server-untrusted-root client-cert-required")),
        weak=True,
    ),
    *rows(
        "HAProxy",
        "server",
        "measured: HAProxy 2.6",
        (
            "SSL client CA chain cannot be verified",
            refuses("untrusted"),
            "the fault is above the leaf; a missing CRL of an intermediate looks the same",
        ),
        (
            "SSL client certificate not trusted",
            refuses("not-trusted-at-0"),
            "HAProxy says this of every fault of the leaf",
        ),
        (
            "inconsistencies between private key and certificate loaded '{file}'",
            says("local", "client-key-mismatch client-chain-order"),
        ),
        ("unable to load certificate from file '{file}'", says("local", "client-file-invalid client-file-unreadable")),
        ("No Private Key found in '{file}'", _INVALID),
        (
            "unable to load SSL certificate into SSL Context '{file}'",
            says("local", "client-cert-weak client-key-mismatch"),
        ),
    ),
    *rows(
        "HAProxy",
        "",
        "documented: haproxy, src/connection.c, src/check.c",
        ("Timeout during SSL handshake", says("network", "handshake-stalled")),
        ("Connection closed during SSL handshake", says("network", "connection-closed server-untrusted-root")),
        ("Received invalid PROXY protocol", says("network", "not-tls")),
    ),
    *rows(
        "HAProxy",
        "",
        "measured: HAProxy 2.6",
        (
            "/{number}: SSL handshake failure",
            says("server", "client-cert-required no-shared-cipher protocol-version server-untrusted-root"),
            "HAProxy names no cause; ssl_fc_err in the log format does",
        ),
        ("Connection error during SSL handshake", says("network", "connection-reset")),
        weak=True,
    ),
    *rows(
        "Envoy",
        "",
        "documented: envoy, source/common/tls",
        ("Secret is not supplied by SDS", _UNREADABLE, "the certificate has not come from the control plane"),
        ("verify cert failed: SAN matcher", refuses("name")),
        ("verify SAN list", refuses("name")),
        ("verify cert failed: cert hash and spki", refuses("not-allowed")),
        ("verify cert failed", refuses("any")),
        ("RBAC: access denied", says("app", "client-cert-not-allowed client-cert-refused-by-app")),
    ),
    *rows(
        "Envoy",
        "",
        "documented: envoy",
        (
            "upstream connect error or disconnect/reset before headers",
            says("network", "connection-closed client-cert-required plain-http-port"),
            "Istio: one side speaks mutual TLS and the other does not; compare PeerAuthentication with DestinationRule",
        ),
        weak=True,
    ),
    *rows(
        "Caddy",
        "",
        "documented: caddy, modules/caddytls",
        ("client certificate failed verification", refuses("path")),
        ("no certificate available for '{host}'", says("server", "sni-unrecognized")),
    ),
    *rows(
        "IIS",
        "client",
        "documented: IIS, HTTP status codes",
        ("HTTP Error 403.7", says("app", "client-cert-required client-cert-not-sent")),
        ("HTTP Error 403.16", says("app", "client-cert-untrusted")),
        ("HTTP Error 403.17", says("app", "client-cert-expired client-cert-not-yet-valid")),
        ("HTTP Error 403.13", says("app", "client-cert-revoked client-cert-revocation-unknown")),
    ),
)


ALL = WEB

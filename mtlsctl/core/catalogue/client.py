"""Codes of a client's certificate and chain, as a server sees them."""

from mtlsctl.core.catalogue.entry import Entry

CLIENT = (
    Entry(
        "client-cert-required",
        "The server wants a client certificate and got none",
        "The server asked, no certificate was given, and it refused: alert 116 in TLS 1.3, alert 40 in TLS 1.2,"
        " HTTP 400 from nginx.",
        "give one: --cert FILE --key FILE; make one: mtlsctl issue client NAME; curl: --cert FILE --key FILE",
        "RFC 8446, 4.4.2.4 and 6.2; RFC 5246, 7.4.6",
    ),
    Entry(
        "client-cert-not-requested",
        "The server did not ask for a certificate",
        "A client certificate was given and the server never asked, so it was not sent. This listener does not do"
        " mutual TLS, or asks later, for some paths only.",
        "nginx: ssl_verify_client on; Apache: SSLVerifyClient require; check that this is the right port and name",
        "RFC 8446, 4.3.2",
    ),
    Entry(
        "client-cert-not-sent",
        "The certificate was given and not sent",
        "The server asked, and the TLS library sent an empty list. Go and Java leave a certificate out when no CA that"
        " the server lists issued it, .NET when it lacks clientAuth. The server then says that none was sent.",
        "compare the issuer with the CA names that the server lists; put the intermediate into --cert; check the key",
        "RFC 8446, 4.4.2; jetty#3477; dotnet/runtime#121982",
    ),
    Entry(
        "client-cert-wrong-sigalg",
        "The server does not take this type of key",
        "The key cannot sign in any way that the server's request lists, so an empty certificate was sent. Ed25519 and"
        " P-521 meet this at BoringSSL, secp256k1 everywhere.",
        "use a P-256 or RSA key: mtlsctl issue client NAME --key-type p256",
        "RFC 8446, 4.3.2 and 4.4.2.3; openssl/openssl#28804",
    ),
    Entry(
        "client-cert-untrusted",
        "The server does not trust the client's CA",
        "The client's chain ends at a CA that is not among those that the server trusts for clients. The alert is 48"
        " from OpenSSL and Go, 46 from Java, 49 from GnuTLS, none at all from Node.",
        "use a certificate of a CA that the server lists; or add the CA there (nginx: ssl_client_certificate)",
        "RFC 8446, 6.2; X509_V_ERR 19, 20",
    ),
    Entry(
        "client-cert-self-signed",
        "The client's certificate is self-signed",
        "The certificate was signed with its own key, and the server does not trust it itself.",
        "issue it from the CA that the server trusts: mtlsctl issue client NAME --ca CA",
        "RFC 5280, 3.2; X509_V_ERR 18",
    ),
    Entry(
        "client-cert-missing-intermediate",
        "The client does not send its intermediate",
        "The leaf was issued by an intermediate that is not in the client's file, and the server knows the root only."
        " The alerts are those of an unknown CA; nginx logs error 21.",
        "give the full chain: cat leaf.pem issuing.pem > fullchain.pem, --cert fullchain.pem",
        "RFC 8446, 4.4.2; X509_V_ERR 20, 21",
    ),
    Entry(
        "client-cert-expired",
        "The client's certificate has expired",
        "The time of checking is after the leaf's notAfter. Alert 45 from most servers; but 45 may also mean that the"
        " server's CRL is stale.",
        "renew it: mtlsctl renew FOLDER; if it is valid by your clock, compare the server's clock and CRL",
        "RFC 5280, 4.1.2.5; X509_V_ERR 10",
    ),
    Entry(
        "client-cert-not-yet-valid",
        "The client's certificate is not valid yet",
        "The time of checking is before notBefore: one of the clocks is wrong, or it was made for later.",
        "compare the clocks: date -u on both machines; wait; have it issued with an earlier notBefore",
        "RFC 5280, 4.1.2.5; X509_V_ERR 9",
    ),
    Entry(
        "client-chain-expired",
        "A CA certificate in the client's chain has expired",
        "The leaf is good and an intermediate or root above it has expired.",
        "replace the expired CA certificate in --cert; have the server trust the successor of the root",
        "RFC 5280, 6.1.3 (a)(2); X509_V_ERR 10",
    ),
    Entry(
        "client-cert-wrong-eku",
        "The certificate is not for clients",
        "The extended key usage of the leaf, or of a CA above it, is there and lacks clientAuth. Public CAs stopped"
        " giving clientAuth in 2026, so that a public server certificate no longer serves as a client's.",
        "issue it as a client from a private CA: mtlsctl issue client NAME; for both ends: mtlsctl issue peer NAME",
        "RFC 5280, 4.2.1.12; mumble-voip/mumble#7076; X509_V_ERR 26",
    ),
    Entry(
        "client-cert-wrong-key-usage",
        "The client's key usage forbids what a handshake does",
        "The keyUsage extension is there and lacks digitalSignature, with which a client proves that it holds the key.",
        "issue it again with digitalSignature: mtlsctl issue client NAME",
        "RFC 8446, 4.4.2.2; RFC 5280, 4.2.1.3",
    ),
    Entry(
        "client-cert-weak-key",
        "A key in the client's chain is too weak, or not for TLS",
        "RSA below 2048 bits, a curve other than P-256, P-384 and P-521, DSA, or a key that cannot sign.",
        "make a new key: mtlsctl key new FILE, and have it certified: mtlsctl sign",
        "NIST SP 800-57 part 1, table 2; RFC 8446, 4.2.3; X509_V_ERR 66, 67",
    ),
    Entry(
        "client-cert-weak-signature",
        "A certificate in the client's chain is signed over a weak hash",
        "SHA-1 or MD5. OpenSSL, Go and rustls refuse it; Java 17 takes SHA-1 from private CAs.",
        "have the certificate issued again with SHA-256 or better",
        "RFC 9155; RFC 6151; X509_V_ERR 68",
    ),
    Entry(
        "client-cert-revoked",
        "The client's certificate is revoked",
        "The issuer's CRL or OCSP answer lists the certificate: alert 44, or error 23 in nginx's log.",
        "issue a new one with a new key: mtlsctl issue client NAME",
        "RFC 5280, 5.3; X509_V_ERR 23",
    ),
    Entry(
        "client-cert-revocation-unknown",
        "The server's CRL is missing or stale",
        "The side that verifies checks revocation and has no usable CRL for a CA in the chain, or an expired one. Good"
        " clients are refused, with alerts that read unknown CA or certificate expired.",
        "publish a fresh CRL: mtlsctl crl; give the server one for every CA in the chain, the root's too",
        "RFC 5280, 6.3; X509_V_ERR 3, 11, 12",
    ),
    Entry(
        "client-chain-too-long",
        "The client's chain is longer than allowed",
        "Either a CA's pathLenConstraint is exceeded, or the server's depth is: nginx (ssl_verify_depth) and Apache"
        " (SSLVerifyDepth) allow one intermediate unless told otherwise. Apache answers with internal_error.",
        "nginx: ssl_verify_depth 3; Apache: SSLVerifyDepth 3; or issue the client from a CA higher up",
        "RFC 5280, 4.2.1.9; nginx/nginx#1409; X509_V_ERR 22, 25",
    ),
    Entry(
        "client-chain-order",
        "The client's certificates are in the wrong order",
        "The leaf must come first, then each certificate before its issuer. A file that begins with a CA fails as a key"
        " that does not fit.",
        "write the file anew: cat leaf.pem issuing.pem > fullchain.pem",
        "RFC 5246, 7.4.2; RFC 8446, 4.4.2; openssl/openssl#27217",
    ),
    Entry(
        "client-extra-certs",
        "The client sends certificates that are not needed",
        "The file holds certificates that are on no path from the leaf, doubles, or the root itself.",
        "leave them out of the file",
        "RFC 8446, 4.4.2",
    ),
    Entry(
        "client-bad-ca",
        "The issuer of the client's certificate is no CA",
        "Its basicConstraints say CA:FALSE or are missing, or its key usage lacks keyCertSign.",
        "issue the client from a CA: mtlsctl issue client NAME --ca CA",
        "RFC 5280, 6.1.4 (k) and (n); X509_V_ERR 24, 79",
    ),
    Entry(
        "client-ca-rekeyed",
        "The client's CA was made anew under its old name",
        "The server trusts a CA of the right name with another key than the one that signed. The CA list in the"
        " server's request shows the name alone, so all looks well until the signature is checked.",
        "issue the client again from the present CA: mtlsctl issue client NAME; or give the server the CA certificate"
        " whose SKI the message names",
        "RFC 5280, 4.2.1.1; haproxy/haproxy#968; X509_V_ERR 7, 20",
    ),
    Entry(
        "client-bad-signature",
        "A signature in the client's chain does not fit",
        "The issuer with the right name and key is there, and its key does not verify the signature: the certificate"
        " was damaged or changed.",
        "get an undamaged copy; or have the certificate issued again",
        "RFC 5280, 6.1.3 (a)(1); X509_V_ERR 7",
    ),
    Entry(
        "client-name-mismatch",
        "The client's certificate does not carry the name",
        "The name asked for is not in the subject alternative name extension. The common name does not count here.",
        "issue it with this name: mtlsctl issue client NAME; or ask for a name that it has",
        "RFC 9525, 6; RFC 5280, 4.2.1.6",
    ),
    Entry(
        "client-name-constraints",
        "The client's CA may not issue for this name",
        "A CA in the chain has name constraints and a name in the client's certificate lies outside.",
        "use a name that the CA permits; issue from another CA",
        "RFC 5280, 4.2.1.10; X509_V_ERR 47, 48",
    ),
    Entry(
        "client-unknown-critical-extension",
        "A critical extension in the client's chain is unknown",
        "A certificate has an extension marked critical that servers do not know, and then they must refuse.",
        "issue the certificate without that extension, or with it not critical",
        "RFC 5280, 4.2; X509_V_ERR 34",
    ),
    Entry(
        "client-cert-invalid",
        "The client's certificate is malformed, or refused for a rare reason",
        "A certificate breaks the encoding rules so that it cannot be read through, or OpenSSL refuses it with a"
        " number for which there is no code of its own; the message says which.",
        "have it issued again by a tool that keeps to RFC 5280: mtlsctl issue client NAME",
        "RFC 5280, 4.1 and 4.2; openssl-verification-options(1)",
    ),
    Entry(
        "client-cert-not-allowed",
        "The client is trusted, but not on the server's list",
        "The chain verifies, and the server lets in only some names: the client's is not among them.",
        "add the client's name to the server's rule; or use another client",
        "RFC 8446, 6.2 (access_denied)",
    ),
    Entry(
        "client-cert-refused-by-app",
        "TLS succeeded and the application said no",
        "The certificate passed the handshake, and the application answered with 401, 403 or its own refusal: it maps"
        " identities from another field, or this one has no right there.",
        "compare the identity shown with the application's user list; read its log",
        "RFC 9110, 15.5.4",
    ),
    Entry(
        "client-cert-refused",
        "The server refused the certificate and does not say why",
        "The refusal came right after our certificate, and neither the alert nor our own checks show a cause.",
        "read the server's log (nginx: error_log at level info); try mtlsctl verify --as client --ca with the CA file"
        " that the server has",
        "RFC 8446, 6.2",
    ),
)

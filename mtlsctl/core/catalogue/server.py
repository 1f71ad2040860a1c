"""Codes of a server's certificate and chain, as a client sees them."""

from mtlsctl.core.catalogue.entry import Entry

SERVER = (
    Entry(
        "server-untrusted-root",
        "The chain ends at a CA that is not trusted",
        "The certificates fit together, and the one at the top is not among the roots that were given. Nothing is"
        " wrong with the chain itself if that CA is the right one.",
        "if the CA is the right one, trust it: --ca FILE; if it is not, ask who issued the certificate; if --ca names"
        " an intermediate, pass --partial-chain or name its root",
        "RFC 5280, 6.1.1 (d); X509_V_ERR 2, 19, 20",
    ),
    Entry(
        "server-self-signed",
        "The server's certificate is self-signed",
        "The certificate was signed with its own key, and it is not itself trusted. There is no CA to ask.",
        "issue it from a CA: mtlsctl issue server NAME; or trust exactly this certificate with --ca FILE",
        "RFC 5280, 3.2; X509_V_ERR 18",
    ),
    Entry(
        "server-missing-intermediate",
        "An intermediate certificate is missing",
        "The leaf was issued by a CA whose certificate the server does not send and which is not trusted directly."
        " Browsers may hide this: they fetch or remember intermediates.",
        "serve the intermediate after the leaf: cat leaf.pem issuing.pem > fullchain.pem, and point the server at it",
        "RFC 8446, 4.4.2; RFC 5246, 7.4.2; X509_V_ERR 20, 21",
    ),
    Entry(
        "server-cert-expired",
        "The server's certificate has expired",
        "The time of checking is after the leaf's notAfter. Every client refuses.",
        "renew it: mtlsctl renew FOLDER, and reload the server; if it was renewed, the server still serves the old one",
        "RFC 5280, 4.1.2.5; X509_V_ERR 10",
    ),
    Entry(
        "server-cert-not-yet-valid",
        "A certificate is not valid yet",
        "The time of checking is before notBefore: the certificate is new and one of the clocks is wrong, or it was"
        " made for later.",
        "compare the clocks: date -u on both machines; wait; have it issued with an earlier notBefore",
        "RFC 5280, 4.1.2.5; X509_V_ERR 9",
    ),
    Entry(
        "server-chain-expired",
        "A CA certificate in the server's chain has expired",
        "The leaf is good, and an intermediate or root above it has expired. Java and rustls overlook it on roots,"
        " others do not.",
        "replace the expired CA certificate in the served chain by its successor; take old cross-signed ones out;"
        " put the new root into the trust store",
        "RFC 5280, 6.1.3 (a)(2); openssl/openssl#16861; X509_V_ERR 10",
    ),
    Entry(
        "server-name-mismatch",
        "The certificate is for another name",
        "None of the names in the subject alternative name extension is the one asked for. The common name does"
        " not count.",
        "connect by a name that it has; or issue it with this one: mtlsctl issue server NAME; or ask for the right"
        " virtual host with --servername NAME",
        "RFC 9525, 6; X509_V_ERR 62",
    ),
    Entry(
        "server-ip-not-in-san",
        "The certificate does not name the IP address",
        "The server was asked for by its address, which must stand in the SAN as an IP entry. An address written as a"
        " DNS name does not count.",
        "issue it with the address: mtlsctl issue server NAME 192.0.2.1; or connect by name",
        "RFC 9525, 6; RFC 5280, 4.2.1.6; X509_V_ERR 64",
    ),
    Entry(
        "server-cn-only",
        "The name stands in the common name alone",
        "The certificate has no SAN, and its CN would have matched. OpenSSL and curl still take that; Go, rustls,"
        " Python and browsers do not.",
        "issue it again with a SAN: mtlsctl issue server NAME",
        "RFC 9525, 2; Go 1.15 release notes, crypto/x509",
    ),
    Entry(
        "server-wrong-eku",
        "The certificate is not for servers",
        "The extended key usage of the leaf, or of a CA above it, is there and lacks serverAuth."
        " anyExtendedKeyUsage counts for Go, Java and GnuTLS, not for OpenSSL, BoringSSL and rustls.",
        "issue it as a server: mtlsctl issue server NAME; if a CA lacks the purpose, use a CA without EKU",
        "RFC 5280, 4.2.1.12; X509_V_ERR 26",
    ),
    Entry(
        "server-wrong-key-usage",
        "The key usage forbids what a handshake does",
        "The keyUsage extension is there and lacks digitalSignature, with which a server proves that it holds the key."
        " OpenSSL, Go and rustls overlook it in part; Java, GnuTLS and BoringSSL do not.",
        "issue it again with digitalSignature: mtlsctl issue server NAME",
        "RFC 8446, 4.4.2.2; RFC 5280, 4.2.1.3",
    ),
    Entry(
        "server-bad-ca",
        "The issuer is no CA",
        "A certificate in the chain was issued by one that may not: its basicConstraints say CA:FALSE or are missing,"
        " or its key usage lacks keyCertSign.",
        "issue the leaf from a CA: mtlsctl issue server NAME --ca CA; make the CA as one: mtlsctl ca create",
        "RFC 5280, 6.1.4 (k) and (n); X509_V_ERR 24, 79",
    ),
    Entry(
        "server-pathlen",
        "There are more CAs than a CA allows below it",
        "A CA's basicConstraints hold a pathLenConstraint, and the chain has more intermediates below that CA.",
        "issue the leaf from a CA higher up; make the upper CA with a longer pathlen",
        "RFC 5280, 4.2.1.9; X509_V_ERR 25",
    ),
    Entry(
        "server-name-constraints",
        "A CA may not issue for this name",
        "A CA in the chain has name constraints and the leaf's name lies outside. OpenSSL also reads the common name"
        " as a DNS name where there is no other. Java overlooks constraints of the root.",
        "use a name that the CA permits; issue from another CA; give the leaf a SAN",
        "RFC 5280, 4.2.1.10; X509_V_ERR 47, 48",
    ),
    Entry(
        "server-unknown-critical-extension",
        "A critical extension is unknown",
        "A certificate has an extension marked critical that verifiers do not know, and then they must refuse.",
        "issue the certificate without that extension, or with it not critical",
        "RFC 5280, 4.2; X509_V_ERR 34",
    ),
    Entry(
        "server-bad-signature",
        "A signature in the chain does not fit",
        "The issuer with the right name and key is there, and its key does not verify the signature: the certificate"
        " was damaged or changed after it was signed.",
        "get an undamaged copy; or have the certificate issued again",
        "RFC 5280, 6.1.3 (a)(1); X509_V_ERR 7",
    ),
    Entry(
        "server-weak-key",
        "A key in the chain is too weak, or not for TLS",
        "RSA below 2048 bits, a curve other than P-256, P-384 and P-521, DSA, or a key that cannot sign. OpenSSL at"
        " its default level refuses; some stacks still take RSA 1024.",
        "make a new key, mtlsctl key new FILE, and have it certified; a weak CA must be made anew: mtlsctl ca create",
        "NIST SP 800-57 part 1, table 2; RFC 8446, 4.2.3; X509_V_ERR 66, 67",
    ),
    Entry(
        "server-weak-signature",
        "A certificate in the chain is signed over a weak hash",
        "SHA-1 or MD5, for which certificates can be forged. The hash of a trusted root does not matter.",
        "have the certificate issued again with SHA-256 or better",
        "RFC 9155; RFC 6151; X509_V_ERR 68",
    ),
    Entry(
        "server-cert-revoked",
        "A certificate in the server's chain is revoked",
        "The issuer's CRL, or an OCSP answer, lists the certificate. The message has the reason, if there is one.",
        "issue a new certificate with a new key; do not trust the old one again",
        "RFC 5280, 5.3; X509_V_ERR 23",
    ),
    Entry(
        "server-crl-missing",
        "Revocation cannot be checked: no CRL",
        "Revocation was to be checked, and there is no usable CRL or OCSP answer for a certificate in the chain: none"
        " is at hand, or one of another CA or scope, or its signature does not fit. OpenSSL's alert for it reads"
        " unknown CA.",
        "fetch the CRL of that CA and pass it: --crl FILE; verify --fetch asks by itself; publish one: mtlsctl crl",
        "RFC 5280, 6.3; X509_V_ERR 3",
    ),
    Entry(
        "server-crl-expired",
        "The CRL is out of date",
        "The nextUpdate of the CRL, or of the OCSP answer, has passed, or its thisUpdate is still to come. OpenSSL's"
        " alert for it reads certificate expired.",
        "fetch the present CRL; publish one: mtlsctl crl; check that the job which publishes it runs",
        "RFC 5280, 5.1.2.5; X509_V_ERR 11, 12",
    ),
    Entry(
        "server-ca-rekeyed",
        "The CA was made anew under its old name",
        "A CA of the right name is at hand, and its key is not the one that signed: typical after a CA was created a"
        " second time. Alerts and CA lists show the name alone and mislead.",
        "issue the certificate again from the present CA: mtlsctl issue server NAME; or trust the CA certificate"
        " whose SKI the message names",
        "RFC 5280, 4.2.1.1; haproxy/haproxy#968; X509_V_ERR 7, 20",
    ),
    Entry(
        "server-chain-order",
        "The certificates are in the wrong order",
        "The leaf must come first, then each certificate before its issuer. TLS 1.3 lets clients sort, TLS 1.2 does"
        " not, and nobody looks for the leaf elsewhere than in front.",
        "write the file anew: cat leaf.pem issuing.pem > fullchain.pem",
        "RFC 5246, 7.4.2; RFC 8446, 4.4.2",
    ),
    Entry(
        "server-extra-certs",
        "Certificates are sent that are not needed",
        "The file holds certificates that are on no path from the leaf, doubles, or the root itself. It costs bytes"
        " in every handshake and can lead a verifier astray.",
        "leave them out of the file",
        "RFC 8446, 4.4.2",
    ),
    Entry(
        "server-cert-invalid",
        "A certificate is malformed, or refused for a rare reason",
        "A certificate breaks the encoding rules so that it cannot be read through, or OpenSSL refuses it with a"
        " number for which there is no code of its own; the message says which.",
        "have it issued again by a tool that keeps to RFC 5280: mtlsctl issue server NAME",
        "RFC 5280, 4.1 and 4.2; openssl-verification-options(1)",
    ),
    Entry(
        "tls-interception",
        "Something between opens the TLS connection",
        "The certificate was issued by a security product (a proxy or virus scanner) and not by the server's CA."
        " Mutual TLS cannot pass through it: it does not have the client's key.",
        "have the host excepted from inspection; trust the product's root only if that is meant",
        "grpc/grpc#23172; RFC 8446, 9.3",
    ),
    Entry(
        "clock-skew",
        "The clocks differ",
        "A certificate looks expired or not yet valid, and the difference of the two machines' clocks explains it.",
        "set the clock: timedatectl set-ntp true, and look again: date -u",
        "RFC 5280, 4.1.2.5",
    ),
)

"""Codes of lint about the TLS settings of a server, and about what NIST approves."""

from mtlsctl.core.catalogue.entry import Entry

_NIST_SUITES = "SP 800-52 rev. 2, 3.3.1"

TLS = (
    Entry(
        "lint-old-tls",
        "A server that accepts TLS 1.0 or 1.1",
        "Both are deprecated: their handshakes are signed over SHA-1 and MD5, and their suites are broken.",
        "nginx: ssl_protocols TLSv1.2 TLSv1.3; Apache: SSLProtocol -all +TLSv1.2 +TLSv1.3; HAProxy: ssl-min-ver"
        " TLSv1.2",
        "RFC 8996; SP 800-52 rev. 2, 3.1",
    ),
    Entry(
        "lint-no-tls13",
        "A server without TLS 1.3",
        "In TLS 1.2 certificates, the client's among them, are sent in the clear for everybody on the way to read.",
        "nginx: ssl_protocols TLSv1.2 TLSv1.3; update the TLS library where it does not know TLS 1.3",
        "RFC 9325, 3.1.1; SP 800-52 rev. 2, 3.1: shall since 2024",
    ),
    Entry(
        "lint-broken-suite",
        "A server that accepts broken cipher suites",
        "Suites without encryption, or with RC4, DES, 3DES, RC2, export keys or MD5.",
        "nginx: ssl_ciphers ECDHE+AESGCM:ECDHE+CHACHA20; OpenSSL: leave @SECLEVEL=0 away",
        "RFC 9325, 4.1; RFC 7465",
    ),
    Entry(
        "lint-no-forward-secrecy",
        "A server that accepts suites without forward secrecy",
        "With the RSA key exchange, or a fixed Diffie-Hellman key, whoever gets the server's key later reads all that"
        " was recorded before.",
        "offer ECDHE alone: nginx: ssl_ciphers ECDHE+AESGCM:ECDHE+CHACHA20",
        "RFC 9325, 4.1; SP 800-52 rev. 2, appendix D",
    ),
    Entry(
        "lint-cbc-suite",
        "A server that accepts suites with CBC",
        "Their order, first the MAC and then the cipher, was attacked again and again by its timing (Lucky 13). TLS 1.3"
        " has no such suites.",
        "offer AEAD suites alone: nginx: ssl_ciphers ECDHE+AESGCM:ECDHE+CHACHA20",
        "RFC 9325, 4.2; RFC 7366",
    ),
    Entry(
        "lint-weak-group",
        "A server that accepts a weak key exchange group",
        "Its strength is below 112 bits.",
        "nginx: ssl_ecdh_curve X25519:P-256:P-384",
        "RFC 9325, 4.5; SP 800-57 part 1 rev. 5, table 2",
    ),
    Entry(
        "lint-weak-server-signature",
        "A server that signs its handshake over a broken hash",
        "It proved its key with SHA-1 or MD5.",
        "update the TLS library, or leave SHA-1 out of its signature algorithms",
        "RFC 9155",
    ),
    Entry(
        "lint-no-extended-master-secret",
        "A server without the extended master secret",
        "In TLS 1.2 two connections can be made to share their secret, so that a client certificate shown in the one"
        " counts in the other (triple handshake).",
        "update the TLS library",
        "RFC 7627; SP 800-52 rev. 2",
    ),
    Entry(
        "lint-resumption",
        "A server that resumes sessions",
        "A resumed session takes the client's certificate as it was: who was revoked meanwhile stays in until the"
        " session ends.",
        "keep sessions short, such as nginx: ssl_session_timeout 10m, or switch them off",
        "RFC 8446, 4.6.1; SP 800-52 rev. 2, 3.6",
    ),
    Entry(
        "nist-key",
        "A key that NIST does not approve",
        "Approved for signatures are RSA from 2048 bits, ECDSA on P-224 to P-521, EdDSA and ML-DSA. Curves such as"
        " secp256k1 and those of Brainpool are not.",
        "make a new one: mtlsctl key new FILE --key-type p256",
        "FIPS 186-5; FIPS 204; SP 800-131A rev. 2, 3",
    ),
    Entry(
        "nist-exponent",
        "An RSA exponent outside of what NIST allows",
        "It must be odd, from 65,537 to below 2 to the 256.",
        "make a new key: mtlsctl key new FILE --key-type rsa",
        "FIPS 186-5, A.1.1",
    ),
    Entry(
        "nist-hash",
        "A signature over a hash that NIST does not approve",
        "Approved for signatures are SHA-2 and SHA-3 from 224 bits. SHA-1 and MD5 are not.",
        "have it issued again, with SHA-256 or better",
        "SP 800-131A rev. 2, 9; SP 800-52 rev. 2, 3.2",
    ),
    Entry(
        "nist-2030",
        "Strength of 112 bits beyond 2030",
        "RSA below 3072 bits and P-224 have 112 bits of strength, which are good to the end of 2030; the certificate"
        " lives longer.",
        "make a stronger key: mtlsctl key new FILE --key-type p256, or rsa (3072 bits)",
        "SP 800-57 part 1 rev. 5, table 4",
    ),
    Entry(
        "nist-lifetime",
        "A certificate that lives above three years",
        "Three years are the most for a server's or client's certificate, and for the use of a private signature key.",
        "issue it for 90 days: mtlsctl issue server NAME",
        "SP 800-52 rev. 2, 3.2; SP 800-57 part 1 rev. 5, 5.3.6",
    ),
    Entry(
        "nist-no-tls12",
        "A server that speaks neither TLS 1.2 nor 1.3",
        "One of the two is the least that the guideline allows.",
        "nginx: ssl_protocols TLSv1.2 TLSv1.3",
        "SP 800-52 rev. 2, 3.1",
    ),
    Entry(
        "nist-suite",
        "A server that accepts cipher suites that NIST does not approve",
        "A suite must be made of approved algorithms alone, which are AES with SHA-2, and ECDHE or DHE. ChaCha20,"
        " Camellia, ARIA, SEED, IDEA and 3DES are not.",
        "nginx: ssl_ciphers ECDHE+AESGCM, and for TLS 1.3: ssl_conf_command Ciphersuites"
        " TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256",
        _NIST_SUITES,
    ),
    Entry(
        "nist-group",
        "A server that accepts key exchange groups that NIST does not approve",
        "Approved are P-224 to P-521, the ffdhe groups, and ML-KEM, alone or together with another. X25519, X448 and"
        " Brainpool alone are not.",
        "nginx: ssl_ecdh_curve P-256:P-384; where ML-KEM is known: X25519MLKEM768:P-256:P-384",
        "SP 800-52 rev. 2, 3.4.2.2; SP 800-56A rev. 3; FIPS 203",
    ),
    Entry(
        "nist-no-approved-group",
        "A server without any approved key exchange group",
        "Clients that offer P-256 and P-384 alone cannot connect.",
        "nginx: ssl_ecdh_curve P-256:P-384",
        "SP 800-52 rev. 2, 3.4.2.2",
    ),
)

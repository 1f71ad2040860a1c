"""Codes of our own files, and of answers that are good with a word."""

from mtlsctl.core.catalogue.entry import Entry

LOCAL = (
    Entry(
        "client-file-unreadable",
        "The certificate or key file cannot be read",
        "The file is not there, or its permissions or those of its folder keep it shut.",
        "check the path; ls -l FILE; run as the user that owns it",
        "open(2)",
    ),
    Entry(
        "client-file-invalid",
        "The file is not a certificate or key",
        "The file could be read and holds something else: a request, a public key, another format, or damaged PEM.",
        "see what it is: mtlsctl inspect FILE; write it as clean PEM: mtlsctl inspect --pem FILE",
        "RFC 7468",
    ),
    Entry(
        "client-key-mismatch",
        "Certificate and key are no pair",
        "The public key in the certificate is not that of the private key. A chain file that begins with the CA looks"
        " the same.",
        "compare: mtlsctl inspect shows the public key's SHA-256 of both; put the leaf first in the chain file",
        "RFC 8446, 4.4.3",
    ),
    Entry(
        "client-key-encrypted",
        "The key is encrypted",
        "The private key needs a password and none, or a wrong one, was given.",
        "give it: --password-file FILE, or MTLSCTL_PASSWORD_FILE",
        "RFC 5958; RFC 8018",
    ),
    Entry(
        "client-cert-weak",
        "Our own library refuses the certificate",
        "The certificate's key or hash is below what OpenSSL takes at its default level, so that it is refused before"
        " anything is sent.",
        "make a new key, mtlsctl key new FILE, and have it certified",
        "SSL_CTX_set_security_level(3); curl/curl#9228",
    ),
    Entry(
        "ca-file-unreadable",
        "The file of trusted roots cannot be read",
        "What --ca names is not there or is shut. Nothing else is trusted in its place.",
        "check the path: ls -l FILE; list your CAs: mtlsctl ca list",
        "open(2)",
    ),
    Entry(
        "ca-file-invalid",
        "The file of trusted roots holds no certificate",
        "What --ca names could be read and has no certificate in it. Nothing else is trusted in its place.",
        "see what it is: mtlsctl inspect FILE; write the CA's certificate: mtlsctl ca export NAME",
        "RFC 7468, 5",
    ),
    Entry(
        "key-file-permissions",
        "Others can read the private key",
        "The file's mode lets users other than its owner read the key. Some servers refuse such a key.",
        "shut it: chmod 600 FILE",
        "chmod(1); PostgreSQL documentation, libpq: Client Certificates",
    ),
    Entry(
        "reload-failed",
        "Changed files cannot be used",
        "A running server read its certificate, key, CA or CRL again, and one is damaged, missing, or no pair with"
        " another. It goes on with what it had; new certificates do not take effect.",
        "repair the file that the message names: it is read again as soon as it changes, or on SIGHUP",
        "mtlsctl serve --help",
    ),
)

SUCCESS = (
    Entry(
        "ok",
        "All is well",
        "Nothing was found that a person would want to know.",
        "nothing to do",
        "RFC 5280, 6; RFC 8446",
    ),
    Entry(
        "verify-disabled",
        "The other end was not verified",
        "The connection went on although the peer's certificate was not checked, or did not pass. Whoever sits between"
        " can read and change everything.",
        "give the roots, --ca FILE, and take the option away that turns checking off",
        "RFC 8446, appendix C.2",
    ),
    Entry(
        "expires-soon",
        "A certificate ends soon",
        "Less than a third of the leaf's life is left (less than half when it lives under ten days), less than a tenth"
        " of a CA's, or a CA ends before the leaf does.",
        "renew it: mtlsctl renew FOLDER; for a CA: have a successor made and trusted before the end",
        "letsencrypt.org/docs/integration-guide: renew with a third of the life left",
    ),
    Entry(
        "client-cert-optional",
        "The server lets clients in without a certificate",
        "The server asks for a certificate and accepts a connection without one; the application has to decide.",
        "nginx: ssl_verify_client on instead of optional; Apache: SSLVerifyClient require; or check in the application",
        "RFC 8446, 4.4.2.4",
    ),
    Entry(
        "portability",
        "Accepted here; others will refuse",
        "The chain holds for OpenSSL, and other stacks, which the message names, refuse it: they are stricter about"
        " extensions, key types or names. It is a warning where OpenSSL itself was measured to refuse what no check"
        " here minds.",
        "if one of the stacks named is among your peers, issue the certificate as the hint says",
        "RFC 5280, 4.2.1; openssl/openssl#28391; python/cpython#107361",
    ),
)

"""Codes of lint about the names, the uses and the life of certificates."""

from mtlsctl.core.catalogue.entry import Entry

_AGAIN = "issue it again: mtlsctl issue server NAME, or client NAME"
_CA = "make the CA anew: mtlsctl ca create"

LINT = (
    Entry(
        "lint-no-san",
        "A server certificate without a subject alternative name",
        "Clients look for the server's name among the subject alternative names alone: without any it is valid for"
        " nobody, whatever its common name says.",
        "issue it with its names: mtlsctl issue server NAME",
        "RFC 9525, 2; RFC 5280, 4.2.1.6",
    ),
    Entry(
        "lint-cn-identity",
        "A client whose identity is its common name alone",
        "The certificate has no subject alternative name. A common name has no type and no rules of comparison; strict"
        " verifiers, such as Python's cryptography, refuse such clients.",
        "give the identity a name of its kind: mtlsctl issue client NAME",
        "RFC 5280, 4.1.2.6; RFC 9525, 2",
    ),
    Entry(
        "lint-cn-not-in-san",
        "A common name that is not among the names",
        "The common name looks like a host's, and no subject alternative name says the same. People read the one and"
        " programs the other.",
        "name it among the others, or leave it out of the subject",
        "CA/B Forum BR 7.1.4.3",
    ),
    Entry(
        "lint-server-name-kind",
        "A server certificate without a host's name",
        "Its subject alternative names are of other kinds than DNS name, IP address and SPIFFE id: no client that"
        " connects by name or address will accept it.",
        "issue it with the host's name: mtlsctl issue server HOST",
        "RFC 9525, 6",
    ),
    Entry(
        "lint-ip-as-dns",
        "An IP address written as a DNS name",
        "Clients compare an address with names of the kind iPAddress alone. As a DNS name it matches nothing; some"
        " older stacks take it, so that it works here and fails there.",
        "issue it with the address as such: mtlsctl issue server NAME",
        "RFC 5280, 4.2.1.6; CA/B Forum BR 7.1.2.7.12",
    ),
    Entry(
        "lint-bad-name",
        "A name that can match nothing",
        "A DNS name with a scheme, a port, a path, white space, an empty label, a label above 63 bytes or a final dot;"
        " an e-mail address without @. Verifiers compare it as it stands, or refuse the certificate.",
        "name the host alone: api.test, not https://api.test:8443/",
        "RFC 5280, 4.2.1.6; RFC 1034, 3.5",
    ),
    Entry(
        "lint-underscore-name",
        "A DNS name with an underscore",
        "Underscores are no letters of host names. Public CAs may not certify them, and some stacks refuse the name.",
        "rename the host with a dash",
        "RFC 5280, 4.2.1.6; CA/B Forum BR 7.1.2.7.12",
    ),
    Entry(
        "lint-wildcard-client",
        "A wildcard in a client certificate",
        "A client is somebody, not anybody below a domain: rules that allow a name by pattern then let in whoever"
        " holds this one.",
        "issue it with the client's own name: mtlsctl issue client CLIENT",
        "RFC 9525, 6.3: wildcards stand for servers' names",
    ),
    Entry(
        "lint-wildcard-form",
        "A wildcard that most verifiers do not take",
        "A star stands for one whole label, the first: *.api.test. Others (*.*.test, a.*.test) and a star in front of"
        " one label (*.test) match nothing in most stacks; for a part of a label (a*.api.test) it does in OpenSSL,"
        " Node.js and Java alone.",
        "write it as *.example.test, or better each name",
        "RFC 9525, 6.3",
    ),
    Entry(
        "lint-wildcard-server",
        "A wildcard in a server certificate",
        "Whoever holds this key is every server below the domain. Where a CA of your own signs in seconds, a"
        " certificate for each name costs nothing.",
        "issue one for each host: mtlsctl issue server HOST",
        "RFC 9525, 7.1",
    ),
    Entry(
        "lint-san-not-critical",
        "An empty subject and names that are not critical",
        "Where the subject is empty, the subject alternative name is all the identity there is and must be critical."
        " Java and strict OpenSSL refuse it otherwise.",
        _AGAIN,
        "RFC 5280, 4.1.2.6 and 4.2.1.6",
    ),
    Entry(
        "lint-spiffe",
        "A SPIFFE certificate against its specification",
        "An X.509-SVID has exactly one URI, spiffe://TRUST-DOMAIN/PATH, signs, and signs no certificates."
        " SPIFFE libraries refuse others.",
        "issue it so: mtlsctl issue spiffe spiffe://example.test/workload",
        "SPIFFE X509-SVID, 2, 4.1, 4.3 and 5.2",
    ),
    Entry(
        "lint-no-eku",
        "A certificate for every purpose",
        "Without an extended key usage it serves as client, as server, and for what else may come: who steals a"
        " server's key can log in with it.",
        _AGAIN,
        "RFC 5280, 4.2.1.12; SP 800-52 rev. 2, 3.2",
    ),
    Entry(
        "lint-any-eku",
        "A certificate whose purpose is any",
        "anyExtendedKeyUsage allows everything to some stacks and nothing to others: Go, Java and GnuTLS take it,"
        " OpenSSL, BoringSSL and rustls look for the purpose itself.",
        _AGAIN,
        "RFC 5280, 4.2.1.12; CA/B Forum BR 7.1.2.7.10",
    ),
    Entry(
        "lint-two-purposes",
        "A certificate for servers and clients at once",
        "It answers and it calls. A stolen server key then also logs in elsewhere. That is meant for peers that do"
        " both, and for nothing else.",
        "issue one for each purpose; keep both for peers: mtlsctl issue peer NAME",
        "RFC 5280, 4.2.1.12",
    ),
    Entry(
        "lint-foreign-purpose",
        "A TLS certificate that is good for something else, too",
        "Beside serverAuth or clientAuth stand purposes of another world, such as signing code, time stamps or OCSP"
        " answers. A key for TLS lies on a server that strangers reach.",
        "use another key and certificate for the other purpose",
        "RFC 5280, 4.2.1.12; CA/B Forum BR 7.1.2.7.10",
    ),
    Entry(
        "lint-no-key-usage",
        "A certificate without key usage",
        "Nothing says what the key may do, so it may do everything, such as sign certificates where a verifier is"
        " careless.",
        _AGAIN,
        "RFC 5280, 4.2.1.3; SP 800-52 rev. 2, 3.2",
    ),
    Entry(
        "lint-key-usage-not-critical",
        "Key usage that is not critical",
        "A verifier that does not know the extension may pass over it. Every certificate with key usage should have it"
        " critical.",
        _AGAIN,
        "RFC 5280, 4.2.1.3",
    ),
    Entry(
        "lint-no-digital-signature",
        "A TLS certificate that may not sign",
        "In TLS 1.3, and in TLS 1.2 with forward secrecy, both ends prove their key by a signature. Its key usage"
        " lacks digitalSignature.",
        _AGAIN,
        "RFC 8446, 4.4.2.2",
    ),
    Entry(
        "lint-key-usage-unfit",
        "Key usage that the key cannot do",
        "Its key usage claims what a key of this kind has no operation for, such as enciphering keys with an elliptic"
        " curve. Linters and strict verifiers refuse it.",
        _AGAIN,
        "RFC 5480, 3; RFC 8410, 5; RFC 9881, 5",
    ),
    Entry(
        "lint-key-encipherment",
        "An RSA key that may also decipher",
        "keyEncipherment is for the RSA key exchange of TLS 1.2, which has no forward secrecy: who gets the key later"
        " reads what was recorded before.",
        "leave it out where all clients know ECDHE; use an ECDSA key: mtlsctl issue server NAME --key-type p256",
        "RFC 9325, 4.1; RFC 5280, 4.2.1.3",
    ),
    Entry(
        "lint-leaf-may-sign",
        "A leaf that claims to sign certificates",
        "Its key usage has keyCertSign or cRLSign, and its basicConstraints say that it is no CA. A verifier that"
        " looks at the one alone takes it for a CA.",
        _AGAIN,
        "RFC 5280, 4.2.1.3 and 4.2.1.9",
    ),
    Entry(
        "lint-lifetime",
        "A leaf that lives long",
        "Above 200 days. As long as it lives, a lost key is good for whoever found it, and revocation reaches few"
        " peers. Renewal that runs each month is tested each month.",
        "issue it for 90 days and renew it by a timer: mtlsctl renew FOLDER",
        "CA/B Forum BR 6.3.2 (SC-081v3)",
    ),
    Entry(
        "lint-lifetime-limit",
        "A server certificate that Apple's systems refuse for its length",
        "Above 825 days. Their limit holds for private roots, too.",
        "issue it for 90 days: mtlsctl issue server NAME",
        "support.apple.com/103769",
    ),
    Entry(
        "lint-never-valid",
        "A life that ends before it begins",
        "notAfter lies before notBefore: there is no moment at which anybody accepts it.",
        _AGAIN,
        "RFC 5280, 4.1.2.5",
    ),
    Entry(
        "lint-no-revocation",
        "A long life, and nowhere to ask whether it was revoked",
        "It lives above 200 days and names neither a CRL nor an OCSP responder: peers learn of a revocation only if"
        " somebody brings them the CRL.",
        "issue it for 90 days: mtlsctl issue server NAME; or have the CA name its CRL in what it issues",
        "RFC 5280, 4.2.1.13 and 4.2.2.1",
    ),
    Entry(
        "lint-no-rev-avail",
        "noRevAvail where it must not be",
        "The extension says that the CA publishes nothing about the certificate's revocation. It may be neither in a CA"
        " certificate nor beside the address of a CRL or an OCSP responder, nor critical: verifiers that know it are to"
        " refuse such a certificate.",
        "have it issued again, with the one or the other",
        "RFC 9608, 2 and 3",
    ),
    Entry(
        "lint-pointer-scheme",
        "A CRL or OCSP address that verifiers do not fetch",
        "Such addresses are fetched while a certificate is verified: over https that would need another verification"
        " first, and ldap and file lead nowhere for most stacks.",
        "publish it over http: what is fetched is signed",
        "RFC 5280, 4.2.1.13; CA/B Forum BR 7.1.2.11.2",
    ),
    Entry(
        "lint-pointer-local",
        "A CRL or OCSP address on the machine itself",
        "localhost is another machine for each peer: each asks itself.",
        "name the host that serves the CRL",
        "RFC 6761, 6.3",
    ),
    Entry(
        "lint-ocsp-no-check",
        "An OCSP signer that peers must ask about",
        "A certificate for signing OCSP answers without id-pkix-ocsp-nocheck: whether it was revoked is to be asked of"
        " the responder that it speaks for.",
        "issue it with the extension: mtlsctl sign CSR --profile ocsp",
        "RFC 6960, 4.2.2.2.1",
    ),
)

"""The words that our answers take for granted, each in two sentences, with where it is defined."""

from typing import NamedTuple


class Term(NamedTuple):
    """A word of the field."""

    word: str
    name: str
    """What it is short for, or another word for it; "" where there is none."""
    meaning: str
    source: str


def find(word: str) -> Term | None:
    """The term for a word or for what it is short for, in any case; None for what is none."""
    asked = word.strip().casefold()
    return next((one for one in TERMS if asked in (one.word.casefold(), one.name.casefold())), None) if asked else None


TERMS = (
    Term(
        "mTLS",
        "mutual TLS",
        "TLS in which both ends show a certificate and prove that they hold its key. Ordinary TLS asks that of the"
        " server alone.",
        "RFC 8446, 4.3.2",
    ),
    Term(
        "CA",
        "certificate authority",
        "Whoever signs certificates, and the certificate with which that is checked. Here each CA is two: a root that"
        " signs once, and an issuing CA for every day.",
        "RFC 5280, 3.2",
    ),
    Term(
        "leaf",
        "end entity",
        "The certificate of a server or a client: the last of a chain, which signs no others.",
        "RFC 5280, 3.2",
    ),
    Term(
        "intermediate",
        "issuing CA",
        "A CA between the root and the leaf. Whoever presents the leaf presents it, too: the other end has only the"
        " root.",
        "RFC 8446, 4.4.2",
    ),
    Term(
        "trust anchor",
        "root",
        "A CA certificate that a verifier was given beforehand and takes as it is. Here it is what --ca names; a root"
        " that somebody sends is trusted by nobody.",
        "RFC 5280, 6.1.1 (d)",
    ),
    Term(
        "chain",
        "certification path",
        "The leaf, the certificate of the CA that signed it, and so on up to a trust anchor. In a file or a handshake"
        " the leaf comes first, and the root is left out.",
        "RFC 5280, 6.1",
    ),
    Term(
        "cross-certificate",
        "cross-signing",
        "A second certificate of the same CA, name and key, signed by another CA: one leaf then leads to two roots.",
        "RFC 5280, 3.2",
    ),
    Term(
        "CSR",
        "certificate signing request",
        "A public key and names, signed with the key: what a CA is sent to"
        " sign. The private key stays where it was made.",
        "RFC 2986",
    ),
    Term(
        "CN",
        "common name",
        "A part of a certificate's subject, free text. Verifiers today look for a server's name in the SAN alone.",
        "RFC 9525, 1.4",
    ),
    Term(
        "SAN",
        "subject alternative name",
        "The names for which a certificate is good: DNS names, IP addresses, e-mail addresses, URIs.",
        "RFC 5280, 4.2.1.6",
    ),
    Term(
        "EKU",
        "extended key usage",
        "For what a certificate may be used: serverAuth to be a server, clientAuth to be a client. One for servers is"
        " refused from a client.",
        "RFC 5280, 4.2.1.12",
    ),
    Term(
        "KU",
        "key usage",
        "What the key may do: digitalSignature for the handshakes of TLS, keyCertSign to sign certificates, cRLSign to"
        " sign CRLs.",
        "RFC 5280, 4.2.1.3",
    ),
    Term(
        "SKI",
        "subject key identifier",
        "A short name for the certificate's own key, most often a hash of it. What the CA signs names it as its AKI.",
        "RFC 5280, 4.2.1.2",
    ),
    Term(
        "AKI",
        "authority key identifier",
        "The SKI of the CA that signed: it tells two CAs of one name apart.",
        "RFC 5280, 4.2.1.1",
    ),
    Term(
        "pathlen",
        "path length constraint",
        "How many CAs a CA allows below it. With 0 it signs leaves alone.",
        "RFC 5280, 4.2.1.9",
    ),
    Term(
        "name constraints",
        "",
        "For which names a CA may sign: .example.test, say, or 10.0.0.0/8. mtlsctl ca create --permit makes such a CA.",
        "RFC 5280, 4.2.1.10",
    ),
    Term(
        "CRL",
        "certificate revocation list",
        "A list of certificates that count no more, signed by the CA, good for some days. Verifiers read it if they are"
        " told to.",
        "RFC 5280, 5",
    ),
    Term(
        "OCSP",
        "Online Certificate Status Protocol",
        "A question to the CA's responder, over HTTP, whether one certificate is revoked.",
        "RFC 6960",
    ),
    Term(
        "staple",
        "OCSP stapling",
        "An OCSP answer about the server's own certificate, which the server sends along in the handshake.",
        "RFC 6066, 8",
    ),
    Term(
        "AIA",
        "authority information access",
        "Where the certificate of the CA that signed, and its OCSP responder, are to be found. Most TLS libraries do"
        " not fetch from there.",
        "RFC 5280, 4.2.2.1",
    ),
    Term(
        "SNI",
        "server name indication",
        "The name that the client asks for in the first message, so that a server of many names picks a certificate.",
        "RFC 6066, 3",
    ),
    Term(
        "ALPN",
        "application-layer protocol negotiation",
        "How client and server agree in the handshake on what is spoken afterwards: h2 or http/1.1, say.",
        "RFC 7301",
    ),
    Term(
        "PEM",
        "",
        "A certificate or key as text: base64 between a BEGIN and an END line. Most servers want it.",
        "RFC 7468",
    ),
    Term("DER", "", "A certificate or key as bytes. PEM is DER in base64.", "X.690"),
    Term(
        "PKCS#12",
        "PFX",
        "A file with a key and its certificates, shut with a password: .p12 or .pfx, as Windows and Java have it.",
        "RFC 7292",
    ),
    Term(
        "SPIFFE",
        "",
        "Names for workloads, written as URIs: spiffe://prod.test/api. They stand in the SAN.",
        "SPIFFE X509-SVID, 2",
    ),
)

"""What goes wrong when revocation is looked up beside the certificates themselves."""

from mtlsctl.core.catalogue.entry import Entry

REVOCATION = (
    Entry(
        "ocsp-unusable",
        "An OCSP answer cannot be used",
        "A responder's answer, fetched, stapled or from a file, does not count: its signer may not speak for the"
        " certificate's issuer, its signature or nonce does not fit, or the responder refused to answer. Another source"
        " told the certificate's status.",
        "mtlsctl inspect shows the answer; the responder's owner must repair it",
        "RFC 6960, 3.2 and 4.2.2.2",
    ),
    Entry(
        "fetch-failed",
        "Something that was to be fetched did not come",
        "A CRL, an OCSP answer or an issuer's certificate was asked for at an address that a certificate names, and was"
        " not had: no answer, too slow, too large, an address that is private, or a scheme that is not HTTP.",
        "the message says why; --allow-private permits addresses of your own network",
        "RFC 5280, 4.2.1.13 and 4.2.2.1",
    ),
)

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
        "revocation-exempt",
        "A certificate whose CA publishes nothing about its revocation",
        "The certificate says so itself (noRevAvail), as those do that live too short to be revoked: nobody asks for a"
        " CRL or an OCSP answer, and none is missing.",
        "nothing to do; to be able to revoke it, have it issued without the extension",
        "RFC 9608, 4",
    ),
    Entry(
        "staple-missing",
        "The server sent no OCSP staple",
        "It was asked for one (--staple) and answered without. Clients that want to know ask the responder, or go on.",
        "switch it on: nginx ssl_stapling on; Apache SSLUseStapling on; HAProxy ocsp-update on. A CA without an OCSP"
        " responder gives nothing to staple",
        "RFC 6066, 8",
    ),
    Entry(
        "staple-failed",
        "The server cannot be asked for an OCSP staple",
        "It ends the handshake with internal_error where it is asked for one (--staple), and answers a hello that does"
        " not ask: the code that should fetch its OCSP response fails. Browsers ask, and see the same.",
        "read the server's log, and see that it can read its OCSP response or reach its responder; until then switch"
        " stapling off: a server without a response is to leave it out",
        "RFC 6066, 8",
    ),
    Entry(
        "staple-required",
        "The certificate demands an OCSP staple, and none came",
        "The certificate has the TLS feature status_request (must-staple): Firefox and GnuTLS refuse the connection."
        " nginx sends none for the first clients after its start.",
        "switch stapling on at the server; or have the certificate issued again without the extension",
        "RFC 7633, 4.2.3.1",
    ),
    Entry(
        "staple-expired",
        "The OCSP staple is out of date",
        "The time of checking is outside thisUpdate and nextUpdate: the server goes on sending an old response, or a"
        " clock is wrong. Clients that read staples refuse it.",
        "see in the server's log why it gets no new one: its resolver, a firewall, the responder; check both clocks",
        "RFC 6960, 3.2 and 4.2.2.1",
    ),
    Entry(
        "staple-unusable",
        "The OCSP staple does not count",
        "It is about another certificate, its signature does not fit, its signer may not speak for the certificate's"
        " issuer, it says that the responder failed, or it is no OCSP response.",
        "see what it is: --json has it in result.staple.der; jq -r .result.staple.der | base64 -d | mtlsctl inspect -",
        "RFC 6960, 3.2 and 4.2.2.2",
    ),
    Entry(
        "staple-unknown",
        "The responder does not know the server's certificate",
        "The staple is genuine and says unknown: the responder's data base lacks what its CA issued. Firefox and curl"
        " --cert-status refuse that.",
        "bring the responder's data up to date; check that the certificate is of this CA",
        "RFC 6960, 2.2",
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

"""Codes of a proof: what got in that must not, and what could not be told."""

from mtlsctl.core.catalogue.entry import Entry

PROBE = (
    Entry(
        "probe-enforced",
        "The server lets only the right clients in",
        "The good certificate got in, before and after the others; nothing else that was shown did.",
        "nothing to do; keep the command in CI",
        "RFC 8446, 4.4.2.4",
    ),
    Entry(
        "probe-never-asks",
        "The server never asks for a certificate",
        "No handshake held a CertificateRequest, and a client without a certificate got in: this listener does no"
        " mutual TLS at all. Often it is another port, or another virtual host, than the one that was configured.",
        "have it ask: nginx: ssl_verify_client on; Apache: SSLVerifyClient require; HAProxy: verify required; look at"
        " the port and the server name",
        "RFC 8446, 4.3.2; RFC 5246, 7.4.4",
    ),
    Entry(
        "probe-no-cert-accepted",
        "Clients without a certificate get in",
        "The server asks for a certificate and lets clients in that have none: it is optional, and the application"
        " does not ask for it either.",
        "demand it: nginx: ssl_verify_client on; Apache: SSLVerifyClient require; HAProxy: verify required; or refuse"
        " in the application when there is none",
        "RFC 8446, 4.4.2.4",
    ),
    Entry(
        "probe-stranger-accepted",
        "Certificates that no CA of yours signed get in",
        "A certificate that anybody can make was taken: the chain is not verified, or its failure is passed over"
        " (nginx's optional_no_ca, rejectUnauthorized: false, a trust manager that says yes to all).",
        "verify against your own CA: nginx: ssl_verify_client on; Apache: SSLVerifyClient require; HAProxy: verify"
        " required; in code, take the callback away that answers yes",
        "RFC 5280, 6.1; nginx.org: ngx_http_ssl_module, ssl_verify_client",
    ),
    Entry(
        "probe-stolen-accepted",
        "A certificate without its key gets in",
        "The server took a certificate whose holder could not prove to have the key. Certificates are public:"
        " everybody gets in who has seen one.",
        "update the server's TLS library; certificates passed on in HTTP headers must come from your own proxy alone",
        "RFC 8446, 4.4.3; RFC 5246, 7.4.8",
    ),
    Entry(
        "probe-leaf-as-ca-accepted",
        "A client can make certificates of its own",
        "A certificate was taken that was signed with the key of a client's leaf, which is no CA: each client can"
        " become any other.",
        "the verifier must look at basicConstraints: update it, or use the TLS library's own",
        "RFC 5280, 4.2.1.9 and 6.1.4 (k)",
    ),
    Entry(
        "probe-expired-accepted",
        "Expired certificates get in",
        "A certificate of the right CA whose time is over was taken.",
        "leave the check of dates on; keep the server's clock right",
        "RFC 5280, 6.1.3 (a)(2)",
    ),
    Entry(
        "probe-not-yet-valid-accepted",
        "Certificates get in before their time",
        "A certificate of the right CA that begins tomorrow was taken.",
        "leave the check of dates on; keep the server's clock right",
        "RFC 5280, 6.1.3 (a)(2)",
    ),
    Entry(
        "probe-wrong-eku-accepted",
        "Server certificates get in as clients",
        "A certificate of the right CA that is for servers only was taken: whoever runs a server of yours can be any"
        " client.",
        "have the server check the purpose: OpenSSL does by itself where chains are verified; in code, demand"
        " clientAuth",
        "RFC 5280, 4.2.1.12",
    ),
    Entry(
        "probe-revoked-accepted",
        "Revoked certificates get in",
        "A certificate that its CA has revoked was taken: the server knows no CRL, or an old one.",
        "publish it: mtlsctl crl --out crl.pem; nginx: ssl_crl crl.pem; Apache: SSLCARevocationFile,"
        " SSLCARevocationCheck chain; HAProxy: crl-file; then reload, and again for each new CRL",
        "RFC 5280, 6.3",
    ),
    Entry(
        "probe-resumption-accepted",
        "A session without a certificate leads in",
        "A client without a certificate is refused, and gets in when it goes on with a session that was made without"
        " one. In TLS 1.3 Node's socket.authorized is true of every resumed session; virtual hosts may share sessions.",
        "give each virtual host its own session cache and ticket keys; in Node, demand getPeerCertificate().raw"
        " beside socket.authorized; or switch resumption off",
        "RFC 8446, 4.6.1; CVE-2025-23419",
    ),
    Entry(
        "probe-extra-accepted",
        "A certificate of the caller's gets in that must not",
        "One of the certificates that were passed with --expect-refused was let in.",
        "look at what the server's rules say of it: its CA, its names, its CRL",
        "RFC 5280, 6.1",
    ),
    Entry(
        "probe-good-refused",
        "What must get in was refused",
        "The good certificate, or one that was passed with --expect-accepted, did not get in. The refusals of the"
        " others prove nothing then: they may have the same reason, or a limit on connections.",
        "see why: mtlsctl handshake HOST:PORT with the same options; ask for a page that this client may read: --http"
        " PATH",
        "RFC 8446, 6.2",
    ),
    Entry(
        "probe-no-good",
        "No good certificate was given",
        "Without one that gets in, a server that refuses everybody, or is broken, looks like one that checks.",
        "pass one that must get in: mtlsctl probe HOST:PORT --identity FOLDER",
        "RFC 8446, 4.4.2",
    ),
    Entry(
        "probe-application-not-asked",
        "TLS takes strangers, and the application was not asked",
        "The handshake was completed with a client that must be refused, and nothing tells whether the application"
        " turns it away afterwards, as nginx does in HTTP. A server that says nothing then is suspicious.",
        "ask the application: --http PATH; where it speaks no HTTP, have TLS itself demand and verify",
        "RFC 8446, 4.4.2.4",
    ),
    Entry(
        "probe-no-answer",
        "No verdict came",
        "The server neither refused nor answered in time, answered with an error of its own, or takes no signatures"
        " of the offer's kind of key.",
        "try again with more time, --timeout 30; read the server's log",
        "RFC 8446, 6.2",
    ),
    Entry(
        "probe-resumed",
        "Resumed sessions are not checked again",
        "A session that began with a good certificate is gone on with, and the certificate is not asked for again:"
        " who is revoked meanwhile may stay in until the session ends. Some servers look at the dates, few at the CRL.",
        "keep sessions short: nginx: ssl_session_timeout 10m; or switch them off: ssl_session_tickets off",
        "RFC 8446, 4.6.1",
    ),
    Entry(
        "probe-incomplete",
        "Not everything was tried",
        "Some offers could not be made: they need your CA's key, a revoked certificate, or a good one. The proof"
        " reaches as far as what was tried.",
        "pass what the message names, such as --sign-with NAME",
        "RFC 5280, 6.1",
    ),
)

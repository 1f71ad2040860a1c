"""Codes of what goes wrong before certificates matter: the network, other protocols, the negotiation."""

from mtlsctl.core.catalogue.entry import Entry

NETWORK = (
    Entry(
        "dns-failure",
        "The name has no address",
        "The host name could not be turned into an IP address, so no connection was tried. TLS has no part in it.",
        "check the spelling; ask the resolver: getent hosts NAME; give the address, and the name: --servername NAME",
        "RFC 1035; getaddrinfo(3)",
    ),
    Entry(
        "connection-refused",
        "Nothing listens there",
        "The machine answered that no program listens on this port (or a firewall answered in its place)."
        " The address is right as far as the machine, the port or the service is not.",
        "start the service; check its port: ss -ltn; check that it listens on this address and not on localhost alone",
        "RFC 9293, 3.5.2",
    ),
    Entry(
        "connection-timeout",
        "No answer to the connection attempt",
        "The first packet was never answered. A firewall drops it, the route is wrong, or the machine is off."
        " A closed port on a reachable machine would have said connection-refused.",
        "check firewalls and security groups; check the address; try the other address family (IPv4 or IPv6)",
        "RFC 9293, 3.8.3",
    ),
    Entry(
        "connection-reset",
        "The connection was cut by a reset",
        "The other end, or something between, sent a TCP reset during the handshake, with no TLS alert before it."
        " When it comes right after the client's certificate, it may hide an alert: writing before reading loses it.",
        "try again with another TLS version and without a client certificate to see at which step it happens;"
        " read the server's log; ask whether an allow-list or a proxy stands between",
        "RFC 9293, 3.5.3; golang/go#79952",
    ),
    Entry(
        "connection-closed",
        "The other end closed without a word",
        "The connection ended in an orderly way before TLS was done, without an alert. Servers that expect a PROXY"
        " protocol header, that do not know the server name, or that crash, do this.",
        "check whether the port expects the PROXY protocol; give the right --servername; read the server's log",
        "RFC 8446, 6.1",
    ),
    Entry(
        "handshake-stalled",
        "Connected, but TLS never answered",
        "The TCP connection stands and the peer says nothing to our first TLS message. Either it waits for another"
        " protocol's first words, or a middlebox swallowed a large ClientHello, or the backend hangs.",
        "if the protocol begins in plain text: mtlsctl handshake HOST:PORT --starttls PROTOCOL; raise --timeout; a"
        " middlebox may swallow large post-quantum hellos",
        "golang/go#80573; RFC 8446, 4.1.2",
    ),
    Entry(
        "proxy-refused",
        "The proxy did not let the connection through",
        "The proxy answered CONNECT with something other than 200, or the SOCKS request with a code of refusal. The"
        " server was never reached.",
        "407, or SOCKS authentication: give the user and password, --proxy http://USER:PASSWORD@HOST:PORT; 403, or"
        " SOCKS 2: have the proxy allow the host and port; 502, or SOCKS 3 to 6: the proxy itself cannot reach the"
        " server; --proxy none, or NO_PROXY, goes past it",
        "RFC 9110, 9.3.6; RFC 1928, 6",
    ),
)

NOT_TLS = (
    Entry(
        "plain-http-port",
        "The port speaks HTTP, not HTTPS",
        "The first bytes of the answer are an HTTP response. Libraries call this a wrong version number, because they"
        " read the letters as a TLS record.",
        "use the HTTPS port (443 instead of 80, 8443 instead of 8080); or put a TLS proxy in front",
        "RFC 9110; irssi/irssi#1320",
    ),
    Entry(
        "starttls-required",
        "The port starts in plain text and then changes to TLS",
        "The server greeted in the plain text of its protocol (SMTP, IMAP, LDAP, PostgreSQL and others). TLS begins"
        " there only after a command of that protocol.",
        "mtlsctl handshake HOST:PORT --starttls with the protocol that the message names; or use the port with TLS"
        " from the start (465, 993, 995, 636)",
        "RFC 3207; RFC 2595; RFC 8314, 3",
    ),
    Entry(
        "starttls-refused",
        "The server will not change to TLS",
        "The server speaks the protocol and refused the command that starts TLS. Often TLS is not configured there,"
        " or is offered only to some clients.",
        "turn TLS on in the server (PostgreSQL: ssl = on, Postfix: smtpd_tls_security_level); read its log",
        "RFC 3207, 4; PostgreSQL documentation, Message Flow: SSL Session Encryption",
    ),
    Entry(
        "starttls-wrong-protocol",
        "The server speaks another protocol than the one that STARTTLS was sent for",
        "The first words do not belong to the protocol that was named; the message says which they belong to, if they"
        " are known.",
        "name the protocol that the first words show; check the port",
        "RFC 8314, 3",
    ),
    Entry(
        "starttls-on-implicit-tls",
        "The port speaks TLS from the first byte",
        "STARTTLS was asked for, and the server answered our plain words with a TLS alert, or waits in silence where"
        " the protocol would greet.",
        "leave --starttls away on this port; write imaps://, ldaps:// and the like in a URL",
        "RFC 8314, 3",
    ),
    Entry(
        "starttls-injection",
        "Plain text came where TLS begins",
        "The server agreed to begin TLS, and more plain text came with its answer. Whatever stands between can put such"
        " words into the connection, and a client that keeps them takes them for encrypted ones. TLS was not begun.",
        "update the server, or the proxy or filter in front of it; if they are in order, somebody changes what they"
        " say on the way",
        "CVE-2011-0411; CVE-2021-23222; nostarttls.secvuln.info",
    ),
    Entry(
        "not-tls",
        "What answers there is not TLS",
        "The first bytes belong to another protocol: SSH, Redis, AMQP, VNC, HTTP/2 without TLS or one that is unknown.",
        "check the port; if the protocol has no TLS, put a TLS proxy in front",
        "RFC 8446, 5.1",
    ),
    Entry(
        "proxy-header-missing",
        "The connection did not begin with a PROXY header",
        "The server expects the PROXY protocol, by which a load balancer says who connects, and the first bytes were no"
        " such header. Somebody connected past the load balancer, or it does not send one.",
        "HAProxy: server ... send-proxy-v2; nginx: proxy_protocol on; or leave --proxy-protocol away at mtlsctl serve",
        "The PROXY protocol, versions 1 and 2 (haproxy.org: proxy-protocol.txt), 2",
    ),
    Entry(
        "proxy-header-unexpected",
        "A PROXY header came before TLS, and none was expected",
        "A load balancer says by the PROXY protocol who connects, and the server takes the header for broken TLS."
        " OpenSSL calls it a wrong version number.",
        "have the server expect it: mtlsctl serve --proxy-protocol, nginx: listen ... proxy_protocol; or have the load"
        " balancer send none",
        "The PROXY protocol, versions 1 and 2 (haproxy.org: proxy-protocol.txt), 2",
    ),
)

NEGOTIATION = (
    Entry(
        "protocol-version",
        "No TLS version in common",
        "Each end has a lowest and highest TLS version, and the ranges do not meet (alert 70). No certificate was"
        " looked at.",
        "update the older end; allow TLS 1.2 on the newer one; TLS 1.0 and 1.1 are forbidden",
        "RFC 8446, 4.2.1; RFC 8996",
    ),
    Entry(
        "no-shared-cipher",
        "No cipher suite in common",
        "The server found none of the client's cipher suites usable (alert 40). In TLS 1.2 that also happens when the"
        " server's certificate is ECDSA and the client offers RSA suites alone, or the other way round.",
        "allow more ciphers; check the type of the server's key; allow TLS 1.3",
        "RFC 5246, 7.4.1.3; RFC 8446, 4.1.1",
    ),
    Entry(
        "no-shared-group",
        "No key exchange group in common",
        "The ends share no elliptic curve or key exchange group, for example because one is limited to P-384.",
        "allow X25519 or P-256 at both ends",
        "RFC 8446, 4.2.7",
    ),
    Entry(
        "no-shared-sigalg",
        "No signature algorithm in common",
        "The key of the server's certificate cannot sign in any way that the client offers: Ed25519 and P-521 with"
        " BoringSSL, ML-DSA with older libraries, secp256k1 with everybody.",
        "give the server a P-256 or RSA certificate: mtlsctl issue server NAME; or update the client",
        "RFC 8446, 4.2.3; grpc/grpc#24252",
    ),
    Entry(
        "sni-required",
        "The server answers only when it is told a name",
        "Without a server name (SNI) the server refuses, with one it answers. An IP address sends no name.",
        "name the host: --servername NAME",
        "RFC 6066, 3; RFC 8446, 4.4.2.2",
    ),
    Entry(
        "sni-unrecognized",
        "The server does not know the name",
        "The server refused the name sent as SNI (alert 112): it has no virtual host for it.",
        "use a name that is configured: --servername NAME; add the name to the server (nginx: server_name)",
        "RFC 6066, 3; NginxProxyManager/nginx-proxy-manager#2742",
    ),
    Entry(
        "alpn-mismatch",
        "No application protocol in common",
        "The client offered protocols through ALPN and the server speaks none of them (alert 120), or chose none where"
        " the client insists, as gRPC does on h2.",
        "offer what the server speaks: --alpn http/1.1; turn HTTP/2 on at the server",
        "RFC 7301, 3.2",
    ),
    Entry(
        "client-hello-too-large",
        "A large ClientHello is lost on the way",
        "With today's groups the first message is larger than one packet, because of the post-quantum key share;"
        " with one classic group the handshake works. Something between does not reassemble it.",
        "update the firewall or load balancer; until then limit the client to X25519 or P-256",
        "tldr.fail; golang/go#80573; haproxy/haproxy#3148",
    ),
    Entry(
        "legacy-renegotiation",
        "The server knows only the old, unsafe renegotiation",
        "The server's hello lacks the renegotiation_info extension. OpenSSL 3 refuses such servers.",
        "update the server or load balancer: it lacks a fix from 2010",
        "RFC 5746; openssl/openssl#21296",
    ),
)

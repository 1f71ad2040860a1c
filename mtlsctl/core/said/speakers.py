"""Who says a line: the program or library, and whether the line stands in a client's or a server's log."""

from typing import NamedTuple

from mtlsctl.core.said.row import Side, flat


class Speaker(NamedTuple):
    """A stack, and the side that it is on; "" where a line does not tell."""

    stack: str = ""
    side: Side = ""


# The first that a line holds names the stack; the first with a side names the side. Lower case, spaces for underscores.
_SIGNS: tuple[tuple[str, str, Side], ...] = (
    # Servers and proxies, which quote the library below them.
    ("while ssl handshaking to upstream", "nginx", "client"),
    ("upstream ssl certificate", "nginx", "client"),
    (', upstream: "https', "nginx", "client"),
    ("while reading client request headers", "nginx", "server"),
    ("while ssl handshaking, client:", "nginx", "server"),
    ("client ssl certificate", "nginx", "server"),
    ("ssl do handshake() failed", "nginx", ""),
    ("[emerg]", "nginx", ""),
    ("<center>nginx", "nginx", "client"),
    ("ssl proxy", "Apache httpd", "client"),
    ("ssl library error", "Apache httpd", ""),
    ("[ssl:error]", "Apache httpd", "server"),
    ("[ssl:info]", "Apache httpd", "server"),
    ("[ssl:emerg]", "Apache httpd", "server"),
    ("[ssl:warn]", "Apache httpd", "server"),
    ("layer6 invalid response", "HAProxy", "client"),
    ("connection error during ssl handshake", "HAProxy", "server"),
    ("could not accept ssl connection", "PostgreSQL", "server"),
    ("connection to server at", "PostgreSQL (libpq)", "client"),
    ("client certificate verification failed at depth", "PostgreSQL", "server"),
    ("psql: error", "PostgreSQL (libpq)", "client"),
    ("psycopg", "PostgreSQL (libpq)", "client"),
    ("pg hba.conf", "PostgreSQL", "client"),
    ("error 2026 (hy000)", "MySQL or MariaDB", "client"),
    ("(2026, ", "MySQL or MariaDB", "client"),
    ("error accepting a client connection", "Redis", "server"),
    ("could not connect to redis", "redis-cli", "client"),
    ("openssl error[", "Mosquitto", ""),
    ("mosquitto", "Mosquitto", ""),
    ("upstream connect error", "Envoy", "client"),
    ("transport failure reason", "Envoy", "client"),
    ("tls error:|", "Envoy", "client"),
    ("tls error: 268", "Envoy", ""),
    ("downstream", "Envoy", "server"),
    ("postfix/smtpd", "Postfix", "server"),
    ("postfix/smtp[", "Postfix", "client"),
    ("postfix/", "Postfix", ""),
    ("imap-login", "Dovecot", "server"),
    ("pop3-login", "Dovecot", "server"),
    ("submission-login", "Dovecot", "server"),
    ("dovecot", "Dovecot", ""),
    ("verify error: depth=", "OpenVPN", ""),
    ("tls error: bio read", "OpenVPN", ""),
    ("openvpn", "OpenVPN", ""),
    ("stunnel", "stunnel", ""),
    ("cert: pre-verification error", "stunnel", ""),
    ("docker-compose", "Docker", "client"),
    ("caddy", "Caddy", ""),
    ('"logger":"http', "Caddy", "server"),
    ("traefik", "Traefik", ""),
    ("tls server: ", "Erlang", "server"),
    ("tls client: ", "Erlang", "client"),
    ("rejected connection from", "Go (etcd)", "server"),
    ("unable to authenticate the request", "Go (kube-apiserver)", "server"),
    ("ssl connect returned=", "Ruby", "client"),
    ("ssl accept returned=", "Ruby", "server"),
    ("ssl operation failed with code", "PHP", "client"),
    ("ssl peer certificate validation failed", "MongoDB", ""),
    ("ssl handshake failure (error", "HAProxy", "server"),
    ("https channel", "Elasticsearch", "server"),
    # Runtimes and libraries.
    ("ssl transport security", "gRPC (BoringSSL)", ""),
    ("tsi protocol failure", "gRPC (BoringSSL)", ""),
    ("tsi data corrupted", "gRPC (BoringSSL)", "client"),
    ("failed to connect to all addresses", "gRPC (BoringSSL)", "client"),
    ("io.grpc", "gRPC-Java", ""),
    ("http: tls handshake error from", "Go", "server"),
    ("transport: authentication handshake failed", "Go (gRPC)", "client"),
    ("servertransport", "Go (gRPC)", "server"),
    ("failed to verify client certificate", "Go", "server"),
    ("remote error: tls:", "Go", ""),
    ("local error: tls:", "Go", ""),
    ("dial tcp", "Go", "client"),
    ("proxyconnect tcp", "Go", "client"),
    ("x509: certificate", "Go", ""),
    ('get "https://', "Go", "client"),
    ('post "https://', "Go", "client"),
    ('put "https://', "Go", "client"),
    ("unable to connect to the server", "Go (kubectl)", "client"),
    ("keytool error", "keytool", ""),
    ("io.netty", "Java (Netty)", ""),
    ("nioeventloop", "Java (Netty)", ""),
    ("javax.net.ssl", "Java", ""),
    ("sun.security", "Java", ""),
    ("java.security", "Java", ""),
    ("java.net.", "Java", "client"),
    ("java.io.", "Java", ""),
    ("org.apache.http", "Java", "client"),
    ("okhttp", "Java (OkHttp)", "client"),
    ("requests.exceptions", "Python (requests)", "client"),
    ("httpsconnectionpool(", "Python (requests)", "client"),
    ("urllib3.", "Python (urllib3)", "client"),
    ("httpsconnection(", "Python (urllib3)", "client"),
    ("httpx.", "Python (httpx)", "client"),
    ("aiohttp.", "Python (aiohttp)", "client"),
    ("clientconnector", "Python (aiohttp)", "client"),
    ("cannot connect to host", "Python (aiohttp)", "client"),
    ("<urlopen error", "Python (urllib)", "client"),
    ("uvicorn", "Python (uvicorn)", "server"),
    ("gunicorn", "Python (gunicorn)", "server"),
    ("ssl handshake failed on", "Python (asyncio)", ""),
    (" ssl.c:", "Python", ""),
    ("sslcertverificationerror", "Python", ""),
    ("[ssl: ", "Python", ""),
    ("[x509: ", "Python", ""),
    ("npm err!", "Node (npm)", "client"),
    ("npm error", "Node (npm)", "client"),
    ("yarn ", "Node (yarn)", "client"),
    ("deps/openssl", "Node", ""),
    ("tlsclienterror", "Node", "server"),
    ("write eproto", "Node", "client"),
    ("err ossl ", "Node", ""),
    ("err ssl tlsv", "Node", ""),
    ("err ssl sslv", "Node", ""),
    ("err ssl peer did", "Node", "server"),
    ("err ssl wrong", "Node", ""),
    ("node:internal", "Node", ""),
    ("axioserror", "Node (axios)", "client"),
    ("fetch failed", "Node", "client"),
    ("curl: (", "curl", "client"),
    ("libcurl", "curl", "client"),
    ("pycurl", "curl", "client"),
    ("openssl ssl connect", "curl", "client"),
    ("openssl ssl read", "curl", "client"),
    ("openssl/", "curl", "client"),
    ("fatal: unable to access", "git (curl)", "client"),
    ("received alert [", "GnuTLS", ""),
    ("gnutls handshake() failed", "GnuTLS", ""),
    ("gnutls", "GnuTLS", ""),
    ("reqwest", "rustls (reqwest)", "client"),
    ("invalid peer certificate", "rustls", ""),
    ("rustls", "rustls", ""),
    ("hyper", "rustls (hyper)", ""),
    ("system.net.", ".NET", "client"),
    ("system.security.authentication", ".NET", ""),
    ("schannel", "Schannel", ""),
    ("fatal alert code", "Schannel", ""),
    ("net::err ", "Chrome", "client"),
    ("sec error ", "Firefox (NSS)", "client"),
    ("mozilla pkix error", "Firefox (NSS)", "client"),
    ("wget:", "wget", "client"),
    ("openssl internal", "BoringSSL", ""),
    ("error setting private key", "openssl", ""),
    # What only one side can do, in OpenSSL's function names and in the words of programs.
    ("tls process client certificate", "OpenSSL", "server"),
    ("tls process cert verify", "OpenSSL", ""),
    ("tls post process client hello", "OpenSSL", "server"),
    ("tls early post process client hello", "OpenSSL", "server"),
    ("final server name", "OpenSSL", "server"),
    ("tls handle alpn", "OpenSSL", "server"),
    ("server certificate:certificate verify failed", "OpenSSL", "client"),
    ("ssl accept", "OpenSSL", "server"),
    ("ssl connect", "OpenSSL", "client"),
    ("ssl routines", "OpenSSL", ""),
    ("tls process server", "OpenSSL", "client"),
    ("depth lookup", "openssl verify", ""),
    ("verify error:num=", "openssl", ""),
    ("verify return code", "openssl s_client", "client"),
    ("(in), tls alert", "curl", "client"),
    ("(out), tls alert", "curl", "client"),
    ("getpeername() failed", "curl", "client"),
)


def speaker(flat: str) -> Speaker:
    """Who says a line that is given as row.flat() makes it."""
    stack = ""
    for sign, name, on in _SIGNS:
        if sign in flat:
            stack = stack or name
            if on:
                return Speaker(stack, on)
    return Speaker(stack, "")


# Lines that say nothing of a refusal, and show in whose output the others stand.
_AROUND: tuple[tuple[str, Side], ...] = (
    ("connected(0000", "client"),
    ("acceptable client certificate ca names", "client"),
    ("no client certificate ca names sent", "client"),
    ("ssl handshake has read", "client"),
    ("* connected to ", "client"),
    ("* trying ", "client"),
    ("must return a certificate", "server"),
)


def around(lines: list[str]) -> Side:
    """The side that the lines around name; "" where none does, or both."""
    told = {side for line in lines for sign, side in _AROUND if sign in flat(line)}
    return told.pop() if len(told) == 1 else ""

"""What several handshakes with one server can show: resumption, and backends that differ."""

from mtlsctl.core.catalogue.entry import Entry

RUNS = (
    Entry(
        "resumption-refused",
        "The server takes a client once, and refuses it when it comes back",
        "A full handshake succeeds; a later one that brings the session along is refused before the server's hello,"
        " mostly with alert 80. A server that asks for client certificates and runs on OpenSSL does this when it has"
        " no session id context; its log says: session id context uninitialized. Clients see every second or later"
        " connection fail.",
        "set a session id context: SSL_CTX_set_session_id_context, pyOpenSSL's Context.set_session_id; or turn session"
        " tickets and the session cache off",
        "SSL_CTX_set_session_id_context(3); dotnet/runtime#75435; pistacheio/pistache#750",
    ),
    Entry(
        "not-resumed",
        "No session was resumed",
        "Each handshake was a full one, although --resume brought the last session along, or the server gave none."
        " Tickets may be off, or servers behind one address do not share the keys of their tickets. It costs time, and"
        " nothing else.",
        "turn session tickets on; share their keys among all servers behind the address",
        "RFC 8446, 2.2; RFC 5077",
    ),
    Entry(
        "runs-differ",
        "The same handshake, done again, ended otherwise",
        "Some of the runs were refused and some not, or the server showed more than one certificate. Several servers"
        " stand behind the address, and one is configured otherwise, or holds another certificate.",
        "compare the groups by their certificate's SHA-256; connect to each server by its own address:"
        " --connect HOST:PORT",
        "RFC 8446, 4.4.2",
    ),
)

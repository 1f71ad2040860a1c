"""The least that does one mutual handshake with pyOpenSSL."""

import socket
import sys

from OpenSSL import SSL

host, port, cert, key, ca = sys.argv[1:]
context = SSL.Context(SSL.TLS_CLIENT_METHOD)
context.use_certificate_chain_file(cert)
context.use_privatekey_file(key)
context.load_verify_locations(ca)
context.set_verify(SSL.VERIFY_PEER)
raw = socket.create_connection((host, int(port)), 10)
raw.settimeout(None)
connection = SSL.Connection(context, raw)
connection.set_tlsext_host_name(host.encode())
connection.set_connect_state()
connection.do_handshake()
print(
    connection.get_protocol_version_name(),
    connection.get_cipher_name(),
    connection.get_peer_certificate().get_subject(),
)
connection.shutdown()
raw.close()

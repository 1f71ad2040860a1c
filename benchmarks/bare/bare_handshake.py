"""The least that does one mutual handshake with pyOpenSSL, and waits for the server's verdict.

In TLS 1.3 a server refuses after the client's end is done: who does not read does not know.
"""

import select
import socket
import sys
import time

from OpenSSL import SSL

host, port, cert, key, ca = sys.argv[1:]
context = SSL.Context(SSL.TLS_CLIENT_METHOD)
context.use_certificate_chain_file(cert)
context.use_privatekey_file(key)
context.load_verify_locations(ca)
context.set_verify(SSL.VERIFY_PEER)
raw = socket.create_connection((host, int(port)), 10)
connection = SSL.Connection(context, raw)
connection.set_tlsext_host_name(host.encode())
connection.set_connect_state()
until = time.monotonic() + 10


def patiently(step):
    """Do a step that may have to wait for the socket."""
    while True:
        try:
            return step()
        except SSL.WantReadError:
            if not select.select([raw], [], [], max(0, until - time.monotonic()))[0]:
                return None
        except SSL.WantWriteError:
            select.select([], [raw], [], max(0, until - time.monotonic()))


patiently(connection.do_handshake)
until = time.monotonic() + 0.15
patiently(lambda: connection.recv(1))
print(
    connection.get_protocol_version_name(),
    connection.get_cipher_name(),
    connection.get_peer_certificate(as_cryptography=True).subject.rfc4514_string(),
)
connection.shutdown()
raw.close()

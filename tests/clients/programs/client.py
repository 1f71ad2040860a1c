"""A TLS client of Python's ssl. Arguments: host, port, version, roots, certificate, key (may be empty)."""

import socket
import ssl
import sys

host, port, version, roots, cert, key = sys.argv[1:]
context = ssl.create_default_context(cafile=roots)
context.minimum_version = context.maximum_version = getattr(ssl.TLSVersion, f"TLSv{version.replace('.', '_')}")
if cert:
    context.load_cert_chain(cert, key)
with (
    socket.create_connection((host, int(port)), 20) as plain,
    context.wrap_socket(plain, server_hostname=host) as inside,
):
    inside.sendall(f"GET / HTTP/1.0\r\nHost: {host}\r\n\r\n".encode())
    while data := inside.recv(65536):
        print(data.decode())

"""A TLS server with Python's ssl: python python_server.py '{"port": 1, "cert": ...}'.

Prints its verdicts, each behind the port of the client that it is about.
"""

import json
import socket
import ssl
import sys


def main() -> None:
    """Serve one connection after another until ended."""
    wish = json.loads(sys.argv[1])
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = context.maximum_version = ssl.TLSVersion[f"TLSv{wish['version'].replace('.', '_')}"]
    context.load_cert_chain(wish["cert"], wish["key"])
    context.load_verify_locations(wish["ca"])
    context.verify_mode = ssl.VerifyMode[f"CERT_{wish['demand']}"]
    if wish["crl"]:
        context.load_verify_locations(wish["crl"])
        context.verify_flags |= ssl.VERIFY_CRL_CHECK_CHAIN
    if wish["strict"]:
        context.verify_flags |= ssl.VERIFY_X509_STRICT | ssl.VERIFY_X509_PARTIAL_CHAIN
    with socket.create_server(("127.0.0.1", wish["port"])) as listener:
        while True:
            serve(context, listener.accept()[0])


def serve(context: ssl.SSLContext, connection: socket.socket) -> None:
    """One handshake, its verdict, and all that the client has to say."""
    connection.settimeout(20)
    client = connection.getpeername()[1]
    with connection:
        try:
            tls = context.wrap_socket(connection, server_side=True)
        except OSError as error:
            print(client, "refused:", error, flush=True)
            return
        with tls:
            print(client, "accepted:", tls.getpeercert(), flush=True)
            try:
                while tls.recv(4096):
                    pass
            except OSError as error:
                print(client, "later:", error, flush=True)


if __name__ == "__main__":
    main()

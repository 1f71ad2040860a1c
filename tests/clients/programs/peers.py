"""Python's ssl, and gRPC, as clients of many servers: peers.py ssl|strict|grpc LIST; a line for each with its verdict.

LIST has a line per server: label, port, name, roots, between tabs. strict: the flags that Python 3.13 sets by default.
"""

import socket
import ssl
import sys
from pathlib import Path

SECONDS = 10


def by_ssl(port: int, name: str, roots: str, strict: bool) -> str:
    """Ask for a page; what came."""
    context = ssl.create_default_context(cafile=roots)
    if strict:
        context.verify_flags |= ssl.VERIFY_X509_STRICT | ssl.VERIFY_X509_PARTIAL_CHAIN
    elif sys.version_info >= (3, 13):
        context.verify_flags &= ~(ssl.VERIFY_X509_STRICT | ssl.VERIFY_X509_PARTIAL_CHAIN)
    with (
        socket.create_connection(("127.0.0.1", port), SECONDS) as plain,
        context.wrap_socket(plain, server_hostname=name) as inside,
    ):
        inside.sendall(b"GET / HTTP/1.0\r\n\r\n")
        return inside.recv(4096).decode()


def by_grpc(port: int, name: str, roots: str) -> str:
    """Connect; the server need not speak gRPC: its settings come first, or its alert."""
    import grpc  # only where asked for

    credentials = grpc.ssl_channel_credentials(Path(roots).read_bytes())
    options = [("grpc.ssl_target_name_override", name), ("grpc.enable_retries", 0)]
    channel = grpc.secure_channel(f"127.0.0.1:{port}", credentials, options)
    try:
        channel.unary_unary("/a/b")(b"", timeout=SECONDS)
    except grpc.RpcError as error:
        if error.code() is not grpc.StatusCode.UNIMPLEMENTED:
            raise OSError(error.details()) from None
    finally:
        channel.close()
    return "200"


def main() -> None:
    """One server after another."""
    how = sys.argv[1]
    for line in Path(sys.argv[2]).read_text().splitlines():
        label, port, name, roots = line.split("\t")
        try:
            said = by_grpc(int(port), name, roots) if how == "grpc" else by_ssl(int(port), name, roots, how == "strict")
        except OSError as error:
            print(label, "refuses", " ".join(str(error).split()), sep="\t", flush=True)
        else:
            print(label, "accepts" if "200" in said else "refuses", "", sep="\t", flush=True)


if __name__ == "__main__":
    main()

"""A gRPC server with BoringSSL: python grpc_server.py PORT DEMAND CERT KEY CA; answers a unary call to any method."""

import sys
from concurrent import futures
from pathlib import Path

import grpc


def main() -> None:
    """Serve until ended."""
    port, demand, cert, key, ca = sys.argv[1:]
    pair = (Path(key).read_bytes(), Path(cert).read_bytes())
    trusted = Path(ca).read_bytes() if demand != "none" else None
    credentials = grpc.ssl_server_credentials(
        [pair], root_certificates=trusted, require_client_auth=demand == "required"
    )
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=2))
    assert server.add_secure_port(f"127.0.0.1:{port}", credentials) == int(port)
    server.start()
    server.wait_for_termination()


if __name__ == "__main__":
    main()

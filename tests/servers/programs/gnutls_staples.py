"""A server on GnuTLS that staples an answer to each certificate of its chain, as gnutls-serv does not: port, files."""

import ctypes
import socket
import sys

PEM, SERVER, CERTIFICATES, HALF = 1, 1, 1, 1  # gnutls.h: GNUTLS_X509_FMT_PEM, GNUTLS_SERVER, GNUTLS_CRD_..., SHUT_WR
port, chain, key, staples = int(sys.argv[1]), *(name.encode() for name in sys.argv[2:])
tls = ctypes.CDLL("libgnutls.so.30")


def must(status: int) -> None:
    if status < 0:
        tls.gnutls_strerror.restype = ctypes.c_char_p
        raise SystemExit(tls.gnutls_strerror(status).decode())


credentials, session = ctypes.c_void_p(), ctypes.c_void_p()
must(tls.gnutls_certificate_allocate_credentials(ctypes.byref(credentials)))
must(tls.gnutls_certificate_set_x509_key_file(credentials, chain, key, PEM))
must(tls.gnutls_certificate_set_ocsp_status_request_file2(credentials, staples, ctypes.c_uint(0), PEM))
with socket.create_server(("127.0.0.1", port)) as listener:
    while True:
        connection, _ = listener.accept()
        with connection:
            must(tls.gnutls_init(ctypes.byref(session), ctypes.c_uint(SERVER)))
            tls.gnutls_set_default_priority(session)
            tls.gnutls_credentials_set(session, CERTIFICATES, credentials)
            tls.gnutls_transport_set_int2(session, connection.fileno(), connection.fileno())
            if tls.gnutls_handshake(session) == 0:
                tls.gnutls_record_recv(session, ctypes.create_string_buffer(1000), 1000)
                tls.gnutls_bye(session, HALF)
            tls.gnutls_deinit(session)

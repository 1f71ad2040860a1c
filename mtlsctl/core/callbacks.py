"""What OpenSSL tells while it talks, noted in the Session that it is about; and whether a certificate will do."""

from cryptography import x509
from OpenSSL import SSL, crypto

from mtlsctl.core import alerts, names
from mtlsctl.core.observation import Alert, Role, VerifyError
from mtlsctl.core.session import Session
from mtlsctl.core.unreadable import UNREADABLE

HOSTNAME_MISMATCH = 62  # X509_V_ERR_HOSTNAME_MISMATCH
IP_MISMATCH = 64  # X509_V_ERR_IP_ADDRESS_MISMATCH
NO_CRL = 3  # X509_V_ERR_UNABLE_TO_GET_CRL
UNSPECIFIED = 1  # X509_V_ERR_UNSPECIFIED; ours: OpenSSL reads this certificate, cryptography does not


def on_info(connection: SSL.Connection, where: int, ret: int) -> None:
    """OpenSSL's running account: note the steps and the alerts. Text is kept as evidence, numbers are compared."""
    session: Session = connection.get_app_data()
    if where & SSL.SSL_CB_ALERT:
        sent = bool(where & SSL.SSL_CB_WRITE)
        number = ret & 0xFF
        # At an unexpected end of file OpenSSL claims to have sent decode_error: nobody could receive it.
        if number != alerts.CLOSE_NOTIFY and not (sent and session.eof):
            state = session.states[-1] if session.states else ""
            session.alerts.append(Alert.of("sent" if sent else "received", number, state))
    elif where & SSL.SSL_CB_LOOP:
        session.states.append(connection.get_state_string().decode())


def on_secret(connection: SSL.Connection, line: bytes) -> None:
    """A line for the key log: kept with the connection that it opens."""
    session: Session = connection.get_app_data()
    session.secrets.append(line)


def on_staple(connection: SSL.Connection, der: bytes, _: None) -> bool:
    """The server's stapled OCSP response, b"" without one. It is kept only: Session.take() asks what follows."""
    session: Session = connection.get_app_data()
    session.staple = der
    return True


def on_certificate(connection: SSL.Connection, certificate: crypto.X509, number: int, depth: int, ok: int) -> bool:
    """Called for each certificate of the peer's chain, and for each error: note it, and decide.

    A client goes on whatever comes, since Session.take() keeps its answer back: all errors are seen, and whether the
    server asks for a certificate. A server refuses at the first error, so that OpenSSL sends the alert that fits.
    """
    session: Session = connection.get_app_data()
    readable = _readable(certificate)
    if readable is None:
        session.errors.append(VerifyError(UNSPECIFIED, depth, ""))
    elif number == NO_CRL and depth and not ok:
        return True  # where CRLs are given the leaf needs one; a CA may lack one, as in core/revoked.py
    elif not ok:
        session.errors.append(VerifyError(number, depth, names.dn(readable.subject)))
    elif depth == 0 and session.wanted is not None and not names.matches(names.san(readable), session.wanted):
        is_address = isinstance(session.wanted, x509.IPAddress)
        session.errors.append(
            VerifyError(IP_MISMATCH if is_address else HOSTNAME_MISMATCH, 0, names.dn(readable.subject))
        )
    return session.role is Role.CLIENT or not session.errors or session.lenient


def _readable(certificate: crypto.X509) -> x509.Certificate | None:
    """The certificate as cryptography reads it; None for one that OpenSSL takes and cryptography does not."""
    try:
        found = certificate.to_cryptography()
        names.dn(found.subject)
        names.dn(found.issuer)
        names.san(found)
        found.not_valid_before_utc, found.not_valid_after_utc  # noqa: B018  read for its ValueError: year 0
    except UNREADABLE:
        return None
    return found

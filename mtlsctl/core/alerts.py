"""TLS alerts by number: their names, what they say, and which one each verify error sends."""

from typing import NamedTuple

CLOSE_NOTIFY = 0
HANDSHAKE_FAILURE = 40
BAD_CERTIFICATE = 42
UNSUPPORTED_CERTIFICATE = 43
CERTIFICATE_REVOKED = 44
CERTIFICATE_EXPIRED = 45
CERTIFICATE_UNKNOWN = 46
ILLEGAL_PARAMETER = 47
UNKNOWN_CA = 48
ACCESS_DENIED = 49
DECODE_ERROR = 50
DECRYPT_ERROR = 51
PROTOCOL_VERSION = 70
INSUFFICIENT_SECURITY = 71
INTERNAL_ERROR = 80
USER_CANCELED = 90
MISSING_EXTENSION = 109
UNSUPPORTED_EXTENSION = 110
UNRECOGNIZED_NAME = 112
BAD_CERTIFICATE_STATUS_RESPONSE = 113
CERTIFICATE_REQUIRED = 116
NO_APPLICATION_PROTOCOL = 120


class AlertKind(NamedTuple):
    """An alert's name and what its sender says with it."""

    name: str
    meaning: str


# RFC 8446, 6; RFC 5246, 7.2; RFC 6066, 9; RFC 7301, 3.2. The registry: iana.org/assignments/tls-parameters.
ALERTS = {
    0: AlertKind("close_notify", "no more data will be sent"),
    10: AlertKind("unexpected_message", "a message came that does not belong here"),
    20: AlertKind("bad_record_mac", "a record could not be decrypted"),
    21: AlertKind("decryption_failed", "a record could not be decrypted"),
    22: AlertKind("record_overflow", "a record was too long"),
    30: AlertKind("decompression_failure", "a record could not be decompressed"),
    40: AlertKind("handshake_failure", "no acceptable set of parameters, or no certificate was sent"),
    41: AlertKind("no_certificate", "no certificate was sent"),
    42: AlertKind("bad_certificate", "the certificate is damaged or not acceptable"),
    43: AlertKind("unsupported_certificate", "the certificate is not made for this purpose"),
    44: AlertKind("certificate_revoked", "the certificate was revoked"),
    45: AlertKind("certificate_expired", "the certificate has expired, or the CRL has"),
    46: AlertKind("certificate_unknown", "the certificate is not acceptable for a reason without a name"),
    47: AlertKind("illegal_parameter", "a field is out of range or contradicts another"),
    48: AlertKind("unknown_ca", "no trusted CA was found for the certificate"),
    49: AlertKind("access_denied", "the certificate is valid and its holder is not allowed in"),
    50: AlertKind("decode_error", "a message could not be read"),
    51: AlertKind("decrypt_error", "a signature is wrong"),
    60: AlertKind("export_restriction", "export restrictions"),
    70: AlertKind("protocol_version", "this version of TLS is not spoken"),
    71: AlertKind("insufficient_security", "what was offered is too weak"),
    80: AlertKind("internal_error", "something failed that is not the other side's doing"),
    86: AlertKind("inappropriate_fallback", "the connection fell back to an older version needlessly"),
    90: AlertKind("user_canceled", "the user gave up"),
    100: AlertKind("no_renegotiation", "no renegotiation"),
    109: AlertKind("missing_extension", "a required extension is missing"),
    110: AlertKind("unsupported_extension", "an extension came that was not offered"),
    111: AlertKind("certificate_unobtainable", "a certificate could not be fetched"),
    112: AlertKind("unrecognized_name", "no server of that name is here"),
    113: AlertKind("bad_certificate_status_response", "the OCSP response is not acceptable"),
    114: AlertKind("bad_certificate_hash_value", "a certificate's hash does not fit"),
    115: AlertKind("unknown_psk_identity", "that pre-shared key is not known"),
    116: AlertKind("certificate_required", "a client certificate is required and none was sent"),
    120: AlertKind("no_application_protocol", "none of the offered ALPN protocols is spoken"),
    121: AlertKind("ech_required", "encrypted client hello is required"),
}


def name(number: int) -> str:
    """An alert's name: `unknown_ca`; `alert 200` for a number that nobody assigned."""
    return ALERTS[number].name if number in ALERTS else f"alert {number}"


def meaning(number: int) -> str:
    """What the sender of an alert says with it; "" for a number that nobody assigned."""
    return ALERTS[number].meaning if number in ALERTS else ""


def for_verify_error(number: int) -> int:
    """The alert that says an X509_V_ERR number to the other side, as OpenSSL sends it (ssl/statem/statem_lib.c)."""
    return _VERIFY_ERRORS.get(number, CERTIFICATE_UNKNOWN)


_VERIFY_ERRORS = (
    dict.fromkeys((2, 3, 18, 19, 20, 21, 22, 25, 33, 79), UNKNOWN_CA)
    | dict.fromkeys((4, 5, 6, 9, 11, 13, 14, 15, 16, 27, 28, 62, 63, 64, 65, 66, 67, 68, 94), BAD_CERTIFICATE)
    | dict.fromkeys((7, 8), DECRYPT_ERROR)
    | {10: CERTIFICATE_EXPIRED, 12: CERTIFICATE_EXPIRED, 23: CERTIFICATE_REVOKED, 26: UNSUPPORTED_CERTIFICATE}
    | dict.fromkeys((73, 74, 75), BAD_CERTIFICATE_STATUS_RESPONSE)  # RFC 6066, 8
)


def record(number: int) -> bytes:
    """A fatal alert as a record in the clear, as it is sent before the sender has keys (RFC 8446, 5.1 and 6)."""
    return bytes((21, 3, 3, 0, 2, 2, number))

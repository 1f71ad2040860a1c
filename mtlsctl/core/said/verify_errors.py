"""OpenSSL's verify errors: the numbers X509_V_ERR_*, their names, the texts of all versions, and the cause of each."""

from typing import NamedTuple

from mtlsctl.core.said.row import Row, flat, refuses


class VerifyError(NamedTuple):
    """One X509_V_ERR number."""

    name: str
    """Without X509_V_ERR_; Node's error codes are the same words."""
    cause: str
    """A key of causes.CAUSES."""
    texts: tuple[str, ...]
    """What OpenSSL 1.1 to 4.0, LibreSSL and BoringSSL say."""


def _error(name: str, cause: str, *texts: str) -> VerifyError:
    return VerifyError(name, cause, texts)


# include/openssl/x509_vfy.h; crypto/x509/x509_txt.c of 1.1.1, 3.0 and 4.0.
VERIFY_ERRORS = {
    2: _error("UNABLE_TO_GET_ISSUER_CERT", "untrusted", "unable to get issuer certificate"),
    3: _error("UNABLE_TO_GET_CRL", "no-crl", "unable to get certificate CRL"),
    4: _error("UNABLE_TO_DECRYPT_CERT_SIGNATURE", "bad-signature", "unable to decrypt certificate's signature"),
    5: _error("UNABLE_TO_DECRYPT_CRL_SIGNATURE", "no-crl", "unable to decrypt CRL's signature"),
    6: _error("UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY", "malformed", "unable to decode issuer public key"),
    7: _error("CERT_SIGNATURE_FAILURE", "bad-signature", "certificate signature failure"),
    8: _error("CRL_SIGNATURE_FAILURE", "no-crl", "CRL signature failure"),
    9: _error("CERT_NOT_YET_VALID", "not-yet-valid", "certificate is not yet valid"),
    10: _error("CERT_HAS_EXPIRED", "expired", "certificate has expired"),
    11: _error("CRL_NOT_YET_VALID", "old-crl", "CRL is not yet valid"),
    12: _error("CRL_HAS_EXPIRED", "old-crl", "CRL has expired"),
    13: _error("ERROR_IN_CERT_NOT_BEFORE_FIELD", "malformed", "format error in certificate's notBefore field"),
    14: _error("ERROR_IN_CERT_NOT_AFTER_FIELD", "malformed", "format error in certificate's notAfter field"),
    15: _error("ERROR_IN_CRL_LAST_UPDATE_FIELD", "no-crl", "format error in CRL's lastUpdate field"),
    16: _error("ERROR_IN_CRL_NEXT_UPDATE_FIELD", "no-crl", "format error in CRL's nextUpdate field"),
    18: _error("DEPTH_ZERO_SELF_SIGNED_CERT", "self-signed", "self-signed certificate", "self signed certificate"),
    19: _error(
        "SELF_SIGNED_CERT_IN_CHAIN",
        "root-untrusted",
        "self-signed certificate in certificate chain",
        "self signed certificate in certificate chain",
    ),
    20: _error("UNABLE_TO_GET_ISSUER_CERT_LOCALLY", "untrusted", "unable to get local issuer certificate"),
    21: _error("UNABLE_TO_VERIFY_LEAF_SIGNATURE", "leaf-alone", "unable to verify the first certificate"),
    22: _error("CERT_CHAIN_TOO_LONG", "pathlen", "certificate chain too long"),
    23: _error("CERT_REVOKED", "revoked", "certificate revoked"),
    24: _error("NO_ISSUER_PUBLIC_KEY", "bad-ca", "issuer certificate doesn't have a public key"),
    25: _error("PATH_LENGTH_EXCEEDED", "pathlen", "path length constraint exceeded"),
    26: _error("INVALID_PURPOSE", "eku", "unsuitable certificate purpose", "unsupported certificate purpose"),
    27: _error("CERT_UNTRUSTED", "root-untrusted", "certificate not trusted"),
    28: _error("CERT_REJECTED", "root-untrusted", "certificate rejected"),
    29: _error("SUBJECT_ISSUER_MISMATCH", "untrusted", "subject issuer mismatch"),
    30: _error("AKID_SKID_MISMATCH", "bad-signature", "authority and subject key identifier mismatch"),
    31: _error("AKID_ISSUER_SERIAL_MISMATCH", "bad-signature", "authority and issuer serial number mismatch"),
    32: _error("KEYUSAGE_NO_CERTSIGN", "bad-ca", "key usage does not include certificate signing"),
    33: _error("UNABLE_TO_GET_CRL_ISSUER", "no-crl", "unable to get CRL issuer certificate"),
    34: _error("UNHANDLED_CRITICAL_EXTENSION", "critical-extension", "unhandled critical extension"),
    35: _error("KEYUSAGE_NO_CRL_SIGN", "no-crl", "key usage does not include CRL signing"),
    36: _error("UNHANDLED_CRITICAL_CRL_EXTENSION", "no-crl", "unhandled critical CRL extension"),
    37: _error("INVALID_NON_CA", "malformed", "invalid non-CA certificate"),
    39: _error("KEYUSAGE_NO_DIGITAL_SIGNATURE", "key-usage", "key usage does not include digital signature"),
    41: _error("INVALID_EXTENSION", "malformed", "invalid or inconsistent certificate extension"),
    42: _error("INVALID_POLICY_EXTENSION", "malformed", "invalid or inconsistent certificate policy extension"),
    43: _error("NO_EXPLICIT_POLICY", "malformed", "no explicit policy"),
    44: _error("DIFFERENT_CRL_SCOPE", "no-crl", "different CRL scope"),
    47: _error("PERMITTED_VIOLATION", "name-constraints", "permitted subtree violation"),
    48: _error("EXCLUDED_VIOLATION", "name-constraints", "excluded subtree violation"),
    49: _error("SUBTREE_MINMAX", "name-constraints", "name constraints minimum and maximum not supported"),
    50: _error("APPLICATION_VERIFICATION", "not-allowed", "application verification failure"),
    51: _error("UNSUPPORTED_CONSTRAINT_TYPE", "name-constraints", "unsupported name constraint type"),
    52: _error("UNSUPPORTED_CONSTRAINT_SYNTAX", "name-constraints", "unsupported or invalid name constraint syntax"),
    53: _error("UNSUPPORTED_NAME_SYNTAX", "name-constraints", "unsupported or invalid name syntax"),
    54: _error("CRL_PATH_VALIDATION_ERROR", "no-crl", "CRL path validation error"),
    62: _error("HOSTNAME_MISMATCH", "name", "hostname mismatch"),
    63: _error("EMAIL_MISMATCH", "name", "email address mismatch"),
    64: _error("IP_ADDRESS_MISMATCH", "address", "IP address mismatch"),
    66: _error("EE_KEY_TOO_SMALL", "weak-key", "EE certificate key too weak"),
    67: _error("CA_KEY_TOO_SMALL", "weak-key", "CA certificate key too weak"),
    68: _error("CA_MD_TOO_WEAK", "weak-signature", "CA signature digest algorithm too weak"),
    73: _error("OCSP_VERIFY_NEEDED", "no-crl", "OCSP verification needed"),
    74: _error("OCSP_VERIFY_FAILED", "no-crl", "OCSP verification failed"),
    75: _error("OCSP_CERT_UNKNOWN", "no-crl", "OCSP unknown cert"),
    76: _error("UNSUPPORTED_SIGNATURE_ALGORITHM", "weak-signature", "Cannot find certificate signature algorithm"),
    77: _error(
        "SIGNATURE_ALGORITHM_MISMATCH",
        "malformed",
        "subject signature algorithm and issuer public key algorithm mismatch",
    ),
    78: _error(
        "SIGNATURE_ALGORITHM_INCONSISTENCY", "malformed", "cert info signature and signature algorithm mismatch"
    ),
    79: _error("INVALID_CA", "bad-ca", "invalid CA certificate"),
    80: _error("PATHLEN_INVALID_FOR_NON_CA", "malformed", "Path length invalid for non-CA cert"),
    81: _error("PATHLEN_WITHOUT_KU_KEY_CERT_SIGN", "strict", "Path length given without key usage keyCertSign"),
    82: _error("KU_KEY_CERT_SIGN_INVALID_FOR_NON_CA", "strict", "Key usage keyCertSign invalid for non-CA cert"),
    83: _error("ISSUER_NAME_EMPTY", "malformed", "Issuer name empty"),
    84: _error("SUBJECT_NAME_EMPTY", "malformed", "Subject name empty"),
    85: _error("MISSING_AUTHORITY_KEY_IDENTIFIER", "strict", "Missing Authority Key Identifier"),
    86: _error("MISSING_SUBJECT_KEY_IDENTIFIER", "strict", "Missing Subject Key Identifier"),
    87: _error("EMPTY_SUBJECT_ALT_NAME", "strict", "Empty Subject Alternative Name extension"),
    88: _error("EMPTY_SUBJECT_SAN_NOT_CRITICAL", "strict", "Subject empty and Subject Alt Name extension not critical"),
    89: _error("CA_BCONS_NOT_CRITICAL", "strict", "Basic Constraints of CA cert not marked critical"),
    90: _error("AUTHORITY_KEY_IDENTIFIER_CRITICAL", "strict", "Authority Key Identifier marked critical"),
    91: _error("SUBJECT_KEY_IDENTIFIER_CRITICAL", "strict", "Subject Key Identifier marked critical"),
    92: _error("CA_CERT_MISSING_KEY_USAGE", "strict", "CA cert does not include key usage extension"),
    94: _error("EC_KEY_EXPLICIT_PARAMS", "weak-key", "Certificate public key has explicit ECC parameters"),
}

_STRICT = "Python 3.13 and later and openssl -x509_strict demand it, others do not"
_NOTES = {
    2: "a trust store that holds an intermediate and not its root also gives this, but for curl and Go",
    9: "in OpenSSL 4 the text goes on: or the system clock is incorrect",
    20: "the issuer's certificate was neither sent nor is it trusted; nginx says so too beyond ssl_verify_depth",
    21: "one certificate was sent and its issuer is not trusted directly",
    7: "a CA that was made anew under its old name is the usual cause",
    32: "OpenSSL 3.0 and later say invalid CA certificate (79) for most of these",
}


def _note(number: int, error: VerifyError) -> str:
    return _STRICT if error.cause == "strict" else _NOTES.get(number, "")


TEXTS = tuple(
    Row(
        text, refuses(error.cause), f"documented: X509_V_ERR {number}, x509_txt.c", "OpenSSL", note=_note(number, error)
    )
    for number, error in VERIFY_ERRORS.items()
    for text in error.texts
)
# Words of other errors too: of loading a file (SSL_R_EE_KEY_TOO_SMALL), or of plain English.
_TOO_SHORT = (
    "CERT_REVOKED",
    "CERT_REJECTED",
    "INVALID_EXTENSION",
    "INVALID_CA",
    "EE_KEY_TOO_SMALL",
    "CA_KEY_TOO_SMALL",
    "CA_MD_TOO_WEAK",
)
NAMES = tuple(
    Row(
        error.name,
        refuses(error.cause),
        f"documented: X509_V_ERR {number}",
        "Node or OpenSSL",
        note=_note(number, error),
    )
    for number, error in VERIFY_ERRORS.items()
    if error.name not in _TOO_SHORT and flat(error.name) not in map(flat, map(str.strip, error.texts))
)


def of_number(number: int) -> Row | None:
    """The row of an X509_V_ERR number; None for one that has no meaning here."""
    error = VERIFY_ERRORS.get(number)
    if error is None:
        return None
    source = f"documented: X509_V_ERR {number}, openssl-verification-options(1)"
    return Row(error.texts[0], refuses(error.cause), source, "OpenSSL", note=_note(number, error))

"""The rules in words, and in those of each stack: what its user sees."""

# What is wrong with the certificate that a message names; a CA's and an anchor's rules may have their own.
WORDS = {
    "expired": "it has expired",
    "not-yet-valid": "it is not valid yet",
    "no-digital-signature": "its key usage lacks digitalSignature",
    "cert-sign-without-ca": "keyCertSign in the key usage of what is no CA",
    "leaf-is-ca": "a CA certificate used as a leaf",
    "no-extended-key-usage": "no extended key usage",
    "any-extended-key-usage": "anyExtendedKeyUsage in place of the purpose",
    "wrong-extended-key-usage": "its extended key usage is another purpose",
    "leaf-name-constraints": "name constraints, which belong into CA certificates alone",
    "no-authority-key-id": "no authorityKeyIdentifier",
    "empty-subject-san-not-critical": "an empty subject with a SAN that is not critical",
    "unknown-critical-extension": "a critical extension that is unknown",
    "no-san": "no subject alternative name",
    "no-dns-san": "no DNS name among its subject alternative names, only the common name",
    "no-client-san": "a client certificate without subject alternative name",
    "wrong-name": "it is not valid for the name asked for",
    "address-as-dns-name": "the address is there as a DNS name only",
    "name-with-trailing-dot": "the name is there with a trailing dot only",
    "partial-wildcard": "the name is covered by a wildcard for part of a label only",
    "name-not-ascii": "a DNS name that is not ASCII",
    "lifetime-above-825-days": "a lifetime above 825 days",
    "untrusted": "no path to a trusted certificate",
    "missing-issuer-to-fetch": "its issuer is not in the chain, only its address (AIA)",
    "anchor-not-self-signed": "trusted, but not self-signed",
    "leaf-pinned": "the leaf itself is trusted, and it is not self-signed",
    "self-signed-not-ca": "self-signed and trusted itself",
    "self-signed-ca": "self-signed and trusted itself, and it says that it is a CA",
    "self-signed-no-basic-constraints": "self-signed and trusted itself, without basicConstraints",
    "one-intermediate": "a CA between leaf and root; SSLVerifyDepth is 1 by default, and the root counts",
    "two-intermediates": "more than one CA between leaf and root; the depth is 1 by default",
    "ca-not-ca": "an issuer that says CA:FALSE",
    "ca-no-basic-constraints": "a CA without basicConstraints",
    "ca-no-ca-extensions": "a CA without basicConstraints and key usage",
    "ca-basic-constraints-not-critical": "a CA whose basicConstraints are not critical",
    "ca-no-key-usage": "a CA without key usage",
    "ca-no-cert-sign": "a CA whose key usage lacks keyCertSign",
    "ca-no-subject-key-id": "a CA without subjectKeyIdentifier",
    "ca-no-authority-key-id": "an intermediate without authorityKeyIdentifier",
    "ca-any-extended-key-usage": "a CA with anyExtendedKeyUsage in place of the purpose",
    "ca-wrong-extended-key-usage": "a CA whose extended key usage is another purpose",
    "name-constraints": "a name below it is outside its name constraints",
    "rare-name-constraints": "a directory name, an e-mail address in a subject or a rarer name below it is outside its"
    " name constraints",
    "name-constraints-many": "too many name constraints and names to compare",
    "path-length": "more CAs below it than its pathlen allows",
    "p521": "a key on P-521",
    "other-curve": "a key on a curve that TLS 1.3 does not have",
    "rsa-below-2048": "an RSA key below 2048 bits",
    "rsa-below-1024": "an RSA key below 1024 bits",
    "rsa-small-exponent": "an RSA key with an exponent below 65537",
    "rsa-pss-key": "an RSA key for PSS alone",
    "ed25519": "an Ed25519 key",
    "ed448": "an Ed448 key",
    "ml-dsa": "an ML-DSA key",
    "dsa-key": "a DSA key",
    "other-key": "a key of a kind that TLS does not sign with",
    "sha1": "its signature is over SHA-1",
    "md5": "its signature is over MD5",
    "duplicate-extension": "an extension that is there twice",
    "unreadable": "it cannot be read through",
    "serial-zero": "a serial number of zero",
    "serial-negative": "a negative serial number",
    "serial-long": "a serial number above 20 bytes",
    "version-1": "a version 1 certificate, so it has no extensions",
    "wrong-order": "the chain is sent in the wrong order",
    "leaf-not-first": "the leaf is not the first certificate sent",
    "extra-certificates": "certificates are sent that are not of the path",
    "authority-key-id-mismatch": "its authorityKeyIdentifier is not its issuer's subjectKeyIdentifier",
    "no-certificate-policy": "a CA requires a certificate policy, and none holds for each certificate of the path",
    "revoked": "it is revoked: refused by whoever reads the CRL or asks",
    "revocation-unknown": "its revocation cannot be told: refused by whoever demands that it is",
}

_X509 = {
    "certificate has expired": "expired ca-expired anchor-expired",
    "certificate is not yet valid": "not-yet-valid ca-not-yet-valid anchor-not-yet-valid",
    "unsuitable certificate purpose": "any-extended-key-usage wrong-extended-key-usage ca-any-extended-key-usage"
    " ca-wrong-extended-key-usage anchor-any-extended-key-usage anchor-wrong-extended-key-usage",
    "unhandled critical extension": "unknown-critical-extension ca-unknown-critical-extension"
    " anchor-unknown-critical-extension",
    "unable to get local issuer certificate": "untrusted missing-issuer-to-fetch authority-key-id-mismatch leaf-pinned"
    " ca-ml-dsa",
    "unable to get issuer certificate": "anchor-not-self-signed",
    "invalid CA certificate": "ca-not-ca ca-no-basic-constraints ca-no-ca-extensions ca-version-1 anchor-not-ca"
    " anchor-no-ca-extensions anchor-no-basic-constraints anchor-no-cert-sign ca-no-cert-sign",
    "permitted subtree violation": "ca-name-constraints anchor-name-constraints",
    "path length constraint exceeded": "ca-path-length anchor-path-length",
    "EE certificate key too weak": "rsa-below-2048",
    "CA certificate key too weak": "ca-rsa-below-2048",
    "CA signature digest algorithm too weak": "sha1 ca-sha1 md5 ca-md5",
    "Missing Authority Key Identifier": "no-authority-key-id ca-no-authority-key-id",
    "Missing Subject Key Identifier": "ca-no-subject-key-id anchor-no-subject-key-id",
    "Basic Constraints of CA cert not marked critical": "ca-basic-constraints-not-critical"
    " anchor-basic-constraints-not-critical",
    "CA cert does not include key usage extension": "ca-no-key-usage anchor-no-key-usage",
    "Key usage keyCertSign invalid for non-CA cert": "cert-sign-without-ca",
    "Subject empty and Subject Alt Name extension not critical": "empty-subject-san-not-critical",
}
# What the user of a stack sees, with names and times left out.
_SAID: dict[str, dict[str, str]] = {
    **dict.fromkeys(("openssl", "curl", "python312", "python", "node", "nginx", "apache"), _X509),
    "go": {
        "x509: certificate has expired or is not yet valid": "expired not-yet-valid ca-expired ca-not-yet-valid"
        " anchor-expired anchor-not-yet-valid",
        "x509: certificate relies on legacy Common Name field, use SANs instead": "no-san version-1",
        "x509: certificate is not valid for any names": "no-dns-san",
        "x509: certificate signed by unknown authority": "untrusted missing-issuer-to-fetch ca-not-ca"
        " ca-no-basic-constraints ca-no-ca-extensions ca-no-cert-sign anchor-not-ca anchor-no-basic-constraints"
        " anchor-no-ca-extensions anchor-no-cert-sign sha1 ca-sha1 ca-md5",
        "x509: certificate specifies an incompatible key usage": "wrong-extended-key-usage"
        " ca-wrong-extended-key-usage anchor-wrong-extended-key-usage",
        "x509: unhandled critical extension": "unknown-critical-extension ca-unknown-critical-extension"
        " anchor-unknown-critical-extension",
        "x509: too many intermediates for path length constraint": "ca-path-length anchor-path-length",
        "x509: negative serial number": "serial-negative ca-serial-negative",
        "x509: SAN dNSName is malformed": "name-not-ascii",
        "x509: unsupported elliptic curve": "ca-other-curve",
        "x509: certificate contains duplicate extension": "duplicate-extension",
    },
    "java": {
        "KeyUsage does not allow digital signatures": "no-digital-signature",
        "SubjectAlternativeName extension MUST be marked critical when subject field is empty": ""
        "empty-subject-san-not-critical",
        "unable to find valid certification path to requested target": "untrusted missing-issuer-to-fetch",
        "basic constraints check failed: this is not a CA certificate": "ca-not-ca ca-no-basic-constraints"
        " ca-no-ca-extensions ca-version-1",
        "is not a CA certificate": "anchor-not-ca anchor-no-basic-constraints anchor-no-ca-extensions",
        "Duplicate extensions not allowed": "duplicate-extension",
        "Curve not supported": "ca-other-curve",
    },
    "rustls": {
        "invalid peer certificate: CaUsedAsEndEntity": "leaf-is-ca self-signed-ca",
        "invalid peer certificate: UnknownIssuer": "untrusted missing-issuer-to-fetch leaf-pinned",
        "invalid peer certificate: UnsupportedCertVersion": "version-1 ca-version-1",
        "invalid peer certificate: EndEntityUsedAsCa": "ca-not-ca ca-no-basic-constraints ca-no-ca-extensions",
        "invalid peer certificate: NameConstraintViolation": "ca-name-constraints anchor-name-constraints",
        "invalid peer certificate: BadSignature": "rsa-below-2048 ca-rsa-below-2048",
        "certificate not valid for name": "no-san no-dns-san wrong-name",
        "certificate does not allow extended key usage": "any-extended-key-usage wrong-extended-key-usage"
        " ca-any-extended-key-usage ca-wrong-extended-key-usage",
    },
    "boringssl": {
        "KEY_USAGE_BIT_INCORRECT": "no-digital-signature",
        "SSLV3_ALERT_HANDSHAKE_FAILURE": "p521 other-curve ed25519 ed448 ml-dsa rsa-pss-key",
        "PUBLIC_KEY_DECODE_ERROR": "ca-other-curve ca-ed448",
    },
    "gnutls": {
        "Key usage violation in certificate has been detected": "no-digital-signature",
        "Duplicate extension in X.509 certificate": "duplicate-extension",
        "The certificate issuer is not a CA": "ca-not-ca ca-no-basic-constraints ca-no-ca-extensions anchor-not-ca",
    },
    "chrome": {
        "NET::ERR_CERT_COMMON_NAME_INVALID": "no-san no-dns-san wrong-name",
        "NET::ERR_CERT_DATE_INVALID": "expired not-yet-valid ca-expired ca-not-yet-valid",
        "NET::ERR_CERT_AUTHORITY_INVALID": "untrusted",
        "NET::ERR_CERT_WEAK_SIGNATURE_ALGORITHM": "sha1 ca-sha1 md5 ca-md5",
    },
}
SAYS = {
    (stack, rule): said for stack, known in _SAID.items() for said, rules in known.items() for rule in rules.split()
}

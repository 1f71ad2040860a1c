"""Damage in files of keys and certificates: each with its code, and which stacks stumble over it."""

from mtlsctl.core.findings import Finding, Verdict, Whose

CLEAN = "write it anew: mtlsctl inspect --pem FILE > clean.pem"

# code: how bad, what it is, what to do. Which stacks: measured with cryptography 50, OpenSSL 3.0 and 4.0, Go 1.27,
# keytool 17, Node and GnuTLS.
_DAMAGE: dict[str, tuple[Verdict, str, str]] = {
    "pem-bom": (
        Verdict.WARN,
        "begins with a byte order mark: Go silently finds no certificate in it, keytool fails",
        CLEAN,
    ),
    "pem-utf16": (Verdict.WARN, "is UTF-16 text, as PowerShell's > writes it: no TLS stack reads that", CLEAN),
    "pem-crlf": (Verdict.NOTE, "has Windows line ends (CRLF): the stacks that were tested read them", ""),
    "pem-cr-only": (
        Verdict.WARN,
        "has lines that end in CR alone: OpenSSL and Node fail, Go finds no certificate",
        CLEAN,
    ),
    "pem-one-line": (
        Verdict.WARN,
        "has a block that stands on one line: OpenSSL, keytool and Node fail, Go finds nothing",
        CLEAN,
    ),
    "pem-long-lines": (
        Verdict.NOTE,
        "has base64 lines of more than 76 characters: today's stacks read them, OpenSSL before 1.1.0 does not",
        CLEAN,
    ),
    "pem-indented": (
        Verdict.WARN,
        "is indented, as inside YAML: OpenSSL, keytool and Node fail, Go finds nothing",
        CLEAN,
    ),
    "pem-escaped-newlines": (
        Verdict.WARN,
        r"has \n as two characters, not as line ends: no TLS stack reads it",
        CLEAN,
    ),
    "pem-url-encoded": (Verdict.WARN, "is URL-encoded, as a proxy's header carries it: no TLS stack reads it", CLEAN),
    "pem-glued-blocks": (
        Verdict.WARN,
        "has no line end between two blocks: OpenSSL fails or reads one, keytool and Node fail, Go finds nothing",
        CLEAN,
    ),
    "pem-begin-inside-line": (
        Verdict.WARN,
        "has a BEGIN that does not start its line: OpenSSL, keytool and Node fail, Go finds nothing",
        CLEAN,
    ),
    "pem-dashes": (Verdict.WARN, "has a BEGIN or END line without its five dashes: no TLS stack reads it", CLEAN),
    "pem-blank-lines": (
        Verdict.WARN,
        "has a blank line inside a block: OpenSSL, Node and cryptography fail, Go and keytool do not",
        CLEAN,
    ),
    "pem-base64-twice": (
        Verdict.WARN,
        "is PEM in base64 once more, as a Kubernetes Secret holds it: no TLS stack reads it",
        CLEAN,
    ),
    "pem-no-frame": (Verdict.WARN, "is base64 without BEGIN and END lines: no TLS stack reads it", CLEAN),
    "pem-no-end": (Verdict.WARN, "has a BEGIN without its END: no TLS stack reads that block", CLEAN),
    "pem-end-differs": (Verdict.WARN, "has an END that names something else than its BEGIN", CLEAN),
    "pem-wrong-label": (Verdict.WARN, "says one thing in its BEGIN line and holds another", CLEAN),
    "pem-old-label": (
        Verdict.WARN,
        "has an old label in its BEGIN line: Go skips such a block without a word",
        CLEAN,
    ),
    "pem-padding": (Verdict.WARN, "has base64 without its final = signs: strict readers refuse it", CLEAN),
    "pem-trailing-data": (Verdict.WARN, "has bytes behind the end of an object: strict readers refuse it", CLEAN),
    "pem-stray-data": (Verdict.WARN, "has base64 or binary data outside of its blocks: nobody reads those", ""),
    "pem-der": (
        Verdict.WARN,
        "is named like PEM and is DER: nginx, Go, curl and Node expect PEM and find nothing",
        CLEAN,
    ),
    "pem-truncated": (Verdict.FAIL, "is cut off", "copy it again, whole"),
    "pem-damaged": (Verdict.FAIL, "cannot be read", "copy it again from where it was made"),
    "der-unknown": (
        Verdict.FAIL,
        "holds DER that is no certificate, request, key, CRL, PKCS#7, PKCS#12 or OCSP message, or is damaged inside",
        "ask for the certificate as PEM",
    ),
    "pem-unsupported": (Verdict.WARN, "holds what the library here cannot open", ""),
    "p12-legacy-algorithms": (
        Verdict.WARN,
        "is encrypted with RC2 or 3DES: OpenSSL 3 opens RC2 only with -legacy, Ruby and curl fail",
        "export it again with AES-256 and HMAC-SHA-256",
    ),
    "p12-empty-password": (Verdict.NOTE, "opens without a password: whoever has the file has what is in it", ""),
    "key-openssh-format": (
        Verdict.WARN,
        "is a key in OpenSSH's own format: OpenSSL, Go, Java and nginx do not read it",
        "convert a copy of it: ssh-keygen -p -m PKCS8 -f COPY",
    ),
    "key-legacy-encryption": (
        Verdict.NOTE,
        "is encrypted in the old way (DEK-Info): one round of MD5 stands between a guess and the key",
        "encrypt it as PKCS#8: openssl pkcs8 -topk8 -v2 aes-256-cbc -in FILE -out NEW",
    ),
    "odd-encoding": (Verdict.NOTE, "breaks a rule of encoding", ""),
}

CODES = frozenset(_DAMAGE)


def note(code: str, label: str, detail: str = "") -> Finding:
    """The finding for a code about a file. detail, where given, follows the message: which block, which line."""
    verdict, message, hint = _DAMAGE[code]
    return Finding(code, verdict, f"{label}: {message}{f' ({detail})' if detail else ''}", hint, Whose.OURS, label)

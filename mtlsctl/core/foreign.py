"""Files that hold nothing of ours: what they are instead, and what to do."""

from mtlsctl.errors import InputError

_BINARY: tuple[tuple[bytes, str, str], ...] = (
    (
        b"\xfe\xed\xfe\xed",
        "a Java keystore (JKS)",
        "keytool -importkeystore -srckeystore FILE -destkeystore store.p12 -deststoretype PKCS12",
    ),
    (
        b"\xce\xce\xce\xce",
        "a Java keystore (JCEKS)",
        "keytool -importkeystore -srcstoretype JCEKS -srckeystore FILE -destkeystore store.p12 -deststoretype PKCS12",
    ),
    (b"PK\x03\x04", "a ZIP archive", "unzip it and look at the files in it"),
    (b"\x1f\x8b", "a gzip archive", "unpack it and look at the files in it"),
    (b"BZh", "a bzip2 archive", "unpack it and look at the files in it"),
    (b"\xfd7zXZ\x00", "an xz archive", "unpack it and look at the files in it"),
    (b"\x7fELF", "a program (ELF)", ""),
    (b"MZ", "a Windows program", ""),
    (b"%PDF", "a PDF document", ""),
    (b"\x89PNG", "a PNG picture", ""),
    (b"SQLite format 3\x00", "an SQLite database", ""),
    (b"age-encryption.org/", "a file encrypted with age", "decrypt it first: age -d"),
    (b"Salted__", "a file encrypted with openssl enc", "decrypt it first: openssl enc -d"),
)
_TEXT: tuple[tuple[bytes, str, str], ...] = (
    (b"<!doctype", "an HTML page", "a web server answered with a page in place of the file: look at its address"),
    (b"<html", "an HTML page", "a web server answered with a page in place of the file: look at its address"),
    (b"<?xml", "XML", ""),
    (b"---- begin ssh2", "an SSH public key (RFC 4716)", "convert it: ssh-keygen -i -e -m PKCS8 -f FILE"),
    (b"putty-user-key-file", "a PuTTY key", "convert it: puttygen FILE -O private-openssh-new -o NEW"),
    (b"certificate:", "openssl's text form of a certificate, without the certificate", "ask for the PEM block"),
    (b"version https://git-lfs", "a Git LFS pointer, not the file itself", "fetch it: git lfs pull"),
    (b"mime-version:", "a mail message", "if it is signed: openssl smime -pk7out -in FILE"),
    (b"to:", "a mail message", "if it is signed: openssl smime -pk7out -in FILE"),
    (b"from:", "a mail message", "if it is signed: openssl smime -pk7out -in FILE"),
    (b"{", "JSON with no certificate or key in it", ""),
    (b"[", "JSON with no certificate or key in it", ""),
)


def refusal(data: bytes, label: str) -> InputError:
    """The error for a file in which nothing can be read. Never quotes the file."""
    if not data.strip():
        return InputError(f"{label}: the file is empty" if not data else f"{label}: there is nothing but white space")
    for start, what, hint in _BINARY:
        if data.startswith(start):
            return InputError(f"{label}: this is {what}, not a file of keys or certificates", hint)
    head = data.lstrip()[:64].lower()
    for start, what, hint in _TEXT:
        if head.startswith(start):
            return InputError(f"{label}: this is {what}", hint)
    return InputError(
        f"{label}: no certificate, key, request or CRL in it ({_shape(data)})",
        "PEM has a line -----BEGIN ...-----; DER begins with the byte 30",
    )


def _shape(data: bytes) -> str:
    """What kind of bytes a file has, without quoting any."""
    if not any(data):
        return f"{len(data):,} zero bytes"
    try:
        data.decode()
    except UnicodeDecodeError:
        return f"{len(data):,} bytes of binary data"
    return "text without a BEGIN line" if data.isascii() else "text, not in ASCII, without a BEGIN line"

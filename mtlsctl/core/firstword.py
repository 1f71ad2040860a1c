"""The harmless first word of a protocol, to which a server that lets nobody in says so."""

_HELLO = b" mtlsctl.invalid\r\n"  # RFC 6761, 6.4: a name that nobody has


def first_word(starttls: str, greeting: bytes) -> bytes:
    """What a client says first inside TLS, where that changes nothing and tells something; b"" where none is known.

    starttls: the protocol that was spoken before TLS. greeting: what the server said inside TLS so far. Postfix keeps
    its verdict on a certificate for its answer to the hello (RFC 5321, 4.1.1.1; RFC 2033, 4.1); others answer theirs
    whoever asks, and judge at a login, which is no harmless word.
    """
    words = greeting.upper()
    greets = greeting.startswith(b"220") and greeting.endswith(b"\n")
    if starttls == "lmtp" or (not starttls and greets and b"LMTP" in words):
        return b"LHLO" + _HELLO
    if starttls == "smtp" or (not starttls and greets and b"SMTP" in words):
        return b"EHLO" + _HELLO
    return b""

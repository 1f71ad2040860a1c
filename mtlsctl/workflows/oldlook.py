"""Objects as openssl prints them, for those whose eyes are used to it."""

import shutil
import subprocess
from binascii import a2b_base64

from mtlsctl.core.documents import Kind
from mtlsctl.errors import InputError, NotFoundError, SystemTroubleError
from mtlsctl.workflows.examine import Item

_COMMANDS = {Kind.CSR: "req", Kind.CRL: "crl"}
_SECONDS = 60


def look(item: Item) -> str:
    """What `openssl x509 -text -noout` prints of a certificate, `req` of a request, `crl` of a CRL; "" for the rest.

    A certificate is printed by OpenSSL's library; for the others there has to be the program, which the library here
    has no way to ask: NotFoundError without it.
    """
    text = str(getattr(item.facts, "pem", ""))
    if not text:
        return ""
    return _certificate(item, text) if item.kind is Kind.CERTIFICATE else _program(item, text)


def _certificate(item: Item, text: str) -> str:
    from OpenSSL import crypto

    body = text.partition("-----\n")[2].rpartition("\n-----END")[0]
    try:
        held = crypto.load_certificate(crypto.FILETYPE_ASN1, a2b_base64(body))
        return crypto.dump_certificate(crypto.FILETYPE_TEXT, held).decode("utf-8", "replace")
    except crypto.Error:
        raise InputError(f"{item.label}: OpenSSL cannot read this certificate", "leave --openssl away") from None


def _program(item: Item, text: str) -> str:
    program = shutil.which("openssl")
    if program is None:
        raise NotFoundError(
            f"{item.label}: a {item.kind} is printed by openssl, and it is not here", "leave --openssl away"
        )
    words = [program, _COMMANDS[item.kind], "-text", "-noout"]
    try:
        done = subprocess.run(words, input=text.encode(), capture_output=True, timeout=_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SystemTroubleError(f"{item.label}: openssl did not print it: {type(error).__name__}") from None
    if done.returncode:
        raise InputError(f"{item.label}: openssl cannot read this {item.kind}", "leave --openssl away")
    return done.stdout.decode("utf-8", "replace")

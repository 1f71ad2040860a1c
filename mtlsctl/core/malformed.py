"""What broken DER was meant to be, and where it breaks: the loader that gets furthest tells."""

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from cryptography import x509

from mtlsctl.core.documents import Kind
from mtlsctl.core.unreadable import UNREADABLE

_LOCATION = re.compile(r"ParseError \{ kind: (\w+).*?location: \[(.*?)\]", re.DOTALL)
_FIELD = re.compile(r'"\w+::(\w+)"')
_FAR = 3  # fields: a loader that got no deeper was given something else
_SEMANTIC = 99  # the form was right, the content is not: nobody gets further


class Guess(NamedTuple):
    """What it was meant to be, and what is wrong with it."""

    kind: Kind
    reason: str


def guess(data: bytes, kind: Kind | None = None) -> Guess | None:
    """The kind (of all, or the one that its label names) that some DER is closest to; None where it is close to none.

    Never raises. data is no kind's DER: a loader that takes it is passed over.
    """
    loaders = _loaders()
    found = []
    for one in [kind] if kind else list(loaders):
        if (load := loaders.get(one)) and (reached := _reached(load, data)):
            found.append((reached[0], one, reached[1]))
    depth, best, reason = max(found, key=lambda entry: entry[0], default=(0, Kind.OTHER, ""))
    return Guess(best, reason) if depth >= _FAR or (kind and depth) else None


def _loaders() -> dict[Kind, Callable[[bytes], Any]]:
    from cryptography.x509 import ocsp

    return {
        Kind.CERTIFICATE: x509.load_der_x509_certificate,
        Kind.CSR: x509.load_der_x509_csr,
        Kind.CRL: x509.load_der_x509_crl,
        Kind.OCSP_RESPONSE: ocsp.load_der_ocsp_response,
        Kind.OCSP_REQUEST: ocsp.load_der_ocsp_request,
    }


def _reached(load: Callable[[bytes], Any], data: bytes) -> tuple[int, str] | None:
    """How many fields deep a loader got, and what stopped it; None where it took the data."""
    try:
        load(data)
    except UNREADABLE as error:
        text = str(error)
        if not (met := _LOCATION.search(text)):
            return (_SEMANTIC, text.split("\n")[0].rstrip(".")[:160]) if "parsing asn1" not in text else (0, "")
        fields = _FIELD.findall(met[2])
        return len(fields), f"{'.'.join(fields) or 'its outer form'}: {_words(met[1])}"
    return None


def _words(kind: str) -> str:
    """ "UnexpectedTag" as a person says it."""
    return re.sub(r"(?<!^)([A-Z])", r" \1", kind).lower()

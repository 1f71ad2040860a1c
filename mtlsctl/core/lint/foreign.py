"""What there is to say of pkilint's rules, which the catalogue has not: by their codes, with its own words."""

import re
from importlib.util import find_spec

from mtlsctl.core.catalogue.entry import Entry

CODE = re.compile(r"(pkix|cabf|itu|msft|etsi|iso|nist|adobe|base|pkilint)(\.[a-z0-9_-]+)+")
"""How pkilint names a rule: by the document first. None of ours has a dot."""

# By the longest beginning of the code: the document, and what mends a certificate.
_PUBLIC = "a public CA has to issue it otherwise; where the CA is your own: --ignore 'CODE=REASON'"
_AGAIN = "have it issued again, by a CA that keeps to the profile; where it has to be so: --ignore 'CODE=REASON'"
_BROKEN = "see what pkilint says of the file: pip install pkilint, then its own commands"
_DOCUMENTS = {
    "cabf.serverauth.": ("CA/B Forum BR (TLS servers)", _PUBLIC),
    "cabf.ev_guidelines.": ("CA/B Forum EV Guidelines", _PUBLIC),
    "cabf.": ("CA/B Forum BR", _PUBLIC),
    "pkix.": ("RFC 5280 and its updates", _AGAIN),
    "itu.": ("ITU-T X.509, X.520 and X.690", _AGAIN),
    "iso.": ("ISO's lists of countries, languages and currencies", _AGAIN),
    "msft.": ("Microsoft's requirements", _PUBLIC),
    "etsi.": ("ETSI EN 319 412", _AGAIN),
    "nist.": ("NIST's standards of algorithms", _AGAIN),
    "adobe.": ("Adobe's extensions", _AGAIN),
    "": ("pkilint itself", _BROKEN),
}
_CAPITALS = frozenset(
    {"aia", "aki", "asn1", "ca", "cn", "crl", "crls", "dn", "dns", "dv", "ec", "ecdsa", "eku", "ev", "ip", "iv", "ku"}
    | {"ldap", "mldsa", "nist", "ocsp", "oid", "ov", "pkix", "rdn", "rsa", "san", "sct", "skid", "ski", "spki", "tls"}
    | {"uri", "utc"}
)


def title(code: str) -> str:
    """The last part of a code as words: "CRL distribution points extension absent"."""
    words = re.split("[_-]", code.rpartition(".")[2])
    said = " ".join(word.upper() if word in _CAPITALS else word for word in words)
    return said[:1].upper() + said[1:]


def document(code: str) -> str:
    """Where the rule of a code is from."""
    return _known(code)[0]


def fix(code: str) -> str:
    """What to do about it."""
    return _known(code)[1].replace("CODE", code)


def _known(code: str) -> tuple[str, str]:
    return next(found for begin, found in _DOCUMENTS.items() if code.startswith(begin))


def entry(code: str) -> Entry | None:
    """All that is known of a code; None where pkilint is installed, is asked what it says of the rule, and has none."""
    meaning, checked = (
        "A rule that pkilint (github.com/digicert/pkilint) checks; the message of a fault is its own.",
        "",
    )
    if find_spec("pkilint") is not None:
        from mtlsctl.core.lint import pkilinted  # a third of a second

        known = pkilinted.described(code)
        if known is None:
            return None
        words, checked = known
        meaning += f" It says of its check: {words}" if words else ""
    source = document(code)
    return Entry(code, title(code), meaning, fix(code), f"{source}; pkilint's {checked}" if checked else source)

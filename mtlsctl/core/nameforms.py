"""How names and name constraints are written: the syntax that RFC 5280, 4.2.1.6 and 4.2.1.10, has for each form."""

import re

from cryptography import x509

from mtlsctl.core import constraints, names

_MAX_NAME = 253  # RFC 1035, 3.1: 255 octets, with the lengths in front
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HOST = re.compile(rf"(?:{_LABEL}\.)*(?![0-9]+\Z){_LABEL}")
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LOCAL_PART = rf'{_ATOM}(\.{_ATOM})*|"([ !#-\[\]-~]|\\[ -~])*"'  # RFC 5321, 4.1.2
_URI = r"[A-Za-z][A-Za-z0-9+.-]*:([A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+"  # RFC 3986, 2 and 3.1


def fault(name: x509.GeneralName) -> str:
    """What is wrong with a name in a certificate, in words that follow it; "" where nothing is (4.2.1.6)."""
    match name:
        case x509.DNSName():
            # What a wildcard stands for is not the business of the RFC: a letter in its place tells of the rest.
            if is_host(name.value.replace("*", "x")):
                return ""  # no address is a host: the last label of one is a number, or it has colons
            is_address = names.to_address(name.value) is not None
            return "is an address" if is_address else "is no DNS name of letters, digits and hyphens"
        case x509.RFC822Name():
            return "" if _is_mailbox(name.value) else "is no e-mail address"
        case x509.UniformResourceIdentifier():
            return _fault_of_uri(name.value)
        case _:
            return ""


def fault_of_subtree(subtree: x509.GeneralName) -> str:
    """What is wrong with a name constraint, in words that follow it; "" where nothing is (4.2.1.10)."""
    match subtree:
        case x509.DNSName():
            if subtree.value.startswith("."):
                return "begins with a dot"
            if "*" in subtree.value:
                return "has a wildcard"
            return "" if not subtree.value or is_host(subtree.value) else "is no DNS name"
        case x509.RFC822Name():
            local, at, host = subtree.value.rpartition("@")
            good = bool(local) and "@" not in local and is_host(host) if at else _is_domain(host)
            return "" if good else "is neither mailbox nor host"
        case x509.UniformResourceIdentifier():
            return "" if _is_domain(subtree.value) else "is no host or domain"
        case _:
            return ""


def is_host(text: str) -> bool:
    """Whether it has the preferred syntax of host names: RFC 1034, 3.5; RFC 1123, 2.1: the last label is no number."""
    return len(text) <= _MAX_NAME and _HOST.fullmatch(text) is not None


def _is_domain(text: str) -> bool:
    """A host, or with a dot in front what is below it; empty for all, as DNS constraints have it."""
    return not text or is_host(text.removeprefix("."))


def _is_mailbox(text: str) -> bool:
    local, _, domain = text.rpartition("@")
    literal = domain.startswith("[") and names.to_address(domain[1:-1].removeprefix("IPv6:"))  # RFC 5321, 4.1.3
    return re.fullmatch(_LOCAL_PART, local) is not None and (is_host(domain) or bool(literal))


def _fault_of_uri(uri: str) -> str:
    if not re.fullmatch(_URI, uri):
        return "is no absolute URI"
    scheme, _, rest = uri.partition(":")
    if rest.startswith("//") and scheme.lower() != "file" and not constraints.uri_host(uri):
        return "names no host"
    return ""

"""Text to X.509 names and back: DNS, wildcard, IDN, IP, e-mail, URI, SPIFFE; and name matching (RFC 9525)."""

import ipaddress
import re
from collections.abc import Iterable

from cryptography import x509
from cryptography.x509.oid import NameOID

from mtlsctl.core.printable import printable
from mtlsctl.errors import UsageError

MAX_COMMON_NAME = 64  # RFC 5280, appendix A.1: ub-common-name

_LABEL = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")
# Patterns as text: re keeps what it compiled, and most commands need none of them.
_SCHEME = r"[A-Za-z][A-Za-z0-9+.-]*://"
_URN = r"[Uu][Rr][Nn]:[A-Za-z0-9][A-Za-z0-9-]{0,31}:\S+"
_LOCAL_PART = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+"  # RFC 5322, 3.4.1: dot-atom, unquoted
_SPECIAL = frozenset(',+"\\<>;=')  # RFC 4514, 2.4
_KINDS = ("dns", "ip", "email", "uri")


def parse(text: str) -> x509.GeneralName:
    """The name that a person typed. `dns:`, `ip:`, `email:` and `uri:` in front settle the kind; else it shows.

    An IP address, something with `scheme://`, something with an @, a DNS name: in this order.
    Raises UsageError with the rule that is broken.
    """
    if not text or text != text.strip():
        raise UsageError(f"{text!r} is not a name: it is empty or has spaces around it")
    if text.startswith("-"):
        raise UsageError(f"{text} is not a name: it begins with a dash", "options go before the names")
    kind, _, rest = text.partition(":")
    if kind.lower() in _KINDS and rest and not rest.startswith("//"):
        return _parse_as(kind.lower(), rest)
    if (address := to_address(text)) is not None:
        return x509.IPAddress(address)
    if re.match(_SCHEME, text) or re.fullmatch(_URN, text):
        return x509.UniformResourceIdentifier(uri(text))
    return x509.RFC822Name(email(text)) if "@" in text else x509.DNSName(dns(text))


def _parse_as(kind: str, text: str) -> x509.GeneralName:
    match kind:
        case "ip":
            address = to_address(text)
            if address is None:
                raise UsageError(f"{text} is not an IP address", "write it as 192.0.2.1 or 2001:db8::1")
            return x509.IPAddress(address)
        case "email":
            return x509.RFC822Name(email(text))
        case "uri":
            return x509.UniformResourceIdentifier(uri(text))
        case _:
            return x509.DNSName(dns(text))


def to_address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The IP address that text spells, brackets around IPv6 allowed; None when it spells none."""
    if text[:1] not in "0123456789abcdefABCDEF:[":
        return None
    bare = text[1:-1] if text.startswith("[") and text.endswith("]") else text
    try:
        return ipaddress.ip_address(bare)
    except ValueError:
        return None


def dns(text: str) -> str:
    """A DNS name in the form that goes into a certificate: A-labels, no final dot, `*` only as the first label.

    RFC 5280, 4.2.1.6; RFC 9525, 6.3. Underscores are taken: container names have them. Raises UsageError.
    """
    if any(c.isspace() for c in text):
        raise UsageError(
            f"{text!r} is not a name: it has spaces", "write it as alice.smith; free text is for issue --cn"
        )
    host = text.removesuffix(".")
    star = host.startswith("*.")
    base = host[2:] if star else host
    if not base.isascii():
        base = _to_ascii(base, text)
    if "*" in base:
        raise UsageError(f"{text}: a wildcard stands only as the whole first label", "write it as *.example.test")
    before, _, port = base.rpartition(":")
    if port.isdecimal() and before and ":" not in before:
        raise UsageError(f"{text} is not a DNS name: it has a port", f"leave the port out: {before}")
    if len(base) > 253 or not all(_is_label(label) for label in base.split(".")):
        raise UsageError(f"{text} is not a DNS name", "letters, digits, - and _ in labels of at most 63, with dots")
    if base.replace(".", "").isdigit():
        raise UsageError(f"{text} looks like an IP address and is none", "write it as 192.0.2.1")
    return ("*." if star else "") + base.lower()


def _is_label(label: str) -> bool:
    """RFC 1035, 2.3.1, with underscores; without a pattern, since most commands would compile it for one name."""
    return 0 < len(label) <= 63 and _LABEL.issuperset(label) and "-" not in (label[0], label[-1])


def _to_ascii(base: str, text: str) -> str:
    import idna  # only for names beyond ASCII

    try:
        return idna.encode(base, uts46=True, std3_rules=False).decode()
    except idna.IDNAError as error:
        raise UsageError(f"{text} is not an internationalised DNS name: {error}".rstrip(".")) from None


def email(text: str) -> str:
    """An e-mail address, its domain as A-labels (RFC 5280, 4.2.1.6). Raises UsageError."""
    local, _, domain = text.rpartition("@")
    if not local or not re.fullmatch(_LOCAL_PART, local) or domain.startswith("*"):
        raise UsageError(f"{text} is not an e-mail address", "write it as alice@example.test, in ASCII before the @")
    return f"{local}@{dns(domain)}"


def uri(text: str) -> str:
    """A URI; one with the scheme spiffe must be a SPIFFE ID. Raises UsageError."""
    if not text.isascii() or any(c.isspace() or c in '<>"{}|\\^`' for c in text):
        raise UsageError(f"{text} is not a URI: it has spaces or characters that must be %-encoded")
    if text.lower().startswith("spiffe:"):
        return spiffe(text)
    scheme, _, rest = text.partition(":")
    if not scheme or not rest.lstrip("/"):
        raise UsageError(f"{text} is not a URI", "write it as scheme://host/path")
    return text


def spiffe(text: str) -> str:
    """A SPIFFE ID, checked against the rules of the SPIFFE-ID standard, section 2. Raises UsageError."""
    if not text.startswith("spiffe://"):
        raise UsageError(f"{text} is not a SPIFFE ID", "write it as spiffe://trust-domain/path, in lower case")
    domain, slash, path = text.removeprefix("spiffe://").partition("/")
    if not re.fullmatch(r"[a-z0-9._-]{1,255}", domain):
        raise UsageError(
            f"{text}: {domain or 'an empty text'} is not a trust domain",
            "lower-case letters, digits, dots, dashes and underscores; no port, no user",
        )
    if not slash or not path:
        raise UsageError(f"{text}: a workload's SPIFFE ID has a path", f"add one: spiffe://{domain}/service")
    for segment in path.split("/"):
        if segment in ("", ".", "..") or not re.fullmatch(r"[A-Za-z0-9._-]+", segment):
            raise UsageError(
                f"{text}: {segment or 'an empty segment'} is not allowed in the path of a SPIFFE ID",
                "letters, digits, dots, dashes and underscores between single slashes, none at the end",
            )
    if len(text) > 2048:
        raise UsageError("a SPIFFE ID has at most 2048 bytes", "shorten the path")
    return text


def show(name: x509.GeneralName) -> str:
    """A name as a person reads it: an IDN as typed, with the encoded form behind it."""
    match name:
        case x509.DNSName():
            return _show_dns(name.value)
        case x509.IPAddress():
            return str(name.value)
        case x509.RFC822Name() | x509.UniformResourceIdentifier():
            return name.value
        case x509.DirectoryName():
            return dn(name.value)
        case x509.RegisteredID():
            return name.value.dotted_string
        case x509.OtherName():
            return f"{name.type_id.dotted_string}={name.value.hex()}"
        case _:
            return repr(name)


def _show_dns(value: str) -> str:
    if "xn--" not in value.lower():
        return value
    import idna

    try:
        star = "*." if value.startswith("*.") else ""
        return f"{star}{idna.decode(value.removeprefix('*.'))} ({value})"
    except (idna.IDNAError, UnicodeError):
        return value


def plain(name: x509.GeneralName) -> str:
    """A name in the form that goes into a certificate and that parse() reads."""
    return name.value if isinstance(name, x509.DNSName) else show(name)


def kind(name: x509.GeneralName) -> str:
    """The kind of a name as openssl writes it: DNS, IP, email, URI, dirName, RID, otherName."""
    return _KIND_WORDS.get(type(name), "otherName")


_KIND_WORDS: dict[type[x509.GeneralName], str] = {
    x509.DNSName: "DNS",
    x509.IPAddress: "IP",
    x509.RFC822Name: "email",
    x509.UniformResourceIdentifier: "URI",
    x509.DirectoryName: "dirName",
    x509.RegisteredID: "RID",
}


def tagged(name: x509.GeneralName) -> str:
    """A name with its kind in front: `DNS:localhost`."""
    return f"{kind(name)}:{printable(show(name))}"


def dn(name: x509.Name) -> str:
    """A distinguished name in the order of the certificate: `O=Acme, CN=alice`; parts of one RDN are joined by `+`."""
    return ", ".join(["+".join(map(_attribute, rdn)) for rdn in name.rdns])


def _attribute(attribute: x509.NameAttribute[str | bytes]) -> str:
    value = attribute.value if isinstance(attribute.value, str) else attribute.value.hex()
    if not value.isalnum() and not _SPECIAL.isdisjoint(value):
        value = '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return f"{attribute.rfc4514_attribute_name}={printable(value)}"


def common_name(name: x509.Name) -> str:
    """The (last) common name of a distinguished name, or ""."""
    found = name.get_attributes_for_oid(NameOID.COMMON_NAME)
    value = found[-1].value if found else ""
    return value if isinstance(value, str) else ""  # a BIT STRING names nobody


def subject(cn: str) -> x509.Name:
    """A distinguished name of one CN; empty for "". Raises UsageError past 64 characters (RFC 5280, A.1)."""
    if len(cn) > MAX_COMMON_NAME:
        raise UsageError(f"{cn}: a common name has at most {MAX_COMMON_NAME} characters, this has {len(cn)}")
    if not cn.isprintable():
        raise UsageError(f"{printable(cn)!r}: a common name has no control characters: they deceive whoever reads it")
    if len(cn.encode()) > MAX_COMMON_NAME:
        raise UsageError(
            f"{cn}: a common name has at most {MAX_COMMON_NAME} bytes in UTF-8, this has {len(cn.encode())}"
        )
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, cn)] if cn else [])


def serial_hex(serial: int) -> str:
    """A serial number in lower-case hex, in whole octets as openssl prints it; a minus where it is negative."""
    digits = f"{abs(serial):x}"
    return ("-" if serial < 0 else "") + digits.zfill(len(digits) + len(digits) % 2)


def matches(presented: Iterable[x509.GeneralName], wanted: x509.GeneralName) -> bool:
    """True when one of the presented names stands for the wanted one (RFC 9525, 6; no CN, no partial wildcards)."""
    if isinstance(wanted, x509.DNSName):
        return any(isinstance(n, x509.DNSName) and _dns_matches(n.value, wanted.value) for n in presented)
    if isinstance(wanted, x509.RFC822Name):
        return any(
            isinstance(n, x509.RFC822Name) and _email_key(n.value) == _email_key(wanted.value) for n in presented
        )
    return any(n == wanted for n in presented)


def _dns_matches(pattern: str, host: str) -> bool:
    ours, theirs = pattern.lower().split("."), host.lower().removesuffix(".").split(".")
    if len(ours) != len(theirs) or not all(ours) or not all(theirs):
        return False
    if ours[0] == "*":
        return len(ours) > 2 and ours[1:] == theirs[1:]
    return ours == theirs


def _email_key(address: str) -> tuple[str, str]:
    local, _, domain = address.rpartition("@")
    return local, domain.lower()  # RFC 5280, 7.5: the local part is compared as it stands


def san(certificate: x509.Certificate) -> tuple[x509.GeneralName, ...]:
    """The subject alternative names; () where there are none. Raises ValueError for damaged extensions."""
    try:
        return tuple(certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value)
    except x509.ExtensionNotFound:
        return ()

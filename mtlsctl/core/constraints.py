"""Name constraints: from --permit to the extension, and whether a name lies inside (RFC 5280, 4.2.1.10)."""

import ipaddress
import re
from collections.abc import Iterable, Sequence
from contextlib import suppress

from cryptography import x509
from cryptography.x509.oid import NameOID

from mtlsctl.core import names
from mtlsctl.core.path import folded
from mtlsctl.errors import UsageError

# RFC 6761, 6.4: never a real name. A subtree that holds only this one shuts a type that was not permitted:
# a constraint binds only the types that it mentions, so a DNS-only one would leave e-mail and URI names free.
NOBODY = "invalid"
_EVERY_ADDRESS = tuple(x509.IPAddress(ipaddress.ip_network(n)) for n in ("0.0.0.0/0", "::/0"))

Subtrees = tuple[tuple[x509.GeneralName, ...], tuple[x509.GeneralName, ...]]


def build(texts: Sequence[str]) -> Subtrees:
    """The permitted and excluded subtrees for the texts of --permit; types not named are shut. Raises UsageError."""
    if not texts:
        return (), ()
    permitted = [parse(text) for text in texts]
    kinds = {type(name) for name in permitted}
    shut = [k(NOBODY) for k in (x509.DNSName, x509.RFC822Name, x509.UniformResourceIdentifier) if k not in kinds]
    return (*permitted, *shut), () if x509.IPAddress in kinds else _EVERY_ADDRESS


def parse(text: str) -> x509.GeneralName:
    """One subtree: `dns:test` (or `test`), `ip:127.0.0.0/8`, `email:dev.test`, `uri:dev.test` (`.dev.test`: below)."""
    kind, colon, rest = text.partition(":")
    if colon and kind.lower() in ("dns", "ip", "email", "uri"):
        return _subtree(kind.lower(), rest, text)
    return _subtree("ip" if "/" in text or names.to_address(text) else "email" if "@" in text else "dns", text, text)


def _subtree(kind: str, value: str, text: str) -> x509.GeneralName:
    if kind == "ip":
        try:
            return x509.IPAddress(ipaddress.ip_network(value))
        except ValueError as error:
            raise UsageError(f"--permit {text}: {error}", "write it as ip:192.0.2.0/24") from None
    if kind == "email" and "@" in value:
        return x509.RFC822Name(names.email(value))
    dot = "." if value.startswith(".") and kind != "dns" else ""
    host = names.dns(value.removeprefix(".").removeprefix("*."))
    if host.startswith("*"):
        raise UsageError(f"--permit {text}: a subtree has no wildcard", f"write it as {kind}:{host[2:]}")
    match kind:
        case "email":
            return x509.RFC822Name(dot + host)
        case "uri":
            return x509.UniformResourceIdentifier(dot + host)
        case _:
            return x509.DNSName(host)


def describe(subtrees: Iterable[x509.GeneralName]) -> tuple[str, ...]:
    """The subtrees in words, without those that only shut a type."""
    return tuple(f"{names.kind(n)}:{names.plain(n)}" for n in subtrees if n.value != NOBODY)


def outside(constraints: x509.NameConstraints, wanted: Iterable[x509.GeneralName]) -> list[x509.GeneralName]:
    """Those of the names that the constraints do not allow; a form of name that has no rules is not allowed either.

    RFC 5280, 4.2.1.10. A DNS constraint with a dot in front, which the RFC does not have and many CAs write, covers
    what is below it, as OpenSSL and Go read it.
    """
    permitted, excluded = _by_form(constraints.permitted_subtrees), _by_form(constraints.excluded_subtrees)
    return [name for name in wanted if not _allowed(name, permitted, excluded)]


Forms = dict[object, list[x509.GeneralName]]
_KNOWN = (x509.DNSName, x509.RFC822Name, x509.UniformResourceIdentifier, x509.IPAddress, x509.DirectoryName)
_UTF8_MAILBOX = x509.ObjectIdentifier("1.3.6.1.5.5.7.8.9")
_HOST = r"[a-z0-9_-]+(\.[a-z0-9_-]+)*"  # with the underscore of container names


def _by_form(subtrees: Iterable[x509.GeneralName] | None) -> Forms:
    found: Forms = {}
    for subtree in subtrees or ():
        found.setdefault(forms(subtree)[0], []).append(subtree)
    return found


def forms(name: x509.GeneralName) -> tuple[object, ...]:
    """The forms of subtrees that bind a name, its own first: SmtpUTF8Mailbox is an e-mail address (RFC 9598, 6)."""
    if not isinstance(name, x509.OtherName):
        return (type(name),)
    return (name.type_id, x509.RFC822Name) if name.type_id == _UTF8_MAILBOX else (name.type_id,)


def _allowed(name: x509.GeneralName, permitted: Forms, excluded: Forms) -> bool:
    return all(_allowed_as(form, name, permitted.get(form, ()), excluded.get(form, ())) for form in forms(name))


def _allowed_as(
    form: object, name: x509.GeneralName, inside: Sequence[x509.GeneralName], without: Sequence[x509.GeneralName]
) -> bool:
    if not inside and not without:
        return True
    # RFC 5280, 4.2.1.10: whoever cannot process a constraint on a form of name that is there must refuse.
    if form not in _KNOWN or not _can_be_compared(name):
        return False
    return (not inside or any(_inside(name, s) for s in inside)) and not any(_catches(name, s) for s in without)


def _can_be_compared(name: x509.GeneralName) -> bool:
    """A URI needs a host that is no address; an e-mail address has one @ (RFC 5280, 4.2.1.6 and 4.2.1.10).

    A final dot or an escape in a host (RFC 3986, 6.2.2.2) would evade the comparison; OpenSSL and Go take neither.
    """
    match name:
        case x509.UniformResourceIdentifier():
            host = uri_host(name.value)
            # Others read a backslash as a slash, and another host with it.
            return _is_host(host) and names.to_address(host) is None and "\\" not in name.value
        case x509.RFC822Name() | x509.OtherName():
            local, host = _mailbox(name)
            return bool(local) and _is_host(host.lower()) and ("@" not in local or local.startswith('"'))
        case _:
            return True


def _is_host(text: str) -> bool:
    return re.fullmatch(_HOST, text) is not None


def _mailbox(name: x509.RFC822Name | x509.OtherName) -> tuple[str, str]:
    """Local part and domain, both empty for a SmtpUTF8Mailbox that is no UTF8String."""
    local, _, domain = (name.value if isinstance(name, x509.RFC822Name) else _utf8(name.value)).rpartition("@")
    return local, domain


def _utf8(encoded: bytes) -> str:
    from cryptography.hazmat import asn1  # rare

    try:
        return asn1.decode_der(str, encoded)
    except (ValueError, TypeError):
        return ""


def _inside(name: x509.GeneralName, subtree: x509.GeneralName) -> bool:
    match name, subtree:
        case x509.IPAddress(), x509.IPAddress():
            return not isinstance(
                name.value, ipaddress.IPv4Network | ipaddress.IPv6Network
            ) and name.value in ipaddress.ip_network(subtree.value)
        case x509.DNSName(), x509.DNSName():
            host, base = _host_name(name.value).removeprefix("*."), _host_name(subtree.value)
            return host.endswith(base) if base.startswith(".") else _below(host, base)
        case x509.RFC822Name() | x509.OtherName(), x509.RFC822Name():
            local, domain = _mailbox(name)
            mailbox, at, host = subtree.value.rpartition("@")
            return (not at or local == mailbox) and _host(domain.lower(), _host_name(host), exact=bool(at))
        case x509.UniformResourceIdentifier(), x509.UniformResourceIdentifier():
            return _host(uri_host(name.value), _host_name(subtree.value))
        case x509.DirectoryName(), x509.DirectoryName():
            base_name = folded(subtree.value)
            return folded(name.value)[: len(base_name)] == base_name
        case _:
            return False


def _catches(name: x509.GeneralName, subtree: x509.GeneralName) -> bool:
    """Whether an excluded subtree holds a name, or one that a wildcard stands for (CVE-2025-61727)."""
    if not isinstance(name, x509.DNSName) or not isinstance(subtree, x509.DNSName):
        return _inside(name, subtree)
    host, base = _host_name(name.value), _host_name(subtree.value).removeprefix("*").removeprefix(".")
    label, _, rest = host.partition(".")
    start, star, end = label.partition("*")  # old verifiers take a star for a part of a label, too
    left = base.removesuffix("." + rest)
    stands_for = bool(star) and left != base and left.startswith(start) and left.endswith(end)
    return _below(host.removeprefix("*."), base) or (stands_for and "." not in left)


def _host_name(text: str) -> str:
    return text.lower().removesuffix(".")


def _below(host: str, base: str) -> bool:
    return not base or host == base or host.endswith("." + base)


def _host(host: str, base: str, exact: bool = False) -> bool:
    if base.startswith(".") and not exact:
        return host.endswith(base) and host != base[1:]
    return not base or host == base


def uri_host(uri: str) -> str:
    """The host of a URI in lower case, an IPv6 address in its brackets; "" where there is none."""
    authority = re.split(r"[/?#]", uri.partition("://")[2], maxsplit=1)[0].rpartition("@")[2]  # RFC 3986, 3.2
    if authority.startswith("["):
        return authority.partition("]")[0].lower() + "]"
    return authority.partition(":")[0].lower()


def bound(certificate: x509.Certificate, san: Iterable[x509.GeneralName]) -> list[x509.GeneralName]:
    """The names of a certificate that constraints hold for: its SAN, its subject, the e-mail addresses in that."""
    found = list(san)
    if certificate.subject.rdns:
        found.append(x509.DirectoryName(certificate.subject))
    for part in certificate.subject.get_attributes_for_oid(NameOID.EMAIL_ADDRESS):
        # What is no address is left to OpenSSL, which refuses it under a constraint on addresses (error 53).
        with suppress(ValueError):
            found.append(x509.RFC822Name(part.value if isinstance(part.value, str) else part.value.decode("ascii")))
    return found

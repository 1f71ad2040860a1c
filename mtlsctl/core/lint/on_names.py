"""Rules about the names of servers and clients."""

import re
from collections.abc import Iterator

from cryptography import x509

from mtlsctl.core import names
from mtlsctl.core.findings import Verdict
from mtlsctl.core.lint.rule import Scope, rule
from mtlsctl.core.lint.subject import Subject
from mtlsctl.errors import UsageError

_HOST = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)+")
_LABEL = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?")
_PARTLY = re.compile(r"([^.*]+\*[^.*]*|\*[^.*]+)(\.[^.*]+){2,}")  # core/stacks: partial-wildcard
_TAKES = ": OpenSSL, Node.js and Java do, the others do not"
_NAMED = (Scope.LEAF, Scope.REQUEST)


def _dns(subject: Subject) -> list[str]:
    return [name.value for name in subject.san if isinstance(name, x509.DNSName)]


@rule("lint-no-san", Verdict.FAIL, Scope.LEAF)
def no_san(leaf: Subject) -> Iterator[str]:
    """A server's names are its SANs alone."""
    if leaf.serves and not leaf.san:
        yield "a server certificate without subject alternative name is valid for no name"


@rule("lint-cn-identity", Verdict.WARN, Scope.LEAF)
def cn_identity(leaf: Subject) -> Iterator[str]:
    """A client is more than its common name."""
    if leaf.for_tls and not leaf.serves and not leaf.san:
        yield "its identity stands in the subject alone, it has no subject alternative name"


@rule("lint-cn-not-in-san", Verdict.WARN, Scope.LEAF)
def cn_not_in_san(leaf: Subject) -> Iterator[str]:
    """A common name that looks like a host's is among the names."""
    cn = names.common_name(leaf.subject)
    if not leaf.san or not leaf.serves or not (_HOST.fullmatch(cn) or names.to_address(cn)):
        return
    if cn.lower() not in {names.plain(name).lower() for name in leaf.san}:
        yield f"the common name {cn} is not among its names: {', '.join(names.tagged(n) for n in leaf.san[:4])}"


@rule("lint-server-name-kind", Verdict.FAIL, Scope.LEAF)
def server_name_kind(leaf: Subject) -> Iterator[str]:
    """A server has a name that clients connect to."""
    hosts = any(isinstance(name, x509.DNSName | x509.IPAddress) for name in leaf.san)
    if leaf.serves and leaf.san and not hosts and not leaf.spiffe:
        yield f"a server without DNS name and IP address: {', '.join(names.tagged(n) for n in leaf.san[:4])}"


@rule("lint-ip-as-dns", Verdict.FAIL, *_NAMED)
def ip_as_dns(subject: Subject) -> Iterator[str]:
    """An address is an iPAddress."""
    for name in _dns(subject):
        if names.to_address(name.strip("[]")):
            yield f"the address {name} stands as a DNS name, clients look for it as an IP address"


@rule("lint-bad-name", Verdict.FAIL, *_NAMED)
def bad_name(subject: Subject) -> Iterator[str]:
    """A name that can match."""
    for name in _dns(subject):
        labels = name.removeprefix("*.").split(".")
        stars = "*" in name.removeprefix("*.")  # another rule's
        if not stars and not names.to_address(name) and not all(map(_LABEL.fullmatch, labels)):
            yield f"{name[:80]!r} is no host's name"
        elif len(name) > 253:  # RFC 1035, 2.3.4, without the final dot
            yield f"{name[:40]!r}... has {len(name)} characters, a host's name has at most 253"
    for one in subject.san:
        if isinstance(one, x509.RFC822Name) and not re.fullmatch(r"[^@\s]+@[^@\s]+", one.value):
            yield f"{one.value[:80]!r} is no e-mail address"


@rule("lint-underscore-name", Verdict.NOTE, *_NAMED)
def underscore_name(subject: Subject) -> Iterator[str]:
    """Host names have no underscores."""
    found = [name for name in _dns(subject) if "_" in name]
    if found:
        yield f"underscores are not for host names: {', '.join(found[:4])}"


@rule("lint-wildcard-client", Verdict.FAIL, Scope.LEAF)
def wildcard_client(leaf: Subject) -> Iterator[str]:
    """A client is somebody."""
    stars = [name for name in _dns(leaf) if "*" in name]
    if leaf.calls and not leaf.serves and stars:
        yield f"a client certificate for {', '.join(stars[:4])}: that is nobody in particular"


@rule("lint-wildcard-form", Verdict.FAIL, *_NAMED)
def wildcard_form(subject: Subject) -> Iterator[str]:
    """A star is the whole first label, with two labels behind it."""
    for name in _dns(subject):
        rest = name.removeprefix("*.")
        if "*" in rest or (rest != name and "." not in rest):
            partly = _PARTLY.fullmatch(name)
            yield f"{'few' if partly else 'no'} verifiers take the wildcard {name}{_TAKES if partly else ''}"


@rule("lint-wildcard-server", Verdict.NOTE, Scope.LEAF)
def wildcard_server(leaf: Subject) -> Iterator[str]:
    """Each server is itself."""
    stars = [name for name in _dns(leaf) if name.startswith("*.")]
    if leaf.serves and stars:
        yield f"whoever holds its key is every server of {', '.join(stars[:4])}"


@rule("lint-san-not-critical", Verdict.FAIL, Scope.LEAF)
def san_not_critical(leaf: Subject) -> Iterator[str]:
    """Where the subject is empty, the names are all there is."""
    if leaf.san and not leaf.subject.rdns and not leaf.critical(x509.SubjectAlternativeName):
        yield "its subject is empty and its subject alternative name is not critical"


@rule("lint-spiffe", Verdict.FAIL, Scope.LEAF)
def spiffe(leaf: Subject) -> Iterator[str]:
    """A SPIFFE certificate is an X.509-SVID."""
    if not leaf.spiffe:
        return
    uris = [name for name in leaf.san if isinstance(name, x509.UniformResourceIdentifier)]
    if len(uris) > 1:
        yield f"a SPIFFE certificate has one URI, this has {len(uris)}"
    try:
        names.spiffe(leaf.spiffe[0])
    except UsageError as error:
        yield error.message
    usage = leaf.get(x509.KeyUsage)
    if usage is None or not leaf.critical(x509.KeyUsage):
        yield "a SPIFFE certificate has a critical key usage"
    if leaf.purposes is not None and leaf.serves != leaf.calls:
        yield "a SPIFFE certificate has both serverAuth and clientAuth, or no extended key usage"

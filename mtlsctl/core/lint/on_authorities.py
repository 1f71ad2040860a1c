"""Rules about CA certificates: who may sign what, how deep, for how long, under which names."""

from collections.abc import Iterator

from cryptography import x509

from mtlsctl.core.findings import Verdict
from mtlsctl.core.lint.rule import BOTH, Scope, rule
from mtlsctl.core.lint.subject import Subject

MAX_CA_DAYS = 9132  # CA/B Forum BR 7.1.2.1.1
_KINDS = {
    x509.DNSName: "DNS names",
    x509.RFC822Name: "e-mail addresses",
    x509.UniformResourceIdentifier: "URIs",
    x509.IPAddress: "IP addresses",
}


@rule("lint-ca-not-critical", Verdict.FAIL, Scope.CA)
def not_critical(ca: Subject) -> Iterator[str]:
    """Being a CA is critical."""
    if not ca.critical(x509.BasicConstraints):
        yield "a CA whose basicConstraints are not critical"


@rule("lint-ca-no-pathlen", Verdict.NOTE, Scope.CA)
def no_pathlen(ca: Subject) -> Iterator[str]:
    """The depth of a PKI is known."""
    basic = ca.get(x509.BasicConstraints)
    if basic is not None and basic.path_length is None:
        yield "nothing limits the CAs below it (no pathlen)"


@rule("lint-ca-key-usage", Verdict.FAIL, Scope.CA, profiles=BOTH)
def ca_key_usage(ca: Subject) -> Iterator[str]:
    """A CA signs certificates."""
    usage = ca.get(x509.KeyUsage)
    if usage is None:
        yield "a CA without key usage"
    elif not usage.key_cert_sign:
        yield "a CA whose key usage lacks keyCertSign"


@rule("lint-ca-no-crl-sign", Verdict.WARN, Scope.CA)
def no_crl_sign(ca: Subject) -> Iterator[str]:
    """A CA can revoke."""
    usage = ca.get(x509.KeyUsage)
    if usage is not None and not usage.crl_sign:
        yield "a CA whose key usage lacks cRLSign: it can revoke nothing by CRL"


@rule("lint-root-eku", Verdict.WARN, Scope.CA)
def root_eku(ca: Subject) -> Iterator[str]:
    """Limits of purpose belong into issuing CAs."""
    if ca.self_issued and ca.purposes is not None:
        yield "a root with an extended key usage"


@rule("lint-ca-lifetime", Verdict.WARN, Scope.CA)
def lifetime(ca: Subject) -> Iterator[str]:
    """Algorithms do not last for ever."""
    if ca.days > MAX_CA_DAYS:
        yield f"it lives {ca.days} days, at most {MAX_CA_DAYS} are allowed to public roots"


@rule("lint-constraints-open", Verdict.WARN, Scope.CA)
def constraints_open(ca: Subject) -> Iterator[str]:
    """What is not mentioned is free."""
    limits = ca.get(x509.NameConstraints)
    if limits is None or not limits.permitted_subtrees:
        return
    bound = {type(name) for name in (*limits.permitted_subtrees, *(limits.excluded_subtrees or ()))}
    free = [word for kind, word in _KINDS.items() if kind not in bound]
    if free:
        yield f"its name constraints do not mention {', '.join(free)}: it may certify any of them"


@rule("lint-constraints-not-critical", Verdict.FAIL, Scope.CA)
def constraints_not_critical(ca: Subject) -> Iterator[str]:
    """A limit that may be passed over is none."""
    if ca.get(x509.NameConstraints) is not None and not ca.critical(x509.NameConstraints):
        yield "its name constraints are not critical"


@rule("lint-constraints-leaf", Verdict.FAIL, Scope.LEAF)
def constraints_leaf(leaf: Subject) -> Iterator[str]:
    """Who issues nothing limits nobody."""
    if leaf.get(x509.NameConstraints) is not None:
        yield "it is no CA and has name constraints"


@rule("lint-ca-with-names", Verdict.WARN, Scope.CA)
def ca_with_names(ca: Subject) -> Iterator[str]:
    """A CA is nothing else."""
    hosts = [name for name in ca.san if isinstance(name, x509.DNSName | x509.IPAddress)]
    if hosts:
        yield "a CA with the names of a host: it seems to serve as a leaf, too"
    elif ca.self_issued and (ca.serves or ca.calls):
        yield "a self-signed CA for the use in TLS: it seems to serve as a leaf, too"

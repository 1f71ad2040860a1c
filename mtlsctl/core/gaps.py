"""Why a path ends before it gets to a trust anchor: the one cause that a person would repair."""

from collections.abc import Sequence

from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID

from mtlsctl.core import names
from mtlsctl.core.causes import CHAINED, Problem
from mtlsctl.core.path import (
    MAX_DEPTH,
    Forest,
    Link,
    Path,
    authority_key_id,
    called,
    key_id,
    link,
    self_issued,
    subject_key_id,
)
from mtlsctl.core.unreadable import UNREADABLE


def why_incomplete(path: Path, pool: Sequence[x509.Certificate], roots: Sequence[x509.Certificate]) -> Problem:
    """Why a path ends before a trust anchor: the one cause that a person would repair."""
    top = path[-1]
    if top in roots:
        return _not_self_signed(top)
    if self_issued(top) and link(top, top) is not Link.BROKEN:
        return _ends_at_root(path, roots)
    if len(path) >= MAX_DEPTH:
        name = called(path[0])
        message = f"{name}: {MAX_DEPTH} certificates lead to none that is trusted, and longer paths are not looked at"
        return Problem("path-length", message, "issue the leaf from a CA that is nearer to the root", name)
    namesakes = Forest(roots, pool, False).namesakes(top)
    if broken := [c for c in namesakes if c != top and link(top, c) is Link.BROKEN]:
        return _wrong_key(top, broken)
    if self_issued(top):
        return Problem(
            "bad-signature",
            f"{called(top)}: it names itself as its issuer, and its signature does not fit its own key",
            "get an undamaged copy of the file",
            called(top),
        )
    return _midway(_issuer_absent(path, roots), path, roots)


def _midway(problem: Problem, path: Path, roots: Sequence[x509.Certificate]) -> Problem:
    """The same, with the way out where a certificate of the path is trusted and is no root."""
    trusted = next((certificate for certificate in path if certificate in roots), None)
    if trusted is None:
        return problem
    hint = (
        f"{problem.hint}\nor end at {called(trusted)}, which is trusted and no root, as many peers do: --partial-chain"
    )
    return problem._replace(hint=hint)


def _listed(roots: Sequence[x509.Certificate]) -> str:
    if len(roots) > 3:
        return f"{len(roots)} others"
    return " and ".join(dict.fromkeys(called(root) for root in roots))


def _ends_at_root(path: Path, roots: Sequence[x509.Certificate]) -> Problem:
    top = path[-1]
    namesake = next((root for root in roots if _same_subject(root, top)), None)
    if namesake:
        return _other_key(f"{called(top)}: the chain ends at the one with key {key_id(top)}", namesake, top)
    if len(path) == 1:
        message = f"{called(top)}: the certificate is self-signed and is not trusted; trusted: {_listed(roots)}"
        return Problem(
            "self-signed", message, "trust exactly this certificate with --ca FILE, or have a CA issue it", called(top)
        )
    message = f"{called(top)}: the chain ends at this root, and it is not trusted; trusted: {_listed(roots)}"
    return Problem("untrusted", message, "if you trust this root: --ca FILE", called(top))


def _same_subject(one: x509.Certificate, other: x509.Certificate) -> bool:
    try:
        return one.subject == other.subject
    except UNREADABLE:
        return False


def _not_self_signed(top: x509.Certificate) -> Problem:
    message = f"{called(top)}: it is trusted but not self-signed, and its issuer {issuer_of(top)} is not trusted"
    hint = "pass --partial-chain (curl, Go, Python >= 3.13 do), or add the issuer's certificate to --ca"
    return Problem("untrusted", message, hint, called(top))


def _wrong_key(child: x509.Certificate, namesakes: Sequence[x509.Certificate]) -> Problem:
    """The issuer's name is there and its key does not fit: another key of that CA, or a damaged certificate."""
    wanted = authority_key_id(child)
    issuer = next((c for c in namesakes if wanted and wanted == subject_key_id(c)), None)
    if issuer:
        message = f"{called(child)}: its signature does not fit, though {called(issuer)} has the key that it names"
        return Problem(
            "bad-signature", message, "get an undamaged copy of the certificate, or have it issued anew", called(child)
        )
    start = f"{called(child)}: it was signed with another key of its CA" + (
        f" (key {wanted.hex()[:16]})" if wanted else ""
    )
    return _other_key(start, namesakes[0], child)


def _other_key(start: str, namesake: x509.Certificate, about: x509.Certificate) -> Problem:
    message = f"{start}, and the {called(namesake)} at hand has the same name and key {key_id(namesake)}"
    hint = "the CA was made anew under its old name: issue the certificate again, or get the CA certificate that fits"
    return Problem("ca-rekeyed", message, hint, called(about))


def issuer_of(certificate: x509.Certificate) -> str:
    """How a message names a certificate's issuer."""
    try:
        return names.dn(certificate.issuer) or "a CA without a name"
    except UNREADABLE:
        return "a CA whose name cannot be read"


def _issuer_absent(path: Path, roots: Sequence[x509.Certificate]) -> Problem:
    top, issuer = path[-1], issuer_of(path[-1])
    if len(path) == 1:
        message = f"{called(top)}: the leaf was issued by {issuer}, which is neither in the chain nor trusted"
        hint = f"add the certificate of {issuer} after the leaf{CHAINED}"
        hint += "\nor, if it is a root that you trust: --ca FILE"
        if _says_where(top):
            hint += "\nor fetch it from where the leaf says: mtlsctl verify CHAIN --ca ROOTS --aia"
        return Problem("missing-intermediate", message, hint, called(top))
    message = f"{called(top)}: the chain ends here, issued by {issuer}; trusted: {_listed(roots)}"
    hint = f"if {issuer} is a root that you trust: --ca FILE"
    hint += f"\nif it is an intermediate, add its certificate{CHAINED}"
    return Problem("untrusted", message, hint, called(top))


def _says_where(certificate: x509.Certificate) -> bool:
    """True where a certificate has the address of its issuer's (RFC 5280, 4.2.2.1)."""
    try:
        found = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    except (*UNREADABLE, x509.ExtensionNotFound):
        return False
    return any(one.access_method == AuthorityInformationAccessOID.CA_ISSUERS for one in found)

"""A second look at a server's chain that leads nowhere: a hole in it, or a CA of the same name with another key."""

from mtlsctl.core import names
from mtlsctl.core.diagnose import Ours
from mtlsctl.core.findings import Finding, Verdict, Whose
from mtlsctl.core.judge import issued
from mtlsctl.core.observation import Observation


def second_look(found: list[Finding], seen: Observation, ours: Ours) -> tuple[list[Finding], bool]:
    """The findings with the better cause in front, and whether nothing else is possible."""
    if found[0].code == "server-untrusted-root" and (hole := _hole(seen, ours)):
        return [hole, *found[1:]], True
    if found[0].code == "server-bad-signature" and (other := _other_key(seen, ours)):
        return [other, *(f._replace(verdict=Verdict.NOTE) for f in found)], False
    if found[0].code == "server-untrusted-root":
        # What issued the last one that came may be a root, or one more that should have come.
        return found, any(c.issuer == c.subject for c in seen.peer_chain)
    return found, True


def _hole(seen: Observation, ours: Ours) -> Finding | None:
    """A CA came along that one of our roots issued, and the leaf's own links do not reach it."""
    if not seen.peer_chain:
        return None
    last, *left = seen.peer_chain
    while above := next((c for c in left if c.subject == last.issuer), None):
        left.remove(above)
        last = above
    useful = [c for c in left if any(issued(c, root) for root in ours.roots if root.subject == c.issuer)]
    if not useful:
        return None
    wanted = names.dn(last.issuer)
    return Finding(
        "server-missing-intermediate",
        Verdict.FAIL,
        f"{wanted}, which issued {names.dn(last.subject)}, is not among the certificates that came, and"
        f" {names.dn(useful[0].subject)} above it is",
        f"serve {wanted}, too, behind the certificate that it issued",
        Whose.PEER,
        wanted,
    )


def _other_key(seen: Observation, ours: Ours) -> Finding | None:
    """A CA has two keys: one that we trust did not sign, and another one of the same name did."""
    for certificate in seen.peer_chain:
        named = [c for c in (*ours.roots, *seen.peer_chain) if c.subject == certificate.issuer and c != certificate]
        signed = [c for c in named if issued(certificate, c)]
        if signed and any(c in ours.roots and c not in signed for c in named):
            name = names.dn(certificate.issuer)
            message = (
                f"{names.dn(certificate.subject)} was issued by {name} with another of its keys than one that we trust,"
                " and OpenSSL tries only the first"
            )
            hint = f"leave only the certificate of {name} in the file that has the key in use now"
            return Finding("server-ca-rekeyed", Verdict.FAIL, message, hint, Whose.OURS, name)
    return None

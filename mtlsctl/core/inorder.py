"""The certificates of a chain in the order in which TLS sends them: the leaf, then each issuer."""

from collections.abc import Sequence

from mtlsctl.core.facts import CertificateFacts


def order(chain: Sequence[CertificateFacts]) -> list[int]:
    """Their positions, the leaf's first (RFC 8446, 4.4.2), then from issuer to issuer, then what is left as it stood.

    Where there is no leaf, or more than one, each stays in its place. Names and key identifiers tell who issued what.
    """
    rest = list(range(len(chain)))
    leaves = [number for number in rest if not chain[number].ca]
    if len(leaves) != 1:
        return rest
    found: list[int] = []
    following: int | None = leaves[0]
    while following is not None:
        found.append(following)
        rest.remove(following)
        below = chain[following]
        following = next((number for number in rest if _issues(chain[number], below)), None)
    return found + rest


def late_leaf(chain: Sequence[CertificateFacts]) -> int | None:
    """The position of the one leaf where it is not the first, though its issuer is here; None of all that is in order.

    TLS sends it first (RFC 5246, 7.4.2; RFC 8446, 4.4.2), and servers take the first of a file for it.
    """
    leaves = [number for number, facts in enumerate(chain) if not facts.ca]
    if len(leaves) != 1 or leaves[0] == 0 or chain[leaves[0]].issuer not in {facts.subject for facts in chain}:
        return None
    return leaves[0]


def _issues(above: CertificateFacts, below: CertificateFacts) -> bool:
    if below.self_signed or above.subject != below.issuer:
        return False
    return not (above.subject_key_id and below.authority_key_id) or above.subject_key_id == below.authority_key_id

"""Which certificates of a picture the CRLs beside them revoke."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from cryptography.exceptions import InvalidSignature

from mtlsctl.core import crls, crlscope, names
from mtlsctl.core.crlscope import Crl, Held
from mtlsctl.core.graph import Member
from mtlsctl.core.standing import Answer
from mtlsctl.core.unreadable import UNREADABLE


def find(members: Sequence[Member], lists: Iterable[Held], at: datetime) -> set[str]:
    """The SHA-256 of the certificates that are on a CRL, stale or not, that the key of a certificate here signed."""
    opened = [one for held in lists if (one := crlscope.opened(held))]
    if not opened:
        return set()
    named: dict[str, list[Member]] = defaultdict(list)
    for member in members:
        named[member.facts.subject].append(member)
    sealed = {id(one): any(_signed(one, m) for m in named[names.dn(one.crl.issuer)]) for one in opened}

    def why_not(crl: Crl) -> str:
        return "" if sealed[id(crl)] else "no key that is here signed it"

    by_issuer: dict[str, list[Crl]] = defaultdict(list)
    for one in opened:
        by_issuer[names.dn(one.crl.issuer)].append(one)
    indirect = [one for one in opened if one.indirect]
    found = set()
    for member in members:
        lists_for = by_issuer.get(member.facts.issuer, [])
        if member.facts.unreadable or not (lists_for or indirect):
            continue
        said = crls.answer(member.certificate, [*lists_for, *indirect], why_not, at)
        if isinstance(said, Answer) and said.state == "revoked":
            found.add(member.facts.sha256)
    return found


def _signed(one: Crl, member: Member) -> bool:
    try:
        return one.crl.is_signature_valid(member.certificate.public_key())  # type: ignore[arg-type]
    except (*UNREADABLE, InvalidSignature):
        return False

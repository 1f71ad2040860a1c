"""The profile of RFC 5280, section 5, as rules on CRLs: what a list has that a conforming CA signs."""

from collections.abc import Iterable, Iterator

from mtlsctl.core import names
from mtlsctl.core.causes import Problem
from mtlsctl.core.crlscope import Crl
from mtlsctl.core.findings import Whose
from mtlsctl.core.path import Path, same_name
from mtlsctl.core.policy_rfc5280 import MAX_SERIAL_BITS, encoded

_FIX = "have it published anew, by a CA that keeps to the profile: mtlsctl crl does"
_HEAD = 1 << 16  # bytes in which the times stand: behind the name of the issuer
_VERSION_2 = b"\x02\x01\x01\x30"  # INTEGER 1, and the algorithm of the signature begins
_NOTHING = b"\x30\x00"


def faults(lists: Iterable[Crl], path: Path) -> Iterator[Problem]:
    """Each rule that a CRL breaks whose issuer is one of a path. What cannot be used at all is left to core/crls."""
    for one in lists:
        if not one.trouble and any(same_name(one.crl.issuer, certificate.issuer) for certificate in path[:-1]):
            for words in _broken(one):
                name = names.dn(one.crl.issuer)
                yield Problem("against-policy", f"the CRL of {name}: {words}", _FIX, name, whose=Whose.OURS)


def _broken(one: Crl) -> Iterator[str]:
    head = one.crl.tbs_certlist_bytes[:_HEAD]
    if _VERSION_2 not in head[:12]:
        yield "it is not of version 2 (RFC 5280, 5.1.2.1)"
    if (end := one.crl.next_update_utc) is None:
        yield "it has no nextUpdate (RFC 5280, 5.1.2.5)"
    else:
        times = encoded(one.crl.last_update_utc) + encoded(end)
        _, found, entries = head.partition(times)
        if not found:
            yield "its times are not encoded as UTCTime until 2049, GeneralizedTime from 2050 (RFC 5280, 5.1.2.4)"
        elif entries.startswith(_NOTHING):
            yield "its list of entries is there, and empty (RFC 5280, 5.1.2.6)"
    if not one.key_id:
        yield "it has no authorityKeyIdentifier with the key identifier (RFC 5280, 5.2.1)"
    if one.number is None:
        yield "it has no CRLNumber (RFC 5280, 5.2.3)"
    elif one.number.bit_length() > MAX_SERIAL_BITS:
        yield "its CRLNumber has more than 20 octets (RFC 5280, 5.2.3)"

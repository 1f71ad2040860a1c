"""Who signed a CRL, and may: the certificate's issuer, or one who stands in for it (RFC 5280, 6.3.3 (f))."""

from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import islice, pairwise

from cryptography import x509
from cryptography.exceptions import InvalidSignature

from mtlsctl.core import path as paths
from mtlsctl.core import pathchecks
from mtlsctl.core.crlscope import Crl
from mtlsctl.core.findings import Verdict
from mtlsctl.core.looks import Purpose, Question
from mtlsctl.core.path import Link, Path, called
from mtlsctl.core.unreadable import UNREADABLE

MAX_SIGNERS = 8  # candidates of one name that are tried for a CRL; hostile files hold thousands
MAX_WAYS = 4  # paths from a signer to the anchor
MAX_NESTED = 3  # the signer of the CRL about the signer of a CRL

IsRevoked = Callable[[x509.Certificate, Path], bool | None]
"""None: nobody told, and that is not enough."""


class Signers:
    """Those who could have signed CRLs. Each CRL's signature is checked once for each of them."""

    def __init__(self, pool: Sequence[x509.Certificate], at: datetime, is_revoked: IsRevoked) -> None:
        self.pool = pool  # as it came: to hash 150 roots costs more than to verify, and most have no CRL
        self.at, self.is_revoked = at, is_revoked
        self.seen: dict[tuple[int, Path], str] = {}
        self.fitting: dict[tuple[int, x509.Certificate], bool] = {}
        self.trusted: dict[tuple[x509.Certificate, Path], str] = {}
        self.open: list[x509.Certificate] = []

    def trouble(self, crl: Crl, above: Path) -> str:
        """Why a CRL's signature does not count; "" where it does. above: the path from the certificate's issuer on."""
        if self.open:  # what is found now rests on a signer of whom nothing is known yet: not to be kept
            return self._trouble(crl, above)
        key = id(crl.crl), above
        if key not in self.seen:
            self.seen[key] = self._trouble(crl, above)
        return self.seen[key]

    def _trouble(self, crl: Crl, above: Path) -> str:
        why = f"its signature does not fit the key of {called(above[0])}"
        candidates = self._candidates(crl, above)
        if not candidates:
            why = "the certificate of who signed it is not at hand"
        for signer in candidates:
            if not self._fits(crl.crl, signer):
                continue
            why = self._may_not(signer, crl, above)
            if not why:
                return ""
        return why

    def _fits(self, crl: x509.CertificateRevocationList, signer: x509.Certificate) -> bool:
        """Whether a key made a signature; for a large CRL that is told after a second."""
        key = id(crl), signer
        if key not in self.fitting:
            self.fitting[key] = _fits(crl, signer)
        return self.fitting[key]

    def _candidates(self, crl: Crl, above: Path) -> list[x509.Certificate]:
        """Those of the CRL's issuer's name: the path's own first, then the ones whose key the CRL names."""
        found = [c for c in dict.fromkeys((*above, *self.pool)) if _is_of(c, crl.crl.issuer)]
        found.sort(key=lambda c: (c != above[0], not crl.key_id or paths.subject_key_id(c) != crl.key_id))
        return found[:MAX_SIGNERS]

    def _may_not(self, signer: x509.Certificate, crl: Crl, above: Path) -> str:
        """Why a signer whose signature fits may not sign this CRL; "" where it may."""
        if not _signs_crls(signer, signer in above):
            return f"the key usage of {called(signer)} lacks cRLSign"
        if signer in above:
            return ""
        if _is_of(above[0], crl.crl.issuer) and not _stands_in(signer, above):
            made = "is no CA" if _end_entity(signer) else "another CA made"
            return f"it is signed by a {called(signer)} that {made}"
        if signer in self.open:
            return ""  # its own CRL may tell of it, as in PKITS 4.14.30: who is on that is refused
        if self.open:
            return self._not_trusted(signer, above)
        if (signer, above) not in self.trusted:
            self.trusted[signer, above] = self._not_trusted(signer, above)
        return self.trusted[signer, above]

    def _not_trusted(self, signer: x509.Certificate, above: Path) -> str:
        """Why no good path leads from a signer to the anchor that the certificate itself hangs on."""
        if len(self.open) >= MAX_NESTED:
            return "the signers of its signers' CRLs go on for too long"
        anchor, question = above[-1], Question(Purpose.ANY, self.at, ())
        search = paths.Search(signer, paths.Forest((anchor,), self.pool, True))
        for way in islice(search.paths(), MAX_WAYS):
            if any(paths.link(*pair) is not Link.SIGNED for pair in pairwise(way)):
                continue
            if any(p.verdict is Verdict.FAIL for p in pathchecks.check(way, True, question).problems):
                continue
            return self._revoked(signer, way, above)
        return f"it is signed by {called(signer)}, from which no valid path leads to {called(anchor)}"

    def _revoked(self, signer: x509.Certificate, way: Path, above: Path) -> str:
        self.open.append(signer)
        try:
            told = {c: self.is_revoked(c, way[depth:]) for depth, c in enumerate(way[:-1], 1)}
        finally:
            self.open.pop()
        if True in told.values():
            return f"it is signed by {called(signer)}, which is revoked"
        # Those of the certificate's own path are judged for themselves, by all that is at hand.
        untold = [called(c) for c, one in told.items() if one is None and c not in above]
        return f"it is signed by {called(signer)}, and no CRL says that {untold[0]} is good" if untold else ""


def _is_of(certificate: x509.Certificate, name: x509.Name) -> bool:
    try:
        return paths.same_name(certificate.subject, name)
    except UNREADABLE:
        return False


def _stands_in(signer: x509.Certificate, above: Path) -> bool:
    """True when a signer is the same CA with another key: certified by itself, or by who certified the issuer."""
    if _end_entity(signer):
        return False
    if paths.link(signer, above[0]) is Link.SIGNED:
        return True
    return len(above) > 1 and paths.link(signer, above[1]) is Link.SIGNED


def _end_entity(signer: x509.Certificate) -> bool:
    """True where basicConstraints say CA:FALSE. Keys for CRLs alone may have none (PKITS 4.4.19 and 4.5.6)."""
    try:
        return not signer.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False
    except UNREADABLE:
        return True


def _fits(crl: x509.CertificateRevocationList, signer: x509.Certificate) -> bool:
    try:
        return crl.is_signature_valid(signer.public_key())  # type: ignore[arg-type]
    except (*UNREADABLE, InvalidSignature):
        return False


def _signs_crls(signer: x509.Certificate, is_issuer: bool) -> bool:
    """RFC 5280, 6.3.3 (f): without key usage a CA may, as OpenSSL has it. RFC 10007 wants one, and so do the policies
    rfc5280 and webpki; to pass a list over would let in who is on it. A stand-in may not: it could be a leaf of the
    CA's own name."""
    try:
        return signer.extensions.get_extension_for_class(x509.KeyUsage).value.crl_sign
    except x509.ExtensionNotFound:
        return is_issuer
    except UNREADABLE:
        return False

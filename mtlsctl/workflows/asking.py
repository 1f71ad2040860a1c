"""Ask over the network what is not at hand about a path's revocation: OCSP responders and CRL distribution points."""

import os
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import pairwise

from cryptography import x509
from cryptography.x509.ocsp import OCSPResponseStatus
from cryptography.x509.oid import AuthorityInformationAccessOID

from mtlsctl.core import ocsp, revoked
from mtlsctl.core.crlscope import Held
from mtlsctl.core.ocsp import Response
from mtlsctl.core.path import UNREADABLE
from mtlsctl.core.revoked import Sources
from mtlsctl.core.standing import Refusal
from mtlsctl.workflows.fetch import Fetcher, pick
from mtlsctl.workflows.revocation import BROKEN, Wish, parse_crls

MAX_POINTS = 4  # distribution points of one certificate that are asked
_REQUEST = "application/ocsp-request"


class Asker:
    """Fills in over the network what is not at hand for the certificates of a path."""

    def __init__(self, wish: Wish, fetcher: Fetcher, at: datetime) -> None:
        self.wish, self.fetcher, self.at = wish, fetcher, at

    def ask(self, path: Sequence[x509.Certificate], sources: Sources) -> Sources:
        """sources, with what the responders and distribution points of a path's certificates answer."""
        for depth, (certificate, issuer) in enumerate(pairwise(path)):
            if self.wish.responder and not depth:
                sources = self._ocsp(certificate, issuer, [self.wish.responder], sources)
            if self.wish.fetch:
                sources = self._fetched(certificate, issuer, sources, depth, path)
        return sources

    def _fetched(
        self,
        certificate: x509.Certificate,
        issuer: x509.Certificate,
        sources: Sources,
        depth: int,
        path: Sequence[x509.Certificate],
    ) -> Sources:
        """What the addresses of one certificate have, until its status is known: OCSP's are smaller than CRLs."""

        def known() -> bool:
            return revoked.Lookup(sources, path, self.at).statuses(tuple(path))[depth].status != "unknown"

        responders, points = pick(ocsp_urls(certificate)), [*point_urls(certificate)]
        if not responders and not points and not known():
            why = "the certificate names neither an OCSP responder nor the address of a CRL"
            return _failed(sources, certificate, Refusal("", "", why))
        if not known():
            sources = self._ocsp(certificate, issuer, responders, sources)
        return sources if known() else self._crls(certificate, points, sources)

    def _ocsp(
        self, certificate: x509.Certificate, issuer: x509.Certificate, urls: Sequence[str], sources: Sources
    ) -> Sources:
        """The first answer of several responders; one that refuses to answer is remembered, and the next is asked."""
        for url in urls:
            nonce = os.urandom(32)  # RFC 9654, 2.1
            request = ocsp.query(certificate, issuer, nonce)
            data = self.fetcher.get(url, "ocsp", request, _REQUEST, typed=url == self.wish.responder)
            if data is None:
                sources = _failed(sources, certificate, Refusal("ocsp", url, self.fetcher.why(url)))
                continue
            try:
                held = Response(ocsp.load(data), url, nonce)
            except ValueError:
                sources = _failed(sources, certificate, Refusal("ocsp", url, "what came is no OCSP response"))
                continue
            sources = sources._replace(responses=(*sources.responses, held))
            if held.response.response_status is OCSPResponseStatus.SUCCESSFUL:
                break
        return sources

    def _crls(self, certificate: x509.Certificate, points: Sequence[Sequence[str]], sources: Sources) -> Sources:
        """One CRL for each distribution point, and the deltas that they point to (RFC 5280, 5.2.6)."""
        newest = []
        for urls in points[:MAX_POINTS]:
            sources, found = self._one_crl(certificate, urls, sources)
            newest += [url for crl in found for url in freshest_urls(crl)]
        for url in pick([*newest, *freshest_urls(certificate)], 1):
            sources, _found = self._one_crl(certificate, [url], sources)
        return sources

    def _one_crl(
        self, certificate: x509.Certificate, urls: Sequence[str], sources: Sources
    ) -> tuple[Sources, list[x509.CertificateRevocationList]]:
        """The first of several addresses of one CRL that has it."""
        for url in pick(urls):
            if any(held.where == url for held in sources.crls):
                return sources, []
            data = self.fetcher.get(url, "crl")
            if data is None:
                sources = _failed(sources, certificate, Refusal("crl", url, self.fetcher.why(url)))
                continue
            try:
                found = parse_crls(data)
            except BROKEN:
                sources = _failed(sources, certificate, Refusal("crl", url, "what came is no CRL"))
                continue
            return sources._replace(crls=(*sources.crls, *(Held(crl, url) for crl in found))), found
        return sources, []


def _failed(sources: Sources, certificate: x509.Certificate, refusal: Refusal) -> Sources:
    known = sources.failed.get(certificate, ())
    return sources._replace(failed={**sources.failed, certificate: (*known, refusal)})


def ocsp_urls(certificate: x509.Certificate) -> list[str]:
    """Where a certificate says that OCSP is to be asked (RFC 5280, 4.2.2.1)."""
    return access(certificate, AuthorityInformationAccessOID.OCSP)


def access(certificate: x509.Certificate, method: x509.ObjectIdentifier) -> list[str]:
    """The URIs of a certificate's authorityInfoAccess for a method."""
    try:
        found = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    except (*UNREADABLE, x509.ExtensionNotFound):
        return []
    return _uris(one.access_location for one in found if one.access_method == method)


def point_urls(certificate: x509.Certificate) -> Iterator[list[str]]:
    """The URIs of each of a certificate's CRL distribution points that has any; those of one are for one CRL."""
    try:
        found = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    except (*UNREADABLE, x509.ExtensionNotFound):
        return
    yield from filter(None, (_uris(point.full_name or ()) for point in found))


def freshest_urls(one: x509.Certificate | x509.CertificateRevocationList) -> list[str]:
    """Where the delta CRLs are (RFC 5280, 4.2.1.15 and 5.2.6)."""
    try:
        found = one.extensions.get_extension_for_class(x509.FreshestCRL).value
    except (*UNREADABLE, x509.ExtensionNotFound):
        return []
    return _uris(name for point in found for name in point.full_name or ())


def _uris(found: Iterable[x509.GeneralName]) -> list[str]:
    return [name.value for name in found if isinstance(name, x509.UniformResourceIdentifier)]

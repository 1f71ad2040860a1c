"""Ask over the network what is not at hand about a path's revocation: OCSP responders and CRL distribution points."""

import os
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import pairwise

from cryptography import x509
from cryptography.x509.ocsp import OCSPResponseStatus
from cryptography.x509.oid import AuthorityInformationAccessOID

from mtlsctl.core import crlscope, names, ocsp, revoked
from mtlsctl.core.crlscope import Held
from mtlsctl.core.ocsp import Response
from mtlsctl.core.path import same_name
from mtlsctl.core.revoked import Sources
from mtlsctl.core.standing import Refusal
from mtlsctl.core.unreadable import UNREADABLE
from mtlsctl.workflows.fetch import Fetcher, pick
from mtlsctl.workflows.revocation import PEM_BEGIN, Wish, parse_crls

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
                sources = _failed(sources, certificate, Refusal("ocsp", url, self.fetcher.why(url), came=False))
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
            newest += freshest_urls(found) if found is not None else []
        for url in pick([*newest, *freshest_urls(certificate)], 1):
            sources, _found = self._one_crl(certificate, [url], sources)
        return sources

    def _one_crl(
        self, certificate: x509.Certificate, urls: Sequence[str], sources: Sources
    ) -> tuple[Sources, x509.CertificateRevocationList | None]:
        """The first of several addresses of one CRL that has it."""
        for url in pick(urls):
            if any(held.where == url for held in sources.crls):
                return sources, None
            data = self.fetcher.get(url, "crl")
            found = _opened(data, certificate) if data is not None else self.fetcher.why(url)
            if not isinstance(found, str):
                held = Held(found, url)
                # Opened once: a run looks up again and again, and a large CRL takes a second.
                return sources._replace(crls=(*sources.crls, crlscope.opened(held) or held)), found
            if data is not None:
                self.fetcher.reject(url, found)
            sources = _failed(sources, certificate, Refusal("crl", url, found, came=False))
        return sources, None


def _opened(data: bytes, certificate: x509.Certificate) -> x509.CertificateRevocationList | str:
    """The CRL that came, or why it is of no use: one alone, of a CA that may speak about it."""
    if data.count(PEM_BEGIN) > 1:
        return "what came are several CRLs, and a distribution point has one, in DER (RFC 5280, 4.2.1.13)"
    try:
        (crl,) = parse_crls(data)  # many serve PEM
    except UNREADABLE:
        return "what came is no CRL"
    speakers = [certificate.issuer, *(one for point in crlscope.points(certificate) for one in point.issuers)]
    if any(same_name(crl.issuer, one) for one in speakers):
        return crl
    return f"what came is the CRL of {names.dn(crl.issuer)}, and not of {names.dn(certificate.issuer)}"


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
    return [_without_user(name.value) for name in found if isinstance(name, x509.UniformResourceIdentifier)]


def _without_user(url: str) -> str:
    """A URL, with a mark where it has a user's name and password: those are not asked, and not shown."""
    scheme, _, rest = url.partition("://")
    host = rest.partition("/")[0]
    return f"{scheme}://***@{rest[host.rindex('@') + 1 :]}" if "@" in host else url

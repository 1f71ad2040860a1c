"""Fetch the intermediates that a chain lacks from where its certificates say (caIssuers, RFC 5280, 4.2.2.1)."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID

from mtlsctl.core import der, path, pem
from mtlsctl.core.findings import Finding, Verdict, Whose
from mtlsctl.core.path import Link, called
from mtlsctl.core.shellwords import word
from mtlsctl.errors import MtlsctlError
from mtlsctl.workflows.asking import access
from mtlsctl.workflows.fetch import Fetcher, pick

MAX_ROUNDS = 6  # intermediates, one above the other
MAX_CERTIFICATES = 20  # of one PKCS#7 bundle; a bridge CA's have a few dozen

NOT_FETCHING = "OpenSSL, curl, Go, Java, Python, Node and rustls do not fetch it"
"""Measured (core/stacks); the stacks of operating systems and browsers follow caIssuers, some of the time."""


@dataclass(frozen=True, slots=True)
class Missing:
    """An intermediate that the chain lacks and that was fetched."""

    certificate: x509.Certificate
    below: x509.Certificate
    """Whose issuer it is; its caIssuers led here."""
    url: str
    encoding: str
    """DER, PEM, or PKCS#7."""


def find(
    leaf: x509.Certificate,
    pool: Sequence[x509.Certificate],
    roots: Sequence[x509.Certificate],
    partial: bool,
    fetcher: Fetcher,
) -> list[Missing]:
    """The intermediates that lead from leaf on to a root, or as far as there are addresses; [] where none is missing.

    They are data: nobody trusts them for having been fetched, and a path still has to end at one of roots.
    """
    found: list[Missing] = []
    for _ in range(MAX_ROUNDS):
        known = [*pool, *(one.certificate for one in found)]
        search = path.Search(leaf, path.Forest(roots, known, partial))
        if next(search.paths(), None):
            break
        top = search.longest[-1]
        above = [] if path.self_issued(top) else _issuers(top, fetcher)
        new = [one for one in above if one.certificate not in known]
        if not new:
            break
        found += new
    return found


def _issuers(child: x509.Certificate, fetcher: Fetcher) -> list[Missing]:
    """Those certificates at the addresses that child names whose key signed it."""
    for url in pick(access(child, AuthorityInformationAccessOID.CA_ISSUERS)):
        data = fetcher.get(url, "issuer")
        candidates = _certificates(data, url) if data else []
        found = [
            Missing(one, child, url, encoding)
            for one, encoding in candidates
            if path.link(child, one) in (Link.SIGNED, Link.UNSURE) and one != child
        ]
        if found:
            return found
        if data:
            fetcher.reject(url, _useless([one for one, _ in candidates], child))
    return []


def _useless(came: Sequence[x509.Certificate], child: x509.Certificate) -> str:
    if not came:
        return "what came is no certificate"
    return f"what came is the certificate of {called(came[0])}, whose key did not sign {called(child)}"


def _certificates(data: bytes, url: str) -> list[tuple[x509.Certificate, str]]:
    """The certificates of an answer: DER, PEM, or a certs-only PKCS#7; [] of anything else."""
    if der.is_pkcs12(data):
        return []  # nobody serves one; to open it costs a key derivation
    try:
        documents = pem.read_all(data, url)
    except MtlsctlError:
        return []
    found = [(d.value, d.encoding) for d in documents if isinstance(d.value, x509.Certificate)]
    return found[:MAX_CERTIFICATES]


def findings(missing: Sequence[Missing], used: Sequence[x509.Certificate], client: bool, file: str) -> list[Finding]:
    """One for each fetched certificate of the path: peers that do not fetch refuse the chain as it is presented.

    file: the chain's, PEM; "" where there is none that could be appended to.
    """
    code = "client-cert-missing-intermediate" if client else "server-missing-intermediate"
    return [
        Finding(
            code,
            Verdict.FAIL,
            f"{called(one.below)}: its issuer {called(one.certificate)} is not in the chain;"
            f" it was fetched from {one.url}, and {NOT_FETCHING}",
            f"append it{'' if file else ' to the chain'}: {_command(one)}{f' >> {word(file)}' if file else ''}",
            Whose.PEER,
            called(one.below),
        )
        for one in missing
        if one.certificate in used
    ]


def _command(one: Missing) -> str:
    opened = {"DER": " | openssl x509 -inform DER", "PKCS#7": " | openssl pkcs7 -inform DER -print_certs"}
    return f"curl -s {shlex.quote(one.url)}{opened.get(one.encoding, '')}"

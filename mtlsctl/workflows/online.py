"""Complete a verification over the network: the intermediates that are missing, and what revocation lacks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509

from mtlsctl.core.findings import Finding, Verdict, Whose
from mtlsctl.core.revoked import Sources
from mtlsctl.core.verify import Judgement
from mtlsctl.workflows import issuers
from mtlsctl.workflows.asking import Asker
from mtlsctl.workflows.fetch import Fetcher
from mtlsctl.workflows.issuers import Missing
from mtlsctl.workflows.revocation import Fetched, Wish

Judge = Callable[[Sequence[x509.Certificate], Sources], Judgement]
"""The verification, of certificates (leaf first) with what is known of revocation."""

MAX_NOTES = 5


@dataclass(frozen=True, slots=True)
class Completed:
    """A verification, and what the network had to add."""

    found: Judgement
    sources: Sources
    missing: tuple[Missing, ...]
    fetched: tuple[Fetched, ...]

    def notes(self, client: bool, file: str) -> list[Finding]:
        """What the chain lacks as it is presented, in file, and what was to be fetched and did not come."""
        told = [finding.message for finding in self.found.report.findings]
        return issuers.findings(self.missing, self.found.path, client, file) + _failures(self.fetched, told)


def complete(
    judge: Judge,
    chain: Sequence[x509.Certificate],
    roots: Sequence[x509.Certificate],
    sources: Sources,
    wish: Wish,
    at: datetime,
    *,
    aia: bool,
    partial_chain: bool,
) -> Completed:
    """Verify chain, fetch what it lacks, verify again. Nothing that is fetched is trusted: the same checks see it."""
    fetcher = Fetcher(wish.allow_private)
    presented = found = judge(chain, sources)
    missing: list[Missing] = []
    if aia and not found.anchored:
        leaf = found.path[0]
        missing = issuers.find(leaf, [c for c in chain if c != leaf], roots, partial_chain, fetcher)
        chain = [*chain, *(one.certificate for one in missing)]
        found = judge(chain, sources) if missing else found
    if wish.online and found.anchored:  # nobody is asked about certificates that strangers made up
        sources = Asker(wish, fetcher, at).ask(found.path, sources)
        found = judge(chain, sources)
    if missing:  # what engines and stacks say is of the chain as its peers will see it
        found = found._replace(engines=presented.engines, stacks=presented.stacks, forecasts=presented.forecasts)
    return Completed(found, sources, tuple(missing), tuple(fetcher.log))


def _failures(log: Sequence[Fetched], told: Sequence[str]) -> list[Finding]:
    """A note for each address from which nothing came, but for those that findings name, which say what that means."""
    failed = [one for one in log if one.trouble and not any(one.url in t and one.trouble in t for t in told)]
    what = {"crl": "the CRL", "ocsp": "the OCSP answer", "issuer": "the issuer's certificate"}
    return [
        Finding(
            "fetch-failed", Verdict.NOTE, f"{what[one.kind]} at {one.url}: {one.trouble}", "", Whose.NETWORK, one.url
        )
        for one in failed[:MAX_NOTES]
    ]

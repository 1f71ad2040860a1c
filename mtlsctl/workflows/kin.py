"""Whether a CA of this machine's own made the certificates that nobody here was told to trust."""

from collections.abc import Sequence

from cryptography import x509

from mtlsctl.core.diagnose import Diagnosis
from mtlsctl.core.judge import issued
from mtlsctl.errors import MtlsctlError
from mtlsctl.workflows import store

UNKNOWN = frozenset(("server-untrusted-root", "server-missing-intermediate", "server-self-signed"))
"""The root causes that may mean no more than a --ca that was left away, or names another one."""


def recognised(said: Diagnosis, chain: Sequence[x509.Certificate]) -> Diagnosis:
    """The diagnosis with the CA to trust in its first hint, where one of ours made what the server shows."""
    word = _ca_of(chain)
    if not word:
        return said
    first, *rest = said.report.findings
    hint = f"one of your own CAs made it: --ca {word}\n{first.hint}".rstrip()
    return said._replace(report=said.report._replace(findings=(first._replace(hint=hint), *rest)))


def _ca_of(chain: Sequence[x509.Certificate]) -> str:
    """What to pass to --ca; "" where no CA here signed any of them."""
    try:
        ours = store.candidates(None)
    except MtlsctlError:
        return ""  # its folder cannot be read: there is nothing to recognise it by
    for ca in ours:
        for certificate in chain:
            if any(issued(certificate, one) for one in (ca.issuing, ca.root)):
                return ca.word
    return ""

"""What speaks against a certificate for its revocation status, in words: revoked, stale, unknown, cannot be used."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from cryptography import x509

from mtlsctl.core import names, norevavail
from mtlsctl.core.causes import EITHER, Problem
from mtlsctl.core.findings import Verdict, Whose
from mtlsctl.core.lists import few
from mtlsctl.core.path import called
from mtlsctl.core.standing import Answer, Refusal
from mtlsctl.core.unreadable import UNREADABLE

if TYPE_CHECKING:
    from mtlsctl.core.crlscope import Crl
    from mtlsctl.core.ocsp import Response


def revoked(certificate: x509.Certificate, answer: Answer) -> Problem:
    """It was revoked: by whom, when, why, and how that is known."""
    name = called(certificate)
    when = f" at {answer.revoked_at:%Y-%m-%d %H:%M} UTC" if answer.revoked_at else ""
    why = f", reason {answer.reason}" if answer.reason else ""
    since = f", invalid since {answer.invalidity_date:%Y-%m-%d %H:%M} UTC" if answer.invalidity_date else ""
    how = {"ocsp": ", by OCSP", "ledger": ", by the CA's own ledger"}.get(answer.source, "")
    where = _from(answer.where) if answer.source == "ocsp" else ""
    message = f"{name}: revoked by {answer.speaker}{when}{why}{since}{how}{where}"
    return Problem("revoked", message, answer.hint or f"issue a new one: mtlsctl issue {EITHER} NAME", name)


def unusable(certificate: x509.Certificate, refused: Refusal) -> Problem:
    """An OCSP answer that does not count where another source does: somebody should look at it all the same."""
    name = called(certificate)
    message = f"{name}: the OCSP answer{_from(refused.where)} cannot be used: {refused.why}"
    hint = "whoever runs the responder must repair it" if "://" in refused.where else "mtlsctl inspect FILE shows it"
    return Problem("ocsp-unusable", message, hint, name, Verdict.WARN, Whose.NETWORK)


def exempt(certificate: x509.Certificate) -> Problem:
    """Nobody tells whether it was revoked, on purpose (RFC 9608)."""
    message = f"{called(certificate)}: {norevavail.WORDS}"
    return Problem("exempt", message, "", called(certificate), Verdict.NOTE, Whose.NOBODY)


def stale(answer: Answer, at: datetime) -> Problem:
    """An answer that is not fresh at the time of checking."""
    when = f"the time of checking is {at:%Y-%m-%d %H:%M} UTC"
    if answer.source == "crl":
        hint = f"fetch the present CRL of {answer.speaker}, or publish one: mtlsctl crl"
        message = f"the CRL of {answer.speaker}: {answer.stale}, {when}"
    else:
        hint = "ask anew: --fetch"
        message = f"the OCSP answer of {answer.speaker}{_from(answer.where)}: {answer.stale}, {when}"
    return Problem("crl-expired", message, hint, answer.speaker, whose=Whose.OURS)


def unanswered(
    certificate: x509.Certificate,
    issuer: x509.Certificate,
    refused: Sequence[Refusal],
    lists: "Sequence[Crl]",
    responses: "Sequence[Response]",
) -> str:
    """Why nothing at hand tells whether a certificate was revoked."""
    if refused:
        return f"no answer can be used: {reasons(refused)}"
    why = f"no CRL of {called(issuer)} and no OCSP answer is at hand"
    if lists:
        why = f"no CRL of {called(issuer)} is at hand, the CRLs given are of {_listed(lists)}"
    if responses:
        from mtlsctl.core import ocsp  # it has been loaded: there is a response

        others = ocsp.serials(responses)
        why += f"; the OCSP answer given is about {others}, not {certificate.serial_number:x}"
    return why


def where_to_ask(
    certificate: x509.Certificate, issuer: x509.Certificate, refused: Sequence[Refusal], *, online: bool
) -> str:
    """What to type next where nothing at hand tells. online: the network was asked."""
    if _barred(refused):
        return "allow the addresses of your own network: --allow-private"
    hint = f"fetch the CRL of {called(issuer)} and pass it: --crl FILE"
    return hint if online or not _points(certificate) else f"{hint}; --fetch asks where the certificate says"


def _barred(refused: Sequence[Refusal]) -> bool:
    """True where an option is all that is missing."""
    return any("--allow-private" in one.why and not one.came for one in refused)


def _points(certificate: x509.Certificate) -> bool:
    """True where a certificate says where to ask about it."""
    try:
        kinds = (x509.CRLDistributionPoints, x509.AuthorityInformationAccess)
        return any(isinstance(e.value, kinds) for e in certificate.extensions)
    except UNREADABLE:
        return False


def reasons(refused: Sequence[Refusal]) -> str:
    """Why the sources that were looked at have no answer; "" where there were none."""
    words = [
        f"{_KIND[one.source]}{_from(one.where)}: {one.why}" if one.source else one.why for one in dict.fromkeys(refused)
    ]
    return few(words, 3, joint="; ", last="; and ")


_KIND = {"crl": "the CRL", "ocsp": "the OCSP answer", "ledger": "the ledger"}


def _from(where: str) -> str:
    return f" ({where})" if where else ""


def _listed(lists: "Sequence[Crl]") -> str:
    found = list(dict.fromkeys(names.dn(one.crl.issuer) for one in lists))
    return few(found, 5)

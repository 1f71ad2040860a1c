"""Whether our certificate leads to a CA that the server trusts: by the names that it lists, or by what we know."""

from cryptography import x509
from cryptography.x509.oid import NameOID

from mtlsctl.core import alerts, names
from mtlsctl.core.diagnose import Ours, leads
from mtlsctl.core.findings import Finding, Verdict, Whose
from mtlsctl.core.judge import chain_findings, issued
from mtlsctl.core.observation import Observation
from mtlsctl.core.openssl import Identity

CODES = frozenset(
    (
        "client-cert-untrusted",
        "client-cert-self-signed",
        "client-cert-missing-intermediate",
        "client-ca-rekeyed",
        "client-bad-signature",
        "client-chain-order",
    )
)
"""The faults of trust."""
_ISSUE = "have one issued by a CA that the server trusts: mtlsctl issue client NAME"
_GUESSED_AT = (None, alerts.UNKNOWN_CA, alerts.CERTIFICATE_UNKNOWN, alerts.ACCESS_DENIED)
"""The alerts at which a chain that does not lead to our own roots is suspected of it."""


def trust_faults(seen: Observation, ours: Ours, credential: Identity) -> list[Finding]:
    """Why the server may not get from our certificate to a CA that it trusts, likeliest first."""
    # 1. A hole in what we send. 2. The names that the server lists. 3. Our own roots, where it lists none.
    if hole := _hole(seen, ours, credential):  # 1
        return [hole]
    if listed := against_list(seen, ours, credential):  # 2
        return listed
    chain = (credential.certificate, *credential.chain)
    held = [f for f in chain_findings(chain, ours.roots, True, ours.at) if f.verdict is Verdict.FAIL]
    rekeyed = [_rollover(chain, f) for f in held if f.code in ("client-ca-rekeyed", "client-bad-signature")]
    if seen.acceptable_issuers or rekeyed:
        return rekeyed
    if not any(h.code in CODES for h in held):  # 3
        return []
    leaf = credential.certificate
    return _unlisted(seen, ours, credential) if leaf.issuer == leaf.subject or seen.received() in _GUESSED_AT else []


def _rollover(chain: tuple[x509.Certificate, ...], found: Finding) -> Finding:
    """A certificate that names itself as its issuer and that another key signed: a CA's new key, signed by its old."""
    other_key = [c for c in chain if c.issuer == c.subject and not issued(c, c)]
    if found.code != "client-bad-signature" or not other_key:
        return found
    name = names.dn(other_key[0].subject)
    message = f"{name} has two keys, one that signed the other (RFC 4210, 4.4), and the server may hold either"
    return found._replace(
        code="client-ca-rekeyed", message=message, hint=f"give the server both certificates of {name}"
    )


def _hole(seen: Observation, ours: Ours, credential: Identity) -> Finding | None:
    """The links of what we send break off while CA certificates are left over: one between was forgotten."""
    left, last = list(credential.chain), credential.certificate
    while above := next((c for c in left if c.subject == last.issuer), None):
        left.remove(above)
        last = above
    known = {*seen.acceptable_issuers, *(root.subject for root in ours.roots), last.subject}
    if last.issuer in known or all(c.issuer == c.subject for c in left):
        return None
    return Finding(
        "client-cert-missing-intermediate",
        Verdict.FAIL,
        f"{names.dn(last.issuer)}, which issued {names.dn(last.subject)}, was not sent along, and CAs above it were",
        "put every CA's certificate into the file, each behind the one that it issued; the root may stay away",
    )


def _unlisted(seen: Observation, ours: Ours, credential: Identity) -> list[Finding]:
    """The likeliest fault of a chain that does not lead to our own roots, where the server names no CA."""
    leaf = credential.certificate
    if leaf.issuer == leaf.subject:
        return [Finding("client-cert-self-signed", Verdict.FAIL, "it is self-signed", _ISSUE)]
    issuer = names.dn((leaf, *credential.chain)[-1].issuer)
    missing = _missing(leaf, "")
    if not credential.chain and _signed_by_the_servers(seen, leaf):
        return [missing]
    untrusted = Finding(
        "client-cert-untrusted",
        Verdict.FAIL,
        f"it leads to {issuer}, which is not among the CAs that we trust ourselves, and perhaps not among the server's",
        f"let the server trust {issuer}, or present a certificate of a CA that it trusts",
    )
    at_home = _related(seen, ours, (leaf, *credential.chain)[-1])
    if credential.chain:
        # The server's own CA, or one of its house: why should it not trust it? Only unknown_ca says so.
        return [untrusted] if not at_home or seen.received() == alerts.UNKNOWN_CA else []
    return [missing, untrusted] if at_home or _in_between(leaf.issuer) else [untrusted, missing]


def _signed_by_the_servers(seen: Observation, leaf: x509.Certificate) -> bool:
    """True when an issuing CA that the server shows for itself signed our leaf too: only the sending is at fault."""
    return any(issued(leaf, ca) for ca in seen.peer_chain[1:])


def _missing(top: x509.Certificate, accepted: str) -> Finding:
    """The issuer of the last certificate that we send is not there."""
    return Finding(
        "client-cert-missing-intermediate",
        Verdict.FAIL,
        f"the issuer of {names.dn(top.subject)}, {names.dn(top.issuer)}, was not sent along{accepted}",
        "put that CA's certificate behind it: cat client.pem issuing.pem > fullchain.pem",
    )


def against_list(seen: Observation, ours: Ours, credential: Identity) -> list[Finding]:
    """What is wrong where our chain reaches none of the CAs that the server listed; [] where it does."""
    if leads(seen, credential):
        return []
    leaf, top = credential.certificate, (credential.certificate, *credential.chain)[-1]
    accepted = " or ".join(names.dn(n) for n in seen.acceptable_issuers[:3])
    if leaf.issuer == leaf.subject:
        message = f"it is self-signed, and the server accepts certificates issued by {accepted}"
        return [Finding("client-cert-self-signed", Verdict.FAIL, message, _ISSUE)]
    pinned = [_not_pinned(accepted)] if _pins(seen, credential) else []
    untrusted = Finding(
        "client-cert-untrusted",
        Verdict.FAIL,
        f"it was issued by {names.dn(top.issuer)}, and the server accepts certificates issued by {accepted}",
        "present one from that CA, or let the server trust ours too",
    )
    if pinned or top.issuer == top.subject or any(root.subject == top.issuer for root in ours.roots):
        return [*pinned, untrusted]
    missing = _missing(top, f", and the server accepts {accepted}")
    if _signed_by_the_servers(seen, top):
        return [missing]
    likelier = _related(seen, ours, top) or _in_between(top.issuer)
    return [missing, untrusted] if likelier else [untrusted, missing]


def _pins(seen: Observation, credential: Identity) -> bool:
    """The names that the server lists have the form of our own and of no CA: it knows its clients one by one."""
    chain, form = (credential.certificate, *credential.chain), _form(credential.certificate.subject)
    cas = {*(c.issuer for c in chain), *(c.issuer for c in seen.peer_chain)}
    return bool(form) and {form} == {_form(n) for n in seen.acceptable_issuers} and form not in {_form(n) for n in cas}


def _form(name: x509.Name) -> tuple[tuple[str, str], ...]:
    """A name without what tells one bearer from another."""
    return tuple((part.oid.dotted_string, str(part.value)) for part in name if part.oid not in _OWN)


_OWN = (NameOID.COMMON_NAME, NameOID.SERIAL_NUMBER, NameOID.USER_ID, NameOID.EMAIL_ADDRESS)


def _not_pinned(accepted: str) -> Finding:
    """stunnel's verifyPeer, or a leaf in the CA file with OpenSSL's partial chains."""
    message = f"the server accepts {accepted}, which is named as ours is and as no CA: it lets in those that it holds"
    hint = "have our own certificate added to those that the server holds"
    return Finding("client-cert-not-allowed", Verdict.FAIL, message, hint, Whose.PEER)


# In English, French, German, and by their stems in Spanish, Italian and Portuguese.
_BETWEEN = (
    *("intermedi", "issuing", "sub ca", "sub-ca", "subca", "subordinate", "signing ca", "tls ca", "level 2"),
    *("émettrice", "emettrice", "intermédiaire", "zwischen", "ausstell", "emittente", "emisora", "emissora"),
)


def _in_between(name: x509.Name) -> bool:
    """True for a CA that calls itself an intermediate: its certificate ought to have been sent."""
    words = " ".join(str(part.value) for part in name).lower()
    return "root" not in words and any(word in words for word in _BETWEEN)


def _related(seen: Observation, ours: Ours, top: x509.Certificate) -> bool:
    """True when the issuer of what we send, and a CA that the server or we know, belong to one organisation.

    One of them may have issued the other. What the server shows for itself, and what we trust, counts too.
    """
    known = [*seen.acceptable_issuers, *(c.issuer for c in seen.peer_chain), *(c.subject for c in ours.roots)]
    return any(_organisations(top.issuer) & _organisations(name) for name in known)


def _organisations(name: x509.Name) -> set[str]:
    return {str(part.value) for part in name.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)}


def without_root(seen: Observation, credential: Identity, refused: str) -> Finding | None:
    """The server lists a CA of ours that is no root, and not its issuer: OpenSSL trusts nothing but roots."""
    listed, above = set(seen.acceptable_issuers), {c.issuer for c in (credential.certificate, *credential.chain)}
    for ca in (*credential.chain, *seen.peer_chain[1:]):
        if ca.subject in listed & above and ca.issuer not in listed:
            name, root = names.dn(ca.subject), names.dn(ca.issuer)
            message = f"{refused}; it lists {name}, which was issued by {root}, and does not list {root}"
            hint = f"put {root} into the server's CA file, too: OpenSSL wants the root (nginx, Apache, HAProxy)"
            return Finding("client-cert-untrusted", Verdict.FAIL, message, hint, Whose.PEER)
    return None

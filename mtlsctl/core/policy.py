"""The policies by which a path may be judged: what each demands beyond a path that holds, rule by rule."""

from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple

from cryptography import x509

from mtlsctl.core.causes import Problem
from mtlsctl.core.looks import Look, Purpose, Question, look, value
from mtlsctl.core.path import Link, Path, link, self_issued

if TYPE_CHECKING:
    from mtlsctl.core.crlscope import Crl


class Policy(StrEnum):
    """Whose rules decide. Beside these, each stack of core/stacks is a policy by its name."""

    OPENSSL = "openssl"
    """What peers on OpenSSL take, with the names, purposes and strengths that TLS adds: fits a private PKI."""
    RFC5280 = "rfc5280"
    """Path validation, and the profile that conforming CAs keep to (RFC 5280, 4, and 5 for CRLs)."""
    WEBPKI = "webpki"
    """The profile, and the CA/Browser Forum's Baseline Requirements as far as a certificate shows them."""
    ALL = "all"
    """Every policy and every stack; of these a depth that an administrator sets is a warning."""


Where = Literal["any", "below", "leaf", "server", "ca", "issuer", "middle", "anchor"]
"""To which certificates of a path a rule speaks.

any: all; below: all but the trust anchor; leaf: the first; server: the first, asked as a TLS server;
ca: the issuers, and a leaf that says CA:TRUE; issuer: all above the leaf; middle: those without the trust anchor;
anchor: the trust anchor, where it is not the leaf itself.
"""


FIX = "have it issued again, by a CA that keeps to the profile: mtlsctl issue and mtlsctl ca create do"


class Rule(NamedTuple):
    """One demand on one certificate."""

    where: Where
    source: str
    broken: Callable[[Look], str]
    """What is wrong, in words that follow the certificate's name and a colon; "" where the rule is kept."""
    fix: str = FIX


def faults(policy: Policy, seen: Sequence[Look], anchored: bool, question: Question) -> Iterator[Problem]:
    """Each rule that a path breaks under a policy; none under OPENSSL, which has no profile. seen: leaf first."""
    for number, one in enumerate(seen):
        anchor = anchored and number == len(seen) - 1
        if number:
            yield from _of_issuer(policy, one.certificate, anchor)
        else:
            yield from _broken(policy, one, 0, anchor, question.purpose)
    if policy in (Policy.WEBPKI, Policy.ALL):
        from mtlsctl.core import policy_webpki  # as below

        yield from policy_webpki.misnamed(seen)


def faults_of_crls(policy: Policy, lists: "Sequence[Crl]", path: Path) -> Iterator[Problem]:
    """Each rule on CRLs that those of a path's CAs break under a policy; none under OPENSSL."""
    if lists and policy is not Policy.OPENSSL:
        from mtlsctl.core import policy_crls  # most chains come without CRLs

        yield from policy_crls.faults(lists, path)


@lru_cache(maxsize=256)
def _of_issuer(policy: Policy, certificate: x509.Certificate, anchor: bool) -> tuple[Problem, ...]:
    """Kept: the same CA stands above many leaves, and no rule on issuers asks for the purpose."""
    return tuple(_broken(policy, look(certificate), 1, anchor, Purpose.ANY))


def _broken(policy: Policy, one: Look, number: int, anchor: bool, purpose: Purpose) -> Iterator[Problem]:
    for rule in _asked(policy, is_ca(one), number, anchor, purpose):
        if words := rule.broken(one):
            yield Problem("against-policy", f"{one.name}: {words} ({rule.source})", rule.fix, one.name)


@cache  # there are few answers, and the question is put for every leaf
def _asked(policy: Policy, ca: bool, number: int, anchor: bool, purpose: Purpose) -> tuple[Rule, ...]:
    return tuple(rule for rule in _rules(policy) if _speaks(rule.where, ca, number, anchor, purpose))


@cache
def _rules(policy: Policy) -> tuple[Rule, ...]:
    if policy is Policy.OPENSSL:
        return ()
    from mtlsctl.core import policy_rfc5280, policy_webpki  # the policy that is chosen most needs neither

    match policy:
        case Policy.RFC5280:
            return policy_rfc5280.RULES
        case Policy.WEBPKI:
            return policy_webpki.RULES
        case Policy.ALL:
            return tuple(dict.fromkeys((*policy_rfc5280.RULES, *policy_webpki.RULES)))


def meant(where: Where, one: Look, number: int, anchor: bool, purpose: Purpose) -> bool:
    """Whether a rule for some certificates speaks about one: the number-th from the leaf, which is 0."""
    return _speaks(where, is_ca(one), number, anchor, purpose)


def _speaks(where: Where, ca: bool, number: int, anchor: bool, purpose: Purpose) -> bool:
    match where:
        case "any":
            return True
        case "below":
            return not anchor or not number
        case "leaf":
            return not number
        case "server":
            return not number and purpose is Purpose.SERVER
        case "ca":
            return bool(number) or ca
        case "issuer":
            return bool(number)
        case "middle":
            return bool(number) and not anchor
        case "anchor":
            return anchor and bool(number)


# What several rules ask.


def is_ca(one: Look) -> bool:
    """True where basicConstraints say CA:TRUE."""
    basic = value(one, x509.BasicConstraints)
    return bool(basic and basic.ca)


def is_self_signed(one: Look) -> bool:
    """True where a certificate was signed with its own key."""
    certificate = one.certificate
    return self_issued(certificate) and link(certificate, certificate) is not Link.BROKEN


def critical(one: Look, kind: type[x509.ExtensionType]) -> bool | None:
    """Whether the extension of a kind is critical; None where there is none."""
    found = one.values.get(kind)
    return None if found is None else any(found is c for c in one.critical)


def wrong_if(kind: type[x509.ExtensionType], bad: bool, what: str) -> Callable[[Look], str]:
    """A rule on criticality: it is broken where the extension is there and its criticality is bad."""
    words = f"{what} is critical and must not be" if bad else f"{what} is not critical and must be"

    def broken(one: Look) -> str:
        return words if kind in one.values and critical(one, kind) is bad else ""

    return broken


def missing(kind: type[x509.ExtensionType], what: str) -> Callable[[Look], str]:
    """A rule of presence."""

    def broken(one: Look) -> str:
        return "" if kind in one.values else f"it has no {what}"

    return broken


def usage_bits(usage: x509.KeyUsage) -> tuple[str, ...]:
    """The bits of a key usage that are set, by their names in RFC 5280."""
    bits = {
        "digitalSignature": usage.digital_signature,
        "nonRepudiation": usage.content_commitment,
        "keyEncipherment": usage.key_encipherment,
        "dataEncipherment": usage.data_encipherment,
        "keyAgreement": usage.key_agreement,
        "keyCertSign": usage.key_cert_sign,
        "cRLSign": usage.crl_sign,
        "encipherOnly": usage.key_agreement and usage.encipher_only,
        "decipherOnly": usage.key_agreement and usage.decipher_only,
    }
    return tuple(name for name, there in bits.items() if there)

"""What a rule is: a code of the catalogue, how bad it is, what it looks at, the profiles that ask for it, a check."""

from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from typing import Any, NamedTuple

from mtlsctl.core.findings import Verdict


class Profile(StrEnum):
    """Whose rules are asked for."""

    MTLS = "mtls"
    """Ours, for mutual TLS in a private PKI."""
    NIST = "nist"
    """SP 800-52 rev. 2 and SP 800-57 part 1 rev. 5, as far as a certificate or a server shows it."""
    RFC5280 = "rfc5280"
    """By pkilint."""
    WEBPKI = "webpki"
    """The CA/B Forum's Baseline Requirements, by pkilint."""


class Scope(StrEnum):
    """What a rule looks at."""

    CERTIFICATE = "certificate"
    LEAF = "leaf"
    CA = "ca"
    REQUEST = "request"
    CRL = "crl"
    KEY = "key"
    """A private or public key by itself."""
    ENDPOINT = "endpoint"
    FILE = "file"
    """A file of the disk, or the run as a whole; checked by workflows, not by a function here."""


Check = Callable[[Any], Iterable[str]]
"""A subject to what is wrong with it: a message for each fault, without the subject's name."""


Needs = Callable[[Any], bool]


def always(_: Any) -> bool:
    """Of a rule that can be held against every subject of its scopes."""
    return True


class Rule(NamedTuple):
    """One rule."""

    code: str
    """An entry of the catalogue, which has its title, meaning, fix and source."""
    verdict: Verdict
    scopes: tuple[Scope, ...]
    profiles: tuple[Profile, ...]
    check: Check
    needs: Needs = always
    """Whether a subject has what the check looks at, such as an issuer at hand. Where it has not, nothing was looked
    at, and the rule is not kept."""

    def concerns(self, scopes: Iterable[Scope], profiles: Iterable[Profile]) -> bool:
        """Whether it looks at one of the scopes and one of the profiles asks for it."""
        return not set(self.scopes).isdisjoint(scopes) and not set(self.profiles).isdisjoint(profiles)


MTLS, NIST = (Profile.MTLS,), (Profile.NIST,)
BOTH = (Profile.MTLS, Profile.NIST)
MADE: list[Rule] = []
"""Every rule, in the order in which the modules define them; core/lint/rules.py loads them all."""


def rule(
    code: str, verdict: Verdict, *scopes: Scope, profiles: tuple[Profile, ...] = MTLS, needs: Needs = always
) -> Callable[[Check], Check]:
    """Make a rule of a check."""

    def made(check: Check) -> Check:
        MADE.append(Rule(code, verdict, scopes, profiles, check, needs))
        return check

    return made


def nothing(_: Any) -> Iterator[str]:
    """The check of a rule that another layer looks at."""
    return iter(())

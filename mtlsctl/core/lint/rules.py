"""All rules of ours, by their codes, and which of them concern what."""

from collections.abc import Iterable
from functools import lru_cache

from mtlsctl.core.findings import Verdict
from mtlsctl.core.lint import (  # each adds its rules to MADE
    on_authorities,
    on_crls,
    on_form,
    on_issuers,
    on_life,
    on_names,
    on_nist,
    on_requests,
    on_tls,
    on_uses,
)
from mtlsctl.core.lint.rule import BOTH, MADE, MTLS, Profile, Rule, Scope, nothing

MODULES = (on_names, on_uses, on_life, on_authorities, on_issuers, on_form, on_requests, on_crls, on_nist, on_tls)

# What is seen only where several objects, or a file of the disk, are looked at: core/lint/run.py and workflows do.
SERIAL_TWICE = Rule("lint-serial-twice", Verdict.FAIL, (Scope.CERTIFICATE,), MTLS, nothing)
KEY_SHARED = Rule("lint-key-shared", Verdict.WARN, (Scope.CERTIFICATE,), BOTH, nothing, on_form.has_key)
LEAF_LATE = Rule("lint-leaf-not-first", Verdict.FAIL, (Scope.FILE,), MTLS, nothing)
PERMISSIONS = Rule("key-file-permissions", Verdict.FAIL, (Scope.FILE,), BOTH, nothing)
MALFORMED = Rule("malformed", Verdict.FAIL, (Scope.CERTIFICATE, Scope.REQUEST, Scope.CRL), tuple(Profile), nothing)
EXPIRED_SUPPRESSION = Rule("lint-suppression-expired", Verdict.WARN, (Scope.FILE,), tuple(Profile), nothing)
UNUSED_SUPPRESSION = Rule("lint-suppression-unused", Verdict.NOTE, (Scope.FILE,), tuple(Profile), nothing)
OTHERS = Rule(
    "lint-pkilint",
    Verdict.FAIL,
    (Scope.FILE,),
    (Profile.RFC5280, Profile.WEBPKI),
    nothing,
)
"""All of pkilint's, whatever they find has a code of its own."""

RULES: tuple[Rule, ...] = (
    *MADE,
    SERIAL_TWICE,
    KEY_SHARED,
    LEAF_LATE,
    PERMISSIONS,
    MALFORMED,
    EXPIRED_SUPPRESSION,
    UNUSED_SUPPRESSION,
    OTHERS,
)
BY_CODE: dict[str, Rule] = {rule.code: rule for rule in RULES}


@lru_cache(maxsize=64)
def concerning(scopes: tuple[Scope, ...], profiles: tuple[Profile, ...]) -> tuple[Rule, ...]:
    """The rules that look at one of the scopes and that one of the profiles asks for."""
    return tuple(rule for rule in RULES if rule.concerns(scopes, profiles))


def asked_for(profiles: Iterable[Profile]) -> tuple[Rule, ...]:
    """The rules of some profiles."""
    return concerning(tuple(Scope), tuple(profiles))

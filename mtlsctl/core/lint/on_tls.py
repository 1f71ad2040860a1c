"""Rules about the TLS settings of a server."""

import re
from collections.abc import Callable, Iterator

from mtlsctl.core.findings import Verdict
from mtlsctl.core.lint.rule import BOTH, NIST, Scope, rule
from mtlsctl.core.lint.settings import Settings, Suites
from mtlsctl.core.lists import few

_BROKEN = re.compile(r"[_-]NULL[_-]|^NULL-|RC4|_DES_|3DES|RC2|EXPORT|[_-]MD5$|_anon_")
_STATIC = re.compile(r"^TLS_(RSA|ECDH_RSA|ECDH_ECDSA|DH_RSA|DH_DSS|PSK|RSA_PSK)_WITH_")
_NIST = re.compile(r"AES_(128|256)_(GCM|CCM|CBC)")
_WEAK_GROUPS = ("secp160", "secp192", "sect1")
_APPROVED_GROUP = re.compile(r"secp(224|256|384|521)r1|ffdhe\d+|.*MLKEM\d+")
_HASHES = ("sha1", "md5")


def _suites(server: Settings, pattern: re.Pattern[str], *, matching: bool = True) -> Iterator[str]:
    """`TLS 1.2: A, B` for each version with suites that match, or do not."""
    for one in server.accepted:
        found = [suite for suite in one.suites if bool(pattern.search(suite)) is matching]
        if found:
            yield f"{one.version}: {few(found, 8)}"


# What the rules need to have been found out. A rule that found a fault has looked at something in any case.


def _versions(*names: str) -> Callable[[Settings], bool]:
    """Of each of these versions it is known whether the server takes it."""

    def told(server: Settings) -> bool:
        return set(names) <= {one.version for one in server.versions if one.accepted is not None}

    return told


def _has_suites(server: Settings) -> bool:
    return server.known and all(one.suites and one.complete for one in server.accepted)


def _has_groups(server: Settings) -> bool:
    """Those of each version but where RSA alone carries the secret over."""
    return any(one.groups for one in server.accepted) and all(
        one.complete and (one.groups or _without_exchange(one)) for one in server.accepted
    )


def _has_signatures(server: Settings) -> bool:
    """Those of each version that names them."""
    named = [one for one in server.accepted if one.version in ("TLS 1.2", "TLS 1.3")]
    return any(one.signatures for one in named) and all(
        one.complete and (one.signatures or _without_exchange(one)) for one in named
    )


def _without_exchange(one: Suites) -> bool:
    return bool(one.suites) and all(map(_STATIC.search, one.suites))


def _older_have(field: str) -> Callable[[Settings], bool]:
    """What TLS 1.3 has built in was seen, or seen to lack, in each version before."""

    def told(server: Settings) -> bool:
        return server.known and all(
            getattr(one, field) is not None for one in server.accepted if one.version != "TLS 1.3"
        )

    return told


def _resumed(server: Settings) -> bool:
    return (
        bool(server.asks_for_certificate) and server.known and all(one.resumed is not None for one in server.accepted)
    )


@rule("lint-old-tls", Verdict.FAIL, Scope.ENDPOINT, profiles=BOTH, needs=_versions("TLS 1.0", "TLS 1.1"))
def old_tls(server: Settings) -> Iterator[str]:
    """TLS 1.2 is the least."""
    if found := [one.version for one in server.accepted if one.version in ("TLS 1.0", "TLS 1.1")]:
        yield f"it accepts {' and '.join(found)}"


@rule("lint-no-tls13", Verdict.WARN, Scope.ENDPOINT, profiles=BOTH, needs=_versions("TLS 1.3"))
def no_tls13(server: Settings) -> Iterator[str]:
    """TLS 1.3 hides certificates."""
    one = next((one for one in server.versions if one.version == "TLS 1.3"), None)
    if server.known and one is not None and one.accepted is False:
        yield f"it does not accept TLS 1.3 ({one.why})"


@rule(
    "nist-no-tls12",
    Verdict.FAIL,
    Scope.ENDPOINT,
    profiles=NIST,
    needs=lambda server: bool(server.version("TLS 1.2") or server.version("TLS 1.3")),
)
def no_tls12(server: Settings) -> Iterator[str]:
    """TLS 1.2 or 1.3."""
    newer = [one for one in server.versions if one.version in ("TLS 1.2", "TLS 1.3")]
    if server.known and all(one.accepted is False for one in newer):
        yield "it accepts neither TLS 1.2 nor TLS 1.3"


@rule("lint-broken-suite", Verdict.FAIL, Scope.ENDPOINT, profiles=BOTH, needs=_has_suites)
def broken_suite(server: Settings) -> Iterator[str]:
    """No suite that is broken."""
    yield from _suites(server, _BROKEN)


@rule("lint-no-forward-secrecy", Verdict.WARN, Scope.ENDPOINT, profiles=BOTH, needs=_has_suites)
def no_forward_secrecy(server: Settings) -> Iterator[str]:
    """Each connection has a key of its own."""
    yield from _suites(server, _STATIC)


@rule("lint-cbc-suite", Verdict.NOTE, Scope.ENDPOINT, needs=_has_suites)
def cbc_suite(server: Settings) -> Iterator[str]:
    """Authenticated encryption alone."""
    if one := server.version("TLS 1.2"):
        yield from _suites(server._replace(versions=(one,)), re.compile("_CBC_"))


@rule("nist-suite", Verdict.FAIL, Scope.ENDPOINT, profiles=NIST, needs=_has_suites)
def nist_suite(server: Settings) -> Iterator[str]:
    """Approved algorithms alone."""
    yield from _suites(server, _NIST, matching=False)


@rule("lint-weak-group", Verdict.FAIL, Scope.ENDPOINT, profiles=BOTH, needs=_has_groups)
def weak_group(server: Settings) -> Iterator[str]:
    """112 bits and more."""
    for one in server.accepted:
        if found := [group for group in one.groups if group.startswith(_WEAK_GROUPS) or 0 < _bits(group) < 2048]:
            yield f"{one.version}: {few(found, 8)}"


@rule("nist-group", Verdict.WARN, Scope.ENDPOINT, profiles=NIST, needs=_has_groups)
def nist_group(server: Settings) -> Iterator[str]:
    """Approved groups alone."""
    for one in server.accepted:
        if found := [group for group in one.groups if not _approved(group)]:
            yield f"{one.version}: {few(found, 8)}"


@rule("nist-no-approved-group", Verdict.FAIL, Scope.ENDPOINT, profiles=NIST, needs=_has_groups)
def no_approved_group(server: Settings) -> Iterator[str]:
    """One approved group at least, in each version whose groups are known."""
    for one in server.accepted:
        if one.groups and not any(map(_approved, one.groups)):
            yield f"{one.version}: {few(one.groups)}"


def _approved(group: str) -> bool:
    return bool(_APPROVED_GROUP.fullmatch(group)) or _bits(group) >= 2048


def _bits(group: str) -> int:
    """The size of a prime that the server chose itself, `DH 2048 bits`; 0 for a group with a name."""
    found = re.fullmatch(r"DH (\d+) bits", group)
    return int(found[1]) if found else 0


@rule("lint-weak-server-signature", Verdict.FAIL, Scope.ENDPOINT, profiles=BOTH, needs=_has_signatures)
def weak_signature(server: Settings) -> Iterator[str]:
    """It proves its key with a hash that holds; before TLS 1.2 nothing else was possible."""
    for one in server.accepted:
        if found := [scheme for scheme in one.signatures if scheme.endswith(_HASHES)]:
            yield f"{one.version}: {few(found, 8)}"


@rule(
    "lint-no-extended-master-secret",
    Verdict.WARN,
    Scope.ENDPOINT,
    profiles=BOTH,
    needs=_older_have("extended_master_secret"),
)
def no_extended_master_secret(server: Settings) -> Iterator[str]:
    """A secret belongs to one connection."""
    yield from _lacking(server, "extended_master_secret", "the extended master secret")


@rule("legacy-renegotiation", Verdict.FAIL, Scope.ENDPOINT, profiles=BOTH, needs=_older_have("renegotiation_info"))
def legacy_renegotiation(server: Settings) -> Iterator[str]:
    """Renegotiation is bound to what came before (RFC 5746)."""
    yield from _lacking(server, "renegotiation_info", "secure renegotiation (RFC 5746)")


def _lacking(server: Settings, field: str, words: str) -> Iterator[str]:
    found = [one.version for one in server.accepted if getattr(one, field) is False]
    if found:
        yield f"{' and '.join(found)}: without {words}"


@rule("lint-resumption", Verdict.NOTE, Scope.ENDPOINT, needs=_resumed)
def resumption(server: Settings) -> Iterator[str]:
    """Who was revoked is asked again; where nobody is asked, nobody is revoked."""
    if server.asks_for_certificate and (found := [one.version for one in server.accepted if one.resumed]):
        yield f"{' and '.join(found)}: it goes on with an earlier session without asking for the certificate again"


@rule(
    "client-cert-not-requested",
    Verdict.FAIL,
    Scope.ENDPOINT,
    needs=lambda server: server.asks_for_certificate is not None,
)
def asks_nobody(server: Settings) -> Iterator[str]:
    """Mutual TLS asks."""
    if server.asks_for_certificate is False:
        yield "it asks no client for a certificate: this is no mutual TLS"


@rule(
    "client-cert-optional",
    Verdict.WARN,
    Scope.ENDPOINT,
    needs=lambda server: bool(server.asks_for_certificate) and server.lets_in_without is not None,
)
def optional(server: Settings) -> Iterator[str]:
    """Mutual TLS demands."""
    if server.asks_for_certificate and server.lets_in_without:
        yield "it asks for a certificate and accepts clients without one: the application has to decide"

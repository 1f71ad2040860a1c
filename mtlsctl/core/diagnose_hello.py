"""A ClientHello held against what this server takes: which part the two have not in common."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes

from mtlsctl.core import alerts, keys
from mtlsctl.core.findings import Finding, Verdict, Whose
from mtlsctl.core.lists import few
from mtlsctl.core.observation import Role, version_words
from mtlsctl.core.offered import Offered, hello_of
from mtlsctl.core.session import Session
from mtlsctl.core.signing import schemes
from mtlsctl.core.tls import TlsSettings, client_context

TLS13 = "TLSv1.3"
_VERSION_ALERTS = (alerts.PROTOCOL_VERSION, 86)  # 86: inappropriate_fallback (RFC 7507)
_SUITE_ALERTS = (alerts.HANDSHAKE_FAILURE, alerts.INSUFFICIENT_SECURITY)


class _Both(NamedTuple):
    """The two sides, for one version of TLS."""

    hello: Offered
    takes: Offered
    version: str
    certificate: x509.Certificate
    """This server's own."""

    @property
    def key(self) -> PublicKeyTypes:
        """Of this server."""
        return self.certificate.public_key()


def takes(settings: TlsSettings) -> Offered | None:
    """What a server with these settings takes: what the same library, set the same, offers as a client."""
    session = Session(client_context(settings._replace(identity=None, roots=(), crls=(), alpn=())), Role.CLIENT)
    session.advance()
    return hello_of([session.take()])


def proof(hello: Offered, settings: TlsSettings, said: int | None) -> Finding | None:
    """What the two have not in common, where the hello proves it and the alert that we sent fits; else None."""
    ours = takes(settings)
    if ours is None or settings.identity is None:
        return None
    common = [v for v in ours.versions if v in hello.versions]
    if said in _VERSION_ALERTS and not common:
        return _no_version(hello, ours)
    # OpenSSL goes down to TLS 1.2 when its key cannot sign in 1.3, and says protocol_version when that is not wanted.
    if said not in (*_SUITE_ALERTS, *_VERSION_ALERTS) or not common:
        return None
    both = _Both(hello, ours, max(common), settings.identity.certificate)
    return next((_tls13(both) if both.version == TLS13 else _tls12(both)), None)


def _no_version(hello: Offered, ours: Offered) -> Finding:
    old = max(hello.versions, default="") < min(ours.versions)
    hint = "update the client, or allow older versions: --tls-min 1.0" if old else "allow newer ones: --tls-max 1.3"
    words = f"the client speaks {_shown(hello.versions)}, this server {_shown(ours.versions)}"
    return Finding("protocol-version", Verdict.FAIL, words, hint, Whose.PEER if old else Whose.OURS)


def _tls13(both: _Both) -> Iterator[Finding]:
    """TLS 1.3 chooses three things on their own (RFC 8446, 4.1.1)."""
    hello, ours = both.hello, both.takes
    suites = [s for s in hello.ciphers if _is13(s)]
    if not _shared(suites, ours.ciphers):
        yield _none("no-shared-cipher", "TLS 1.3 cipher suite", suites, [s for s in ours.ciphers if _is13(s)])
    if not _shared(hello.groups, ours.groups):
        yield _none("no-shared-group", "group", hello.groups, ours.groups)
    yield from _schemes(both)


def _tls12(both: _Both) -> Iterator[Finding]:
    """In TLS 1.2 the suite says what kind of key signs (RFC 5246, 7.4.2; RFC 8422, 2)."""
    hello, ours = both.hello, both.takes
    theirs, own = ([s for s in side.ciphers if not _is13(s) and "_WITH_" in s] for side in (hello, ours))
    shared = _shared(theirs, own)
    if not shared:
        yield _none("no-shared-cipher", "TLS 1.2 cipher suite", theirs, own)
        return
    kind = "RSA" if isinstance(both.key, rsa.RSAPublicKey) else "ECDSA"
    usable = [s for s in shared if f"_{kind}_WITH_" in s]
    if not usable:
        words = f"no cipher suite in common works with this server's {keys.describe(both.key)} key"
        hint = f"serve a certificate with another kind of key; the client's suites want: {_kinds(shared)}"
        yield Finding("no-shared-cipher", Verdict.FAIL, f"{words}: shared are {_named(shared)}", hint, Whose.OURS)
    elif all("_ECDHE_" in s for s in usable) and hello.groups and not _shared(hello.groups, ours.groups):
        yield _none("no-shared-group", "group", hello.groups, ours.groups)
    yield from _schemes(both)


def _schemes(both: _Both) -> Iterator[Finding]:
    """A server signs with its key in a way that the client listed (RFC 8446, 4.2.3)."""
    listed = both.hello.signature_algorithms
    known = schemes(both.certificate, both.version)
    if known and listed and known.isdisjoint(_shared(listed, both.takes.signature_algorithms)):
        taken = f"the client lists {_named(listed)}; this server takes {_named(both.takes.signature_algorithms)}"
        words = f"this server's {keys.describe(both.key)} key signs in no way that both take: {taken}"
        hint = "serve a certificate with an ECDSA P-256 or RSA key: mtlsctl issue server NAME --key-type p256"
        yield Finding("no-shared-sigalg", Verdict.FAIL, words, hint, Whose.OURS)


def _none(code: str, what: str, theirs: Sequence[str], ours: Sequence[str]) -> Finding:
    words = f"no {what} in common: the client offers {_named(theirs)}; this server takes {_named(ours)}"
    return Finding(code, Verdict.FAIL, words, "enable one that both know, at either end", Whose.PEER)


def _shared(theirs: Sequence[str], ours: Sequence[str]) -> list[str]:
    return [word for word in theirs if word in ours]


def _is13(suite: str) -> bool:
    """RFC 8446, B.4: suites of TLS 1.3 name no key exchange."""
    return "_WITH_" not in suite and suite.startswith(("TLS_AES_", "TLS_CHACHA20_"))


def _kinds(suites: Sequence[str]) -> str:
    kinds = ("ECDSA", "RSA", "DSS", "PSK", "anon")
    return ", ".join(k for k in kinds if any(f"_{k}_WITH_" in s for s in suites)) or "another key"


def _shown(versions: Sequence[str]) -> str:
    return ", ".join(version_words(v) for v in versions) or "none"


def _named(words: Sequence[str]) -> str:
    """A list as a message can hold it."""
    return few(words) or "none"

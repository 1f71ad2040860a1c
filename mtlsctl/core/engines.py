"""The two verifiers that are asked: OpenSSL, through pyOpenSSL's public API; and cryptography's webpki."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple

from cryptography import x509
from cryptography.x509.verification import (
    ClientVerifier,
    Criticality,
    ExtensionPolicy,
    PolicyBuilder,
    Store,
    VerificationError,
)
from OpenSSL import crypto

from mtlsctl.core.causes import Cause
from mtlsctl.core.looks import Purpose
from mtlsctl.core.path import MAX_DEPTH, Known, Path
from mtlsctl.core.unreadable import UNREADABLE

# <openssl/x509_vfy.h>; pyOpenSSL has no name for these and takes any number.
NO_CHECK_TIME = 0x200000
_EXTENDED_CRL, _DELTAS = 0x1000, 0x2000  # indirect CRLs, CRLs by another key of the CA; delta CRLs
PARTIAL_CHAIN = crypto.X509StoreFlags.PARTIAL_CHAIN
CRL_LEAF = crypto.X509StoreFlags.CRL_CHECK | _EXTENDED_CRL | _DELTAS
CRL_ALL = CRL_LEAF | crypto.X509StoreFlags.CRL_CHECK_ALL

UNDECODABLE = -1
"""OpenSSL could not load a certificate or CRL at all."""
KEPT = 16  # stores: of all the roots of a call for cryptography, of the anchor of a path for both


class Answer(NamedTuple):
    """What OpenSSL says of a chain."""

    accepts: bool
    number: int = 0
    """X509_V_ERR_*; the texts differ between versions, the numbers do not."""
    depth: int = 0
    path: Path = ()
    """The path that it accepted."""


def openssl(
    path: Sequence[x509.Certificate],
    roots: Sequence[x509.Certificate],
    at: datetime | None,
    crls: Sequence[x509.CertificateRevocationList] = (),
    flags: int = 0,
) -> Answer:
    """Ask OpenSSL's store about path[0] with the rest as untrusted. at None: the time is not checked.

    Certificate policies are for core/certpolicies.py: pyOpenSSL has no call for the policies that are wanted, and then
    OpenSSL's own check refuses every path in which a CA requires one.
    """
    try:
        store = crypto.X509Store()
        for root in roots:
            store.add_cert(_loaded(root))
        for crl in crls:
            store.add_crl(crl)
        # set_time reads the fields as UTC and ignores the time zone; a store keeps the first time that it is given.
        if at is not None:
            store.set_time(at.astimezone(UTC))
        store.set_flags(flags if at is not None else flags | NO_CHECK_TIME)
        chain = _context(store, path).get_verified_chain()
    except crypto.X509StoreContextError as error:
        return Answer(False, error.errors[0], error.errors[1])
    except (crypto.Error, *UNREADABLE):
        return Answer(False, UNDECODABLE)
    return Answer(True, path=tuple(one.to_cryptography() for one in chain))


def openssl_alone(path: Path, flags: int = 0) -> Answer:
    """As openssl(), about one path and its own anchor: yes, or why not. The time is not looked at, as pathchecks did.

    The quick way: the store is kept, which OpenSSL would allow only one time of checking.
    """
    try:
        _context(_store(Known(path[-1:]), flags), path[:-1] or path).verify_certificate()
    except crypto.X509StoreContextError as error:
        return Answer(False, error.errors[0], error.errors[1])
    except (crypto.Error, *UNREADABLE):
        return Answer(False, UNDECODABLE)
    return Answer(True, path=path)


def _context(store: crypto.X509Store, path: Sequence[x509.Certificate]) -> crypto.X509StoreContext:
    leaf, *pool = [crypto.X509.from_cryptography(path[0]), *map(_loaded, path[1:])]
    return crypto.X509StoreContext(store, leaf, pool)


@lru_cache(maxsize=KEPT)
def _store(roots: Known, flags: int) -> crypto.X509Store:
    store = crypto.X509Store()
    for root in roots:
        store.add_cert(_loaded(root))
    store.set_flags(flags | NO_CHECK_TIME)
    return store


@lru_cache(maxsize=256)
def _loaded(certificate: x509.Certificate) -> crypto.X509:
    """A CA's certificate as OpenSSL has it; the same one stands above many leaves."""
    return crypto.X509.from_cryptography(certificate)


# X509_V_ERR_* -> the cause, and what it means in our words. <openssl/x509_vfy.h>
NUMBERS: dict[int, tuple[Cause, str]] = {
    UNDECODABLE: ("invalid", "it cannot decode the certificate"),
    2: ("untrusted", "the issuer of a certificate is not to be found"),
    3: ("crl-missing", "there is no CRL of the issuer"),
    4: ("invalid", "the signature cannot be read"),
    6: ("invalid", "the public key cannot be read"),
    7: ("bad-signature", "a signature does not fit"),
    8: ("crl-missing", "the CRL's signature does not fit"),
    9: ("not-yet-valid", "a certificate is not valid yet"),
    10: ("expired", "a certificate has expired"),
    11: ("crl-expired", "the CRL is not valid yet"),
    12: ("crl-expired", "the CRL has expired"),
    13: ("invalid", "notBefore is malformed"),
    14: ("invalid", "notAfter is malformed"),
    15: ("crl-expired", "the CRL's lastUpdate is malformed"),
    16: ("crl-expired", "the CRL's nextUpdate is malformed"),
    18: ("self-signed", "the leaf is self-signed and not trusted"),
    19: ("untrusted", "the root of the chain is not trusted"),
    20: ("missing-intermediate", "the issuer of a certificate is not at hand"),
    21: ("missing-intermediate", "the leaf's issuer is not at hand"),
    22: ("path-length", "the chain is too long"),
    23: ("revoked", "a certificate is revoked"),
    24: ("bad-ca", "an issuer is no CA"),
    25: ("path-length", "there are more CAs than a pathlen allows"),
    26: ("purpose", "the purpose is not allowed"),
    27: ("untrusted", "the root is not trusted for this purpose"),
    28: ("untrusted", "the root rejects this purpose"),
    32: ("bad-ca", "an issuer's key usage lacks keyCertSign"),
    33: ("crl-missing", "the CRL's issuer is not at hand"),
    34: ("critical-extension", "a critical extension is unknown to it"),
    35: ("crl-missing", "the key usage of the CRL's issuer lacks cRLSign"),
    36: ("crl-missing", "the CRL has a critical extension that is unknown to it"),
    41: ("invalid", "an extension is malformed or misplaced"),
    42: ("invalid", "the certificate policies of the path are malformed or misplaced"),
    43: ("no-policy", "a CA of the path requires a certificate policy, and the path has none in common"),
    44: ("crl-missing", "the CRL's scope is another one"),
    47: ("name-constraints", "a name is outside the permitted ones"),
    48: ("name-constraints", "a name is among the excluded ones"),
    49: ("name-constraints", "a minimum or maximum in name constraints is not supported"),
    50: ("other", "the application refused it"),
    51: ("name-constraints", "this kind of name constraint is not supported"),
    52: ("name-constraints", "the syntax of a name constraint is not supported"),
    53: ("name-constraints", "the syntax of a name is not supported under name constraints"),
    54: ("crl-missing", "no path leads from the CRL to a trust anchor"),
    66: ("weak-key", "the leaf's key is too weak"),
    67: ("weak-key", "a CA's key is too weak"),
    68: ("weak-signature", "a CA's signature is over a hash that is too weak"),
    79: ("bad-ca", "an issuer is no valid CA certificate"),
    76: ("weak-signature", "a signature's algorithm is not supported"),
    77: ("invalid", "a signature's algorithm does not fit the issuer's key"),
    78: ("invalid", "a certificate names two signature algorithms"),
    94: ("weak-key", "a key's curve is spelled out with parameters"),
    # Under X509_STRICT only:
    80: ("other", "what is no CA has a pathlen"),
    81: ("other", "a pathlen stands without keyCertSign"),
    82: ("other", "keyCertSign is set on what is no CA"),
    83: ("other", "the issuer's name is empty"),
    84: ("other", "the subject of a CA is empty"),
    85: ("other", "authorityKeyIdentifier is missing"),
    86: ("other", "subjectKeyIdentifier of a CA is missing"),
    87: ("other", "the subject alternative name is empty"),
    88: ("other", "the subject is empty and the subject alternative name is not critical"),
    89: ("other", "basicConstraints of a CA are not critical"),
    90: ("other", "authorityKeyIdentifier is critical"),
    91: ("other", "subjectKeyIdentifier is critical"),
    92: ("other", "a CA has no key usage"),
    93: ("other", "a certificate older than version 3 has extensions"),
}


def explain(answer: Answer) -> tuple[Cause, str]:
    """The cause behind OpenSSL's number, with the number in the words."""
    cause, words = NUMBERS.get(answer.number, ("other", "it gives a reason that has no words here"))
    if answer.depth and cause == "expired":
        cause = "chain-expired"
    return cause, f"{words} (error {answer.number} at depth {answer.depth})"


class Opinion(NamedTuple):
    """What webpki says: asked or not, and its own words for a refusal."""

    asked: bool
    accepts: bool
    reason: str = ""


def webpki(
    path: Sequence[x509.Certificate],
    roots: Sequence[x509.Certificate],
    at: datetime,
    purpose: Purpose,
    wanted: Sequence[x509.GeneralName],
) -> Opinion:
    """Ask cryptography's verifier about path[0] as a TLS server (for each wanted name) or client, by its own rules."""
    return _webpki(Known(path), Known(roots), at, purpose, tuple(wanted))


@lru_cache(maxsize=2)  # it may vouch first and be asked for its opinion later, of the same path
def _webpki(path: Known, roots: Known, at: datetime, purpose: Purpose, wanted: tuple[x509.GeneralName, ...]) -> Opinion:
    if purpose not in (Purpose.SERVER, Purpose.CLIENT):
        return Opinion(False, False, f"it judges servers and clients, not {purpose}")
    leaf, pool = path[0], list(path[1:])
    try:
        builder = _builder(roots, at)
        if purpose is Purpose.CLIENT:
            builder.build_client_verifier().verify(leaf, pool)
            return Opinion(True, True)
        subjects = [n for n in wanted or _own_names(leaf) if isinstance(n, x509.DNSName | x509.IPAddress)]
        if not subjects:
            return Opinion(False, False, "it judges servers by a DNS name or IP address, and there is none")
        for subject in subjects if wanted else subjects[:1]:
            builder.build_server_verifier(subject).verify(leaf, pool)
    except (VerificationError, *UNREADABLE) as error:
        return Opinion(True, False, _words(error))
    return Opinion(True, True)


def webpki_alone(path: Path, at: datetime) -> Opinion:
    """Ask cryptography's verifier about one path by RFC 5280, 6.1 alone, without the rules of the Web PKI.

    Signatures, time, basicConstraints, path lengths and name constraints; the names and purposes asked for are not its
    business here. It knows neither Ed25519, SHA-1 nor constraints on directory names: its no may be our yes.
    """
    try:
        _lenient(Known(path[-1:]), at).verify(path[0], list(path[1:-1]))
    except (VerificationError, *UNREADABLE) as error:
        return Opinion(True, False, _words(error))
    return Opinion(True, True)


# It demands that basicConstraints be there in a CA; all else is for the rules of the policy asked for.
_ANY_LEAF = ExtensionPolicy.permit_all()
_ANY_CA = ExtensionPolicy.permit_all().require_present(x509.BasicConstraints, Criticality.AGNOSTIC, None)


@lru_cache(maxsize=KEPT)
def _lenient(roots: Known, at: datetime) -> ClientVerifier:
    builder = _builder(roots, at).extension_policies(ca_policy=_ANY_CA, ee_policy=_ANY_LEAF)
    return builder.build_client_verifier()


@lru_cache(maxsize=KEPT)
def _builder(roots: Known, at: datetime) -> PolicyBuilder:
    return PolicyBuilder().store(_anchors(roots)).time(at.astimezone(UTC)).max_chain_depth(MAX_DEPTH)


@lru_cache(maxsize=KEPT)
def _anchors(roots: Known) -> Store:
    return Store(list(roots))


def _words(error: Exception) -> str:
    from mtlsctl.core import heard  # most chains are good

    return heard.plain(str(error))


def _own_names(leaf: x509.Certificate) -> list[x509.GeneralName]:
    """The leaf's own names, a wildcard filled in: what it would be asked for."""
    try:
        san = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    return [x509.DNSName(n.value.replace("*", "any", 1)) if isinstance(n, x509.DNSName) else n for n in san]

"""TlsSettings to an OpenSSL context: with core/session.py, the only place that knows pyOpenSSL's quirks."""

import warnings
from enum import StrEnum
from typing import Any, NamedTuple

from cryptography import x509
from OpenSSL import SSL, crypto

from mtlsctl.core import keys
from mtlsctl.core.callbacks import on_certificate, on_info, on_secret, on_staple
from mtlsctl.core.openssl import Identity
from mtlsctl.errors import InputError, UsageError

VERSIONS = {
    "1.0": SSL.TLS1_VERSION,
    "1.1": SSL.TLS1_1_VERSION,
    "1.2": SSL.TLS1_2_VERSION,
    "1.3": SSL.TLS1_3_VERSION,
}


class Demand(StrEnum):
    """What a server asks of its clients."""

    NONE = "none"
    OPTIONAL = "optional"
    """Asked for; a client without one is let in, a client with a bad one is not."""
    REQUIRED = "required"


class TlsSettings(NamedTuple):
    """One end's side of TLS, for clients and servers."""

    identity: Identity | None = None
    roots: tuple[crypto.X509, ...] = ()
    """The trust anchors for the other side; each is trusted as it stands, a root or not."""
    demand: Demand = Demand.NONE
    """Servers only; a client always verifies."""
    minimum: str = ""
    """`1.2`; "" is the library's default."""
    maximum: str = ""
    alpn: tuple[str, ...] = ()
    """Protocols in the order of preference."""
    crls: tuple[x509.CertificateRevocationList, ...] = ()
    """With any, the peer's leaf needs a good one of its issuer; so does each CA whose issuer has one here."""
    ciphers: str = ""
    """The cipher suites to offer, as OpenSSL writes lists, those of TLS 1.3 among them; "" is the library's default."""
    groups: str = ""
    """Key exchange groups: `x25519:P-256`."""
    sigalgs: str = ""
    """Signature algorithms: `ecdsa_secp256r1_sha256`. A server takes, a client offers, these three alone."""
    late: bool = False
    """A client lets the server ask for its certificate after the handshake, where the library can (RFC 8446, 4.6.2)."""
    staple: bool = False
    """A client asks for a stapled OCSP response (RFC 6066, 8), and takes it."""


def client_context(settings: TlsSettings) -> SSL.Context:
    """A context to connect with. Its connections are core/session.py's Sessions. Raises UsageError, InputError."""
    made = SSL.Context(SSL.TLS_CLIENT_METHOD)
    _common(made, settings)
    made.set_verify(SSL.VERIFY_PEER, on_certificate)
    if settings.alpn:
        made.set_alpn_protos(_protocols(settings.alpn))
    if settings.late:
        from mtlsctl.core import offer  # only with a request

        offer.allow_late(made)
    if settings.staple:
        made.set_ocsp_client_callback(on_staple)
    if settings.ciphers or settings.groups or settings.sigalgs:
        _limit(made, settings)
    return made


def _limit(made: SSL.Context, settings: TlsSettings) -> None:
    """Offer only what is named. Raises UsageError where that makes no hello."""
    from mtlsctl.core import offer

    _name(made, settings)
    offer.check(made)


def _name(made: SSL.Context, settings: TlsSettings) -> None:
    """Take only what is named."""
    from mtlsctl.core import offer  # the names of all that there is are not needed else

    if settings.ciphers:
        offer.limit_ciphers(made, settings.ciphers, settings.minimum, settings.maximum)
    if settings.groups:
        offer.limit_groups(made, settings.groups)
    if settings.sigalgs:
        offer.limit_sigalgs(made, settings.sigalgs)


def server_context(settings: TlsSettings) -> SSL.Context:
    """A context to accept with, for many Sessions. Raises UsageError, InputError."""
    made = SSL.Context(SSL.TLS_SERVER_METHOD)
    _common(made, settings)
    if settings.ciphers or settings.groups or settings.sigalgs:
        client_context(settings._replace(identity=None, roots=(), crls=()))  # it sees whether they go together
        _name(made, settings)
    made.set_verify(_VERIFY_MODES[settings.demand], on_certificate)
    # Without an id, every resumption of a session with a client certificate dies with alert 80 (dotnet/runtime#75435).
    made.set_session_id(b"mtlsctl")
    # Each connection shall show its whole handshake: nothing is resumed, clients still get their ticket message.
    made.set_session_cache_mode(SSL.SESS_CACHE_OFF)
    made.set_options(SSL.OP_NO_TICKET | SSL.OP_NO_RENEGOTIATION)
    if settings.demand is not Demand.NONE:
        for root in settings.roots:
            made.add_client_ca(root.to_cryptography())
    ours = _protocols(settings.alpn)
    made.set_alpn_select_callback(lambda _, theirs: _select(ours, theirs))
    return made


_VERIFY_MODES = {
    Demand.NONE: SSL.VERIFY_NONE,
    Demand.OPTIONAL: SSL.VERIFY_PEER,
    Demand.REQUIRED: SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT,
}


def _protocols(words: tuple[str, ...]) -> list[bytes]:
    """ALPN protocol names as they are sent: 1 to 255 bytes each (RFC 7301, 3.1). Raises UsageError."""
    for word in words:
        if not (0 < len(word) < 256 and word.isascii() and word.isprintable()):
            raise UsageError(f"{word[:40]!r} is not an ALPN protocol", "such as http/1.1, h2, postgresql")
    if sum(len(word) + 1 for word in words) > 65535:
        raise UsageError("these ALPN protocols do not fit into a hello", "leave some --alpn away")
    return [word.encode("ascii") for word in words]


def _select(ours: list[bytes], theirs: list[bytes]) -> Any:
    """Our first protocol that the client offers; without one the connection goes on without ALPN."""
    return next((p for p in ours if p in theirs), None) or SSL.NO_OVERLAPPING_PROTOCOLS


def _common(made: SSL.Context, settings: TlsSettings) -> None:
    """What both ends set. pyOpenSSL refuses every setter after the first Connection."""
    _versions(made, settings)
    made.set_info_callback(on_info)
    made.set_keylog_callback(on_secret)
    store = made.get_cert_store()
    if store is not None:
        store.set_flags(crypto.X509StoreFlags.PARTIAL_CHAIN)
        for root in settings.roots:
            _trust(store, root)
        if settings.crls:
            # Of the CRLs that are not there, Session forgives those of CAs: core/revoked.py has the same rule.
            store.set_flags(crypto.X509StoreFlags.CRL_CHECK | crypto.X509StoreFlags.CRL_CHECK_ALL)
        for crl in settings.crls:
            store.add_crl(crl)
    if settings.identity:
        _load(made, settings.identity)


def _trust(store: crypto.X509Store, root: crypto.X509) -> None:
    try:
        store.add_cert(root)
    except crypto.Error:
        serial = root.to_cryptography().serial_number
        raise InputError(
            f"OpenSSL cannot read the trusted certificate with serial {serial:x}", code="ca-file-invalid"
        ) from None


def _versions(made: SSL.Context, settings: TlsSettings) -> None:
    for word in (settings.minimum, settings.maximum):
        if word and word not in VERSIONS:
            raise UsageError(f"{word} is not a version of TLS known here", f"choose from {', '.join(VERSIONS)}")
    if settings.minimum and settings.maximum and settings.minimum > settings.maximum:
        raise UsageError(f"the lowest version of TLS, {settings.minimum}, is above the highest, {settings.maximum}")
    if settings.minimum:
        made.set_min_proto_version(VERSIONS[settings.minimum])
    if settings.maximum:
        made.set_max_proto_version(VERSIONS[settings.maximum])
    if settings.maximum in ("1.0", "1.1") or settings.minimum in ("1.0", "1.1"):
        made.set_min_proto_version(VERSIONS[settings.minimum or settings.maximum])
        made.set_cipher_list(b"DEFAULT:@SECLEVEL=0")  # their SHA-1 signatures are below level 1


def _load(made: SSL.Context, identity: Identity) -> None:
    """Give the context its certificate, chain and key; the pair was checked when it was read."""
    leaf, *chain = identity.certificates
    try:
        with warnings.catch_warnings():
            # pyOpenSSL would rather take cryptography's objects: of keys only the classic kinds, no ML-DSA, and
            # writing them out for OpenSSL is what core/openssl.py does without.
            warnings.simplefilter("ignore", DeprecationWarning)
            made.use_certificate(leaf)
            for certificate in chain:
                made.add_extra_chain_cert(certificate)
            made.use_privatekey(identity.key)
    except SSL.Error:
        kind = keys.describe(identity.certificate.public_key())
        raise InputError(
            f"OpenSSL refuses to present this certificate ({kind} key): its key or its signature is too weak",
            "issue a new one with a key of at least 2048 bits (RSA), signed with SHA-256",
            code="client-cert-weak",
        ) from None

"""The certificates that a server must refuse: made in memory from the good one, each wrong in one way."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.x509.oid import PublicKeyAlgorithmOID
from OpenSSL import crypto

from mtlsctl.core import issuing, keys, names, openssl, profiles
from mtlsctl.core.credential import Credential
from mtlsctl.core.issuing import Order
from mtlsctl.core.openssl import Identity
from mtlsctl.core.unreadable import UNREADABLE
from mtlsctl.errors import UsageError

SHORT = timedelta(hours=1)
"""How long a certificate lasts that a real CA signs: until the proof is over, and a clock that is a little wrong."""
LATER = timedelta(days=1)
"""How far from now the certificates are that are expired, or not yet valid."""
NOBODY = "mtlsctl-probe"
"""The common name where there is no good certificate to copy."""

NO_CERTIFICATE = "no certificate"


class Kind(StrEnum):
    """What is shown to the server."""

    GOOD = "good"
    NONE = "no-certificate"
    SELF_SIGNED = "self-signed"
    NAMESAKE = "namesake-ca"
    STOLEN = "stolen"
    LEAF_AS_CA = "leaf-as-ca"
    EXPIRED = "expired"
    NOT_YET_VALID = "not-yet-valid"
    WRONG_EKU = "wrong-eku"
    REVOKED = "revoked"
    EXTRA = "extra"
    """A certificate of the caller's own."""
    RESUMED = "resumed"
    """The good one's session, gone on with."""
    RESUMED_NONE = "resumed-no-certificate"
    """A session that was made without a certificate, gone on with."""
    GOOD_AGAIN = "good-again"
    """The good one once more, when all the others were shown."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One thing to show to the server, once for each version of TLS."""

    kind: Kind
    what: str
    """As a table names it."""
    identity: Identity | None = None
    let_in: bool = False
    """The server must accept it; else it must refuse."""
    missing: str = ""
    """Why it cannot be shown; "" where it can."""


@dataclass(frozen=True, slots=True)
class Model:
    """Whom the impostors pretend to be."""

    subject: x509.Name
    names: tuple[x509.GeneralName, ...]
    issuer: x509.Name
    key: keys.PrivateKey
    """The one key that all of them hold, of the good one's kind: the server has shown that it takes such."""


def model(good: Identity | None, issuers: Sequence[x509.Name]) -> Model:
    """The good certificate's names, else ours below the first CA that the server named in its request."""
    if good is None:
        issuer = issuers[0] if issuers else names.subject("mtlsctl-probe CA")
        return Model(names.subject(NOBODY), (x509.DNSName(NOBODY),), issuer, keys.generate(keys.KeyType.P256))
    leaf = good.certificate
    try:
        found = names.san(leaf)
    except UNREADABLE:
        found = ()  # OpenSSL takes it as it is; its names cannot be copied
    return Model(leaf.subject, found, leaf.issuer, keys.generate(_kind_of(leaf.public_key())))


def _kind_of(key: PublicKeyTypes) -> keys.KeyType:
    try:
        return keys.type_of(key)
    except UsageError:
        return keys.KeyType.P256


def strangers(good: Identity | None, like: Model, at: datetime) -> Iterator[Offer]:
    """What anybody can make who has seen the good certificate; at: the time now."""
    yield Offer(Kind.NONE, NO_CERTIFICATE)
    window = at - LATER, at + LATER
    own = Order(like.subject, like.names, like.key.public_key(), profiles.CLIENT, *window)
    yield Offer(Kind.SELF_SIGNED, "self-signed", _identity(like, issuing.issue(own, None, like.key)))
    ca_key = keys.generate(_kind_of(own.public_key))
    ca_order = Order(like.issuer, (), ca_key.public_key(), profiles.ISSUING, *window)
    ca = Credential(issuing.issue(ca_order, None, ca_key), ca_key)
    yield Offer(Kind.NAMESAKE, "from a CA of the same name", _signed(like, own, ca))
    yield _stolen(good)
    yield _below_leaf(good, like, own)


def _signed(like: Model, order: Order, ca: Credential) -> Identity:
    return _identity(like, issuing.issue(order, ca), ca.certificate)


def _identity(like: Model, *chain: x509.Certificate) -> Identity:
    return openssl.identity(chain, like.key)


def _stolen(good: Identity | None) -> Offer:
    """The good certificate, which every handshake shows, without the key that belongs to it (RFC 8446, 4.4.3)."""
    what = "stolen, without its key"
    if good is None:
        return Offer(Kind.STOLEN, what, missing=_NO_GOOD)
    # An RSA-PSS key comes out of cryptography as a plain RSA one: OpenSSL would not present it with this certificate.
    pss = good.certificate.public_key_algorithm_oid == PublicKeyAlgorithmOID.RSASSA_PSS
    private = None if pss else _private(good)
    key = _misfit(private) if private else None
    if key is None:
        kind = "RSA-PSS" if pss else keys.describe(good.certificate.public_key())
        return Offer(Kind.STOLEN, what, missing=f"needs a good certificate with an ECDSA or RSA key, not {kind}")
    return Offer(Kind.STOLEN, what, Identity(good.certificates, key))


_NO_GOOD = "needs the good certificate: --identity FOLDER"


def _private(good: Identity) -> keys.PrivateKey | None:
    """The good one's key as cryptography has it; None for kinds that OpenSSL does not give away in its form."""
    try:
        key = good.key.to_cryptography_key()
    except UNREADABLE:
        return None
    return key if isinstance(key, keys.SIGNING_KEYS) else None


def _misfit(key: keys.PrivateKey) -> crypto.PKey | None:
    """A key that says that it is this one, and signs as another does; None for kinds that cannot lie.

    OpenSSL compares the public halves as they stand in the file, and signs with the private one.
    """
    match key:
        case ec.EllipticCurvePrivateKey():
            size = (key.key_size + 7) // 8
            own, other = (k.private_numbers().private_value for k in (key, ec.generate_private_key(key.curve)))
            der = keys.pkcs8(key).replace(own.to_bytes(size), other.to_bytes(size))
            if der == keys.pkcs8(key):  # shown with its own key, it would be let in, and the server accused
                return None
        case rsa.RSAPrivateKey():
            n = key.private_numbers()
            wrong = rsa.RSAPrivateNumbers(n.p, n.q, n.d - 2, n.dmp1 - 2, n.dmq1 - 2, n.iqmp, n.public_numbers)
            der = keys.pkcs8(wrong.private_key(unsafe_skip_rsa_key_validation=True))
        case _:
            return None
    return crypto.load_privatekey(crypto.FILETYPE_ASN1, der)


def _below_leaf(good: Identity | None, like: Model, order: Order) -> Offer:
    """A certificate signed with the good leaf's key: a leaf is no CA (RFC 5280, 4.2.1.9)."""
    what = "signed by the good leaf"
    if good is None:
        return Offer(Kind.LEAF_AS_CA, what, missing=_NO_GOOD)
    if not good.certificate.subject.rdns:
        return Offer(Kind.LEAF_AS_CA, what, missing="needs a good certificate that has a subject")
    key = _private(good)
    if key is None:
        return Offer(Kind.LEAF_AS_CA, what, missing="needs a good certificate whose key is not ML-DSA")
    made = issuing.issue(order, Credential(good.certificate, key))
    return Offer(Kind.LEAF_AS_CA, what, _identity(like, made, good.certificate, *good.chain))


Signed = tuple[Offer, x509.Certificate]
"""An offer, and what the CA signed for it."""

SIGNED = {
    Kind.EXPIRED: "expired yesterday",
    Kind.NOT_YET_VALID: "valid from tomorrow",
    Kind.WRONG_EKU: "for servers only (EKU)",
}
"""What only the server's own CA can make, as a table names it."""


def unsigned(why: str) -> Iterator[Offer]:
    """The offers that need the CA, where it is not at hand; why: what to do."""
    return (Offer(kind, what, missing=why) for kind, what in SIGNED.items())


def signed(like: Model, ca: Credential, at: datetime) -> Iterator[Signed]:
    """The offers that the server's own CA signs, with what it signed: all of them last an hour at most, some never."""
    windows = {
        Kind.EXPIRED: (at - LATER - SHORT, at - LATER),
        Kind.NOT_YET_VALID: (at + LATER, at + LATER + SHORT),
        Kind.WRONG_EKU: (at - profiles.BACKDATE, at + SHORT),
    }
    for kind, (begin, end) in windows.items():
        profile = profiles.SERVER if kind is Kind.WRONG_EKU else profiles.CLIENT
        order = Order(like.subject, like.names, like.key.public_key(), profile, begin, end)
        made = issuing.issue(order, ca)
        yield Offer(kind, SIGNED[kind], _identity(like, made, ca.certificate)), made

"""Certificate signing requests: make one, and take from one what may be granted (PKCS#10, RFC 2986)."""

from collections.abc import Sequence
from dataclasses import dataclass

from cryptography import x509
from cryptography.x509.oid import NameOID

from mtlsctl.core import extensions as words
from mtlsctl.core import keys, names
from mtlsctl.core.profiles import Profile, ProfileName
from mtlsctl.core.unreadable import UNREADABLE
from mtlsctl.errors import InputError, UsageError

_GRANTED_TO_CAS = (x509.BasicConstraints, x509.KeyUsage)


def make_csr(
    key: keys.PrivateKey, subject: x509.Name, wanted: Sequence[x509.GeneralName]
) -> x509.CertificateSigningRequest:
    """A CSR (PKCS#10, RFC 2986) for a key: a subject and the names as a requested SAN."""
    builder = x509.CertificateSigningRequestBuilder().subject_name(subject)
    if wanted:
        builder = builder.add_extension(x509.SubjectAlternativeName(wanted), critical=not subject.rdns)
    return builder.sign(key, keys.signing_hash(key))


@dataclass(frozen=True, slots=True)
class Request:
    """What a CSR asks for, and what of it is taken: the public key, the SANs and the CN."""

    subject: x509.Name
    names: tuple[x509.GeneralName, ...]
    public_key: keys.PublicKey
    dropped: tuple[str, ...]
    """Each part of the request that is not granted, in words."""


def read_request(csr: x509.CertificateSigningRequest, profile: Profile, label: str) -> Request:
    """Check a CSR's signature and take what may be taken. Raises InputError or UsageError."""
    try:
        genuine = csr.is_signature_valid
        public_key = csr.public_key()
        extensions = csr.extensions
        asked = csr.subject
    except UNREADABLE as error:
        raise InputError(f"{label}: the request cannot be read: {error}") from None
    if not genuine:
        raise InputError(
            f"{label}: the request's signature does not fit its public key",
            "whoever sent it does not hold the key, or the file was changed: ask for a new one",
        )
    if not keys.can_be_certified(public_key):
        raise InputError(f"{label}: a key of this kind cannot authenticate in TLS")
    wanted, dropped = _requested_names(extensions)
    for extension in extensions:
        if isinstance(extension.value, x509.BasicConstraints) and extension.value.ca and not profile.ca:
            raise UsageError(
                f"{label}: the request asks to become a CA (CA:TRUE) and the profile is {profile.name}",
                "sign it with --profile issuing only if it shall sign certificates itself",
            )
        if not isinstance(extension.value, _GRANTED_TO_CAS if profile.ca else x509.SubjectAlternativeName):
            dropped.append(_describe(extension))
    if profile.ca:
        _must_ask_for_ca(extensions, label)
        wanted = []
    cn = names.common_name(asked)
    dropped += [f"subject {a.rfc4514_attribute_name}={a.value!s}" for a in asked if a.oid != NameOID.COMMON_NAME]
    subject = names.subject(cn if profile.name is not ProfileName.SPIFFE else "")
    return Request(subject, tuple(wanted), public_key, tuple(dropped))


def _must_ask_for_ca(extensions: x509.Extensions, label: str) -> None:
    """A CA is made only of a request that asks for it."""
    for extension in extensions:
        if isinstance(extension.value, x509.BasicConstraints) and extension.value.ca:
            return
    raise UsageError(
        f"{label}: the request does not ask to become a CA (CA:TRUE) and the profile is issuing",
        "sign it with --profile server or client",
    )


def _requested_names(extensions: x509.Extensions) -> tuple[list[x509.GeneralName], list[str]]:
    """The SANs that can be granted, read anew by our own rules, and in words those that cannot."""
    try:
        san = extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return [], []
    wanted: list[x509.GeneralName] = []
    dropped = []
    for name in san:
        if names.kind(name) not in ("DNS", "IP", "email", "URI"):
            dropped.append(f"subjectAltName {names.tagged(name)}")
            continue
        wanted.append(names.parse(f"{names.kind(name).lower()}:{names.plain(name)}"))
    return wanted, dropped


def _describe(extension: x509.Extension[x509.ExtensionType]) -> str:
    """A requested extension in words: `keyUsage digitalSignature, keyCertSign`."""
    said = words.read([extension])
    called = words.called(extension.oid)
    if isinstance(extension.value, x509.BasicConstraints):
        return f"{called} CA:{str(said['ca']).upper()}"
    return f"{called} {', '.join(said['key_usage'] or said['extended_key_usage'])}".rstrip()

"""Messages as they stand on a whiteboard: what each says in two or three facts, and which go together in a flight."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from cryptography import x509

from mtlsctl.core import alerts, names, sniff
from mtlsctl.core.lists import few
from mtlsctl.core.messages import (
    AlertMessage,
    Body,
    Certificate,
    CertificateRequest,
    CertificateStatus,
    CertificateVerify,
    ClientHello,
    CompressedCertificate,
    EncryptedExtensions,
    KeyUpdate,
    Kind,
    Message,
    NewSessionTicket,
    ServerHello,
    ServerKeyExchange,
    Undecoded,
)
from mtlsctl.core.observation import version_words
from mtlsctl.core.printable import printable
from mtlsctl.core.unreadable import UNREADABLE

_MANY = 100  # certificates or names of one message that are told; no server sends more in good faith
_FEW = 3
_USER_CANCELED = 90
_ILLEGIBLE = "(cannot be read)"


class Step(NamedTuple):
    """One message in plain values. Its facts are made printable; nothing in it is secret."""

    seconds: float
    """Since TLS began."""
    sender: str
    """`client` or `server`."""
    kind: str
    name: str
    size: int
    """Bytes."""
    encrypted: bool
    alarm: bool
    """It is what a reader looks for: a fatal alert, a certificate that is not there, bytes that cannot be read."""
    facts: tuple[str, ...]
    detail: dict[str, Any]
    """The fields of the message, by their names in core/messages.py, in plain values."""


class Flight(NamedTuple):
    """What one end sends before it waits, or has to say afterwards."""

    sender: str
    seconds: float
    """Of its first message."""
    steps: tuple[Step, ...]


def steps(messages: Iterable[Message]) -> tuple[Step, ...]:
    """Each message as a step."""
    return tuple(_step(message) for message in messages)


def flights(told: Sequence[Step]) -> tuple[Flight, ...]:
    """Steps that go together. A Finished ends a flight; an alert stands alone; so does data, in one step for many.

    The ChangeCipherSpec of TLS 1.3 is left out: it only soothes middleboxes (RFC 8446, D.4).
    """
    tls13 = any(step.detail.get("version") == "TLSv1.3" for step in told)
    groups: list[list[Step]] = []
    for step in told:
        if tls13 and step.kind == Kind.CHANGE_CIPHER_SPEC:
            continue
        before = groups[-1][-1] if groups else None
        if before is None or before.sender != step.sender or _stage(before) != _stage(step):
            groups.append([])
        elif before.kind == step.kind == Kind.APPLICATION_DATA:
            groups[-1][-1] = before._replace(size=before.size + step.size, facts=(_bytes(before.size + step.size),))
            continue
        elif before.name == "Finished":
            groups.append([])
        groups[-1].append(step)
    return tuple(Flight(group[0].sender, group[0].seconds, tuple(group)) for group in groups)


def _stage(step: Step) -> str:
    """Alerts and data stand apart from the handshake."""
    return step.kind if step.kind in (Kind.ALERT, Kind.APPLICATION_DATA) else ""


def _step(message: Message) -> Step:
    body = message.body
    facts = _facts(message) if body is not None else ()
    if message.kind is Kind.APPLICATION_DATA:
        facts = (_bytes(message.size),)
    return Step(
        seconds=round(message.at, 6),
        sender=message.sender,
        kind=message.kind.value,
        name=message.name,
        size=message.size,
        encrypted=message.encrypted,
        alarm=_is_alarm(message),
        facts=tuple(printable(fact) for fact in facts if fact),
        detail=_detail(body),
    )


def _is_alarm(message: Message) -> bool:
    match message.body:
        case AlertMessage(number=number):
            return number not in (alerts.CLOSE_NOTIFY, _USER_CANCELED)
        case Certificate(chain=chain):
            return not chain
        case Undecoded():
            return True
    return False


def _facts(message: Message) -> tuple[str, ...]:
    """What a person would write beside the arrow."""
    match message.body:
        case ClientHello() as hello:
            return _client_hello(hello)
        case ServerHello() as hello:
            return _server_hello(hello)
        case EncryptedExtensions() as encrypted:
            return (f"ALPN {encrypted.alpn}" if encrypted.alpn else "",)
        case CertificateRequest() as request:
            return _request(request)
        case Certificate() as certificate:
            return _certificate(certificate)
        case CompressedCertificate() as compressed:
            return (f"compressed with {compressed.compression}, not opened here",)
        case CertificateStatus():
            return ("an OCSP response is stapled",)
        case ServerKeyExchange() as exchange:
            return exchange.group, exchange.scheme
        case CertificateVerify() as proof:
            return (proof.scheme,)
        case NewSessionTicket() as ticket:
            return (f"good for {ticket.lifetime:,} s" if ticket.lifetime else "", "early data" * ticket.early_data)
        case KeyUpdate() as update:
            return ("asks for the same" if update.requested else "",)
        case AlertMessage() as alert:
            meaning = alerts.meaning(alert.number)
            return (f"alert {alert.number}: {meaning}" if meaning else "no alert that is known here",)
        case Undecoded() as undecoded:
            return _undecoded(message.sender, message.kind, undecoded), _bytes(message.size)
    return ()


def _client_hello(hello: ClientHello) -> tuple[str, ...]:
    shares = [group for group in hello.key_shares if group != "GREASE"]
    return (
        _versions(hello.versions),
        f"for {hello.server_name}" if hello.server_name else "names no server",
        f"ALPN {few(hello.alpn, _FEW)}" if hello.alpn else "",
        f"key for {few(shares, _FEW)}" if shares else "",
        "offers to resume" if hello.resumes else "",
    )


def _server_hello(hello: ServerHello) -> tuple[str, ...]:
    if hello.hello_retry:
        return (f"wants a key for {hello.group}" if hello.group else "wants the hello again",)
    alpn = f"ALPN {hello.alpn}" if hello.alpn else ""
    return version_words(hello.version), hello.cipher_suite, hello.group, alpn, "resumes" if hello.resumed else ""


def _request(request: CertificateRequest) -> tuple[str, ...]:
    issuers = [_name(name) for name in request.authorities[:_FEW]]
    listed = few(issuers, _FEW, count=len(request.authorities), joint=" or ", last=" or ")
    return (
        f"one from {listed}" if issuers else "one from any CA",
        f"{_keys(request.signature_algorithms)} key" if request.signature_algorithms else "",
    )


def _keys(schemes: Iterable[str]) -> str:
    """The kinds of keys that signature algorithms are for, in their order."""
    *kinds, last = dict.fromkeys(kind for scheme in schemes if (kind := _key(scheme))) or ("unknown",)
    return f"{', '.join(kinds)} or {last}" if kinds else last


def _key(scheme: str) -> str:
    for start, kind in (("ecdsa", "ECDSA"), ("rsa", "RSA"), ("mldsa", "ML-DSA"), ("dsa", "DSA"), ("sm2", "SM2")):
        if scheme.startswith(start):
            return kind
    return {"ed25519": "Ed25519", "ed448": "Ed448"}.get(scheme, "")


def _certificate(shown: Certificate) -> tuple[str, ...]:
    if not shown.chain:
        return ("EMPTY: no certificate is shown",)
    subjects = [_subject(certificate) for certificate in shown.chain[: _FEW + 1]]
    return (
        few(subjects, _FEW + 1, count=len(shown.chain), joint=", then ", last=", and "),
        "with an OCSP response" if shown.stapled else "",
        f"compressed with {shown.compression}" if shown.compression else "",
    )


def _undecoded(sender: str, kind: Kind, found: Undecoded) -> str:
    if kind is not Kind.NOT_TLS:
        return found.reason
    tell: Callable[[bytes], Any] = sniff.server_protocol if sender == "server" else sniff.client_protocol
    protocol = tell(found.first_bytes)
    known = getattr(protocol, "name", protocol) or "not TLS"
    return f"{known}: {found.first_bytes[:40].decode('latin-1')}"


def _versions(offered: Sequence[str]) -> str:
    known = [version_words(version).removeprefix("TLS ") for version in offered if version.startswith("TLS")]
    return f"TLS {' or '.join(known)}" if known else f"version {few(offered, _FEW)}"


def _bytes(size: int) -> str:
    return f"{size:,} byte{'' if size == 1 else 's'}"


def _subject(certificate: bytes) -> str:
    try:
        return names.dn(x509.load_der_x509_certificate(certificate).subject) or "(empty subject)"
    except UNREADABLE:
        return _ILLEGIBLE


def _name(authority: bytes) -> str:
    try:
        return names.dn(x509.Name.from_bytes(authority)) or "(empty name)"
    except UNREADABLE:
        return _ILLEGIBLE


def _detail(body: Body | None) -> dict[str, Any]:
    """The fields of a message as plain values, certificates and names spelled out."""
    match body:
        case None:
            return {}
        case Certificate():
            chain = [
                {"subject": _subject(one), "sha256": hashlib.sha256(one).hexdigest()} for one in body.chain[:_MANY]
            ]
            return body._asdict() | {"chain": chain, "count": len(body.chain)}
        case CertificateRequest():
            return body._asdict() | {"authorities": [_name(name) for name in body.authorities[:_MANY]]}
        case AlertMessage():
            return body._asdict() | {"name": alerts.name(body.number), "meaning": alerts.meaning(body.number)}
    return body._asdict()

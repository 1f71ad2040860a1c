"""What two ends do not share, proved by two conversations: one that failed, and one in which all was offered."""

from collections.abc import Iterator

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from mtlsctl.core import alerts, wire
from mtlsctl.core.diagnose import Confidence, Diagnosis, Ours, RefusedBy
from mtlsctl.core.evidence import Evidence, evidence
from mtlsctl.core.findings import Finding, Verdict, Whose
from mtlsctl.core.lists import few
from mtlsctl.core.messages import ClientHello, ServerHello
from mtlsctl.core.observation import Observation
from mtlsctl.core.unreadable import UNREADABLE


def mismatch(seen: Observation, wide: Observation, ours: Ours, said: Diagnosis) -> Diagnosis:
    """The diagnosis: whatever the server chose of everything, and was not offered before, is the cause."""
    return _diagnosis(seen, list(_lacking(seen, wide, ours)), ours, said)


def of_12_alone(seen: Observation, wide: Observation, ours: Ours, said: Diagnosis) -> Diagnosis:
    """The same where everything was refused that let it choose TLS 1.3, and everything of TLS 1.2 alone was not.

    The version is not the cause: TLS 1.2 was among what it refused.
    """
    if found := [f for f in _lacking(seen, wide, ours) if f.code != "protocol-version"]:
        return _diagnosis(seen, found, ours, said)
    return Diagnosis(said.report._replace(findings=(only_in_12(seen),)), RefusedBy.SERVER, Confidence.LIKELY)


def only_in_12(seen: Observation) -> Finding:
    """Suite and group are shared in TLS 1.3, too: what is left of the three that it chooses is how its key signs."""
    message = f"{seen.peer} refused our hello in TLS 1.3: its certificate's key signs in no way of TLS 1.3 that we know"
    hint = "give the server a certificate with an ECDSA P-256 or RSA key; until then: --tls-max 1.2"
    return Finding("no-shared-sigalg", Verdict.FAIL, message, hint, Whose.PEER)


def _diagnosis(seen: Observation, found: list[Finding], ours: Ours, said: Diagnosis) -> Diagnosis:
    if not found:
        return Diagnosis(said.report, said.refused_by, Confidence.UNKNOWN)
    # Where the choice was ours to limit, what was limited is the likelier.
    first, *others = sorted(found, key=lambda f: _LIMIT.get(f.code) not in ours.limits)
    notes = (f._replace(verdict=Verdict.NOTE) for f in others)
    # Every stack says protocol_version of a version; an old one that does not may mean something else.
    of_version = first.code == "protocol-version"
    sure = seen.received() == alerts.PROTOCOL_VERSION if of_version else not others
    return Diagnosis(
        said.report._replace(findings=(first, *notes)),
        RefusedBy.SERVER,
        Confidence.CERTAIN if sure else Confidence.LIKELY,
    )


_LIMIT = {"no-shared-cipher": "ciphers", "no-shared-group": "groups", "no-shared-sigalg": "sigalgs"}


def read(seen: Observation) -> Evidence:
    """The evidence in the bytes of an observation made as a client."""
    return evidence(wire.decode(seen.chunks, seen.secrets, "sent"))


def _lacking(seen: Observation, wide: Observation, ours: Ours) -> Iterator[Finding]:
    """Version, cipher suite, group, signature: each that the server chose and we had not offered."""
    offered, chosen = read(seen), read(wide)
    hello, answer = offered.client_hello, chosen.server_hello
    if hello is None or answer is None:
        return
    refused = f"{seen.peer} refused our hello"
    if answer.version not in hello.versions:
        yield from _unusable(seen, refused, hello, wide)
        yield Finding("protocol-version", Verdict.FAIL, *_version(refused, answer.version, hello.versions, ours))
    else:
        yield from _suite(refused, hello, answer, ours)
    if chosen.group and chosen.group not in hello.groups:
        message = f"{refused}: it chose the group {chosen.group} when everything was offered, we offered"
        hint = f"offer it: --groups {chosen.group}; better let the server have x25519 and P-256"
        yield Finding("no-shared-group", Verdict.FAIL, f"{message} {', '.join(hello.groups)}", hint, _whose(ours))
    if chosen.server_scheme and chosen.server_scheme not in hello.signature_algorithms:
        message = f"{refused}: it signs with {chosen.server_scheme}, which we had not offered"
        hint = "give the server a certificate with an ECDSA P-256 or RSA key"
        hint = "leave --sigalgs away, or name that one, too" if "sigalgs" in ours.limits else hint
        yield Finding("no-shared-sigalg", Verdict.FAIL, message, hint, _whose(ours))


def _unusable(seen: Observation, refused: str, hello: ClientHello, wide: Observation) -> Iterator[Finding]:
    """An ECDSA key that may not sign is of no use in TLS 1.2, where OpenSSL looks at it (RFC 8422, 5.3)."""
    if seen.received() == alerts.PROTOCOL_VERSION or "TLSv1.2" not in hello.versions or not wide.peer_chain:
        return
    leaf = wide.peer_chain[0]
    try:
        usage = leaf.extensions.get_extension_for_class(x509.KeyUsage).value
        signs = usage.digital_signature or not isinstance(leaf.public_key(), ec.EllipticCurvePublicKey)
    except x509.ExtensionNotFound:
        return
    except UNREADABLE:
        return
    if not signs:
        message = f"{refused} in TLS 1.2: the key usage of its certificate does not let its ECDSA key sign"
        hint = "issue it with digitalSignature: mtlsctl issue server NAME"
        yield Finding("server-wrong-key-usage", Verdict.FAIL, message, hint, Whose.PEER)


def _suite(refused: str, hello: ClientHello, answer: ServerHello, ours: Ours) -> Iterator[Finding]:
    if answer.cipher_suite in hello.cipher_suites:
        return
    message = f"{refused}: it chose {answer.cipher_suite} when everything was offered, we offered "
    message += few([s for s in hello.cipher_suites if s.startswith("TLS_") and not s.endswith("_SCSV")])
    hint = "offer it: --ciphers ALL:@SECLEVEL=0 to try; better let the server have today's suites"
    if "ciphers" in ours.limits:
        hint = f"offer it: leave --ciphers away, or name {answer.cipher_suite}, too"
    yield Finding("no-shared-cipher", Verdict.FAIL, message, hint, _whose(ours))


def _version(refused: str, theirs: str, offered: tuple[str, ...], ours: Ours) -> tuple[str, str]:
    """Message and hint: whose limits are in the way."""
    spoken, wanted = theirs.replace("TLSv", "TLS "), " and ".join(sorted(v.replace("TLSv", "TLS ") for v in offered))
    message = f"{refused}: it speaks {spoken}, we offered {wanted}"
    if ours.maximum and theirs > f"TLSv{ours.maximum}":
        return message, "offer newer versions: leave --tls-max away"
    if ours.minimum and theirs >= "TLSv1.2":
        return message, f"offer it: --tls-min {spoken[4:]}"
    old = "1.0" if theirs == "TLSv1" else spoken[4:]
    return message, f"update the server; to talk to it all the same: --tls-min {old} --tls-max {old}"


def _whose(ours: Ours) -> Whose:
    return Whose.OURS if ours.limited else Whose.PEER

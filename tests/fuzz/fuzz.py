"""Coverage-guided fuzzing of what parses strangers' bytes. A finding is an exception that is not declared.

    python tests/fuzz/fuzz.py wire [FOLDER] -max_total_time=60

The words after the target are libFuzzer's. Without any it goes on until it finds something.
"""

import json
import sys
import warnings
from binascii import b2a_base64
from collections.abc import Callable
from contextlib import suppress

import atheris

with atheris.instrument_imports(include=["mtlsctl"]):
    from mtlsctl.cli import jsonform
    from mtlsctl.cli.text import trace
    from mtlsctl.core import endpoint, flight, pem, proxyheader, sniff, starttls, wire
    from mtlsctl.core.evidence import evidence
    from mtlsctl.core.observation import Chunk
    from mtlsctl.errors import MtlsctlError, UsageError
    from mtlsctl.workflows import examine


def fuzz_wire(data: bytes) -> None:
    """A byte of choices; then pieces, each with its direction and length, or handshake messages in the clear."""
    source = atheris.FuzzedDataProvider(data)
    choice = source.ConsumeIntInRange(0, 3)
    chunks, total = [], 0
    if choice:  # the messages are read as of a version that was agreed on
        chunks += [Chunk("sent", 0.0, framed(CLIENT)), Chunk("received", 0.0, framed(HELLOS[choice]))]
        total = sum(len(chunk.data) for chunk in chunks)
    while source.remaining_bytes():
        direction = "sent" if source.ConsumeBool() else "received"
        piece = source.ConsumeBytes(source.ConsumeIntInRange(0, 600))
        if choice:
            piece = framed(source.ConsumeBytes(1) + len(piece).to_bytes(3) + piece)
        total += len(piece)
        chunks.append(Chunk(direction, 0.0, piece))
    for log in ((), SECRETS):
        messages = wire.decode(chunks, log, "sent")
        assert sum(message.size for message in messages) <= total
        evidence(messages)
        steps = flight.steps(messages)
        json.loads(jsonform.dumps(steps))
        for line in trace.lines(steps):
            assert all((piece if isinstance(piece, str) else piece[0]).isprintable() for piece in line)


def framed(message: bytes) -> bytes:
    """A handshake message in a record."""
    return b"\x16\x03\x03" + len(message).to_bytes(2) + message


def hello(version: bytes, suite: bytes, extensions: bytes) -> bytes:
    """A ServerHello."""
    body = version + bytes(33) + suite + b"\0" + len(extensions).to_bytes(2) + extensions
    return b"\2" + len(body).to_bytes(3) + body


CLIENT = b"\1\0\0\x29\3\3" + bytes(33) + b"\0\2\x13\1\1\0"
HELLOS = {
    1: hello(b"\3\3", b"\x13\1", b"\0\x2b\0\2\3\4"),
    2: hello(b"\3\3", b"\xc0\x2b", b""),
    3: hello(b"\3\1", b"\0\x33", b""),
}
SECRETS = [
    label + b" " + b"00" * 32 + b" " + b"11" * 48
    for label in (b"CLIENT_RANDOM", b"SERVER_HANDSHAKE_TRAFFIC_SECRET", b"CLIENT_TRAFFIC_SECRET_0")
]


def fuzz_endpoint(data: bytes) -> None:
    """What a person, or a script, gives as a target."""
    with suppress(UsageError):
        found = endpoint.parse(data.decode("utf-8", "surrogateescape"))
        if not found.path:
            assert found.host
            assert 0 < found.port < 65536
            assert found.text.isprintable()


def fuzz_starttls(data: bytes) -> None:
    """A conversation in any protocol, in pieces."""
    source = atheris.FuzzedDataProvider(data)
    protocol = source.PickValueInList(sorted(starttls.PROTOCOLS))
    conversation = starttls.Conversation(protocol, "localhost")
    conversation.begin()
    while source.remaining_bytes() and conversation.result is None:
        conversation.feed(source.ConsumeBytes(source.ConsumeIntInRange(1, 200)))
    conversation.feed(b"")
    assert conversation.result is not None
    assert conversation.result.said.isprintable()


def fuzz_sniff(data: bytes) -> None:
    """The first bytes of either side."""
    sniff.server_protocol(data)
    sniff.client_protocol(data)
    sniff.is_tls(data)


def fuzz_proxyheader(data: bytes) -> None:
    """A PROXY header, of either version, or what is none."""
    for start in (b"", b"PROXY TCP4 ", proxyheader.SIGNATURE):
        found = proxyheader.read(start + data)
        if isinstance(found, proxyheader.Header):
            assert found.length <= proxyheader.MAXIMUM
            assert (found.source + found.destination).isprintable()


def fuzz_inspect(data: bytes) -> None:
    """A file: as it is, or DER in a frame of any label, with a password or without."""
    source = atheris.FuzzedDataProvider(data)
    label = source.PickValueInList([b"", b"CERTIFICATE", b"PRIVATE KEY", b"PKCS12", b"X509 CRL", b"CERTIFICATE PAIR"])
    password = source.PickValueInList([None, b"", b"password"])
    body = source.ConsumeBytes(source.remaining_bytes())
    if label:
        body = b"-----BEGIN " + label + b"-----\n" + b2a_base64(body) + b"-----END " + label + b"-----\n"
    with suppress(MtlsctlError), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        json.loads(jsonform.dumps([examine.told(one) for one in pem.read_all(body, "file", password)]))


TARGETS: dict[str, Callable[[bytes], None]] = {
    "wire": fuzz_wire,
    "inspect": fuzz_inspect,
    "endpoint": fuzz_endpoint,
    "proxyheader": fuzz_proxyheader,
    "starttls": fuzz_starttls,
    "sniff": fuzz_sniff,
}

if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in TARGETS:
        sys.exit(f"usage: fuzz.py {'|'.join(TARGETS)} [libFuzzer's options]")
    atheris.Setup([sys.argv[0], *sys.argv[2:]], TARGETS[sys.argv[1]])
    atheris.Fuzz()

"""The files of cryptography_vectors, damaged in every way that files get damaged, and what has to hold of the answers.

    python tests/vectors.py SECONDS [SEED]

goes on with new damage for so long, and says how many cases there were, which was the slowest and what memory it took.
"""

import random
import re
import resource
import string
import sys
import time
import warnings
from binascii import a2b_base64, b2a_base64
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import cryptography_vectors
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.x509 import ocsp

from mtlsctl.cli import jsonform
from mtlsctl.cli.text import inspect as text
from mtlsctl.core import pem
from mtlsctl.core.documents import Kind
from mtlsctl.errors import MtlsctlError
from mtlsctl.workflows import examine
from mtlsctl.workflows.examine import FileShown, Inspection, Item

ROOT = Path(cryptography_vectors.__file__).parent
FOLDERS = ("x509", "asymmetric", "pkcs12", "pkcs7")
PASSWORDS = (None, b"password", b"wrong", b"")
SECONDS = 20.0  # for one case: what deriving keys may take is bounded in core/derivation.py
NOW = datetime(2026, 1, 1, tzinfo=UTC)
_BEGIN = re.compile(rb"-----BEGIN ([A-Z0-9 #]+)-----")
_LABELS = (b"CERTIFICATE", b"CERTIFICATE REQUEST", b"PRIVATE KEY", b"RSA PRIVATE KEY", b"X509 CRL", b"PKCS7", b"PKCS12")
_LABELS += (b"PUBLIC KEY", b"ENCRYPTED PRIVATE KEY", b"EC PRIVATE KEY", b"TRUSTED CERTIFICATE", b"GREETINGS")


def paths() -> list[Path]:
    """All files, in one order everywhere."""
    return sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*") if path.is_file())


def answer(data: bytes, password: bytes | None = None) -> tuple[Item, ...] | MtlsctlError:
    """What inspect says of a file's bytes, in JSON and in text too. Whatever it raises but MtlsctlError is a bug."""
    began = time.process_time()
    refusal: MtlsctlError | None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            items = tuple(map(examine.told, pem.read_all(data, "file", password)))
        except MtlsctlError as error:
            items, refusal = (), error
        else:
            refusal = None
        said = jsonform.dumps(items) + shown(items)
    assert time.process_time() - began < SECONDS, f"{time.process_time() - began:.1f} s"
    for public in filter(None, (getattr(item.facts, "pem", "") for item in items)):
        said = said.replace(public.replace("\n", "\\n"), "")
    assert not betrayed(data, said), "key material"
    if refusal:
        assert refusal.message.isprintable(), refusal.message
    return refusal or items


def shown(items: tuple[Item, ...]) -> str:
    """The text for a person."""
    result = Inspection(NOW, (FileShown("file", items),), (), ())
    lines = [*text.lines(result), *text.short_lines(result)]
    return "\n".join(
        line if isinstance(line, str) else "".join(p if isinstance(p, str) else p[0] for p in line) for line in lines
    )


def betrayed(data: bytes, said: str) -> bool:
    """True where a line of a private key's base64 stands in what was said."""
    keys = re.findall(rb"-----BEGIN [A-Z ]*PRIVATE KEY-----(.*?)-----END", data, re.DOTALL)
    inside = [line for key in keys for line in key.split() if len(line) >= 60][2:]  # public parts may come first
    return any(line.decode("ascii", "replace") in said for line in inside[: len(inside) // 2])


LOADERS: dict[Kind, Callable[[bytes], object]] = {
    Kind.CERTIFICATE: x509.load_der_x509_certificate,
    Kind.CSR: x509.load_der_x509_csr,
    Kind.CRL: x509.load_der_x509_crl,
    Kind.PRIVATE_KEY: lambda data: serialization.load_der_private_key(data, None),
    Kind.PUBLIC_KEY: serialization.load_der_public_key,
    Kind.OCSP_RESPONSE: ocsp.load_der_ocsp_response,
    Kind.OCSP_REQUEST: ocsp.load_der_ocsp_request,
}


def possible(der: bytes) -> set[Kind]:
    """The kinds that cryptography takes some DER for."""
    found = set()
    for kind, load in LOADERS.items():
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                load(der)
        except TypeError:
            found.add(Kind.ENCRYPTED_KEY)
        except Exception:  # noqa: BLE001  # whatever it is: it does not take it
            continue
        else:
            found.add(kind)
    return found


def is_container(der: bytes) -> bool:
    """True for PKCS#7, PKCS#12 and certificate pairs: what is in them counts."""
    return (
        any(sign in der[:32] for sign in (bytes.fromhex("06092a864886f70d0107"), b"\x02\x01\x03\x30"))
        or b"\xa0\x82" in der[4:6]
    )


# What leaves the content as it is: the same kinds have to come out.
HARMLESS: dict[str, Callable[[bytes], bytes]] = {
    "Windows line ends": lambda data: data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"),
    "a byte order mark": lambda data: b"\xef\xbb\xbf" + data,
    "UTF-16": lambda data: data.decode("latin-1").encode("utf-16"),
    "words in front": lambda data: b"subject=CN = test\nissuer=CN = test\n" + data,
    "blank lines behind": lambda data: data + b"\n\n\n",
    "trailing blanks": lambda data: data.replace(b"\n", b"  \n"),
}


def relabelled(data: bytes, source: random.Random) -> bytes:
    """The labels of some BEGIN lines exchanged."""
    return _BEGIN.sub(lambda mark: b"-----BEGIN " + source.choice((*_LABELS, mark[1])) + b"-----", data)


def flipped(data: bytes, source: random.Random) -> bytes:
    """Some bits turned over."""
    changed = bytearray(data)
    for _ in range(source.choice((1, 1, 2, 8))):
        changed[source.randrange(len(changed))] ^= 1 << source.randrange(8)
    return bytes(changed)


def cut(data: bytes, source: random.Random) -> bytes:
    """The end, the beginning or a piece in the middle away."""
    a, b = sorted(source.randrange(len(data) + 1) for _ in range(2))
    return source.choice((data[:a], data[a:], data[:a] + data[b:], data[:-1], data[1:]))


def garbled(data: bytes, source: random.Random) -> bytes:
    """A piece overwritten, with random bytes, letters, or bytes that ASN.1 makes much of."""
    at, size = source.randrange(len(data)), source.choice((1, 2, 4, 16, 64))
    letters = string.ascii_letters.encode()
    piece = source.choice(
        (
            source.randbytes(size),
            bytes(source.choices(letters, k=size)),
            bytes([source.choice(b"\0\xff\x80\x30\x02\x84")]) * size,
        )
    )
    return data[:at] + piece + data[at + len(piece) :]


def inside(data: bytes, source: random.Random) -> bytes:
    """Another damage, within the base64 of the first block."""
    found = re.search(rb"(-----BEGIN [^-]+-----\n)([A-Za-z0-9+/=\n]+)(-----END)", data)
    if not found:
        return flipped(data, source)
    try:
        der = source.choice((flipped, garbled, cut))(a2b_base64(found[2]), source)
    except ValueError:
        return data
    return data[: found.start(2)] + b2a_base64(der, newline=True) + data[found.start(3) :]


def framed(data: bytes, source: random.Random) -> bytes:
    """Bytes as PEM of any label, or bare base64, or that twice."""
    body = b2a_base64(data)
    label = source.choice(_LABELS)
    return source.choice(
        (body, b2a_base64(body), b"-----BEGIN " + label + b"-----\n" + body + b"-----END " + label + b"-----\n")
    )


def rewritten(data: bytes, source: random.Random) -> bytes:
    """A change of form."""
    return source.choice(list(HARMLESS.values()))(data)


DAMAGES = (relabelled, flipped, flipped, cut, garbled, inside, inside, framed, rewritten)


def damaged(data: bytes, source: random.Random, others: list[bytes]) -> bytes:
    """Data with one to four damages; now and then with another file behind it."""
    for _ in range(source.choice((1, 1, 2, 4))):
        if data:
            data = source.choice(DAMAGES)(data, source)
        if source.random() < 0.05:
            data += source.choice(others)
    return data[: 1 << 20]


def cases(seed: int) -> Iterator[tuple[str, bytes, bytes | None]]:
    """Damaged files without end: what each was, its bytes, a password or None."""
    source = random.Random(seed)
    files = [(path.relative_to(ROOT).as_posix(), path.read_bytes()) for path in paths()]
    bodies = [data for _, data in files if len(data) < 20_000]
    while True:
        name, data = source.choice(files)
        if data and len(data) < 200_000:
            yield name, damaged(data, source, bodies), source.choice(PASSWORDS)


def kinds(found: tuple[Item, ...] | MtlsctlError) -> list[Kind]:
    """The kinds of an answer; none for an error."""
    return [] if isinstance(found, MtlsctlError) else [item.kind for item in found]


def main() -> int:
    """Go on for some seconds; status 1, and the case in a file, when something is wrong."""
    until = time.monotonic() + float(sys.argv[1])
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.SystemRandom().randrange(1 << 32)
    count, refused, slowest = 0, 0, (0.0, "")
    for name, data, password in cases(seed):
        began = time.process_time()
        try:
            refused += isinstance(answer(data, password), MtlsctlError)
        except BaseException:
            Path("failing-case").write_bytes(data)
            print(
                f"seed {seed}, case {count}: {name}, password {password!r}; its bytes are in failing-case", flush=True
            )
            raise
        slowest = max(slowest, (time.process_time() - began, f"{name}, case {count}"))
        count += 1
        if time.monotonic() > until:
            break
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"seed {seed}: {count:,} cases, {refused:,} refused; slowest {slowest[0]:.2f} s ({slowest[1]}); {memory} MiB")
    return 0


if __name__ == "__main__":
    sys.exit(main())

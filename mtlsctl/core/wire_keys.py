"""Encrypted TLS records to plain ones, with the secrets of a key log. The ciphers are cryptography's."""

import hmac
import re
from collections.abc import Callable, Iterable
from typing import NamedTuple, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESCCM, AESGCM, ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

Secrets = dict[tuple[str, bytes], bytes]
"""Secrets by their label and the client's random."""

_MAX_LINE = 1024  # bytes; the longest line has a label, 64 and 96 hex digits
_BLOCK = 16


def read_log(lines: Iterable[bytes]) -> Secrets:
    """The secrets of NSS key log lines (draft-ietf-tls-keylogfile); lines that are none are passed over."""
    found: Secrets = {}
    for line in lines:
        words = line.split() if len(line) <= _MAX_LINE else []
        if len(words) == 3 and not words[0].startswith(b"#"):
            try:
                key = words[0].decode("ascii"), bytes.fromhex(words[1].decode("ascii"))
                found[key] = bytes.fromhex(words[2].decode("ascii"))
            except ValueError:
                continue
    return found


class Opener(Protocol):
    """What decrypts one direction, record after record."""

    def open(self, kind: int, version: bytes, data: bytes) -> bytes | None:
        """The plain content of a record; None where it does not decrypt. A record that does not is not counted."""


class _Spec(NamedTuple):
    """How a cipher suite encrypts."""

    mode: str
    key_size: int
    digest: str
    """Of HKDF or the PRF."""
    mac: str
    """Of CBC; else ""."""


def _spec(suite: str) -> _Spec | None:
    """A suite by its name; None for one that is not decrypted here: 3DES, RC4, Camellia, ARIA, export."""
    found = re.search(r"_(?:AES_(128|256)_(GCM|CCM_8|CCM|CBC)|(CHACHA20)_POLY1305)(?:_(SHA\d*))?$", suite)
    if not found:
        return None
    bits, mode, chacha, tail = found.groups()
    digest = "sha384" if tail == "SHA384" else "sha256"
    mac = {"SHA": "sha1", "SHA256": "sha256", "SHA384": "sha384"}.get(tail or "", "") if mode == "CBC" else ""
    return _Spec(mode or chacha, int(bits) // 8 if bits else 32, digest, mac)


def _aead(mode: str, key: bytes) -> "AESGCM | AESCCM | ChaCha20Poly1305":
    match mode:
        case "GCM":
            return AESGCM(key)
        case "CCM":
            return AESCCM(key, 16)
        case "CCM_8":
            return AESCCM(key, 8)
    return ChaCha20Poly1305(key)


def opener13(suite: str, secret: bytes) -> Opener | None:
    """TLS 1.3 (RFC 8446, 5.2, 7.3) with a traffic secret; None for a suite that is not decrypted here."""
    spec = _spec(suite)
    return None if spec is None or spec.mode == "CBC" else _Aead13(spec, secret)


def next_secret(suite: str, secret: bytes) -> bytes:
    """The traffic secret after a KeyUpdate (RFC 8446, 7.2)."""
    spec = _spec(suite)
    assert spec is not None, "there was an opener for this suite"
    return _expand(spec.digest, secret, b"traffic upd", hashes.SHA384.digest_size if spec.digest == "sha384" else 32)


def opener12(
    suite: str, master: bytes, randoms: tuple[bytes, bytes], sender: str, *, encrypt_then_mac: bool
) -> Opener | None:
    """TLS 1.2 (RFC 5246, 6.3) with the master secret; randoms: the client's, the server's.

    None for a suite that is not decrypted here.
    """
    spec = _spec(suite)
    if spec is None:
        return None
    mac_size = _size(spec.mac) if spec.mac else 0
    iv_size = {"CBC": 0, "CHACHA20": 12}.get(spec.mode, 4)
    client, server = randoms
    sizes = (mac_size, mac_size, spec.key_size, spec.key_size, iv_size, iv_size)
    block = prf(spec.digest, master, b"key expansion", server + client, sum(sizes))
    parts = []
    for size in sizes:
        parts.append(block[:size])
        block = block[size:]
    mac_key, key, iv = parts[0 if sender == "client" else 1 :: 2]
    if spec.mode == "CBC":
        return _Cbc12(spec.mac, mac_key, key, encrypt_then_mac)
    return _Aead12(spec.mode, key, iv)


def _size(name: str) -> int:
    """The size of a digest, in bytes."""
    return {"sha1": 20, "sha256": 32, "sha384": 48}[name]


def prf(digest: str, secret: bytes, label: bytes, seed: bytes, size: int) -> bytes:
    """RFC 5246, 5."""
    seed = label + seed
    out, a = b"", seed
    while len(out) < size:
        a = hmac.digest(secret, a, digest)
        out += hmac.digest(secret, a + seed, digest)
    return out[:size]


def _expand(digest: str, secret: bytes, label: bytes, size: int) -> bytes:
    """HKDF-Expand-Label with an empty context (RFC 8446, 7.1)."""
    label = b"tls13 " + label
    info = size.to_bytes(2) + bytes((len(label),)) + label + b"\0"
    return HKDFExpand(hashes.SHA384() if digest == "sha384" else hashes.SHA256(), size, info).derive(secret)


class _Aead13:
    """RFC 8446, 5.2 and 5.3. The content is given with its inner type behind it, padding and all."""

    def __init__(self, spec: _Spec, secret: bytes) -> None:
        self._cipher = _aead(spec.mode, _expand(spec.digest, secret, b"key", spec.key_size))
        self._iv = int.from_bytes(_expand(spec.digest, secret, b"iv", 12))
        self._count = 0

    def open(self, kind: int, version: bytes, data: bytes) -> bytes | None:
        """See Opener."""
        header = bytes((kind,)) + version + len(data).to_bytes(2)
        nonce = (self._iv ^ self._count).to_bytes(12)
        plain = _attempt(self._cipher.decrypt, nonce, data, header)
        self._count += plain is not None
        return plain


class _Aead12:
    """RFC 5246, 6.2.3.3 with RFC 5288, 3 (GCM), RFC 6655, 3 (CCM) and RFC 7905, 2 (ChaCha20)."""

    def __init__(self, mode: str, key: bytes, iv: bytes) -> None:
        self._cipher = _aead(mode, key)
        self._tag = 8 if mode == "CCM_8" else 16
        self._iv = iv
        self._count = 0

    def open(self, kind: int, version: bytes, data: bytes) -> bytes | None:
        """See Opener."""
        if len(self._iv) == 12:
            nonce = (int.from_bytes(self._iv) ^ self._count).to_bytes(12)
        else:
            nonce, data = self._iv + data[:8], data[8:]
        size = len(data) - self._tag
        if len(nonce) != 12 or size < 0:
            return None
        header = self._count.to_bytes(8) + bytes((kind,)) + version + size.to_bytes(2)
        plain = _attempt(self._cipher.decrypt, nonce, data, header)
        self._count += plain is not None
        return plain


class _Cbc12:
    """RFC 5246, 6.2.3.2; with encrypt_then_mac, RFC 7366. Timing tells nobody anything here."""

    def __init__(self, digest: str, mac_key: bytes, key: bytes, mac_last: bool) -> None:
        self._digest, self._mac_key, self._key, self._mac_last = digest, mac_key, algorithms.AES(key), mac_last
        self._mac_size = _size(digest)
        self._count = 0

    def open(self, kind: int, version: bytes, data: bytes) -> bytes | None:
        """See Opener."""
        tag = b""
        if self._mac_last:
            data, tag = data[: -self._mac_size], data[-self._mac_size :]
        if len(data) < 2 * _BLOCK or len(data) % _BLOCK:
            return None
        decryptor = Cipher(self._key, modes.CBC(data[:_BLOCK])).decryptor()
        plain = decryptor.update(data[_BLOCK:]) + decryptor.finalize()
        plain = plain[: -plain[-1] - 1]
        if not self._mac_last:
            plain, tag = plain[: -self._mac_size], plain[-self._mac_size :]
        over = data if self._mac_last else plain
        header = self._count.to_bytes(8) + bytes((kind,)) + version + len(over).to_bytes(2)
        if not hmac.compare_digest(hmac.digest(self._mac_key, header + over, self._digest), tag):
            return None
        self._count += 1
        return plain


def _attempt(decrypt: Callable[[bytes, bytes, bytes], bytes], nonce: bytes, data: bytes, header: bytes) -> bytes | None:
    try:
        return decrypt(nonce, data, header)
    except (InvalidTag, ValueError):
        return None

"""What may be told of a key: its kind and its public half's fingerprint, nothing else."""

from dataclasses import dataclass
from typing import Any

from mtlsctl.core.facts import part, public_key


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """A private or public key."""

    key: str
    """Its kind: "RSA 3072"; "" where it is shut."""
    private: bool
    encrypted: bool
    """The file needs a password."""
    spki_sha256: str
    """Of the public half; equal to a certificate's where the two belong together; "" where it is not known."""
    unreadable: tuple[str, ...] = ()


SHUT = KeyFacts("", True, True, "")


def private_key_facts(key: Any, encrypted: bool) -> KeyFacts:
    """The facts of an opened private key."""
    bad: list[str] = []
    kind, spki = part(bad, "public half", lambda: public_key(key.public_key()), ("unknown", ""))
    return KeyFacts(kind, True, encrypted, spki, tuple(bad))


def public_key_facts(key: Any) -> KeyFacts:
    """The facts of a public key."""
    bad: list[str] = []
    kind, spki = part(bad, "public key", lambda: public_key(key), ("unknown", ""))
    return KeyFacts(kind, False, False, spki, tuple(bad))

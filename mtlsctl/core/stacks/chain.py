"""A chain and what is asked of it, and what is found of it."""

from collections.abc import Sequence
from typing import NamedTuple

from cryptography import x509

from mtlsctl.core.looks import Look, Question
from mtlsctl.core.path import Path


class Hit(NamedTuple):
    """A rule that a chain runs into."""

    rule: str
    """A row of table.py."""
    about: str
    """The certificate."""


class Chain(NamedTuple):
    """A path and what is asked of it."""

    path: Path
    """Leaf first."""
    seen: Sequence[Look]
    """The same, read through; shorter where one cannot be read."""
    question: Question
    anchored: bool
    """The last certificate is trusted."""
    sent: Sequence[x509.Certificate]
    """What the peer would get, in its order; () where that is not known."""
    trusted: Sequence[x509.Certificate] = ()
    """All that is trusted, in its order; () where that is not known."""

    @property
    def issuers(self) -> Sequence[Look]:
        """What stands above the leaf and is no anchor."""
        return self.seen[1:-1] if self.anchored else self.seen[1:]

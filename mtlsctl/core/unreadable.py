"""What cryptography raises for input that it does not take, and what stands in its place."""

from datetime import UTC, datetime

from cryptography import x509
from cryptography.exceptions import InternalError, UnsupportedAlgorithm

UNREADABLE = (
    ValueError,
    TypeError,
    OverflowError,
    NotImplementedError,
    UnsupportedAlgorithm,
    InternalError,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)
"""By its loaders, and of what they let through by the properties that are decoded only when they are read.

A signature that does not fit (InvalidSignature) and an extension that is not there (ExtensionNotFound) are not among
them: they are answers.
"""

NEVER = datetime(1, 1, 1, tzinfo=UTC)
"""Stands where a certificate's time cannot be read: cryptography takes the year 0 and has no datetime for it."""

"""The clock: the one place that asks what time it is."""

from datetime import UTC, datetime


def now() -> datetime:
    """The present time, UTC."""
    return datetime.now(UTC)

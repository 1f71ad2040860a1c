"""Lengths of time in words."""

from datetime import timedelta

UNITS = (("year", 365 * 86400), ("day", 86400), ("hour", 3600), ("minute", 60))


def span(length: timedelta) -> str:
    """A length of time in its largest fitting unit: `89 days`, `23 hours`; its sign is left away."""
    seconds = abs(length.total_seconds())
    for unit, size in UNITS:
        if round(seconds / size, 2) >= (2 if unit == "year" else 1):
            count = int(round(seconds / size, 2))  # a certificate made a minute ago has its 90 days left
            return f"{count:,} {unit}{'' if count == 1 else 's'}"
    return f"{int(seconds)} second{'' if int(seconds) == 1 else 's'}"

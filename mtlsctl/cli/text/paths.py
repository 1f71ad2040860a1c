"""What other policies would say of a verified path, and the other paths there are, as text."""

from collections.abc import Iterator

from mtlsctl.cli.output import Line
from mtlsctl.workflows.verify import OtherPath, Verified

MAX_SHOWN = 4


def policies(result: Verified, width: int) -> Iterator[Line]:
    """One line for each policy that was not asked for, with the first rule that is broken."""
    for one in result.forecasts:
        reason = f": {one.reasons[0]}" if one.reasons else ""
        more = f", and {len(one.reasons) - 1} more" if len(one.reasons) > 1 else ""
        style = "green" if one.verdict == "accepts" else "dim"
        yield [f"{f'policy {one.policy}':<{width}}  ", (one.verdict, style), f"{reason}{more}"]


def others(result: Verified, width: int) -> Iterator[Line]:
    """The other paths, each with its first fault."""
    shown = result.other_paths[:MAX_SHOWN]
    for one in shown:
        yield [
            f"{'another path':<{width}}  ",
            _way(one),
            (": " + one.fault, "dim") if one.fault else (" holds as well", "dim"),
        ]
    if len(result.other_paths) > len(shown):
        yield " " * (width + 2) + f"{len(result.other_paths) - len(shown)} more paths: --json has all"


def _way(one: OtherPath) -> str:
    return " < ".join(one.subjects[1:])

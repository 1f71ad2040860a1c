"""mtlsctl explain: what a finding's code means."""

from typing import Annotated

import typer

from mtlsctl.cli import output
from mtlsctl.cli.options import Json
from mtlsctl.cli.text import codes as text
from mtlsctl.core import codes
from mtlsctl.errors import UsageError


def explain(
    code: Annotated[
        str | None, typer.Argument(metavar="[CODE]", help="A code, as findings show it in brackets.")
    ] = None,
    json: Json = False,
) -> int:
    """Explain a finding's code: what it means and what to do.

    Without a code, list them all.

    Examples:
      mtlsctl explain server-missing-intermediate
      mtlsctl explain --json client-cert-wrong-eku

    Exit status: 0 explained; 2 there is no such code.
    """
    if code is None:
        every = [{**e._asdict(), "group": group} for group, found in codes.GROUPS.items() for e in found]
        return output.show("explain", {"codes": every}, text.catalogue(codes.GROUPS), as_json=json)
    entry = codes.CODES.get(code.strip().strip("[]").lower())
    if entry is None:
        raise unknown(code)
    group = codes.group_of(entry.code)
    one = {"codes": [{**entry._asdict(), "group": group}]}
    return output.show("explain", one, text.entry(entry, group), as_json=json)


def unknown(code: str) -> UsageError:
    """There is no such code; the nearest are the hint."""
    import difflib  # only for what was mistyped

    shown = code if len(code) <= 60 else code[:60] + "..."
    near = difflib.get_close_matches(code.lower(), codes.CODES, n=3, cutoff=0.5)
    hint = f"the nearest: {', '.join(near)}" if near else "mtlsctl explain lists them all"
    return UsageError(f"{shown!r} is not a code", hint, code="unknown-code")

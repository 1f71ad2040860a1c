"""The least that issues one client certificate: typer and cryptography."""

from pathlib import Path

import typer
from builder import Issuer


def main(ca: Path, name: str, out: Path) -> None:
    """Issue a client certificate."""
    Issuer(ca).issue(name, out)
    print(f"issued {name}")


typer.run(main)

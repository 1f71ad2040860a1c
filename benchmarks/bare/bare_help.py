"""An empty typer app: what its help costs."""

import typer

app = typer.Typer()


@app.command()
def nothing() -> None:
    """Do nothing."""


app()

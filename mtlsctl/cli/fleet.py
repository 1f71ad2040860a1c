"""Many handshakes from one command: a list of targets at once, or one target several times."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from mtlsctl.cli import output
from mtlsctl.cli.text import fleet as text
from mtlsctl.cli.text import handshake as one_text
from mtlsctl.errors import UsageError
from mtlsctl.workflows import many, repeat
from mtlsctl.workflows.handshake import UNTOLD, Place, Wish, client


def show_many(wish: Wish, path: Path, jobs: int, place: Callable[[str], Place], *, as_json: bool) -> int:
    """Shake hands with every target of a list; a line for each as it is ready, then the sum. Returns the exit status.

    Ctrl-C and SIGTERM end it with the sum of what is done.
    """
    tally = many.Tally()
    answers = many.shake_all(client(wish.settings, wish.trust), many.targets(path), wish, jobs, place)
    with _summed(lambda: _sum(tally.summary(), as_json)), _progress() as progress:
        for one in answers:
            tally.add(one)
            if as_json:
                output.show_json(_object(one))
            else:
                output.print_lines([text.line(one)])
            progress(tally)
        if not tally.summary().targets:
            raise UsageError(f"{path}: no targets are in it", "one HOST:PORT on each line")
    done = tally.summary()
    return 2 if done.untold else 1 if done.refused else 0


def show_repeated(wish: Wish, times: int, *, resume: bool, as_json: bool) -> int:
    """Shake hands with one target several times, and say what all runs amount to. Returns the exit status."""
    tally = repeat.Tally(resume)
    with _summed(lambda: _show(tally, as_json)):
        for _ in repeat.repeat(client(wish.settings, wish.trust), wish, times, tally):
            pass
    return _status(tally)


def _show(tally: repeat.Tally, as_json: bool) -> None:
    if tally.runs:
        result, report = tally.answer()
        shown = [*one_text.lines(result), *text.repeated(result)]
        output.show("handshake", result, shown, as_json=as_json, findings=report.findings, status=_status(tally))


def _status(tally: repeat.Tally) -> int:
    if any(run.outcome in UNTOLD for run in tally.runs):
        return 2
    return 0 if all(run.accepted for run in tally.runs) else 1


def _object(one: many.One) -> dict[str, object]:
    """The JSON of one target: a handshake's, with the line that it was on; or an error's."""
    head = {"schema": output.SCHEMA, "command": "handshake", "ok": one.accepted}
    head |= {"target": one.target.shown, "line": one.target.line}
    if one.error:
        return head | {"error": {"code": one.error.code, "message": one.error.message, "hint": one.error.hint}}
    return head | {"result": one.result, "findings": list(one.findings)}


def _sum(done: many.Summary, as_json: bool) -> None:
    if not done.targets:
        return
    with output.known():
        if as_json:
            ok = done.accepted == done.targets
            output.show_json({"schema": output.SCHEMA, "command": "handshake", "ok": ok, "summary": done})
        else:
            output.print_lines(text.summary(done))


@contextmanager
def _summed(say: Callable[[], None]) -> Iterator[None]:
    """Say the sum at the end, and also when a signal ends the work before; not after an error."""
    try:
        yield
    except Exception:
        raise
    except BaseException:
        say()
        raise
    say()


@contextmanager
def _progress() -> Iterator[Callable[[many.Tally], None]]:
    """How far it has come, on a terminal's stderr while the answers go elsewhere."""
    if not output.only_notes_are_seen():
        yield lambda _: None
        return
    from mtlsctl.cli.terminal import counting  # rich loads only for a person's eyes

    with counting() as show:
        yield lambda tally: show("".join(text.counted(tally.summary())))

"""One cell of the matrix: `mtlsctl handshake` meets a real server, and the server's own log says what happened."""

import contextlib
import io
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from matrix_pki import Client, Pki
from servers import Running, Said, heard, settled

from mtlsctl.cli import app

VERSIONS = ("1.2", "1.3")
PATIENCE, QUIET = 5.0, 0.1
"""Seconds that a server may take to write its verdict down; and that one is waited for that logs no refusals."""
ROOT_CAUSES = 0.97
"""The share of root causes that must be right in every table; `certain` may never be wrong."""


@dataclass(frozen=True)
class Cell:
    """One handshake, what was said of it, and what is true."""

    server: str
    version: str
    defect: str
    accepted: bool
    """Whether the server let it in, by its own log."""
    log: str
    codes: tuple[str, ...]
    """The codes that are right."""
    sure: tuple[str, ...]
    """Those of them that may be said to be certain."""
    answer: Any = field(repr=False)

    @property
    def code(self) -> str:
        """The root cause that was named; of our own files where no byte was sent."""
        return str(self.answer["findings"][0]["code"] if "findings" in self.answer else self.answer["error"]["code"])

    @property
    def confidence(self) -> str:
        return str(self.answer.get("result", {}).get("confidence", ""))

    @property
    def outcome_right(self) -> bool:
        return bool(self.answer["ok"]) == self.accepted

    @property
    def cause_right(self) -> bool:
        return self.code in self.codes

    @property
    def wrongly_certain(self) -> bool:
        return self.confidence == "certain" and not (self.outcome_right and self.code in self.sure)

    @property
    def right(self) -> bool:
        return self.outcome_right and self.cause_right and not self.wrongly_certain

    def line(self) -> str:
        """The cell as a line of the report."""
        result = self.answer.get("result", {})
        alerts = ",".join(f"{a['direction'][0]}{a['number']}" for a in result.get("alerts", ())) or "-"
        mark = "ok" if self.right else "WRONG"
        mark = "WRONG OUTCOME" if not self.outcome_right else "WRONG CERTAIN" if self.wrongly_certain else mark
        truth = "accepted" if self.accepted else "refused"
        left = f"{self.server:<24} {self.version:<4} {self.defect:<26} {truth:<9} {self.code:<32}"
        wanted = "" if mark == "ok" else f" wanted {'|'.join(self.codes)}; log: {self.log[:150]}"
        return f"{left} {self.confidence:<8} {result.get('refused_by', ''):<8} {alerts:<6} {mark}{wanted}"


def ask(where: str, *options: Any) -> Any:
    """Run `mtlsctl handshake --json` in this process, which is faster; its answer with the exit status beside it."""
    words = [str(word) for word in ("handshake", where, *options, "--json")]
    with contextlib.redirect_stdout(io.StringIO()) as said:
        status = app.run(words)
    answer = json.loads(said.getvalue()) | {"exit": status}
    assert answer.get("error", {}).get("code") != "defect", answer
    return answer


def meet(
    server: str,
    running: Running,
    pki: Pki,
    client: Client,
    version: str,
    verdict: Callable[[str], Said | None],
    codes: tuple[str, ...] | None = None,
    *,
    silent: bool = False,
) -> Cell:
    """One client meets one server. codes: what is right where this server refuses it; default: the defect's own.

    Of codes, the first is the truth; the others are as good as can be said where nothing on the wire tells them apart.
    silent: the server logs only whom it lets in, so that no line is a refusal.
    """
    mark = settled(running.log)
    tls = ("--tls-min", version, "--tls-max", version)
    extra: tuple[Any, ...] = (*running.options, *(("--http", running.http) if running.http else ()))
    extra += ("--starttls", running.starttls) if running.starttls else ()
    answer = ask(f"localhost:{running.port}", "--ca", pki.root, *client.options, *tls, *extra)
    if "error" in answer:  # our own OpenSSL does not take this certificate: the server never saw it
        return Cell(server, version, client.defect, False, "", client.codes, client.codes, answer)
    said = heard(running, mark, verdict, QUIET if silent and not answer["ok"] else PATIENCE)
    if silent and said is None:
        said = Said(False, "(nothing)")
    assert said, f"{server} says nothing of {client.defect}: {running.log()[mark:]!r}\n{answer}"
    right = ("ok",) if said.accepted else (codes or client.codes)
    sure = (*right[:1], *client.codes)  # what is wrong with the client is true, whatever else is
    return Cell(server, version, client.defect, said.accepted, said.words, right, sure, answer)


def judge(cells: Iterable[Cell]) -> None:
    """Every outcome is right, `certain` is never wrong, and nearly all root causes are right; fails with the table."""
    table = tuple(cells)
    right = sum(cell.cause_right for cell in table)
    wrong = [cell.line() for cell in table if not cell.right]
    said = "\n".join((f"{right} of {len(table)} root causes", *wrong))
    print(said)
    assert table
    assert all(cell.outcome_right for cell in table), said
    assert not any(cell.wrongly_certain for cell in table), said
    assert right >= ROOT_CAUSES * len(table), said

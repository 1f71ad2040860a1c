"""Several handshakes with one server, one after the other: do they end alike, and how long do they take?"""

from collections.abc import Iterator
from typing import NamedTuple

from mtlsctl.core.findings import Finding, Report, Verdict, Whose
from mtlsctl.core.latency import Spread, spread
from mtlsctl.core.lists import few
from mtlsctl.workflows.handshake import Client, Met, Wish, meet
from mtlsctl.workflows.handshake_result import Handshake


class Run(NamedTuple):
    """One of several handshakes with the same server."""

    number: int
    """From 1."""
    outcome: str
    """The code of its first finding: `ok`."""
    accepted: bool
    resumed: bool
    address: str
    version: str
    server_sha256: str
    """Of the certificate that the server showed, in this run or in the one whose session was gone on with."""
    tcp_seconds: float
    tls_seconds: float


class Group(NamedTuple):
    """Runs that ended the same way, at a server with the same certificate."""

    outcome: str
    server_sha256: str
    server_subject: str
    runs: tuple[int, ...]


class Latency(NamedTuple):
    """How long the runs that were accepted took, in milliseconds; None where there are none."""

    tcp_ms: Spread | None
    tls_ms: Spread | None
    """Full handshakes."""
    tls_resumed_ms: Spread | None
    total_ms: Spread | None
    """Name, connection and TLS, of full and resumed ones."""


class Tally:
    """What came of the runs so far: each is added once it is over, and the answer can be had at any time."""

    def __init__(self, resuming: bool) -> None:
        """resuming: sessions are gone on with, as far as the server gives any."""
        self.runs: list[Run] = []
        self.resuming = resuming
        self._offered = 0
        self._totals: list[float] = []
        self._first: dict[tuple[str, str], tuple[Handshake, Report]] = {}
        self._members: dict[tuple[str, str], list[int]] = {}
        self._settled: dict[tuple[str, str], tuple[str, bool]] = {}
        """By the code of one connection alone and its certificate: what extra probes made of it."""

    def add(self, met: Met, *, offered: bool) -> Run:
        """Take a run into account. offered: it brought an earlier session along."""
        result, report = met.result, met.report
        leaf = result.server_chain[0].sha256 if result.server_chain else ""
        outcome, accepted = self._outcome(met, leaf)
        run = Run(
            len(self.runs) + 1,
            outcome,
            accepted,
            result.resumed,
            result.address,
            result.version,
            leaf,
            result.tcp_seconds,
            result.tls_seconds,
        )
        self.runs.append(run)
        self._offered += offered
        if accepted:
            self._totals.append(result.dns_seconds + result.tcp_seconds + result.tls_seconds)
        key = (run.outcome, leaf)
        self._first.setdefault(key, (result, report))
        self._members.setdefault(key, []).append(run.number)
        return run

    def _outcome(self, met: Met, leaf: str) -> tuple[str, bool]:
        """The code, and whether nobody refused. What extra probes told of one run counts for those that went alike."""
        said = met.report.findings[0].code, met.report.ok
        if met.result.extra_probes:
            self._settled.setdefault((met.alone, leaf), said)
        return self._settled.get((met.alone, leaf), said) if said[0] == met.alone else said

    def answer(self) -> tuple[Handshake, Report]:
        """The most telling run, the first that was refused if any was, with what all of them amount to."""
        ways = [(key, *self._first[key]) for key in self._members]
        ways.sort(key=lambda way: way[2].ok)
        result, report = ways[0][1:]
        groups = tuple(
            Group(key[0], key[1], r.server_chain[0].subject if r.server_chain else "", tuple(self._members[key]))
            for key, r, _ in ways
        )
        others = [f for _, _, r in ways[1:] if not r.ok for f in r.findings[:1]]
        found = (*report.findings, *others, *self._differences(groups), *self._unresumed(result.endpoint))
        made = result._replace(runs=tuple(self.runs), groups=groups, latency=self._latency())
        return made, Report(report.subject, tuple(dict.fromkeys(found)))

    def _latency(self) -> Latency:
        good = [run for run in self.runs if run.accepted]
        return Latency(
            _ms([run.tcp_seconds for run in good]),
            _ms([run.tls_seconds for run in good if not run.resumed]),
            _ms([run.tls_seconds for run in good if run.resumed]),
            _ms(self._totals),
        )

    def _differences(self, groups: tuple[Group, ...]) -> Iterator[Finding]:
        """A word about runs that did not go alike: several servers may stand behind the address."""
        if len({group[:2] for group in groups if group.outcome != "resumption-refused"}) < 2:
            return  # a session that is refused says nothing about other servers
        ways = "; ".join(_way(group) for group in groups)
        refused = any(not run.accepted for run in self.runs)
        yield Finding(
            "runs-differ",
            Verdict.WARN if refused else Verdict.NOTE,
            f"the {len(self.runs)} runs did not go alike: {ways}",
            "several servers may stand behind this address: compare their certificates and configuration",
            Whose.PEER,
        )

    def _unresumed(self, peer: str) -> Iterator[Finding]:
        """A word where resumption was asked for and there was none."""
        if not self.resuming or any(run.resumed for run in self.runs) or not any(run.accepted for run in self.runs):
            return
        if len(self.runs) < 2 or any(run.outcome == "resumption-refused" for run in self.runs):
            return
        why = "made a full handshake each time, although its session was brought along"
        if not self._offered:
            why = "gave no session that can be gone on with"
        yield Finding(
            "not-resumed",
            Verdict.NOTE,
            f"{peer} {why}: nothing was resumed",
            "if it ought to: turn session tickets on, and share their keys among all that stand behind the address",
            Whose.PEER,
        )


def _ms(seconds: list[float]) -> Spread | None:
    return spread([round(value * 1000, 3) for value in seconds])


def _way(group: Group) -> str:
    shown = f" with the certificate {group.server_sha256[:16]}" if group.server_sha256 else ""
    return f"{group.outcome}{shown} in {numbers(group.runs)}"


def numbers(runs: tuple[int, ...]) -> str:
    """The runs of a group in words: the first few, and how many more."""
    return f"run{'s' if len(runs) > 1 else ''} {few(list(map(str, runs)), 5)}"


def repeat(ours: Client, wish: Wish, times: int, tally: Tally) -> Iterator[Run]:
    """Shake hands so many times, and add each run to the tally before it is given.

    Where the tally is of resuming, each run goes on with the session that the last one left; after a refusal the next
    is full again.
    """
    earlier = None
    for _ in range(times):
        # What extra probes tell is known after the first refusal.
        again = wish._replace(extra_probes=wish.extra_probes and all(run.accepted for run in tally.runs))
        met = meet(ours, again, earlier, keep=tally.resuming)
        yield tally.add(met, offered=earlier is not None)
        earlier = met.session if tally.resuming else None

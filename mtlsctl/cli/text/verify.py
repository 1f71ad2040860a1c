"""A verified path as text: the tree, what each verifier says, the verdict."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from mtlsctl.cli.output import Line
from mtlsctl.cli.text import paths, revocation, stacks
from mtlsctl.cli.text.common import date, tree
from mtlsctl.core.facts import CertificateFacts
from mtlsctl.core.findings import Finding, Verdict, worst
from mtlsctl.core.spans import span
from mtlsctl.workflows.verify import Verified

_ENGINES = {"openssl": "openssl", "webpki": "webpki (Python's cryptography)"}


def path_and_engines(result: Verified) -> Iterator[Line]:
    """The path from leaf to root, then a line for each verifier, then an empty one before the findings."""
    labels = [tree(depth) + _title(one) for depth, one in enumerate(result.path)]
    width = max(len(label) for label in labels)
    for depth, (label, one) in enumerate(zip(labels, result.path, strict=True)):
        yield [
            (f"{label:<{width}}", "bold" if not depth else ""),
            f"  {_place(result, depth):<12}",
            f"  {_life(result, one)}",
        ]
    if not result.anchored:
        yield [tree(len(result.path)), (_gap(result.path[-1]), "red")]
    yield ""
    width = max(len(_ENGINES[engine.name]) for engine in result.engines)
    for engine in result.engines:
        style = {"accepts": "green", "refuses": "red"}.get(engine.verdict, "dim")
        reason = (
            f": {engine.reason}" if engine.reason and engine.name != "openssl" else ""
        )  # its reasons are the findings
        words = engine.verdict.replace("-", " ")
        yield [f"{_ENGINES[engine.name]:<{width}}  ", (words, style), reason]
    yield from revocation.lines(result, width)
    yield from paths.policies(result, width)
    yield from paths.others(result, width)
    if result.stacks:
        yield ""
        yield from stacks.lines(result.stacks)
    yield ""


def _stated(leaf: CertificateFacts) -> str:
    """What a leaf says that it is for, where that is not one thing."""
    both = {"serverAuth", "clientAuth"} <= set(leaf.extended_key_usage)
    return "says that it is for servers and for clients" if both else "does not say for what"


def _title(one: CertificateFacts) -> str:
    return one.subject or (one.names[0] if one.names else f"serial {one.serial_hex}")


def _place(result: Verified, depth: int) -> str:
    if result.anchored and depth == len(result.path) - 1:
        return "trusted"
    return "leaf" if not depth else "CA"


def _life(result: Verified, one: CertificateFacts) -> str:
    """What is left of it, short enough for a terminal of 80 columns."""
    if result.at > one.not_after:
        return f"ended {_near(one.not_after, result.at)}, {span(result.at - one.not_after)} ago"
    if result.at < one.not_before:
        return f"begins {_near(one.not_before, result.at)}, in {span(one.not_before - result.at)}"
    return f"{span(one.not_after - result.at)} left, until {_near(one.not_after, result.at)}"


def _near(when: datetime, at: datetime) -> str:
    """A day; the minute, too, where it is less than two days away."""
    return date(when) if abs(when - at) < timedelta(days=2) else date(when).partition(" ")[0]


def _gap(top: CertificateFacts) -> str:
    return "not trusted" if top.subject == top.issuer else f"missing or not trusted: {top.issuer or 'its issuer'}"


def verdict(result: Verified, findings: Sequence[Finding], fail_on: Verdict) -> Iterator[Line]:
    """The last line: one sentence."""
    if findings:
        yield ""
    role = {"server": "as a server", "client": "as a client", "ca": "as a CA", "any": "for any purpose"}[result.purpose]
    if result.purpose_from == "default":
        role += f" (the certificate {_stated(result.path[0])}; choose with --as)"
    elif result.purpose_from == "eku":
        role += " (the purpose that it states)"
    codes = [f.code for f in findings if f.verdict is Verdict.FAIL]
    # A stack refuses for the faults that there are: they are not counted twice.
    faults = sum(code != "stack-refuses" for code in codes) or len(codes)
    if faults:
        yield [("Not valid", "bold red"), f" {role}: {result.subject}, {faults} fault{'s' * (faults > 1)}."]
        return
    if result.policy != "openssl":
        role += f" by policy {result.policy}"
    trusted = ", ".join("standard input" if word == "-" else word for word in result.trusted)
    names = f" for {', '.join(result.names)}" if result.names else "; no name was asked for"
    if result.purpose in ("ca", "any") and not result.names:
        names = ""
    yield [("Valid", "bold green"), f" {role}{names}: {result.subject}, trusted through {trusted}."]
    found = worst(findings)
    if found.rank >= fail_on.rank:
        yield f"The answer is no all the same: there is a {found} and --fail-on says {fail_on}."

"""What lint found as SARIF 2.1.0, as code scanners and GitHub take it (OASIS, Static Analysis Results Interchange)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from mtlsctl.core import codes
from mtlsctl.core.findings import Verdict
from mtlsctl.core.lint import foreign
from mtlsctl.core.lint.run import Fault, Outcome, Passed

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {Verdict.FAIL: "error", Verdict.WARN: "warning", Verdict.NOTE: "note", Verdict.OK: "none"}
Where = tuple[str, int]
"""A URI, relative where it can be, and a line from 1."""


def log(
    version: str,
    at: datetime,
    outcomes: Sequence[Outcome],
    faults: Sequence[Fault],
    passed: Sequence[Passed],
    places: Mapping[str, Where],
    *,
    complete: bool,
) -> dict[str, Any]:
    """The log of one run. places: what a fault is about, to where that is. complete: all could be looked at."""
    known = {rule.code: number for number, rule in enumerate(outcomes)}
    earlier: Counter[tuple[str, str]] = Counter()
    results = [_result(fault, known, places, earlier) for fault in faults]
    for one in passed:
        hidden = {"kind": "external", "status": "accepted", "justification": one.suppression.reason}
        results.append({**_result(one.fault, known, places, earlier), "suppressions": [hidden]})
    driver = {
        "name": "mtlsctl",
        "version": version,
        "semanticVersion": version,
        "rules": [_rule(rule) for rule in outcomes],
    }
    ended = {"executionSuccessful": complete, "endTimeUtc": f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"}
    run = {"tool": {"driver": driver}, "invocations": [ended], "columnKind": "unicodeCodePoints", "results": results}
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(rule: Outcome) -> dict[str, Any]:
    entry = codes.CODES.get(rule.code)
    meaning, fix = (entry.meaning, entry.fix) if entry else (f"{rule.title}.", foreign.fix(rule.code))
    return {
        "id": rule.code,
        "name": "".join(word.capitalize() for word in rule.code.replace(".", "-").replace("_", "-").split("-")),
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": meaning},
        "help": {"text": f"{fix}\nSource: {rule.source}"},
        "defaultConfiguration": {"level": _LEVELS[rule.verdict]},
        "properties": {"tags": ["security", *rule.profiles]},
    }


def _result(
    fault: Fault, known: Mapping[str, int], places: Mapping[str, Where], earlier: Counter[tuple[str, str]]
) -> dict[str, Any]:
    """One result. earlier: how many of each rule about each object; scanners show one of each fingerprint."""
    uri, line = places.get(fault.about, (fault.about, 1))
    key = (fault.code, fault.sha256 or fault.about)
    words = "\0".join((*key, *([str(earlier[key])] if earlier[key] else [])))
    earlier[key] += 1
    print_ = sha256(words.encode(errors="surrogateescape")).hexdigest()
    location = {
        "physicalLocation": {"artifactLocation": {"uri": uri}, "region": {"startLine": line}},
        "logicalLocations": [{"name": fault.subject or fault.about, "fullyQualifiedName": fault.about}],
    }
    return {
        "ruleId": fault.code,
        "ruleIndex": known[fault.code],
        "level": _LEVELS[fault.verdict],
        "message": {"text": fault.message},
        "locations": [location],
        "partialFingerprints": {"mtlsctl/v1": print_},
    }

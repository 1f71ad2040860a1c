"""mtlsctl's verifier over x509-limbo, C2SP's suite for X.509 path validation: `python tests/limbo.py < limbo.json`.

Reads a suite (schema version 1, https://x509-limbo.com) from stdin, writes what the suite's own harnesses write to
stdout, and says on stderr what came out otherwise than the suite expects. Cases of the group webpki are judged by that
policy, the others by rfc5280: three pairs of the suite contradict each other between the two. Status 1 where a path was
accepted that is to be refused, or a case ended in an exception.
"""

import ipaddress
import json
import sys
import warnings
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from cryptography import x509

from mtlsctl.core.unreadable import UNREADABLE
from mtlsctl.core.verify import Policy, Purpose
from mtlsctl.core.verify import verify as judge_chain
from mtlsctl.errors import MtlsctlError

PURPOSES = {"serverAuth": Purpose.SERVER, "clientAuth": Purpose.CLIENT}


def names_of(case: dict[str, Any]) -> list[tuple[str, str]]:
    """All names that the peer must have, with their kinds."""
    one = case["expected_peer_name"]
    return [(name["kind"], name["value"]) for name in case["expected_peer_names"] or ([one] if one else [])]


def general_name(kind: str, value: str) -> x509.GeneralName:
    """A name of the suite as cryptography has it."""
    match kind:
        case "DNS":
            return x509.DNSName(value)
        case "IP":
            return x509.IPAddress(ipaddress.ip_address(value))
        case "RFC822":
            return x509.RFC822Name(value)
    raise NotImplementedError(f"a name of the kind {kind}")


def verify(
    leaf_pem: str,
    intermediates: Sequence[str],
    roots: Sequence[str],
    when: datetime,
    kind: str,
    peer_name: str | None,
    peer_kind: str | None,
    max_depth: int | None,
    eku: Sequence[str],
    key_usage: Sequence[str],
    signature_algorithms: Sequence[str] | None,
    crls: Sequence[str],
    peer_names: Sequence[tuple[str, str]] = (),
    profile: str = Policy.RFC5280,
) -> tuple[bool, str]:
    """Whether the chain is accepted, and what was held against it. kind: server or client. PEM throughout.

    key_usage needs no control of its own: what the purpose asks for is looked at. Raises NotImplementedError for a
    case that asks for what the verifier does not offer.
    """
    if signature_algorithms:
        raise NotImplementedError("the caller does not choose signature algorithms")
    purpose = Purpose(kind)
    if any(PURPOSES.get(one) != purpose for one in eku):
        raise NotImplementedError(f"an extended key usage that is not a {kind}'s: {', '.join(eku)}")
    one = [(peer_kind, peer_name)] if peer_kind and peer_name else []
    names = [general_name(*pair) for pair in peer_names or one]
    try:
        chain = [x509.load_pem_x509_certificate(pem.encode()) for pem in (leaf_pem, *intermediates)]
        anchors = [x509.load_pem_x509_certificate(pem.encode()) for pem in roots]
        lists = [x509.load_pem_x509_crl(pem.encode()) for pem in crls]
    except UNREADABLE as problem:
        return False, f"not read: {problem}"
    try:
        report = judge_chain(
            chain,
            anchors,
            purpose=purpose,
            at=when,
            names=names,
            crls=lists,
            partial_chain=True,  # the suite's anchors are whatever it trusts
            policy=profile,
            max_depth=max_depth,
        )
    except MtlsctlError as problem:
        return False, str(problem)
    return report.ok, "; ".join(
        f"{found.code}: {found.message}" for found in report.findings if found.verdict == "fail"
    )


def judged(case: dict[str, Any], now: datetime) -> tuple[str, str]:
    """SUCCESS, FAILURE or SKIPPED, and why; now stands in for a case without a time."""
    when = datetime.fromisoformat(case["validation_time"]).astimezone(UTC) if case["validation_time"] else now
    try:
        accepted, why = verify(
            case["peer_certificate"],
            case["untrusted_intermediates"],
            case["trusted_certs"],
            when,
            case["validation_kind"].lower(),
            None,
            None,
            case["max_chain_depth"],
            case["extended_key_usage"],
            case["key_usage"],
            case["signature_algorithms"],
            case.get("crls") or (),
            names_of(case),
            Policy.WEBPKI if case["id"].startswith("webpki::") else Policy.RFC5280,
        )
    except NotImplementedError as missing:
        return "SKIPPED", str(missing)
    return ("SUCCESS" if accepted else "FAILURE"), why


def results(suite: dict[str, Any], now: datetime) -> Iterator[dict[str, str]]:
    """One result for each case, in the suite's own words."""
    for case in suite["testcases"]:
        actual, why = judged(case, now)
        yield {"id": case["id"], "actual_result": actual, "context": why}


def main() -> int:
    """Run the suite of stdin."""
    warnings.simplefilter("ignore")  # cryptography's, on certificates that are wrong on purpose
    suite = json.load(sys.stdin)
    if suite.get("version") != 1:
        print(f"expected x509-limbo's schema version 1, found {suite.get('version')}", file=sys.stderr)
        return 2
    found = list(results(suite, datetime.now(UTC)))
    json.dump({"version": 1, "harness": "mtlsctl", "results": found}, sys.stdout, indent=1)
    cases = {case["id"]: case for case in suite["testcases"]}
    other = [one for one in found if one["actual_result"] != cases[one["id"]]["expected_result"]]
    for one in other:
        print(f"{one['id']}: {one['actual_result']} {one['context']}", file=sys.stderr)
    print(f"{len(found) - len(other):,} of {len(found):,} cases as expected", file=sys.stderr)
    return 1 if any(one["actual_result"] == "SUCCESS" for one in other) else 0


if __name__ == "__main__":
    sys.exit(main())

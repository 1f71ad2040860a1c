"""Certificate policies along a path: whether one holds from end to end where a CA requires it (RFC 5280, 6.1)."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from cryptography import x509
from cryptography.x509.oid import CertificatePoliciesOID, ObjectIdentifier

from mtlsctl.core.causes import Problem
from mtlsctl.core.looks import Look, value
from mtlsctl.core.path import self_issued

ANY_POLICY = CertificatePoliciesOID.ANY_POLICY
POLICY_MAPPINGS = ObjectIdentifier("2.5.29.33")  # cryptography leaves it as bytes
MAX_POLICIES = 256  # in one certificate; with mappings the work grows by their product

Origins = frozenset[ObjectIdentifier]
"""The policies, in the trust anchor's terms, that one further down stands for."""
_BAD_FORM = "the certificate policies are not as RFC 5280, 4.2.1.4 and 4.2.1.5, has them"


class Inputs(NamedTuple):
    """What RFC 5280, 6.1.1 (c) to (f), leaves to who asks.

    No option sets them: what is wanted of a policy is the application's own affair. NIST's PKITS asks with each.
    """

    wanted: frozenset[ObjectIdentifier] = frozenset({ANY_POLICY})
    """user-initial-policy-set."""
    explicit: bool = False
    """initial-explicit-policy."""
    inhibit_mapping: bool = False
    inhibit_any: bool = False


DEFAULT = Inputs()


class _MalformedError(Exception):
    """A certificate whose policies cannot be processed; says why."""


class _Graph(NamedTuple):
    """The lowest level of the valid policy graph (RFC 9618, 3.1): what it expects of the next certificate."""

    policies: dict[ObjectIdentifier, Origins]
    anything: bool
    """The node of anyPolicy is there."""

    @property
    def empty(self) -> bool:
        """NULL, in the words of RFC 5280: no policy holds so far."""
        return not self.policies and not self.anything


def check(path: Sequence[Look], inputs: Inputs = DEFAULT) -> list[Problem]:
    """What is wrong with the policies of a path, leaf first and without its trust anchor: one Problem or none."""
    if not inputs.explicit and not any(_rules(one) for one in path):
        return []  # nobody requires a policy or maps one: the rule, in private PKI
    try:
        requires = _first_without(path, inputs)
    except _MalformedError as error:
        return [Problem("invalid", str(error), "have it issued again, by a tool that keeps to RFC 5280")]
    if requires is None:
        return []
    name, leaf = requires, path[0].name
    message = f"{leaf}: {name} requires a certificate policy, and none holds for each certificate of the path"
    return [Problem("no-policy", message, "issue the certificates with a policy that their CAs have too", leaf)]


def _rules(one: Look) -> bool:
    return x509.PolicyConstraints in one.values or x509.UnrecognizedExtension in one.values


def _first_without(path: Sequence[Look], inputs: Inputs) -> str | None:
    """Who requires a policy where there is none; None where all is well. RFC 5280, 6.1.2 to 6.1.5."""
    # 1. The counters: in how many certificates a rule sets in (6.1.2 (d) to (f)).
    never = len(path) + 1
    explicit = 0 if inputs.explicit else never
    mapping = 0 if inputs.inhibit_mapping else never
    any_policy = 0 if inputs.inhibit_any else never
    required_by = "who asks"
    graph = _Graph({}, True)
    for number, one in enumerate(reversed(path), 1):
        last, own = number == len(path), self_issued(one.certificate)
        # 2. The policies of this certificate that those above have too (6.1.3 (d) and (e)).
        graph = _narrowed(graph, one, any_policy > 0 or (own and not last))
        # 3. One must be left where one is required (6.1.3 (f)).
        if explicit == 0 and graph.empty:
            return required_by
        # 4. What its policies are called further down (6.1.4 (a) and (b)).
        if not last:
            graph = _mapped(graph, one, mapping > 0)
        # 5. The counters go down, and further where it says so (6.1.4 (h) to (j); 6.1.5 (a) and (b)).
        if last or not own:
            explicit, mapping, any_policy = (max(count - 1, 0) for count in (explicit, mapping, any_policy))
        rules, inhibits = value(one, x509.PolicyConstraints), value(one, x509.InhibitAnyPolicy)
        if rules and rules.require_explicit_policy is not None and (not last or not rules.require_explicit_policy):
            required_by = one.name if rules.require_explicit_policy < explicit else required_by
            explicit = min(explicit, rules.require_explicit_policy)
        if rules and rules.inhibit_policy_mapping is not None:
            mapping = min(mapping, rules.inhibit_policy_mapping)
        if inhibits:
            any_policy = min(any_policy, inhibits.skip_certs)
    # 6. One of those that are wanted must be left, where one is required (6.1.5 (g)).
    return required_by if explicit == 0 and not _serves(graph, inputs.wanted) else None


def _narrowed(graph: _Graph, one: Look, any_counts: bool) -> _Graph:
    """The policies that hold down to this certificate; no extension, no policies."""
    stated = value(one, x509.CertificatePolicies)
    if stated is None or graph.empty:
        return _Graph({}, False)
    listed = [policy.policy_identifier for policy in stated]
    if len(listed) > MAX_POLICIES:
        raise _MalformedError(
            f"{one.name}: it has {len(listed)} certificate policies, and {MAX_POLICIES} are looked at"
        )
    if len(set(listed)) < len(listed):
        raise _MalformedError(f"{one.name}: {_BAD_FORM}: one stands there twice")
    held = {p: graph.policies[p] for p in listed if p in graph.policies}
    if graph.anything:
        held |= {p: frozenset({p}) for p in listed if p not in held and p != ANY_POLICY}
    if ANY_POLICY not in listed or not any_counts:
        return _Graph(held, False)
    return _Graph(graph.policies | held, graph.anything)


def _mapped(graph: _Graph, one: Look, allowed: bool) -> _Graph:
    """The policies in the terms of the certificates below; where that is not allowed, those named are lost."""
    pairs = _mappings(one)
    if not pairs:
        return graph
    renamed = {issuer for issuer, _ in pairs}
    below: dict[ObjectIdentifier, Origins] = {p: o for p, o in graph.policies.items() if p not in renamed}
    for issuer, subject in pairs if allowed else ():
        origins = graph.policies.get(issuer) or (frozenset({issuer}) if graph.anything else frozenset())
        if origins:
            below[subject] = below.get(subject, frozenset()) | origins
    return _Graph(below, graph.anything)


def _mappings(one: Look) -> list[tuple[ObjectIdentifier, ObjectIdentifier]]:
    raw = one.values.get(x509.UnrecognizedExtension)
    found = _raw_mappings(one.certificate.extensions) if raw else None
    if found is None:
        return []
    from mtlsctl.core.extension_codes import policy_mappings  # rare, and it brings a decoder

    try:
        pairs = policy_mappings(found)
    except (ValueError, TypeError):
        raise _MalformedError(f"{one.name}: {_BAD_FORM}: the policy mappings cannot be decoded") from None
    if not pairs or any(ANY_POLICY in pair for pair in pairs):
        raise _MalformedError(f"{one.name}: {_BAD_FORM}: it maps " + ("anyPolicy" if pairs else "nothing"))
    if len(pairs) > MAX_POLICIES:
        raise _MalformedError(f"{one.name}: it maps {len(pairs)} policies, and {MAX_POLICIES} are looked at")
    return pairs


def _raw_mappings(extensions: Iterable[x509.Extension[x509.ExtensionType]]) -> bytes | None:
    for extension in extensions:
        if extension.oid == POLICY_MAPPINGS and isinstance(extension.value, x509.UnrecognizedExtension):
            return extension.value.value
    return None


def _serves(graph: _Graph, wanted: frozenset[ObjectIdentifier]) -> bool:
    """Whether one of the policies that hold is wanted."""
    if ANY_POLICY in wanted:
        return not graph.empty
    return graph.anything or any(origins & wanted for origins in graph.policies.values())

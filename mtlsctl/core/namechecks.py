"""Whether a leaf is who was asked for (RFC 9525), and whether its names keep to the constraints of its CAs."""

from collections.abc import Iterator, Sequence
from contextlib import suppress

from cryptography import x509

from mtlsctl.core import constraints, names
from mtlsctl.core.causes import Problem
from mtlsctl.core.looks import Look, Purpose, Question, value
from mtlsctl.core.path import self_issued
from mtlsctl.errors import UsageError

MAX_COMPARISONS = 1 << 16  # OpenSSL stops at 2 to the 20; a hostile chain multiplies names by constraints

ISSUED = (x509.DNSName, x509.IPAddress, x509.RFC822Name, x509.UniformResourceIdentifier)
"""The kinds of names that are issued here; certificates of others have more."""


def constrained(one: Look, below: Sequence[Look]) -> Iterator[Problem]:
    """Each name below a CA that its constraints do not allow (RFC 5280, 4.2.1.10 and 6.1.3 (b) and (c))."""
    limits = value(one, x509.NameConstraints)
    if limits is None:
        return
    for lower, name in strays(limits, below):
        if name is None:
            message = f"{one.name}: its name constraints and the names of {lower.name} are too many to compare"
            yield Problem("name-constraints", message, "use fewer names and constraints", lower.name, by=one.name)
            return
        message = f"{lower.name}: {names.tagged(name)} is outside the name constraints of {one.name}"
        hint = f"leave out {names.show(name)}, or use a CA that permits it"
        yield Problem("name-constraints", f"{message}: {_why(limits, name)}", hint, lower.name, by=one.name)


def strays(limits: x509.NameConstraints, below: Sequence[Look]) -> Iterator[tuple[Look, x509.GeneralName | None]]:
    """The names that the constraints of a CA do not allow, with whose they are; None: too many to compare."""
    for number, lower in enumerate(below):
        if number and self_issued(lower.certificate):
            continue  # RFC 5280, 6.1.3 (b): self-issued CAs are free
        wanted = constraints.bound(lower.certificate, value(lower, x509.SubjectAlternativeName) or ())
        if (len(wanted) + len(tuple(lower.certificate.subject))) * _subtrees(limits) > MAX_COMPARISONS:
            yield lower, None
        else:
            yield from ((lower, name) for name in dict.fromkeys(constraints.outside(limits, wanted)))


def _why(limits: x509.NameConstraints, name: x509.GeneralName) -> str:
    forms = constraints.forms(name)
    allowed = [tree for tree in limits.permitted_subtrees or () if constraints.forms(tree)[0] in forms]
    return f"it permits {', '.join(constraints.describe(allowed))} only" if allowed else "it excludes such names"


def _subtrees(limits: x509.NameConstraints) -> int:
    return len(limits.permitted_subtrees or ()) + len(limits.excluded_subtrees or ())


def wrong_names(leaf: Look, question: Question) -> Iterator[Problem]:
    """Each name asked for that the leaf does not carry, with those that it does."""
    presented = tuple(value(leaf, x509.SubjectAlternativeName) or ())
    missing = [wanted for wanted in question.names if not names.matches(presented, wanted)]
    if not missing:
        return
    listed = ", ".join(names.tagged(n) for n in presented[:6]) + (" ..." if len(presented) > 6 else "")
    for wanted in missing:
        shown = names.plain(wanted)
        hint = _issue_it(wanted, presented, question.purpose)
        if not presented:
            yield _without_san(leaf, shown, hint)
        elif isinstance(wanted, x509.IPAddress):
            as_dns = any(isinstance(n, x509.DNSName) and n.value == shown for n in presented)
            why = f"{shown} is there as a DNS name, which is no IP address" if as_dns else f"valid for {listed}"
            yield Problem("ip", f"{leaf.name}: not valid for the address {shown}; {why}", hint, leaf.name)
        else:
            yield Problem("name", f"{leaf.name}: not valid for {shown}; valid for {listed}", hint, leaf.name)


def _issue_it(wanted: x509.GeneralName, presented: Sequence[x509.GeneralName], purpose: Purpose) -> str:
    """The command that makes a certificate with the name that was asked for, and with those that there are."""
    import re  # a good name needs none of it
    from shlex import quote

    shown = names.plain(wanted)
    if isinstance(wanted, x509.UniformResourceIdentifier):
        scheme, _, rest = shown.partition("://")
        if scheme.lower() == "spiffe":
            return f"issue it with this name: mtlsctl issue spiffe {quote(shown)}"
        if scheme.lower() in _OF_PAGES and (host := re.split("[:/?#]", rest, maxsplit=1)[0]):
            return f"{scheme}:// makes it a URI, which servers are not named by; ask for its host: --name {quote(host)}"
    role = "client" if purpose is Purpose.CLIENT else "server"
    typed = " ".join(map(quote, dict.fromkeys((shown, *_typed(presented)))))
    hint = f"issue it with this name: mtlsctl issue {role} {typed}"
    others = dict.fromkeys(names.kind(name) for name in presented if not isinstance(name, ISSUED))
    return f"{hint}\nleft out, mtlsctl issues no such names: {', '.join(others)}" if others else hint


_OF_PAGES = ("http", "https", "wss", "ws")


def _typed(presented: Sequence[x509.GeneralName]) -> Iterator[str]:
    """The first names that it has already, as they are typed. A stranger chose them: what a shell would read is not."""
    for name in [name for name in presented if isinstance(name, ISSUED)][:4]:
        word = names.plain(name)
        with suppress(UsageError):  # such as a wildcard for part of a label, which is not issued here
            names.parse(word)
            if _PLAIN.issuperset(word):
                yield word


_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_@:/*")


def _without_san(leaf: Look, shown: str, hint: str) -> Problem:
    cn = names.common_name(leaf.certificate.subject)
    if cn and cn.lower() == shown.lower():
        message = f"{leaf.name}: {shown} is only its common name, which is no name since RFC 9525; it has no SAN"
        return Problem("cn-only", message, hint, leaf.name)
    return Problem(
        "name", f"{leaf.name}: not valid for {shown}; it has no SAN, so it is valid for no name", hint, leaf.name
    )

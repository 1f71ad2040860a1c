"""What files hold, for a person."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

from mtlsctl.cli.output import Line
from mtlsctl.cli.text.common import date, left, row, tree
from mtlsctl.core.documents import Kind
from mtlsctl.core.spans import span
from mtlsctl.workflows.examine import FileShown, Inspection, Item

NEVER = 1  # the year of a time that could not be read


def lines(result: Inspection) -> Iterator[Line]:
    """Every object with what matters, then the chains."""
    belongs = _belongings(result)
    below: set[str] = set()
    if result.inventory:
        from mtlsctl.cli.text import inventory  # only for folders

        yield from inventory.lines(result.inventory, result.at)
        below = set(result.inventory.files)
    for file in result.files:
        if file.file in below:
            continue
        yield from _heading(file)
        yield from _server(file)
        for item in file.objects:
            yield from _object(item, result.at, belongs.get(item.label, ()))
            yield ""
    yield from _chains(result)


def short_lines(result: Inspection) -> Iterator[Line]:
    """One line for each object."""
    for file in result.files:
        for item in file.objects:
            words = [_SHUT.get(item.kind, "")] if item.facts is None else _summary(item, result.at)
            yield [(f"{item.label}: ", "bold"), ", ".join(filter(None, [item.kind.value, *words]))]


def _heading(file: FileShown) -> Iterator[Line]:
    if len(file.objects) != 1:
        count = f"{len(file.objects):,} objects" if file.objects else "could not be read"
        yield [(file.file, "bold"), f": {count}"]
        yield ""


def _server(file: FileShown) -> Iterator[Line]:
    """What a server said of itself."""
    if (server := file.server) is None:
        return
    yield [(file.file, "bold"), "  ", ("server", "bold cyan")]
    yield row("address", server.address)
    if server.server_name:
        yield row("asked for", server.server_name)
    if server.starttls:
        yield row("STARTTLS", server.starttls)
    yield row("TLS", ", ".join(filter(None, (server.version, server.cipher, server.group, server.alpn))))
    if not server.asked_for_certificate:
        yield row("clients", "not asked for a certificate")
    else:
        yield row("clients", f"asked for a certificate{', and sent away without one' if server.refused else ''}")
        for name in server.acceptable_issuers or ("any CA: it names none",):
            yield row("", f"of {name or '(empty)'}")
    yield ""


def _object(item: Item, at: datetime, belongs: Sequence[str]) -> Iterator[Line]:
    encoding = f"  ({item.encoding})" if item.encoding != "PEM" else ""
    yield [(item.label, "bold"), "  ", (item.kind.value, "bold cyan"), (encoding, "dim")]
    if item.alias:
        yield row("alias", item.alias)
    if item.facts is None:
        if words := _SHUT.get(item.kind):
            yield row("", words)
        return
    yield from _RENDERERS[item.kind](item.facts, at)
    if belongs:
        yield row("belongs to", ", ".join(belongs))
    for part in getattr(item.facts, "unreadable", ()):
        yield row("unreadable", part)


_SHUT = {
    Kind.PKCS12: "shut: it needs a password (--password-file FILE), or holds nothing",
    Kind.PKCS7: "carries no certificates",
    Kind.PRIVATE_KEY: "of an algorithm that is not known here",
    Kind.PUBLIC_KEY: "of an algorithm that is not known here",
}


def _certificate(facts: Any, at: datetime) -> Iterator[Line]:
    yield row("subject", facts.subject or "(empty)")
    yield from _names(facts)
    yield row("issuer", f"{facts.issuer or '(empty)'}{' (self-signed)' if facts.self_signed else ''}")
    yield _validity(facts.not_before, facts.not_after, at)
    yield row("key", facts.key)
    yield from _extensions(facts)
    yield row("serial", facts.serial_hex)
    yield row("signature", facts.signature_algorithm)
    yield row("SHA-256", facts.sha256)
    yield row("key SHA-256", facts.spki_sha256)


def _request(facts: Any, at: datetime) -> Iterator[Line]:  # noqa: ARG001
    yield row("subject", facts.subject or "(empty)")
    yield from _names(facts)
    yield row("key", facts.key)
    yield row("signature", f"{facts.signature_algorithm}, {'valid' if facts.signature_valid else 'NOT VALID'}")
    yield from _extensions(facts)
    yield row("key SHA-256", facts.spki_sha256)


def _names(facts: Any) -> Iterator[Line]:
    if facts.names:
        yield row("names", ", ".join(map(decoded, facts.names)))


def decoded(name: str) -> str:
    """A name with its international form in front: "DNS:bücher.example (xn--bcher-kva.example)".

    Of an otherName the kind alone: its value is told in words, with the extension.
    """
    if name.startswith("otherName:"):
        return name.partition("=")[0]
    if "xn--" not in name:
        return name
    import idna  # only for names that have such a label

    kind, _, host = name.partition(":")
    try:
        return f"{kind}:{'*.' * host.startswith('*.')}{idna.decode(host.removeprefix('*.'))} ({host})"
    except (idna.IDNAError, UnicodeError):
        return name


def _validity(start: datetime, end: datetime, at: datetime) -> Line:
    if NEVER in (start.year, end.year):
        return row("valid", "cannot be read")
    words, style = left(start, end, at)
    return [("  valid       ", "dim"), f"{date(start)} to {date(end)}, ", (words, style)]


def _extensions(facts: Any) -> Iterator[Line]:
    if facts.ca:
        limit = "" if facts.path_length is None else f", path length {facts.path_length}"
        yield row("CA", f"yes{limit}")
    if usage := [*facts.key_usage, *facts.extended_key_usage]:
        yield row("usage", ", ".join(usage))
    for label, values in (
        ("permitted", facts.permitted),
        ("excluded", facts.excluded),
        ("CRL", facts.crl_urls),
        ("OCSP", facts.ocsp_urls),
        ("issuer at", facts.ca_issuers_urls),
        ("policies", facts.policies),
    ):
        if values and not (label == "policies" and any(_is_policies(other) for other in facts.other_extensions)):
            yield row(label, ", ".join(values))
    if facts.subject_key_id:
        yield row("SKI", facts.subject_key_id)
    if facts.authority_key_id and facts.authority_key_id != facts.subject_key_id:
        yield row("AKI", facts.authority_key_id)
    yield from _others(facts)


def _others(facts: Any) -> Iterator[Line]:
    """The extensions without a field; what is known of them, else the bytes."""
    for other in facts.other_extensions:
        critical = ", critical" if other.critical else ""
        said = other.words or (other.value,)
        name = f"{other.name or other.oid}{critical}"
        if _is_policies(other):
            yield from (row("policies" if i == 0 else "", words) for i, words in enumerate(said))
            continue
        if len(said) == 1:
            yield row("extension", f"{name}: {said[0]}")
            continue
        yield row("extension", f"{name}:")
        yield from (row("", f"  {words}") for words in said)


def _is_policies(other: Any) -> bool:
    """The one extension that has a row of its own for its words, too."""
    return bool(other.name == "certificatePolicies")


def _key(facts: Any, at: datetime) -> Iterator[Line]:  # noqa: ARG001
    if facts.key:
        yield row("key", facts.key)
    if facts.encrypted:
        words = "opened with the password" if facts.key else "needs a password: --password-file FILE"
        yield row("encrypted", words)
    if facts.spki_sha256:
        yield row("key SHA-256", facts.spki_sha256)


def _crl(facts: Any, at: datetime) -> Iterator[Line]:
    yield row("issuer", facts.issuer or "(empty)")
    if facts.number:
        yield row("number", facts.number + (" (delta)" if facts.delta else ""))
    yield _update(facts.this_update, facts.next_update, at)
    yield row("revoked", f"{facts.count:,} certificate{'' if facts.count == 1 else 's'}")
    for entry in facts.revoked:
        whose = f"  of {entry.issuer}" if entry.issuer else ""
        since = f"  invalid since {date(entry.invalid_since)}" if entry.invalid_since else ""
        yield f"    {entry.serial_hex}  {date(entry.revoked_at)}  {entry.reason}{since}{whose}"
    if facts.count > len(facts.revoked):
        yield f"    and {facts.count - len(facts.revoked):,} more"
    yield row("signature", facts.signature_algorithm)
    if facts.authority_key_id:
        yield row("AKI", facts.authority_key_id)
    yield from _others(facts)


def _update(this: datetime | None, following: datetime | None, at: datetime) -> Line:
    start = date(this) if this else "?"
    if following is None:
        return row("updates", f"{start}, no next update named")
    words = f"stale for {span(at - following)}" if following < at else f"{span(following - at)} left"
    return row("updates", f"{start}, next {date(following)}, {words}")


def _ocsp(facts: Any, at: datetime) -> Iterator[Line]:
    if facts.status:
        yield row("status", facts.status)
    if facts.responder:
        yield row("responder", facts.responder)
    if facts.produced_at:
        yield row("produced", date(facts.produced_at))
    for answer in facts.answers:
        reason = f", {answer.reason}" if answer.reason else ""
        revoked = f" since {date(answer.revoked_at)}{reason}" if answer.revoked_at else ""
        yield row("serial", f"{answer.serial_hex}{': ' if answer.status else ''}{answer.status}{revoked}")
        if answer.this_update:
            yield _update(answer.this_update, answer.next_update, at)
    if facts.signature_algorithm:
        yield row("signature", facts.signature_algorithm)


_RENDERERS: dict[Kind, Callable[[Any, datetime], Iterator[Line]]] = {
    Kind.CERTIFICATE: _certificate,
    Kind.CSR: _request,
    Kind.PRIVATE_KEY: _key,
    Kind.ENCRYPTED_KEY: _key,
    Kind.PUBLIC_KEY: _key,
    Kind.CRL: _crl,
    Kind.OCSP_RESPONSE: _ocsp,
    Kind.OCSP_REQUEST: _ocsp,
}


def _summary(item: Item, at: datetime) -> Iterator[str]:
    """An object in a few words."""
    facts = item.facts
    for name in ("subject", "issuer" if item.kind is Kind.CRL else "", "key", "status"):
        if words := getattr(facts, name, "") if name else "":
            yield words
    if item.kind is Kind.CERTIFICATE and NEVER not in (facts.not_before.year, facts.not_after.year):
        yield left(facts.not_before, facts.not_after, at)[0]
    if item.kind is Kind.CRL:
        yield f"{facts.count:,} revoked"


def _belongings(result: Inspection) -> dict[str, tuple[str, ...]]:
    """By label: what belongs to a private key, and the keys that belong to a certificate."""
    found: dict[str, tuple[str, ...]] = {}
    for pair in result.pairs:
        found[pair.key] = pair.belongs_to
        for label in pair.belongs_to:
            found[label] = (*found.get(label, ()), pair.key)
    return found


def _chains(result: Inspection) -> Iterator[Line]:
    if not result.chains:
        return
    yield [("Chains" if len(result.chains) > 1 else "Chain", "bold")]
    for chain in result.chains:
        ended: list[bool] = []
        for branch, last in zip(chain, _last_children([branch.depth for branch in chain]), strict=True):
            ended[branch.depth :] = [last]
            words, style = left(branch.not_before, branch.not_after, result.at)
            name = branch.subject or "(empty subject)"
            yield [f"  {tree(branch.depth, last, ended)}{name}  ", (words, style), (f"  {branch.label}", "dim")]
    yield ""


def _last_children(depths: Sequence[int]) -> list[bool]:
    """Of each node of a tree, top down: whether no sibling follows."""
    flags = []
    followed: list[bool] = []
    for depth in reversed(depths):
        followed += [False] * (depth + 1 - len(followed))
        flags.append(not followed[depth])
        followed[depth] = True
        del followed[depth + 1 :]
    return flags[::-1]

"""The catalogue of codes: what each means and what to do, by group."""

from mtlsctl.core.catalogue import (
    client,
    files,
    lint,
    lint_form,
    lint_tls,
    local,
    network,
    policies,
    probe,
    revocation,
    runs,
    server,
)
from mtlsctl.core.catalogue.entry import Entry

GROUPS: dict[str, tuple[Entry, ...]] = {
    "network": network.NETWORK,
    "not TLS": network.NOT_TLS,
    "negotiation": network.NEGOTIATION,
    "server's certificate": server.SERVER,
    "client's certificate": client.CLIENT,
    "policy": policies.POLICIES,
    "revocation": revocation.REVOCATION,
    "probe": probe.PROBE,
    "several handshakes": runs.RUNS,
    "local files": local.LOCAL,
    "files": files.FILES,
    "lint": (*lint.LINT, *lint_form.FORM, *lint_tls.TLS),
    "success, with a word": local.SUCCESS,
}

CODES: dict[str, Entry] = {entry.code: entry for entries in GROUPS.values() for entry in entries}


def group_of(code: str) -> str:
    """The group that a code of the catalogue stands in, or of pkilint."""
    if "." in code:
        return "lint"
    return next(group for group, entries in GROUPS.items() if any(entry.code == code for entry in entries))


def entry_of(word: str) -> Entry | None:
    """The entry of a code of ours, or of a rule of pkilint, which has dots."""
    code = word.strip().strip("[]").lower()
    if "." not in code:
        return CODES.get(code)
    from mtlsctl.core.lint import foreign  # few ask about those

    return foreign.entry(code) if foreign.CODE.fullmatch(code) else None

"""The catalogue of codes: what each means and what to do, by group."""

from mtlsctl.core.catalogue import client, files, local, network, policies, probe, revocation, runs, server
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
    "success, with a word": local.SUCCESS,
}

CODES: dict[str, Entry] = {entry.code: entry for entries in GROUPS.values() for entry in entries}


def group_of(code: str) -> str:
    """The group that a code of the catalogue stands in."""
    return next(group for group, entries in GROUPS.items() if any(entry.code == code for entry in entries))

"""rsyslog: GnuTLS or OpenSSL, TLS from the first byte; names are judged after the handshake."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import servers
from servers import Papers, Running, Said

DEMAND = {"none": "anon", "required": "x509/certvalid", "listed": "x509/name"}


@contextmanager
def run(folder: Path, papers: Papers, *, demand: str = "required", stack: str = "gtls") -> Iterator[Running]:
    """Run one listener. stack: "gtls" (GnuTLS) or "ossl" (OpenSSL). demand "listed" lets in alice alone."""

    def command(port: int) -> list[object]:
        peers = 'PermittedPeer=["alice", "alice@example.test"]' if demand == "listed" else ""
        (folder / "rsyslog.conf").write_text(
            f'global(processInternalMessages="on" workDirectory="{folder}" defaultNetstreamDriver="{stack}" '
            f'defaultNetstreamDriverCAFile="{papers.client_ca}" defaultNetstreamDriverCertFile="{papers.cert}" '
            f'defaultNetstreamDriverKeyFile="{papers.key}")\n'
            f'module(load="imtcp" StreamDriver.Name="{stack}" StreamDriver.Mode="1" NotifyOnConnectionClose="on" '
            f'StreamDriver.AuthMode="{DEMAND[demand]}" {peers})\n'
            f'input(type="imtcp" port="{port}" address="127.0.0.1")\n'
            f'*.* action(type="omfile" file="{folder}/messages" flushOnTXEnd="on" asyncWriting="off")\n'
        )
        return ["rsyslogd", "-n", "-f", folder / "rsyslog.conf", "-i", folder / "rsyslog.pid"]

    with servers.program(folder, command, log=folder / "messages") as running:
        yield running


REFUSALS = ("not permitted to talk", "certificate verify failed", "did not return", "returned error", "wrong curve")


def verdict(log: str) -> Said | None:
    """Why it closed a session, or that the other side did."""
    refused = servers.last_with(log, dict.fromkeys(REFUSALS, False))
    return refused or servers.last_with(log, {"closed by remote peer": True})

"""InspIRCd: GnuTLS; IRC inside TLS or after STARTTLS. It asks for certificates and refuses none in the handshake."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import servers
from servers import Papers, Running, Said
from servers.accounts import ROOT

CONF = """
<module name="ssl_gnutls"><module name="sslinfo"><module name="starttls">
<server name="irc.example.test" description="matrix" network="Matrix">
<admin name="a" nick="a" email="a@example.test">
<sslprofile name="it" provider="gnutls" cafile="{papers.client_ca}" certfile="{papers.cert}" keyfile="{papers.key}"
  requestclientcert="{asked}" hash="sha256">
<bind address="127.0.0.1" port="{port}" type="clients" {how}>
<connect allow="*" timeout="20" pingfreq="120" hardsendq="1048576" softsendq="8192" recvq="8192"
  threshold="10" commandrate="1000" localmax="1000" globalmax="1000">
<log method="file" type="* -USERINPUT -USEROUTPUT" level="debug" target="{folder}/irc.log" flush="1">
<path configdir="{folder}" datadir="{folder}" logdir="{folder}" runtimedir="{folder}">
<pid file="{folder}/pid">
<options nouserdns="yes"><performance softlimit="1000"><dns server="127.0.0.1" timeout="1">
"""


@contextmanager
def run(folder: Path, papers: Papers, *, demand: str = "optional", starttls: bool = False) -> Iterator[Running]:
    """Run it for clients."""
    how = 'sslprofile="it"' if not starttls else ""

    def command(port: int) -> list[object]:
        asked = "no" if demand == "none" else "yes"
        text = CONF.format(papers=papers, folder=folder, port=port, how=how, asked=asked)
        if starttls:
            text = text.replace('<module name="starttls">', '<module name="starttls"><starttls sslprofile="it">')
        (folder / "inspircd.conf").write_text(text)
        root = ("--runasroot",) if ROOT else ()
        return ["inspircd", "--nofork", *root, f"--config={folder}/inspircd.conf"]

    with servers.program(folder, command, log=folder / "irc.log", starttls="irc" if starttls else "") as running:
        yield running


def verdict(log: str) -> Said | None:
    """Its words."""
    return servers.last_with(log, {"Handshake Failed": False, "New user": True})

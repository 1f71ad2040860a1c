"""Postfix: OpenSSL; SMTP inside TLS or after STARTTLS. It takes every chain, and judges at MAIL or RCPT."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import servers
from servers import Papers, Running, Said
from servers.accounts import copied, give, reachable

DEMAND = {"none": "", "optional": "smtpd_tls_ask_ccert = yes\n", "required": "smtpd_tls_req_ccert = yes\n"}
MASTER = """127.0.0.1:{port} inet n - n - - smtpd
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""


@contextmanager
def run(folder: Path, papers: Papers, *, demand: str = "required", starttls: bool = False) -> Iterator[Running]:
    """Run its smtpd from a private queue folder. Its master must be root."""
    with reachable() as home:
        own = copied(papers, home)
        log = home / "mail.log"
        for name in ("queue", "queue/pid"):
            (home / name).mkdir()
        for name in ("queue/public", "queue/private", "data"):
            (home / name).mkdir()
            give(home / name, "postfix")
        config = (
            f"compatibility_level = 3.6\nqueue_directory = {home}/queue\ndata_directory = {home}/data\n"
            f"maillog_file = {log}\nmaillog_file_prefixes = {home}\nmyhostname = localhost\nmydestination =\n"
            "inet_interfaces = 127.0.0.1\ninet_protocols = ipv4\nalias_maps =\nlocal_recipient_maps =\n"
            "smtpd_peername_lookup = no\nsmtpd_relay_restrictions = permit_tls_clientcerts reject\n"
            f"smtpd_tls_cert_file = {own.cert}\nsmtpd_tls_key_file = {own.key}\nsmtpd_tls_CAfile = {own.client_ca}\n"
            f"smtpd_tls_loglevel = 2\n{DEMAND[demand]}"
            f"smtpd_tls_security_level = {'encrypt' if demand == 'required' or starttls else 'may'}\n"
            f"smtpd_tls_wrappermode = {'no' if starttls else 'yes'}\n"
        )
        (home / "main.cf").write_text(config)

        def command(port: int) -> list[object]:
            (home / "master.cf").write_text(MASTER.format(port=port))
            return ["/usr/lib/postfix/sbin/master", "-d", "-c", home]

        with servers.program(folder, command, log=log, starttls="smtp" if starttls else "") as running:
            yield running


def verdict(log: str) -> Said | None:
    """It gives its reason when it hangs up; who got in is disconnected in peace."""
    if "TLS connection established" not in log:
        return servers.last_with(log, {"SSL_accept error": False})
    return servers.last_with(log, {"abort: TLS": False}) or servers.last_with(log, {"disconnect from": True})

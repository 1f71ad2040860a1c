"""Dovecot: OpenSSL; IMAP, POP3 and ManageSieve inside TLS or after STARTTLS. It judges a certificate at login."""

import grp
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import servers
from servers import Papers, Running, Said
from servers.accounts import ROOT, copied, me, other, reachable

DEMAND = {"none": "no", "optional": "yes", "required": "yes"}


def _services(protocol: str, starttls: bool, port: int) -> str:
    names = {"imap": ("imap", "imaps"), "pop3": ("pop3", "pop3s"), "sieve": ("sieve", "")}
    plain, inside = names[protocol]
    listeners = []
    for name, wanted in ((plain, starttls), (inside, not starttls)):
        if name:
            tls = "yes" if name == inside else "no"
            listeners.append(
                f"inet_listener {name} {{\n address = 127.0.0.1\n port = {port if wanted else 0}\n ssl = {tls}\n }}\n"
            )
    service = "managesieve" if protocol == "sieve" else protocol
    return f"service {service}-login {{\n chroot =\n " + " ".join(listeners) + "}\n"


@contextmanager
def run(
    folder: Path,
    papers: Papers,
    *,
    demand: str = "required",
    crl: Path | None = None,
    protocol: str = "imap",
    starttls: bool = False,
) -> Iterator[Running]:
    """Run one protocol of it from a private folder, without privileges where the tests have none."""
    user, login = other("dovecot"), other("dovenull")
    with reachable() as home:
        own = copied(papers, home)
        trusted = own.client_ca.read_text() + (crl.read_text() if crl else "")
        (home / "trusted.pem").write_text(trusted)
        log = home / "dovecot.log"
        group = "" if ROOT else f"default_internal_group = {_group()}\n"
        config = (
            f"protocols = {protocol}\nbase_dir = {home}/run\nstate_dir = {home}/state\n"
            f"log_path = {log}\nverbose_ssl = yes\nauth_verbose = yes\n"
            f"default_internal_user = {user}\ndefault_login_user = {login}\n{group}"
            f"ssl = yes\nssl_cert = <{own.cert}\nssl_key = <{own.key}\nssl_ca = <{home}/trusted.pem\n"
            f"ssl_verify_client_cert = {DEMAND[demand]}\nssl_require_crl = {'yes' if crl else 'no'}\n"
            f"auth_ssl_require_client_cert = {'yes' if demand == 'required' else 'no'}\n"
            "auth_mechanisms = plain external\nservice anvil {\n chroot =\n}\n"
            "passdb {\n driver = static\n args = nopassword=y\n}\n"
            f"userdb {{\n driver = static\n args = uid={os.getuid()} gid={os.getgid()} home={home}\n}}\n"
        )
        if not ROOT:
            config += f"service stats {{\n user = {me()}\n}}\n"

        def command(port: int) -> list[object]:
            (home / "dovecot.conf").write_text(config + _services(protocol, starttls, port))
            return ["dovecot", "-F", "-c", home / "dovecot.conf"]

        with servers.program(folder, command, log=log, starttls=protocol if starttls else "") as running:
            yield running


def _group() -> str:
    return grp.getgrgid(os.getgid()).gr_name


def verdict(log: str) -> Said | None:
    """How the connection ended; its words then are about the login that was not tried."""
    refused = servers.last_with(log, {"SSL_accept() failed": False})
    return (
        refused if refused and "unexpected eof" not in refused.words else servers.last_with(log, {"Disconnected": True})
    )

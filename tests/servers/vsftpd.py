"""vsftpd: OpenSSL, FTP inside TLS from the first byte or after AUTH TLS."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import servers
from servers import Papers, Running, Said
from servers.accounts import ROOT, other

DEMAND = {
    "none": "",
    "optional": "ssl_request_cert=YES\nvalidate_cert=YES\n",
    "required": "ssl_request_cert=YES\nrequire_cert=YES\nvalidate_cert=YES\n",
}


@contextmanager
def run(folder: Path, papers: Papers, *, demand: str = "required", starttls: bool = False) -> Iterator[Running]:
    """Run it for anonymous users; its protocol log says what was said inside TLS."""
    (folder / "empty").mkdir()
    log = folder / "vsftpd.log"
    common = (
        "listen=YES\nlisten_address=127.0.0.1\nbackground=NO\nanonymous_enable=YES\nseccomp_sandbox=NO\n"
        f"secure_chroot_dir={folder}/empty\nanon_root={folder}/empty\nlog_ftp_protocol=YES\nxferlog_enable=YES\n"
        f"vsftpd_log_file={log}\nftp_username={other()}\nnopriv_user={other()}\n"
        "ssl_enable=YES\nallow_anon_ssl=YES\nforce_local_logins_ssl=NO\nssl_tlsv1=YES\ndebug_ssl=YES\nssl_ciphers=HIGH\n"
        f"rsa_cert_file={papers.cert}\nrsa_private_key_file={papers.key}\nca_certs_file={papers.client_ca}\n"
    )
    common += "" if ROOT else "run_as_launching_user=YES\n"
    common += DEMAND[demand] + ("" if starttls else "implicit_ssl=YES\n")

    def command(port: int) -> list[object]:
        (folder / "vsftpd.conf").write_text(common + f"listen_port={port}\n")
        (folder / "vsftpd.conf").chmod(0o600)
        return ["vsftpd", folder / "vsftpd.conf"]

    with servers.program(folder, command, log=log, starttls="ftp" if starttls else "") as running:
        yield running


def verdict(log: str) -> Said | None:
    """OpenSSL's words for a refusal; else what it agreed on."""
    refused = [line for line in log.splitlines() if "SSL_accept failed" in line and "unexpected eof" not in line]
    return Said(False, refused[-1]) if refused else servers.last_with(log, {"SSL version": True})
